/*
 * plan_add: the operations that make a new object (plan_add).
 *
 * An entry with the classes and marks of the profile, and for users what UDM
 * would do besides: a number from the counter as a step of its own, and the
 * membership in the default group (ucs-directory 8.4).  The same change gives
 * the same plan at every walk, since nothing may be applied that was not
 * shown.  Has no effect; reads.  On the gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/sha256.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/store_private.h"

enum { NUMBER_FIRST = 1000, NUMBER_GAP_FROM = 55000, NUMBER_GAP_TO = 65536, NUMBER_LAST = 1000000, NUMBER_TRIES = 200 };

/* --- texts from templates --------------------------------------------------------------------- */

/* "%given_name% %family_name%" with blanks trimmed. */
static char *expand(struct arena *arena, const char *template, const struct record *after)
{
	struct text out = { 0 };
	char *words, *begin;
	size_t length;

	while (*template != '\0') {
		const char *end = template[0] == '%' ? strchr(template + 1, '%') : NULL;
		const char *name = end == NULL ? NULL : arena_bytes(arena, template + 1, (size_t)(end - template - 1));

		if (name != NULL && kind_field(after->kind, name) != NULL) {
			text_add(&out, record_text(after, name));
			template = end + 1;
		} else {
			text_add_char(&out, *template++);
		}
	}
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	begin = words + strspn(words, " ");
	for (length = strlen(begin); length > 0 && begin[length - 1] == ' '; length--)
		begin[length - 1] = '\0';
	return begin;
}

/* Attributes that no field gave: from the profile's templates, and the name where a template stays empty. */
static void add_derived(const struct profile_kind *held, const struct record *after, struct entry *draft)
{
	size_t i;

	for (i = 0; held->derived[i] != NULL; i++) {
		const char *sign = strchr(held->derived[i], '=');
		const char *attribute, *value;

		if (sign == NULL)
			continue;
		attribute = arena_bytes(draft->arena, held->derived[i], (size_t)(sign - held->derived[i]));
		if (entry_get(draft, attribute) != NULL)
			continue;
		value = expand(draft->arena, sign + 1, after);
		entry_put_text(draft, attribute, value[0] == '\0' ? after->name : value);
	}
}

/* --- marks -------------------------------------------------------------------------------------- */

/* Do other objects of this kind carry an identifier of their own? Then a new one should too. */
static bool siblings_have(struct store_ldap *store, struct arena *arena, const struct profile_kind *held, const char *attribute)
{
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 1,
		.filter = filter_both(arena, held->find, filter_present(arena, attribute)) };
	struct found found;

	return request_search(store->connection, arena, &search, &found, NULL) && found.count > 0;
}

/* A UUID that is the same in each walk of one change and never comes again: from our salt, the place, the number of adds. */
static char *identifier(const struct store_ldap *store, struct arena *arena, const char *place)
{
	struct text seed = { 0 };
	char hex[SHA256_HEX];

	text_add_bytes(&seed, store->salt, sizeof store->salt);
	text_addf(&seed, "%u %s", store->added, place);
	sha256_hex(text_get(&seed), seed.length, hex);
	text_free(&seed);
	return arena_format(arena, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 12, hex + 15, hex + 18);
}

static void add_marks(struct store_ldap *store, const struct profile_kind *held, struct entry *draft)
{
	const struct profile *profile = world_profile(store->world);
	size_t i;

	for (i = 0; held->classes[i] != NULL; i++)
		entry_add_text(draft, "objectClass", held->classes[i]);
	if (profile->mark_class == NULL || profile->mark_attribute == NULL || held->type == NULL)
		return;
	entry_add_text(draft, "objectClass", profile->mark_class);
	entry_put_text(draft, profile->mark_attribute, held->type);
	if (profile->identifier != NULL && world_attribute(store->world, profile->identifier) != NULL &&
	    siblings_have(store, draft->arena, held, profile->identifier))
		entry_put_text(draft, profile->identifier, identifier(store, draft->arena, draft->dn));
}

