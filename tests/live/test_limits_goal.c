/*
 * Sets of values against the real thing: random servers and goals; what a set
 * writes makes doveconf and the dovecot program warn of nothing. So it is with the
 * bytes of the drop-in that the walk hands to the guardian; there one less of auth's
 * or anvil's client_limit or the open-files limit makes Dovecot warn, and one less of
 * any other raised value fails our own check.
 *
 * 20 of them; with POSTROOM_FULL=1 500, and POSTROOM_LIMITS=N says another
 * number. POSTROOM_SEED repeats a run. Needs root, as a start does.
 */
#include "dovecot_check.h"

#include <sys/resource.h>

#include "model/guarded.h"
#include "settings/guardian.h"
#include "settings/limits_plan.h"

static unsigned long hard_limit(void)
{
	struct rlimit limit = { 0 };

	getrlimit(RLIMIT_NOFILE, &limit);
	return limit.rlim_max > 1000000 ? 1000000 : (unsigned long)limit.rlim_max;
}

static const char *random_server(void)
{
	static const char *const protocols[] = { "imap", "imap lmtp", "imap pop3 lmtp sieve", "pop3 imap sieve" };
	static const unsigned numbers[] = { 10, 50, 100, 400, 1000, 1500 };
	static const char *const services[] = { "imap-login", "pop3-login", "managesieve-login", "imap", "pop3", "lmtp", "auth", "anvil", "stats" };
	struct text out = { 0 };
	char *words;

	text_addf(&out, "protocols = %s\ndefault_process_limit = %u\ndefault_client_limit = %u\n", protocols[roll(COUNT(protocols))],
		numbers[roll(COUNT(numbers))], numbers[roll(COUNT(numbers))]);
	for (size_t i = 0; i < COUNT(services); i++) {
		if (roll(3))
			continue;
		text_addf(&out, "service %s {\n", services[i]);
		if (i < 6 && roll(2))
			text_addf(&out, "  process_limit = %u\n", numbers[roll(COUNT(numbers))]);
		if ((i < 3 || i >= 6) && roll(2))
			text_addf(&out, "  client_limit = %u\n", numbers[roll(COUNT(numbers))]);
		if (i < 3 && roll(2))
			text_addf(&out, "  service_count = %u\n  process_min_avail = %u\n", (unsigned)roll(3), (unsigned)roll(5));
		text_add(&out, "}\n");
	}
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	return words;
}

static bool warned(struct ran ran)
{
	without_directories(ran.complaint);
	return strstr(ran.complaint, "Warning: ") != NULL;
}

static void check_quiet(const char *configuration, const struct limits_set *set)
{
	const char *words[] = { DOVECONF, "-n", "-c", file, NULL };
	struct ran ran;

	write_file(configuration);
	ran = run(words);
	if (ran.status != 0 || *ran.complaint)
		fail_msg("doveconf says %s of\n%s", ran.complaint, configuration);
	ran = run_dovecot((unsigned long)set->after->open_files);
	if (warned(ran))
		fail_msg("dovecot says %s of\n%s", ran.complaint, configuration);
	if (!strstr(ran.complaint, "Fatal: service("))
		fail_msg("dovecot did not come to its services: %s\n%s", ran.complaint, configuration);
}

/* The same file with one less of this value behind it; NULL: it is none of Dovecot's. */
static const char *with_one_less(const char *configuration, const struct limits_value *value)
{
	const char *words = limits_number_words(arena, value->setting, value->then - 1);

	if (strcmp(value->setting, "fd_limit") == 0)
		return NULL;
	if (!value->service)
		return arena_format(arena, "%s%s = %s\n", configuration, value->setting, words);
	return arena_format(arena, "%s%s %s {\n  %s = %s\n}\n", configuration, strcmp(value->setting, "mail_max_userip_connections") == 0 ? "protocol" : "service",
		value->service, value->setting, words);
}

/* What this value may not be less than is found by Dovecot itself, or by us: of what doveconf reads back. */
static void check_own(const char *configuration, const struct limits_set *set, const struct limits_goal *goal, const struct limits_value *value)
{
	const char *less = with_one_less(configuration, value);
	struct limits_facts *facts;
	struct limits_verdict verdict;

	write_file(less ? less : configuration);
	facts = dumped();
	facts->open_files = set->after->open_files - (less == NULL);
	facts->cores = set->after->cores;
	facts->tls_percent = set->after->tls_percent;
	/* doveconf -S has no protocol sections. */
	facts->userip = set->after->userip - (value->service && strcmp(value->setting, "mail_max_userip_connections") == 0 && strcmp(value->service, "imap") == 0);
	facts->userip_pop3 = set->after->userip_pop3 - (value->service && strcmp(value->setting, "mail_max_userip_connections") == 0 &&
		strcmp(value->service, "pop3") == 0);
	verdict = limits_check(arena, facts);
	if (limits_exit_status(&verdict) == 0 && limits_reaches(arena, facts, goal, NULL))
		fail_msg("one less of %s %s would do in\n%s", value->service ? value->service : "", value->setting, configuration);
}

