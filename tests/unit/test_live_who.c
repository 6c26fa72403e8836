/*
 * test_live_who: connections, services, processes, penalty and log of Dovecot
 * as sources: recorded answers of programs and of the API, whole, cut at every
 * byte and with every bit turned over; servers that are down or refuse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "live/data.h"
#include "base/text.h"
#include "tests/unit/live_asking.h"

static struct asking_trial trial;
static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	trial_open(&trial);
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	trial_close(&trial);
	arena_free(arena);
	return 0;
}

static const void *ask_fixture(const struct source *source, const char *command, const char *name, size_t piece)
{
	size_t length;
	const char *bytes = trial_fixture(arena, name, &length);

	trial_reply(&trial, command, strstr(name, ".json") ? FORM_JSON : FORM_OUTPUT, bytes, length, piece);
	return trial_ask(&trial, source);
}

/* --- what was recorded ------------------------------------------------------------------------ */

static void connections_as_recorded(void **state)
{
	static const struct { const char *file; size_t piece, count, people; } cases[] = {
		{ "who-1-tab.out", 0, 11, 5 },
		{ "who-1-tab.out", 1, 11, 5 },
		{ "who-1-tab.out", 7, 11, 5 },
		{ "who-1.json", 0, 11, 5 },
		{ "who-1500-tab.out", 4096, 1500, 10 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct who *who = ask_fixture(&source_who, "who", cases[i].file, cases[i].piece);

		assert_non_null(who);
		assert_int_equal(who->count, cases[i].count);
		assert_int_equal(who->people, cases[i].people);
		assert_int_equal(who->malformed, 0);
		for (size_t j = 1; j < who->count; j++)
			assert_true(strcmp(who->rows[j - 1].user, who->rows[j].user) <= 0);
	}
}

/* The grouped form has no pid: nobody is counted out of it. */
static void the_grouped_form_is_refused(void **state)
{
	(void)state;
	assert_null(ask_fixture(&source_who, "who", "who-none-tab.out", 3));
	assert_int_equal(trial.error.kind, ERROR_INVALID);
	assert_non_null(strstr(trial.error.text, "mail1: who: the answer has no column \"pid\""));
}

static void rows_are_whole_and_in_order(void **state)
{
	const struct who *who = ask_fixture(&source_who, "who", "who-1-tab.out", 0);
	static const struct who_connection first = { "anna.berg@example.com", "imap", "127.0.0.1", 29146 };
	static const struct who_connection last = { "hana@example.org", "pop3", "::1", 29160 };

	(void)state;
	assert_non_null(who);
	assert_string_equal(who->rows[0].user, first.user);
	assert_string_equal(who->rows[0].service, first.service);
	assert_string_equal(who->rows[0].address, first.address);
	assert_int_equal(who->rows[0].pid, first.pid);
	assert_string_equal(who->rows[10].user, last.user);
	assert_string_equal(who->rows[10].address, last.address);
	assert_int_equal(who->rows[10].pid, last.pid);
}

static void other_columns_of_other_versions(void **state)
{
	static const struct { const char *output; size_t count, malformed; const char *error; } cases[] = {
		{ "username\tservice\tpid\tip\tdest_ip\nx@example.com\timap\t5\t10.0.0.1\t10.0.0.2\n", 1, 0, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t5\t\n", 1, 0, NULL },
		{ "username\tproto\tpid\tip\n", 0, 0, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t5\n", 0, 1, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t5\t10.0.0.1\tmore\n", 0, 1, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t-5\t10.0.0.1\n", 0, 1, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t4294967296\t10.0.0.1\n", 0, 1, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t5\t10.0.0.\n", 0, 1, NULL },
		{ "username\tproto\tpid\tip\n\timap\t5\t10.0.0.1\n", 0, 1, NULL },
		{ "username\tproto\tpid\tip\nx@example.com\timap\t5\t10.0.0.1", 0, 1, NULL },
		{ "username\tproto\tip\n", 0, 0, "no column \"pid\"" },
		{ "username\tproto\tpid\tip", 0, 0, "ended before" },
		{ "", 0, 0, "ended before" },
		{ "Error: something\n", 0, 0, "no column \"username\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct who *who;

		trial_reply(&trial, "who", FORM_OUTPUT, cases[i].output, strlen(cases[i].output), 0);
		who = trial_ask(&trial, &source_who);
		assert_int_equal(!who, cases[i].error != NULL);
		if (!who) {
			assert_non_null(strstr(trial.error.text, cases[i].error));
			continue;
		}
		assert_int_equal(who->count, cases[i].count);
		assert_int_equal(who->malformed, cases[i].malformed);
	}
}

static void services_as_recorded(void **state)
{
	static const char *const files[] = { "service-status-tab.out", "service-status.json" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		const struct services *services = ask_fixture(&source_services, "service-status", files[i], 5);

		assert_non_null(services);
		assert_int_equal(services->count, 31);
		assert_string_equal(services->rows[0].name, "managesieve-login");
		assert_int_equal(services->rows[0].process_limit, 100);
		assert_int_equal(services->rows[0].client_limit, 1);
		assert_true(services->rows[0].listening);
		assert_false(services->rows[0].listen_pending);
		assert_int_equal(services->rows[4].client_limit, 1000);
		assert_string_equal(services->rows[15].name, "imap");
		assert_int_equal(services->rows[15].process_limit, 1024);
		assert_int_equal(services->rows[15].process_count, 7);
	}
	/* The program's recording is the older one. */
	assert_int_equal(((const struct services *)ask_fixture(&source_services, "service-status", files[0], 0))->rows[1].last_exit_failure, 1795144998);
}

static void processes_penalty_and_log(void **state)
{
	const struct processes *processes = ask_fixture(&source_processes, "process-status", "process-status-tab.out", 11);
	const struct penalty *penalty;
	const struct log_lines *lines;
	static const char *const guessing[] = { "penalty-three-tab.out", "penalty-three.json" };

	(void)state;
	assert_non_null(processes);
	assert_true(processes->count > 10);
	assert_string_equal(processes->rows[2].name, "stats");
	assert_int_equal(processes->rows[2].pid, 28373);
	assert_int_equal(processes->rows[2].available, 985);
	assert_int_equal(processes->rows[2].total, 40);
	processes = ask_fixture(&source_processes, "process-status", "process-status.json", 0);
	assert_non_null(processes);
	assert_int_equal(processes->count, 7);
	penalty = ask_fixture(&source_penalty, "penalty", "penalty-tab.out", 0);
	assert_non_null(penalty);
	assert_int_equal(penalty->count, 0);
	for (size_t i = 0; i < 2; i++) {
		penalty = ask_fixture(&source_penalty, "penalty", guessing[i], 7);
		assert_non_null(penalty);
		assert_int_equal(penalty->count, 3);
		assert_string_equal(penalty->rows[0].address, "::");
		assert_string_equal(penalty->rows[1].address, "127.0.0.5");
		assert_int_equal(penalty->rows[1].penalty, 3);
		assert_string_equal(penalty->rows[1].last, "2026-11-20 09:44:13");
	}
	lines = ask_fixture(&source_log, "log-errors", "log-errors.json", 0);
	assert_non_null(lines);
	assert_int_equal(lines->count, 10);
	assert_string_equal(lines->rows[0].level, "Fatal");
	assert_string_equal(lines->rows[0].text, "doveadm(127.0.0.1): Missing user parameter");
	assert_string_equal(lines->rows[9].when, "Nov 20 03:32:27");
}

static void the_log_is_bounded_and_may_hold_tabs(void **state)
{
	struct text output = { 0 };
	const struct log_lines *lines;

	(void)state;
	text_add(&output, "timestamp\tprefix\ttype\ttext\n");
	for (unsigned i = 0; i < 2500; i++)
		text_addf(&output, "Nov 20 03:32:06\timap(%u)\tWarning\ta\ttab %u\n", i, i);
	trial_reply(&trial, "log-errors", FORM_OUTPUT, output.bytes, output.length, 100);
	lines = trial_ask(&trial, &source_log);
	assert_non_null(lines);
	assert_int_equal(lines->count, 1000);
	assert_string_equal(lines->rows[0].text, "imap(1500): a\ttab 1500");
	assert_string_equal(lines->rows[999].text, "imap(2499): a\ttab 2499");
	text_free(&output);
}

/* --- broken ------------------------------------------------------------------------------------- */

static const struct broken {
	const struct source *source;
	const char *command, *file;
	size_t step;                       /* every byte, or every so many of a long one */
} broken[] = {
	{ &source_who, "who", "who-1-tab.out", 1 },
	{ &source_who, "who", "who-1.json", 1 },
	{ &source_who, "who", "who-1500-tab.out", 997 },
	{ &source_services, "service-status", "service-status-tab.out", 1 },
	{ &source_services, "service-status", "service-status.json", 13 },
	{ &source_processes, "process-status", "process-status-tab.out", 1 },
	{ &source_processes, "process-status", "process-status.json", 1 },
	{ &source_penalty, "penalty", "penalty-tab.out", 1 },
	{ &source_penalty, "penalty", "penalty-three-tab.out", 1 },
	{ &source_penalty, "penalty", "penalty-three.json", 1 },
	{ &source_log, "log-errors", "log-errors.json", 1 },
};

/* What is cut off gives the complete rows before the cut, or an error; never half a row. */
static void cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const struct broken *one = &broken[i];
		bool json = strstr(one->file, ".json") != NULL;
		size_t length;
		const char *bytes = trial_fixture(arena, one->file, &length);

		for (size_t cut = 0; cut < length; cut += one->step) {
			size_t lines = 0;

			for (size_t at = 0; at < cut; at++)
				lines += bytes[at] == '\n';
			trial_reply(&trial, one->command, json ? FORM_JSON : FORM_OUTPUT, bytes, cut, 0);
			if (cut % 5 == 0)
				trial_reply(&trial, one->command, json ? FORM_JSON : FORM_OUTPUT, bytes, cut, 3);
			trial_ask(&trial, one->source);
			assert_int_equal(trial.answers, 1);
			assert_int_equal(!trial.snapshot, json || !lines);
			assert_int_equal(!trial.snapshot, trial.error.kind != ERROR_NONE);
			if (trial.snapshot && one->source == &source_who)
				assert_int_equal(((const struct who *)trial.snapshot)->count, lines - 1);
		}
	}
}

static void with_every_bit_turned_over(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		const struct broken *one = &broken[i];
		size_t length;
		char *bytes = trial_fixture(arena, one->file, &length);

		for (size_t bit = 0; bit < length * 8; bit += one->step * (length > 700 ? 7 : 1)) {
			bytes[bit / 8] ^= (char)(1 << bit % 8);
			trial_reply(&trial, one->command, strstr(one->file, ".json") ? FORM_JSON : FORM_OUTPUT, bytes, length, 0);
			trial_ask(&trial, one->source);
			assert_int_equal(trial.answers, 1);
			assert_int_equal(!trial.snapshot, trial.error.kind != ERROR_NONE);
			if (trial.snapshot && strcmp(one->file, "who-1-tab.out") == 0)
				assert_in_range(((const struct who *)trial.snapshot)->count, 9, 11);
			bytes[bit / 8] ^= (char)(1 << bit % 8);
		}
	}
}

static void no_table_at_all(void **state)
{
	static const struct { enum host_form form; const char *output, *words; } cases[] = {
		{ FORM_JSON, "{\"a\":1}", "no list of rows" },
		{ FORM_JSON, "[{\"username\":\"x\"},", "no JSON" },
		{ FORM_JSON, "5", "no list of rows" },
		{ FORM_OUTPUT, "\n\n\n", "ended before" },
	};
	char *flood = memory_new(300000);
	const struct who *who;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		trial_reply(&trial, "who", cases[i].form, cases[i].output, strlen(cases[i].output), 0);
		assert_null(trial_ask(&trial, &source_who));
		assert_non_null(strstr(trial.error.text, cases[i].words));
	}
	/* A line without end is thrown away, what follows it is read. */
	memset(flood, 'x', 299999);
	memcpy(flood, "username\tproto\tpid\tip\n", 22);
	memcpy(flood + 299000, "\nx@example.com\timap\t5\t::1\n", 26);
	trial_reply(&trial, "who", FORM_OUTPUT, flood, 299026, 1000);
	who = trial_ask(&trial, &source_who);
	assert_non_null(who);
	assert_int_equal(who->count, 1);
	assert_int_equal(who->malformed, 1);
	free(flood);
}

