/*
 * filter: search filters as trees, written to text by one function.
 *
 * Escapes all that RFC 4515 names and everything outside printable ASCII, so
 * that a filter can be logged as it is.  The parser is recursive with a limit
 * of its own: a deep filter from a file must not end the program.  Pure.
 */
#include "directory/filter.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

enum { DEEPEST = 64 };

bool filter_attribute_legal(const char *attribute)
{
	size_t i;

	if (attribute == NULL || attribute[0] == '\0')
		return false;
	for (i = 0; attribute[i] != '\0'; i++) {
		unsigned char c = (unsigned char)attribute[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (!letter && !(c >= '0' && c <= '9') && (i == 0 || (c != '-' && c != ';' && c != '.')))
			return false;
	}
	return true;
}

static struct filter *leaf(struct arena *arena, enum filter_op op, const char *attribute)
{
	struct filter *filter = arena_alloc(arena, sizeof *filter);

	assert(filter_attribute_legal(attribute));
	filter->op = op;
	filter->attribute = arena_text(arena, attribute);
	return filter;
}

static struct value copied(struct arena *arena, const char *bytes, size_t length)
{
	return (struct value){ .bytes = arena_bytes(arena, bytes, length), .length = length };
}

struct filter *filter_equal(struct arena *arena, const char *attribute, const char *bytes, size_t length)
{
	struct filter *filter = leaf(arena, FILTER_EQUAL, attribute);

	filter->value = copied(arena, bytes, length);
	return filter;
}

struct filter *filter_equal_text(struct arena *arena, const char *attribute, const char *text)
{
	return filter_equal(arena, attribute, text, strlen(text));
}

struct filter *filter_present(struct arena *arena, const char *attribute)
{
	return leaf(arena, FILTER_PRESENT, attribute);
}

struct filter *filter_pieces(struct arena *arena, const char *attribute, const struct value *pieces, size_t count)
{
	struct filter *filter = leaf(arena, FILTER_PIECES, attribute);
	struct value *middle = arena_alloc(arena, count * sizeof *middle);
	size_t i;

	for (i = 0; i < count; i++)
		if (pieces[i].length > 0)
			middle[filter->middle_count++] = copied(arena, pieces[i].bytes, pieces[i].length);
	filter->middle = middle;
	if (filter->middle_count == 0)
		filter->op = FILTER_PRESENT;
	return filter;
}

struct filter *filter_contains(struct arena *arena, const char *attribute, const char *bytes, size_t length)
{
	struct value piece = { .bytes = bytes, .length = length };

	return filter_pieces(arena, attribute, &piece, 1);
}

struct filter *filter_ends(struct arena *arena, const char *attribute, const char *text)
{
	struct filter *filter = leaf(arena, FILTER_PIECES, attribute);

	if (text[0] == '\0')
		filter->op = FILTER_PRESENT;
	else
		filter->last = copied(arena, text, strlen(text));
	return filter;
}

struct filter *filter_group(struct arena *arena, enum filter_op op)
{
	struct filter *filter = arena_alloc(arena, sizeof *filter);

	assert(op == FILTER_AND || op == FILTER_OR || op == FILTER_NOT);
	filter->op = op;
	return filter;
}

struct filter *filter_into(struct arena *arena, struct filter *group, struct filter *child)
{
	if (child == NULL)
		return group;
	group->inside = arena_grow(arena, group->inside, &group->inside_capacity, group->inside_count + 1, sizeof *group->inside);
	group->inside[group->inside_count++] = child;
	return group;
}

struct filter *filter_both(struct arena *arena, struct filter *a, struct filter *b)
{
	struct filter *group = filter_group(arena, FILTER_AND);

	return filter_into(arena, filter_into(arena, group, a), b);
}

struct filter *filter_not(struct arena *arena, struct filter *inside)
{
	return filter_into(arena, filter_group(arena, FILTER_NOT), inside);
}

/* --- writing ------------------------------------------------------------ */

static void add_escaped(struct text *out, const struct value *value)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < value->length; i++) {
		unsigned char c = (unsigned char)value->bytes[i];

		if (c < 0x20 || c >= 0x7f || c == '*' || c == '(' || c == ')' || c == '\\') {
			text_add_char(out, '\\');
			text_add_char(out, hex[c >> 4]);
			text_add_char(out, hex[c & 15]);
		} else {
			text_add_char(out, (char)c);
		}
	}
}

static void add_pieces(struct text *out, const struct filter *filter)
{
	size_t i;

	text_add_char(out, '=');
	add_escaped(out, &filter->first);
	text_add_char(out, '*');
	for (i = 0; i < filter->middle_count; i++) {
		add_escaped(out, &filter->middle[i]);
		text_add_char(out, '*');
	}
	add_escaped(out, &filter->last);
}

static void add_filter(struct text *out, const struct filter *filter)
{
	static const char *const signs[] = {
		[FILTER_AND] = "&", [FILTER_OR] = "|", [FILTER_NOT] = "!",
		[FILTER_EQUAL] = "=", [FILTER_AT_LEAST] = ">=", [FILTER_AT_MOST] = "<=",
		[FILTER_APPROX] = "~=", [FILTER_EXTENDED] = ":=", [FILTER_PRESENT] = "=*", [FILTER_PIECES] = "",
	};
	size_t i;

	text_add_char(out, '(');
	if (filter->attribute != NULL)
		text_add(out, filter->attribute);
	text_add(out, signs[filter->op]);
	if (filter->op == FILTER_PIECES)
		add_pieces(out, filter);
	else if (filter->attribute != NULL && filter->op != FILTER_PRESENT)
		add_escaped(out, &filter->value);
	for (i = 0; i < filter->inside_count; i++)
		add_filter(out, filter->inside[i]);
	text_add_char(out, ')');
}

