/*
 * queue_ask: runs `postqueue -j` and feeds its bytes to the reader as they
 * come, so that no listing is ever held.  A cancelled question stays alive
 * until the carrier has let go of it, but is deaf.  Loop thread.
 */
#include "live/queue_ask.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* 100,000 mails are 32 MB and take 2.5 s (postfix 1). */
#define DEADLINE_MS 120000
#define BYTES_MOST ((size_t)1 << 30)

struct queue_asking {
	struct hosts *hosts;
	size_t host;
	struct host_call *call;
	struct queue_reader *reader;
	void (*done)(void *context, const struct queue_end *end);      /* NULL: cancelled */
	void *context;
};

static void piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct queue_asking *asking = context;

	(void)form;
	if (asking->done)
		queue_reader_feed(asking->reader, bytes, length);
}

/* The mail system is down, and root's postqueue read the directories itself (status 0). */
static bool is_down(const struct host_answer *answer)
{
	return answer->complaint && strstr(answer->complaint, "Mail system is down -- accessing queue directly");
}

static void answered(void *context, const struct host_answer *answer)
{
	struct queue_asking *asking = context;
	struct queue_end end = { .error = answer->error, .cut = answer->cut };
	void (*done)(void *context, const struct queue_end *end) = asking->done;

	if (done) {
		/*
		 * Where the cap cut the stream, the last line is ours, not Postfix's, and so is how it ended: what was read
		 * stands, and is marked.
		 */
		if (!answer->cut) {
			queue_reader_end(asking->reader);
			host_answer_good(host_at(asking->hosts, asking->host), "queue", answer, &end.error);
		}
		end.malformed = queue_reader_malformed(asking->reader);
		end.down = is_down(answer);
		asking->done = NULL;
		done(asking->context, &end);
	}
	queue_reader_free(asking->reader);
	free(asking);
}

struct queue_asking *queue_ask(struct hosts *hosts, size_t host, queue_take *take,
		void (*done)(void *context, const struct queue_end *end), void *context)
{
	struct queue_asking *asking = memory_new(sizeof(*asking));
	const struct host_request request = {
		.command = "queue", .deadline = DEADLINE_MS, .most = BYTES_MOST, .piece = piece, .done = answered, .context = asking,
	};

	asking->hosts = hosts;
	asking->host = host;
	asking->reader = queue_reader_new(take, context);
	asking->done = done;
	asking->context = context;
	asking->call = host_run(hosts, host, &request);
	return asking;
}

void queue_ask_cancel(struct queue_asking *asking)
{
	if (!asking)
		return;
	asking->done = NULL;
	host_cancel(asking->call);
}
