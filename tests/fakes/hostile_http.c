/*
 * hostile_http: a server that says what a test wants instead of what HTTP
 * wants.  Fails by assertion.  Loop thread.
 */
#include "tests/fakes/hostile_http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

#define DRIP_MS 20

struct hostile_http {
	struct loop *loop;
	int listener, port;
	struct loop_watch *watch;
	enum hostile_way way;
	const char *words;
	char url[40];
	char request[16384];
	size_t connections;
	struct connection *list;
};

struct connection {
	struct hostile_http *server;
	int descriptor;
	struct loop_watch *watch;
	struct loop_timer *timer;
	char request[16384];
	size_t length, sent;
	bool answering;
	enum hostile_way way;              /* of the moment at which the answer began: the next case may say another, */
	const char *words;                 /* while this connection of the one before is still there */
	struct connection *next;
};

static void end(struct connection *connection)
{
	struct connection **at = &connection->server->list;

	while (*at != connection)
		at = &(*at)->next;
	*at = connection->next;
	loop_watch_stop(connection->watch);
	loop_timer_stop(connection->timer);
	close(connection->descriptor);
	free(connection);
}

static bool gone(ssize_t count)
{
	return count < 0 && errno != EAGAIN;
}

static void on_drip(void *context)
{
	struct connection *connection = context;
	const char *words = connection->words;
	size_t length = strlen(words);

	if (length == 0 || gone(send(connection->descriptor, &words[connection->sent++ % length], 1, MSG_NOSIGNAL)))
		end(connection);
}

static void flood(struct connection *connection)
{
	static char block[65536];
	const char *words = connection->words;
	ssize_t count = 0;

	memset(block, 'x', sizeof(block));
	if (connection->sent < strlen(words)) {
		count = send(connection->descriptor, words, strlen(words), MSG_NOSIGNAL);
		connection->sent = strlen(words);
	}
	while (!gone(count) && (count = send(connection->descriptor, block, sizeof(block), MSG_NOSIGNAL)) > 0)
		connection->sent += (size_t)count;
	if (gone(count))
		end(connection);
}

/* Many words are more than a socket takes at once: the rest follows as there is room. */
static void say(struct connection *connection)
{
	const char *words = connection->words;
	size_t length = strlen(words);
	ssize_t count = 0;

	while (connection->sent < length && (count = send(connection->descriptor, words + connection->sent, length - connection->sent, MSG_NOSIGNAL)) > 0)
		connection->sent += (size_t)count;
	if (connection->sent >= length || gone(count))
		end(connection);
	else
		loop_watch_change(connection->watch, LOOP_READABLE | LOOP_WRITABLE);
}

static void answer(struct connection *connection)
{
	struct hostile_http *server = connection->server;

	connection->answering = true;
	connection->way = server->way;
	connection->words = server->words;
	memcpy(server->request, connection->request, connection->length + 1);
	switch (server->way) {
	case HOSTILE_SAYS:
		say(connection);
		break;
	case HOSTILE_ENDS:
		end(connection);
		break;
	case HOSTILE_DRIPS:
		connection->timer = loop_after(server->loop, DRIP_MS, DRIP_MS, on_drip, connection);
		break;
	case HOSTILE_FLOODS:
		loop_watch_change(connection->watch, LOOP_READABLE | LOOP_WRITABLE);
		break;
	case HOSTILE_HANGS:
		break;
	}
}

/* Headers, and as much body as they promise. */
static bool complete(const struct connection *connection)
{
	const char *body = strstr(connection->request, "\r\n\r\n");
	const char *length = strcasestr(connection->request, "\r\nContent-Length:");

	if (!body)
		return false;
	return !length || strlen(body + 4) >= (size_t)atoi(length + 17);
}

static void on_ready(unsigned events, void *context)
{
	struct connection *connection = context;
	size_t room = sizeof(connection->request) - 1 - connection->length;
	ssize_t count;

	if (connection->answering && events & LOOP_WRITABLE && connection->way == HOSTILE_FLOODS) {
		flood(connection);
		return;
	}
	if (connection->answering && events & LOOP_WRITABLE && connection->way == HOSTILE_SAYS) {
		say(connection);
		return;
	}
	count = recv(connection->descriptor, connection->request + connection->length, room, MSG_DONTWAIT);
	if (count == 0 || gone(count)) {
		end(connection);
		return;
	}
	connection->length += count > 0 ? (size_t)count : 0;
	if (!connection->answering && complete(connection))
		answer(connection);
}

static void on_connection(void *context)
{
	struct hostile_http *server = context;
	int descriptor = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct connection *connection;

	if (descriptor < 0)
		return;
	connection = memory_new(sizeof(*connection));
	connection->server = server;
	connection->descriptor = descriptor;
	connection->next = server->list;
	server->list = connection;
	server->connections++;
	connection->watch = loop_watch_events(server->loop, descriptor, LOOP_READABLE, on_ready, connection);
}

struct hostile_http *hostile_http_new(struct loop *loop, enum hostile_way way, const char *words)
{
	struct hostile_http *server = memory_new(sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);

	server->loop = loop;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert(server->listener >= 0);
	assert(bind(server->listener, (struct sockaddr *)&address, sizeof(address)) == 0);
	assert(listen(server->listener, 20) == 0);
	assert(getsockname(server->listener, (struct sockaddr *)&address, &length) == 0);
	server->port = ntohs(address.sin_port);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", server->port);
	server->watch = loop_watch(loop, server->listener, on_connection, server);
	hostile_http_say(server, way, words);
	return server;
}

void hostile_http_say(struct hostile_http *server, enum hostile_way way, const char *words)
{
	server->way = way;
	server->words = words;
}

int hostile_http_port(const struct hostile_http *server)
{
	return server->port;
}

const char *hostile_http_url(const struct hostile_http *server)
{
	return server->url;
}

const char *hostile_http_request(const struct hostile_http *server)
{
	return server->request;
}

size_t hostile_http_connections(const struct hostile_http *server)
{
	return server->connections;
}

size_t hostile_http_open(const struct hostile_http *server)
{
	const struct connection *connection;
	size_t count = 0;

	for (connection = server->list; connection; connection = connection->next)
		count++;
	return count;
}

void hostile_http_free(struct hostile_http *server)
{
	while (server->list)
		end(server->list);
	loop_watch_stop(server->watch);
	close(server->listener);
	free(server);
}
