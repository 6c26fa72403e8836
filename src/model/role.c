/*
 * role: who may do what, as rows.  A question that no row answers is answered
 * no.  Pure; a refusal names the role that could.  Any thread.
 *
 * This prevents slips, not malice: the access rules of the server decide.
 */
#include "model/role.h"

#include <stdio.h>
#include <string.h>

#include "model/guarded.h"
#include "model/store.h"

enum right {
	MAY_SEE    = 1 << 0,
	MAY_ADD    = 1 << 1,
	MAY_EDIT   = 1 << 2,
	MAY_RENAME = 1 << 3,
	MAY_DELETE = 1 << 4,
	MAY_UNDO   = 1 << 5,       /* of what the role may do itself */
	MAY_ALL    = MAY_SEE | MAY_ADD | MAY_EDIT | MAY_RENAME | MAY_DELETE | MAY_UNDO
};

static const struct grant {
	enum role role;
	const char *kind;          /* "*": any */
	const char *field;         /* "*": any, NULL: the object as such */
	unsigned rights;
} grants[] = {
	{ ROLE_ADMIN,    "*",      NULL,        MAY_ALL },
	{ ROLE_ADMIN,    "*",      "*",         MAY_ALL },
	{ ROLE_HELPDESK, "user",   NULL,        MAY_SEE | MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "quota",     MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "forwards",  MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "keep_copy", MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "password",  MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "must_change", MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "locked",    MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "user",   "failed_lock", MAY_EDIT | MAY_UNDO },
	/* Access of others to a mailbox is not among these: it would let a caller read the mail of somebody else. */
	{ ROLE_HELPDESK, "mailbox", NULL,       MAY_SEE | MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "mailbox", "filter",   MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "mailbox", "absence",  MAY_EDIT | MAY_UNDO },
	{ ROLE_HELPDESK, "mailbox", "recalculate", MAY_EDIT },
	{ ROLE_HELPDESK, "mailbox", "flush",    MAY_EDIT },
	{ ROLE_HELPDESK, "mailbox", "smtp",     MAY_EDIT },
	{ ROLE_HELPDESK, "mailbox", "try",      MAY_EDIT },
	{ ROLE_HELPDESK, "sessions", NULL,      MAY_SEE | MAY_EDIT },
	{ ROLE_HELPDESK, "sessions", "end",     MAY_EDIT },
	{ ROLE_HELPDESK, "alias",  NULL,        MAY_SEE },
	{ ROLE_HELPDESK, "group",  NULL,        MAY_SEE },
	{ ROLE_HELPDESK, "mailinglist", NULL,   MAY_SEE },
	{ ROLE_HELPDESK, "folder", NULL,        MAY_SEE },
	{ ROLE_HELPDESK, "quotapolicy", NULL,   MAY_SEE },
	{ ROLE_HELPDESK, "server", NULL,        MAY_SEE },
	{ ROLE_MONITOR,  "*",      NULL,        MAY_SEE },
};

static const char *const words[] = {
	[ROLE_MONITOR] = "monitor", [ROLE_HELPDESK] = "helpdesk", [ROLE_ADMIN] = "admin",
};

bool role_parse(const char *word, enum role *role)
{
	for (size_t i = 0; word && i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*role = (enum role)i;
		return true;
	}
	return false;
}

const char *role_word(enum role role)
{
	return words[role];
}

static bool grant_fits(const struct grant *grant, const char *kind, const char *field)
{
	if (strcmp(grant->kind, "*") != 0 && strcmp(grant->kind, kind) != 0)
		return false;
	if (!field || !grant->field)
		return field == grant->field;
	return strcmp(grant->field, "*") == 0 || strcmp(grant->field, field) == 0;
}

static bool granted(enum role role, const struct kind *kind, const struct field *field, unsigned right)
{
	for (size_t i = 0; i < sizeof(grants) / sizeof(grants[0]); i++)
		if (grants[i].role == role && (grants[i].rights & right) == right
				&& grant_fits(&grants[i], kind->name, field ? field->name : NULL))
			return true;
	return false;
}

static unsigned right_of(enum verb verb)
{
	switch (verb) {
	case VERB_ADD:    return MAY_ADD;
	case VERB_EDIT:   return MAY_EDIT;
	case VERB_RENAME: return MAY_RENAME;
	case VERB_DELETE: return MAY_DELETE;
	case VERB_UNDO:   return MAY_UNDO;
	}
	return MAY_ALL;
}

