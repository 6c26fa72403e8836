/*
 * keymap_read: keymap files to lines, with every mistake named by file and line.
 *
 * libConfuse cannot read this form and need not: it is two kinds of lines.
 * Fails with the file, the line and what would be right.  Loop thread.
 */
#include "ui/keymap_private.h"

#include <string.h>

/* What terminals, shells' line discipline and tmux use for themselves, or send for other keys. */
static const struct { char letter; const char *reason; } claimed[] = {
	{ 'a', "tmux and screen take it" },
	{ 'b', "tmux takes it" },
	{ 'h', "terminals send it for Backspace" },
	{ 'i', "terminals send it for Tab" },
	{ 'j', "terminals send it for Enter" },
	{ 'm', "terminals send it for Enter" },
	{ 'q', "terminals stop and start output with it" },
	{ 's', "terminals stop and start output with it" },
	{ '\\', "terminals end programs with it" },
	{ 'z', "it is kept for the action suspend" },
};

struct reader {
	struct keymap *map;
	const char *name;
	int number;
	const char *place;             /* NULL: before the first section */
	size_t own;                    /* lines of this file begin here */
	struct error *error;
};

static bool complain(struct reader *reader, const char *words)
{
	return error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s", reader->name, reader->number, words);
}

static char *trim(char *words)
{
	size_t length;

	words += strspn(words, " \t");
	length = strlen(words);
	while (length && strchr(" \t\r", words[length - 1]))
		words[--length] = '\0';
	return words;
}

/* A place is a word that some action names. */
static bool place_exists(const char *place)
{
	const struct action *row;
	size_t length = strlen(place);

	if (strcmp(place, "global") == 0)
		return true;
	for (row = actions; row->name; row++) {
		const char *at = row->places;

		while (*at) {
			size_t word = strcspn(at, " ");

			if (word == length && strncmp(at, place, length) == 0)
				return true;
			at += word + strspn(at + word, " ");
		}
	}
	return false;
}

static bool read_section(struct reader *reader, char *words)
{
	size_t length = strlen(words);

	if (words[length - 1] != ']')
		return complain(reader, "a place stands in brackets: [list]");
	words[length - 1] = '\0';
	words = trim(words + 1);
	if (!place_exists(words))
		return error_set(reader->error, ERROR_CONFIG, "%s, line %d: there is no place \"%s\"", reader->name, reader->number, words);
	reader->place = arena_text(reader->map->arena, words);
	return true;
}

static bool forbidden(struct reader *reader, const struct action *action, const struct key *key)
{
	char name[40];
	size_t i;

	key_name(key, name, sizeof(name));
	if (key->kind == KEY_KIND_TEXT && key->modifiers == WITH_CTRL) {
		for (i = 0; i < sizeof(claimed) / sizeof(claimed[0]); i++) {
			if ((uint32_t)claimed[i].letter != key->code || (key->code == 'z' && strcmp(action->name, "suspend") == 0))
				continue;
			error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s cannot be bound: %s", reader->name, reader->number, name, claimed[i].reason);
			return true;
		}
	}
	if (!key_is_text(key))
		return false;
	if (key->code == '[' || key->code == 'O')
		error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s cannot be bound: on a slow line it can be the end of an arrow key", reader->name, reader->number, name);
	else if (strcmp(reader->place, "field") == 0)
		error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s is text while a field has the focus", reader->name, reader->number, name);
	else if (strcmp(action->name, "accept") == 0 || strcmp(action->name, "apply") == 0)
		error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s cannot be bound to %s: a sign that can be typed by accident must not agree to anything", reader->name, reader->number, name, action->name);
	else
		return false;
	return true;
}

static bool read_keys(struct reader *reader, struct keymap_line *line, char *words)
{
	size_t capacity = 0;

	while (words && *trim(words)) {
		char *next = strchr(words, ','), *name;
		struct key key;

		if (next)
			*next++ = '\0';
		name = trim(words);
		if (!*name)
			return complain(reader, "a key is missing before the comma (the key itself is called Comma)");
		if (!key_from_name(name, &key))
			return error_set(reader->error, ERROR_CONFIG, "%s, line %d: \"%s\" is no key", reader->name, reader->number, name);
		if (forbidden(reader, line->action, &key))
			return false;
		line->keys = arena_grow(reader->map->arena, line->keys, &capacity, line->count + 1, sizeof(*line->keys));
		line->keys[line->count++] = key;
		if (next && !*trim(next))
			return complain(reader, "a key is missing behind the comma (the key itself is called Comma)");
		words = next;
	}
	return true;
}

