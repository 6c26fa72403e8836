/*
 * tls: TLS over a descriptor that does not block, and what the certificate of
 * the other side says.
 *
 * GnuTLS inside (tls.c is the only file that includes it; libldap and libcurl
 * of Debian bring the same library).  Made for looking at a server: the
 * handshake succeeds with whatever certificate there is, and what is wrong with
 * it is told afterwards, so nothing secret may be sent through it.  Fails by
 * answer.  Loop thread.
 */
#ifndef POSTROOM_BASE_TLS_H
#define POSTROOM_BASE_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

struct tls;
/*
 * A session over a connected descriptor (borrowed). server_name: for SNI; NULL or digits: none. ca_file: PEM, only these
 * authorities count; NULL: the system's. NULL with ERROR_CONFIG for a file that cannot be read.
 */
struct tls *tls_new(int descriptor, const char *server_name, const char *ca_file, struct error *error);
/* Says goodbye as far as it goes without waiting, and frees; NULL is allowed. */
void tls_free(struct tls *tls);

enum tls_step { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_ENDED, TLS_FAILED };   /* ENDED: the other side closed */
enum tls_step tls_handshake(struct tls *tls, struct error *error);
enum tls_step tls_read(struct tls *tls, void *bytes, size_t size, size_t *got, struct error *error);
enum tls_step tls_write(struct tls *tls, const void *bytes, size_t size, size_t *taken, struct error *error);

/* Of the server, after the handshake. */
struct tls_certificate {
	const char *const *names;          /* DNS names and addresses that it is for; the common name where it has none */
	size_t name_count;
	int64_t begins, ends;              /* epoch seconds */
	bool trusted;                      /* a chain to an authority that counts; its dates and names are not looked at here */
	char fingerprint[65];              /* SHA-256, lower-case hexadecimal */
};
/* Texts in the arena. False: there is none. */
bool tls_certificate(struct tls *tls, struct arena *arena, struct tls_certificate *certificate);
/* Is the certificate for this name or address (RFC 6125)? */
bool tls_is_for(struct tls *tls, const char *name);

#endif
