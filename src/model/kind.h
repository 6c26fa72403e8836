/*
 * kind: the vocabulary of nouns.
 *
 * A kind of object (user, domain, ...) is a table of fields; a field is a row.
 * List columns, page fields, checks, command arguments, JSON, the manual and
 * the generic tests read the row, so adding a field is adding a row here and a
 * line in each profile.  Constant data, any thread.
 */
#ifndef POSTROOM_MODEL_KIND_H
#define POSTROOM_MODEL_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * The type decides how a value is parsed, shown, compared, sorted, edited and
 * checked.  Canonical forms (in records, changes, the journal and JSON):
 */
enum field_type {
	FIELD_TEXT,       /* any text */
	FIELD_ADDRESS,    /* local@domain */
	FIELD_DOMAIN,     /* lower-case A-label form */
	FIELD_LOGIN,      /* user name (uid) */
	FIELD_SIZE,       /* bytes as decimal digits; "0" means no limit */
	FIELD_NUMBER,     /* decimal digits */
	FIELD_CHOICE,     /* one of field->choices */
	FIELD_FLAG,       /* "yes" or "no" */
	FIELD_REFERENCE,  /* name of an object of kind field->reference */
	FIELD_PARTS,      /* several parts in one value, see struct part: "server=... protocol=imap ..." */
	FIELD_TIME,       /* ISO 8601, UTC */
	FIELD_SECRET      /* write-only; shown as eight dots */
};

enum field_flags {
	FIELD_KEY      = 1 << 0,  /* names the object in commands */
	FIELD_REQUIRED = 1 << 1,
	FIELD_MANY     = 1 << 2,  /* several values, a set */
	FIELD_FIXED    = 1 << 3,  /* only when created; afterwards by rename or never */
	FIELD_COLUMN   = 1 << 4,  /* a list column that is shown by default where it fits */
	FIELD_READONLY = 1 << 5,  /* stored, shown, never written by postroom */
	FIELD_DERIVED  = 1 << 6,  /* computed, never written; in lists only with FIELD_COLUMN, since then the entry itself is enough */
	FIELD_SEARCH   = 1 << 7,  /* the filter looks here though the column may be hidden */
	FIELD_LOWER    = 1 << 8,  /* stored in lower case */
	/*
	 * May hold very many values: one value is added or removed without reading or sending the others, so the
	 * record behind a review holds only those that the change names.
	 */
	FIELD_LARGE    = 1 << 9,
	FIELD_LINES    = 1 << 10, /* values are lines in an order of their own: shown below each other */
	/*
	 * Stands in other objects: computed when one is read, not given with a new one. What is added to it is written
	 * there, as steps of the same change.
	 */
	FIELD_ELSEWHERE = 1 << 11,
	FIELD_AMOUNT   = 1 << 12, /* SIZE: measured, so 0 is nothing and not "no limit", and words are rounded */
	FIELD_WHOLE    = 1 << 13, /* in lists: told by comparing all rows, so no value means none only where the list is complete */
	FIELD_STATE    = 1 << 15, /* the state of something that is there: not given with a new one, and not copied */
	FIELD_NARROW   = 1 << 14  /* in lists: a figure read across a row; no wider than it is, and the first column gives way to it */
};

/* One part of a FIELD_PARTS value. Values are text without blanks; blanks and % are written as %20, %25. */
struct part {
	const char *name;                 /* NULL ends the table */
	const char *label;
	enum field_type type;             /* TEXT, CHOICE, FLAG or SECRET */
	const char *const *choices;       /* for CHOICE, NULL-terminated */
	const char *fallback;             /* value where it is not given; NULL: required */
	const char *help;
	/*
	 * Names the value: of two values with the same keys the later one replaces the other, whatever their other parts
	 * say. At most one part of a table is a key; ASCII case does not matter in it.
	 */
	bool key;
	const char *nothing;              /* the choice that means no value: it is never stored, the value goes. NULL: none */
	const char *const *offers;        /* kinds that are offered for it, NULL-terminated; NULL: none */
};

