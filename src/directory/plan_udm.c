/*
 * plan_udm: steps that UDM does: fields and verbs that the profile gives to it.
 *
 * The object is read through UDM while planning, so that a UDM that does not
 * answer, or does not know the object, is met before anything is confirmed,
 * and the lines of the review show what UDM itself shows.  Has no effect.  On
 * the gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/udm_store.h"

/* --- who writes ---------------------------------------------------------------------------- */

static enum world_writer writer_of(const struct store_ldap *store, const struct change *change, const struct field *field)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const struct mapping *mapping = held == NULL ? NULL : profile_mapping(held, field);

	return mapping == NULL ? WRITER_US : world_writer(store->world, mapping);
}

bool udm_concerns(const struct store_ldap *store, const struct change *change)
{
	size_t i;

	if (world_verb_writer(store->world, change->kind, change->verb) == WRITER_UDM)
		return true;
	for (i = 0; i < change->edit_count; i++)
		if (change->verb != VERB_UNDO && writer_of(store, change, change->edits[i].field) == WRITER_UDM)
			return true;
	for (i = 0; i < change->operation_count; i++)
		if (change->operations[i].through != NULL)
			return true;
	return false;
}

bool plan_udm_allowed(const struct store_ldap *store, const struct change *change, struct error *error)
{
	for (size_t i = 0; i < change->edit_count && change->verb != VERB_UNDO; i++) {
		const char *reason;

		if (writer_of(store, change, change->edits[i].field) == WRITER_US)
			continue;
		if (world_supports(store->world, change->kind, change->edits[i].field, &reason) != SUPPORT_YES)
			return error_set(error, ERROR_UNSUPPORTED, "%s: %s", change->edits[i].field->label, reason == NULL ? "it is only read here" : reason);
	}
	return true;
}

struct change *plan_udm_rest(const struct store_ldap *store, const struct change *change)
{
	struct change *rest = change_copy(change);

	for (size_t i = 0; i < change->edit_count; i++)
		if (writer_of(store, change, change->edits[i].field) == WRITER_UDM)
			change_forget(rest, change->edits[i].field);
	return rest;
}

void plan_udm_after(const struct store_ldap *store, const struct change *change, const struct record *result, struct record *after)
{
	for (size_t i = 0; i < change->edit_count; i++) {
		const struct field_values *values = record_get(result, change->edits[i].field->name);

		if (writer_of(store, change, change->edits[i].field) != WRITER_UDM)
			continue;
		if (change->edits[i].field->type == FIELD_SECRET)
			record_set_text(after, change->edits[i].field->name, "********");
		else
			record_set(after, change->edits[i].field->name, values->count > 0 ? VALUE_OWN : VALUE_ABSENT, values->values, values->count);
	}
}

/* --- deltas ----------------------------------------------------------------------------------- */

struct deltas {
	struct arena *arena;
	struct delta *list;
	size_t count, capacity;
};

static void add_delta(struct deltas *deltas, const char *name, enum delta_how how, const struct value *values, size_t count, bool secret)
{
	deltas->list = arena_grow(deltas->arena, deltas->list, &deltas->capacity, deltas->count + 1, sizeof *deltas->list);
	deltas->list[deltas->count++] = (struct delta){ .attribute = arena_text(deltas->arena, name), .how = how, .values = values, .count = count, .secret = secret };
}

static bool exactly(const struct value *list, size_t count, const struct value *value)
{
	for (size_t i = 0; i < count; i++)
		if (value_same(&list[i], value))
			return true;
	return false;
}

/* The values of `from` that `other` lacks, as one delta. */
static void add_missing(struct deltas *deltas, const char *name, enum delta_how how, const struct value *from, size_t count, const struct value *other,
		size_t other_count)
{
	struct value *missing = arena_alloc(deltas->arena, count * sizeof *missing);
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		if (!exactly(other, other_count, &from[i]))
			missing[left++] = from[i];
	if (left > 0)
		add_delta(deltas, name, how, missing, left, false);
}

