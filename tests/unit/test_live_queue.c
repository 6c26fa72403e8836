/* The queue from end to end over fake servers: source, tables, lists of messages, drills, one message; what fails and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/data.h"
#include "live/queue_count.h"
#include "live/source.h"
#include "model/live_kinds.h"
#include "tests/fakes/fake_hosts.h"

#define NOW 1795150000

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	bool done;
	unsigned answers;
	struct queue *queue;
	struct rows *rows;
	uint64_t matching;
	char *bytes;
	size_t length;
	struct error error;
	char files[6][20000];
};

static const char *read_file(struct world *world, unsigned slot, const char *name)
{
	char path[200];
	size_t length;
	FILE *file;

	snprintf(path, sizeof(path), "tests/fixtures/postfix/%s", name);
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(world->files[slot], 1, sizeof(world->files[slot]) - 1, file);
	world->files[slot][length] = '\0';
	fclose(file);
	return world->files[slot];
}

static int set_up(void **state)
{
	static const char *const own[] = { "example.org", NULL };
	static const struct live_settings settings = { .own_domains = own };
	struct world *world = calloc(1, sizeof(*world));

	clock_freeze(NOW);
	world->loop = loop_new();
	world->hosts = fake_hosts_new(world->loop, 2);
	world->live = live_open(world->loop, world->hosts, &settings);
	*state = world;
	return 0;
}

static void forget(struct world *world)
{
	queue_free(world->queue);
	rows_free(world->rows);
	free(world->bytes);
	world->queue = NULL;
	world->rows = NULL;
	world->bytes = NULL;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	forget(world);
	live_close(world->live);
	hosts_close(world->hosts);
	loop_free(world->loop);
	free(world);
	clock_freeze(-1);
	return 0;
}

static void answer(struct world *world, const struct error *error)
{
	world->error = *error;
	world->answers++;
	world->done = true;
}

static void asked_queue(void *context, void *snapshot, const struct error *error)
{
	struct world *world = context;

	world->queue = snapshot;
	answer(world, error);
}

static void asked_messages(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct world *world = context;

	world->rows = takes;
	world->matching = matching;
	answer(world, error);
}

static void asked_message(void *context, const char *bytes, size_t length, const struct error *error)
{
	struct world *world = context;

	world->bytes = bytes ? strndup(bytes, length) : NULL;
	world->length = length;
	answer(world, error);
}

static void wait_for(struct world *world)
{
	assert_false(world->done);
	loop_run_until(world->loop, &world->done);
	assert_true(world->done);
	world->done = false;
}

static void turn(void *context)
{
	struct world *world = context;

	if (live_settled(world->live))
		world->done = true;
}

/* Lets the collector ask all servers once. */
static void settle(struct world *world)
{
	struct loop_timer *timer;

	clock_freeze(-1);
	live_want(world->live, 1u << LIVE_QUEUE);
	timer = loop_after(world->loop, 10, 10, turn, world);
	wait_for(world);
	loop_timer_stop(timer);
}

static void ask_queue(struct world *world)
{
	forget(world);
	assert_non_null(source_queue.ask(world->live, 0, asked_queue, world));
	wait_for(world);
}

static void reply(struct world *world, const char *output, int status, const char *complaint, size_t piece)
{
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "queue", .output = output, .status = status,
		.complaint = complaint, .piece = piece });
}