/* --- numbers ------------------------------------------------------------------------------------- */

static bool number_used(struct store_ldap *store, struct arena *arena, long number, bool *used, struct error *error)
{
	const char *digits = arena_format(arena, "%ld", number);
	struct filter *any = filter_group(arena, FILTER_OR);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .limit = 1, .filter = any };
	struct found found;

	filter_into(arena, any, filter_equal_text(arena, "uidNumber", digits));
	filter_into(arena, any, filter_equal_text(arena, "gidNumber", digits));
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	*used = found.count > 0;
	return true;
}

static bool next_number(struct store_ldap *store, struct arena *arena, long last, long *number, struct error *error)
{
	unsigned tries;
	bool used = true;

	*number = last < NUMBER_FIRST ? NUMBER_FIRST - 1 : last;
	for (tries = 0; used && tries < NUMBER_TRIES; tries++) {
		++*number;
		if (*number >= NUMBER_GAP_FROM && *number < NUMBER_GAP_TO)
			*number = NUMBER_GAP_TO;
		if (*number > NUMBER_LAST)
			break;
		if (!number_used(store, arena, *number, &used, error))
			return false;
	}
	return !used || error_set(error, ERROR_UNSUPPORTED, "no free number was found above %ld", last);
}

/* The counter moves in a step of its own, guarded by its old value, so two adds never get one number. */
static bool take_number(struct store_ldap *store, const struct profile_kind *held, struct entry *draft, struct plan *plan, struct error *error)
{
	static const char *const attributes[] = { "univentionLastUsedValue", "entryUUID", "entryCSN", NULL };
	struct arena *arena = draft->arena;
	const char *place = world_below(store->world, arena, held->counter), *last, *digits;
	struct entry *counter = place == NULL ? NULL : request_entry(store->connection, arena, place, attributes, error);
	struct operation *operation;
	struct entry *moved;
	struct delta *deltas;
	long number;

	if (place == NULL)
		return error_set(error, ERROR_CONFIG, "the profile names no counter for numbers");
	if (counter == NULL)
		return error_prefix(error, "the counter for numbers cannot be read");
	last = entry_first(counter, "univentionLastUsedValue");
	if (!next_number(store, arena, last == NULL ? 0 : strtol(last, NULL, 10), &number, error))
		return false;
	digits = arena_format(arena, "%ld", number);
	entry_put_text(draft, held->number, digits);
	moved = entry_copy(arena, counter);
	entry_put_text(moved, "univentionLastUsedValue", digits);
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = place, .id = entry_first(counter, "entryUUID"),
		.version = entry_first(counter, "entryCSN"), .words = arena_format(arena, "take %s number %ld", strcmp(held->number, "gidNumber") == 0 ? "group" : "user", number) };
	operation->delta_count = entry_difference(arena, counter, moved, NULL, NULL, &deltas);
	operation->deltas = deltas;
	return true;
}

/* --- the default group --------------------------------------------------------------------------- */

struct membership {
	const char *place, *id, *number;
};

static bool default_group(struct store_ldap *store, struct arena *arena, const struct profile_kind *held, struct membership *group, struct error *error)
{
	const char *const names[] = { held->default_group_attribute, NULL };
	static const char *const attributes[] = { "gidNumber", "entryUUID", NULL };
	const char *place = world_below(store->world, arena, held->default_group);
	struct entry *settings, *entry;

	if (place == NULL || held->default_group_attribute == NULL)
		return error_set(error, ERROR_CONFIG, "the profile names no default group for new users");
	settings = request_entry(store->connection, arena, place, names, error);
	if (settings == NULL || entry_first(settings, names[0]) == NULL)
		return error_set(error, ERROR_UNSUPPORTED, "%s does not name the group of new users (%s)", place, names[0]);
	entry = request_entry(store->connection, arena, entry_first(settings, names[0]), attributes, error);
	if (entry == NULL)
		return error_prefix(error, "the group of new users");
	*group = (struct membership){ .place = entry->dn, .id = entry_first(entry, "entryUUID"), .number = entry_first(entry, "gidNumber") };
	return group->number != NULL || error_set(error, ERROR_UNSUPPORTED, "the group of new users, %s, has no gidNumber", group->place);
}

