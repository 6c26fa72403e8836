/*
 * test_live_overview: joining snapshots, rates, drops, tables of it, and the
 * text for Prometheus, read again by a strict parser of this test's own.
 *
 * The sources are this test's: what a server has now is what the arrays below
 * say.  Time leaps.
 */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "commands/metrics.h"
#include "live/data.h"
#include "live/source.h"
#include "model/live_kinds.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/live_pass.h"

/* --- sources of this test -------------------------------------------------------------------- */

static struct who who;
static struct service_row service_rows[3];
static struct services services;
static struct queue_group domains[2];
static struct queue queue;
static struct disk_row disks[2];
static struct machine machine;
static struct port_row port_rows[2];
static struct ports ports;
static bool dead[2];

static const struct { const void *snapshot; size_t size; } snapshots[LIVE_SOURCES] = {
	[LIVE_WHO] = { &who, sizeof(who) }, [LIVE_SERVICES] = { &services, sizeof(services) }, [LIVE_QUEUE] = { &queue, sizeof(queue) },
	[LIVE_MACHINE] = { &machine, sizeof(machine) }, [LIVE_PORTS] = { &ports, sizeof(ports) },
};

struct asking { size_t host; enum live_source source; struct loop_timer *timer; asked *done; void *context; };

static void end_asking(struct asking *asking)
{
	loop_timer_stop(asking->timer);
	free(asking);
}

static void on_answer(void *context)
{
	struct asking one = *(struct asking *)context;
	struct error error = { 0 };
	void *copy = NULL;

	end_asking(context);
	if (dead[one.host]) {
		error_set(&error, ERROR_TIMEOUT, "mail%zu: no answer within 10 s", one.host + 1);
	} else {
		copy = memory_new(snapshots[one.source].size);
		memcpy(copy, snapshots[one.source].snapshot, snapshots[one.source].size);
	}
	one.done(one.context, copy, &error);
}

static struct asking *ask(struct live *live, size_t host, enum live_source source, asked *done, void *context)
{
	struct asking *asking = memory_new(sizeof(*asking));

	*asking = (struct asking){ .host = host, .source = source, .done = done, .context = context };
	asking->timer = loop_after(live_loop(live), 1, 0, on_answer, asking);
	return asking;
}

#define SOURCE(number, word) \
	static struct asking *ask_##word(struct live *live, size_t host, asked *done, void *context) { return ask(live, host, number, done, context); } \
	static const struct source row_##word = { number, #word, #word, 15000, 1000, NULL, ask_##word, end_asking, free };
SOURCE(LIVE_WHO, who)
SOURCE(LIVE_SERVICES, services)
SOURCE(LIVE_QUEUE, queue)
SOURCE(LIVE_MACHINE, machine)
SOURCE(LIVE_PORTS, ports)
const struct source *const sources[LIVE_SOURCES] = {
	[LIVE_WHO] = &row_who, [LIVE_SERVICES] = &row_services, [LIVE_QUEUE] = &row_queue, [LIVE_MACHINE] = &row_machine, [LIVE_PORTS] = &row_ports,
};
#define ALL (1u << LIVE_WHO | 1u << LIVE_SERVICES | 1u << LIVE_QUEUE | 1u << LIVE_MACHINE | 1u << LIVE_PORTS)

/* --- the stage -------------------------------------------------------------------------------------- */

static struct loop *loop;
static struct hosts *hosts;
static struct live *live;

