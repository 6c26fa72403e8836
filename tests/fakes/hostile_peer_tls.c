/*
 * hostile_peer_tls: the peer's side of a connection, plain or through GnuTLS,
 * with certificates made for the occasion.
 *
 * A short-lived authority signs a good certificate, one for another name and
 * an expired one; the untrusted one signs itself.
 */
#include "tests/fakes/hostile_peer_private.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

enum { CERTIFICATES = PEER_UNTRUSTED + 1 };
static gnutls_certificate_credentials_t credentials[CERTIFICATES];
static char ca_file[64];

static void must(int code, const char *what)
{
	if (code >= 0)
		return;
	fprintf(stderr, "hostile peer: %s: %s\n", what, gnutls_strerror(code));
	abort();
}

static gnutls_x509_privkey_t make_key(void)
{
	gnutls_x509_privkey_t key;

	must(gnutls_x509_privkey_init(&key), "key");
	must(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), "key");
	return key;
}

static gnutls_x509_crt_t make_certificate(gnutls_x509_privkey_t key, const char *name, time_t begins, time_t ends)
{
	static unsigned char serial = 1;
	gnutls_x509_crt_t certificate;
	unsigned char address[4] = { 127, 0, 0, 1 };

	must(gnutls_x509_crt_init(&certificate), "certificate");
	gnutls_x509_crt_set_version(certificate, 3);
	gnutls_x509_crt_set_serial(certificate, &serial, 1);
	serial++;
	gnutls_x509_crt_set_activation_time(certificate, begins);
	gnutls_x509_crt_set_expiration_time(certificate, ends);
	gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned)strlen(name));
	if (strcmp(name, "127.0.0.1") == 0)
		gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_IPADDRESS, address, sizeof(address), GNUTLS_FSAN_SET);
	else
		gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name), GNUTLS_FSAN_SET);
	must(gnutls_x509_crt_set_key(certificate, key), "certificate");
	return certificate;
}

/* The certificates stay: they live as long as the test program. */
static void make_credentials(enum peer_certificate which, const char *name, time_t begins, time_t ends,
		gnutls_x509_crt_t authority, gnutls_x509_privkey_t signer)
{
	gnutls_x509_privkey_t key = make_key();
	gnutls_x509_crt_t certificate = make_certificate(key, name, begins, ends);

	must(gnutls_x509_crt_sign2(certificate, authority ? authority : certificate, authority ? signer : key, GNUTLS_DIG_SHA256, 0), "signing");
	must(gnutls_certificate_allocate_credentials(&credentials[which]), "credentials");
	must(gnutls_certificate_set_x509_key(credentials[which], &certificate, 1, key), "credentials");
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

static void write_authority(gnutls_x509_crt_t authority)
{
	gnutls_datum_t pem;
	int descriptor;

	snprintf(ca_file, sizeof(ca_file), "/tmp/postroom-peer-ca-XXXXXX");
	descriptor = mkstemp(ca_file);
	must(gnutls_x509_crt_export2(authority, GNUTLS_X509_FMT_PEM, &pem), "export");
	if (descriptor < 0 || write(descriptor, pem.data, pem.size) != (ssize_t)pem.size)
		abort();
	close(descriptor);
	gnutls_free(pem.data);
}

void wire_authority(void)
{
	const time_t day = 86400, now = time(NULL);
	gnutls_x509_privkey_t signer;
	gnutls_x509_crt_t authority;

	if (*ca_file)
		return;
	signer = make_key();
	authority = make_certificate(signer, "authority of a test", now - 3 * day, now + day);
	gnutls_x509_crt_set_basic_constraints(authority, 1, 0);
	gnutls_x509_crt_set_key_usage(authority, GNUTLS_KEY_KEY_CERT_SIGN);
	must(gnutls_x509_crt_sign2(authority, authority, signer, GNUTLS_DIG_SHA256, 0), "signing");
	make_credentials(PEER_GOOD, "127.0.0.1", now - day, now + day, authority, signer);
	make_credentials(PEER_OTHER_NAME, "other.example.org", now - day, now + day, authority, signer);
	make_credentials(PEER_EXPIRED, "127.0.0.1", now - 2 * day, now - day, authority, signer);
	make_credentials(PEER_UNTRUSTED, "127.0.0.1", now - day, now + day, NULL, NULL);
	write_authority(authority);
	gnutls_x509_crt_deinit(authority);
	gnutls_x509_privkey_deinit(signer);
}

const char *peer_ca_file(void)
{
	wire_authority();
	return ca_file;
}

void peer_forget_authority(void)
{
	size_t i;

	if (!*ca_file)
		return;
	unlink(ca_file);
	*ca_file = '\0';
	for (i = 0; i < CERTIFICATES; i++)
		gnutls_certificate_free_credentials(credentials[i]);
}

/* --- bytes in and out -------------------------------------------------------------- */

static bool send_all(int descriptor, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(descriptor, bytes, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

bool wire_write_raw(struct wire *wire, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	for (; wire->dripping && length > 0; at++, length--) {
		if (!send_all(wire->descriptor, at, 1))
			return false;
		sleep(1);
	}
	return send_all(wire->descriptor, at, length);
}

static ssize_t push(gnutls_transport_ptr_t to, const void *bytes, size_t length)
{
	return wire_write_raw(to, bytes, length) ? (ssize_t)length : -1;
}

static ssize_t pull(gnutls_transport_ptr_t from, void *bytes, size_t length)
{
	return recv(((struct wire *)from)->descriptor, bytes, length, 0);
}

bool wire_handshake(struct wire *wire, enum peer_certificate certificate)
{
	gnutls_session_t session;
	int code;

	if (gnutls_init(&session, GNUTLS_SERVER) < 0)
		return false;
	gnutls_set_default_priority(session);
	gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials[certificate]);
	gnutls_transport_set_ptr(session, wire);
	gnutls_transport_set_push_function(session, push);
	gnutls_transport_set_pull_function(session, pull);
	wire->session = session;
	do {
		code = gnutls_handshake(session);
	} while (code < 0 && !gnutls_error_is_fatal(code));
	return code >= 0;
}

bool wire_read(struct wire *wire, void *bytes, size_t length)
{
	unsigned char *at = bytes;

	while (length > 0) {
		ssize_t got = wire->session ? gnutls_record_recv(wire->session, at, length) : recv(wire->descriptor, at, length, 0);

		if (got == GNUTLS_E_AGAIN || got == GNUTLS_E_INTERRUPTED)
			continue;
		if (got <= 0)
			return false;
		at += got;
		length -= (size_t)got;
	}
	return true;
}

bool wire_write(struct wire *wire, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;

	if (!wire->session)
		return wire_write_raw(wire, bytes, length);
	while (length > 0) {
		/* Dripping: a record for each byte would be too kind, so one for all goes out bit by bit. */
		ssize_t sent = gnutls_record_send(wire->session, at, length);

		if (sent <= 0)
			return false;
		at += sent;
		length -= (size_t)sent;
	}
	return true;
}

void wire_close(struct wire *wire, bool reset)
{
	const struct linger at_once = { .l_onoff = 1, .l_linger = 0 };

	if (reset)
		setsockopt(wire->descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(wire->descriptor);
	if (wire->session)
		gnutls_deinit(wire->session);
}
