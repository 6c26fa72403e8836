/*
 * plan_follow: steps that keep in step what names an object elsewhere
 * (plan_follow), by the profile's reference rows.
 *
 * Memberships, allowed senders, list members, forwards.  Only the values that
 * name the object are read of the holders, since a group may be large.  Has no
 * effect; reads.  On the gate's thread.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/store_private.h"

/* One old value and what takes its place; NULL: nothing. */
struct move {
	const struct profile_reference *row;
	const char *old, *new;
};
struct moves {
	struct arena *arena;
	struct move *list;
	size_t count, capacity;
	bool wished;
};

static void add_move(struct moves *moves, const struct profile_reference *row, const char *old, const char *new)
{
	if (old == NULL || (new == NULL && row->follow != FOLLOW_ALWAYS && !moves->wished))
		return;
	moves->list = arena_grow(moves->arena, moves->list, &moves->capacity, moves->count + 1, sizeof *moves->list);
	moves->list[moves->count++] = (struct move){ .row = row, .old = old, .new = new };
}

static void moves_of(struct store_ldap *store, const struct entry *entry, const struct follow_to *to, const struct profile_kind *kind, struct moves *moves)
{
	const struct profile *profile = world_profile(store->world);
	const char *address = profile_address(profile, kind), *own = address == NULL ? NULL : entry_first(entry, address);
	const struct attribute *alternates = profile->alternate == NULL ? NULL : entry_get(entry, profile->alternate);
	size_t i, j;

	for (i = 0; i < profile->reference_count; i++) {
		const struct profile_reference *row = &profile->references[i];

		if (to->keeper != NULL && row->keeper != NULL && strcmp(row->keeper, to->keeper) == 0)
			continue;
		if (row->follow == FOLLOW_NOT || !profile_refers(row, kind->kind) || world_attribute(store->world, row->attribute) == NULL)
			continue;
		if (row->by == BY_DN && to->named)
			add_move(moves, row, entry->dn, to->dn);
		if (row->by == BY_LOGIN && to->named)
			add_move(moves, row, entry_first(entry, kind->naming), to->name);
		if (row->by == BY_RIGHT && to->named && kind->kind == &kind_group)
			add_move(moves, row, entry_first(entry, kind->naming), to->name);
		if (row->by == BY_RIGHT && to->addressed && kind->kind == &kind_user)
			add_move(moves, row, own, to->address);
		if (row->by != BY_ADDRESS || !to->addressed)
			continue;
		add_move(moves, row, own, to->address);
		for (j = 0; to->named && alternates != NULL && j < alternates->count; j++)
			if (own == NULL || !text_same_ascii_case(alternates->values[j].bytes, own))
				add_move(moves, row, alternates->values[j].bytes, NULL);
	}
}

static struct delta *one_value(struct arena *arena, const char *attribute, enum delta_how how, const char *text)
{
	struct delta *delta = arena_alloc(arena, sizeof *delta);
	struct value *value = arena_alloc(arena, sizeof *value);

	*value = value_text(arena, text);
	*delta = (struct delta){ .attribute = attribute, .how = how, .values = value, .count = 1 };
	return delta;
}

/* "identifier right": the last blank parts them. */
static bool is_right_of(const char *value, const char *who)
{
	size_t length = strlen(who);

	return strncasecmp(value, who, length) == 0 && value[length] == ' ' && strrchr(value, ' ') == value + length;
}

/* What takes the place of a stored value: of a right only who has it becomes another. */
static const char *moved_value(struct arena *arena, const struct move *move, const char *stored)
{
	return move->row->by == BY_RIGHT ? arena_format(arena, "%s%s", move->new, strrchr(stored, ' ')) : move->new;
}

/* The stored spelling of the value that is to move; NULL: this holder does not name it so. */
static const char *naming_value(const struct entry *holder, const struct move *move)
{
	const struct attribute *values = entry_get(holder, move->row->attribute);
	size_t i;

	for (i = 0; values != NULL && i < values->count; i++)
		if (move->row->by == BY_RIGHT ? is_right_of(values->values[i].bytes, move->old) : move->row->by == BY_DN ? dn_same(values->values[i].bytes, move->old) : text_same_ascii_case(values->values[i].bytes, move->old))
			return values->values[i].bytes;
	return NULL;
}

/* Does the row speak of holders of this kind? Two kinds may share one attribute. */
static bool is_of(const struct move *move, const char *kind)
{
	return move->row->kind == NULL || strcmp(move->row->kind, kind) == 0;
}

