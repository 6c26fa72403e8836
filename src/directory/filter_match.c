/*
 * filter_match: would an entry that is not written yet be found by a filter?
 *
 * Only what is certain is said: how a server compares depends on rules that are
 * not looked at here, so text beyond plain letters, blanks, orders and matching
 * rules by name give "not known", and whoever asks must take that for a yes.
 * Never fails; pure, any thread.
 */
#include "directory/filter.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

/* Letters, digits and signs without a blank: equal for every usual rule, or different for every one, but for their case. */
static bool simple(const struct value *value)
{
	size_t i;

	for (i = 0; i < value->length; i++)
		if ((unsigned char)value->bytes[i] <= ' ' || (unsigned char)value->bytes[i] >= 0x7f)
			return false;
	return true;
}

static bool same(const struct value *a, const struct value *b)
{
	return a->length == b->length && strncasecmp(a->bytes, b->bytes, a->length) == 0;
}

/* The first place of a piece from `at` on; the length of the value where there is none. */
static size_t piece_at(const struct value *value, size_t at, const struct value *piece)
{
	for (; at + piece->length <= value->length; at++)
		if (strncasecmp(value->bytes + at, piece->bytes, piece->length) == 0)
			return at;
	return value->length + 1;
}

static bool has_pieces(const struct value *value, const struct filter *filter)
{
	size_t at = filter->first.length, i;

	if (value->length < filter->first.length + filter->last.length ||
	    strncasecmp(value->bytes, filter->first.length == 0 ? "" : filter->first.bytes, filter->first.length) != 0)
		return false;
	for (i = 0; i < filter->middle_count; i++) {
		at = piece_at(value, at, &filter->middle[i]);
		if (at > value->length)
			return false;
		at += filter->middle[i].length;
	}
	return at + filter->last.length <= value->length && (filter->last.length == 0 ||
		strncasecmp(value->bytes + value->length - filter->last.length, filter->last.bytes, filter->last.length) == 0);
}

static bool pieces_simple(const struct filter *filter)
{
	size_t i;

	for (i = 0; i < filter->middle_count; i++)
		if (!simple(&filter->middle[i]))
			return false;
	return simple(&filter->first) && simple(&filter->last);
}

static enum known leaf_matches(const struct filter *filter, const struct entry *entry)
{
	const struct attribute *attribute = entry_get(entry, filter->attribute);
	bool sure = filter->op == FILTER_EQUAL ? simple(&filter->value) : pieces_simple(filter);
	size_t i;

	for (i = 0; attribute != NULL && i < attribute->count; i++) {
		const struct value *value = &attribute->values[i];

		if (filter->op == FILTER_EQUAL ? same(value, &filter->value) : has_pieces(value, filter))
			return KNOWN_YES;
		sure = sure && simple(value);
	}
	return sure ? KNOWN_NO : KNOWN_NOT;
}

/* AND: one no decides; OR: one yes. */
static enum known group_matches(const struct filter *filter, const struct entry *entry)
{
	enum known decides = filter->op == FILTER_AND ? KNOWN_NO : KNOWN_YES;
	bool sure = true;
	size_t i;

	for (i = 0; i < filter->inside_count; i++) {
		enum known one = filter_matches(filter->inside[i], entry);

		if (one == decides)
			return decides;
		sure = sure && one != KNOWN_NOT;
	}
	return !sure ? KNOWN_NOT : decides == KNOWN_NO ? KNOWN_YES : KNOWN_NO;
}

enum known filter_matches(const struct filter *filter, const struct entry *entry)
{
	const struct attribute *attribute;
	enum known inside;

	switch (filter->op) {
	case FILTER_AND:
	case FILTER_OR:
		return group_matches(filter, entry);
	case FILTER_NOT:
		inside = filter_matches(filter->inside[0], entry);
		return inside == KNOWN_NOT ? KNOWN_NOT : inside == KNOWN_YES ? KNOWN_NO : KNOWN_YES;
	case FILTER_PRESENT:
		attribute = entry_get(entry, filter->attribute);
		return attribute != NULL && attribute->count > 0 ? KNOWN_YES : KNOWN_NO;
	case FILTER_EQUAL:
	case FILTER_PIECES:
		return leaf_matches(filter, entry);
	case FILTER_AT_LEAST:
	case FILTER_AT_MOST:
	case FILTER_APPROX:
	case FILTER_EXTENDED:
		break;
	}
	return KNOWN_NOT;
}
