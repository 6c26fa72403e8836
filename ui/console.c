/*
 * console: what main calls: the full screen, a screen as text, the list of keys.
 *
 * Puts engine, session and terminal together and ends them in the right order:
 * views before the engine, the terminal restored before anything that may hang.
 * Failures come back as exit statuses after a sentence on standard error.  Loop
 * thread.
 */
#include "ui/console.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/environment.h"
#include "base/file.h"
#include "base/text.h"
#include "commands/commands.h"
#include "engine.h"
#include "ui/frame.h"
#include "ui/session.h"

enum { SCREEN_DEADLINE_MS = 20000, SCREEN_LOOK_MS = 5, KEYS_FILE_MOST = 1024 * 1024 };

/* A sentence on standard error, made visible; returns the exit status of its kind. */
static int complain(const struct error *error)
{
	struct arena *arena = arena_new();

	fprintf(stderr, "postroom: %s\n", text_visible_string(arena, VISIBLE_UTF8, error->text, strlen(error->text)));
	arena_free(arena);
	return error_exit_status(error->kind);
}

/* A keymap that cannot be read is reported, and the default serves. */
static struct keymap *load_keymap(const char *name, struct error *error)
{
	struct keymap *keymap;

	error_clear(error);
	if (name == NULL || name[0] == '\0')
		return keymap_default();
	keymap = keymap_load(name, error);
	return keymap != NULL ? keymap : keymap_default();
}

/* --- a screen as text ---------------------------------------------------------------------------- */

struct replay {
	struct engine *engine;
	struct session *session;
	bool ended;
	int status;
	bool looked;               /* loop_run_until waits for it */
	int looks;                 /* left before the deadline */
};

static void replay_ended(void *context, int status)
{
	struct replay *replay = context;

	replay->ended = true;
	replay->status = status;
	replay->looked = true;
}

static void look(void *context)
{
	struct replay *replay = context;
	bool busy = replay->session == NULL ? directory_status(replay->engine->directory)->link == DIRECTORY_CONNECTING : session_busy(replay->session);

	if (!busy || replay->ended || replay->looks-- <= 0)
		replay->looked = true;
}

/* Until all data are in, without a session until the directory is there or is not; false where the deadline came first. */
static bool wait_for_data(struct replay *replay)
{
	struct loop_timer *timer;

	replay->looked = false;
	replay->looks = SCREEN_DEADLINE_MS / SCREEN_LOOK_MS;
	timer = loop_after(replay->engine->loop, SCREEN_LOOK_MS, SCREEN_LOOK_MS, look, replay);
	loop_run_until(replay->engine->loop, &replay->looked);
	loop_timer_stop(timer);
	return replay->looks > 0;
}

static void type_text(struct replay *replay, const char *bytes)
{
	size_t left = strlen(bytes);

	while (left > 0 && !replay->ended) {
		struct key key = { .kind = KEY_KIND_TEXT };
		size_t length = utf8_decode(bytes, left, &key.code);

		if (length == 0)
			break;
		session_key(replay->session, &key);
		bytes += length;
		left -= length;
	}
}

/* One line of a keys file: a name of a key, or a quote and text to type. */
static bool replay_line(struct replay *replay, const char *line, struct error *error)
{
	struct key key;

	if (line[0] == '"') {
		type_text(replay, line + 1);
	} else if (key_from_name(line, &key)) {
		session_key(replay->session, &key);
	} else {
		return error_set(error, ERROR_INVALID, "\"%.60s\" names no key; one name a line, or \" and text to type", line);
	}
	wait_for_data(replay);
	return true;
}

static bool replay_file(struct replay *replay, const char *path, struct error *error)
{
	struct arena *arena = arena_new();
	size_t length = 0, number = 0;
	char *bytes = file_read(arena, path, KEYS_FILE_MOST, &length, error), *rest = bytes, *line;
	bool fine = bytes != NULL;

	while (fine && !replay->ended && (line = strsep(&rest, "\n")) != NULL) {
		size_t end = strlen(line);

		number++;
		while (line[0] != '"' && end > 0 && (line[end - 1] == ' ' || line[end - 1] == '\r' || line[end - 1] == '\t'))
			line[--end] = '\0';
		if (end == 0 || line[0] == '#')
			continue;
		fine = replay_line(replay, line, error) || error_prefix(error, "%s line %zu", path, number);
	}
	arena_free(arena);
	return fine;
}

static void print_screen(struct replay *replay)
{
	char *text;

	session_changed(replay->session);
	session_compose(replay->session);
	text = canvas_print(session_canvas(replay->session));
	fputs(text, stdout);
	free(text);
}

