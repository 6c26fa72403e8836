/*
 * hostile_peer_private: what the three files of the hostile peer share; nobody
 * else includes it.
 */
#ifndef POSTROOM_TESTS_HOSTILE_PEER_PRIVATE_H
#define POSTROOM_TESTS_HOSTILE_PEER_PRIVATE_H

#include <stddef.h>
#include <sys/types.h>

#include "tests/fakes/hostile_peer.h"

/* --- hostile_peer_tls: a connection, plain or wrapped ---------------------------- */
struct wire {
	int descriptor;
	bool dripping;                     /* everything that goes out from now on, TLS records included */
	void *session;                     /* NULL: plain */
};
/* Once, in the parent: keys and certificates, and the file of the authority. */
void wire_authority(void);
/* As the server; false where the client does not go on with it. */
bool wire_handshake(struct wire *wire, enum peer_certificate certificate);
/* Exactly length bytes; false at the end. */
bool wire_read(struct wire *wire, void *bytes, size_t length);
bool wire_write(struct wire *wire, const void *bytes, size_t length);
/* Past TLS: what stands on the TCP connection itself. */
bool wire_write_raw(struct wire *wire, const void *bytes, size_t length);
void wire_close(struct wire *wire, bool reset);

/* --- hostile_peer_words: requests and right answers ------------------------------- */
enum ask { ASK_NOTHING, ASK_START_TLS, ASK_BIND, ASK_WHO, ASK_ROOT, ASK_SEARCH, ASK_OTHER, ASK_UNBIND };
struct request {
	enum ask ask;
	unsigned char operation;           /* the tag of the request */
	long id;
	bool password;                     /* a bind that carries one */
	bool schema;                       /* a search of the schema */
};
enum { WORDS_ROOM = 8192, WORDS_REFUSED = 2 };
/* False at the end of the connection or where it is no LDAP. */
bool words_read(struct wire *wire, struct request *request);
/* The right answer into out (WORDS_ROOM), or one with another result code; its length. 0: the request wants none. */
size_t words_answer(const struct request *request, int code, unsigned char *out);
/* One entry of a search. */
size_t words_entry(long id, unsigned number, unsigned char *out);

#endif
