/*
 * test_live_fake_hosts: the fake servers keep the promises of hosts.h that
 * tests build on: answers from a later turn, exactly one, also after a
 * cancel and a close.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "tests/fakes/fake_hosts.h"

struct seen {
	unsigned done, pieces;
	enum error_kind error;
	int status;
	bool cut;
	struct text bytes;
	struct host_call *cancel;          /* taken back at the first piece */
};

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct seen *seen = context;

	(void)form;
	seen->pieces++;
	text_add_bytes(&seen->bytes, bytes, length);
	if (seen->cancel)
		host_cancel(seen->cancel);
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct seen *seen = context;

	seen->done++;
	seen->error = answer->error.kind;
	seen->status = answer->status;
	seen->cut = answer->cut;
	text_add_bytes(&seen->bytes, answer->output, answer->length);
}

static void answers_and_faults(void **state)
{
	static const struct {
		struct fake_reply reply;
		size_t most;
		bool piece;
		enum error_kind error;
		unsigned pieces;
		const char *bytes;
		bool cut;
	} cases[] = {
		{ { .command = "who", .output = "abcdef" }, 0, false, ERROR_NONE, 0, "abcdef", false },
		{ { .command = "who", .output = "abcdef" }, 4, false, ERROR_NONE, 0, "abcd", true },
		{ { .command = "who", .output = "abcdef", .piece = 4 }, 0, true, ERROR_NONE, 2, "abcdef", false },
		{ { .command = "who", .output = "abcdef", .piece = 4, .form = FORM_JSON }, 0, true, ERROR_NONE, 1, "abcdef", false },
		{ { .command = "who", .failure = ERROR_TIMEOUT, .failure_text = "slow" }, 0, true, ERROR_TIMEOUT, 0, "", false },
		{ { .command = "who", .hangs = true }, 0, true, ERROR_TIMEOUT, 0, "", false },
		{ { .command = "penalty", .output = "x" }, 0, true, ERROR_UNREACHABLE, 0, "", false },
		{ { .command = "who", .host = "mail2", .output = "x" }, 0, true, ERROR_UNREACHABLE, 0, "", false },
		{ { .command = "who", .host = "mail1", .output = "x", .status = 75, .after_ms = 5 }, 0, true, ERROR_NONE, 1, "x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct loop *loop = loop_new();
		struct hosts *hosts = fake_hosts_new(loop, 2);
		struct seen seen = { 0 };
		struct host_request request = { .command = "who", .deadline = 10, .most = cases[i].most, .done = on_done, .context = &seen };

		request.piece = cases[i].piece ? on_piece : NULL;
		fake_hosts_reply(hosts, &cases[i].reply);
		host_run(hosts, 0, &request);
		assert_int_equal(seen.done, 0);
		loop_run(loop);
		assert_int_equal(seen.done, 1);
		assert_int_equal(seen.error, cases[i].error);
		assert_int_equal(seen.pieces, cases[i].pieces);
		assert_string_equal(text_get(&seen.bytes), cases[i].bytes);
		assert_int_equal(seen.cut, cases[i].cut);
		assert_int_equal(seen.status, cases[i].error ? 0 : cases[i].reply.status);
		text_free(&seen.bytes);
		hosts_close(hosts);
		loop_free(loop);
	}
}

static void taken_back_at_any_time(void **state)
{
	struct loop *loop = loop_new();
	struct hosts *hosts = fake_hosts_new(loop, 1);
	struct seen seen[3] = { { 0 } };
	struct host_request request = { .command = "who", .piece = on_piece, .done = on_done, .context = &seen[0] };
	struct host_call *call;

	(void)state;
	fake_hosts_reply(hosts, &(struct fake_reply){ .command = "who", .output = "abcdef", .piece = 1 });
	call = host_run(hosts, 0, &request);
	host_cancel(call);
	assert_int_equal(seen[0].done, 0);
	request.context = &seen[1];
	seen[1].cancel = host_run(hosts, 0, &request);
	loop_run(loop);
	assert_int_equal(seen[0].done, 1);
	assert_int_equal(seen[0].error, ERROR_CANCELLED);
	assert_int_equal(seen[0].pieces, 0);
	assert_int_equal(seen[1].done, 1);
	assert_int_equal(seen[1].error, ERROR_CANCELLED);
	assert_int_equal(seen[1].pieces, 1);
	request.context = &seen[2];
	host_run(hosts, 0, &request);
	hosts_close(hosts);
	assert_int_equal(seen[2].done, 1);
	assert_int_equal(seen[2].error, ERROR_CANCELLED);
	for (size_t i = 0; i < 3; i++)
		text_free(&seen[i].bytes);
	loop_free(loop);
}

/* What the table of commands does not have, or what does not fit, fails as with the real ones. */
static void only_real_commands(void **state)
{
	static const char *const good[] = { "a@example.com" }, *const bad[] = { "*" };
	static const struct { struct host_request request; enum error_kind error; } cases[] = {
		{ { .command = "kick", .holes = good, .hole_count = 1 }, ERROR_NONE },
		{ { .command = "kick", .holes = bad, .hole_count = 1 }, ERROR_INVALID },
		{ { .command = "kick" }, ERROR_INTERNAL },
		{ { .command = "rm" }, ERROR_INTERNAL },
		{ { .command = "queue-delete", .input = "ALL\n", .input_length = 4 }, ERROR_INVALID },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct loop *loop = loop_new();
		struct hosts *hosts = fake_hosts_new(loop, 1);
		struct seen seen = { 0 };
		struct host_request request = cases[i].request;

		request.done = on_done;
		request.context = &seen;
		fake_hosts_reply(hosts, &(struct fake_reply){ .command = request.command, .output = "" });
		host_run(hosts, 0, &request);
		loop_run(loop);
		assert_int_equal(seen.done, 1);
		assert_int_equal(seen.error, cases[i].error);
		text_free(&seen.bytes);
		hosts_close(hosts);
		loop_free(loop);
	}
}

static void what_was_asked(void **state)
{
	static const char *const holes[] = { "a@example.com", "10.0.0.0/8" };
	struct loop *loop = loop_new();
	struct hosts *hosts = fake_hosts_new(loop, 2);
	struct seen seen = { 0 };
	struct host_request request = { .command = "kick-from", .holes = holes, .hole_count = 2, .done = on_done, .context = &seen };
	struct arena *arena = arena_new();
	const struct host_answer *answer;
	size_t host = 9;

	(void)state;
	fake_hosts_reply(hosts, &(struct fake_reply){ .command = "kick-from", .output = "one" });
	fake_hosts_reply(hosts, &(struct fake_reply){ .command = "kick-from", .output = "two", .complaint = "tut" });
	host_run(hosts, 0, &request);
	host_run(hosts, 0, &request);
	host_run(hosts, 1, &request);
	loop_run(loop);
	assert_int_equal(seen.done, 3);
	assert_int_equal(seen.error, ERROR_NONE);
	assert_string_equal(text_get(&seen.bytes), "twotwotwo");
	assert_int_equal(fake_hosts_runs(hosts, "kick-from"), 3);
	assert_int_equal(fake_hosts_runs(hosts, NULL), 3);
	assert_int_equal(fake_hosts_at_once(hosts, "kick-from"), 2);
	assert_int_equal(fake_hosts_runs(hosts, "who"), 0);
	assert_string_equal(fake_hosts_holes(hosts, "kick-from"), "a@example.com 10.0.0.0/8");
	assert_string_equal(fake_hosts_input(hosts, "kick-from"), "");
	host_run(hosts, 0, &(struct host_request){ .command = "queue-hold", .input = "4F0A1B2C3D\n", .input_length = 11, .done = on_done, .context = &seen });
	assert_string_equal(fake_hosts_input(hosts, "queue-hold"), "4F0A1B2C3D\n");
	loop_run(loop);
	assert_int_equal(seen.error, ERROR_UNREACHABLE);
	answer = host_run_here(hosts, loop, 1, &request, NULL, arena);
	assert_string_equal(answer->output, "two");
	assert_string_equal(answer->complaint, "tut");
	assert_true(host_named(hosts, "mail2", &host));
	assert_int_equal(host, 1);
	assert_false(host_named(hosts, "mail3", &host));
	fake_hosts_reply(hosts, &(struct fake_reply){ .command = "who", .failure = ERROR_UNSUPPORTED, .failure_text = "no way here" });
	assert_int_equal(host_way(hosts, 0, "who", NULL), WAY_NONE);
	assert_int_equal(host_way(hosts, 0, "kick-from", NULL), WAY_EXEC);
	arena_free(arena);
	text_free(&seen.bytes);
	hosts_close(hosts);
	loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_and_faults),
		cmocka_unit_test(taken_back_at_any_time),
		cmocka_unit_test(only_real_commands),
		cmocka_unit_test(what_was_asked),
	};

	return cmocka_run_group_tests_name("live_fake_hosts", tests, NULL, NULL);
}
