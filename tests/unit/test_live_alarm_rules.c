/*
 * test_live_alarm_rules: what a server that is looked at once shows too much of,
 * rule by rule as a table: the level, the words, and where a rule is silent.
 * How alarms begin and end is in test_live_alarms.  Loop thread.
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
#include "live/data.h"
#include "live/source.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/live_pass.h"

/* --- snapshots of this test ------------------------------------------------------------------------ */

enum { CONNECTIONS = 10, STATS_CLIENTS = 1000 };
static struct who_connection connections[CONNECTIONS];
static struct who who;
static struct service_row service_rows[1];
static struct services services;
static struct configuration configuration;
static struct process_row process_rows[1];
static struct processes processes;
static struct port_row port_rows[1];
static struct ports ports;
static struct machine machine;
static struct inner_row inner_rows[1];
static struct inner inner;
static struct testmail testmail;

static const struct { const void *from; size_t size; } snapshots[LIVE_SOURCES] = {
	[LIVE_WHO] = { &who, sizeof(who) }, [LIVE_SERVICES] = { &services, sizeof(services) },
	[LIVE_CONFIGURATION] = { &configuration, sizeof(configuration) }, [LIVE_PROCESSES] = { &processes, sizeof(processes) },
	[LIVE_PORTS] = { &ports, sizeof(ports) }, [LIVE_MACHINE] = { &machine, sizeof(machine) },
	[LIVE_INNER] = { &inner, sizeof(inner) }, [LIVE_TESTMAIL] = { &testmail, sizeof(testmail) },
};

struct asking { enum live_source source; struct loop_timer *timer; asked *done; void *context; };

static void end_asking(struct asking *asking)
{
	loop_timer_stop(asking->timer);
	free(asking);
}

/* A copy goes, as the watching frees what it gets; its rows are of this test. */
static void on_answer(void *context)
{
	struct asking *asking = context;
	size_t size = snapshots[asking->source].size;
	void *copy = memory_new(size), *done_context = asking->context;
	struct error error = { 0 };
	asked *done = asking->done;

	memcpy(copy, snapshots[asking->source].from, size);
	end_asking(asking);
	done(done_context, copy, &error);
}

static struct asking *ask(struct live *live, enum live_source source, asked *done, void *context)
{
	struct asking *asking = memory_new(sizeof(*asking));

	*asking = (struct asking){ .source = source, .done = done, .context = context };
	asking->timer = loop_after(live_loop(live), 1, 0, on_answer, asking);
	return asking;
}

#define ROW(number, name, words) \
	static struct asking *ask_##number(struct live *live, size_t host, asked *done, void *context) \
	{ \
		(void)host; \
		return ask(live, number, done, context); \
	} \
	static const struct source row_##number = { number, name, words, 15000, 1000, NULL, ask_##number, end_asking, free }
ROW(LIVE_WHO, "who", "connections");
ROW(LIVE_SERVICES, "services", "services");
ROW(LIVE_CONFIGURATION, "configuration", "the configuration");
ROW(LIVE_PROCESSES, "processes", "processes");
ROW(LIVE_PORTS, "ports", "ports");
ROW(LIVE_MACHINE, "machine", "the machine");
ROW(LIVE_INNER, "inner", "inner services");
ROW(LIVE_TESTMAIL, "testmail", "the test mail");
const struct source *const sources[LIVE_SOURCES] = {
	[LIVE_WHO] = &row_LIVE_WHO, [LIVE_SERVICES] = &row_LIVE_SERVICES, [LIVE_CONFIGURATION] = &row_LIVE_CONFIGURATION,
	[LIVE_PROCESSES] = &row_LIVE_PROCESSES, [LIVE_PORTS] = &row_LIVE_PORTS, [LIVE_MACHINE] = &row_LIVE_MACHINE,
	[LIVE_INNER] = &row_LIVE_INNER, [LIVE_TESTMAIL] = &row_LIVE_TESTMAIL,
};

