/*
 * Facts that settings are judged by: read from what programs and logs say, and
 * told; greetings judged as Postfix judges them; what was not told is unknown.
 * Main thread.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "tests/unit/settings_bench.h"

/* master.cf with smtpd for two services, one of them with a number of its own. */
static struct settings_state *server_with(const char *set)
{
	struct settings_state *state = settings_state_new(&(struct host_settings){ .name = "mail1", .roles = HOST_MAILBOX | HOST_TRANSPORT, .exec = true }, 1000);

	answer(state, "lines", "/etc/postfix/main.cf:1:# head\n"
		"/etc/postfix/master.cf:1:smtp inet n - y - - smtpd\n/etc/postfix/master.cf:2:submission inet n - y - - smtpd\n"
		"/etc/postfix/master.cf:3:  -o smtpd_sasl_auth_enable=yes\n/etc/postfix/master.cf:4:smtps inet n - y - 20 smtpd\n"
		"/etc/postfix/master.cf:5:qmgr unix n - n 300 1 qmgr\n/etc/postfix/master.cf:6:smtp unix - - y - - smtp\n/etc/postfix/master.cf:7:short line\n");
	answer(state, "postconf-set", set);
	answer(state, "postconf-defaults", "default_process_limit = 100\nvirtual_alias_expansion_limit = 1000\nalways_bcc =\nsmtpd_helo_restrictions =\n"
		"mynetworks = 127.0.0.0/8 192.0.2.0/24 [2001:db8::]/32\nvirtual_mailbox_domains =\nvirtual_alias_domains = $virtual_alias_maps\nrelay_domains =\n"
		"message_size_limit = 10240000\nmailbox_size_limit = 51200000\nvirtual_mailbox_limit = 51200000\n");
	answer(state, "dovecot-values", "auth_cache_size=1 M\n");
	answer(state, "dovecot-defaults", "auth_cache_size=0\n");
	settings_state_end(state);
	return state;
}

/* All lines of a setting as one text, a line each, "! " in front of a warning. */
static const char *told(const struct settings_state *state, const char *name, const char *value, const struct setting_facts *facts)
{
	struct setting_lines lines = settings_lines(arena, state, setting_find(name, NULL), value, facts);
	const char *all = "";

	for (size_t i = 0; i < lines.count; i++)
		all = arena_format(arena, "%s%s%s|%s\n", all, lines.lines[i].weight == SETTING_WARNING ? "! " : "", lines.lines[i].label, lines.lines[i].text);
	return all;
}

static void holds(const char *all, const char *words)
{
	if (!strstr(all, words))
		fail_msg("\"%s\" is not in:\n%s", words, all);
}

/* --- groups -------------------------------------------------------------------------------------------- */

static void the_largest_group_is_found(void **state)
{
	static const struct fact_group groups[] = {
		{ "group", "staff", "staff@example.com", "anna, bert", "Sales, it" },
		{ "group", "sales", "", "carl, dora, emil", "" },
		{ "group", "it", "", "fred", "staff" },
		{ "mailing list", "all", "all@example.com", "STAFF@example.com, x@elsewhere.example, y@elsewhere.example", NULL },
		{ "mailing list", "empty", "empty@example.com", "", NULL },
		{ "group", "huge", "", "a, b, c, d, e, f, g, h, i, j, k", "" },
	};
	struct setting_facts facts = setting_facts_none();

	(void)state;
	facts_take_groups(arena, &facts, groups, sizeof groups / sizeof *groups);
	assert_string_equal(facts.largest_name, "mailing list all@example.com");
	/* staff: two, three of sales, one of it, whose circle is gone round once; and two outside. */
	assert_int_equal(facts.largest_group, 8);
	holds(told(NULL, "alias-expansion-limit", "5", &facts), "! largest|mailing list all@example.com becomes up to 8 recipients today, above the limit of 5");
	holds(told(NULL, "alias-expansion-limit", "8", &facts), "! largest|mailing list all@example.com becomes up to 8 recipients today; a tenth more");
	holds(told(NULL, "alias-expansion-limit", "1000", &facts), "largest|The largest group or list today is mailing list all@example.com with up to 8");
	facts = setting_facts_none();
	facts_take_groups(arena, &facts, &groups[1], 1);
	holds(told(NULL, "alias-expansion-limit", "5", &facts), "No group and no list has an address");
	facts = setting_facts_none();
	assert_string_equal(told(NULL, "alias-expansion-limit", "5", &facts), "");
	facts.why[FACT_LARGEST] = "the directory is down";
	assert_string_equal(told(NULL, "alias-expansion-limit", "5", &facts), "largest|not known: the directory is down\n");
}