static void counts_what_is_recorded(void **state)
{
	struct world *world = *state;

	for (size_t piece = 0; piece < 200; piece += 37) {
		reply(world, read_file(world, 0, "postqueue-j-hold.out"), 0, NULL, piece);
		ask_queue(world);
		assert_int_equal(world->error.kind, ERROR_NONE);
		assert_int_equal(world->queue->all.mails, 6);
		assert_int_equal(world->queue->all.recipients, 9);
		assert_int_equal(world->queue->all.bytes, 421 + 273 + 383 * 3 + 431);
		assert_int_equal(world->queue->by_queue[QUEUE_HOLD].mails, 1);
		assert_int_equal(world->queue->by_queue[QUEUE_HOLD].recipients, 4);
		assert_int_equal(world->queue->by_queue[QUEUE_DEFERRED].mails, 5);
		assert_int_equal(world->queue->expired, 1);
		assert_int_equal(world->queue->mail_ages[queue_age(NOW - 1795146648)], 6);
		assert_int_equal(world->queue->reasons.count, 1);
		assert_string_equal(world->queue->reasons.rows[0].name, "connect to X: Connection refused");
		assert_int_equal(world->queue->reasons.rows[0].recipients, 9);
		assert_false(world->queue->down);
		assert_int_equal(world->queue->malformed, 0);
	}
	/* The held one is to example.org, a domain of ours, but what is held is no deferral. */
	assert_string_equal(world->queue->domains.rows[1].name, "example.org");
	assert_true(world->queue->domains.rows[1].own);
	assert_int_equal(world->queue->domains.rows[1].late, 0);
	assert_int_equal(world->queue->domains.rows[0].late, 5);
}

static void an_empty_queue(void **state)
{
	struct world *world = *state;

	reply(world, "", 0, NULL, 0);
	ask_queue(world);
	assert_int_equal(world->error.kind, ERROR_NONE);
	assert_int_equal(world->queue->all.mails, 0);
	assert_int_equal(world->queue->domains.count, 0);
}

static void a_broken_line_costs_itself(void **state)
{
	struct world *world = *state;
	char *text = (char *)read_file(world, 0, "postqueue-j-hold.out");

	text[3] = '}';
	text[strlen(text) - 40] = '\0';
	reply(world, text, 0, NULL, 11);
	ask_queue(world);
	assert_int_equal(world->queue->all.mails, 4);
	assert_int_equal(world->queue->malformed, 2);
}

static void what_fails_says_why(void **state)
{
	static const struct { const char *file, *complaint; int status; enum error_kind kind; const char *words; } cases[] = {
		{ "stopped-nobody-j.err", NULL, 69, ERROR_UNREACHABLE, "mail1: queue: Postfix is not running" },
		{ "down-postqueue-j.err", NULL, 69, ERROR_UNREACHABLE, "was never started" },
		{ "nobody-auth-no-j.err", NULL, 69, ERROR_REFUSED, "authorized_mailq_users" },
		{ NULL, "sudo: a password is required\n", 1, ERROR_REFUSED, "sudo asks for a password" },
		{ NULL, "postqueue: fatal: bad numerical configuration: message_size_limit = abc", 69, ERROR_CONFIG,
		  "says where: bad numerical configuration: message_size_limit = abc [69]" },
		{ NULL, NULL, 127, ERROR_UNSUPPORTED, "the program is not there" },
		{ NULL, "killed", 137, ERROR_UNREACHABLE, "it failed; try it there by hand: killed [137]" },
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		reply(world, "{\"queue_name\": \"hold\"", cases[i].status, cases[i].file ? read_file(world, 0, cases[i].file) : cases[i].complaint, 0);
		ask_queue(world);
		assert_null(world->queue);
		assert_int_equal(world->error.kind, cases[i].kind);
		assert_non_null(strstr(world->error.text, cases[i].words));
		assert_ptr_equal(strstr(world->error.text, "mail1: "), world->error.text);
	}
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "queue", .failure = ERROR_TIMEOUT, .failure_text = "no answer" });
	ask_queue(world);
	assert_int_equal(world->error.kind, ERROR_TIMEOUT);
	assert_string_equal(world->error.text, "mail1: no answer");
}

/* A program whose output is too long is ended for it; what was read until then stands, and is marked. */
static void too_long_to_be_read(void **state)
{
	struct world *world = *state;

	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "queue", .output = read_file(world, 0, "postqueue-j-hold.out"),
		.status = 143, .cut = true });
	ask_queue(world);
	assert_int_equal(world->error.kind, ERROR_NONE);
	assert_true(world->queue->cut);
	assert_true(world->queue->all.mails > 0);
}

/* Root reads the directories itself where Postfix does not run: the figures are right, and marked. */
static void down_but_readable(void **state)
{
	struct world *world = *state;

	reply(world, read_file(world, 0, "stopped-postqueue-j.out"), 0, read_file(world, 1, "stopped-postqueue-j.err"), 0);
	ask_queue(world);
	assert_int_equal(world->error.kind, ERROR_NONE);
	assert_true(world->queue->down);
	assert_int_equal(world->queue->all.mails, 1);
}

