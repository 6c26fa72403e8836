/*
 * test_limits: Dovecot's limit rules as a table: the manuals' examples, the
 * words of each version, what counts and what does not, and each finding of our
 * own at its edge.  tests/live/test_limits.c holds the same against the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/limits.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define ALL "protocols = imap pop3 lmtp sieve\n"

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

static struct limits_facts *facts_of(const char *configuration, const char *version)
{
	struct limits_version own;

	assert_true(limits_version_read(version ? version : "2.3.19.1", &own));
	return limits_read(arena, LIMITS_BLOCKS, configuration, strlen(configuration), &own);
}

/* --- Dovecot's own --------------------------------------------------------------------------------------- */

static void sums(void **state)
{
	static const struct { const char *configuration, *version; uint32_t auth, anvil; } cases[] = {
		/* The manuals: 400 everywhere, then 3000. */
		{ ALL "default_process_limit = 400\n", NULL, 2000, 1603 },
		{ ALL "default_process_limit = 3000\n", NULL, 15000, 12003 },
		/* Nothing but the built-in 100. */
		{ "protocols = imap\n", NULL, 200, 203 },
		{ "protocols = pop3\n", NULL, 100, 103 },
		{ "protocols = lmtp\n", NULL, 100, 3 },
		{ "protocols = sieve\n", NULL, 100, 103 },
		{ "protocols = submission\n", NULL, 100, 103 },
		{ "protocols =\n", NULL, 0, 3 },
		{ "protocols = none\n", NULL, 0, 3 },
		{ "protocols = imap imap\n", NULL, 200, 203 },
		/* Mail services count for auth only where they live on; hibernate never since 2.3. */
		{ "protocols = imap\nservice imap {\n service_count = 0\n}\n", NULL, 1224, 203 },
		{ "protocols = imap\nservice imap-hibernate {\n process_limit = 7\n}\n", NULL, 200, 203 },
		{ "protocols = imap\nservice imap-hibernate {\n process_limit = 7\n}\n", "2.2.36", 207, 203 },
		/* lmtp stops to count where it ends after one connection, as it does since 2.4.1. */
		{ "protocols = lmtp\nservice lmtp {\n service_count = 1\n}\n", NULL, 0, 3 },
		{ "protocols = lmtp\n", "2.4.0", 100, 3 },
		{ "protocols = lmtp\n", "2.4.1", 0, 3 },
		/* Login services count whatever their service_count; without a protocol only for anvil. */
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 4\n}\n", NULL, 104, 107 },
		{ "protocols =\nservice own {\n type = login\n process_limit = 9\n}\n", NULL, 0, 12 },
		{ "protocols = imap\nservice own {\n type = login\n protocol = imap\n process_limit = 9\n}\n", NULL, 209, 212 },
		{ "protocols = imap\nservice own {\n type = login\n protocol = pop3\n process_limit = 9\n}\n", NULL, 200, 203 },
		/* 32 bits. */
		{ "protocols = imap\nservice imap-login {\n process_limit = 4294967295\n}\n", NULL, 99, 102 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_sums found = limits_sums(facts_of(cases[i].configuration, cases[i].version));

		if (found.auth != cases[i].auth || found.anvil != cases[i].anvil)
			fail_msg("%s: %u and %u, wanted %u and %u", cases[i].configuration, found.auth, found.anvil, cases[i].auth, cases[i].anvil);
	}
}

