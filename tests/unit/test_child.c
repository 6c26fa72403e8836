/*
 * test_child: programs run without a shell, with a clean environment, capped
 * and in time.
 *
 * /bin/sh appears here only as a program that does what the test asks for.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"

struct answer {
	bool done;
	int calls;
	struct child_result result;
	char output[4096], complaint[4096];
};

static struct loop *loop;

static void on_done(const struct child_result *result, void *context)
{
	struct answer *answer = context;

	answer->result = *result;
	answer->calls++;
	answer->done = true;
	assert_int_equal(result->output[result->output_length], '\0');
	snprintf(answer->output, sizeof(answer->output), "%s", result->output);
	snprintf(answer->complaint, sizeof(answer->complaint), "%s", result->complaint);
}

static struct answer run(struct child_request request)
{
	struct answer answer = { 0 };

	child_run(loop, &request, on_done, &answer);
	assert_false(answer.done);
	loop_run_until(loop, &answer.done);
	assert_int_equal(answer.calls, 1);
	return answer;
}

static struct answer shell(const char *line, struct child_request request)
{
	const char *argv[] = { "/bin/sh", "-c", line, NULL };

	request.argv = argv;
	return run(request);
}

static void tells_output_complaint_and_status(void **state)
{
	static const struct {
		const char *line, *output, *complaint;
		int status;
	} cases[] = {
		{ "echo yes", "yes\n", "", 0 },
		{ "echo no >&2; exit 3", "", "no\n", 3 },
		{ "kill -9 $$", "", "", 137 },
		{ "cat", "", "", 0 },                                   /* standard input is empty */
		{ "pwd", "/\n", "", 0 },
		{ "printf 'a\\0b' | wc -c | tr -d ' '", "3\n", "", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer answer = shell(cases[i].line, (struct child_request){ 0 });

		assert_true(answer.result.started);
		assert_false(answer.result.timed_out || answer.result.cut);
		assert_string_equal(answer.output, cases[i].output);
		assert_string_equal(answer.complaint, cases[i].complaint);
		assert_int_equal(answer.result.status, cases[i].status);
	}
}

static void there_is_no_shell(void **state)
{
	const char *argv[] = { "/bin/echo", "$(id)", "; id", "*", "`id`", NULL };
	struct answer answer = run((struct child_request){ .argv = argv });

	(void)state;
	assert_string_equal(answer.output, "$(id) ; id * `id`\n");
}

static void only_absolute_paths_that_exist(void **state)
{
	static const char *const names[] = { "echo", "./echo", "", "/nonexistent/echo", "/etc/passwd", "/" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *argv[] = { names[i], NULL };
		struct answer answer = run((struct child_request){ .argv = argv });

		assert_false(answer.result.started);
		assert_int_equal(answer.result.error.kind, ERROR_UNREACHABLE);
		assert_non_null(strstr(answer.result.error.text, "cannot be started"));
	}
}

static void the_environment_is_clean(void **state)
{
	const char *argv[] = { "/usr/bin/env", NULL };
	struct answer answer;

	(void)state;
	setenv("LDAPTLS_REQCERT", "never", 1);
	setenv("LD_LIBRARY_PATH", "/var/tmp", 1);
	setenv("https_proxy", "http://127.0.0.1:1", 1);
	setenv("HOME", "/root", 1);
	setenv("TZ", "UTC", 1);
	answer = run((struct child_request){ .argv = argv });
	assert_string_equal(answer.output,
			"PATH=/usr/sbin:/usr/bin:/sbin:/bin\nLC_ALL=C.UTF-8\nHOME=/root\nTZ=UTC\n");
}

static void no_descriptor_reaches_the_child(void **state)
{
	const char *argv[] = { "/bin/ls", "/proc/self/fd", NULL };
	int leaky = open("/etc/passwd", O_RDONLY);
	struct answer answer;

	(void)state;
	assert_true(leaky > 2);
	answer = run((struct child_request){ .argv = argv });
	/* 3 is the directory that ls reads. */
	assert_string_equal(answer.output, "0\n1\n2\n3\n");
	close(leaky);
}

static void the_child_has_no_terminal(void **state)
{
	struct answer answer = shell("(: </dev/tty) 2>/dev/null && echo terminal || echo none", (struct child_request){ 0 });

	(void)state;
	assert_string_equal(answer.output, "none\n");
}

static void input_arrives_whole(void **state)
{
	size_t length = 300000;
	char *input = malloc(length);
	struct answer answer;

	(void)state;
	memset(input, 'x', length);
	answer = shell("wc -c", (struct child_request){ .input = input, .input_length = length });
	assert_int_equal(atoi(answer.output), 300000);
	/* One that never reads is no harm. */
	answer = shell("exit 4", (struct child_request){ .input = input, .input_length = length });
	assert_int_equal(answer.result.status, 4);
	free(input);
}

static void output_is_capped(void **state)
{
	struct answer answer = shell("yes", (struct child_request){ .most = 1000 });

	(void)state;
	assert_true(answer.result.cut);
	assert_int_equal(answer.result.output_length, 1000);
	assert_int_equal(answer.result.status, 128 + 15);
}

static long seconds(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec;
}

