/*
 * test_hosts_http: commands over the doveadm API: what is sent, how the answer
 * comes out of its envelope, and what each fault is called.
 *
 * The server says what a real Dovecot 2.3.19 was recorded to say, or worse.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/http.h"
#include "base/json.h"
#include "base/text.h"
#include "hosts/hosts.h"
#include "hosts/hosts_private.h"
#include "tests/fakes/hostile_http.h"

static char key_file[64];
static struct loop *loop;
static struct hostile_http *server;
static struct hosts *hosts;

struct heard {
	bool done;
	struct error error;
	enum host_form form;
	int status;
	size_t pieces, length;
	char output[1000], complaint[100];
};

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct heard *heard = context;

	(void)bytes;
	assert_int_equal(form, FORM_JSON);
	heard->pieces++;
	heard->length += length;
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct heard *heard = context;

	heard->done = true;
	heard->error = answer->error;
	heard->form = answer->form;
	heard->status = answer->status;
	snprintf(heard->output, sizeof(heard->output), "%s", answer->output);
	snprintf(heard->complaint, sizeof(heard->complaint), "%s", answer->complaint);
}

static struct heard run(struct host_request request)
{
	struct heard heard = { 0 };

	request.done = on_done;
	request.context = &heard;
	request.deadline = request.deadline ? request.deadline : 20000;
	host_run(hosts, 0, &request);
	assert_false(heard.done);
	loop_run_until(loop, &heard.done);
	return heard;
}

static struct heard ask(const char *command, const char *hole)
{
	return run((struct host_request){ .command = command, .holes = &hole, .hole_count = hole ? 1 : 0 });
}

static void say(int status, const char *body)
{
	static char words[8192];

	snprintf(words, sizeof(words), "HTTP/1.1 %d Words\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, strlen(body), body);
	hostile_http_say(server, HOSTILE_SAYS, words);
}

static void sends_one_command(void **state)
{
	static const struct { const char *command, *hole, *body; } cases[] = {
		{ "who", NULL, "[[\"who\",{\"separateConnections\":true},\"postroom\"]]" },
		{ "service-status", NULL, "[[\"serviceStatus\",{},\"postroom\"]]" },
		{ "quota-get", "a\"b\\c@example.com", "[[\"quotaGet\",{\"user\":\"a\\\"b\\\\c@example.com\"},\"postroom\"]]" },
		{ "kick", "j\xc3\xb6rg@example.com", "[[\"kick\",{\"mask\":[\"j\xc3\xb6rg@example.com\"]},\"postroom\"]]" },
		{ "cache-flush", "anna@example.com", "[[\"authCacheFlush\",{\"user\":[\"anna@example.com\"]},\"postroom\"]]" },
		{ "log-errors-since", "1700000000", "[[\"logErrors\",{\"since\":\"1700000000\"},\"postroom\"]]" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;
		const char *body;

		say(200, "[[\"doveadmResponse\",[],\"postroom\"]]");
		heard = ask(cases[i].command, cases[i].hole);
		assert_int_equal(heard.error.kind, ERROR_NONE);
		assert_string_equal(heard.output, "[]");
		assert_non_null(strstr(hostile_http_request(server), "POST /doveadm/v1 HTTP/1.1\r\n"));
		/* "canary" in base64. */
		assert_non_null(strstr(hostile_http_request(server), "\r\nAuthorization: X-Dovecot-API Y2FuYXJ5\r\n"));
		body = strstr(hostile_http_request(server), "\r\n\r\n");
		assert_string_equal(body + 4, cases[i].body);
	}
}

