/*
 * connection: one LDAP handle, owned by one thread at a time.
 *
 * libldap is told everything on the handle and reads no file or environment
 * (LDAPNOINIT is set by directory_open).  Every call that can block stands
 * between guard_arm and guard_disarm.  Certificates are checked by libldap;
 * why a check failed is found out afterwards by certificate.c on a connection
 * of its own that never logs in.
 */
#include "directory/connection.h"

#include <errno.h>
#include <lber.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "base/memory.h"
#include "directory/certificate.h"
#include "directory/connection_private.h"
#include "directory/password.h"
#include "directory/reach.h"
#include "directory/trouble.h"

#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

static bool begins(const char *uri, const char *scheme)
{
	return strncasecmp(uri, scheme, strlen(scheme)) == 0;
}

/* 127.0.0.0/8 written as digits: a name could mean another host tomorrow. */
static bool is_loopback(const char *uri)
{
	const char *host = strstr(uri, "//");

	return host != NULL && strncmp(host, "//127.", 6) == 0 && strspn(host + 2, "0123456789.:/") == strlen(host + 2);
}

bool connection_allowed(const struct directory_settings *settings, struct error *error)
{
	size_t i;

	if (settings->uris == NULL || settings->uris[0] == NULL)
		return error_set(error, ERROR_CONFIG, "no directory server is configured: give uri in postroom.conf or --uri");
	for (i = 0; settings->uris[i] != NULL; i++) {
		const char *uri = settings->uris[i];

		if (!begins(uri, "ldap://") && !begins(uri, "ldaps://") && !begins(uri, "ldapi://"))
			return error_set(error, ERROR_CONFIG, "%s: a directory address begins with ldap://, ldaps:// or ldapi://", uri);
		if (begins(uri, "ldap://") && settings->tls == DIRECTORY_TLS_LDAPS)
			return error_set(error, ERROR_CONFIG, "%s: tls = ldaps needs an address that begins with ldaps://", uri);
		if (!begins(uri, "ldapi://") && settings->bind == DIRECTORY_BIND_EXTERNAL && settings->cert_file == NULL)
			return error_set(error, ERROR_CONFIG, "%s: bind = external shows a certificate here: give cert_file and key_file, or an address that "
				"begins with ldapi://", uri);
		if (begins(uri, "ldap://") && settings->tls == DIRECTORY_TLS_NONE && !(settings->allow_plain && is_loopback(uri)))
			return error_set(error, ERROR_CONFIG, "%s: refused, the password would cross the network unencrypted: use tls = starttls, ldaps:// or ldapi://", uri);
	}
	if ((settings->cert_file == NULL) != (settings->key_file == NULL))
		return error_set(error, ERROR_CONFIG, "cert_file and key_file belong together: give both or none");
	if (settings->bind == DIRECTORY_BIND_SIMPLE && (settings->bind_dn == NULL || settings->bind_dn[0] == '\0'))
		return error_set(error, ERROR_CONFIG, "bind = simple needs bind_dn");
	return true;
}

struct connection *connection_new(struct watchdog *watchdog, const struct connection_settings *settings, bool writing)
{
	struct connection *connection = memory_new(sizeof *connection);

	connection->settings = settings;
	connection->writing = writing;
	connection->guard = guard_new(watchdog);
	connection->identity = memory_text("");
	return connection;
}

void connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	connection_close(connection);
	guard_free(connection->guard);
	free(connection->identity);
	free(connection);
}

/* Shut first: an unbind over TLS would otherwise write and could wait. */
void connection_close(struct connection *connection)
{
	guard_disarm(connection->guard);
	connection->bound = false;
	if (connection->handle == NULL)
		return;
	guard_arm(connection->guard, REQUEST_GRACE_MS);
	ldap_unbind_ext(connection->handle, NULL, NULL);
	guard_disarm(connection->guard);
	guard_socket(connection->guard, -1);
	connection->handle = NULL;
	connection->read_ahead = false;
}