static void join_group(struct store_ldap *store, struct arena *arena, const struct membership *group, const struct kind *kind, const char *place,
		const char *login, struct plan *plan)
{
	const struct profile *profile = world_profile(store->world);
	struct delta *deltas = arena_alloc(arena, (profile->reference_count + 1) * sizeof *deltas);
	struct operation *operation = plan_step(arena, plan);
	size_t i;

	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = group->place, .id = group->id, .deltas = deltas, .commutes = true,
		.words = arena_format(arena, "join the group %s", group->place) };
	for (i = 0; i < profile->reference_count; i++) {
		const struct profile_reference *row = &profile->references[i];
		struct value *value = arena_alloc(arena, sizeof *value);

		if (strcmp(row->meaning, "member") != 0 || (row->by != BY_DN && row->by != BY_LOGIN) || !profile_refers(row, kind))
			continue;
		*value = value_text(arena, row->by == BY_DN ? place : login);
		deltas[operation->delta_count++] = (struct delta){ .attribute = row->attribute, .how = DELTA_ADD, .values = value, .count = 1 };
	}
}

/* --- the whole ------------------------------------------------------------------------------------- */

static void add_entry(struct store_ldap *store, struct entry *draft, const char *name, struct plan *plan)
{
	struct operation *operation = plan_step(draft->arena, plan);
	struct entry *nothing = entry_new(draft->arena, draft->dn);
	struct delta *deltas;

	*operation = (struct operation){ .verb = OPERATION_ADD, .place = draft->dn, .words = arena_format(draft->arena, "add %s", name) };
	operation->delta_count = entry_difference(draft->arena, nothing, draft, NULL, NULL, &deltas);
	plan_mark_secrets(store, deltas, operation->delta_count);
	operation->deltas = deltas;
}

bool plan_add(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error)
{
	const struct profile_kind *held = store_kind(store, change->kind);
	struct convert with = { .arena = arena, .profile = world_profile(store->world), .flag_mode = facts->forward_flag_mode, .now = clock_now() };
	struct record *after = change_result(arena, change, NULL);
	const char *container = world_below(store->world, arena, held->container), *place;
	struct membership group = { .place = NULL };
	bool joins = held->number != NULL && strcmp(held->number, "uidNumber") == 0;
	struct entry *draft;

	if (container == NULL || after->name[0] == '\0')
		return error_set(error, ERROR_UNSUPPORTED, "a new %s needs a name and a place, and the profile must say where", change->kind->noun);
	place = dn_child(arena, held->naming, after->name, strlen(after->name), container);
	if (place == NULL)
		return error_set(error, ERROR_INVALID, "\"%s\" cannot be the name of an entry", after->name);
	draft = entry_new(arena, place);
	draft->names = store->names;
	add_marks(store, held, draft);
	if (!convert_write(&with, held, NULL, after, change, draft, error) || !plan_whole(held, draft, error))
		return false;
	add_derived(held, after, draft);
	if (!plan_is_seen(held, arena, draft, after->name, error))
		return false;
	if (joins && !default_group(store, arena, held, &group, error))
		return false;
	if (held->number != NULL && !take_number(store, held, draft, plan, error))
		return false;
	if (joins)
		entry_put_text(draft, "gidNumber", group.number);
	add_entry(store, draft, after->name, plan);
	if (plan_password_given(store, change) != NULL)
		plan_password_step(store, change, NULL, place, after->name, arena, plan);
	if (joins)
		join_group(store, arena, &group, change->kind, place, after->name, plan);
	plan->after = read_record(store->world, arena, change->kind, draft, facts->forward_flag_mode);
	plan_show_password(store, change, plan->after);
	return true;
}