static void taken_back(void **state)
{
	struct world *world = *state;
	struct asking *asking;
	bool never = false;

	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "queue", .hangs = true });
	asking = source_queue.ask(world->live, 0, asked_queue, world);
	source_queue.cancel(asking);
	live_job_cancel(live_messages(world->live, 0, NULL, 5, asked_messages, world));
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "message", .hangs = true });
	live_job_cancel(live_message(world->live, 0, "4175FA728D6", false, asked_message, world));
	live_job_cancel(NULL);
	loop_run_until(world->loop, &never);
	assert_int_equal(world->answers, 0);
}

static void where_it_applies(void **state)
{
	struct world *world = *state;
	const char *reason = "";

	assert_true(source_queue.applies(world->live, 0, &reason));
	assert_null(reason);
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "queue", .failure = ERROR_UNSUPPORTED, .failure_text = "mail1 has no way" });
	assert_false(source_queue.applies(world->live, 0, &reason));
	assert_string_equal(reason, "mail1 has no way");
}

/* Each server keeps its own word why there is no way to it, though a source has one at a time. */
static void each_server_says_why_it_has_none(void **state)
{
	struct world *world = *state;

	fake_hosts_reply(world->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .failure = ERROR_UNSUPPORTED, .failure_text = "mail1 has no way" });
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .host = "mail2", .command = "queue", .failure = ERROR_UNSUPPORTED, .failure_text = "mail2 has no way" });
	settle(world);
	assert_false(live_state(world->live, 0, LIVE_QUEUE)->applies);
	assert_string_equal(live_state(world->live, 0, LIVE_QUEUE)->reason, "mail1 has no way");
	assert_string_equal(live_state(world->live, 1, LIVE_QUEUE)->reason, "mail2 has no way");
}

/* --- lists and drills ----------------------------------------------------------------------------- */

static void list(struct world *world, const struct live_pick *pick, size_t most)
{
	forget(world);
	assert_non_null(live_messages(world->live, 0, pick, most, asked_messages, world));
	wait_for(world);
	assert_int_equal(world->error.kind, ERROR_NONE);
}

static const char *cell(const struct world *world, size_t row, size_t column)
{
	return world->rows->rows[row].values[column].bytes;
}

static void messages_by_pick(void **state)
{
	static const char *const roots[] = { "nobody@vm", "ROOT@VM", NULL }, *const odd[] = { "\"Odd Name\"@Example.com", "x", NULL }, *const none[] = { NULL };
	static const struct { struct live_pick pick; uint64_t matching; const char *first; } cases[] = {
		{ { .queue = NULL }, 6, "14AD4A72892" },
		{ { .queue = "hold" }, 1, "31527A728A3" },
		{ { .queue = "active" }, 0, NULL },
		{ { .domain = "example.org" }, 1, "31527A728A3" },
		{ { .domain = "example.com" }, 6, "14AD4A72892" },
		{ { .sender = "root@vm" }, 1, "39D50A728A8" },
		{ { .recipient = "\"odd name\"@example.com" }, 1, "31527A728A3" },
		{ { .recipient = "c@example.org", .domain = "example.com" }, 0, NULL },
		{ { .reason = "connect to X: Connection refused", .queue = "deferred" }, 5, "14AD4A72892" },
		{ { .reason = "connect to Y: Connection refused" }, 0, NULL },
		{ { .id = "3CA12A728A4" }, 1, "3CA12A728A4" },
		/* People's addresses are written in any case. */
		{ { .senders = roots }, 1, "39D50A728A8" }, { { .senders = none }, 0, NULL }, { { .sender = "ROOT@vm" }, 0, NULL },
		{ { .recipients = odd }, 1, "31527A728A3" }, { { .recipients = none }, 0, NULL }, { { .recipients = odd, .senders = roots }, 0, NULL },
		{ { .before = 1795146648 }, 0, NULL },
		{ { .before = 1795146649 }, 6, "14AD4A72892" },
	};
	struct world *world = *state;

	reply(world, read_file(world, 0, "postqueue-j-hold.out"), 0, NULL, 100);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		list(world, &cases[i].pick, 0);
		assert_int_equal(world->matching, cases[i].matching);
		assert_int_equal(world->rows->count, cases[i].matching);
		if (cases[i].first)
			assert_string_equal(cell(world, 0, LM_ID), cases[i].first);
	}
	list(world, &(struct live_pick){ .domain = "example.org" }, 0);
	assert_string_equal(world->rows->rows[0].id, "mail1/31527A728A3");
	assert_string_equal(cell(world, 0, LM_RECIPIENTS), "c@example.org, a@example.com, b@example.com, \"odd name\"@example.com");
	assert_string_equal(cell(world, 0, LM_COUNT), "4");
	assert_string_equal(cell(world, 0, LM_QUEUE), "hold");
	assert_string_equal(cell(world, 0, LM_SIZE), "431");
	assert_string_equal(cell(world, 0, LM_ARRIVAL), "2026-11-20T03:50:48Z");
	assert_string_equal(cell(world, 0, LM_REASON), "connect to 127.0.0.1[127.0.0.1]:24999: Connection refused");
	assert_string_equal(cell(world, 0, LM_EXPIRED), "no");
}

