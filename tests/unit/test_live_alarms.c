/*
 * test_live_alarms: the core of marks and readings as tables; rules on
 * snapshots; what people see, know and silence.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "live/alarms.h"
#include "live/data.h"
#include "live/source.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/live_pass.h"

/* --- the core ----------------------------------------------------------------------------------- */

static void levels_end_below_a_lower_mark(void **state)
{
	static const struct alarm_mark rising = { 80, 95, false }, falling = { 24, 4, true }, single = { 1, 1, false };
	static const struct { const struct alarm_mark *mark; double value; enum live_level before, expected; } cases[] = {
		{ &rising, 79.9, LEVEL_OK, LEVEL_OK }, { &rising, 80, LEVEL_OK, LEVEL_WARNING }, { &rising, 95, LEVEL_OK, LEVEL_CRITICAL },
		{ &rising, 77, LEVEL_WARNING, LEVEL_WARNING }, { &rising, 75.9, LEVEL_WARNING, LEVEL_OK },
		{ &rising, 91, LEVEL_CRITICAL, LEVEL_CRITICAL }, { &rising, 90, LEVEL_CRITICAL, LEVEL_WARNING },
		{ &rising, 77, LEVEL_CRITICAL, LEVEL_WARNING }, { &rising, 10, LEVEL_CRITICAL, LEVEL_OK },
		{ &rising, NAN, LEVEL_CRITICAL, LEVEL_OK },
		{ &falling, 25, LEVEL_OK, LEVEL_OK }, { &falling, 24, LEVEL_OK, LEVEL_WARNING }, { &falling, 3, LEVEL_OK, LEVEL_CRITICAL },
		{ &falling, 25, LEVEL_WARNING, LEVEL_WARNING }, { &falling, 25.3, LEVEL_WARNING, LEVEL_OK },
		{ &falling, 4.1, LEVEL_CRITICAL, LEVEL_CRITICAL }, { &falling, 4.3, LEVEL_CRITICAL, LEVEL_WARNING },
		{ &falling, -3, LEVEL_OK, LEVEL_CRITICAL },
		{ &single, 1, LEVEL_OK, LEVEL_CRITICAL }, { &single, 0, LEVEL_CRITICAL, LEVEL_OK },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(alarm_level(cases[i].mark, cases[i].value, cases[i].before), cases[i].expected);
}

/* Readings as letters (o ok, n note, w warning, c critical), what comes of each (. same, B began, W worse, b better, E ended). */
static void three_readings_make_an_alarm(void **state)
{
	static const struct { const char *readings, *steps; } cases[] = {
		{ "oooo", "...." },
		{ "wow", "..." },
		{ "wwow", "...." },
		{ "www", "..B" },
		{ "wwwo", "..BE" },
		{ "wwwwww", "..B..." },
		{ "wcw", "..B" },
		{ "ccc", "..B" },
		{ "wwwccc", "..B..W" },
		{ "wwwccwccc", "..B.....W" },
		{ "cccw", "..Bb" },
		{ "cccwo", "..BbE" },
		{ "cccwccc", "..Bb..W" },
		{ "wwwoww", "..BE.." },
		{ "wwwowww", "..BE..B" },
		{ "nnn", "..B" },
	};
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct alarm_track track = { 0 };

		for (j = 0; cases[i].readings[j]; j++) {
			const char *levels = "onwc", *words = ".BWbE";
			enum live_level level = (enum live_level)(strchr(levels, cases[i].readings[j]) - levels);
			enum alarm_step step = alarm_step(&track, level, ALARM_READINGS, 1000 + (int64_t)j);

			if (words[step] != cases[i].steps[j])
				fail_msg("readings %s, number %zu: %c instead of %c", cases[i].readings, j + 1, words[step], cases[i].steps[j]);
		}
	}
}

static void it_began_with_the_first_of_the_three(void **state)
{
	struct alarm_track track = { 0 };

	(void)state;
	alarm_step(&track, LEVEL_WARNING, ALARM_READINGS, 10);
	alarm_step(&track, LEVEL_OK, ALARM_READINGS, 20);
	alarm_step(&track, LEVEL_WARNING, ALARM_READINGS, 30);
	alarm_step(&track, LEVEL_WARNING, ALARM_READINGS, 40);
	assert_int_equal(track.since, 0);
	assert_int_equal(alarm_step(&track, LEVEL_CRITICAL, ALARM_READINGS, 50), ALARM_BEGAN);
	assert_int_equal(track.since, 30);
	assert_int_equal(track.level, LEVEL_WARNING);
	assert_int_equal(alarm_step(&track, LEVEL_OK, ALARM_READINGS, 60), ALARM_ENDED);
	assert_int_equal(track.since, 0);
}

