/*
 * One person's mailbox on the lab's real Dovecot and Postfix: a filter is switched off and on, an absence answers a mail
 * and stops, a colleague sees a folder and no more, a flush and a login are told right also where nothing runs, an SMTP
 * session of a real client is seen and ended; what a person's page asks. By programs, over the doveadm API, and over ssh
 * where the lab has an sshd. Longer than 600 lines because all of it is about one mailbox, each test from where the last one left it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/child.h"
#include "base/file.h"
#include "base/talk.h"
#include "base/text.h"
#include "gate/gate.h"
#include "live/live.h"
#include "model/live_kinds.h"
#include "model/mailbox.h"
#include "model/rows.h"

#define ANNA "anna.schmid@example.com"
#define ANNAS_LOGIN "aschmid1"
#define JAN "jan.novak@example.org"
#define FALK "frieda.keeps@example.com"

enum { BY_PROGRAM, BY_API, NOWHERE, BY_SSH, HOSTS };

struct world {
	struct loop *loop;
	struct hosts *hosts;
	struct live *live;
	struct arena *arena;
	char *password;
	char down[300];                    /* a configuration of a Dovecot that does not run */
	size_t host_count;
	struct text output, complaint;     /* of the last program */
	struct rows *rows;
	const char *note;
	struct change *change;
	struct facts facts;
	struct plan plan;
	struct operation inverse;
	struct error error;
	bool done;
};

static const char *lab(const char *name)
{
	const char *value = getenv(name);

	return value ? value : "";
}

static bool missing(void)
{
	return geteuid() != 0 || !*lab("LAB_DOVECOT1_CONF") || !*lab("LAB_POSTFIX_CONF") || strcmp(lab("LAB_PROFILE"), "debian") == 0 || !getenv("POSTROOM");
}

/* --- programs -------------------------------------------------------------------------------------------- */

static void ran(const struct child_result *result, void *context)
{
	struct world *world = context;

	text_clear(&world->output);
	text_clear(&world->complaint);
	text_add_bytes(&world->output, result->output, result->output_length);
	text_add_bytes(&world->complaint, result->complaint, result->complaint_length);
	world->done = true;
}

static const char *run(struct world *world, const char *input, const char *const *argv)
{
	struct child_request request = { .argv = argv, .deadline = 60000, .input = input, .input_length = input ? strlen(input) : 0 };

	world->done = false;
	child_run(world->loop, &request, ran, world);
	loop_run_until(world->loop, &world->done);
	return text_get(&world->output);
}

#define DOVEADM(world, input, ...) run(world, input, (const char *const[]){ "/usr/bin/doveadm", "-c", lab("LAB_DOVECOT1_CONF"), __VA_ARGS__, NULL })

static void pause_a_moment(struct world *world)
{
	run(world, NULL, (const char *const[]){ "/bin/sleep", "0.1", NULL });
}

/* --- the store ---------------------------------------------------------------------------------------------- */

static void plan(struct world *world, struct change *takes)
{
	struct store *store = live_store(world->live);

	change_free(world->change);
	world->change = takes;
	memset(&world->facts, 0, sizeof(world->facts));
	memset(&world->plan, 0, sizeof(world->plan));
	error_clear(&world->error);
	if (!store->gather(store->self, takes, world->arena, &world->facts, &world->error) ||
	    !store->plan(store->self, takes, &world->facts, world->arena, &world->plan, &world->error))
		fail_msg("%s", world->error.text);
}

static enum outcome apply_step(struct world *world, const struct operation *operation)
{
	struct store *store = live_store(world->live);
	const char *version;

	memset(&world->inverse, 0, sizeof(world->inverse));
	error_clear(&world->error);
	return store->apply(store->self, operation, world->arena, &world->inverse, &version, &world->error);
}

static enum outcome change(struct world *world, struct change *takes)
{
	plan(world, takes);
	assert_int_equal(world->plan.count, 1);
	return apply_step(world, &world->plan.operations[0]);
}

