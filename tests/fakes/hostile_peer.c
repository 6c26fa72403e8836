/*
 * hostile_peer: the child process, its connections and its manners.
 */
#include "tests/fakes/hostile_peer_private.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shared by parent and child. */
struct counters { atomic_uint connections, requests, binds, passwords, searches; };

struct peer {
	pid_t child;
	char uri[64];
	struct counters *counters;
};
struct visit {
	struct wire wire;
	const struct peer_script *script;
	struct counters *counters;
	bool hostile;                      /* the moment has come */
	unsigned state;                    /* of the noise */
};

/* Keeps the connection open and takes what comes, until the other side goes. */
static void swallow(struct visit *visit)
{
	char bytes[4096];

	while (recv(visit->wire.descriptor, bytes, sizeof(bytes), 0) > 0)
		;
}

static void make_noise(struct visit *visit, unsigned char *bytes, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		visit->state = visit->state * 1103515245u + 12345u;
		bytes[i] = (unsigned char)(visit->state >> 16);
	}
}

/* A sequence of 2 GiB less one byte, and then zeros, up to 512 MiB. */
static void send_huge(struct visit *visit)
{
	static const unsigned char head[] = { 0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x02, 0x01, 0x01, 0x61, 0x84, 0x7f, 0xff, 0xff, 0xf0 };
	static const unsigned char nothing[65536];
	unsigned i;

	if (!wire_write(&visit->wire, head, sizeof(head)))
		return;
	for (i = 0; i < 8192 && wire_write(&visit->wire, nothing, sizeof(nothing)); i++)
		;
	swallow(visit);
}

static void send_endless(struct visit *visit, long id)
{
	unsigned char bytes[WORDS_ROOM];
	unsigned number = 0;

	while (wire_write(&visit->wire, bytes, words_entry(id, number++, bytes)))
		;
}

/* True: go on reading; false: the connection has ended (reset says how). */
static bool misbehave(struct visit *visit, struct request *request, bool *reset)
{
	unsigned char bytes[WORDS_ROOM];
	size_t length;

	if (visit->script->manner == PEER_WRONG_ID)
		request->id += 77;
	length = words_answer(request, visit->script->manner == PEER_REFUSE ? WORDS_REFUSED : 0, bytes);
	switch (visit->script->manner) {
	case PEER_SILENT:
		swallow(visit);
		return false;
	case PEER_DRIP:
		visit->wire.dripping = true;
		return wire_write(&visit->wire, bytes, length);
	case PEER_RESET:
	case PEER_CLOSE:
		*reset = visit->script->manner == PEER_RESET;
		return false;
	case PEER_RESET_MIDWAY:
	case PEER_CLOSE_MIDWAY:
		wire_write(&visit->wire, bytes, length / 2);
		*reset = visit->script->manner == PEER_RESET_MIDWAY;
		return false;
	case PEER_CLOSE_AFTER:
		wire_write(&visit->wire, bytes, length);
		return false;
	case PEER_GARBAGE:
		make_noise(visit, bytes, 4096);
		wire_write(&visit->wire, bytes, 4096);
		swallow(visit);
		return false;
	case PEER_HUGE:
		send_huge(visit);
		return false;
	case PEER_ENDLESS:
		if (request->operation == 0x63) {
			send_endless(visit, request->id);
			return false;
		}
		break;
	case PEER_WRONG_ID:
	case PEER_REFUSE:
		break;
	}
	return wire_write(&visit->wire, bytes, length);
}

/* Before anything was read: what is sent here answers no question. */
static bool misbehave_at_once(struct visit *visit, bool *reset)
{
	struct request notice = { .ask = ASK_OTHER, .operation = 0x77 };

	if (visit->script->manner == PEER_DRIP && (visit->script->link == PEER_LDAPS || visit->script->moment == PEER_AT_HANDSHAKE)) {
		visit->wire.dripping = true;
		return wire_handshake(&visit->wire, visit->script->certificate);
	}
	if (!misbehave(visit, &notice, reset))
		return false;
	swallow(visit);
	return false;
}

static bool is_moment(const struct visit *visit, enum ask ask)
{
	static const enum ask moments[] = { [PEER_AT_START_TLS] = ASK_START_TLS, [PEER_AT_BIND] = ASK_BIND, [PEER_AT_WHO] = ASK_WHO,
		[PEER_AT_ROOT] = ASK_ROOT, [PEER_AT_SEARCH] = ASK_SEARCH, [PEER_NEVER] = ASK_NOTHING };

	return ask != ASK_NOTHING && moments[visit->script->moment] == ask
		&& (ask != ASK_SEARCH || atomic_load(&visit->counters->searches) > visit->script->polite);
}