/* --- snapshots of this test ------------------------------------------------------------------------ */

/* What the two servers have now; a source answers with a copy. */
static struct services services[2];
static struct service_row rows_of_services[2][3];
static struct queue queues[2];
static struct queue_group domains[2][2];
static struct machine machines[2];
static struct disk_row disks[2][1];
static struct left_on_row rows_left_on[2][1];
static struct left_on left_on[2];
static enum error_kind failing[2][LIVE_SOURCES];

struct asking { struct live *live; size_t host; enum live_source source; struct loop_timer *timer; asked *done; void *context; };

static void end_asking(struct asking *asking)
{
	loop_timer_stop(asking->timer);
	free(asking);
}

static void *copy_of(const struct asking *asking)
{
	const size_t host = asking->host;
	const struct { const void *from; size_t size; } snapshots[LIVE_SOURCES] = {
		[LIVE_SERVICES] = { &services[host], sizeof(services[0]) }, [LIVE_QUEUE] = { &queues[host], sizeof(queues[0]) },
		[LIVE_MACHINE] = { &machines[host], sizeof(machines[0]) }, [LIVE_LEFT_ON] = { &left_on[host], sizeof(left_on[0]) },
	};
	void *copy = memory_new(snapshots[asking->source].size);

	memcpy(copy, snapshots[asking->source].from, snapshots[asking->source].size);
	return copy;
}

static void on_answer(void *context)
{
	struct asking *asking = context;
	enum error_kind kind = failing[asking->host][asking->source];
	struct error error = { 0 };
	void *snapshot = NULL;
	asked *done = asking->done;
	void *done_context = asking->context;

	if (kind == ERROR_NONE)
		snapshot = copy_of(asking);
	else
		error_set(&error, kind, "mail%zu: ssh: no route to host", asking->host + 1);
	end_asking(asking);
	done(done_context, snapshot, &error);
}

static struct asking *ask(struct live *live, size_t host, enum live_source source, asked *done, void *context)
{
	struct asking *asking = memory_new(sizeof(*asking));

	*asking = (struct asking){ .live = live, .host = host, .source = source, .done = done, .context = context };
	asking->timer = loop_after(live_loop(live), 1, 0, on_answer, asking);
	return asking;
}

static struct asking *ask_services(struct live *live, size_t host, asked *done, void *context)
{
	return ask(live, host, LIVE_SERVICES, done, context);
}

static struct asking *ask_queue(struct live *live, size_t host, asked *done, void *context)
{
	return ask(live, host, LIVE_QUEUE, done, context);
}

static struct asking *ask_machine(struct live *live, size_t host, asked *done, void *context)
{
	return ask(live, host, LIVE_MACHINE, done, context);
}

static struct asking *ask_left_on(struct live *live, size_t host, asked *done, void *context)
{
	return ask(live, host, LIVE_LEFT_ON, done, context);
}

#define ROW(number, name, words, ask) static const struct source row_##number = { number, name, words, 15000, 1000, NULL, ask, end_asking, free }
ROW(LIVE_SERVICES, "services", "services", ask_services);
ROW(LIVE_QUEUE, "queue", "the queue", ask_queue);
ROW(LIVE_MACHINE, "machine", "the machine", ask_machine);
ROW(LIVE_LEFT_ON, "left-on", "settings left on", ask_left_on);
const struct source *const sources[LIVE_SOURCES] = {
	[LIVE_SERVICES] = &row_LIVE_SERVICES, [LIVE_QUEUE] = &row_LIVE_QUEUE, [LIVE_MACHINE] = &row_LIVE_MACHINE,
	[LIVE_LEFT_ON] = &row_LIVE_LEFT_ON,
};
#define ALL (1u << LIVE_SERVICES | 1u << LIVE_QUEUE | 1u << LIVE_MACHINE | 1u << LIVE_LEFT_ON)

/* --- the stage ---------------------------------------------------------------------------------------- */

static struct loop *loop;
static struct hosts *hosts;
static struct live *live;
static const char *const advice[] = { "logins", "call ON-CALL now", "disk", "ticket, morning", NULL };

