/*
 * What a server knows of one person, over fake servers: tables of good answers in both forms, what is told where something
 * cannot be had, cancelling, and answers that are hostile; and the script of an absence made and read back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/absence_script.h"
#include "live/live.h"
#include "model/live_kinds.h"
#include "model/mailbox.h"
#include "model/rows.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/unit/trial.h"

#define ANNA "anna@example.com"
#define LIST "script\tactive\n"

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live_settings settings;
	struct live *live;
	struct arena *arena;
	struct rows *rows;
	const char *note;
	struct error error;
	unsigned ends;
	bool done;
};

static int set_up(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	world->loop = loop_new();
	world->hosts = fake_hosts_new(world->loop, 1);
	world->live = live_open(world->loop, world->hosts, &world->settings);
	world->arena = arena_new();
	*state = world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	rows_free(world->rows);
	live_close(world->live);
	hosts_close(world->hosts);
	loop_free(world->loop);
	arena_free(world->arena);
	free(world);
	return 0;
}

static void on_rows(void *context, struct rows *takes, const char *note, const struct error *error)
{
	struct world *world = context;

	rows_free(world->rows);
	world->rows = takes;
	world->note = note ? arena_text(world->arena, note) : NULL;
	world->error = *error;
	world->ends++;
	world->done = true;
}

static struct rows *ask(struct world *world, const char *table, const char *user)
{
	world->done = false;
	assert_non_null(live_person(world->live, 0, table, user, on_rows, world));
	loop_run_until(world->loop, &world->done);
	return world->rows;
}

static void say(struct world *world, struct fake_reply reply)
{
	fake_hosts_reply(world->hosts, &reply);
}

static const char *cell(struct world *world, size_t row, size_t column)
{
	return world->rows->rows[row].values[column].bytes;
}

static const char *script(struct world *world, const char *text, const char *filter, bool rests)
{
	struct mailbox_absence absence = { .until = "2026-12-24", .subject = "Away", .text = text };
	struct absence_script of = { mailbox_absence_value(world->arena, &absence), filter, rests };

	return arena_format(world->arena, "sieve script\n%s\n", absence_script_make(world->arena, &of));
}

/* --- tables ---------------------------------------------------------------------------------------------- */

static void filters(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\nsecond\t\n" });
	assert_int_equal(ask(world, "filters", ANNA)->count, 2);
	assert_string_equal(cell(world, 0, LF_SCRIPT), "main");
	assert_string_equal(cell(world, 0, LF_ACTIVE), "yes");
	assert_string_equal(cell(world, 1, LF_ACTIVE), "no");
	/* The list stands also where the words of the active one do not come. */
	assert_string_equal(world->note, "whether \"main\" sends mail on could not be read");
	say(world, (struct fake_reply){ .command = "sieve-get", .output = "sieve script\nrequire \"copy\"; # redirect \"not@this.example\";\n"
		"redirect :copy \"anna@elsewhere.example\"; if true { redirect \"b@elsewhere.example\"; }\n" });
	assert_int_equal(ask(world, "filters", ANNA)->count, 2);
	assert_null(world->note);
	assert_string_equal(cell(world, 0, LF_SENDS_TO), "anna@elsewhere.example, b@elsewhere.example");
	assert_string_equal(cell(world, 1, LF_SENDS_TO), "");
	/* Below an absence it is the one that goes on. */
	say(world, (struct fake_reply){ .command = "sieve-list", .form = FORM_JSON,
		.output = "[{\"script\":\"main\",\"active\":\"\"},{\"script\":\"postroom-absence\",\"active\":\"ACTIVE\"}]" });
	say(world, (struct fake_reply){ .command = "sieve-get", .output = script(world, "x", "main", true) });
	assert_int_equal(ask(world, "filters", ANNA)->count, 1);
	assert_string_equal(cell(world, 0, LF_ACTIVE), "yes");
	assert_non_null(strstr(world->note, "rests while the absence lasts"));
	say(world, (struct fake_reply){ .command = "sieve-list", .output = "" });
	assert_int_equal(ask(world, "filters", ANNA)->count, 0);
	say(world, (struct fake_reply){ .command = "sieve-list", .output = "", .status = 67, .complaint = "Error: User doesn't exist" });
	assert_null(ask(world, "filters", ANNA));
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
}

