/*
 * certificate: why a server's certificate was not accepted, in words.
 *
 * The reader takes from a certificate what the sentence needs and nothing else;
 * it decides nothing about trust.  It walks lengths that a stranger sent, so
 * every step is checked against what is left.  certificate_explain runs on the
 * connection's thread under its guard.
 */
#include "directory/certificate.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/connection_private.h"

struct der {
	const unsigned char *at;
	size_t left;
};

/* Takes one element; its content goes into inside (may be NULL). */
static bool take(struct der *der, unsigned char *tag, struct der *inside)
{
	size_t length, head = 2, i, count;

	if (der->left < 2)
		return false;
	length = der->at[1];
	if (length & 0x80) {
		count = length & 0x7f;
		if (count == 0 || count > 4 || der->left < 2 + count)
			return false;
		for (length = 0, i = 0; i < count; i++)
			length = length << 8 | der->at[2 + i];
		head += count;
	}
	if (length > der->left - head)
		return false;
	if (tag != NULL)
		*tag = der->at[0];
	if (inside != NULL)
		*inside = (struct der){ .at = der->at + head, .left = length };
	der->at += head + length;
	der->left -= head + length;
	return true;
}

static bool take_tag(struct der *der, unsigned char tag, struct der *inside)
{
	unsigned char got;

	return der->left > 0 && der->at[0] == tag && take(der, &got, inside);
}

/* UTCTime (two digits of the year) or GeneralizedTime. */
static bool take_time(struct der *der, int64_t *time)
{
	struct der inside;
	unsigned char tag;
	char digits[20];

	if (!take(der, &tag, &inside) || (tag != 0x17 && tag != 0x18) || inside.left > 15 || inside.left < 11)
		return false;
	if (tag == 0x17) {
		memcpy(digits, inside.at[0] < '5' ? "20" : "19", 2);
		memcpy(digits + 2, inside.at, inside.left);
		digits[inside.left + 2] = '\0';
	} else {
		memcpy(digits, inside.at, inside.left);
		digits[inside.left] = '\0';
	}
	return text_to_time(digits, time);
}

struct names {
	struct arena *arena;
	const char **list;
	size_t count, capacity;
};

static void add_name(struct names *names, const char *name)
{
	names->list = arena_grow(names->arena, names->list, &names->capacity, names->count + 1, sizeof *names->list);
	names->list[names->count++] = name;
}

static void add_general(struct names *names, unsigned char tag, struct der name)
{
	char digits[INET6_ADDRSTRLEN];

	if (tag == 0x82)
		add_name(names, arena_bytes(names->arena, name.at, name.left));
	else if (tag == 0x87 && name.left == 4 && inet_ntop(AF_INET, name.at, digits, sizeof digits) != NULL)
		add_name(names, arena_text(names->arena, digits));
	else if (tag == 0x87 && name.left == 16 && inet_ntop(AF_INET6, name.at, digits, sizeof digits) != NULL)
		add_name(names, arena_text(names->arena, digits));
}

/* Extensions: only subjectAltName (2.5.29.17) is looked at. */
static void read_extensions(struct names *names, struct der outer)
{
	static const unsigned char wanted[] = { 0x55, 0x1d, 0x11 };
	struct der list, extension, id, octets, general, name;
	unsigned char tag;

	if (!take_tag(&outer, 0x30, &list))
		return;
	while (take_tag(&list, 0x30, &extension)) {
		if (!take_tag(&extension, 0x06, &id) || id.left != sizeof wanted || memcmp(id.at, wanted, sizeof wanted) != 0)
			continue;
		(void)take_tag(&extension, 0x01, NULL);
		if (!take_tag(&extension, 0x04, &octets) || !take_tag(&octets, 0x30, &general))
			continue;
		while (take(&general, &tag, &name))
			add_general(names, tag, name);
	}
}

static void read_common_name(struct names *names, struct der subject)
{
	static const unsigned char wanted[] = { 0x55, 0x04, 0x03 };
	struct der set, pair, id, value;
	unsigned char tag;

	while (take_tag(&subject, 0x31, &set))
		while (take_tag(&set, 0x30, &pair))
			if (take_tag(&pair, 0x06, &id) && id.left == sizeof wanted && memcmp(id.at, wanted, sizeof wanted) == 0 && take(&pair, &tag, &value))
				add_name(names, arena_bytes(names->arena, value.at, value.left));
}

bool certificate_read(struct arena *arena, const unsigned char *bytes, size_t length, struct certificate *certificate)
{
	struct der whole = { .at = bytes, .left = length }, outer, body, validity, subject, extensions;
	struct names names = { .arena = arena };

	if (!take_tag(&whole, 0x30, &outer) || !take_tag(&outer, 0x30, &body))
		return false;
	(void)take_tag(&body, 0xa0, NULL);
	if (!take_tag(&body, 0x02, NULL) || !take_tag(&body, 0x30, NULL) || !take_tag(&body, 0x30, NULL) ||
	    !take_tag(&body, 0x30, &validity) || !take_tag(&body, 0x30, &subject) || !take_tag(&body, 0x30, NULL))
		return false;
	if (!take_time(&validity, &certificate->begins) || !take_time(&validity, &certificate->ends))
		return false;
	(void)take_tag(&body, 0x81, NULL);
	(void)take_tag(&body, 0x82, NULL);
	if (take_tag(&body, 0xa3, &extensions))
		read_extensions(&names, extensions);
	if (names.count == 0)
		read_common_name(&names, subject);
	certificate->names = names.list;
	certificate->name_count = names.count;
	return true;
}

