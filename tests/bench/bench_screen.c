/*
 * bench_screen: what a person at the console waits for, and what ldapsearch
 * needs for the same from the same server, in turn in one run: start to the
 * first full screen and to the whole list, a fragment asked for by a command
 * and typed in the running console; then its peak memory and the bytes that one
 * move of the cursor costs the line.
 *
 * bench_screen WORDS FRAGMENT ROUNDS, with POSTROOM, POSTROOM_CONFIG, LAB_* and
 * LDAPTLS_CACERT in the environment.  Where something does not appear in time it
 * prints the screen and exits 1; 64 for a wrong call.  Main thread.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/pty/pty_session.h"

enum {
	ROUNDS_MOST = 50,
	WAIT_MS = 60000,
	QUIET_MS = 250,                /* longer than reading one person for the preview takes */
	TITLE = 2, FIRST = 4, LAST = 15, /* rows of the screen at 24 by 80: the title, the first and last person */
	MOVES = 9,                     /* that stay within FIRST..LAST */
	PAGE_SIZE_EXIT = 4,            /* of ldapsearch where -z ended it, which is what is asked for */
};

struct pairs { const char *name; int count; double ours[ROUNDS_MOST], theirs[ROUNDS_MOST], ratio[ROUNDS_MOST]; };
typedef bool (*check)(const struct pty_session *session, const char *words);

static char filter_all[] = "(objectClass=univentionMail)";
static char filter_fragment[600];

static double milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static char *setting(const char *name)
{
	char *value = getenv(name);

	if (value != NULL)
		return value;
	fprintf(stderr, "bench_screen: %s is not set; use make bench\n", name);
	exit(64);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, by_value);
	return values[count / 2];
}

static void add_pair(struct pairs *pairs, double ours, double theirs)
{
	pairs->ours[pairs->count] = ours;
	pairs->theirs[pairs->count] = theirs;
	pairs->ratio[pairs->count++] = ours / theirs;
}

static void print_pairs(struct pairs *pairs)
{
	double middle = median(pairs->ratio, pairs->count);

	printf("%-34s ratio %5.2f (%.2f to %.2f)   postroom %.1f ms, ldapsearch %.1f ms\n", pairs->name, middle,
			pairs->ratio[0], pairs->ratio[pairs->count - 1],
			median(pairs->ours, pairs->count), median(pairs->theirs, pairs->count));
}

/* --- other programs ------------------------------------------------------------------------- */

/* Its output goes nowhere. Milliseconds; *peak (may be NULL) in KiB. */
static double run(const char *const *argv, int good, long *peak)
{
	union { const char *const *in; char *const *out; } cast = { .in = argv };
	double start = milliseconds();
	struct rusage used;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		int nowhere = open("/dev/null", O_RDWR);

		if (nowhere < 0 || dup2(nowhere, 1) < 0 || dup2(nowhere, 2) < 0)
			_exit(70);
		execvp(argv[0], cast.out);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid || !WIFEXITED(status) ||
			(WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != good)) {
		fprintf(stderr, "bench_screen: %s failed [%d]\n", argv[0], status);
		exit(1);
	}
	if (peak != NULL)
		*peak = used.ru_maxrss;
	return milliseconds() - start;
}

/* The attributes are those behind the columns that the list of users shows at 80 columns (profile of UCS). */
static double ldapsearch(const char *filter, const char *most, long *peak)
{
	const char *argv[] = { "ldapsearch", "-LLL", "-ZZ", "-x", "-H", setting("LAB_URI"), "-D", setting("LAB_ADMIN_DN"),
		"-y", setting("LAB_ADMIN_SECRET"), "-b", setting("LAB_BASE"), "-z", most, filter, "uid", "cn", "displayName",
		"departmentNumber", "mailPrimaryAddress", "univentionMailUserQuota", "mailForwardAddress", "mailForwardCopyToSelf",
		"shadowExpire", "sambaAcctFlags", "krb5KDCFlags", "sambaKickoffTime", "krb5ValidEnd", "pwdAccountLockedTime", NULL };

	return run(argv, PAGE_SIZE_EXIT, peak);
}

static double list_by_command(const char *fragment)
{
	const char *argv[] = { setting("POSTROOM"), "--config", setting("POSTROOM_CONFIG"), "list", "user", "--filter", fragment,
		"--format", "tsv", NULL };

	return run(argv, 0, NULL);
}

/* --- the console ------------------------------------------------------------------------------ */

static struct pty_session *open_console(void)
{
	const char *argv[] = { setting("POSTROOM"), "--start", "users", "--config", setting("POSTROOM_CONFIG"), NULL };
	struct pty_options options = { .rows = 24, .columns = 80, .argv = argv };
	struct pty_session *session = pty_start(&options);

	if (session != NULL)
		return session;
	fprintf(stderr, "bench_screen: no pseudo terminal here\n");
	exit(1);
}

static bool title_has(const struct pty_session *session, const char *words)
{
	char *row = screen_row(&session->screen, TITLE);
	bool has = strstr(row, words) != NULL;

	free(row);
	return has;
}

static bool title_lacks(const struct pty_session *session, const char *words)
{
	return !title_has(session, words);
}

/* Every row between the header and the preview holds a person. */
static bool screen_full(const struct pty_session *session, const char *words)
{
	if (!title_has(session, words))
		return false;
	for (int i = FIRST; i <= LAST; i++) {
		char *row = screen_row(&session->screen, i);
		bool empty = row[strspn(row, " ")] == '\0' || strstr(row, "reading ..") != NULL;

		free(row);
		if (empty)
			return false;
	}
	return true;
}

