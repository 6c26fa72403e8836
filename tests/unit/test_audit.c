/*
 * audit: one line for each change at a datagram socket, of /dev/log's form and
 * of journald's; hostile values and secrets; nobody there; wanted and nobody
 * there; an outcome that is seen later.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/sha256.h"
#include "tests/unit/gate_bench.h"

#define TWO_MB "2097152"
#define THREE_MB "3145728"
#define FOUR_MB "4194304"
#define CANARY "kookaburra-71"

static struct bench bench;
static char place[100], line[20000];
static int listener = -1;

static void listen_at(const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(place, sizeof(place), "%s/%s", bench.directory, name);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", place);
	listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
}

static void stop_listening(void)
{
	if (listener >= 0)
		close(listener);
	listener = -1;
	unlink(place);
}

/* The gate with this socket; NULL: none. */
static void open_with(const char *socket_path, bool required)
{
	bench_close_gate(&bench);
	bench.settings.audit_socket = socket_path;
	bench.settings.audit_required = required;
	bench_open_gate(&bench);
}

/* The next datagram, or false where none is there: it was sent before the change was told as done, unless there was no room. */
static bool next_line(void)
{
	struct pollfd waiting = { .fd = listener, .events = POLLIN };
	ssize_t length = poll(&waiting, 1, 0) > 0 ? recv(listener, line, sizeof(line) - 1, 0) : -1;

	line[length < 0 ? 0 : length] = '\0';
	return length >= 0;
}

/* The next datagram is there, of a change to this quota. */
static void next_tells(const char *quota)
{
	assert_true(next_line());
	if (!strstr(line, quota))
		fail_msg("%s is not in %s", quota, line);
}

static int set_up(void **state)
{
	(void)state;
	bench_open(&bench);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	stop_listening();
	bench_close(&bench);
	return 0;
}

static struct json *payload(const char *from)
{
	const char *brace = strchr(from, '{');
	struct error error = { 0 };
	struct json *json = brace ? json_parse(brace, strcspn(brace, "\n"), &error) : NULL;

	if (!json)
		fail_msg("no JSON in: %s: %s", from, error.text);
	return json;
}

static void a_change_is_one_line(void **state)
{
	struct json *json;
	const char *lines;

	(void)state;
	listen_at("log");
	open_with(place, true);
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_true(next_line());
	assert_int_equal(strncmp(line, "<86>postroom[", 13), 0);
	assert_null(strchr(line, '\n'));
	json = payload(line);
	assert_string_equal(json_get_text(json, "audit"), "change");
	assert_string_equal(json_get_text(json, "id"), bench.id);
	assert_string_equal(json_get_text(json, "result"), "done");
	assert_string_equal(json_get_text(json, "who"), "tester");
	assert_string_equal(json_get_text(json, "system"), "TEST");
	assert_string_equal(json_get_text(json, "role"), "admin");
	assert_string_equal(json_get_text(json, "verb"), "edit");
	assert_string_equal(json_get_text(json, "kind"), "user");
	assert_string_equal(json_get_text(json, "name"), "anna");
	assert_string_equal(json_get_text(json, "target"), "id-1");
	assert_int_equal(json_get_number(json, "uid", -5), getuid());
	assert_int_equal(json_count(json_get(json, "operations")), 1);
	lines = json_get_text(json_item(json_get(json, "operations"), 0), "lines");
	assert_non_null(lines);
	assert_non_null(strstr(lines, TWO_MB));
	json_free(json);
	assert_false(next_line());
	/* Nothing to change is no change. */
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_ALREADY);
	assert_false(next_line());
}

static void journald_gets_fields(void **state)
{
	char folder[100];
	struct json *json;

	(void)state;
	snprintf(folder, sizeof(folder), "%s/journal", bench.directory);
	mkdir(folder, 0700);
	listen_at("journal/socket");
	open_with(place, false);
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_true(next_line());
	assert_int_equal(strncmp(line, "MESSAGE={", 9), 0);
	assert_non_null(strstr(line, "}\nPRIORITY=6\nSYSLOG_FACILITY=10\nSYSLOG_IDENTIFIER=postroom\nPOSTROOM_CHANGE="));
	json = payload(line);
	assert_string_equal(json_get_text(json, "id"), bench.id);
	json_free(json);
}

/* Bytes that forge lines, colour terminals or are no text at all. */
static void hostile_values_stay_values(void **state)
{
	static const char *const values[] = { "x\n<0>postroom[1]: {\"audit\":\"forged\"}", "\x1b]52;c;AAAA\x07", "\xff\xfe broken", "caf\xc3\xa9 \xe2\x80\xae" };

	(void)state;
	listen_at("log");
	open_with(place, false);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct json *json;

		fake_store_write(&bench.fake, "anna", "family_name", values[i]);
		assert_int_equal(bench_set(&bench, "anna", "family_name", "Smith"), OUTCOME_APPLIED);
		assert_true(next_line());
		for (const char *at = line; *at; at++)
			assert_true(*at >= ' ' && *at <= '~');
		json = payload(line);
		assert_string_equal(json_get_text(json, "audit"), "change");
		json_free(json);
	}
}

