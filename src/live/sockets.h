/*
 * sockets: who is connected to the login ports, as the kernel lists it in
 * /proc/net/tcp and tcp6.
 *
 * Counts established connections by remote address; IPv4 in IPv6 is counted as
 * IPv4, as Dovecot does.  Addresses there are words of a little-endian machine.
 * Lines that make no sense are passed over.  Streams; one thread at a time.
 */
#ifndef POSTROOM_LIVE_SOCKETS_H
#define POSTROOM_LIVE_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"

struct socket_count { const char *address; uint64_t open; };
struct sockets_reader;
/* ports are copied. */
struct sockets_reader *sockets_reader_new(const uint16_t *ports, size_t count);
void sockets_reader_free(struct sockets_reader *reader);     /* NULL is allowed */
void sockets_reader_take(struct sockets_reader *reader, const char *bytes, size_t length);
/* Addresses and how many connections each has, in the order of strcmp; in the arena. */
size_t sockets_reader_end(struct sockets_reader *reader, struct arena *arena, struct socket_count **list);
/* Lines that were sockets, of any state and port: 0 says that this was no such list. */
size_t sockets_reader_lines(const struct sockets_reader *reader);

#endif
