/*
 * config_scope: whom the helpdesk may change, from the section `helpdesk` of
 * postroom.conf.  Start only.
 */
#ifndef POSTROOM_CONFIG_SCOPE_H
#define POSTROOM_CONFIG_SCOPE_H

#include <stdbool.h>

#include "base/conffile.h"
#include "base/error.h"
#include "model/scope.h"

extern const struct conf_option config_scope_options[];
/*
 * own and machine are the roots of both files, either may be NULL. Branches and domains of the machine's file hide those
 * of the person's own, what is protected in either is; so are the identities that a grant of role admin names. ERROR_CONFIG
 * for what can be neither a DN nor a domain.
 */
bool config_scope(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, struct role_scope *scope,
		struct error *error);

#endif
