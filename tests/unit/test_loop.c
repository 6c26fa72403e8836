/*
 * test_loop: timers, descriptors, signals and workers of base/loop.h.
 *
 * Times are real but short; every bound is generous, since the machine may be
 * busy.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/loop.h"

static struct loop *loop;

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_free(loop);
	return 0;
}

static long now_ms(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static void count(void *context)
{
	++*(int *)context;
}

static void stop_loop(void *context)
{
	(void)context;
	loop_stop(loop);
}

/* However slow the machine is. */
static void stop_at_three(void *context)
{
	if (*(int *)context >= 3)
		loop_stop(loop);
}

/* --- timers, descriptors, signals -------------------------------------------- */

static void timers_fire_once_or_often(void **state)
{
	int once = 0, often = 0;
	struct loop_timer *first = loop_after(loop, 5, 0, count, &once);
	struct loop_timer *second = loop_after(loop, 5, 5, count, &often);
	struct loop_timer *end = loop_after(loop, 2000, 0, stop_loop, NULL);
	struct loop_timer *enough = loop_after(loop, 1, 1, stop_at_three, &often);

	(void)state;
	loop_run(loop);
	loop_timer_stop(enough);
	assert_int_equal(once, 1);
	assert_true(often >= 3);
	loop_timer_again(first, 1);
	loop_timer_again(end, 20);
	loop_run(loop);
	assert_int_equal(once, 2);
	loop_timer_stop(first);
	loop_timer_stop(second);
	loop_timer_stop(end);
	loop_timer_stop(NULL);
	loop_run(loop);       /* nothing left: returns */
}

static struct loop_timer *self;

static void stop_myself(void *context)
{
	++*(int *)context;
	loop_timer_stop(self);
}

static void a_timer_may_stop_itself(void **state)
{
	int calls = 0;

	(void)state;
	self = loop_after(loop, 1, 1, stop_myself, &calls);
	loop_run(loop);
	assert_int_equal(calls, 1);
}

struct reader {
	int descriptor;
	struct loop_watch *watch;
	size_t bytes;
	bool ended;
};

static void on_ready(void *context)
{
	struct reader *reader = context;
	char buffer[16];
	ssize_t n = read(reader->descriptor, buffer, sizeof(buffer));

	if (n > 0) {
		reader->bytes += (size_t)n;
		return;
	}
	reader->ended = true;
	loop_watch_stop(reader->watch);
}

static void a_descriptor_is_read_to_its_end(void **state)
{
	struct reader reader = { 0 };
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "0123456789012345678901234", 25), 25);
	close(ends[1]);
	reader.descriptor = ends[0];
	reader.watch = loop_watch(loop, ends[0], on_ready, &reader);
	assert_non_null(reader.watch);
	loop_run_until(loop, &reader.ended);
	assert_true(reader.ended);
	assert_int_equal(reader.bytes, 25);
	close(ends[0]);
}

static void on_signal(int number, void *context)
{
	*(int *)context = number;
	loop_stop(loop);
}

static void signals_are_callbacks(void **state)
{
	int seen = 0;
	struct loop_signal *watch = loop_signal(loop, SIGUSR1, on_signal, &seen);
	struct loop_timer *end = loop_after(loop, 2000, 0, stop_loop, NULL);

	(void)state;
	raise(SIGUSR1);
	loop_run(loop);
	assert_int_equal(seen, SIGUSR1);
	loop_signal_stop(watch);
	loop_timer_stop(end);
}

static void one_call_before_each_wait(void **state)
{
	int frames = 0, ticks = 0;
	struct loop_timer *tick = loop_after(loop, 2, 2, count, &ticks);
	struct loop_timer *end = loop_after(loop, 30, 0, stop_loop, NULL);

	(void)state;
	loop_before_wait(loop, count, &frames);
	loop_run(loop);
	assert_true(frames >= ticks && ticks > 0);
	loop_before_wait(loop, NULL, NULL);
	loop_timer_stop(tick);
	loop_timer_stop(end);
}

/* --- workers ------------------------------------------------------------------ */

struct work {
	struct job *job;
	int pipe[2];              /* run reads here: hangs until somebody writes */
	int number;
	atomic_int interrupts;
	bool deaf;                /* an interrupt does not help */
	atomic_bool ran;          /* a thread that was left alone may still write */
	bool timed_out, done, cancelled;
	int emitted;
	atomic_bool began;
};

