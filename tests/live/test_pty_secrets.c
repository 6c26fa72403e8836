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
#include <dirent.h>
#include <ftw.h>

#include "tests/live/console.h"

enum { SECRETS = 20, ROOM = 40 };

static char secrets[SECRETS][ROOM], trace[300], *limited, *admin, *asking;
static size_t used, looked_at;
static bool traces;

/* The next secret; each is used once. */
static const char *take_secret(void)
{
	assert_true(used < SECRETS);
	return secrets[used++];
}

/* --- finding -------------------------------------------------------------------------------- */

static void look_in(const char *bytes, size_t length, const char *where)
{
	size_t i;

	looked_at++;
	for (i = 0; i < SECRETS; i++)
		if (bytes && memmem(bytes, length, secrets[i], strlen(secrets[i])))
			fail_msg("secret %zu stands in %s", i, where);
}

static void look_in_file(const char *path)
{
	size_t length;
	char *bytes = console_slurp(path, &length);

	look_in(bytes, length, path);
	free(bytes);
}

/* What `ps` shows to everybody; strace and the program are two of these. */
static void look_at_processes(void)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	char path[300];

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/cmdline", entry->d_name);
		look_in_file(path);
		snprintf(path, sizeof(path), "/proc/%.20s/environ", entry->d_name);
		look_in_file(path);
	}
	closedir(directory);
}

static int look_in_state(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)place;
	if (kind == FTW_F && strstr(path, "/state-"))
		look_in_file(path);
	return 0;
}

static bool names_core_limit(const struct pty_session *session)
{
	char path[60], *text;
	bool none;

	snprintf(path, sizeof(path), "/proc/%d/limits", (int)session->pid);
	text = console_slurp(path, NULL);
	none = text && strstr(text, "Max core file size        0                    0 ");
	free(text);
	return none;
}

/* --- running ---------------------------------------------------------------------------------- */

/* Every byte that leaves the process otherwise than over TLS stands in the trace. */
static struct pty_session *start(const char *const *arguments)
{
	const char *argv[30] = { "/usr/bin/strace", "-f", "-qq", "-s", "100000", "-e", "trace=%process,write,writev,pwrite64,pwritev,sendto,sendmsg,sendmmsg",
		"-o", trace, console_env("POSTROOM"), "--start", "users" };
	size_t count = 12, i;
	struct pty_options options = { .argv = traces ? argv : argv + 9 };
	struct pty_session *session;

	for (i = 0; arguments[i]; i++)
		argv[count++] = arguments[i];
	session = pty_start(&options);
	assert_non_null(session);
	return session;
}

