/*
 * check: typed text to canonical form and back, and whether one value is legal.
 *
 * One switch over the type each for parsing, editing and checking; rules of
 * single rows are in names.c and parts.c, rules over a whole change in
 * check_change.c.  Pure; fails with a sentence that names the field, the value
 * and what is allowed.  Any thread.
 */
#include "model/check.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static char *trimmed(struct arena *arena, const char *typed)
{
	size_t length;

	while (*typed == ' ' || *typed == '\t')
		typed++;
	length = strlen(typed);
	while (length && (typed[length - 1] == ' ' || typed[length - 1] == '\t'))
		length--;
	return arena_bytes(arena, typed, length);
}

/* Decimal digits that fit; leading zeros are taken. */
static bool digits_value(const char *digits, int64_t *value)
{
	int64_t sum = 0;

	if (!*digits)
		return false;
	for (; *digits; digits++) {
		if (*digits < '0' || *digits > '9')
			return false;
		if (__builtin_mul_overflow(sum, 10, &sum) || __builtin_add_overflow(sum, *digits - '0', &sum))
			return false;
	}
	*value = sum;
	return true;
}

static char *parse_size(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	int64_t unit = field->unit ? field->unit : 1;
	int64_t bytes;

	if (!text_to_size(typed, unit, &bytes)) {
		error_set(error, ERROR_INVALID, "%s: \"%.60s\" is no size; write it as 2 GB or 500 MB%s%s, or 0 for no limit",
			field->label, typed, field->unit_name ? ", a bare number means " : "",
			field->unit_name ? field->unit_name : "");
		return NULL;
	}
	if (bytes % unit)
		bytes += unit - bytes % unit;
	return arena_format(arena, "%" PRId64, bytes);
}

static char *parse_number(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	int64_t number;

	if (!digits_value(typed, &number)) {
		error_set(error, ERROR_INVALID, "%s: \"%.60s\" is no whole number; write digits only", field->label, typed);
		return NULL;
	}
	return arena_format(arena, "%" PRId64, number);
}

static const char *flag_of(const char *typed)
{
	static const char *const yes[] = { "yes", "y", "true", "on", "1", NULL };
	static const char *const no[] = { "no", "n", "false", "off", "0", NULL };

	for (size_t i = 0; yes[i]; i++) {
		if (text_same_ascii_case(typed, yes[i]))
			return "yes";
		if (text_same_ascii_case(typed, no[i]))
			return "no";
	}
	return NULL;
}

static char *parse_flag(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	const char *flag = flag_of(typed);

	if (!flag)
		error_set(error, ERROR_INVALID, "%s: \"%.60s\" is neither yes nor no", field->label, typed);
	return arena_text(arena, flag);
}

static const char *choice_of(const char *const *choices, const char *typed)
{
	for (; *choices; choices++)
		if (text_same_ascii_case(*choices, typed))
			return *choices;
	return NULL;
}

static char *choice_words(struct arena *arena, const char *const *choices)
{
	char *list = arena_text(arena, "");

	for (; *choices; choices++)
		list = arena_format(arena, "%s%s%s", list, *list ? ", " : "", *choices);
	return list;
}

static char *parse_choice(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	const char *choice = choice_of(field->choices, typed);

	if (!choice)
		error_set(error, ERROR_INVALID, "%s: \"%.60s\" cannot be chosen; allowed are %s", field->label, typed,
			choice_words(arena, field->choices));
	return arena_text(arena, choice);
}

/* The domain part becomes its A-label form; the part before the @ stays as typed. */
static char *parse_address(struct arena *arena, const struct field *field, const char *typed)
{
	const char *at = strrchr(typed, '@');
	char *address = arena_text(arena, typed);

	if (at && text_has_foreign(at + 1, strlen(at + 1)))
		address = arena_format(arena, "%.*s@%s", (int)(at - typed), typed, text_domain_ascii(arena, at + 1));
	return field->flags & FIELD_LOWER ? text_lower_ascii(arena, address, strlen(address)) : address;
}

/* One trailing dot is taken away, as UDM does. */
static char *parse_domain(struct arena *arena, const char *typed)
{
	size_t length = strlen(typed);
	char *domain = arena_bytes(arena, typed, length && typed[length - 1] == '.' ? length - 1 : length);

	if (text_has_foreign(domain, strlen(domain)))
		domain = text_domain_ascii(arena, domain);
	return text_lower_ascii(arena, domain, strlen(domain));
}

/* Normalises the parts (order, case of choices, yes and no, fallbacks). */
static char *parse_parts(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	size_t capacity = 0, count = 0;
	const char **pairs = NULL;
	char *built;

	/* Unknown and doubled parts would fall away below without a word. */
	if (!parts_known(field, typed, error))
		return NULL;
	for (const struct part *part = field->parts; part->name; part++) {
		const char *value = parts_get(arena, typed, part->name);
		const char *canonical = NULL;

		if (!value)
			continue;
		if (part->type == FIELD_FLAG)
			canonical = flag_of(value);
		if (part->type == FIELD_CHOICE)
			canonical = choice_of(part->choices, value);
		pairs = arena_grow(arena, pairs, &capacity, count + 3, sizeof(*pairs));
		pairs[count++] = part->name;
		pairs[count++] = canonical ? canonical : value;
	}
	built = parts_build(arena, field->parts, pairs);
	return check_parts(field, built, error) ? built : NULL;
}

static char *parse_reference(struct arena *arena, const struct field *field, const char *typed)
{
	return field->flags & FIELD_LOWER ? parse_domain(arena, typed) : arena_text(arena, typed);
}