static void absence(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\t\npostroom-absence\tACTIVE\n" });
	say(world, (struct fake_reply){ .command = "sieve-get", .output = script(world, "I am\n\"away\"\x1b[31m", "main", false) });
	assert_int_equal(ask(world, "absence", ANNA)->count, 1);
	assert_string_equal(cell(world, 0, LB_TEXT), "I am\n\"away\"\x1b[31m");
	assert_string_equal(cell(world, 0, LB_UNTIL), "2026-12-24");
	assert_string_equal(cell(world, 0, LB_NOTE), "");
	say(world, (struct fake_reply){ .command = "sieve-get", .output = arena_format(world->arena, "%sdiscard;\n", script(world, "x", "main", false)) });
	assert_int_equal(ask(world, "absence", ANNA)->count, 1);
	assert_string_equal(cell(world, 0, LB_NOTE), "changed by hand since postroom wrote it");
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST "main\tACTIVE\n" });
	say(world, (struct fake_reply){ .command = "sieve-get", .output = "sieve script\nrequire \"vacation\";\nvacation \"own\";\n" });
	assert_int_equal(ask(world, "absence", ANNA)->count, 1);
	assert_non_null(strstr(cell(world, 0, LB_NOTE), "answers by itself"));
	say(world, (struct fake_reply){ .command = "sieve-get", .output = "sieve script\n# vacation\nkeep; /* vacation */\n" });
	assert_int_equal(ask(world, "absence", ANNA)->count, 0);
}

#define NAMESPACES "namespace/inbox/name=inbox\nnamespace/inbox/type=private\nnamespace/inbox/prefix=\nnamespace/shared/type=shared\n" \
	"namespace/shared/prefix=shared/%%u/\nnamespace/p/type=public\nnamespace/p/prefix=public/\n"

static void access_rows(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "dovecot-values", .output = NAMESPACES });
	say(world, (struct fake_reply){ .command = "folder-list", .output = "mailbox\nSent\nshared\nshared/bert@example.com/INBOX\npublic/news\nINBOX\n-x\n" });
	say(world, (struct fake_reply){ .command = "acl-get", .output = "ID\tGlobal\tRights\nowner\t\tlookup\nuser=bert@example.com\t\tlookup read write write-seen\n"
		"group=sales\t\tread lookup\n", .holes = ANNA " INBOX" });
	say(world, (struct fake_reply){ .command = "acl-get", .output = "", .status = 68, .complaint = "Error: Mailbox doesn't exist", .holes = ANNA " Sent" });
	assert_int_equal(ask(world, "access", ANNA)->count, 2);
	assert_int_equal(fake_hosts_runs(world->hosts, "acl-get"), 2);
	assert_string_equal(cell(world, 0, LC_WHO), "bert@example.com");
	assert_string_equal(cell(world, 0, LC_RIGHTS), "read");
	assert_string_equal(cell(world, 1, LC_WHO), "group=sales");
	assert_string_equal(cell(world, 1, LC_RIGHTS), "lookup,read");
	assert_null(world->note);
	/* Without the plugin there is one sentence, not one a folder. */
	say(world, (struct fake_reply){ .command = "acl-get", .output = "", .status = 64, .complaint = "Error: Unknown command 'acl'", .holes = ANNA " INBOX" });
	assert_null(ask(world, "access", ANNA));
	assert_non_null(strstr(world->error.text, "load the plugin"));
}

