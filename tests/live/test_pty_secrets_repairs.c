/*
 * test_pty_secrets_repairs: the passwords of repairs go in, or are made, and
 * none stands where it may be seen.
 *
 * Typed into the console's form and applied, refused, left, cut off; made by
 * the console and shown until Esc; named as a file, typed at the prompt, made
 * by a command; each tried as a login, by exec and by ssh; with a server away,
 * so that the rest is kept as due.  Looked through: arguments and environment
 * of all processes while it happens, every write of the program and what it
 * starts (strace), the terminal, the audit's lines, state directories, the logs
 * of directory and mail servers, what shows the past.  And the program leaves
 * no core file in any mode.  Needs the lab; without its sshd not by ssh.
 */
#include <dirent.h>
#include <sys/resource.h>

#include "tests/live/secrets.h"
#include "tests/live/servers.h"

enum { SECRETS = 24, HIGH = 40, WIDE = 100 };

/* Only the page of the person has it. */
#define PAGE "Given name"

static char who[40], *near, *far, *both, *away, socket_path[300], last[80];
static bool sshd;

/* --- commands ----------------------------------------------------------------------------------- */

/* Begins a command about the person: words end with NULL. */
static struct pty_session *command(const char *config, const char *const *words)
{
	const char *arguments[16] = { "--config", config };
	size_t i;

	for (i = 0; words[i]; i++)
		arguments[2 + i] = words[i];
	return secrets_start(NULL, HIGH, WIDE, arguments);
}

static const char *named(char *room, size_t size, const char *secret)
{
	char *file = secrets_file(secret, "password");

	snprintf(room, size, "password=@%s", file);
	free(file);
	return room;
}

static void is_kept(const char *secret)
{
	snprintf(last, sizeof(last), "%s", secret);
}

/* A repair with a password in a file; what it says; heap. */
static void reset_from_file(const char *config, int status, const char *more, const char *format, bool kept)
{
	char file[400];
	const char *secret = secrets_take();
	const char *words[] = { "reset", who, "--password", named(file, sizeof(file), secret), more, "--format", format, "must_change=no", NULL };

	secrets_finish(command(config, words), status, "a repair with a password in a file");
	if (kept)
		is_kept(secret);
}

static void passwords_in_files(void **state)
{
	(void)state;
	reset_from_file(near, 0, "--yes", "table", true);
	reset_from_file(far, 0, "--yes", "json", true);
	reset_from_file(both, 0, "--yes", "table", true);
	reset_from_file(near, 0, "--dry-run", "json", false);
	/* Each was tried as a login, which needs it. */
	assert_true(*secrets_lack() || secrets_handed() >= 3);
}

static void typed_at_the_prompt(const char *config, const char *const *words, const char *secret)
{
	struct pty_session *session = command(config, words);

	console_wait(session, "assword");
	pty_settle(session, 100);
	pty_type(session, secret);
	pty_type(session, "\r");
	secrets_finish(session, 0, "a password typed at the prompt");
	is_kept(secret);
}

static void passwords_typed_at_the_prompt(void **state)
{
	const char *repair[] = { "reset", who, "--password", "password=-", "must_change=no", "--yes", NULL };
	const char *set[] = { "set", "user", who, "password=-", "--yes", NULL };

	(void)state;
	typed_at_the_prompt(near, repair, secrets_take());
	typed_at_the_prompt(far, repair, secrets_take());
	typed_at_the_prompt(near, set, secrets_take());
}

static void passwords_that_are_set(void **state)
{
	static const char *const ends[][3] = { { "--yes", "table" }, { "--dry-run", "table" }, { "--yes", "json" }, { "--dry-run", "ldif" } };
	size_t i;

	(void)state;
	for (i = 0; i < 4; i++) {
		char file[400];
		const char *secret = secrets_take();
		const char *words[] = { "set", "user", who, named(file, sizeof(file), secret), ends[i][0], "--format", ends[i][1], NULL };

		secrets_finish(command(near, words), 0, "a password that is set");
		if (i % 2 == 0)
			is_kept(secret);
	}
}

