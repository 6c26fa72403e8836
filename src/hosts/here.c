/*
 * here: a question that is waited for, for stores on a thread of their own.
 *
 * Runs the loop of that thread until the answer is there; another thread ends
 * it by a flag.  Fails by answer.  The thread that owns hosts and loop.
 */
#include "base/memory.h"
#include "hosts/hosts.h"

struct here {
	const struct host_request *request;
	struct host_call *call;
	struct arena *arena;
	struct host_answer *answer;
	bool done;
};

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	const struct here *here = context;

	here->request->piece(here->request->context, form, bytes, length);
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct here *here = context;

	*here->answer = *answer;
	here->answer->output = arena_bytes(here->arena, answer->output, answer->length);
	here->answer->complaint = arena_text(here->arena, answer->complaint);
	here->done = true;
}

static void on_give_up(void *context)
{
	host_cancel(((struct here *)context)->call);
}

const struct host_answer *host_run_here(struct hosts *hosts, struct loop *loop, size_t host, const struct host_request *request,
		const volatile bool *give_up, struct arena *arena)
{
	struct here here = { .request = request, .arena = arena };
	struct host_request mine = *request;

	here.answer = arena_alloc(arena, sizeof(*here.answer));
	mine.done = on_done;
	mine.context = &here;
	mine.piece = request->piece ? on_piece : NULL;
	here.call = host_run(hosts, host, &mine);
	loop_wait(loop, &here.done, give_up, on_give_up, &here);
	return here.answer;
}
