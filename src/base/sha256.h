/*
 * sha256: the hash of the journal's chains (FIPS 180-4).
 *
 * Small and slow enough: a record is some kilobytes. Not for passwords. Pure,
 * never fails, any thread.
 */
#ifndef POSTROOM_BASE_SHA256_H
#define POSTROOM_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_BYTES 32
#define SHA256_HEX (2 * SHA256_BYTES + 1)

struct sha256 {
	uint32_t state[8];
	uint64_t length;               /* bytes so far */
	unsigned char block[64];
};
void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
/* The hash may not be added to any more. */
void sha256_end(struct sha256 *hash, unsigned char digest[SHA256_BYTES]);
/* One call: the digest of these bytes as lower-case hex digits, zero-terminated. */
void sha256_hex(const void *bytes, size_t length, char hex[SHA256_HEX]);

#endif
