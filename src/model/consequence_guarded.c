/*
 * consequence_guarded: what it means to change the files of a server.
 *
 * Asked of the change itself, also of an undo, since nothing of it is in a
 * record.  Sources: dovecot 4.2, 4.3, terminal-and-safety 9.  Pure.
 */
#include <string.h>

#include "model/consequence_rules.h"
#include "model/guarded.h"
#include "model/store.h"

/* Orders to a guardian that waits change no files of their own. */
static bool writes(const struct scene *scene)
{
	return scene->change->verb == VERB_UNDO || guarded_set(scene->change, "change");
}

/* What the guardian gets, also of an undo; NULL: an order. */
static const char *guarded_json(const struct scene *scene)
{
	const struct operation *operations = scene->change->operations;
	const char *change = guarded_set(scene->change, "change");

	for (size_t i = 0; !change && scene->change->operation_count > 0 && i < operations[0].delta_count; i++)
		if (!strcmp(operations[0].deltas[i].attribute, "change") && operations[0].deltas[i].count > 0)
			change = operations[0].deltas[i].values[0].bytes;
	return change;
}

/* What nobody can be locked out by stays at once (settings/guardian.h). */
static bool at_once(const struct scene *scene)
{
	const char *change = guarded_json(scene);

	return change && strstr(change, "\"at_once\":true");
}

/* Dovecot's files, where it is not said that they are another service's. */
static bool of_dovecot(const struct scene *scene)
{
	const char *change = guarded_json(scene), *service = change ? strstr(change, "\"service\":\"") : NULL;

	return !service || !strncmp(service, "\"service\":\"dovecot\"", 19);
}

static void look_timer(struct scene *scene, const struct consequence_rule *rule)
{
	const char *within = guarded_set(scene->change, "within"), *change = guarded_json(scene);

	if (writes(scene) && !at_once(scene))
		tell(scene, rule, "The old %s come back by themselves after %s s unless this is confirmed by then, whatever becomes of the console; "
			"that is looked at too", change && strstr(change, "\"files\":[]") ? "values" : "files", within ? within : "120");
}

/* Whoever planned it has looked at what runs, and says it with numbers. */
static bool said_of_sessions(const struct scene *scene)
{
	for (size_t i = 0; i < scene->change->edit_count; i++) {
		const struct edit *edit = &scene->change->edits[i];

		for (size_t j = 0; !strcmp(edit->field->name, "say") && j < edit->count; j++)
			if (strstr(edit->values[j].bytes, "Dovecot is reloaded, and ") || strstr(edit->values[j].bytes, "Dovecot is reloaded and "))
				return true;
	}
	return false;
}

static void look_sessions(struct scene *scene, const struct consequence_rule *rule)
{
	const char *keep = guarded_set(scene->change, "keep");

	if (writes(scene) && of_dovecot(scene) && !said_of_sessions(scene) && !(keep && strcmp(keep, "yes") == 0))
		tell(scene, rule, "Dovecot is reloaded: 6 seconds later every IMAP, POP3 and ManageSieve session ends, unless the Dovecot that runs "
			"has shutdown_clients = no; mail programs connect again by themselves. The way back is a reload too");
}

/* Its way back is the same; other servers try again by themselves (postfix 6). */
static void look_restart(struct scene *scene, const struct consequence_rule *rule)
{
	const char *change = guarded_json(scene);

	if (writes(scene) && change && strstr(change, "\"restarts\":true"))
		tell(scene, rule, "Postfix does not take this at a reload, so it is stopped and started: every open SMTP session ends, and nobody can connect "
			"until it runs again, some seconds later; other servers try again by themselves. The way back is a stop and start too");
}

/* What the planner said: a line with ! in front warns. */
static void look_said(struct scene *scene, const struct consequence_rule *rule)
{
	for (size_t i = 0; i < scene->change->edit_count; i++) {
		const struct edit *edit = &scene->change->edits[i];

		for (size_t j = 0; !strcmp(edit->field->name, "say") && j < edit->count; j++) {
			const char *words = edit->values[j].bytes;

			if ((rule->severity == SEVERITY_WARNING) == (words[0] == '!'))
				tell(scene, rule, "%s", words[0] == '!' ? words + 1 : words);
		}
	}
}

static void look_back(struct scene *scene, const struct consequence_rule *rule)
{
	if (guarded_set(scene->change, "rollback"))
		tell(scene, rule, "The old files are installed now, and the service is reloaded, or stopped and started where the change did so too");
}

const struct consequence_rule consequence_rules_guarded[] = {
	{ "guarded-timer", SEVERITY_NOTE, CHANGED, look_timer },
	{ "guarded-sessions", SEVERITY_WARNING, CHANGED, look_sessions },
	{ "guarded-restart", SEVERITY_WARNING, CHANGED, look_restart },
	{ "guarded-said", SEVERITY_WARNING, CHANGED, look_said },
	{ "guarded-note", SEVERITY_NOTE, CHANGED, look_said },
	{ "guarded-back", SEVERITY_NOTE, CHANGED, look_back },
	{ .rule = NULL },
};
