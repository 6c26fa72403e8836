/*
 * smtp_sessions: `postroom guardian smtp LOGIN ...` and `smtp-end LOGIN ...`:
 * which SMTP sessions of a login are open on this server, and ending them.
 *
 * A session that is logged in outlives a new password, a cache flush, a kick
 * and a reload of Postfix; only its connection's end ends it.  Runs as root on
 * the server whose Postfix it is, and prints JSON (read by live/person_read.h):
 *   place, from   which log was read, and the time of its first line
 *   sessions      open ones of these logins: pid, login, client, since, mails
 *   silent        connections that could log in and have sent nothing: nobody
 *                 knows whose
 *   ended         smtp-end: how many were ended
 *   killed        smtp-end: how many of them by ending their process
 *   error         why nothing is known
 * Blocks; a program of its own.
 */
#ifndef POSTROOM_SETTINGS_SMTP_SESSIONS_H
#define POSTROOM_SETTINGS_SMTP_SESSIONS_H

#include <stdbool.h>

/* postfix: its configuration directory, NULL: the usual one. logins: NULL-terminated. Returns the exit status: 0, or 69 with an error. */
int smtp_sessions_main(bool end, const char *postfix, char *const *logins);

#endif