static void fill(void)
{
	who = (struct who){ .count = 404, .people = 120 };
	service_rows[0] = (struct service_row){ .name = "imap-login", .process_count = 200, .process_limit = 400, .client_limit = 1 };
	service_rows[1] = (struct service_row){ .name = "anvil", .process_count = 1, .process_limit = 1, .client_limit = 1 };
	services = (struct services){ .rows = service_rows, .count = 2 };
	domains[0] = (struct queue_group){ .name = "gmail.com", .mails = 598, .recipients = 611, .deferred = 611, .late = 600 };
	domains[1] = (struct queue_group){ .name = "example.com", .own = true, .mails = 3, .recipients = 4, .deferred = 4, .late = 4 };
	queue = (struct queue){ .domains = { .rows = domains, .count = 2 } };
	queue.all = (struct queue_count){ 620, 640, 44000000, 1763600000 };
	queue.by_queue[QUEUE_DEFERRED] = (struct queue_count){ 600, 620, 43000000, 1763600000 };
	queue.by_queue[QUEUE_HOLD] = (struct queue_count){ 20, 20, 1000000, 1763610000 };
	disks[0] = (struct disk_row){ .what = "queue, log", .path = "/var", .bytes = 1000, .bytes_free = 590, .inodes = 100, .inodes_free = 20,
		.bytes_per_hour = NAN, .hours_left = NAN };
	disks[1] = (struct disk_row){ .what = "mail store", .path = "/srv/\"odd\\ path\"", .bytes = 1000, .bytes_free = 120, .hours_left = 9.5 };
	machine = (struct machine){ .disks = disks, .disk_count = 2, .load = { 1.9, 1.5, 1 }, .cores = 4, .memory = 8000, .memory_free = 4000 };
	port_rows[0] = (struct port_row){ .protocol = "imaps", .port = 993, .open = true, .ok = true, .tls = "implicit", .names = "mail1.example.com",
		.valid_until = clock_now() + 61 * 86400 + 100, .took_ms = 12 };
	port_rows[1] = (struct port_row){ .protocol = "smtp", .port = 25, .open = false, .trouble = "connection refused" };
	ports = (struct ports){ .rows = port_rows, .count = 2 };
}