static int order[64];
static int ordered;

static void emit_one(void *context, void *data)
{
	struct work *work = context;

	assert_false(work->done);
	assert_int_equal(*(int *)data, work->emitted);
	work->emitted++;
	free(data);
}

static void run_emitting(struct job *job, void *context)
{
	struct work *work = context;
	int i;

	for (i = 0; i < 1000; i++) {
		int *data = malloc(sizeof(*data));

		*data = i;
		job_emit(job, emit_one, data);
	}
	work->ran = true;
}

static void run_hanging(struct job *job, void *context)
{
	struct work *work = context;
	char byte;

	atomic_store(&work->began, true);
	while (read(work->pipe[0], &byte, 1) == 1 && !job_cancelled(job))
		;
	work->timed_out = job_timed_out(job);
	work->ran = true;
}

static void interrupt(void *context)
{
	struct work *work = context;

	assert_false(work->done);
	work->interrupts++;
	if (!work->deaf)
		assert_int_equal(write(work->pipe[1], "x", 1), 1);
}

static void done(void *context, bool cancelled)
{
	struct work *work = context;

	assert_false(work->done);
	work->done = true;
	work->cancelled = cancelled;
	order[ordered++] = work->number;
}

/* What another thread does, however long it takes to be given a processor. */
static void until(const atomic_bool *happened)
{
	while (!atomic_load(happened))
		usleep(1000);
}

static const struct job_class emitting = { "emitting", run_emitting, done, NULL };
static const struct job_class hanging = { "hanging", run_hanging, done, interrupt };

static void rows_stream_in_order_before_done(void **state)
{
	struct worker *worker = worker_new(loop, "rows");
	struct work work[3] = { { .number = 0 }, { .number = 1 }, { .number = 2 } };
	int i;

	(void)state;
	ordered = 0;
	for (i = 0; i < 3; i++)
		worker_post(worker, &emitting, &work[i], 0);
	assert_int_equal(worker_load(worker), 3);
	loop_run_until(loop, &work[2].done);
	for (i = 0; i < 3; i++) {
		assert_int_equal(order[i], i);
		assert_int_equal(work[i].emitted, 1000);
		assert_false(work[i].cancelled);
	}
	assert_int_equal(worker_load(worker), 0);
	loop_run(loop);       /* an idle worker is nothing to wait for */
	assert_true(worker_free(worker, 20000));
}

static void a_deadline_ends_a_hanging_job(void **state)
{
	struct worker *worker = worker_new(loop, "hang");
	struct work work = { .number = 1 }, next = { .number = 2 };
	long began = now_ms();

	(void)state;
	ordered = 0;
	assert_int_equal(pipe(work.pipe), 0);
	worker_post(worker, &hanging, &work, 60);
	worker_post(worker, &emitting, &next, 0);
	loop_run_until(loop, &next.done);
	assert_true(work.done && work.timed_out && !work.cancelled);
	assert_true(now_ms() - began >= 55 && now_ms() - began < 20000);
	/* Once, and again where the thread has not noticed yet. */
	assert_true(work.interrupts >= 1);
	assert_true(next.ran && next.emitted == 1000);
	assert_true(worker_free(worker, 20000));
}

static void cancelling_drops_or_interrupts(void **state)
{
	struct worker *worker = worker_new(loop, "cancel");
	struct work running = { .number = 1 }, waiting = { .number = 2 };
	struct job *second;

	(void)state;
	ordered = 0;
	assert_int_equal(pipe(running.pipe), 0);
	running.job = worker_post(worker, &hanging, &running, 0);
	second = worker_post(worker, &emitting, &waiting, 0);
	until(&running.began);
	job_cancel(second);
	job_cancel(running.job);
	job_cancel(running.job);
	assert_false(waiting.done);
	loop_run_until(loop, &running.done);
	loop_run_until(loop, &waiting.done);
	assert_true(running.cancelled && running.ran && !running.timed_out);
	assert_true(waiting.cancelled && !waiting.ran);
	assert_true(worker_free(worker, 20000));
}

