/*
 * environment: makes what we inherited harmless, before anything else runs.
 *
 * Environment and locale can come from a client (sshd accepts LANG and LC_*)
 * or from a user who should not decide how certificates are checked.  Call both
 * functions first in main, before threads start.  Neither fails.
 */
#ifndef POSTROOM_BASE_ENVIRONMENT_H
#define POSTROOM_BASE_ENVIRONMENT_H

#include <stdbool.h>

/*
 * Drops the variables that make libraries load, trust, log or allocate otherwise: TERMINFO and its
 * kin, NCURSES_*, LINES, COLUMNS, LDAP*, SSLKEYLOGFILE, GNUTLS_*, *_proxy, LOCPATH, GCONV_PATH, MALLOC_*,
 * and sets LDAPNOINIT, so that libldap reads no file of its own (terminal-and-safety 4, 7). Names that curses needs
 * later get a place now, since adding one moves the list under threads that read it.
 */
void environment_scrub(void);
/*
 * For restricted mode, after environment_scrub: drops what names other places for configuration and state
 * (POSTROOM_*, XDG_*, HOME of our own choice, TZ), and takes HOME from the password database.
 */
void environment_restrict(void);
/*
 * Sets the locale; one that does not exist gives way to C.UTF-8, then to C, and *note (may be NULL) says
 * so in a line for standard error, else it is NULL. Static text. True where the codeset is UTF-8.
 */
bool environment_locale(const char **note);

#endif