static void done(struct world *world, struct change *takes)
{
	if (change(world, takes) != OUTCOME_APPLIED)
		fail_msg("%s", world->error.text);
	assert_int_equal(world->inverse.did, 1);
}

static void taken_back(struct world *world)
{
	struct operation back = world->inverse;

	if (apply_step(world, &back) != OUTCOME_APPLIED)
		fail_msg("%s", world->error.text);
}

static const char *server(struct world *world, size_t host)
{
	return host_at(world->hosts, host)->name;
}

/* --- what a page asks ----------------------------------------------------------------------------------------- */

static void on_rows(void *context, struct rows *takes, const char *note, const struct error *error)
{
	struct world *world = context;

	rows_free(world->rows);
	world->rows = takes;
	world->note = note ? arena_text(world->arena, note) : NULL;
	world->error = *error;
	world->done = true;
}

static size_t ask(struct world *world, size_t host, const char *table, const char *user)
{
	world->done = false;
	assert_non_null(live_person(world->live, host, table, user, on_rows, world));
	loop_run_until(world->loop, &world->done);
	if (!world->rows)
		fail_msg("%s: %s", table, world->error.text);
	return world->rows->count;
}

static const char *cell(struct world *world, const char *name, size_t column)
{
	for (size_t i = 0; i < world->rows->count; i++)
		if (strcmp(world->rows->rows[i].name, name) == 0)
			return world->rows->rows[i].values[column].bytes;
	return NULL;
}

/* --- before and after --------------------------------------------------------------------------------------------- */

static void write_down(struct world *world)
{
	FILE *file;

	snprintf(world->down, sizeof(world->down), "%s/down.conf", lab("LAB_DIR"));
	file = fopen(world->down, "w");
	assert_non_null(file);
	fprintf(file, "!include %s\nbase_dir = %s/nothing-runs-here\n", lab("LAB_DOVECOT1_CONF"), lab("LAB_DIR"));
	fclose(file);
}

static int set_up(void **state)
{
	static const struct live_settings settings = { .own_domains = NULL };
	struct host_settings list[HOSTS] = {
		[BY_PROGRAM] = { .name = "mail1", .roles = HOST_MAILBOX | HOST_TRANSPORT, .exec = true, .dovecot_config = lab("LAB_DOVECOT1_CONF"),
			.postfix_config = lab("LAB_POSTFIX_CONF"), .postroom = getenv("POSTROOM") },
		[BY_API] = { .name = "api", .roles = HOST_MAILBOX, .http_url = lab("LAB_DOVEADM_URL1"), .http_key_file = lab("LAB_DOVEADM_KEY_FILE"),
			.http_plain = true },
		[NOWHERE] = { .name = "down", .roles = HOST_MAILBOX, .exec = true },
		[BY_SSH] = { .name = "ssh", .roles = HOST_MAILBOX, .ssh_target = lab("LAB_SSH_TARGET"), .ssh_port = atoi(lab("LAB_SSH_PORT")),
			.ssh_key = lab("LAB_SSH_KEY"), .ssh_known_hosts = lab("LAB_SSH_KNOWN_HOSTS"), .ssh_config = lab("LAB_SSH_CONFIG"),
			.dovecot_config = lab("LAB_DOVECOT1_CONF") },
	};
	struct world *world = calloc(1, sizeof(*world));

	*state = world;
	world->arena = arena_new();
	if (missing())
		return 0;
	world->password = file_read_secret(world->arena, lab("LAB_PEOPLE_SECRET"), NULL);
	assert_non_null(world->password);
	write_down(world);
	list[NOWHERE].dovecot_config = world->down;
	world->loop = loop_new();
	world->host_count = *lab("LAB_SSH_TARGET") ? HOSTS : BY_SSH;
	world->hosts = hosts_open(world->loop, list, world->host_count);
	world->live = live_open(world->loop, world->hosts, &settings);
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	if (world->loop) {
		DOVEADM(world, NULL, "sieve", "deactivate", "-u", ANNA);
		DOVEADM(world, NULL, "sieve", "delete", "-u", ANNA, "main", "postroom-absence");
		DOVEADM(world, NULL, "acl", "delete", "-u", ANNA, "INBOX", "user=" JAN);
		unlink(world->down);
		rows_free(world->rows);
		text_free(&world->output);
		text_free(&world->complaint);
		live_close(world->live);
		hosts_close(world->hosts);
		loop_free(world->loop);
	}
	change_free(world->change);
	arena_free(world->arena);
	free(world);
	return 0;
}

