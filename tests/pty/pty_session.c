/*
 * pty_session: a program in a pseudo terminal of its own, for tests.
 */
#include "tests/pty/pty_session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "tests/pty/strict.h"

/* What never rests must not hold a test. */
enum { AT_WORK_MOST_MS = 5000 };

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#ifdef __SANITIZE_ADDRESS__
/* A child that leaves in the midst of a test has not given back what the test holds. */
static bool in_child;
int __lsan_is_turned_off(void);
int __lsan_is_turned_off(void)
{
	return in_child;
}
#endif

static void run_child(const struct pty_options *options, const char *term)
{
	const char *home = getenv("HOME");
	size_t i;

#ifdef __SANITIZE_ADDRESS__
	in_child = true;
#endif
	home = home ? home : "/";
	/* The test frame's handlers are not the program's. */
	for (i = 1; i < 32; i++)
		signal((int)i, SIG_DFL);
	if (options->argv) {
		char *kept = strdup(home);

		clearenv();
		setenv("HOME", kept, 1);
		setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
		/* A build with sanitizers reads it: under strace its leak checker cannot run. */
		setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
	}
	setenv("TERM", term, 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	for (i = 0; options->environment && options->environment[i]; i++) {
		char *name = strdup(options->environment[i]), *value = strchr(name, '=');

		if (value) {
			*value = '\0';
			setenv(name, value + 1, 1);
		}
	}
	if (options->argv) {
		execv(options->argv[0], (char *const *)options->argv);
		fprintf(stderr, "%s: %s\n", options->argv[0], strerror(errno));
		_exit(127);
	}
	_exit(options->run(options->context));
}

struct pty_session *pty_start(const struct pty_options *options)
{
	struct pty_session *session = memory_new(sizeof(*session));
	struct winsize size = { .ws_row = (unsigned short)(options->rows ? options->rows : 24),
		.ws_col = (unsigned short)(options->columns ? options->columns : 80) };
	const char *term = options->term ? options->term : "xterm-256color";

	session->status = -1;
	if (openpty(&session->master, &session->slave, NULL, NULL, &size) != 0) {
		free(session);
		return NULL;
	}
	fcntl(session->master, F_SETFD, FD_CLOEXEC);
	fcntl(session->slave, F_SETFD, FD_CLOEXEC);
	tcgetattr(session->slave, &session->before);
	if (options->silent) {
		session->before.c_lflag &= ~(tcflag_t)ECHO;
		tcsetattr(session->slave, TCSANOW, &session->before);
	}
	session->strict = options->lenient ? NULL : strict_new(term);
	if (session->strict)
		strict_allow(session->strict, options->more);
	screen_open(&session->screen, size.ws_row, size.ws_col, session->strict);
	fflush(NULL);
	session->pid = fork();
	if (session->pid == 0) {
		close(session->master);
		login_tty(session->slave);
		run_child(options, term);
	}
	return session;
}

void pty_free(struct pty_session *session)
{
	if (!session)
		return;
	if (session->status < 0 && session->pid > 0) {
		kill(session->pid, SIGKILL);
		kill(session->pid, SIGCONT);
		waitpid(session->pid, NULL, 0);
	}
	if (session->master >= 0)
		close(session->master);
	close(session->slave);
	screen_close(&session->screen);
	strict_free(session->strict);
	text_free(&session->stream);
	free(session);
}

/* Takes in what comes within this time; false where nothing did. */
static bool take(struct pty_session *session, int milliseconds)
{
	struct pollfd ready = { .fd = session->master, .events = POLLIN };
	char buffer[16384];
	ssize_t n;

	if (session->master < 0 || poll(&ready, 1, milliseconds) < 1)
		return false;
	n = read(session->master, buffer, sizeof(buffer));
	if (n <= 0)
		return false;
	text_add_bytes(&session->stream, buffer, (size_t)n);
	screen_show(&session->screen, buffer, (size_t)n);
	return true;
}

/* The state letter of the program's first thread: 'R' also where it waits for a processor; 'Z' where it is gone. */
static char state_of(const struct pty_session *session)
{
	char path[60], line[512], *behind;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)session->pid);
	stream = fopen(path, "r");
	if (!stream)
		return 'Z';
	behind = fgets(line, sizeof(line), stream) ? strrchr(line, ')') : NULL;
	fclose(stream);
	return behind && behind[1] && behind[2] ? behind[2] : 'Z';
}

