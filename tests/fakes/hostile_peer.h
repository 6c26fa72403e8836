/*
 * hostile_peer: a directory server on loopback that misbehaves as told.
 *
 * A child process, so that its descriptors and memory are not the test's; one
 * thread for each connection.  Up to a moment it is a polite, empty server; at
 * that moment it begins to misbehave, over plain TCP, ldaps or StartTLS.  It
 * counts what it was sent.  For tests only; ends with the process that started
 * it.  peer_start ends the program (abort) where the machine gives it no socket.
 */
#ifndef POSTROOM_TESTS_HOSTILE_PEER_H
#define POSTROOM_TESTS_HOSTILE_PEER_H

#include <stdbool.h>

enum peer_link { PEER_PLAIN, PEER_LDAPS, PEER_START_TLS };
/* When misbehaving begins; it concerns the answer to this and to all later requests. */
enum peer_moment {
	PEER_AT_ACCEPT,        /* before a byte was read; with ldaps: before the handshake */
	PEER_AT_START_TLS,     /* the answer to StartTLS */
	PEER_AT_HANDSHAKE,     /* StartTLS was granted, then */
	PEER_AT_BIND,
	PEER_AT_WHO,           /* "Who am I?" */
	PEER_AT_ROOT,          /* a search of the root DSE */
	PEER_AT_SEARCH,        /* a search below dc=... */
	PEER_NEVER
};
enum peer_manner {
	PEER_SILENT,           /* reads, never answers */
	PEER_DRIP,             /* a right answer, one byte a second (a handshake too) */
	PEER_RESET,            /* TCP reset instead of an answer */
	PEER_RESET_MIDWAY,     /* half an answer, then a reset */
	PEER_CLOSE,            /* end of stream instead of an answer */
	PEER_CLOSE_MIDWAY,
	PEER_CLOSE_AFTER,      /* a right answer, then end of stream */
	PEER_GARBAGE,          /* 4 KiB of noise */
	PEER_WRONG_ID,         /* the answer to a question nobody asked */
	PEER_HUGE,             /* announces 2 GiB and sends as much of it as is taken */
	PEER_REFUSE,           /* protocolError */
	PEER_ENDLESS           /* entries without end */
};
enum peer_certificate { PEER_GOOD, PEER_OTHER_NAME, PEER_EXPIRED, PEER_UNTRUSTED };

struct peer_script {
	enum peer_link link;
	enum peer_moment moment;
	enum peer_manner manner;
	enum peer_certificate certificate;
	unsigned polite;               /* PEER_AT_SEARCH: so many searches are answered well first */
};
/* Counted since the start, over all connections. */
struct peer_seen { unsigned connections, requests, binds, passwords, searches; };

struct peer;
/* Forks: to be called while no other thread of the test is busy. */
struct peer *peer_start(const struct peer_script *script);
/* Ends the child and frees; NULL is allowed. */
void peer_stop(struct peer *peer);
/* "ldap://127.0.0.1:PORT" or "ldaps://..."; lives as long as the peer. */
const char *peer_uri(const struct peer *peer);
/* The authority that signed the good certificates; a file of this process, removed by peer_forget_authority. */
const char *peer_ca_file(void);
void peer_forget_authority(void);
struct peer_seen peer_seen(const struct peer *peer);

#endif
