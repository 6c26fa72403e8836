/*
 * child: runs a program without a shell.
 *
 * argv with an absolute path, a clean environment, standard input from
 * /dev/null or from a buffer, output capped, collected or handed on piece by
 * piece, a deadline that ends it (SIGTERM, 2 s, SIGKILL by pid).  libuv inside.
 * Loop thread only. Rules: terminal-and-safety 7.
 */
#ifndef POSTROOM_BASE_CHILD_H
#define POSTROOM_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"

struct child_result {
	bool started;          /* false: reason in error */
	bool timed_out;
	bool cut;              /* output was longer than the cap */
	int status;            /* exit status, or 128 + signal */
	const char *output;    /* standard output, zero-terminated; borrowed during the callback */
	size_t output_length;
	const char *complaint; /* standard error, likewise */
	size_t complaint_length;
	struct error error;
};
struct child_request {
	const char *const *argv;      /* argv[0] an absolute path; NULL-terminated */
	const void *input;            /* NULL: /dev/null; our copy is wiped as soon as it is written */
	size_t input_length;
	size_t most;                  /* cap of output and complaint each, bytes; 0: 8 MiB */
	uint64_t deadline;            /* milliseconds; 0: 10,000 */
	/*
	 * Takes standard output as it comes, so that it is never held whole: the result's output is empty then and
	 * `most` counts the whole stream (of the complaint 8 MiB at most are kept). Comes before done, with its context.
	 */
	void (*piece)(void *context, const char *bytes, size_t length);
};
struct child;
/* Starts it; done comes exactly once, on the loop thread. What the request points at is copied. */
struct child *child_run(struct loop *loop, const struct child_request *request,
		void (*done)(const struct child_result *result, void *context), void *context);
void child_cancel(struct child *child);               /* ends it; done still comes */
/*
 * Gives it up: waits at most so many milliseconds for a cancelled child to end, then ends it by SIGKILL. No
 * callback comes any more; for the end of whoever owns it, on whose loop nothing may run any more.
 */
void child_abandon(struct child *child, uint64_t milliseconds);

#endif
