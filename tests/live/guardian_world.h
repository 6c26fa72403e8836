/*
 * guardian_world: a Dovecot of its own for the tests of the guardian: a
 * directory, a port, two files that change, and how the guardian is run,
 * stopped at a point and killed.
 *
 * Needs root and Dovecot's programs; without them the tests skip.
 */
#ifndef POSTROOM_TESTS_GUARDIAN_WORLD_H
#define POSTROOM_TESTS_GUARDIAN_WORLD_H

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/text.h"
#include "settings/guardian.h"

#define PATIENCE_MS 120000

struct world {
	struct arena *arena;
	char *directory, *config, *state;  /* of the instance; dovecot.conf; of the guardian */
	char *one, *two;                   /* the files that change */
	unsigned port;
	rlim_t most;                       /* RLIMIT_FSIZE of the guardian; 0: none */
	const char *stop;                  /* point at which it stops; NULL: none */
	unsigned number;                   /* of the last change */
};
struct done { int status; struct guardian_report report; };

static inline void nap(void)
{
	struct timespec time = { .tv_nsec = 10000000 };

	nanosleep(&time, NULL);
}

static inline bool world_missing(void)
{
	return geteuid() != 0 || access("/usr/sbin/dovecot", X_OK) || access("/usr/bin/doveadm", X_OK) || !getenv("POSTROOM");
}

/* --- files and programs ------------------------------------------------------------------------- */

static inline void put(const char *path, const char *words)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(words, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* "" where there is none. */
static inline char *got(struct world *world, const char *path)
{
	char *bytes = arena_text(world->arena, "");
	struct stat status;
	FILE *file = fopen(path, "r");

	if (!file)
		return bytes;
	if (fstat(fileno(file), &status) == 0) {
		/* What lies below /proc says 0. */
		size_t room = status.st_size > 0 ? (size_t)status.st_size : 4096;

		bytes = arena_alloc(world->arena, room + 1);
		bytes[fread(bytes, 1, room, file)] = '\0';
	}
	fclose(file);
	return bytes;
}

/* Starts a program; standard input and output are files. */
static inline pid_t start(struct world *world, const char *const *argv, const char *input, const char *output)
{
	pid_t child = fork();

	if (child == 0) {
		struct rlimit limit = { world->most, world->most };
		int in = open(input ? input : "/dev/null", O_RDONLY), out = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		setsid();
		dup2(in, 0);
		dup2(out, 1);
		dup2(out, 2);
		closefrom(3);
		if (world->stop)
			setenv("POSTROOM_GUARDIAN_STOP", world->stop, 1);
		else
			unsetenv("POSTROOM_GUARDIAN_STOP");
		if (world->most)
			setrlimit(RLIMIT_FSIZE, &limit);
		execv(argv[0], (char *const *)argv);
		_exit(127);
	}
	assert_true(child > 0);
	return child;
}

static inline int ended(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static inline int run(struct world *world, const char *const *argv, char **output)
{
	char *path = arena_format(world->arena, "%s/output", world->directory);
	int status = ended(start(world, argv, NULL, path));

	if (output)
		*output = got(world, path);
	return status;
}
#define RUN(world, output, ...) run(world, (const char *const[]){ __VA_ARGS__, NULL }, output)

/* --- Dovecot ---------------------------------------------------------------------------------------- */

static inline unsigned free_port(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t size = sizeof(to);
	int descriptor = socket(AF_INET, SOCK_STREAM, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)&to, &size), 0);
	close(descriptor);
	return ntohs(to.sin_port);
}

static inline pid_t master_of(struct world *world)
{
	return (pid_t)atoi(got(world, arena_format(world->arena, "%s/run/master.pid", world->directory)));
}

static inline void dovecot_up(struct world *world)
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;
	char *said;

	if (RUN(world, &said, "/usr/sbin/dovecot", "-c", world->config))
		fail_msg("Dovecot does not start: %s", said);
	while (RUN(world, NULL, "/usr/bin/doveadm", "-c", world->config, "service", "status")) {
		assert_true(clock_monotonic_ms() < until);
		nap();
	}
}

