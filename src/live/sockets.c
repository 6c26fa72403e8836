/*
 * sockets: the lines of /proc/net/tcp and tcp6; see sockets.h.
 *
 * "  0: 0100007F:008F 0200007F:C350 01 ...": number, local, remote, state.
 * Nothing fails.  One thread at a time.
 */
#include "live/sockets.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "live/line_reader.h"
#include "live/pool.h"

enum { LONGEST_LINE = 1000, ESTABLISHED = 1, LONGEST_ADDRESS = 32 };

struct sockets_reader {
	struct arena *arena;               /* of the pool's texts */
	struct pool addresses;
	uint16_t *ports;
	size_t port_count;
	const char **remote;               /* one a connection; heap */
	size_t count, room, lines;
	struct line_reader reading;
};

struct sockets_reader *sockets_reader_new(const uint16_t *ports, size_t count)
{
	struct sockets_reader *reader = memory_new(sizeof(*reader));

	reader->arena = arena_new();
	pool_open(&reader->addresses, reader->arena);
	reader->ports = memory_new((count + 1) * sizeof(*reader->ports));
	if (count)
		memcpy(reader->ports, ports, count * sizeof(*ports));
	reader->port_count = count;
	return reader;
}

void sockets_reader_free(struct sockets_reader *reader)
{
	if (!reader)
		return;
	pool_close(&reader->addresses);
	arena_free(reader->arena);
	text_free(&reader->reading.line);
	free(reader->ports);
	free(reader->remote);
	free(reader);
}

/* Hex digits of at most 8 into a number; NULL where there is none. */
static const char *read_hex(const char *at, size_t most, uint32_t *number)
{
	size_t i;

	*number = 0;
	for (i = 0; i < most && text_hex_digit(at[i]) >= 0; i++)
		*number = *number << 4 | (uint32_t)text_hex_digit(at[i]);
	return i ? at + i : NULL;
}

/* "0100007F:008F" or 32 digits; words: how many 32-bit words the address has. */
static const char *read_end(const char *at, uint32_t words[4], size_t *count, uint32_t *port)
{
	size_t digits = strspn(at, "0123456789ABCDEFabcdef");

	if ((digits != 8 && digits != LONGEST_ADDRESS) || at[digits] != ':')
		return NULL;
	*count = digits / 8;
	for (size_t i = 0; i < *count; i++)
		at = read_hex(at, 8, &words[i]);
	return read_hex(at + 1, 4, port);
}

static const char *address_of(struct sockets_reader *reader, const uint32_t words[4], size_t count)
{
	unsigned char bytes[16];
	char text[INET6_ADDRSTRLEN];
	bool mapped = count == 4 && !words[0] && !words[1] && words[2] == 0xffff0000u;

	for (size_t i = 0; i < count * 4; i++)
		bytes[i] = (unsigned char)(words[i / 4] >> i % 4 * 8);
	inet_ntop(count == 4 && !mapped ? AF_INET6 : AF_INET, mapped ? bytes + 12 : bytes, text, sizeof(text));
	return pool_text(&reader->addresses, text, strlen(text));
}

static bool is_login(const struct sockets_reader *reader, uint32_t port)
{
	for (size_t i = 0; i < reader->port_count; i++)
		if (reader->ports[i] == port)
			return true;
	return false;
}

static const char *past_blanks(const char *at)
{
	return at ? at + strspn(at, " ") : NULL;
}

static void read_line(void *context, char *line, size_t length)
{
	struct sockets_reader *reader = context;
	const char *at = line ? strchr(line, ':') : NULL;
	uint32_t local[4], remote[4], local_port, remote_port, state;
	size_t count;

	(void)length;
	at = at ? past_blanks(at + 1) : NULL;
	at = at ? past_blanks(read_end(at, local, &count, &local_port)) : NULL;
	at = at ? past_blanks(read_end(at, remote, &count, &remote_port)) : NULL;
	if (!at || !read_hex(at, 2, &state))
		return;
	reader->lines++;
	if (state != ESTABLISHED || !is_login(reader, local_port))
		return;
	reader->remote = memory_grow(reader->remote, &reader->room, reader->count + 1, sizeof(*reader->remote));
	reader->remote[reader->count++] = address_of(reader, remote, count);
}

void sockets_reader_take(struct sockets_reader *reader, const char *bytes, size_t length)
{
	line_reader_take(&reader->reading, LONGEST_LINE, bytes, length, read_line, reader);
}

static int compare(const void *left, const void *right)
{
	const char *a = *(const char *const *)left, *b = *(const char *const *)right;

	return a == b ? 0 : strcmp(a, b);
}

size_t sockets_reader_end(struct sockets_reader *reader, struct arena *arena, struct socket_count **list)
{
	size_t count = 0;

	*list = arena_alloc(arena, (reader->addresses.count + 1) * sizeof(**list));
	if (reader->count)
		qsort(reader->remote, reader->count, sizeof(*reader->remote), compare);
	for (size_t i = 0; i < reader->count; i++) {
		if (!i || reader->remote[i] != reader->remote[i - 1])
			(*list)[count++].address = arena_text(arena, reader->remote[i]);
		(*list)[count - 1].open++;
	}
	return count;
}

size_t sockets_reader_lines(const struct sockets_reader *reader)
{
	return reader->lines;
}
