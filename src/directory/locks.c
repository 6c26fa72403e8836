/*
 * locks: UCS's lock entries around a write that introduces an address.
 *
 * Adding an entry is atomic, so an entry whose name is the address is a lock
 * that every UDM and every postroom honours (ucs-directory 6.1).  A stale one
 * is taken over by changing its time from the old value.  Ours are removed on
 * every way out; one that a lost connection left behind is removed at the next
 * contact, and expires by itself.  On the gate's thread.
 */
#include <ldap.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/store_private.h"
#include "directory/trouble.h"

enum { LOCK_SECONDS = 300, TAKE_TRIES = 40, TAKE_PAUSE_MS = 50 };

/* --- which addresses -------------------------------------------------------------------------- */

static bool guarded(const struct store_ldap *store, const char *attribute)
{
	const struct profile *profile = world_profile(store->world);

	if (profile->primary != NULL && text_same_ascii_case(attribute, profile->primary))
		return true;
	return store->directory->settings.alternates_unique == KNOWN_YES && profile->alternate != NULL && text_same_ascii_case(attribute, profile->alternate);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

const char **locks_addresses(const struct store_ldap *store, struct arena *arena, const struct operation *operation, size_t *count)
{
	const char **list = NULL;
	size_t capacity = 0, i, j;

	*count = 0;
	for (i = 0; (operation->verb == OPERATION_ADD || operation->verb == OPERATION_MODIFY) && i < operation->delta_count; i++) {
		const struct delta *delta = &operation->deltas[i];

		for (j = 0; delta->how != DELTA_DELETE && guarded(store, delta->attribute) && j < delta->count; j++) {
			list = arena_grow(arena, list, &capacity, *count + 1, sizeof *list);
			list[(*count)++] = text_lower_ascii(arena, delta->values[j].bytes, delta->values[j].length);
		}
	}
	/* In one order for everybody, so that two who need the same two never wait for each other. */
	if (*count > 1)
		qsort(list, *count, sizeof *list, by_text);
	return list;
}

const struct entry *locks_holder(struct store_ldap *store, struct arena *arena, const struct operation *operation, const char *const *addresses, size_t count, bool *failed, struct error *error)
{
	static const char *const attributes[] = { "entryUUID", NULL };
	const struct profile *profile = world_profile(store->world);
	bool both = store->directory->settings.alternates_unique == KNOWN_YES && profile->alternate != NULL;
	struct filter *any = filter_group(arena, FILTER_OR);
	struct search search = { .base = world_base(store->world), .scope = SCOPE_BELOW, .filter = any, .attributes = attributes, .limit = 10 };
	struct found found;
	size_t i;

	for (i = 0; i < count; i++) {
		filter_into(arena, any, filter_equal_text(arena, profile->primary, addresses[i]));
		if (both)
			filter_into(arena, any, filter_equal_text(arena, profile->alternate, addresses[i]));
	}
	*failed = !request_search(store->connection, arena, &search, &found, error);
	for (i = 0; !*failed && i < found.count; i++) {
		const char *id = entry_first(found.entries[i], "entryUUID");
		bool own = operation->id != NULL && id != NULL ? strcmp(operation->id, id) == 0 : dn_same(found.entries[i]->dn, operation->place);

		if (!own)
			return found.entries[i];
	}
	return NULL;
}

/* --- taking -------------------------------------------------------------------------------------- */

static struct delta given(struct arena *arena, const char *attribute, enum delta_how how, const char *text)
{
	struct value *value = arena_alloc(arena, sizeof *value);

	*value = value_text(arena, text);
	return (struct delta){ .attribute = attribute, .how = how, .values = value, .count = 1 };
}

static void add_lock(struct store_ldap *store, struct arena *arena, const struct lock *lock, const char *address, struct answer *answer)
{
	const struct profile *profile = world_profile(store->world);
	struct delta deltas[] = {
		given(arena, "objectClass", DELTA_ADD, "top"), given(arena, "objectClass", DELTA_ADD, profile->lock_class), given(arena, "cn", DELTA_ADD, address),
		given(arena, profile->lock_time, DELTA_ADD, lock->ends),
	};
	struct value classes[] = { deltas[0].values[0], deltas[1].values[0] };
	struct operation operation = { .verb = OPERATION_ADD, .place = lock->place, .deltas = deltas + 1, .delta_count = 3 };

	deltas[1].values = classes;
	deltas[1].count = 2;
	request_write(store->connection, arena, &operation, NULL, NULL, answer);
}

/* One whose time is over may be taken by whoever changes that time first. */
static bool take_over(struct store_ldap *store, struct arena *arena, const struct lock *ours)
{
	const char *name = world_profile(store->world)->lock_time;
	const char *const attributes[] = { name, NULL };
	struct entry *lock = request_entry(store->connection, arena, ours->place, attributes, NULL);
	const char *ends = lock == NULL ? NULL : entry_first(lock, name);
	struct delta deltas[2];
	struct operation operation = { .verb = OPERATION_MODIFY, .place = ours->place, .deltas = deltas, .delta_count = 2 };
	struct answer answer;

	/* 0 means for ever. */
	if (ends == NULL || strtoll(ends, NULL, 10) == 0 || strtoll(ends, NULL, 10) >= clock_now())
		return false;
	deltas[0] = given(arena, name, DELTA_DELETE, ends);
	deltas[1] = given(arena, name, DELTA_ADD, ours->ends);
	request_write(store->connection, arena, &operation, NULL, NULL, &answer);
	return answer.how == ANSWER_GIVEN && answer.code == LDAP_SUCCESS;
}

static void pause_a_moment(void)
{
	const struct timespec time = { .tv_nsec = TAKE_PAUSE_MS * 1000000L };

	nanosleep(&time, NULL);
}

/* To be removed at the next contact. */
static void leave(struct store_ldap *store, const struct lock *lock)
{
	store->left_locks = memory_grow(store->left_locks, &store->left_capacity, store->left_count + 1, sizeof *store->left_locks);
	store->left_locks[store->left_count++] = (struct lock){ .place = memory_text(lock->place), .ends = memory_text(lock->ends) };
}

enum taken { TAKEN, TAKEN_NOT, TAKEN_NEEDLESS };

static enum taken take_one(struct store_ldap *store, struct arena *arena, struct lock *lock, const char *address, struct error *error)
{
	struct answer answer;
	unsigned tries;

	for (tries = 0; tries < TAKE_TRIES && !connection_interrupted(store->connection); tries++) {
		lock->ends = arena_format(arena, "%lld", (long long)clock_now() + LOCK_SECONDS);
		add_lock(store, arena, lock, address, &answer);
		if (answer.how == ANSWER_LOST) {
			leave(store, lock);
			*error = answer.error;
			return TAKEN_NOT;
		}
		if (answer.how == ANSWER_UNSENT) {
			*error = answer.error;
			return TAKEN_NOT;
		}
		if (answer.code == LDAP_SUCCESS || (answer.code == LDAP_ALREADY_EXISTS && take_over(store, arena, lock)))
			return TAKEN;
		/* Without the container nobody here locks that way. */
		if (answer.code == LDAP_NO_SUCH_OBJECT)
			return TAKEN_NEEDLESS;
		if (answer.code != LDAP_ALREADY_EXISTS) {
			trouble(error, answer.code, arena_format(arena, "the lock for the address %s", address), answer.words);
			return TAKEN_NOT;
		}
		pause_a_moment();
	}
	error_set(error, ERROR_CONFLICT, "%s is being given to somebody by somebody else right now (lock %s): try again in a moment", address, lock->place);
	return TAKEN_NOT;
}

bool locks_take(struct store_ldap *store, struct arena *arena, const char *const *addresses, size_t count, struct lock_set *set, struct error *error)
{
	const char *container = world_below(store->world, arena, world_profile(store->world)->locks);
	struct error inner = { 0 };
	size_t i;

	if (container == NULL || world_profile(store->world)->lock_time == NULL || !world_has_class(store->world, world_profile(store->world)->lock_class))
		return true;
	set->list = arena_alloc(arena, count * sizeof *set->list);
	for (i = 0; i < count; i++) {
		struct lock lock = { .place = dn_child(arena, "cn", addresses[i], strlen(addresses[i]), container) };
		enum taken taken = lock.place == NULL ? TAKEN_NEEDLESS : take_one(store, arena, &lock, addresses[i], &inner);

		if (taken == TAKEN)
			set->list[set->count++] = lock;
		if (taken == TAKEN_NOT) {
			locks_release(store, set);
			if (error != NULL)
				*error = inner;
			return false;
		}
	}
	return true;
}

/* --- removing --------------------------------------------------------------------------------------- */

/* True where it is not there any more, or not ours any more. */
static bool remove_lock(struct store_ldap *store, const struct lock *lock)
{
	struct operation operation = { .verb = OPERATION_DELETE, .place = lock->place };
	struct arena *arena = arena_new();
	const struct filter *ours = filter_equal_text(arena, world_profile(store->world)->lock_time, lock->ends);
	struct answer answer = { .how = ANSWER_UNSENT };

	if (connection_is_up(store->connection))
		request_write(store->connection, arena, &operation, world_asserts(store->world) ? ours : NULL, NULL, &answer);
	arena_free(arena);
	return answer.how == ANSWER_GIVEN && (answer.code == LDAP_SUCCESS || answer.code == LDAP_NO_SUCH_OBJECT || answer.code == LDAP_ASSERTION_FAILED);
}

void locks_release(struct store_ldap *store, struct lock_set *set)
{
	size_t i, kept = 0;

	for (i = 0; i < set->count; i++)
		if (!remove_lock(store, &set->list[i]))
			leave(store, &set->list[i]);
	set->count = 0;
	if (!connection_is_up(store->connection))
		return;
	for (i = 0; i < store->left_count; i++) {
		if (remove_lock(store, &store->left_locks[i])) {
			free(store->left_locks[i].place);
			free(store->left_locks[i].ends);
		} else {
			store->left_locks[kept++] = store->left_locks[i];
		}
	}
	store->left_count = kept;
}