void connection_interrupt(struct connection *connection)
{
	guard_cut(connection->guard);
}

void connection_resume(struct connection *connection)
{
	if (guard_was_cut(connection->guard) && connection->handle != NULL)
		connection_close(connection);
	guard_reset(connection->guard);
}

bool connection_interrupted(const struct connection *connection)
{
	return guard_was_cut(connection->guard);
}

bool connection_hung_up(const struct connection *connection)
{
	return guard_hung_up(connection->guard);
}

bool connection_is_up(const struct connection *connection)
{
	return connection->handle != NULL && connection->bound;
}

const char *connection_uri(const struct connection *connection)
{
	return connection->connected_once ? connection->settings->uris[connection->uri] : "";
}

void connection_prefer_first(struct connection *connection)
{
	if (connection->uri == 0)
		return;
	connection_close(connection);
	connection->uri = 0;
}

const char *connection_identity(const struct connection *connection)
{
	return connection->identity;
}

void connection_hide(struct connection *connection, const struct profile *profile)
{
	if (connection->profile != profile)
		connection->known_count = 0;
	connection->profile = profile;
}

/* There was a connection, so the server could be reached: what became of it. */
static bool lost(struct error *error, int code, const char *uri, const char *what, const char *diagnostic, const char *doing)
{
	bool told = diagnostic != NULL && diagnostic[0] != '\0';

	error_set(error, ERROR_UNREACHABLE, "%s: %s (%s%s%.200s) [LDAP %d]", uri, what, doing, told ? ": " : "", told ? diagnostic : "", code);
	if (error != NULL)
		error->code = code;
	return false;
}

bool connection_failed(struct connection *connection, int code, const char *diagnostic, const char *doing, struct error *error)
{
	const char *uri = connection->settings->uris[connection->uri];

	if (guard_was_cut(connection->guard)) {
		connection_close(connection);
		return error_set(error, ERROR_CANCELLED, "%s: %s was broken off", uri, doing);
	}
	if (guard_timed_out(connection->guard) || code == LDAP_TIMEOUT) {
		int waited = guard_waited(connection->guard);

		connection_close(connection);
		guard_reset(connection->guard);
		return error_set(error, ERROR_TIMEOUT, "%s: no answer within %d s (%s)", uri, waited, doing);
	}
	if (code < 0) {
		bool left = connection->left || guard_was_left(connection->guard);

		connection_close(connection);
		if (connection->met && (code == LDAP_SERVER_DOWN || code == LDAP_CONNECT_ERROR))
			return lost(error, code, uri, left ? "closed by the server" : "the connection broke", diagnostic, doing);
	}
	return trouble(error, code, uri, diagnostic);
}

/* --- making a handle ------------------------------------------------------------ */

/* libldap tells about each socket before anything is sent over it. */
static int socket_made(LDAP *handle, Sockbuf *buffer, LDAPURLDesc *server, struct sockaddr *address, struct ldap_conncb *callback)
{
	struct connection *connection = callback->lc_arg;
	ber_len_t most = INCOMING_MOST;
	int descriptor = -1;

	(void)handle;
	(void)server;
	(void)address;
	ber_sockbuf_ctrl(buffer, LBER_SB_OPT_SET_MAX_INCOMING, &most);
	ber_sockbuf_ctrl(buffer, LBER_SB_OPT_GET_FD, &descriptor);
	connection->met = true;
	connection->left = false;
	guard_socket(connection->guard, descriptor);
	return 0;
}

static void socket_gone(LDAP *handle, Sockbuf *buffer, struct ldap_conncb *callback)
{
	struct connection *connection = callback->lc_arg;

	(void)handle;
	(void)buffer;
	connection->left = connection->left || guard_was_left(connection->guard);
	guard_socket(connection->guard, -1);
}

