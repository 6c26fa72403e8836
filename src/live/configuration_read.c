/*
 * configuration_read: the lines of `doveconf -S`; see configuration.h.
 *
 * What it does not know it passes over; a number that is none leaves the
 * default.  Limits of 0 mean the default_ value, and a vsz_limit of 2^64 - 1
 * means it too (dovecot 1.1, 2).  One thread at a time.
 */
#include "live/configuration.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/line_reader.h"

enum { LONGEST_LINE = 16 * 1024, MOST_SERVICES = 1000, MOST_PORTS = 64 };
/* Built in (dovecot 1.1); 256 MB. */
enum { DEFAULT_PROCESSES = 100, DEFAULT_CLIENTS = 1000, DEFAULT_VSZ = 256 << 20 };

/* Ports of a service until it is known whether it is one that people log in to. */
struct port { const char *service; uint16_t port; };

struct configuration_reader {
	struct configuration *made;
	size_t room;
	uint64_t processes, clients, vsz;  /* defaults */
	char *protocols;                   /* arena; NULL: not named */
	struct port ports[MOST_PORTS];
	size_t port_count;
	struct line_reader lines;
};

struct configuration_reader *configuration_reader_new(void)
{
	struct configuration_reader *reader = memory_new(sizeof(*reader));
	struct arena *arena = arena_new();

	reader->made = arena_alloc(arena, sizeof(*reader->made));
	reader->made->arena = arena;
	reader->made->version = "";
	reader->made->userip = reader->made->userip_pop3 = UINT64_MAX;
	reader->processes = DEFAULT_PROCESSES;
	reader->clients = DEFAULT_CLIENTS;
	reader->vsz = DEFAULT_VSZ;
	return reader;
}

void configuration_reader_free(struct configuration_reader *reader)
{
	if (!reader)
		return;
	if (reader->made)
		arena_free(reader->made->arena);
	text_free(&reader->lines.line);
	free(reader);
}

/* --- values ---------------------------------------------------------------------------------- */

/* "100", "unlimited" (2.4) as 0. */
static void read_number(const char *value, uint64_t *number)
{
	char *end;
	unsigned long long read;

	if (strcmp(value, "unlimited") == 0) {
		*number = 0;
		return;
	}
	if (*value < '0' || *value > '9')
		return;
	read = strtoull(value, &end, 10);
	if (!*end)
		*number = read;
}

/* "256 M", "18446744073709551615 B", "0". */
static void read_size(const char *value, uint64_t *size)
{
	static const char units[] = "BKMGT";
	char *end;
	const char *unit;
	unsigned long long read;

	if (*value < '0' || *value > '9')
		return;
	read = strtoull(value, &end, 10);
	while (*end == ' ')
		end++;
	unit = *end ? strchr(units, *end >= 'a' ? *end - 32 : *end) : units;
	if (!unit)
		return;
	for (; unit > units && read <= UINT64_MAX / 1024; unit--)
		read *= 1024;
	*size = unit > units ? UINT64_MAX : read;
}

/* --- services ---------------------------------------------------------------------------------- */

static struct service_setting *service_named(struct configuration_reader *reader, const char *name, size_t length)
{
	struct configuration *made = reader->made;
	struct service_setting *last = made->service_count ? &made->services[made->service_count - 1] : NULL;

	/* Lines of one service follow each other, so the last one is it nearly always. */
	if (last && strlen(last->name) == length && memcmp(last->name, name, length) == 0)
		return last;
	for (size_t i = 0; i < made->service_count; i++)
		if (strlen(made->services[i].name) == length && memcmp(made->services[i].name, name, length) == 0)
			return &made->services[i];
	if (made->service_count == MOST_SERVICES)
		return NULL;
	made->services = arena_grow(made->arena, made->services, &reader->room, made->service_count + 1, sizeof(*made->services));
	last = &made->services[made->service_count++];
	last->name = arena_bytes(made->arena, name, length);
	last->protocol = last->type = "";
	last->vsz_limit = UINT64_MAX;
	return last;
}

