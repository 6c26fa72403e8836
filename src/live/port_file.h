/*
 * port_file: what a certificate file on a server holds, by the words of
 * openssl x509.
 *
 * The date of the file itself would say less: it changes with a copy, and not
 * with a link.  Pure; any thread.
 */
#ifndef POSTROOM_LIVE_PORT_FILE_H
#define POSTROOM_LIVE_PORT_FILE_H

#include <stdbool.h>
#include <stdint.h>

struct port_file {
	int64_t ends;                      /* epoch s; 0: not known */
	char fingerprint[65];              /* SHA-256, lower-case hexadecimal; "" not known */
};
/* From "notAfter=..." and "sha256 Fingerprint=..."; false: one of them is not there. */
bool port_file_read(const char *output, struct port_file *file);

#endif
