/*
 * state: what a server answered, kept so that values can be looked up.
 *
 * A state without an answer still stands: what is missing is told as a gap, and
 * values that depend on it are not known.  One thread at a time.
 */
#include "settings/backend_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

struct settings_state *settings_state_new(const struct host_settings *settings, int64_t now)
{
	struct arena *arena = arena_new();
	struct settings_state *state = arena_alloc(arena, sizeof(*state));
	struct host_settings *copy = arena_alloc(arena, sizeof(*copy));
	const char *postfix = settings->postfix_config ? settings->postfix_config : "/etc/postfix";

	*copy = (struct host_settings){ .name = arena_text(arena, settings->name), .roles = settings->roles, .flavour = settings->flavour };
	state->arena = arena;
	state->settings = copy;
	state->time = now;
	state->main_path = arena_format(arena, "%s/main.cf", postfix);
	state->local_path = arena_format(arena, "%s/main.cf.local", postfix);
	state->master_path = arena_format(arena, "%s/master.cf", postfix);
	state->dovecot_conf = arena_text(arena, settings->dovecot_config ? settings->dovecot_config : "/etc/dovecot/dovecot.conf");
	state->ucr_directory = arena_text(arena, settings->ucr_directory ? settings->ucr_directory : "/etc/univention");
	return state;
}

void settings_state_free(struct settings_state *state)
{
	if (!state)
		return;
	lookup_free(state->postfix_set);
	lookup_free(state->postfix_default);
	lookup_free(state->dovecot_now);
	lookup_free(state->dovecot_default);
	text_free(&state->main_cf);
	text_free(&state->local_cf);
	text_free(&state->master_cf);
	for (size_t i = 0; i < state->table_count; i++)
		text_free(&state->tables[i].bytes);
	arena_free(state->arena);
}

const char *settings_state_server(const struct settings_state *state)
{
	return state->settings->name;
}

int64_t settings_state_time(const struct settings_state *state)
{
	return state->time;
}

const char *const *settings_state_gaps(const struct settings_state *state)
{
	static const char *const none[] = { NULL };

	return state->gaps ? (const char *const *)state->gaps : none;
}

enum error_kind settings_state_trouble(const struct settings_state *state)
{
	return state->trouble;
}

/* The same cause may stand behind several questions: told once. */
static void gap(struct settings_state *state, const char *sentence, enum error_kind kind)
{
	state->trouble = state->gap_count == 0 ? kind : state->trouble;
	for (size_t i = 0; i < state->gap_count; i++)
		if (!strcmp(state->gaps[i], sentence))
			return;
	state->gaps = arena_grow(state->arena, state->gaps, &state->gap_capacity, state->gap_count + 2, sizeof(*state->gaps));
	state->gaps[state->gap_count++] = arena_text(state->arena, sentence);
}

/* --- taking answers ------------------------------------------------------------------------------------ */

/* "name = value" lines (separator " = " or "=") to a lookup, in the place of what was known before. */
static void take_pairs(struct settings_state *state, struct lookup **into, const struct host_answer *answer)
{
	struct lookup *lookup = lookup_new();
	const char *at = answer->output, *end = at + answer->length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
		const char *equals = memchr(at, '=', (size_t)(stop - at)), *name_end = equals;

		if (equals && equals > at) {
			while (name_end > at && name_end[-1] == ' ')
				name_end--;
			for (equals++; equals < stop && *equals == ' '; equals++)
				;
			lookup_put(lookup, arena_bytes(state->arena, at, (size_t)(name_end - at)), arena_bytes(state->arena, equals, (size_t)(stop - equals)));
		}
		at = newline ? newline + 1 : end;
	}
	lookup_free(*into);
	*into = lookup;
}

typedef void line_taker(struct settings_state *state, const char *path, unsigned number, const char *line, size_t length);

/* "PATH:NUMBER:LINE" as grep -n -H writes it. Paths are those that were asked for, without colons. */
static void each_line(struct settings_state *state, const struct host_answer *answer, line_taker *take)
{
	const char *at = answer->output, *end = at + answer->length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
		const char *colon = memchr(at, ':', (size_t)(stop - at));
		const char *second = colon ? memchr(colon + 1, ':', (size_t)(stop - colon - 1)) : NULL;
		unsigned long number = colon ? strtoul(colon + 1, NULL, 10) : 0;

		if (second && number > 0 && number < 10000000)
			take(state, arena_bytes(state->arena, at, (size_t)(colon - at)), (unsigned)number, second + 1, (size_t)(stop - second - 1));
		at = newline ? newline + 1 : end;
	}
}

