/*
 * carrier_exec: runs a command on this machine, by argv; what carrier_ssh
 * stands on too.
 *
 * A program that cannot be started, that takes too long or says too much is an
 * answer like any other.  Loop thread.
 */
#include <string.h>

#include "base/child.h"
#include "hosts/hosts_private.h"

struct carried {
	struct child *child;
	void (*judge)(struct host_call *call, const struct child_result *result, struct error *error);
};

static void on_piece(void *context, const char *bytes, size_t length)
{
	struct host_call *call = context;

	/* Once it is told as late, or taken back, whoever asked may be gone; the program may still talk. */
	if (call->state == CALL_RUNS && !call->cancelled)
		call->piece(call->context, FORM_OUTPUT, bytes, length);
}

static const char *server(const struct host_call *call)
{
	return call->host->settings.name;
}

static void on_done(const struct child_result *result, void *context)
{
	struct host_call *call = context;
	struct carried *carried = call->carried;
	struct host_answer answer = {
		.form = FORM_OUTPUT, .status = result->status, .output = result->output, .length = result->output_length,
		.complaint = result->complaint, .cut = result->cut,
	};

	carried->child = NULL;
	if (!result->started) {
		answer.error = result->error;
		error_prefix(&answer.error, "%s: %s", server(call), call->command->name);
	} else if (result->timed_out) {
		error_set(&answer.error, ERROR_TIMEOUT, "%s: %s gave no answer within %u s and was ended",
			server(call), call->command->name, (unsigned)((call->deadline + 999) / 1000));
	} else if (carried->judge && !result->cut) {
		carried->judge(call, result, &answer.error);
	}
	call_answer(call, &answer);
}

void carrier_child_start(struct host_call *call, const char *const *argv,
		void (*judge)(struct host_call *call, const struct child_result *result, struct error *error))
{
	struct child_request request = {
		.argv = argv, .input = call->input, .input_length = call->input_length, .most = call->most,
		.deadline = call->deadline, .piece = call->piece ? on_piece : NULL,
	};
	struct carried *carried = arena_alloc(call->arena, sizeof(*carried));

	call->carried = carried;
	carried->judge = judge;
	carried->child = child_run(call->hosts->loop, &request, on_done, call);
	call_wipe_input(call);
}

void carrier_child_cancel(struct host_call *call)
{
	struct carried *carried = call->carried;

	if (carried->child)
		child_cancel(carried->child);
}

void carrier_child_abandon(struct host_call *call, uint64_t milliseconds)
{
	struct carried *carried = call->carried;

	if (carried->child)
		child_abandon(carried->child, milliseconds);
	carried->child = NULL;
}

static void start(struct host_call *call)
{
	size_t count;

	carrier_child_start(call, command_line(call, &count), NULL);
}

const struct carrier carrier_exec = {
	.way = WAY_EXEC, .start = start, .cancel = carrier_child_cancel, .abandon = carrier_child_abandon,
};
