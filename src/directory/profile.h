/*
 * profile: where the fields of our kinds live in one sort of directory.
 *
 * A profile is a data file (see profiles/ucs.profile, which is compiled in as
 * well); nothing in it is code.  Mistakes are reported with file and line.
 * Reading may touch the disk: start only.  A profile is constant once read and
 * may be used from any thread.
 */
#ifndef POSTROOM_DIRECTORY_PROFILE_H
#define POSTROOM_DIRECTORY_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "directory/filter.h"
#include "model/kind.h"

struct converter;

/* What reading computes from other places; a word in the profile. */
enum derive {
	DERIVE_NOT, DERIVE_GROUPS, DERIVE_LISTS, DERIVE_RIGHTS, DERIVE_RECIPIENTS, DERIVE_OUTSIDE, DERIVE_SENDER_RULE,
	DERIVE_ATTACHED, DERIVE_REACHES, DERIVE_WRITTEN, DERIVE_ENFORCED, DERIVE_POLICY_QUOTA,
	DERIVE_USERS_IN_DOMAIN, DERIVE_GROUPS_IN_DOMAIN, DERIVE_LISTS_IN_DOMAIN, DERIVE_FOLDERS_IN_DOMAIN
};

struct mapping {
	const struct field *field;
	const char *const *attributes;     /* NULL-terminated; the first is the one that is written; [0] NULL: none */
	const struct converter *converter; /* NULL: no attribute here */
	const char *class;                 /* object class that an entry needs before it can hold the attribute; NULL */
	enum derive derive;
	const char *missing;               /* why this directory has no such thing; NULL where it has */
	const char *writer;                /* "udm": who must write it instead, unless direct; NULL: we may. It needs no attribute then */
};

/*
 * Objects of one kind that give rows of another: each value of `key` is the key of one row, that leads to the
 * values of `leads`. A key that holds one value only (a primary address) gives a row where leads has a value.
 */
struct profile_source {
	const char *word;                  /* what the row is, in a word: "alternate" */
	const struct profile_kind *from;
	const struct mapping *key, *leads; /* of `from`; leads NULL: mail stays with the object */
};

struct profile_kind {
	const struct kind *kind;
	struct filter *find;               /* never changed; shared by the filters built around it; NULL: rows come from sources only */
	const struct profile_source *sources;
	size_t source_count;
	const char *naming;                /* attribute of the RDN */
	const char *container;             /* for new objects, below the base; NULL: cannot be added */
	const char *type;                  /* value of the mark attribute for new objects; NULL */
	const char *const *classes;        /* of a new object */
	const char *const *derived;        /* "attribute=template" for a new object */
	const char *writer;                /* "udm": adding, renaming and deleting belong to it unless direct; NULL */
	const char *number;                /* new objects take it from the counter: uidNumber, gidNumber; NULL: none */
	const char *const *names_with;     /* holders that share one set of names with this kind; NULL-terminated */
	const char *const *must;           /* attributes that an entry of this kind cannot be without; NULL-terminated */
	/* Below the base; NULL: none. New users join the default group; a group that is it cannot be deleted. */
	const char *counter, *default_group, *default_group_attribute;
	const struct mapping *mappings;    /* one per field of the kind, in order of the table */
};

/* An object class that can hold addresses. */
struct profile_holder {
	const char *name, *class, *naming;
	const char *also, *without;        /* a second class that it must and one that it must not have; NULL: none */
};
/* A kind that this sort of directory has no place for, and why. */
struct profile_absent { const struct kind *kind; const char *reason; };
enum reference_by { BY_DN, BY_LOGIN, BY_ADDRESS, BY_RIGHT };
enum reference_follow { FOLLOW_NOT, FOLLOW_RENAMED, FOLLOW_ALWAYS };
struct profile_reference {
	const char *attribute;
	const char *kind;                  /* NULL: told by the object classes */
	const char *const *of;             /* kinds that are named so, NULL-terminated; empty: any */
	const char *meaning;
	const char *keeper;                /* "udm": keeps it in step where the change goes through it; NULL: nobody does */
	const char *last;                  /* what would be so without the last one of this meaning, in words: it is kept; NULL: nothing */
	enum reference_by by;
	enum reference_follow follow;
};

struct profile {
	const char *name, *title, *file;
	const char *const *recognise;      /* object classes, NULL-terminated */
	const char *const *unless;         /* object classes that tell of another sort; NULL-terminated */
	const char *const *secrets;        /* attributes that are never read */
	const char *mark_class, *mark_attribute, *identifier;             /* NULL: none */
	const char *primary, *alternate, *forward, *forward_flag;         /* attributes of addresses; NULL: none */
	const char *locks, *lock_class, *lock_time;                       /* container below the base; NULL: no locks here */
	const char *blocks;                /* tree of former addresses, a whole DN: not below the base; NULL: none */
	const char *block_naming, *block_prefix, *block_owner, *block_until;
	struct filter *managed;            /* NULL: nothing manages users but us */
	const char *policy_reference, *policy_class, *policy_attribute;   /* NULL: none */
	bool policy_editable;              /* policies themselves may be written */
	const struct profile_holder *holders;
	size_t holder_count;
	const struct profile_reference *references;
	size_t reference_count;
	const struct profile_absent *absent;
	size_t absent_count;
	const struct profile_kind *kinds;
	size_t kind_count;
};

/* From a file or from text under a name for messages; everything in the arena. NULL with ERROR_CONFIG, file and line. */
struct profile *profile_read_file(struct arena *arena, const char *path, struct error *error);
struct profile *profile_read_text(struct arena *arena, const char *name, const char *words, struct error *error);
/*
 * By name or path: a path (with a slash) is read; else NAME.profile in `directory` (may be NULL), else the
 * compiled-in one. NULL with ERROR_CONFIG.
 */
struct profile *profile_find(struct arena *arena, const char *name, const char *directory, struct error *error);
/*
 * All profiles that a search for the right one should look at: the site's own first (sorted by file name),
 * then the compiled-in ones. A broken file ends with NULL and its error.
 */
struct profile **profile_all(struct arena *arena, const char *directory, size_t *count, struct error *error);
/* Does the schema (a test for object classes) fit? */
bool profile_fits(const struct profile *profile, bool (*has_class)(const void *context, const char *name), const void *context);

/* Can this row name an object of this kind? */
bool profile_refers(const struct profile_reference *row, const struct kind *kind);

const struct profile_kind *profile_kind(const struct profile *profile, const struct kind *kind);   /* NULL: not held here */
const struct mapping *profile_mapping(const struct profile_kind *kind, const struct field *field); /* NULL: not named */
/* Why there is no such kind here, in words (static or of the profile); only where profile_kind gives NULL. */
const char *profile_absent_reason(const struct profile *profile, const struct kind *kind);
/*
 * The attribute in which objects of this kind keep the address that mail to them goes to: that of the field
 * "address"; for kinds without one, and for NULL, the profile's primary. NULL: none.
 */
const char *profile_address(const struct profile *profile, const struct profile_kind *kind);
/* An attribute with options ("userPassword;lang-de", RFC 4512, 2.5) is as secret as the one without. */
bool profile_secret(const struct profile *profile, const char *attribute);
/* Is this attribute, with or without options, of the type of that name? */
bool attribute_is(const char *attribute, const char *type);

/* Generated from the files in profiles/ at build time; ends with .name = NULL. */
struct profile_builtin { const char *name; const char *words; };
extern const struct profile_builtin profile_builtins[];

#endif