/* The password in what a command printed. */
static const char *take_made(const struct pty_session *session)
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	char *text = screen_text(&session->screen), *at, words[20] = "";

	for (at = text; *at && !words[0]; at++)
		if (strspn(at, letters) == 4 && at[4] == '-' && strspn(at + 5, letters) == 4 && at[9] == '-' && strspn(at + 10, letters) == 4 &&
		    at[14] == '-' && strspn(at + 15, letters) == 4)
			snprintf(words, sizeof(words), "%.19s", at);
	free(text);
	if (!words[0]) {
		console_print(session);
		fail_msg("no password is shown");
	}
	return secrets_made(words);
}

/* It is printed, which is what it was made for, and stands nowhere else. */
static void passwords_that_a_command_makes(void **state)
{
	static const char *const ways[][2] = { { "table", "must_change=no" }, { "json", "must_change=yes" }, { "table", "--unlock" } };
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		const char *words[] = { "reset", who, "--password", "--yes", "--format", ways[i][0], ways[i][1], NULL };
		struct pty_session *session = command(i == 1 ? far : near, words);

		pty_wait_end(session, CONSOLE_WAIT_MS * 2);
		take_made(session);
		secrets_finish(session, 0, "a password that a command makes");
	}
}

/* What is not done yet is kept, and done later without it. */
static void passwords_with_a_server_away(void **state)
{
	const char *due[] = { "due", "--format", "json", NULL };

	(void)state;
	reset_from_file(away, 75, "--yes", "table", true);
	secrets_finish(command(away, due), 0, "what is due");
}

/* Refused before anything else. Whoever typed it has shown it, so nobody watches here. */
static void passwords_on_the_command_line(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		char words[100];
		const char *argv[] = { console_env("POSTROOM"), "--config", near, i ? "set" : "reset", i ? "user" : who, i ? who : "--password", words, "--yes", NULL };
		struct pty_options options = { .argv = argv };
		struct pty_session *session;

		snprintf(words, sizeof(words), "password=%s", secrets_take());
		session = pty_start(&options);
		assert_int_equal(pty_wait_end(session, CONSOLE_WAIT_MS), 64);
		secrets_look(session->stream.bytes, session->stream.length, "the refusal");
		pty_free(session);
	}
}

/* --- the console ---------------------------------------------------------------------------------- */

static struct pty_session *open_person(const char *config, const char *term)
{
	const char *arguments[] = { "--config", config, NULL };
	struct pty_session *session = secrets_start(term, HIGH, WIDE, arguments);

	console_wait(session, "list complete");
	console_step(session, "/", "Find");
	console_step(session, who, "Users - 1 of");
	console_step(session, "\r", "Secret Story");
	console_wait(session, PAGE);
	return session;
}

/* The form of a new password with these words in it; NULL: one is to be made. */
static void ask(struct pty_session *session, const char *words)
{
	console_step(session, "p", "End mailbox sessions");
	if (!words)
		return;
	pty_settle(session, 60);
	pty_type(session, words);
	pty_settle(session, 200);
}

static void review(struct pty_session *session)
{
	console_step(session, "\007", " Apply ");
}

/* To Apply, wherever the focus is; keys right behind a review are dropped. */
static void apply(struct pty_session *session, const char *then)
{
	console_to_apply(session);
	console_step(session, "\r", then);
}

/* Behind a review and its end keys are dropped for a moment, by the program's clock. */
static void back(struct pty_session *session, const char *to)
{
	console_pause(400);
	pty_type(session, "\033");
	console_wait(session, to);
}

/* The form with something in it. */
static void leave(struct pty_session *session)
{
	back(session, "Esc again drops");
	back(session, PAGE);
}

