/*
 * parts: several parts in one value, "server=imap.example.com user=anna ...".
 *
 * Values of parts carry no blanks: blanks, per cent signs and control
 * characters are written as %20, %25, %0A.  Reading is lenient (a part that is
 * not there is NULL), checking is strict and never repeats a secret.  Pure;
 * any thread.
 */
#include "model/check.h"

#include <string.h>

#include "base/text.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One "name=value" of the text, not decoded. */
struct piece {
	const char *name;
	size_t name_length;
	const char *value;         /* NULL: no "=" */
	size_t value_length;
};

/* The next piece; moves *at behind it. False at the end. */
static bool next_piece(const char **at, struct piece *piece)
{
	const char *start = *at, *end, *equals;

	while (is_blank(*start))
		start++;
	for (end = start; *end && !is_blank(*end); end++)
		;
	*at = end;
	if (end == start)
		return false;
	equals = memchr(start, '=', (size_t)(end - start));
	piece->name = start;
	piece->name_length = (size_t)((equals ? equals : end) - start);
	piece->value = equals ? equals + 1 : NULL;
	piece->value_length = equals ? (size_t)(end - equals - 1) : 0;
	return true;
}

/* The byte behind a per cent sign; -1 where there are no two digits, or where it would end the text. */
static int escaped_byte(const char *bytes, size_t left)
{
	int high = left > 2 ? text_hex_digit(bytes[1]) : -1;
	int low = left > 2 ? text_hex_digit(bytes[2]) : -1;

	return high < 0 || low < 0 || (high == 0 && low == 0) ? -1 : high * 16 + low;
}

static char *decode(struct arena *arena, const char *bytes, size_t length)
{
	char *out = arena_alloc(arena, length + 1);
	size_t used = 0;

	for (size_t i = 0; i < length; i++) {
		int byte = bytes[i] == '%' ? escaped_byte(bytes + i, length - i) : -1;

		out[used++] = byte < 0 ? bytes[i] : (char)byte;
		if (byte >= 0)
			i += 2;
	}
	out[used] = '\0';
	return out;
}

static void encode(struct text *text, const char *value)
{
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c <= ' ' || c == '%' || c == 0x7f)
			text_addf(text, "%%%02X", c);
		else
			text_add_char(text, (char)c);
	}
}

static bool names(const struct piece *piece, const char *name)
{
	return strlen(name) == piece->name_length && memcmp(piece->name, name, piece->name_length) == 0;
}

char *parts_get(struct arena *arena, const char *value, const char *part)
{
	const char *at = value;
	struct piece piece;

	while (next_piece(&at, &piece))
		if (piece.value && piece.value_length && names(&piece, part))
			return decode(arena, piece.value, piece.value_length);
	return NULL;
}

static const char *pair_value(const char *const *pairs, const char *name)
{
	for (size_t i = 0; pairs && pairs[i] && pairs[i + 1]; i += 2)
		if (strcmp(pairs[i], name) == 0)
			return pairs[i + 1];
	return NULL;
}

char *parts_build(struct arena *arena, const struct part *parts, const char *const *pairs)
{
	struct text text = { 0 };
	char *built;

	for (const struct part *part = parts; part->name; part++) {
		const char *value = pair_value(pairs, part->name);

		if (!value)
			value = part->fallback;
		if (!value || !*value)
			continue;
		if (text.length)
			text_add_char(&text, ' ');
		text_addf(&text, "%s=", part->name);
		encode(&text, value);
	}
	built = arena_text(arena, text_get(&text));
	text_free(&text);
	return built;
}

static const struct part *part_find(const struct part *parts, const struct piece *piece)
{
	for (; parts->name; parts++)
		if (names(piece, parts->name))
			return parts;
	return NULL;
}

/* "server, protocol, user" for sentences. */
static char *part_names(struct arena *arena, const struct part *parts)
{
	char *list = arena_text(arena, "");

	for (; parts->name; parts++)
		list = arena_format(arena, "%s%s%s", list, *list ? ", " : "", parts->name);
	return list;
}

