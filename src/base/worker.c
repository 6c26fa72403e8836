/*
 * worker: threads with a mailbox, the second half of loop.h.
 *
 * A worker runs its jobs one after the other; the loop thread enforces
 * deadlines by calling the job's interrupt while run is inside something that
 * blocks.  The interrupt happens under the worker's lock, so that it can never
 * hit the job after the one it was meant for.  All of it is for the loop
 * thread, except worker_main and what job_ says about itself.  Want of a
 * thread ends the program.
 */
#include "base/loop.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/loop_private.h"
#include "base/memory.h"

/* An interrupt can come before there is anything to interrupt (a socket not yet made): it is repeated. */
#define INTERRUPT_AGAIN_MS 250
#define FREE_SLICE_MS 50

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_FINISHED };

struct job {
	struct worker *worker;
	const struct job_class *class;
	void *context;
	uint64_t deadline;             /* milliseconds from the start of run; 0: none */
	int64_t began;                 /* milliseconds; written before JOB_RUNNING is announced */
	enum job_state state;          /* under the worker's lock */
	atomic_bool cancelled;
	atomic_bool timed_out;
	struct loop_timer *timer;      /* deadline, or the repeated interrupt */
	struct job *next;
};

struct worker {
	struct loop *loop;
	char name[16];
	pthread_t thread;
	pthread_mutex_t lock;          /* guards the members down to `ended` and job->state */
	pthread_cond_t changed;
	struct job *first, *last;      /* waiting */
	struct job *running;
	bool ending;
	bool ended;                    /* the thread touches nothing any more */
	bool abandoned;                /* loop thread: worker_free gave up on it */
	unsigned load;                 /* loop thread */
	struct job *hanging;           /* with `abandoned`: the job that its thread is still in */
	struct worker *next_abandoned;
};

/* Those given up: kept to the end of the program, since their threads may still use them. Loop thread. */
static struct worker *all_abandoned;

enum news_kind { NEWS_BEGUN, NEWS_EMIT, NEWS_FINISHED };

struct news {
	struct loop_message message;   /* first: a message is a news */
	enum news_kind kind;
	struct job *job;
	void (*call)(void *context, void *data);
	void *data;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the end of a job ------------------------------------------------------ */

/* Calls done and frees the job. The callback may free the worker, so nothing touches it afterwards. */
static void finish(struct job *job, bool cancelled)
{
	loop_timer_stop(job->timer);
	job->timer = NULL;
	job->worker->load--;
	loop_release(job->worker->loop);
	if (job->class->done)
		job->class->done(job->context, cancelled);
	free(job);
}

/* Under the worker's lock. */
static void interrupt_running(struct job *job)
{
	if (job->state == JOB_RUNNING && job->class->interrupt)
		job->class->interrupt(job->context);
}

static void on_job_timer(void *context)
{
	struct job *job = context;

	pthread_mutex_lock(&job->worker->lock);
	if (job->state == JOB_RUNNING && !job->cancelled)
		job->timed_out = true;
	interrupt_running(job);
	pthread_mutex_unlock(&job->worker->lock);
}

static void start_deadline(struct job *job)
{
	int64_t left = job->began + (int64_t)job->deadline - now_ms();

	if (!job->timer)
		job->timer = loop_after(job->worker->loop, left > 0 ? (uint64_t)left : 0,
				INTERRUPT_AGAIN_MS, on_job_timer, job);
}

/* --- news from the worker's thread ---------------------------------------- */

static void deliver_news(struct loop_message *message)
{
	struct news *news = (struct news *)message;
	struct job *job = news->job;

	if (job->worker->abandoned) {
		/* Its owners have been told that the memory is left alone. */
		free(news);
		return;
	}
	switch (news->kind) {
	case NEWS_BEGUN:
		start_deadline(job);
		break;
	case NEWS_EMIT:
		news->call(job->context, news->data);
		break;
	case NEWS_FINISHED:
		finish(job, job->cancelled);
		break;
	}
	free(news);
}

static void post_news(struct job *job, enum news_kind kind, void (*call)(void *context, void *data), void *data)
{
	struct news *news = memory_new(sizeof(*news));

	news->message.sender = job->worker;
	news->message.deliver = deliver_news;
	news->kind = kind;
	news->job = job;
	news->call = call;
	news->data = data;
	loop_message_post(job->worker->loop, &news->message);
}

static struct job *take_waiting(struct worker *worker)
{
	struct job *job = worker->first;

	if (job) {
		worker->first = job->next;
		if (!worker->first)
			worker->last = NULL;
		job->next = NULL;
	}
	return job;
}

static void *worker_main(void *context)
{
	struct worker *worker = context;
	struct job *job;

	pthread_mutex_lock(&worker->lock);
	while (!worker->ending) {
		job = take_waiting(worker);
		if (!job) {
			pthread_cond_wait(&worker->changed, &worker->lock);
			continue;
		}
		worker->running = job;
		job->began = now_ms();
		job->state = JOB_RUNNING;
		pthread_mutex_unlock(&worker->lock);
		if (job->deadline > 0)
			post_news(job, NEWS_BEGUN, NULL, NULL);
		job->class->run(job, job->context);
		pthread_mutex_lock(&worker->lock);
		worker->running = NULL;
		job->state = JOB_FINISHED;
		post_news(job, NEWS_FINISHED, NULL, NULL);
	}
	worker->ended = true;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return NULL;
}

/* --- workers --------------------------------------------------------------- */

/* Signals belong to the loop thread; those that tell of our own faults stay where they happen. */
static void start_thread(struct worker *worker)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	sigset_t blocked, before;
	size_t i;
	int failed;