struct field;
/*
 * What a row checks beyond its type: false with a sentence that names the value and what is allowed.
 * value is zero-terminated canonical text.
 */
typedef bool field_check(const struct field *field, const char *value, struct error *error);

struct field {
	const char *name;                 /* in commands, JSON and the journal; never changes; NULL ends the table */
	const char *label;                /* on the screen */
	enum field_type type;
	unsigned flags;
	const char *group;                /* heading on the page */
	int64_t least, most;              /* SIZE (bytes) and NUMBER; length in bytes for TEXT; 0,0: no rule */
	int64_t unit;                     /* SIZE: bytes that a bare number typed by a person means */
	const char *unit_name;            /* "MB"; shown beside the editor */
	const char *const *choices;       /* CHOICE; NULL-terminated */
	const char *reference;            /* REFERENCE, and ADDRESS whose domain part is offered: name of a kind */
	const struct part *parts;         /* PARTS: in the order in which they are stored */
	const char *policy;               /* a derived field whose value the word "policy" stands for, and the action apply-policy; NULL: none */
	const char *needs;                /* a field that must have a value while this one has (a flag: says yes); NULL: none */
	int width;                        /* preferred column width */
	field_check *check;               /* NULL for most */
	const char *help;                 /* one or two sentences */
};

enum kind_verbs { KIND_CAN_ADD = 1, KIND_CAN_EDIT = 2, KIND_CAN_RENAME = 4, KIND_CAN_DELETE = 8 };

struct record;
struct change;
struct facts;
struct arena;
struct kind {
	const char *name;                 /* "user": on the command line and in JSON */
	const char *title;                /* "Users" */
	const char *noun;                 /* "user" in sentences */
	unsigned verbs;                   /* what can ever be done with it */
	bool internal;                    /* only for pickers (server): no section, no command writes it */
	/*
	 * Rows are read out of other objects (alias): one object may give several, its id is "ENTRYUUID/key", and a
	 * change becomes one of the owner before the gate plans it (store's translate).
	 */
	bool through_owner;
	const struct field *fields;
	const char *name_field;           /* the row with FIELD_KEY */
	const char *title_field;          /* heads the page, e.g. the full name; NULL: the key */
	const char *stays;                /* why it cannot be renamed, where it cannot; NULL: no reason to tell */
	/* Rules over several fields; NULL: none. after is the record as it would become (verb delete: NULL). */
	bool (*check)(const struct change *change, const struct record *after, const struct facts *facts, struct error *error);
	/* What a change of it does, in one sentence; NULL: made from the lines (change_sentence). Arena. */
	char *(*sentence)(struct arena *arena, const struct change *change);
	/* The same before it is done: "End 3 connections on mail1". NULL: the sentence says that already. Arena. */
	char *(*ahead)(struct arena *arena, const struct change *change);
	/* What came of it where the store counts (operation.did): `why`: not to all, NULL. NULL: the sentence. Arena. */
	char *(*result)(struct arena *arena, const struct change *change, size_t did, const char *why);
	const char *help;
};

/* All kinds in order of the section bar, internal ones last; ends with NULL. */
extern const struct kind *const kinds[];
/* The kinds themselves, each in the file of its name. */
extern const struct kind kind_user, kind_domain, kind_alias, kind_group, kind_mailinglist, kind_folder,
	kind_quotapolicy, kind_server;
const struct kind *kind_find(const char *name);                                /* NULL: none */
const struct field *kind_field(const struct kind *kind, const char *name);     /* NULL: none */
const struct field *kind_key(const struct kind *kind);
size_t kind_field_count(const struct kind *kind);
size_t kind_field_index(const struct kind *kind, const struct field *field);
/* Can lists carry this field? Those that are stored, and derived ones for which the entry itself is enough. */
bool field_in_lists(const struct field *field);

#endif