static char *parse_by_type(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	switch (field->type) {
	case FIELD_SIZE:      return parse_size(arena, field, typed, error);
	case FIELD_NUMBER:    return parse_number(arena, field, typed, error);
	case FIELD_CHOICE:    return parse_choice(arena, field, typed, error);
	case FIELD_FLAG:      return parse_flag(arena, field, typed, error);
	case FIELD_ADDRESS:   return parse_address(arena, field, typed);
	case FIELD_DOMAIN:    return parse_domain(arena, typed);
	case FIELD_REFERENCE: return parse_reference(arena, field, typed);
	case FIELD_PARTS:     return parse_parts(arena, field, typed, error);
	case FIELD_TEXT: case FIELD_LOGIN: case FIELD_TIME: case FIELD_SECRET:
		break;
	}
	return arena_text(arena, typed);
}

char *check_parse(struct arena *arena, const struct field *field, const char *typed, struct error *error)
{
	char *canonical;

	/* A secret is taken byte for byte: a blank at its end may be meant. */
	if (field->type != FIELD_SECRET)
		typed = trimmed(arena, typed);
	canonical = *typed ? parse_by_type(arena, field, typed, error) : arena_text(arena, "");
	if (!canonical || !check_value(field, canonical, error))
		return NULL;
	return canonical;
}

char *check_editable(struct arena *arena, const struct field *field, const char *canonical)
{
	int64_t bytes;

	if (field->type != FIELD_SIZE || !digits_value(canonical, &bytes))
		return arena_text(arena, canonical);
	return bytes ? size_words(arena, field, bytes) : arena_text(arena, "0");
}

static bool check_size(const struct field *field, const char *canonical, struct error *error)
{
	struct arena *arena;
	int64_t bytes;
	bool fine = true;

	if (!digits_value(canonical, &bytes))
		return error_set(error, ERROR_INVALID, "%s: \"%.60s\" is no number of bytes", field->label, canonical);
	arena = arena_new();
	if (field->most && (bytes < field->least || bytes > field->most))
		fine = error_set(error, ERROR_INVALID, "%s: %s is out of range; allowed are %s to %s", field->label,
			size_words(arena, field, bytes), field->least ? size_words(arena, field, field->least) : "0",
			size_words(arena, field, field->most));
	else if (field->unit && bytes % field->unit)
		fine = error_set(error, ERROR_INVALID, "%s: %s is kept in whole %s only", field->label,
			size_words(arena, field, bytes), field->unit_name);
	arena_free(arena);
	return fine;
}

static bool check_number(const struct field *field, const char *canonical, struct error *error)
{
	int64_t number;

	if (!digits_value(canonical, &number))
		return error_set(error, ERROR_INVALID, "%s: \"%.60s\" is no whole number; write digits only", field->label, canonical);
	if (field->most && (number < field->least || number > field->most))
		return error_set(error, ERROR_INVALID, "%s: %" PRId64 " is out of range; allowed are %" PRId64 " to %" PRId64,
			field->label, number, field->least, field->most);
	return true;
}

static bool check_choice(const struct field *field, const char *canonical, struct error *error)
{
	struct arena *arena;

	for (size_t i = 0; field->choices[i]; i++)
		if (strcmp(field->choices[i], canonical) == 0)
			return true;
	arena = arena_new();
	error_set(error, ERROR_INVALID, "%s: \"%.60s\" cannot be chosen; allowed are %s", field->label, canonical,
		choice_words(arena, field->choices));
	arena_free(arena);
	return false;
}

static bool check_text(const struct field *field, const char *canonical, struct error *error)
{
	size_t length = strlen(canonical);

	if (field->most && (int64_t)length > field->most)
		return error_set(error, ERROR_INVALID, "%s: \"%.60s\" has %zu bytes; at most %" PRId64 " are allowed",
			field->label, canonical, length, field->most);
	if (!utf8_valid(canonical, length))
		return error_set(error, ERROR_INVALID, "%s: \"%.100s\" is no valid UTF-8 text", field->label, canonical);
	return true;
}

static bool check_by_type(const struct field *field, const char *canonical, struct error *error)
{
	switch (field->type) {
	case FIELD_SIZE:    return check_size(field, canonical, error);
	case FIELD_NUMBER:  return check_number(field, canonical, error);
	case FIELD_CHOICE:  return check_choice(field, canonical, error);
	case FIELD_ADDRESS: return check_address(field, canonical, error);
	case FIELD_DOMAIN:  return check_domain_name(field, canonical, error);
	case FIELD_LOGIN:   return check_login(field, canonical, error);
	case FIELD_PARTS:   return check_parts(field, canonical, error);
	case FIELD_FLAG:
		if (strcmp(canonical, "yes") == 0 || strcmp(canonical, "no") == 0)
			return true;
		return error_set(error, ERROR_INVALID, "%s: \"%.60s\" is neither yes nor no", field->label, canonical);
	case FIELD_REFERENCE:
		if (field->flags & FIELD_LOWER)
			return check_domain_name(field, canonical, error);
		return check_text(field, canonical, error);
	case FIELD_TEXT: case FIELD_TIME: case FIELD_SECRET:
		break;
	}
	return check_text(field, canonical, error);
}

bool check_value(const struct field *field, const char *canonical, struct error *error)
{
	if (!*canonical)
		return error_set(error, ERROR_INVALID, "%s: an empty value cannot be stored; take the value away instead", field->label);
	if (!check_by_type(field, canonical, error))
		return false;
	return !field->check || field->check(field, canonical, error);
}
