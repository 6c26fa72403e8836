/*
 * guardian_postfix: how Postfix is asked: a candidate, a reload, and whether
 * it still serves.
 *
 * `postconf -n` on the copy tells what it would not use (exit 0 all the same,
 * so what it says is compared with what it says of the files as they are),
 * `postfix check` what it cannot use.  A reload is followed by a greeting on
 * every smtpd port, the question whether it would take mail for postmaster, and
 * a look at the log (postfix 6).  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define POSTCONF "/usr/sbin/postconf"
#define POSTFIX "/usr/sbin/postfix"
#define SYSTEMCTL "/usr/bin/systemctl"
enum { TURN_MS = 100, SETTLE_MS = 1000 };

static bool is_said(const char *before, const char *line, size_t length)
{
	for (const char *at = before; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == length && !strncmp(at, line, length))
			return true;
	return false;
}

/* The first thing that it says of the candidate and not of the files as they are; paths differ, so they are cut out. */
static char *new_complaint(struct guardian *guardian, const char *before, const char *after, const char *root)
{
	struct text bare = { 0 };
	const char *found, *text;
	size_t length = strlen(root);
	char *line = NULL;

	while ((found = strstr(after, root))) {
		text_add_bytes(&bare, after, (size_t)(found - after));
		after = found + length;
	}
	text_add(&bare, after);
	for (text = text_get(&bare); *text && !line; text += strcspn(text, "\n"), text += *text == '\n') {
		char *one = arena_format(guardian->arena, "%.*s", (int)strcspn(text, "\n"), text);

		if (is_said(before, one, strlen(one)))
			continue;
		/* A later line wins, and main.cf.local of UCS lives on that. */
		if (strstr(one, "overriding earlier entry") || (guardian->change.own && strstr(one, "unused parameter: ")))
			guardian_say(guardian, "%s", one);
		else
			line = one;
	}
	text_free(&bare);
	return line;
}

static char *parameter_in(struct guardian *guardian, const char *config, const char *name)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, POSTCONF, "-c", config, "-x", "-h", name);
	char *value = ran.ended && ran.status == 0 && !strstr(ran.complaint, "unknown parameter") ? arena_text(guardian->arena, ran.output) : NULL;

	if (value)
		value[strcspn(value, "\n")] = '\0';
	return value;
}

static char *parameter(struct guardian *guardian, const char *name)
{
	return parameter_in(guardian, guardian_config(guardian), name);
}

static struct guardian_log log_now(struct guardian *guardian)
{
	const char *path = parameter(guardian, "maillog_file");

	return guardian_log_mark(path && *path ? path : "/var/log/mail.log");
}

static bool is_here(const struct ifaddrs *interfaces, const char *address)
{
	struct in6_addr wanted, found;
	int family = strchr(address, ':') ? AF_INET6 : AF_INET;

	if (inet_pton(family, address, &wanted) != 1)
		return true;
	for (const struct ifaddrs *one = interfaces; one; one = one->ifa_next) {
		if (!one->ifa_addr || one->ifa_addr->sa_family != family)
			continue;
		if (family == AF_INET)
			memcpy(&found, &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr, sizeof(struct in_addr));
		else
			memcpy(&found, &((const struct sockaddr_in6 *)(const void *)one->ifa_addr)->sin6_addr, sizeof(struct in6_addr));
		if (!memcmp(&wanted, &found, family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr)))
			return true;
	}
	return false;
}

/* Postfix refuses to listen on what no interface has, and says so to a terminal only. "": it is something else. */
static const char *foreign_address(struct guardian *guardian, const char *config)
{
	char *listens = parameter_in(guardian, config, "inet_interfaces"), *rest = NULL;
	const char *words = "";
	struct ifaddrs *interfaces;

	if (!listens || getifaddrs(&interfaces) != 0)
		return words;
	for (char *one = strtok_r(listens, ", []", &rest); one && !*words; one = strtok_r(NULL, ", []", &rest))
		if (!is_here(interfaces, one))
			words = arena_format(guardian->arena, "no interface of this machine has the address %s of inet_interfaces", one);
	freeifaddrs(interfaces);
	return words;
}

