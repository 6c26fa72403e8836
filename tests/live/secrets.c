/*
 * secrets: see secrets.h. Everything on the test's thread, but the watch, which
 * has one of its own and tells at its end.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/base64.h"
#include "tests/live/secrets.h"

enum { SECRETS_MOST = 60, ROOM = 60, MADE_MOST = 20, NEEDLES_MOST = 4 * (MADE_MOST + 1), WATCH_MS = 20 };

/* What is searched for: the stem of all canaries, each made password, and what is inside of base64 of either, wherever it begins. */
struct needle {
	char words[ROOM * 2];
	bool made, coded;
};

static char secrets[SECRETS_MOST][ROOM], stem[ROOM], trace[300];
static struct needle needles[NEEDLES_MOST];
static atomic_size_t needle_count, looked_at;
static size_t used, handed;
static bool traces;

/* --- what is searched for --------------------------------------------------------------------- */

static void add_needle(const char *words, bool made, bool coded)
{
	size_t count = atomic_load(&needle_count);

	assert_true(count < NEEDLES_MOST);
	snprintf(needles[count].words, sizeof(needles[count].words), "%s", words);
	needles[count].made = made;
	needles[count].coded = coded;
	atomic_store(&needle_count, count + 1);
}

/* In base64 three bytes are four letters, so what stands there depends on where it begins; its ends on what is beside it. */
static void add_needles(const char *words, bool made)
{
	struct arena *arena = arena_new();
	size_t before, length = strlen(words);

	add_needle(words, made, false);
	for (before = 0; before < 3; before++) {
		char *bytes = arena_alloc(arena, before + length), *code;
		size_t from = (before * 8 + 5) / 6, to = (before + length) * 8 / 6;

		memcpy(bytes + before, words, length);
		code = base64_encode(arena, bytes, before + length);
		code[to] = '\0';
		add_needle(code + from, made, true);
	}
	arena_free(arena);
}

const char *secrets_take(void)
{
	assert_true(used < SECRETS_MOST);
	snprintf(secrets[used], ROOM, "%.40s%02u%04x", stem, (unsigned)used % 100, (unsigned)(trial_random() & 0xffff));
	return secrets[used++];
}

const char *secrets_made(const char *words)
{
	assert_true(used < SECRETS_MOST && strlen(words) < ROOM && strlen(words) > 8);
	snprintf(secrets[used], ROOM, "%s", words);
	add_needles(words, true);
	return secrets[used++];
}

size_t secrets_used(void)
{
	return used;
}

size_t secrets_places(void)
{
	return atomic_load(&looked_at);
}

size_t secrets_handed(void)
{
	return handed;
}

const char *secrets_lack(void)
{
	return traces ? "" : "; no strace";
}

void secrets_begin(uint64_t random)
{
	const char *probe[] = { "/usr/bin/strace", "--seccomp-bpf", "-f", "-o", "/dev/null", "/bin/true", NULL };

	trial_state = random;
	/* Another program of the same seed leaves its own: passwords of Fetchmail lie in the directory, where they belong. */
	snprintf(stem, sizeof(stem), "Kn%016llxZq", (unsigned long long)(trial_random() ^ ((uint64_t)getpid() << 32)));
	add_needles(stem, false);
	traces = access(probe[0], X_OK) == 0 && lab_run(probe, "probe") == 0;
	if (!traces)
		printf("# there is no strace, or it may not trace: what is written to files and sockets is not looked at\n");
	snprintf(trace, sizeof(trace), "%s/trace", console_folder());
}

enum { AROUND = 300 };

/* --- looking ------------------------------------------------------------------------------------ */

/* The first needle that stands there, and at which byte; NULL: none. */
static const struct needle *find(const char *bytes, size_t length, const char **at)
{
	size_t i, count = atomic_load(&needle_count);

	atomic_fetch_add(&looked_at, 1);
	for (i = 0; bytes && i < count; i++)
		if ((*at = memmem(bytes, length, needles[i].words, strlen(needles[i].words))) != NULL)
			return &needles[i];
	return NULL;
}

void secrets_look(const char *bytes, size_t length, const char *where)
{
	const char *at;
	const struct needle *found = find(bytes, length, &at);

	if (found) {
		char around[2 * AROUND + 1];
		size_t from = (size_t)(at - bytes) > AROUND ? (size_t)(at - bytes) - AROUND : 0, i = 0;

		/* Made for the test, so it may be shown with what tells how it got there. */
		for (; i + 1 < sizeof(around) && from + i < length; i++)
			around[i] = isprint((unsigned char)bytes[from + i]) ? bytes[from + i] : '.';
		around[i] = '\0';
		fail_msg("%s stands in %s: %s", found->words, where, around);
	}
}

void secrets_look_in_file(const char *path)
{
	size_t length;
	char *bytes = console_slurp(path, &length);

	secrets_look(bytes, length, path);
	free(bytes);
}