static void texts(void **state)
{
	static const char ucs[] = ALL "default_process_limit = 3000\ndefault_client_limit = 3000\n"
		"service auth {\n client_limit = 2000\n}\nservice anvil {\n client_limit = 1603\n}\n";
	static const char one[] = "protocols = imap\nservice auth {\n client_limit = 199\n}\n";
	static const struct { const char *configuration, *version; uint64_t open_files; const char *texts[3]; } cases[] = {
		{ ucs, "2.3.4", 65535, { "service auth { client_limit=2000 } is lower than required under max. load (15000)",
			"service anvil { client_limit=1603 } is lower than required under max. load (12003)" } },
		{ ALL "default_process_limit = 3000\ndefault_client_limit = 3000\nservice auth {\n client_limit = 15000\n}\nservice anvil {\n client_limit = 12003\n}\n",
		  "2.3.4", 2000, { "fd limit (ulimit -n) is lower than required under max. load (2000 < 15000), because of service auth { client_limit }" } },
		{ one, "2.3.15", 1000, { "service auth { client_limit=199 } is lower than required under max. load (200)" } },
		{ one, "2.3.16", 1000, { "service auth { client_limit=199 } is lower than required under max. load (200). Counted for protocol services with "
			"service_count != 1: service imap-urlauth-login { process_limit=100 } + service imap-login { process_limit=100 }" } },
		{ one, "2.4.0", 1000, { "service auth { client_limit=199 } is lower than required under max. load (200). Counted for protocol services with "
			"restart_request_count != 1: service imap-urlauth-login { process_limit=100 } + service imap-login { process_limit=100 }" } },
		{ "protocols = imap\nservice anvil {\n client_limit = 202\n}\n", NULL, 1000, { "service anvil { client_limit=202 } is lower than required under "
			"max. load (203). Counted with: service imap-urlauth-login { process_limit=100 } + service imap-login { process_limit=100 } + service auth { process_limit=1 }" } },
		/* Equal is enough. */
		{ "protocols = imap\nservice auth {\n client_limit = 200\n}\nservice anvil {\n client_limit = 203\n}\n", NULL, 1000, { NULL } },
		{ "protocols =\n", NULL, 999, { "fd limit (ulimit -n) is lower than required under max. load (999 < 1000), because of default_client_limit" } },
		{ "protocols =\n", "2.4.0", 999, { "fd limit (ulimit -n) is lower than required under max. load (999 < 1000), because of service stats { client_limit }" } },
		{ "protocols =\n", NULL, LIMITS_UNKNOWN, { NULL } },
		/* A value of a protocol that is off does not count, the first of equal ones gives its name. */
		{ "protocols =\nservice imap-login {\n client_limit = 5000\n}\n", NULL, 1000, { NULL } },
		{ "protocols =\nservice auth {\n client_limit = 5000\n}\nservice dict {\n client_limit = 5000\n}\n", NULL, 1000,
		  { "fd limit (ulimit -n) is lower than required under max. load (1000 < 5000), because of service dict { client_limit }" } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_facts *facts = facts_of(cases[i].configuration, cases[i].version);
		struct limits_verdict verdict = { 0 };
		size_t wanted = 0;

		facts->open_files = cases[i].open_files;
		limits_judge(arena, facts, &verdict);
		assert_int_equal(verdict.error_count, 0);
		while (wanted < 3 && cases[i].texts[wanted])
			wanted++;
		if (verdict.warning_count != wanted)
			fail_msg("%zu warnings instead of %zu of\n%s", verdict.warning_count, wanted, cases[i].configuration);
		for (size_t j = 0; wanted && j < verdict.warning_count; j++) {
			if (cases[i].version && strcmp(cases[i].version, "2.3.4") == 0) {
				assert_string_equal(verdict.warnings[j].text, cases[i].texts[j]);
				assert_int_equal(limits_exit_status(&verdict), 1);
			}
			if (strcmp(verdict.warnings[j].text, cases[i].texts[j]) != 0)
				fail_msg("%s\ninstead of\n%s", verdict.warnings[j].text, cases[i].texts[j]);
		}
	}
}

static void values_of_warnings(void **state)
{
	struct limits_facts *facts = facts_of(ALL "default_process_limit = 3000\ndefault_client_limit = 3000\n"
		"service auth {\n client_limit = 2000\n}\nservice anvil {\n client_limit = 1603\n}\n", NULL);
	struct limits_verdict verdict = { 0 };

	(void)state;
	facts->open_files = 2000;
	limits_judge(arena, facts, &verdict);
	assert_int_equal(verdict.warning_count, 3);
	assert_string_equal(verdict.warnings[0].service, "auth");
	assert_string_equal(verdict.warnings[0].setting, "client_limit");
	assert_int_equal(verdict.warnings[0].value, 2000);
	assert_int_equal(verdict.warnings[0].required, 15000);
	assert_string_equal(verdict.warnings[1].service, "anvil");
	assert_int_equal(verdict.warnings[1].value, 1603);
	assert_int_equal(verdict.warnings[1].required, 12003);
	assert_null(verdict.warnings[2].service);
	assert_string_equal(verdict.warnings[2].setting, "fd_limit");
	assert_int_equal(verdict.warnings[2].value, 2000);
	assert_int_equal(verdict.warnings[2].required, 3000);
}

/* What runs keeps what it was started with, until it runs with what is needed. */
static void anvil_outlives_a_reload(void **state)
{
	static const struct { const char *clients; uint64_t started, lacks; } cases[] = {
		{ "12003", 600, 12003 }, { "12003", 12002, 12003 }, { "12003", 12003, 0 }, { "12003", LIMITS_UNKNOWN, 0 },
		/* More than is needed need not run; less than that must be raised first, and is all that a restart brings. */
		{ "50000", 12003, 0 }, { "50000", 600, 12003 }, { "1603", 1603, 0 }, { "1603", 600, 1603 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_facts *facts = facts_of(arena_format(arena, ALL "default_process_limit = 3000\ndefault_client_limit = 21000\n"
			"service anvil {\n client_limit = %s\n}\n", cases[i].clients), NULL);
		struct limits_verdict verdict = { 0 };
		bool found = false;

		facts->anvil_started = cases[i].started;
		assert_int_equal(limits_anvil_lacks(facts), cases[i].lacks);
		limits_find(arena, facts, &verdict);
		for (size_t j = 0; j < verdict.finding_count; j++)
			found |= strcmp(verdict.findings[j].rule, "anvil-restart") == 0 && verdict.findings[j].severity == LIMITS_WARNING;
		assert_int_equal(found, cases[i].lacks != 0);
		if (cases[i].lacks)
			assert_non_null(strstr(limits_anvil_words(arena, facts), "until Dovecot is restarted"));
		else
			assert_null(limits_anvil_words(arena, facts));
	}
}

static void errors(void **state)
{
	static const struct { const char *configuration, *version, *error; size_t warnings; } cases[] = {
		{ "listen =\n", NULL, "listen can't be set empty", 0 },
		{ "first_valid_uid = 5\nlast_valid_uid = 4\n", NULL, "first_valid_uid can't be larger than last_valid_uid", 0 },
		{ "first_valid_gid = 5\nlast_valid_gid = 4\n", NULL, "first_valid_gid can't be larger than last_valid_gid", 0 },
		{ "first_valid_uid = 5\nlast_valid_uid = 0\n", NULL, NULL, 0 },
		{ "service x {\n type = odd\n}\n", NULL, "Unknown service type: odd", 0 },
		{ "protocols = imap none\n", NULL, "protocols: Unknown protocol: none", 0 },
		{ "protocols = gopher\n", NULL, "protocols: Unknown protocol: gopher", 0 },
		{ "protocols = own\nservice x {\n protocol = own\n}\n", NULL, NULL, 0 },
		{ "protocols = imap\nservice imap-login {\n drop_priv_before_exec = yes\n}\n", NULL, "service(imap-login): drop_priv_before_exec=yes can't be used with chroot", 0 },
		{ "protocols = imap\nservice imap-login {\n drop_priv_before_exec = yes\n chroot =\n}\n", NULL, NULL, 0 },
		{ "service x {\n process_min_avail = 101\n}\n", NULL, "service(x): process_min_avail is higher than process_limit", 0 },
		{ "service x {\n process_min_avail = 100\n}\n", NULL, NULL, 0 },
		{ "service x {\n vsz_limit = 1048575\n}\n", NULL, "service(x): vsz_limit is too low", 0 },
		{ "service x {\n vsz_limit = 0\n}\n", NULL, NULL, 0 },
		{ "service x {\n vsz_limit = 1M\n}\n", NULL, NULL, 0 },
		{ "service auth {\n process_limit = 2\n}\n", NULL, "service(auth): process_limit must be 1", 0 },
		{ "service stats {\n process_limit = 2\n}\n", NULL, NULL, 0 },
		{ "service director {\n process_limit = 0\n}\n", NULL, "service(director): process_limit must be 1", 0 },
		{ "default_process_limit = 1\nservice director {\n process_limit = 0\n}\n", NULL, NULL, 0 },
		/* A protocol that is off hides them. */
		{ "protocols = imap\nservice pop3-login {\n process_min_avail = 101\n}\n", NULL, NULL, 0 },
		/* The first one in walking order stops it, and then nobody warns. */
		{ "service zeta {\n process_min_avail = 101\n}\nservice auth {\n process_limit = 2\n client_limit = 1\n}\n", NULL, "service(auth): process_limit must be 1", 0 },
		/* Listeners come last, behind the warnings; base_dir stands in front of a path. */
		{ "base_dir = /x/\nservice a {\n unix_listener s {\n }\n}\nservice b {\n fifo_listener s {\n }\n}\nservice auth {\n client_limit = 1\n}\nprotocols = imap\n", NULL,
		  "duplicate listener: /x/s", 1 },
		{ "service a {\n unix_listener s {\n }\n}\nservice b {\n unix_listener s {\n  mode = 0\n }\n}\n", NULL, NULL, 0 },
		{ "service a {\n inet_listener {\n  port = 9\n }\n}\nservice b {\n inet_listener {\n  port = 9\n  address = *\n }\n}\n", NULL, NULL, 0 },
		{ "service a {\n inet_listener x {\n  port = 9\n }\n}\nservice b {\n inet_listener y {\n  port = 9\n }\n}\n", NULL, "duplicate listener: 9:", 0 },
		{ "service a {\n fifo_listener {\n }\n unix_listener {\n }\n}\nservice b {\n process_min_avail = 101\n}\n", NULL, "service(a): unix_listener: path must not be empty", 0 },
		{ "service a {\n fifo_listener x {\n  path =\n }\n}\n", NULL, "service(a): fifo_listener: path must not be empty", 0 },
		{ "service a {\n inet_listener {\n }\n}\n", NULL, NULL, 0 },
		/* 2.4 wants to be told what 0 is to mean. */
		{ "service x {\n process_limit = 0\n restart_request_count = 1\n}\n", "2.4.1", "service(x): process_limit must be higher than 0", 0 },
		{ "service x {\n client_limit = 0\n restart_request_count = 1\n}\n", "2.4.1", "service(x): client_limit must be higher than 0", 0 },
		{ "service x {\n restart_request_count = 0\n}\n", "2.4.1", "service(x): restart_request_count must be higher than 0 (did you mean \"unlimited\"?)", 0 },
		{ "service x {\n restart_request_count = unlimited\n vsz_limit = unlimited\n}\n", "2.4.1", NULL, 0 },
		{ "service x {\n idle_kill_interval = 0\n}\n", "2.4.1", "service(x): idle_kill_interval must be higher than 0 (did you mean \"unlimited\"?)", 0 },
		{ "service x {\n idle_kill_interval = 1m\n vsz_limit = 0\n}\n", "2.4.1", "service(x): vsz_limit is too low (did you mean \"unlimited\"?)", 0 },
		/* Between two zeros it looks at what waits ready. */
		{ "service x {\n client_limit = 0\n process_min_avail = 101\n restart_request_count = 1\n}\n", "2.4.1",
		  "service(x): process_min_avail is higher than process_limit", 0 },
		{ "service x {\n reuse_port = yes\n process_min_avail = 2\n process_limit = 3\n}\n", "2.4.4",
		  "service(x): process_min_avail must be equal to process_limit when using service_reuse_port=yes", 0 },
		{ "service x {\n reuse_port = yes\n process_min_avail = 2\n process_limit = 3\n}\n", "2.4.3", NULL, 0 },
		{ "dovecot_config_version = 2.4.1\nfirst_valid_uid = 5\nlast_valid_uid = 0\n", "2.4.1", "last_valid_uid must not be 0", 0 },
		{ "first_valid_uid = 5\nlast_valid_uid = 0\n", "2.4.1", NULL, 0 },
		{ "service x {\n process_limit = 0\n}\n", "2.3.19", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_verdict verdict = limits_check(arena, facts_of(cases[i].configuration, cases[i].version));
		const char *said = verdict.error_count ? verdict.errors[0] : NULL;

		if ((said == NULL) != (cases[i].error == NULL) || (said && strcmp(said, cases[i].error) != 0))
			fail_msg("%s\nsaid %s, wanted %s", cases[i].configuration, said ? said : "nothing", cases[i].error ? cases[i].error : "nothing");
		assert_int_equal(verdict.warning_count, cases[i].warnings);
		assert_int_equal(limits_exit_status(&verdict) == 65, said != NULL);
		assert_true(!said || verdict.finding_count == 0);
	}
}

static void a_missing_user_comes_before_the_services(void **state)
{
	struct limits_facts *facts = facts_of("service x {\n type = odd\n}\n", NULL);
	struct limits_verdict verdict;

	(void)state;
	facts->missing_user = "default_login_user doesn't exist: dovenull";
	verdict = limits_check(arena, facts);
	assert_int_equal(verdict.error_count, 1);
	assert_string_equal(verdict.errors[0], facts->missing_user);
}

/* --- our own --------------------------------------------------------------------------------------------------- */

static const struct limits_finding *finding_of(const struct limits_verdict *verdict, const char *rule, const char *service)
{
	for (size_t i = 0; i < verdict->finding_count; i++)
		if (strcmp(verdict->findings[i].rule, rule) == 0 &&
		    (!service || (verdict->findings[i].service && strcmp(verdict->findings[i].service, service) == 0)))
			return &verdict->findings[i];
	return NULL;
}

#define MB UINT64_C(1048576)
enum { NONE = -1 };

/* Where there are no columns, the setting and its number stand in front of the reason. */
static void findings_have_words(void **state)
{
	static const struct { struct limits_finding finding; const char *words; } cases[] = {
		{ { "stats", LIMITS_WARNING, "stats", "client_limit", 1000, 2548, "why", "" }, "stats client_limit 1,000, needed 2,548: why" },
		{ { "stats", LIMITS_NOTE, "stats", "client_limit", 1000, 2548, "why", "" }, "stats client_limit 1,000: why" },
		{ { "log", LIMITS_WARNING, NULL, "default_client_limit", 20, 31, "why", "" }, "default_client_limit 20, needed 31: why" },
		{ { "descriptors-unknown", LIMITS_NOTE, NULL, "fd_limit", LIMITS_UNKNOWN, 2000, "why", "" }, "open files: why" },
		{ { "login-memory", LIMITS_WARNING, "imap-login", "vsz_limit", 268435456, 536870912, "why", "" }, "imap-login vsz_limit 256 MB, needed 512 MB: why" },
		{ { "memory", LIMITS_WARNING, NULL, "memory", 1, 2, "why", "" }, "why" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(limits_finding_words(arena, &cases[i].finding), cases[i].words);
}

static void findings(void **state)
{
	static const struct {
		const char *configuration, *rule, *service;
		uint64_t open_files, memory, peak;     /* peak: of all imap sessions, and of one person */
		int severity;                      /* NONE: there is no such finding */
		const char *setting;
		uint64_t value, required;
	} cases[] = {
		/* stats: login, mail and lmtp processes; what TLS reaches makes it a warning. */
		{ "protocols = imap\n", "stats", NULL, 1000, 0, 0, LIMITS_NOTE, "client_limit", 1000, 1124 },
		{ "protocols = imap\nservice stats {\n client_limit = 1124\n}\n", "stats", NULL, 2000, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols = imap\nservice stats {\n client_limit = 1123\n}\n", "stats", NULL, 2000, 0, 0, LIMITS_NOTE, "client_limit", 1123, 1124 },
		{ "protocols = imap\nservice stats {\n client_limit = 200\n}\n", "stats", NULL, 2000, 0, 0, LIMITS_NOTE, "client_limit", 200, 1124 },
		{ "protocols = imap\nservice stats {\n client_limit = 199\n}\n", "stats", NULL, 2000, 0, 0, LIMITS_WARNING, "client_limit", 199, 1124 },
		{ "protocols = lmtp\nservice stats {\n client_limit = 99\n}\n", "stats", NULL, 2000, 0, 0, LIMITS_WARNING, "client_limit", 99, 100 },
		/* Two descriptors a TLS session and 20 beside: not in high security. */
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 4\n}\n", "tls-descriptors", "imap-login", 2019, 0, 0, LIMITS_WARNING, "fd_limit", 2019, 2020 },
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 4\n}\n", "tls-descriptors", NULL, 2020, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols = imap\nservice imap-login {\n service_count = 50\n}\n", "tls-descriptors", "imap-login", 119, 0, 0, LIMITS_WARNING, "fd_limit", 119, 120 },
		{ "protocols = imap\n", "tls-descriptors", NULL, 1000, 0, 0, NONE, NULL, 0, 0 },
		/* The manual's 1000 times 100 lets in 100,000, and imap takes 1024. */
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 100\n client_limit = 1000\n}\n", "mail-behind-login", "imap", 65535, 0, 0,
		  LIMITS_WARNING, "process_limit", 1024, 100000 },
		{ "protocols = imap\nservice imap-login {\n process_limit = 1025\n}\n", "mail-behind-login", "imap", 65535, 0, 0, LIMITS_WARNING, "process_limit", 1024, 1025 },
		{ "protocols = imap\nservice imap-login {\n process_limit = 1024\n}\n", "mail-behind-login", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		/* What dividing leaves over is none: 4 x 257 = 1028 for 1024. */
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 4\n client_limit = 256\n}\n", "mail-behind-login", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 5\n client_limit = 205\n}\n", "mail-behind-login", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols = imap\nservice imap-login {\n service_count = 0\n process_limit = 4\n client_limit = 257\n}\n", "mail-behind-login", "imap", 65535, 0, 0,
		  LIMITS_WARNING, "process_limit", 1024, 1028 },
		/* The other way round: the built-in 1024 is nobody's wish. */
		{ "protocols = imap\n", "login-behind-mail", "imap-login", 65535, 0, 0, LIMITS_NOTE, "process_limit", 100, 1024 },
		{ "protocols = imap\nservice imap {\n process_limit = 3000\n}\n", "login-behind-mail", "imap-login", 65535, 0, 0, LIMITS_WARNING, "process_limit", 100, 3000 },
		{ "protocols = imap\nservice imap {\n process_limit = 100\n}\n", "login-behind-mail", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		/* Memory of one login process. */
		{ "protocols = imap\nservice imap {\n process_limit = 4000\n}\nservice imap-login {\n service_count = 0\n process_limit = 1\n client_limit = 4000\n}\n", "login-memory", "imap-login",
		  65535, 0, 0, LIMITS_WARNING, "vsz_limit", 256 * MB, 4000 * (256 * MB / 3000) },
		{ "protocols = imap\nservice imap {\n process_limit = 4000\n}\nservice imap-login {\n service_count = 0\n process_limit = 1\n client_limit = 4000\n vsz_limit = 512M\n}\n",
		  "login-memory", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		/* Of the machine: 100 sessions with a login process each, 2 MB a pair. */
		{ "protocols = imap\n", "memory", NULL, 65535, 199 * MB, 0, LIMITS_WARNING, "memory", 199 * MB, 100 * (717 + 1331) * 1024 },
		{ "protocols = imap\n", "memory", NULL, 65535, 399 * MB, 0, LIMITS_NOTE, "memory", 399 * MB, 100 * (717 + 1331) * 1024 },
		{ "protocols = imap\n", "memory", NULL, 65535, 400 * MB, 0, NONE, NULL, 0, 0 },
		/* One person from one address. */
		{ "protocols = imap\n", "webmail", "imap", 65535, 0, 0, LIMITS_NOTE, "mail_max_userip_connections", 10, LIMITS_UNKNOWN },
		{ "protocols = imap\n", "webmail", "imap", 65535, 0, 10, LIMITS_WARNING, "mail_max_userip_connections", 10, 11 },
		{ "protocols = imap\n", "webmail", "imap", 65535, 0, 9, NONE, NULL, 0, 0 },
		{ "protocols = imap\nmail_max_userip_connections = 0\n", "webmail", "imap", 65535, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols = pop3\n", "webmail", "imap", 65535, 0, 0, NONE, NULL, 0, 0 },
		/* Near to what is let in. */
		{ "protocols = imap\nservice imap {\n process_limit = 100\n}\n", "headroom", "imap", 65535, 0, 80, LIMITS_NOTE, "process_limit", 100, LIMITS_UNKNOWN },
		{ "protocols = imap\nservice imap {\n process_limit = 1024\n}\n", "headroom", "imap-login", 65535, 0, 80, LIMITS_NOTE, "process_limit", 100, LIMITS_UNKNOWN },
		{ "protocols = imap\n", "headroom", NULL, 65535, 0, 79, NONE, NULL, 0, 0 },
		/* Service log: 19 services run without a protocol. */
		{ "protocols =\ndefault_client_limit = 18\n", "log", NULL, 65535, 0, 0, LIMITS_WARNING, "default_client_limit", 18, 19 },
		{ "protocols =\ndefault_client_limit = 19\n", "log", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols =\nservice log {\n client_limit = 18\n}\n", "log", "log", 65535, 0, 0, LIMITS_WARNING, "client_limit", 18, 19 },
		/* Descriptors. */
		{ "protocols =\n", "master-descriptors", NULL, 299, 0, 0, LIMITS_WARNING, "fd_limit", 299, 300 },
		{ "protocols =\n", "descriptors-tight", NULL, 1000, 0, 0, LIMITS_NOTE, "fd_limit", 1000, 1020 },
		{ "protocols =\n", "descriptors-tight", NULL, 1020, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols =\n", "descriptors-unknown", NULL, LIMITS_UNKNOWN, 0, 0, LIMITS_NOTE, "fd_limit", LIMITS_UNKNOWN, 1000 },
		/* Without effect, and too much of it. */
		{ "protocols = imap\nservice imap-login {\n client_limit = 500\n}\n", "no-effect", "imap-login", 65535, 0, 0, LIMITS_NOTE, "client_limit", 500, 1 },
		{ "protocols = imap\nservice imap-login {\n client_limit = 500\n service_count = 0\n}\n", "no-effect", NULL, 65535, 0, 0, NONE, NULL, 0, 0 },
		{ "protocols = imap\nservice pop3 {\n process_limit = 500\n}\n", "no-effect", "pop3", 65535, 0, 0, LIMITS_NOTE, "process_limit", 500, LIMITS_UNKNOWN },
		{ "protocols = imap\nservice imap-login {\n process_limit = 4294967295\n}\n", "wrapped", "auth", 65535, 0, 0, LIMITS_WARNING, "client_limit", 99, 4294967395 },
		{ "protocols = imap\nservice imap-login {\n process_limit = 4294967295\n}\n", "wrapped", "anvil", 65535, 0, 0, LIMITS_WARNING, "client_limit", 102, 4294967398 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_facts *facts = facts_of(cases[i].configuration, NULL);
		struct limits_verdict verdict;
		const struct limits_finding *found;

		facts->open_files = cases[i].open_files;
		facts->memory = cases[i].memory ? cases[i].memory : LIMITS_UNKNOWN;
		facts->peak_of_person = cases[i].peak ? cases[i].peak : LIMITS_UNKNOWN;
		limits_service_named(facts, "imap")->peak = facts->peak_of_person;
		verdict = limits_check(arena, facts);
		found = finding_of(&verdict, cases[i].rule, cases[i].service);
		if (!found != (cases[i].severity == NONE))
			fail_msg("case %zu, %s: %s of\n%s", i, cases[i].rule, found ? found->text : "no finding", cases[i].configuration);
		if (!found)
			continue;
		if ((int)found->severity != cases[i].severity || found->value != cases[i].value || found->required != cases[i].required)
			fail_msg("case %zu, %s: severity %d, %llu, needed %llu of\n%s", i, cases[i].rule, (int)found->severity, (unsigned long long)found->value,
				(unsigned long long)found->required, cases[i].configuration);
		assert_string_equal(found->setting, cases[i].setting);
		assert_true(*found->text && *found->source);
	}
}

static void warnings_stand_first_and_decide_the_status(void **state)
{
	struct limits_facts *facts = facts_of("protocols = imap\nservice stats {\n client_limit = 199\n}\n", NULL);
	struct limits_verdict verdict;
	bool notes = false;

	(void)state;
	facts->open_files = 65535;
	verdict = limits_check(arena, facts);
	assert_int_equal(verdict.warning_count, 0);
	assert_int_equal(limits_exit_status(&verdict), 1);
	for (size_t i = 0; i < verdict.finding_count; i++) {
		assert_false(notes && verdict.findings[i].severity == LIMITS_WARNING);
		notes |= verdict.findings[i].severity == LIMITS_NOTE;
	}
	facts = facts_of("protocols = imap\n", NULL);
	facts->open_files = 65535;
	verdict = limits_check(arena, facts);
	assert_true(verdict.finding_count > 0);
	assert_int_equal(limits_exit_status(&verdict), 0);
}

/* Nobody divides by a default of 0 or comes to an end with absurd values. */
static void absurd_values(void **state)
{
	static const char *const cases[] = {
		ALL "default_process_limit = 0\ndefault_client_limit = 0\n",
		ALL "default_client_limit = 0\nservice imap-login {\n service_count = 0\n}\nservice imap {\n client_limit = 0\n process_limit = 4294967295\n}\n",
		ALL "default_process_limit = 4294967295\ndefault_client_limit = 4294967295\nservice imap-login {\n service_count = 0\n}\nservice imap {\n client_limit = 4294967295\n}\n",
		"protocols = \"   imap   \"\n", "", "protocols = none\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (unsigned percent = 0; percent <= 100; percent += 50) {
			struct limits_facts *facts = facts_of(cases[i], NULL);
			struct limits_verdict verdict;
			struct limits_set set;

			facts->tls_percent = percent;
			facts->memory = 1;
			facts->open_files = 10;
			verdict = limits_check(arena, facts);
			assert_true(verdict.warning_count <= 3);
			set = limits_reach(arena, facts, &(struct limits_goal){ .connections = 50, .tls_percent = percent });
			assert_true(set.refused || set.after);
		}
}

static void versions(void **state)
{
	static const struct { const char *words; bool fine; unsigned parts[3]; } cases[] = {
		{ "2.3.19.1 (9b53102964)", true, { 2, 3, 19 } }, { "2.4.1-4", true, { 2, 4, 1 } }, { "2.4", true, { 2, 4, 0 } }, { "2", true, { 2, 0, 0 } },
		{ "", false, { 0 } }, { "v2.3", false, { 0 } }, { "2.x", true, { 2, 0, 0 } }, { "99999999.1", false, { 0 } },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_version version = { 0 };

		assert_int_equal(limits_version_read(cases[i].words, &version), cases[i].fine);
		if (!cases[i].fine)
			continue;
		assert_int_equal(version.major, cases[i].parts[0]);
		assert_int_equal(version.minor, cases[i].parts[1]);
		assert_int_equal(version.patch, cases[i].parts[2]);
		assert_true(limits_version_from(&version, cases[i].parts[0], cases[i].parts[1], cases[i].parts[2]));
		assert_false(limits_version_from(&version, cases[i].parts[0], cases[i].parts[1], cases[i].parts[2] + 1));
		assert_false(limits_version_from(&version, cases[i].parts[0], cases[i].parts[1] + 1, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums), cmocka_unit_test(texts), cmocka_unit_test(values_of_warnings), cmocka_unit_test(anvil_outlives_a_reload), cmocka_unit_test(errors),
		cmocka_unit_test(a_missing_user_comes_before_the_services), cmocka_unit_test(findings), cmocka_unit_test(findings_have_words),
		cmocka_unit_test(warnings_stand_first_and_decide_the_status), cmocka_unit_test(absurd_values), cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests_name("limits", tests, set_up, tear_down);
}