static inline void dovecot_down(struct world *world)
{
	pid_t master = master_of(world);

	RUN(world, NULL, "/usr/bin/doveadm", "-c", world->config, "stop");
	for (int i = 0; i < 3000 && master > 0 && kill(master, 0) == 0; i++)
		nap();
	if (master > 0 && kill(master, 0) == 0)
		kill(master, SIGKILL);
}

static inline void world_configure(struct world *world, const char *more)
{
	const char *d = world->directory;

	put(world->config, arena_format(world->arena,
		"base_dir = %s/run\nstate_dir = %s/state\ninstance_name = guardian-%u\nlog_path = %s/log\nlisten = 127.0.0.1\nprotocols = imap\n"
		"ssl = no\ndisable_plaintext_auth = no\nmail_location = maildir:~/Maildir\nmail_uid = mail\nmail_gid = mail\nfirst_valid_uid = 8\n"
		"first_valid_gid = 8\npassdb {\n  driver = static\n  args = password=test\n}\nuserdb {\n  driver = static\n"
		"  args = uid=mail gid=mail home=%s/mail/%%u\n}\nservice imap-login {\n  inet_listener imap {\n    port = %u\n  }\n"
		"  inet_listener imaps {\n    port = 0\n  }\n}\n%s!include conf.d/*.conf\n!include_try %s/far/*.conf\n",
		d, d, world->port, d, d, world->port, more, d));
}

static inline int world_set_up(void **state)
{
	static unsigned instances;
	struct world *world;
	struct arena *arena;

	*state = NULL;
	if (world_missing())
		return 0;
	arena = arena_new();
	world = arena_alloc(arena, sizeof(*world));
	world->arena = arena;
	world->directory = arena_format(arena, "/var/tmp/postroom-guardian-%d-%u", (int)getpid(), ++instances);
	world->config = arena_format(arena, "%s/dovecot.conf", world->directory);
	world->state = arena_format(arena, "%s/guardian", world->directory);
	/* One found by a relative pattern, one by an absolute one. */
	world->one = arena_format(arena, "%s/conf.d/50-one.conf", world->directory);
	world->two = arena_format(arena, "%s/far/two.conf", world->directory);
	world->port = free_port();
	assert_int_equal(mkdir(world->directory, 0755), 0);
	for (size_t i = 0; i < 5; i++) {
		static const char *const names[] = { "run", "state", "mail", "conf.d", "far" };

		assert_int_equal(mkdir(arena_format(arena, "%s/%s", world->directory, names[i]), 0755), 0);
	}
	assert_int_equal(chown(arena_format(arena, "%s/mail", world->directory), 8, 8), 0);
	put(arena_format(arena, "%s/conf.d/10-base.conf", world->directory), "# nothing\n");
	put(world->two, "service imap {\n  process_limit = 200\n}\n");
	world_configure(world, "");
	dovecot_up(world);
	*state = world;
	return 0;
}

static int world_remove(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status, (void)type, (void)ftw;
	return remove(path);
}

static inline int world_tear_down(void **state)
{
	struct world *world = *state;

	if (!world)
		return 0;
	dovecot_down(world);
	nftw(world->directory, world_remove, 16, FTW_DEPTH | FTW_PHYS);
	arena_free(world->arena);
	return 0;
}

/* Process limit that runs; -1: Dovecot does not answer. */
static inline int runs_limit(struct world *world, const char *service)
{
	char *table, *line;
	int limit = -1;

	if (RUN(world, &table, "/usr/bin/doveadm", "-c", world->config, "-f", "tab", "service", "status"))
		return -1;
	line = strstr(table, arena_format(world->arena, "\n%s\t", service));
	assert_non_null(line);
	assert_int_equal(sscanf(line + strlen(service) + 2, "%*d\t%*d\t%d", &limit), 1);
	return limit;
}

