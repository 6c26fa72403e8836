/*
 * main_cf: logical lines of main.cf: found, replaced, added, taken out.
 *
 * A logical line begins without a blank; lines that begin with one go on with
 * it; comments and empty lines stand anywhere, also between them.  Pure.
 */
#include "settings/main_cf.h"

#include <string.h>

#include "base/text.h"

struct line {
	const char *at;
	size_t length;                     /* without the newline */
	size_t whole;                      /* with it, where there is one */
	unsigned number;
};

static bool next_line(const char *bytes, size_t length, struct line *line)
{
	const char *at = line->at ? line->at + line->whole : bytes, *newline;
	size_t left = (size_t)(bytes + length - at);

	if (left == 0)
		return false;
	newline = memchr(at, '\n', left);
	line->at = at;
	line->length = newline ? (size_t)(newline - at) : left;
	line->whole = newline ? line->length + 1 : left;
	line->number++;
	return true;
}

static bool blank_at(const struct line *line, size_t i)
{
	return line->at[i] == ' ' || line->at[i] == '\t' || line->at[i] == '\r';
}

/* A comment, or nothing but blanks. */
static bool is_remark(const struct line *line)
{
	size_t i = 0;

	while (i < line->length && blank_at(line, i))
		i++;
	return i == line->length || line->at[i] == '#';
}

static bool goes_on(const struct line *line)
{
	return line->length > 0 && (line->at[0] == ' ' || line->at[0] == '\t');
}

/* "name = value": the place behind the =; NULL: another name. */
static const char *value_of(const struct line *line, const char *name)
{
	size_t length = strlen(name), i = length;

	if (line->length <= length || strncmp(line->at, name, length))
		return NULL;
	while (i < line->length && blank_at(line, i))
		i++;
	return i < line->length && line->at[i] == '=' ? line->at + i + 1 : NULL;
}

static void add_stripped(struct text *value, const char *at, const char *end)
{
	while (at < end && strchr(" \t\r", *at))
		at++;
	while (end > at && strchr(" \t\r", end[-1]))
		end--;
	if (at < end && value->length > 0)
		text_add_char(value, ' ');
	text_add_bytes(value, at, (size_t)(end - at));
}

struct main_cf_place main_cf_find(struct arena *arena, const char *bytes, size_t length, const char *name)
{
	struct main_cf_place place = { 0 };
	struct text value = { 0 };
	struct line line = { 0 };
	bool inside = false;

	while (next_line(bytes, length, &line)) {
		const char *from;

		if (is_remark(&line))
			continue;
		if (goes_on(&line)) {
			if (inside)
				add_stripped(&value, line.at, line.at + line.length);
			continue;
		}
		from = value_of(&line, name);
		inside = from != NULL;
		if (!inside)
			continue;
		place.before = place.line;
		place.line = line.number;
		text_clear(&value);
		add_stripped(&value, from, line.at + line.length);
	}
	if (place.line)
		place.value = arena_text(arena, text_get(&value));
	text_free(&value);
	return place;
}

static char *kept(struct arena *arena, struct text *text, size_t *length)
{
	char *copy = arena_bytes(arena, text_get(text), text->length);

	*length = text->length;
	text_free(text);
	return copy;
}

static void end_line(struct text *text)
{
	if (text->length > 0 && text->bytes[text->length - 1] != '\n')
		text_add_char(text, '\n');
}

char *main_cf_edit(struct arena *arena, const char *bytes, size_t length, const char *name, const char *value, size_t *new_length)
{
	unsigned target = main_cf_find(arena, bytes, length, name).line;
	struct text text = { 0 };
	struct line line = { 0 };
	bool dropping = false;

	while (next_line(bytes, length, &line)) {
		if (!is_remark(&line) && !goes_on(&line)) {
			dropping = value_of(&line, name) && (!value || line.number == target);
			if (dropping && value)
				text_addf(&text, "%s = %s\n", name, value);
		}
		/* What a person wrote beside it stays. */
		if (!dropping || is_remark(&line))
			text_add_bytes(&text, line.at, line.whole);
	}
	if (value && !target) {
		end_line(&text);
		text_addf(&text, "%s = %s\n", name, value);
	}
	return kept(arena, &text, new_length);
}

/* --- master.cf ------------------------------------------------------------------------------------- */

