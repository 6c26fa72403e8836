/*
 * test_pty_read_only: a console that may only look, for long: four weeks on a
 * clock that leaps, with servers that go and come, memory and descriptors flat;
 * and on the real servers under strace, with every key that would change
 * something pressed: no such program is started, no such question is asked, no
 * file is written but its own.
 *
 * Needs the lab; the second part strace, without which it says so.
 */
#include <dirent.h>

#include "tests/live/console.h"
#include "tests/live/servers.h"
#include "tests/live/sessions.h"

/* --- four weeks --------------------------------------------------------------------------------- */

enum { WEEKS_STEP_MS = 14400000, WEEKS_STEP_FULL_MS = 1200000, FOUR_WEEKS_S = 4 * 7 * 24 * 3600, TOGGLE = 12 };

static char *scripted_servers(void)
{
	struct text servers = { 0 };
	char lines[1500], *program, *config;

	snprintf(lines, sizeof(lines),
		"case \"$*\" in\n"
		"*who*) printf x >>%s/asked-$PPID\n"
		"\t[ -e %s/down ] && { echo 'net_connect_unix(anvil) failed: Connection refused' >&2; exit 75; }\n"
		"\tprintf 'username\\tservice\\tpid\\tip\\nanna@example.com\\timap\\t7\\t127.0.0.1\\n' ;;\n"
		"*'service status'*) [ -e %s/down ] && exit 75\n"
		"\tprintf 'name\\tprocess_count\\tprocess_avail\\tprocess_limit\\tclient_limit\\tthrottle_secs\\texit_failure_last\\texit_failures_in_sec\\tlast_drop_warning\\tlisten_pending\\tlistening\\tdoveadm_stop\\tprocess_total\\nimap\\t1\\t0\\t1024\\t1\\t0\\t0\\t0\\t0\\t0\\ty\\tn\\t9\\n' ;;\n"
		"*'process status'*) printf 'name\\tpid\\tavailable_count\\ttotal_count\\tidle_start\\tlast_status_update\\tlast_kill_sent\\nimap\\t7\\t0\\t1\\t0\\t0\\t0\\n' ;;\n"
		"esac\n", console_folder(), console_folder(), console_folder());
	program = servers_script("doveadm", lines);
	servers_add(&servers, "m1", "\trole = mailbox\n\taddress = \"127.0.0.1\"\n\tports = { \"imap %s\" }\n\tports_ca_file = \"%s\"\n\texec = yes\n\tdoveadm = \"%s\"\n"
		"\tdoveconf = \"/bin/true\"\n", console_env("LAB_IMAP1"), console_env("LAB_CA"), program);
	config = servers_configure("weeks", "monitor", text_get(&servers));
	text_free(&servers);
	free(program);
	return config;
}

/* Questions about connections so far; each is a step of time behind the one before. */
static size_t steps_of(pid_t console)
{
	char path[300];
	struct stat status;

	snprintf(path, sizeof(path), "%s/asked-%d", console_folder(), (int)console);
	return stat(path, &status) == 0 ? (size_t)status.st_size : 0;
}

static long resident_kib(pid_t pid)
{
	char path[60], *text, *at;
	long kib;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	text = console_slurp(path, NULL);
	at = text ? strstr(text, "VmRSS:") : NULL;
	assert_non_null(at);
	kib = strtol(at + 6, NULL, 10);
	free(text);
	return kib;
}

static size_t descriptors_of(pid_t pid)
{
	char path[60];
	DIR *directory;
	size_t count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	directory = opendir(path);
	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* The fewest of some moments: a question holds some for a moment. With wanted (not 0) until there are no more than
 * that, within a minute: a busy machine is about a question nearly always. */
static size_t descriptors_at_rest(struct pty_session *session, size_t wanted)
{
	size_t least = descriptors_of(session->pid);
	int64_t until = console_now() + CONSOLE_WAIT_MS;

	for (int i = 0; i < 200 || (wanted && least > wanted && console_now() < until); i++) {
		size_t now;

		pty_wait_for(session, "\1", 5);
		now = descriptors_of(session->pid);
		least = now < least ? now : least;
		if (wanted && least <= wanted)
			break;
	}
	return least;
}

static void set_down(bool down)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/down", console_folder());
	if (down)
		console_write(path, "");
	else
		unlink(path);
}

static void live_until(struct pty_session *session, size_t steps)
{
	int64_t until = console_now() + 200000 * CONSOLE_SLOWER;
	size_t now;

	while ((now = steps_of(session->pid)) < steps) {
		if (console_now() > until) {
			console_print(session);
			fail_msg("%zu of %zu steps", now, steps);
		}
		set_down(now / TOGGLE % 2 == 1);
		pty_wait_for(session, "\1", 20);
	}
}