/* A chain of groups, each in the next one, longer than what is followed: it ends, whatever it counts. */
static void long_chains_end(void **state)
{
	struct fact_group *groups = arena_alloc(arena, 500 * sizeof *groups);
	struct setting_facts facts = setting_facts_none();

	(void)state;
	for (size_t i = 0; i < 500; i++)
		groups[i] = (struct fact_group){ "group", arena_format(arena, "g%zu", i), i ? "" : "g@example.com", "x", arena_format(arena, "g%zu", (i + 1) % 500) };
	facts_take_groups(arena, &facts, groups, 500);
	assert_true(facts.largest_group >= 60 && facts.largest_group <= 500);
}

/* --- address, domains ------------------------------------------------------------------------------------ */

static void an_archive_that_is_not_there_is_told(void **state)
{
	static const struct { int exists; const char *words; } cases[] = {
		{ 1, "address|archive@example.com exists: user archive" }, { 0, "! address|archive@example.com does not exist" },
		{ -1, "! address|Whether archive@example.com exists is not known" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct setting_facts facts = setting_facts_none();

		facts.known = FACT(FACT_ARCHIVE);
		facts.archive_exists = cases[i].exists;
		facts.archive_address = "archive@example.com";
		facts.archive_holder = "user archive";
		holds(told(NULL, "archive-copy", "archive@example.com", &facts), cases[i].words);
		/* Asked for one address, told of another: nothing is known of that. */
		holds(told(NULL, "archive-copy", "other@example.com", &facts), "! address|Whether other@example.com exists is not known");
		assert_string_equal(told(NULL, "archive-copy", "", &facts), "");
	}
}

static void domains_are_compared_both_ways(void **state)
{
	static const char *const domains[] = { "example.com", "example.org", NULL }, *const answered[] = { "example.org", NULL };
	struct settings_state *server = server_with("virtual_mailbox_domains = Example.com, old.example\nrelay_domains = example.org\n");
	struct setting_facts facts = setting_facts_none();
	const char *all;

	(void)state;
	facts.known = FACT(FACT_DOMAINS);
	facts.domains = domains;
	all = told(server, "mailbox-domains", NULL, &facts);
	holds(all, "! directory|Not taken by mail1 although they are mail domains of the directory: example.org");
	holds(all, "! only here|Taken by mail1, and no mail domains of the directory: old.example");
	holds(all, "! both|example.org is relayed here");
	settings_state_free(server);
	server = server_with("virtual_mailbox_domains = example.com ldap:/etc/postfix/domains\n");
	holds(told(server, "mailbox-domains", NULL, &facts), "directory|Not named here, and whether a table has them is not known: example.org");
	facts.answered = answered;
	all = told(server, "mailbox-domains", NULL, &facts);
	holds(all, "directory|All 2 mail domains of the directory are taken by mail1");
	holds(all, "tables|ldap:/etc/postfix/domains, asked");
	settings_state_free(server);
}

/* --- processes ------------------------------------------------------------------------------------------------ */

static const char ps[] = "    1     0  9000 systemd\n  100     1  5000 master\n  200     1  5000 master\n  101   100  8000 smtpd\n  102   100  6000 smtpd\n"
	"  103   100  7000 qmgr\n  201   200  9999 smtpd\n  301     1  4000 lmtp\nnonsense\n";

static void processes_of_postfix_are_counted(void **state)
{
	struct settings_state *server = server_with("");
	struct setting_facts facts = setting_facts_none();
	const char *const *paths = facts_memory_paths(arena, ps, 100);
	const char *all;

	(void)state;
	assert_string_equal(paths[0], "/proc/101/smaps_rollup");
	assert_string_equal(paths[2], "/proc/103/smaps_rollup");
	assert_null(paths[3]);
	facts_take_processes(arena, &facts, ps, 100);
	assert_int_equal(facts.process_count, 2);
	assert_int_equal(facts.processes[0].count, 2);
	assert_int_equal(facts.processes[0].resident, 14000 * 1024);
	all = told(server, "process-limit", "100", &facts);
	holds(all, "what they share is counted in each");
	/* 101 has gone before it was asked. */
	facts_take_own(arena, &facts, ps, "/proc/102/smaps_rollup:Private_Clean:   100 kB\n/proc/102/smaps_rollup:Private_Dirty:   924 kB\n"
		"/proc/103/smaps_rollup:Private_Dirty:   512 kB\n", 100);
	assert_int_equal(facts.processes[0].own, 2 * 1024 * 1024);
	facts_take_memory(&facts, "MemTotal:  1024000 kB\nMemFree: 1 kB\nMemAvailable:  204800 kB\n");
	all = told(server, "process-limit", "100", &facts);
	/* Two services without a number of their own: 200, less the two that run; qmgr has its own. */
	holds(all, "smtpd: 2 now, 1 MB each; up to 100 for each of 2 services, 198 MB more");
	holds(all, "at limit|All at 100 need 198 MB more; 200 MB of 1000 MB are free now; none of smtp runs now, so theirs is not in it");
	assert_null(strstr(all, "qmgr:"));
	holds(told(server, "process-limit", "200", &facts), "! at limit|All at 200 need 398 MB more, and 200 MB");
	facts.memory_free = -1;
	holds(told(server, "process-limit", "100", &facts), "how much memory is free is not known");
	/* Without the number of the first process every master counts. */
	facts = setting_facts_none();
	facts_take_processes(arena, &facts, ps, 0);
	assert_int_equal(facts.processes[0].count, 3);
	facts = setting_facts_none();
	facts_take_processes(arena, &facts, "", 0);
	assert_false(facts.known & FACT(FACT_PROCESSES));
	settings_state_free(server);
}

/* --- greetings ---------------------------------------------------------------------------------------------------- */

static void greetings_are_judged_as_postfix_does(void **state)
{
	static const struct { const char *rules, *name; enum helo_verdict verdict; } cases[] = {
		{ "reject_invalid_helo_hostname", "mail.example.com", HELO_TAKEN }, { "reject_invalid_helo_hostname", "printer", HELO_TAKEN },
		{ "reject_invalid_helo_hostname", "my_host", HELO_TAKEN }, { "reject_invalid_helo_hostname", "a..b", HELO_REFUSED },
		{ "reject_invalid_helo_hostname", "-a.example", HELO_REFUSED }, { "reject_invalid_helo_hostname", "a b", HELO_REFUSED },
		{ "reject_invalid_helo_hostname", "192.0.2.1", HELO_TAKEN }, { "reject_invalid_helo_hostname", "[192.0.2.1]", HELO_TAKEN },
		{ "reject_invalid_helo_hostname", "[192.0.2.]", HELO_REFUSED }, { "reject_invalid_helo_hostname", "[IPv6:2001:db8::1]", HELO_TAKEN },
		{ "reject_invalid_helo_hostname", "mail.example.com.", HELO_TAKEN }, { "reject_invalid_helo_hostname", "mail..", HELO_REFUSED },
		{ "reject_invalid_helo_hostname", "h\xc3\xb6st.example", HELO_REFUSED }, { "reject_invalid_hostname", "a..b", HELO_REFUSED },
		{ "reject_non_fqdn_helo_hostname", "printer", HELO_REFUSED }, { "reject_non_fqdn_helo_hostname", "mail.example.com", HELO_TAKEN },
		{ "reject_non_fqdn_helo_hostname", "192.0.2.1", HELO_REFUSED }, { "reject_non_fqdn_helo_hostname", "[192.0.2.1]", HELO_TAKEN },
		{ "reject_unknown_helo_hostname", "mail.example.com", HELO_ASKS_DNS }, { "reject_unknown_helo_hostname", "a..b", HELO_REFUSED },
		{ "reject_unknown_helo_hostname, reject_non_fqdn_helo_hostname", "printer", HELO_REFUSED },
		{ "check_helo_access hash:/etc/postfix/helo", "printer", HELO_NOT_JUDGED },
		{ "check_helo_access reject, permit", "printer", HELO_NOT_JUDGED },
		{ "warn_if_reject reject_non_fqdn_helo_hostname", "printer", HELO_WARNED },
		{ "warn_if_reject reject_non_fqdn_helo_hostname, reject_invalid_helo_hostname", "a..b", HELO_REFUSED },
		{ "permit_mynetworks, reject_non_fqdn_helo_hostname", "printer", HELO_REFUSED },
		{ "permit, reject", "printer", HELO_TAKEN }, { "reject", "mail.example.com", HELO_REFUSED }, { "", "a..b", HELO_TAKEN },
	};
	static const struct { const char *address; bool login; enum helo_verdict verdict; } spared[] = {
		{ "192.0.2.7", false, HELO_TAKEN }, { "192.0.3.7", false, HELO_REFUSED }, { "192.0.3.7", true, HELO_TAKEN },
		{ "2001:db8:1::1", false, HELO_TAKEN }, { "2001:db9::1", false, HELO_REFUSED }, { "unknown", false, HELO_REFUSED },
	};
	const char *rule;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct fact_helo helo = { .name = cases[i].name, .address = "198.51.100.1", .client = "unknown" };

		if (helo_judge(arena, cases[i].rules, "127.0.0.0/8", &helo, false, &rule) != cases[i].verdict)
			fail_msg("%s: \"%s\" (%s)", cases[i].rules, cases[i].name, rule ? rule : "none");
	}
	for (size_t i = 0; i < sizeof spared / sizeof *spared; i++) {
		const struct fact_helo helo = { .name = "printer", .address = spared[i].address, .client = "unknown" };

		if (helo_judge(arena, "permit_mynetworks permit_sasl_authenticated reject_non_fqdn_helo_hostname", "127.0.0.0/8, 192.0.2.0/24 [2001:db8::]/32 hash:/x", &helo,
				spared[i].login, &rule) != spared[i].verdict)
			fail_msg("%s", spared[i].address);
	}
}