static bool pieces_known(struct arena *arena, const struct field *field, const char *value, struct error *error)
{
	const char *at = value;
	struct piece piece;
	bool seen[32] = { false };

	while (next_piece(&at, &piece)) {
		const struct part *part = part_find(field->parts, &piece);

		/* A piece without "=" is most often the rest of a password with a blank in it: not repeated. */
		if (!piece.value)
			return error_set(error, ERROR_INVALID,
				"%s: every part is written name=value, and a blank inside a value as %%20; parts are %s",
				field->label, part_names(arena, field->parts));
		if (!part)
			return error_set(error, ERROR_INVALID, "%s: there is no part \"%.*s\"; parts are %s", field->label,
				(int)(piece.name_length > 40 ? 40 : piece.name_length), piece.name,
				part_names(arena, field->parts));
		if (seen[part - field->parts])
			return error_set(error, ERROR_INVALID, "%s: %s is given twice; each part is given once",
				field->label, part->name);
		seen[part - field->parts] = true;
		for (size_t i = 0; i < piece.value_length; i++)
			if (piece.value[i] == '%' && escaped_byte(piece.value + i, piece.value_length - i) < 0)
				return error_set(error, ERROR_INVALID,
					"%s: in %s a per cent sign is written as %%25 and a blank as %%20", field->label, part->name);
	}
	return true;
}

bool parts_known(const struct field *field, const char *typed, struct error *error)
{
	struct arena *arena = arena_new();
	bool known = pieces_known(arena, field, typed, error);

	arena_free(arena);
	return known;
}

static char *choice_list(struct arena *arena, const char *const *choices)
{
	char *list = arena_text(arena, "");

	for (; *choices; choices++)
		list = arena_format(arena, "%s%s%s", list, *list ? ", " : "", *choices);
	return list;
}

static bool part_fits(struct arena *arena, const struct field *field, const struct part *part, const char *value,
		struct error *error)
{
	if (!value && part->fallback)
		return true;
	if (!value)
		return error_set(error, ERROR_INVALID, "%s: %s is missing; write %s=value", field->label, part->name, part->name);
	if (!utf8_valid(value, strlen(value)))
		return error_set(error, ERROR_INVALID, "%s: %s is no valid UTF-8 text", field->label, part->name);
	if (part->type == FIELD_FLAG && strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		return error_set(error, ERROR_INVALID, "%s: %s is \"%.40s\"; allowed are yes and no", field->label, part->name, value);
	if (part->type == FIELD_CHOICE) {
		for (size_t i = 0; part->choices[i]; i++)
			if (strcmp(part->choices[i], value) == 0)
				return true;
		return error_set(error, ERROR_INVALID, "%s: %s is \"%.40s\"; allowed are %s", field->label, part->name, value,
			choice_list(arena, part->choices));
	}
	return true;
}

bool check_parts(const struct field *field, const char *value, struct error *error)
{
	struct arena *arena = arena_new();
	bool fine = pieces_known(arena, field, value, error);

	for (const struct part *part = field->parts; fine && part->name; part++)
		fine = part_fits(arena, field, part, parts_get(arena, value, part->name), error);
	arena_free(arena);
	return fine;
}

const struct part *parts_key(const struct field *field)
{
	for (const struct part *part = field->parts; part && part->name; part++)
		if (part->key)
			return part;
	return NULL;
}

bool parts_is_nothing(const struct field *field, const char *value)
{
	struct arena *arena = arena_new();
	bool nothing = false;

	for (const struct part *part = field->parts; part && part->name && !nothing; part++) {
		const char *text = part->nothing ? parts_get(arena, value, part->name) : NULL;

		nothing = text && strcmp(text, part->nothing) == 0;
	}
	arena_free(arena);
	return nothing;
}
