/*
 * token: an open step as one line of text, and back.
 *
 * "WORD NAME" or "WORD NAME VALUE": the word is a field of the kind mailbox
 * ("flush", "absence", ...), "end" (sessions), "refuse" (a login in Postfix) or
 * "hold" (queued mail); NAME is a server, or SERVER/USER.  "must-change" needs
 * nothing but the person.  What needs a secret
 * has no token, so it is never kept.  A line that nobody understands any more is
 * told, never guessed at.  Loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "model/mailbox.h"

static const struct { const char *word, *ahead, *words, *still; bool repeats; } kept[] = {
	{ "flush", "empty the login cache", "login cache emptied", "what the login cache knows there still counts", true },
	{ "end", "end mailbox sessions", "mailbox sessions ended", "whoever was connected there goes on", true },
	{ "smtp", "end sending sessions (Postfix)", "sending sessions ended (Postfix)", "a program that is logged in there goes on sending until it closes the connection", true },
	{ "recalculate", "count the mailbox anew (quota recalc)", "mailbox counted anew (quota recalc)", "what Dovecot takes for used may be wrong", true },
	{ "filter", "switch the sieve filter off (and keep it)", "sieve filter switched off (and kept)", "the filter goes on sorting, forwarding or answering", false },
	{ "absence", "write the absence", "absence written", "it is as it was", false },
	{ "access", "set the access of a colleague", "access of a colleague set", "the folder is as it was", false },
	{ "refuse", "have Postfix refuse it", "refused by Postfix", "Postfix goes on taking mail from this login as long as Dovecot lets it in", true },
	{ "hold", "put queued mail on hold", "queued mail put on hold", "mail of this person goes on being sent", true },
};

static size_t row_of(const char *word, size_t length)
{
	size_t i = 0;

	while (i < sizeof(kept) / sizeof(kept[0]) && (strlen(kept[i].word) != length || strncmp(kept[i].word, word, length) != 0))
		i++;
	return i;
}

const char *step_token(struct arena *arena, const struct planned *planned)
{
	const struct edit *edit = planned->change && planned->change->edit_count > 0 ? &planned->change->edits[0] : NULL;

	if (edit && !planned->server && planned->repeats && strcmp(edit->field->name, "must_change") == 0)
		return "must-change";
	if (!planned->server || planned->checks || planned->undo)
		return NULL;
	if (planned->login)
		return arena_format(arena, "refuse %s %s", planned->server, planned->login);
	if (planned->hold)
		return arena_format(arena, "hold %s", planned->server);
	if (!edit || edit->field->type == FIELD_SECRET || row_of(edit->field->name, strlen(edit->field->name)) == sizeof(kept) / sizeof(kept[0]))
		return NULL;
	if (strcmp(edit->field->name, "absence") == 0 || strcmp(edit->field->name, "access") == 0)
		return edit->count == 0 ? arena_format(arena, "%s %s", edit->field->name, planned->change->name) :
			arena_format(arena, "%s %s %s", edit->field->name, planned->change->name, edit->values[0].bytes);
	return arena_format(arena, "%s %s", edit->field->name, planned->change->name);
}

/* --- and back ----------------------------------------------------------------------------------------- */

static struct change *change_of(const struct desk_plan *plan, const char *word, const char *server, const char *user, const char *value)
{
	const char *names[DESK_NAMES];
	struct mailbox_absence absence;
	struct mailbox_access access;

	desk_names(plan->arena, plan->person, names);
	if (strcmp(word, "smtp") == 0)
		return mailbox_change_smtp(server, user, names);
	if (strcmp(word, "filter") == 0)
		return mailbox_change_filter(server, user, NULL);
	if (strcmp(word, "absence") == 0 && *value)
		return mailbox_absence_read(plan->arena, value, &absence) ? mailbox_change_absence(server, user, &absence) : NULL;
	if (strcmp(word, "absence") == 0)
		return mailbox_change_absence(server, user, NULL);
	if (strcmp(word, "access") == 0)
		return mailbox_access_read(plan->arena, value, &access) ? mailbox_change_access(server, user, access.folder, access.who, access.rights) : NULL;
	return mailbox_change_do(server, user, word);
}

/* Of a server that is in the configuration: as it is called there. */
static const char *server_of(const struct desk_plan *plan, const char *name)
{
	size_t host;

	return plan->live && host_named(live_hosts(plan->live), name, &host) ? host_at(live_hosts(plan->live), host)->name : NULL;
}

/* A login in Postfix, or what waits in the queue of a server: what is to be changed is looked at when it is done. */
static bool step_of_server(struct desk_plan *plan, size_t row, const char *name, const char *login)
{
	const char *server = server_of(plan, name);
	bool refuses = strcmp(kept[row].word, "refuse") == 0;
	struct planned *step;

	if (!server || (refuses && !*login))
		return false;
	if (refuses) {
		step = desk_step(plan, server, NULL, arena_format(plan->arena, "have Postfix refuse %s", login),
			arena_format(plan->arena, "%s refused by Postfix", login), kept[row].still);
		step->login = login;
	} else {
		step = desk_step(plan, server, NULL, kept[row].ahead, kept[row].words, kept[row].still);
		step->hold = true;
	}
	step->repeats = kept[row].repeats;
	return true;
}

static bool step_of_mailbox(struct desk_plan *plan, size_t row, const char *name, const char *value)
{
	const char *server, *user, *ahead = kept[row].ahead, *words = kept[row].words, *names[DESK_NAMES];
	struct change *change;

	if (!mailbox_name_read(plan->arena, name, &server, &user))
		return false;
	server = server_of(plan, server);
	change = server ? change_of(plan, kept[row].word, server, user, value) : NULL;
	if (!change)
		return false;
	desk_names(plan->arena, plan->person, names);
	if (strcmp(kept[row].word, "absence") == 0 && !*value) {
		ahead = "take the absence out";
		words = "absence taken out";
	} else if (strcmp(kept[row].word, "flush") == 0 && names[0] && strcmp(user, names[0]) != 0) {
		/* As when it was planned first: the cache of a second name says which. */
		ahead = arena_format(plan->arena, "%s (%s)", ahead, user);
		words = arena_format(plan->arena, "%s (%s)", words, user);
	}
	desk_step(plan, server, change, ahead, words, kept[row].still)->repeats = kept[row].repeats;
	return true;
}

bool step_of_token(struct desk_plan *plan, const char *token)
{
	size_t length = strcspn(token, " "), row = row_of(token, length), name_length;
	const char *at = token + length + strspn(token + length, " "), *name, *value;

	if (strcmp(token, "must-change") == 0) {
		desk_step_must_change(plan);
		return true;
	}
	if (row == sizeof(kept) / sizeof(kept[0]))
		return false;
	name_length = strcspn(at, " ");
	name = arena_format(plan->arena, "%.*s", (int)name_length, at);
	value = arena_text(plan->arena, at + name_length + strspn(at + name_length, " "));
	if (strcmp(kept[row].word, "end") == 0)
		return server_of(plan, name) && desk_step_sessions_on(plan, server_of(plan, name), kept[row].still);
	if (strcmp(kept[row].word, "refuse") == 0 || strcmp(kept[row].word, "hold") == 0)
		return step_of_server(plan, row, name, value);
	return step_of_mailbox(plan, row, name, value);
}