static const char mail_log[] =
	"Nov 20 09:00:00 mail1 postfix/smtpd[10]: connect from unknown[198.51.100.7]\n"
	"Nov 20 09:00:01 mail1 postfix/smtpd[10]: NOQUEUE: reject_warning: RCPT from unknown[198.51.100.7]: 504 5.5.2 <printer>: Helo command rejected: need "
	"fully-qualified hostname; from=<a@example.com> to=<b@example.com> proto=ESMTP helo=<printer>\n"
	"Nov 20 09:00:02 mail1 postfix/smtpd[10]: NOQUEUE: reject: RCPT from unknown[198.51.100.7]: 550 5.1.1 <x@example.com>: Recipient address rejected; "
	"from=<a@example.com> to=<x@example.com> proto=ESMTP helo=<printer>\n"
	"Nov 20 09:00:03 mail1 postfix/submission/smtpd[11]: connect from laptop.example[203.0.113.5]\n"
	"Nov 20 09:00:03 mail1 postfix/submission/smtpd[11]: < laptop.example[203.0.113.5]: EHLO laptop\r\n"
	"Nov 20 09:00:04 mail1 postfix/submission/smtpd[11]: A1B2: client=laptop.example[203.0.113.5], sasl_method=PLAIN, sasl_username=anna\n"
	"Nov 20 09:00:05 mail1 postfix/smtpd[12]: connect from mx.example.net[192.0.2.9]\n"
	"Nov 20 09:00:06 mail1 postfix/smtpd[12]: NOQUEUE: reject: RCPT from mx.example.net[192.0.2.9]: 450 4.1.8; from=<> to=<> proto=ESMTP helo=<mx.example.net>\n"
	"Nov 20 09:00:07 mail1 dovecot: imap-login: helo=<never> from nobody[1.2.3.4]\nhelo=<\nNov 20 postfix/smtpd[1]: x from a[1.2.3.4 helo=<y>\n";