static const char *part_of_path;

/* Only what was written: a database is a gigabyte of holes. */
static void look_in_data(const char *path, off_t size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	off_t from = 0, to;

	while (descriptor >= 0 && from < size && (from = lseek(descriptor, from, SEEK_DATA)) >= 0 && (to = lseek(descriptor, from, SEEK_HOLE)) > from) {
		char *bytes = malloc((size_t)(to - from));
		ssize_t length;

		assert_non_null(bytes);
		length = pread(descriptor, bytes, (size_t)(to - from), from);
		if (length > 0)
			secrets_look(bytes, (size_t)length, path);
		free(bytes);
		from = to;
	}
	if (descriptor >= 0)
		close(descriptor);
}

static int look_in_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)place;
	if (kind == FTW_F && S_ISREG(status->st_mode) && strstr(path, part_of_path))
		look_in_data(path, status->st_size);
	return 0;
}

void secrets_look_below(const char *folder, const char *part)
{
	part_of_path = part;
	nftw(folder, look_in_one, 16, FTW_PHYS);
}

/* Not by streams, since a test forks meanwhile. */
static size_t read_whole(const char *path, char *room, size_t size)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t n;

	if (descriptor < 0)
		return 0;
	while (length < size && (n = read(descriptor, room + length, size - length)) > 0)
		length += (size_t)n;
	close(descriptor);
	return length;
}

/* False, with where, where one is found. */
static bool processes_are_clean(char *where, size_t size)
{
	static const char *const parts[] = { "cmdline", "environ" };
	enum { MUCH = 1 << 18 };
	DIR *directory = opendir("/proc");
	struct dirent *entry;
	char *room = malloc(MUCH);
	const char *at;
	bool clean = directory && room;
	size_t i;

	while (clean && (entry = readdir(directory)) != NULL)
		for (i = 0; entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && i < 2 && clean; i++) {
			snprintf(where, size, "/proc/%.20s/%s", entry->d_name, parts[i]);
			clean = !find(room, read_whole(where, room, MUCH), &at);
		}
	if (directory)
		closedir(directory);
	free(room);
	return clean;
}

void secrets_look_at_processes(void)
{
	char where[100] = "/proc";

	if (!processes_are_clean(where, sizeof(where)))
		fail_msg("a secret stands in %s", where);
}

/* --- the watch ------------------------------------------------------------------------------------ */

static struct {
	pthread_t thread;
	bool runs;
	atomic_bool end;
	int socket;
	size_t datagrams;
	char found[200];
} watch = { .socket = -1 };

static void note(const char *where)
{
	if (!watch.found[0])
		snprintf(watch.found, sizeof(watch.found), "%s", where);
}

static void take_datagrams(void)
{
	char words[65536];
	const char *at;
	ssize_t length;

	while (watch.socket >= 0 && (length = recv(watch.socket, words, sizeof(words), MSG_DONTWAIT)) >= 0) {
		watch.datagrams++;
		if (find(words, (size_t)length, &at))
			note("a line of the audit");
	}
}

static void *watch_on(void *context)
{
	char where[100];

	(void)context;
	while (!atomic_load(&watch.end)) {
		int64_t begun = console_now();

		take_datagrams();
		if (!processes_are_clean(where, sizeof(where)))
			note(where);
		/* A tenth of one processor at most. */
		console_pause(WATCH_MS + 9 * (int)(console_now() - begun));
	}
	take_datagrams();
	return NULL;
}

void secrets_watch(const char *socket_path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (socket_path) {
		snprintf(address.sun_path, sizeof(address.sun_path), "%s", socket_path);
		watch.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		assert_true(watch.socket >= 0);
		assert_int_equal(bind(watch.socket, (struct sockaddr *)&address, sizeof(address)), 0);
	}
	watch.runs = pthread_create(&watch.thread, NULL, watch_on, NULL) == 0;
	assert_true(watch.runs);
}

size_t secrets_watched(void)
{
	if (!watch.runs)
		return 0;
	atomic_store(&watch.end, true);
	pthread_join(watch.thread, NULL);
	watch.runs = false;
	if (watch.socket >= 0)
		close(watch.socket);
	watch.socket = -1;
	if (watch.found[0])
		fail_msg("a secret stood in %s", watch.found);
	return watch.datagrams;
}

/* --- running --------------------------------------------------------------------------------------- */

struct pty_session *secrets_start(const char *term, int rows, int columns, const char *const *arguments)
{
	const char *argv[40] = { "/usr/bin/strace", "--seccomp-bpf", "-f", "-qq", "-yy", "-v", "-s", "100000", "-e",
		"trace=%process,prctl,prlimit64,setrlimit,write,writev,pwrite64,pwritev,pwritev2,sendto,sendmsg,sendmmsg", "-o", trace,
		console_env("POSTROOM"), "--start", "users" };
	size_t count = 15, i;
	struct pty_options options = { .term = term, .rows = rows, .columns = columns, .argv = traces ? argv : argv + 12 };
	struct pty_session *session;

