/*
 * console: running other programs for tests of the whole console.
 */
#include "tests/live/console.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/wait.h>

static char folder[200];

const char *console_folder(void)
{
	if (!folder[0]) {
		snprintf(folder, sizeof(folder), "/var/tmp/postroom-proof-XXXXXX");
		assert_non_null(mkdtemp(folder));
	}
	return folder;
}

static int finish(pid_t child)
{
	int status = 0;

	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int lab_run(const char *const *argv, const char *out)
{
	char path[300];
	pid_t child;

	snprintf(path, sizeof(path), "%s/%s", console_folder(), out);
	fflush(NULL);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		int to = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600), from = open("/dev/null", O_RDONLY);

		/* Without a terminal, so that nothing can be asked. */
		setsid();
		dup2(from, 0);
		dup2(to, 1);
		dup2(to, 2);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	return finish(child);
}

int lab_ldap(const char *tool, const char *out, ...)
{
	const char *argv[40] = { tool, "-x", "-ZZ", "-H", console_env("LAB_URI"), "-D", console_env("LAB_ROOT_DN"), "-y",
		console_env("LAB_ROOT_SECRET"), NULL };
	size_t count = 9;
	va_list words;

	setenv("LDAPTLS_CACERT", console_env("LAB_CA"), 1);
	va_start(words, out);
	while (count < 39 && (argv[count] = va_arg(words, const char *)) != NULL)
		count++;
	va_end(words);
	return lab_run(argv, out);
}

char *lab_dump(void)
{
	static const char *const of_logins[] = { "pwdLastSuccess:", "pwdFailureTime:", "authTimestamp:", "contextCSN:" };
	char path[300], *text, *rest, *line;
	struct text kept = { 0 };
	size_t i;

	/* A login changes the entry of who logs in, its entryCSN included; the services are nobody's mail. */
	assert_int_equal(lab_ldap("ldapsearch", "dump", "-LLL", "-o", "ldif-wrap=no", "-b", console_env("LAB_BASE"),
		"(!(cn:dn:=services))", "*", "+", NULL), 0);
	snprintf(path, sizeof(path), "%s/dump", console_folder());
	rest = text = console_slurp(path, NULL);
	while ((line = strsep(&rest, "\n")) != NULL) {
		for (i = 0; i < sizeof(of_logins) / sizeof(of_logins[0]); i++)
			if (strncmp(line, of_logins[i], strlen(of_logins[i])) == 0)
				break;
		if (i == sizeof(of_logins) / sizeof(of_logins[0]))
			text_addf(&kept, "%s\n", line);
	}
	free(text);
	return text_take(&kept);
}

/* --- side by side ------------------------------------------------------------------------- */

enum { BESIDE_MOST = 6 };
static pid_t beside[BESIDE_MOST];
static size_t beside_failed;

static void join_one(size_t i)
{
	if (beside[i] > 0 && finish(beside[i]) != 0)
		beside_failed++;
	beside[i] = 0;
}

bool lab_fork(void)
{
	static size_t next;

	next = (next + 1) % BESIDE_MOST;
	join_one(next);
	fflush(NULL);
	beside[next] = fork();
	assert_true(beside[next] >= 0);
	if (beside[next] > 0)
		return false;
	/* A failed check must not go on with the tests of the parent. */
	setenv("CMOCKA_TEST_ABORT", "1", 1);
	signal(SIGABRT, SIG_DFL);
	return true;
}

void lab_join(void)
{
	size_t i, failed;

	for (i = 0; i < BESIDE_MOST; i++)
		join_one(i);
	failed = beside_failed;
	beside_failed = 0;
	assert_int_equal(failed, 0);
}

static int take_away(const char *path, const struct stat *status, int kind, struct FTW *place)
{
	(void)status;
	(void)kind;
	(void)place;
	return remove(path);
}

void lab_sweep(void)
{
	if (folder[0])
		nftw(folder, take_away, 8, FTW_DEPTH | FTW_PHYS);
	folder[0] = '\0';
}
