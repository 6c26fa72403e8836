/*
 * reach: why no connection came about, and how one ended, in words.
 *
 * A second attempt by hand: look the name up, connect, and read the error from
 * the socket before it is closed.  It is bounded like the first one and can be
 * cut through the guard; nothing is ever sent.  On the connection's thread.
 */
#include "directory/reach.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "directory/connection_private.h"

static const struct {
	int code;
	const char *words;
} rows[] = {
	{ ECONNREFUSED, "connection refused" },
	{ ETIMEDOUT, "no answer from the host" },
	{ EHOSTUNREACH, "no way to the host" },
	{ ENETUNREACH, "no way to the host's network" },
	{ EHOSTDOWN, "the host is down" },
	{ ENETDOWN, "this machine's network is down" },
	{ ECONNRESET, "closed by the server" },
	{ EACCES, "this system does not let us connect there" },
	{ EPERM, "this system does not let us connect there" },
	{ ENOENT, "there is no such socket; the server does not run, or puts it elsewhere" },
	{ ENOTSOCK, "this is no socket" },
};

const char *reach_words(int code)
{
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].code == code)
			return rows[i].words;
	return NULL;
}

static const char *words_of(int code)
{
	const char *words = reach_words(code);

	return code == 0 ? NULL : words != NULL ? words : strerror(code);
}

/* 0: connected; else the errno. */
static int try_address(struct connection *connection, int family, const struct sockaddr *address, socklen_t length)
{
	int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), code = 0;
	struct pollfd wait = { .fd = descriptor, .events = POLLOUT };
	socklen_t size = sizeof code;

	if (descriptor < 0)
		return errno;
	guard_socket(connection->guard, descriptor);
	if (connect(descriptor, address, length) != 0) {
		code = errno;
		if (code == EINPROGRESS && poll(&wait, 1, (int)connection->settings->connect_seconds * 1000) < 1)
			code = ETIMEDOUT;
		else if (code == EINPROGRESS && getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) != 0)
			code = errno;
	}
	guard_socket(connection->guard, -1);
	close(descriptor);
	return code;
}

static const char *explain_local(struct connection *connection, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof address.sun_path)
		return NULL;
	memcpy(address.sun_path, path, strlen(path) + 1);
	return words_of(try_address(connection, AF_UNIX, (const struct sockaddr *)&address, sizeof address));
}

static const char *unresolved(int code)
{
	return code == EAI_AGAIN ? "host name not found, the name servers do not answer" : "host name not found";
}

static const char *explain_host(struct connection *connection, const char *host, int port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *all = NULL, *one;
	char digits[16];
	int code;

	snprintf(digits, sizeof digits, "%d", port);
	code = getaddrinfo(host, digits, &hints, &all);
	if (code != 0)
		return unresolved(code);
	for (one = all, code = 0; one != NULL; one = one->ai_next) {
		code = try_address(connection, one->ai_family, one->ai_addr, one->ai_addrlen);
		/* One that is silent has used up the patience. */
		if (code == 0 || code == ETIMEDOUT)
			break;
	}
	freeaddrinfo(all);
	return words_of(code);
}

const char *reach_explain(struct connection *connection, const char *uri)
{
	LDAPURLDesc *parts = NULL;
	const char *words, *host;

	if (guard_was_cut(connection->guard) || ldap_url_parse(uri, &parts) != LDAP_SUCCESS)
		return NULL;
	host = parts->lud_host == NULL || parts->lud_host[0] == '\0' ? "localhost" : parts->lud_host;
	if (strcmp(parts->lud_scheme, "ldapi") == 0)
		words = explain_local(connection, host);
	else
		words = explain_host(connection, host, parts->lud_port);
	ldap_free_urldesc(parts);
	return words;
}
