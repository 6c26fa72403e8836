/*
 * hostile_mail: plays a script to whoever connects.
 *
 * The thread blocks; freeing it shuts its sockets down, which ends every call.
 */
#include "tests/fakes/hostile_mail.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "tests/fakes/hostile_peer_private.h"

struct hostile_mail {
	const struct mail_script *script;
	int listener, port;
	pthread_t thread;
	pthread_mutex_t lock;              /* guards what follows */
	struct text heard;
	int peer;                          /* the connection under way; -1: none */
	atomic_bool ending;
};

static bool hear(struct hostile_mail *server, struct wire *wire)
{
	struct text line = { 0 };
	bool whole = false;
	char c;

	while (!whole && wire_read(wire, &c, 1)) {
		whole = c == '\n';
		if (c != '\r' && c != '\n')
			text_add_char(&line, c);
	}
	pthread_mutex_lock(&server->lock);
	text_addf(&server->heard, "%s|", text_get(&line));
	pthread_mutex_unlock(&server->lock);
	text_free(&line);
	return whole;
}

static bool drip(struct hostile_mail *server, struct wire *wire, const char *words)
{
	const struct timespec pause = { .tv_nsec = 30 * 1000000L };
	size_t at;

	for (at = 0; !server->ending && wire_write(wire, &words[at % strlen(words)], 1); at++)
		nanosleep(&pause, NULL);
	return false;
}

static bool flood(struct wire *wire)
{
	static const char words[] = "250-and so on and so on and so on and so on and so on and so on\r\n";

	while (wire_write(wire, words, sizeof(words) - 1))
		continue;
	return false;
}

static bool play_step(struct hostile_mail *server, struct wire *wire, const char *step)
{
	char c;

	switch (*step) {
	case 'S': return wire_write(wire, step + 1, strlen(step + 1));
	case 'H': return hear(server, wire);
	case 'T': return wire_handshake(wire, server->script->certificate);
	case 'D': return drip(server, wire, step + 1);
	case 'F': return flood(wire);
	case 'W':
		while (wire_read(wire, &c, 1))
			continue;
		return false;
	}
	return false;
}

static void play(struct hostile_mail *server, int descriptor)
{
	struct wire wire = { .descriptor = descriptor };
	bool reset = false;
	size_t i;

	for (i = 0; i < MAIL_STEPS && server->script->steps[i]; i++) {
		reset = *server->script->steps[i] == 'R';
		if (!play_step(server, &wire, server->script->steps[i]))
			break;
	}
	pthread_mutex_lock(&server->lock);
	server->peer = -1;
	pthread_mutex_unlock(&server->lock);
	wire_close(&wire, reset);
}

static void *run(void *context)
{
	struct hostile_mail *server = context;
	int descriptor;

	while ((descriptor = accept(server->listener, NULL, NULL)) >= 0 && !server->ending) {
		pthread_mutex_lock(&server->lock);
		server->peer = descriptor;
		pthread_mutex_unlock(&server->lock);
		play(server, descriptor);
	}
	return NULL;
}

struct hostile_mail *hostile_mail_new(const struct mail_script *script)
{
	struct hostile_mail *server = memory_new(sizeof(*server));
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(address);

	server->script = script;
	server->peer = -1;
	pthread_mutex_init(&server->lock, NULL);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(server->listener, (struct sockaddr *)&address, sizeof(address)) || listen(server->listener, 16) ||
	    getsockname(server->listener, (struct sockaddr *)&address, &size) || pthread_create(&server->thread, NULL, run, server)) {
		perror("hostile mail");
		abort();
	}
	server->port = ntohs(address.sin_port);
	return server;
}

int hostile_mail_port(const struct hostile_mail *server)
{
	return server->port;
}

char *hostile_mail_heard(struct hostile_mail *server)
{
	char *heard;

	pthread_mutex_lock(&server->lock);
	heard = memory_text(text_get(&server->heard));
	pthread_mutex_unlock(&server->lock);
	return heard;
}

void hostile_mail_free(struct hostile_mail *server)
{
	if (!server)
		return;
	server->ending = true;
	shutdown(server->listener, SHUT_RDWR);
	pthread_mutex_lock(&server->lock);
	if (server->peer >= 0)
		shutdown(server->peer, SHUT_RDWR);
	pthread_mutex_unlock(&server->lock);
	pthread_join(server->thread, NULL);
	close(server->listener);
	text_free(&server->heard);
	pthread_mutex_destroy(&server->lock);
	free(server);
}
