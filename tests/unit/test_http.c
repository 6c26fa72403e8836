/*
 * test_http: requests over the loop against a server that lies: each fault has
 * its own words, nothing is waited for longer than the deadline, nothing is
 * taken beyond the cap, and nothing leaves this machine without TLS.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/http.h"
#include "tests/fakes/hostile_http.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"

struct heard {
	bool done;
	int calls;
	struct error error;
	long status;
	size_t length;
	bool cut;
	char body[200];
};

static struct loop *loop;
static struct http *http;
static struct hostile_http *server;

static void on_answer(const struct http_answer *answer, void *context)
{
	struct heard *heard = context;

	heard->done = true;
	heard->calls++;
	heard->error = answer->error;
	heard->status = answer->status;
	heard->length = answer->length;
	heard->cut = answer->cut;
	assert_int_equal(answer->body[answer->length], '\0');
	snprintf(heard->body, sizeof(heard->body), "%s", answer->body);
}

static struct heard ask(struct http_request request)
{
	struct heard heard = { 0 };

	request.url = request.url ? request.url : hostile_http_url(server);
	request.deadline = request.deadline ? request.deadline : 20000;
	http_run(http, &request, on_answer, &heard);
	assert_false(heard.done);
	loop_run_until(loop, &heard.done);
	assert_int_equal(heard.calls, 1);
	return heard;
}

static void sends_and_takes(void **state)
{
	static const char *const headers[] = { "Authorization: X-Dovecot-API c2VjcmV0", NULL };
	struct http_request request = { .headers = headers, .body = "[1,2]", .body_length = 5, .plain = true };
	struct heard heard;

	(void)state;
	/* Nothing of these may be heeded. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("all_proxy", "http://127.0.0.1:1", 1);
	hostile_http_say(server, HOSTILE_SAYS, OK);
	heard = ask(request);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	assert_int_equal(heard.error.kind, ERROR_NONE);
	assert_int_equal(heard.status, 200);
	assert_string_equal(heard.body, "hello");
	assert_non_null(strstr(hostile_http_request(server), "POST / HTTP/1.1\r\n"));
	assert_non_null(strstr(hostile_http_request(server), "\r\nAuthorization: X-Dovecot-API c2VjcmV0\r\n"));
	assert_non_null(strstr(hostile_http_request(server), "\r\n\r\n[1,2]"));
	assert_null(strstr(hostile_http_request(server), "Expect"));
	heard = ask((struct http_request){ .plain = true });
	assert_non_null(strstr(hostile_http_request(server), "GET / HTTP/1.1\r\n"));
}

static void each_fault_has_its_words(void **state)
{
	static const struct {
		enum hostile_way way;
		const char *words;
		enum error_kind kind;
		const char *sentence;
	} cases[] = {
		{ HOSTILE_HANGS, "", ERROR_TIMEOUT, "no complete answer in time" },
		{ HOSTILE_DRIPS, "HTTP/1.1 200 OK\r\n\r\n", ERROR_TIMEOUT, "no complete answer in time" },
		{ HOSTILE_ENDS, "", ERROR_UNREACHABLE, "ended without an answer" },
		{ HOSTILE_SAYS, "* OK IMAP4rev1 ready\r\n", ERROR_UNREACHABLE, "does not speak HTTP" },
		{ HOSTILE_SAYS, "HTTP/1.1 204 No Content\r\nLink: <a", ERROR_UNREACHABLE, "the answer ended in the middle" },
		{ HOSTILE_SAYS, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello", ERROR_UNREACHABLE, "the answer ended in the middle" },
		{ HOSTILE_FLOODS, "HTTP/1.1 200 OK\r\nX-Long: ", ERROR_UNREACHABLE, "http://127.0.0.1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;

		hostile_http_say(server, cases[i].way, cases[i].words);
		heard = ask((struct http_request){ .plain = true, .deadline = cases[i].kind == ERROR_TIMEOUT ? 300 : 20000 });
		if (heard.error.kind != cases[i].kind || !strstr(heard.error.text, cases[i].sentence) || !strstr(heard.error.text, "curl "))
			fail_msg("case %zu: %s", i, heard.error.text);
	}
}

/* --- a machine that stands still ------------------------------------------------------------- */

static int64_t wakes_at;

static int64_t microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void stand_still(void *context)
{
	(void)context;
	while (microseconds() < wakes_at)
		;
}