/* The oldest are kept, whatever the order, and all that match are counted. */
static void the_oldest_of_many(void **state)
{
	struct world *world = *state;
	struct text listing = { 0 };

	for (unsigned i = 0; i < 5000; i++)
		text_addf(&listing, "{\"queue_name\": \"deferred\", \"queue_id\": \"AB%06u\", \"arrival_time\": %u, \"message_size\": 1, "
			"\"sender\": \"x\", \"recipients\": [%s]}\n", i, 1000000 + i * 7919 % 5000, i % 2 ? "{\"address\": \"a@b\"}" : "");
	reply(world, listing.bytes, 0, NULL, 5000);
	list(world, NULL, 10);
	assert_int_equal(world->matching, 5000);
	assert_int_equal(world->rows->count, 10);
	for (size_t i = 0; i < 10; i++) {
		int64_t at = 0;
		char expected[40];
		struct arena *arena = arena_new();

		snprintf(expected, sizeof(expected), "%s", text_from_time(arena, 1000000 + (int64_t)i + at));
		assert_string_equal(cell(world, i, LM_ARRIVAL), expected);
		arena_free(arena);
	}
	list(world, &(struct live_pick){ .domain = "b" }, 100000);
	assert_int_equal(world->matching, 2500);
	assert_int_equal(world->rows->count, 2500);
	list(world, NULL, 0);
	assert_int_equal(world->rows->count, 1000);
	text_free(&listing);
}

/* Two thousand recipients in several parts: one message, with those that were asked for in front. */
static void one_message_to_many(void **state)
{
	struct world *world = *state;
	struct text listing = { 0 };

	text_add(&listing, "{\"queue_name\": \"deferred\", \"queue_id\": \"ABCDEF\", \"arrival_time\": 5, \"sender\": \"x\", \"recipients\": [");
	for (unsigned i = 0; i < 2000; i++)
		text_addf(&listing, "%s{\"address\": \"a%u@d%u.example\", \"delay_reason\": \"reason%c\"}", i ? ", " : "", i, i % 1000, 'A' + (i == 1900));
	text_add(&listing, "]}\n");
	reply(world, listing.bytes, 0, NULL, 4096);
	list(world, &(struct live_pick){ .domain = "d900.example" }, 0);
	assert_int_equal(world->matching, 1);
	assert_string_equal(cell(world, 0, LM_COUNT), "2000");
	assert_ptr_equal(strstr(cell(world, 0, LM_RECIPIENTS), "a900@d900.example, a1900@d900.example, a0@d0.example, "), cell(world, 0, LM_RECIPIENTS));
	assert_non_null(strstr(cell(world, 0, LM_RECIPIENTS), ", a17@d17.example and 1980 more"));
	assert_string_equal(cell(world, 0, LM_REASON), "reasonA");
	list(world, &(struct live_pick){ .reason = "reasonB" }, 0);
	assert_string_equal(cell(world, 0, LM_REASON), "reasonB");
	text_free(&listing);
}