static bool set_plain_options(struct connection *connection, LDAP *handle)
{
	const struct timeval network = { .tv_sec = connection->settings->connect_seconds };
	const struct timeval whole = { .tv_sec = connection->settings->bind_seconds };
	int version = LDAP_VERSION3, idle = 30, probes = 3, interval = 10;
	unsigned user_timeout = 30000;

	connection->callback = (struct ldap_conncb){ .lc_add = socket_made, .lc_del = socket_gone, .lc_arg = connection };
	ldap_set_option(handle, LDAP_OPT_X_KEEPALIVE_IDLE, &idle);
	ldap_set_option(handle, LDAP_OPT_X_KEEPALIVE_PROBES, &probes);
	ldap_set_option(handle, LDAP_OPT_X_KEEPALIVE_INTERVAL, &interval);
	ldap_set_option(handle, LDAP_OPT_TCP_USER_TIMEOUT, &user_timeout);
	return ldap_set_option(handle, LDAP_OPT_PROTOCOL_VERSION, &version) == LDAP_OPT_SUCCESS &&
		ldap_set_option(handle, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == LDAP_OPT_SUCCESS &&
		ldap_set_option(handle, LDAP_OPT_RESTART, LDAP_OPT_ON) == LDAP_OPT_SUCCESS &&
		ldap_set_option(handle, LDAP_OPT_NETWORK_TIMEOUT, &network) == LDAP_OPT_SUCCESS &&
		ldap_set_option(handle, LDAP_OPT_TIMEOUT, &whole) == LDAP_OPT_SUCCESS &&
		ldap_set_option(handle, LDAP_OPT_CONNECT_CB, &connection->callback) == LDAP_OPT_SUCCESS;
}

/*
 * Options take effect only in a new context, and a context that could not be made leaves an unchecked one
 * behind: so all is read back.
 */
static bool set_tls_options(struct connection *connection, LDAP *handle, struct error *error)
{
	const char *ca = connection->settings->ca_file != NULL ? connection->settings->ca_file : SYSTEM_CA, *own = connection->settings->cert_file;
	int demand = LDAP_OPT_X_TLS_DEMAND, least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0, read_demand = -1, read_least = -1;
	char *read_ca = NULL;
	bool same;

	ldap_set_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(handle, LDAP_OPT_X_TLS_CACERTFILE, ca);
	ldap_set_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least);
	if (own != NULL) {
		ldap_set_option(handle, LDAP_OPT_X_TLS_CERTFILE, own);
		ldap_set_option(handle, LDAP_OPT_X_TLS_KEYFILE, connection->settings->key_file);
	}
	if (ldap_set_option(handle, LDAP_OPT_X_TLS_NEWCTX, &client) != LDAP_OPT_SUCCESS)
		return error_set(error, ERROR_CONFIG, "%s: the certificates of the authority in %s%s%s cannot be used", connection->settings->uris[connection->uri],
			ca, own == NULL ? "" : ", or the own one in ", own == NULL ? "" : own);
	ldap_get_option(handle, LDAP_OPT_X_TLS_REQUIRE_CERT, &read_demand);
	ldap_get_option(handle, LDAP_OPT_X_TLS_PROTOCOL_MIN, &read_least);
	ldap_get_option(handle, LDAP_OPT_X_TLS_CACERTFILE, &read_ca);
	same = read_demand == demand && read_least == least && read_ca != NULL && strcmp(read_ca, ca) == 0;
	ldap_memfree(read_ca);
	return same || error_set(error, ERROR_INTERNAL, "the LDAP library does not keep the rules for TLS that were set");
}

static bool make_handle(struct connection *connection, const char *uri, struct error *error)
{
	LDAP *handle = NULL;
	int code = ldap_initialize(&handle, uri);

	if (code != LDAP_SUCCESS)
		return trouble(error, code, uri, NULL);
	connection->handle = handle;
	if (!set_plain_options(connection, handle))
		return error_set(error, ERROR_INTERNAL, "%s: the LDAP library refused an option", uri);
	return begins(uri, "ldapi://") || connection->settings->tls == DIRECTORY_TLS_NONE || set_tls_options(connection, handle, error);
}

/* --- connecting ------------------------------------------------------------------- */