static void quiet(size_t host)
{
	memset(failing[host], 0, sizeof(failing[host]));
	rows_of_services[host][0] = (struct service_row){ .name = "imap-login", .process_count = 40, .process_limit = 400, .client_limit = 1, .listening = true };
	rows_of_services[host][1] = (struct service_row){ .name = "stats", .process_count = 1, .process_limit = 1, .client_limit = 1000, .listening = true };
	services[host] = (struct services){ .rows = rows_of_services[host], .count = 2 };
	domains[host][0] = (struct queue_group){ .name = "gmail.com", .mails = 30, .recipients = 30, .deferred = 30, .late = 30,
		.oldest = clock_now() - 90000 };
	domains[host][1] = (struct queue_group){ .name = "example.com", .own = true, .mails = 1, .recipients = 1, .oldest = clock_now() };
	queues[host] = (struct queue){ .domains = { .rows = domains[host], .count = 2 } };
	queues[host].all = (struct queue_count){ 31, 31, 100000, clock_now() - 90000 };
	queues[host].by_queue[QUEUE_DEFERRED] = queues[host].all;
	queues[host].mail_ages[9] = 30;
	disks[host][0] = (struct disk_row){ .what = "mail store", .path = "/var/mail", .bytes = 1000, .bytes_free = 400, .inodes = 1000, .inodes_free = 900,
		.bytes_per_hour = NAN, .hours_left = NAN };
	left_on[host] = (struct left_on){ .rows = rows_left_on[host] };
	machines[host] = (struct machine){ .disks = disks[host], .disk_count = 1, .load = { NAN, NAN, NAN } };
}

static int set_up(void **state)
{
	struct live_settings settings = { .advice = advice };

	(void)state;
	quiet(0);
	quiet(1);
	loop = loop_new();
	hosts = fake_hosts_new(loop, 2);
	live = live_open(loop, hosts, &settings);
	live_want(live, ALL);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	live_close(live);
	hosts_close(hosts);
	loop_free(loop);
	return 0;
}

static void pass(uint64_t seconds)
{
	pass_time(loop, seconds * 1000);
}

static const struct live_alarm *alarm_of(const char *id)
{
	size_t count, i;
	const struct live_alarm *list = live_alarms(live, &count);

	for (i = 0; i < count; i++)
		if (!strcmp(list[i].id, id))
			return &list[i];
	return NULL;
}

static size_t alarm_count(void)
{
	size_t count;

	live_alarms(live, &count);
	return count;
}

/* LEVEL_OK: there is none. */
static void expect_alarm(const char *what, const char *id, enum live_level level, const char *words)
{
	const struct live_alarm *one = alarm_of(id);
	enum live_level found = one != NULL ? one->level : LEVEL_OK;

	if (found != level || (one != NULL && strstr(one->sentence, words) == NULL))
		fail_msg("%s: %s is of level %d: %s", what, id, (int)found, one != NULL ? one->sentence : "silent");
}

/* --- rules ------------------------------------------------------------------------------------------------ */

static void all_well_is_no_alarm(void **state)
{
	(void)state;
	pass(600);
	/* Thirty mails to elsewhere are a day old: weather. */
	assert_int_equal(alarm_count(), 0);
}