/* Draws and prints; the exit status. */
static int run_screen(struct engine *engine, const struct screen_request *request, const struct keymap *keymap, enum visible_form form)
{
	struct replay replay = { .engine = engine };
	struct session_outside outside = { .context = &replay, .ended = replay_ended };
	struct error error;
	int status = 0;
	bool in_time;

	error_clear(&error);
	/* What a view asks for at its start it does not ask for again: the history would lack what others did. */
	wait_for_data(&replay);
	replay.session = session_new(engine, keymap, form, &outside, true);
	session_resize(replay.session, request->rows, request->columns);
	session_start(replay.session, section_find(request->section));
	in_time = wait_for_data(&replay);
	if (request->keys_file != NULL && !replay_file(&replay, request->keys_file, &error))
		status = complain(&error);
	print_screen(&replay);
	if (!in_time && status == 0) {
		error_set(&error, ERROR_TIMEOUT, "the data were not complete within %d s; the screen shows what had come by then", SCREEN_DEADLINE_MS / 1000);
		status = complain(&error);
	}
	session_free(replay.session);
	return status;
}

/* The section that was asked for and none in its place. */
static bool has_section(const char *name, enum role role, struct error *error)
{
	const struct section *wanted = section_find(name);
	struct text names = { 0 };

	if (wanted != NULL && section_visible(wanted, role))
		return true;
	for (const struct section *section = sections; section->name != NULL; section++) {
		if (section_visible(section, role))
			text_addf(&names, "%s%s", names.length > 0 ? ", " : "", section->name);
	}
	if (wanted != NULL)
		error_set(error, ERROR_REFUSED, "the role %s does not see the section %s; it sees %s", role_word(role), wanted->name, text_get(&names));
	else
		error_set(error, ERROR_USAGE, "there is no section \"%.60s\"; there are %s", name, text_get(&names));
	text_free(&names);
	return false;
}

int console_screen(struct config *takes, const struct screen_request *request)
{
	enum visible_form form = request->ascii || takes->ascii || !environment_locale(NULL) ? VISIBLE_ASCII : VISIBLE_UTF8;
	const char *name = request->keymap != NULL ? request->keymap : takes->keymap;
	struct error error;
	struct keymap *keymap;
	struct engine *engine;
	int status;

	error_clear(&error);
	if (request->section != NULL && !has_section(request->section, takes->role, &error)) {
		config_free(takes);
		return complain(&error);
	}
	keymap = load_keymap(name, &error);
	if (error.kind != ERROR_NONE)
		complain(&error);
	takes->directory.ask_password = commands_ask_password;
	takes->directory.ask_context = takes;
	engine = engine_open(takes, &error);
	if (engine == NULL) {
		keymap_free(keymap);
		return complain(&error);
	}
	status = run_screen(engine, request, keymap, form);
	keymap_free(keymap);
	if (!engine_close(engine)) {
		fflush(stdout);
		_Exit(status);
	}
	return status;
}

/* --- keys ----------------------------------------------------------------------------------------- */

static void print_place(const struct keymap *keymap, const char *place)
{
	struct arena *arena = arena_new();
	bool global = strcmp(place, "global") == 0;

	printf("%s[%s]\n", global ? "" : "\n", place);
	for (const struct action *action = actions; action->name != NULL; action++) {
		char *keys = keymap_keys(keymap, place, action->name, arena);

		/* What works everywhere is told once. */
		if (keys != NULL && (global || strstr(action->places, "global") == NULL) && action_applies(action, place))
			printf("%-18s = %-22s # %s\n", action->name, keys, action->help);
	}
	arena_free(arena);
}

/* A line of the left map behind <, of the right one behind >, so that either can be pasted into a keymap file. */
static void print_differences(const struct keymap *left, const struct keymap *right)
{
	struct arena *arena = arena_new();
	struct keymap_difference *rows;
	size_t count = keymap_compare(left, right, arena, &rows);
	const char *place = "";

	printf("# < %s, > %s: %zu differences\n", keymap_name(left), keymap_name(right), count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].place, place) != 0)
			printf("\n[%s]\n", place = rows[i].place);
		printf("< %-18s = %s\n> %-18s = %s\n", rows[i].action->name, rows[i].left == NULL ? "" : rows[i].left,
			rows[i].action->name, rows[i].right == NULL ? "" : rows[i].right);
	}
	arena_free(arena);
}

int console_list_keys(const char *name, const char *compare)
{
	struct error error;
	struct keymap *keymap = load_keymap(name, &error), *other = NULL;
	int status = error.kind == ERROR_NONE ? 0 : complain(&error);

	if (compare != NULL) {
		other = keymap_load(compare, &error);
		if (other == NULL)
			status = complain(&error);
		else
			print_differences(keymap, other);
	} else {
		struct arena *arena = arena_new();

		for (const char *const *place = keymap_places(arena); *place != NULL; place++)
			print_place(keymap, *place);
		arena_free(arena);
	}
	keymap_free(other);
	keymap_free(keymap);
	return status;
}
