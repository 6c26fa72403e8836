/*
 * loop: descriptors, timers, signals and threads with a mailbox; libuv inside.
 *
 * The loop thread paints, decides and owns all shared data; whatever can block
 * runs on a worker of its own and has a deadline that can be enforced.  Unless
 * it says otherwise a function is for the loop thread, and callbacks come on
 * the loop thread.  Handles are freed by their _stop function, which may be
 * called from inside their own callback; after it no callback comes.
 */
#ifndef POSTROOM_BASE_LOOP_H
#define POSTROOM_BASE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct loop;
struct loop *loop_new(void);
/* Frees a loop; workers must have been freed before. */
void loop_free(struct loop *loop);
/* Runs until loop_stop, or until nothing is left to wait for. */
void loop_run(struct loop *loop);
/* Runs until *done is true or loop_stop; for headless commands. */
void loop_run_until(struct loop *loop, const bool *done);
/*
 * Runs until *done, for whoever waits on a thread with a loop of its own. Where another thread sets *give_up (NULL: nobody
 * does) `cancel(context)` is called once, at most 50 ms later; it must make *done become true soon.
 */
void loop_wait(struct loop *loop, const bool *done, const volatile bool *give_up, void (*cancel)(void *context), void *context);
void loop_stop(struct loop *loop);
/* Called each time before the loop waits (one painting per turn); one at most, NULL removes. */
void loop_before_wait(struct loop *loop, void (*call)(void *context), void *context);

/* Readable (or hung up, or failed) descriptor, made nonblocking. NULL where it cannot be watched (a regular file). */
struct loop_watch;
struct loop_watch *loop_watch(struct loop *loop, int descriptor, void (*ready)(void *context), void *context);
/* The same for reading, writing or both; ready is told which (both where it hung up or failed). */
enum { LOOP_READABLE = 1, LOOP_WRITABLE = 2 };
struct loop_watch *loop_watch_events(struct loop *loop, int descriptor, unsigned events, void (*ready)(unsigned events, void *context), void *context);
void loop_watch_change(struct loop_watch *watch, unsigned events);
void loop_watch_stop(struct loop_watch *watch);           /* NULL is allowed */

/* Timer; repeat 0: once (still to be stopped with loop_timer_stop). Milliseconds. */
struct loop_timer;
struct loop_timer *loop_after(struct loop *loop, uint64_t milliseconds, uint64_t repeat, void (*call)(void *context), void *context);
void loop_timer_again(struct loop_timer *timer, uint64_t milliseconds);   /* starts over */
void loop_timer_stop(struct loop_timer *timer);                           /* NULL is allowed */
/* Milliseconds by which timers go, from some beginning; goes on where clock_freeze stopped the clocks. */
int64_t loop_now(const struct loop *loop);
/* Tests: time leaps, for timers, loop_now and both clocks alike; what became due runs in the next turn. */
void loop_leap(struct loop *loop, uint64_t milliseconds);
/*
 * Tests: from now on time leaps by itself to the next timer, at least `least` ms where that is a second ahead or more,
 * whenever nothing but timers is waited for (no job of a worker, no child, no request of http); 0 ends it. Environment
 * POSTROOM_LEAPING_CLOCK=<least> does so from the start. Other sockets are not known to be waited for.
 */
void loop_leaping(struct loop *loop, uint64_t least);

/* Signal as an ordinary callback. Signals alone do not keep loop_run waiting. */
struct loop_signal;
struct loop_signal *loop_signal(struct loop *loop, int number, void (*call)(int number, void *context), void *context);
void loop_signal_stop(struct loop_signal *signal);

/*
 * A worker: one thread with a mailbox.  Jobs run one after the other in the
 * order of posting.
 */
struct worker;
struct worker *worker_new(struct loop *loop, const char *name);
/*
 * Ends the worker: jobs not yet started are dropped (their done is called with
 * cancelled = true), the running one gets its interrupt call; waits at most
 * `milliseconds` for the thread.  False where it still hangs: the memory is
 * left alone then, no callback of it comes any more (not even done of the job
 * that hangs), and the program should leave by _exit.
 */
bool worker_free(struct worker *worker, uint64_t milliseconds);

struct job;
struct job_class {
	const char *name;                                  /* for messages */
	void (*run)(struct job *job, void *context);       /* on the worker's thread */
	void (*done)(void *context, bool cancelled);       /* on the loop thread, always exactly once */
	/*
	 * On the loop thread, at the deadline or on job_cancel while the job runs: must make run
	 * return soon (shut a socket down). Comes again every 250 ms until run has returned, never after
	 * that, and under the worker's lock: it must not call worker_ or job_ functions. NULL: cannot be
	 * interrupted.
	 */
	void (*interrupt)(void *context);
};
/* Posts a job; deadline in milliseconds after it began to run, 0: none. The class is constant; context is the caller's. */
struct job *worker_post(struct worker *worker, const struct job_class *class, void *context, uint64_t deadline);
/* Takes a job back: dropped if it waits (done comes with cancelled = true), interrupted if it runs. */
void job_cancel(struct job *job);
/* On the worker's thread: the job was cancelled or its deadline has passed. */
bool job_cancelled(const struct job *job);
bool job_timed_out(const struct job *job);             /* it was the deadline; also valid inside done via context kept by run */
/*
 * On the worker's thread: calls `call(context_of_the_job, data)` on the loop thread, before done and
 * in order; how rows stream.  data is handed over; it is delivered even where the job was cancelled
 * (so that it can be freed).
 */
void job_emit(struct job *job, void (*call)(void *context, void *data), void *data);
/* Number of jobs waiting or running. */
unsigned worker_load(const struct worker *worker);

/* Version of the library inside. Any thread. */
const char *loop_library(void);

#endif
