/*
 * test_examine: the doctor's look and the change log, against the private mail
 * system, as each of its identities.
 *
 * Reads LAB_* from the environment; without it the tests are skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/child.h"
#include "base/environment.h"
#include "base/loop.h"
#include "directory/directory.h"

struct session {
	struct loop *loop;
	struct directory *directory;
	bool settled, answered, available, failed;
	size_t count;
	int severest;
	char words[32768];                 /* all findings or events, a line each */
};

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	if (!value)
		skip();
	return value;
}

static void on_status(void *context)
{
	struct session *session = context;

	session->settled = directory_status(session->directory)->link != DIRECTORY_CONNECTING;
}

static void open_as(struct session *session, const char *who)
{
	const char *uris[] = { lab("LAB_URI"), NULL };
	char dn[64], secret[64];
	struct directory_settings settings = { .uris = uris, .tls = DIRECTORY_TLS_START, .ca_file = lab("LAB_CA"), .direct = true };
	struct error error = { 0 };

	snprintf(dn, sizeof(dn), "LAB_%s_DN", who);
	snprintf(secret, sizeof(secret), "LAB_%s_SECRET", who);
	settings.bind_dn = lab(dn);
	settings.password_file = lab(secret);
	memset(session, 0, sizeof(*session));
	session->loop = loop_new();
	session->directory = directory_open(session->loop, &settings, &error);
	if (!session->directory)
		fail_msg("%s", error.text);
	directory_on_status(session->directory, on_status, session);
	loop_run_until(session->loop, &session->settled);
	if (directory_status(session->directory)->link != DIRECTORY_UP)
		fail_msg("%s", directory_status(session->directory)->error.text);
}

static void close_session(struct session *session)
{
	assert_true(directory_close(session->directory));
	loop_free(session->loop);
}