static void passwords_typed_into_the_form(void **state)
{
	struct pty_session *session = open_person(near, NULL);
	const char *secret = secrets_take();

	(void)state;
	ask(session, secret);
	review(session);
	apply(session, "steps are done");
	is_kept(secret);
	back(session, "New password of");
	/* Refused by the server with its reason. */
	ask(session, last);
	review(session);
	apply(session, "LDAP 19");
	console_pause(400);
	console_step(session, "x", "For the ticket");
	back(session, "Number j");
	/* It stays in the form, for another try. */
	back(session, "End mailbox sessions");
	leave(session);
	/* Left at the form, and at the review. */
	ask(session, secrets_take());
	leave(session);
	ask(session, secrets_take());
	review(session);
	back(session, "End mailbox sessions");
	leave(session);
	/* What stands in the history of the console. */
	console_step(session, "H", "New password of");
	console_step(session, "\r", "History");
	pty_type(session, "\030");
	secrets_finish(session, 0, "passwords typed into the form");
}

/* Is the cursor on the field, which shows dots? */
static bool is_on_password(const struct pty_session *session)
{
	bool is = false;
	int i;

	for (i = 0; i < session->screen.rows && !is; i++) {
		char *row = screen_row(&session->screen, i), *at = strstr(row, "\u25b8 Password ");

		is = at && strstr(at, " ........");
		free(row);
	}
	return is;
}

/* The editor on the page's row of the password. */
static void edit(struct pty_session *session, const char *words)
{
	int i;

	for (i = 0; i < 80 && !is_on_password(session); i++) {
		pty_type(session, "\033[B");
		pty_settle(session, 60);
	}
	console_step(session, "e", "Ctrl-G");
	pty_settle(session, 60);
	pty_type(session, words);
	pty_settle(session, 200);
	console_wait(session, "\u2022\u2022\u2022\u2022");
}

/* The line goes away while one is typed, in the form of a repair and in the editor: no draft has it. */
static void passwords_typed_when_the_line_goes(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct pty_session *session = open_person(near, NULL);

		(i ? edit : ask)(session, secrets_take());
		pty_hang_up(session);
		assert_int_not_equal(pty_wait_end(session, CONSOLE_WAIT_MS), -1);
		secrets_look_at_writes(session, "the end of the line");
		pty_free(session);
	}
}

/*
 * Neither on the terminal nor in its memory of lines; the model of a terminal has no second screen and keeps whatever some
 * terminal keeps. What went there since is not it either.
 */
static void is_gone(struct pty_session *session, const char *secret, size_t since, const char *when)
{
	size_t length = session->stream.length - since;

	if (!pty_shows(session, secret) && !memmem(text_get(&session->stream) + since, length, secret, strlen(secret)) &&
	    !strstr(text_get(&session->screen.kept), secret))
		return;
	console_print(session);
	fail_msg("the password still stands on the terminal or above it: %s", when);
}

/* One is made; it is shown. */
static const char *make(struct pty_session *session)
{
	session->screen.keeps = true;
	ask(session, NULL);
	review(session);
	apply(session, "Group 1 of 4");
	console_pause(400);
	return take_made(session);
}

/* Shown until Esc, and never again. */
static void passwords_that_the_console_makes(void **state)
{
	struct pty_session *session = open_person(near, NULL);
	const char *secret = make(session);
	size_t since;
	int i;

	(void)state;
	/* Up and down, by which lines leave the screen. */
	console_step(session, " ", "Group 2 of 4");
	pty_resize(session, 12, WIDE);
	for (i = 0; i < 2; i++) {
		pty_settle(session, 300);
		pty_type(session, i ? "\033[5~" : "\033[6~");
	}
	pty_settle(session, 300);
	pty_resize(session, HIGH, WIDE);
	console_wait(session, "Group 2 of 4");
	console_step(session, "x", "For the ticket");
	is_gone(session, secret, session->stream.length, "under the ticket");
	back(session, "Group 2 of 4");
	back(session, PAGE);
	pty_settle(session, 60);
	since = session->stream.length;
	console_step(session, "p", "End mailbox sessions");
	back(session, PAGE);
	pty_type(session, "\030");
	pty_wait_end(session, CONSOLE_WAIT_MS);
	is_gone(session, secret, since, "at the end");
	secrets_finish(session, 0, "a password that the console makes");
}

