/*
 * config_udm: the section udm of postroom.conf: UDM's REST interface.
 *
 * Whose section names a url has it whole, so that a password is never sent to
 * an address from another file.  Start only.
 */
#ifndef POSTROOM_CONFIG_UDM_H
#define POSTROOM_CONFIG_UDM_H

#include "base/conffile.h"
#include "base/error.h"
#include "base/memory.h"
#include "directory/directory.h"

extern const struct conf_option config_udm_options[];
/* own and machine are the roots of the two files; either may be NULL. ERROR_CONFIG with file and line. */
bool config_udm(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, struct directory_settings *directory,
		struct error *error);

#endif
