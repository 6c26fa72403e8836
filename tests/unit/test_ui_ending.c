/*
 * ending: a signal while the write of a command is in flight waits for the
 * outcome, tells it, and becomes the exit status. Against the fake engine,
 * whose gate keeps silent until told otherwise (which only tests of the console
 * are linked with, so the name).
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/output.h"
#include "commands/write.h"
#include "tests/fakes/fake_engine.h"

static struct engine *engine;
static int sent;

static void answer_now(void *context)
{
	(void)context;
	fake_next(engine, FAKE_APPLIED);
}

static void send_signal(void *context)
{
	(void)context;
	raise(sent);
}

/* Does the write with a signal after 30 ms and the answer after 80; what was printed is thrown away. */
static int write_with(int number)
{
	struct arguments arguments = { .printer = &printer_table, .yes = true };
	struct headless headless = { .engine = engine, .arena = arena_new(), .arguments = &arguments };
	struct change *change = change_new(VERB_EDIT, kind_find("user"), "user001");
	struct loop_timer *signal_timer, *answer_timer;
	int out = dup(1), err = dup(2), null = open("/dev/null", O_WRONLY), status;

	sent = number;
	fake_next(engine, FAKE_SILENT);
	change_edit_text(change, kind_field(change->kind, "quota"), EDIT_SET, "7340032");
	signal_timer = loop_after(engine->loop, 30, 0, send_signal, NULL);
	answer_timer = loop_after(engine->loop, 80, 0, answer_now, NULL);
	fflush(stdout);
	dup2(null, 1);
	dup2(null, 2);
	write_change(&headless, change);
	fflush(stdout);
	dup2(out, 1);
	dup2(err, 2);
	close(out);
	close(err);
	close(null);
	loop_timer_stop(signal_timer);
	loop_timer_stop(answer_timer);
	change_free(change);
	assert_ptr_equal(headless.engine, engine);
	headless.engine = NULL;
	status = headless_close(&headless);
	assert_int_equal(headless.ended_by, status > 128 ? number : 0);
	return status;
}

static void test_a_signal_waits_for_the_outcome(void **state)
{
	static const struct { int number, status; } cases[] = { { SIGTERM, 143 }, { SIGINT, 130 }, { SIGHUP, 129 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		engine = fake_engine_new(&(struct fake_settings){ .role = ROLE_ADMIN });
		assert_int_equal(write_with(cases[i].number), cases[i].status);
		assert_int_equal(fake_writes(engine), 1);
		assert_string_equal(record_text(fake_record(engine, "user", "user001"), "quota"), "7340032");
		fake_engine_free(engine);
	}
}

static void test_what_was_ignored_stays_ignored(void **state)
{
	(void)state;
	signal(SIGHUP, SIG_IGN);
	engine = fake_engine_new(&(struct fake_settings){ .role = ROLE_ADMIN });
	assert_int_equal(write_with(SIGHUP), 0);
	assert_int_equal(fake_writes(engine), 1);
	fake_engine_free(engine);
	signal(SIGHUP, SIG_DFL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_signal_waits_for_the_outcome),
		cmocka_unit_test(test_what_was_ignored_stays_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
