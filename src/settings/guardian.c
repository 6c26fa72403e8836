/*
 * guardian: the words of `postroom guardian`, and how its process comes loose
 * from whoever started it.
 *
 * Apply reads the change, then forks twice: a watcher in a session of its own,
 * without terminal, descriptors and environment of the caller, and below it the
 * guardian.  The caller waits for one line only and may die at any time.  Where
 * the guardian itself is killed, the watcher puts the old files back; where both
 * are, whoever comes next does.  Start and end of programs only; no threads.
 */
#include "settings/guardian_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/loop.h"

enum { MOST_CHANGE = 32 << 20, SETTLE_MS = 200 };

static char stop_at[40];
static volatile sig_atomic_t ending;

/* --- for tests ---------------------------------------------------------------------------------- */

void guardian_points_read(void)
{
	const char *name = getenv("POSTROOM_GUARDIAN_STOP");

	snprintf(stop_at, sizeof(stop_at), "%s", name ? name : "");
}

void guardian_point(const char *name)
{
	if (!strcmp(stop_at, name))
		raise(SIGSTOP);
}

/* --- coming loose --------------------------------------------------------------------------------- */

bool guardian_ending(void)
{
	return ending != 0;
}

static void on_term(int number)
{
	(void)number;
	ending = 1;
}

/* Nothing of the caller is left but the pipe that it waits at, as descriptor 3. */
static int come_loose(int tell)
{
	static const int ignored[] = { SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGXFSZ, SIGTSTP, SIGTTIN, SIGTTOU };
	int null;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		signal(ignored[i], SIG_IGN);
	guardian_points_read();
	clearenv();
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("HOME", "/root", 1);
	umask(077);
	null = open("/dev/null", O_RDWR);
	for (int i = 0; null >= 0 && i < 3; i++)
		dup2(null, i);
	if (tell != 3)
		dup2(tell, 3);
	closefrom(4);
	fcntl(3, F_SETFD, FD_CLOEXEC);
	log_open(LOG_TO_SYSLOG, NULL, LOG_LEVEL_INFO, NULL);
	/* Whatever directory it is, no path of ours is relative; this only keeps file systems from being held. */
	if (chdir("/") != 0)
		log_line(LOG_LEVEL_WARNING, "guardian: stays in the directory where it was started");
	return 3;
}

static struct guardian *guardian_new(const char *directory)
{
	struct arena *arena = arena_new();
	struct guardian *guardian = arena_alloc(arena, sizeof(*guardian));

	*guardian = (struct guardian){ .arena = arena, .directory = arena_text(arena, directory), .lock = -1 };
	return guardian;
}

static void guardian_free(struct guardian *guardian)
{
	guardian_unlock(guardian);
	if (guardian->loop)
		loop_free(guardian->loop);
	arena_free(guardian->arena);
}

static void tell(struct guardian *guardian, void *context)
{
	int *descriptor = context;
	char *line;

	if (*descriptor < 0)
		return;
	guardian->report.now = clock_now();
	line = arena_format(guardian->arena, "%s\n", guardian_report_json(guardian->arena, &guardian->report));
	file_write_all(*descriptor, "the pipe", line, strlen(line), NULL);
	close(*descriptor);
	*descriptor = -1;
}

/* Who holds the lock and since when, from the state that is there. */
static void refuse_second(struct guardian *guardian)
{
	struct guardian_report mine = guardian->report, other;

	if (guardian_load(guardian, NULL)) {
		char *since = text_from_time(guardian->arena, guardian->report.since);

		other = guardian->report;
		mine.why = arena_format(guardian->arena, "a change of %s (\"%s\", since %s) %s; confirm it or roll it back first",
			other.who ? other.who : "somebody", other.sentence ? other.sentence : other.id, since,
			other.state == GUARDIAN_WAITING ? "waits here to be confirmed" : "is under way here");
	} else {
		mine.why = "another guardian is at work here";
	}
	mine.kind = ERROR_CONFLICT;
	mine.state = GUARDIAN_REFUSED;
	mine.since = clock_now();
	guardian->report = mine;
}