static void four_weeks(void **state)
{
	bool full = strcmp(console_env("POSTROOM_FULL"), "1") == 0;
	long step = full ? WEEKS_STEP_FULL_MS : WEEKS_STEP_MS, memory, grown;
	size_t steps = (size_t)(FOUR_WEEKS_S / (step / 1000)), descriptors, later;
	char *config = scripted_servers(), leaps[60];
	const char *environment[] = { leaps, NULL };
	const char *arguments[] = { "--config", config, "--start", "overview", NULL };
	struct pty_session *session;
	int64_t begun = console_now();

	(void)state;
	snprintf(leaps, sizeof(leaps), "POSTROOM_LEAPING_CLOCK=%ld", step);
	session = console_start(arguments, NULL, 24, 80, environment);
	console_wait(session, "Overview - ");
	/* What is kept for days is full then. */
	live_until(session, steps / 2);
	memory = resident_kib(session->pid);
	descriptors = descriptors_at_rest(session, 0);
	live_until(session, steps);
	grown = resident_kib(session->pid) - memory;
	later = descriptors_at_rest(session, descriptors);
	printf("# figure four weeks in %ld s: %zu steps, memory %+ld KiB of %ld since half of them, descriptors %zu then %zu\n",
		(long)(console_now() - begun) / 1000, steps, grown, memory, descriptors, later);
	assert_true(grown < 1024 * CONSOLE_SLOWER);
	assert_true(later <= descriptors);
	/* It is alive, and knows what is so now. */
	set_down(false);
	console_wait(session, "1 of 1 servers answer");
	pty_type(session, "\x18");
	console_end(session, 0, "four weeks");
	free(config);
}

/* --- what it does, seen from outside --------------------------------------------------------------- */

enum { LOOK_MS = 15000, LOOK_FULL_MS = 60000 };

/* One call of the trace: "PID  name(arguments" */
struct call { long pid; const char *name, *rest; };

static bool parse(char *line, struct call *call)
{
	char *at;

	call->pid = strtol(line, &at, 10);
	at += strspn(at, " ");
	call->name = at;
	at = strchr(at, '(');
	if (!at || call->name[0] == '<' || call->name[0] == '+' || call->name[0] == '-')
		return false;
	*at = '\0';
	call->rest = at + 1;
	return true;
}

/* Every word of a row that looks, in order, stands in the words of the program. */
static bool is_row(const struct host_command *row, const char *words)
{
	const char *base = strrchr(row->program, '/'), *at;
	char quoted[300];

	snprintf(quoted, sizeof(quoted), "/%s\"", base ? base + 1 : row->program);
	at = strstr(words, quoted);
	for (size_t i = 0; at && row->arguments && row->arguments[i]; i++) {
		if (row->arguments[i][0] == '%' && row->arguments[i][1] != '%')
			continue;
		snprintf(quoted, sizeof(quoted), "\"%s\"", row->arguments[i][0] == '%' ? row->arguments[i] + 1 : row->arguments[i]);
		if (!strchr(row->arguments[i], '%'))
			at = strstr(at, quoted);
	}
	return at != NULL;
}

static bool only_looks(const char *words)
{
	if (strstr(words, "\"kick\"") || strstr(words, "\"flush\"") || strstr(words, "postsuper") || strstr(words, "\"-i\"]") || strstr(words, "\"-f\"]"))
		return false;
	/* ssh: the words of the command are one argument of it, or the end of the master connection. */
	if (strstr(words, "/ssh\""))
		return true;
	for (const struct host_command *row = host_commands; row->name; row++)
		if (!row->changes && is_row(row, words))
			return true;
	return false;
}

/* Files that are its own: history and events, what the terminal is, and the folder of the ssh connection. */
static bool is_own(const char *path, const char *state_directory)
{
	static const char *const own[] = { "\"/dev/tty", "\"/dev/null", "\"/dev/pts/", "\"/proc/self/", "postroom-" };

	if (strstr(path, state_directory))
		return true;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strstr(path, own[i]))
			return true;
	return false;
}

/* The socket of an ssh connection that was shared, named by 40 digits, in the folder of our own that is being removed. */
static bool is_ssh_socket(const char *rest)
{
	const char *name = strstr(rest, ", \"");

	return name && strspn(name + 3, "0123456789abcdef") == 40 && name[43] == '"';
}