#define NEEDS_LAB(world) do { if (!(world)->loop) skip(); } while (0)
/* By each way to the same Dovecot. */
#define EACH_WAY(world, host) for (size_t host = 0; host < (world)->host_count; host++) if (host != NOWHERE)

/* --- filter ------------------------------------------------------------------------------------------------------- */

#define MAIN "require [\"fileinto\"];\nif header :contains \"subject\" \"to-trash\" { fileinto \"Trash\"; stop; }\n"

static void put_main(struct world *world, const char *script)
{
	DOVEADM(world, script, "sieve", "put", "-u", ANNA, "-a", "main");
	assert_string_equal(text_get(&world->complaint), "");
}

static const char *scripts(struct world *world)
{
	return DOVEADM(world, NULL, "-f", "tab", "sieve", "list", "-u", ANNA);
}

static void test_filter(void **state)
{
	struct world *world = *state;

	NEEDS_LAB(world);
	put_main(world, MAIN);
	EACH_WAY(world, host) {
		done(world, mailbox_change_filter(server(world, host), ANNA, NULL));
		assert_string_equal(scripts(world), "script\tactive\nmain\t\n");
		assert_int_equal(ask(world, host, "filters", ANNA), 1);
		assert_string_equal(cell(world, "main", LF_ACTIVE), "no");
		taken_back(world);
		assert_string_equal(scripts(world), "script\tactive\nmain\tACTIVE\n");
		assert_int_equal(ask(world, host, "filters", ANNA), 1);
		assert_string_equal(cell(world, "main", LF_ACTIVE), "yes");
		assert_int_equal(ask(world, host, "absence", ANNA), 0);
	}
	assert_int_equal(change(world, mailbox_change_filter("mail1", ANNA, "nosuch")), OUTCOME_NOT_APPLIED);
	assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
}

/* --- absence --------------------------------------------------------------------------------------------------------- */

static const struct { const char *from, *until; } days[] = { { "2020-01-01", "2099-12-31" }, { NULL, NULL }, { "2020-01-01", NULL }, { NULL, "2099-12-31" } };
#define TEXT "I am \"away\" \\ back soon.\n.\n..dots\ntext: ${x} 100 % \xc3\xa4\n/* no comment */ # none"

static bool has_mail(struct world *world, const char *user, const char *box, const char *subject)
{
	return strchr(DOVEADM(world, NULL, "search", "-u", user, "mailbox", box, "subject", subject), ' ') != NULL;
}

static bool queue_is_empty(struct world *world)
{
	return strstr(run(world, NULL, (const char *const[]){ "/usr/sbin/postqueue", "-c", lab("LAB_POSTFIX_CONF"), "-j", NULL }), "@example.") == NULL;
}

/* Delivered, and whatever it gave rise to too. */
static void deliver(struct world *world, const char *from, const char *subject, const char *box)
{
	const char *mail = arena_format(world->arena, "From: %s\nTo: " ANNA "\nSubject: %s\n\nhello\n", from, subject);
	const char *environment = arena_format(world->arena, "MAIL_CONFIG=%s", lab("LAB_POSTFIX_CONF"));

	run(world, mail, (const char *const[]){ "/usr/bin/env", environment, "/usr/sbin/sendmail", "-i", "-f", from, ANNA, NULL });
	for (int i = 0; i < 300 && !has_mail(world, ANNA, box, subject); i++)
		pause_a_moment(world);
	assert_true(has_mail(world, ANNA, box, subject));
	for (int i = 0; i < 300 && !queue_is_empty(world); i++)
		pause_a_moment(world);
}

static const char *unique(struct world *world, const char *word)
{
	static unsigned number;

	return arena_format(world->arena, "%s-%d-%u", word, (int)getpid(), number++);
}

