/*
 * local_cf: main.cf.local of a server of UCS: what it says and overrides, set
 * aside and put back.
 *
 * The manual: where Postfix does not behave as expected, rename the file first,
 * let UCR write main.cf again, and reload; so the file gets another name beside
 * its own and nothing of it is lost.  Pure over a state.  Source: UCS manual
 * 14.7.7, ucs-variables 7.
 */
#include "settings/backend_private.h"

#include <string.h>

#include "settings/main_cf.h"

bool settings_local_possible(const struct settings_state *state, struct error *error)
{
	if (state->settings->flavour != FLAVOUR_UCS || !(state->settings->roles & HOST_TRANSPORT))
		return error_set(error, ERROR_UNSUPPORTED, "%s: only a Postfix of UCS has a main.cf.local", state->settings->name);
	return true;
}

/* Of a value that stands in main.cf in front of the lines that UCR put behind it. */
static const char *overridden(struct arena *arena, const struct settings_state *state, const char *name)
{
	const char *bytes = text_get(&state->main_cf), *at = bytes;
	struct main_cf_place now = main_cf_find(arena, bytes, state->main_cf.length, name);

	if (!now.before)
		return NULL;
	for (unsigned line = 1; line < now.line && (at = strchr(at, '\n')); line++)
		at++;
	return at ? main_cf_find(arena, bytes, (size_t)(at - bytes), name).value : NULL;
}

const struct local_line *settings_local_lines(struct arena *arena, const struct settings_state *state)
{
	struct local_line *lines = arena_alloc(arena, sizeof(*lines));
	const char *bytes = text_get(&state->local_cf), *at = bytes, *end = bytes + state->local_cf.length;
	size_t count = 0, capacity = 1;

	for (unsigned number = 1; at < end; number++) {
		size_t length = strcspn(at, "\n"), name = strcspn(at, "= \t\n");

		if (name > 0 && *at != '#') {
			struct local_line *line;
			struct main_cf_place place = main_cf_find(arena, bytes, state->local_cf.length, arena_bytes(arena, at, name));

			lines = arena_grow(arena, lines, &capacity, count + 2, sizeof(*lines));
			line = &lines[count++];
			lines[count] = (struct local_line){ 0 };
			*line = (struct local_line){ .line = number, .name = arena_bytes(arena, at, name), .value = place.line == number ? place.value :
				"(a later line of the same name counts)", .overrides = overridden(arena, state, arena_bytes(arena, at, name)) };
		}
		at += length + (at + length < end);
	}
	return lines;
}

const char *const *settings_local_files(struct arena *arena, const struct settings_state *state)
{
	const char **paths = arena_alloc(arena, 3 * sizeof(*paths));

	paths[0] = state->local_path;
	paths[1] = arena_format(arena, "%s.aside", state->local_path);
	return paths;
}

static const struct setting_bytes *found(const struct setting_bytes *bytes, size_t count, const char *path)
{
	static const struct setting_bytes none = { NULL, NULL, 0 };

	for (size_t i = 0; i < count; i++)
		if (!strcmp(bytes[i].path, path))
			return &bytes[i];
	return &none;
}

static bool allowed(const struct settings_state *state, bool aside, const struct setting_bytes *local, const struct setting_bytes *kept, struct error *error)
{
	bool full = local->bytes && local->bytes[strspn(local->bytes, " \t\r\n")];

	if (aside && !full)
		return error_set(error, ERROR_NOT_FOUND, "%s: %s is not there or empty; there is nothing to set aside", state->settings->name, state->local_path);
	if (aside && kept->bytes)
		return error_set(error, ERROR_CONFLICT, "%s: %s.aside is there already; put it back or take it away first", state->settings->name, state->local_path);
	if (!aside && !kept->bytes)
		return error_set(error, ERROR_NOT_FOUND, "%s: nothing was set aside (%s.aside is not there)", state->settings->name, state->local_path);
	if (!aside && full)
		return error_set(error, ERROR_CONFLICT, "%s: %s has lines again, which would be lost; set those first where they belong", state->settings->name,
			state->local_path);
	return true;
}

bool settings_plan_local(struct arena *arena, const struct settings_state *state, bool aside, const struct setting_bytes *bytes, size_t count,
		struct setting_plan *plan, struct error *error)
{
	const char *const *paths = settings_local_files(arena, state);
	const struct setting_bytes *local = found(bytes, count, paths[0]), *kept = found(bytes, count, paths[1]), *moved = aside ? local : kept;
	struct guarded_file *files = arena_alloc(arena, 2 * sizeof(*files));
	struct setting_shown *shown = arena_alloc(arena, sizeof(*shown));
	struct setting_say *says = arena_alloc(arena, 2 * sizeof(*says));
	const char **commits = arena_alloc(arena, 2 * sizeof(*commits)), **steps = arena_alloc(arena, 4 * sizeof(*steps));

	memset(plan, 0, sizeof(*plan));
	if (!allowed(state, aside, local, kept, error))
		return false;
	files[0] = (struct guarded_file){ .path = paths[0], .bytes = aside ? NULL : moved->bytes, .length = aside ? 0 : moved->length, .seen = local->bytes,
		.seen_length = local->length };
	files[1] = (struct guarded_file){ .path = paths[1], .bytes = aside ? moved->bytes : NULL, .length = aside ? moved->length : 0, .seen = kept->bytes,
		.seen_length = kept->length };
	shown[0] = (struct setting_shown){ .name = "main.cf.local", .place = paths[0], .before = aside ? "counts" : "set aside", .after = aside ? "set aside" : "counts" };
	says[0] = (struct setting_say){ SETTING_NOTE, aside ? "Postfix has what UCR writes, without the lines of main.cf.local; they stay beside it and can be put back." :
		"The lines count again and override what UCR writes; Postfix warns in its log of each parameter that is set twice." };
	commits[0] = state->main_path;
	steps[0] = arena_format(arena, "rename %s to %s", aside ? paths[0] : paths[1], aside ? paths[1] : paths[0]);
	steps[1] = arena_format(arena, "ucr commit %s", state->main_path);
	steps[2] = "Postfix reload: postfix reload";
	*plan = (struct setting_plan){ .shown = shown, .shown_count = 1, .files = files, .file_count = 2, .commits = commits, .service = "postfix", .steps = steps,
		.says = says, .say_count = 1, .follow = FOLLOW_POSTFIX_RELOAD, .timer = true,
		.sentence = arena_format(arena, "main.cf.local of %s is %s", state->settings->name, aside ? "set aside" : "put back") };
	return true;
}