/* A question to the API that would change something. */
static bool api_only_looks(const char *bytes)
{
	const char *at = strstr(bytes, "[[\\\"");

	if (!at || !strstr(bytes, ",\\\"postroom\\\"]]"))
		return true;
	for (const struct host_command *row = host_commands; row->name; row++) {
		char begin[100];

		snprintf(begin, sizeof(begin), "[[\\\"%s\\\"", row->method ? row->method : "?");
		if (!row->changes && strncmp(at, begin, strlen(begin)) == 0)
			return true;
	}
	return false;
}

struct seen { size_t programs, files, questions; };

static void judge(const struct call *call, const char *state_directory, struct seen *seen)
{
	if (strcmp(call->name, "execve") == 0) {
		seen->programs++;
		if (!only_looks(call->rest))
			fail_msg("it started %s", call->rest);
	} else if (strcmp(call->name, "openat") == 0 || strcmp(call->name, "open") == 0 || strcmp(call->name, "creat") == 0) {
		if (!strstr(call->rest, "O_WRONLY") && !strstr(call->rest, "O_RDWR") && !strstr(call->rest, "O_CREAT") && call->name[0] != 'c')
			return;
		seen->files++;
		if (!is_own(call->rest, state_directory))
			fail_msg("it opened to write: %s", call->rest);
	} else if (strcmp(call->name, "sendto") == 0 || strcmp(call->name, "write") == 0) {
		seen->questions += strstr(call->rest, "doveadm/v1") != NULL;
		if (!api_only_looks(call->rest))
			fail_msg("it asked %s", call->rest);
	} else if (!is_own(call->rest, state_directory) && !(strcmp(call->name, "unlinkat") == 0 && is_ssh_socket(call->rest))) {
		fail_msg("it called %s(%s", call->name, call->rest);
	}
}

/* Whose call it is: its own threads, a child until it is another program, or somebody of those other programs. */
enum whose { OURS, OUR_CHILD, OTHERS };
enum { PIDS = 100000 };
struct family { unsigned char whose[PIDS]; };

static unsigned slot_of(long pid)
{
	return (unsigned)(pid % PIDS);
}

/* Who was begun by whom, also where the child was seen before its parent heard of it. */
static void read_family(const char *trace, struct family *family)
{
	const char *line = trace, *end;
	bool first = true;

	memset(family->whose, OTHERS, sizeof(family->whose));
	for (; *line; line = *end ? end + 1 : end) {
		char *name;
		long pid = strtol(line, &name, 10), child;
		const char *at;

		end = strchrnul(line, '\n');
		if (first)
			family->whose[slot_of(pid)] = OURS;
		first = false;
		name += strspn(name, " <.");
		if ((strncmp(name, "clone", 5) != 0 && strncmp(name, "vfork", 5) != 0 && strncmp(name, "fork", 4) != 0) || family->whose[slot_of(pid)] != OURS)
			continue;
		for (at = end; at > line && at[-1] != ' '; at--)
			;
		child = strtol(at, NULL, 10);
		if (child > 0)
			family->whose[slot_of(child)] = memmem(line, (size_t)(end - line), "CLONE_THREAD", 12) ? OURS : OUR_CHILD;
	}
}

static struct seen look_at_trace(const char *path, const char *state_directory)
{
	static struct family family;
	char *trace = console_slurp(path, NULL), *rest = trace, *line;
	struct seen seen = { 0 };
	struct call call;
	bool first = true;

	assert_non_null(trace);
	read_family(trace, &family);
	while ((line = strsep(&rest, "\n")) != NULL) {
		unsigned char *whose;

		if (!parse(line, &call))
			continue;
		whose = &family.whose[slot_of(call.pid)];
		/* The first program is itself. */
		if (*whose != OTHERS && !first && strstr(call.name, "clone") == NULL && strstr(call.name, "fork") == NULL)
			judge(&call, state_directory, &seen);
		if (*whose == OUR_CHILD && strcmp(call.name, "execve") == 0)
			*whose = OTHERS;
		first = false;
	}
	free(trace);
	return seen;
}

static struct pty_session *start_traced(const char *config, const char *trace)
{
	const char *argv[] = { "/usr/bin/strace", "-f", "-qq", "-s", "3000", "-e",
		"trace=execve,clone,clone3,fork,vfork,open,openat,creat,write,sendto,unlink,unlinkat,rename,renameat,renameat2,link,symlink,mkdir,mkdirat,rmdir,chmod,fchmodat,chown,"
		"fchownat,truncate,mknod,mknodat,setxattr", "-o", trace, console_env("POSTROOM"), "--config", config, NULL };
	struct pty_options options = { .rows = 40, .columns = 140, .argv = argv };
	struct pty_session *session = pty_start(&options);

