/*
 * The queue of a real Postfix: a thousand deferred mails of all ages, some held,
 * some in active and incoming; every figure against postqueue, qshape and find.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/json.h"
#include "base/text.h"
#include "live/data.h"
#include "live/queue_count.h"
#include "live/queue_read.h"
#include "live/source.h"
#include "model/live_kinds.h"

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	bool done;
	int status;
	char lab[4096];                    /* tests/lab/lab: children run in / */
	struct text output;                /* of the last program */
	struct queue *queue;
	struct rows *rows;
	uint64_t matching;
	struct text message;
	struct error error;
};

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

/* --- running programs ---------------------------------------------------------------------- */

static void ran(const struct child_result *result, void *context)
{
	struct world *world = context;

	text_clear(&world->output);
	text_add_bytes(&world->output, result->output, result->output_length);
	world->status = result->started ? result->status : -1;
	if (world->status != 0)
		print_message("%s\n", result->complaint);
	world->done = true;
}

/* Runs a program to its end; argv ends with NULL. Standard input may be NULL. */
static const char *run(struct world *world, const char *input, const char *const *argv)
{
	struct child_request request = { .argv = argv, .input = input, .input_length = input ? strlen(input) : 0, .deadline = 120000 };

	world->done = false;
	child_run(world->loop, &request, ran, world);
	loop_run_until(world->loop, &world->done);
	assert_int_equal(world->status, 0);
	return text_get(&world->output);
}

#define RUN(world, input, ...) run(world, input, (const char *const[]){ __VA_ARGS__, NULL })
#define LAB(world, ...) RUN(world, NULL, "/bin/bash", (world)->lab, __VA_ARGS__, "--name", lab("LAB_NAME"))

/* --- what is asked of live ------------------------------------------------------------------ */

static void answered(struct world *world, const struct error *error)
{
	world->error = *error;
	world->done = true;
}

static void asked_queue(void *context, void *snapshot, const struct error *error)
{
	struct world *world = context;

	world->queue = snapshot;
	answered(world, error);
}

static void asked_messages(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct world *world = context;

	world->rows = takes;
	world->matching = matching;
	answered(world, error);
}

static void asked_message(void *context, const char *bytes, size_t length, const struct error *error)
{
	struct world *world = context;

	text_clear(&world->message);
	text_add_bytes(&world->message, bytes, length);
	answered(world, error);
}

static void await(struct world *world)
{
	loop_run_until(world->loop, &world->done);
	if (world->error.kind != ERROR_NONE)
		print_message("%s\n", world->error.text);
	assert_int_equal(world->error.kind, ERROR_NONE);
}

static void ask_queue(struct world *world)
{
	queue_free(world->queue);
	world->queue = NULL;
	world->done = false;
	source_queue.ask(world->live, 0, asked_queue, world);
	await(world);
}

static void ask_messages(struct world *world, const struct live_pick *pick, size_t most)
{
	rows_free(world->rows);
	world->rows = NULL;
	world->done = false;
	live_messages(world->live, 0, pick, most, asked_messages, world);
	await(world);
}

/* --- the lab --------------------------------------------------------------------------------- */

static void move_some(struct world *world, const char *queue, unsigned from, unsigned count)
{
	static const char script[] =
		"cd \"$1\" && find deferred -type f -printf '%f %p\\n' | LC_ALL=C sort | sed -n \"$3,$4p\" | "
		"while read -r id path; do mv \"$path\" \"$2/$id\"; done";
	char first[20], last[20], spool[300];

	snprintf(first, sizeof(first), "%u", from);
	snprintf(last, sizeof(last), "%u", from + count - 1);
	snprintf(spool, sizeof(spool), "%s/postfix/spool", lab("LAB_DIR"));
	RUN(world, NULL, "/bin/bash", "-c", script, "move", spool, queue, first, last);
}

