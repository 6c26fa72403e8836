/*
 * store_ldap: the directory as a place that the gate can write to.
 *
 * The table of functions, the writing connection and what a walk remembers
 * between its stages.  On the gate's thread, except interrupt.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "directory/alias.h"
#include "directory/store_private.h"
#include "directory/udm.h"

enum { FRESH_MS = 1000 };

/* From the system and not from base/clock, which tests may freeze. */
static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* A link that died while nobody looked must not be found out by a change that is then uncertain. */
static bool lives(struct store_ldap *store, bool was_up, struct error *error)
{
	int latency;

	return !was_up || now_ms() - store->last_ready < FRESH_MS || request_ping(store->connection, &latency, error);
}

bool store_ready(struct store_ldap *store, struct error *error)
{
	unsigned tries;
	struct error inner = { 0 };

	connection_resume(store->connection);
	for (tries = 0; tries < 2; tries++) {
		bool was_up = connection_is_up(store->connection);

		error_clear(&inner);
		if (!connection_ready(store->connection, &inner)) {
			atomic_fetch_add(&store->directory->provider_losses, 1);
			break;
		}
		store->world = directory_world(store->directory, store->connection, &inner);
		if (store->world != NULL && lives(store, was_up, &inner)) {
			store->last_ready = now_ms();
			atomic_store(&store->directory->provider_lost, false);
			locks_release(store, &(struct lock_set){ .list = NULL });
			return true;
		}
		/* Told before the next try, which may take as long again. */
		atomic_fetch_add(&store->directory->provider_losses, 1);
		if (connection_is_up(store->connection) || connection_interrupted(store->connection))
			break;
	}
	if (inner.kind == ERROR_UNREACHABLE || inner.kind == ERROR_TIMEOUT)
		atomic_store(&store->directory->provider_lost, true);
	if (error != NULL)
		*error = inner;
	return false;
}

const struct profile_kind *store_kind(const struct store_ldap *store, const struct kind *kind)
{
	return profile_kind(world_profile(store->world), kind);
}

struct entry *store_target(struct store_ldap *store, struct arena *arena, const char *id, const char *place, struct error *error)
{
	static const char *const everything[] = { "*", "+", NULL };

	if (id != NULL)
		return read_entry_by_id(store->world, store->connection, arena, id, error);
	return request_entry(store->connection, arena, place, everything, error);
}

static bool same_text(const char *a, const char *b)
{
	return (a == NULL && b == NULL) || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

struct entry *store_entry(struct store_ldap *store, struct arena *arena, const struct record *now, struct error *error)
{
	struct entry *entry;

	if (store->entry != NULL && store->record == now && same_text(store->id, now->id) && same_text(store->version, now->version))
		return store->entry;
	entry = store_target(store, arena, now->id, now->place, error);
	if (entry != NULL && now->version != NULL && !same_text(entry_first(entry, "entryCSN"), now->version)) {
		error_set(error, ERROR_CONFLICT, "%s was changed by somebody else meanwhile", now->place);
		return NULL;
	}
	if (entry != NULL)
		names_of_entry(store->world, store->connection, store_kind(store, now->kind), entry);
	return entry;
}

static bool handles(void *self, const struct kind *kind)
{
	const struct store_ldap *store = self;
	const struct world *world = directory_known_world(store->directory);

	/* Before the profile is known every kind of a directory may be of this one; what goes on in mail servers is of none. */
	return world == NULL ? kind_find(kind->name) == kind : profile_kind(world_profile(world), kind) != NULL;
}

static bool translate(void *self, const struct change *change, struct change **becomes, struct error *error)
{
	struct store_ldap *store = self;

	*becomes = NULL;
	return store_ready(store, error) && alias_translate(store->world, store->connection, change, becomes, error);
}

/* Loop thread. */
static void interrupt(void *self)
{
	struct store_ldap *store = self;

	connection_interrupt(store->connection);
	if (store->udm != NULL)
		udm_interrupt(store->udm);
}

struct store_ldap *store_ldap_new(struct directory *directory)
{
	struct store_ldap *store = memory_new(sizeof *store);

	store->directory = directory;
	store->connection = directory->writing;
	if (getrandom(store->salt, sizeof store->salt, 0) != (ssize_t)sizeof store->salt)
		abort();
	if (directory->settings.udm.url != NULL) {
		store->udm_password = password_new(directory->settings.udm.password_file, NULL);
		store->udm = udm_new(&directory->settings.udm, store->udm_password);
	}
	store->store = (struct store){
		.name = "directory", .self = store, .handles = handles, .translate = translate, .gather = store_gather, .plan = store_plan,
		.apply = store_apply, .look = store_look, .after = store_after, .person = store_person, .interrupt = interrupt,
	};
	return store;
}

void store_ldap_free(struct store_ldap *store)
{
	size_t i;

	if (store == NULL)
		return;
	for (i = 0; i < store->left_count; i++) {
		free(store->left_locks[i].place);
		free(store->left_locks[i].ends);
	}
	free(store->left_locks);
	udm_free(store->udm);
	password_free(store->udm_password);
	arena_free(store->arena);
	free(store->id);
	free(store->version);
	free(store);
}

struct store *store_ldap_store(struct store_ldap *store)
{
	return &store->store;
}
