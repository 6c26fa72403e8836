/*
 * test_live_slots: the kernel's list of sockets, whole and broken; who only
 * tries, by address, with proxies and latecomers; what is said where sockets
 * cannot be read; nearly full mailboxes and the quota of one person.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "live/quota.h"
#include "live/slots.h"
#include "model/live_kinds.h"
#include "tests/unit/live_asking.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define HEAD "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
#define TAIL " 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000000000000000 20 4 30 10 -1\n"

/* 143 is 008F, 993 is 03E1. Two from 127.0.0.2, one from 203.0.113.77 over IPv6, two from 2001:db8::1; the rest does not count. */
static const char list[] = HEAD
	"   0: 0100007F:008F 00000000:0000 0A" TAIL
	"   1: 0100007F:008F 0200007F:C350 01" TAIL
	"   2: 0100007F:008F 0200007F:C351 01" TAIL
	"   3: 0200007F:C350 0100007F:008F 01" TAIL
	"   4: 0100007F:008F 0300007F:C352 06" TAIL
	"   5: 0100007F:0019 0400007F:C353 01" TAIL
	HEAD
	"   0: 0000000000000000FFFF00000100007F:03E1 0000000000000000FFFF00004D7100CB:C354 01" TAIL
	"   1: 00000000000000000000000001000000:03E1 B80D0120000000000000000001000000:C355 01" TAIL
	"   2: 00000000000000000000000001000000:03E1 B80D0120000000000000000001000000:C356 01" TAIL;
static const uint16_t ports[] = { 143, 993 };

static void sockets_by_address(void **state)
{
	static const struct { const char *address; uint64_t open; } expected[] = { { "127.0.0.2", 2 }, { "2001:db8::1", 2 }, { "203.0.113.77", 1 } };
	static const size_t pieces[] = { 1, 17, sizeof(list) };

	(void)state;
	for (size_t p = 0; p < COUNT(pieces); p++) {
		struct sockets_reader *reader = sockets_reader_new(ports, COUNT(ports));
		struct arena *arena = arena_new();
		struct socket_count *counts;

		for (size_t at = 0; at < strlen(list); at += pieces[p])
			sockets_reader_take(reader, list + at, strlen(list) - at < pieces[p] ? strlen(list) - at : pieces[p]);
		assert_int_equal(sockets_reader_lines(reader), 9);
		assert_int_equal(sockets_reader_end(reader, arena, &counts), COUNT(expected));
		for (size_t i = 0; i < COUNT(expected); i++) {
			assert_string_equal(counts[i].address, expected[i].address);
			assert_int_equal(counts[i].open, expected[i].open);
		}
		sockets_reader_free(reader);
		arena_free(arena);
	}
}

static void broken_lists(void **state)
{
	char bytes[sizeof(list)];

	(void)state;
	memcpy(bytes, list, sizeof(list));
	for (size_t i = 0; i < strlen(list) * 9; i++) {
		struct sockets_reader *reader = sockets_reader_new(ports, COUNT(ports));
		struct arena *arena = arena_new();
		struct socket_count *counts;
		size_t length = i < strlen(list) ? i : strlen(list), bit = i - strlen(list);
		uint64_t sum = 0;

		if (i >= strlen(list))
			bytes[bit / 8] ^= (char)(1 << bit % 8);
		sockets_reader_take(reader, bytes, length);
		for (size_t j = 0, count = sockets_reader_end(reader, arena, &counts); j < count; j++)
			sum += counts[j].open;
		assert_true(sockets_reader_lines(reader) <= 10 && sum <= 7);
		if (i >= strlen(list))
			bytes[bit / 8] ^= (char)(1 << bit % 8);
		sockets_reader_free(reader);
		arena_free(arena);
	}
}

/* --- the join ----------------------------------------------------------------------------------------- */