/* Ended while it is shown. */
static void a_password_that_is_shown_at_the_end(void **state)
{
	static const char *const terminals[] = { "xterm-256color", "linux" };
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct pty_session *session = open_person(i ? far : near, terminals[i]);
		const char *secret = make(session);
		size_t since = session->stream.length;

		pty_type(session, "\030");
		assert_int_equal(pty_wait_end(session, CONSOLE_WAIT_MS), 0);
		is_gone(session, secret, since, terminals[i]);
		secrets_finish(session, 0, terminals[i]);
	}
}

/* --- afterwards ------------------------------------------------------------------------------------- */

static void what_shows_the_past_shows_no_secret(void **state)
{
	static const char *const formats[] = { "table", "json", "csv", "tsv", "ldif" };
	const char *verify[] = { "history", "--verify", NULL };
	size_t i;

	(void)state;
	for (i = 0; i < 5; i++) {
		const char *history[] = { "history", "--format", formats[i], NULL };
		const char *show[] = { "show", "user", who, "--format", formats[i], NULL };

		secrets_finish(command(near, history), 0, "the history");
		secrets_finish(command(near, show), 0, "the person");
	}
	secrets_finish(command(near, verify), 0, "the history");
}

static void nothing_was_left_anywhere(void **state)
{
	static const char *const parts[] = { "/log/", "/slapd/", "/dovecot1/", "/dovecot2/", "/postfix/", "/guardian1/", "/state/" };
	size_t datagrams = secrets_watched(), i;

	(void)state;
	/* A line for each step at least. */
	assert_true(datagrams > secrets_used());
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		secrets_look_below(console_env("LAB_DIR"), parts[i]);
	secrets_look_below(console_folder(), "/state-");
	printf("# figure secrets of repairs: %zu used, %zu logins tried, %zu places looked through, %zu lines of the audit, 0 found%s%s\n", secrets_used(),
		secrets_handed(), secrets_places(), datagrams, secrets_lack(), sshd ? "" : "; not by ssh");
	assert_int_equal(secrets_used(), SECRETS);
}

/* --- core files ------------------------------------------------------------------------------------- */

struct mode {
	const char *name, *shows, *words[8];
	bool other;                        /* another program, to see whether core files are seen at all */
};

static char core_folder[300];

/* A login that wants core files. */
static int run_with_cores(void *context)
{
	const struct mode *mode = context;
	const char *argv[12] = { mode->other ? "/bin/sh" : console_env("POSTROOM") };
	struct rlimit most;
	size_t i;

	for (i = 0; mode->words[i]; i++)
		argv[i + 1] = mode->words[i];
	if (getrlimit(RLIMIT_CORE, &most) == 0) {
		most.rlim_cur = most.rlim_max;
		setrlimit(RLIMIT_CORE, &most);
	}
	if (chdir(core_folder) == 0)
		execv(argv[0], (char *const *)argv);
	return 127;
}

static size_t files_in(const char *folder)
{
	DIR *directory = opendir(folder);
	size_t count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count - 2;
}

/* Whether it left a core file when it was ended as by a fault. */
static bool leaves_core(const struct mode *mode)
{
	struct pty_options options = { .run = run_with_cores, .context = (void *)(uintptr_t)mode, .rows = HIGH, .columns = WIDE };
	struct pty_session *session = pty_start(&options);
	bool dumped;

	assert_non_null(session);
	console_wait(session, mode->shows);
	assert_int_equal(kill(session->pid, SIGSEGV), 0);
	assert_int_equal(pty_wait_end(session, CONSOLE_WAIT_MS), 128 + SIGSEGV);
	dumped = session->core_dumped || files_in(core_folder) > 0;
	pty_free(session);
	return dumped;
}