static void refuse_stuck(struct guardian *guardian, const struct guarded_change *change, const char *why)
{
	guardian->report = (struct guardian_report){ .state = GUARDIAN_REFUSED, .id = change->id, .who = change->who, .sentence = change->sentence,
		.noun = change->noun, .since = clock_now(), .kind = ERROR_CONFLICT, .why = why };
}

/* The guardian itself; leaves when the change is settled. */
static void guard(struct guardian *guardian, int pipe_end)
{
	struct guarded_change change = guardian->change;
	struct error error = { 0 };

	guardian->report = (struct guardian_report){ .id = change.id, .who = change.who, .sentence = change.sentence, .noun = change.noun };
	if (!guardian_lock_soon(guardian, &error)) {
		if (error.kind == ERROR_CONFLICT)
			refuse_second(guardian);
		else
			refuse_stuck(guardian, &change, arena_format(guardian->arena, "nothing was installed: %s", error.text));
		tell(guardian, &pipe_end);
		return;
	}
	guardian_point("locked");
	/* What an earlier one has left behind comes first. */
	if (!guardian_load(guardian, &error) && error.kind != ERROR_NOT_FOUND) {
		refuse_stuck(guardian, &change, arena_format(guardian->arena, "nothing was installed: %s", error.text));
		tell(guardian, &pipe_end);
		return;
	}
	guardian_mend(guardian);
	if (guardian->armed) {
		refuse_stuck(guardian, &change, arena_format(guardian->arena, "an earlier change could not be put back: %s", guardian->report.why));
		tell(guardian, &pipe_end);
		return;
	}
	guardian->change = change;
	guardian->service = guardian_service_find(change.service);
	guardian->lines = NULL;
	guardian->line_count = guardian->line_capacity = 0;
	guardian_apply(guardian, tell, &pipe_end);
}

/* Waits for the guardian; one that was killed leaves its work to us. */
static void watch(struct guardian *guardian, pid_t child, int pipe_end)
{
	struct error error = { 0 };
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	stop_at[0] = '\0';
	if (!WIFSIGNALED(status) || !guardian_lock_soon(guardian, &error))
		return;
	if (!guardian_load(guardian, NULL) || !guardian_mend(guardian)) {
		guardian->report = (struct guardian_report){ .state = GUARDIAN_REFUSED, .id = guardian->change.id, .who = guardian->change.who,
			.sentence = guardian->change.sentence, .noun = guardian->change.noun, .since = clock_now(), .kind = ERROR_CANCELLED,
			.why = "the guardian was ended before anything was installed" };
	}
	tell(guardian, &pipe_end);
}

static void detach(struct guardian *guardian, int pipe_end)
{
	struct sigaction term = { .sa_handler = on_term };
	pid_t child;

	setsid();
	if (fork() != 0)
		_exit(0);
	pipe_end = come_loose(pipe_end);
	child = fork();
	if (child > 0) {
		watch(guardian, child, pipe_end);
		_exit(0);
	}
	sigaction(SIGTERM, &term, NULL);
	guard(guardian, pipe_end);
	_exit(0);
}

/* --- the words ------------------------------------------------------------------------------------ */

static int status_of(const struct guardian_report *report, bool wanted_back)
{
	switch (report->state) {
	case GUARDIAN_REFUSED: return error_exit_status(report->kind == ERROR_NONE ? ERROR_REFUSED : report->kind);
	case GUARDIAN_ROLLED_BACK: return wanted_back || report->kind == ERROR_NONE ? 0 : error_exit_status(ERROR_REFUSED);
	case GUARDIAN_STUCK: return error_exit_status(ERROR_FILE);
	default: return report->kind == ERROR_NONE ? 0 : error_exit_status(report->kind);
	}
}