static void who_only_tries(void **state)
{
	static struct who_connection rows[] = {
		{ "anna", "imap", "10.0.0.1", 1 }, { "anna", "imap", "10.0.0.1", 2 }, { "anna", "lmtp", "10.0.0.1", 3 }, { "ben", "pop3", "10.0.0.1", 4 },
		{ "carl", "imap", "192.0.2.1", 5 }, { "dora", "imap", "", 6 },
	};
	static const struct {
		struct socket_count sockets[4];
		size_t socket_count, who_count;
		uint64_t trying, elsewhere;
		struct slot_row rows[4];
		size_t count;
	} cases[] = {
		/* Nobody but those who are logged in. */
		{ { { "10.0.0.1", 3 } }, 1, 4, 0, 0, { { "10.0.0.1", 3, 3, 0, 2, 0, 2 } }, 1 },
		/* One guesses; of 10.0.0.1 one more is on its way in. */
		{ { { "10.0.0.1", 4 }, { "203.0.113.77", 161 } }, 2, 4, 162, 0,
			{ { "203.0.113.77", 161, 0, 161, 0, 15, 0 }, { "10.0.0.1", 4, 3, 1, 2, 0, 2 } }, 2 },
		/* Carl comes through a proxy at 10.0.0.9: one of its connections is his, so nobody there is said to try. */
		{ { { "10.0.0.1", 3 }, { "10.0.0.9", 1 } }, 2, 5, 0, 1,
			{ { "10.0.0.1", 3, 3, 0, 2, 0, 2 }, { "10.0.0.9", 1, 0, 0, 0, 0, 0 }, { "192.0.2.1", 0, 1, 0, 1, 0, 1 } }, 3 },
		/* The same with somebody who guesses: one less is said of him. */
		{ { { "10.0.0.1", 3 }, { "10.0.0.9", 1 }, { "203.0.113.77", 161 } }, 3, 5, 161, 1,
			{ { "203.0.113.77", 161, 0, 160, 0, 15, 0 }, { "10.0.0.1", 3, 3, 0, 2, 0, 2 }, { "10.0.0.9", 1, 0, 0, 0, 0, 0 },
			  { "192.0.2.1", 0, 1, 0, 1, 0, 1 } }, 4 },
		{ { { NULL, 0 } }, 0, 0, 0, 0, { { NULL } }, 0 },
		/* Without an address there is no socket to look for. */
		{ { { "10.0.0.1", 3 }, { "192.0.2.1", 1 } }, 2, 6, 0, 0, { { "10.0.0.1", 3, 3, 0, 2, 0, 2 }, { "192.0.2.1", 1, 1, 0, 1, 0, 1 } }, 2 },
	};
	static struct penalty_row kept[] = { { .address = "203.0.113.77", .penalty = 15 } };
	static const struct penalty penalty = { .rows = kept, .count = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct who who = { .rows = rows, .count = cases[i].who_count };
		struct slots *slots = slots_join(cases[i].sockets, cases[i].socket_count, &who, &penalty, NULL);

		assert_int_equal(slots->trying, cases[i].trying);
		assert_int_equal(slots->elsewhere, cases[i].elsewhere);
		assert_null(slots->unreadable);
		assert_int_equal(slots->count, cases[i].count);
		for (size_t j = 0; j < slots->count; j++) {
			assert_string_equal(slots->rows[j].address, cases[i].rows[j].address);
			assert_int_equal(slots->rows[j].open, cases[i].rows[j].open);
			assert_int_equal(slots->rows[j].logged_in, cases[i].rows[j].logged_in);
			assert_int_equal(slots->rows[j].trying, cases[i].rows[j].trying);
			assert_int_equal(slots->rows[j].people, cases[i].rows[j].people);
			assert_int_equal(slots->rows[j].penalty, cases[i].rows[j].penalty);
			assert_int_equal(slots->rows[j].highest, cases[i].rows[j].highest);
		}
		arena_free(slots->arena);
	}
}

/* --- the source ---------------------------------------------------------------------------------------- */

static const char who_table[] = "username\tproto\tpid\tip\nanna\timap\t5\t127.0.0.2\nben\timap\t6\t2001:db8::1\n";

static void asked_of_a_server(void **state)
{
	struct asking_trial trial;
	const struct slots *slots;

	(void)state;
	trial_open(&trial);
	trial_reply(&trial, "who", FORM_OUTPUT, who_table, strlen(who_table), 0);
	trial_reply(&trial, "sockets", FORM_OUTPUT, list, strlen(list), 50);
	slots = trial_ask(&trial, &source_slots);
	assert_non_null(slots);
	assert_null(slots->unreadable);
	assert_int_equal(slots->trying, 3);
	assert_int_equal(slots->count, 3);
	/* A list that is none, a failure, and no way: who is told, nobody is said to try. */
	trial_reply(&trial, "sockets", FORM_OUTPUT, "hello\n", 6, 0);
	slots = trial_ask(&trial, &source_slots);
	assert_non_null(slots);
	assert_non_null(strstr(slots->unreadable, "the list of sockets cannot be read"));
	assert_true(slots->trying == (uint64_t)SLOTS_UNKNOWN);
	assert_int_equal(slots->count, 2);
	assert_true(slots->rows[0].open == (uint64_t)SLOTS_UNKNOWN && slots->rows[0].trying == (uint64_t)SLOTS_UNKNOWN);
	assert_int_equal(slots->rows[0].logged_in, 1);
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "sockets", .failure = ERROR_TIMEOUT, .failure_text = "no answer within 10 s" });
	slots = trial_ask(&trial, &source_slots);
	assert_string_equal(slots->unreadable, "no answer within 10 s");
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "sockets", .failure = ERROR_UNSUPPORTED, .failure_text = "mail1: no way for sockets" });
	slots = trial_ask(&trial, &source_slots);
	assert_string_equal(slots->unreadable, "no way for sockets");
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "who", .failure = ERROR_TIMEOUT, .failure_text = "no answer within 10 s" });
	assert_null(trial_ask(&trial, &source_slots));
	assert_int_equal(trial.error.kind, ERROR_TIMEOUT);
	trial_close(&trial);
}