static void takes_the_result_out(void **state)
{
	static const struct { const char *body, *output, *complaint; int status; } cases[] = {
		{ "[[\"doveadmResponse\",[{\"username\":\"anna@example.com\",\"service\":\"imap\",\"pid\":\"12\",\"ip\":\"::1\"}],\"postroom\"]]",
		  "[{\"username\":\"anna@example.com\",\"service\":\"imap\",\"pid\":\"12\",\"ip\":\"::1\"}]", "", 0 },
		{ "[[\"error\",{\"type\":\"exitCode\", \"exitCode\":67},\"postroom\"]]", "", "exitCode", 67 },
		{ "[[\"error\",{\"type\":\"exitCode\", \"exitCode\":68},\"postroom\"]]", "", "exitCode", 68 },
		{ " [ [ \"doveadmResponse\" , { \"userList\" : [ ] } , \"postroom\" ] ] ", "{\"userList\":[]}", "", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;

		say(200, cases[i].body);
		heard = ask("who", NULL);
		assert_int_equal(heard.error.kind, ERROR_NONE);
		assert_int_equal(heard.form, FORM_JSON);
		assert_string_equal(heard.output, cases[i].output);
		assert_string_equal(heard.complaint, cases[i].complaint);
		assert_int_equal(heard.status, cases[i].status);
	}
}

static void each_fault_has_its_words(void **state)
{
	static const struct { int status; const char *body; enum error_kind kind; const char *sentence; } cases[] = {
		{ 401, "", ERROR_REFUSED, "does not take our key" },
		{ 404, "Path Not Found", ERROR_UNSUPPORTED, "no doveadm API at this URL" },
		{ 400, "JSON parse error: Missing '}'", ERROR_INTERNAL, "did not understand" },
		{ 413, "Payload Too Large", ERROR_INVALID, "too large" },
		{ 500, "", ERROR_CONFIG, "neither doveadm_api_key nor doveadm_password" },
		{ 302, "", ERROR_REFUSED, "sends us elsewhere" },
		{ 502, "", ERROR_UNREACHABLE, "HTTP 502" },
		{ 200, "", ERROR_UNSUPPORTED, "an empty answer" },
		{ 200, "hello", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "[]", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "{}", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "7", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "[[]]", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "[[1,2,3]]", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "[[\"doveadmResponse\",[],\"postroom\"]", ERROR_UNSUPPORTED, "no answer of a doveadm API" },
		{ 200, "[[\"doveadmResponse\",[{\"username\":\"a\"}],{\"username\":\"b\"},\"postroom\"]]", ERROR_UNSUPPORTED, "of another shape" },
		{ 200, "[[\"somethingElse\",[],\"postroom\"]]", ERROR_UNSUPPORTED, "of another shape" },
		{ 200, "[[\"error\",{\"type\":\"unknownMethod\", \"exitCode\":0},\"postroom\"]]", ERROR_UNSUPPORTED, "mail3: who: the doveadm API there does not know this command; use exec or ssh" },
		{ 200, "[[\"error\",{\"type\":\"invalidRequest\", \"exitCode\":0},\"postroom\"]]", ERROR_UNSUPPORTED, "does not know these parameters; use exec or ssh for this server: invalidRequest [1]" },
		{ 200, "[[\"error\",{\"type\":\"unAuthorized\", \"exitCode\":0},\"postroom\"]]", ERROR_REFUSED, "doveadm_allowed_commands" },
		{ 200, "[[\"error\",{\"type\":\"internalError\", \"exitCode\":0},\"postroom\"]]", ERROR_UNREACHABLE, "internalError" },
		{ 200, "[[\"error\",[],\"postroom\"]]", ERROR_UNREACHABLE, "no type" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;

		say(cases[i].status, cases[i].body);
		heard = ask("who", NULL);
		if (heard.error.kind != cases[i].kind || !strstr(heard.error.text, cases[i].sentence) || strncmp(heard.error.text, "mail3: ", 7))
			fail_msg("%d %s: %s", cases[i].status, cases[i].body, heard.error.text);
		assert_null(strstr(heard.error.text, "canary"));
		assert_string_equal(heard.output, "");
	}
}

static void faults_of_the_wire(void **state)
{
	static const struct { enum hostile_way way; const char *words; enum error_kind kind; const char *sentence; } cases[] = {
		{ HOSTILE_ENDS, "", ERROR_UNREACHABLE, "ended without an answer" },
		{ HOSTILE_HANGS, "", ERROR_TIMEOUT, "no complete answer in time" },
		{ HOSTILE_DRIPS, "HTTP/1.1 200 OK\r\n", ERROR_TIMEOUT, "no complete answer in time" },
		{ HOSTILE_FLOODS, "HTTP/1.1 200 OK\r\n\r\n", ERROR_UNSUPPORTED, "with more than 8388608 bytes" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;

		hostile_http_say(server, cases[i].way, cases[i].words);
		heard = run((struct host_request){ .command = "who", .deadline = cases[i].kind == ERROR_TIMEOUT ? 300 : 60000 });
		if (heard.error.kind != cases[i].kind || !strstr(heard.error.text, cases[i].sentence) || strncmp(heard.error.text, "mail3: ", 7))
			fail_msg("case %zu: %s", i, heard.error.text);
	}
}

/* Cut off or answered so that nobody can tell, a change may have been done; refused before it began, it was not. */
static void what_became_of_a_change(void **state)
{
	static const struct { enum hostile_way way; const char *words; enum error_kind kind; } cases[] = {
		{ HOSTILE_ENDS, "", ERROR_UNKNOWN_OUTCOME },
		{ HOSTILE_SAYS, "HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n[[\"doveadm", ERROR_UNKNOWN_OUTCOME },
		{ HOSTILE_SAYS, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[[\"doveadm", ERROR_UNKNOWN_OUTCOME },
		{ HOSTILE_SAYS, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ERROR_UNKNOWN_OUTCOME },
		{ HOSTILE_SAYS, "HTTP/1.1 504 Gateway Timeout\r\nContent-Length: 0\r\n\r\n", ERROR_UNKNOWN_OUTCOME },
		{ HOSTILE_HANGS, "", ERROR_UNKNOWN_OUTCOME },
		{ HOSTILE_SAYS, "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", ERROR_REFUSED },
		{ HOSTILE_SAYS, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", ERROR_UNREACHABLE },
		{ HOSTILE_SAYS, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[[\"error\",{\"type\":\"unAuthorized\", \"exitCode\":0},\"postroom\"]]", ERROR_REFUSED },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *hole = "anna@example.com";
		struct heard heard;

		hostile_http_say(server, cases[i].way, cases[i].words);
		heard = run((struct host_request){ .command = "cache-flush", .holes = &hole, .hole_count = 1,
			.deadline = cases[i].way == HOSTILE_HANGS ? 300 : 60000 });
		if (heard.error.kind != cases[i].kind || strncmp(heard.error.text, "mail3: ", 7))
			fail_msg("case %zu: %d %s", i, (int)heard.error.kind, heard.error.text);
	}
	/* Nobody listens: nothing was sent. */
	hostile_http_free(server);
	server = NULL;
	assert_int_equal(ask("cache-flush", "anna@example.com").error.kind, ERROR_UNREACHABLE);
}

static void a_long_answer_comes_as_one_piece(void **state)
{
	struct text words = { 0 }, rows = { 0 };
	struct heard heard;
	size_t i;

	(void)state;
	text_add(&rows, "[{\"username\":\"first@example.com\"}");
	for (i = 0; i < 20000; i++)
		text_addf(&rows, ",{\"username\":\"user%zu@example.com\"}", i);
	text_add(&rows, "]");
	text_addf(&words, "HTTP/1.1 200 OK\r\n\r\n[[\"doveadmResponse\",%s,\"postroom\"]]", text_get(&rows));
	hostile_http_say(server, HOSTILE_SAYS, text_get(&words));
	heard = run((struct host_request){ .command = "who", .piece = on_piece });
	assert_int_equal(heard.error.kind, ERROR_NONE);
	assert_int_equal(heard.pieces, 1);
	assert_int_equal(heard.length, rows.length);
	assert_string_equal(heard.output, "");
	text_free(&words);
	text_free(&rows);
}

/* What a broken wire makes of an answer is an error, or one JSON value; never more than that. */
static void unwrap(const char *body, size_t length)
{
	static const struct host_settings settings = { .name = "mail3", .http_url = "https://mail3" };
	struct arena *arena = arena_new();
	struct http_answer from = { .status = 200, .body = arena_bytes(arena, body, length), .length = length };
	struct host_answer answer = { .form = FORM_JSON };
	struct json *json = NULL;

	http_unwrap(arena, &settings, host_command_find("who"), &from, &answer);
	if (answer.error.kind == ERROR_NONE && answer.length) {
		json = json_parse(answer.output, answer.length, NULL);
		assert_non_null(json);
	}
	json_free(json);
	arena_free(arena);
}

static void broken_answers(void **state)
{
	static const char *const bodies[] = {
		"[[\"doveadmResponse\",[{\"username\":\"anna.berg@example.com\",\"service\":\"imap\",\"pid\":\"1357\",\"ip\":\"::1\"}],\"postroom\"]]",
		"[[\"doveadmResponse\",[],\"postroom\"]]",
		"[[\"error\",{\"type\":\"exitCode\", \"exitCode\":67},\"postroom\"]]",
		"[[\"error\",{\"type\":\"unknownMethod\", \"exitCode\":0},\"postroom\"]]",
		"[[\"doveadmResponse\",[{\"root\":\"User quota\",\"type\":\"STORAGE\",\"value\":\"0\",\"limit\":\"-\",\"percent\":\"0\"}],\"postroom\"]]",
	};
	size_t i, at;
	int bit;

	(void)state;
	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		size_t length = strlen(bodies[i]);
		char copy[300];

		unwrap(bodies[i], length);
		for (at = 0; at < length; at++)
			unwrap(bodies[i], at);
		for (at = 0; at < length; at++)
			for (bit = 0; bit < 8; bit++) {
				memcpy(copy, bodies[i], length + 1);
				copy[at] = (char)(copy[at] ^ (1 << bit));
				unwrap(copy, length);
			}
	}
}

static void write_key(const char *words, mode_t mode)
{
	FILE *file = fopen(key_file, "w");

	assert_non_null(file);
	fputs(words, file);
	fclose(file);
	assert_int_equal(chmod(key_file, mode), 0);
}

static void the_key_is_read_again_after_a_refusal(void **state)
{
	(void)state;
	say(401, "");
	assert_int_equal(ask("who", NULL).error.kind, ERROR_REFUSED);
	assert_null(hosts->list[0].credentials);
	write_key("other\n", 0600);
	say(200, "[[\"doveadmResponse\",[],\"postroom\"]]");
	assert_int_equal(ask("who", NULL).error.kind, ERROR_NONE);
	assert_non_null(strstr(hostile_http_request(server), "X-Dovecot-API b3RoZXI=\r\n"));
}

static void a_key_that_others_may_read_is_not_used(void **state)
{
	struct heard heard;

	(void)state;
	write_key("canary\n", 0644);
	heard = ask("who", NULL);
	assert_true(heard.error.kind != ERROR_NONE);
	assert_non_null(strstr(heard.error.text, "mail3: the key of the doveadm API: "));
	unlink(key_file);
	heard = ask("who", NULL);
	assert_non_null(strstr(heard.error.text, key_file));
	assert_int_equal(hostile_http_connections(server), 0);
}

static void the_end_while_it_waits(void **state)
{
	struct heard heard = { 0 };
	struct host_request request = { .command = "who", .done = on_done, .context = &heard, .deadline = 20000 };

	(void)state;
	hostile_http_say(server, HOSTILE_HANGS, "");
	host_run(hosts, 0, &request);
	hosts_close(hosts);
	hosts = NULL;
	assert_true(heard.done);
	assert_int_equal(heard.error.kind, ERROR_CANCELLED);
}

static int set_up(void **state)
{
	struct host_settings settings = { .name = "mail3", .http_plain = true, .http_key_file = key_file };
	int descriptor;

	(void)state;
	snprintf(key_file, sizeof(key_file), "/tmp/postroom-test-XXXXXX");
	descriptor = mkstemp(key_file);
	assert_true(descriptor >= 0);
	close(descriptor);
	write_key("canary\n", 0600);
	loop = loop_new();
	server = hostile_http_new(loop, HOSTILE_ENDS, "");
	settings.http_url = hostile_http_url(server);
	hosts = hosts_open(loop, &settings, 1);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hosts_close(hosts);
	if (server)
		hostile_http_free(server);
	loop_free(loop);
	unlink(key_file);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sends_one_command, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_the_result_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_fault_has_its_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(faults_of_the_wire, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_became_of_a_change, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_long_answer_comes_as_one_piece, set_up, tear_down),
		cmocka_unit_test(broken_answers),
		cmocka_unit_test_setup_teardown(the_key_is_read_again_after_a_refusal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_key_that_others_may_read_is_not_used, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_while_it_waits, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
