/*
 * test_limits_goal: from a number of connections to a set of values: the
 * manuals' server as a table, and for random servers and goals what a set
 * promises: nobody warns, the goal is reached, and one less of anything raised
 * is too little.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "model/limits.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
/* A UCS server as its template leaves it. */
#define UCS "protocols = imap pop3 lmtp sieve\ndefault_process_limit = 400\ndefault_client_limit = 400\nservice imap {\n process_limit = 400\n}\n" \
	"service pop3 {\n process_limit = 400\n}\nservice managesieve {\n process_limit = 400\n}\nservice auth {\n client_limit = 2000\n}\n" \
	"service anvil {\n client_limit = 1603\n}\n"

static struct arena *arena;
static uint64_t state = 88172645463325252u;

static int set_up(void **unused)
{
	(void)unused;
	arena = arena_new();
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	arena_free(arena);
	return 0;
}

static struct limits_facts *facts_of(const char *configuration)
{
	return limits_read(arena, LIMITS_BLOCKS, configuration, strlen(configuration), NULL);
}

/* "imap-login.process_limit 400 3000", a line each. */
static const char *words_of(const struct limits_set *set)
{
	struct text words = { 0 };
	const char *own;

	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];

		text_addf(&words, "%s.%s %lld %llu\n", value->service ? value->service : "", value->setting, (long long)value->now, (unsigned long long)value->then);
		assert_true(*value->why);
	}
	own = arena_text(arena, text_get(&words));
	text_free(&words);
	return own;
}

static void sets(void **unused)
{
	static const struct { const char *configuration; struct limits_goal goal; uint64_t open_files, cores; const char *values; uint64_t reach; } cases[] = {
		/* The smallest: what is asked for, and what counts it. */
		{ UCS, { .connections = 3000, .protocols = "imap", .tls_percent = 100 }, 2000, 4,
		  "imap.process_limit 400 3000\nimap-login.process_limit 400 3000\nauth.client_limit 2000 4600\nanvil.client_limit 1603 4203\n"
		  "stats.client_limit 400 8000\n.fd_limit 2000 8000\n", 3000 },
		{ UCS, { .connections = 3000, .protocols = "imap pop3", .tls_percent = 100 }, 65535, 4,
		  "imap.process_limit 400 3000\nimap-login.process_limit 400 3000\npop3.process_limit 400 3000\npop3-login.process_limit 400 3000\n"
		  "auth.client_limit 2000 7200\nanvil.client_limit 1603 6803\nstats.client_limit 400 13200\n", 3000 },
		/* The manual's way, with its numbers; managesieve has a number of its own there. */
		{ UCS, { .connections = 3000, .protocols = "imap pop3", .tls_percent = 100, .by_default = true }, 65535, 4,
		  "imap.process_limit 400 3000\n.default_process_limit 400 3000\npop3.process_limit 400 3000\nmanagesieve.process_limit 400 3000\n"
		  "auth.client_limit 2000 15000\nanvil.client_limit 1603 12003\nstats.client_limit 400 21000\n", 3000 },
		/* Webmail without TLS frees its login process. */
		{ UCS, { .connections = 1000, .protocols = "imap", .tls_percent = 60, .of_person = 25 }, 65535, 4,
		  "imap.process_limit 400 1000\nimap-login.process_limit 400 600\nimap.mail_max_userip_connections 10 25\nauth.client_limit 2000 2200\n"
		  "anvil.client_limit 1603 1803\nstats.client_limit 400 3600\n", 1000 },
		/* High performance: a process for each processor. */
		{ UCS, { .connections = 3000, .protocols = "imap", .tls_percent = 100, .mode = LIMITS_PERFORMANCE }, 65535, 4,
		  "imap.process_limit 400 3000\nimap-login.service_count 1 0\nimap-login.process_min_avail 0 4\nimap-login.process_limit 400 4\nimap-login.client_limit 400 750\n"
		  "stats.client_limit 400 5004\n", 3000 },
		/* More than a process can hold: more processes, not a restart. */
		{ UCS, { .connections = 100000, .protocols = "imap", .tls_percent = 100, .mode = LIMITS_PERFORMANCE }, 110000, 2,
		  "imap.process_limit 400 100000\nimap-login.service_count 1 0\nimap-login.process_min_avail 0 2\nimap-login.process_limit 400 34\nimap-login.client_limit 400 2942\n"
		  "stats.client_limit 400 102034\n", 100000 },
		{ "protocols = imap\n", { .connections = 50, .protocols = "imap", .tls_percent = 100 }, 65535, 1, "stats.client_limit 1000 1124\n", 100 },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_facts *facts = facts_of(cases[i].configuration);
		struct limits_set set;

		facts->open_files = cases[i].open_files;
		facts->cores = cases[i].cores;
		set = limits_reach(arena, facts, &cases[i].goal);
		assert_null(set.refused);
		if (strcmp(words_of(&set), cases[i].values) != 0)
			fail_msg("case %zu:\n%sinstead of\n%s", i, words_of(&set), cases[i].values);
		if (set.reach != cases[i].reach)
			fail_msg("case %zu: reaches %llu", i, (unsigned long long)set.reach);
		assert_int_equal(limits_exit_status(&set.verdict), 0);
		assert_true(limits_reaches(arena, set.after, &cases[i].goal, NULL));
	}
}

