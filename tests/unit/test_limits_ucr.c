/*
 * test_limits_ucr: limits on a server of UCS: which value is which variable,
 * what the template makes of the defaults, what UCR gives Dovecot at its start,
 * and the change that comes of a set; and memory from ps and the kernel.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/loop.h"
#include "model/guarded.h"
#include "settings/guardian.h"
#include "settings/limits_private.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define UCS "protocols = imap pop3 lmtp sieve\ndefault_process_limit = 400\ndefault_client_limit = 400\nservice imap {\n process_limit = 400\n}\n" \
	"service pop3 {\n process_limit = 400\n}\nservice managesieve {\n process_limit = 400\n}\nservice auth {\n client_limit = 2000\n}\n" \
	"service anvil {\n client_limit = 1603\n}\nservice imap-login {\n client_limit = 400\n}\nservice pop3-login {\n client_limit = 400\n}\n"
#define PREFIX "mail/dovecot/limits/"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct layers *layers_of(const char *const *lines, enum layer layer)
{
	struct layers *layers = layers_new(arena);

	for (unsigned i = 0; lines[i]; i++)
		layers_line(layers, layer, i + 1, lines[i], strlen(lines[i]));
	return layers;
}

static struct limits_world world_of(const struct layers *ucr)
{
	struct limits_world world = { .arena = arena, .server = "mail1", .ucs = true, .ucr = ucr, .place = "/etc/dovecot/local.conf", .connections = 12, .people = 3,
		.memory_free = UINT64_C(4) << 30 };

	world.facts = limits_read(arena, LIMITS_BLOCKS, UCS, strlen(UCS), NULL);
	world.facts->open_files = 2000;
	limits_ucr_follow(world.facts, ucr);
	return world;
}

static struct limits_set set_of(const struct limits_world *world, uint64_t connections, bool by_default)
{
	struct limits_goal goal = { .connections = connections, .protocols = "imap pop3", .tls_percent = 100, .by_default = by_default,
		.clients_by_default = by_default, .cache_size = 10 << 20, .cache_ttl = 300 };

	return limits_reach(arena, world->facts, &goal);
}

/* The manual's example, every value in UCR, and the descriptors follow by themselves. */
static void defaults(void **state)
{
	static const char *const none[] = { NULL };
	static const struct { const char *name; uint64_t then; } expected[] = {
		{ PREFIX "default_process_limit", 3000 }, { PREFIX "managesieve/process_limit", 3000 }, { PREFIX "auth/client_limit", 15000 },
		{ PREFIX "anvil/client_limit", 12003 }, { PREFIX "default_client_limit", 21000 }, { "mail/dovecot/auth/cache_size", 10 << 20 },
		{ "mail/dovecot/auth/cache_ttl", 300 },
	};
	struct limits_world world = world_of(layers_of(none, LAYER_NORMAL));
	struct limits_set set = set_of(&world, 3000, true);
	size_t found = 0;

	(void)state;
	assert_null(set.refused);
	assert_int_equal(set.verdict.warning_count, 0);
	for (size_t i = 0; i < set.value_count; i++) {
		const char *name;
		enum limits_where where = limits_value_where(arena, &world, &set.values[i], &name);

		if (where == LIMITS_BY_START) {
			assert_int_equal(set.values[i].then, 21000);
			continue;
		}
		assert_int_equal(where, LIMITS_IN_UCR);
		for (size_t j = 0; j < COUNT(expected); j++)
			if (!strcmp(expected[j].name, name)) {
				assert_int_equal(set.values[i].then, expected[j].then);
				found++;
			}
	}
	assert_int_equal(found, COUNT(expected));
	assert_int_equal(limits_ucr_descriptors(arena, &world, &set), 21000);
	assert_true(limits_reaches(arena, set.after, &(struct limits_goal){ .connections = 3000, .protocols = "imap pop3", .tls_percent = 100 }, NULL));
}