/* Each raised value is as small as can be; how many were looked at by whom is added up. */
static void check_smallest(const char *configuration, const struct limits_set *set, const struct limits_goal *goal, unsigned long *by_dovecot, unsigned long *by_us)
{
	for (size_t i = 0; i < set->value_count; i++) {
		const struct limits_value *value = &set->values[i];
		bool files = strcmp(value->setting, "fd_limit") == 0 && value->then == limits_descriptors(arena, set->after, NULL);
		bool counts = value->service && (strcmp(value->service, "auth") == 0 || strcmp(value->service, "anvil") == 0);

		/* What the mode turns, and what it lowers, is no raised value. */
		if (strstr(value->setting, "count") || (value->now != LIMITS_UNKNOWN && value->then < value->now))
			continue;
		if (!files && !counts) {
			check_own(configuration, set, goal, value);
			++*by_us;
			continue;
		}
		write_file(files ? configuration : with_one_less(configuration, value));
		if (!warned(run_dovecot((unsigned long)set->after->open_files - files)))
			fail_msg("dovecot takes one less of %s %s of\n%s", value->service ? value->service : "", value->setting, configuration);
		++*by_dovecot;
	}
}

/* The bytes that the walk writes for this set, as the guardian gets them; "" where there is nothing to write. */
static const char *written(struct hosts *hosts, struct limits_facts *facts, const struct limits_set *set)
{
	struct limits_world world = { .arena = arena, .server = "mail1", .facts = facts, .place = "/nowhere/conf.d/99-postroom.conf" };
	struct guarded_change guarded = { 0 };
	struct error error = { 0 };
	struct change *change = limits_plan_change(&world, hosts, set, LIMITS_KEEP_NOT, 0, &error);
	const char *words, *bytes;

	if (!change)
		return "";
	words = guarded_set(change, "change");
	assert_non_null(words);
	assert_true(guarded_change_read(arena, words, strlen(words), &guarded, &error));
	assert_int_equal(guarded.file_count, 1);
	bytes = arena_bytes(arena, guarded.files[0].bytes, guarded.files[0].length);
	change_free(change);
	return bytes;
}

static void random_goals(void **state)
{
	unsigned long count = how_many(20, 500), hard = hard_limit(), beyond = 0, values = 0, by_dovecot = 0, by_us = 0;
	struct host_settings here = { .name = "mail1", .roles = HOST_MAILBOX, .exec = true };
	struct hosts *hosts;

	(void)state;
	if (missing() || geteuid() != 0)
		skip();
	hosts = hosts_open(loop, &here, 1);
	for (unsigned long i = 0; i < count; i++) {
		const char *server, *bytes;
		struct limits_facts *facts, *before;
		struct limits_goal goal = { .connections = 1 + roll(3000), .tls_percent = roll(2) ? 100 : (unsigned)roll(101), .of_person = roll(2) ? 0 : roll(50),
			.mode = roll(2) ? LIMITS_SECURITY : LIMITS_PERFORMANCE, .by_default = !roll(3) };
		struct limits_set set;

		goal.clients_by_default = goal.by_default && roll(2);
		goal.cache_size = roll(3) ? 0 : (1 + roll(100)) << 20;
		goal.cache_ttl = roll(3) ? 0 : 60 * (1 + roll(100));

		arena_free(arena);
		arena = arena_new();
		server = random_server();
		write_file(server);
		facts = dumped();
		facts->open_files = 400 + roll(2000);
		facts->cores = 1 + roll(16);
		before = facts;
		set = limits_reach(arena, facts, &goal);
		if (set.refused)
			fail_msg("%s:\n%s", set.refused, server);
		if (set.after->open_files > hard) {
			beyond++;
			continue;
		}
		/* What the walk writes, and doveconf reads back what was meant. */
		bytes = arena_format(arena, "%s%s", server, written(hosts, before, &set));
		check_quiet(bytes, &set);
		facts = dumped();
		facts->open_files = set.after->open_files;
		facts->cores = set.after->cores;
		facts->userip = set.after->userip;
		facts->userip_pop3 = set.after->userip_pop3;
		assert_int_equal(limits_reach(arena, facts, &goal).value_count, 0);
		check_smallest(bytes, &set, &goal, &by_dovecot, &by_us);
		values += set.value_count;
	}
	hosts_close(hosts);
	print_message("# figure: %lu servers and goals (%lu need more descriptors than there may be here), %lu values; one less of %lu makes Dovecot warn, of %lu our own "
		"check fail\n", count, beyond, values, by_dovecot, by_us);
	assert_true(beyond < count / 2 + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(random_goals) };

	return cmocka_run_group_tests_name("limits_goal", tests, set_up, tear_down);
}