static int print(struct guardian *guardian, bool wanted_back)
{
	int status;

	guardian->report.now = clock_now();
	printf("%s\n", guardian_report_json(guardian->arena, &guardian->report));
	fflush(stdout);
	status = status_of(&guardian->report, wanted_back);
	guardian_free(guardian);
	return status;
}

static int print_error(struct guardian *guardian, const struct error *error)
{
	guardian->report.state = GUARDIAN_REFUSED;
	guardian->report.why = arena_text(guardian->arena, error->text);
	guardian->report.kind = error->kind;
	return print(guardian, false);
}

static char *read_all(struct arena *arena, int descriptor, size_t most, bool line, size_t *length)
{
	size_t capacity = 0;
	char *bytes = NULL;
	ssize_t got = 1;

	*length = 0;
	while (got > 0 && *length < most && !(line && *length > 0 && bytes[*length - 1] == '\n')) {
		bytes = arena_grow(arena, bytes, &capacity, *length + 65536, 1);
		got = read(descriptor, bytes + *length, 65535);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			*length += (size_t)got;
	}
	return bytes;
}

static int apply(struct guardian *guardian)
{
	struct error error = { 0 };
	size_t length;
	char *bytes = read_all(guardian->arena, STDIN_FILENO, MOST_CHANGE, false, &length), *line;
	int ends[2];
	pid_t child;

	if (length >= MOST_CHANGE)
		error_set(&error, ERROR_INVALID, "the guarded change is larger than %d bytes", MOST_CHANGE);
	else if (!guarded_change_read(guardian->arena, bytes, length, &guardian->change, &error))
		;
	else if (!guardian_service_find(guardian->change.service))
		error_set(&error, ERROR_INVALID, "the guardian knows dovecot and postfix, not %s",
			guardian->change.service ? guardian->change.service : "a service without a name");
	else if (pipe2(ends, O_CLOEXEC) != 0)
		error_set(&error, ERROR_INTERNAL, "no pipe: %s", strerror(errno));
	if (error.kind != ERROR_NONE)
		return print_error(guardian, &error);
	child = fork();
	if (child == 0)
		detach(guardian, ends[1]);
	close(ends[1]);
	if (child > 0)
		waitpid(child, NULL, 0);
	line = read_all(guardian->arena, ends[0], MOST_CHANGE, true, &length);
	close(ends[0]);
	if (!guardian_report_read(guardian->arena, line, length, &guardian->report, &error)) {
		error_set(&error, ERROR_UNKNOWN_OUTCOME, "the guardian has ended without a word; ask for its status");
		return print_error(guardian, &error);
	}
	return print(guardian, false);
}

/* Its guardian was at the candidate when it ended, and nothing had been touched. */
static void tell_ended(struct guardian_report *report)
{
	report->state = GUARDIAN_REFUSED;
	report->kind = ERROR_CANCELLED;
	report->why = "the guardian was ended before anything was installed";
}

static bool under_way(enum guardian_state state)
{
	return state == GUARDIAN_CHECKING || state == GUARDIAN_INSTALLING || state == GUARDIAN_LOOKING || state == GUARDIAN_WAITING ||
		state == GUARDIAN_ROLLING_BACK;
}

/* Somebody who may change nothing asks: a change that nobody looks after is told and left. */
static void tell_orphan(struct guardian *guardian)
{
	struct guardian_report *report = &guardian->report;

	if (!under_way(report->state))
		return;
	/* One may just have begun, or the watcher is about to put back what its guardian has left; or it has come to its end by now. */
	guardian_pause(SETTLE_MS);
	if (guardian_locked(guardian) || !guardian_load(guardian, NULL) || !under_way(report->state))
		return;
	if (report->state == GUARDIAN_CHECKING) {
		tell_ended(report);
		return;
	}
	report->state = GUARDIAN_STUCK;
	report->kind = ERROR_INTERNAL;
	report->deadline = 0;
	report->why = "its guardian has died; the old files come back with postroom rollback, or with postroom guardian restore on the server";
}

