/*
 * world: what a directory server is like: base, schema, controls, profile.
 *
 * Learnt once after the first connection and constant from then on, so that
 * all threads may look at it; only the storage mode of forwards is looked up
 * again from time to time.
 */
#ifndef POSTROOM_DIRECTORY_WORLD_H
#define POSTROOM_DIRECTORY_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "directory/connection.h"
#include "directory/profile.h"
#include "model/facts.h"

/* How a server compares pieces of values (RFC 4517, 4.2): any case; without blanks and hyphens; in a way of its own. */
enum piece_rule { PIECES_UNKNOWN, PIECES_ANY_CASE, PIECES_NUMBER, PIECES_OTHER };
struct attribute_type {
	bool single, equality, substring, operational;  /* can it be compared whole, in pieces? */
	enum piece_rule pieces;            /* UNKNOWN where the schema cannot be read */
	bool plain;                        /* IA5 string: nothing beyond ASCII */
};
struct world;
struct world_settings {
	const char *base;                  /* NULL: from the root DSE */
	const struct profile *profile;     /* NULL: recognised from the schema */
	const char *profile_directory;     /* NULL */
	bool direct;
	const char *forward_mode;          /* "flag", "own-address", NULL */
	bool udm;                          /* UDM's interface is configured */
	enum known listfilter;             /* are allowed senders obeyed? */
	enum known alternates_unique;      /* may only one hold an alternative address? */
};
/* Reads root DSE and schema over a ready connection; NULL with why. Free with world_free, after all threads ended. */
struct world *world_load(struct connection *connection, const struct world_settings *settings, struct error *error);
void world_free(struct world *world);

const char *world_base(const struct world *world);
const struct profile *world_profile(const struct world *world);
bool world_has_control(const struct world *world, const char *oid);
bool world_asserts(const struct world *world);         /* RFC 4528 */
bool world_reads_after(const struct world *world);     /* RFC 4527 */
bool world_matches_values(const struct world *world);  /* RFC 3876 */
bool world_pages(const struct world *world);
/*
 * Do the mail servers unite their maps, so that all who hold an address get its mail? As the storage mode tells on UCS
 * (ucs-directory 8.3); elsewhere nobody can tell.
 */
enum known world_unites(const struct world *world, enum known mode);
/* Does the profile in use fit the schema? One that the configuration names is taken whether or not it does. */
bool world_fits(const struct world *world);
bool world_has_class(const struct world *world, const char *name);
/* NULL: the schema has no such attribute. Where the schema cannot be read everything is there. */
const struct attribute_type *world_attribute(const struct world *world, const char *name);
/* Does the server hold this entry at all: is it in one of its trees? */
bool world_has_tree(const struct world *world, const char *dn);
/* Entries of a management system that must keep users in step (Samba, Kerberos) were seen. */
bool world_managed(const struct world *world);
enum known world_listfilter(const struct world *world);
enum known world_alternates_unique(const struct world *world);
bool world_direct(const struct world *world);
/*
 * Who writes a field that the profile gives to somebody (writer = udm): UDM where its interface is configured, nobody
 * from here where it is not. With direct = yes in a directory without Samba and Kerberos, and without a writer: we do.
 */
enum world_writer { WRITER_US, WRITER_UDM, WRITER_NOBODY };
enum world_writer world_writer(const struct world *world, const struct mapping *mapping);
/* The same for a verb on objects of a kind; what cannot be done at all is for world_verb_reason. */
enum world_writer world_verb_writer(const struct world *world, const struct kind *kind, enum verb verb);
/* A name below the base. Arena; NULL where `relative` is NULL. */
char *world_below(const struct world *world, struct arena *arena, const char *relative);
/* Storage mode of keep-a-copy; asks the server at most every ten minutes. Thread-safe; needs a ready connection. */
enum known world_flag_mode(struct world *world, struct connection *connection);

/* What the directory can hold and do, as directory.h has it; reasons live as long as the world. */
enum directory_support world_supports(const struct world *world, const struct kind *kind, const struct field *field, const char **reason);
const char *world_verb_reason(const struct world *world, const struct kind *kind, enum verb verb);

#endif
