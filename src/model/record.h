/*
 * record: the values of one object, and the raw attributes they were read from.
 *
 * A record lives in one arena and is freed as a whole.  Values keep their true
 * bytes.  Pure data, no function fails; a record belongs to one thread at a time.
 */
#ifndef POSTROOM_MODEL_RECORD_H
#define POSTROOM_MODEL_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "model/kind.h"

struct value {
	const char *bytes;     /* zero-terminated behind length; may hold zero bytes inside */
	size_t length;
};

enum presence {
	VALUE_ABSENT,          /* the object has no value here */
	VALUE_OWN,             /* stored with the object */
	VALUE_DERIVED,         /* computed by us from other places, see origin */
	VALUE_UNSUPPORTED,     /* this directory has no such thing, reason in note */
	VALUE_UNREADABLE,      /* stored perhaps, but this login may not read it */
	VALUE_HIDDEN           /* a secret that is set; its value is never read into a record */
};

struct field_values {
	enum presence presence;
	const struct value *values;
	size_t count;
	const char *origin;    /* where a derived value comes from, in words; NULL: the object itself */
	const char *note;      /* beside the value: "policy says 2 GB, not written here"; NULL: none */
};

/* A stored attribute as the directory gave it, for plans and merging. */
struct attribute {
	const char *name;
	const struct value *values;
	size_t count;
};

/* What is wrong with an object as other objects tell: found while reading, never stored. */
struct finding {
	const char *rule;      /* stable word, for tests */
	const char *field;     /* which field mends it; NULL: none */
	bool severe;           /* mail or logins fail; else worth knowing */
	const char *sentence;  /* raw bytes inside */
};

struct record {
	struct arena *arena;               /* owns everything below */
	const struct kind *kind;
	const char *name;                  /* value of the key field; "" where it has none */
	const char *id;                    /* entryUUID; NULL where it cannot be read */
	const char *place;                 /* DN as the server returns it */
	const char *version;               /* entryCSN; NULL where it cannot be read */
	const char *changed_by;            /* modifiersName; may be NULL */
	int64_t changed_at;                /* epoch seconds; 0: unknown */
	struct field_values *fields;       /* kind_field_count entries, in order of the table */
	const struct attribute *attributes;/* user attributes as read; secrets are left out */
	size_t attribute_count;
	const struct finding *findings;
	size_t finding_count;
	bool foreign;                      /* lacks the marks of its management system (UCS: univentionObject) */
};

/* An empty record in an arena of its own (which record_free frees), or in the caller's arena. */
struct record *record_new(const struct kind *kind);
struct record *record_new_in(struct arena *arena, const struct kind *kind);
void record_free(struct record *record);                                    /* NULL is allowed */
struct record *record_copy(struct arena *arena, const struct record *record);
const struct field_values *record_get(const struct record *record, const char *field);   /* never NULL for a known field */
/* First value as text, "" where there is none. */
const char *record_text(const struct record *record, const char *field);
/* A time that it holds, epoch seconds; 0: none, or no such field. */
int64_t record_time(const struct record *record, const char *field);
/* Replaces a field's values (copied into the record's arena). */
void record_set(struct record *record, const char *field, enum presence presence, const struct value *values, size_t count);
void record_set_text(struct record *record, const char *field, const char *text);      /* NULL: absent */
void record_add_text(struct record *record, const char *field, const char *text);      /* one more value */
const struct attribute *record_attribute(const struct record *record, const char *name); /* ASCII case ignored; NULL */
/* Value in words for people: sizes as "2 GB" ("no limit" for 0), flags, "(none)"; many joined with ", ". Raw bytes inside. */
char *record_words(struct arena *arena, const struct field *field, const struct field_values *values);
/* One value in words; canonical text in. Secrets and secret parts become eight dots, domains show both labels. Arena. */
char *value_words(struct arena *arena, const struct field *field, const struct value *value);
/* A size as people type it, always exact: "2 GB", else in the field's unit ("2355 MB"), else bytes. Arena. */
char *size_words(struct arena *arena, const struct field *field, int64_t bytes);
/* Are these the same set of values, byte for byte, whatever the order? */
bool values_same(const struct field_values *a, const struct field_values *b);
bool value_same(const struct value *a, const struct value *b);
struct value value_text(struct arena *arena, const char *text);

#endif