char *filter_text(struct arena *arena, const struct filter *filter)
{
	struct text out = { 0 };
	char *words;

	add_filter(&out, filter);
	words = arena_bytes(arena, out.bytes, out.length);
	text_free(&out);
	return words;
}

/* --- reading ------------------------------------------------------------ */

struct reader {
	struct arena *arena;
	const char *words;
	size_t at;
	struct error *error;
};

static struct filter *parse_one(struct reader *in, unsigned depth);

static struct filter *fail(struct reader *in, const char *what)
{
	error_set(in->error, ERROR_INVALID, "search filter: %s at character %zu of %s", what, in->at + 1, in->words);
	return NULL;
}

/* Reads an assertion value up to '*', '(' or ')'. */
static bool parse_value(struct reader *in, struct value *value)
{
	struct text out = { 0 };
	bool fine = true;

	for (; in->words[in->at] != '\0' && strchr("*()", in->words[in->at]) == NULL; in->at++) {
		if (in->words[in->at] == '\\') {
			int high = text_hex_digit(in->words[in->at + 1]);
			int low = high < 0 ? -1 : text_hex_digit(in->words[in->at + 2]);

			if (low < 0) {
				fail(in, "a backslash needs two hex digits");
				fine = false;
				break;
			}
			text_add_char(&out, (char)(high * 16 + low));
			in->at += 2;
		} else {
			text_add_char(&out, in->words[in->at]);
		}
	}
	*value = copied(in->arena, text_get(&out), out.length);
	text_free(&out);
	return fine;
}

/* What stands after '=': one value, '*', or pieces between stars. */
static struct filter *parse_equality(struct reader *in, struct filter *filter)
{
	struct value piece, *middle = NULL;
	size_t count = 0, capacity = 0;
	bool starred = false;

	for (;;) {
		if (!parse_value(in, &piece))
			return NULL;
		if (in->words[in->at] != '*')
			break;
		in->at++;
		if (!starred) {
			filter->first = piece;
		} else if (piece.length > 0) {
			middle = arena_grow(in->arena, middle, &capacity, count + 1, sizeof *middle);
			middle[count++] = piece;
		} else {
			return fail(in, "two stars beside each other");
		}
		starred = true;
	}
	filter->op = FILTER_PIECES;
	filter->middle = middle;
	filter->middle_count = count;
	if (starred)
		filter->last = piece;
	else {
		filter->op = FILTER_EQUAL;
		filter->value = piece;
	}
	if (starred && count == 0 && filter->first.length == 0 && filter->last.length == 0)
		filter->op = FILTER_PRESENT;
	return filter;
}

/* attribute[:dn][:rule]:= ; everything before ":=" is kept as it stands. */
static bool extended_legal(const char *left)
{
	size_t i;

	for (i = 0; left[i] != '\0'; i++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-;.:", left[i]) == NULL)
			return false;
	return i > 0;
}

static struct filter *parse_leaf(struct reader *in)
{
	struct filter *filter = arena_alloc(in->arena, sizeof *filter);
	size_t begin = in->at, length = strcspn(in->words + begin, "=()*\\");
	char *left;

	if (in->words[begin + length] != '=')
		return fail(in, "an attribute and = are missing");
	in->at = begin + length + 1;
	filter->op = FILTER_EQUAL;
	if (length > 0 && strchr("><~:", in->words[begin + length - 1]) != NULL) {
		static const enum filter_op ops[] = { FILTER_AT_LEAST, FILTER_AT_MOST, FILTER_APPROX, FILTER_EXTENDED };

		length--;
		filter->op = ops[strcspn("><~:", (char[]){ in->words[begin + length], 0 })];
	}
	left = arena_bytes(in->arena, in->words + begin, length);
	filter->attribute = left;
	if (filter->op == FILTER_EXTENDED ? !extended_legal(left) : !filter_attribute_legal(left))
		return fail(in, "this is no attribute name before");
	if (filter->op == FILTER_EQUAL)
		return parse_equality(in, filter);
	return parse_value(in, &filter->value) ? filter : NULL;
}

static struct filter *parse_group(struct reader *in, unsigned depth)
{
	char sign = in->words[in->at];
	struct filter *group = filter_group(in->arena, sign == '&' ? FILTER_AND : sign == '|' ? FILTER_OR : FILTER_NOT);

	in->at++;
	while (in->words[in->at] == '(') {
		struct filter *child = parse_one(in, depth + 1);

		if (child == NULL)
			return NULL;
		filter_into(in->arena, group, child);
	}
	if (group->op == FILTER_NOT && group->inside_count != 1)
		return fail(in, "! takes exactly one filter");
	return group;
}

static struct filter *parse_one(struct reader *in, unsigned depth)
{
	struct filter *filter;

	if (depth > DEEPEST)
		return fail(in, "nested too deeply");
	if (in->words[in->at] != '(')
		return fail(in, "( is missing");
	in->at++;
	if (in->words[in->at] != '\0' && strchr("&|!", in->words[in->at]) != NULL)
		filter = parse_group(in, depth);
	else
		filter = parse_leaf(in);
	if (filter == NULL)
		return NULL;
	if (in->words[in->at] != ')')
		return fail(in, ") is missing");
	in->at++;
	return filter;
}

struct filter *filter_parse(struct arena *arena, const char *words, struct error *error)
{
	struct reader in = { .arena = arena, .words = words, .error = error };
	struct filter *filter = parse_one(&in, 0);

	if (filter != NULL && in.words[in.at] != '\0')
		return fail(&in, "something stands behind the filter");
	return filter;
}