static char *diagnostic_of(LDAP *handle)
{
	char *words = NULL, *copy;

	ldap_get_option(handle, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
	copy = memory_text(words == NULL ? "" : words);
	ldap_memfree(words);
	return copy;
}

static bool fail_secure(struct connection *connection, int code, const char *uri, struct error *error)
{
	char *diagnostic = diagnostic_of(connection->handle);
	bool left = connection->left || guard_was_left(connection->guard);

	if (!guard_was_cut(connection->guard) && !guard_timed_out(connection->guard) && code != LDAP_TIMEOUT) {
		struct error why = { 0 };

		connection_close(connection);
		if (certificate_explain(connection, uri, &why)) {
			free(diagnostic);
			if (error != NULL)
				*error = why;
			return false;
		}
	}
	/* That it closes behind us, whom its certificate did not please, is no reason. */
	connection->left = left;
	connection_failed(connection, code, diagnostic, "setting up TLS", error);
	free(diagnostic);
	return false;
}

/* No socket came about, and libldap has forgotten why: a second attempt finds out, unless the first used up the time. */
static bool fail_unreached(struct connection *connection, int code, int why, const char *uri, struct error *error)
{
	const char *words;

	if (guard_was_cut(connection->guard) || guard_timed_out(connection->guard))
		return connection_failed(connection, code, NULL, "connecting", error);
	if (guard_waited(connection->guard) >= (int)connection->settings->connect_seconds)
		return connection_failed(connection, LDAP_TIMEOUT, NULL, "connecting", error);
	connection_close(connection);
	words = reach_explain(connection, uri);
	if (words == NULL && why != 0 && why != ENOTCONN)
		words = strerror(why);
	return connection_failed(connection, code, words, "connecting", error);
}

static bool connect_socket(struct connection *connection, const char *uri, struct error *error)
{
	bool handshake = begins(uri, "ldaps://");
	int code, why;

	guard_arm(connection->guard, (int64_t)connection->settings->connect_seconds * (handshake ? 2000 : 1000) + REQUEST_GRACE_MS);
	connection->met = false;
	errno = 0;
	code = ldap_connect(connection->handle);
	why = errno;
	guard_disarm(connection->guard);
	if (code == LDAP_SUCCESS)
		return true;
	if (!connection->met)
		return fail_unreached(connection, code, why, uri, error);
	if (handshake)
		return fail_secure(connection, code, uri, error);
	return connection_failed(connection, code, NULL, "connecting", error);
}

static bool start_tls(struct connection *connection, const char *uri, struct error *error)
{
	int code;

	guard_arm(connection->guard, (int64_t)connection->settings->connect_seconds * 1000 + REQUEST_GRACE_MS);
	code = ldap_start_tls_s(connection->handle, NULL, NULL);
	guard_disarm(connection->guard);
	if (code == LDAP_SUCCESS && ldap_tls_inplace(connection->handle))
		return true;
	if (code == LDAP_PROTOCOL_ERROR || code == LDAP_UNAVAILABLE || code == LDAP_OPERATIONS_ERROR) {
		connection_close(connection);
		return error_set(error, ERROR_REFUSED, "%s: the server refused StartTLS, so nothing was sent to it: use ldaps:// or repair its TLS [LDAP %d]", uri, code);
	}
	return fail_secure(connection, code == LDAP_SUCCESS ? LDAP_CONNECT_ERROR : code, uri, error);
}

/* --- logging in -------------------------------------------------------------------- */

static bool bind_reply(struct connection *connection, int id, struct error *error)
{
	struct timeval patience = { .tv_sec = connection->settings->bind_seconds };
	LDAPMessage *message = NULL;
	char *diagnostic = NULL;
	int got = ldap_result(connection->handle, id, LDAP_MSG_ALL, &patience, &message), code = LDAP_SUCCESS;
	bool fine;

	if (got <= 0)
		return connection_failed(connection, got == 0 ? LDAP_TIMEOUT : LDAP_SERVER_DOWN, NULL, "logging in", error);
	if (ldap_parse_result(connection->handle, message, &code, NULL, &diagnostic, NULL, NULL, 1) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	fine = code == LDAP_SUCCESS || connection_failed(connection, code, diagnostic, "logging in", error);
	ldap_memfree(diagnostic);
	return fine;
}

static bool log_in(struct connection *connection, struct error *error)
{
	const struct connection_settings *settings = connection->settings;
	const char *dn = settings->bind == DIRECTORY_BIND_SIMPLE ? settings->bind_dn : "";
	const char *mechanism = settings->bind == DIRECTORY_BIND_EXTERNAL ? "EXTERNAL" : LDAP_SASL_SIMPLE;
	/* Present though empty: without credentials EXTERNAL takes a second step. */
	static char empty[] = "";
	struct berval credentials = { .bv_val = empty, .bv_len = 0 };
	int id = -1, code;
	bool fine;

	if (settings->bind == DIRECTORY_BIND_SIMPLE && !password_get(settings->password, &credentials.bv_val, &credentials.bv_len, error))
		return false;
	guard_arm(connection->guard, (int64_t)settings->bind_seconds * 1000 + REQUEST_GRACE_MS);
	code = ldap_sasl_bind(connection->handle, dn, mechanism, &credentials, NULL, NULL, &id);
	if (credentials.bv_val != empty)
		password_put(credentials.bv_val, credentials.bv_len);
	fine = code == LDAP_SUCCESS ? bind_reply(connection, id, error) : connection_failed(connection, code, NULL, "logging in", error);
	guard_disarm(connection->guard);
	return fine;
}

/* "dn:cn=..." without the prefix; a server that does not answer who we are is believed to have taken the name we gave. */
static bool ask_identity(struct connection *connection, struct error *error)
{
	struct berval *who = NULL;
	int code;

	guard_arm(connection->guard, (int64_t)connection->settings->bind_seconds * 1000 + REQUEST_GRACE_MS);
	code = ldap_whoami_s(connection->handle, &who, NULL, NULL);
	guard_disarm(connection->guard);
	if (code < 0)
		return connection_failed(connection, code, NULL, "asking who we are", error);
	free(connection->identity);
	if (code == LDAP_SUCCESS && who != NULL && who->bv_len > 3 && strncasecmp(who->bv_val, "dn:", 3) == 0)
		connection->identity = memory_text(who->bv_val + 3);
	else
		connection->identity = memory_text(connection->settings->bind == DIRECTORY_BIND_SIMPLE ? connection->settings->bind_dn : "anonymous");
	ber_bvfree(who);
	return true;
}

static bool open_one(struct connection *connection, const char *uri, struct error *error)
{
	bool secure = begins(uri, "ldap://") && connection->settings->tls != DIRECTORY_TLS_NONE;
	bool fine = make_handle(connection, uri, error) && connect_socket(connection, uri, error) &&
		(!secure || start_tls(connection, uri, error)) && log_in(connection, error) && ask_identity(connection, error);

	if (!fine) {
		connection_close(connection);
		return false;
	}
	connection->bound = true;
	connection->connected_once = true;
	return true;
}

bool connection_ready(struct connection *connection, struct error *error)
{
	const char *const *uris = connection->settings->uris;
	size_t count = 0, i;

	if (guard_was_cut(connection->guard))
		return error_set(error, ERROR_CANCELLED, "%s: broken off", uris[connection->uri]);
	if (connection_is_up(connection))
		return true;
	guard_reset(connection->guard);
	while (uris[count] != NULL)
		count++;
	if (connection->writing)
		count = 1;
	for (i = 0; i < count; i++) {
		if (open_one(connection, uris[connection->uri], error))
			return true;
		/* A refused login is refused everywhere, and asking again could lock the account. */
		if (guard_was_cut(connection->guard) || (error != NULL && error->code == LDAP_INVALID_CREDENTIALS))
			return false;
		connection->uri = (connection->uri + 1) % count;
	}
	return false;
}
