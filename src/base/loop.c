/*
 * loop: descriptors, timers and signals over libuv, and the mailbox through
 * which workers reach the loop thread.
 *
 * Want of memory or threads ends the program; everything else cannot fail or
 * answers NULL.  Loop thread, except loop_message_post.  libuv closes handles
 * asynchronously: each handle of ours begins with the libuv handle and is
 * freed in the close callback, so that a _stop is allowed anywhere.
 */
#include "base/loop.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include <uv.h>

#include "base/clock.h"
#include "base/loop_private.h"
#include "base/memory.h"

/* A shorter wait is never stretched by loop_leaping. */
#define SHORT_WAIT_MS 1000
/* Longest delivery of messages at a stretch, so that a flood of rows leaves room for keys. */
#define DELIVERY_SLICE_NS (5 * 1000 * 1000)

struct loop {
	uv_loop_t uv;
	uv_prepare_t prepare;
	uv_async_t wake;
	void (*before_wait)(void *context);
	void *before_wait_context;
	bool stopped;
	uint64_t leapt;                    /* milliseconds, by loop_leap */
	uint64_t least_leap;               /* 0: time does not leap by itself */
	unsigned pending;                  /* holds the loop alive while not 0 */
	pthread_mutex_t lock;              /* guards the mailbox */
	struct loop_message *first, *last;
};

struct loop_watch {
	uv_poll_t handle;
	void (*ready)(void *context);                       /* one of both */
	void (*ready_events)(unsigned events, void *context);
	void *context;
};

struct loop_timer {
	uv_timer_t handle;
	uint64_t repeat;
	void (*call)(void *context);
	void *context;
};

struct loop_signal {
	uv_signal_t handle;
	void (*call)(int number, void *context);
	void *context;
};

static void must(int status, const char *what)
{
	if (status == 0)
		return;
	fprintf(stderr, "postroom: %s: %s\n", what, uv_strerror(status));
	abort();
}

static void free_handle(uv_handle_t *handle)
{
	free(handle);
}

static void stop_handle(void *handle)
{
	if (handle)
		uv_close(handle, free_handle);
}

/* --- the loop ------------------------------------------------------------- */

struct idleness {
	uint64_t wait;                     /* until the next timer; UINT64_MAX: none */
	bool child;
};

static void look_at_handle(uv_handle_t *handle, void *context)
{
	struct idleness *idleness = context;

	if (!uv_is_active(handle) || uv_is_closing(handle))
		return;
	if (handle->type == UV_PROCESS)
		idleness->child = true;
	else if (handle->type == UV_TIMER && uv_timer_get_due_in((uv_timer_t *)handle) < idleness->wait)
		idleness->wait = uv_timer_get_due_in((uv_timer_t *)handle);
}

static void leap_where_idle(struct loop *loop)
{
	struct idleness idleness = { .wait = UINT64_MAX };

	if (loop->pending > 0)
		return;
	uv_walk(&loop->uv, look_at_handle, &idleness);
	if (idleness.child || idleness.wait == 0 || idleness.wait == UINT64_MAX)
		return;
	/* Short waits are part of what goes on; only the long ones between are stretched. */
	loop_leap(loop, idleness.wait < SHORT_WAIT_MS || idleness.wait > loop->least_leap ? idleness.wait : loop->least_leap);
}

static void on_prepare(uv_prepare_t *handle)
{
	struct loop *loop = handle->data;

	if (loop->before_wait)
		loop->before_wait(loop->before_wait_context);
	if (loop->least_leap > 0)
		leap_where_idle(loop);
}

static struct loop_message *take_first(struct loop *loop)
{
	struct loop_message *message;

	pthread_mutex_lock(&loop->lock);
	message = loop->first;
	if (message) {
		loop->first = message->next;
		if (!loop->first)
			loop->last = NULL;
	}
	pthread_mutex_unlock(&loop->lock);
	return message;
}

static void on_wake(uv_async_t *handle)
{
	struct loop *loop = handle->data;
	uint64_t began = uv_hrtime();
	struct loop_message *message;

	while ((message = take_first(loop))) {
		message->deliver(message);
		if (loop->stopped || uv_hrtime() - began > DELIVERY_SLICE_NS) {
			uv_async_send(&loop->wake);
			return;
		}
	}
}

struct loop *loop_new(void)
{
	struct loop *loop = memory_new(sizeof(*loop));