static void test_absence_answers(void **state)
{
	struct world *world = *state;
	struct mailbox_absence absence = { .from = "2020-01-01", .until = "2099-12-31", .text = TEXT };
	const char *hello, *filed, *later;

	NEEDS_LAB(world);
	put_main(world, MAIN);
	absence.subject = unique(world, "Away \"really\" \\");
	hello = unique(world, "hello");
	filed = unique(world, "to-trash");
	later = unique(world, "later");
	done(world, mailbox_change_absence("mail1", ANNA, &absence));
	assert_string_equal(scripts(world), "script\tactive\nmain\t\npostroom-absence\tACTIVE\n");
	deliver(world, JAN, hello, "INBOX");
	assert_true(has_mail(world, JAN, "INBOX", absence.subject));
	DOVEADM(world, NULL, "fetch", "-u", JAN, "body", "mailbox", "INBOX", "subject", absence.subject);
	assert_non_null(strstr(text_get(&world->output), "I am \"away\" \\ back soon."));
	assert_non_null(strstr(text_get(&world->output), "/* no comment */ # none"));
	/* The filter goes on, and it stops without stopping the answer. */
	deliver(world, FALK, filed, "Trash");
	assert_true(has_mail(world, FALK, "INBOX", absence.subject));
	done(world, mailbox_change_absence("mail1", ANNA, NULL));
	assert_string_equal(scripts(world), "script\tactive\nmain\tACTIVE\n");
	DOVEADM(world, NULL, "expunge", "-u", FALK, "mailbox", "INBOX", "subject", absence.subject);
	deliver(world, FALK, later, "INBOX");
	assert_false(has_mail(world, FALK, "INBOX", absence.subject));
	taken_back(world);
	assert_int_equal(ask(world, BY_PROGRAM, "absence", ANNA), 1);
	assert_string_equal(cell(world, MAILBOX_ABSENCE_SCRIPT, LB_TEXT), TEXT);
	assert_string_equal(cell(world, MAILBOX_ABSENCE_SCRIPT, LB_UNTIL), "2099-12-31");
	assert_string_equal(cell(world, MAILBOX_ABSENCE_SCRIPT, LB_NOTE), "");
	assert_int_equal(ask(world, BY_PROGRAM, "filters", ANNA), 1);
	assert_string_equal(cell(world, "main", LF_ACTIVE), "yes");
	done(world, mailbox_change_absence("mail1", ANNA, NULL));
	DOVEADM(world, NULL, "expunge", "-u", ANNA, "mailbox", "INBOX", "OR", "subject", hello, "subject", later);
	DOVEADM(world, NULL, "expunge", "-u", ANNA, "mailbox", "Trash", "subject", filed);
	DOVEADM(world, NULL, "expunge", "-u", JAN, "mailbox", "INBOX", "subject", absence.subject);
}

/* Every form of it compiles there, also over a filter that answers by itself, and the mail is kept whatever comes. */
static void test_absence_forms(void **state)
{
	static const char *const addresses[] = { "anna@example.com", "a\"b@example.com", NULL };
	struct world *world = *state;

	NEEDS_LAB(world);
	for (size_t own = 0; own < 2; own++) {
		put_main(world, own ? "require [\"vacation\"];\nvacation \"own\";\n" : MAIN);
		/* Ssh gives the same bytes to the same program, a login later. */
		for (size_t host = BY_PROGRAM; host <= BY_API; host++)
			for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
				struct mailbox_absence absence = { .from = days[i].from, .until = days[i].until, .text = TEXT, .addresses = i % 2 ? addresses : NULL };
				const char *subject = unique(world, "form");

				done(world, mailbox_change_absence(server(world, host), ANNA, &absence));
				/* The filter below it is exchanged while it stands. */
				done(world, mailbox_change_filter(server(world, host), ANNA, NULL));
				taken_back(world);
				assert_int_equal(ask(world, host, "absence", ANNA), 1);
				assert_string_equal(cell(world, MAILBOX_ABSENCE_SCRIPT, LB_TEXT), TEXT);
				if (host == BY_PROGRAM && i == 0) {
					deliver(world, JAN, subject, "INBOX");
					DOVEADM(world, NULL, "expunge", "-u", ANNA, "mailbox", "INBOX", "subject", subject);
				}
				done(world, mailbox_change_absence(server(world, host), ANNA, NULL));
				assert_string_equal(scripts(world), "script\tactive\nmain\tACTIVE\n");
			}
		assert_int_equal(ask(world, BY_PROGRAM, "absence", ANNA), own);
	}
	/* Pigeonhole says so in this file where a run failed. */
	assert_string_equal(run(world, NULL, (const char *const[]){ "/usr/bin/find", lab("LAB_MAIL"), "-name", ".dovecot.sieve.log", "-newer",
		lab("POSTROOM_CONFIG"), "-path", "*anna.schmid*", NULL }), "");
}

