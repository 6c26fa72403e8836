/*
 * watchdog: a thread that ends what blocks too long.
 *
 * One mutex for all guards: there are a handful of them and each is touched a
 * few times per request.  Time is read from the system, not from base/clock,
 * since a frozen clock must not disable deadlines.
 */
#include "directory/watchdog.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <fcntl.h>

#include "base/memory.h"

struct guard {
	struct watchdog *watchdog;
	struct guard *next;
	int descriptor;                    /* duplicate; -1: none */
	int64_t deadline;                  /* monotonic milliseconds; 0: none */
	int64_t armed;                     /* when it was set */
	bool cut, timed_out;
};
struct watchdog {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t thread;
	struct guard *guards;
	bool ending;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Shuts what is over and returns the next deadline; 0: none. */
static int64_t look(struct watchdog *watchdog)
{
	int64_t now = now_ms(), next = 0;
	struct guard *guard;

	for (guard = watchdog->guards; guard != NULL; guard = guard->next) {
		if (guard->deadline == 0)
			continue;
		if (guard->deadline <= now) {
			guard->deadline = 0;
			guard->timed_out = true;
			if (guard->descriptor >= 0)
				shutdown(guard->descriptor, SHUT_RDWR);
		} else if (next == 0 || guard->deadline < next) {
			next = guard->deadline;
		}
	}
	return next;
}

static void *watch(void *context)
{
	struct watchdog *watchdog = context;

	pthread_mutex_lock(&watchdog->mutex);
	while (!watchdog->ending) {
		int64_t next = look(watchdog);

		if (next == 0) {
			pthread_cond_wait(&watchdog->changed, &watchdog->mutex);
		} else {
			struct timespec until = { .tv_sec = next / 1000, .tv_nsec = next % 1000 * 1000000 };

			pthread_cond_timedwait(&watchdog->changed, &watchdog->mutex, &until);
		}
	}
	pthread_mutex_unlock(&watchdog->mutex);
	return NULL;
}

struct watchdog *watchdog_new(void)
{
	struct watchdog *watchdog = memory_new(sizeof *watchdog);
	pthread_condattr_t attributes;

	pthread_mutex_init(&watchdog->mutex, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&watchdog->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	/* Without a thread nothing could be bounded; that is as bad as no memory. */
	if (pthread_create(&watchdog->thread, NULL, watch, watchdog) != 0)
		abort();
	return watchdog;
}

void watchdog_free(struct watchdog *watchdog)
{
	pthread_mutex_lock(&watchdog->mutex);
	watchdog->ending = true;
	pthread_cond_signal(&watchdog->changed);
	pthread_mutex_unlock(&watchdog->mutex);
	pthread_join(watchdog->thread, NULL);
	pthread_cond_destroy(&watchdog->changed);
	pthread_mutex_destroy(&watchdog->mutex);
	free(watchdog);
}

struct guard *guard_new(struct watchdog *watchdog)
{
	struct guard *guard = memory_new(sizeof *guard);

	guard->watchdog = watchdog;
	guard->descriptor = -1;
	pthread_mutex_lock(&watchdog->mutex);
	guard->next = watchdog->guards;
	watchdog->guards = guard;
	pthread_mutex_unlock(&watchdog->mutex);
	return guard;
}

void guard_free(struct guard *guard)
{
	struct watchdog *watchdog = guard->watchdog;
	struct guard **at;

	pthread_mutex_lock(&watchdog->mutex);
	for (at = &watchdog->guards; *at != guard; at = &(*at)->next)
		;
	*at = guard->next;
	if (guard->descriptor >= 0)
		close(guard->descriptor);
	pthread_mutex_unlock(&watchdog->mutex);
	free(guard);
}

void guard_socket(struct guard *guard, int descriptor)
{
	pthread_mutex_lock(&guard->watchdog->mutex);
	if (guard->descriptor >= 0)
		close(guard->descriptor);
	guard->descriptor = descriptor < 0 ? -1 : fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
	if (guard->descriptor >= 0 && (guard->cut || guard->timed_out))
		shutdown(guard->descriptor, SHUT_RDWR);
	pthread_mutex_unlock(&guard->watchdog->mutex);
}

void guard_arm(struct guard *guard, int64_t milliseconds)
{
	pthread_mutex_lock(&guard->watchdog->mutex);
	guard->armed = now_ms();
	guard->deadline = guard->armed + milliseconds;
	guard->timed_out = false;
	pthread_cond_signal(&guard->watchdog->changed);
	pthread_mutex_unlock(&guard->watchdog->mutex);
}

void guard_disarm(struct guard *guard)
{
	pthread_mutex_lock(&guard->watchdog->mutex);
	guard->deadline = 0;
	pthread_mutex_unlock(&guard->watchdog->mutex);
}

void guard_cut(struct guard *guard)
{
	pthread_mutex_lock(&guard->watchdog->mutex);
	guard->cut = true;
	if (guard->descriptor >= 0)
		shutdown(guard->descriptor, SHUT_RDWR);
	pthread_mutex_unlock(&guard->watchdog->mutex);
}

void guard_reset(struct guard *guard)
{
	pthread_mutex_lock(&guard->watchdog->mutex);
	guard->cut = false;
	guard->timed_out = false;
	guard->deadline = 0;
	pthread_mutex_unlock(&guard->watchdog->mutex);
}

bool guard_was_cut(struct guard *guard)
{
	bool cut;

	pthread_mutex_lock(&guard->watchdog->mutex);
	cut = guard->cut;
	pthread_mutex_unlock(&guard->watchdog->mutex);
	return cut;
}

bool guard_timed_out(struct guard *guard)
{
	bool over;

	pthread_mutex_lock(&guard->watchdog->mutex);
	over = guard->timed_out;
	pthread_mutex_unlock(&guard->watchdog->mutex);
	return over;
}

bool guard_hung_up(struct guard *guard)
{
	struct pollfd look = { .events = POLLRDHUP };
	bool hung_up;

	pthread_mutex_lock(&guard->watchdog->mutex);
	look.fd = guard->descriptor;
	hung_up = look.fd >= 0 && poll(&look, 1, 0) > 0 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR));
	pthread_mutex_unlock(&guard->watchdog->mutex);
	return hung_up;
}

int guard_waited(struct guard *guard)
{
	int64_t armed;

	pthread_mutex_lock(&guard->watchdog->mutex);
	armed = guard->armed;
	pthread_mutex_unlock(&guard->watchdog->mutex);
	armed = (now_ms() - armed) / 1000;
	return armed < 1 ? 1 : (int)armed;
}

bool guard_was_left(struct guard *guard)
{
	bool left = false;
	ssize_t got;
	char byte;

	pthread_mutex_lock(&guard->watchdog->mutex);
	if (guard->descriptor >= 0 && !guard->cut && !guard->timed_out) {
		got = recv(guard->descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
		left = got == 0 || (got < 0 && (errno == ECONNRESET || errno == EPIPE));
	}
	pthread_mutex_unlock(&guard->watchdog->mutex);
	return left;
}