/* A session of anna that stays until it is closed. */
static inline int log_in(struct world *world)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)world->port) };
	struct timeval patience = { .tv_sec = 30 };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char line[2000] = "";

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	assert_int_equal(connect(descriptor, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_true(recv(descriptor, line, sizeof(line) - 1, 0) > 0);
	assert_int_equal(send(descriptor, "a LOGIN anna test\r\n", 19, 0), 19);
	assert_true(recv(descriptor, line, sizeof(line) - 1, 0) > 0);
	assert_non_null(strstr(line, "a OK"));
	return descriptor;
}

/* --- the guardian ------------------------------------------------------------------------------------- */

static inline struct guarded_file file_now(struct world *world, const char *path, const char *bytes)
{
	bool there = access(path, F_OK) == 0;

	return (struct guarded_file){ .path = path, .bytes = bytes, .length = bytes ? strlen(bytes) : 0, .seen = there ? got(world, path) : NULL,
		.seen_length = there ? strlen(got(world, path)) : 0 };
}

/* Both files: imap-login gets the limit n (one), imap 3 n (two). */
static inline struct guarded_change both(struct world *world, unsigned n, unsigned within)
{
	struct guarded_file *files = arena_alloc(world->arena, 2 * sizeof(*files));
	const char **wanted = arena_alloc(world->arena, 5 * sizeof(*wanted));

	files[0] = file_now(world, world->one, arena_format(world->arena, "service imap-login {\n  process_limit = %u\n}\n", n));
	files[1] = file_now(world, world->two, arena_format(world->arena, "service imap {\n  process_limit = %u\n}\n", 3 * n));
	wanted[0] = "imap-login/process_limit";
	wanted[1] = arena_format(world->arena, "%u", n);
	wanted[2] = "imap/process_limit";
	wanted[3] = arena_format(world->arena, "%u", 3 * n);
	return (struct guarded_change){ .id = arena_format(world->arena, "change-%u", ++world->number), .who = "tester@here", .sentence = "a test",
		.files = files, .file_count = 2, .service = "dovecot", .config = world->config, .wanted = wanted, .confirm_s = within };
}

/* One file with these bytes, or (NULL) without it. */
static inline struct guarded_change single(struct world *world, const char *path, const char *bytes, unsigned within)
{
	static const char *const nothing[] = { NULL };
	struct guarded_file *file = arena_alloc(world->arena, sizeof(*file));

	*file = file_now(world, path, bytes);
	return (struct guarded_change){ .id = arena_format(world->arena, "change-%u", ++world->number), .who = "tester@here", .sentence = "a test",
		.files = file, .file_count = 1, .service = "dovecot", .config = world->config, .wanted = nothing, .confirm_s = within };
}

static inline pid_t begin_apply(struct world *world, const struct guarded_change *change)
{
	char *input = arena_format(world->arena, "%s/input", world->directory), *output = arena_format(world->arena, "%s/applied", world->directory);

	put(input, guarded_change_json(world->arena, change));
	unlink(output);
	return start(world, (const char *const[]){ getenv("POSTROOM"), "guardian", "apply", "--directory", world->state, NULL }, input, output);
}

static inline struct done answer_in(struct world *world, const char *path, int status)
{
	struct done done = { .status = status };
	char *said = got(world, path);
	struct error error = { 0 };

	if (!guardian_report_read(world->arena, said, strlen(said), &done.report, &error))
		fail_msg("%s: %s", error.text, said);
	return done;
}

static inline struct done end_apply(struct world *world, pid_t child)
{
	int status = ended(child);

	return answer_in(world, arena_format(world->arena, "%s/applied", world->directory), status);
}

static inline struct done apply(struct world *world, const struct guarded_change *change)
{
	return end_apply(world, begin_apply(world, change));
}

static inline pid_t begin_order(struct world *world, const char *word, const char *id, const char *seconds)
{
	char *output = arena_format(world->arena, "%s/ordered", world->directory);

	return start(world, (const char *const[]){ getenv("POSTROOM"), "guardian", "--directory", world->state, word, id, seconds, NULL }, NULL, output);
}

static inline struct done order(struct world *world, const char *word, const char *id, const char *seconds)
{
	int status = ended(begin_order(world, word, id, seconds));

	return answer_in(world, arena_format(world->arena, "%s/ordered", world->directory), status);
}

/* Process id of the guardian that holds the lock, from the lock file; 0: none yet. */
static inline pid_t guardian_of(struct world *world)
{
	return (pid_t)atoi(got(world, arena_format(world->arena, "%s/lock", world->state)));
}

/* State letter of a process and its parent; 0 where there is none. */
static inline char process_state(struct world *world, pid_t process, pid_t *parent)
{
	char *line = arena_format(world->arena, "/proc/%d/stat", (int)process), bytes[512] = "", *at;
	FILE *file = process > 0 ? fopen(line, "r") : NULL;
	char letter = 0;
	int above = 0;

	if (!file)
		return 0;
	if (fgets(bytes, sizeof(bytes), file) && (at = strrchr(bytes, ')')) && sscanf(at + 2, "%c %d", &letter, &above) == 2 && parent)
		*parent = (pid_t)above;
	fclose(file);
	return letter;
}

/* Waits until the guardian has stopped at its point. Its process id, and that of the watcher above it. */
static inline pid_t stopped(struct world *world, pid_t *watcher)
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;
	pid_t process;

	while (process_state(world, process = guardian_of(world), watcher) != 'T') {
		if (clock_monotonic_ms() > until)
			fail_msg("the guardian did not come to %s", world->stop);
		nap();
	}
	return process;
}

