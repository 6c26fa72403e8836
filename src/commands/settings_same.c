/*
 * settings_same: the same values on all servers, services restarted, and
 * main.cf.local of a server of UCS.
 *
 * Each server has a review and a change of its own, so that one that refuses
 * keeps none of the others from theirs; the first failure decides the exit
 * status.  Loop thread.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/output.h"
#include "commands/settings.h"
#include "commands/write.h"
#include "settings/settings.h"

/* --- the same on all ---------------------------------------------------------------------------------- */

struct copying {
	struct settings_look *look;
	size_t from;                       /* which of the chosen ones */
	struct setting_edit *edits;
	size_t count;
	int status;                        /* the first that is not 0 */
};

static bool read_values(struct copying *copying, char **names)
{
	struct settings_look *look = copying->look;
	struct error error = { 0 };

	for (size_t i = 0; names[i]; i++) {
		struct setting_edit *edit = &copying->edits[copying->count++];
		struct setting_value value;

		edit->setting = settings_named(look, names[i], &edit->key);
		if (!edit->setting)
			return false;
		value = settings_value(look->headless.arena, look->states[copying->from], edit->setting, edit->key);
		if (!value.known)
			error_set(&error, ERROR_UNSUPPORTED, "%s: %s is not known there: %s", settings_state_server(look->states[copying->from]), names[i],
				value.why ? value.why : "nobody said");
		else if (edit->setting->flags & SETTING_SECRET && value.set)
			error_set(&error, ERROR_UNSUPPORTED, "%s: a password goes to no other server by itself; set it there", names[i]);
		if (error.kind != ERROR_NONE)
			return headless_fail(&look->headless, &error);
		/* What is not set there is taken out elsewhere, so that each has the default of its own. */
		edit->value = value.set ? value.value : NULL;
	}
	return true;
}

/* Those that this server knows and has otherwise. */
static size_t differing(struct copying *copying, size_t place, struct setting_edit *edits)
{
	struct settings_look *look = copying->look;
	size_t count = 0;

	for (size_t i = 0; i < copying->count; i++) {
		const struct setting_edit *edit = &copying->edits[i];
		struct setting_value value = settings_value(look->headless.arena, look->states[place], edit->setting, edit->key);

		if (!value.known)
			headless_note("%s: %s%s is left out: %s", settings_state_server(look->states[place]), edit->setting->name, edit->key ? edit->key : "",
				value.why ? value.why : "it is not known");
		else if (edit->value ? !setting_same(edit->setting, edit->value, value.set ? value.value : NULL) : value.set)
			edits[count++] = *edit;
	}
	return count;
}

void settings_same(struct settings_look *look, char **names, const char *from)
{
	struct copying copying = { .look = look };
	struct setting_edit *edits;
	struct error error = { 0 };
	size_t count = 0;

	while (names[count])
		count++;
	copying.edits = arena_alloc(look->headless.arena, (count + 1) * sizeof(*edits));
	edits = arena_alloc(look->headless.arena, (count + 1) * sizeof(*edits));
	while (copying.from < look->count && strcmp(settings_state_server(look->states[copying.from]), from))
		copying.from++;
	if (copying.from == look->count) {
		error_set(&error, ERROR_NOT_FOUND, "%s: no server of this name is configured; postroom servers lists them", from);
		headless_fail(&look->headless, &error);
		return;
	}
	if (!read_values(&copying, names))
		return;
	for (size_t i = 0; i < look->count; i++) {
		size_t differ = i == copying.from ? 0 : differing(&copying, i, edits);

		if (i == copying.from)
			continue;
		look->headless.status = 0;
		if (differ == 0)
			headless_note("%s: the same already, or without these", settings_state_server(look->states[i]));
		else
			settings_write_edits(look, i, edits, differ);
		copying.status = copying.status ? copying.status : look->headless.status;
	}
	look->headless.status = copying.status;
}

/* --- restarts -------------------------------------------------------------------------------------------- */

void settings_restart_service(struct settings_look *look, const char *service)
{
	const struct setting_follow_row *row = setting_restart_find(service);
	struct change *change;

	if (!settings_one_server(look))
		return;
	change = settings_restart(settings_state_server(look->states[0]), row);
	change->reason = arena_text(change->arena, look->headless.arguments->reason);
	write_change(&look->headless, change);
	change_free(change);
}

/* --- main.cf.local --------------------------------------------------------------------------------------- */

static const struct column columns[] = {
	{ .name = "line", .label = "Line" }, { .name = "parameter", .label = "Parameter" }, { .name = "value", .label = "Value" },
	{ .name = "overrides", .label = "Overrides" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static void show_local(struct settings_look *look)
{
	struct arena *arena = look->headless.arena;
	const struct local_line *lines = settings_local_lines(arena, look->states[0]);
	struct output output = { 0 };

	output_begin(&output, look->headless.arguments->printer, stdout, columns, COLUMNS, false);
	for (size_t i = 0; lines[i].line; i++) {
		const char *texts[COLUMNS] = { arena_format(output.arena, "%u", lines[i].line), lines[i].name, lines[i].value, lines[i].overrides };
		struct entry *entries = arena_alloc(output.arena, COLUMNS * sizeof(*entries));

		for (size_t j = 0; j < COLUMNS; j++)
			entries[j] = entry_of_text(output.arena, texts[j]);
		output_item(&output, &(struct item){ .entries = entries });
	}
	output_end(&output);
	settings_tell_gaps(look);
}

void settings_local(struct settings_look *look, const char *word)
{
	struct arena *arena = look->headless.arena;
	const struct setting_bytes *bytes;
	struct error error = { 0 };
	struct setting_plan plan;
	size_t count;

	if (!settings_one_server(look))
		return;
	if (!settings_local_possible(look->states[0], &error)) {
		headless_fail(&look->headless, &error);
		return;
	}
	if (!word) {
		show_local(look);
		return;
	}
	if (!settings_fetch(look, 0, settings_local_files(arena, look->states[0]), &bytes, &count))
		return;
	if (settings_plan_local(arena, look->states[0], !strcmp(word, "aside"), bytes, count, &plan, &error))
		settings_write_plan(look, 0, &plan);
	else
		headless_fail(&look->headless, &error);
}
