/*
 * certificate: why a server's certificate was not accepted, in words.
 *
 * libldap says "(unknown error code)".  So after a failed check the server is
 * asked for its certificate once more on a connection that never logs in and
 * sends nothing, and its names and dates are compared with what we wanted.
 */
#ifndef POSTROOM_DIRECTORY_CERTIFICATE_H
#define POSTROOM_DIRECTORY_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

struct certificate {
	int64_t begins, ends;              /* epoch seconds */
	const char *const *names;          /* DNS names and addresses it is for; the common name where it has none */
	size_t name_count;
};
/* Reads a DER certificate; false where it is none. Pure. */
bool certificate_read(struct arena *arena, const unsigned char *bytes, size_t length, struct certificate *certificate);
/* Is it for this host? A leading "*." stands for one label. Pure. */
bool certificate_is_for(const struct certificate *certificate, const char *host);
/*
 * The same for a machine's own name, which may be short where the certificate's is whole. libldap looks for that
 * name where an address says localhost.
 */
bool certificate_is_for_machine(const struct certificate *certificate, const char *machine);

struct connection;
/* True with a sentence (name mismatch, expired, not valid yet, untrusted); false where no certificate came. */
bool certificate_explain(struct connection *connection, const char *uri, struct error *error);

#endif
