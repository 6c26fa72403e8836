/*
 * dropin: conf.d/99-postroom.conf as a list of names and values, and back.
 *
 * What a person added by hand in the same simple form is kept; comments are
 * not, and the first line of the file says so.  Pure.
 */
#include "settings/dropin.h"

#include <string.h>

#include "base/text.h"

#define BANNER "# Written by postroom (settings, limits). Settings may be added by hand; comments are not kept.\n"

struct pair { const char *name, *value; };
struct pairs {
	struct arena *arena;
	struct pair *list;
	size_t count, capacity;
};

char *dropin_path(struct arena *arena, const char *dovecot_conf)
{
	const char *slash = strrchr(dovecot_conf, '/');

	return arena_format(arena, "%.*s/" DROPIN_FILE, slash ? (int)(slash - dovecot_conf) : 1, slash ? dovecot_conf : ".");
}

/* --- reading ------------------------------------------------------------------------------------- */

static void put(struct pairs *pairs, const char *name, const char *value)
{
	for (size_t i = 0; i < pairs->count; i++)
		if (!strcmp(pairs->list[i].name, name)) {
			pairs->list[i].value = value;
			return;
		}
	if (!value)
		return;
	pairs->list = arena_grow(pairs->arena, pairs->list, &pairs->capacity, pairs->count + 1, sizeof(*pairs->list));
	pairs->list[pairs->count++] = (struct pair){ arena_text(pairs->arena, name), value };
}

static char *stripped(struct arena *arena, const char *at, const char *end)
{
	while (at < end && strchr(" \t\r", *at))
		at++;
	while (end > at && strchr(" \t\r", end[-1]))
		end--;
	return arena_bytes(arena, at, (size_t)(end - at));
}

/* A quoted value without its quotes. */
static const char *unquoted(struct arena *arena, char *value)
{
	size_t length = strlen(value), to = 0;

	(void)arena;
	if (length < 2 || value[0] != '"' || value[length - 1] != '"')
		return value;
	value[length - 1] = '\0';
	value++;
	for (size_t from = 0; value[from]; from++) {
		if (value[from] == '\\' && value[from + 1])
			from++;
		value[to++] = value[from];
	}
	value[to] = '\0';
	return value;
}

/* "service imap-login {" opens service/imap-login, "plugin {" opens plugin. */
static char *opened(struct arena *arena, const char *section, char *line)
{
	line[strcspn(line, "{")] = '\0';
	line = stripped(arena, line, line + strlen(line));
	for (char *p = line; *p; p++)
		if (*p == ' ' || *p == '\t') {
			*p = '/';
			memmove(p + 1, p + 1 + strspn(p + 1, " \t"), strlen(p + 1 + strspn(p + 1, " \t")) + 1);
		}
	return arena_format(arena, "%s%s/", section, line);
}

static char *closed(struct arena *arena, const char *section)
{
	size_t length = strlen(section);
	static const char *const titled[] = { "service/", "protocol/", "inet_listener/", "unix_listener/", "fifo_listener/", "namespace/", "mailbox/", NULL };

	if (length > 0)
		length--;
	while (length > 0 && section[length - 1] != '/')
		length--;
	for (size_t i = 0; titled[i]; i++) {
		size_t size = strlen(titled[i]);

		if (length >= size && !strncmp(section + length - size, titled[i], size) && (length == size || section[length - size - 1] == '/'))
			return arena_bytes(arena, section, length - size);
	}
	return arena_bytes(arena, section, length);
}

static void read_pairs(struct pairs *pairs, const char *bytes, size_t length)
{
	struct arena *arena = pairs->arena;
	const char *section = "", *at = bytes, *end = bytes + length;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at)), *stop = newline ? newline : end;
		char *line = stripped(arena, at, stop), *equals;

		at = newline ? newline + 1 : end;
		if (!*line || *line == '#')
			continue;
		equals = strchr(line, '=');
		if (*line == '}')
			section = closed(arena, section);
		else if (equals)
			put(pairs, arena_format(arena, "%s%s", section, stripped(arena, line, equals)), unquoted(arena, stripped(arena, equals + 1, line + strlen(line))));
		else if (strchr(line, '{'))
			section = opened(arena, section, line);
	}
}

const char *dropin_get(struct arena *arena, const char *bytes, size_t length, const char *name)
{
	struct pairs pairs = { .arena = arena };

	read_pairs(&pairs, bytes, length);
	for (size_t i = 0; i < pairs.count; i++)
		if (!strcmp(pairs.list[i].name, name))
			return pairs.list[i].value;
	return NULL;
}

/* --- writing --------------------------------------------------------------------------------------- */

/* Quotes where Dovecot would cut a value or read a file in its place. */
static void add_value(struct text *text, const char *value)
{
	size_t length = strlen(value);
	bool quote = length == 0 ? false : strchr(" \t\"'<", value[0]) || strchr(" \t", value[length - 1]) || strstr(value, " #") || strstr(value, "\t#");

	if (!quote) {
		text_add(text, value);
		return;
	}
	text_add_char(text, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_char(text, '\\');
		text_add_char(text, *value);
	}
	text_add_char(text, '"');
}

/* "service/imap-login/client_limit" in the section "service/imap-login/"; "" for a plain name. */
static size_t section_length(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? (size_t)(slash - name) + 1 : 0;
}

static bool has_title(const char *word, size_t length)
{
	static const char *const titled[] = { "service", "protocol", "inet_listener", "unix_listener", "fifo_listener", "namespace", "mailbox", NULL };

	for (size_t i = 0; titled[i]; i++)
		if (strlen(titled[i]) == length && !strncmp(titled[i], word, length))
			return true;
	return false;
}

