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

/* Typed text to the canonical form of this field (units, case, yes/no, A-label). NULL with a sentence. Arena. */
char *check_parse(struct arena *arena, const struct field *field, const char *typed, struct error *error);
/* Canonical form to what the editor starts with ("2 GB"). Arena. */
char *check_editable(struct arena *arena, const struct field *field, const char *canonical);
/* Is one canonical value legal: type, range, choice, the row's own check. */
bool check_value(const struct field *field, const char *canonical, struct error *error);

/* Shared row checks (field_check). */
field_check check_domain_name, check_login, check_plain_text, check_forward_target, check_fetchmail;

/* One part of a FIELD_PARTS value; NULL where absent. Arena. */
char *parts_get(struct arena *arena, const char *value, const char *part);
/* Builds a value from names and values (NULL-terminated pairs); canonical order of the table. Arena. */
char *parts_build(struct arena *arena, const struct part *parts, const char *const *pairs);

/*
 * The whole change against what is known: every touched field may be written (not read-only, fixed or
 * derived), values legal, required fields present, references exist (domain registered, server known),
 * addresses free over users, groups, lists and folders, kind's own check. after: the record as it would
 * become (delete: NULL).
 */
struct facts;
bool check_change(const struct change *change, const struct record *after, const struct facts *facts, struct error *error);

#endif
