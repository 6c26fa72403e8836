/*
 * limits_file: reading and writing the drop-in of limits; see limits_file.h.
 *
 * Fails with the line; nothing is guessed.  Pure; any thread.
 */
#include "model/limits_file.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"

static const char heading[] =
	"# Limits that postroom has set (limits apply, or its section Limits).\n"
	"# It writes this file anew each time. What you want to set yourself belongs into a\n"
	"# file of your own: a line that postroom did not write makes it leave this one alone.\n";

/* --- reading ------------------------------------------------------------------------------------------ */

static bool is_word(const char *from, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)from[i]) && from[i] != '_' && from[i] != '-')
			return false;
	return length > 0;
}

static size_t trimmed(const char **line, size_t length)
{
	while (length > 0 && (**line == ' ' || **line == '\t')) {
		(*line)++;
		length--;
	}
	while (length > 0 && ((*line)[length - 1] == ' ' || (*line)[length - 1] == '\t'))
		length--;
	return length;
}

/* "service imap-login {": the block without its brace; NULL: no such line. */
static char *block_of(struct arena *arena, const char *line, size_t length)
{
	static const char *const words[] = { "service ", "protocol " };

	if (length < 2 || line[length - 1] != '{' || line[length - 2] != ' ')
		return NULL;
	length -= 2;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t word = strlen(words[i]);

		if (length > word && strncmp(line, words[i], word) == 0 && is_word(line + word, length - word))
			return arena_bytes(arena, line, length);
	}
	return NULL;
}

static bool setting_of(struct arena *arena, const char *line, size_t length, char **setting, char **value)
{
	const char *equals = memchr(line, '=', length), *from;
	size_t left, right;

	if (!equals)
		return false;
	left = trimmed(&line, (size_t)(equals - line));
	from = equals + 1;
	right = trimmed(&from, length - (size_t)(from - line));
	if (!is_word(line, left) || !is_word(from, right))
		return false;
	*setting = arena_bytes(arena, line, left);
	*value = arena_bytes(arena, from, right);
	return true;
}

static bool read_line(struct arena *arena, const char *line, size_t length, const char **block, struct limits_file *file)
{
	char *setting, *value, *begins;

	length = trimmed(&line, length);
	if (length == 0 || *line == '#')
		return true;
	begins = block_of(arena, line, length);
	if (begins && !**block) {
		*block = begins;
		return true;
	}
	if (length == 1 && *line == '}' && **block) {
		*block = "";
		return true;
	}
	if (begins || !setting_of(arena, line, length, &setting, &value))
		return false;
	limits_file_put(arena, file, *block, setting, value);
	return true;
}

bool limits_file_read(struct arena *arena, const char *bytes, size_t length, struct limits_file *file, struct error *error)
{
	const char *block = "";
	size_t number = 0;

	*file = (struct limits_file){ 0 };
	for (size_t at = 0; at < length;) {
		const char *end = memchr(bytes + at, '\n', length - at);
		size_t line = end ? (size_t)(end - bytes) - at : length - at;

		number++;
		if (memchr(bytes + at, '\0', line) || !read_line(arena, bytes + at, line, &block, file))
			return error_set(error, ERROR_CONFLICT, "line %zu of %s is not postroom's: \"%.*s\". Move it into a file of your own, "
				"then try again", number, LIMITS_FILE_NAME, (int)(line < 120 ? line : 120), bytes + at);
		at += line + 1;
	}
	return !*block || error_set(error, ERROR_CONFLICT, "%s ends inside a block; somebody has changed it by hand", LIMITS_FILE_NAME);
}

/* --- changing ------------------------------------------------------------------------------------------- */

static struct limits_entry *find(const struct limits_file *file, const char *block, const char *setting)
{
	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->entries[i].block, block) == 0 && strcmp(file->entries[i].setting, setting) == 0)
			return &file->entries[i];
	return NULL;
}

const char *limits_file_get(const struct limits_file *file, const char *block, const char *setting)
{
	const struct limits_entry *entry = find(file, block, setting);

	return entry ? entry->value : NULL;
}

void limits_file_put(struct arena *arena, struct limits_file *file, const char *block, const char *setting, const char *value)
{
	struct limits_entry *entry = find(file, block, setting);

	if (!value) {
		if (entry)
			memmove(entry, entry + 1, (size_t)(file->entries + --file->count - entry) * sizeof(*entry));
		return;
	}
	if (!entry) {
		file->entries = arena_grow(arena, file->entries, &file->capacity, file->count + 1, sizeof(*file->entries));
		entry = &file->entries[file->count++];
		entry->block = arena_text(arena, block);
		entry->setting = arena_text(arena, setting);
	}
	entry->value = arena_text(arena, value);
}

/* --- writing ------------------------------------------------------------------------------------------------ */

static bool first_of_block(const struct limits_file *file, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(file->entries[i].block, file->entries[at].block) == 0)
			return false;
	return true;
}

static void write_block(struct text *text, const struct limits_file *file, const char *block)
{
	const char *indent = *block ? "\t" : "";

	if (*block)
		text_addf(text, "%s {\n", block);
	for (size_t i = 0; i < file->count; i++)
		if (strcmp(file->entries[i].block, block) == 0)
			text_addf(text, "%s%s = %s\n", indent, file->entries[i].setting, file->entries[i].value);
	if (*block)
		text_add(text, "}\n");
}

char *limits_file_write(struct arena *arena, const struct limits_file *file)
{
	struct text text = { 0 };
	char *copy;

	text_add(&text, heading);
	write_block(&text, file, "");
	for (size_t i = 0; i < file->count; i++)
		if (*file->entries[i].block && first_of_block(file, i))
			write_block(&text, file, file->entries[i].block);
	copy = arena_text(arena, text_get(&text));
	text_free(&text);
	return copy;
}
