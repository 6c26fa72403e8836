/*
 * test_pty_secrets: twenty secrets go in, none comes out where it may be seen.
 *
 * Passwords of the login, in a file and typed, right and wrong; passwords of
 * fetchmail, typed into the form, named as a file, typed at the prompt of a
 * command.  Looked through afterwards: arguments and environment of all
 * processes, the terminal's stream, everything written to files, sockets and
 * the log (strace), the journal and drafts.  Needs the lab; without strace the
 * written bytes are not looked at, and it says so.
 */
#include "tests/live/secrets.h"

enum { SECRETS = 20 };

static char *limited, *admin, *asking;

static struct pty_session *start(const char *const *arguments)
{
	return secrets_start(NULL, 0, 0, arguments);
}

static void set_password_of_limited(const char *file)
{
	char path[300], change[600];

	assert_int_equal(lab_ldap("ldappasswd", "passwd", "-T", file, console_env("LAB_LIMITED_DN"), NULL), 0);
	/* What an administrator sets must be changed, as the policy of the lab has it; not by this login. */
	snprintf(path, sizeof(path), "%s/must.ldif", console_folder());
	snprintf(change, sizeof(change), "dn: %s\nchangetype: modify\ndelete: pwdReset\n", console_env("LAB_LIMITED_DN"));
	console_write(path, change);
	assert_int_equal(lab_ldap("ldapmodify", "must", "-f", path, NULL), 0);
}

/* --- the login -------------------------------------------------------------------------------- */

static void a_password_in_a_file(void **state)
{
	const char *arguments[] = { "--config", limited, NULL };
	char *file = secrets_file(secrets_take(), "login");
	struct pty_session *session;

	(void)state;
	set_password_of_limited(file);
	session = start(arguments);
	console_wait(session, "Users - ");
	console_wait(session, "dir ok");
	secrets_look_at_processes();
	console_step(session, "?", "PgDn");
	pty_type(session, "\030");
	secrets_finish(session, 0, "a password in a file");
	free(file);
}

static void a_typed_password_right_and_wrong(void **state)
{
	const char *arguments[] = { "--config", asking, NULL }, *right = secrets_take();
	char *file = secrets_file(right, "typed");
	struct pty_session *session;
	int i;

	(void)state;
	set_password_of_limited(file);
	remove(file);
	session = start(arguments);
	console_wait(session, "Password of");
	pty_type(session, right);
	pty_type(session, "\r");
	console_wait(session, "dir ok");
	secrets_look_at_processes();
	pty_type(session, "\030");
	secrets_finish(session, 0, "a typed password");
	for (i = 0; i < 3; i++) {
		session = start(arguments);
		console_wait(session, "Password of");
		pty_type(session, secrets_take());
		pty_type(session, "\r");
		pty_settle(session, 1000);
		secrets_look_at_processes();
		kill(session->pid, SIGTERM);
		pty_settle(session, 300);
		pty_type(session, "\030");
		pty_wait_end(session, CONSOLE_WAIT_MS);
		secrets_look_at_writes(session, "a wrong password");
		pty_free(session);
	}
	free(file);
}

/* --- fetchmail ---------------------------------------------------------------------------------- */

static void add_account(struct pty_session *session, int number, const char *secret)
{
	char words[80];

	console_step(session, "n", "a new one");
	pty_settle(session, 60);
	snprintf(words, sizeof(words), "imap%d.example.net", number);
	pty_type(session, words);
	pty_settle(session, 30);
	pty_type(session, "\t\t");
	pty_settle(session, 30);
	pty_type(session, "remote\t");
	pty_settle(session, 30);
	pty_type(session, secret);
	pty_settle(session, 30);
	console_step(session, "\007", "review");
	pty_settle(session, 60);
}

static void passwords_typed_into_the_form(void **state)
{
	static const char *const there[] = { "/", "fetch1", "\r", NULL };
	const char *arguments[] = { "--config", admin, NULL };
	struct pty_session *session = start(arguments);
	size_t i;

	(void)state;
	console_wait(session, "list complete");
	for (i = 0; there[i]; i++) {
		pty_type(session, there[i]);
		pty_settle(session, i == 2 ? 300 : 60);
	}
	for (i = 0; i < 80 && !pty_wait_for(session, "\u25b8 Fetched from", 80); i++)
		pty_type(session, "\033[B");
	console_step(session, "e", "[ add a new one ]");
	for (i = 0; i < 8; i++)
		add_account(session, (int)i, secrets_take());
	console_step(session, "\007", "nothing is written yet");
	console_wait(session, "password");
	secrets_look_at_processes();
	pty_settle(session, 500);
	console_step(session, "x", "nothing is written yet");
	console_to_apply(session);
	console_step(session, "\r", "take back");
	console_step(session, "H", "fetch1");
	pty_settle(session, 200);
	console_step(session, "\r", "********");
	secrets_look_at_processes();
	pty_type(session, "\030");
	secrets_finish(session, 0, "passwords typed into the form");
}

