/*
 * value_set: a lookup by what makes values the same.
 *
 * A value becomes a text that is equal where the values are the same: lower
 * case for addresses and names, and zero bytes written as two others, since
 * keys are texts.  An address with a zero byte is the same as nothing.
 */
#include "model/value_set.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

#define ESCAPE '\1'

struct value_set {
	struct lookup *lookup;
	struct text key;                   /* used again for each value */
	bool any_case;
};

static bool is_any_case(const struct field *field)
{
	return field != NULL && (field->type == FIELD_ADDRESS || field->type == FIELD_DOMAIN || field->type == FIELD_LOGIN ||
		field->type == FIELD_REFERENCE);
}

struct value_set *value_set_new(const struct field *field)
{
	struct value_set *set = memory_new(sizeof(*set));

	assert(field == NULL || field->type != FIELD_PARTS);
	set->lookup = lookup_new();
	set->any_case = is_any_case(field);
	return set;
}

void value_set_free(struct value_set *set)
{
	if (set == NULL)
		return;
	lookup_free(set->lookup);
	text_free(&set->key);
	free(set);
}

/* NULL: the same as nothing. */
static const char *key_of(struct value_set *set, const struct value *value)
{
	text_clear(&set->key);
	for (size_t i = 0; i < value->length; i++) {
		char c = value->bytes[i];

		if (c == '\0' && set->any_case)
			return NULL;
		if (c == '\0' || c == ESCAPE) {
			text_add_char(&set->key, ESCAPE);
			c = c == '\0' ? '0' : '1';
		}
		text_add_char(&set->key, set->any_case ? text_lower_letter(c) : c);
	}
	return text_get(&set->key);
}

bool value_set_holds(struct value_set *set, const struct value *value)
{
	const char *key = key_of(set, value);

	return key != NULL && lookup_get(set->lookup, key) != NULL;
}

bool value_set_add(struct value_set *set, const struct value *value)
{
	const char *key = key_of(set, value);

	if (key == NULL)
		return true;
	if (lookup_get(set->lookup, key) != NULL)
		return false;
	lookup_put(set->lookup, key, set);
	return true;
}
