/*
 * narrow: which entries a server may leave out of a filtered list.
 *
 * Why nothing is lost: a word that the list's filter finds stands in the
 * folded copy of one value of one searched field.  An ASCII character of that
 * copy that no other character folds to stands in the value too, in the same
 * order, perhaps with others between (marks fold to nothing), so these
 * characters in this order, with anything between, are in the value.  An IA5
 * string has no other characters, so there the word itself is in the value.
 * The server compares without regard to case; what it normalises (composed
 * characters, several blanks, blanks and hyphens of numbers) touches none of
 * the characters that are sent.  Nothing fails.
 */
#include "directory/narrow.h"

#include <string.h>

#include "base/text.h"
#include "directory/convert.h"

/* More would only make the server slower. */
enum { PIECES_MOST = 24 };

/* Servers compose these three with a stroke over them to another character, which folds back to them. */
static bool composed_by_servers(char c)
{
	return c == '<' || c == '=' || c == '>';
}

static bool is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

static bool stands_alone(char c, enum piece_rule rule)
{
	bool letter = c >= 'a' && c <= 'z';

	if (!is_visible(c) || composed_by_servers(c) || !text_folds_alone(c))
		return false;
	return rule == PIECES_ANY_CASE || (!letter && c != '-');
}

static size_t single_pieces(const char *word, size_t length, enum piece_rule rule, struct value *pieces)
{
	size_t count = 0, i;

	for (i = 0; i < length && count < PIECES_MOST; i++)
		if (stands_alone(word[i], rule))
			pieces[count++] = (struct value){ .bytes = word + i, .length = 1 };
	return count;
}

/* Everything visible in one piece; what is between was no ASCII and cannot be there at all. */
static size_t whole_pieces(const char *word, size_t length, struct value *pieces)
{
	size_t count = 0, i = 0, from;

	while (i < length && count < PIECES_MOST) {
		for (from = i; i < length && is_visible(word[i]); i++)
			;
		if (i > from)
			pieces[count++] = (struct value){ .bytes = word + from, .length = i - from };
		i += i < length;
	}
	return count;
}

/*
 * One attribute: what it must hold. *helps becomes false where everybody who has a name would fulfil it. NULL: no
 * entry has the attribute.
 */
static struct filter *attribute_filter(struct arena *arena, const char *name, const struct attribute_type *type,
		const char *word, size_t length, bool *helps)
{
	struct value pieces[PIECES_MOST];
	size_t count = 0;

	if (type == NULL)
		return NULL;
	if (type->pieces == PIECES_UNKNOWN) {
		*helps = false;
	} else if (type->pieces == PIECES_ANY_CASE && type->plain) {
		count = whole_pieces(word, length, pieces);
	} else if (type->pieces != PIECES_OTHER) {
		count = single_pieces(word, length, type->pieces, pieces);
		*helps = *helps && (count > 0 || type->pieces != PIECES_ANY_CASE);
	}
	return filter_pieces(arena, name, pieces, count);
}

static struct filter *word_filter(struct arena *arena, const struct profile_kind *kind, const char *word, size_t length,
		narrow_type *type_of, const void *context)
{
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t count = kind_field_count(kind->kind), i, j;
	bool helps = true;

	for (i = 0; i < count && helps; i++) {
		const struct mapping *mapping = &kind->mappings[i];

		if (!(mapping->field->flags & FIELD_SEARCH) || mapping->converter == NULL)
			continue;
		helps = mapping->converter->verbatim;
		for (j = 0; helps && mapping->attributes[j] != NULL; j++)
			filter_into(arena, any, attribute_filter(arena, mapping->attributes[j], type_of(context, mapping->attributes[j]),
				word, length, &helps));
	}
	return helps && any->inside_count > 0 ? any : NULL;
}

struct filter *narrow_filter(struct arena *arena, const struct profile_kind *kind, const char *folded, narrow_type *type, const void *context)
{
	struct filter *all = filter_group(arena, FILTER_AND);
	const char *at = folded;

	while (*(at += strspn(at, " \t\n")) != '\0') {
		size_t length = strcspn(at, " \t\n");

		filter_into(arena, all, word_filter(arena, kind, at, length, type, context));
		at += length;
	}
	return all->inside_count > 0 ? all : NULL;
}