static void freeing_tells_everybody_once(void **state)
{
	struct worker *worker = worker_new(loop, "free");
	struct work work[4] = { { .number = 0 }, { .number = 1 }, { .number = 2 }, { .number = 3 } };
	int i;

	(void)state;
	ordered = 0;
	assert_int_equal(pipe(work[1].pipe), 0);
	worker_post(worker, &emitting, &work[0], 0);
	worker_post(worker, &hanging, &work[1], 10000);
	worker_post(worker, &emitting, &work[2], 0);
	worker_post(worker, &emitting, &work[3], 0);
	until(&work[1].began);
	assert_true(worker_free(worker, 20000));
	assert_int_equal(ordered, 4);
	for (i = 0; i < 4; i++)
		assert_int_equal(order[i], i);
	assert_int_equal(work[0].emitted, 1000);
	assert_true(work[1].cancelled && work[2].cancelled && work[3].cancelled);
	assert_false(work[2].ran);
	loop_run(loop);
}

static void a_thread_that_hangs_is_left_alone(void **state)
{
	static struct work work;       /* the thread keeps it */
	struct worker *worker = worker_new(loop, "deaf");
	long began = now_ms();

	(void)state;
	work.deaf = true;
	assert_int_equal(pipe(work.pipe), 0);
	worker_post(worker, &hanging, &work, 0);
	until(&work.began);
	assert_false(worker_free(worker, 300));
	assert_true(now_ms() - began < 15000);
	assert_true(work.interrupts >= 2);
	assert_false(work.done);
	assert_int_equal(write(work.pipe[1], "x", 1), 1);
	until(&work.ran);
	loop_run(loop);
	assert_true(!work.done);
}

static void an_idle_worker_ends_at_once(void **state)
{
	(void)state;
	assert_true(worker_free(worker_new(loop, "idle"), 0));
	assert_true(worker_free(NULL, 0));
}

static struct worker *freed_inside;

static void done_freeing(void *context, bool cancelled)
{
	done(context, cancelled);
	assert_true(worker_free(freed_inside, 20000));
}

static void a_worker_may_be_freed_in_done(void **state)
{
	static const struct job_class class = { "freeing", run_emitting, done_freeing, NULL };
	struct work work = { 0 };

	(void)state;
	ordered = 0;
	freed_inside = worker_new(loop, "inside");
	worker_post(freed_inside, &class, &work, 20000);
	loop_run_until(loop, &work.done);
	assert_int_equal(work.emitted, 1000);
	loop_run(loop);
}

static void ticks_go_on_while_a_job_hangs(void **state)
{
	struct worker *worker = worker_new(loop, "busy");
	struct work work = { 0 };
	int ticks = 0;
	struct loop_timer *tick = loop_after(loop, 5, 5, count, &ticks);

	(void)state;
	ordered = 0;
	assert_int_equal(pipe(work.pipe), 0);
	/* Of 100 that are due some may be late on a busy machine; a loop that waits for the job has none. */
	worker_post(worker, &hanging, &work, 500);
	loop_run_until(loop, &work.done);
	assert_true(ticks >= 10);
	loop_timer_stop(tick);
	assert_true(worker_free(worker, 20000));
}

struct both {
	int descriptor;
	struct loop_watch *watch;
	unsigned seen;
	bool done;
};

static void on_events(unsigned events, void *context)
{
	struct both *both = context;

	both->seen |= events;
	/* First only writing is watched, then only reading. */
	if (events & LOOP_WRITABLE) {
		assert_int_equal(events, LOOP_WRITABLE);
		loop_watch_change(both->watch, LOOP_READABLE);
		assert_int_equal(write(both->descriptor, "x", 1), 1);
		return;
	}
	loop_watch_stop(both->watch);
	both->done = true;
}

static void watches_for_reading_and_writing(void **state)
{
	struct both both = { .seen = 0 };
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	both.descriptor = ends[1];
	both.watch = loop_watch_events(loop, ends[0], LOOP_WRITABLE, on_events, &both);
	assert_non_null(both.watch);
	loop_run_until(loop, &both.done);
	assert_int_equal(both.seen, LOOP_READABLE | LOOP_WRITABLE);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(timers_fire_once_or_often, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_timer_may_stop_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_descriptor_is_read_to_its_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(signals_are_callbacks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_call_before_each_wait, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_stream_in_order_before_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deadline_ends_a_hanging_job, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cancelling_drops_or_interrupts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(freeing_tells_everybody_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_thread_that_hangs_is_left_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_idle_worker_ends_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_worker_may_be_freed_in_done, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ticks_go_on_while_a_job_hangs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(watches_for_reading_and_writing, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