/* High performance: what is now is what was there before, and the sessions have a variable. */
static void performance(void **state)
{
	static const char *const none[] = { NULL };
	struct limits_world world = world_of(layers_of(none, LAYER_NORMAL));
	struct limits_goal goal = { .connections = 3000, .protocols = "imap", .tls_percent = 100, .mode = LIMITS_PERFORMANCE, .clients_by_default = true };
	struct limits_set set;
	unsigned found = 0;

	(void)state;
	world.facts->cores = 4;
	for (int by_default = 0; by_default < 2; by_default++) {
		goal.by_default = by_default;
		set = limits_reach(arena, world.facts, &goal);
		assert_null(set.refused);
		for (size_t i = 0; i < set.value_count; i++) {
			const struct limits_value *value = &set.values[i];
			const char *name;

			limits_value_where(arena, &world, value, &name);
			found += strcmp(name, PREFIX "imap-login/service_count") == 0 || strcmp(name, PREFIX "imap-login/process_min_avail") == 0 ||
				strcmp(name, by_default ? PREFIX "default_process_limit" : PREFIX "imap/process_limit") == 0;
			if (value->service && !strcmp(value->service, "imap-login") && !strcmp(value->setting, "process_limit")) {
				assert_int_equal(value->now, 400);
				assert_int_equal(value->then, 4);
				found++;
			}
		}
	}
	assert_int_equal(found, 8);
}

/* What has a variable of its own keeps it, and what was set is not the default. */
static void follows(void **state)
{
	static const char *const own[] = { PREFIX "imap/process_limit: 400", PREFIX "imap-login/client_limit: 400", NULL }, *const none[] = { NULL };
	struct limits_world fixed = world_of(layers_of(own, LAYER_NORMAL)), free_one = world_of(layers_of(none, LAYER_NORMAL));

	(void)state;
	assert_int_equal(limits_service_named(fixed.facts, "imap")->process_limit, 400);
	assert_int_equal(limits_service_named(fixed.facts, "imap-login")->client_limit, 400);
	assert_int_equal(limits_service_named(fixed.facts, "pop3")->process_limit, 0);
	assert_int_equal(limits_service_named(free_one.facts, "imap")->process_limit, 0);
	assert_int_equal(limits_service_named(free_one.facts, "imap-login")->client_limit, 0);
}

static bool hidden(const struct limits_world *world, const struct limits_set *set)
{
	for (size_t i = 0; i < set->value_count; i++)
		if (limits_value_hidden(arena, world, &set->values[i]))
			return true;
	return false;
}

static struct guarded_change guarded_of(struct change *change)
{
	struct guarded_change guarded = { 0 };
	const char *words = guarded_set(change, "change");
	struct error error = { 0 };

	assert_non_null(words);
	assert_true(guarded_change_read(arena, words, strlen(words), &guarded, &error));
	return guarded;
}

static const char *variable(const struct guarded_change *guarded, const char *name)
{
	for (size_t i = 0; i < guarded->variable_count; i++)
		if (!strcmp(guarded->variables[i].name, name))
			return guarded->variables[i].value;
	return NULL;
}

static bool says(const struct change *change, const char *words)
{
	for (size_t i = 0; i < change->edit_count; i++)
		for (size_t j = 0; j < change->edits[i].count; j++)
			if (!strcmp(change->edits[i].field->name, "say") && strstr(change->edits[i].values[j].bytes, words))
				return true;
	return false;
}