/* Values that are (want true) or are not among the shown ones: what there is to take away, and to add. */
static void add_single(struct deltas *deltas, const char *name, const struct udm_property *property, enum delta_how how, const struct value *values,
		size_t count, const struct field_values *shown)
{
	struct value *list = arena_alloc(deltas->arena, count * sizeof *list);
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		if (udm_holds(property, shown, &values[i]) == (how == DELTA_DELETE))
			list[left++] = values[i];
	if (left > 0)
		add_delta(deltas, name, how, list, left, false);
}

/*
 * UDM shows "0" where no flag is stored, and mail servers take that for "1" (ucs-directory 8.3): what the directory does
 * not hold is written though UDM shows it.
 */
static bool only_shown(const struct udm_property *property, const struct edit *edit, const struct record *now)
{
	return property->shape == UDM_DIGIT && edit->count == 1 && strcmp(record_text(now, edit->field->name), edit->values[0].bytes) != 0;
}

static bool edit_deltas(struct store_ldap *store, const struct change *change, const struct edit *edit, const struct record *now,
		const struct udm_object *object, struct deltas *deltas, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	const struct udm_property *property = udm_property(held->type, edit->field->name);
	const char *name = udm_name_in(property, object->properties);
	struct field_values wanted = { .presence = VALUE_OWN, .values = edit->values, .count = edit->count }, shown;
	struct value *values;
	size_t count, before = deltas->count;

	if (name == NULL && property->shape != UDM_UNLOCK && !property->secret)
		return error_set(error, ERROR_UNSUPPORTED, "%s: this UDM has no property %s: the package that brings it is not installed", edit->field->label, property->name);
	if (name == NULL)
		name = property->name;
	if (edit->how != EDIT_SET && property->shape == UDM_ACCOUNTS)
		return error_set(error, ERROR_UNSUPPORTED, "%s: through UDM the accounts can only be set as a whole, each with its password", edit->field->label);
	if (!udm_spell(deltas->arena, property, edit->field, &wanted, store->names, &values, &count, error))
		return false;
	if (property->secret && count == 0)
		return error_set(error, ERROR_INVALID, "%s: it can be set and not taken away", edit->field->label);
	if (property->secret || property->shape == UDM_UNLOCK || property->shape == UDM_ACCOUNTS) {
		add_delta(deltas, name, property->shape == UDM_ACCOUNTS ? DELTA_REPLACE : DELTA_ADD, values, count, property->secret || property->shape == UDM_ACCOUNTS);
		return true;
	}
	shown = udm_shown(deltas->arena, property, json_get(object->properties, name));
	if (edit->how == EDIT_SET) {
		add_missing(deltas, name, DELTA_DELETE, shown.values, shown.count, values, count);
		add_missing(deltas, name, DELTA_ADD, values, count, shown.values, shown.count);
		if (deltas->count == before && only_shown(property, edit, now))
			add_delta(deltas, name, DELTA_ADD, values, count, false);
	} else {
		add_single(deltas, name, property, edit->how == EDIT_ADD ? DELTA_ADD : DELTA_DELETE, values, count, &shown);
	}
	return true;
}

/* --- the object as UDM has it -------------------------------------------------------------------- */

static bool read_object(struct store_ldap *store, struct arena *arena, const char *module, const struct record *now, struct udm_object *object,
		struct error *error)
{
	udm_begin(store->udm);
	if (!udm_read(store->udm, arena, world_profile(store->world), module, now->place, object, error)) {
		if (error != NULL && error->kind == ERROR_NOT_FOUND)
			return error_set(error, ERROR_UNSUPPORTED, "UDM does not know %s as %s, so it cannot be changed through it; is the url in the section udm "
				"that of this directory, and does the entry bear the marks of UDM? [UDM 404]", now->place, module);
		return error == NULL || error->kind == ERROR_INVALID ? false : error_prefix(error, "It is changed through UDM, and cannot be now");
	}
	if (now->id == NULL || text_same_ascii_case(object->uuid, now->id))
		return true;
	udm_object_free(object);
	return error_set(error, ERROR_CONFLICT, "%s is another object in UDM than in the directory: it was deleted and made anew meanwhile, or UDM shows an older state", now->place);
}