/* --- access ------------------------------------------------------------------------------------------------------------- */

static bool jan_sees(struct world *world)
{
	return strstr(DOVEADM(world, NULL, "mailbox", "list", "-u", JAN), "shared/" ANNA) != NULL;
}

static void test_access(void **state)
{
	struct world *world = *state;

	NEEDS_LAB(world);
	EACH_WAY(world, host) {
		assert_false(jan_sees(world));
		done(world, mailbox_change_access(server(world, host), ANNA, "INBOX", JAN, "read"));
		assert_true(jan_sees(world));
		assert_string_equal(DOVEADM(world, NULL, "-f", "tab", "acl", "get", "-u", ANNA, "INBOX"),
			"ID\tGlobal\tRights\nuser=" JAN "\t\tlookup read write write-seen\n");
		done(world, mailbox_change_access(server(world, host), ANNA, "INBOX", JAN, "write"));
		assert_int_equal(ask(world, host, "access", ANNA), 1);
		/* The API does not tell the namespaces, so folders of others are known by the address in their name; it is said. */
		assert_true(host != BY_API || strstr(world->note, "are taken for others'"));
		assert_string_equal(cell(world, "INBOX " JAN, LC_WHO), JAN);
		assert_string_equal(cell(world, "INBOX " JAN, LC_RIGHTS), "write");
		taken_back(world);
		ask(world, host, "access", ANNA);
		assert_string_equal(cell(world, "INBOX " JAN, LC_RIGHTS), "read");
		done(world, mailbox_change_access(server(world, host), ANNA, "INBOX", JAN, "none"));
		assert_false(jan_sees(world));
	}
	/* Whose folders jan sees are not his. */
	done(world, mailbox_change_access("mail1", ANNA, "INBOX", JAN, "all"));
	assert_int_equal(ask(world, BY_PROGRAM, "access", JAN), 0);
	assert_true(ask(world, BY_PROGRAM, "folders", JAN) > 0);
	assert_non_null(cell(world, "INBOX", LZ_SIZE));
	assert_null(cell(world, "shared/" ANNA "/INBOX", LZ_SIZE));
	taken_back(world);
}

/* --- repairs -------------------------------------------------------------------------------------------------------------- */

static void test_flush_and_count(void **state)
{
	struct world *world = *state;

	NEEDS_LAB(world);
	EACH_WAY(world, host) {
		done(world, mailbox_change_do(server(world, host), ANNA, "flush"));
		done(world, mailbox_change_do(server(world, host), ANNA, "recalculate"));
		assert_int_equal(change(world, mailbox_change_do(server(world, host), "nobody@example.com", "recalculate")), OUTCOME_NOT_APPLIED);
		assert_int_equal(world->error.kind, ERROR_NOT_FOUND);
	}
	/* doveadm ends with 0 there. */
	assert_int_equal(change(world, mailbox_change_do("down", ANNA, "flush")), OUTCOME_NOT_APPLIED);
	if (world->error.kind != ERROR_UNREACHABLE || !strstr(world->error.text, "not running"))
		fail_msg("%s", world->error.text);
}