static void what_is_too_much_is_an_alarm_and_ends(void **state)
{
	static const struct {
		const char *id;
		enum live_level level;
		const char *words;
	} cases[] = {
		{ "mail1/logins/imap-login", LEVEL_CRITICAL, "mail1: imap-login 97 % used, 388 of 400 logins" },
		{ "mail1/full/imap-login", LEVEL_CRITICAL, "mail1: imap-login full in 1 min, 388 of 400 now" },
		{ "mail1/turned-away/imap-login", LEVEL_CRITICAL, "turns clients away" },
		{ "mail1/throttled/stats", LEVEL_CRITICAL, "next try after 8 s" },
		{ "mail1/own-deferred/example.com", LEVEL_CRITICAL, "mail1: 3 recipients in example.com wait" },
		{ "mail1/postfix-down", LEVEL_CRITICAL, "Postfix is down" },
		{ "mail1/held", LEVEL_WARNING, "7 mails on hold" },
		{ "mail1/disk//var/mail", LEVEL_WARNING, "mail1: mail store 88 % full" },
		{ "mail1/disk-hours//var/mail", LEVEL_CRITICAL, "full in 3 h" },
	};
	size_t i, count;
	const struct live_alarm *list;

	(void)state;
	pass(60);
	assert_false(live_rising(live));
	rows_of_services[0][0].process_count = 388;
	rows_of_services[0][0].last_drop = clock_now();
	rows_of_services[0][1].throttle_s = 8;
	domains[0][1].late = domains[0][1].deferred = 3;
	domains[0][1].oldest = clock_now() - 600;
	queues[0].down = true;
	queues[0].by_queue[QUEUE_HOLD] = (struct queue_count){ 7, 7, 1, clock_now() - 30 * 3600 };
	disks[0][0].bytes_free = 120;
	disks[0][0].hours_left = 3.5;
	pass(20);
	assert_int_equal(alarm_count(), 0);
	assert_true(live_rising(live));
	pass(40);
	list = live_alarms(live, &count);
	assert_int_equal(count, sizeof(cases) / sizeof(cases[0]));
	assert_int_equal(list[0].level, LEVEL_CRITICAL);
	assert_int_equal(list[count - 1].level, LEVEL_WARNING);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct live_alarm *one = alarm_of(cases[i].id);

		if (!one)
			fail_msg("there is no alarm %s", cases[i].id);
		assert_int_equal(one->level, cases[i].level);
		assert_non_null(strstr(one->sentence, cases[i].words));
		assert_int_equal(one->host, 0);
		assert_non_null(one->section);
	}
	assert_string_equal(alarm_of("mail1/logins/imap-login")->advice, "call ON-CALL now");
	assert_null(alarm_of("mail1/held")->advice);
	quiet(0);
	rows_of_services[0][0].process_count = 370;
	pass(20);
	/* Below 95 but not below 95 less a twentieth: still critical. */
	assert_int_equal(alarm_of("mail1/logins/imap-login")->level, LEVEL_CRITICAL);
	assert_null(alarm_of("mail1/held"));
	quiet(0);
	pass(20);
	assert_int_equal(alarm_count(), 0);
	assert_false(live_rising(live));
}

static void a_dead_server_is_one_alarm(void **state)
{
	struct live_overview *overview;
	const struct live_alarm *one;
	unsigned i;

	(void)state;
	pass(60);
	for (i = 0; i < LIVE_SOURCES; i++)
		failing[1][i] = ERROR_UNREACHABLE;
	pass(120);
	one = alarm_of("mail2/dead");
	assert_non_null(one);
	assert_int_equal(one->level, LEVEL_CRITICAL);
	assert_string_equal(one->sentence, "mail2 does not answer");
	assert_non_null(strstr(one->more, "no route"));
	assert_int_equal(alarm_count(), 1);
	overview = live_overview(live);
	assert_int_equal(overview->up, 1);
	assert_string_equal(overview->servers[0].name, "mail2");
	assert_true(overview->servers[0].dead && overview->servers[0].old);
	assert_int_equal(overview->servers[0].queued, 31);
	live_overview_free(overview);
	quiet(1);
	pass(120);
	assert_int_equal(alarm_count(), 0);
}

static void one_failing_source_is_not_a_dead_server(void **state)
{
	(void)state;
	pass(60);
	failing[1][LIVE_QUEUE] = ERROR_REFUSED;
	pass(120);
	assert_null(alarm_of("mail2/dead"));
	assert_non_null(alarm_of("mail2/failing/queue"));
	assert_int_equal(alarm_of("mail2/failing/queue")->level, LEVEL_WARNING);
	assert_int_equal(alarm_count(), 1);
	failing[1][LIVE_QUEUE] = ERROR_NONE;
	pass(120);
	assert_int_equal(alarm_count(), 0);
}

static void the_directory_has_alarms_too(void **state)
{
	struct error error = { 0 };
	unsigned i;

	(void)state;
	error_set(&error, ERROR_UNREACHABLE, "ldap2: no answer within 5 s");
	for (i = 0; i < 3; i++) {
		live_directory_pulse(live, "ldap://ldap1", 3, 0, NULL);
		live_directory_pulse(live, "ldap://ldap2", -1, -1, &error);
		live_directory_pulse(live, "ldap://ldap3", 7, 900, NULL);
	}
	assert_non_null(alarm_of("directory/directory/ldap://ldap2"));
	assert_non_null(alarm_of("directory/directory-lag/ldap://ldap3"));
	assert_int_equal(alarm_of("directory/directory-lag/ldap://ldap3")->level, LEVEL_WARNING);
	assert_true(alarm_of("directory/directory-lag/ldap://ldap3")->host == LIVE_ALL);
	assert_int_equal(alarm_count(), 2);
	live_directory_pulse(live, "ldap://ldap2", 4, 0, NULL);
	assert_null(alarm_of("directory/directory/ldap://ldap2"));
}