/* In the line, and in what the program's own log says of the change. */
static void secrets_are_dots(void **state)
{
	char path[100], *logged;
	size_t length;

	(void)state;
	listen_at("log");
	open_with(place, false);
	snprintf(path, sizeof(path), "%s/own.log", bench.directory);
	assert_true(log_open(LOG_TO_FILE, path, LOG_LEVEL_DEBUG, NULL));
	bench_set(&bench, "anna", "password", CANARY);
	log_close();
	assert_true(next_line());
	assert_null(strstr(line, "kookaburra"));
	assert_non_null(strstr(line, "********"));
	logged = bench_read(path, &length);
	assert_null(strstr(logged, "kookaburra"));
	assert_non_null(strstr(logged, "********"));
	free(logged);
}

static void much_is_cut(void **state)
{
	struct change *change = change_new(VERB_EDIT, kind_find("user"), "anna");
	struct json *json;

	(void)state;
	record_set_text(bench.fake.objects[0].record, "address", "anna@example.com");
	listen_at("log");
	open_with(place, false);
	for (int i = 0; i < 60; i++) {
		char value[220];

		snprintf(value, sizeof(value), "a%02d@x%050d.x%050d.example.com", i, i, i);
		change_edit_text(change, kind_field(change->kind, "forwards"), EDIT_ADD, value);
	}
	bench_preview(&bench, change);
	if (!bench.review->allowed)
		fail_msg("%s", bench.review->refusal.text);
	bench_submit(&bench, NULL, NULL);
	assert_int_equal(bench.outcome, OUTCOME_APPLIED);
	change_free(change);
	assert_true(next_line());
	assert_true(strlen(line) < 8192);
	json = payload(line);
	assert_true(json_get_flag(json, "cut"));
	json_free(json);
}

/* What the local journal's last record was: an end that was cut off there shows here. */
static void the_line_holds_the_head_of_the_journal(void **state)
{
	char path[400], hex[SHA256_HEX], *bytes, *last;
	struct json *json;
	size_t length;

	(void)state;
	listen_at("log");
	open_with(place, false);
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_true(next_line());
	json = payload(line);
	assert_true(bench_journal(&bench, path, sizeof(path)));
	bytes = bench_read(path, &length);
	length = strlen(bytes);
	assert_true(length > 1 && bytes[length - 1] == '\n');
	for (last = bytes + length - 1; last > bytes && last[-1] != '\n'; last--)
		;
	sha256_hex(last, strlen(last), hex);
	assert_string_equal(json_get_text(json, "journal"), hex);
	free(bytes);
	json_free(json);
}

static void nobody_there_is_said_once(void **state)
{
	(void)state;
	listen_at("log");
	stop_listening();
	open_with(place, false);
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_non_null(strstr(bench.sentence, "the audit was not told"));
	assert_int_equal(bench_set(&bench, "anna", "quota", THREE_MB), OUTCOME_APPLIED);
	assert_null(strstr(bench.sentence, "audit"));
	/* Whoever listens again is told all of it in its order. */
	listen_at("log");
	assert_int_equal(bench_set(&bench, "anna", "quota", FOUR_MB), OUTCOME_APPLIED);
	next_tells(TWO_MB);
	next_tells(THREE_MB);
	next_tells(FOUR_MB);
	assert_false(next_line());
}

/* Of the change number i of fill. */
static const char *quota_of(int i)
{
	static char quota[32];

	snprintf(quota, sizeof(quota), "%d", 1048576 * (i + 2));
	return quota;
}

/* Changes until so many lines wait; how many were made. */
static int fill(int waiting)
{
	int count = 0, waits = 0;

	while (waits < waiting) {
		assert_true(count < 1000);
		assert_int_equal(bench_set(&bench, "anna", "quota", quota_of(count++)), OUTCOME_APPLIED);
		waits += waits > 0 || strstr(bench.sentence, "the audit was not told") ? 1 : 0;
	}
	return count;
}

static void look_whether_it_came(void *context)
{
	struct pollfd waiting = { .fd = listener, .events = POLLIN };

	*(bool *)context = poll(&waiting, 1, 0) > 0;
}

/* Whoever listens and does not read holds nobody up; what waits comes by itself once there is room. */
static void a_full_socket_delays_nothing(void **state)
{
	struct loop_timer *timer;
	int64_t begun = clock_monotonic_ms();
	int count, i;

	(void)state;
	listen_at("log");
	open_with(place, false);
	count = fill(20);
	/* It was a second each before. */
	assert_true(clock_monotonic_ms() - begun < 15000);
	for (i = 0; i < count - 20; i++)
		next_tells(quota_of(i));
	assert_false(next_line());
	timer = loop_after(bench.loop, 10, 10, look_whether_it_came, &bench.done);
	for (; i < count; i++) {
		bench_wait(&bench);
		next_tells(quota_of(i));
	}
	loop_timer_stop(timer);
}