static void no_mode_leaves_a_core_file(void **state)
{
	const struct mode modes[] = {
		{ "console", "Users - ", { "--config", near, "--start", "users" }, false },
		{ "restricted", "Users - ", { "--restricted", "--config", near, "--start", "users" }, false },
		{ "a command that asks", "assword", { "--config", near, "set", "user", who, "password=-", "--yes" }, false },
		{ "a command that goes on", "{", { "--config", near, "watch" }, false },
		{ "another program", "ready", { "-c", "echo ready; read line" }, true },
	};
	bool seen = false;
	size_t i;

	(void)state;
	snprintf(core_folder, sizeof(core_folder), "%s/cores", console_folder());
	assert_int_equal(mkdir(core_folder, 0700), 0);
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		bool leaves = leaves_core(&modes[i]);

		if (leaves && !modes[i].other)
			fail_msg("%s left a core file", modes[i].name);
		seen = seen || leaves;
	}
	printf("# figure core files: none of %zu modes; %s\n", i - 1, seen ? "another program left one" : "this machine writes none of others either");
}

/* --- before and after ------------------------------------------------------------------------------ */

/* Of two sockets for the audit the later one counts, so that the lab's own listener is left out. */
static char *configure(const char *name, enum host_way way, const char *more)
{
	struct text out = { 0 };
	char *path;

	servers_add_lab(&out, "mail1", 1, way, NULL);
	text_addf(&out, "%saudit_socket = \"%s\"\n", more ? more : "", socket_path);
	path = servers_configure(name, NULL, text_get(&out));
	text_free(&out);
	return path;
}

static void remove_person(void)
{
	const char *argv[] = { console_env("POSTROOM"), "--config", near, "remove", "user", who, "--yes", "--confirm", who, NULL };

	lab_run(argv, "removed");
}

static int prepare(void **state)
{
	char file[400], address[100], line[400];
	const char *words[] = { "add", "user", who, "given_name=Secret", "family_name=Story", address,
		"home_server=mail1.example.com", "quota=0", NULL, "--yes", NULL };
	const char *secret;

	(void)state;
	secrets_begin(trial_random());
	snprintf(who, sizeof(who), "sec%d", (int)getpid());
	snprintf(address, sizeof(address), "address=sec.story%d@example.com", (int)getpid());
	snprintf(socket_path, sizeof(socket_path), "%s/audit", console_folder());
	sshd = *console_env("LAB_SSH_TARGET") && *console_env("LAB_SSH_PORT");
	near = configure("near", WAY_EXEC, NULL);
	far = configure("far", sshd ? WAY_SSH : WAY_EXEC, NULL);
	snprintf(line, sizeof(line), "audit_socket = \"%s\"\n", socket_path);
	both = console_configure("both", NULL, NULL, line);
	snprintf(line, sizeof(line), "server mail2 {\n\thttp = \"http://127.0.0.1:1\"\n\thttp_plain = yes\n\thttp_key_file = \"%s\"\n\taddress = \"127.0.0.1\"\n"
		"\trole = mailbox\n}\n", console_env("LAB_DOVEADM_KEY_FILE"));
	away = configure("away", WAY_EXEC, line);
	secrets_watch(socket_path);
	secret = secrets_take();
	words[8] = named(file, sizeof(file), secret);
	secrets_finish(command(near, words), 0, "a new person");
	is_kept(secret);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	secrets_watched();
	remove_person();
	lab_sweep();
	free(near);
	free(far);
	free(both);
	free(away);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(passwords_in_files),
		cmocka_unit_test(passwords_typed_at_the_prompt),
		cmocka_unit_test(passwords_that_are_set),
		cmocka_unit_test(passwords_that_a_command_makes),
		cmocka_unit_test(passwords_with_a_server_away),
		cmocka_unit_test(passwords_typed_into_the_form),
		cmocka_unit_test(passwords_typed_when_the_line_goes),
		cmocka_unit_test(passwords_that_the_console_makes),
		cmocka_unit_test(a_password_that_is_shown_at_the_end),
		cmocka_unit_test(what_shows_the_past_shows_no_secret),
		cmocka_unit_test(nothing_was_left_anywhere),
		cmocka_unit_test(passwords_on_the_command_line),
		cmocka_unit_test(no_mode_leaves_a_core_file),
	};

	if (!console_ready("secrets_repairs"))
		return 0;
	return cmocka_run_group_tests(tests, prepare, clear);
}
