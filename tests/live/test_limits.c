/*
 * The limit rules against the real thing: seeded random configurations, read by
 * doveconf, judged by us, by doveconf and by the dovecot program, which is
 * started just far enough to check (a private base_dir, a config service that
 * cannot run) and never listens.  Text, order, stream and exit status must be
 * the same; what only is a record of the file must be judged alike.
 *
 * 100 configurations; with POSTROOM_FULL=1 3,000, and POSTROOM_LIMITS=N says
 * another number. POSTROOM_SEED repeats a run.
 */
#include "dovecot_check.h"

#include "commands/limits_source.h"

/* --- random configurations ---------------------------------------------------------------------------- */

static bool one_in(unsigned n)
{
	return roll(n) == 0;
}

static const char *pick(const char *const *words, size_t count)
{
	return words[roll(count)];
}
#define PICK(words) pick(words, COUNT(words))

static const char *const numbers[] = { "0", "1", "2", "3", "10", "30", "99", "100", "101", "200", "400", "007", "\"50\"", "1000", "1024", "1603", "2000",
	"3000", "12003", "15000", "19999", "20001", "65535", "2147483647", "2147483648", "4294967295" };
static const char *const small[] = { "0", "1", "2", "5", "100", "2000" };
static const char *const sizes[] = { "0", "1M", "64 M", "256M", "1G", "2048k", "1048576" };
static const char *const invented[] = { "zeta", "mine", "imap-postlogin", "a1", "quota-status", "with/slash", "hib-login" };
static const char *const words_of_protocols[] = { "imap", "pop3", "lmtp", "sieve", "submission", "imap" };

static void add_service(struct text *out, const char *name, bool own)
{
	text_addf(out, "service %s {\n", name);
	if (own && one_in(2))
		text_addf(out, "  protocol = %s\n", one_in(6) ? "other" : PICK(words_of_protocols));
	if (own && one_in(3))
		text_addf(out, "  type = %s\n", one_in(40) ? "strange" : one_in(3) ? "worker" : one_in(8) ? "startup" : "login");
	if (one_in(3))
		text_addf(out, "  process_limit = %s\n", PICK(numbers));
	if (one_in(3))
		text_addf(out, "  client_limit = %s\n", PICK(numbers));
	if (one_in(3))
		text_addf(out, "  service_count = %s\n", PICK(small));
	if (one_in(40))
		text_addf(out, "  process_min_avail = %s\n", PICK(small));
	if (one_in(8))
		text_addf(out, "  vsz_limit = %s\n", one_in(40) ? "1000" : PICK(sizes));
	if (one_in(150))
		text_add(out, "  drop_priv_before_exec = yes\n");
	if (own && one_in(40))
		text_add(out, "  chroot = login\n");
	if (own && one_in(5))
		text_addf(out, "  unix_listener %s {\n    mode = %s\n  }\n", one_in(5) ? "test-same" : name, one_in(4) ? "0" : "0666");
	if (own && one_in(60))
		text_addf(out, "  %s {\n  }\n", one_in(2) ? "unix_listener" : "fifo_listener");
	if (own && one_in(10))
		text_addf(out, "  inet_listener {\n    port = %s\n    address = %s\n  }\n", one_in(4) ? "0" : "7011", one_in(2) ? "127.0.0.1" : "*");
	text_add(out, "}\n");
}

