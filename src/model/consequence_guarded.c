/*
 * consequence_guarded: what it means to change the files of a server.
 *
 * Asked of the change itself, also of an undo, since nothing of it is in a
 * record.  Sources: dovecot 4.2, 4.3, terminal-and-safety 9.  Pure.
 */
#include <string.h>

#include "model/consequence_rules.h"
#include "model/guarded.h"

/* Orders to a guardian that waits change no files of their own. */
static bool writes(const struct scene *scene)
{
	return scene->change->verb == VERB_UNDO || guarded_set(scene->change, "change");
}

static void look_timer(struct scene *scene, const struct consequence_rule *rule)
{
	const char *within = guarded_set(scene->change, "within");

	if (writes(scene))
		tell(scene, rule, "The old files come back by themselves after %s s unless this is confirmed by then, whatever becomes of the console; "
			"that is looked at too", within ? within : "120");
}

static void look_sessions(struct scene *scene, const struct consequence_rule *rule)
{
	const char *service = guarded_set(scene->change, "service"), *keep = guarded_set(scene->change, "keep");

	if (writes(scene) && (!service || strcmp(service, "dovecot") == 0) && !(keep && strcmp(keep, "yes") == 0))
		tell(scene, rule, "Dovecot is reloaded: 6 seconds later every IMAP, POP3 and ManageSieve session ends, unless the Dovecot that runs "
			"has shutdown_clients = no; mail programs connect again by themselves. The way back is a reload too");
}

static void look_back(struct scene *scene, const struct consequence_rule *rule)
{
	if (guarded_set(scene->change, "rollback"))
		tell(scene, rule, "The old files are installed and the service is reloaded now");
}

const struct consequence_rule consequence_rules_guarded[] = {
	{ "guarded-timer", SEVERITY_NOTE, CHANGED, look_timer },
	{ "guarded-sessions", SEVERITY_WARNING, CHANGED, look_sessions },
	{ "guarded-back", SEVERITY_NOTE, CHANGED, look_back },
	{ .rule = NULL },
};
