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

static const struct { const char *word, *words, *still; bool repeats; } kept[] = {
	{ "flush", "login cache emptied", "what the login cache knows there still counts", true },
	{ "end", "mailbox sessions ended", "whoever was connected there goes on", true },
	{ "smtp", "sending sessions ended (Postfix)", "a program that is logged in there goes on sending until it closes the connection", true },
	{ "recalculate", "mailbox counted anew (quota recalc)", "what Dovecot takes for used may be wrong", true },
	{ "filter", "sieve filter switched off (and kept)", "the filter goes on sorting, forwarding or answering", false },
	{ "absence", "absence", "it is as it was", false },
	{ "access", "access for a colleague", "the folder is as it was", false },
	{ "refuse", "refused by Postfix", "Postfix goes on taking mail from this login as long as Dovecot lets it in", true },
	{ "hold", "queued mail put on hold", "mail of this person goes on being sent", true },
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

/* As when it was planned first: the cache of a second name says which. */
static const char *words_of(const struct desk_plan *plan, size_t row, const char *user, const char *value)
{
	const char *names[DESK_NAMES];

	desk_names(plan->arena, plan->person, names);
	if (strcmp(kept[row].word, "refuse") == 0 && *value)
		return arena_format(plan->arena, "%s refused by Postfix", value);
	if (strcmp(kept[row].word, "flush") == 0 && names[0] && strcmp(user, names[0]) != 0)
		return arena_format(plan->arena, "%s (%s)", kept[row].words, user);
	return kept[row].words;
}

bool step_of_token(struct desk_plan *plan, const char *token)
{
	size_t length = strcspn(token, " "), row = row_of(token, length), name_length;
	const char *at = token + length + strspn(token + length, " "), *name, *value, *server, *user = "";
	struct change *change = NULL;
	struct planned *step;

	if (strcmp(token, "must-change") == 0) {
		desk_step_must_change(plan);
		return true;
	}
	if (row == sizeof(kept) / sizeof(kept[0]))
		return false;
	name_length = strcspn(at, " ");
	name = arena_format(plan->arena, "%.*s", (int)name_length, at);
	value = arena_text(plan->arena, at + name_length + strspn(at + name_length, " "));
	if (strcmp(kept[row].word, "end") == 0) {
		server = server_of(plan, name);
		return server && desk_step_sessions_on(plan, server, kept[row].still);
	}
	if (strcmp(kept[row].word, "refuse") == 0 || strcmp(kept[row].word, "hold") == 0) {
		server = server_of(plan, name);
	} else {
		if (!mailbox_name_read(plan->arena, name, &server, &user))
			return false;
		server = server_of(plan, server);
		change = server ? change_of(plan, kept[row].word, server, user, value) : NULL;
		if (!change)
			return false;
	}
	if (!server)
		return false;
	step = desk_step(plan, server, change, words_of(plan, row, user, value), kept[row].still);
	step->repeats = kept[row].repeats;
	step->login = strcmp(kept[row].word, "refuse") == 0 ? value : NULL;
	step->hold = strcmp(kept[row].word, "hold") == 0;
	return true;
}
