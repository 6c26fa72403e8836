/*
 * talk: a conversation in lines with a server, over TCP or a local socket, in
 * the clear and from some moment on through TLS.
 *
 * For looking at servers: bounded in bytes and by a deadline for everything,
 * addresses tried one after the other, nothing ever waits.  Fails by `ended`.
 * Loop thread.
 */
#ifndef POSTROOM_BASE_TALK_H
#define POSTROOM_BASE_TALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/tls.h"

struct talk;
struct talk_settings {
	const char *host;                  /* name or digits; NULL: path */
	int port;
	const char *path;                  /* of a local socket */
	const char *server_name;           /* for TLS; NULL: host */
	const char *ca_file;               /* for TLS; NULL: the system's */
	uint64_t deadline;                 /* milliseconds for everything; 0: 10,000 */
	size_t most;                       /* bytes that may come; 0: 64 KiB */
	void (*ready)(void *context);      /* connected; and after talk_secure: TLS stands */
	void (*line)(void *context, const char *line);   /* without its end, cut at 2,000 bytes, zero bytes become blanks */
	/* At most once, and nothing after it: the other side closed (kind NONE), an error, the deadline. */
	void (*ended)(void *context, const struct error *error);
	void *context;
};
/* Copies the settings; no callback comes from inside this call. */
struct talk *talk_open(struct loop *loop, const struct talk_settings *settings);
/* No callback comes after this; also from inside a callback. NULL is allowed. */
void talk_close(struct talk *talk);
/* Sends; what does not go at once goes later. */
void talk_send(struct talk *talk, const char *words);
/* Begins TLS; ready comes again when it stands. What came before in the clear and was not read yet is an error: nobody may slip words in. */
void talk_secure(struct talk *talk);
/* The session; NULL: in the clear. Borrowed. */
struct tls *talk_tls(struct talk *talk);

#endif
