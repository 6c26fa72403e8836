/*
 * propose: what this machine already knows about a directory.
 *
 * For a first start without configuration.  Looks at UCR's layers (UCS), at
 * local ldapi sockets and at libldap's ldap.conf and ~/.ldaprc, and turns what
 * it finds into proposals; it never connects and never reads a password.  A
 * file that is missing, unreadable or nonsense proposes nothing: this is a
 * guess, and an error would only be in the way of a person who is about to
 * type the address anyway.  May block on the disk: start only.
 * Sources: ucs-directory 1, ucs-variables 1.1 and 1.2, ldap.conf(5).
 */
#include "directory/propose.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "directory/dn.h"

/* UCR's files are some hundred kilobytes on a full system. */
#define MOST_BYTES (4u << 20)

struct search {
	struct arena *arena;
	const char *root, *home;
	struct directory_proposal *found;
	size_t count, capacity;
};

/* What libldap would use; NULL: not set. */
struct client_settings {
	const char *uris, *host, *port, *base, *ca_file, *bind_dn, *check;
	const char *system_file;
	bool from_system, from_user;
};

static const char *below(const struct search *search, const char *path)
{
	return *search->root ? arena_format(search->arena, "%s%s", search->root, path) : path;
}

/* NULL where it cannot be read or holds a zero byte. */
static char *read_words(const struct search *search, const char *path)
{
	struct error error;
	size_t length = 0;
	char *words = file_read(search->arena, path, MOST_BYTES, &length, &error);

	return words && strlen(words) == length ? words : NULL;
}

static struct directory_proposal *propose(struct search *search, const char *source, const char *uri)
{
	struct directory_proposal *proposal;
	size_t i;

	for (i = 0; i < search->count; i++)
		if (strcmp(search->found[i].uri, uri) == 0)
			return NULL;
	search->found = arena_grow(search->arena, search->found, &search->capacity, search->count + 1, sizeof(*search->found));
	proposal = &search->found[search->count++];
	proposal->source = source;
	proposal->uri = uri;
	return proposal;
}

/* A name or an address that can stand in a URI; what a file says is not trusted to be one. */
static bool host_legal(const char *host)
{
	return host && *host && strlen(host) <= 255
		&& strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]") == strlen(host);
}

static bool port_legal(const char *port)
{
	size_t digits = port ? strspn(port, "0123456789") : 0;

	return digits > 0 && digits <= 5 && port[digits] == '\0' && atol(port) > 0 && atol(port) <= 65535;
}

static const char *base_or_null(const char *base)
{
	return base && *base && dn_valid(base) ? base : NULL;
}

/* An absolute path of a file that is there. */
static const char *file_or_null(const struct search *search, const char *path)
{
	return path && *path == '/' && access(below(search, path), R_OK) == 0 ? path : NULL;
}

static const char *make_uri(struct arena *arena, const char *host, const char *port)
{
	const char *form = strchr(host, ':') && *host != '[' ? "[" : "";

	return arena_format(arena, "ldap://%s%s%s:%s", form, host, *form ? "]" : "", port);
}

/* --- UCR ------------------------------------------------------------------- */

/* The value of a key in one layer; NULL: not there. A line is "key: value", split at the first colon and blank. */
static const char *ucr_value(struct arena *arena, const char *layer, const char *key)
{
	size_t length = strlen(key);
	const char *line, *end;

	for (line = layer; line && *line; line = *end ? end + 1 : end) {
		end = line + strcspn(line, "\n");
		if (strncmp(line, key, length) != 0 || line[length] != ':' || line[length + 1] != ' ')
			continue;
		line += length + 2;
		line += strspn(line, " \t");
		while (end > line && strchr(" \t\r", end[-1]))
			end--;
		return arena_bytes(arena, line, (size_t)(end - line));
	}
	return NULL;
}

/* The highest layer that has the key decides. A value that refers to another variable is not followed. */
static const char *ucr_get(struct arena *arena, char *const layers[], size_t count, const char *key)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < count && !value; i++)
		value = layers[i] ? ucr_value(arena, layers[i], key) : NULL;
	return value && *value && !strstr(value, "@%@") ? value : NULL;
}

