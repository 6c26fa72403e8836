/*
 * limits_read: the facts of the limit rules from what doveconf prints; see
 * limits.h.
 *
 * Two forms: -S with a path and a value a line, and the blocks of -n and -a,
 * where only -a has every value, so the built-in ones lie below.  Foreign
 * bytes: what makes no sense is passed over, nothing fails.  One thread at a
 * time.
 */
#include "model/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { LONGEST_LINE = 16 * 1024, MOST_SERVICES = 1000, MOST_LISTENERS = 5000, DEEPEST = 16 };

/* Files have a path and a mode, ports a number and perhaps an address. */
struct listener { size_t service; const char *kind, *key, *path, *address; unsigned long mode; uint64_t port; };

struct reading {
	struct arena *arena;
	struct limits_facts *facts;
	const struct limits_facts *built_in;
	const char *base_dir;
	bool base_dir_known;
	struct listener *listeners;
	size_t listener_count, listener_room;
	struct listener *open;                 /* of blocks: the one at hand; none is added while it is */
	const char *blocks[DEEPEST];           /* "service imap-login", "inet_listener imaps", ... */
	unsigned depth;
	size_t last;                           /* index of the service of the last line */
	uint64_t userip_imap, userip_pop3;     /* of protocol blocks */
	struct text enabled;                   /* protocols of 2.4: a block of booleans */
	bool debian;                           /* whose builds begin with no protocol; its packages switch them on by files */
	bool protocols_named;
	bool from_24;                          /* a name that only 2.4 has was seen */
};

/* --- values ------------------------------------------------------------------------------------ */

static bool read_number(const char *value, uint64_t most, uint64_t *number)
{
	char *end;
	unsigned long long read;

	if (strcmp(value, "unlimited") == 0 || strcmp(value, "infinite") == 0) {
		*number = 0;
		return true;
	}
	if (*value < '0' || *value > '9' || strlen(value) > 30)
		return false;
	read = strtoull(value, &end, 10);
	if (*end || read > most)
		return false;
	*number = read;
	return true;
}

static void read_uint(const char *value, uint32_t *number)
{
	uint64_t read;

	if (read_number(value, UINT32_MAX, &read))
		*number = (uint32_t)read;
}

/* "256 M", "100k", "18446744073709551615 B" (not set), "unlimited". */
static void read_size(const char *value, uint64_t *size)
{
	static const char units[] = "BKMGT";
	char *end;
	const char *unit;
	unsigned long long read;

	if (strcmp(value, "unlimited") == 0)
		*size = 0;
	if (*value < '0' || *value > '9')
		return;
	read = strtoull(value, &end, 10);
	end += strspn(end, " ");
	unit = *end ? strchr(units, *end >= 'a' ? *end - 32 : *end) : units;
	if (!unit || !*unit)
		return;
	for (; unit > units && read <= UINT64_MAX / 1024; unit--)
		read *= 1024;
	*size = unit > units ? LIMITS_UNKNOWN : read;
}

/* "1 hours", "5 mins", "300s"; a bare number is in seconds. */
static void read_seconds(const char *value, uint64_t *seconds)
{
	static const struct { const char *word; unsigned seconds; } units[] = {
		{ "seconds", 1 }, { "secs", 1 }, { "minutes", 60 }, { "mins", 60 }, { "hours", 3600 }, { "days", 86400 }, { "weeks", 604800 },
	};
	char *unit;
	unsigned long long read = strtoull(value, &unit, 10);

	unit += strspn(unit, " ");
	if (*value < '0' || *value > '9' || read > UINT32_MAX)
		return;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strncmp(units[i].word, *unit ? unit : "secs", *unit ? strlen(unit) : 4) == 0) {
			*seconds = read * units[i].seconds;
			return;
		}
}

static bool is_yes(const char *value)
{
	return text_same_ascii_case(value, "yes") || text_same_ascii_case(value, "y") || strcmp(value, "1") == 0;
}

/* --- services -------------------------------------------------------------------------------------- */

static size_t service_index(struct reading *reading, const char *name)
{
	struct limits_facts *facts = reading->facts;
	const struct limits_service *own;
	size_t count = facts->service_count;

	if (reading->last < count && strcmp(facts->services[reading->last].name, name) == 0)
		return reading->last;
	if (count >= MOST_SERVICES && !limits_service_named(facts, name))
		return SIZE_MAX;
	reading->last = (size_t)(limits_service_add(reading->arena, facts, name, strlen(name)) - facts->services);
	own = facts->service_count > count ? limits_service_named(reading->built_in, name) : NULL;
	if (own)
		facts->services[reading->last] = *own;
	return reading->last;
}

