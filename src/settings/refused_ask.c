/*
 * refused_ask: which logins of one person Postfix of one server refuses, read
 * anew; see refused_logins.h.
 *
 * Fails by the first thing that the server did not say.  Loop thread.
 */
#include "settings/refused_logins.h"

#include <stdlib.h>
#include <string.h>

#include "model/live_kinds.h"

struct refused_asking {
	struct hosts *hosts;
	size_t host;
	char *logins;                      /* heap */
	struct settings_reading *reading;
	void (*done)(void *context, struct rows *takes, const char *why, const struct error *error);
	void *context;
};

static void drop(struct refused_asking *asking)
{
	free(asking->logins);
	free(asking);
}

static void add(struct rows *rows, const char *login, const char *answer, const char *server)
{
	struct row *row = rows_add(rows);
	struct value *values = arena_alloc(rows->arena, LRL_FIELDS * sizeof(*values));

	values[LRL_LOGIN] = value_text(rows->arena, login);
	values[LRL_ANSWER] = value_text(rows->arena, answer);
	values[LRL_SERVER] = value_text(rows->arena, server);
	row->name = values[LRL_LOGIN].bytes;
	row->place = values[LRL_SERVER].bytes;
	row->values = values;
}

static struct rows *rows_of(struct arena *arena, const struct settings_state *state, char *logins)
{
	const struct field *columns[LRL_FIELDS];
	struct rows *rows;
	char *rest = NULL;

	for (size_t i = 0; i < LRL_FIELDS; i++)
		columns[i] = &kind_live_refused.fields[i];
	rows = rows_new(&kind_live_refused, columns, LRL_FIELDS);
	for (char *login = strtok_r(logins, " ", &rest); login; login = strtok_r(NULL, " ", &rest)) {
		const char *answer = refused_login_answer(arena, state, login);

		if (answer)
			add(rows, login, answer, settings_state_server(state));
	}
	return rows;
}

static void on_state(void *context, struct settings_state *takes)
{
	struct refused_asking *asking = context;
	struct arena *arena = arena_new();
	const char *why = refused_logins_why(arena, takes), *const *gaps = settings_state_gaps(takes);
	struct error error = { 0 };

	/* "No rule asks for a table" is an answer only where Postfix was heard. */
	if (why && gaps[0])
		error_set(&error, settings_state_trouble(takes), "%s", gaps[0]);
	asking->done(asking->context, error.kind == ERROR_NONE ? rows_of(arena, takes, asking->logins) : NULL, why, &error);
	settings_state_free(takes);
	arena_free(arena);
	drop(asking);
}

struct refused_asking *refused_logins_ask(struct hosts *hosts, size_t host, const char *logins,
		void (*done)(void *context, struct rows *takes, const char *why, const struct error *error), void *context)
{
	struct refused_asking *asking = memory_new(sizeof(*asking));

	*asking = (struct refused_asking){ .hosts = hosts, .host = host, .logins = memory_text(logins), .done = done, .context = context };
	asking->reading = settings_read_tables(hosts, host, on_state, asking);
	return asking;
}

void refused_logins_ask_cancel(struct refused_asking *asking)
{
	settings_read_cancel(asking->reading);
	drop(asking);
}
