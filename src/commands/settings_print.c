/*
 * settings_print: settings as rows, one a setting and server, and one setting
 * with all that is known of it.
 *
 * Loop thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "commands/output.h"
#include "commands/settings.h"

static const struct column columns[] = {
	{ .name = "setting", .label = "Setting" }, { .name = "server", .label = "Server" }, { .name = "value", .label = "Value" },
	{ .name = "default", .label = "Default" }, { .name = "changed", .label = "Changed", .type = FIELD_FLAG }, { .name = "from", .label = "From" },
	{ .name = "note", .label = "Note" }, { .name = "group", .label = "Group" }, { .name = "place", .label = "Place" },
};
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]), BRIEF = 7 };

static const char *name_of(struct arena *arena, const struct setting *setting, const char *key)
{
	return setting->flags & SETTING_FAMILY ? arena_format(arena, "%s%s", setting->name, key ? key : "") : setting->name;
}

/* What a person must know beside the value. */
static const char *note_of(struct arena *arena, const struct setting_value *value)
{
	if (!value->known)
		return value->why;
	if (value->runs && value->hidden)
		return arena_format(arena, "%s; the service has \"%s\"", value->hidden, value->runs);
	return value->runs ? arena_format(arena, "the service has \"%s\"", value->runs) : value->hidden;
}

/* --- rows ----------------------------------------------------------------------------------------------- */

struct printing {
	struct settings_look *look;
	struct output output;
	size_t places[COLUMNS];
	struct column chosen[COLUMNS];
	size_t count;
	const char *filter;                /* folded */
};

static bool choose_columns(struct printing *printing, bool brief)
{
	const struct arguments *arguments = printing->look->headless.arguments;
	char *rest = NULL, *name = arguments->columns ? arena_text(printing->look->headless.arena, arguments->columns) : NULL;
	struct error error = { 0 };

	for (size_t i = 0; !name && i < (brief ? BRIEF : COLUMNS); i++)
		printing->places[printing->count++] = i;
	for (name = name ? strtok_r(name, ",", &rest) : NULL; name; name = strtok_r(NULL, ",", &rest)) {
		size_t place = 0;

		while (place < COLUMNS && strcmp(columns[place].name, name))
			place++;
		if (place == COLUMNS || printing->count == COLUMNS) {
			error_set(&error, ERROR_USAGE, "--columns: %s: there is no such column", name);
			return headless_fail(&printing->look->headless, &error);
		}
		printing->places[printing->count++] = place;
	}
	for (size_t i = 0; i < printing->count; i++)
		printing->chosen[i] = columns[printing->places[i]];
	return true;
}

static void print_value(struct printing *printing, size_t server, const struct setting *setting, const char *key)
{
	struct arena *arena = printing->output.arena;
	const struct settings_state *state = printing->look->states[server];
	struct setting_value value = settings_value(arena, state, setting, key);
	const char *texts[COLUMNS] = {
		name_of(arena, setting, key), settings_state_server(state), value.known && value.value ? value.value : NULL, value.fallback,
		value.known ? value.differs ? "yes" : "no" : NULL, value.known ? value.from : NULL, note_of(arena, &value), setting->group, value.place,
	};
	struct entry *entries = arena_alloc(arena, COLUMNS * sizeof(*entries));
	const char *words = arena_format(arena, "%s %s %s %s %s", texts[0], setting->label, texts[2] ? texts[2] : "", value.place ? value.place : "", setting->help);

	if (*printing->filter && !text_has_words(arena, text_fold(arena, words, strlen(words)), printing->filter))
		return;
	for (size_t i = 0; i < printing->count; i++)
		entries[i] = entry_of_text(arena, texts[printing->places[i]]);
	output_item(&printing->output, &(struct item){ .entries = entries });
}

static void list_setting(struct printing *printing, const struct setting *setting)
{
	struct arena *arena = printing->output.arena;

	for (size_t i = 0; i < printing->look->count; i++) {
		const struct settings_state *state = printing->look->states[i];
		const char *const *keys = setting->flags & SETTING_FAMILY ? settings_keys(arena, state, setting) : NULL;

		if (!keys && settings_value(arena, state, setting, NULL).known)
			print_value(printing, i, setting, NULL);
		for (size_t j = 0; keys && keys[j]; j++)
			print_value(printing, i, setting, keys[j]);
	}
}

void settings_list(struct settings_look *look)
{
	const struct arguments *arguments = look->headless.arguments;
	struct printing printing = { .look = look };
	const struct setting *setting;
	size_t at = 0;

	printing.filter = arguments->filter ? text_fold(look->headless.arena, arguments->filter, strlen(arguments->filter)) : "";
	if (!choose_columns(&printing, arguments->printer == &printer_table))
		return;
	output_begin(&printing.output, arguments->printer, stdout, printing.chosen, printing.count, false);
	while ((setting = setting_next(&at)))
		if (!arguments->group || !strcmp(arguments->group, setting->group))
			list_setting(&printing, setting);
	output_end(&printing.output);
	settings_tell_gaps(look);
}

/* --- one setting --------------------------------------------------------------------------------------------- */

static bool all_same(struct settings_look *look, const struct setting *setting, const char *key)
{
	struct setting_value first = { 0 };
	struct arena *arena = look->headless.arena;

	for (size_t i = 0; i < look->count; i++) {
		struct setting_value value = settings_value(arena, look->states[i], setting, key);

		if (!value.known)
			continue;
		if (!value.value)
			value.value = value.fallback;
		if (first.known && !setting_same(setting, first.value, value.value))
			return false;
		if (!first.known)
			first = value;
	}
	return true;
}