static void set_zero(struct limits_service *service, unsigned which, bool zero)
{
	service->zero = zero ? service->zero | which : service->zero & ~which;
}

static void read_setting(struct reading *reading, struct limits_service *service, const char *key, const char *value)
{
	bool zero = strspn(value, "0") == strlen(value) && *value;

	if (strcmp(key, "protocol") == 0)
		service->protocol = arena_text(reading->arena, value);
	else if (strcmp(key, "type") == 0)
		service->type = arena_text(reading->arena, value);
	else if (strcmp(key, "chroot") == 0)
		service->chroot = *value != '\0';
	else if (strcmp(key, "drop_priv_before_exec") == 0)
		service->drop_priv_before_exec = is_yes(value);
	else if (strcmp(key, "reuse_port") == 0)
		service->reuse_port = is_yes(value);
	else if (strcmp(key, "process_min_avail") == 0)
		read_uint(value, &service->process_min_avail);
	else if (strcmp(key, "process_limit") == 0) {
		read_uint(value, &service->process_limit);
		set_zero(service, LIMITS_ZERO_PROCESSES, zero);
	} else if (strcmp(key, "client_limit") == 0) {
		read_uint(value, &service->client_limit);
		set_zero(service, LIMITS_ZERO_CLIENTS, zero);
	} else if (strcmp(key, "service_count") == 0 || strcmp(key, "restart_request_count") == 0) {
		read_uint(value, &service->service_count);
		set_zero(service, LIMITS_ZERO_COUNT, zero);
		reading->from_24 |= *key == 'r';
	} else if (strcmp(key, "idle_kill_interval") == 0) {
		set_zero(service, LIMITS_ZERO_IDLE, zero);
		reading->from_24 = true;
	} else if (strcmp(key, "vsz_limit") == 0) {
		read_size(value, &service->vsz_limit);
		set_zero(service, LIMITS_ZERO_VSZ, zero);
	}
}

/* --- listeners --------------------------------------------------------------------------------------- */

static struct listener *listener_of(struct reading *reading, size_t service, const char *kind, const char *key)
{
	struct listener *listener;

	for (size_t i = reading->listener_count; i-- > 0 && reading->listeners[i].service == service;)
		if (strcmp(reading->listeners[i].kind, kind) == 0 && strcmp(reading->listeners[i].key, key) == 0)
			return &reading->listeners[i];
	if (reading->listener_count == MOST_LISTENERS)
		return NULL;
	reading->listeners = arena_grow(reading->arena, reading->listeners, &reading->listener_room, reading->listener_count + 1, sizeof(*listener));
	listener = &reading->listeners[reading->listener_count++];
	/* A socket without a mode has 0600. */
	*listener = (struct listener){ .service = service, .kind = arena_text(reading->arena, kind), .key = arena_text(reading->arena, key), .mode = 0600,
		.address = "" };
	listener->path = listener->key;
	return listener;
}

static void read_listener(struct reading *reading, struct listener *listener, const char *name, const char *value)
{
	if (strcmp(name, "path") == 0)
		listener->path = arena_text(reading->arena, value);
	else if (strcmp(name, "mode") == 0)
		listener->mode = strtoul(value, NULL, 8);
	else if (strcmp(name, "address") == 0)
		listener->address = arena_text(reading->arena, value);
	else if (strcmp(name, "port") == 0)
		read_number(value, UINT16_MAX, &listener->port);
}

/* As Dovecot writes them to compare them (1.6); NULL: it listens nowhere. */
static const char *listener_words(struct reading *reading, const struct listener *listener)
{
	size_t length = strlen(reading->base_dir);

	if (strcmp(listener->kind, "inet_listener") == 0)
		return listener->port ? arena_format(reading->arena, "%u:%s", (unsigned)listener->port, listener->address) : NULL;
	if (!listener->mode)
		return NULL;
	while (length > 1 && reading->base_dir[length - 1] == '/')
		length--;
	return *listener->path == '/' ? listener->path : arena_format(reading->arena, "%.*s/%s", (int)length, reading->base_dir, listener->path);
}