/* All is well. */
static void quiet(void)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i] = (struct who_connection){ "anna", "imap", "192.0.2.1", (uint32_t)(100 + i) };
	who = (struct who){ .rows = connections, .count = 1, .people = 1 };
	service_rows[0] = (struct service_row){ .name = "stats", .process_count = 1, .process_limit = 1, .client_limit = STATS_CLIENTS, .listening = true };
	services = (struct services){ .rows = service_rows, .count = 1 };
	configuration = (struct configuration){ .version = "", .userip = CONNECTIONS, .userip_pop3 = CONNECTIONS };
	process_rows[0] = (struct process_row){ .name = "stats", .pid = 1, .available = STATS_CLIENTS };
	processes = (struct processes){ .rows = process_rows, .count = 1 };
	port_rows[0] = (struct port_row){ .protocol = "imaps", .port = 993, .open = true, .spoke = true, .ok = true, .names = "mail1.example.com",
		.valid_until = clock_now() + 90 * 86400 };
	ports = (struct ports){ .rows = port_rows, .count = 1 };
	machine = (struct machine){ .load = { 1, 1, 1 }, .cores = 2, .memory = 1000, .memory_free = 500 };
	inner_rows[0] = (struct inner_row){ .name = "amavis", .ok = true, .words = "fine", .age_s = -1 };
	inner = (struct inner){ .rows = inner_rows, .count = 1 };
	testmail = (struct testmail){ .arrived = true, .words = "" };
}

/* --- what is wrong, by a figure ---------------------------------------------------------------------- */

static void port_refused(int64_t unused)
{
	(void)unused;
	port_rows[0] = (struct port_row){ .protocol = "imaps", .port = 993, .trouble = "connection refused", .names = "" };
}

static void port_silent(int64_t unused)
{
	(void)unused;
	port_rows[0] = (struct port_row){ .protocol = "imaps", .port = 993, .open = true, .trouble = "no greeting", .names = "" };
}

static void port_wrong(int64_t unused)
{
	(void)unused;
	port_rows[0].ok = false;
	port_rows[0].trouble = "no TLS";
}

/* Half a day more, so that the day does not pass meanwhile. */
static void certificate_days(int64_t days)
{
	port_rows[0].valid_until = clock_now() + days * 86400 + 43200;
}

static void no_certificate(int64_t unused)
{
	(void)unused;
	port_rows[0].valid_until = 0;
}

static void of_one_person(int64_t count)
{
	who.count = (size_t)count;
}

static void of_one_person_by_pop3(int64_t count)
{
	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i].service = "pop3";
	who.count = (size_t)count;
}

static void of_many_people(int64_t count)
{
	static const char *const people[CONNECTIONS] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j" };

	for (size_t i = 0; i < CONNECTIONS; i++)
		connections[i].user = people[i];
	who.count = (size_t)count;
}

static void without_a_limit(int64_t count)
{
	configuration.userip = 0;
	who.count = (size_t)count;
}

static void stats_clients(int64_t used)
{
	process_rows[0].available = (uint64_t)(STATS_CLIENTS - used);
}

static void memory_free(int64_t percent)
{
	machine.memory_free = (uint64_t)(percent * 10);
}

static void memory_unknown(int64_t unused)
{
	(void)unused;
	machine.memory = machine.memory_free = 0;
}

static void load_of_five_minutes(int64_t load)
{
	machine.load[1] = (double)load;
}

static void load_of_one_minute(int64_t load)
{
	machine.load[0] = (double)load;
}

static void load_unknown(int64_t load)
{
	machine.load[1] = (double)load;
	machine.cores = 0;
}

static void amavis_broken(int64_t unused)
{
	(void)unused;
	inner_rows[0].ok = false;
	inner_rows[0].words = "no answer";
}

static void signature_hours(int64_t hours)
{
	inner_rows[0].name = "clamd";
	inner_rows[0].age_s = hours * 3600;
}