static void refusals(void **unused)
{
	static const struct { const char *configuration; struct limits_goal goal; const char *words; } cases[] = {
		{ UCS, { .connections = 0, .tls_percent = 100 }, "number of connections" },
		{ UCS, { .connections = 1000001, .tls_percent = 100 }, "number of connections" },
		{ UCS, { .connections = 1, .tls_percent = 101 }, "share of TLS" },
		{ UCS, { .connections = 1, .protocols = "imap submission", .tls_percent = 100 }, "submission is not among" },
		{ UCS, { .connections = 1, .protocols = "lmtp", .tls_percent = 100 }, "has no login service" },
		{ UCS "service auth {\n process_limit = 2\n}\n", { .connections = 1, .tls_percent = 100 }, "process_limit must be 1" },
		{ UCS "service pop3-login {\n process_limit = 4294967295\n}\n", { .connections = 1, .tls_percent = 100 }, "start over" },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_set set = limits_reach(arena, facts_of(cases[i].configuration), &cases[i].goal);

		assert_non_null(set.refused);
		if (!strstr(set.refused, cases[i].words))
			fail_msg("case %zu: %s", i, set.refused);
	}
}

/* --- random ones -------------------------------------------------------------------------------------------- */

static uint64_t roll(uint64_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 16) % below;
}

static struct limits_facts *random_facts(void)
{
	static const char *const protocols[] = { "imap", "imap lmtp", "imap pop3 lmtp sieve", "pop3 imap", "imap pop3 sieve lmtp submission" };
	static const uint32_t numbers[] = { 10, 50, 100, 400, 1000, 1024, 2500, 4000 };
	struct limits_version version = { 2, roll(4) ? 3 : 4, roll(30) == 0 ? 1 : 19 };
	struct limits_facts *facts = limits_facts_new(arena, &version);

	facts->protocols = protocols[roll(COUNT(protocols))];
	facts->default_process_limit = numbers[roll(COUNT(numbers))];
	facts->default_client_limit = numbers[roll(COUNT(numbers))];
	facts->open_files = roll(3) ? 200 + roll(65336) : LIMITS_UNKNOWN;
	facts->cores = roll(5) ? 1 + roll(64) : LIMITS_UNKNOWN;
	facts->peak_of_person = roll(3) ? LIMITS_UNKNOWN : 1 + roll(20);
	facts->peak_of_person_pop3 = roll(3) ? LIMITS_UNKNOWN : 1 + roll(20);
	for (size_t i = 0; i < facts->service_count; i++) {
		struct limits_service *service = &facts->services[i];

		if (service->process_limit != 1 && !roll(4))
			service->process_limit = numbers[roll(COUNT(numbers))];
		if (!service->client_limit && !roll(4))
			service->client_limit = numbers[roll(COUNT(numbers))];
		if (limits_is_login(service) && !roll(4))
			service->service_count = (uint32_t)roll(3) * 50;
		if (limits_is_login(service) && !roll(4))
			service->process_min_avail = (uint32_t)roll(8);
		if (!roll(20))
			service->vsz_limit = (64 + roll(1000)) << 20;
	}
	return facts;
}

static struct limits_goal random_goal(const struct limits_facts *facts)
{
	bool by_default = !roll(3);

	return (struct limits_goal){ .connections = 1 + (roll(3) ? roll(5000) : roll(60000)), .clients_by_default = by_default && roll(2),
		.cache_size = roll(3) ? 0 : (1 + roll(64)) << 20, .cache_ttl = roll(3) ? 0 : 60 * (1 + roll(60)), .tls_percent = roll(3) ? 100 : (unsigned)roll(101),
		.of_person = roll(2) ? 0 : roll(60), .mode = roll(2) ? LIMITS_SECURITY : LIMITS_PERFORMANCE, .by_default = by_default,
		.protocols = !strstr(facts->protocols, "pop3") ? "imap" : roll(2) ? "imap,pop3" : "pop3" };
}

