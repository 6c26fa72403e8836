/*
 * resolve: names to addresses on a thread that may be left behind.
 *
 * Asker and thread share one block with a count of holders; the last one frees
 * it.  The thread is detached: a resolver that hangs must not hold whoever
 * closes the program.  Where no thread can be made the answer is an error.
 */
#include "base/resolve.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* What both sides hold. */
struct shared {
	pthread_mutex_t lock;
	unsigned holders;
	int answer;                        /* write end of the pipe; the thread's */
	char *name;
	int port;
	struct resolved resolved;
};

struct resolve {
	struct loop *loop;
	struct shared *shared;
	int ready;                         /* read end */
	struct loop_watch *watch;
	struct loop_timer *timer;          /* an answer that needed no thread */
	void (*done)(void *context, const struct resolved *resolved);
	void *context;
};

static void let_go(struct shared *shared)
{
	unsigned left;

	pthread_mutex_lock(&shared->lock);
	left = --shared->holders;
	pthread_mutex_unlock(&shared->lock);
	if (left)
		return;
	pthread_mutex_destroy(&shared->lock);
	free(shared->name);
	free(shared);
}

/* flags: AI_NUMERICHOST asks nobody. */
static int look_up(struct shared *shared, int flags)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = flags | AI_NUMERICSERV }, *list = NULL, *at;
	struct resolved *resolved = &shared->resolved;
	char service[12];
	int code;

	snprintf(service, sizeof(service), "%d", shared->port);
	code = getaddrinfo(shared->name, service, &hints, &list);
	for (at = code ? NULL : list; at && resolved->count < RESOLVE_MOST; at = at->ai_next) {
		if (at->ai_addrlen > sizeof(resolved->addresses[0]))
			continue;
		memcpy(&resolved->addresses[resolved->count], at->ai_addr, at->ai_addrlen);
		resolved->lengths[resolved->count++] = at->ai_addrlen;
	}
	if (!code)
		freeaddrinfo(list);
	return code;
}

static void *on_thread(void *context)
{
	struct shared *shared = context;
	int code = look_up(shared, 0);

	if (code == EAI_NONAME || code == EAI_NODATA)
		error_set(&shared->resolved.error, ERROR_UNREACHABLE, "there is no such name: correct the address, or the name service");
	else if (code || !shared->resolved.count)
		error_set(&shared->resolved.error, ERROR_UNREACHABLE, "the name service gave no answer [%s]", gai_strerror(code));
	/* The end of the stream is the message; nobody may be reading any more. */
	close(shared->answer);
	let_go(shared);
	return NULL;
}

static void tell(void *context)
{
	struct resolve *resolve = context;
	void (*done)(void *, const struct resolved *) = resolve->done;
	struct resolved resolved = resolve->shared->resolved;
	void *of = resolve->context;

	resolve_forget(resolve);
	done(of, &resolved);
}

static bool start_thread(struct shared *shared)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	int code;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	/* Signals are the loop's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(&thread, &attributes, on_thread, shared);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return code == 0;
}

/* False: nothing will come through the pipe. */
static bool ask(struct resolve *resolve)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC))
		return false;
	resolve->ready = ends[0];
	resolve->shared->answer = ends[1];
	resolve->shared->holders = 2;
	resolve->watch = loop_watch(resolve->loop, ends[0], tell, resolve);
	if (resolve->watch && start_thread(resolve->shared))
		return true;
	resolve->shared->holders = 1;
	close(ends[1]);
	return false;
}

struct resolve *resolve_name(struct loop *loop, const char *name, int port, void (*done)(void *context, const struct resolved *resolved), void *context)
{
	struct resolve *resolve = memory_new(sizeof(*resolve));

	resolve->loop = loop;
	resolve->ready = -1;
	resolve->done = done;
	resolve->context = context;
	resolve->shared = memory_new(sizeof(*resolve->shared));
	pthread_mutex_init(&resolve->shared->lock, NULL);
	resolve->shared->holders = 1;
	resolve->shared->name = memory_text(name);
	resolve->shared->port = port;
	if (look_up(resolve->shared, AI_NUMERICHOST) == 0 && resolve->shared->resolved.count) {
		resolve->timer = loop_after(loop, 0, 0, tell, resolve);
	} else if (!ask(resolve)) {
		error_set(&resolve->shared->resolved.error, ERROR_UNREACHABLE, "the name cannot be looked up: this machine is out of threads or descriptors");
		resolve->timer = loop_after(loop, 0, 0, tell, resolve);
	}
	return resolve;
}

void resolve_forget(struct resolve *resolve)
{
	if (!resolve)
		return;
	loop_watch_stop(resolve->watch);
	loop_timer_stop(resolve->timer);
	if (resolve->ready >= 0)
		close(resolve->ready);
	let_go(resolve->shared);
	free(resolve);
}