static void folders(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "dovecot-values", .failure = ERROR_UNSUPPORTED, .failure_text = "no way" });
	say(world, (struct fake_reply){ .command = "folder-sizes", .form = FORM_JSON, .output = "[{\"mailbox\":\"INBOX\",\"messages\":\"3\",\"vsize\":\"100\"},"
		"{\"mailbox\":\"info@example.com/INBOX\",\"messages\":\"9\",\"vsize\":\"9000000000\"},{\"mailbox\":\"shared/bert@example.com\",\"messages\":\"1\",\"vsize\":\"1\"},"
		"{\"mailbox\":\"Big\",\"messages\":\"1\",\"vsize\":\"5000000000\"},{\"mailbox\":\"Odd\",\"messages\":\"-1\",\"vsize\":\"x\"}]" });
	assert_int_equal(ask(world, "folders", ANNA)->count, 2);
	assert_string_equal(cell(world, 0, LZ_FOLDER), "Big");
	assert_string_equal(cell(world, 0, LZ_SIZE), "5000000000");
	assert_non_null(strstr(world->note, "taken for others'"));
}

static void smtp(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "smtp-sessions", .output = "{\"place\":\"/var/log/mail.log\",\"from\":\"Nov 20 06:00:01\",\"sessions\":["
		"{\"pid\":71,\"login\":\"anna\",\"client\":\"192.0.2.7\",\"since\":\"Nov 20 12:00:00\",\"mails\":3}],\"silent\":1,\"ended\":0}" });
	assert_int_equal(ask(world, "smtp", "anna " ANNA)->count, 1);
	assert_string_equal(fake_hosts_holes(world->hosts, "smtp-sessions"), "anna " ANNA);
	assert_string_equal(cell(world, 0, LT_SMTP_CLIENT), "192.0.2.7");
	assert_non_null(strstr(world->note, "/var/log/mail.log tells from Nov 20 06:00:01"));
	assert_non_null(strstr(world->note, "1 connection has sent nothing yet"));
	say(world, (struct fake_reply){ .command = "smtp-sessions", .output = "", .status = 127, .complaint = "sh: postroom: command not found" });
	assert_null(ask(world, "smtp", "anna"));
	assert_non_null(strstr(world->error.text, "the program is not there"));
}

/* --- the log ------------------------------------------------------------------------------------------------ */

static void log_of_several_places(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "dovecot-values", .output = "log_path=/var/log/dovecot.log\ninfo_log_path=\n" });
	say(world, (struct fake_reply){ .command = "postconf", .output = "\n" });
	say(world, (struct fake_reply){ .command = "log-lines", .output = "", .status = 2, .complaint = "grep: x: No such file or directory" });
	say(world, (struct fake_reply){ .command = "log-lines", .holes = ANNA " anna /var/log/dovecot.log", .piece = 7,
		.output = "Nov 20 12:00:02 imap(" ANNA "): Info: two\nNov 20 12:00:04 imap(" ANNA "): Info: four\n" });
	say(world, (struct fake_reply){ .command = "log-lines", .holes = ANNA " anna /var/log/mail.log",
		.output = "Nov 20 12:00:01 mail1 postfix/qmgr[1]: X: from=<" ANNA ">, one\nNov 20 12:00:03 mail1 x: joanna@example.org\n"
			"Nov 20 12:00:03 mail1 x: to=<anna@example.com.au>\nNov 20 12:00:03 mail1 x: sasl_username=anna\n" });
	assert_int_equal(ask(world, "log", ANNA " anna")->count, 4);
	assert_non_null(strstr(cell(world, 0, LL_TEXT), "four"));
	assert_string_equal(cell(world, 0, LL_TIME), "Nov 20 12:00:04");
	assert_non_null(strstr(cell(world, 1, LL_TEXT), "sasl_username=anna"));
	assert_non_null(strstr(cell(world, 2, LL_TEXT), "two"));
	assert_non_null(strstr(cell(world, 3, LL_TEXT), "one"));
	assert_string_equal(world->note, "read: /var/log/dovecot.log, /var/log/mail.log");
	assert_int_equal(fake_hosts_runs(world->hosts, "log-journal"), 0);
}