static void add_line(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_line(struct session *session, const char *format, ...)
{
	size_t used = strlen(session->words);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(session->words + used, sizeof(session->words) - used, format, arguments);
	va_end(arguments);
}

static void take_findings(void *context, const struct directory_finding *findings, size_t count, const struct error *error)
{
	static const char *const severities[] = { "ok", "note", "warning", "error" };
	struct session *session = context;
	size_t i;

	session->answered = true;
	session->failed = error != NULL;
	session->count = count;
	for (i = 0; i < count; i++) {
		add_line(session, "%s: %s: %s\n", severities[findings[i].severity], findings[i].subject, findings[i].sentence);
		if ((int)findings[i].severity > session->severest)
			session->severest = findings[i].severity;
	}
}

static void take_events(void *context, const struct directory_event *events, size_t count, bool available, const struct error *error)
{
	struct session *session = context;
	size_t i;

	session->answered = true;
	session->failed = error != NULL;
	session->available = available;
	session->count = count;
	for (i = 0; i < count; i++) {
		add_line(session, "[%s %s by %s: %s]\n", events[i].what, events[i].place, events[i].who, events[i].words);
		if (i > 0)
			assert_true(events[i].time <= events[i - 1].time);
	}
}

static void examine(struct session *session)
{
	session->answered = false;
	session->words[0] = '\0';
	assert_non_null(directory_examine(session->directory, take_findings, session));
	loop_run_until(session->loop, &session->answered);
	assert_false(session->failed);
}

static void read_events(struct session *session, const char *place, size_t most)
{
	session->answered = false;
	session->words[0] = '\0';
	assert_non_null(directory_events(session->directory, place, most, take_events, session));
	loop_run_until(session->loop, &session->answered);
	assert_false(session->failed);
}

static void expect(const struct session *session, const char *words)
{
	if (!strstr(session->words, words))
		printf("# %s\n", session->words);
	if (!strstr(session->words, words))
		fail_msg("\"%s\" is missing", words);
}

static void expect_not(const struct session *session, const char *words)
{
	if (strstr(session->words, words))
		printf("# %s\n", session->words);
	if (strstr(session->words, words))
		fail_msg("\"%s\" should not be there", words);
}

static void what_each_identity_is_told(void **state)
{
	static const struct { const char *who; const char *told[10], *not_told[4]; } cases[] = {
		{ "ADMIN", { "ok: encryption: TLS, the certificate is checked", "offers assertion, paged results, post-read",
			"ok: limits:", "entryUUID and entryCSN can be read", "may change quotas, forwards, alternative addresses, primary addresses",
			"ok: unique overlay: The server itself keeps mailPrimaryAddress unique", "ok: clock:", "cn=accesslog can be read" },
			{ "may not change", "error:", "warning: limits", "password file" } },
		{ "HELPDESK", { "may change quotas and forwards (asked", "may not change alternative addresses, primary addresses",
			"may not see cn=config", "note: clock:", "ok: limits:", "No change log" }, { "warning:", "error:" } },
		{ "MONITOR", { "may not change quotas, forwards", "may not see cn=config", "cn=accesslog can be read" }, { "ok: writing", "warning:" } },
		{ "LIMITED", { "warning: limits: The server gives cn=postroom-limited", " 100 entries and no more [LDAP" }, { "ok: writing" } },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session session;

		open_as(&session, cases[i].who);
		examine(&session);
		for (k = 0; k < 10 && cases[i].told[k]; k++)
			expect(&session, cases[i].told[k]);
		for (k = 0; k < 4 && cases[i].not_told[k]; k++)
			expect_not(&session, cases[i].not_told[k]);
		expect(&session, "without the class univentionObject");
		if (getenv("POSTROOM_SHOW"))
			printf("# %s\n%s", cases[i].who, session.words);
		close_session(&session);
	}
}

static void looking_changes_nothing(void **state)
{
	struct session session;

	(void)state;
	open_as(&session, "ADMIN");
	read_events(&session, NULL, 5);
	assert_true(session.available);
	{
		char *before = strdup(session.words);

		examine(&session);
		read_events(&session, NULL, 5);
		assert_string_equal(session.words, before);
		free(before);
	}
	close_session(&session);
}

static void events_are_read_and_secrets_left_out(void **state)
{
	struct session session;
	char place[200];

	(void)state;
	open_as(&session, "ADMIN");
	read_events(&session, NULL, 500);
	assert_true(session.available);
	expect_not(&session, "pwdLastSuccess");
	expect_not(&session, "entryCSN");
	expect_not(&session, "modifyTimestamp");
	expect_not(&session, "{SSHA");
	snprintf(place, sizeof(place), "cn=nobody-has-this-name,%s", lab("LAB_BASE"));
	read_events(&session, place, 10);
	assert_true(session.available);
	assert_int_equal(session.count, 0);
	close_session(&session);
	open_as(&session, "HELPDESK");
	read_events(&session, NULL, 10);
	assert_false(session.available);
	assert_int_equal(session.count, 0);
	close_session(&session);
}

struct tool { bool ended; int status; };

static void take_tool(const struct child_result *result, void *context)
{
	struct tool *tool = context;

	tool->ended = true;
	tool->status = result->started ? result->status : 255;
	if (tool->status != 0)
		printf("# %s%s\n", result->complaint ? result->complaint : "", result->error.text);
}

/* Somebody else's change, with the tool that everybody has. */
static void change_outside(struct session *session, const char *ldif)
{
	const char *const argv[] = { "/usr/bin/ldapmodify", "-x", "-H", lab("LAB_URI_LDAPI"), "-D", lab("LAB_ADMIN_DN"), "-y", lab("LAB_ADMIN_SECRET"), NULL };
	struct child_request request = { .argv = argv, .input = ldif, .input_length = strlen(ldif) };
	struct tool tool = { .ended = false };

	child_run(session->loop, &request, take_tool, &tool);
	loop_run_until(session->loop, &tool.ended);
	assert_int_equal(tool.status, 0);
}

static void a_change_outside_is_seen(void **state)
{
	static const char form[] =
		"dn: uid=%1$s,cn=users,%2$s\nchangetype: add\nobjectClass: inetOrgPerson\nobjectClass: univentionMail\n"
		"objectClass: univentionFetchmail\ncn: x\nsn: x\ndescription:: b25lCnR3bw==\nuserPassword: canary-one\n"
		"univentionFetchmailSingle: [\"pop.example.org\", \"IMAP\", \"me\", \"canary-two\", true, false]\n\n"
		"dn: uid=%1$s,cn=users,%2$s\nchangetype: modify\nreplace: userPassword\nuserPassword: canary-three\n-\n"
		"replace: description\ndescription: three\n-\ndelete: univentionFetchmailSingle\n-\n\n"
		"dn: uid=%1$s,cn=users,%2$s\nchangetype: modrdn\nnewrdn: uid=%1$s-2\ndeleteoldrdn: 1\n\n"
		"dn: uid=%1$s-2,cn=users,%2$s\nchangetype: delete\n\n";
	struct session session;
	char ldif[2048], login[40], place[120];

	(void)state;
	snprintf(login, sizeof(login), "events-%ld", (long)getpid());
	open_as(&session, "ADMIN");
	snprintf(ldif, sizeof(ldif), form, login, lab("LAB_BASE"));
	change_outside(&session, ldif);
	snprintf(place, sizeof(place), "uid=%s,cn=users,%s", login, lab("LAB_BASE"));
	read_events(&session, place, 10);
	assert_int_equal(session.count, 3);
	assert_true(strncmp(session.words, "[modrdn ", 8) == 0);
	expect(&session, "new name uid=events-");
	expect(&session, "[modify ");
	expect(&session, "[add ");
	expect(&session, "description = three");
	expect(&session, "description + one\\ntwo");
	expect(&session, "by cn=postroom-admin");
	expect_not(&session, "canary");
	read_events(&session, place, 1);
	assert_int_equal(session.count, 1);
	read_events(&session, NULL, 3);
	assert_int_equal(session.count, 3);
	assert_true(strncmp(session.words, "[delete ", 8) == 0);
	close_session(&session);
}

static void a_cancelled_look_says_nothing(void **state)
{
	struct session session;
	struct directory_query *query;

	(void)state;
	open_as(&session, "ADMIN");
	query = directory_examine(session.directory, take_findings, &session);
	directory_query_cancel(query);
	read_events(&session, NULL, 1);
	assert_true(session.count <= 1);
	expect_not(&session, "ok: encryption");
	close_session(&session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_each_identity_is_told),
		cmocka_unit_test(looking_changes_nothing),
		cmocka_unit_test(events_are_read_and_secrets_left_out),
		cmocka_unit_test(a_change_outside_is_seen),
		cmocka_unit_test(a_cancelled_look_says_nothing),
	};

	environment_scrub();
	return cmocka_run_group_tests_name("examine", tests, NULL, NULL);
}