	for (i = 0; arguments[i]; i++) {
		assert_true(count + 1 < sizeof(argv) / sizeof(argv[0]));
		argv[count++] = arguments[i];
	}
	session = pty_start(&options);
	assert_non_null(session);
	return session;
}

/*
 * A line of strace is a write to a terminal, or to the memory that curses writes to and that is emptied after each frame:
 * with -yy the descriptor's file stands behind it.
 */
static bool goes_to_terminal(const char *line)
{
	const char *to = strchr(line, '<'), *words = strchr(line, '"');
	size_t room = to && words && to < words ? (size_t)(words - to) : 0;

	return room > 0 && (memmem(to, room, "<char 136:", 10) || memmem(to, room, "</dev/tty<char 5:0>", 19) || memmem(to, room, "</memfd:postroom screen>", 24));
}

/* A write of one line to the nameless pipe or pair of sockets that is a child's standard input, which is how a login is tried. */
static bool is_handed_over(const char *line, const char *at)
{
	const char *to = strchr(line, '<'), *words = strchr(line, '"');

	return strstr(line, " write(") && to && words && words + 1 == at && (strncmp(to, "<UNIX-STREAM:[", 14) == 0 || strncmp(to, "<pipe:[", 7) == 0) &&
		!memchr(to, '/', (size_t)(words - to)) && strcspn(at, "\\\"") == strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") &&
		strncmp(at + strcspn(at, "\\\""), "\\n\"", 3) == 0;
}

/* What doveadm auth test asks Dovecot, on Dovecot's own socket. */
static bool asks_dovecot(const char *line)
{
	return strstr(line, ", \"AUTH\\t1\\tPLAIN\\tservice=imap\\tresp=") != NULL;
}

static void look_at_line(const char *line, const char *where)
{
	size_t i, count = atomic_load(&needle_count), length = strlen(line);

	for (i = 0; i < count; i++) {
		const struct needle *needle = &needles[i];
		const char *at = memmem(line, length, needle->words, strlen(needle->words));

		if (!at || (needle->coded ? asks_dovecot(line) : needle->made && goes_to_terminal(line)))
			continue;
		if (needle->coded || !is_handed_over(line, at))
			fail_msg("%s: %s was written: %.300s", where, needle->words, line);
		handed++;
	}
}

/* Is this byte shown while the program has the other screen, which a terminal forgets? Also true where it never had one: a command prints. */
static bool is_on_other_screen(const struct text *stream, const char *at)
{
	static const char turn[] = "\033[?1049";
	const char *next = text_get(stream), *last = NULL;
	bool any = memmem(next, stream->length, turn, strlen(turn)) != NULL;

	while ((next = memmem(next, (size_t)(at - next), turn, strlen(turn))) != NULL)
		last = next += strlen(turn);
	return !any || (last && *last == 'h');
}

/* What was typed stands nowhere; what was made only where it was asked for. */
static void look_at_stream(const struct pty_session *session, const char *where)
{
	const char *bytes = text_get(&session->stream), *end = bytes + session->stream.length, *at;
	size_t i, count = atomic_load(&needle_count);

	atomic_fetch_add(&looked_at, 1);
	for (i = 0; i < count; i++)
		for (at = bytes; (at = memmem(at, (size_t)(end - at), needles[i].words, strlen(needles[i].words))) != NULL; at++)
			if (!needles[i].made || needles[i].coded || !is_on_other_screen(&session->stream, at))
				fail_msg("%s: %s went to the terminal", where, needles[i].words);
}

void secrets_look_at_writes(const struct pty_session *session, const char *where)
{
	char *written, *rest, *line;

	look_at_stream(session, where);
	if (!traces)
		return;
	rest = written = console_slurp(trace, NULL);
	/* Was anything seen at all, and were core files off? */
	assert_true(written && strstr(written, "write(") && strstr(written, "execve("));
	assert_non_null(strstr(written, "RLIMIT_CORE, {rlim_cur=0, rlim_max=0}"));
	assert_non_null(strstr(written, "PR_SET_DUMPABLE, SUID_DUMP_DISABLE"));
	while ((line = strsep(&rest, "\n")) != NULL)
		look_at_line(line, where);
	free(written);
}

void secrets_finish(struct pty_session *session, int status, const char *where)
{
	int came = pty_wait_end(session, CONSOLE_WAIT_MS * 2);

	if (came != status) {
		console_print(session);
		fail_msg("%s: status %d, not %d", where, came, status);
	}
	secrets_look_at_writes(session, where);
	pty_free(session);
}

char *secrets_file(const char *words, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", console_folder(), name);
	console_write(path, words);
	return memory_text(path);
}