/* Variables, no file that UCR writes, sessions kept from the next reload on. */
static void changes(void **state)
{
	static const char *const some[] = { PREFIX "default_process_limit: 400", NULL };
	struct limits_world world = world_of(layers_of(some, LAYER_NORMAL));
	struct limits_set set = set_of(&world, 3000, true);
	struct host_settings here = { .name = "mail1", .roles = HOST_MAILBOX, .exec = true, .flavour = FLAVOUR_UCS, .ucr = "/usr/sbin/ucr" };
	struct loop *loop = loop_new();
	struct hosts *hosts = hosts_open(loop, &here, 1);
	struct error error = { 0 };
	struct change *change = limits_plan_change(&world, hosts, &set, LIMITS_KEEP, 0, &error);
	struct guarded_change guarded;

	(void)state;
	assert_non_null(change);
	guarded = guarded_of(change);
	assert_int_equal(guarded.file_count, 0);
	assert_string_equal(variable(&guarded, PREFIX "default_process_limit"), "3000");
	assert_string_equal(guarded.variables[0].seen, "400");
	assert_string_equal(variable(&guarded, "mail/dovecot/auth/cache_size"), "10M");
	assert_string_equal(variable(&guarded, "mail/dovecot/auth/cache_ttl"), "300s");
	assert_string_equal(variable(&guarded, "mail/dovecot/shutdown_clients"), "no");
	assert_false(guarded.keep_sessions);
	assert_true(says(change, "the sessions of now (12) end 6 seconds later all the same"));
	assert_true(says(change, "UCR gives Dovecot 21,000 at its next start"));
	change_free(change);

	/* Nobody may be ended: refused before anything is sent. */
	assert_null(limits_plan_change(&world, hosts, &set, LIMITS_KEEP_STRICTLY, 0, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, "a reload ends every session after 6 seconds"));

	/* With a Dovecot that keeps them, that is what must be so. */
	world.keeps_sessions = true;
	change = limits_plan_change(&world, hosts, &set, LIMITS_KEEP, 0, &error);
	guarded = guarded_of(change);
	assert_true(guarded.keep_sessions);
	assert_null(variable(&guarded, "mail/dovecot/shutdown_clients"));
	change_free(change);

	/* Services alone: what has no variable goes to local.conf, and the rest of that file stays. */
	world = world_of(world.ucr);
	world.bytes = "# ours\nservice lmtp {\n  process_limit = 5\n}\n";
	world.length = strlen(world.bytes);
	set = set_of(&world, 3000, false);
	change = limits_plan_change(&world, hosts, &set, LIMITS_KEEP_NOT, 0, &error);
	guarded = guarded_of(change);
	assert_int_equal(guarded.file_count, 1);
	assert_string_equal(guarded.files[0].path, "/etc/dovecot/local.conf");
	assert_memory_equal(guarded.files[0].bytes, world.bytes, world.length);
	assert_non_null(strstr(guarded.files[0].bytes, "service imap-login {\n  process_limit = 3000\n}\n"));
	assert_string_equal(variable(&guarded, PREFIX "imap/process_limit"), "3000");
	assert_true(says(change, "UCR has no variable for: imap-login process_limit, pop3-login process_limit"));
	assert_true(says(change, "Open files: "));
	change_free(change);

	/* Where Dovecot would not read that file nothing is written, and nothing is lost. */
	world.place_unread = true;
	assert_null(limits_plan_change(&world, hosts, &set, LIMITS_KEEP_NOT, 0, &error));
	assert_non_null(strstr(error.text, "!include_try local.conf"));
	hosts_close(hosts);
	loop_free(loop);
}

static void higher_layers(void **state)
{
	static const char *const policy[] = { PREFIX "auth/client_limit: 2500", NULL };
	struct limits_world world = world_of(layers_of(policy, LAYER_POLICY));
	struct limits_set set = set_of(&world, 3000, true);
	struct host_settings here = { .name = "mail1", .roles = HOST_MAILBOX, .exec = true, .flavour = FLAVOUR_UCS };
	struct loop *loop = loop_new();
	struct hosts *hosts = hosts_open(loop, &here, 1);
	struct error error = { 0 };

	(void)state;
	assert_true(hidden(&world, &set));
	assert_null(limits_plan_change(&world, hosts, &set, LIMITS_KEEP_NOT, 0, &error));
	assert_int_equal(error.kind, ERROR_REFUSED);
	assert_non_null(strstr(error.text, PREFIX "auth/client_limit"));
	world.ucr = NULL;
	assert_null(limits_plan_change(&world, hosts, &set, LIMITS_KEEP_NOT, 0, &error));
	hosts_close(hosts);
	loop_free(loop);
}

/* The open-files limit of the running one: a change without files. */
static void descriptors(void **state)
{
	static const char *const none[] = { NULL };
	struct limits_world world = world_of(layers_of(none, LAYER_NORMAL));
	struct host_settings here = { .name = "mail1", .roles = HOST_MAILBOX, .exec = true };
	struct loop *loop = loop_new();
	struct hosts *hosts = hosts_open(loop, &here, 1);
	struct error error = { 0 };
	struct change *change = limits_descriptors_change(&world, hosts, 15000, 30, &error);
	struct guarded_change guarded = guarded_of(change), again;
	const char *words = guarded_change_json(arena, &guarded);

	(void)state;
	assert_int_equal(guarded.descriptors, 15000);
	assert_int_equal(guarded.descriptors_seen, 2000);
	assert_int_equal(guarded.confirm_s, 30);
	assert_int_equal(guarded.file_count, 0);
	assert_true(guarded_change_read(arena, words, strlen(words), &again, &error));
	assert_int_equal(again.descriptors, 15000);
	assert_true(says(change, "outlive a reload keep the old limit"));
	change_free(change);
	assert_null(limits_descriptors_change(&world, hosts, 2000, 0, &error));
	world.facts->open_files = LIMITS_UNKNOWN;
	assert_null(limits_descriptors_change(&world, hosts, 15000, 0, &error));
	assert_int_equal(error.kind, ERROR_UNREACHABLE);
	hosts_close(hosts);
	loop_free(loop);
}

