/*
 * config_grant: the role by who somebody is.
 *
 * Sections `grant ROLE { users groups identities }` in postroom.conf name login
 * names, unix groups and bind DNs.  Start only; asks the system's user database.
 */
#ifndef POSTROOM_CONFIG_GRANT_H
#define POSTROOM_CONFIG_GRANT_H

#include <stdbool.h>

#include "base/conffile.h"
#include "base/error.h"
#include "model/role.h"

extern const struct conf_option config_grant_options[];
/*
 * The highest role whose section names this process's user, one of its groups, or bind_dn (NULL: none).
 * *given is false where the file has no such sections; with sections that do not name this person the role is
 * *role as it came in where `fallback_given`, else monitor.  ERROR_CONFIG for a title that is no role.
 */
bool config_grant(const struct conf_section *root, const char *bind_dn, bool fallback_given, enum role *role, bool *given,
		struct error *error);

#endif