static void the_directory_is_slow(void **state)
{
	static const struct { const char *uri; long ms; enum live_level level; const char *words; } cases[] = {
		{ "ldap://ldap1", 499, LEVEL_OK, "" },
		{ "ldap://ldap2", 500, LEVEL_WARNING, "the directory ldap://ldap2 needs 500 ms for an answer" },
		{ "ldap://ldap3", 3000, LEVEL_CRITICAL, "the directory ldap://ldap3 needs 3000 ms" },
	};
	const size_t count = sizeof(cases) / sizeof(cases[0]);
	char id[80];

	(void)state;
	for (size_t i = 0; i < 3 * count; i++)
		live_directory_pulse(live, cases[i % count].uri, cases[i % count].ms, 0, NULL);
	for (size_t i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "directory/directory-slow/%s", cases[i].uri);
		expect_alarm(cases[i].uri, id, cases[i].level, cases[i].words);
	}
	assert_int_equal(alarm_count(), 2);
	live_directory_pulse(live, "ldap://ldap2", 100, 0, NULL);
	assert_null(alarm_of("directory/directory-slow/ldap://ldap2"));
}

/* Mails by age, of them on hold; what waits for a person is not what waits too long for a server. */
static void old_mail_is_an_alarm_where_there_is_much(void **state)
{
	static const struct { const char *what; uint64_t mails, old, held, held_old; enum live_level level; const char *words; } cases[] = {
		{ "few, all old", 50, 50, 0, 0, LEVEL_OK, "" },
		{ "many, few old", 100, 49, 0, 0, LEVEL_OK, "" },
		{ "half is old", 100, 50, 0, 0, LEVEL_WARNING, "mail1: 50 of 100 waiting mails are over 320 minutes old" },
		{ "most is old", 100, 80, 0, 0, LEVEL_CRITICAL, "80 of 100 waiting" },
		{ "many on hold, few wait", 100, 90, 60, 60, LEVEL_OK, "" },
		{ "what is on hold does not count", 160, 110, 60, 60, LEVEL_WARNING, "50 of 100 waiting" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		quiet(0);
		pass(60);
		assert_null(alarm_of("mail1/queue-old"));
		queues[0].all.mails = cases[i].mails;
		queues[0].by_queue[QUEUE_HOLD] = (struct queue_count){ .mails = cases[i].held, .oldest = clock_now() };
		queues[0].mail_ages[0] = cases[i].mails - cases[i].old;
		queues[0].mail_ages[7] = cases[i].old;
		queues[0].mail_ages[9] = 0;
		queues[0].held_ages[7] = cases[i].held_old;
		pass(60);
		expect_alarm(cases[i].what, "mail1/queue-old", cases[i].level, cases[i].words);
	}
}

static void a_queue_that_grows_is_an_alarm(void **state)
{
	static const struct { const char *what; uint64_t mails, more, held_more; enum live_level level; } cases[] = {
		{ "it stays", 300, 0, 0, LEVEL_OK },
		{ "a little", 300, 2, 0, LEVEL_OK },
		{ "10 in 15 seconds are 400", 300, 10, 0, LEVEL_WARNING },
		{ "20 in 15 seconds are 800", 300, 20, 0, LEVEL_CRITICAL },
		{ "below 50 mails", 0, 2, 0, LEVEL_OK },
		{ "mail is put on hold", 300, 0, 20, LEVEL_OK },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		quiet(0);
		queues[0].all.mails = cases[i].mails;
		/* The rate looks back five minutes. */
		pass(600);
		assert_null(alarm_of("mail1/queue-growth"));
		for (unsigned reading = 0; reading < 20; reading++) {
			queues[0].all.mails += cases[i].more + cases[i].held_more;
			queues[0].by_queue[QUEUE_HOLD].mails += cases[i].held_more;
			queues[0].by_queue[QUEUE_HOLD].oldest = clock_now();
			pass(15);
		}
		expect_alarm(cases[i].what, "mail1/queue-growth", cases[i].level, "mail1: the queue grows by ");
		if (cases[i].level != LEVEL_OK)
			assert_non_null(strstr(alarm_of("mail1/queue-growth")->sentence, "mails in ten minutes"));
	}
}

/* A note as long as somebody may be at it, and one reading is enough. */
static void what_is_left_on_is_a_note_for_a_day(void **state)
{
	(void)state;
	pass(60);
	expect_alarm("off", "mail1/left-on/soft_bounce", LEVEL_OK, "");
	rows_left_on[0][0] = (struct left_on_row){ "soft_bounce", "yes", "the queue only grows" };
	left_on[0].count = 1;
	pass(16);
	expect_alarm("on", "mail1/left-on/soft_bounce", LEVEL_NOTE, "mail1: soft_bounce is yes");
	assert_string_equal(alarm_of("mail1/left-on/soft_bounce")->more, "the queue only grows");
	pass(23 * 3600);
	expect_alarm("for a day nearly", "mail1/left-on/soft_bounce", LEVEL_NOTE, "soft_bounce is yes, seen for 23 h");
	pass(2 * 3600);
	expect_alarm("for over a day", "mail1/left-on/soft_bounce", LEVEL_WARNING, "soft_bounce is yes, seen for ");
	assert_null(alarm_of("mail2/left-on/soft_bounce"));
	left_on[0].count = 0;
	pass(16);
	expect_alarm("off again", "mail1/left-on/soft_bounce", LEVEL_OK, "");
}

/* --- people ---------------------------------------------------------------------------------------------------- */

static void known_alarms_come_last(void **state)
{
	const struct live_alarm *list;
	struct error error = { 0 };
	size_t count;

	(void)state;
	rows_of_services[0][0].process_count = 399;
	disks[1][0].bytes_free = 140;
	pass(60);
	list = live_alarms(live, &count);
	assert_int_equal(count, 2);
	assert_string_equal(list[0].id, "mail1/logins/imap-login");
	assert_true(live_acknowledge(live, "mail1/logins/imap-login", "t.kern", clock_now() + 3600, &error));
	list = live_alarms(live, &count);
	assert_string_equal(list[1].id, "mail1/logins/imap-login");
	assert_string_equal(list[1].known_by, "t.kern");
	assert_false(live_acknowledge(live, "mail9/dead", "t.kern", 0, &error));
	assert_int_equal(error.kind, ERROR_NOT_FOUND);
	/* The hour is over: nobody is on it any more. */
	pass(3700);
	assert_string_equal(live_alarms(live, &count)[0].id, "mail1/logins/imap-login");
	assert_null(live_alarms(live, &count)[0].known_by);
}

static void silence_is_of_one_server_or_all(void **state)
{
	struct error error = { 0 };
	size_t events_before, events;

	(void)state;
	assert_true(live_silence(live, 0, clock_now() + 600, "m.koch", &error));
	live_events(live, &events_before);
	rows_of_services[0][0].process_count = 399;
	disks[1][0].bytes_free = 140;
	pass(120);
	assert_int_equal(alarm_count(), 1);
	live_events(live, &events);
	assert_int_equal(events, events_before + 1);
	assert_true(live_silenced(live, 0) > clock_now());
	assert_true(live_silenced(live, 1) == 0);
	assert_true(live_silence(live, LIVE_ALL, clock_now() + 600, "m.koch", &error));
	assert_int_equal(alarm_count(), 0);
	assert_true(live_silence(live, LIVE_ALL, 0, "m.koch", &error));
	assert_int_equal(alarm_count(), 1);
	pass(600);
	assert_int_equal(alarm_count(), 2);
	assert_false(live_silence(live, 0, 5, "m.koch", &error));
	assert_int_equal(error.kind, ERROR_INVALID);
}

static void the_rules_are_complete(void **state)
{
	const struct alarm_rule *rule, *other;

	(void)state;
	for (rule = alarm_rules; rule->name; rule++) {
		assert_non_null(rule->look);
		assert_non_null(rule->help);
		assert_non_null(rule->section);
		for (other = alarm_rules; other != rule; other++)
			assert_string_not_equal(other->name, rule->name);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_end_below_a_lower_mark),
		cmocka_unit_test(three_readings_make_an_alarm),
		cmocka_unit_test(it_began_with_the_first_of_the_three),
		cmocka_unit_test_setup_teardown(all_well_is_no_alarm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_too_much_is_an_alarm_and_ends, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_dead_server_is_one_alarm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_failing_source_is_not_a_dead_server, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_directory_has_alarms_too, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_directory_is_slow, set_up, tear_down),
		cmocka_unit_test_setup_teardown(old_mail_is_an_alarm_where_there_is_much, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_queue_that_grows_is_an_alarm, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_left_on_is_a_note_for_a_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(known_alarms_come_last, set_up, tear_down),
		cmocka_unit_test_setup_teardown(silence_is_of_one_server_or_all, set_up, tear_down),
		cmocka_unit_test(the_rules_are_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