static void a_mail_log_tells_few_greetings(void **state)
{
	struct settings_state *server = server_with("smtpd_helo_restrictions = permit_sasl_authenticated, reject_non_fqdn_helo_hostname\n");
	struct setting_facts facts = setting_facts_none();
	const char *all;

	(void)state;
	facts_take_mail_log(arena, &facts, mail_log, strlen(mail_log));
	assert_int_equal(facts.connections, 3);
	assert_int_equal(facts.helo_count, 3);
	assert_string_equal(facts.helos[0].name, "printer");
	assert_int_equal(facts.helos[0].times, 2);
	assert_string_equal(facts.logins[0], "203.0.113.5");
	assert_string_equal(facts.log_begins, "Nov 20 09:00:00");
	all = told(server, "helo-restrictions", NULL, &facts);
	holds(all, "mail log|3 connections in the last 11 lines of the mail log, since Nov 20 09:00:00.");
	holds(all, "! turned away|1 of the 3 greetings that the log tells:");
	holds(all, "2 x  printer  from 198.51.100.7  reject_non_fqdn_helo_hostname");
	assert_null(strstr(all, "laptop"));
	/* Without the exception for logins the laptop is out too. */
	all = told(server, "helo-restrictions", "reject_non_fqdn_helo_hostname", &facts);
	holds(all, "! turned away|2 of the 3");
	holds(all, "laptop  from 203.0.113.5 (laptop.example)");
	holds(told(server, "helo-restrictions", "reject_unknown_helo_hostname", &facts), "3 more depend on what the DNS knows");
	holds(told(server, "helo-restrictions", "warn_if_reject reject", &facts), "3 would only be warned of");
	facts = setting_facts_none();
	facts_take_mail_log(arena, &facts, "", 0);
	holds(told(server, "helo-restrictions", NULL, &facts), "put warn_if_reject in front");
	facts = setting_facts_none();
	facts.why[FACT_HELO] = "mail1: permission denied";
	holds(told(server, "helo-required", "yes", &facts), "mail log|not known who would be turned away: mail1: permission denied");
	settings_state_free(server);
}