/* Opens the sections of a prefix, a line each, and returns how many there are. */
static unsigned open_sections(struct text *text, const char *name, size_t length)
{
	const char *at = name, *end = name + length;
	unsigned depth = 0;

	while (at < end) {
		const char *slash = memchr(at, '/', (size_t)(end - at));
		size_t word = (size_t)(slash - at);
		const char *title = NULL;

		if (has_title(at, word) && slash + 1 < end) {
			title = slash + 1;
			slash = memchr(title, '/', (size_t)(end - title));
		}
		text_addf(text, "%*s%.*s", (int)depth * 2, "", (int)word, at);
		if (title)
			text_addf(text, " %.*s", (int)(slash - title), title);
		text_add(text, " {\n");
		depth++;
		at = slash + 1;
	}
	return depth;
}

static bool same_section(const char *a, const char *b)
{
	size_t length = section_length(a);

	return length == section_length(b) && !strncmp(a, b, length);
}

static void add_section(struct text *text, const struct pairs *pairs, size_t first)
{
	const char *name = pairs->list[first].name;
	unsigned depth = open_sections(text, name, section_length(name));

	for (size_t i = first; i < pairs->count; i++) {
		if (!pairs->list[i].value || !same_section(pairs->list[i].name, name))
			continue;
		text_addf(text, "%*s%s = ", (int)depth * 2, "", pairs->list[i].name + section_length(name));
		add_value(text, pairs->list[i].value);
		text_add_char(text, '\n');
	}
	while (depth-- > 0)
		text_addf(text, "%*s}\n", (int)depth * 2, "");
}

/* Was a section with these settings written already? */
static bool was_written(const struct pairs *pairs, size_t place)
{
	for (size_t i = 0; i < place; i++)
		if (pairs->list[i].value && same_section(pairs->list[i].name, pairs->list[place].name))
			return true;
	return false;
}

char *dropin_edit(struct arena *arena, const char *bytes, size_t length, const char *const *changes, size_t *new_length)
{
	struct pairs pairs = { .arena = arena };
	struct text text = { 0 };
	char *copy = NULL;
	bool any = false;

	if (bytes)
		read_pairs(&pairs, bytes, length);
	for (; changes[0]; changes += 2)
		put(&pairs, changes[0], changes[1]);
	text_add(&text, BANNER);
	for (size_t i = 0; i < pairs.count; i++) {
		if (!pairs.list[i].value || was_written(&pairs, i))
			continue;
		add_section(&text, &pairs, i);
		any = true;
	}
	*new_length = any ? text.length : 0;
	if (any)
		copy = arena_bytes(arena, text_get(&text), text.length);
	text_free(&text);
	return copy;
}

/* --- a block in another's file ------------------------------------------------------------------------ */

#define BEGIN "# postroom begins here; what stands between these two lines is written anew by it\n"
#define END "# postroom ends here\n"

static bool of_others(const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(slash ? slash + 1 : path, DROPIN_LOCAL);
}

/* The block with both remarks; an empty one at the end of the file where there is none. */
static void find_block(const char *bytes, size_t length, size_t *from, size_t *to)
{
	const char *begin = bytes ? memmem(bytes, length, BEGIN, strlen(BEGIN)) : NULL;
	const char *end = begin ? memmem(begin, length - (size_t)(begin - bytes), END, strlen(END)) : NULL;

	*from = begin ? (size_t)(begin - bytes) : length;
	*to = end ? (size_t)(end - bytes) + strlen(END) : length;
}

const char *dropin_get_in(struct arena *arena, const char *path, const char *bytes, size_t length, const char *name)
{
	size_t from, to;

	if (!of_others(path))
		return dropin_get(arena, bytes, length, name);
	find_block(bytes, length, &from, &to);
	return to > from ? dropin_get(arena, bytes + from, to - from, name) : NULL;
}

char *dropin_edit_in(struct arena *arena, const char *path, const char *bytes, size_t length, const char *const *pairs, size_t *new_length)
{
	struct text text = { 0 };
	size_t from, to, inner_length = 0;
	char *inner, *copy;

	if (!of_others(path))
		return dropin_edit(arena, bytes, length, pairs, new_length);
	find_block(bytes, length, &from, &to);
	inner = dropin_edit(arena, to > from ? bytes + from : NULL, to - from, pairs, &inner_length);
	text_add_bytes(&text, bytes ? bytes : "", from);
	if (inner && from > 0 && bytes[from - 1] != '\n')
		text_add_char(&text, '\n');
	if (inner) {
		text_add(&text, BEGIN);
		text_add_bytes(&text, inner + strlen(BANNER), inner_length - strlen(BANNER));
		text_add(&text, END);
	}
	text_add_bytes(&text, bytes ? bytes + to : "", length - to);
	*new_length = text.length;
	copy = text.length || bytes ? arena_bytes(arena, text.length ? text_get(&text) : "", text.length) : NULL;
	text_free(&text);
	return copy;
}

const char *dropin_place(struct arena *arena, const char *dovecot_conf, bool ucs, const struct dovecot_files *files)
{
	const char *slash = strrchr(dovecot_conf, '/');
	const char *local = arena_format(arena, "%.*s/" DROPIN_LOCAL, slash ? (int)(slash - dovecot_conf) : 1, slash ? dovecot_conf : ".");

	return ucs && files && dovecot_files_reads(files, local) ? local : dropin_path(arena, dovecot_conf);
}