bool role_may(enum role role, const struct kind *kind, const struct field *field, enum verb verb)
{
	if (kind->internal)
		return false;
	if (field && (field->flags & (FIELD_READONLY | FIELD_DERIVED)))
		return false;
	return granted(role, kind, field, right_of(verb));
}

bool role_sees(enum role role, const struct kind *kind)
{
	return !kind || granted(role, kind, NULL, MAY_SEE);
}

static const char *verb_doing(enum verb verb)
{
	switch (verb) {
	case VERB_ADD:    return "creating";
	case VERB_EDIT:   return "changing";
	case VERB_RENAME: return "renaming";
	case VERB_DELETE: return "deleting";
	case VERB_UNDO:   return "taking back a change of";
	}
	return "changing";
}

/* The least role that may; NULL: none at all. */
static const char *role_that_may(const struct kind *kind, const struct field *field, enum verb verb)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (role_may((enum role)i, kind, field, verb))
			return words[i];
	return NULL;
}

/* The label inside a sentence: "Home server" becomes "home server". */
static void lower_first(char *to, size_t size, const char *label)
{
	size_t length = strlen(label);

	if (length >= size)
		length = size - 1;
	memcpy(to, label, length);
	to[length] = '\0';
	/* A second capital means an abbreviation, which stays. */
	if (to[0] >= 'A' && to[0] <= 'Z' && !(to[1] >= 'A' && to[1] <= 'Z'))
		to[0] = (char)(to[0] - 'A' + 'a');
}

/* "a user", "the settings of a server". */
static const char *one_of(const struct kind *kind, char *room, size_t size)
{
	bool guarded = kind == &kind_setting || kind == &kind_limits;

	snprintf(room, size, "%s %s%s", guarded ? "the" : "a", kind->noun, guarded ? " of a server" : "");
	return room;
}

static bool refuse(enum role role, const struct kind *kind, const struct field *field, enum verb verb, struct error *error)
{
	const char *other = role_that_may(kind, field, verb);
	char label[100] = "", what[100];

	one_of(kind, what, sizeof(what));
	if (field)
		lower_first(label, sizeof(label), field->label);
	if (!other && field)
		return error_set(error, ERROR_REFUSED, "no role may change the %s of %s: it is only shown", label, what);
	if (!other)
		return error_set(error, ERROR_REFUSED, "no role may write %s", what);
	if (field)
		return error_set(error, ERROR_REFUSED, "%s the %s of %s needs role %s, and this session has role %s",
			verb_doing(verb == VERB_ADD ? VERB_EDIT : verb), label, what, other, role_word(role));
	return error_set(error, ERROR_REFUSED, "%s %s needs role %s, and this session has role %s",
		verb_doing(verb), what, other, role_word(role));
}

/*
 * Taking back: who may do everything may take back anything. Another role only what the edits of the change
 * name (the journal knows the fields) and only plain modifications; without names nobody can tell, so no.
 */
static bool check_undo(enum role role, const struct change *change, struct error *error)
{
	if (granted(role, change->kind, NULL, MAY_ALL))
		return true;
	for (size_t i = 0; i < change->operation_count; i++)
		if (change->operations[i].verb != OPERATION_MODIFY)
			return error_set(error, ERROR_REFUSED,
				"taking back the creation, renaming or deletion of a %s needs role %s, and this session has role %s",
				change->kind->noun, role_word(ROLE_ADMIN), role_word(role));
	if (change->edit_count == 0 && granted(role, change->kind, NULL, MAY_UNDO))
		return error_set(error, ERROR_REFUSED,
			"which fields this change touched is not known here, so taking it back needs role %s", role_word(ROLE_ADMIN));
	return true;
}

bool role_check(enum role role, const struct change *change, struct error *error)
{
	if (!role_may(role, change->kind, NULL, change->verb))
		return refuse(role, change->kind, NULL, change->verb, error);
	if (change->verb == VERB_UNDO && !check_undo(role, change, error))
		return false;
	for (size_t i = 0; i < change->edit_count; i++)
		if (!role_may(role, change->kind, change->edits[i].field, change->verb))
			return refuse(role, change->kind, change->edits[i].field, change->verb, error);
	return true;
}
