/*
 * sessions: real IMAP, POP3 and ManageSieve sessions that are held open, over
 * IPv4 and IPv6, plain or TLS, from any address of the loopback.
 *
 * Needs nothing of postroom: who is counted must not depend on who counts.
 */
#ifndef POSTROOM_TESTS_SESSIONS_H
#define POSTROOM_TESTS_SESSIONS_H

#include <stdbool.h>

enum session_protocol { SESSION_IMAP, SESSION_POP3, SESSION_SIEVE, SESSION_TRYING /* greeted and not logged in */ };
struct session {
	int descriptor;                    /* -1: not open */
	void *tls;
};
/* target and source: numbers; source NULL: any. False where it is not logged in (then nothing is left open). */
bool session_open(struct session *session, enum session_protocol protocol, bool tls, const char *target, int port, const char *source,
		const char *user, const char *password);
void session_close(struct session *session);

#endif
