/*
 * ending: a signal that wants to end a command whose write is in flight.
 *
 * The gate is told at once, so that nothing is tried again; what the write came
 * to is journaled and told, and the exit status is the signal's (128 + number).
 * A look at mail servers ends at once, but in order: a program that hangs over
 * there must not outlive it.  Otherwise signals keep their ordinary effect:
 * nothing is lost then.
 * Loop thread.
 */
#include "commands/ending.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WAIT_MS 5000

enum { ENDINGS = 3 };
static const int endings[ENDINGS] = { SIGINT, SIGTERM, SIGHUP };

struct ending {
	struct headless *headless;
	struct loop_signal *watched[ENDINGS];
	struct loop_timer *timer;
	bool answered;
};

static void on_time_over(void *context)
{
	struct ending *ending = context;

	ending->answered = false;
	ending->headless->done = true;
}

/* A second signal changes nothing: the end has a date already. */
static void on_signal(int number, void *context)
{
	struct ending *ending = context;
	struct headless *headless = ending->headless;

	if (headless->ended_by)
		return;
	headless->ended_by = number;
	headless_note("postroom: Asked to end (%s) while the change is under way; its outcome is waited for, at most %d s",
		strsignal(number), WAIT_MS / 1000);
	gate_wind_down(headless->engine->gate);
	ending->timer = loop_after(headless->engine->loop, WAIT_MS, 0, on_time_over, ending);
}

static bool is_ignored(int number)
{
	struct sigaction now;

	return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

static void watch(struct ending *ending, void (*call)(int number, void *context))
{
	for (size_t i = 0; i < ENDINGS; i++)
		if (!is_ignored(endings[i]))
			ending->watched[i] = loop_signal(ending->headless->engine->loop, endings[i], call, ending);
}

static void unwatch(struct ending *ending)
{
	for (size_t i = 0; i < ENDINGS; i++)
		loop_signal_stop(ending->watched[i]);
	loop_timer_stop(ending->timer);
}

bool ending_wait(struct headless *headless)
{
	struct ending ending = { .headless = headless, .answered = true };
	bool closed;

	watch(&ending, on_signal);
	headless_wait(headless);
	unwatch(&ending);
	if (ending.answered)
		return true;
	closed = engine_close(headless->engine);
	headless->engine = NULL;
	if (closed)
		return false;
	headless_note("postroom: Nobody knows whether the change happened: the server gave no answer. "
		"The journal has it, and the next start looks");
	fflush(stdout);
	_exit(128 + headless->ended_by);
}

static void on_end_of_look(int number, void *context)
{
	struct ending *ending = context;

	ending->headless->ended_by = number;
	ending->headless->done = true;
}

bool ending_wait_look(struct headless *headless)
{
	struct ending ending = { .headless = headless };

	watch(&ending, on_end_of_look);
	headless_wait(headless);
	unwatch(&ending);
	return !headless->ended_by;
}