static void test_login(void **state)
{
	static const struct { const char *server; bool right; enum outcome outcome; enum error_kind kind; } cases[] = {
		{ "mail1", true, OUTCOME_APPLIED, ERROR_NONE },
		{ "mail1", false, OUTCOME_NOT_APPLIED, ERROR_REFUSED },
		{ "down", true, OUTCOME_NOT_APPLIED, ERROR_UNREACHABLE },
		{ "ssh", true, OUTCOME_APPLIED, ERROR_NONE },
		{ "ssh", false, OUTCOME_NOT_APPLIED, ERROR_REFUSED },
	};
	struct world *world = *state;

	NEEDS_LAB(world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (strcmp(cases[i].server, "ssh") == 0 && world->host_count < HOSTS)
			continue;
		if (change(world, mailbox_change_try(cases[i].server, ANNA, cases[i].right ? world->password : "wrong canary 42")) != cases[i].outcome ||
		    world->error.kind != cases[i].kind)
			fail_msg("case %zu: %s", i, world->error.text);
		assert_null(strstr(world->error.text, "canary"));
	}
	/* The API has no way for a password. */
	change_free(world->change);
	assert_false(live_store(world->live)->gather(live_store(world->live)->self, world->change = mailbox_change_try("api", ANNA, "x"), world->arena,
		&world->facts, &world->error));
	assert_int_equal(world->error.kind, ERROR_UNSUPPORTED);
}

/* --- SMTP sessions ------------------------------------------------------------------------------------------------------------ */

struct client {
	struct world *world;
	struct talk *talk;
	const char *from;                  /* NULL: logs in and sends nothing */
	const char *login;
	unsigned step;
	bool ready, ended;
};

static void say(struct client *client, const char *words)
{
	talk_send(client->talk, arena_format(client->world->arena, "%s\r\n", words));
}

static void send_plain(struct client *client)
{
	struct arena *arena = client->world->arena;
	size_t login = strlen(client->login), password = strlen(client->world->password);
	char *bytes = arena_alloc(arena, login + password + 3);

	memcpy(bytes + 1, client->login, login);
	memcpy(bytes + login + 2, client->world->password, password);
	say(client, arena_format(arena, "AUTH PLAIN %s", base64_encode(arena, bytes, login + password + 2)));
}

/* A reply's last line came: the next command. */
static void go_on(struct client *client)
{
	struct arena *arena = client->world->arena;

	switch (client->step++) {
	case 0: say(client, "EHLO client.example.com"); break;
	case 1: say(client, "STARTTLS"); break;
	case 2: talk_secure(client->talk); break;
	case 3: send_plain(client); break;
	case 4:
		client->ready = !client->from;
		if (client->from)
			say(client, arena_format(arena, "MAIL FROM:<%s>", client->from));
		break;
	case 5: say(client, "RCPT TO:<" JAN ">"); break;
	case 6: say(client, "DATA"); break;
	case 7: say(client, "Subject: from a session\r\n\r\nx\r\n."); break;
	case 8: client->ready = true; break;
	}
}

static void on_line(void *context, const char *line)
{
	if (strlen(line) > 3 && line[3] == ' ')
		go_on(context);
}

static void on_ready(void *context)
{
	struct client *client = context;

	/* TLS stands: who are you again. */
	if (client->step == 3)
		say(client, "EHLO client.example.com");
}

static void on_ended(void *context, const struct error *error)
{
	struct client *client = context;

	(void)error;
	client->ended = true;
	client->ready = true;
}

static void log_in(struct world *world, struct client *client, const char *login, const char *from)
{
	struct talk_settings settings = { .host = "127.0.0.1", .port = atoi(lab("LAB_SUBMISSION")), .server_name = "mail1.example.com",
		.ca_file = lab("LAB_CA"), .deadline = 120000, .ready = on_ready, .line = on_line, .ended = on_ended, .context = client };

	*client = (struct client){ .world = world, .login = login, .from = from };
	client->talk = talk_open(world->loop, &settings);
	loop_run_until(world->loop, &client->ready);
	assert_false(client->ended);
}