static int set_up(void **state)
{
	static const char *const own[] = { "d1.example.net", NULL };
	static const struct live_settings settings = { .own_domains = own };
	struct host_settings host = { .name = "mail1", .roles = HOST_TRANSPORT, .exec = true };
	struct world *world = calloc(1, sizeof(*world));

	*state = world;
	if (!*lab("LAB_POSTFIX_CONF"))
		return 0;
	assert_non_null(realpath("tests/lab/lab", world->lab));
	host.postfix_config = lab("LAB_POSTFIX_CONF");
	world->loop = loop_new();
	world->hosts = hosts_open(world->loop, &host, 1);
	world->live = live_open(world->loop, world->hosts, &settings);
	LAB(world, "empty-queue");
	LAB(world, "fill-queue", "1000");
	/* The queue manager looks into active and incoming only when it is told to, so what is put there stays. */
	move_some(world, "active", 100, 60);
	move_some(world, "incoming", 200, 50);
	ask_messages(world, &(struct live_pick){ .queue = "deferred", .domain = "d3.example.net" }, 40);
	for (size_t i = 0; i < world->rows->count; i++) {
		text_add(&world->message, world->rows->rows[i].name);
		text_add_char(&world->message, '\n');
	}
	RUN(world, text_get(&world->message), "/usr/sbin/postsuper", "-c", lab("LAB_POSTFIX_CONF"), "-h", "-");
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	if (world->loop) {
		LAB(world, "empty-queue");
		queue_free(world->queue);
		rows_free(world->rows);
		text_free(&world->output);
		text_free(&world->message);
		live_close(world->live);
		hosts_close(world->hosts);
		loop_free(world->loop);
	}
	free(world);
	return 0;
}

#define NEEDS_LAB(world) do { if (!(world)->loop) skip(); } while (0)

/* --- against postqueue ---------------------------------------------------------------------------- */

/* Returns how many of its recipients are deferred. */
static uint64_t add_line(struct queue *sums, const struct json *mail)
{
	const struct json *recipients = json_get(mail, "recipients");
	enum queue_name queue;
	struct queue_count *count;
	int64_t arrival = json_get_number(mail, "arrival_time", 0);
	uint64_t deferred = 0;

	assert_true(queue_name_find(json_get_text(mail, "queue_name"), &queue));
	count = &sums->by_queue[queue];
	count->mails++;
	count->recipients += json_count(recipients);
	count->bytes += (uint64_t)json_get_number(mail, "message_size", 0);
	if (!count->oldest || arrival < count->oldest)
		count->oldest = arrival;
	for (size_t i = 0; i < json_count(recipients); i++)
		deferred += json_get_text(json_item(recipients, i), "delay_reason") && queue != QUEUE_HOLD;
	return deferred;
}

static void figures_of_postqueue(void **state)
{
	struct world *world = *state;
	struct queue sums = { 0 };
	uint64_t deferred = 0, expected = 0, mails = 0;
	const char *at, *end;

	NEEDS_LAB(world);
	ask_queue(world);
	at = RUN(world, NULL, "/usr/sbin/postqueue", "-c", lab("LAB_POSTFIX_CONF"), "-j");
	for (; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		struct json *mail = json_parse(at, (size_t)(end - at), NULL);

		assert_non_null(mail);
		expected += add_line(&sums, mail);
		json_free(mail);
	}
	for (unsigned i = 0; i < QUEUES; i++) {
		assert_int_equal(world->queue->by_queue[i].mails, sums.by_queue[i].mails);
		assert_int_equal(world->queue->by_queue[i].recipients, sums.by_queue[i].recipients);
		assert_int_equal(world->queue->by_queue[i].bytes, sums.by_queue[i].bytes);
		assert_int_equal(world->queue->by_queue[i].oldest, sums.by_queue[i].oldest);
		mails += sums.by_queue[i].mails;
	}
	assert_int_equal(mails, 1000);
	assert_int_equal(world->queue->all.mails, 1000);
	assert_int_equal(world->queue->by_queue[QUEUE_HOLD].mails, 40);
	assert_int_equal(world->queue->by_queue[QUEUE_ACTIVE].mails, 60);
	assert_int_equal(world->queue->by_queue[QUEUE_INCOMING].mails, 50);
	assert_int_equal(world->queue->malformed, 0);
	assert_int_equal(world->queue->duplicates, 0);
	for (size_t i = 0; i < world->queue->reasons.count; i++) {
		assert_string_equal(world->queue->reasons.rows[i].name, "connect to X: Connection refused");
		deferred += world->queue->reasons.rows[i].deferred;
	}
	assert_true(expected > 800);
	assert_int_equal(deferred, expected);
}