/* Asks until nothing is under way any more. */
static inline struct done settled(struct world *world)
{
	int64_t until = clock_monotonic_ms() + PATIENCE_MS;

	for (;;) {
		struct done done = order(world, "status", NULL, NULL);

		switch (done.report.state) {
		case GUARDIAN_CHECKING: case GUARDIAN_INSTALLING: case GUARDIAN_LOOKING: case GUARDIAN_WAITING: case GUARDIAN_ROLLING_BACK:
			break;
		default:
			return done;
		}
		if (clock_monotonic_ms() > until)
			fail_msg("it stays %s", guardian_state_word(done.report.state));
		nap();
	}
}

/* --- looking ------------------------------------------------------------------------------------------ */

static inline bool full(void)
{
	const char *value = getenv("POSTROOM_FULL");

	return value && !strcmp(value, "1");
}

static inline void expect_state(const struct done *done, enum guardian_state state)
{
	if (done->report.state != state)
		fail_msg("it is %s and not %s: %s", guardian_state_word(done->report.state), guardian_state_word(state),
			done->report.why ? done->report.why : "no reason");
}

static inline void expect_words(const struct done *done, const char *words)
{
	if (!done->report.why || !strstr(done->report.why, words))
		fail_msg("\"%s\" does not say \"%s\"", done->report.why ? done->report.why : "", words);
}

/* Both files and both values are of one side; which one is told. Nothing is left beside the files. */
static inline bool is_new(struct world *world, const char *old_two, unsigned n)
{
	bool fresh = access(world->one, F_OK) == 0;
	char *listing;

	if (fresh != (strcmp(got(world, world->two), old_two) != 0))
		fail_msg("mixed: one is %s, two is \"%s\"", fresh ? "there" : "not there", got(world, world->two));
	assert_int_equal(runs_limit(world, "imap-login"), fresh ? (int)n : 100);
	assert_int_equal(runs_limit(world, "imap"), fresh ? 3 * (int)n : 200);
	RUN(world, &listing, "/usr/bin/find", world->directory, "-name", ".*postroom*");
	assert_string_equal(listing, "");
	return fresh;
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_set_up, world_tear_down)

#endif