static void test_smtp(void **state)
{
	static const char *const logins[] = { ANNA, ANNAS_LOGIN, NULL };
	struct world *world = *state;
	struct client annas[2], jans, silent;

	NEEDS_LAB(world);
	log_in(world, &annas[0], ANNA, ANNA);
	log_in(world, &annas[1], ANNA, ANNA);
	log_in(world, &jans, JAN, JAN);
	log_in(world, &silent, ANNA, NULL);
	assert_int_equal(ask(world, BY_PROGRAM, "smtp", ANNA " " ANNAS_LOGIN), 2);
	assert_string_equal(world->rows->rows[0].values[LT_SMTP_LOGIN].bytes, ANNAS_LOGIN);
	assert_string_equal(world->rows->rows[0].values[LT_SMTP_CLIENT].bytes, "127.0.0.1");
	assert_string_equal(world->rows->rows[0].values[LT_SMTP_MAILS].bytes, "1");
	assert_non_null(strstr(world->note, "sent nothing yet"));
	plan(world, mailbox_change_smtp("mail1", ANNA, logins));
	assert_int_equal(apply_step(world, &world->plan.operations[0]), OUTCOME_APPLIED);
	assert_int_equal(world->inverse.did, 2);
	loop_run_until(world->loop, &annas[0].ended);
	loop_run_until(world->loop, &annas[1].ended);
	assert_false(jans.ended);
	assert_int_equal(ask(world, BY_PROGRAM, "smtp", ANNAS_LOGIN), 0);
	/* Nobody else waits for it: the service takes the next one at once. */
	talk_close(annas[0].talk);
	log_in(world, &annas[0], ANNA, ANNA);
	assert_int_equal(apply_step(world, &world->plan.operations[0]), OUTCOME_APPLIED);
	assert_int_equal(apply_step(world, &world->plan.operations[0]), OUTCOME_ALREADY);
	assert_false(jans.ended || silent.ended);
	talk_close(annas[0].talk);
	talk_close(annas[1].talk);
	talk_close(jans.talk);
	talk_close(silent.talk);
	DOVEADM(world, NULL, "expunge", "-u", JAN, "mailbox", "INBOX", "subject", "from a session");
}

/* --- through the gate --------------------------------------------------------------------------------------------------------------- */

struct walk { struct world *world; struct review *review; enum outcome outcome; char id[64], sentence[300], error[600]; bool can_undo; };

static void on_review(void *context, struct review *takes)
{
	struct walk *walk = context;

	walk->review = takes;
	walk->world->done = true;
}

static void on_result(void *context, const struct gate_result *result)
{
	struct walk *walk = context;

	walk->outcome = result->outcome;
	walk->can_undo = result->can_undo;
	snprintf(walk->id, sizeof(walk->id), "%s", result->id ? result->id : "");
	snprintf(walk->sentence, sizeof(walk->sentence), "%s", result->sentence ? result->sentence : "");
	snprintf(walk->error, sizeof(walk->error), "%s", result->error.text);
	walk->world->done = true;
}

/* The review is confirmed as it is. */
static void walk_on(struct walk *walk, struct gate *gate)
{
	struct world *world = walk->world;

	loop_run_until(world->loop, &world->done);
	world->done = false;
	if (!walk->review->allowed)
		fail_msg("%s", walk->review->refusal.text);
	gate_submit(gate, walk->review, walk->review->confirm == CONFIRM_NAME ? walk->review->confirm_text : NULL, NULL, on_result, walk);
	loop_run_until(world->loop, &world->done);
	review_free(walk->review);
	world->done = false;
}

static void through(struct walk *walk, struct gate *gate, struct change *takes)
{
	walk->world->done = false;
	gate_preview(gate, takes, on_review, walk);
	change_free(takes);
	walk_on(walk, gate);
}