/* Reads what is known; mend: what nobody looks after is put right first. False: error says why it is not known. */
static bool known(struct guardian *guardian, bool mend, struct error *error)
{
	bool alone = mend ? guardian_lock(guardian, error) : !guardian_locked(guardian);

	if (mend && !alone && error->kind != ERROR_CONFLICT)
		return false;
	error_clear(error);
	if (!guardian_load(guardian, error)) {
		guardian->report = (struct guardian_report){ .state = GUARDIAN_NONE };
		return error->kind == ERROR_NOT_FOUND;
	}
	if (alone && !mend)
		tell_orphan(guardian);
	else if (alone && !guardian_mend(guardian) && guardian->report.state == GUARDIAN_CHECKING)
		tell_ended(&guardian->report);
	return true;
}

/* Asked for what is, so a refusal or a rollback of before is no failure of the question; only a change that is stuck is. */
static int status(struct guardian *guardian, bool mend)
{
	struct error error = { 0 };
	bool stuck;

	if (!known(guardian, mend, &error))
		return print_error(guardian, &error);
	stuck = guardian->report.state == GUARDIAN_STUCK;
	print(guardian, true);
	return stuck ? error_exit_status(ERROR_FILE) : 0;
}

/* Nobody waits any more: what became of it, and whether that is what was wanted. */
static int too_late(struct guardian *guardian, const char *word, const char *id)
{
	struct guardian_report *report = &guardian->report;
	enum guardian_state wanted = !strcmp(word, "confirm") ? GUARDIAN_CONFIRMED : !strcmp(word, "rollback") ? GUARDIAN_ROLLED_BACK : GUARDIAN_NONE;
	struct error error = { 0 };
	int code;

	if (!known(guardian, true, &error))
		return print_error(guardian, &error);
	if (!report->id || strcmp(report->id, id)) {
		report->kind = ERROR_NOT_FOUND;
		report->why = "no change of this id is known here any more";
		return print(guardian, false);
	}
	if (report->state == wanted)
		report->kind = ERROR_NONE;
	else if (report->kind == ERROR_NONE)
		report->kind = ERROR_REFUSED;
	if (report->state == GUARDIAN_CONFIRMED && report->state != wanted)
		report->why = "it was confirmed already; undo it as a change of its own";
	code = report->state == wanted ? 0 : error_exit_status(report->kind);
	print(guardian, false);
	return code;
}

static int order(struct guardian *guardian, const char *word, const char *id, const char *seconds)
{
	struct error error = { 0 };
	char *answered;

	/* A guardian that was settling its change when it was asked ends without an answer. */
	if (!guardian_order(guardian, arena_format(guardian->arena, "%s %s%s%s\n", word, id, seconds ? " " : "", seconds ? seconds : ""),
			&answered, &error))
		return too_late(guardian, word, id);
	if (!guardian_report_read(guardian->arena, answered, strlen(answered), &guardian->report, &error))
		return print_error(guardian, &error);
	return print(guardian, !strcmp(word, "rollback"));
}

int guardian_main(const char *word, const char *directory, const char *id, const char *seconds)
{
	struct guardian *guardian = guardian_new(directory);
	struct error error = { 0 };

	if (!file_make_directory(directory, 0700, &error))
		return print_error(guardian, &error);
	signal(SIGXFSZ, SIG_IGN);
	if (!strcmp(word, "apply"))
		return apply(guardian);
	if (!strcmp(word, "status") || !strcmp(word, "restore"))
		return status(guardian, true);
	if (!strcmp(word, "look"))
		return status(guardian, false);
	if (id && (!strcmp(word, "confirm") || !strcmp(word, "rollback") || (!strcmp(word, "more") && seconds)))
		return order(guardian, word, id, seconds);
	error_set(&error, ERROR_USAGE, "the guardian knows apply, confirm ID, rollback ID, more ID SECONDS, look, logins PATH, status and restore");
	return print_error(guardian, &error);
}