/* --- against qshape -------------------------------------------------------------------------------- */

/* Takes the ten ages and the total of a line of qshape; false where it is the heading. */
static bool parse_line(const char *line, char *name, unsigned long *total, unsigned long ages[QUEUE_AGES])
{
	return sscanf(line, "%199s %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu %lu", name, total, &ages[0], &ages[1], &ages[2], &ages[3], &ages[4],
		&ages[5], &ages[6], &ages[7], &ages[8], &ages[9]) == 2 + QUEUE_AGES;
}

static const struct queue_group *group_of(const struct queue_groups *groups, const char *name)
{
	for (size_t i = 0; i < groups->count; i++)
		if (!strcmp(groups->rows[i].name, name))
			return &groups->rows[i];
	return NULL;
}

static void ages_of_qshape(void **state)
{
	struct world *world = *state;
	size_t lines = 0;
	const char *at, *end;

	NEEDS_LAB(world);
	ask_queue(world);
	at = RUN(world, NULL, "/usr/sbin/qshape", "-w", "200", "-c", lab("LAB_POSTFIX_CONF"), "maildrop", "incoming", "active", "deferred", "hold");
	for (at = strchr(at, '\n') + 1; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		const struct queue_group *group;
		unsigned long total, ages[QUEUE_AGES];
		char name[200];

		assert_true(parse_line(at, name, &total, ages));
		group = group_of(&world->queue->domains, name);
		lines += strcmp(name, "TOTAL") != 0;
		assert_int_equal(strcmp(name, "TOTAL") ? group->recipients : world->queue->all.recipients, total);
		for (unsigned i = 0; i < QUEUE_AGES; i++)
			assert_int_equal(strcmp(name, "TOTAL") ? group->ages[i] : world->queue->ages[i], ages[i]);
	}
	assert_int_equal(lines, world->queue->domains.count);
	assert_int_equal(lines, 6);
	assert_true(group_of(&world->queue->domains, "d1.example.net")->own);
	assert_true(group_of(&world->queue->domains, "d1.example.net")->late > 100);
	/* By sender qshape counts mails, of whole domains. */
	at = RUN(world, NULL, "/usr/sbin/qshape", "-s", "-w", "200", "-c", lab("LAB_POSTFIX_CONF"), "maildrop", "incoming", "active", "deferred", "hold");
	for (at = strchr(at, '\n') + 1; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		unsigned long total, ages[QUEUE_AGES];
		char name[200];

		assert_true(parse_line(at, name, &total, ages));
		if (!strcmp(name, "TOTAL"))
			for (unsigned i = 0; i < QUEUE_AGES; i++)
				assert_int_equal(world->queue->mail_ages[i], ages[i]);
		else if (!strcmp(name, "MAILER-DAEMON"))
			assert_int_equal(group_of(&world->queue->senders, name)->mails, total);
	}
}

/* --- against the files ------------------------------------------------------------------------------- */

static void counts_of_find(void **state)
{
	struct world *world = *state;

	NEEDS_LAB(world);
	ask_queue(world);
	for (unsigned i = 0; i < QUEUES; i++) {
		char folder[300];

		snprintf(folder, sizeof(folder), "%s/postfix/spool/%s", lab("LAB_DIR"), queue_name_word((enum queue_name)i));
		RUN(world, NULL, "/usr/bin/find", folder, "-type", "f", "-printf", ".");
		assert_int_equal(world->queue->by_queue[i].mails, world->output.length);
	}
}