static void passwords_of_commands(void **state)
{
	static const char *const ends[][3] = { { "--dry-run", NULL }, { "--yes", NULL }, { "--yes", "--format", "json" }, { "--dry-run", "--format", "ldif" } };
	size_t i, k;

	(void)state;
	for (i = 0; i < 4; i++) {
		char *file = secrets_file(secrets_take(), "fetch"), words[400];
		const char *arguments[] = { "--config", admin, "set", "user", "fetch1", words, ends[i][0], ends[i][1], ends[i][1] ? ends[i][2] : NULL, NULL };
		struct pty_session *session;

		snprintf(words, sizeof(words), "fetchmail+=server=pop%zu.example.net protocol=POP3 user=remote password=@%s", i, file);
		session = start(arguments);
		secrets_finish(session, 0, "a password in a file of a command");
		free(file);
	}
	for (k = 0; k < 2; k++) {
		const char *arguments[] = { "--config", admin, "set", "user", "fetch1", "fetchmail+=server=ask.example.net user=remote password=-",
			k ? "--yes" : "--dry-run", NULL };
		struct pty_session *session = start(arguments);

		console_wait(session, "Password");
		pty_settle(session, 100);
		pty_type(session, secrets_take());
		pty_type(session, "\r");
		secrets_finish(session, 0, "a password typed at the prompt of a command");
	}
}

/* On the command line it is refused before anything else, and not repeated. */
static void a_password_on_the_command_line_is_refused(void **state)
{
	char words[200];
	const char *secret = secrets_take();
	const char *arguments[] = { "--config", admin, "set", "user", "fetch1", words, "--yes", NULL };
	struct pty_options options = { 0 };
	const char *argv[12] = { console_env("POSTROOM") };
	struct pty_session *session;
	size_t i;

	(void)state;
	snprintf(words, sizeof(words), "fetchmail+=server=x.example.net user=remote password=%s", secret);
	for (i = 0; arguments[i]; i++)
		argv[i + 1] = arguments[i];
	options.argv = argv;
	session = pty_start(&options);
	assert_int_equal(pty_wait_end(session, CONSOLE_WAIT_MS), 64);
	secrets_look(session->stream.bytes, session->stream.length, "the refusal");
	pty_free(session);
}

static void what_shows_the_past_shows_no_secret(void **state)
{
	static const char *const commands[][7] = {
		{ "history", "--format", "json" }, { "history" }, { "history", "--format", "ldif" }, { "show", "user", "fetch1" },
		{ "show", "user", "fetch1", "--format", "json" }, { "show", "user", "fetch1", "--format", "ldif" },
		{ "list", "user", "--filter", "fetch1", "--columns", "login,fetchmail" }, { "undo", "--dry-run" }, { "undo", "--yes" }, { "undo", "--yes" }, { "doctor" },
	};
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const char *arguments[10] = { "--config", admin };

		for (k = 0; commands[i][k]; k++)
			arguments[2 + k] = commands[i][k];
		secrets_finish(start(arguments), 0, commands[i][0]);
	}
	secrets_look_below(console_folder(), "/state-");
	printf("# figure secrets: %zu used, %zu places looked through, 0 found%s\n", secrets_used(), secrets_places(), secrets_lack());
	assert_int_equal(secrets_used(), SECRETS);
}

/* --- before and after -------------------------------------------------------------------------- */

static int prepare(void **state)
{
	char line[400];
	size_t i;

	(void)state;
	secrets_begin(trial_random());
	admin = console_configure("admin", NULL, NULL, NULL);
	limited = console_configure("limited", "monitor", "directory {", NULL);
	free(limited);
	snprintf(line, sizeof(line), "directory {\n\turi = { \"%s\" }\n\ttls = starttls\n\tca_file = \"%s\"\n\tbase = \"%s\"\n\tbind_dn = \"%s\"\n",
		console_env("LAB_URI"), console_env("LAB_CA"), console_env("LAB_BASE"), console_env("LAB_LIMITED_DN"));
	for (i = 0; i < 2; i++) {
		char path[300], text[1000];

		snprintf(path, sizeof(path), "%s/%s.conf", console_folder(), i ? "asking" : "limited");
		snprintf(text, sizeof(text), "role = monitor\nstate_dir = \"%s/state-limited\"\n%s", console_folder(), line);
		if (!i)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "\tbind_password_file = \"%s/login\"\n", console_folder());
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "}\n");
		console_write(path, text);
		*(i ? &asking : &limited) = memory_text(path);
	}
	return 0;
}

static int clear(void **state)
{
	const char *undo[] = { console_env("POSTROOM"), "--config", admin, "undo", "--yes", NULL };
	size_t i;

	(void)state;
	set_password_of_limited(console_env("LAB_LIMITED_SECRET"));
	for (i = 0; i < 6 && lab_run(undo, "undo") == 0; i++)
		;
	lab_sweep();
	free(limited);
	free(admin);
	free(asking);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_in_a_file),
		cmocka_unit_test(a_typed_password_right_and_wrong),
		cmocka_unit_test(passwords_typed_into_the_form),
		cmocka_unit_test(passwords_of_commands),
		cmocka_unit_test(a_password_on_the_command_line_is_refused),
		cmocka_unit_test(what_shows_the_past_shows_no_secret),
	};

	if (!console_ready("secrets"))
		return 0;
	return cmocka_run_group_tests(tests, prepare, clear);
}