static void one_message(void **state)
{
	struct world *world = *state;

	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "message", .output = "Subject: \0 x\n", .length = 13 });
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "message-body", .output = "hello\n" });
	live_message(world->live, 0, "4175FA728D6", false, asked_message, world);
	wait_for(world);
	assert_int_equal(world->error.kind, ERROR_NONE);
	assert_int_equal(world->length, 13);
	assert_string_equal(fake_hosts_holes(world->hosts, "message"), "4175FA728D6");
	forget(world);
	live_message(world->live, 0, "4175FA728D6", true, asked_message, world);
	wait_for(world);
	assert_string_equal(world->bytes, "hello\n");
	forget(world);
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .command = "message", .status = 1,
		.complaint = "postcat: fatal: open queue file 4175FA728D6: No such file or directory\n" });
	live_message(world->live, 0, "4175FA728D6", false, asked_message, world);
	wait_for(world);
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
	assert_null(world->bytes);
}

/* --- tables ------------------------------------------------------------------------------------------- */

static void tables_of_two_servers(void **state)
{
	static const struct { const char *name; size_t rows; const char *first, *recipients; } cases[] = {
		{ "queue", 10, "maildrop", NULL }, { "queue-by-domain", 4, "example.com", "17" },
		{ "queue-by-reason", 1, "connect to X: Connection refused", "9" },
		{ "queue-by-sender", 20, "list@example.org", "4" }, { "queue-by-age", 20, "0-5", NULL },
	};
	struct world *world = *state;

	fake_hosts_reply(world->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = read_file(world, 0, "postqueue-j-hold.out") });
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .host = "mail2", .command = "queue", .output = read_file(world, 1, "postqueue-j-mixed.jsonl") });
	settle(world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		forget(world);
		world->rows = live_rows(world->live, &(struct live_question){ .table = cases[i].name, .host = LIVE_ALL });
		assert_int_equal(world->rows->count, cases[i].rows);
		assert_string_equal(world->rows->rows[0].name, cases[i].first);
		assert_string_equal(cell(world, 0, 0), cases[i].first);
		if (cases[i].recipients)
			assert_string_equal(cell(world, 0, LQG_RECIPIENTS), cases[i].recipients);
		for (size_t row = 0; row < world->rows->count; row++) {
			const char *server = strncmp(world->rows->rows[row].id, "mail1/", 6) ? "mail2" : "mail1";

			assert_string_equal(cell(world, row, 1), server);
			assert_string_equal(world->rows->rows[row].place, server);
		}
	}
	forget(world);
	world->rows = live_rows(world->live, &(struct live_question){ .table = "queue-by-domain", .host = 1, .of = "example.org" });
	assert_int_equal(world->rows->count, 1);
	assert_string_equal(cell(world, 0, LQG_OURS), "yes");
	assert_string_equal(cell(world, 0, LQG_RECIPIENTS), "2");
	forget(world);
	world->rows = live_rows(world->live, &(struct live_question){ .table = "queue-by-domain", .host = LIVE_ALL, .most = 3 });
	assert_int_equal(world->rows->count, 3);
	assert_string_equal(cell(world, 0, LQG_RECIPIENTS), "17");
	assert_string_equal(cell(world, 1, LQG_RECIPIENTS), "8");
	assert_string_equal(cell(world, 2, LQG_RECIPIENTS), "2");
}

static uint64_t summed(const struct world *world, size_t column)
{
	uint64_t sum = 0;

	for (size_t row = 0; row < world->rows->count; row++)
		sum += strtoull(world->rows->rows[row].values[column].bytes, NULL, 10);
	return sum;
}

