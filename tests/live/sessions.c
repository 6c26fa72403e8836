/*
 * sessions: see sessions.h. Blocking, with twenty seconds for each answer.
 */
#include "tests/live/sessions.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

static int connect_from(const char *source, const char *target, int port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM }, *to = NULL, *from = NULL;
	struct timeval patience = { .tv_sec = 20 };
	char number[16];
	int descriptor = -1;

	snprintf(number, sizeof(number), "%d", port);
	if (getaddrinfo(target, number, &hints, &to) != 0)
		return -1;
	descriptor = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (source && (getaddrinfo(source, "0", &hints, &from) != 0 || bind(descriptor, from->ai_addr, from->ai_addrlen) != 0))
		goto failed;
	if (connect(descriptor, to->ai_addr, to->ai_addrlen) != 0)
		goto failed;
	freeaddrinfo(to);
	if (from)
		freeaddrinfo(from);
	return descriptor;
failed:
	freeaddrinfo(to);
	if (from)
		freeaddrinfo(from);
	close(descriptor);
	return -1;
}

/* Whom it speaks to is the lab's own; the certificate is another test's matter. */
static bool start_tls(struct session *session)
{
	static gnutls_certificate_credentials_t credentials;
	gnutls_session_t tls;
	int status;

	if (!credentials && gnutls_certificate_allocate_credentials(&credentials) != 0)
		return false;
	if (gnutls_init(&tls, GNUTLS_CLIENT) != 0)
		return false;
	gnutls_set_default_priority(tls);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, credentials);
	gnutls_transport_set_int(tls, session->descriptor);
	gnutls_handshake_set_timeout(tls, 20000);
	do
		status = gnutls_handshake(tls);
	while (status < 0 && !gnutls_error_is_fatal(status));
	session->tls = tls;
	return status == 0;
}

static bool put(struct session *session, const char *words)
{
	ssize_t length = (ssize_t)strlen(words);

	if (session->tls)
		return gnutls_record_send(session->tls, words, (size_t)length) == length;
	return write(session->descriptor, words, (size_t)length) == length;
}

static ssize_t get(struct session *session, char *bytes, size_t size)
{
	ssize_t length;

	if (!session->tls)
		return read(session->descriptor, bytes, size);
	do
		length = gnutls_record_recv(session->tls, bytes, size);
	while (length == GNUTLS_E_AGAIN || length == GNUTLS_E_INTERRUPTED);
	return length;
}

/* Reads until a line begins so; false where it ends or a line begins with what means no. */
static bool wait_for(struct session *session, const char *good, const char *bad)
{
	char answer[16384] = "\n";
	size_t length = 1;
	char good_line[64], bad_line[64];

	snprintf(good_line, sizeof(good_line), "\n%s", good);
	snprintf(bad_line, sizeof(bad_line), "\n%s", bad);
	while (length < sizeof(answer) - 1) {
		ssize_t more = get(session, answer + length, sizeof(answer) - 1 - length);

		if (more <= 0)
			return false;
		length += (size_t)more;
		answer[length] = '\0';
		if (strstr(answer, bad_line))
			return false;
		if (strstr(answer, good_line))
			return true;
	}
	return false;
}

static void base64(const unsigned char *bytes, size_t length, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < length; i += 3) {
		unsigned three = (unsigned)bytes[i] << 16 | (i + 1 < length ? (unsigned)bytes[i + 1] << 8 : 0) | (i + 2 < length ? bytes[i + 2] : 0);

		*out++ = digits[three >> 18];
		*out++ = digits[three >> 12 & 63];
		*out++ = i + 1 < length ? digits[three >> 6 & 63] : '=';
		*out++ = i + 2 < length ? digits[three & 63] : '=';
	}
	*out = '\0';
}

static bool log_in(struct session *session, enum session_protocol protocol, const char *user, const char *password)
{
	char words[1000], plain[400], coded[600];
	int length;

	switch (protocol) {
	case SESSION_IMAP:
		snprintf(words, sizeof(words), "a LOGIN \"%s\" \"%s\"\r\n", user, password);
		return wait_for(session, "* OK", "* BYE") && put(session, words) && wait_for(session, "a OK", "a NO");
	case SESSION_POP3:
		snprintf(words, sizeof(words), "USER %s\r\n", user);
		if (!wait_for(session, "+OK", "-ERR") || !put(session, words) || !wait_for(session, "+OK", "-ERR"))
			return false;
		snprintf(words, sizeof(words), "PASS %s\r\n", password);
		return put(session, words) && wait_for(session, "+OK", "-ERR");
	case SESSION_SIEVE:
		length = snprintf(plain, sizeof(plain), "%c%s%c%s", 0, user, 0, password);
		base64((const unsigned char *)plain, (size_t)length, coded);
		snprintf(words, sizeof(words), "AUTHENTICATE \"PLAIN\" \"%s\"\r\n", coded);
		return wait_for(session, "OK", "BYE") && put(session, words) && wait_for(session, "OK", "NO");
	case SESSION_TRYING:
		return wait_for(session, "* OK", "* BYE");
	}
	return false;
}

static bool open_once(struct session *session, enum session_protocol protocol, bool tls, const char *target, int port, const char *source,
		const char *user, const char *password)
{
	session->tls = NULL;
	session->descriptor = connect_from(source, target, port);
	if (session->descriptor < 0)
		return false;
	if ((!tls || start_tls(session)) && log_in(session, protocol, user, password))
		return true;
	session_close(session);
	return false;
}

bool session_open(struct session *session, enum session_protocol protocol, bool tls, const char *target, int port, const char *source,
		const char *user, const char *password)
{
	/* A server that is just reloading hangs up, and one whose directory has just come back takes a while to see it. */
	for (int tries = 0; tries < 200; tries++) {
		if (open_once(session, protocol, tls, target, port, source, user, password))
			return true;
		usleep(300000);
	}
	return false;
}

void session_close(struct session *session)
{
	if (session->descriptor < 0)
		return;
	if (session->tls)
		gnutls_deinit(session->tls);
	close(session->descriptor);
	session->tls = NULL;
	session->descriptor = -1;
}