static void wanted_and_not_read_changes_nothing(void **state)
{
	char quota[32];
	int count;

	(void)state;
	listen_at("log");
	open_with(place, false);
	count = fill(1);
	/* The line that waits is told at the end, once there is room. */
	next_tells(quota_of(0));
	open_with(place, true);
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(bench.error.text, "takes no more lines"));
	for (int i = 1; i < count; i++)
		next_tells(quota_of(i));
	snprintf(quota, sizeof(quota), "%s", quota_of(count));
	assert_int_equal(bench_set(&bench, "anna", "quota", quota), OUTCOME_APPLIED);
	/* That nothing was changed was told as well. */
	while (next_line() && !strstr(line, quota))
		assert_null(strstr(line, "\"done\""));
	assert_non_null(strstr(line, "\"done\""));
}

static void what_waits_goes_at_the_end(void **state)
{
	int count, i;

	(void)state;
	listen_at("log");
	stop_listening();
	open_with(place, false);
	count = fill(3);
	listen_at("log");
	open_with(NULL, false);
	for (i = 0; i < count; i++)
		next_tells(quota_of(i));
	assert_false(next_line());
}

struct taken {
	size_t lines;
	char lost[40];
};

/* Reads until the last change is there. */
static void *take_all(void *context)
{
	struct taken *taken = context;
	char words[20000];
	ssize_t length;

	while ((length = recv(listener, words, sizeof(words) - 1, 0)) > 0) {
		const char *lost;

		words[length] = '\0';
		taken->lines++;
		lost = strstr(words, "\"lost\":");
		if (lost)
			snprintf(taken->lost, sizeof(taken->lost), "%.*s", (int)strcspn(lost, ",}"), lost);
		if (strstr(words, "987758592"))
			break;
	}
	return NULL;
}

static void more_than_is_kept_is_counted(void **state)
{
	const struct timeval patience = { .tv_sec = 30 };
	struct taken taken = { 0 };
	pthread_t reader;

	(void)state;
	listen_at("log");
	stop_listening();
	open_with(place, false);
	fill(507);
	listen_at("log");
	assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
	assert_int_equal(pthread_create(&reader, NULL, take_all, &taken), 0);
	assert_int_equal(bench_set(&bench, "anna", "quota", "987758592"), OUTCOME_APPLIED);
	open_with(NULL, false);
	pthread_join(reader, NULL);
	assert_int_equal(taken.lines, 501);
	assert_string_equal(taken.lost, "\"lost\":7");
}

static void wanted_and_nobody_there_changes_nothing(void **state)
{
	(void)state;
	listen_at("log");
	stop_listening();
	open_with(place, true);
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(bench.error.text, "because the audit cannot be told"));
	assert_int_equal(bench.fake.applies, 0);
	listen_at("log");
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_APPLIED);
	assert_true(next_line());
}

static void what_failed_is_told_too(void **state)
{
	struct json *json;

	(void)state;
	listen_at("log");
	open_with(place, false);
	bench.fake.trouble_at = 1;
	bench.fake.trouble = OUTCOME_NOT_APPLIED;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_NOT_APPLIED);
	assert_true(next_line());
	json = payload(line);
	assert_string_equal(json_get_text(json, "result"), "failed");
	json_free(json);
}

static void an_outcome_seen_later_is_a_line_of_its_own(void **state)
{
	struct json *json;
	char id[64];

	(void)state;
	listen_at("log");
	open_with(place, false);
	bench.fake.trouble_at = 1;
	bench.fake.trouble = OUTCOME_UNKNOWN;
	bench.fake.trouble_applied = true;
	bench.fake.blind_looks = 4;
	assert_int_equal(bench_set(&bench, "anna", "quota", TWO_MB), OUTCOME_UNKNOWN);
	snprintf(id, sizeof(id), "%s", bench.id);
	assert_true(next_line());
	json = payload(line);
	assert_string_equal(json_get_text(json, "result"), "outcome unknown");
	json_free(json);
	assert_int_equal(bench_resolve(&bench), 0);
	assert_true(next_line());
	json = payload(line);
	assert_string_equal(json_get_text(json, "result"), "seen afterwards: done");
	assert_string_equal(json_get_text(json, "id"), id);
	json_free(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_change_is_one_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(journald_gets_fields, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile_values_stay_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(secrets_are_dots, set_up, tear_down),
		cmocka_unit_test_setup_teardown(much_is_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_line_holds_the_head_of_the_journal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nobody_there_is_said_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_socket_delays_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_waits_goes_at_the_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_than_is_kept_is_counted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wanted_and_nobody_there_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(wanted_and_not_read_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_failed_is_told_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_outcome_seen_later_is_a_line_of_its_own, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