static void taken_back_at_each_step(void **state)
{
	static const struct source *const all[] = { &source_slots, &source_mailboxes };

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		for (unsigned turns = 0; turns < 4; turns++) {
			struct asking_trial trial;
			struct asking *asking;
			bool done = false;

			trial_open(&trial);
			trial_reply(&trial, "sockets", FORM_OUTPUT, list, strlen(list), 0);
			trial_reply(&trial, "who", FORM_OUTPUT, who_table, strlen(who_table), 0);
			fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "quota-get", .hangs = true });
			asking = all[i]->ask(trial.live, 0, trial_asked, &trial);
			trial.source = all[i];
			for (unsigned t = 0; t < turns && !trial.answers; t++) {
				struct loop_timer *timer = loop_after(trial.loop, 1, 0, (void (*)(void *))loop_stop, trial.loop);

				loop_run_until(trial.loop, &done);
				loop_timer_stop(timer);
			}
			if (!trial.answers) {
				all[i]->cancel(asking);
				loop_run(trial.loop);
				assert_int_equal(trial.answers, 0);
			}
			trial_close(&trial);
		}
	}
}

/* --- mailboxes --------------------------------------------------------------------------------------------- */

static void the_quota_of_one(void **state)
{
	static const struct { const char *file; size_t rows; uint64_t used, limit, messages; } cases[] = {
		{ "quota-get-tab.out", 1, 2048, 10485760, 3 }, { "quota-get.json", 1, 0, 10485760, 0 }, { NULL, 0, 0, 0, 0 },
	};
	struct asking_trial trial;
	struct arena *arena = arena_new();

	(void)state;
	trial_open(&trial);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct mailboxes *mailboxes;
		size_t length = 0;
		const char *bytes = cases[i].file ? trial_fixture(arena, cases[i].file, &length) : "Quota name\tType\tValue\tLimit\t%\n";

		trial_reply(&trial, "who", FORM_OUTPUT, who_table, strlen(who_table), 0);
		trial_reply(&trial, "quota-get", strstr(cases[i].file ? cases[i].file : "", ".json") ? FORM_JSON : FORM_OUTPUT, bytes, length ? length : strlen(bytes), 0);
		mailboxes = trial_ask(&trial, &source_mailboxes);
		assert_non_null(mailboxes);
		assert_int_equal(mailboxes->looked_at, 2);
		assert_int_equal(mailboxes->not_looked_at, 0);
		assert_int_equal(mailboxes->count, cases[i].rows * 2);
		for (size_t j = 0; j < mailboxes->count; j++) {
			assert_int_equal(mailboxes->rows[j].used, cases[i].used);
			assert_int_equal(mailboxes->rows[j].limit, cases[i].limit);
			assert_int_equal(mailboxes->rows[j].messages, cases[i].messages);
			assert_string_equal(mailboxes->rows[j].root, "User quota");
		}
	}
	trial_close(&trial);
	arena_free(arena);
}

static void never_everybody(void **state)
{
	static const char quota[] = "Quota name\tType\tValue\tLimit\t%\nUser quota\tSTORAGE\t9728\t10240\t95\nUser quota\tMESSAGE\t1\t-\t0\n";
	struct asking_trial trial;
	struct text table = { 0 };
	const struct mailboxes *mailboxes;

	(void)state;
	trial_open(&trial);
	text_add(&table, "username\tproto\tpid\tip\n");
	for (unsigned i = 0; i < 300; i++)
		text_addf(&table, "user%u@example.com\timap\t%u\t10.0.0.1\n", i / 2, i + 1);
	trial_reply(&trial, "who", FORM_OUTPUT, table.bytes, table.length, 0);
	trial_reply(&trial, "quota-get", FORM_OUTPUT, quota, strlen(quota), 0);
	mailboxes = trial_ask(&trial, &source_mailboxes);
	assert_non_null(mailboxes);
	assert_int_equal(mailboxes->looked_at, 50);
	assert_int_equal(mailboxes->not_looked_at, 100);
	assert_int_equal(fake_hosts_runs(trial.hosts, "quota-get"), 50);
	assert_int_equal(fake_hosts_at_once(trial.hosts, "quota-get"), 1);
	assert_true(mailboxes->rows[0].full > 0.94 && mailboxes->rows[0].full < 0.96);
	/* Where nothing works it stops soon. */
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "quota-get", .status = 75, .complaint = "Fatal: Unknown command 'quota', but plugin quota exists. Try to set mail_plugins=quota\n" });
	assert_null(trial_ask(&trial, &source_mailboxes));
	assert_int_equal(trial.error.kind, ERROR_UNSUPPORTED);
	assert_int_equal(fake_hosts_runs(trial.hosts, "quota-get"), 51);
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "quota-get", .status = 67, .complaint = "doveadm(x): Error: User doesn't exist\n" });
	assert_null(trial_ask(&trial, &source_mailboxes));
	assert_int_equal(trial.error.kind, ERROR_NOT_FOUND);
	assert_int_equal(fake_hosts_runs(trial.hosts, "quota-get"), 54);
	text_free(&table);
	trial_close(&trial);
}

