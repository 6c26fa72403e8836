/*
 * config_lock: what becomes of a screen that nobody touches, from
 * postroom.conf.  Start only.
 */
#ifndef POSTROOM_CONFIG_LOCK_H
#define POSTROOM_CONFIG_LOCK_H

#include <stdbool.h>

#include "base/conffile.h"
#include "base/error.h"
#include "directory/directory.h"

struct lock_settings {
	int lock_minutes, exit_minutes;    /* 0: never */
	bool monitor;                      /* these count for role monitor too */
	const char *unlock_dn;             /* whose password opens it; NULL: there is none to ask for, so it is only hidden */
};
/*
 * own and machine are the roots of both files, either may be NULL. Where the machine's file names minutes, the own one can
 * only make them fewer. directory: how the session logs in; person: the login name here. ERROR_CONFIG.
 */
bool config_lock(struct arena *arena, const struct conf_section *own, const struct conf_section *machine,
		const struct directory_settings *directory, struct lock_settings *settings, struct error *error);

#endif
