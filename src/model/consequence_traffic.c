/*
 * consequence_traffic: what becomes of messages and of people whose connections
 * end.
 *
 * Asked of the change itself, also of an undo, since nothing of it is in a
 * record.  Sources: postfix 3, dovecot 5.2.  Pure.
 */
#include <string.h>

#include "base/text.h"
#include "model/consequence_rules.h"
#include "model/traffic.h"

static bool does(const struct scene *scene, const char *name)
{
	const struct field *field = traffic_field(scene->change);

	return field && strcmp(field->name, name) == 0;
}

static void look_deleted(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "delete"))
		tell(scene, rule, "These messages are gone for good and neither sender nor recipient is told. "
			"Held instead they are out of the way, and that can be taken back");
}

static void look_expired(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "expire"))
		tell(scene, rule, "At the next try each sender gets the message back as undeliverable; this cannot be taken back");
}

static void look_requeued(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "requeue"))
		tell(scene, rule, "They get new queue ids and addresses are rewritten again; their time of arrival stays");
}

static void look_held(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "hold"))
		tell(scene, rule, "They stay until somebody releases them; nothing reminds the senders");
}

static void look_retried(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "retry"))
		tell(scene, rule, "A server that does not answer is asked at once; messages on hold are not tried");
}

static void look_again(struct scene *scene, const struct consequence_rule *rule)
{
	const struct value *values;

	if (traffic_field(scene->change) && scene->change->kind == &kind_queue && traffic_values(scene->arena, scene->change, &values) > 0)
		tell(scene, rule, "Each message is read again right before; one that is gone, or whose id names another message by now, is left alone");
}

static void look_ended(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "end"))
		tell(scene, rule, "Mail programs connect again by themselves within seconds; what somebody is just writing is kept by the program");
}

/* A rule of its own, since a job that locks or sets a password has done so by then. */
static void look_comes_again(struct scene *scene, const struct consequence_rule *rule)
{
	if (does(scene, "end"))
		tell(scene, rule, CONSEQUENCE_COMES_AGAIN);
}

const struct consequence_rule consequence_rules_traffic[] = {
	{ "messages-gone", SEVERITY_LOSS, CHANGED, look_deleted },
	{ "messages-returned", SEVERITY_LOSS, CHANGED, look_expired },
	{ "sessions-ended", SEVERITY_WARNING, CHANGED, look_ended },
	{ "comes-again", SEVERITY_WARNING, CHANGED, look_comes_again },
	{ "messages-requeued", SEVERITY_NOTE, CHANGED, look_requeued },
	{ "messages-held", SEVERITY_NOTE, CHANGED, look_held },
	{ "messages-retried", SEVERITY_NOTE, CHANGED, look_retried },
	{ "messages-read-again", SEVERITY_NOTE, CHANGED, look_again },
	{ NULL, SEVERITY_NOTE, 0, NULL },
};