/* Any part of a log, and bytes that are none, are read without harm. */
static void cut_logs_are_read(void **state)
{
	char bytes[sizeof mail_log];

	(void)state;
	for (size_t i = 0; i < sizeof mail_log; i += 3) {
		struct setting_facts facts = setting_facts_none();

		memcpy(bytes, mail_log, sizeof mail_log);
		facts_take_mail_log(arena, &facts, bytes + i, sizeof mail_log - 1 - i);
		assert_true(facts.helo_count <= 4);
		bytes[i] = '\0';
		facts_take_mail_log(arena, &facts, bytes, sizeof mail_log - 1);
		assert_true(facts.helo_count <= 4);
	}
}

/* --- Dovecot -------------------------------------------------------------------------------------------------------- */

static void the_cache_is_told_by_metric_or_log(void **state)
{
	static const char stats[] = "metric_name\tfield\tcount\tsum\nauth_userdb_hit\tduration\t1\t5\nauth_passdb\tduration\t4\t4030\nauth_passdb_miss\tduration\t1\t3976\n"
		"auth_passdb_hit\tduration\t3\t54\n";
	static const char log[] = "Nov 20 12:12:30 auth: Info: Authentication cache hits 1/4 (25%)\nNov 20 12:12:30 auth: Info: Authentication cache inserts: 1\n"
		"Nov 20 13:12:30 auth: Info: Authentication cache hits 3/4 (75%)\n";
	struct settings_state *server = server_with("");
	struct setting_facts facts = setting_facts_none();

	(void)state;
	assert_true(facts_take_metrics(arena, &facts, stats));
	holds(told(server, "login-cache-size", NULL, &facts), "hit rate|75 %: 3 of 4 logins came out of the cache (metric auth_passdb,");
	facts = setting_facts_none();
	assert_false(facts_take_metrics(arena, &facts, "metric_name\tfield\tcount\nimap_command\tduration\t0\n"));
	assert_true(facts_take_cache_log(arena, &facts, log, strlen(log)));
	holds(told(server, "login-cache-ttl", NULL, &facts), "hit rate|75 %: 3 of 4 logins came out of the cache (the log, Nov 20 13:12:30)");
	facts = setting_facts_none();
	assert_false(facts_take_cache_log(arena, &facts, "Authentication cache hits 5/4 (", 30));
	assert_false(facts_take_cache_log(arena, &facts, "Authentication cache hits", 25));
	facts.why[FACT_CACHE] = "no metric tells it";
	holds(told(server, "login-cache-size", NULL, &facts), "hit rate|not known: no metric tells it");
	holds(told(NULL, "login-cache-size", NULL, &facts), "not known");
	answer(server, "dovecot-values", "auth_cache_size=0\n");
	holds(told(server, "login-cache-size", NULL, &facts), "None: the cache is off");
	settings_state_free(server);
}