/* A service that must stay one and gets another number is an error most of the time; few of them, or all would be. */
static bool must_be_one(const char *name)
{
	static const char *const names[] = { "anvil", "auth", "log", "ipc", "indexer", "director", "old-stats", "replicator" };

	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void add_limits_of(struct text *out, const char *name)
{
	if (one_in(30))
		add_service(out, name, false);
	else
		text_addf(out, "service %s {\n  client_limit = %s\n}\n", name, PICK(numbers));
}

static void add_protocols(struct text *out)
{
	text_add(out, "protocols =");
	if (one_in(25)) {
		text_add(out, one_in(3) ? "\n" : " none\n");
		return;
	}
	for (unsigned i = 0; i < 5; i++)
		if (roll(10) < (i ? 6 : 9))
			text_addf(out, " %s", words_of_protocols[i]);
	if (one_in(20))
		text_add(out, " imap");
	if (one_in(40))
		text_add(out, one_in(2) ? " other" : " none");
	text_add(out, "\n");
}

static char *random_configuration(void)
{
	const struct limits_facts *own = limits_facts_new(arena, &installed);
	struct text out = { 0 };
	unsigned services = 1 + (unsigned)roll(10);
	char *words;

	add_protocols(&out);
	if (one_in(2))
		text_addf(&out, "default_process_limit = %s\n", one_in(6) ? PICK(numbers) : PICK(((const char *const[]){ "100", "400", "3000", "75" })));
	if (one_in(2))
		text_addf(&out, "default_client_limit = %s\n", PICK(numbers));
	if (one_in(100))
		text_add(&out, "listen =\n");
	if (one_in(80))
		text_add(&out, one_in(2) ? "first_valid_uid = 1000\nlast_valid_uid = 999\n" : "first_valid_gid = 7\nlast_valid_gid = 3\n");
	while (services--) {
		const char *name = one_in(4) ? NULL : own->services[roll(own->service_count)].name;

		if (!name)
			add_service(&out, PICK(invented), true);
		else if (must_be_one(name))
			add_limits_of(&out, name);
		else
			add_service(&out, name, false);
	}
	if (one_in(2))
		add_limits_of(&out, "auth");
	if (one_in(2))
		add_limits_of(&out, "anvil");
	words = arena_text(arena, text_get(&out));
	text_free(&out);
	return words;
}

/* --- what they should say --------------------------------------------------------------------------------- */

static void add_warnings(struct text *out, const char *prefix, const struct limits_verdict *verdict, bool descriptors)
{
	for (size_t i = 0; i < verdict->warning_count; i++)
		if (verdict->warnings[i].service || descriptors)
			text_addf(out, "%s%s\n", prefix, verdict->warnings[i].text);
}

static void expect_doveconf(struct text *out, const struct limits_verdict *verdict)
{
	add_warnings(out, "doveconf: Warning: ", verdict, false);
	if (verdict->error_count)
		text_addf(out, "doveconf: Error: %s\ndoveconf: Fatal: Error in configuration file %s: %s\n", verdict->errors[0], file, verdict->errors[0]);
}

/* A start asks doveconf first; its complaints of a failed check are only the last one (dovecot 1.7). */
static void expect_dovecot(struct text *out, const struct limits_verdict *verdict)
{
	add_warnings(out, "doveconf: Warning: ", verdict, false);
	if (verdict->error_count)
		text_addf(out, "doveconf: Fatal: Error in configuration file %s: %s\n", file, verdict->errors[0]);
	else
		add_warnings(out, "Warning: ", verdict, true);
}

/* True where they are the same; else told with the configuration. */
static bool same(const char *who, const char *configuration, const char *expected, const char *got, int status, int wanted)
{
	if (strcmp(expected, got) == 0 && status == wanted)
		return true;
	fprintf(stderr, "--- %s, exit status %d, wanted %d\n--- configuration:\n%s--- ours:\n%s--- theirs:\n%s", who, status, wanted, configuration, expected, got);
	return false;
}

static bool doveconf_agrees(const char *configuration, const struct limits_verdict *verdict)
{
	const char *words[] = { DOVECONF, "-n", "-c", file, NULL };
	struct ran ran = run(words);
	struct text expected = { 0 };
	bool fine;

	expect_doveconf(&expected, verdict);
	fine = same("doveconf", configuration, text_get(&expected), ran.complaint, ran.status, verdict->error_count ? 89 : 0);
	if (strstr(ran.output, "is lower than required")) {
		fprintf(stderr, "--- a warning on standard output of doveconf\n");
		fine = false;
	}
	text_free(&expected);
	return fine;
}

static bool dovecot_agrees(const char *configuration, const struct limits_verdict *verdict, unsigned long open_files)
{
	struct ran ran = run_dovecot(open_files);
	struct text expected = { 0 };
	char *fatal;
	bool fine;

	expect_dovecot(&expected, verdict);
	/* What ends a start that went well: the service that cannot run. */
	fatal = verdict->error_count ? NULL : strstr(ran.complaint, "Fatal: ");
	if (fatal && (fatal == ran.complaint || fatal[-1] == '\n'))
		*fatal = '\0';
	without_directories(ran.complaint);
	fine = same("dovecot", configuration, text_get(&expected), ran.complaint, ran.status, 89);
	if (!verdict->error_count && !fatal) {
		fprintf(stderr, "--- dovecot went on although its config service cannot run\n");
		fine = false;
	}
	text_free(&expected);
	return fine;
}

/* The file itself and what doveconf -n prints of it, read by us, come to the same. */
static bool records_agree(const char *configuration, const struct limits_verdict *verdict, unsigned long open_files)
{
	const char *words[] = { DOVECONF, "-n", "-c", file, NULL };
	struct ran ran = run(words);
	const char *texts[] = { configuration, ran.output };

	for (size_t i = 0; i < 2; i++) {
		struct limits_facts *facts = limits_read(arena, LIMITS_BLOCKS, texts[i], strlen(texts[i]), &installed);
		struct limits_verdict again = { 0 };
		bool alike;

		facts->open_files = open_files;
		limits_judge(arena, facts, &again);
		alike = again.warning_count == verdict->warning_count && again.error_count == verdict->error_count;
		/* doveconf -n sorts the services, so in a record invented ones may change places in the words. */
		for (size_t j = 0; alike && j < verdict->warning_count; j++)
			alike = again.warnings[j].value == verdict->warnings[j].value && again.warnings[j].required == verdict->warnings[j].required &&
				(i == 1 || strcmp(again.warnings[j].text, verdict->warnings[j].text) == 0);
		/* A record leaves out listeners that are twice there, or nowhere. */
		if (!alike && !(i == 1 && verdict->error_count && (strncmp(verdict->errors[0], "duplicate", 9) == 0 || strstr(verdict->errors[0], "path must")))) {
			fprintf(stderr, "--- %s is read otherwise:\n%s--- %s, %zu warnings instead of %zu\n", i ? "what doveconf -n printed" : "the file", texts[i],
				again.error_count ? again.errors[0] : "no error", again.warning_count, verdict->warning_count);
			return false;
		}
	}
	return true;
}

/* --- tests ---------------------------------------------------------------------------------------------------- */

static void random_ones(void **unused)
{
	static const unsigned long limits[] = { 400, 1000, 1024, 2000, 4096, 15000 };
	unsigned long count = how_many(100, 3000), bad = 0, warned = 0, refused = 0, started = 0;

	(void)unused;
	if (missing())
		skip();
	for (unsigned long i = 0; i < count; i++) {
		struct limits_verdict verdict = { 0 };
		struct limits_facts *facts;
		unsigned long open_files = limits[roll(COUNT(limits))];
		const char *configuration;
		bool fine;

		arena_free(arena);
		arena = arena_new();
		configuration = random_configuration();
		write_file(configuration);
		facts = dumped();
		facts->open_files = open_files;
		limits_judge(arena, facts, &verdict);
		warned += verdict.warning_count > 0;
		refused += verdict.error_count > 0;
		fine = doveconf_agrees(configuration, &verdict) && records_agree(configuration, &verdict, open_files);
		/* Only root can make the directories of a start. */
		if (fine && geteuid() == 0) {
			fine = dovecot_agrees(configuration, &verdict, open_files);
			started++;
		}
		bad += !fine;
		if (bad == 3)
			break;
	}
	print_message("# figure: %lu configurations (%lu with warnings, %lu refused), %lu starts of dovecot, %lu differences\n", count, warned, refused,
		started, bad);
	assert_int_equal(bad, 0);
}

/* Each error of Dovecot's check, by the way of the command; what only doveconf knows comes from it. */
static void errors(void **unused)
{
	static const struct { const char *configuration, *error; size_t warnings; } cases[] = {
		{ "listen =\n", "listen can't be set empty", 0 },
		{ "first_valid_uid = 9\nlast_valid_uid = 8\n", "first_valid_uid can't be larger than last_valid_uid", 0 },
		{ "first_valid_gid = 9\nlast_valid_gid = 8\n", "first_valid_gid can't be larger than last_valid_gid", 0 },
		{ "default_login_user = nobody-of-this-name\n", "default_login_user doesn't exist: nobody-of-this-name", 0 },
		{ "default_internal_user = nobody-of-this-name\n", "default_internal_user doesn't exist: nobody-of-this-name", 0 },
		{ "service x {\n  type = strange\n}\n", "Unknown service type: strange", 0 },
		{ "protocols = imap gopher\n", "protocols: Unknown protocol: gopher", 0 },
		{ "protocols = none imap\n", "protocols: Unknown protocol: none", 0 },
		{ "protocols = imap\nservice imap-login {\n  drop_priv_before_exec = yes\n}\n", "service(imap-login): drop_priv_before_exec=yes can't be used with chroot", 0 },
		{ "protocols = imap\nservice imap-login {\n  process_min_avail = 101\n}\n", "service(imap-login): process_min_avail is higher than process_limit", 0 },
		{ "protocols = imap\nservice imap-login {\n  vsz_limit = 1000k\n}\n", "service(imap-login): vsz_limit is too low", 0 },
		{ "service auth {\n  process_limit = 2\n}\n", "service(auth): process_limit must be 1", 0 },
		{ "service log {\n  process_limit = 0\n}\n", "service(log): process_limit must be 1", 0 },
		{ "protocols = imap\nservice auth {\n  client_limit = 199\n}\nservice a {\n  unix_listener same {\n  }\n}\nservice b {\n  unix_listener same {\n  }\n}\n",
		  "duplicate listener: /run/dovecot/same", 1 },
		{ "protocols = imap\nservice a {\n  inet_listener {\n    port = 77\n    address = ::1\n  }\n}\nservice b {\n  inet_listener {\n    port = 77\n    address = ::1\n  }\n}\n",
		  "duplicate listener: 77:::1", 0 },
		{ "service x {\n  unix_listener {\n  }\n}\n", "service(x): unix_listener: path must not be empty", 0 },
		{ "protocols = imap\nservice auth {\n  client_limit = 1\n}\nservice x {\n  fifo_listener y {\n    path =\n  }\n}\n", "service(x): fifo_listener: path must not be empty", 0 },
		{ "service x {\n  process_limit = 5k\n}\n", "Error in configuration file %s line 2: Invalid number 5k: Not a valid number", 0 },
		{ "service x {\n  process_limit = -5\n}\n", "Error in configuration file %s line 2: Invalid number -5: Number too small", 0 },
		{ "service x {\n  process_limit = 4294967296\n}\n", "Error in configuration file %s line 2: Invalid number 4294967296: Number too large", 0 },
		{ "no_such_thing = 1\n", "Error in configuration file %s line 1: Unknown setting: no_such_thing", 0 },
		{ "service x { client_limit = 1 }\n", "Error in configuration file %s line 1: Garbage after '{'", 0 },
		{ "}\n", "Error in configuration file %s line 1: Unexpected '}'", 0 },
		{ "protocols = imap\nservice auth {\n  client_limit = 199\n", "Error in configuration file %s: Missing '}' (section started at %s:2)", 1 },
		{ "disable_plaintext_auth = maybe\n", "Error in configuration file %s line 1: Invalid boolean value: maybe (use yes or no)", 0 },
		{ "service x {\n  vsz_limit = 5Q\n}\n", "Error in configuration file %s line 2: Invalid size: 5Q", 0 },
	};

	(void)unused;
	if (missing())
		skip();
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct limits_source source;
		struct limits_verdict verdict;
		struct error error = { 0 };
		struct text wanted = { 0 };
		const char *at, *hole;

		write_file(cases[i].configuration);
		for (at = cases[i].error; (hole = strstr(at, "%s")); at = hole + 2) {
			text_add_bytes(&wanted, at, (size_t)(hole - at));
			text_add(&wanted, file);
		}
		text_add(&wanted, at);
		assert_true(limits_from_file(arena, file, NULL, &source, &error));
		verdict = limits_source_judge(arena, &source);
		if (verdict.error_count != 1 || strcmp(verdict.errors[0], text_get(&wanted)) != 0)
			fail_msg("%s\nsaid: %s\nwanted: %s", cases[i].configuration, verdict.error_count ? verdict.errors[0] : "nothing", text_get(&wanted));
		if (verdict.warning_count != cases[i].warnings)
			fail_msg("%s\n%zu warnings, wanted %zu", cases[i].configuration, verdict.warning_count, cases[i].warnings);
		assert_int_equal(limits_exit_status(&verdict), 65);
		assert_int_equal(verdict.finding_count, 0);
		text_free(&wanted);
	}
}

