/*
 * tls: GnuTLS sessions for looking at servers.
 *
 * Trusted authorities are read once and kept while their file stays as it is,
 * because the system's list takes tens of milliseconds; only the loop thread
 * comes here, so that list needs no lock.
 */
#include "base/tls.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

enum { NAMES_MOST = 64, TRUSTS = 4 };

/* Authorities of one file ("" the system's). */
struct trust {
	char *file;
	struct timespec changed;
	off_t size;
	gnutls_certificate_credentials_t credentials;
	unsigned users;
};
static struct trust trusts[TRUSTS];

struct tls {
	gnutls_session_t session;
	struct trust *trust;
	gnutls_x509_crt_t certificate;     /* NULL: not looked at yet */
	bool stands;
};

/* --- authorities ------------------------------------------------------------------------- */

static struct trust *place_for(const char *file)
{
	struct trust *best = NULL;
	size_t i;

	for (i = 0; i < TRUSTS; i++) {
		if (trusts[i].file && !strcmp(trusts[i].file, file))
			return &trusts[i];
		if (!trusts[i].users && (!best || !trusts[i].file))
			best = &trusts[i];
	}
	return best;
}

static bool same_file(const struct trust *trust, const struct stat *now)
{
	return trust->credentials && trust->size == now->st_size && trust->changed.tv_sec == now->st_mtim.tv_sec &&
		trust->changed.tv_nsec == now->st_mtim.tv_nsec;
}

/* A list in use stays until its last user has gone, even where its file has changed. */
static struct trust *take_trust(const char *ca_file, struct error *error)
{
	const char *file = ca_file ? ca_file : "";
	struct trust *trust = place_for(file);
	struct stat now = { 0 };
	int count;

	if (ca_file && stat(ca_file, &now)) {
		error_set(error, ERROR_CONFIG, "%s: the file of certificate authorities cannot be read", ca_file);
		return NULL;
	}
	if (!trust) {
		error_set(error, ERROR_CONFIG, "more than %d files of certificate authorities at once; put them into one", TRUSTS);
		return NULL;
	}
	if (!trust->users && (!trust->file || strcmp(trust->file, file) || !same_file(trust, &now))) {
		if (trust->credentials)
			gnutls_certificate_free_credentials(trust->credentials);
		free(trust->file);
		*trust = (struct trust){ .file = memory_text(file), .changed = now.st_mtim, .size = now.st_size };
		gnutls_certificate_allocate_credentials(&trust->credentials);
		count = ca_file ? gnutls_certificate_set_x509_trust_file(trust->credentials, ca_file, GNUTLS_X509_FMT_PEM) :
			gnutls_certificate_set_x509_system_trust(trust->credentials);
		/* A machine without any authority trusts nothing; a file that was named must hold one. */
		if (ca_file && count <= 0) {
			trust->size = -1;
			error_set(error, ERROR_CONFIG, "%s: this is no file of certificate authorities (PEM), or it cannot be read", ca_file);
			return NULL;
		}
	}
	trust->users++;
	return trust;
}

/* --- the session ---------------------------------------------------------------------------- */

