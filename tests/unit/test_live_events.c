/*
 * test_live_events: what is kept over a restart, two consoles, bounds, a disk
 * that cannot be written, lines that make no sense, the text of a shift.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "live/event_file.h"
#include "live/events.h"
#include "tests/fakes/fake_hosts.h"

static char directory[64];
static struct loop *loop;

static int set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/postroom-events-XXXXXX");
	assert_non_null(mkdtemp(directory));
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	char words[128];

	(void)state;
	loop_free(loop);
	clock_freeze(-1);
	snprintf(words, sizeof(words), "%s/events", directory);
	unlink(words);
	snprintf(words, sizeof(words), "%s/events.lock", directory);
	unlink(words);
	rmdir(directory);
	return 0;
}

static void set_flag(void *context)
{
	*(bool *)context = true;
}

static struct events *open_store(void)
{
	return events_new(loop, directory, NULL, NULL);
}

/* Runs until the store told that it came back from the disk. */
static struct events *open_telling(bool *told)
{
	*told = false;
	return events_new(loop, directory, set_flag, told);
}

static void what_began_goes_on_after_a_restart(void **state)
{
	struct events *events = open_store();
	const struct event *event;

	(void)state;
	events_begin(events, "mail2/dead", "mail2", "dead", LEVEL_CRITICAL, 1000, "mail2 does not answer");
	assert_true(events_acknowledge(events, "mail2/dead", "t.kern", 0));
	assert_true(events_note(events, "mail2/dead@1000", "t.kern", "called on-call, power in rack 4"));
	assert_true(events_note(events, NULL, "d.lang", "gmail since Thursday"));
	assert_false(events_note(events, "nothing", "d.lang", "x"));
	events_free(events);
	events = open_store();
	assert_null(events_trouble(events));
	assert_int_equal(events_all(events)->count, 2);
	event = events_open_of(events, "mail2/dead");
	assert_non_null(event);
	assert_int_equal(event->began, 1000);
	assert_string_equal(event->who, "t.kern");
	assert_non_null(strstr(event->note, "power in rack 4"));
	/* It is begun again by this console and is the same. */
	events_begin(events, "mail2/dead", "mail2", "dead", LEVEL_CRITICAL, 5000, "mail2 does not answer");
	assert_int_equal(events_all(events)->count, 2);
	events_end(events, "mail2/dead");
	assert_null(events_open_of(events, "mail2/dead"));
	events_free(events);
}

static void two_consoles_write_one_file(void **state)
{
	bool told;
	struct events *first = open_telling(&told), *second = open_store();

	(void)state;
	/* Both see the same thing begin, a second apart. */
	events_begin(second, "mail1/disk", "mail1", "disk", LEVEL_WARNING, 2001, "mail1: mail store 85 % full");
	events_note(second, "mail1/disk@2001", "b", "looking");
	events_free(second);
	events_begin(first, "mail1/disk", "mail1", "disk", LEVEL_CRITICAL, 2000, "mail1: mail store 96 % full");
	events_begin(first, "mail3/held", "mail3", "held", LEVEL_WARNING, 3000, "mail3: 7 mails on hold");
	loop_leaping(loop, 1);
	loop_run_until(loop, &told);
	assert_int_equal(events_all(first)->count, 2);
	assert_int_equal(events_open_of(first, "mail1/disk")->level, LEVEL_CRITICAL);
	assert_non_null(strstr(events_open_of(first, "mail1/disk")->sentence, "96"));
	assert_non_null(strstr(events_open_of(first, "mail1/disk")->note, "looking"));
	events_free(first);
}

static void the_store_is_bounded(void **state)
{
	struct event_list list = { 0 }, one = { .count = 1 };
	struct event event = { .alarm = (char *)"", .host = (char *)"", .rule = (char *)"note", .sentence = (char *)"x" };
	char id[32];
	int i;

	(void)state;
	one.rows = &event;
	event.id = id;
	for (i = 1; i <= EVENTS_MOST + 50; i++) {
		snprintf(id, sizeof(id), "e%d", i);
		event.began = i;
		event.ended = i == 7 ? 0 : i + 1;
		event_list_merge(&list, &one, 1000);
	}
	assert_int_equal(list.count, EVENTS_MOST);
	/* What is still open stays, however old. */
	assert_string_equal(list.rows[0].id, "e7");
	event_list_merge(&list, &one, (int64_t)EVENTS_KEPT_S + EVENTS_MOST + 100);
	assert_int_equal(list.count, 1);
	event_list_clear(&list);
}

static void what_cannot_be_written_is_said_and_kept(void **state)
{
	bool told;
	struct events *events;
	char path[128];
	int descriptor;

	(void)state;
	/* A file stands where the directory should be: no rights help against that, not even root's. */
	snprintf(path, sizeof(path), "%s/events", directory);
	descriptor = open(path, O_CREAT | O_WRONLY, 0600);
	close(descriptor);
	events = events_new(loop, path, set_flag, &told);
	told = false;
	events_begin(events, "mail1/disk", "mail1", "disk", LEVEL_WARNING, 2000, "mail1: mail store 85 % full");
	loop_leaping(loop, 1);
	loop_run_until(loop, &told);
	assert_non_null(events_trouble(events));
	assert_non_null(strstr(events_trouble(events), "events"));
	assert_int_equal(events_all(events)->count, 1);
	/* It is tried again, and works once it can. */
	unlink(path);
	told = false;
	loop_run_until(loop, &told);
	assert_null(events_trouble(events));
	events_free(events);
	snprintf(path, sizeof(path), "%s/events/events", directory);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/events/events.lock", directory);
	unlink(path);
	snprintf(path, sizeof(path), "%s/events", directory);
	rmdir(path);
	events = events_new(loop, NULL, NULL, NULL);
	assert_non_null(events_trouble(events));
	events_free(events);
}