/* --- memory ------------------------------------------------------------------------------------------ */

static void memory(void **state)
{
	static const char table[] = "    1     0  1000 /sbin/init\n  100     1  3700 /usr/sbin/dovecot -F\n  200     1  3700 /usr/sbin/dovecot -c /srv/two/dovecot.conf\n"
		"  101   100  3000 dovecot/anvil\n  110   100  6100 dovecot/imap\n  111   100  6100 dovecot/imap [a@example.com 192.0.2.1]\n"
		"  112   100  8500 dovecot/imap-login [1 connections]\n  210   200  6100 dovecot-two/imap\n  211   200  8500 dovecot-two/pop3-login\nnonsense\n";
	struct limits_processes *one = limits_processes_read(arena, table, NULL), *two = limits_processes_read(arena, table, "/srv/two/dovecot.conf");
	struct limits_processes *none = limits_processes_read(arena, table, "/srv/three/dovecot.conf");

	(void)state;
	assert_int_equal(one->master, 100);
	assert_int_equal(one->count, 3);
	assert_string_equal(one->paths[0], "/proc/110/smaps_rollup");
	assert_int_equal(two->master, 200);
	assert_int_equal(two->count, 2);
	assert_int_equal(none->master, 0);
	assert_int_equal(none->count, 0);
	limits_processes_measure(one, "/proc/110/smaps_rollup:Private_Dirty:        600 kB\n/proc/111/smaps_rollup:Private_Dirty:       800 kB\n/proc/9/x:Private_Dirty: 5 kB\n");
	assert_int_equal(one->kb[LIMITS_SESSION], 700);
	assert_int_equal(one->measured[LIMITS_SESSION], 2);
	assert_true(one->kb[LIMITS_LOGIN] == LIMITS_UNKNOWN);
	limits_processes_measure(two, "");
	assert_true(two->kb[LIMITS_SESSION] == LIMITS_UNKNOWN);
}

/* Measured figures count, and what is free decides. */
static void held_against_free(void **state)
{
	static const char *const none[] = { NULL };
	struct limits_world world = world_of(layers_of(none, LAYER_NORMAL));
	struct limits_set set;
	struct limits_say said;

	(void)state;
	world.facts->mail_kb = world.facts->login_kb = 1024;
	world.measured_sessions = 5;
	world.measured_logins = 4;
	set = set_of(&world, 1000, true);
	assert_int_equal(set.memory, UINT64_C(3000) * 2 * 1048576);
	said = limits_memory_say(arena, &world, &set);
	assert_true(said.warns);
	assert_non_null(strstr(said.text, "measured: 1024 kB a session, of 5, and 1024 kB a login process, of 4"));
	world.memory_free = UINT64_C(64) << 30;
	assert_false(limits_memory_say(arena, &world, &set).warns);
	world.facts->mail_kb = LIMITS_UNKNOWN;
	assert_non_null(strstr(limits_memory_say(arena, &world, &set).text, "an estimate"));
}