	assert_non_null(session);
	return session;
}

/* Keys that end connections, move and delete mail, edit, make, rename, delete: in the sections of live and of the directory. */
static void press_everything(struct pty_session *session, int64_t until)
{
	static const char *const places[] = { "9u", "9a", "90", "0r", "0\r", "1", "2", "2\r" };
	static const char *const keys[] = { "K", "h", "l", "t", "Q", "x", "D", "d", "n", "e", "r", "P", "c", "\x0f", "\x07" };

	do {
		for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
			pty_type(session, places[i]);
			pty_settle(session, 150);
			for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {
				pty_type(session, keys[j]);
				pty_settle(session, 20);
				pty_type(session, "\r");
				pty_settle(session, 20);
				pty_type(session, "\033");
				pty_settle(session, 60);
			}
			pty_type(session, "\033");
			pty_settle(session, 60);
		}
	} while (console_now() < until);
}

/* Keys that are still waiting when it comes make Ctrl-X part of a paste, so it is typed again once they are used up. */
static void leave(struct pty_session *console)
{
	for (int i = 0; i < 10; i++) {
		pty_settle(console, 300);
		pty_type(console, "\x18");
		if (pty_wait_end(console, CONSOLE_WAIT_MS / 2) >= 0)
			return;
	}
	console_print(console);
	fail_msg("it did not end");
}

static char *as_it_is(void)
{
	return servers_shell("doveadm -h -c \"$LAB_DOVECOT1_CONF\" -f tab who -1 | sort; [ -z \"$LAB_POSTFIX_CONF\" ] || postqueue -c \"$LAB_POSTFIX_CONF\" -j | sort");
}

/* The session of this test, and none of the tests before: they end in a moment of their own. */
static char *at_rest(void)
{
	for (int i = 0; i < 300; i++) {
		char *sessions = servers_shell("doveadm -h -c \"$LAB_DOVECOT1_CONF\" -f tab who -1 | wc -l");
		bool alone = strtol(sessions, NULL, 10) == 1;

		free(sessions);
		if (alone)
			break;
		console_pause(100);
	}
	return as_it_is();
}

static void nothing_is_changed(void **state)
{
	struct text more = { 0 };
	char *config, *before, *after, *password = console_slurp(console_env("LAB_PEOPLE_SECRET"), NULL), *directory;
	char trace[300], state_directory[300];
	struct session session;
	struct pty_session *console;
	struct seen seen;

	(void)state;
	if (access("/usr/bin/strace", X_OK) != 0) {
		free(password);
		skip();
	}
	password[strcspn(password, "\n")] = '\0';
	servers_add_lab(&more, "by-http", 1, WAY_HTTP, NULL);
	if (*console_env("LAB_SSH_PORT"))
		servers_add_lab(&more, "by-ssh", 1, WAY_SSH, NULL);
	config = console_configure("readonly", "monitor", NULL, text_get(&more));
	text_free(&more);
	snprintf(trace, sizeof(trace), "%s/trace", console_folder());
	snprintf(state_directory, sizeof(state_directory), "%s/state-readonly", console_folder());
	assert_true(session_open(&session, SESSION_IMAP, false, "127.0.0.1", atoi(console_env("LAB_IMAP1")), NULL, "anna.schmid@example.com", password));
	directory = lab_dump();
	before = at_rest();
	console = start_traced(config, trace);
	console_wait(console, "Overview - ");
	press_everything(console, console_now() + (strcmp(console_env("POSTROOM_FULL"), "1") == 0 ? LOOK_FULL_MS : LOOK_MS));
	leave(console);
	pty_free(console);
	after = as_it_is();
	/* Mail that was just tried once more lies in another queue for a moment. */
	for (int i = 0; i < 200 && strcmp(before, after) != 0; i++) {
		console_pause(100);
		free(after);
		after = as_it_is();
	}
	assert_string_equal(before, after);
	free(before);
	free(after);
	after = lab_dump();
	assert_string_equal(directory, after);
	seen = look_at_trace(trace, state_directory);
	printf("# figure %zu programs started, %zu questions to the API, %zu files opened to write, all to look or its own\n", seen.programs, seen.questions,
		seen.files);
	assert_true(seen.programs > 10 && seen.questions > 0);
	session_close(&session);
	free(directory);
	free(after);
	free(password);
	free(config);
}

static int tear_down(void **state)
{
	(void)state;
	lab_sweep();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(four_weeks), cmocka_unit_test(nothing_is_changed) };

	if (!console_ready("pty_read_only"))
		return 0;
	return cmocka_run_group_tests_name("pty_read_only", tests, NULL, tear_down);
}
