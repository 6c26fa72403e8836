/*
 * guarded_lines: a change of a server's files in lines that a person reads.
 *
 * The journal keeps what the guardian gets, as JSON with whole files; here it
 * becomes the values, and of each file the lines that differ, with the last
 * line before them that stays.  What cannot be read is said to be so.  Raw bytes
 * stay in the lines: the one who shows them makes them visible.  Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "gate/gate_private.h"
#include "model/guarded.h"

/* Lines of one file that are shown; cells of the table that finds what stays. */
enum { MOST_SHOWN = 40, MOST_CELLS = 4000000 };

/* --- what differs between two files ----------------------------------------------------------------- */

struct line { const char *bytes; size_t length; };
struct lines { struct line *lines; size_t count; };

static struct lines lines_of(struct arena *arena, const char *bytes, size_t length)
{
	struct lines all = { NULL, 0 };
	size_t capacity = 0;

	for (const char *at = bytes, *end = bytes ? bytes + length : NULL; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;

		all.lines = arena_grow(arena, all.lines, &capacity, all.count + 1, sizeof(*all.lines));
		all.lines[all.count++] = (struct line){ at, (size_t)(stop - at) };
		at = newline ? newline + 1 : end;
	}
	return all;
}

static bool same(const struct line *a, const struct line *b)
{
	return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

struct telling {
	struct text *text;
	size_t shown, left;                /* lines that were shown; that were too many */
	const struct line *before;         /* the last one that stays and was not shown; NULL: none */
};

static void tell_line(struct telling *telling, const char *sign, const struct line *line)
{
	text_addf(telling->text, "\n  %s ", sign);
	text_add_bytes(telling->text, line->bytes, line->length);
	telling->shown++;
}

static void tell_differing(struct telling *telling, const char *sign, const struct line *line)
{
	if (telling->shown >= MOST_SHOWN) {
		telling->left++;
		return;
	}
	if (telling->before)
		tell_line(telling, " ", telling->before);
	telling->before = NULL;
	tell_line(telling, sign, line);
}

/* kept[i][j]: how many lines at most the ends of both have in common, from i and j on. */
static unsigned *common(struct arena *arena, const struct lines *old, const struct lines *new)
{
	size_t width = new->count + 1;
	unsigned *kept = arena_alloc(arena, (old->count + 1) * width * sizeof(*kept));

	for (size_t i = old->count; i-- > 0;)
		for (size_t j = new->count; j-- > 0;) {
			unsigned down = kept[(i + 1) * width + j], right = kept[i * width + j + 1];

			kept[i * width + j] = same(&old->lines[i], &new->lines[j]) ? kept[(i + 1) * width + j + 1] + 1 : down > right ? down : right;
		}
	return kept;
}

/* What lies between what both begin and end with. */
static void tell_middle(struct arena *arena, struct telling *telling, const struct lines *old, const struct lines *new)
{
	bool all = (old->count + 1) * (new->count + 1) > MOST_CELLS;
	const unsigned *kept = all ? NULL : common(arena, old, new);
	size_t i = 0, j = 0, width = new->count + 1;

	while (i < old->count || j < new->count) {
		if (!all && i < old->count && j < new->count && same(&old->lines[i], &new->lines[j])) {
			telling->before = &old->lines[i++];
			j++;
		} else if (i < old->count && (all || j == new->count || kept[(i + 1) * width + j] >= kept[i * width + j + 1])) {
			tell_differing(telling, "-", &old->lines[i++]);
		} else {
			tell_differing(telling, "+", &new->lines[j++]);
		}
	}
}

static void tell_differences(struct arena *arena, struct text *text, struct lines old, struct lines new)
{
	struct telling telling = { .text = text };

	for (; old.count > 0 && new.count > 0 && same(&old.lines[0], &new.lines[0]); old.lines++, new.lines++, old.count--, new.count--)
		telling.before = &old.lines[0];
	while (old.count > 0 && new.count > 0 && same(&old.lines[old.count - 1], &new.lines[new.count - 1])) {
		old.count--;
		new.count--;
	}
	tell_middle(arena, &telling, &old, &new);
	if (telling.left > 0)
		text_addf(text, "\n  and %zu more lines", telling.left);
	else if (telling.shown == 0)
		text_add(text, "\n  the same lines");
}

/* --- what the guardian gets --------------------------------------------------------------------------- */

static const char *bytes_at(struct arena *arena, const struct json *object, const char *key, size_t *length)
{
	const struct json *value = json_get(object, key);
	const char *bytes = value ? json_bytes(arena, value, length) : NULL;

	if (!bytes)
		*length = 0;
	return bytes;
}

static void next_line(struct text *text)
{
	if (text->length > 0)
		text_add_char(text, '\n');
}

static void add_file(struct arena *arena, struct text *text, const struct json *file)
{
	size_t old_length, new_length;
	const char *old = bytes_at(arena, file, "seen", &old_length), *new = bytes_at(arena, file, "bytes", &new_length);
	const char *path = json_get_text(file, "path");

	next_line(text);
	text_addf(text, "%s%s", path ? path : "?", !old ? " (new file)" : !new ? " (removed)" : "");
	if ((old && memchr(old, '\0', old_length)) || (new && memchr(new, '\0', new_length)))
		text_addf(text, ": not text, %zu bytes become %zu", old_length, new_length);
	else
		tell_differences(arena, text, lines_of(arena, old, old_length), lines_of(arena, new, new_length));
}

static void add_variable(struct arena *arena, struct text *text, const struct json *variable)
{
	size_t length;
	const char *old = bytes_at(arena, variable, "seen", &length), *new = bytes_at(arena, variable, "value", &length);
	const char *name = json_get_text(variable, "name");

	next_line(text);
	text_addf(text, "ucr %s: %s -> %s", name ? name : "?", old ? old : "(not set)", new ? new : "(not set)");
}

/* One line of a table of Postfix. */
static void add_entry(struct arena *arena, struct text *text, const struct json *entry)
{
	size_t length;
	const char *old = bytes_at(arena, entry, "seen", &length), *new = bytes_at(arena, entry, "value", &length);
	const char *path = json_get_text(entry, "path"), *key = json_get_text(entry, "key");

	next_line(text);
	text_addf(text, "%s, the line of %s: %s -> %s", path ? path : "?", key ? key : "?", old ? old : "(none)", new ? new : "(none)");
}

static void add_guarded(struct arena *arena, struct text *text, const struct delta *delta)
{
	struct json *json = delta->count == 0 ? NULL : json_parse(delta->values[0].bytes, delta->values[0].length, NULL);
	const struct json *files = json ? json_get(json, "files") : NULL, *variables = json ? json_get(json, "variables") : NULL;
	const struct json *entries = json ? json_get(json, "entries") : NULL;

	if (!json) {
		next_line(text);
		text_add(text, "what was to be written cannot be read any more");
	}
	for (size_t i = 0; i < json_count(files); i++)
		add_file(arena, text, json_item(files, i));
	for (size_t i = 0; i < json_count(entries); i++)
		add_entry(arena, text, json_item(entries, i));
	for (size_t i = 0; i < json_count(variables); i++)
		add_variable(arena, text, json_item(variables, i));
	json_free(json);
}

/* "imap-login process_limit<tab>20<tab>60", as settings_change makes them. */
static void add_value(struct arena *arena, struct text *text, const struct value *value)
{
	char *name = arena_bytes(arena, value->bytes, value->length), *before = strchr(name, '\t'), *after = before ? strchr(before + 1, '\t') : NULL;

	next_line(text);
	if (!after) {
		text_add(text, name);
		return;
	}
	*before++ = *after++ = '\0';
	text_addf(text, "%s: %s -> %s", name, *before ? before : "(none)", *after ? after : "(none)");
}

bool guarded_operation(const struct operation *operation)
{
	const char *slash = operation->place ? strrchr(operation->place, '/') : NULL;

	return operation->verb == OPERATION_MODIFY && slash && guarded_kind(slash + 1);
}

void guarded_lines(struct arena *arena, struct text *text, const struct operation *operation, bool values)
{
	for (size_t i = 0; i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];

		if (!values && (!strcmp(delta->attribute, "value") || !strcmp(delta->attribute, "id")))
			continue;
		if (!strcmp(delta->attribute, "change") && delta->secret) {
			next_line(text);
			text_add(text, "what is written holds secrets and is not shown");
		} else if (!strcmp(delta->attribute, "change")) {
			add_guarded(arena, text, delta);
		} else if (!strcmp(delta->attribute, "value")) {
			for (size_t j = 0; j < delta->count; j++)
				add_value(arena, text, &delta->values[j]);
		} else if (delta->count > 0) {
			next_line(text);
			text_addf(text, "%s ", delta->attribute);
			text_add_bytes(text, delta->values[0].bytes, delta->values[0].length);
			if (!strcmp(delta->attribute, "settle"))
				text_add(text, ": that change had come back by itself");
		}
	}
}
