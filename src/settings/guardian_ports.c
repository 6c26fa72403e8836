/*
 * guardian_ports: which ports a configuration of Dovecot has, as doveconf
 * lists it, and whether new ones can be had.
 *
 * What cannot be read has no ports.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct reading {
	struct guardian *guardian;
	const char *listing;
	bool all;                          /* addresses as they are listened on, of every service */
	struct guardian_ports list;
};

/* What a listener of a service, or (listener "") the service, says for a key; "" where it says nothing. */
static const char *said(struct reading *reading, const char *service, const char *listener, const char *key)
{
	struct arena *arena = reading->guardian->arena;
	const char *value = guardian_listed(arena, reading->listing, *listener ?
		arena_format(arena, "service/%s/inet_listener/%s/%s", service, listener, key) : arena_format(arena, "service/%s/%s", service, key));

	return value ? value : "";
}

/* How it is tried or listened on; NULL: left out, as Dovecot leaves IPv6 out where the machine has none. */
static const char *address_of(const struct reading *reading, const char *word)
{
	if (!strcmp(word, "*"))
		return reading->all ? "0.0.0.0" : "127.0.0.1";
	return strcmp(word, "::") && strcmp(word, "[::]") ? word : NULL;
}

static void add_listener(struct reading *reading, const char *service, const char *listener)
{
	struct arena *arena = reading->guardian->arena;
	struct guardian_ports *list = &reading->list;
	const char *addresses = said(reading, service, listener, "address"), *all = guardian_listed(arena, reading->listing, "listen");
	long number = strtol(said(reading, service, listener, "port"), NULL, 10);

	if (number < 1 || number > 65535 || (!reading->all && !strcmp(said(reading, service, listener, "haproxy"), "yes")))
		return;
	if (!*addresses)
		addresses = all ? all : "*";
	while (*addresses) {
		size_t length = strcspn(addresses, " ,");
		const char *address = length ? address_of(reading, arena_format(arena, "%.*s", (int)length, addresses)) : NULL;

		if (address) {
			list->ports = arena_grow(arena, list->ports, &list->capacity, list->count + 1, sizeof(*list->ports));
			list->ports[list->count++] = (struct guardian_port){ .address = address, .port = (unsigned)number,
				.tls = !strcmp(said(reading, service, listener, "ssl"), "yes"),
				.name = arena_format(arena, "%s on port %ld of %s", service, number, address) };
		}
		addresses += length + strspn(addresses + length, " ,");
	}
}

static bool wanted(struct reading *reading, const char *service, const char *protocols)
{
	const char *protocol = said(reading, service, "", "protocol");

	if (!reading->all && strcmp(said(reading, service, "", "type"), "login"))
		return false;
	return (reading->all && !*protocol) || (protocols && text_lists(protocols, protocol));
}

struct guardian_ports guardian_dovecot_ports(struct guardian *guardian, const char *config, bool all)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, "/usr/bin/doveconf", "-S", "-c", config, "service", "listen", "protocols");
	struct reading reading = { .guardian = guardian, .listing = ran.output ? ran.output : "", .all = all };
	const char *services = guardian_listed(guardian->arena, reading.listing, "service");
	const char *protocols = guardian_listed(guardian->arena, reading.listing, "protocols");

	while (services && *services) {
		size_t length = strcspn(services, " ");
		const char *service = arena_format(guardian->arena, "%.*s", (int)length, services);
		const char *listeners = said(&reading, service, "", "inet_listener");

		services += length + strspn(services + length, " ");
		while (wanted(&reading, service, protocols) && *listeners) {
			size_t size = strcspn(listeners, " ");

			add_listener(&reading, service, arena_format(guardian->arena, "%.*s", (int)size, listeners));
			listeners += size + strspn(listeners + size, " ");
		}
	}
	return reading.list;
}

/* 0, or why the address cannot be listened on. What is no address but a name is left to Dovecot. */
static int bind_code(const struct guardian_port *port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port->port) };
	bool six = inet_pton(AF_INET6, port->address, &v6.sin6_addr) == 1, four = inet_pton(AF_INET, port->address, &v4.sin_addr) == 1;
	int descriptor = six || four ? socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) : -1, on = 1, code = 0;

	if (descriptor < 0)
		return 0;
	setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(descriptor, six ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4, six ? sizeof(v6) : sizeof(v4)) != 0)
		code = errno;
	close(descriptor);
	return code;
}

bool guardian_ports_bindable(const struct guardian_ports *now, const struct guardian_ports *later, struct error *error)
{
	for (size_t i = 0; i < later->count; i++) {
		const struct guardian_port *port = &later->ports[i];
		bool had = false;
		int code;

		for (size_t k = 0; k < now->count; k++)
			had = had || (now->ports[k].port == port->port && !strcmp(now->ports[k].address, port->address));
		code = had ? 0 : bind_code(port);
		if (code)
			return error_set(error, ERROR_INVALID, "%s cannot be listened on: %s", port->name, strerror(code));
	}
	return true;
}
