/*
 * store_private: what the files of the LDAP store share.
 *
 * All of it runs on the gate's thread, on the writing connection, except
 * interrupt.  See model/store.h for the contract and terminal-and-safety 5 for
 * the protocol.
 */
#ifndef POSTROOM_DIRECTORY_STORE_PRIVATE_H
#define POSTROOM_DIRECTORY_STORE_PRIVATE_H

#include "directory/directory_private.h"
#include "directory/entry.h"
#include "directory/names.h"
#include "directory/read.h"
#include "directory/request.h"
#include "model/store.h"

/* A lock entry of ours; the time tells it from one that somebody else made there later. */
struct lock {
	char *place, *ends;
};
struct store_ldap {
	struct directory *directory;
	struct store store;
	struct connection *connection;
	struct udm *udm;                   /* NULL: not configured */
	struct password *udm_password;
	struct world *world;               /* NULL before the first contact */
	int64_t last_ready;                /* monotonic ms of the last store_ready that succeeded */
	/* The entry of the last gather, so that plan works on exactly what was shown. */
	struct arena *arena;
	struct entry *entry;
	const struct record *record;       /* facts->now it belongs to */
	struct names *names;               /* what its DNs and the names in the change mean; in the arena */
	char *id, *version;
	unsigned char salt[16];            /* for identifiers of new objects: the same in every walk of one change */
	unsigned added;
	/* Lock entries that could not be removed yet. */
	struct lock *left_locks;
	size_t left_count, left_capacity;
};

/* Connects where needed and removes left locks; every call of the store begins with it. */
bool store_ready(struct store_ldap *store, struct error *error);
/* The entry behind facts->now: the remembered one, or read again. NULL with why. */
struct entry *store_entry(struct store_ldap *store, struct arena *arena, const struct record *now, struct error *error);
/* An entry by id, or by place where id is NULL; NULL with ERROR_NOT_FOUND. */
struct entry *store_target(struct store_ldap *store, struct arena *arena, const char *id, const char *place, struct error *error);
const struct profile_kind *store_kind(const struct store_ldap *store, const struct kind *kind);

/* person.c */
bool store_person(void *self, const struct role_scope *scope, const char *who, const char *id, struct arena *arena, struct role_person *person, struct error *error);

