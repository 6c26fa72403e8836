/*
 * check: are these values legal?  Parsing what a person typed into canonical
 * form, and the checks that rows share.  Pure; every error is a sentence that
 * names the field, the value and what is allowed. Rules: ucs-directory 5, 7, 8.
 */
#ifndef POSTROOM_MODEL_CHECK_H
#define POSTROOM_MODEL_CHECK_H

#include "base/error.h"
#include "base/memory.h"
#include "model/change.h"
#include "model/kind.h"
#include "model/record.h"

/*
 * Typed text to the canonical form of this field (units, case, yes/no, A-label), checked. NULL with a sentence.
 * A size that is no whole number of the field's unit is rounded up, so nobody gets less than was typed. Arena.
 */
char *check_parse(struct arena *arena, const struct field *field, const char *typed, struct error *error);
/* Canonical form to what the editor starts with ("2 GB"). Arena. */
char *check_editable(struct arena *arena, const struct field *field, const char *canonical);
/* Is one canonical value legal: type, range, choice, the row's own check. */
bool check_value(const struct field *field, const char *canonical, struct error *error);

/* Shared row checks (field_check). */
field_check check_domain_name, check_login, check_plain_text, check_forward_target, check_fetchmail, check_group_name, check_folder_name, check_right;

/*
 * The part behind FIELD_ADDRESS: local@domain as UDM's extra validation takes it (ucs-directory 5): one @,
 * ASCII, no quotes, comments or literals, local part at most 64 bytes, domain at most 253.
 */
bool check_address(const struct field *field, const char *value, struct error *error);
/*
 * Does a right on a folder for this name mean everybody who can log in?  anyone, and authenticated, which the listener
 * of the mail servers knows and UDM takes as the name of a group (ucs-directory 12).
 */
bool right_for_all(const char *who);
/* The value behind FIELD_PARTS: parts known, complete and legal; the sentence shows no secret. */
bool check_parts(const struct field *field, const char *value, struct error *error);
/* Only whether each part is known, written name=value and given once: for typed text before it is brought in order. */
bool parts_known(const struct field *field, const char *typed, struct error *error);

/* The part that names values of this field; NULL: none does, all parts together do. */
const struct part *parts_key(const struct field *field);
/* Does it hold the choice that means no value (struct part, nothing)? */
bool parts_is_nothing(const struct field *field, const char *value);
/* One part of a FIELD_PARTS value; NULL where absent. Arena. */
char *parts_get(struct arena *arena, const char *value, const char *part);
/*
 * Builds a value from names and values (NULL-terminated pairs); canonical order of the table. A part that is
 * not given takes its fallback; an empty part is left out, so parts_get answers NULL for it. Arena.
 */
char *parts_build(struct arena *arena, const struct part *parts, const char *const *pairs);

/*
 * The whole change against what is known: every touched field may be written (not read-only, fixed or
 * derived), values legal, required fields present, references exist (domain registered, server known),
 * addresses free over users, groups, lists and folders, kind's own check. after: the record as it would
 * become (delete: NULL).
 */
struct facts;
/* facts may be NULL (a form that checks while one types): then only what the values tell is checked. */
bool check_change(const struct change *change, const struct record *after, const struct facts *facts, struct error *error);
/* The field that a refusal of check_change is about: its sentences begin with the label. NULL: none alone. */
const struct field *check_refused_field(const struct change *change, const struct error *refusal);

#endif