/* --- servers that say no --------------------------------------------------------------------------- */

static void each_failure_has_its_words(void **state)
{
	static const struct { const char *file, *complaint; enum host_form form; int status; enum error_kind kind; const char *words; } cases[] = {
		{ "who.err", NULL, FORM_OUTPUT, 75, ERROR_UNREACHABLE, "mail1: who: Dovecot is not running; start it there: net_connect_unix(" },
		{ "noconf.err", NULL, FORM_OUTPUT, 89, ERROR_CONFIG, "configuration cannot be read" },
		{ NULL, "Error: net_connect_unix(/run/dovecot/stats-writer) failed: Permission denied\n"
			"Fatal: net_connect_unix(/run/dovecot/anvil) failed: Permission denied\n", FORM_OUTPUT, 75, ERROR_REFUSED, "may not ask Dovecot; run as root" },
		{ NULL, "Fatal: read(/run/dovecot/anvil) failed: read(size=8192) failed: Connection reset by peer\n", FORM_OUTPUT, 75, ERROR_UNREACHABLE, "client_limit" },
		{ NULL, "sudo: a password is required\n", FORM_OUTPUT, 1, ERROR_REFUSED, "sudo asks for a password" },
		{ NULL, "doveconf: Fatal: Error in configuration file /etc/dovecot/dovecot.conf line 3: Unknown setting: x\n", FORM_OUTPUT, 89, ERROR_CONFIG, "has a mistake" },
		{ NULL, "", FORM_OUTPUT, 3, ERROR_UNREACHABLE, "it failed; try it there by hand [3]" },
		{ NULL, "unAuthorized", FORM_JSON, 0, ERROR_REFUSED, "add it to doveadm_allowed_commands" },
		{ NULL, "invalidRequest", FORM_JSON, 0, ERROR_UNSUPPORTED, "does not know these parameters" },
		{ NULL, "exitCode", FORM_JSON, 75, ERROR_UNREACHABLE, "Dovecot's log there says why" },
		{ NULL, "unknownMethod", FORM_JSON, 1, ERROR_UNSUPPORTED, "does not know this command" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length;
		const char *complaint = cases[i].file ? trial_fixture(arena, cases[i].file, &length) : cases[i].complaint;

		fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "who", .form = cases[i].form, .status = cases[i].status, .complaint = complaint });
		assert_null(trial_ask(&trial, &source_who));
		assert_int_equal(trial.error.kind, cases[i].kind);
		assert_non_null(strstr(trial.error.text, cases[i].words));
	}
	/* Half a table is no table: what was known before stands. */
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "who", .output = "username\tproto\tpid\tip\nanna\timap\t7\t::1\n", .status = 143, .cut = true });
	assert_null(trial_ask(&trial, &source_who));
	assert_string_equal(trial.error.text, "mail1: who said more than is read and was ended");
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "who", .failure = ERROR_TIMEOUT, .failure_text = "no answer within 10 s" });
	assert_null(trial_ask(&trial, &source_who));
	assert_string_equal(trial.error.text, "mail1: no answer within 10 s");
}

