/*
 * config_servers: the mail servers of postroom.conf, how each is reached, and
 * what is watched about them.
 *
 * Which programs are started is policy: in a restricted session with a machine's
 * file that root owns only that file counts.  Without any section server the
 * local machine is found by itself.  Start only; may block on the disk.
 */
#ifndef POSTROOM_CONFIG_SERVERS_H
#define POSTROOM_CONFIG_SERVERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conffile.h"
#include "base/error.h"
#include "base/memory.h"
#include "hosts/hosts.h"
#include "live/live.h"

extern const struct conf_option config_server_options[], config_limit_options[], config_advice_options[], config_watch_options[];

struct config_servers {
	const struct host_settings *hosts; /* arena */
	size_t host_count;
	struct live_settings live;         /* hosts: as many */
};
/*
 * Either file may be NULL. Sections of the own file stand in place of all of the machine's of the same kind, unless
 * only_machine. ERROR_CONFIG with file and line.
 */
bool config_servers_load(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, bool only_machine,
		struct config_servers *servers, struct error *error);
/* Is there a mail system on this machine, running now? Fills one server of its name. Asks the file system below root ("" the real one). */
bool config_servers_local(struct arena *arena, const char *root, struct host_settings *settings);
/* What stands before the paths that config_servers_local looks at; tests set another. */
extern const char *config_servers_root;

#endif