/* What is known of the world beside it, as lines. */
static struct setting_lines lines_of(struct settings_look *look, size_t server, const struct setting *setting)
{
	return settings_lines(look->headless.arena, look->states[server], setting, NULL, settings_facts(look, server, setting, NULL));
}

static struct json *json_of_lines(struct settings_look *look, size_t server, const struct setting *setting)
{
	struct setting_lines lines = lines_of(look, server, setting);
	struct json *array = json_array_new();

	for (size_t i = 0; i < lines.count; i++) {
		struct json *line = json_object_new();

		json_put_text(line, "about", *lines.lines[i].label ? lines.lines[i].label : NULL);
		json_put_text(line, "text", lines.lines[i].text);
		json_put_flag(line, "warning", lines.lines[i].weight == SETTING_WARNING);
		json_add(array, line);
	}
	return array;
}

static struct json *json_of_value(struct settings_look *look, size_t server, const struct setting *setting, const char *key)
{
	struct setting_value value = settings_value(look->headless.arena, look->states[server], setting, key);
	struct json *json = json_object_new();

	json_put_text(json, "server", settings_state_server(look->states[server]));
	json_put_text(json, "value", value.known ? value.value : NULL);
	json_put_text(json, "default", value.fallback);
	json_put_flag(json, "known", value.known);
	json_put_flag(json, "changed", value.differs);
	json_put_text(json, "from", value.known ? value.from : NULL);
	json_put_text(json, "kept_by", setting_backend_word(value.backend));
	json_put_text(json, "place", value.place);
	json_put_text(json, "service_has", value.runs);
	json_put_text(json, "hidden", value.hidden);
	json_put_text(json, "why", value.known ? NULL : value.why);
	json_put(json, "facts", json_of_lines(look, server, setting));
	return json;
}

static void show_json(struct settings_look *look, const struct setting *setting, const char *key)
{
	struct arena *arena = look->headless.arena;
	struct json *json = json_object_new(), *servers = json_array_new();
	char *words;

	json_put_text(json, "setting", name_of(arena, setting, key));
	json_put_text(json, "label", setting->label);
	json_put_text(json, "group", setting->group);
	json_put_text(json, "allowed", setting_range(arena, setting));
	json_put_text(json, "unit", setting->unit);
	json_put_text(json, "help", setting->help);
	json_put_text(json, "consequence", setting->consequence);
	json_put_text(json, "aged", setting->aged);
	json_put_text(json, "refused", setting->refused);
	json_put_text(json, "manual", setting->manual);
	json_put_flag(json, "timer", setting->flags & SETTING_LOCKOUT);
	json_put_flag(json, "same", all_same(look, setting, key));
	for (size_t i = 0; i < look->count; i++)
		json_add(servers, json_of_value(look, i, setting, key));
	json_put(json, "servers", servers);
	words = json_print(json, true);
	puts(words);
	free(words);
	json_free(json);
}

static void say(struct settings_look *look, const char *label, const char *words)
{
	if (words)
		printf("%-13s %s\n", label, text_visible_string(look->headless.arena, output_form(), words, strlen(words)));
}

static void show_words(struct settings_look *look, const struct setting *setting, const char *key)
{
	struct arena *arena = look->headless.arena;
	const struct setting_follow_row *row;
	struct text follow = { 0 };

	say(look, name_of(arena, setting, key), setting->label);
	say(look, "", setting->help);
	say(look, "Allowed", setting_range(arena, setting));
	for (row = setting_follows; row->bit; row++)
		if (setting->follow & row->bit)
			text_addf(&follow, "%s%s", follow.length ? ", " : "", row->name);
	say(look, "Must follow", follow.length ? text_get(&follow) : "nothing");
	say(look, "Consequence", setting->consequence);
	say(look, "Manual, aged", setting->aged);
	say(look, "Not changed", setting->refused);
	say(look, "Timer", setting->flags & SETTING_LOCKOUT ? "a change goes back unless it is confirmed, since a mistake can lock people or mail out" : NULL);
	say(look, "More", setting->manual);
	if (look->count > 1)
		say(look, "Servers", all_same(look, setting, key) ? "the same on all" : "DIFFERENT from server to server");
	text_free(&follow);
}

/* A heading for each server that there is something to say of. */
static void show_lines(struct settings_look *look, const struct setting *setting)
{
	for (size_t i = 0; i < look->count; i++) {
		struct setting_lines lines = lines_of(look, i, setting);

		if (lines.count > 0)
			printf("\nWhat it means on %s\n", settings_state_server(look->states[i]));
		for (size_t j = 0; j < lines.count; j++)
			say(look, arena_format(look->headless.arena, "%s%s", lines.lines[j].weight == SETTING_WARNING ? "! " : "  ", lines.lines[j].label), lines.lines[j].text);
	}
}

void settings_show(struct settings_look *look, char **names)
{
	const struct arguments *arguments = look->headless.arguments;

	for (size_t i = 0; names[i]; i++) {
		struct printing printing = { .look = look, .filter = "" };
		const char *key;
		const struct setting *setting = settings_named(look, names[i], &key);

		if (!setting || !choose_columns(&printing, arguments->printer == &printer_table))
			return;
		if (arguments->printer == &printer_json) {
			show_json(look, setting, key);
			continue;
		}
		if (arguments->printer == &printer_table) {
			show_words(look, setting, key);
			putchar('\n');
		}
		output_begin(&printing.output, arguments->printer, stdout, printing.chosen, printing.count, false);
		for (size_t j = 0; j < look->count; j++)
			print_value(&printing, j, setting, key);
		output_end(&printing.output);
		if (arguments->printer == &printer_table)
			show_lines(look, setting);
	}
	settings_tell_gaps(look);
}