/* `postfix check` tells by its exit status only; the words go to the log. */
static bool checked(struct guardian *guardian, const char *config, struct error *error)
{
	static const char *const fatal[] = { ": fatal: ", ": error: ", NULL };
	struct guardian_log log = log_now(guardian);
	struct guardian_ran later = GUARDIAN_RUN(guardian, POSTFIX, "-c", config, "check"), now;
	char *line = guardian_line_with(guardian->arena, guardian_log_read(guardian, &log), fatal, NULL);
	const char *foreign;

	if (!later.ended)
		return error_set(error, later.error.kind, "%s", later.error.text);
	if (later.status == 0)
		return true;
	foreign = foreign_address(guardian, config);
	now = GUARDIAN_RUN(guardian, POSTFIX, "-c", guardian_config(guardian), "check");
	if (now.ended && now.status == 0)
		return error_set(error, ERROR_INVALID, "postfix check refuses this configuration, so nothing was installed: %.400s",
			*later.complaint ? later.complaint : line ? line : *foreign ? foreign : "the mail log says why");
	guardian_say(guardian, "postfix check fails with the files as they are too, so it says nothing about this change");
	return true;
}

static bool postfix_check(struct guardian *guardian, const char *config, const char *root, struct error *error)
{
	struct guardian_ran now = GUARDIAN_RUN(guardian, POSTCONF, "-c", guardian_config(guardian), "-n");
	struct guardian_ran later = GUARDIAN_RUN(guardian, POSTCONF, "-c", config, "-n");
	struct guardian_ran services = GUARDIAN_RUN(guardian, POSTCONF, "-c", config, "-M");
	const char *said;

	if (!now.ended || !later.ended || !services.ended)
		return error_set(error, ERROR_UNSUPPORTED, "the configuration cannot be checked, so nothing was installed: %.400s",
			(!later.ended ? later : !now.ended ? now : services).error.text);
	said = new_complaint(guardian, now.complaint, later.complaint, root);
	if (!said && services.status != 0)
		said = services.complaint;
	if (later.status != 0 || said)
		return error_set(error, ERROR_INVALID, "Postfix' own check refuses this configuration, so nothing was installed: %.400s",
			said ? said : "postconf -n fails");
	return checked(guardian, config, error);
}

static bool postfix_running(struct guardian *guardian)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, POSTFIX, "-c", guardian_config(guardian), "status");

	return ran.ended && ran.status == 0;
}

/* --- ports --------------------------------------------------------------------------------------- */

/* Where a line without an address listens: the first of inet_interfaces that is one; a name is looked up as Postfix does when it starts. */
static const char *own_address(struct guardian *guardian)
{
	const char *listens = parameter(guardian, "inet_interfaces"), *protocols = parameter(guardian, "inet_protocols");
	bool four = !protocols || text_lists(protocols, "all") || text_lists(protocols, "ipv4");
	const struct addrinfo wanted = { .ai_family = four ? AF_INET : AF_INET6, .ai_socktype = SOCK_STREAM };
	const char *loopback = four ? "127.0.0.1" : "::1";
	struct addrinfo *found = NULL;
	char address[INET6_ADDRSTRLEN] = "", *first;

	if (!listens || text_lists(listens, "all") || text_lists(listens, "loopback-only"))
		return loopback;
	listens += strspn(listens, ", [");
	first = arena_format(guardian->arena, "%.*s", (int)strcspn(listens, ", ]"), listens);
	if (getaddrinfo(first, NULL, &wanted, &found) != 0)
		/* Of the other version, or no name: what Postfix says of it stands in its log. */
		return strspn(first, "0123456789abcdefABCDEF.:") == strlen(first) && *first ? first : loopback;
	getnameinfo(found->ai_addr, found->ai_addrlen, address, sizeof(address), NULL, 0, NI_NUMERICHOST);
	freeaddrinfo(found);
	return *address ? arena_text(guardian->arena, address) : loopback;
}