/* "inet_listener/imap/port" */
static void read_listener(struct configuration_reader *reader, const struct service_setting *service, const char *key, const char *value)
{
	const char *last = strrchr(key, '/');
	uint64_t port = 0;

	if (strncmp(key, "inet_listener/", 14) != 0 || !last || strcmp(last, "/port") != 0)
		return;
	read_number(value, &port);
	if (port && port <= UINT16_MAX && reader->port_count < MOST_PORTS)
		reader->ports[reader->port_count++] = (struct port){ service->name, (uint16_t)port };
}

/* key: behind "service/" */
static void read_service(struct configuration_reader *reader, const char *key, const char *value)
{
	const char *slash = strchr(key, '/');
	struct service_setting *service = slash && slash > key ? service_named(reader, key, (size_t)(slash - key)) : NULL;

	if (!service)
		return;
	key = slash + 1;
	if (strcmp(key, "protocol") == 0)
		service->protocol = arena_text(reader->made->arena, value);
	else if (strcmp(key, "type") == 0)
		service->type = arena_text(reader->made->arena, value);
	else if (strcmp(key, "process_limit") == 0)
		read_number(value, &service->process_limit);
	else if (strcmp(key, "client_limit") == 0)
		read_number(value, &service->client_limit);
	else if (strcmp(key, "service_count") == 0 || strcmp(key, "restart_request_count") == 0)
		read_number(value, &service->service_count);
	else if (strcmp(key, "process_min_avail") == 0)
		read_number(value, &service->process_min_avail);
	else if (strcmp(key, "vsz_limit") == 0)
		read_size(value, &service->vsz_limit);
	else
		read_listener(reader, service, key, value);
}

static void read_line(void *context, char *key, size_t length)
{
	struct configuration_reader *reader = context;
	char *value = key ? strchr(key, '=') : NULL;

	if (!value || memchr(key, '\0', length))
		return;
	*value++ = '\0';
	if (strncmp(key, "service/", 8) == 0)
		read_service(reader, key + 8, value);
	else if (strcmp(key, "default_process_limit") == 0)
		read_number(value, &reader->processes);
	else if (strcmp(key, "default_client_limit") == 0)
		read_number(value, &reader->clients);
	else if (strcmp(key, "default_vsz_limit") == 0)
		read_size(value, &reader->vsz);
	else if (strcmp(key, "mail_max_userip_connections") == 0)
		read_number(value, &reader->made->userip);
	else if (strcmp(key, "protocols") == 0)
		reader->protocols = arena_text(reader->made->arena, value);
}

void configuration_reader_take(struct configuration_reader *reader, const char *bytes, size_t length)
{
	line_reader_take(&reader->lines, LONGEST_LINE, bytes, length, read_line, reader);
}

/* --- the end -------------------------------------------------------------------------------------- */

/* A service with a protocol runs where that word is in protocols (dovecot 1.3). */
static bool runs(const struct configuration_reader *reader, const struct service_setting *service)
{
	size_t length = strlen(service->protocol);
	const char *at = reader->protocols;

	if (!length || !at)
		return true;
	while ((at = strstr(at, service->protocol))) {
		if ((at == reader->protocols || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
		at += length;
	}
	return false;
}

static void keep_ports(struct configuration_reader *reader)
{
	struct configuration *made = reader->made;
	uint16_t *ports = arena_alloc(made->arena, (reader->port_count + 1) * sizeof(*ports));

	for (size_t i = 0; i < reader->port_count; i++)
		for (size_t j = 0; j < made->service_count; j++)
			if (strcmp(made->services[j].name, reader->ports[i].service) == 0 && strcmp(made->services[j].type, "login") == 0)
				ports[made->login_port_count++] = reader->ports[i].port;
	made->login_ports = ports;
}

struct configuration *configuration_reader_end(struct configuration_reader *reader)
{
	struct configuration *made = reader->made;
	size_t kept = 0;

	for (size_t i = 0; i < made->service_count; i++) {
		struct service_setting *service = &made->services[i];

		if (!runs(reader, service))
			continue;
		service->process_limit = service->process_limit ? service->process_limit : reader->processes;
		service->client_limit = service->client_limit ? service->client_limit : reader->clients;
		service->vsz_limit = service->vsz_limit == UINT64_MAX ? reader->vsz : service->vsz_limit;
		made->services[kept++] = *service;
	}
	made->service_count = kept;
	if (!kept)
		return NULL;
	keep_ports(reader);
	made->userip_pop3 = made->userip;
	reader->made = NULL;
	return made;
}