static bool is_digits(const char *name)
{
	unsigned char bytes[16];

	return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

struct tls *tls_new(int descriptor, const char *server_name, const char *ca_file, struct error *error)
{
	struct trust *trust = take_trust(ca_file, error);
	struct tls *tls;

	if (!trust)
		return NULL;
	tls = memory_new(sizeof(*tls));
	tls->trust = trust;
	if (gnutls_init(&tls->session, GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
		tls->session = NULL;
		error_set(error, ERROR_INTERNAL, "a TLS session cannot be made");
		tls_free(tls);
		return NULL;
	}
	gnutls_set_default_priority(tls->session);
	gnutls_credentials_set(tls->session, GNUTLS_CRD_CERTIFICATE, trust->credentials);
	gnutls_transport_set_int(tls->session, descriptor);
	/* The deadline is the caller's. */
	gnutls_handshake_set_timeout(tls->session, 0);
	if (server_name && !is_digits(server_name))
		gnutls_server_name_set(tls->session, GNUTLS_NAME_DNS, server_name, strlen(server_name));
	return tls;
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	if (tls->certificate)
		gnutls_x509_crt_deinit(tls->certificate);
	if (tls->session) {
		if (tls->stands)
			gnutls_bye(tls->session, GNUTLS_SHUT_WR);
		gnutls_deinit(tls->session);
	}
	tls->trust->users--;
	free(tls);
}

static enum tls_step step_of(struct tls *tls, ssize_t code, struct error *error)
{
	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED)
		return gnutls_record_get_direction(tls->session) ? TLS_WANTS_WRITE : TLS_WANTS_READ;
	/* Many servers close without TLS's goodbye, or cut off what was still on its way to them. */
	if (code == GNUTLS_E_PREMATURE_TERMINATION || code == GNUTLS_E_PULL_ERROR || code == GNUTLS_E_PUSH_ERROR)
		return TLS_ENDED;
	if (code == GNUTLS_E_FATAL_ALERT_RECEIVED || code == GNUTLS_E_WARNING_ALERT_RECEIVED)
		error_set(error, ERROR_REFUSED, "TLS was refused: %s [%d]", gnutls_alert_get_name(gnutls_alert_get(tls->session)), (int)code);
	else if (code == GNUTLS_E_UNEXPECTED_PACKET_LENGTH || code == GNUTLS_E_UNSUPPORTED_VERSION_PACKET || code == GNUTLS_E_UNEXPECTED_PACKET)
		error_set(error, ERROR_REFUSED, "what came is not TLS, or a version that is too old [%d]", (int)code);
	else
		error_set(error, ERROR_REFUSED, "TLS failed: %s [%d]", gnutls_strerror((int)code), (int)code);
	return TLS_FAILED;
}

enum tls_step tls_handshake(struct tls *tls, struct error *error)
{
	int code = gnutls_handshake(tls->session);

	/* Alerts that only warn are passed over. */
	while (code == GNUTLS_E_WARNING_ALERT_RECEIVED)
		code = gnutls_handshake(tls->session);
	if (code < 0)
		return step_of(tls, code, error);
	tls->stands = true;
	return TLS_DONE;
}

enum tls_step tls_read(struct tls *tls, void *bytes, size_t size, size_t *got, struct error *error)
{
	ssize_t count = gnutls_record_recv(tls->session, bytes, size);

	*got = 0;
	if (count == 0)
		return TLS_ENDED;
	if (count < 0)
		return step_of(tls, count, error);
	*got = (size_t)count;
	return TLS_DONE;
}

enum tls_step tls_write(struct tls *tls, const void *bytes, size_t size, size_t *taken, struct error *error)
{
	ssize_t count = gnutls_record_send(tls->session, bytes, size);

	*taken = 0;
	if (count < 0)
		return step_of(tls, count, error);
	*taken = (size_t)count;
	return TLS_DONE;
}

/* --- the certificate --------------------------------------------------------------------------- */

static gnutls_x509_crt_t certificate_of(struct tls *tls)
{
	unsigned count = 0;
	const gnutls_datum_t *chain = tls->stands ? gnutls_certificate_get_peers(tls->session, &count) : NULL;

	if (tls->certificate || !chain || !count)
		return tls->certificate;
	if (gnutls_x509_crt_init(&tls->certificate) < 0) {
		tls->certificate = NULL;
		return NULL;
	}
	if (gnutls_x509_crt_import(tls->certificate, &chain[0], GNUTLS_X509_FMT_DER) < 0) {
		gnutls_x509_crt_deinit(tls->certificate);
		tls->certificate = NULL;
	}
	return tls->certificate;
}

static const char *name_text(struct arena *arena, int type, const unsigned char *bytes, size_t size)
{
	char digits[INET6_ADDRSTRLEN];

	if (type == GNUTLS_SAN_DNSNAME)
		return arena_bytes(arena, bytes, size);
	if (type == GNUTLS_SAN_IPADDRESS && (size == 4 || size == 16) && inet_ntop(size == 4 ? AF_INET : AF_INET6, bytes, digits, sizeof(digits)))
		return arena_text(arena, digits);
	return NULL;
}

static void read_names(gnutls_x509_crt_t from, struct arena *arena, struct tls_certificate *certificate)
{
	const char **names = arena_alloc(arena, NAMES_MOST * sizeof(*names));
	unsigned i;

	for (i = 0; certificate->name_count < NAMES_MOST; i++) {
		unsigned char bytes[256];
		size_t size = sizeof(bytes);
		int type = gnutls_x509_crt_get_subject_alt_name(from, i, bytes, &size, NULL);
		const char *name;

		if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
			continue;
		if (type < 0)
			break;
		name = name_text(arena, type, bytes, size);
		if (name)
			names[certificate->name_count++] = name;
	}
	if (!certificate->name_count) {
		char common[256];
		size_t size = sizeof(common);

		if (gnutls_x509_crt_get_dn_by_oid(from, GNUTLS_OID_X520_COMMON_NAME, 0, 0, common, &size) == 0)
			names[certificate->name_count++] = arena_bytes(arena, common, size);
	}
	certificate->names = names;
}

static bool is_trusted(struct tls *tls)
{
	/* Those that speak of its dates are told apart by the dates themselves. */
	const unsigned dates = GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED;
	unsigned status = 0;

	if (gnutls_certificate_verify_peers2(tls->session, &status) < 0)
		return false;
	return status == 0 || (status & ~(dates | GNUTLS_CERT_INVALID)) == 0;
}

bool tls_certificate(struct tls *tls, struct arena *arena, struct tls_certificate *certificate)
{
	gnutls_x509_crt_t from = certificate_of(tls);
	unsigned char print[32];
	size_t size = sizeof(print), i;

	*certificate = (struct tls_certificate){ 0 };
	if (!from)
		return false;
	read_names(from, arena, certificate);
	certificate->begins = (int64_t)gnutls_x509_crt_get_activation_time(from);
	certificate->ends = (int64_t)gnutls_x509_crt_get_expiration_time(from);
	certificate->trusted = is_trusted(tls);
	if (gnutls_x509_crt_get_fingerprint(from, GNUTLS_DIG_SHA256, print, &size) == 0)
		for (i = 0; i < size; i++) {
			certificate->fingerprint[2 * i] = "0123456789abcdef"[print[i] >> 4];
			certificate->fingerprint[2 * i + 1] = "0123456789abcdef"[print[i] & 15];
		}
	return true;
}

bool tls_is_for(struct tls *tls, const char *name)
{
	gnutls_x509_crt_t from = certificate_of(tls);

	return from && gnutls_x509_crt_check_hostname(from, name) != 0;
}