static void log_files_are_joined(void **state)
{
	struct setting_facts facts = setting_facts_none();
	const char *all;

	(void)state;
	facts_take_log_files(arena, &facts, "Looking for log files from /var/log\nDebug: Not found\nInfo: /var/log/dovecot.info\nWarning: /var/log/dovecot.log\n"
		"Error: /var/log/dovecot.log\nFatal: /var/log/dovecot.log\n");
	all = told(NULL, "log-path", NULL, &facts);
	holds(all, "! arrives in|no file that Dovecot found: Debug\n|/var/log/dovecot.info: Info\n|/var/log/dovecot.log: Warning, Error, Fatal\n");
	facts = setting_facts_none();
	facts_take_log_files(arena, &facts, "");
	assert_false(facts.known & FACT(FACT_LOG));
}

/* --- sizes, copies ---------------------------------------------------------------------------------------------------- */

static void sizes_stand_beside_each_other(void **state)
{
	struct settings_state *server = server_with("message_size_limit = 60000000\n");
	const char *all = told(server, "message-size", NULL, NULL);

	(void)state;
	holds(all, "attachment|A message of 57.2 MB holds about 41.8 MB");
	holds(all, "! mailboxes|mailbox-file-size is 48.8 MB: below");
	holds(told(server, "message-size", "0", NULL), "! attachment|Any size is taken");
	settings_state_free(server);
}

static void outcomes_are_four(void **state)
{
	struct settings_state *server = settings_state_new(&(struct host_settings){ .name = "mail2", .roles = HOST_MAILBOX, .flavour = FLAVOUR_UCS }, 1000);
	const char *all;

	(void)state;
	answer(server, "lines", "/etc/univention/base.conf:3:mail/dovecot/mailbox/rename: yes\n");
	settings_state_end(server);
	all = told(server, "mailbox-rename", NULL, NULL);
	holds(all, "outcomes|NOW rename yes, delete no: the mail moves to a changed address. Of a deleted person it stays on the disk");
	holds(all, "\n|rename no, delete yes: ");
	holds(told(server, "mailbox-delete", "yes", NULL), "! |NOW rename yes, delete yes: the mail moves");
	settings_state_free(server);
}

static void a_copy_outlives_its_facts(void **state)
{
	struct arena *old = arena_new();
	struct setting_facts facts = setting_facts_none(), *copy;

	(void)state;
	facts_take_mail_log(old, &facts, mail_log, strlen(mail_log));
	facts_take_processes(old, &facts, ps, 100);
	facts_take_log_files(old, &facts, "Info: /var/log/x\n");
	facts.why[FACT_CACHE] = arena_text(old, "why");
	copy = setting_facts_copy(arena, &facts);
	arena_free(old);
	assert_string_equal(copy->helos[0].name, "printer");
	assert_string_equal(copy->logins[0], "203.0.113.5");
	assert_string_equal(copy->processes[0].name, "smtpd");
	assert_string_equal(copy->log_files[0].path, "/var/log/x");
	assert_string_equal(copy->why[FACT_CACHE], "why");
	assert_null(copy->domains);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_largest_group_is_found), TEST(long_chains_end), TEST(an_archive_that_is_not_there_is_told), TEST(domains_are_compared_both_ways),
		TEST(processes_of_postfix_are_counted), TEST(greetings_are_judged_as_postfix_does), TEST(a_mail_log_tells_few_greetings), TEST(cut_logs_are_read),
		TEST(the_cache_is_told_by_metric_or_log), TEST(log_files_are_joined), TEST(sizes_stand_beside_each_other), TEST(outcomes_are_four),
		TEST(a_copy_outlives_its_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