/* One row a name over both, and no figure is lost. */
static void one_row_over_servers(void **state)
{
	static const char *const tables[] = { "queue-by-domain", "queue-by-reason", "queue-by-sender" };
	struct world *world = *state;

	fake_hosts_reply(world->hosts, &(struct fake_reply){ .host = "mail1", .command = "queue", .output = read_file(world, 0, "postqueue-j-hold.out") });
	fake_hosts_reply(world->hosts, &(struct fake_reply){ .host = "mail2", .command = "queue", .output = read_file(world, 1, "postqueue-j-hold.out") });
	settle(world);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		struct live_question question = { .table = tables[i], .host = LIVE_ALL };
		uint64_t sums[LQG_LATE + 1];
		size_t count;

		forget(world);
		world->rows = live_rows(world->live, &question);
		count = world->rows->count;
		for (size_t column = LQG_RECIPIENTS; column <= LQG_LATE; column++)
			sums[column] = summed(world, column);
		forget(world);
		question.merged = true;
		world->rows = live_rows(world->live, &question);
		assert_int_equal(world->rows->count * 2, count);
		for (size_t column = LQG_RECIPIENTS; column <= LQG_LATE; column++)
			assert_int_equal(summed(world, column), sums[column]);
		assert_string_equal(cell(world, 0, LQG_SERVER), "mail1, mail2");
		assert_int_equal(strncmp(world->rows->rows[0].id, "*/", 2), 0);
		assert_true(strlen(cell(world, 0, LQG_OLDEST)) > 0);
	}
}

/* What was measured is in words that fit a column; a quota of nothing is no limit, a queue of nothing is empty. */
static void sizes_in_words(void **state)
{
	static const struct { const char *bytes, *words; } cases[] = { { "0", "0 B" }, { "431", "431 B" }, { "44394921", "42.3 MB" } };
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct value value = { .bytes = cases[i].bytes, .length = strlen(cases[i].bytes) };

		assert_string_equal(value_words(arena, &kind_live_queue.fields[LQ_BYTES], &value), cases[i].words);
	}
	arena_free(arena);
}

/* The places of fields and their names belong together. */
static void fields_stand_where_rows_put_them(void **state)
{
	static const struct { const struct kind *kind; size_t place; const char *name; } places[] = {
		{ &kind_live_queue, LQ_QUEUE, "queue" }, { &kind_live_queue, LQ_OLDEST, "oldest" },
		{ &kind_live_queue_domain, LQG_NAME, "domain" }, { &kind_live_queue_domain, LQG_AGES, "age_5" },
		{ &kind_live_queue_domain, LQG_AGES + 9, "age_older" }, { &kind_live_queue_domain, LQG_DEFERRED, "deferred" },
		{ &kind_live_queue_domain, LQG_OLDEST, "oldest" }, { &kind_live_queue_domain, LQG_MORE, "reason" },
		{ &kind_live_queue_domain, LQG_OURS, "ours" }, { &kind_live_queue_reason, LQG_NAME, "reason" },
		{ &kind_live_queue_reason, LQG_MORE, "example" }, { &kind_live_queue_sender, LQG_NAME, "sender" },
		{ &kind_live_queue_sender, LQG_LATE, "late" }, { &kind_live_queue_age, LQA_MAILS, "mails" },
		{ &kind_live_message, LM_ID, "id" }, { &kind_live_message, LM_EXPIRED, "expired" }, { &kind_live_message, LM_COUNT, "recipient_count" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		assert_string_equal(places[i].kind->fields[places[i].place].name, places[i].name);
	assert_int_equal(kind_field_count(&kind_live_queue), LQ_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_queue_age), LQA_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_message), LM_FIELDS);
	assert_int_equal(kind_field_count(&kind_live_queue_domain), LQG_OURS + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(counts_what_is_recorded),
		TEST(an_empty_queue),
		TEST(a_broken_line_costs_itself),
		TEST(what_fails_says_why),
		TEST(too_long_to_be_read),
		TEST(down_but_readable),
		TEST(taken_back),
		TEST(where_it_applies),
		TEST(each_server_says_why_it_has_none),
		TEST(messages_by_pick),
		TEST(the_oldest_of_many),
		TEST(one_message_to_many),
		TEST(one_message),
		TEST(tables_of_two_servers),
		TEST(one_row_over_servers),
		cmocka_unit_test(sizes_in_words),
		cmocka_unit_test(fields_stand_where_rows_put_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