static void keep_listeners(struct reading *reading)
{
	const char **words = arena_alloc(reading->arena, (reading->listener_count + 1) * sizeof(*words));

	for (size_t i = 0, at = 0; i < reading->listener_count; i++) {
		struct limits_service *service = &reading->facts->services[reading->listeners[i].service];

		/* Blocks of one service that others part count by their last row of them; a configuration has it in one. */
		if (i == 0 || reading->listeners[i - 1].service != reading->listeners[i].service) {
			service->listeners = &words[at];
			service->listener_count = 0;
		}
		if (!*reading->listeners[i].path && *reading->listeners[i].kind != 'i' &&
		    (!service->listener_kind || *service->listener_kind < *reading->listeners[i].kind))
			service->listener_kind = reading->listeners[i].kind;
		words[at] = listener_words(reading, &reading->listeners[i]);
		if (words[at]) {
			service->listener_count++;
			at++;
		}
	}
}

/* --- settings of the whole --------------------------------------------------------------------------- */

static void read_whole(struct reading *reading, const char *key, const char *value)
{
	struct limits_facts *facts = reading->facts;

	if (strcmp(key, "default_process_limit") == 0)
		read_uint(value, &facts->default_process_limit);
	else if (strcmp(key, "default_client_limit") == 0)
		read_uint(value, &facts->default_client_limit);
	else if (strcmp(key, "default_vsz_limit") == 0)
		read_size(value, &facts->default_vsz_limit);
	else if (strcmp(key, "protocols") == 0) {
		facts->protocols = arena_text(reading->arena, value);
		reading->protocols_named = true;
	} else if (strncmp(key, "protocols/", 10) == 0 && is_yes(value))
		text_addf(&reading->enabled, " %s", key + 10);
	else if (strcmp(key, "listen") == 0)
		facts->listen = arena_text(reading->arena, value);
	else if (strcmp(key, "base_dir") == 0) {
		reading->base_dir = arena_text(reading->arena, value);
		reading->base_dir_known = true;
	} else if (strcmp(key, "first_valid_uid") == 0)
		read_number(value, UINT32_MAX, &facts->first_uid);
	else if (strcmp(key, "last_valid_uid") == 0)
		read_number(value, UINT32_MAX, &facts->last_uid);
	else if (strcmp(key, "first_valid_gid") == 0)
		read_number(value, UINT32_MAX, &facts->first_gid);
	else if (strcmp(key, "last_valid_gid") == 0)
		read_number(value, UINT32_MAX, &facts->last_gid);
	else if (strcmp(key, "mail_max_userip_connections") == 0 && read_number(value, UINT32_MAX, &facts->userip))
		facts->userip_pop3 = facts->userip;
	else if (strcmp(key, "auth_cache_size") == 0)
		read_size(value, &facts->cache_size);
	else if (strcmp(key, "auth_cache_ttl") == 0)
		read_seconds(value, &facts->cache_ttl);
	else if (strcmp(key, "dovecot_config_version") == 0)
		reading->from_24 = true;
}

/* --- doveconf -S ---------------------------------------------------------------------------------------- */

/* Names in a path have \s for a slash. In place. */
static void unescape(char *name)
{
	char *to = name;

	for (; *name; name++)
		if (name[0] == '\\' && name[1] == 's') {
			*to++ = '/';
			name++;
		} else {
			*to++ = *name;
		}
	*to = '\0';
}

/* rest: "inet_listener/imaps/port" */
static void read_dump_listener(struct reading *reading, size_t service, char *rest, const char *value)
{
	char *key = strchr(rest, '/'), *name;
	struct listener *listener;

	*key++ = '\0';
	name = strchr(key, '/');
	if (!name)
		return;
	*name++ = '\0';
	listener = listener_of(reading, service, rest, key);
	if (listener)
		read_listener(reading, listener, name, value);
}

static void dump_line(struct reading *reading, char *line)
{
	char *value = strchr(line, '='), *name, *rest;
	size_t service;

	if (!value)
		return;
	*value++ = '\0';
	if (strncmp(line, "service/", 8) != 0) {
		read_whole(reading, line, value);
		return;
	}
	name = line + 8;
	rest = strchr(name, '/');
	if (!rest || rest == name)
		return;
	*rest++ = '\0';
	unescape(name);
	service = service_index(reading, name);
	if (service == SIZE_MAX)
		return;
	if (strchr(rest, '/'))
		read_dump_listener(reading, service, rest, value);
	else
		read_setting(reading, &reading->facts->services[service], rest, value);
}

/* --- blocks ------------------------------------------------------------------------------------------------ */

