/*
 * read: from entries to records, and the fields that are computed from other
 * entries.  On a connection's thread; records live in the caller's arena.
 */
#ifndef POSTROOM_DIRECTORY_READ_H
#define POSTROOM_DIRECTORY_READ_H

#include <stdbool.h>

#include "base/error.h"
#include "directory/connection.h"
#include "directory/entry.h"
#include "directory/world.h"
#include "model/record.h"

/*
 * The entry that a name means: key, for kinds with a primary address that too, a DN, or "uuid:...". NULL with
 * ERROR_NOT_FOUND, or ERROR_CONFLICT where several fit. All attributes, the operational ones too.
 */
struct entry *read_entry(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const char *name, struct error *error);
/* With these attributes only. */
struct entry *read_entry_of(struct world *world, struct connection *connection, struct arena *arena, const struct kind *kind,
		const char *name, const char *const *attributes, struct error *error);
struct entry *read_entry_by_id_of(struct world *world, struct connection *connection, struct arena *arena, const char *id,
		const char *const *attributes, struct error *error);
/* The same by entryUUID, whatever the entry is called now. */
struct entry *read_entry_by_id(struct world *world, struct connection *connection, struct arena *arena, const char *id, struct error *error);
/* Everything that stands in the entry itself. mode: world_flag_mode. */
struct record *read_record(const struct world *world, struct arena *arena, const struct kind *kind, const struct entry *entry, enum known mode);
/* The attributes of the entry as they are, the operational ones left out; borrowed from the entry. */
void read_attributes(const struct world *world, struct record *record, const struct entry *entry);
/* Fills the derived fields; one that cannot be asked becomes VALUE_UNREADABLE with the reason. False: connection lost. */
bool read_derived(const struct world *world, struct connection *connection, struct record *record, struct error *error);
/* What is wrong as other entries tell (record->findings) and notes beside the fields; only what is certain, so nothing where a search fails. */
void read_findings(struct world *world, struct connection *connection, struct record *record);
/* The findings about forwards alone, in place of those it had; for a record that need not be stored. */
void read_forward_findings(struct world *world, struct connection *connection, struct record *record);
/*
 * Members of a list and targets of an alias entry that are addresses here and that nobody has: added to its findings
 * (findings_targets.c). Nothing is told of very many.
 */
void read_target_findings(struct world *world, struct connection *connection, struct record *record);
/*
 * What a quota policy says for this entry, in MB, and the DN of the policy; false: no policy speaks. Pure evaluation rules of
 * ucs-directory 15 over entries read here.
 */
bool read_policy_quota(const struct world *world, struct connection *connection, struct arena *arena, const struct entry *entry,
		const char **megabytes, const char **place);
/* Entries of this holder, by their classes. */
struct filter *read_holder_filter(struct arena *arena, const struct profile_holder *holder);
/* Adds to any what is called so, by the naming attribute or by the second one. */
void read_name_into(const struct profile_kind *held, struct arena *arena, const char *name, struct filter *any);
/* The names of an entry of this kind; NULL: none. */
const struct attribute *read_names(const struct profile_kind *held, const struct entry *entry);
/*
 * Where a kind keeps its addresses in an attribute of its own (the name of an alias entry), neither that of primary nor
 * that of further addresses; NULL: where all do.
 */
const char *read_address_apart(const struct profile *profile, const struct profile_kind *held);
/* Adds to any who holds this address, of whatever kind. */
void read_address_into(const struct profile *profile, struct arena *arena, const char *address, struct filter *any);
/* Attributes in which the filter above may have found it; NULL-terminated. Arena. */
const char *const *read_address_attributes(const struct profile *profile, struct arena *arena);
/* All users and other holders with an address in this domain. */
struct filter *read_in_domain(const struct world *world, struct arena *arena, const char *domain);
/*
 * Is an entry that this filter found truly in the domain? The server decides where its schema has rules for pieces of
 * addresses; else all with an address come. Needs the attributes of addresses.
 */
bool read_is_in_domain(const struct world *world, const struct entry *entry, const char *domain);
/* "user", "group", ... by object class, and the name by its naming attribute; the DN where nothing fits. */
void read_holder(const struct world *world, struct arena *arena, const struct entry *entry, const char **kind, const char **name);
const struct profile_holder *read_holder_of(const struct world *world, const char *name);

#endif