/* "127.0.0.1:24025" or "submission" of an inet line; a host name is not asked for. */
static bool port_of(struct guardian *guardian, const char *service, struct guardian_port *port)
{
	const char *colon = strrchr(service, ':'), *name = colon ? colon + 1 : service;
	struct servent *known = getservbyname(name, "tcp");
	long number = strtol(name, NULL, 10);

	if (number < 1 && known)
		number = ntohs((uint16_t)known->s_port);
	port->port = (unsigned)number;
	port->smtp = true;
	port->address = colon ? arena_format(guardian->arena, "%.*s", (int)(colon - service), service) : own_address(guardian);
	if (port->address[0] == '[')
		port->address = arena_format(guardian->arena, "%.*s", (int)strcspn(port->address + 1, "]"), port->address + 1);
	port->name = arena_format(guardian->arena, "smtpd on port %ld of %s", number, port->address);
	return number > 0 && number < 65536 && strspn(port->address, "0123456789abcdefABCDEF.:") == strlen(port->address);
}

static size_t ports_of(struct guardian *guardian, struct guardian_port **ports)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, POSTCONF, "-c", guardian_config(guardian), "-M");
	char *table = arena_text(guardian->arena, ran.output ? ran.output : ""), *rest = NULL;
	size_t count = 0, capacity = 0;

	for (char *line = strtok_r(table, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *column = NULL, *service = strtok_r(line, " ", &column), *type = strtok_r(NULL, " ", &column);
		struct guardian_port port = { 0 };

		if (!type || strcmp(type, "inet") || !column || (!strstr(column, "smtpd") && !strstr(column, "postscreen")) || !port_of(guardian, service, &port))
			continue;
		port.tls = strstr(column, "smtpd_tls_wrappermode=yes") != NULL;
		*ports = arena_grow(guardian->arena, *ports, &capacity, count + 1, sizeof(**ports));
		(*ports)[count++] = port;
	}
	return count;
}

/* --- before and after a reload ----------------------------------------------------------------------- */

static void postfix_note(struct guardian *guardian)
{
	size_t count = 0, next = 0;
	const char *words;

	while (guardian->change.wanted[count])
		count++;
	guardian->before = arena_alloc(guardian->arena, (count + 1) * sizeof(*guardian->before));
	for (size_t i = 0; i < count; i += 2) {
		const char *value = parameter(guardian, guardian->change.wanted[i]);

		if (!value)
			continue;
		guardian->before[next++] = guardian->change.wanted[i];
		guardian->before[next++] = value;
	}
	guardian->ports = NULL;
	guardian->port_count = ports_of(guardian, &guardian->ports);
	for (size_t i = 0; i < guardian->port_count; i++) {
		guardian->ports[i].greeted = guardian_greets(guardian, &guardian->ports[i], &words);
		if (!guardian->ports[i].greeted)
			guardian_say(guardian, "%s did not greet before the change: %s", guardian->ports[i].name, words);
	}
}

static bool postfix_reload(struct guardian *guardian, struct error *error)
{
	struct guardian_ran ran;

	guardian->log = log_now(guardian);
	ran = GUARDIAN_RUN(guardian, POSTFIX, "-c", guardian_config(guardian), "reload");
	return (ran.ended && ran.status == 0) ||
		error_set(error, ERROR_REFUSED, "postfix reload fails; the mail log says why%s%.300s", ran.ended && *ran.complaint ? ": " : "",
			ran.ended ? ran.complaint : ran.error.text);
}

/* What systemd started it must stop and start, or it knows nothing of the new one; an instance of its own is not systemd's. */
static bool by_systemd(struct guardian *guardian)
{
	struct guardian_ran ran;

	if (access("/run/systemd/system", F_OK) != 0 || strcmp(guardian_config(guardian), guardian_postfix.config))
		return false;
	ran = GUARDIAN_RUN(guardian, SYSTEMCTL, "cat", "postfix");
	return ran.ended && ran.status == 0;
}