static void log_that_cannot_be_read(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "dovecot-values", .failure = ERROR_UNREACHABLE, .failure_text = "down" });
	say(world, (struct fake_reply){ .command = "postconf", .output = "/var/log/postfix.log\n" });
	say(world, (struct fake_reply){ .command = "log-lines", .output = "", .status = 2, .complaint = "grep: x: Permission denied" });
	say(world, (struct fake_reply){ .command = "log-journal", .output = "", .status = 1, .complaint = "" });
	assert_int_equal(ask(world, "log", "a.b+c@example.com")->count, 0);
	assert_string_equal(fake_hosts_holes(world->hosts, "log-journal"), "a\\.b\\+c@example\\.com");
	assert_non_null(strstr(world->note, "read: the journal of the last day"));
	assert_non_null(strstr(world->note, "not read: /var/log/postfix.log ("));
	say(world, (struct fake_reply){ .command = "log-journal", .output = "", .status = 1, .complaint = "Failed to open journal: Permission denied" });
	assert_int_equal(ask(world, "log", ANNA)->count, 0);
	assert_non_null(strstr(world->note, "no log could be read"));
}

static void log_without_a_way(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "log-lines", .failure = ERROR_UNSUPPORTED, .failure_text = "no way for log-lines" });
	assert_null(ask(world, "log", ANNA));
	assert_string_equal(world->error.text, "mail1: no way for log-lines");
}

/* Ids of one login only, from lines of smtpd only; never from what a client may call itself. */
static void mails_of_a_login(void **state)
{
	struct world *world = *state;

	say(world, (struct fake_reply){ .command = "postconf", .output = "/var/log/postfix.log\n" });
	say(world, (struct fake_reply){ .command = "log-lines", .output = "", .status = 2, .complaint = "grep: x: No such file or directory" });
	say(world, (struct fake_reply){ .command = "log-lines", .holes = "sasl_username= sasl_username= /var/log/postfix.log", .piece = 11, .output =
		"Nov 20 10:00:00 mx postfix/submission/smtpd[71]: 4F2A1C07D: client=x[192.0.2.7], sasl_method=PLAIN, sasl_username=Anna\n"
		"Nov 20 10:00:01 mx postfix/submission/smtpd[71]: 4F2A1C07E: client=x[192.0.2.7], sasl_method=PLAIN, sasl_username=joanna\n"
		"Nov 20 10:00:02 mx postfix/submission/smtpd[71]: 4F2A1C07F: client=x[192.0.2.7], sasl_method=PLAIN, sasl_username=anna.b\n"
		"Nov 20 10:00:03 mx postfix/cleanup[72]: 4F2A1C080: warning: header Subject: sasl_username=anna\n"
		"Nov 20 10:00:04 mx postfix/smtpd[73]: 4F2A1C081: client=x[192.0.2.7], sasl_method=PLAIN, sasl_username=" ANNA ", sasl_sender=y\n"
		"Nov 20 10:00:05 mx postfix/smtpd[73]: NOQUEUE: reject: RCPT from x[192.0.2.7]: sasl_username=anna\n" });
	say(world, (struct fake_reply){ .command = "log-lines", .holes = "sasl_username= sasl_username= /var/log/mail.log", .output = "" });
	assert_int_equal(ask(world, "sent", ANNA " anna")->count, 2);
	assert_string_equal(cell(world, 0, LG_ID), "4F2A1C07D");
	assert_string_equal(cell(world, 0, LG_LOGIN), "anna");
	assert_non_null(strstr(cell(world, 0, LG_TIME), "10"));
	assert_string_equal(cell(world, 1, LG_ID), "4F2A1C081");
	/* Only what may be missing is worth a word: which log was read is not. */
	assert_string_equal(world->note, "what a filter of the server gave back under another id is not known");
	/* What amavis gave back under another id; the rest is there already. */
	say(world, (struct fake_reply){ .command = "smtp-sessions", .output = "{\"place\":\"x\",\"sessions\":[],\"sent\":[{\"id\":\"4F2A1C07D\",\"time\":5},"
		"7,{\"id\":\"6B10\",\"time\":1795176000}]}" });
	assert_int_equal(ask(world, "sent", ANNA " anna")->count, 3);
	assert_string_equal(fake_hosts_holes(world->hosts, "smtp-sessions"), ANNA " anna");
	assert_string_equal(cell(world, 2, LG_ID), "6B10");
	assert_string_equal(cell(world, 2, LG_TIME), "2026-11-20T12:00:00Z");
	assert_null(world->note);
	say(world, (struct fake_reply){ .command = "smtp-sessions", .output = "", .status = 127, .complaint = "sh: postroom: command not found" });
	say(world, (struct fake_reply){ .command = "postconf", .output = "" });
	say(world, (struct fake_reply){ .command = "log-lines", .holes = "sasl_username= sasl_username= /var/log/mail.log", .output = "", .status = 2,
		.complaint = "grep: x: Permission denied" });
	say(world, (struct fake_reply){ .command = "log-journal", .output = "", .status = 1, .complaint = "Failed to open journal: Permission denied" });
	assert_int_equal(ask(world, "sent", "anna")->count, 0);
	assert_non_null(strstr(world->note, "no log could be read"));
	assert_non_null(strstr(world->note, "not read:"));
	assert_non_null(strstr(world->note, "a filter of the server"));
	/* What waits may be older than that. */
	say(world, (struct fake_reply){ .command = "log-journal", .output = "", .status = 1 });
	assert_int_equal(ask(world, "sent", "anna")->count, 0);
	assert_non_null(strstr(world->note, "the journal was read for the last day only"));
	assert_null(strstr(world->note, "no log could be read"));
	say(world, (struct fake_reply){ .command = "smtp-sessions", .failure = ERROR_UNSUPPORTED, .failure_text = "no way for smtp-sessions" });
	assert_int_equal(ask(world, "sent", "anna")->count, 0);
	assert_non_null(strstr(world->note, "a filter of the server"));
}

