/*
 * queue_message: one message of the queue, as postcat shows it.
 *
 * Envelope and headers; the body too where it was asked for.  At most 256 KiB,
 * so that a large mail costs no more than a screen of it is worth.  Loop
 * thread.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "live/job.h"
#include "live/source.h"

#define BYTES_MOST ((size_t)256 * 1024)

struct message {
	struct live_job job;
	struct hosts *hosts;
	size_t host;
	struct host_call *call;
	void (*done)(void *context, const char *bytes, size_t length, const struct error *error);      /* NULL: cancelled */
	void *context;
};

static void answered(void *context, const struct host_answer *answer)
{
	struct message *message = context;
	struct error error = answer->error;

	/* Where the cap cut it off, postcat ends by a broken pipe, which is no failure. */
	if (!answer->cut)
		host_answer_good(host_at(message->hosts, message->host), "message", answer, &error);
	if (message->done && error.kind == ERROR_NONE)
		message->done(message->context, answer->output, answer->length, &error);
	else if (message->done)
		message->done(message->context, NULL, 0, &error);
	free(message);
}

static void cancel(struct live_job *job)
{
	struct message *message = (struct message *)job;

	message->done = NULL;
	host_cancel(message->call);
}

struct live_job *live_message(struct live *live, size_t host, const char *id, bool body,
		void (*done)(void *context, const char *bytes, size_t length, const struct error *error), void *context)
{
	struct message *message = memory_new(sizeof(*message));
	const struct host_request request = {
		.command = body ? "message-body" : "message", .holes = &id, .hole_count = 1,
		.most = BYTES_MOST, .done = answered, .context = message,
	};

	message->job.cancel = cancel;
	message->hosts = live_hosts(live);
	message->host = host;
	message->done = done;
	message->context = context;
	message->call = host_run(message->hosts, host, &request);
	return &message->job;
}