static void wait_until(struct pty_session *session, check good, const char *words)
{
	double end = milliseconds() + WAIT_MS;
	char *text;

	while (!good(session, words)) {
		if (milliseconds() < end) {
			/* What comes within a millisecond; the words themselves never come. */
			pty_wait_for(session, "\1", 1);
			continue;
		}
		text = screen_text(&session->screen);
		fprintf(stderr, "bench_screen: waited in vain for \"%s\":\n%s", words, text);
		exit(1);
	}
}

static void measure_start(int rounds)
{
	struct pairs page = { .name = "start to first full screen" }, whole = { .name = "start to list complete" };

	for (int i = 0; i < rounds; i++) {
		double start = milliseconds(), first, all;
		struct pty_session *session = open_console();

		wait_until(session, screen_full, " Users - ");
		first = milliseconds() - start;
		wait_until(session, title_has, "list complete");
		all = milliseconds() - start;
		pty_free(session);
		add_pair(&page, first, ldapsearch(filter_all, "24", NULL));
		add_pair(&whole, all, ldapsearch(filter_all, "0", NULL));
	}
	print_pairs(&page);
	print_pairs(&whole);
}

static void measure_command(const char *fragment, int rounds)
{
	struct pairs pairs = { .name = "a fragment, list --filter" };

	for (int i = 0; i < rounds; i++) {
		double ours = list_by_command(fragment);

		add_pair(&pairs, ours, ldapsearch(filter_fragment, "0", NULL));
	}
	print_pairs(&pairs);
}

/* From the first letter to the count of hits in the title; the first time only finds out what the title will say. */
static void measure_typing(struct pty_session *session, const char *fragment, int rounds)
{
	struct pairs pairs = { .name = "a fragment typed in the console" };
	char hits[100] = "";

	for (int i = -1; i < rounds; i++) {
		double start;

		pty_settle(session, QUIET_MS);
		pty_type(session, "/");
		if (!pty_wait_for(session, "Find:", WAIT_MS))
			exit(1);
		start = milliseconds();
		pty_type(session, fragment);
		if (i >= 0) {
			wait_until(session, title_has, hits);
			start = milliseconds() - start;
			add_pair(&pairs, start, ldapsearch(filter_fragment, "0", NULL));
		} else {
			char *row;

			wait_until(session, title_has, " of ");
			pty_settle(session, 1000);
			row = screen_row(&session->screen, TITLE);
			sscanf(strstr(row, "Users"), "Users %99[^(]", hits);
			if (strstr(hits, " - list") != NULL)
				strstr(hits, " - list")[0] = '\0';
			free(row);
		}
		pty_type(session, "\033");
		pty_settle(session, QUIET_MS);
		pty_type(session, "\177");
		wait_until(session, title_lacks, " of ");
	}
	print_pairs(&pairs);
	printf("%-34s \"%s\": %s\n", "  hits in the title", fragment, hits + strspn(hits, "- "));
}

/* --- memory and the line ------------------------------------------------------------------------ */

static void measure_memory(const struct pty_session *session)
{
	char path[64], line[200];
	long ours = 0, theirs = 0;
	FILE *stream;

	snprintf(path, sizeof path, "/proc/%ld/status", (long)session->pid);
	stream = fopen(path, "r");
	while (stream != NULL && fgets(line, sizeof line, stream) != NULL)
		sscanf(line, "VmHWM: %ld", &ours);
	if (stream != NULL)
		fclose(stream);
	ldapsearch(filter_all, "0", &theirs);
	printf("%-34s ratio %5.2f   postroom %.1f MiB, ldapsearch (keeps nothing) %.1f MiB\n", "peak memory, whole list",
			(double)ours / (double)theirs, (double)ours / 1024, (double)theirs / 1024);
}

static void measure_moves(struct pty_session *session, const char *name)
{
	double bytes[MOVES];

	for (int i = 0; i < MOVES; i++) {
		size_t before;

		pty_settle(session, QUIET_MS);
		before = session->stream.length;
		pty_type(session, "\033[B");
		pty_settle(session, QUIET_MS);
		bytes[i] = (double)(session->stream.length - before);
	}
	median(bytes, MOVES);
	printf("%-34s %.0f bytes (%.0f to %.0f)   a whole screen is %d cells\n", name, bytes[MOVES / 2], bytes[0], bytes[MOVES - 1],
			24 * 80);
}

int main(int argc, char **argv)
{
	int rounds = argc == 4 ? atoi(argv[3]) : 0;
	struct pty_session *session;

	if (rounds < 1 || rounds > ROUNDS_MOST) {
		fprintf(stderr, "usage: bench_screen WORDS FRAGMENT ROUNDS (1 to %d)\n", ROUNDS_MOST);
		return 64;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	snprintf(filter_fragment, sizeof filter_fragment, "(&%s(|(cn=*%s*)(uid=*%s*)(mailPrimaryAddress=*%s*)))", filter_all,
			argv[2], argv[2], argv[2]);
	printf("--- %s, %d rounds\n", argv[1], rounds);
	measure_start(rounds);
	measure_command(argv[2], rounds);
	session = open_console();
	wait_until(session, title_has, "list complete");
	measure_memory(session);
	measure_moves(session, "cursor down, with its preview");
	/* To the last row that shows, so that every further move scrolls. */
	for (int i = MOVES; i <= LAST - FIRST; i++)
		pty_type(session, "\033[B");
	measure_moves(session, "cursor down that scrolls");
	measure_typing(session, argv[2], rounds);
	pty_free(session);
	return 0;
}