static const struct profile_kind *held_by_udm(const struct store_ldap *store, const struct kind *kind, struct error *error)
{
	const struct profile_kind *held = store_kind(store, kind);

	if (held->type != NULL && udm_property_key(held->type) != NULL && store->udm != NULL)
		return held;
	error_set(error, ERROR_UNSUPPORTED, "postroom does not know how UDM keeps a %s (the profile says type = %s)", kind->noun, held->type == NULL ? "nothing" : held->type);
	return NULL;
}

static void fill_step(struct operation *step, enum operation_verb verb, const struct profile_kind *held, const struct record *now, const struct deltas *deltas,
		const char *words)
{
	*step = (struct operation){ .verb = verb, .through = held->type, .place = now->place, .id = now->id, .version = now->version,
		.deltas = deltas->list, .delta_count = deltas->count, .words = words };
}

/* --- edit ------------------------------------------------------------------------------------------ */

bool plan_udm_edit(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error)
{
	const struct profile_kind *held = held_by_udm(store, change->kind, error);
	struct deltas deltas = { .arena = arena };
	struct text labels = { 0 };
	struct udm_object object;
	bool fine;

	if (held == NULL || !read_object(store, arena, held->type, facts->now, &object, error))
		return false;
	fine = true;
	for (size_t i = 0; fine && i < change->edit_count; i++) {
		if (writer_of(store, change, change->edits[i].field) != WRITER_UDM)
			continue;
		text_addf(&labels, "%s%s", labels.length > 0 ? ", " : "", change->edits[i].field->label);
		fine = edit_deltas(store, change, &change->edits[i], facts->now, &object, &deltas, error);
	}
	if (fine && deltas.count > 0)
		fill_step(plan_step(arena, plan), OPERATION_MODIFY, held, facts->now, &deltas, arena_format(arena, "%s of %s through UDM", text_get(&labels), facts->now->name));
	text_free(&labels);
	udm_object_free(&object);
	return fine;
}

/* --- rename and delete --------------------------------------------------------------------------------- */

bool plan_udm_rename(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, const char *place,
		struct plan *plan, struct error *error)
{
	const struct profile_kind *held = held_by_udm(store, change->kind, error);
	struct deltas deltas = { .arena = arena };
	struct value *names = arena_alloc(arena, 2 * sizeof *names);
	struct udm_object object;
	struct operation *step;

	if (held == NULL || !read_object(store, arena, held->type, facts->now, &object, error))
		return false;
	udm_object_free(&object);
	names[0] = value_text(arena, facts->now->name);
	names[1] = value_text(arena, change->new_name);
	add_delta(&deltas, udm_property_key(held->type)->name, DELTA_DELETE, &names[0], 1, false);
	add_delta(&deltas, udm_property_key(held->type)->name, DELTA_ADD, &names[1], 1, false);
	step = plan_step(arena, plan);
	fill_step(step, OPERATION_RENAME, held, facts->now, &deltas, arena_format(arena, "rename %s to %s through UDM", facts->now->name, change->new_name));
	step->new_place = place;
	return true;
}

/* What we know of it goes into the journal, so that a person can make it anew. */
bool plan_udm_delete(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error)
{
	const struct profile_kind *held = held_by_udm(store, change->kind, error);
	struct deltas deltas = { .arena = arena };
	struct udm_object object;

	if (held == NULL || !read_object(store, arena, held->type, facts->now, &object, error))
		return false;
	for (const struct field *field = change->kind->fields; field->name != NULL; field++) {
		const struct udm_property *property = udm_property(held->type, field->name);
		const char *name = property == NULL || property->secret || property->shape == UDM_UNLOCK ? NULL : udm_name_in(property, object.properties);
		struct field_values shown = name == NULL ? (struct field_values){ .count = 0 } : udm_shown(arena, property, json_get(object.properties, name));

		if (shown.count > 0)
			add_delta(&deltas, name, DELTA_DELETE, shown.values, shown.count, false);
	}
	udm_object_free(&object);
	fill_step(plan_step(arena, plan), OPERATION_DELETE, held, facts->now, &deltas, arena_format(arena, "delete %s through UDM", facts->now->name));
	return true;
}