/* What its process has left and those who can have the rest: never less than it was started with. */
static void anvil(void **state)
{
	static const struct { const char *table; uint64_t most; } cases[] = {
		{ "name\tpid\tavailable_count\ttotal_count\nimap\t7\t0\t1\nimap-login\t8\t0\t1\nimap-login\t9\t0\t1\nauth\t3\t998\t3\nanvil\t2\t595\t9\n", 602 },
		{ "available_count\tname\n596\tanvil\n", 600 },
		{ "name\tavailable_count\nanvil\t1\nanvil\t2\n", LIMITS_UNKNOWN },
		{ "name\tavailable_count\nanvil\t\n", LIMITS_UNKNOWN },
		{ "name\tavailable_count\nauth\t9\n", LIMITS_UNKNOWN },
		{ "name\tavailable_count\tlast_status_update\nanvil\t600\t1795200281\n", 604 },
		/* Since a reload it has not told: the number is what is configured now. */
		{ "name\tavailable_count\tlast_status_update\nanvil\t600\t0\n", LIMITS_UNKNOWN },
		{ "name\tpid\nanvil\t2\n", LIMITS_UNKNOWN }, { "", LIMITS_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_true(limits_anvil_started(arena, cases[i].table) == cases[i].most);
	assert_true(limits_anvil_silent(arena, "last_status_update\tname\n0\tauth\n0\tanvil\n"));
	assert_false(limits_anvil_silent(arena, "last_status_update\tname\n0\tauth\n7\tanvil\n"));
	assert_false(limits_anvil_silent(arena, "name\nanvil\n"));
}

/* How long an old password counts, to the second. */
static void cache(void **state)
{
	static const char *const none[] = { NULL };
	static const struct { uint64_t size, ttl; const char *words; } cases[] = {
		{ 1 << 20, 3600, "when its entry is 1 h old" }, { 1 << 20, 5400, "when its entry is 90 m old" }, { 1 << 20, 90, "when its entry is 90 s old" },
		{ 1 << 20, 45, "when its entry is 45 s old" }, { 0, 300, "auth_cache_ttl does nothing while there is no auth cache" },
	};
	struct limits_world world = world_of(layers_of(none, LAYER_NORMAL));
	struct limits_set set = set_of(&world, 1000, true);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_facts *after = limits_facts_copy(arena, set.after);
		struct limits_say *said;
		size_t count, found = 0;

		after->cache_size = cases[i].size;
		after->cache_ttl = cases[i].ttl;
		set.after = after;
		count = limits_says(arena, &world, &set, LIMITS_KEEP, &said);
		for (size_t j = 0; j < count; j++)
			found += strstr(said[j].text, cases[i].words) != NULL;
		assert_int_equal(found, 1);
	}
}

/* Files that Dovecot has not read are not what runs. */
static void running(void **state)
{
	static const char *const none[] = { NULL };
	static const struct { const char *table, *words; } cases[] = {
		{ "name\tprocess_limit\tclient_limit\nimap-login\t400\t1\nauth\t1\t2000\nsomething\t7\t7\n", NULL },
		{ "name\tclient_limit\tprocess_limit\nimap-login\t1\t300\n", "imap-login runs with a process_limit of 300, and the files say 400: " },
		{ "name\tprocess_limit\tclient_limit\nauth\t1\t500\nimap-login\t400\t9\n", "auth runs with a client_limit of 500, and the files say 2,000 (1 more differ): " },
		{ "name\tprocess_limit\nimap-login\t300\n", NULL }, { "", NULL }, { "name\tprocess_limit\tclient_limit\nimap-login\t\t\n", NULL },
	};
	struct limits_world world = world_of(layers_of(none, LAYER_NORMAL));
	struct limits_set set;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *words;

		limits_running(arena, cases[i].table, world.facts);
		words = limits_unread_words(arena, world.facts);
		assert_true(cases[i].words ? words && strncmp(words, cases[i].words, strlen(cases[i].words)) == 0 : !words);
	}
	limits_running(arena, cases[1].table, world.facts);
	assert_string_equal(limits_check(arena, world.facts).findings[0].rule, "not-loaded");
	/* A change that writes brings them with its reload. */
	set = set_of(&world, 1000, true);
	assert_true(set.value_count > 0);
	for (size_t i = 0; i < set.verdict.finding_count; i++)
		assert_string_not_equal(set.verdict.findings[i].rule, "not-loaded");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults), cmocka_unit_test(performance), cmocka_unit_test(follows), cmocka_unit_test(changes), cmocka_unit_test(higher_layers), cmocka_unit_test(descriptors),
		cmocka_unit_test(memory), cmocka_unit_test(held_against_free), cmocka_unit_test(anvil), cmocka_unit_test(running), cmocka_unit_test(cache),
	};

	return cmocka_run_group_tests_name("limits_ucr", tests, set_up, tear_down);
}
