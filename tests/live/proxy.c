/*
 * proxy: see proxy.h. What is told lies in memory that both processes share.
 */
#include "tests/live/proxy.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/live/console.h"

#define FLOOD ((uint64_t)1 << 30)

struct told {
	atomic_uint turn;              /* grows with each proxy_become */
	atomic_int way;
	char words[2000];
	atomic_uint connections;
	atomic_ullong flooded;
};
struct proxy {
	struct told *told;             /* shared */
	int listener, port;
	pid_t child;
};
struct connection { struct told *told; int client, server, behind; unsigned turn; };

static int loopback(int port, bool listens)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (descriptor < 0)
		return -1;
	if (listens ? bind(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0 && listen(descriptor, 64) == 0 :
		connect(descriptor, (struct sockaddr *)&address, sizeof(address)) == 0)
		return descriptor;
	close(descriptor);
	return -1;
}

/* --- one connection ------------------------------------------------------------------------- */

static bool current(const struct connection *self)
{
	return atomic_load(&self->told->turn) == self->turn;
}

static bool put(int to, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t taken = send(to, bytes, length, MSG_NOSIGNAL);

		if (taken <= 0)
			return false;
		bytes += taken;
		length -= (size_t)taken;
	}
	return true;
}

/* Hands on what the client says; false: it has ended, or said the words. */
static bool pass_question(struct connection *self, enum proxy_way way)
{
	struct pollfd answer = { .fd = self->server, .events = POLLIN };
	char bytes[16384];
	ssize_t length = read(self->client, bytes, sizeof(bytes));
	bool wanted = length > 0 && memmem(bytes, (size_t)length, self->told->words, strlen(self->told->words));

	if (wanted)
		atomic_store(&self->told->way, PROXY_ENDS);
	if (length <= 0 || (wanted && way == PROXY_LOSES) || !put(self->server, bytes, (size_t)length))
		return false;
	/* Once it answers it has done it. */
	while (wanted && poll(&answer, 1, -1) < 0 && errno == EINTR)
		;
	return !wanted;
}

static bool relay(int from, int to)
{
	char bytes[16384];
	ssize_t length = read(from, bytes, sizeof(bytes));

	return length > 0 && put(to, bytes, (size_t)length);
}

static void pass(struct connection *self, enum proxy_way way)
{
	self->server = loopback(self->behind, false);
	while (self->server >= 0 && current(self)) {
		struct pollfd ready[2] = { { .fd = self->client, .events = POLLIN }, { .fd = self->server, .events = POLLIN } };

		if (poll(ready, 2, 50) < 1)
			continue;
		if (ready[0].revents && !(way == PROXY_PASSES ? relay(self->client, self->server) : pass_question(self, way)))
			return;
		if (ready[1].revents && !relay(self->server, self->client))
			return;
	}
}

/* Until the client goes, or something else is told. */
static void hold(struct connection *self, int each, const char *bytes)
{
	struct pollfd ready = { .fd = self->client, .events = POLLIN };
	char rest[4096];

	while (current(self)) {
		if (poll(&ready, 1, each) > 0 && read(self->client, rest, sizeof(rest)) <= 0)
			return;
		if (bytes && !put(self->client, bytes, strlen(bytes)))
			return;
	}
}

static void flood(struct connection *self)
{
	static char block[65536];
	uint64_t sent = 0;

	memset(block, 'x', sizeof(block));
	for (; sent < FLOOD && current(self) && put(self->client, block, sizeof(block)); sent += sizeof(block))
		atomic_fetch_add(&self->told->flooded, sizeof(block));
}

static void misbehave(struct connection *self, enum proxy_way way)
{
	char question[8192];

	if (way == PROXY_ENDS || read(self->client, question, sizeof(question)) <= 0)
		return;
	if (way != PROXY_HANGS && !put(self->client, self->told->words, strlen(self->told->words)))
		return;
	if (way == PROXY_HANGS)
		hold(self, 50, NULL);
	else if (way == PROXY_DRIPS)
		hold(self, 50, " ");
	else if (way == PROXY_FLOODS)
		flood(self);
}

static void *serve(void *context)
{
	struct connection *self = context;
	enum proxy_way way = (enum proxy_way)atomic_load(&self->told->way);

	if (way == PROXY_PASSES || way == PROXY_CUTS || way == PROXY_LOSES)
		pass(self, way);
	else
		misbehave(self, way);
	/* What was said must arrive before the end does. */
	shutdown(self->client, SHUT_WR);
	close(self->client);
	if (self->server >= 0)
		close(self->server);
	free(self);
	return NULL;
}

/* --- the child -------------------------------------------------------------------------------- */

static void accept_all(struct told *told, int listener, int behind)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int client = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
		struct connection *connection;
		pthread_t thread;

		if (client < 0)
			continue;
		atomic_fetch_add(&told->connections, 1);
		connection = memory_new(sizeof(*connection));
		*connection = (struct connection){ told, client, -1, behind, atomic_load(&told->turn) };
		if (pthread_create(&thread, NULL, serve, connection) != 0)
			_exit(70);
		pthread_detach(thread);
	}
}

struct proxy *proxy_start(int port, enum proxy_way way, const char *words)
{
	struct proxy *proxy = memory_new(sizeof(*proxy));
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	proxy->told = mmap(NULL, sizeof(*proxy->told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(proxy->told != MAP_FAILED);
	proxy->listener = loopback(0, true);
	assert_true(proxy->listener >= 0);
	assert_int_equal(getsockname(proxy->listener, (struct sockaddr *)&address, &length), 0);
	proxy->port = ntohs(address.sin_port);
	proxy_become(proxy, way, words);
	fflush(NULL);
	proxy->child = fork();
	assert_true(proxy->child >= 0);
	if (proxy->child == 0)
		accept_all(proxy->told, proxy->listener, port);
	close(proxy->listener);
	return proxy;
}

int proxy_port(const struct proxy *proxy)
{
	return proxy->port;
}

void proxy_become(struct proxy *proxy, enum proxy_way way, const char *words)
{
	snprintf(proxy->told->words, sizeof(proxy->told->words), "%s", words ? words : "");
	atomic_store(&proxy->told->way, (int)way);
	atomic_fetch_add(&proxy->told->turn, 1);
}

unsigned proxy_connections(const struct proxy *proxy)
{
	return atomic_load(&proxy->told->connections);
}

uint64_t proxy_flooded(const struct proxy *proxy)
{
	return atomic_load(&proxy->told->flooded);
}

void proxy_stop(struct proxy *proxy)
{
	if (!proxy)
		return;
	kill(proxy->child, SIGKILL);
	while (waitpid(proxy->child, NULL, 0) < 0 && errno == EINTR)
		;
	munmap(proxy->told, sizeof(*proxy->told));
	free(proxy);
}