/* --- what a snapshot does not say in its rows ------------------------------------------------------------------ */

static void notes(void **state)
{
	static const struct { const char *command, *output; enum live_source source; const char *note; } cases[] = {
		{ "who", who_table, LIVE_WHO, NULL },
		{ "who", "username\tproto\tpid\tip\nanna\timap\tx\t127.0.0.2\n", LIVE_WHO, "rows that made no sense and are not counted: 1" },
		{ "sockets", list, LIVE_SLOTS, NULL },
		{ "sockets", HEAD "   0: 0100007F:008F 00000000:0000 0A" TAIL, LIVE_SLOTS, "2 of those logged in came from an address without a connection (a proxy "
			"speaks for them, or they use ports that its section server does not name), so so many fewer are said to try at each address" },
		{ "sockets", "", LIVE_SLOTS, "who only tries to log in is not known: the list of sockets cannot be read [0]" },
		{ "penalty", "IP\tpenalty\n", LIVE_PENALTY, NULL },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asking_trial trial;
		struct loop_timer *timer;
		const char *note;

		trial_open(&trial);
		assert_null(live_source_note(arena, trial.live, 0, cases[i].source));
		trial_reply(&trial, "who", FORM_OUTPUT, who_table, strlen(who_table), 0);
		trial_reply(&trial, cases[i].command, FORM_OUTPUT, cases[i].output, strlen(cases[i].output), 0);
		live_want(trial.live, 1u << cases[i].source);
		timer = loop_after(trial.loop, 5, 5, (void (*)(void *))loop_stop, trial.loop);
		while (!live_settled(trial.live))
			loop_run(trial.loop);
		loop_timer_stop(timer);
		note = live_source_note(arena, trial.live, 0, cases[i].source);
		assert_int_equal(!note, !cases[i].note);
		if (note)
			assert_string_equal(note, cases[i].note);
		trial_close(&trial);
	}
	arena_free(arena);
}

struct quota_seen { unsigned answers; struct rows *rows; enum error_kind error; };

static void on_quota(void *context, struct rows *takes, const struct error *error)
{
	struct quota_seen *seen = context;

	seen->answers++;
	seen->rows = takes;
	seen->error = error->kind;
}

static void asked_for_one_person(void **state)
{
	struct asking_trial trial;
	struct arena *arena = arena_new();
	struct quota_seen seen = { 0 };
	size_t length;
	const char *bytes = trial_fixture(arena, "quota-get-tab.out", &length);

	(void)state;
	trial_open(&trial);
	trial_reply(&trial, "quota-get", FORM_OUTPUT, bytes, length, 0);
	live_quota(trial.live, 1, "anna@example.com", on_quota, &seen);
	loop_run(trial.loop);
	assert_int_equal(seen.answers, 1);
	assert_int_equal(seen.rows->count, 1);
	assert_string_equal(seen.rows->rows[0].values[MAILBOXES_LIMIT].bytes, "10485760");
	assert_string_equal(seen.rows->rows[0].values[MAILBOXES_SERVER].bytes, "mail2");
	assert_string_equal(fake_hosts_holes(trial.hosts, "quota-get"), "anna@example.com");
	rows_free(seen.rows);
	live_job_cancel(live_quota(trial.live, 1, "anna@example.com", on_quota, &seen));
	loop_run(trial.loop);
	assert_int_equal(seen.answers, 1);
	trial_close(&trial);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sockets_by_address),
		cmocka_unit_test(broken_lists),
		cmocka_unit_test(who_only_tries),
		cmocka_unit_test(asked_of_a_server),
		cmocka_unit_test(taken_back_at_each_step),
		cmocka_unit_test(the_quota_of_one),
		cmocka_unit_test(never_everybody),
		cmocka_unit_test(asked_for_one_person),
		cmocka_unit_test(notes),
	};

	return cmocka_run_group_tests_name("live_slots", tests, NULL, NULL);
}