static void listener_seconds(int64_t seconds)
{
	inner_rows[0].name = "listener";
	inner_rows[0].age_s = seconds;
}

static void testmail_lost(int64_t unused)
{
	(void)unused;
	testmail = (struct testmail){ .words = "not within 60 s" };
}

static const struct rule_case {
	const char *what;
	void (*make)(int64_t figure);
	int64_t figure;
	const char *id;
	enum live_level level;             /* LEVEL_OK: there is no such alarm */
	const char *words, *more;
} cases[] = {
	{ "a port refuses", port_refused, 0, "mail1/ports/993", LEVEL_CRITICAL, "mail1: imaps on port 993 does not answer", "connection refused" },
	{ "a port takes connections and says nothing", port_silent, 0, "mail1/ports/993", LEVEL_CRITICAL, "does not answer", "no greeting" },
	{ "a port speaks no TLS", port_wrong, 0, "mail1/ports/993", LEVEL_WARNING, "imaps on port 993 answers wrongly", "no TLS" },
	{ "a certificate for 22 days", certificate_days, 22, "mail1/certificate", LEVEL_OK, "", "" },
	{ "for three weeks", certificate_days, 21, "mail1/certificate", LEVEL_WARNING, "certificate of port 993 ends in 21 days", "mail1.example.com" },
	{ "for a week", certificate_days, 7, "mail1/certificate", LEVEL_CRITICAL, "ends in 7 days", "" },
	{ "for a day", certificate_days, 1, "mail1/certificate", LEVEL_CRITICAL, "ends in 1 day", "" },
	{ "for some hours", certificate_days, 0, "mail1/certificate", LEVEL_CRITICAL, "ends within a day", "" },
	{ "not any more", certificate_days, -2, "mail1/certificate", LEVEL_CRITICAL, "certificate of port 993 is no longer valid", "" },
	{ "no certificate seen", no_certificate, 0, "mail1/certificate", LEVEL_OK, "", "" },
	{ "7 of 10 connections", of_one_person, 7, "mail1/userip/imap", LEVEL_OK, "", "" },
	{ "8 of 10", of_one_person, 8, "mail1/userip/imap", LEVEL_NOTE, "mail1: anna has 8 of 10 imap connections from 192.0.2.1", "refuses that person's next" },
	{ "all of them are a note still", of_one_person, 10, "mail1/userip/imap", LEVEL_NOTE, "anna has 10 of 10", "" },
	{ "by POP3", of_one_person_by_pop3, 9, "mail1/userip/pop3", LEVEL_NOTE, "anna has 9 of 10 pop3 connections", "" },
	{ "ten people from one address", of_many_people, 10, "mail1/userip/imap", LEVEL_OK, "", "" },
	{ "there is no limit", without_a_limit, 10, "mail1/userip/imap", LEVEL_OK, "", "" },
	{ "stats has room", stats_clients, 799, "mail1/limits/stats", LEVEL_OK, "", "" },
	{ "stats is nearly full", stats_clients, 800, "mail1/limits/stats", LEVEL_WARNING, "mail1: stats 80 % used, 800 of 1,000", "every login waits" },
	{ "stats is full", stats_clients, 1000, "mail1/limits/stats", LEVEL_CRITICAL, "stats 100 % used", "" },
	{ "stats is no login", stats_clients, 1000, "mail1/logins/stats", LEVEL_OK, "", "" },
	{ "memory is there", memory_free, 11, "mail1/memory", LEVEL_OK, "", "" },
	{ "memory is short", memory_free, 10, "mail1/memory", LEVEL_WARNING, "memory are free", "" },
	{ "memory is out", memory_free, 5, "mail1/memory", LEVEL_CRITICAL, "memory are free", "" },
	{ "memory is not known", memory_unknown, 0, "mail1/memory", LEVEL_OK, "", "" },
	{ "busy", load_of_five_minutes, 7, "mail1/load", LEVEL_OK, "", "" },
	{ "too busy", load_of_five_minutes, 8, "mail1/load", LEVEL_WARNING, "mail1: load 8.0 on 2 processors", "" },
	{ "far too busy", load_of_five_minutes, 20, "mail1/load", LEVEL_CRITICAL, "load 20.0", "" },
	{ "for a minute", load_of_one_minute, 20, "mail1/load", LEVEL_OK, "", "" },
	{ "on unknown processors", load_unknown, 20, "mail1/load", LEVEL_OK, "", "" },
	{ "an inner service is broken", amavis_broken, 0, "mail1/inner/amavis", LEVEL_CRITICAL, "mail1: amavis does not work", "no answer" },
	{ "signatures of yesterday", signature_hours, 47, "mail1/signatures", LEVEL_OK, "", "" },
	{ "of two days", signature_hours, 48, "mail1/signatures", LEVEL_WARNING, "mail1: the virus scanner's signatures are old: 2 d", "fine" },
	{ "of a week", signature_hours, 168, "mail1/signatures", LEVEL_CRITICAL, "signatures are old: 7 d", "" },
	{ "not known how old", signature_hours, -1, "mail1/signatures", LEVEL_OK, "", "" },
	{ "the listener hangs for a while", listener_seconds, 599, "mail1/listener", LEVEL_OK, "", "" },
	{ "for ten minutes", listener_seconds, 600, "mail1/listener", LEVEL_WARNING, "mail1: the directory listener is behind by 10 m", "" },
	{ "for an hour", listener_seconds, 3600, "mail1/listener", LEVEL_CRITICAL, "listener is behind by", "" },
	{ "the test mail is lost", testmail_lost, 0, "mail1/testmail", LEVEL_CRITICAL, "mail1: the test mail did not arrive", "not within 60 s" },
};