static void take_dovecot_line(struct settings_state *state, const char *path, unsigned number, const char *line, size_t length)
{
	dovecot_files_line(state->dovecot_files, path, number, line, length);
}

static void take_table_line(struct settings_state *state, const char *path, unsigned number, const char *line, size_t length)
{
	(void)number;
	state_table_line(state, path, line, length);
}

static void take_line(struct settings_state *state, const char *path, unsigned number, const char *line, size_t length)
{
	struct { const char *path; struct text *text; bool *read; } files[] = {
		{ state->main_path, &state->main_cf, &state->main_read }, { state->local_path, &state->local_cf, &state->local_read },
		{ state->master_path, &state->master_cf, &state->master_read },
	};
	const char *base = strrchr(path, '/');
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(files[i].path, path)) {
			text_add_bytes(files[i].text, line, length);
			text_add_char(files[i].text, '\n');
			*files[i].read = true;
			return;
		}
	for (i = 0; state->ucr && base && i < LAYERS; i++)
		if (!strcmp(base + 1, layer_files[i]))
			layers_line(state->ucr, (enum layer)i, number, line, length);
}

/* grep ends with 2 where one of several files is not there, with 1 where there was no line: both are no fault. */
static bool good(struct settings_state *state, const char *command, const struct host_answer *answer)
{
	struct host_answer as = *answer;
	struct error error = { 0 };

	if (!strcmp(command, "lines") || !strcmp(command, "table-lines") || !strcmp(command, "dovecot-lines"))
		as.status = answer->status <= 2 && !*answer->complaint ? 0 : answer->status;
	if (host_answer_good(state->settings, command, &as, &error))
		return true;
	gap(state, error.text, error.kind);
	return false;
}

/* Not being allowed to see logins is no fault of the server: only those settings are not known then. */
static void take_logins(struct settings_state *state, const struct host_answer *answer)
{
	struct error error = { 0 };

	if (!host_answer_good(state->settings, "guardian-logins", answer, &error)) {
		state->logins_why = arena_text(state->arena, error.text);
		return;
	}
	each_line(state, answer, take_table_line);
	state_tables_read(state, true);
}

void settings_state_take(struct settings_state *state, const char *command, const struct host_answer *answer)
{
	bool lines = !strcmp(command, "lines"), tables = !strcmp(command, "table-lines");

	if (!strcmp(command, "guardian-logins")) {
		take_logins(state, answer);
		return;
	}
	if (!good(state, command, answer))
		return;
	if (!strcmp(command, "postconf-set"))
		take_pairs(state, &state->postfix_set, answer);
	else if (!strcmp(command, "postconf-defaults"))
		take_pairs(state, &state->postfix_default, answer);
	else if (!strcmp(command, "dovecot-values"))
		take_pairs(state, &state->dovecot_now, answer);
	else if (!strcmp(command, "dovecot-defaults"))
		take_pairs(state, &state->dovecot_default, answer);
	else if (!strcmp(command, "dovecot-version"))
		state->dovecot24 = answer->length > 3 && (!strncmp(answer->output, "2.4", 3) || answer->output[0] >= '3');
	else if (!strcmp(command, "dovecot-lines")) {
		state->dovecot_files = dovecot_files_new(state->arena);
		each_line(state, answer, take_dovecot_line);
	}
	if (lines && state->settings->flavour == FLAVOUR_UCS && !state->ucr)
		state->ucr = layers_new(state->arena);
	if (lines || tables)
		each_line(state, answer, tables ? take_table_line : take_line);
	if (tables)
		state_tables_read(state, false);
}

const char *const *settings_state_tables(struct settings_state *state, bool secret)
{
	const char **paths = arena_alloc(state->arena, (STATE_TABLES + 1) * sizeof(*paths));
	size_t count = 0;

	if (state->table_count == 0)
		state_tables_find(state);
	for (size_t i = 0; i < state->table_count; i++)
		if (state->tables[i].secret == secret)
			paths[count++] = state->tables[i].path;
	return paths;
}

void settings_state_end(struct settings_state *state)
{
	if (state->dovecot_files)
		dovecot_files_walk(state->dovecot_files, state->dovecot_conf);
}