/* --- add ------------------------------------------------------------------------------------------------- */

static bool add_deltas(struct store_ldap *store, const struct profile_kind *held, const struct record *after, const struct udm_object *template,
		struct deltas *deltas, struct error *error)
{
	for (const struct field *field = after->kind->fields; field->name != NULL; field++) {
		const struct udm_property *property = udm_property(held->type, field->name);
		const struct field_values *wanted = record_get(after, field->name);
		const char *name = property == NULL ? NULL : udm_name_in(property, template->properties);
		struct value *values;
		size_t count;

		if (wanted->count == 0 || field->flags & (FIELD_DERIVED | FIELD_READONLY | FIELD_ELSEWHERE))
			continue;
		if (name == NULL && property != NULL && property->secret)
			name = property->name;
		if (name == NULL)
			return error_set(error, ERROR_UNSUPPORTED, "%s: UDM here has no property for it; leave it empty", field->label);
		if (property->shape == UDM_UNLOCK)
			continue;
		if (!udm_spell(deltas->arena, property, field, wanted, store->names, &values, &count, error))
			return false;
		add_delta(deltas, name, DELTA_ADD, values, count, property->secret || property->shape == UDM_ACCOUNTS);
	}
	return true;
}

static bool is_given(const struct deltas *deltas, const char *name)
{
	for (size_t i = 0; i < deltas->count; i++)
		if (strcmp(deltas->list[i].attribute, name) == 0)
			return true;
	return false;
}

/* What UDM demands or would fill in by itself, and what the review shows must be what comes. */
static bool complete_user(const struct record *after, struct deltas *deltas, struct error *error)
{
	struct value *login = arena_alloc(deltas->arena, sizeof *login);

	*login = value_text(deltas->arena, after->name);
	if (!is_given(deltas, "lastname"))
		add_delta(deltas, "lastname", DELTA_ADD, login, 1, false);
	if (is_given(deltas, "mailPrimaryAddress") && !is_given(deltas, "mailHomeServer"))
		add_delta(deltas, "mailHomeServer", DELTA_REPLACE, NULL, 0, false);
	return is_given(deltas, "password") || error_set(error, ERROR_INVALID, "Password: UDM makes no user without one: give it with the new user");
}

bool plan_udm_add(struct store_ldap *store, const struct change *change, struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = held_by_udm(store, change->kind, error);
	struct record *after = change_result(arena, change, NULL);
	const char *container = held == NULL ? NULL : world_below(store->world, arena, held->container);
	struct deltas deltas = { .arena = arena };
	struct udm_object template;
	struct operation *step;
	bool fine;

	if (held == NULL)
		return false;
	after->place = container == NULL || after->name[0] == '\0' ? NULL : dn_child(arena, held->naming, after->name, strlen(after->name), container);
	if (after->place == NULL)
		return error_set(error, ERROR_INVALID, "\"%s\" cannot be the name of an entry", after->name);
	udm_begin(store->udm);
	if (!udm_template(store->udm, arena, world_profile(store->world), held->type, container, &template, error))
		return error_prefix(error, "It is made through UDM, and cannot be now");
	fine = add_deltas(store, held, after, &template, &deltas, error) && (change->kind != &kind_user || complete_user(after, &deltas, error));
	udm_object_free(&template);
	if (!fine)
		return false;
	step = plan_step(arena, plan);
	fill_step(step, OPERATION_ADD, held, after, &deltas, arena_format(arena, "add %s through UDM", after->name));
	step->id = step->version = NULL;
	plan->after = after;
	return true;
}