bool certificate_is_for(const struct certificate *certificate, const char *host)
{
	size_t i;

	for (i = 0; i < certificate->name_count; i++) {
		const char *name = certificate->names[i], *dot = strchr(host, '.');

		if (strcasecmp(name, host) == 0)
			return true;
		if (strncmp(name, "*.", 2) == 0 && dot != NULL && strcasecmp(name + 1, dot) == 0)
			return true;
	}
	return false;
}

bool certificate_is_for_machine(const struct certificate *certificate, const char *machine)
{
	size_t length = strlen(machine), i;

	for (i = 0; length > 0 && i < certificate->name_count; i++)
		if (strncasecmp(certificate->names[i], machine, length) == 0 && certificate->names[i][length] == '.')
			return true;
	return certificate_is_for(certificate, machine);
}

/* --- asking the server --------------------------------------------------------- */

static const char *joined(struct arena *arena, const struct certificate *certificate)
{
	const char *words = certificate->name_count == 0 ? "no name" : certificate->names[0];
	size_t i;

	for (i = 1; i < certificate->name_count && i < 5; i++)
		words = arena_format(arena, "%s, %s", words, certificate->names[i]);
	return words;
}

/* libldap puts the machine's name in the place of "localhost", and of no name, before it compares. */
static bool other_name(struct arena *arena, const struct certificate *certificate, const char *uri, const char *host, struct error *error)
{
	char machine[256] = "";

	if (host != NULL && host[0] != '\0' && strcasecmp(host, "localhost") != 0) {
		if (certificate_is_for(certificate, host))
			return false;
		error_set(error, ERROR_REFUSED, "%s: its certificate is for %s and not for %s; nothing was sent to it", uri, joined(arena, certificate), host);
		return true;
	}
	if (gethostname(machine, sizeof machine - 1) != 0 || certificate_is_for_machine(certificate, machine))
		return false;
	error_set(error, ERROR_REFUSED, "%s: its certificate is for %s, and instead of localhost the LDAP library looks for this machine's name (%s): "
		"write one of the certificate's names into the address; nothing was sent to it", uri, joined(arena, certificate), machine);
	return true;
}

static void judge(struct arena *arena, const struct certificate *certificate, const char *uri, const char *host, const char *ca, struct error *error)
{
	int64_t now = clock_now();

	if (certificate->ends < now)
		error_set(error, ERROR_REFUSED, "%s: its certificate ended on %s; nothing was sent to it", uri, text_from_time(arena, certificate->ends));
	else if (certificate->begins > now)
		error_set(error, ERROR_REFUSED, "%s: its certificate begins on %s only: look at the clocks; nothing was sent to it", uri, text_from_time(arena, certificate->begins));
	else if (!other_name(arena, certificate, uri, host, error))
		error_set(error, ERROR_REFUSED, "%s: its certificate (for %s) is not signed by an authority in %s; nothing was sent to it", uri,
			joined(arena, certificate), ca == NULL ? "the system's list" : ca);
}

/* A handle that takes any certificate and is used for nothing but looking at it. */
static LDAP *open_to_look(struct connection *connection, const char *uri)
{
	const struct timeval patience = { .tv_sec = connection->settings->connect_seconds };
	int version = LDAP_VERSION3, never = LDAP_OPT_X_TLS_NEVER, client = 0, code;
	LDAP *handle = NULL;

	if (ldap_initialize(&handle, uri) != LDAP_SUCCESS)
		return NULL;
	ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &patience);
	ldap_set_option(handle, LDAP_OPT_TIMEOUT, &patience);
	ldap_set_option(handle, LDAP_OPT_CONNECT_CB, &connection->callback);
	ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &never);
	ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client);
	guard_arm(connection->guard, (int64_t)connection->settings->connect_seconds * 1000);
	code = strncasecmp(uri, "ldaps://", 8) == 0 ? ldap_connect(handle) : ldap_start_tls_s(handle, NULL, NULL);
	guard_disarm(connection->guard);
	if (code == LDAP_SUCCESS)
		return handle;
	ldap_unbind_ext(handle, NULL, NULL);
	return NULL;
}

bool certificate_explain(struct connection *connection, const char *uri, struct error *error)
{
	LDAP *handle = open_to_look(connection, uri);
	struct arena *arena = arena_new();
	struct berval found = { .bv_val = NULL, .bv_len = 0 };
	struct certificate certificate = { 0 };
	LDAPURLDesc *parts = NULL;
	bool explained = false;

	if (handle != NULL && ldap_get_option(handle, LDAP_OPT_X_TLS_PEERCERT, &found) == LDAP_OPT_SUCCESS && found.bv_val != NULL &&
	    certificate_read(arena, (const unsigned char *)found.bv_val, found.bv_len, &certificate) && ldap_url_parse(uri, &parts) == LDAP_SUCCESS) {
		judge(arena, &certificate, uri, parts->lud_host, connection->settings->ca_file, error);
		explained = true;
	}
	ldap_free_urldesc(parts);
	ldap_memfree(found.bv_val);
	if (handle != NULL)
		ldap_unbind_ext(handle, NULL, NULL);
	guard_socket(connection->guard, -1);
	arena_free(arena);
	return explained;
}