static void a_deadline_ends_it_and_its_children(void **state)
{
	long began = seconds();
	struct answer answer = shell("sleep 61.5 & echo begun; sleep 61.5", (struct child_request){ .deadline = 150 });

	(void)state;
	assert_true(answer.result.timed_out);
	assert_int_equal(answer.result.status, 128 + 15);
	assert_string_equal(answer.output, "begun\n");
	/* One that ignores the polite signal is killed two seconds later. */
	answer = shell("trap '' TERM; while :; do sleep 0.05; done", (struct child_request){ .deadline = 100 });
	assert_true(answer.result.timed_out);
	assert_int_equal(answer.result.status, 128 + 9);
	assert_true(seconds() - began <= 30);
}

static void what_stays_behind_is_not_waited_for(void **state)
{
	long began = seconds();
	struct answer answer = shell("sleep 60 & echo left", (struct child_request){ 0 });

	(void)state;
	assert_string_equal(answer.output, "left\n");
	assert_int_equal(answer.result.status, 0);
	assert_true(seconds() - began <= 15);
}

static void cancelling_still_tells(void **state)
{
	const char *argv[] = { "/bin/sleep", "60", NULL };
	struct child_request request = { .argv = argv };
	struct answer answer = { 0 };

	(void)state;
	child_cancel(child_run(loop, &request, on_done, &answer));
	loop_run_until(loop, &answer.done);
	assert_int_equal(answer.result.status, 128 + 15);
	assert_false(answer.result.timed_out);
}

static int open_descriptors(void)
{
	DIR *all = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(all))
		n++;
	closedir(all);
	return n;
}

static void descriptors_do_not_pile_up(void **state)
{
	int before, i;

	(void)state;
	shell("true", (struct child_request){ 0 });
	loop_run(loop);
	before = open_descriptors();
	for (i = 0; i < 20; i++) {
		const char *missing[] = { "/nonexistent/program", NULL };

		shell("cat", (struct child_request){ .input = "x", .input_length = 1 });
		run((struct child_request){ .argv = missing });
	}
	loop_run(loop);
	assert_int_equal(open_descriptors(), before);
}

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	loop_run(loop);
	loop_free(loop);
	return 0;
}

struct pieces {
	struct answer answer;
	size_t count, length;
	bool in_order;
};

static void on_piece(void *context, const char *bytes, size_t length)
{
	struct pieces *pieces = context;
	size_t i;

	assert_false(pieces->answer.done);
	for (i = 0; i < length; i++)
		pieces->in_order = pieces->in_order && bytes[i] == (char)('0' + (pieces->length + i) % 10);
	pieces->count++;
	pieces->length += length;
}

static struct pieces stream(const char *line, size_t most)
{
	const char *argv[] = { "/bin/sh", "-c", line, NULL };
	struct child_request request = { .argv = argv, .most = most, .deadline = 60000, .piece = on_piece };
	struct pieces pieces = { .in_order = true };

	child_run(loop, &request, on_done, &pieces);
	loop_run_until(loop, &pieces.answer.done);
	assert_int_equal(pieces.answer.calls, 1);
	return pieces;
}

static void output_is_handed_on_piece_by_piece(void **state)
{
	struct pieces pieces = stream("yes 0123456789 | tr -d '\\n' | head -c 1000000; echo words >&2; exit 4", 2000000);

	(void)state;
	assert_int_equal(pieces.length, 1000000);
	assert_true(pieces.count > 10 && pieces.in_order);
	assert_int_equal(pieces.answer.result.status, 4);
	assert_false(pieces.answer.result.cut);
	assert_string_equal(pieces.answer.output, "");
	assert_string_equal(pieces.answer.complaint, "words\n");
}

static void a_stream_ends_at_its_cap(void **state)
{
	struct pieces pieces = stream("yes 0123456789 | tr -d '\\n'", 500000);

	(void)state;
	assert_int_equal(pieces.length, 500000);
	assert_true(pieces.in_order && pieces.answer.result.cut);
}

/* Given up: no callback, and nothing of it is left running. */
static void abandoned_children_are_gone(void **state)
{
	static const char *const lines[] = { "exec sleep 60", "trap '' TERM; while :; do sleep 1; done", "exit 0" };
	struct answer answers[3];
	struct child *children[3];
	size_t i;

	(void)state;
	memset(answers, 0, sizeof(answers));
	for (i = 0; i < 3; i++) {
		const char *argv[] = { "/bin/sh", "-c", lines[i], NULL };
		struct child_request request = { .argv = argv, .deadline = 60000 };

		children[i] = child_run(loop, &request, on_done, &answers[i]);
	}
	for (i = 0; i < 3; i++)
		child_cancel(children[i]);
	for (i = 0; i < 3; i++)
		child_abandon(children[i], 20);
	for (i = 0; i < 3; i++)
		assert_int_equal(answers[i].calls, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_output_complaint_and_status),
		cmocka_unit_test(there_is_no_shell),
		cmocka_unit_test(only_absolute_paths_that_exist),
		cmocka_unit_test(the_environment_is_clean),
		cmocka_unit_test(no_descriptor_reaches_the_child),
		cmocka_unit_test(the_child_has_no_terminal),
		cmocka_unit_test(input_arrives_whole),
		cmocka_unit_test(output_is_capped),
		cmocka_unit_test(a_deadline_ends_it_and_its_children),
		cmocka_unit_test(what_stays_behind_is_not_waited_for),
		cmocka_unit_test(cancelling_still_tells),
		cmocka_unit_test(descriptors_do_not_pile_up),
		cmocka_unit_test(output_is_handed_on_piece_by_piece),
		cmocka_unit_test(a_stream_ends_at_its_cap),
		cmocka_unit_test(abandoned_children_are_gone),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
