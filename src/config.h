/*
 * config: postroom.conf and the command line's global options to one struct.
 *
 * Sources in order: /etc/postroom/postroom.conf (root-owned; decides the role),
 * then the user's own file, POSTROOM_CONFIG or --config, then options.  Errors carry file and
 * line.  The table config_options describes every key; postroom.conf(5) is
 * checked against it.  Start only, may block on the disk.
 */
#ifndef POSTROOM_CONFIG_H
#define POSTROOM_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conffile.h"
#include "base/error.h"
#include "config_card.h"
#include "config_lock.h"
#include "directory/directory.h"
#include "hosts/hosts.h"
#include "live/live.h"
#include "model/role.h"
#include "model/scope.h"

/* Global options of the command line; NULL or false: not given. */
struct options {
	const char *config;                /* --config FILE */
	const char *uri;                   /* one or more, separated by blanks; the first is written to */
	const char *base, *bind_dn, *password_file, *profile, *role, *keymap, *theme, *start, *ca_file;
	bool read_only, ascii, no_color, restricted, external;
};
struct config {
	struct arena *arena;
	const char *file;                  /* where it came from; NULL: no file found */
	const char *system;                /* word for the top line: PROD, TEST; "" none */
	const char *name;                  /* of the mail system: "example.com"; "" none */
	struct directory_settings directory;
	const struct host_settings *hosts; /* mail servers: configured, or this machine; count 0: none */
	size_t host_count;
	struct live_settings live;         /* what is watched about them */
	enum role role;
	bool role_fixed;                   /* from root-owned configuration: --role can only lower it */
	bool read_only;
	bool reason_required;
	const char *audit_socket;          /* NULL: none */
	bool audit_required;
	struct role_scope scope;                /* whom role helpdesk may change */
	const char *state_directory, *shared_directory;
	const char *keymap, *theme;
	const char *start;                 /* section that opens first; NULL: as the role has it */
	bool ascii, no_color, restricted;
	bool mouse;                        /* clicks and the wheel move cursor and focus */
	bool clipboard;                    /* values may be handed to the clipboard of the person's terminal */
	int escape_ms;
	struct card_settings card;         /* what is read out to a caller */
	struct lock_settings lock;         /* what becomes of a screen that nobody touches */
};
extern const struct conf_option config_options[];
/* Path of the machine's own file; tests set another. */
extern const char *config_machine_file;
/* ERROR_CONFIG with file and line; ERROR_NOT_FOUND where there is no configuration at all and no --uri. */
struct config *config_load(const struct options *options, struct error *error);
void config_free(struct config *config);                                  /* NULL is allowed */
/*
 * For restricted mode, which takes no files by name: what is in them would be sent to a server or repeated in
 * complaints. Is this value of an option the name of a built-in thing and of no file (NULL counts as one)? False with
 * a sentence that names the option.
 */
bool config_no_file(const char *option, const char *value, struct error *error);
/* A commented postroom.conf for a proposal. Arena. */
char *config_sample(struct arena *arena, const struct directory_proposal *proposal);

#endif