static char *trim(char *words)
{
	size_t length;

	words += strspn(words, " \t\r");
	for (length = strlen(words); length && strchr(" \t\r", words[length - 1]);)
		words[--length] = '\0';
	return words;
}

/* A value without its quotes, or without a comment behind it. In place. */
static char *plain_value(char *value)
{
	char *to = value, *from;

	if (*value != '"') {
		for (from = value; *from; from++)
			if (*from == '#' && (from == value || from[-1] == ' ' || from[-1] == '\t')) {
				*from = '\0';
				break;
			}
		return trim(value);
	}
	for (from = value + 1; *from && *from != '"'; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*to = '\0';
	return value;
}

/* Name of the block at this depth behind this word; NULL: it is another one. */
static const char *inside(const struct reading *reading, unsigned depth, const char *word)
{
	size_t length = strlen(word);

	if (reading->depth <= depth || strncmp(reading->blocks[depth], word, length) != 0)
		return NULL;
	return reading->blocks[depth][length] == ' ' ? reading->blocks[depth] + length + 1 : reading->blocks[depth][length] ? NULL : "";
}

/* A listener begins. One without a name is a new one each time. */
static void open_listener(struct reading *reading, size_t service)
{
	static const char *const kinds[] = { "unix_listener", "fifo_listener", "inet_listener" };

	for (size_t i = 0; i < 3; i++) {
		const char *key = inside(reading, 1, kinds[i]);
		char nameless[32];

		if (!key)
			continue;
		snprintf(nameless, sizeof(nameless), "%zu", reading->listener_count);
		reading->open = listener_of(reading, service, kinds[i], *key ? key : nameless);
		if (reading->open && !*key)
			reading->open->path = "";
		return;
	}
}

static void block_value(struct reading *reading, const char *name, const char *value)
{
	const char *of_service = inside(reading, 0, "service"), *of_protocol = inside(reading, 0, "protocol");
	size_t service = of_service && *of_service ? service_index(reading, of_service) : SIZE_MAX;

	if (reading->depth == 0)
		read_whole(reading, name, value);
	else if (service != SIZE_MAX && reading->depth == 1)
		read_setting(reading, &reading->facts->services[service], name, value);
	else if (reading->open && reading->depth == 2)
		read_listener(reading, reading->open, name, value);
	else if (inside(reading, 0, "protocols") && reading->depth == 1 && is_yes(value))
		text_addf(&reading->enabled, " %s", name);
	else if (of_protocol && reading->depth == 1 && strcmp(name, "mail_max_userip_connections") == 0) {
		if (strcmp(of_protocol, "imap") == 0)
			read_number(value, UINT32_MAX, &reading->userip_imap);
		else if (strcmp(of_protocol, "pop3") == 0)
			read_number(value, UINT32_MAX, &reading->userip_pop3);
	}
}

static void open_block(struct reading *reading, char *line, size_t length)
{
	line[length - 1] = '\0';
	/* Deeper ones hold nothing that is looked for; they only must be counted. */
	if (reading->depth < DEEPEST)
		reading->blocks[reading->depth] = arena_text(reading->arena, plain_value(trim(line)));
	reading->depth++;
	/* A service without a value still is one, and a socket without a mode is open. */
	if (reading->depth <= 2 && inside(reading, 0, "service") && *inside(reading, 0, "service")) {
		size_t service = service_index(reading, inside(reading, 0, "service"));

		if (service != SIZE_MAX && reading->depth == 2)
			open_listener(reading, service);
	}
}

static void block_line(struct reading *reading, char *line)
{
	char *value;
	size_t length;

	line = trim(line);
	length = strlen(line);
	/* "# OS: Linux 6.1.0 x86_64 Debian 12.11": said where the built-in values are that build's. */
	reading->debian |= strncmp(line, "# OS: ", 6) == 0 && strstr(line, " Debian ");
	/* Warnings of doveconf, where somebody recorded both streams into one file. */
	if (!length || *line == '#' || strncmp(line, "doveconf: ", 10) == 0)
		return;
	if (strcmp(line, "}") == 0) {
		reading->depth -= reading->depth > 0;
		if (reading->depth < 2)
			reading->open = NULL;
		return;
	}
	value = strchr(line, '=');
	if (!value && line[length - 1] == '{') {
		open_block(reading, line, length);
		return;
	}
	if (!value || reading->depth > 2)
		return;
	*value++ = '\0';
	block_value(reading, trim(line), plain_value(trim(value)));
}

/* --- the whole ------------------------------------------------------------------------------------------------ */

/* Next line as a text of its own, without zero bytes; false at the end. Lines that are too long come empty. */
static bool next_line(struct text *line, const char **bytes, const char *end)
{
	const char *newline;
	size_t length;

	if (*bytes == end)
		return false;
	newline = memchr(*bytes, '\n', (size_t)(end - *bytes));
	length = (size_t)((newline ? newline : end) - *bytes);
	text_clear(line);
	if (length <= LONGEST_LINE && !memchr(*bytes, '\0', length))
		text_add_bytes(line, *bytes, length);
	else
		text_add(line, "");
	*bytes = newline ? newline + 1 : end;
	return true;
}

/* "# 2.3.19.1 (9b53102964): /etc/dovecot/dovecot.conf" */
static bool head_line(const char *line, struct limits_version *version)
{
	return line[0] == '#' && line[1] == ' ' && line[2] >= '1' && line[2] <= '9' && strchr(line, '.') && strchr(line, ')') &&
		limits_version_read(line + 2, version);
}

enum limits_form limits_form(const char *bytes, size_t length)
{
	const char *end = bytes + length;
	struct text line = { 0 };
	struct limits_version version;
	bool head = false, includes = false, dump = false;

	while (!dump && next_line(&line, &bytes, end)) {
		const char *words = text_get(&line);

		head |= head_line(words, &version);
		includes |= strncmp(words + strspn(words, " \t"), "!include", 8) == 0;
		dump = strncmp(words, "service/", 8) == 0 && strchr(words, '=');
	}
	text_free(&line);
	return dump ? LIMITS_DUMP : head && !includes ? LIMITS_BLOCKS : LIMITS_NOT_READ;
}

static struct limits_version version_of(const char *bytes, size_t length)
{
	struct limits_version version = { 2, 3, 19 };
	const char *end = bytes + length;
	struct text line = { 0 };
	bool found = false;

	while (!found && next_line(&line, &bytes, end))
		found = head_line(text_get(&line), &version);
	text_free(&line);
	return version;
}

static void finish(struct reading *reading)
{
	struct limits_facts *facts = reading->facts;

	if (reading->debian && !reading->protocols_named)
		facts->protocols = "";
	if (reading->enabled.length)
		facts->protocols = arena_text(reading->arena, text_get(&reading->enabled));
	if (reading->userip_imap != LIMITS_UNKNOWN)
		facts->userip = reading->userip_imap;
	if (reading->userip_pop3 != LIMITS_UNKNOWN)
		facts->userip_pop3 = reading->userip_pop3;
	/* Until 2.4 a 0 is how the default is written. */
	for (size_t i = 0; !reading->from_24 && i < facts->service_count; i++)
		facts->services[i].zero = 0;
	if (!reading->from_24 && limits_version_from(&facts->version, 2, 4, 0) && !facts->last_uid)
		facts->last_uid = LIMITS_UNKNOWN;
	if (!reading->from_24 && limits_version_from(&facts->version, 2, 4, 0) && !facts->last_gid)
		facts->last_gid = LIMITS_UNKNOWN;
	keep_listeners(reading);
	facts->base_dir = reading->base_dir_known ? reading->base_dir : NULL;
	text_free(&reading->enabled);
}

struct limits_facts *limits_read(struct arena *arena, enum limits_form form, const char *bytes, size_t length,
		const struct limits_version *version)
{
	struct limits_version own = version ? *version : version_of(bytes, length);
	struct reading reading = { .arena = arena, .facts = limits_facts_new(arena, &own), .built_in = limits_facts_new(arena, &own),
		.base_dir = "/run/dovecot", .userip_imap = LIMITS_UNKNOWN, .userip_pop3 = LIMITS_UNKNOWN };
	const char *end = bytes + length;
	struct text line = { 0 };

	/* -S names every service in the order of the walk, as that binary has it. */
	if (form == LIMITS_DUMP)
		reading.facts->service_count = 0;
	while (next_line(&line, &bytes, end)) {
		if (!line.length)
			continue;
		if (form == LIMITS_DUMP)
			dump_line(&reading, line.bytes);
		else
			block_line(&reading, line.bytes);
	}
	text_free(&line);
	finish(&reading);
	/* doveconf -S has no first line. */
	if (!version && reading.from_24 && !limits_version_from(&own, 2, 4, 0))
		reading.facts->version = (struct limits_version){ 2, 4, 1 };
	return reading.facts;
}
