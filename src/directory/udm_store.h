/*
 * udm_store: the part of the directory's store that writes through UDM.
 *
 * What is read, checked and told stays with LDAP; operations with `through` set
 * are planned, sent and looked at here.  On the gate's thread.
 */
#ifndef POSTROOM_DIRECTORY_UDM_STORE_H
#define POSTROOM_DIRECTORY_UDM_STORE_H

#include "directory/store_private.h"
#include "directory/udm.h"
#include "directory/udm_property.h"

/* --- plan_udm.c -------------------------------------------------------------------------------- */

/* Does the verb or a field of the change go through UDM? */
bool udm_concerns(const struct store_ldap *store, const struct change *change);
/* False with a sentence where a field of the change may be written by nobody from here. */
bool plan_udm_allowed(const struct store_ldap *store, const struct change *change, struct error *error);
/* The edits that are not UDM's; the caller frees it. */
struct change *plan_udm_rest(const struct store_ldap *store, const struct change *change);
/* One step for all edits of the change that are UDM's, none where they change nothing; `after` gets their values. */
bool plan_udm_edit(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error);
/* Puts the values of UDM's edits into a record as it becomes. */
void plan_udm_after(const struct store_ldap *store, const struct change *change, const struct record *result, struct record *after);
bool plan_udm_add(struct store_ldap *store, const struct change *change, struct arena *arena, struct plan *plan, struct error *error);
/* The steps alone; what names the object follows by plan_follow. */
bool plan_udm_rename(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, const char *place,
		struct plan *plan, struct error *error);
bool plan_udm_delete(struct store_ldap *store, const struct change *change, const struct facts *facts, struct arena *arena, struct plan *plan,
		struct error *error);
/* An undo step: does what it takes back still stand? False with why not. step gets place, id and version as they are. */
bool plan_udm_undo(struct store_ldap *store, const struct change *change, struct arena *arena, struct operation *step, struct error *error);
/* Lays an undo step over the record as it becomes. */
void plan_udm_lay(const struct operation *step, struct record *after);

/* --- apply_udm.c, look_udm.c ----------------------------------------------------------------------- */

enum outcome udm_apply(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		const char **version_after, struct error *error);
enum outcome udm_look(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse, struct error *error);
/* Once, without waiting. */
enum outcome udm_look_once(struct store_ldap *store, const struct operation *operation, struct arena *arena, struct operation *inverse,
		struct error *error);
/* Does the object show the whole operation as done, or as never begun? Secrets say nothing; *says: something did. */
bool udm_shows(struct arena *arena, const struct udm_object *object, const struct operation *operation, bool done, bool *says);
/* What takes it back, as far as it can be; no place where it cannot. */
void udm_inverse(struct arena *arena, const struct operation *operation, struct operation *inverse);

#endif