	sigfillset(&blocked);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigdelset(&blocked, faults[i]);
	pthread_sigmask(SIG_SETMASK, &blocked, &before);
	failed = pthread_create(&worker->thread, NULL, worker_main, worker);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed) {
		fprintf(stderr, "postroom: no thread for %s: %s\n", worker->name, strerror(failed));
		abort();
	}
	pthread_setname_np(worker->thread, worker->name);
}

struct worker *worker_new(struct loop *loop, const char *name)
{
	struct worker *worker = memory_new(sizeof(*worker));
	pthread_condattr_t attributes;

	worker->loop = loop;
	snprintf(worker->name, sizeof(worker->name), "%s", name);
	pthread_mutex_init(&worker->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&worker->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	start_thread(worker);
	return worker;
}

/* Under the worker's lock: waits for the thread, repeating the interrupt. One without a job ends at once. */
static void wait_for_end(struct worker *worker, uint64_t milliseconds)
{
	int64_t until = now_ms() + (int64_t)milliseconds;

	while (!worker->ended && (!worker->running || now_ms() < until)) {
		struct timespec at;

		clock_gettime(CLOCK_MONOTONIC, &at);
		at.tv_nsec += (milliseconds < FREE_SLICE_MS ? (long)milliseconds + 1 : FREE_SLICE_MS) * 1000000;
		at.tv_sec += at.tv_nsec / 1000000000;
		at.tv_nsec %= 1000000000;
		if (pthread_cond_timedwait(&worker->changed, &worker->lock, &at) == ETIMEDOUT && worker->running)
			interrupt_running(worker->running);
	}
}

/* True where the thread still hangs in a job: the worker is left to itself then. */
static bool abandon_hanging(struct worker *worker)
{
	pthread_mutex_lock(&worker->lock);
	worker->abandoned = !worker->ended;
	worker->hanging = worker->running;
	pthread_mutex_unlock(&worker->lock);
	if (!worker->abandoned)
		return false;
	worker->next_abandoned = all_abandoned;
	all_abandoned = worker;
	loop_timer_stop(worker->hanging->timer);
	worker->hanging->timer = NULL;
	for (; worker->load > 0; worker->load--)
		loop_release(worker->loop);
	return true;
}

static void drop_all_waiting(struct worker *worker)
{
	struct job *job;

	for (;;) {
		pthread_mutex_lock(&worker->lock);
		job = take_waiting(worker);
		pthread_mutex_unlock(&worker->lock);
		if (!job)
			return;
		job->cancelled = true;
		finish(job, true);
	}
}

bool worker_free(struct worker *worker, uint64_t milliseconds)
{
	if (!worker)
		return true;
	pthread_mutex_lock(&worker->lock);
	worker->ending = true;
	if (worker->running) {
		worker->running->cancelled = true;
		interrupt_running(worker->running);
	}
	pthread_cond_broadcast(&worker->changed);
	wait_for_end(worker, milliseconds);
	pthread_mutex_unlock(&worker->lock);

	loop_message_deliver_of(worker->loop, worker);
	drop_all_waiting(worker);
	if (abandon_hanging(worker))
		return false;
	/* It may have ended since, with more to say. */
	loop_message_deliver_of(worker->loop, worker);
	pthread_join(worker->thread, NULL);
	pthread_cond_destroy(&worker->changed);
	pthread_mutex_destroy(&worker->lock);
	free(worker);
	return true;
}

unsigned worker_load(const struct worker *worker)
{
	return worker->load;
}

/* --- jobs ------------------------------------------------------------------ */

struct job *worker_post(struct worker *worker, const struct job_class *class, void *context, uint64_t deadline)
{
	struct job *job = memory_new(sizeof(*job));

	job->worker = worker;
	job->class = class;
	job->context = context;
	job->deadline = deadline;
	worker->load++;
	loop_hold(worker->loop);
	pthread_mutex_lock(&worker->lock);
	if (worker->last)
		worker->last->next = job;
	else
		worker->first = job;
	worker->last = job;
	pthread_cond_broadcast(&worker->changed);
	pthread_mutex_unlock(&worker->lock);
	return job;
}

/* Under the worker's lock. */
static void drop_waiting(struct worker *worker, struct job *job)
{
	struct job **link = &worker->first, *before = NULL;

	while (*link && *link != job) {
		before = *link;
		link = &before->next;
	}
	assert(*link == job);
	*link = job->next;
	if (worker->last == job)
		worker->last = before;
	job->next = NULL;
	job->state = JOB_FINISHED;
}

void job_cancel(struct job *job)
{
	struct worker *worker = job->worker;
	bool running;

	if (job->cancelled)
		return;
	pthread_mutex_lock(&worker->lock);
	job->cancelled = true;
	running = job->state == JOB_RUNNING;
	if (job->state == JOB_WAITING) {
		drop_waiting(worker, job);
		post_news(job, NEWS_FINISHED, NULL, NULL);
	}
	interrupt_running(job);
	pthread_mutex_unlock(&worker->lock);
	if (running) {
		loop_timer_stop(job->timer);
		job->timer = loop_after(worker->loop, INTERRUPT_AGAIN_MS, INTERRUPT_AGAIN_MS, on_job_timer, job);
	}
}

bool job_cancelled(const struct job *job)
{
	return job->cancelled || job->timed_out;
}

bool job_timed_out(const struct job *job)
{
	return job->timed_out;
}

void job_emit(struct job *job, void (*call)(void *context, void *data), void *data)
{
	post_news(job, NEWS_EMIT, call, data);
}