/* --- lists, one message ------------------------------------------------------------------------ */

/* Whatever a row of a table says, its list has as many messages. */
static void lists_agree_with_tables(void **state)
{
	struct world *world = *state;

	NEEDS_LAB(world);
	ask_queue(world);
	for (size_t i = 0; i < world->queue->domains.count; i++) {
		const struct queue_group *group = &world->queue->domains.rows[i];
		const struct live_pick pick = { .domain = group->name };

		ask_messages(world, &pick, 50);
		assert_int_equal(world->matching, group->mails);
		assert_int_equal(world->rows->count, group->mails < 50 ? group->mails : 50);
		for (size_t row = 1; row < world->rows->count; row++)
			assert_true(strcmp(world->rows->rows[row - 1].values[LM_ARRIVAL].bytes, world->rows->rows[row].values[LM_ARRIVAL].bytes) <= 0);
	}
	ask_messages(world, &(struct live_pick){ .sender = "MAILER-DAEMON" }, 0);
	assert_int_equal(world->matching, 100);
	ask_messages(world, &(struct live_pick){ .recipient = "\"odd name 57\"@customer.example" }, 0);
	assert_int_equal(world->matching, 1);
}

static void one_message(void **state)
{
	struct world *world = *state;
	char id[40];

	NEEDS_LAB(world);
	ask_messages(world, &(struct live_pick){ .recipient = "p123@d3.example.net" }, 0);
	assert_int_equal(world->rows->count, 1);
	snprintf(id, sizeof(id), "%s", world->rows->rows[0].name);
	for (int body = 0; body < 2; body++) {
		world->done = false;
		live_message(world->live, 0, id, body, asked_message, world);
		await(world);
		assert_non_null(strstr(text_get(&world->message), "recipient: p123@d3.example.net"));
		assert_non_null(strstr(text_get(&world->message), "Subject: waiting 123"));
		assert_int_equal(strstr(text_get(&world->message), "A mail of the lab.") != NULL, body);
	}
	world->done = false;
	live_message(world->live, 0, "ZZZZZZ9ZZZZ", false, asked_message, world);
	loop_run_until(world->loop, &world->done);
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
}

/* Mail that is submitted while Postfix does not run stays in maildrop; root reads the directories, and is told so. */
static void while_postfix_is_down(void **state)
{
	struct world *world = *state;
	char configuration[300];

	NEEDS_LAB(world);
	ask_queue(world);
	assert_false(world->queue->down);
	snprintf(configuration, sizeof(configuration), "MAIL_CONFIG=%s", lab("LAB_POSTFIX_CONF"));
	RUN(world, NULL, "/usr/sbin/postfix", "-c", lab("LAB_POSTFIX_CONF"), "stop");
	for (int i = 0; i < 3; i++)
		RUN(world, "Subject: later\n\nlater\n", "/usr/bin/env", configuration, "/usr/sbin/sendmail", "-f", "late@example.com", "x@d9.example.net");
	ask_queue(world);
	assert_true(world->queue->down);
	assert_int_equal(world->queue->all.mails, 1003);
	assert_int_equal(world->queue->by_queue[QUEUE_MAILDROP].mails, 3);
	assert_int_equal(world->queue->by_queue[QUEUE_MAILDROP].recipients, 3);
	assert_int_equal(group_of(&world->queue->domains, "d9.example.net")->mails, 3);
	assert_int_equal(group_of(&world->queue->senders, "late@example.com")->mails, 3);
	LAB(world, "start");
	ask_queue(world);
	assert_false(world->queue->down);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_of_postqueue),
		cmocka_unit_test(ages_of_qshape),
		cmocka_unit_test(counts_of_find),
		cmocka_unit_test(lists_agree_with_tables),
		cmocka_unit_test(one_message),
		cmocka_unit_test(while_postfix_is_down),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