/* --- ends --------------------------------------------------------------------------------------------------------- */

static void cancelled(void **state)
{
	static const char *const tables[] = { "filters", "absence", "access", "folders", "log", "smtp", "sent" };
	struct world *world = *state;

	assert_null(live_person(world->live, 0, "nosuch", ANNA, on_rows, world));
	say(world, (struct fake_reply){ .command = "sieve-list", .output = LIST, .hangs = true });
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		live_job_cancel(live_person(world->live, 0, tables[i], ANNA, on_rows, world));
	loop_run(world->loop);
	assert_int_equal(world->ends, 0);
	/* Those that are open at the end are ended by whoever closes the servers. */
	live_person(world->live, 0, "filters", ANNA, on_rows, world);
}

static const char *junk(struct arena *arena, size_t *length)
{
	static const char *const pieces[] = { "script\tactive\n", "main\tACTIVE\n", "[{\"", "\"script\":", "}]", "\t", "\n", "# postroom-absence: text=x\n",
		"ID\tGlobal\tRights\n", "user=", "mailbox\tmessages\tvsize\n", "99999999999999999999", "{\"sessions\":[{}],\"place\":1", "\xff\xfe", "%%u", ANNA,
		"namespace/x/type=shared\n", "Nov 20 12:00:00 ", "\"", "\\", "postroom-absence\tACTIVE\n" };
	char *bytes = arena_alloc(arena, 4096);

	*length = 0;
	for (size_t i = trial_below(40); i > 0; i--) {
		const char *piece = pieces[trial_below(sizeof(pieces) / sizeof(pieces[0]))];

		if (trial_below(6) == 0)
			bytes[(*length)++] = (char)trial_random();
		memcpy(bytes + *length, piece, strlen(piece));
		*length += strlen(piece);
	}
	return bytes;
}

