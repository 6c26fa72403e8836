/*
 * value_set: has this value been met? For lists and groups of tens of thousands
 * of members, where comparing each with each takes minutes.
 *
 * Pure; nothing fails.  One thread at a time.
 */
#ifndef POSTROOM_MODEL_VALUE_SET_H
#define POSTROOM_MODEL_VALUE_SET_H

#include "model/kind.h"
#include "model/record.h"

/* From so many values on a set is worth its memory. */
enum { VALUE_SET_FROM = 64 };

struct value_set;
/*
 * Values are the same as change_same_value says for the field; NULL: byte for byte (value_same). Not for
 * FIELD_PARTS, whose sameness is no plain comparison. Free with value_set_free.
 */
struct value_set *value_set_new(const struct field *field);
void value_set_free(struct value_set *set);        /* NULL is allowed */
/* True where it was not in yet. The value is copied. */
bool value_set_add(struct value_set *set, const struct value *value);
bool value_set_holds(struct value_set *set, const struct value *value);

#endif