static bool postfix_start(struct guardian *guardian, struct error *error)
{
	struct guardian_ran ran;

	if (by_systemd(guardian))
		ran = GUARDIAN_RUN(guardian, SYSTEMCTL, "start", "postfix");
	else
		ran = GUARDIAN_RUN(guardian, POSTFIX, "-c", guardian_config(guardian), "start");
	return (ran.ended && ran.status == 0) || error_set(error, ERROR_UNREACHABLE, "Postfix ended and cannot be started; the mail log says why");
}

/* Stopped in a step of its own: a start beside one that is ending still is refused. */
static bool postfix_restart(struct guardian *guardian, struct error *error)
{
	struct guardian_ran ran;

	guardian->log = log_now(guardian);
	if (!guardian_save_stopped(guardian, error))
		return false;
	if (by_systemd(guardian))
		GUARDIAN_RUN(guardian, SYSTEMCTL, "stop", "postfix");
	/* Also one that was started by hand, which systemd does not know. */
	if (postfix_running(guardian)) {
		ran = GUARDIAN_RUN(guardian, POSTFIX, "-c", guardian_config(guardian), "stop");
		if (!ran.ended || ran.status != 0)
			return error_set(error, ERROR_REFUSED, "Postfix cannot be stopped: %.300s", ran.ended ? ran.complaint : ran.error.text);
	}
	guardian_point("stopped");
	return postfix_start(guardian, error) || error_set(error, ERROR_REFUSED, "Postfix was stopped and does not start again; the mail log says why");
}

/* What a program of Postfix says when it cannot start, or the master when it does not take a value without a restart. */
static bool log_fine(struct guardian *guardian, struct error *error)
{
	static const char *const words[] = { ": fatal: ", ": panic: ", "bad command startup", "ignoring inet_interfaces", "ignoring inet_protocols",
		"parameter value change", ": error: open ", "unknown smtpd restriction", "unsupported dictionary type", NULL };
	char *line = guardian_line_with(guardian->arena, guardian_log_read(guardian, &guardian->log), words, NULL);

	return !line || error_set(error, ERROR_REFUSED, "the running Postfix refuses it: %.400s", line);
}

static bool values_run(struct guardian *guardian, const char *const *pairs, struct error *error)
{
	for (size_t i = 0; pairs && pairs[i]; i += 2) {
		const char *value = parameter(guardian, pairs[i]);

		if (!value || strcmp(value, pairs[i + 1]))
			return error_set(error, ERROR_REFUSED, "%s is %s and not %s", pairs[i], value ? value : "unknown to this Postfix", pairs[i + 1]);
	}
	return true;
}

static bool postfix_look(struct guardian *guardian, const char *const *pairs, bool fresh, struct error *error)
{
	struct guardian_port *ports = NULL;
	size_t count = ports_of(guardian, &ports);
	int64_t began = clock_monotonic_ms();

	if (fresh && !guardian->log.path)
		guardian_say(guardian, "the mail log cannot be read here, so only the values and the ports were looked at");
	/* A process that cannot start says so within its first second, and the master tries it again only then. */
	while (fresh && clock_monotonic_ms() - began < SETTLE_MS && log_fine(guardian, error))
		guardian_pause(TURN_MS);
	if ((fresh && !log_fine(guardian, error)) || !values_run(guardian, pairs, error))
		return false;
	if (!postfix_running(guardian))
		return error_set(error, ERROR_REFUSED, "Postfix does not run any more");
	if (guardian_ports_look(guardian, ports, count, error))
		return !fresh || log_fine(guardian, error);
	if (fresh) {
		struct error said = { 0 };

		if (!log_fine(guardian, &said))
			error_set(error, said.kind, "%s", said.text);
	}
	return false;
}

const struct guardian_service guardian_postfix = {
	.name = "postfix", .title = "Postfix", .config = "/etc/postfix", .check = postfix_check, .running = postfix_running,
	.reload = postfix_reload, .restart = postfix_restart, .start = postfix_start, .note = postfix_note, .look = postfix_look,
};