static void lines_without_sense_are_left_out(void **state)
{
	static const char *const bad[] = {
		"", "{", "{}", "[]", "null", "\"x\"", "{\"id\":7}", "\xff\xfe", "{\"id\":\"a\",\"alarm\":\"\",\"host\":\"\",\"rule\":\"note\",\"sentence\":\"s\"}",
	};
	const char *good = "{\"id\":\"a\",\"alarm\":\"\",\"host\":\"\",\"rule\":\"note\",\"level\":\"note\",\"began\":5,\"ended\":6,\"sentence\":\"s\",\"more\":1}\n";
	struct event_list list = { 0 };
	size_t i, length;
	char *bytes;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(event_list_read(&list, bad[i], strlen(bad[i])), *bad[i] != '\0');
	assert_int_equal(list.count, 0);
	assert_int_equal(event_list_read(&list, good, strlen(good)), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.rows[0].level, LEVEL_NOTE);
	/* Cut anywhere it is no line, or the same event. */
	for (length = 0; length < strlen(good) - 2; length++) {
		struct event_list cut = { 0 };

		event_list_read(&cut, good, length);
		assert_int_equal(cut.count, 0);
		event_list_clear(&cut);
	}
	bytes = event_list_write(&list, &length);
	event_list_clear(&list);
	assert_int_equal(event_list_read(&list, bytes, length), 0);
	assert_string_equal(list.rows[0].sentence, "s");
	free(bytes);
	event_list_clear(&list);
}

static void silence_ends_by_itself(void **state)
{
	struct events *events;

	(void)state;
	clock_freeze(100000);
	events = open_store();
	events_silence(events, "mail1", 100600, "m.koch");
	assert_int_equal(events_silenced(events, "mail1"), 100600);
	assert_int_equal(events_silenced(events, "mail2"), 0);
	events_silence(events, "mail1", 100300, "m.koch");
	assert_int_equal(events_silenced(events, "mail1"), 100300);
	events_free(events);
	clock_freeze(100299);
	events = open_store();
	assert_int_equal(events_silenced(events, "mail1"), 100300);
	clock_freeze(100300);
	assert_int_equal(events_silenced(events, "mail1"), 0);
	events_free(events);
}

static void notes_are_bounded(void **state)
{
	struct events *events = events_new(loop, NULL, NULL, NULL);
	char longest[NOTE_MOST * 2];
	int i;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	events_begin(events, "a/b", "a", "b", LEVEL_NOTE, 1, "s");
	for (i = 0; i < 100; i++)
		assert_true(events_note(events, "a/b@1", "me", i % 3 ? "short" : longest));
	assert_true(strlen(events_open_of(events, "a/b")->note) <= NOTE_MOST);
	assert_non_null(strstr(events_open_of(events, "a/b")->note, "me: "));
	events_free(events);
}

static void the_end_of_a_shift_in_words(void **state)
{
	const struct live_settings settings = { .state_directory = directory };
	struct hosts *hosts = fake_hosts_new(loop, 1);
	struct error error = { 0 };
	struct events *events;
	struct live *live;
	size_t count;
	char *text;

	(void)state;
	clock_freeze(50000);
	events = open_store();
	events_begin(events, "mail1/disk", "mail1", "disk", LEVEL_WARNING, 40000, "mail1: mail store 85 % full");
	events_begin(events, "mail2/dead", "mail2", "dead", LEVEL_CRITICAL, 49000, "mail2 does not answer");
	events_end(events, "mail2/dead");
	events_free(events);
	clock_freeze(60000);
	live = live_open(loop, hosts, &settings);
	assert_true(live_note(live, NULL, "d.lang", "gmail since Thursday", &error));
	assert_false(live_note(live, NULL, "d.lang", "", &error));
	text = live_handover(live, 45000);
	assert_non_null(strstr(text, "Still open: 1\n"));
	assert_non_null(strstr(text, "Over: 2\n"));
	assert_non_null(strstr(text, "mail2 does not answer, lasted"));
	assert_non_null(strstr(text, "d.lang: gmail since Thursday"));
	free(text);
	assert_string_equal(live_events(live, &count)[0].rule, "note");
	assert_int_equal(count, 3);
	text = live_handover(live, 55000);
	assert_null(strstr(text, "mail2"));
	free(text);
	live_close(live);
	hosts_close(hosts);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_began_goes_on_after_a_restart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(two_consoles_write_one_file, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_store_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_is_said_and_kept, set_up, tear_down),
		cmocka_unit_test_setup_teardown(lines_without_sense_are_left_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(silence_ends_by_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(notes_are_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_end_of_a_shift_in_words, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