static void look_at_ucr(struct search *search)
{
	static const char *const names[] = {
		"/etc/univention/base-forced.conf", "/etc/univention/base-schedule.conf", "/etc/univention/base-ldap.conf",
		"/etc/univention/base.conf", "/etc/univention/base-defaults.conf",
	};
	enum { LAYERS = sizeof(names) / sizeof(names[0]) };
	char *layers[LAYERS];
	struct arena *arena = search->arena;
	struct directory_proposal *proposal;
	const char *host, *port, *identity;
	size_t i;

	for (i = 0; i < LAYERS; i++)
		layers[i] = read_words(search, below(search, names[i]));
	host = ucr_get(arena, layers, LAYERS, "ldap/master");
	port = ucr_get(arena, layers, LAYERS, "ldap/master/port");
	if (!host_legal(host))
		return;
	/* Only the primary accepts writes, and with Samba on the machine 389 is not slapd. */
	proposal = propose(search, "/etc/univention/base.conf", make_uri(arena, host, port_legal(port) ? port : "7389"));
	if (!proposal)
		return;
	proposal->base = base_or_null(ucr_get(arena, layers, LAYERS, "ldap/base"));
	proposal->ca_file = file_or_null(search, "/etc/univention/ssl/ucsCA/CAcert.pem");
	identity = base_or_null(ucr_get(arena, layers, LAYERS, "ldap/hostdn"));
	proposal->bind_dn = identity;
	proposal->words = arena_format(arena, "This is a UCS system; %s is its Primary Directory Node, which takes the changes.%s", host,
		identity ? " The machine account named here reads nearly everything and may write little; its password is the first line of"
		" /etc/machine.secret, which root can read. To make changes, bind as an administrator." : "");
}

/* --- libldap's own files --------------------------------------------------- */

/* One line "KEY value"; a key that is not wanted here is ignored, as libldap does. */
static void client_line(struct arena *arena, struct client_settings *settings, const char *line, size_t length)
{
	struct { const char *name; const char **at; } keys[] = {
		{ "URI", &settings->uris }, { "HOST", &settings->host }, { "PORT", &settings->port }, { "BASE", &settings->base },
		{ "TLS_CACERT", &settings->ca_file }, { "BINDDN", &settings->bind_dn }, { "TLS_REQCERT", &settings->check },
	};
	size_t key = 0, i;

	/* As libldap does: blanks around are nothing, but '#' is a comment in the first column only. */
	for (; length > 0 && isspace((unsigned char)*line); line++)
		length--;
	while (key < length && !isspace((unsigned char)line[key]))
		key++;
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		size_t at = key;

		if (strlen(keys[i].name) != key || strncasecmp(line, keys[i].name, key) != 0)
			continue;
		while (at < length && isspace((unsigned char)line[at]))
			at++;
		while (length > at && isspace((unsigned char)line[length - 1]))
			length--;
		if (length > at)
			*keys[i].at = arena_bytes(arena, line + at, length - at);
		return;
	}
}

static bool client_file(struct search *search, const char *path, struct client_settings *settings)
{
	const char *words = read_words(search, path), *end;

	for (; words && *words; words = *end ? end + 1 : end) {
		end = words + strcspn(words, "\n");
		if (*words != '#')
			client_line(search->arena, settings, words, (size_t)(end - words));
	}
	return settings->uris || settings->host;
}

/* The user's file wins over the system's, key by key. */
static void read_client(struct search *search, struct client_settings *settings)
{
	struct client_settings own = { 0 };

	settings->system_file = "/etc/ldap/ldap.conf";
	if (!client_file(search, below(search, settings->system_file), settings)) {
		settings->system_file = "/etc/openldap/ldap.conf";
		client_file(search, below(search, settings->system_file), settings);
	}
	settings->from_system = settings->uris || settings->host;
	if (!search->home)
		return;
	client_file(search, arena_format(search->arena, "%s/.ldaprc", search->home), &own);
	settings->from_user = own.uris || own.host || own.base || own.bind_dn || own.ca_file;
	if (own.uris || own.host) {
		settings->uris = own.uris;
		settings->host = own.host;
		settings->port = own.port;
		settings->from_system = false;
	}
	settings->base = own.base ? own.base : settings->base;
	settings->ca_file = own.ca_file ? own.ca_file : settings->ca_file;
	settings->bind_dn = own.bind_dn ? own.bind_dn : settings->bind_dn;
	settings->check = own.check ? own.check : settings->check;
}