static void taken_back(void **state)
{
	static const struct source *const all[] = { &source_who, &source_services, &source_processes, &source_penalty, &source_log, &source_configuration };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct asking *asking;

		trial_forget(&trial);
		asking = all[i]->ask(trial.live, 0, trial_asked, &trial);
		all[i]->cancel(asking);
		loop_run(trial.loop);
		assert_int_equal(trial.answers, 0);
	}
}

static void no_way_is_told(void **state)
{
	const char *reason = "x";

	(void)state;
	assert_true(source_who.applies(trial.live, 0, &reason));
	fake_hosts_reply(trial.hosts, &(struct fake_reply){ .command = "who", .failure = ERROR_UNSUPPORTED, .failure_text = "mail1 has no way for who" });
	assert_false(source_who.applies(trial.live, 0, &reason));
	assert_string_equal(reason, "mail1 has no way for who");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(connections_as_recorded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_grouped_form_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rows_are_whole_and_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(other_columns_of_other_versions, set_up, tear_down),
		cmocka_unit_test_setup_teardown(services_as_recorded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(processes_penalty_and_log, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_log_is_bounded_and_may_hold_tabs, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cut_at_every_byte, set_up, tear_down),
		cmocka_unit_test_setup_teardown(with_every_bit_turned_over, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_table_at_all, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_failure_has_its_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_way_is_told, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_who", tests, NULL, NULL);
}