/* It has not read yet what was typed, or is about something: silence says nothing on a busy machine. */
static bool at_work(const struct pty_session *session)
{
	char state = state_of(session);
	int unread = 0;

	if (session->master < 0 || session->status >= 0 || state == 'Z' || state == 'T' || state == 't')
		return false;
	return state != 'S' || (ioctl(session->slave, FIONREAD, &unread) == 0 && unread > 0);
}

void pty_settle(struct pty_session *session, int quiet)
{
	int64_t until = now_ms() + AT_WORK_MOST_MS;

	do {
		while (take(session, quiet))
			;
	} while (quiet > 0 && at_work(session) && now_ms() < until);
}

bool pty_shows(const struct pty_session *session, const char *words)
{
	char *text = screen_text(&session->screen);
	bool found = strstr(text, words) != NULL;

	free(text);
	return found;
}

bool pty_wait_for(struct pty_session *session, const char *words, int milliseconds)
{
	int64_t until = now_ms() + milliseconds;

	while (!pty_shows(session, words)) {
		int64_t left = until - now_ms();

		if (left <= 0)
			return false;
		take(session, left < 50 ? (int)left : 50);
	}
	return true;
}

void pty_send(struct pty_session *session, const char *bytes, size_t length)
{
	while (length > 0) {
		/* In pieces, so that a full line cannot make us wait for each other. */
		ssize_t n = write(session->master, bytes, length < 256 ? length : 256);

		if (n <= 0)
			return;
		bytes += n;
		length -= (size_t)n;
		if (length)
			take(session, 0);
	}
}

void pty_type(struct pty_session *session, const char *words)
{
	pty_send(session, words, strlen(words));
}

void pty_resize(struct pty_session *session, int rows, int columns)
{
	struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns };

	pty_settle(session, 0);
	screen_resize(&session->screen, rows, columns);
	ioctl(session->master, TIOCSWINSZ, &size);
}

int pty_wait_end(struct pty_session *session, int milliseconds)
{
	int64_t until = now_ms() + milliseconds;
	int status;

	while (session->status < 0) {
		take(session, 10);
		/* Its own time is there until it is waited for; afterwards that of its children is part of it. */
		if (waitid(P_PID, (id_t)session->pid, &(siginfo_t){ 0 }, WEXITED | WNOHANG | WNOWAIT) == 0)
			session->processor_ms = pty_processor_ms(session);
		if (wait4(session->pid, &status, WNOHANG, &session->used) == session->pid) {
			session->core_dumped = WIFSIGNALED(status) && WCOREDUMP(status);
			session->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		} else if (now_ms() >= until)
			return -1;
	}
	pty_settle(session, 10);
	return session->status;
}

double pty_processor_ms(const struct pty_session *session)
{
	struct timespec taken;
	clockid_t clock;

	if (session->status >= 0 || clock_getcpuclockid(session->pid, &clock) != 0 || clock_gettime(clock, &taken) != 0)
		return -1;
	return (double)taken.tv_sec * 1000 + (double)taken.tv_nsec / 1000000;
}

/* The session id of a process that is no zombie; 0 where it is gone. */
static long session_of(const char *process)
{
	char path[300], line[512], state, *behind;
	long group, id = 0;
	FILE *stream;

	snprintf(path, sizeof(path), "/proc/%s/stat", process);
	stream = fopen(path, "r");
	if (!stream)
		return 0;
	behind = fgets(line, sizeof(line), stream) ? strrchr(line, ')') : NULL;
	if (!behind || sscanf(behind, ") %c %*d %ld %ld", &state, &group, &id) != 3 || state == 'Z')
		id = 0;
	fclose(stream);
	return id;
}

size_t pty_left_behind(const struct pty_session *session)
{
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	size_t count = 0;

	while (directory && (entry = readdir(directory)) != NULL)
		count += entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && session_of(entry->d_name) == (long)session->pid;
	if (directory)
		closedir(directory);
	return count;
}

void pty_hang_up(struct pty_session *session)
{
	close(session->master);
	session->master = -1;
}

bool pty_restored(const struct pty_session *session)
{
	struct termios now;

	if (tcgetattr(session->slave, &now) != 0)
		return false;
	return now.c_iflag == session->before.c_iflag && now.c_oflag == session->before.c_oflag
		&& now.c_cflag == session->before.c_cflag && now.c_lflag == session->before.c_lflag
		&& memcmp(now.c_cc, session->before.c_cc, sizeof(now.c_cc)) == 0
		&& session->screen.cursor_on && !session->screen.alternate && !session->screen.paste_brackets && !session->screen.mouse
		&& !session->screen.pen.reversed;
}