/* libcurl forgets its deadline where another of its timers (the one at 200 ms) is served in the last millisecond before it. */
static void a_deadline_holds_where_the_machine_stood_still(void **state)
{
	const uint64_t deadline = 300;

	(void)state;
	hostile_http_say(server, HOSTILE_HANGS, "");
	for (int64_t late = 200; late < 1300; late += 200) {
		struct heard heard = { 0 };
		struct http_request request = { .url = hostile_http_url(server), .plain = true, .deadline = deadline };
		struct loop_timer *still;

		wakes_at = microseconds() + (int64_t)deadline * 1000 + late;
		http_run(http, &request, on_answer, &heard);
		still = loop_after(loop, 2, 0, stand_still, NULL);
		loop_run_until(loop, &heard.done);
		loop_timer_stop(still);
		assert_int_equal(heard.error.kind, ERROR_TIMEOUT);
		assert_non_null(strstr(heard.error.text, "no complete answer in time"));
	}
}

static void statuses_are_answers(void **state)
{
	static const struct { const char *words; long status; } cases[] = {
		{ "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", 401 },
		{ "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 404 },
		{ "HTTP/1.1 302 There\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302 },
		{ "HTTP/1.1 500 Bad\r\n\r\nwords", 500 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard;

		hostile_http_say(server, HOSTILE_SAYS, cases[i].words);
		heard = ask((struct http_request){ .plain = true });
		assert_int_equal(heard.error.kind, ERROR_NONE);
		assert_int_equal(heard.status, cases[i].status);
	}
}

static void a_flood_is_cut(void **state)
{
	struct heard heard;

	(void)state;
	hostile_http_say(server, HOSTILE_FLOODS, "HTTP/1.1 200 OK\r\n\r\n");
	heard = ask((struct http_request){ .plain = true, .most = 1000000 });
	assert_int_equal(heard.error.kind, ERROR_NONE);
	assert_true(heard.cut);
	assert_int_equal(heard.length, 1000000);
}

static void refuses_before_anything_is_sent(void **state)
{
	static const struct { const char *url; bool plain; enum error_kind kind; const char *sentence; } cases[] = {
		{ NULL, false, ERROR_CONFIG, "not allowed here" },
		{ "http://192.0.2.1:8080", true, ERROR_CONFIG, "only for this machine" },
		{ "ftp://127.0.0.1/", true, ERROR_CONFIG, "begins with https://" },
		{ "file:///etc/passwd", true, ERROR_CONFIG, "begins with https://" },
		{ "", true, ERROR_CONFIG, "begins with https://" },
		{ "http://127.0.0.1:1/", true, ERROR_UNREACHABLE, "nobody listens there" },
		{ "https://[", true, ERROR_CONFIG, "this is not a URL" },
	};
	size_t i, before = hostile_http_connections(server);

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct heard heard = ask((struct http_request){ .url = cases[i].url, .plain = cases[i].plain });

		if (heard.error.kind != cases[i].kind || !strstr(heard.error.text, cases[i].sentence))
			fail_msg("case %zu: %s", i, heard.error.text);
	}
	assert_int_equal(hostile_http_connections(server), before);
}

static void tls_is_not_what_plain_is(void **state)
{
	char url[60];
	struct heard heard;

	(void)state;
	hostile_http_say(server, HOSTILE_SAYS, OK);
	snprintf(url, sizeof(url), "https://127.0.0.1:%d", hostile_http_port(server));
	/* It waits for the end of a line that TLS never sends; the deadline holds in the handshake too. */
	heard = ask((struct http_request){ .url = url, .deadline = 300 });
	assert_true(heard.error.kind == ERROR_TIMEOUT || heard.error.kind == ERROR_UNREACHABLE);
	heard = ask((struct http_request){ .url = url, .ca_file = "/nonexistent/ca.pem" });
	assert_int_equal(heard.error.kind, ERROR_CONFIG);
	assert_non_null(strstr(heard.error.text, "authorities cannot be read"));
}

static void cancelled_and_abandoned(void **state)
{
	struct http_request request = { .url = hostile_http_url(server), .plain = true, .deadline = 20000 };
	struct heard heard[3] = { { 0 } };
	struct http_call *calls[3];
	size_t i;

	(void)state;
	hostile_http_say(server, HOSTILE_HANGS, "");
	for (i = 0; i < 3; i++)
		calls[i] = http_run(http, &request, on_answer, &heard[i]);
	http_cancel(calls[0]);
	http_cancel(calls[0]);
	assert_false(heard[0].done);
	http_abandon(calls[1]);
	loop_run_until(loop, &heard[0].done);
	assert_int_equal(heard[0].error.kind, ERROR_CANCELLED);
	assert_false(heard[1].done);
	/* The third goes with http_close. */
	http_close(http);
	http = http_open(loop);
	assert_false(heard[2].done);
}

static size_t descriptors(void)
{
	DIR *all = opendir("/proc/self/fd");
	size_t count = 0;

	while (readdir(all))
		count++;
	closedir(all);
	return count;
}

static void descriptors_do_not_pile_up(void **state)
{
	size_t before, i;

	(void)state;
	hostile_http_say(server, HOSTILE_SAYS, OK);
	ask((struct http_request){ .plain = true });
	before = descriptors();
	for (i = 0; i < 100; i++)
		assert_int_equal(ask((struct http_request){ .plain = true }).error.kind, ERROR_NONE);
	assert_true(descriptors() <= before + 1);
}

static int set_up(void **state)
{
	(void)state;
	loop = loop_new();
	http = http_open(loop);
	server = hostile_http_new(loop, HOSTILE_SAYS, OK);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	http_close(http);
	hostile_http_free(server);
	loop_free(loop);
	return 0;
}

static void headers_are_found(void **state)
{
	struct http_answer answer = { .headers = "HTTP/1.1 204 No Content\r\nETag: \"a b\"  \r\nx-empty:\r\nLink: <1>\r\nLink: <2>\r\n\r\n" };
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(http_header(arena, &answer, "etag"), "\"a b\"");
	assert_string_equal(http_header(arena, &answer, "X-Empty"), "");
	assert_string_equal(http_header(arena, &answer, "link"), "<1>");
	assert_null(http_header(arena, &answer, "lin"));
	assert_null(http_header(arena, &answer, "Location"));
	assert_null(http_header(arena, &(struct http_answer){ .status = 0 }, "ETag"));
	arena_free(arena);
}

/* UDM repeats every link as a header; only a peer without measure is stopped. */
static void many_long_headers(void **state)
{
	struct arena *arena = arena_new();
	struct http_request request = { .plain = true, .deadline = 20000 };
	const struct http_answer *answer;
	size_t length = 0;
	char *words = malloc(300 * 600 + 500), *line = malloc(501);

	(void)state;
	memset(line, 'x', 500);
	line[500] = '\0';
	length += (size_t)snprintf(words, 100, "HTTP/1.1 100 Continue\r\nETag: \"no\"\r\n\r\nHTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 300; i++)
		length += (size_t)snprintf(words + length, 600, "Link: <%s>\r\n", line);
	snprintf(words + length, 100, "ETag: \"yes\"\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
	hostile_http_say(server, HOSTILE_SAYS, words);
	request.url = hostile_http_url(server);
	answer = http_run_here(http, &request, NULL, arena);
	assert_int_equal(answer->error.kind, ERROR_NONE);
	assert_string_equal(answer->body, "{}");
	assert_string_equal(http_header(arena, answer, "etag"), "\"yes\"");
	assert_true(answer->sent);
	free(words);
	free(line);
	arena_free(arena);
}

static void what_was_sent_is_known(void **state)
{
	struct arena *arena = arena_new();
	struct http_request request = { .plain = true, .deadline = 300 };
	volatile bool give_up = true;
	const struct http_answer *answer;

	(void)state;
	hostile_http_say(server, HOSTILE_HANGS, "");
	request.url = hostile_http_url(server);
	/* A machine that stands still for so long has not even sent it. */
	do {
		answer = http_run_here(http, &request, NULL, arena);
		assert_int_equal(answer->error.kind, ERROR_TIMEOUT);
		request.deadline *= 2;
	} while (!answer->sent && request.deadline < 20000);
	assert_true(answer->sent);
	request.deadline = 60000;
	answer = http_run_here(http, &request, &give_up, arena);
	assert_int_equal(answer->error.kind, ERROR_CANCELLED);
	request.url = "http://127.0.0.1:1/";
	answer = http_run_here(http, &request, NULL, arena);
	assert_int_equal(answer->error.kind, ERROR_UNREACHABLE);
	assert_false(answer->sent);
	arena_free(arena);
}

/* Names stand in paths, and a name may look like a way up. */
static void paths_stay_as_they_are(void **state)
{
	struct arena *arena = arena_new();
	char url[200];
	struct http_request request = { .plain = true, .url = url };

	(void)state;
	hostile_http_say(server, HOSTILE_SAYS, OK);
	snprintf(url, sizeof(url), "%s/udm/a/../b", hostile_http_url(server));
	http_run_here(http, &request, NULL, arena);
	assert_non_null(strstr(hostile_http_request(server), "GET /udm/a/../b HTTP/1.1\r\n"));
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sends_and_takes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(each_fault_has_its_words, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_deadline_holds_where_the_machine_stood_still, set_up, tear_down),
		cmocka_unit_test_setup_teardown(statuses_are_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_flood_is_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_before_anything_is_sent, set_up, tear_down),
		cmocka_unit_test_setup_teardown(tls_is_not_what_plain_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cancelled_and_abandoned, set_up, tear_down),
		cmocka_unit_test_setup_teardown(descriptors_do_not_pile_up, set_up, tear_down),
		cmocka_unit_test(headers_are_found),
		cmocka_unit_test_setup_teardown(many_long_headers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_was_sent_is_known, set_up, tear_down),
		cmocka_unit_test_setup_teardown(paths_stay_as_they_are, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