/* The first of several; NULL where it is nothing that we can use. */
static const char *client_uri(struct search *search, const struct client_settings *settings, bool *several)
{
	static const char *const schemes[] = { "ldap://", "ldaps://", "ldapi://" };
	const char *from = settings->uris ? settings->uris : settings->host;
	size_t length = from ? strcspn(from, " \t") : 0, i;
	char *first;

	if (length == 0)
		return NULL;
	*several = from[length] != '\0';
	first = arena_bytes(search->arena, from, length);
	if (!settings->uris) {
		const char *colon = strrchr(first, ':');

		if (!host_legal(first))
			return NULL;
		if (colon && port_legal(colon + 1) && strchr(first, ':') == colon)
			return arena_format(search->arena, "ldap://%s", first);
		return make_uri(search->arena, first, port_legal(settings->port) ? settings->port : "389");
	}
	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
		size_t scheme = strlen(schemes[i]), n;

		if (strncasecmp(first, schemes[i], scheme) != 0)
			continue;
		/* The path of a socket is escaped with '%'; DN and filter of a URI are not for us. */
		n = strcspn(first + scheme, "/?");
		if (text_has_foreign(first, scheme + n) || strpbrk(arena_bytes(search->arena, first, scheme + n), "\"'\\{}$*+()"))
			return NULL;
		return i == 2 && n == 0 ? "ldapi:///" : arena_format(search->arena, "%s%.*s", schemes[i], (int)n, first + scheme);
	}
	return NULL;
}

static void look_at_client(struct search *search, const struct client_settings *settings, bool socket_found)
{
	bool several = false;
	const char *uri = client_uri(search, settings, &several);
	struct directory_proposal *proposal;

	/* libldap's word for its own socket, which the search for sockets has found under its true name. */
	if (!uri || (socket_found && strcmp(uri, "ldapi:///") == 0))
		return;
	proposal = propose(search, !settings->from_system ? "~/.ldaprc" : !settings->from_user ? settings->system_file
		: arena_format(search->arena, "%s and ~/.ldaprc", settings->system_file), uri);
	if (!proposal)
		return;
	proposal->base = base_or_null(settings->base);
	proposal->ca_file = file_or_null(search, settings->ca_file);
	proposal->bind_dn = base_or_null(settings->bind_dn);
	proposal->words = arena_format(search->arena, "This is the directory that the LDAP tools of this machine use.%s%s",
		several ? " More servers are named there; this is the first." : "",
		settings->check && (!strcasecmp(settings->check, "never") || !strcasecmp(settings->check, "allow"))
		? " It says that certificates need not be checked; here they always are." : "");
}

/* --- sockets of a slapd on this machine -------------------------------------- */

static const char *socket_uri(struct arena *arena, const char *path)
{
	struct text uri = { 0 };
	char *copy;

	text_add(&uri, "ldapi://");
	for (; *path; path++)
		if (*path == '/')
			text_add(&uri, "%2F");
		else
			text_add_char(&uri, *path);
	copy = arena_text(arena, text_get(&uri));
	text_free(&uri);
	return copy;
}

static bool look_at_sockets(struct search *search, const char *base)
{
	/* Debian and UCS; the second is usually the first by way of a link. The third is where others put it. */
	static const char *const paths[] = { "/run/slapd/ldapi", "/var/run/slapd/ldapi", "/run/ldapi" };
	struct stat seen[sizeof(paths) / sizeof(paths[0])], status;
	size_t count = 0, i, k;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const char *path = below(search, paths[i]);
		struct directory_proposal *proposal;

		if (stat(path, &status) != 0 || !S_ISSOCK(status.st_mode))
			continue;
		for (k = 0; k < count; k++)
			if (seen[k].st_dev == status.st_dev && seen[k].st_ino == status.st_ino)
				break;
		if (k < count)
			continue;
		seen[count++] = status;
		proposal = propose(search, paths[i], socket_uri(search->arena, paths[i]));
		if (!proposal)
			continue;
		proposal->base = base;
		proposal->words = access(path, W_OK) == 0
			? "A directory server on this machine, by its local socket: who you are here is who you are there, no password is asked."
			: "A directory server on this machine, by its local socket, which this user may not open: start as root or its group.";
	}
	return count > 0;
}

size_t propose_below(struct arena *arena, const char *root, const char *home, struct directory_proposal **proposals)
{
	struct search search = { .arena = arena, .root = root, .home = home };
	struct client_settings client = { 0 };
	const char *base;
	bool sockets;

	look_at_ucr(&search);
	read_client(&search, &client);
	base = search.count > 0 && search.found[0].base ? search.found[0].base : base_or_null(client.base);
	sockets = look_at_sockets(&search, base);
	look_at_client(&search, &client, sockets);
	*proposals = search.found;
	return search.count;
}

size_t directory_propose(struct arena *arena, struct directory_proposal **proposals)
{
	/* The home of the account, not of the environment. */
	struct passwd entry, *user = NULL;
	char room[4096];

	if (getpwuid_r(geteuid(), &entry, room, sizeof(room), &user) != 0)
		user = NULL;
	return propose_below(arena, "", user && user->pw_dir && *user->pw_dir == '/' ? user->pw_dir : NULL, proposals);
}