/* gather.c, gather_names.c */
bool store_gather(void *self, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
/* gather_large.c: does the change add and remove single values only, of a kind with large fields? */
bool gather_is_light(const struct change *change);
/* The target with the values of large attributes that the change names, and no others; store->names must know them. */
struct entry *gather_light(struct store_ldap *store, const struct change *change, struct arena *arena, struct error *error);
/* Who names the target elsewhere, by the profile's rows; false: connection lost. */
bool gather_references(struct store_ldap *store, const struct change *change, struct arena *arena, const struct entry *entry, struct facts *facts, struct error *error);
/* Who already holds the addresses that the change would introduce, and which of them look alike. */
bool gather_holders(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
/* gather_rights.c: who is given a right on a folder and is not there; false: connection lost. */
bool gather_rights(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
/* gather_folders.c: shared folders that somebody with another home server cannot see any more. */
void gather_folders(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts);
/* blocks.c: which of the new primary addresses are kept for somebody else; false: connection lost. */
bool gather_blocks(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
/* Domains, servers, and what lives in a domain. */
bool gather_lists(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts, struct error *error);
/* Why this belongs to the management system, with the command; NULL: direct writing is fine. */
const char *management_words(struct store_ldap *store, struct arena *arena, const struct change *change, const struct record *now);

/* plan.c, plan_add.c, plan_undo.c */
bool store_plan(void *self, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error);
bool plan_add(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error);
bool plan_undo(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error);
/* plan_policy.c: does the change write the limit of a policy into users? And its steps. */
bool plan_policy_is(const struct change *change);
bool plan_policy(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan, struct error *error);
/* One more operation at the end of the plan, zeroed. */
struct operation *plan_step(struct arena *arena, struct plan *plan);
/* Does the draft hold what the profile says that the schema demands? False with a sentence that begins with a label. */
bool plan_whole(const struct profile_kind *held, const struct entry *draft, struct error *error);
/* Would the entry be found as one of its kind again? False with a sentence where it certainly would not. */
bool plan_is_seen(const struct profile_kind *held, struct arena *arena, const struct entry *draft, const char *name, struct error *error);
/* Marks deltas that carry a password in clear. */
void plan_mark_secrets(const struct store_ldap *store, struct delta *deltas, size_t count);
/* Is its name the address that mail goes to (an alias entry)? Then renaming one moves the address. */
static inline bool is_keyed_by_address(const struct kind *kind)
{
	return kind->through_owner && kind_key(kind) == kind_field(kind, "address");
}

/* plan_follow.c: what becomes of an object, for those who name it. */
enum follow_phase { FOLLOW_AT_ONCE, FOLLOW_BEFORE, FOLLOW_AFTER };   /* before and after the switch of an address */
struct follow_to {
	bool named, addressed;             /* names, addresses change; both: it is deleted */
	const char *dn, *name, *address;   /* what they become; NULL: gone */
	enum follow_phase phase;
	bool wished;                       /* what is usually left goes as well (struct change, follows) */
	const char *keeper;                /* who does the change itself and keeps some of it in step, "udm"; NULL: nobody */
};
/* Steps that bring into step what names the object, by the rows of the profile that are to follow. */
bool plan_follow(struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct follow_to *to, const struct profile_kind *kind, struct plan *plan, struct error *error);
/* For a search of holders: only these values of what names something, and what tells who the holder is; NULL: the server cannot. */
struct filter *reference_values(struct store_ldap *store, struct arena *arena, const struct filter *named);
/* A copy with values of its own: the store keeps its entry only until the next gather. */
struct entry *plan_own(struct arena *arena, const struct entry *entry);
/* Attributes of an entry that people own: neither operational nor derived by overlays. */
bool plan_is_user_attribute(const struct store_ldap *store, const char *name);
bool plan_replaces(const void *store, const char *name);

/* plan_login.c: the password that a change of a user gives and that we set ourselves; NULL: none. */
const struct value *plan_password_given(const struct store_ldap *store, const struct change *change);
/* The step that sets it. now: NULL for an entry that an earlier step adds. */
void plan_password_step(const struct store_ldap *store, const struct change *change, const struct record *now, const char *place, const char *name,
		struct arena *arena, struct plan *plan);
/*
 * Where the change gives a password: its step, and behind it what it would take along and what is to be so afterwards.
 * entry and draft are brought in step about that, so their difference is the rest.
 */
void plan_login(const struct store_ldap *store, const struct change *change, const struct record *now, struct arena *arena, struct entry *entry,
		struct entry *draft, struct plan *plan);
/* The line of the review. */
void plan_show_password(const struct store_ldap *store, const struct change *change, struct record *after);
/* Whether locks and "must be changed" are obeyed, where the change makes one; and how long a lock lasts, in facts->now. */
void gather_login(struct store_ldap *store, const struct change *change, struct arena *arena, struct facts *facts);
/* apply_password.c: OPERATION_PASSWORD. The inverse stays without a place. */
enum outcome apply_password(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		const char **version_after, struct error *error);
enum outcome look_password(const struct operation *operation, const struct entry *entry, struct operation *inverse, struct error *error);

/* apply.c, look.c */
enum outcome store_apply(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse, const char **version_after, struct error *error);
enum outcome store_look(void *self, const struct operation *operation, struct arena *arena, struct operation *inverse, struct error *error);
bool store_after(void *self, const struct change *change, const struct plan *plan, struct error *error);
/* What takes an operation back, as far as it is known without the server. id of an added entry: NULL. */
void apply_inverse(const struct store_ldap *store, struct arena *arena, const struct operation *operation, struct operation *inverse);
/* Does the entry show this delta as done? Passwords in values are looked past. */
bool apply_shows(const struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct delta *delta);
/* Does this delta take away a value of which only the password becomes another? Then it shows nothing. */
bool apply_hides(const struct store_ldap *store, struct arena *arena, const struct operation *operation, const struct delta *delta);
/* Is it exactly as before this delta? */
bool apply_untouched(const struct store_ldap *store, struct arena *arena, const struct entry *entry, const struct delta *delta);
/* Puts stored passwords where values hold none; what cannot be filled is an error. */
bool apply_fill_passwords(struct store_ldap *store, struct arena *arena, const struct operation *operation, struct operation *filled, struct error *error);

/* locks.c: UCS's lock entries around a write that introduces an address. */
struct lock_set {
	struct lock *list;
	size_t count;
};
/* Primary addresses (alternative ones too where they are unique) that an operation gives to somebody. Arena. */
const char **locks_addresses(const struct store_ldap *store, struct arena *arena, const struct operation *operation, size_t *count);
bool locks_take(struct store_ldap *store, struct arena *arena, const char *const *addresses, size_t count, struct lock_set *set, struct error *error);
void locks_release(struct store_ldap *store, struct lock_set *set);
/* Somebody other than the operation's target with one of these addresses; NULL: nobody. *failed: could not be asked. */
const struct entry *locks_holder(struct store_ldap *store, struct arena *arena, const struct operation *operation, const char *const *addresses, size_t count, bool *failed, struct error *error);

#endif