static void take_one(struct limits_facts *facts, const struct limits_value *value)
{
	struct limits_service *service = value->service ? limits_service_named(facts, value->service) : NULL;

	if (strcmp(value->setting, "default_process_limit") == 0)
		facts->default_process_limit--;
	else if (strcmp(value->setting, "default_client_limit") == 0)
		facts->default_client_limit--;
	else if (strcmp(value->setting, "auth_cache_size") == 0)
		facts->cache_size--;
	else if (strcmp(value->setting, "auth_cache_ttl") == 0)
		facts->cache_ttl--;
	else if (strcmp(value->setting, "fd_limit") == 0)
		facts->open_files--;
	else if (strcmp(value->setting, "mail_max_userip_connections") == 0)
		--*(strcmp(value->service, "imap") == 0 ? &facts->userip : &facts->userip_pop3);
	else if (strcmp(value->setting, "process_limit") == 0)
		service->process_limit--;
	else if (strcmp(value->setting, "client_limit") == 0)
		service->client_limit--;
	else if (strcmp(value->setting, "process_min_avail") == 0)
		service->process_min_avail--;
	else
		fail_msg("no such setting: %s", value->setting);
}

static void nothing_left(const struct limits_set *set, const char *goal)
{
	assert_int_equal(set->verdict.error_count, 0);
	if (set->verdict.warning_count)
		fail_msg("%s: %s", goal, set->verdict.warnings[0].text);
	for (size_t i = 0; i < set->verdict.finding_count; i++)
		if (set->verdict.findings[i].severity == LIMITS_WARNING)
			fail_msg("%s: %s %s\n%s", goal, set->verdict.findings[i].rule, set->verdict.findings[i].text, words_of(set));
}

static void one_less_is_too_little(const struct limits_set *set, const struct limits_goal *goal, const char *words)
{
	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];
		bool counts = value->service && strcmp(value->setting, "client_limit") == 0 &&
			(strcmp(value->service, "auth") == 0 || strcmp(value->service, "anvil") == 0);
		struct limits_facts *facts;
		struct limits_verdict verdict;

		/* What the mode turns, and what it lowers, is no raised value. */
		if (strstr(value->setting, "count") || (value->now != LIMITS_UNKNOWN && value->then < value->now))
			continue;
		facts = limits_facts_copy(arena, set->after);
		take_one(facts, value);
		verdict = limits_check(arena, facts);
		if (counts && !verdict.warning_count)
			fail_msg("%s: Dovecot takes one less of %s", words, value->service);
		if (limits_exit_status(&verdict) == 0 && limits_reaches(arena, facts, goal, NULL))
			fail_msg("%s: one less of %s %s would do\n%s", words, value->service ? value->service : "", value->setting, words_of(set));
	}
}

static void random_goals(void **unused)
{
	const char *given = getenv("POSTROOM_SEED");
	unsigned found = 0;

	(void)unused;
	if (given)
		state += strtoull(given, NULL, 10) * 2654435761u;
	print_message("# seed: %s\n", given ? given : "the fixed one");
	for (unsigned round = 0; round < 3000; round++) {
		struct limits_facts *facts;
		struct limits_goal goal;
		struct limits_set set;
		const char *words, *why;

		arena_free(arena);
		arena = arena_new();
		facts = random_facts();
		goal = random_goal(facts);
		set = limits_reach(arena, facts, &goal);
		words = arena_format(arena, "round %u, %llu connections of %s, %u%% TLS, mode %d, by default %d, version 2.%u, open files %lld", round,
			(unsigned long long)goal.connections, goal.protocols, goal.tls_percent, (int)goal.mode, goal.by_default, facts->version.minor,
			(long long)facts->open_files);
		if (set.refused) {
			assert_non_null(strstr(set.refused, "mend that first"));
			continue;
		}
		found++;
		nothing_left(&set, words);
		if (set.reach < goal.connections || !limits_reaches(arena, set.after, &goal, &why))
			fail_msg("%s reaches %llu only: %s\n%s", words, (unsigned long long)set.reach, why, words_of(&set));
		one_less_is_too_little(&set, &goal, words);
		/* What was reached is left alone. */
		set = limits_reach(arena, set.after, &goal);
		if (set.value_count)
			fail_msg("%s: a second time it still wants\n%s", words, words_of(&set));
	}
	assert_true(found > 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets), cmocka_unit_test(refusals), cmocka_unit_test(random_goals),
	};

	return cmocka_run_group_tests_name("limits_goal", tests, set_up, tear_down);
}