/* Whatever a server says, there is one end, with rows or a sentence. */
static void hostile(void **state)
{
	static const char *const commands[] = { "sieve-list", "sieve-get", "acl-get", "folder-list", "folder-sizes", "dovecot-values", "postconf",
		"log-lines", "log-journal", "smtp-sessions" };
	struct world *world = *state;
	long rounds = trial_rounds(300, 10000);

	trial_begin("hostile answers about a person");
	for (long round = 0; round < rounds; round++) {
		struct arena *arena = arena_new();
		unsigned before = world->ends;
		size_t length;

		for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
			const char *bytes = junk(arena, &length);

			say(world, (struct fake_reply){ .command = commands[i], .form = trial_below(2) ? FORM_JSON : FORM_OUTPUT, .output = length ? bytes : "",
				.length = length, .status = trial_below(4) ? 0 : (int)trial_below(130), .piece = 1 + trial_below(30) });
		}
		ask(world, live_person_tables[(size_t)round % 6].name, ANNA);
		assert_int_equal(world->ends, before + 1);
		assert_true(world->rows || *world->error.text);
		arena_free(arena);
	}
}

/* --- the script ------------------------------------------------------------------------------------------------------ */

static void scripts_come_back(void **state)
{
	static const char *const words[] = { "\"", "\\", "\n", "text:\n", ".\n", "${x}", "#", "*/", "/*", "ä", "%0A", " ", "\";discard;\"", "x" };
	struct world *world = *state;
	long rounds = trial_rounds(500, 20000);

	trial_begin("absences as scripts");
	for (long round = 0; round < rounds; round++) {
		struct arena *arena = arena_new();
		struct mailbox_absence of = { .text = "x", .from = trial_below(2) ? "2026-12-01" : NULL, .until = trial_below(2) ? "2026-12-24" : NULL };
		struct absence_script made = { .filter = trial_below(2) ? "main" : NULL }, back;
		const char *text;
		bool edited;

		for (size_t i = trial_below(12); i > 0; i--)
			of.text = arena_format(arena, "%s%s", of.text, words[trial_below(sizeof(words) / sizeof(words[0]))]);
		made.absence = mailbox_absence_value(arena, &of);
		made.rests = made.filter && trial_below(2);
		text = absence_script_make(arena, &made);
		assert_true(absence_script_read(arena, text, &back, &edited));
		assert_false(edited);
		assert_string_equal(back.absence, made.absence);
		assert_int_equal(back.rests, made.rests);
		assert_true(script_answers(text));
		/* What a person writes stays inside of its quotes. */
		assert_null(strstr(text, "\n;discard;"));
		arena_free(arena);
	}
	(void)world;
}

static void scripts_that_send_on(void **state)
{
	static const struct { const char *script, *to; } cases[] = {
		{ "", NULL }, { "keep;", NULL }, { "# redirect \"a@b.example\";\nkeep;", NULL }, { "/* redirect \"a@b.example\"; */", NULL },
		{ "redirect \"a@b.example\";", "a@b.example" }, { "REDIRECT \"a@b.example\"", "a@b.example" },
		{ "redirect :copy :notify \"NEVER\" \"a@b.example\";", "a@b.example" },
		{ "fileinto \"redirect \\\"x@y.example\\\"\"; keep;", NULL }, { "redirect text:\na@b.example\n.\n;", "somebody that the script names elsewhere" },
		{ "redirect \"a@b.example", "a@b.example" }, { "redirect", "somebody that the script names elsewhere" }, { "redirected \"a@b.example\";", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct arena *arena = arena_new();
		const char *to = script_sends_to(arena, cases[i].script);

		if (cases[i].to == NULL)
			assert_null(to);
		else
			assert_string_equal(to, cases[i].to);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(filters, set_up, tear_down),
		cmocka_unit_test(scripts_that_send_on),
		cmocka_unit_test_setup_teardown(absence, set_up, tear_down),
		cmocka_unit_test_setup_teardown(access_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(folders, set_up, tear_down),
		cmocka_unit_test_setup_teardown(smtp, set_up, tear_down),
		cmocka_unit_test_setup_teardown(log_of_several_places, set_up, tear_down),
		cmocka_unit_test_setup_teardown(log_that_cannot_be_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(log_without_a_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(mails_of_a_login, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cancelled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hostile, set_up, tear_down),
		cmocka_unit_test_setup_teardown(scripts_come_back, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("live_person", tests, NULL, NULL);
}
