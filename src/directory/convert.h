/*
 * convert: values changing their shape between a directory entry and a field.
 *
 * Pairs of pure functions: entry to field values, and wanted field values into
 * a draft of the entry; a converter sees all attributes, so two fields may
 * share one.  Arrays in, arrays out; no server.  Any thread.  Rules:
 * ucs-directory 5, 8.3, 13, 14, 16.
 */
#ifndef POSTROOM_DIRECTORY_CONVERT_H
#define POSTROOM_DIRECTORY_CONVERT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "directory/entry.h"
#include "directory/profile.h"
#include "model/change.h"
#include "model/facts.h"

struct convert {
	struct arena *arena;
	const struct profile *profile;
	const struct mapping *mapping;     /* of the field at hand */
	enum known flag_mode;              /* storage mode of keep-a-copy: KNOWN_YES the flag, KNOWN_NO the own address */
	int64_t now;                       /* epoch seconds, for account states */
	const struct change *change;       /* what is written; set by convert_write */
};
struct converter {
	const char *name;
	/* Fills presence, values, note. */
	void (*read)(const struct convert *with, const struct entry *entry, struct field_values *out);
	/* NULL: can only be read. Changes the draft; the wanted values are canonical. */
	bool (*write)(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
	bool verbatim;                     /* what it reads stands in stored values, byte by byte */
	bool masked;                       /* stored values hold a secret: they are masked when an entry is read */
};
/*
 * A second attribute that holds names of objects of this kind, perhaps several, and counts before the naming one
 * (converter domain_name); NULL: none.
 */
const char *convert_second_name(const struct profile_kind *kind);
/* NULL: there is none of this name. */
const struct converter *converter_find(const char *name);

/*
 * Writes the fields that differ between before (NULL: a new object) and after into the draft, adds the object
 * classes they need, and brings forwards, own address and flag into step for the storage mode in use. touched
 * tells whether the person changed a field.
 */
bool convert_write(struct convert *with, const struct profile_kind *kind, const struct record *before, const struct record *after,
		const struct change *change, struct entry *draft, struct error *error);
/* All fields of the kind that stand in the entry itself; derived ones stay absent. */
void convert_read(struct convert *with, const struct profile_kind *kind, const struct entry *entry, struct record *record);

/* The line of the profile whose stored values must be masked, for an attribute; NULL: the attribute is plain. */
const struct mapping *convert_masker(const struct profile *profile, const char *attribute);
/* Its parts, which say how such a value is built; for the functions below. NULL: the attribute is plain. */
const struct part *convert_masked_parts(const struct profile *profile, const char *attribute);
/*
 * A stored value with null in place of the password, in one spelling; "(not understood)" where it is none of
 * these parts.
 */
struct value fetchmail_mask(struct arena *arena, const struct part *parts, const struct value *stored);
/* Holds a password in clear. */
bool fetchmail_has_password(const struct part *parts, const struct value *value);
/* Holds null where the password stands: to be filled from the stored value. */
bool fetchmail_lacks_password(const struct part *parts, const struct value *value);
/* The value with the password of `stored` put in; false where they are not of one server and user, or stored has none. */
bool fetchmail_fill(struct arena *arena, const struct part *parts, const struct value *masked, const struct value *stored, struct value *filled);
/* "fanny at imap.outside.test", for sentences; arena. */
const char *fetchmail_words(struct arena *arena, const struct part *parts, const struct value *value);
/* Do both mean the same login at the same server? */
bool fetchmail_same_account(const struct part *parts, const struct value *a, const struct value *b);

#endif