static int set_up(void **state)
{
	const struct live_settings settings = { 0 };

	(void)state;
	dead[0] = dead[1] = false;
	fill();
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

/* --- the overview ------------------------------------------------------------------------------------- */

static void figures_are_joined(void **state)
{
	struct live_overview *overview;
	const struct live_server *one;

	(void)state;
	pass(1);
	overview = live_overview(live);
	one = &overview->servers[0];
	assert_int_equal(overview->count, 2);
	assert_int_equal(overview->up, 0);
	assert_int_equal(overview->partly, 2);
	assert_string_equal(one->name, "mail1");
	assert_int_equal(one->connections, 404);
	assert_int_equal(one->people, 120);
	assert_string_equal(one->wall.service, "imap-login");
	assert_int_equal(one->wall.used, 200);
	assert_int_equal(one->wall.possible, 400);
	assert_int_equal(one->wall.minutes_left, -1);
	assert_int_equal(one->queued, 600);
	assert_int_equal(one->queue[3], 600);
	assert_int_equal(one->queue[4], 20);
	assert_int_equal(one->own_deferred, 4);
	/* Whose domains they are nobody told us: the figure says nothing. */
	assert_false(one->own_known);
	live_own_domains(live, (const char *const[]){ "example.com", NULL });
	live_overview_free(overview);
	overview = live_overview(live);
	one = &overview->servers[0];
	assert_true(one->own_known);
	assert_int_equal(one->queue_oldest, 1763600000);
	/* Inodes are fuller than space there. */
	assert_true(fabs(one->disk_full[0] - 0.8) < 1e-9 && fabs(one->disk_full[2] - 0.8) < 1e-9);
	assert_true(fabs(one->disk_full[1] - 0.88) < 1e-9);
	assert_int_equal(one->disk_hours[0], -1);
	assert_int_equal(one->disk_hours[1], 9);
	assert_true(fabs(one->load - 1.9) < 1e-9);
	assert_int_equal(one->certificate_days, 61);
	assert_string_equal(one->ports_words, "NO ANSWER on 25");
	assert_int_equal(one->ports_ok, 1);
	assert_int_equal(one->ports_bad, 1);
	assert_false(one->old);
	assert_int_equal(overview->directory_ms, -1);
	live_overview_free(overview);
}

static void what_is_not_known_is_not_nothing(void **state)
{
	struct live_overview *overview;
	struct rows *rows;

	(void)state;
	dead[0] = dead[1] = true;
	pass(1);
	overview = live_overview(live);
	assert_int_equal(overview->up, 0);
	assert_null(overview->servers[0].wall.service);
	assert_true(overview->servers[0].load < 0 && overview->servers[0].disk_full[0] < 0);
	assert_true(overview->servers[0].certificate_days == LONG_MAX);
	live_overview_free(overview);
	rows = live_rows(live, &(struct live_question){ .table = "overview", .host = 1 });
	assert_int_equal(rows->count, 1);
	assert_string_equal(rows->rows[0].values[LO_STATE].bytes, "dead");
	assert_int_equal(rows->rows[0].values[LO_QUEUED].length, 0);
	assert_int_equal(rows->rows[0].values[LO_CONNECTIONS].length, 0);
	assert_int_equal(rows->rows[0].values[LO_LOAD].length, 0);
	rows_free(rows);
}

static void rates_come_from_the_last_minutes(void **state)
{
	struct live_overview *overview;
	unsigned i;

	(void)state;
	/* Ten logins and forty mails more every 15 s. */
	for (i = 0; i < 12; i++) {
		pass(15);
		service_rows[0].process_count += 10;
		queue.all.mails += 40;
		queue.by_queue[QUEUE_DEFERRED].mails += 40;
	}
	pass(1);
	overview = live_overview(live);
	assert_in_range(overview->servers[0].queue_grows, 120, 200);
	assert_in_range(overview->servers[0].wall.minutes_left, 1, 4);
	live_overview_free(overview);
	/* It stands still: nothing fills. */
	pass(600);
	overview = live_overview(live);
	assert_int_equal(overview->servers[0].queue_grows, 0);
	assert_int_equal(overview->servers[0].wall.minutes_left, -1);
	live_overview_free(overview);
}

static void drops_are_counted_by_their_changes(void **state)
{
	struct live_overview *overview;
	double points[60];
	size_t count, i;
	double sum = 0;

	(void)state;
	service_rows[0].last_drop = 1000;
	pass(60);
	assert_int_equal(live_drops(live, 0, "imap-login"), 1);
	service_rows[0].last_drop = 1100;
	pass(60);
	service_rows[0].last_drop = 1200;
	pass(60);
	assert_int_equal(live_drops(live, 0, "imap-login"), 3);
	overview = live_overview(live);
	assert_int_equal(overview->servers[0].wall.turned_away, 3);
	assert_int_equal(overview->servers[0].wall.last_drop, 1200);
	live_overview_free(overview);
	count = live_series(live, 0, MEASURE_TURNED_AWAY, SPAN_MINUTES, points, 60);
	for (i = 0; i < count; i++)
		sum += isnan(points[i]) ? 0 : points[i];
	/* The first was there before we looked. */
	assert_true(sum == 2);
	/* A reload begins anew. */
	service_rows[0].last_drop = 0;
	pass(60);
	assert_int_equal(live_drops(live, 0, "imap-login"), 0);
	assert_int_equal(live_drops(live, 0, "no-such-service"), 0);
	assert_int_equal(live_drops(live, 7, "imap-login"), 0);
}

static void sources_say_how_they_are(void **state)
{
	struct rows *rows;
	size_t i;

	(void)state;
	pass(1);
	dead[1] = true;
	pass(60);
	rows = live_rows(live, &(struct live_question){ .table = "sources", .host = LIVE_ALL });
	assert_int_equal(rows->count, 10);
	for (i = 0; i < rows->count; i++) {
		bool second = !strcmp(rows->rows[i].values[LR_SERVER].bytes, "mail2");

		assert_string_equal(rows->rows[i].values[LR_STATE].bytes, second ? "failing" : "ok");
		assert_int_equal(rows->rows[i].values[LR_WORDS].length > 0, second);
	}
	rows_free(rows);
	rows = live_rows(live, &(struct live_question){ .table = "servers", .host = LIVE_ALL });
	assert_string_equal(rows->rows[0].values[LS_STATE].bytes, "partly");
	assert_string_equal(rows->rows[1].values[LS_STATE].bytes, "dead");
	rows_free(rows);
	rows = live_rows(live, &(struct live_question){ .table = "no such table", .host = LIVE_ALL });
	assert_int_equal(rows->count, 0);
	rows_free(rows);
}

/* One rule for all who tell it: at once, and also where only a port or a source of it found nobody. */
static void a_server_is_partly_up_at_once(void **state)
{
	struct live_overview *overview;
	struct text text = { 0 };
	struct rows *rows;

	(void)state;
	pass(1);
	overview = live_overview(live);
	/* Port 25 of both refuses. */
	assert_int_equal(overview->up, 0);
	assert_int_equal(overview->partly, 2);
	live_overview_free(overview);
	ports.count = 1;
	pass(60);
	overview = live_overview(live);
	assert_int_equal(overview->up, 2);
	assert_int_equal(overview->partly, 0);
	live_overview_free(overview);
	/* It hangs: connections are taken, and nobody says a word. */
	port_rows[0].ok = false;
	port_rows[0].valid_until = 0;
	pass(60);
	overview = live_overview(live);
	assert_int_equal(overview->up, 0);
	assert_true(overview->servers[0].partly && !overview->servers[0].dead);
	live_overview_free(overview);
	rows = live_rows(live, &(struct live_question){ .table = "overview", .host = 0 });
	assert_string_equal(rows->rows[0].values[LO_STATE].bytes, "partly");
	rows_free(rows);
	rows = live_rows(live, &(struct live_question){ .table = "servers", .host = 0 });
	assert_string_equal(rows->rows[0].values[LS_STATE].bytes, "partly");
	rows_free(rows);
	metrics_write(&text, live, LIVE_ALL);
	assert_non_null(strstr(text_get(&text), "postroom_server_up{server=\"mail1\"} 0\n"));
	text_free(&text);
}

/* --- a strict reader of the text format -------------------------------------------------------------- */

struct families { char names[64][80]; size_t count; char samples[400][300]; size_t sample_count; char current[80]; bool has_type; };

static size_t name_length(const char *at, bool colon)
{
	size_t length = 0;

	while (isalpha((unsigned char)at[length]) || at[length] == '_' || (colon && at[length] == ':') || (length && isdigit((unsigned char)at[length])))
		length++;
	return length;
}

static void read_comment(struct families *families, const char *line)
{
	bool help = !strncmp(line, "# HELP ", 7);
	size_t length = name_length(line + 7, true), i;
	char name[80];

	assert_true(help || !strncmp(line, "# TYPE ", 7));
	assert_true(length > 0 && length < sizeof(name) && line[7 + length] == ' ');
	snprintf(name, sizeof(name), "%.*s", (int)length, line + 7);
	if (help) {
		for (i = 0; i < families->count; i++)
			assert_string_not_equal(families->names[i], name);
		assert_true(families->count < 64);
		snprintf(families->names[families->count++], 80, "%s", name);
		snprintf(families->current, sizeof(families->current), "%s", name);
		families->has_type = false;
		assert_true(line[8 + length] != '\0');
		return;
	}
	assert_string_equal(families->current, name);
	assert_false(families->has_type);
	families->has_type = true;
	assert_true(!strcmp(line + 8 + length, "gauge") || !strcmp(line + 8 + length, "counter"));
	/* A counter says so, a gauge does not claim to be one. */
	assert_int_equal(length > 6 && !strcmp(name + length - 6, "_total"), !strcmp(line + 8 + length, "counter"));
}

static const char *read_labels(const char *at)
{
	char seen[8][40];
	size_t count = 0, i;

	assert_int_equal(*at, '{');
	do {
		size_t length = name_length(++at, false);

		assert_true(length > 0 && length < 40 && count < 8 && strncmp(at, "__", 2) != 0);
		for (i = 0; i < count; i++)
			assert_true(strlen(seen[i]) != length || strncmp(seen[i], at, length) != 0);
		snprintf(seen[count++], 40, "%.*s", (int)length, at);
		at += length;
		assert_true(at[0] == '=' && at[1] == '"');
		for (at += 2; *at != '"'; at++) {
			assert_true(*at != '\0' && *at != '\n');
			if (*at == '\\') {
				at++;
				assert_true(*at == '\\' || *at == '"' || *at == 'n');
			}
		}
		at++;
	} while (*at == ',');
	assert_int_equal(*at, '}');
	return at + 1;
}

static void read_sample(struct families *families, const char *line)
{
	size_t length = name_length(line, true), i;
	const char *at = line + length;
	char *end;

	assert_int_equal(length, strlen(families->current));
	assert_int_equal(strncmp(line, families->current, length), 0);
	assert_true(families->has_type);
	if (*at == '{')
		at = read_labels(at);
	assert_int_equal(*at, ' ');
	for (i = 0; i < families->sample_count; i++)
		assert_true(strlen(families->samples[i]) != (size_t)(at - line) || strncmp(families->samples[i], line, (size_t)(at - line)) != 0);
	assert_true(families->sample_count < 400);
	snprintf(families->samples[families->sample_count++], 300, "%.*s", (int)(at - line), line);
	assert_true(isfinite(strtod(at + 1, &end)));
	assert_true(end != at + 1 && *end == '\0');
}

static void read_strictly(const char *text, struct families *families)
{
	assert_true(utf8_valid(text, strlen(text)));
	assert_int_equal(text[strlen(text) - 1], '\n');
	while (*text) {
		char line[1000];
		size_t length = strcspn(text, "\n");

		assert_true(length > 0 && length < sizeof(line));
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		if (*line == '#')
			read_comment(families, line);
		else
			read_sample(families, line);
		text += length + 1;
	}
}

static void metrics_are_what_prometheus_reads(void **state)
{
	static const char *const lines[] = {
		"postroom_server_up{server=\"mail1\"} 0\n", "postroom_server_up{server=\"mail2\"} 0\n",
		"postroom_source_up{server=\"mail2\",source=\"queue\"} 0\n",
		"postroom_connections{server=\"mail1\"} 404\n",
		"postroom_service_limit{server=\"mail1\",service=\"imap-login\",unit=\"logins\"} 400\n",
		"postroom_queue_messages{server=\"mail1\",queue=\"deferred\"} 600\n",
		"postroom_queue_oldest_timestamp_seconds{server=\"mail1\",queue=\"deferred\"} 1763600000\n",
		"postroom_filesystem_avail_bytes{server=\"mail1\",path=\"/srv/\\\"odd\\\\ path\\\"\",what=\"mail store\"} 120\n",
		"postroom_port_up{server=\"mail1\",protocol=\"smtp\",port=\"25\"} 0\n",
		"postroom_port_duration_seconds{server=\"mail1\",protocol=\"imaps\",port=\"993\"} 0.012\n",
		"postroom_load1{server=\"mail1\"} 1.9\n",
		"postroom_directory_latency_seconds{uri=\"ldap://ldap1\"} 0.003\n",
	};
	static struct families families;
	struct text text = { 0 };
	size_t i;

	(void)state;
	memset(&families, 0, sizeof(families));
	dead[1] = true;
	service_rows[2] = (struct service_row){ .name = "odd\"\\\n\xff\x1b[31mservice", .process_count = 1, .process_limit = 2, .client_limit = 1 };
	services.count = 3;
	live_directory_pulse(live, "ldap://ldap1", 3, -1, NULL);
	pass(120);
	metrics_write(&text, live, LIVE_ALL);
	read_strictly(text_get(&text), &families);
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!strstr(text_get(&text), lines[i]))
			fail_msg("there is no line %s in\n%s", lines[i], text_get(&text));
	/* Nothing is known of a dead server but that it is. */
	assert_null(strstr(text_get(&text), "postroom_connections{server=\"mail2\"}"));
	assert_null(strstr(text_get(&text), "postroom_directory_lag_seconds"));
	assert_true(families.sample_count > 30);
	text_free(&text);
}

static void the_rows_of_metrics_name_what_there_is(void **state)
{
	const struct metric *metric;
	size_t i;

	(void)state;
	for (metric = metrics; metric->name; metric++) {
		const struct live_table *table = live_table_find(metric->table);

		if (!table)
			fail_msg("%s: there is no table %s", metric->name, metric->table);
		if (!kind_field(table->kind, metric->field))
			fail_msg("%s: the table %s has no field %s", metric->name, metric->table, metric->field);
		for (i = 0; i < METRIC_LABELS && metric->labels[i]; i++)
			assert_non_null(kind_field(table->kind, metric->labels[i]));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(figures_are_joined, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_not_known_is_not_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(rates_come_from_the_last_minutes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(drops_are_counted_by_their_changes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sources_say_how_they_are, set_up, tear_down), cmocka_unit_test_setup_teardown(a_server_is_partly_up_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(metrics_are_what_prometheus_reads, set_up, tear_down),
		cmocka_unit_test(the_rows_of_metrics_name_what_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
