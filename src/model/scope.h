/*
 * scope: whom a role below admin may change anything of.
 *
 * What a role may write is in role.h; this is about the person that a change
 * concerns.  The store that keeps people looks somebody up (struct store's
 * person), the rule here decides.  Plain data and pure functions; any thread.
 */
#ifndef POSTROOM_MODEL_SCOPE_H
#define POSTROOM_MODEL_SCOPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"
#include "model/change.h"
#include "model/role.h"

/* From the configuration. Every list ends with NULL; a list that is NULL or empty limits nothing. */
struct role_scope {
	const char *const *branches;       /* DNs: people at or below one of them */
	const char *const *domains;        /* of the primary address, lower case */
	const char *const *people;         /* protected: login names, addresses or DNs */
	const char *const *groups;         /* protected: whoever is in one of them, through other groups too; names or DNs */
	bool groups_must_exist;            /* somebody wrote them down, so that one that is not found must be a mistake */
};

/* What the store found out about one person. */
struct role_person {
	const char *name;                  /* as sentences call them */
	const char *place;                 /* DN */
	const char *address;               /* primary; NULL: none */
	const char *branch;                /* the branch of the scope that they are in; NULL: in none */
	const char *listed;                /* the entry of scope->people that means them; NULL: none */
	const char *group;                 /* the protected group that they are in; NULL: in none */
};

/* More people at once than this are no work for a caller on the line. */
enum { SCOPE_PEOPLE_MOST = 20 };

/* Is there anything to look up? */
bool scope_limits(const struct role_scope *scope);
/* Into the arena. */
struct role_scope scope_copy(struct arena *arena, const struct role_scope *scope);
/* False with a sentence that says why not and who could. */
bool scope_check(const struct role_scope *scope, const struct role_person *person, enum role role, struct error *error);
/* The same in few words, for a line above a page: "protected (member of the group Domain Admins)"; NULL: it may be changed. Arena. */
const char *scope_outside(struct arena *arena, const struct role_scope *scope, const struct role_person *person);
/*
 * The people that a change of what goes on names, as the mail servers call them: each once, in the arena. Of kind
 * sessions those whose connections end, of kind mailbox the one whose it is and the logins that it ends. False with why where nobody is named, or
 * more than SCOPE_PEOPLE_MOST are.
 */
bool scope_people(struct arena *arena, const struct change *change, enum role role, const char *const **people, size_t *count,
		struct error *error);

#endif
