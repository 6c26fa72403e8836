/*
 * plan_udm_undo: taking back what was done through UDM.
 *
 * As with LDAP: only what still stands is taken back.  What was deleted cannot
 * come back whole and does not come back by half.  Has no effect; reads.  On the gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/udm_store.h"

/* All values that are to go are there, and where one value only can be, it is that one. */
static bool stands(struct arena *arena, const struct udm_object *object, const struct operation *step, struct error *error)
{
	for (size_t i = 0; i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];
		const struct udm_property *property = udm_property_named(step->through, delta->attribute);
		struct field_values shown;

		if (delta->secret || delta->how == DELTA_ADD || property == NULL)
			continue;
		shown = udm_shown(arena, property, json_get(object->properties, delta->attribute));
		for (size_t j = 0; delta->how == DELTA_DELETE && j < delta->count; j++)
			if (!udm_holds(property, &shown, &delta->values[j]))
				return error_set(error, ERROR_CONFLICT, "%s: %s was changed by somebody else since, so it is left alone", step->place, delta->attribute);
	}
	return true;
}

bool plan_udm_undo(struct store_ldap *store, const struct change *change, struct arena *arena, struct operation *step, struct error *error)
{
	struct udm_object object;
	struct entry *entry;
	bool fine;

	(void)change;
	/* The gate refuses it before, with what is known of the object. */
	if (step->verb == OPERATION_ADD)
		return error_set(error, ERROR_UNSUPPORTED, "%s was deleted through UDM and cannot come back whole", step->place);
	entry = store_target(store, arena, step->id, step->place, error);
	if (entry == NULL)
		return false;
	if (step->verb == OPERATION_RENAME && !dn_same(entry->dn, step->place))
		return error_set(error, ERROR_CONFLICT, "%s is called %s meanwhile, so it is left alone", step->place, entry->dn);
	step->place = entry->dn;
	step->id = entry_first(entry, "entryUUID");
	step->version = entry_first(entry, "entryCSN");
	udm_begin(store->udm);
	if (!udm_read(store->udm, arena, world_profile(store->world), step->through, step->place, &object, error))
		return error_prefix(error, "It was done through UDM, and cannot be taken back now");
	fine = stands(arena, &object, step, error);
	udm_object_free(&object);
	return fine;
}

/* --- the record as it becomes --------------------------------------------------------------------- */

static const struct field *field_of(const struct operation *step, const struct record *record, const char *name, const struct udm_property **property)
{
	*property = udm_property_named(step->through, name);
	return *property == NULL ? NULL : kind_field(record->kind, (*property)->field);
}

static bool among(const struct field_values *values, const struct value *value)
{
	for (size_t i = 0; i < values->count; i++)
		if (value_same(&values->values[i], value) || text_same_ascii_case(values->values[i].bytes, value->bytes))
			return true;
	return false;
}

/* Values less those of the delta, or with them. DNs stay as they are: the review of an undo then shows them. */
static void lay(struct record *after, const struct field *field, const struct field_values *given, enum delta_how how)
{
	const struct field_values *now = record_get(after, field->name);
	struct value *list = arena_alloc(after->arena, (now->count + given->count) * sizeof *list);
	size_t count = 0;

	for (size_t i = 0; (field->flags & FIELD_MANY || how == DELTA_DELETE) && i < now->count; i++)
		if (!among(given, &now->values[i]))
			list[count++] = now->values[i];
	for (size_t i = 0; how != DELTA_DELETE && i < given->count; i++)
		list[count++] = given->values[i];
	record_set(after, field->name, count > 0 ? VALUE_OWN : VALUE_ABSENT, list, count);
}

void plan_udm_lay(const struct operation *step, struct record *after)
{
	if (step->verb != OPERATION_MODIFY)
		return;
	for (size_t i = 0; i < step->delta_count; i++) {
		const struct delta *delta = &step->deltas[i];
		const struct udm_property *property;
		const struct field *field = field_of(step, after, delta->attribute, &property);
		struct field_values given;

		if (field == NULL || delta->secret || property->shape == UDM_PLACES)
			continue;
		given = udm_canonical(after->arena, property, delta->values, delta->count);
		lay(after, field, &given, delta->how);
	}
}
