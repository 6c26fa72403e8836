/*
 * refused_logins: the row refused-logins/ by one function each; see
 * refused_logins.h.
 *
 * Fails by the sentences of the row: no rule asks for a table, a table that is
 * no file, a login with blanks.  Pure, but for the proposal (loop thread).
 */
#include "settings/refused_logins.h"

#include "settings/settings.h"

static const struct setting *row(void)
{
	return setting_find("refused-logins/x", NULL);
}

const char *refused_logins_why(struct arena *arena, const struct settings_state *state)
{
	struct setting_value value = settings_value(arena, state, row(), "x");

	return value.known ? NULL : value.why;
}

const char *refused_login_answer(struct arena *arena, const struct settings_state *state, const char *login)
{
	struct setting_value value = settings_value(arena, state, row(), login);

	return value.known ? value.value : NULL;
}

struct change *refused_login_change(const struct settings_state *state, const struct host_settings *server, const char *login, const char *answer,
		struct error *error)
{
	const struct setting_edit edit = { .setting = row(), .key = login, .value = answer };
	const struct setting_facts facts = { .archive_exists = -1 };
	struct arena *arena = arena_new();
	struct setting_plan plan;
	struct change *change = NULL;

	if (settings_plan(arena, state, &edit, 1, NULL, 0, &facts, &plan, error) && plan.shown_count > 0)
		change = settings_plan_change(&plan, server, 0);
	arena_free(arena);
	return change;
}

struct setting_proposal *refused_login_propose(struct hosts *hosts, size_t host, const char *login, const char *answer,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context)
{
	return setting_propose(hosts, host, row(), login, answer, NULL, done, context);
}