static void count(struct visit *visit, const struct request *request)
{
	atomic_fetch_add(&visit->counters->requests, 1);
	if (request->ask == ASK_BIND)
		atomic_fetch_add(&visit->counters->binds, 1);
	if (request->password)
		atomic_fetch_add(&visit->counters->passwords, 1);
	if (request->ask == ASK_SEARCH)
		atomic_fetch_add(&visit->counters->searches, 1);
}

/* One request and its answer; false at the end. */
static bool serve(struct visit *visit, bool *reset)
{
	unsigned char bytes[WORDS_ROOM];
	struct request request;

	if (!words_read(&visit->wire, &request) || request.ask == ASK_UNBIND)
		return false;
	count(visit, &request);
	visit->hostile = visit->hostile || is_moment(visit, request.ask);
	if (visit->hostile) {
		if (!misbehave(visit, &request, reset))
			return false;
	} else if (!wire_write(&visit->wire, bytes, words_answer(&request, 0, bytes))) {
		return false;
	}
	if (request.ask != ASK_START_TLS || (visit->hostile && visit->script->manner == PEER_REFUSE))
		return true;
	if (visit->script->moment == PEER_AT_HANDSHAKE) {
		visit->hostile = true;
		return misbehave_at_once(visit, reset);
	}
	return wire_handshake(&visit->wire, visit->script->certificate);
}

static void *receive(void *context)
{
	struct visit *visit = context;
	bool reset = false, goes_on = true;

	if (visit->script->moment == PEER_AT_ACCEPT) {
		visit->hostile = true;
		goes_on = misbehave_at_once(visit, &reset);
	} else if (visit->script->link == PEER_LDAPS) {
		goes_on = wire_handshake(&visit->wire, visit->script->certificate);
	}
	while (goes_on && serve(visit, &reset))
		;
	wire_close(&visit->wire, reset);
	free(visit);
	return NULL;
}

static void run_child(int listener, const struct peer_script *script, struct counters *counters, pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		struct visit *visit;
		pthread_t thread;

		if (descriptor < 0)
			continue;
		atomic_fetch_add(&counters->connections, 1);
		visit = calloc(1, sizeof(*visit));
		if (!visit)
			_exit(1);
		*visit = (struct visit){ .wire = { .descriptor = descriptor }, .script = script, .counters = counters, .state = 1 };
		if (pthread_create(&thread, NULL, receive, visit) != 0)
			_exit(1);
		pthread_detach(thread);
	}
}

static int listen_on_loopback(unsigned *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 32) != 0
			|| getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
		perror("hostile peer");
		abort();
	}
	*port = ntohs(address.sin_port);
	return listener;
}

struct peer *peer_start(const struct peer_script *script)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	const struct peer_script copy = *script;
	pid_t parent = getpid();
	unsigned port = 0;
	int listener = listen_on_loopback(&port);

	if (!peer)
		abort();
	wire_authority();
	peer->counters = mmap(NULL, sizeof(*peer->counters), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (peer->counters == MAP_FAILED)
		abort();
	snprintf(peer->uri, sizeof(peer->uri), "%s://127.0.0.1:%u", script->link == PEER_LDAPS ? "ldaps" : "ldap", port);
	fflush(NULL);
	peer->child = fork();
	if (peer->child < 0)
		abort();
	if (peer->child == 0)
		run_child(listener, &copy, peer->counters, parent);
	close(listener);
	return peer;
}

void peer_stop(struct peer *peer)
{
	if (!peer)
		return;
	kill(peer->child, SIGKILL);
	waitpid(peer->child, NULL, 0);
	munmap(peer->counters, sizeof(*peer->counters));
	free(peer);
}

const char *peer_uri(const struct peer *peer)
{
	return peer->uri;
}

struct peer_seen peer_seen(const struct peer *peer)
{
	struct counters *counters = peer->counters;

	return (struct peer_seen){ atomic_load(&counters->connections), atomic_load(&counters->requests), atomic_load(&counters->binds),
		atomic_load(&counters->passwords), atomic_load(&counters->searches) };
}