/* Is this the first line of the service? */
static bool begins(const struct line *line, const char *service, const char *type)
{
	size_t first = strlen(service), i = first, second = strlen(type);

	if (is_remark(line) || goes_on(line) || line->length < first + second + 2 || strncmp(line->at, service, first) || !blank_at(line, i))
		return false;
	while (i < line->length && blank_at(line, i))
		i++;
	return i + second < line->length && !strncmp(line->at + i, type, second) && blank_at(line, i + second);
}

/* A "-o name=value" or "-o { name = value }" of a line, from *at on. */
struct option {
	const char *at, *end;              /* the whole of it, with the -o */
	const char *name, *value;
	size_t name_length, value_length;
};

static bool next_option(const struct line *line, const char **at, struct option *option)
{
	const char *end = line->at + line->length, *p;

	for (p = *at; p + 3 < end; p++)
		if (p[0] == '-' && p[1] == 'o' && (p[2] == ' ' || p[2] == '\t') && (p == line->at || p[-1] == ' ' || p[-1] == '\t'))
			break;
	if (p + 3 >= end)
		return false;
	option->at = p;
	for (p += 2; p < end && (*p == ' ' || *p == '\t'); p++)
		;
	if (p < end && *p == '{') {
		const char *close = memchr(p, '}', (size_t)(end - p));

		option->end = close ? close + 1 : end;
		for (p++; p < option->end && (*p == ' ' || *p == '\t'); p++)
			;
	} else {
		for (option->end = p; option->end < end && !strchr(" \t\r", *option->end); option->end++)
			;
	}
	option->name = p;
	for (option->name_length = 0; p < option->end && !strchr("= \t", *p); p++)
		option->name_length++;
	while (p < option->end && strchr("= \t", *p))
		p++;
	option->value = p;
	option->value_length = (size_t)(option->end - p);
	while (option->value_length > 0 && strchr("} \t", option->value[option->value_length - 1]))
		option->value_length--;
	*at = option->end;
	return true;
}

static bool option_named(const struct option *option, const char *name)
{
	return option->name_length == strlen(name) && !strncmp(option->name, name, option->name_length);
}

const char *master_cf_find(struct arena *arena, const char *bytes, size_t length, const char *service, const char *type, const char *name,
		bool *there)
{
	const char *value = NULL, *at;
	struct line line = { 0 };
	struct option option;
	bool inside = false;

	*there = false;
	while (next_line(bytes, length, &line)) {
		if (is_remark(&line))
			continue;
		if (!goes_on(&line))
			inside = begins(&line, service, type);
		*there = *there || inside;
		at = line.at;
		while (inside && next_option(&line, &at, &option))
			if (option_named(&option, name))
				value = arena_bytes(arena, option.value, option.value_length);
	}
	return value;
}

static void add_option(struct text *text, const char *name, const char *value)
{
	text_addf(text, strpbrk(value, " \t") ? "-o { %s = %s }" : "-o %s=%s", name, value);
}

/* The line with the option replaced or left out; a line that had nothing else goes. */
static void add_changed(struct text *text, const struct line *line, const char *name, const char *value, bool *done)
{
	struct text changed = { 0 };
	const char *from = line->at, *at = line->at;
	struct option option;
	bool any = false;

	while (next_option(line, &at, &option)) {
		if (!option_named(&option, name))
			continue;
		any = true;
		text_add_bytes(&changed, from, (size_t)(option.at - from));
		if (value && !*done)
			add_option(&changed, name, value);
		*done = true;
		from = option.end;
	}
	text_add_bytes(&changed, from, (size_t)(line->at + line->whole - from));
	if (!any || strspn(text_get(&changed), " \t\r\n") < changed.length)
		text_add_bytes(text, text_get(&changed), changed.length);
	text_free(&changed);
}

char *master_cf_edit(struct arena *arena, const char *bytes, size_t length, const char *service, const char *type, const char *name,
		const char *value, size_t *new_length)
{
	bool there, done = false, inside = false;
	bool has = master_cf_find(arena, bytes, length, service, type, name, &there) != NULL;
	struct text text = { 0 };
	struct line line = { 0 };

	if (!there)
		return NULL;
	while (next_line(bytes, length, &line)) {
		bool first = !is_remark(&line) && !goes_on(&line);

		if (first)
			inside = begins(&line, service, type);
		if (inside && !is_remark(&line))
			add_changed(&text, &line, name, value, &done);
		else
			text_add_bytes(&text, line.at, line.whole);
		if (first && inside && value && !has && !done) {
			end_line(&text);
			text_add(&text, " ");
			add_option(&text, name, value);
			text_add_char(&text, '\n');
			done = true;
		}
	}
	return kept(arena, &text, new_length);
}