/* Adds come before removals, so that mail to the group keeps flowing. */
static void emit(struct store_ldap *store, struct arena *arena, const struct entry *holder, const struct moves *moves, enum follow_phase phase, struct plan *plan)
{
	struct delta *all = arena_alloc(arena, 2 * moves->count * sizeof *all);
	size_t count = 0, adds, i;
	struct operation *operation;
	const char *kind, *name;

	read_holder(store->world, arena, holder, &kind, &name);
	for (i = 0; phase != FOLLOW_AFTER && i < moves->count; i++) {
		const char *old = is_of(&moves->list[i], kind) ? naming_value(holder, &moves->list[i]) : NULL;

		if (old == NULL || moves->list[i].new == NULL ||
		    entry_holds(holder, moves->list[i].row->attribute, moved_value(arena, &moves->list[i], old)))
			continue;
		all[count++] = *one_value(arena, moves->list[i].row->attribute, DELTA_ADD, moved_value(arena, &moves->list[i], old));
	}
	adds = count;
	for (i = 0; phase != FOLLOW_BEFORE && i < moves->count; i++) {
		const char *old = is_of(&moves->list[i], kind) ? naming_value(holder, &moves->list[i]) : NULL;

		if (old != NULL)
			all[count++] = *one_value(arena, moves->list[i].row->attribute, DELTA_DELETE, old);
	}
	if (count == 0)
		return;
	operation = plan_step(arena, plan);
	*operation = (struct operation){ .verb = OPERATION_MODIFY, .place = arena_text(arena, holder->dn),
		.id = arena_text(arena, entry_first(holder, "entryUUID")), .deltas = all, .delta_count = count, .commutes = true,
		.words = arena_format(arena, "%s in %s %s", phase == FOLLOW_AFTER ? "old address" : phase == FOLLOW_BEFORE ? "new address" :
			adds > 0 ? "new name" : "membership", kind, name) };
}

struct filter *reference_values(struct store_ldap *store, struct arena *arena, const struct filter *named)
{
	static const char *const whole[] = { "objectClass", "cn", "uid", "entryUUID" };
	struct filter *any = filter_group(arena, FILTER_OR);
	size_t i;

	if (!world_matches_values(store->world))
		return NULL;
	for (i = 0; i < named->inside_count; i++)
		filter_into(arena, any, named->inside[i]);
	for (i = 0; i < sizeof whole / sizeof *whole; i++)
		filter_into(arena, any, filter_present(arena, whole[i]));
	return any;
}

static struct filter *naming_leaf(struct arena *arena, const struct profile_reference *row, const char *name)
{
	struct filter *leaf = filter_equal_text(arena, row->attribute, name);

	if (row->by == BY_RIGHT) {
		leaf->op = FILTER_PIECES;
		leaf->first = value_text(arena, arena_format(arena, "%s ", name));
	}
	return leaf;
}

bool plan_follow(struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct follow_to *to,
		const struct profile_kind *kind, struct plan *plan, struct error *error)
{
	struct moves moves = { .arena = arena, .wished = to->wished };
	struct filter *any = filter_group(arena, FILTER_OR), *leaves = filter_group(arena, FILTER_OR);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .filter = any };
	const char **attributes;
	struct found found;
	size_t i;

	moves_of(store, entry, to, kind, &moves);
	if (moves.count == 0)
		return true;
	attributes = arena_alloc(arena, (moves.count + 5) * sizeof *attributes);
	for (i = 0; i < moves.count; i++) {
		const struct profile_reference *row = moves.list[i].row;
		const struct profile_holder *holder = row->kind == NULL ? NULL : read_holder_of(store->world, row->kind);
		struct filter *leaf = naming_leaf(arena, row, moves.list[i].old);

		attributes[i] = row->attribute;
		filter_into(arena, leaves, leaf);
		/* A holder that has the new value already needs no step for it. */
		if (moves.list[i].new != NULL)
			filter_into(arena, leaves, naming_leaf(arena, row, moves.list[i].new));
		filter_into(arena, any, holder == NULL ? leaf : filter_both(arena, read_holder_filter(arena, holder), leaf));
	}
	memcpy(attributes + moves.count, (const char *const[]){ "objectClass", "cn", "uid", "entryUUID", NULL }, 5 * sizeof *attributes);
	search.attributes = attributes;
	search.values = reference_values(store, arena, leaves);
	if (!request_search(store->connection, arena, &search, &found, error))
		return false;
	if (found.cut)
		return error_set(error, ERROR_UNSUPPORTED, "not everything that names %s could be read, so it cannot be kept in step [LDAP %d]", entry->dn, found.code);
	for (i = 0; i < found.count; i++)
		if (!dn_same(found.entries[i]->dn, entry->dn))
			emit(store, arena, found.entries[i], &moves, to->phase, plan);
	return true;
}