static const struct live_alarm *alarm_of(const struct live_alarm *list, size_t count, const char *id)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].id, id))
			return &list[i];
	return NULL;
}

static void check(const struct rule_case *one, const struct live_alarm *list, size_t count)
{
	const struct live_alarm *found = alarm_of(list, count, one->id);

	if ((found ? found->level : LEVEL_OK) != one->level) {
		fail_msg("%s: %s: level %d: %s", one->what, one->id, found ? (int)found->level : 0, found ? found->sentence : "silent");
		return;
	}
	if (found && !strstr(found->sentence, one->words))
		fail_msg("%s: %s says \"%s\"", one->what, one->id, found->sentence);
	if (found && *one->more && (!found->more || !strstr(found->more, one->more)))
		fail_msg("%s: %s adds \"%s\"", one->what, one->id, found->more ? found->more : "nothing");
}

/* Looks once at a server as a case makes it; NULL: all is well and there is no alarm. */
static void look(const struct rule_case *one)
{
	const struct live_settings settings = { 0 };
	struct loop *loop = loop_new();
	struct hosts *hosts = fake_hosts_new(loop, 1);
	struct live *live = live_open(loop, hosts, &settings);
	const struct live_alarm *list;
	size_t count;
	unsigned wanted = 0;

	for (unsigned i = 0; i < LIVE_SOURCES; i++)
		wanted |= sources[i] ? 1u << i : 0;
	quiet();
	if (one)
		one->make(one->figure);
	live_once(live);
	live_want(live, wanted);
	/* Twice round, since who is judged by a configuration that may arrive later. */
	pass_time(loop, 40000);
	list = live_alarms(live, &count);
	if (one)
		check(one, list, count);
	else
		assert_int_equal(count, 0);
	live_close(live);
	hosts_close(hosts);
	loop_free(loop);
}

static void all_is_well(void **state)
{
	(void)state;
	look(NULL);
}

static void rules_speak(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		look(&cases[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_well),
		cmocka_unit_test(rules_speak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