	/* A peer that resets its connection must be an error of write(), never the end of the program. */
	signal(SIGPIPE, SIG_IGN);
	must(uv_loop_init(&loop->uv), "no event loop");
	must(uv_prepare_init(&loop->uv, &loop->prepare), "no event loop");
	must(uv_async_init(&loop->uv, &loop->wake, on_wake), "no event loop");
	loop->prepare.data = loop;
	loop->wake.data = loop;
	uv_prepare_start(&loop->prepare, on_prepare);
	uv_unref((uv_handle_t *)&loop->prepare);
	uv_unref((uv_handle_t *)&loop->wake);
	pthread_mutex_init(&loop->lock, NULL);
	if (getenv("POSTROOM_LEAPING_CLOCK"))
		loop->least_leap = strtoull(getenv("POSTROOM_LEAPING_CLOCK"), NULL, 10);
	return loop;
}

static void close_left_over(uv_handle_t *handle, void *unused)
{
	(void)unused;
	if (!uv_is_closing(handle))
		uv_close(handle, handle->data == handle ? free_handle : NULL);
}

void loop_free(struct loop *loop)
{
	struct loop_message *message;

	if (!loop)
		return;
	loop->before_wait = NULL;
	while ((message = take_first(loop)))
		message->deliver(message);
	uv_walk(&loop->uv, close_left_over, NULL);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	uv_loop_close(&loop->uv);
	pthread_mutex_destroy(&loop->lock);
	free(loop);
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

void loop_run(struct loop *loop)
{
	static const bool never;

	loop_run_until(loop, &never);
}

void loop_run_until(struct loop *loop, const bool *done)
{
	while (!*done && !loop->stopped) {
		if (!uv_run(&loop->uv, UV_RUN_ONCE))
			break;
	}
	loop->stopped = false;
}

/* --- waiting on a thread of one's own ------------------------------------------------ */

#define LOOK_MS 50

struct waiting {
	const bool *done;
	const volatile bool *give_up;
	void (*cancel)(void *context);
	void *context;
	bool cancelled;
};

static void on_look(void *context)
{
	struct waiting *waiting = context;

	if (waiting->cancelled || *waiting->done || !*waiting->give_up)
		return;
	waiting->cancelled = true;
	waiting->cancel(waiting->context);
}

void loop_wait(struct loop *loop, const bool *done, const volatile bool *give_up, void (*cancel)(void *context), void *context)
{
	struct waiting waiting = { .done = done, .give_up = give_up, .cancel = cancel, .context = context };
	struct loop_timer *timer = give_up ? loop_after(loop, LOOK_MS, LOOK_MS, on_look, &waiting) : NULL;

	loop_run_until(loop, done);
	loop_timer_stop(timer);
}

void loop_stop(struct loop *loop)
{
	loop->stopped = true;
	uv_stop(&loop->uv);
}

void loop_before_wait(struct loop *loop, void (*call)(void *context), void *context)
{
	loop->before_wait = call;
	loop->before_wait_context = context;
}

/* --- mailbox -------------------------------------------------------------- */

void loop_message_post(struct loop *loop, struct loop_message *message)
{
	message->next = NULL;
	pthread_mutex_lock(&loop->lock);
	if (loop->last)
		loop->last->next = message;
	else
		loop->first = message;
	loop->last = message;
	pthread_mutex_unlock(&loop->lock);
	uv_async_send(&loop->wake);
}

void loop_message_deliver_of(struct loop *loop, const void *sender)
{
	for (;;) {
		struct loop_message *message, *before = NULL;

		pthread_mutex_lock(&loop->lock);
		for (message = loop->first; message && message->sender != sender; message = message->next)
			before = message;
		if (message) {
			if (before)
				before->next = message->next;
			else
				loop->first = message->next;
			if (loop->last == message)
				loop->last = before;
		}
		pthread_mutex_unlock(&loop->lock);
		if (!message)
			return;
		message->deliver(message);
	}
}

void loop_hold(struct loop *loop)
{
	if (loop->pending++ == 0)
		uv_ref((uv_handle_t *)&loop->wake);
}

void loop_release(struct loop *loop)
{
	assert(loop->pending > 0);
	if (--loop->pending == 0)
		uv_unref((uv_handle_t *)&loop->wake);
}

/* --- descriptors ---------------------------------------------------------- */

static void on_ready(uv_poll_t *handle, int status, int events)
{
	struct loop_watch *watch = (struct loop_watch *)handle;
	unsigned which = (events & UV_READABLE ? LOOP_READABLE : 0) | (events & UV_WRITABLE ? LOOP_WRITABLE : 0);

	/* Errors are for the owner to meet in read(), where they have a name. */
	if (watch->ready)
		watch->ready(watch->context);
	else
		watch->ready_events(status < 0 || !which ? LOOP_READABLE | LOOP_WRITABLE : which, watch->context);
}

static struct loop_watch *start_watch(struct loop *loop, int descriptor, struct loop_watch pattern, int events)
{
	struct loop_watch *watch = memory_new(sizeof(*watch));

	*watch = pattern;
	if (uv_poll_init(&loop->uv, &watch->handle, descriptor) != 0) {
		free(watch);
		return NULL;
	}
	watch->handle.data = watch;
	if (uv_poll_start(&watch->handle, events, on_ready) != 0) {
		stop_handle(watch);
		return NULL;
	}
	return watch;
}

struct loop_watch *loop_watch(struct loop *loop, int descriptor, void (*ready)(void *context), void *context)
{
	struct loop_watch pattern = { .ready = ready, .context = context };

	return start_watch(loop, descriptor, pattern, UV_READABLE | UV_DISCONNECT);
}

static int uv_events(unsigned events)
{
	return (events & LOOP_READABLE ? UV_READABLE : 0) | (events & LOOP_WRITABLE ? UV_WRITABLE : 0);
}

struct loop_watch *loop_watch_events(struct loop *loop, int descriptor, unsigned events,
		void (*ready)(unsigned events, void *context), void *context)
{
	struct loop_watch pattern = { .ready_events = ready, .context = context };

	return start_watch(loop, descriptor, pattern, uv_events(events));
}

void loop_watch_change(struct loop_watch *watch, unsigned events)
{
	uv_poll_start(&watch->handle, uv_events(events), on_ready);
}

void loop_watch_stop(struct loop_watch *watch)
{
	stop_handle(watch);
}

/* --- timers --------------------------------------------------------------- */

static void on_timer(uv_timer_t *handle)
{
	struct loop_timer *timer = (struct loop_timer *)handle;

	timer->call(timer->context);
}

struct loop_timer *loop_after(struct loop *loop, uint64_t milliseconds, uint64_t repeat,
		void (*call)(void *context), void *context)
{
	struct loop_timer *timer = memory_new(sizeof(*timer));

	timer->call = call;
	timer->context = context;
	timer->repeat = repeat;
	uv_timer_init(&loop->uv, &timer->handle);
	timer->handle.data = timer;
	loop_timer_again(timer, milliseconds);
	return timer;
}

void loop_timer_again(struct loop_timer *timer, uint64_t milliseconds)
{
	/* libuv counts from the start of the turn; a long turn would make the timer early. */
	uv_update_time(timer->handle.loop);
	uv_timer_start(&timer->handle, on_timer, milliseconds, timer->repeat);
}

void loop_timer_stop(struct loop_timer *timer)
{
	stop_handle(timer);
}

int64_t loop_now(const struct loop *loop)
{
	return (int64_t)(uv_hrtime() / 1000000 + loop->leapt);
}

static void leap_timer(uv_handle_t *handle, void *context)
{
	const uint64_t *milliseconds = context;
	uv_timer_t *timer = (uv_timer_t *)handle;
	uint64_t due;

	if (handle->type != UV_TIMER || !uv_is_active(handle) || uv_is_closing(handle))
		return;
	due = uv_timer_get_due_in(timer);
	uv_timer_start(timer, timer->timer_cb, due > *milliseconds ? due - *milliseconds : 0, uv_timer_get_repeat(timer));
}

void loop_leap(struct loop *loop, uint64_t milliseconds)
{
	loop->leapt += milliseconds;
	clock_leap((int64_t)milliseconds);
	uv_walk(&loop->uv, leap_timer, &milliseconds);
}

void loop_leaping(struct loop *loop, uint64_t least)
{
	loop->least_leap = least;
}

/* --- signals -------------------------------------------------------------- */

static void on_signal(uv_signal_t *handle, int number)
{
	struct loop_signal *watch = (struct loop_signal *)handle;

	watch->call(number, watch->context);
}

struct loop_signal *loop_signal(struct loop *loop, int number, void (*call)(int number, void *context), void *context)
{
	struct loop_signal *watch = memory_new(sizeof(*watch));

	watch->call = call;
	watch->context = context;
	uv_signal_init(&loop->uv, &watch->handle);
	watch->handle.data = watch;
	uv_signal_start(&watch->handle, on_signal, number);
	uv_unref((uv_handle_t *)&watch->handle);
	return watch;
}

void loop_signal_stop(struct loop_signal *signal)
{
	stop_handle(signal);
}

const char *loop_library(void)
{
	return uv_version_string();
}
