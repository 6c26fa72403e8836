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

struct setting_proposal *refused_login_propose(struct hosts *hosts, size_t host, const char *login, const char *answer,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context)
{
	return setting_propose(hosts, host, row(), login, answer, NULL, done, context);
}