/* Replaces the line that an earlier file has; twice in one file is a mistake. */
static bool put_line(struct reader *reader, const struct keymap_line *line)
{
	struct keymap *map = reader->map;
	size_t i;

	for (i = 0; i < map->count; i++) {
		if (map->lines[i].action != line->action || strcmp(map->lines[i].place, line->place) != 0)
			continue;
		if (i >= reader->own || map->lines[i].file == line->file)
			return error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s stands in [%s] a second time (first in line %d)",
					reader->name, reader->number, line->action->name, line->place, map->lines[i].number);
		map->lines[i] = *line;
		return true;
	}
	map->lines = memory_grow(map->lines, &map->capacity, map->count + 1, sizeof(*map->lines));
	map->lines[map->count++] = *line;
	return true;
}

static bool read_line(struct reader *reader, char *words)
{
	struct keymap_line line = { .place = reader->place, .file = reader->name, .number = reader->number };
	char *equals = strchr(words, '='), *name;

	if (!equals)
		return complain(reader, "a line is a [place] or an action, \"=\" and its keys");
	if (!reader->place)
		return complain(reader, "the first line must be a place, such as [global]");
	*equals = '\0';
	name = trim(words);
	line.action = action_find(name);
	if (!line.action)
		return error_set(reader->error, ERROR_CONFIG, "%s, line %d: there is no action \"%s\"", reader->name, reader->number, name);
	if (strcmp(reader->place, "global") != 0 && !action_applies(line.action, reader->place))
		return error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s does not apply in [%s]", reader->name, reader->number, name, reader->place);
	return read_keys(reader, &line, equals + 1) && put_line(reader, &line);
}

/* --- one key, one action -------------------------------------------------------------- */

static bool conflict(struct reader *reader, const struct keymap_line *a, const struct keymap_line *b, const struct key *key)
{
	const struct keymap_line *later = a->file == reader->name && (b->file != reader->name || a->number > b->number) ? a : b;
	const struct keymap_line *other = later == a ? b : a;
	char name[40];

	key_name(key, name, sizeof(name));
	return error_set(reader->error, ERROR_CONFIG,
			"%s, line %d: %s is bound to %s and to %s (%s, line %d) in [%s]; give one of them other keys there, or none: \"%s =\"",
			later->file, later->number, name, later->action->name, other->action->name, other->file, other->number,
			later->place, other->action->name);
}

static bool no_conflicts(struct reader *reader)
{
	const struct keymap *map = reader->map;
	size_t a, b, i, j;

	for (a = 0; a < map->count; a++) {
		for (b = a; b < map->count; b++) {
			if (strcmp(map->lines[a].place, map->lines[b].place) != 0)
				continue;
			for (i = 0; i < map->lines[a].count; i++) {
				for (j = a == b ? i + 1 : 0; j < map->lines[b].count; j++) {
					if (key_same(&map->lines[a].keys[i], &map->lines[b].keys[j]))
						return conflict(reader, &map->lines[a], &map->lines[b], &map->lines[a].keys[i]);
				}
			}
		}
	}
	return true;
}

bool keymap_read(struct keymap *map, const char *name, const char *bytes, size_t length, struct error *error)
{
	struct reader reader = { .map = map, .own = map->count, .error = error };
	char *at = arena_bytes(map->arena, bytes, length), *end = at + length;

	reader.name = arena_text(map->arena, name);
	while (at < end) {
		char *next = memchr(at, '\n', (size_t)(end - at)), *comment, *words;

		reader.number++;
		if (next)
			*next = '\0';
		if (strlen(at) < (size_t)((next ? next : end) - at))
			return complain(&reader, "there is a zero byte in it");
		comment = strchr(at, '#');
		if (comment)
			*comment = '\0';
		words = trim(at);
		if (*words == '[' ? !read_section(&reader, words) : *words && !read_line(&reader, words))
			return false;
		at = next ? next + 1 : end;
	}
	return no_conflicts(&reader);
}