static void finish(struct pty_session *session, int status, const char *where)
{
	int came = pty_wait_end(session, CONSOLE_WAIT_MS * 2);

	if (came != status) {
		console_print(session);
		fail_msg("%s: status %d, not %d", where, came, status);
	}
	look_in(session->stream.bytes, session->stream.length, "what went to the terminal");
	if (traces) {
		char *written = console_slurp(trace, NULL);

		/* Was anything seen at all? */
		assert_true(written && strstr(written, "write(") && strstr(written, "execve("));
		free(written);
		look_in_file(trace);
	}
	pty_free(session);
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

static char *in_file(const char *secret, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", console_folder(), name);
	console_write(path, secret);
	return memory_text(path);
}

/* --- the login -------------------------------------------------------------------------------- */

static void a_password_in_a_file(void **state)
{
	const char *arguments[] = { "--config", limited, NULL };
	char *file = in_file(take_secret(), "login");
	struct pty_session *session;

	(void)state;
	set_password_of_limited(file);
	session = start(arguments);
	console_wait(session, "Users - ");
	console_wait(session, "dir ok");
	look_at_processes();
	assert_true(traces || names_core_limit(session));
	console_step(session, "?", "PgDn");
	pty_type(session, "\030");
	finish(session, 0, "a password in a file");
	free(file);
}

static void a_typed_password_right_and_wrong(void **state)
{
	const char *arguments[] = { "--config", asking, NULL }, *right = take_secret();
	char *file = in_file(right, "typed");
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
	look_at_processes();
	pty_type(session, "\030");
	finish(session, 0, "a typed password");
	for (i = 0; i < 3; i++) {
		session = start(arguments);
		console_wait(session, "Password of");
		pty_type(session, take_secret());
		pty_type(session, "\r");
		pty_settle(session, 1000);
		look_at_processes();
		kill(session->pid, SIGTERM);
		pty_settle(session, 300);
		pty_type(session, "\030");
		pty_wait_end(session, CONSOLE_WAIT_MS);
		look_in(session->stream.bytes, session->stream.length, "what went to the terminal");
		if (traces)
			look_in_file(trace);
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
		add_account(session, (int)i, take_secret());
	console_step(session, "\007", "nothing is written yet");
	console_wait(session, "password");
	look_at_processes();
	pty_settle(session, 500);
	console_step(session, "x", "nothing is written yet");
	console_step(session, "\t", "APPLY");
	console_step(session, "\r", "take back");
	console_step(session, "H", "fetch1");
	pty_settle(session, 200);
	console_step(session, "\r", "********");
	look_at_processes();
	pty_type(session, "\030");
	finish(session, 0, "passwords typed into the form");
}

static void passwords_of_commands(void **state)
{
	static const char *const ends[][3] = { { "--dry-run", NULL }, { "--yes", NULL }, { "--yes", "--format", "json" }, { "--dry-run", "--format", "ldif" } };
	size_t i, k;

	(void)state;
	for (i = 0; i < 4; i++) {
		char *file = in_file(take_secret(), "fetch"), words[400];
		const char *arguments[] = { "--config", admin, "set", "user", "fetch1", words, ends[i][0], ends[i][1], ends[i][1] ? ends[i][2] : NULL, NULL };
		struct pty_session *session;

		snprintf(words, sizeof(words), "fetchmail+=server=pop%zu.example.net protocol=POP3 user=remote password=@%s", i, file);
		session = start(arguments);
		finish(session, 0, "a password in a file of a command");
		free(file);
	}
	for (k = 0; k < 2; k++) {
		const char *arguments[] = { "--config", admin, "set", "user", "fetch1", "fetchmail+=server=ask.example.net user=remote password=-",
			k ? "--yes" : "--dry-run", NULL };
		struct pty_session *session = start(arguments);

		console_wait(session, "Password");
		pty_settle(session, 100);
		pty_type(session, take_secret());
		pty_type(session, "\r");
		finish(session, 0, "a password typed at the prompt of a command");
	}
}

/* On the command line it is refused before anything else, and not repeated. */
static void a_password_on_the_command_line_is_refused(void **state)
{
	char words[200];
	const char *secret = take_secret();
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
	look_in(session->stream.bytes, session->stream.length, "the refusal");
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
		finish(start(arguments), 0, commands[i][0]);
	}
	nftw(console_folder(), look_in_state, 8, FTW_PHYS);
	printf("# figure secrets: %zu used, %zu places looked through, 0 found%s\n", used, looked_at, traces ? "" : "; no strace");
	assert_int_equal(used, SECRETS);
}

/* --- before and after -------------------------------------------------------------------------- */

static int prepare(void **state)
{
	const char *probe[] = { "/usr/bin/strace", "-f", "-o", "/dev/null", "/bin/true", NULL };
	char line[400];
	size_t i;

	(void)state;
	for (i = 0; i < SECRETS; i++)
		snprintf(secrets[i], ROOM, "Kn%zuZq%016llx", i, (unsigned long long)trial_random());
	traces = access(probe[0], X_OK) == 0 && lab_run(probe, "probe") == 0;
	if (!traces)
		printf("# there is no strace, or it may not trace: what is written to files and sockets is not looked at\n");
	snprintf(trace, sizeof(trace), "%s/trace", console_folder());
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