/* The built-in table is that of the installed doveconf: names, order and values. */
static void built_in_table(void **unused)
{
	const struct limits_facts *own, *theirs;

	(void)unused;
	if (missing() || installed.major != 2 || installed.minor != 3)
		skip();
	write_file("");
	theirs = dumped();
	own = limits_facts_new(arena, &installed);
	assert_int_equal(own->service_count, theirs->service_count);
	for (size_t i = 0; i < own->service_count; i++) {
		const struct limits_service *a = &own->services[i], *b = &theirs->services[i];

		assert_string_equal(a->name, b->name);
		assert_string_equal(a->protocol, b->protocol);
		assert_string_equal(a->type, b->type);
		assert_int_equal(a->process_limit, b->process_limit);
		assert_int_equal(a->client_limit, b->client_limit);
		assert_int_equal(a->service_count, b->service_count);
		assert_int_equal(a->process_min_avail, b->process_min_avail);
		assert_int_equal(a->vsz_limit, b->vsz_limit);
		assert_int_equal(a->chroot, b->chroot);
		assert_int_equal(a->drop_priv_before_exec, b->drop_priv_before_exec);
	}
	/* Debian's build begins with none. */
	assert_true(!*theirs->protocols || strcmp(own->protocols, theirs->protocols) == 0);
	assert_int_equal(own->default_process_limit, theirs->default_process_limit);
	assert_int_equal(own->default_client_limit, theirs->default_client_limit);
	assert_int_equal(own->default_vsz_limit, theirs->default_vsz_limit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(built_in_table),
		cmocka_unit_test(errors),
		cmocka_unit_test(random_ones),
	};

	return cmocka_run_group_tests_name("limits", tests, set_up, tear_down);
}
