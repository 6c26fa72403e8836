/*
 * map_file: lines of a table's source, walked, changed and kept; see
 * map_file.h.
 *
 * Fails by answers only.  Pure, any thread.
 */
#include "settings/map_file.h"

#include <string.h>

#include "base/text.h"

/* A logical line: from its first byte to behind the newline of its last continuation. */
struct entry {
	const char *at;
	size_t whole;
	unsigned number;
	size_t key;                        /* bytes of the key; 0: a comment, an empty line, or blanks without a line in front */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static size_t line_length(const char *at, const char *end)
{
	const char *newline = memchr(at, '\n', (size_t)(end - at));

	return newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);
}

/* Nothing but blanks, or a remark: it ends nothing and belongs to nobody. */
static bool is_remark(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at == end || *at == '\n' || *at == '#';
}

/* How many physical lines there are in so many bytes. */
static unsigned lines_in(const char *at, size_t length)
{
	unsigned count = 0;

	for (size_t i = 0; i < length; i++)
		count += at[i] == '\n';
	return count;
}

static bool next_entry(const char *bytes, size_t length, struct entry *entry)
{
	const char *end = bytes + length, *at = entry->at ? entry->at + entry->whole : bytes, *more;

	entry->number += entry->at ? lines_in(entry->at, entry->whole) : 1;
	if (at >= end)
		return false;
	entry->at = at;
	entry->whole = line_length(at, end);
	entry->key = 0;
	if (is_remark(at, end) || is_blank(*at))
		return true;
	while (at + entry->key < end && !is_blank(at[entry->key]) && at[entry->key] != '\n')
		entry->key++;
	/* A remark between continuation lines goes with them only where another one follows. */
	for (more = at + entry->whole; more < end; more += line_length(more, end)) {
		if (is_remark(more, end))
			continue;
		if (!is_blank(*more))
			break;
		entry->whole = (size_t)(more - at) + line_length(more, end);
	}
	return true;
}

/* Line by line, remarks left out, blanks around each part gone. */
static char *value_of(struct arena *arena, const struct entry *entry)
{
	const char *at = entry->at + entry->key, *end = entry->at + entry->whole;
	struct text words = { 0 };
	char *copy;

	while (at < end) {
		size_t length = line_length(at, end), from = 0, to = length;

		while (from < to && is_blank(at[from]))
			from++;
		while (to > from && (is_blank(at[to - 1]) || at[to - 1] == '\n'))
			to--;
		if (to > from && (at == entry->at + entry->key || at[from] != '#')) {
			if (words.length > 0)
				text_add_char(&words, ' ');
			text_add_bytes(&words, at + from, to - from);
		}
		at += length;
	}
	copy = arena_text(arena, text_get(&words));
	memory_wipe(words.bytes, words.length);
	text_free(&words);
	return copy;
}

static bool same_key(const struct entry *entry, const char *key)
{
	if (entry->key == 0 || strlen(key) != entry->key)
		return false;
	for (size_t i = 0; i < entry->key; i++)
		if (text_lower_letter(entry->at[i]) != text_lower_letter(key[i]))
			return false;
	return true;
}

struct map_line map_file_find(struct arena *arena, const char *bytes, size_t length, const char *key)
{
	struct entry entry = { 0 };

	while (bytes && next_entry(bytes, length, &entry))
		if (same_key(&entry, key))
			return (struct map_line){ entry.number, arena_bytes(arena, entry.at, entry.key), value_of(arena, &entry) };
	return (struct map_line){ 0 };
}

const struct map_line *map_file_lines(struct arena *arena, const char *bytes, size_t length)
{
	struct map_line *lines = arena_alloc(arena, sizeof(*lines));
	struct entry entry = { 0 };
	size_t count = 0, capacity = 1;

	while (bytes && next_entry(bytes, length, &entry)) {
		if (entry.key == 0)
			continue;
		lines = arena_grow(arena, lines, &capacity, count + 2, sizeof(*lines));
		lines[count++] = (struct map_line){ entry.number, arena_bytes(arena, entry.at, entry.key), value_of(arena, &entry) };
		lines[count] = (struct map_line){ 0 };
	}
	return lines;
}

char *map_file_edit(struct arena *arena, const char *bytes, size_t length, const char *key, const char *value, size_t *new_length)
{
	struct entry entry = { 0 };
	struct text out = { 0 };
	bool written = !value;
	char *copy;

	while (bytes && next_entry(bytes, length, &entry)) {
		if (!same_key(&entry, key))
			text_add_bytes(&out, entry.at, entry.whole);
		else if (!written) {
			text_addf(&out, "%.*s %s\n", (int)entry.key, entry.at, value);
			written = true;
		}
	}
	if (!written && out.length > 0 && text_get(&out)[out.length - 1] != '\n')
		text_add_char(&out, '\n');
	if (!written)
		text_addf(&out, "%s %s\n", key, value);
	copy = arena_bytes(arena, text_get(&out), out.length);
	*new_length = out.length;
	memory_wipe(out.bytes, out.length);
	text_free(&out);
	return copy;
}

bool map_file_key(const char *key)
{
	size_t length = strlen(key);

	for (size_t i = 0; i < length; i++)
		if ((unsigned char)key[i] <= ' ' || key[i] == 127)
			return false;
	return length > 0 && length <= 250 && key[0] != '#';
}

/* The words hold types without slashes in front of the path, so that it begins at the first one. */
bool map_file_named(const char *value, const char *path)
{
	static const char between[] = ", \t\r\n";

	while (*(value += strspn(value, between))) {
		size_t length = strcspn(value, between), type = 0;

		while (type < length && value[type] != '/')
			type++;
		if ((type == 0 || value[type - 1] == ':') && length - type == strlen(path) && strncmp(value + type, path, length - type) == 0)
			return true;
		value += length;
	}
	return false;
}