static void test_through_the_gate(void **state)
{
	struct world *world = *state;
	struct mailbox_absence absence = { .until = "2099-12-31", .text = TEXT };
	char directory[] = "/tmp/mailbox-XXXXXX";
	struct gate_settings settings = { .state_directory = directory, .role = ROLE_ADMIN, .identity = "live test", .system = "TEST" };
	struct walk walk = { .world = world };
	struct gate *gate;

	NEEDS_LAB(world);
	assert_non_null(mkdtemp(directory));
	put_main(world, MAIN);
	world->done = false;
	gate = gate_open(world->loop, &settings);
	gate_register(gate, live_store(world->live));
	through(&walk, gate, mailbox_change_absence("mail1", ANNA, &absence));
	assert_int_equal(walk.outcome, OUTCOME_APPLIED);
	assert_string_equal(walk.sentence, "Out of office of " ANNA " set until 2099-12-31 on mail1");
	assert_true(walk.can_undo);
	assert_string_equal(scripts(world), "script\tactive\nmain\t\npostroom-absence\tACTIVE\n");
	world->done = false;
	gate_preview_undo(gate, walk.id, on_review, &walk);
	walk_on(&walk, gate);
	assert_int_equal(walk.outcome, OUTCOME_APPLIED);
	assert_string_equal(scripts(world), "script\tactive\nmain\tACTIVE\n");
	world->done = false;
	through(&walk, gate, mailbox_change_access("mail1", ANNA, "INBOX", JAN, "read"));
	assert_int_equal(walk.outcome, OUTCOME_APPLIED);
	gate_preview_undo(gate, walk.id, on_review, &walk);
	walk_on(&walk, gate);
	assert_int_equal(walk.outcome, OUTCOME_APPLIED);
	assert_false(jan_sees(world));
	world->done = false;
	through(&walk, gate, mailbox_change_try("mail1", ANNA, world->password));
	assert_int_equal(walk.outcome, OUTCOME_APPLIED);
	assert_false(walk.can_undo);
	assert_string_equal(walk.sentence, "Login of " ANNA " tried on mail1: accepted");
	through(&walk, gate, mailbox_change_try("mail1", ANNA, "wrong canary 42"));
	assert_int_equal(walk.outcome, OUTCOME_NOT_APPLIED);
	assert_non_null(strstr(walk.error, "is refused with this password"));
	assert_true(gate_close(gate));
	/* Neither the right one nor the wrong one is in what the gate keeps. */
	run(world, NULL, (const char *const[]){ "/usr/bin/grep", "-r", "-l", "-e", world->password, "-e", "canary", directory, NULL });
	assert_string_equal(text_get(&world->output), "");
	run(world, NULL, (const char *const[]){ "/usr/bin/rm", "-r", directory, NULL });
}

/* --- the log --------------------------------------------------------------------------------------------------------------------- */

static void test_log(void **state)
{
	struct world *world = *state;
	bool dovecot = false, postfix = false;

	NEEDS_LAB(world);
	deliver(world, JAN, unique(world, "logged"), "INBOX");
	assert_true(ask(world, BY_PROGRAM, "log", ANNA) > 0);
	assert_true(world->rows->count <= 40);
	for (size_t i = 0; i < world->rows->count; i++) {
		const char *text = world->rows->rows[i].values[LL_TEXT].bytes;

		assert_non_null(strcasestr(text, ANNA));
		dovecot = dovecot || strstr(text, "lmtp(");
		postfix = postfix || strstr(text, "postfix/");
	}
	assert_true(dovecot && postfix);
	assert_non_null(strstr(world->note, "/log/dovecot1.log"));
	assert_non_null(strstr(world->note, "/log/postfix.log"));
	assert_int_equal(ask(world, BY_PROGRAM, "log", "nobody.like.this@example.com"), 0);
	DOVEADM(world, NULL, "expunge", "-u", ANNA, "mailbox", "INBOX", "subject", "logged-");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filter),
		cmocka_unit_test(test_absence_answers),
		cmocka_unit_test(test_absence_forms),
		cmocka_unit_test(test_access),
		cmocka_unit_test(test_flush_and_count),
		cmocka_unit_test(test_login),
		cmocka_unit_test(test_smtp),
		cmocka_unit_test(test_through_the_gate),
		cmocka_unit_test(test_log),
	};

	return cmocka_run_group_tests_name("mailbox", tests, set_up, tear_down);
}
