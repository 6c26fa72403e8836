/* file: what is refused when opening, replacing as a whole, trust along a path; in a directory of its own below /tmp. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"

static struct arena *arena;
static char folder[] = "/tmp/postroom-file-XXXXXX";

/* A path in the test's directory. */
static const char *in(const char *name)
{
	return arena_format(arena, "%s/%s", folder, name);
}

static void put(const char *path, const char *words, mode_t mode)
{
	int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(descriptor >= 0);
	assert_int_equal(write(descriptor, words, strlen(words)), strlen(words));
	assert_int_equal(fchmod(descriptor, mode), 0);
	close(descriptor);
}

static char *get(const char *path)
{
	struct error error = { 0 };
	size_t length = 0;
	char *bytes = file_read(arena, path, 1000000, &length, &error);

	if (!bytes)
		fail_msg("%s", error.text);
	assert_int_equal(strlen(bytes), length);
	return bytes;
}

static void expect(const struct error *error, enum error_kind kind, const char *path, const char *part)
{
	if (error->kind != kind || !strstr(error->text, path) || !strstr(error->text, part))
		fail_msg("kind %d: %s", error->kind, error->text);
}

static void reading(void **state)
{
	const char *path = in("read");
	struct error error = { 0 };
	size_t length;

	(void)state;
	put(path, "", 0644);
	assert_string_equal(get(path), "");
	put(path, "words", 0644);
	assert_string_equal(get(path), "words");
	assert_string_equal(file_read(arena, path, 5, &length, &error), "words");
	assert_null(file_read(arena, path, 4, &length, &error));
	expect(&error, ERROR_FILE, path, "larger than the 4 bytes");
	/* A file that claims to be empty and is not. */
	assert_non_null(file_read(arena, "/proc/self/status", 1000000, &length, &error));
	assert_true(length > 100);
}

static void what_is_not_opened(void **state)
{
	const char *file = in("plain"), *link = in("link"), *second = in("second"), *fifo = in("fifo");
	struct error error = { 0 };
	size_t length;

	(void)state;
	put(file, "x", 0600);
	assert_null(file_read(arena, in("nothing"), 10, &length, &error));
	expect(&error, ERROR_NOT_FOUND, "nothing", "(ENOENT)");
	assert_int_equal(error.code, ENOENT);
	assert_int_equal(symlink(file, link), 0);
	assert_null(file_read(arena, link, 10, &length, &error));
	expect(&error, ERROR_FILE, link, "symbolic link");
	assert_int_equal(error.code, ELOOP);
	assert_null(file_read(arena, folder, 10, &length, &error));
	expect(&error, ERROR_FILE, folder, "not a regular file");
	assert_int_equal(mkfifo(fifo, 0600), 0);
	assert_null(file_read(arena, fifo, 10, &length, &error));   /* and does not hang */
	expect(&error, ERROR_FILE, fifo, "not a regular file");
	assert_int_equal(linkat(AT_FDCWD, file, AT_FDCWD, second, 0), 0);
	assert_null(file_read(arena, file, 10, &length, &error));
	expect(&error, ERROR_FILE, file, "more than one name");
	unlink(second);
	assert_string_equal(get(file), "x");
}

static void a_file_of_another_user_is_refused(void **state)
{
	const char *path = in("theirs");
	struct error error = { 0 };
	size_t length;

	(void)state;
	if (geteuid() != 0)
		skip();   /* only root can give a file away */
	put(path, "x", 0644);
	assert_int_equal(chown(path, 65534, 65534), 0);
	assert_null(file_read(arena, path, 10, &length, &error));
	expect(&error, ERROR_FILE, path, "belongs to another user");
	assert_false(file_check_trusted(path, &error));
	expect(&error, ERROR_REFUSED, path, "belongs to another user");
	assert_false(file_replace(path, "y", 1, 0600, &error));
	expect(&error, ERROR_FILE, path, "belongs to another user");
}

static const struct {
	const char *words;
	mode_t mode;
	const char *secret;    /* NULL: refused */
	const char *part;
} secrets[] = {
	{ "pass word", 0600, "pass word", NULL },
	{ "pass\nsecond line", 0400, "pass", NULL },
	{ "pass\r\n", 0600, "pass", NULL },
	{ "pass", 0640, NULL, "chmod 600" },
	{ "pass", 0604, NULL, "chmod 600" },
	{ "", 0600, NULL, "holds nothing" },
	{ "\nx", 0600, NULL, "holds nothing" },
};

static void reading_a_secret(void **state)
{
	const char *path = in("secret");

	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		struct error error = { 0 };
		char *secret;

		unlink(path);
		put(path, secrets[i].words, secrets[i].mode);
		secret = file_read_secret(arena, path, &error);
		if (secrets[i].secret) {
			assert_non_null(secret);
			assert_string_equal(secret, secrets[i].secret);
		} else {
			assert_null(secret);
			assert_non_null(strstr(error.text, secrets[i].part));
			assert_null(strstr(error.text, "pass"));
		}
	}
}

static void replacing(void **state)
{
	const char *path = in("replace"), *beside = in(".replace.new"), *link = in("replace-link");
	struct error error = { 0 };
	struct stat status;

	(void)state;
	assert_true(file_replace(path, "one", 3, 0640, &error));
	assert_string_equal(get(path), "one");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0640);
	put(beside, "left over from a crash, and longer", 0600);
	assert_true(file_replace(path, "two", 3, 0600, &error));
	assert_string_equal(get(path), "two");
	assert_int_equal(access(beside, F_OK), -1);
	assert_int_equal(symlink(path, link), 0);
	assert_false(file_replace(link, "x", 1, 0600, &error));
	expect(&error, ERROR_FILE, link, "symbolic link");
	assert_false(file_replace(folder, "x", 1, 0600, &error));
	assert_false(file_replace(in("no/where"), "x", 1, 0600, &error));
	expect(&error, ERROR_FILE, "/no", "(ENOENT)");
	assert_string_equal(get(path), "two");
}

static void a_planted_link_is_not_written_through(void **state)
{
	const char *victim = in("victim"), *path = in("target");
	struct error error = { 0 };

	(void)state;
	put(victim, "safe", 0600);
	assert_int_equal(symlink(victim, in(".target.new")), 0);
	assert_false(file_replace(path, "x", 1, 0600, &error));
	expect(&error, ERROR_CREATE, path, "(ELOOP)");
	assert_string_equal(get(victim), "safe");
}

static void replacing_waits_for_nobody(void **state)
{
	const char *path = in("busy");
	struct error error = { 0 };
	int held;

	(void)state;
	put(path, "old", 0600);
	held = open(in(".busy.new"), O_RDWR | O_CREAT, 0600);
	assert_true(held >= 0);
	assert_true(file_lock(held, path, &error));
	assert_false(file_replace(path, "new", 3, 0600, &error));
	expect(&error, ERROR_CONFLICT, path, "in use by another");
	assert_int_equal(access(in(".busy.new"), F_OK), 0);   /* it is the other's */
	close(held);
	assert_true(file_replace(path, "new", 3, 0600, &error));
	assert_string_equal(get(path), "new");
}

/* A file that is replaced all the time is at every moment one of the two whole contents. */
static void a_reader_never_sees_half(void **state)
{
	const char *path = in("whole");
	static char a[50000], b[30000];
	struct error error = { 0 };
	pid_t child;
	int status;

	(void)state;
	memset(a, 'a', sizeof(a));
	memset(b, 'b', sizeof(b));
	assert_true(file_replace(path, a, sizeof(a), 0600, &error));
	fflush(stdout);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		for (int i = 0; i < 40; i++)
			if (!file_replace(path, i % 2 ? a : b, i % 2 ? sizeof(a) : sizeof(b), 0600, NULL))
				_exit(1);
		_exit(0);
	}
	while (waitpid(child, &status, WNOHANG) == 0) {
		size_t length = 0;
		struct arena *own = arena_new();
		char *bytes = file_read(own, path, 1000000, &length, &error);

		assert_non_null(bytes);
		assert_true(bytes[0] == 'a' ? length == sizeof(a) : length == sizeof(b));
		arena_free(own);
	}
	assert_int_equal(status, 0);
}

static void appending(void **state)
{
	const char *path = in("journal");
	struct error error = { 0 };
	bool created = false;
	struct stat status;
	int first, second;

	(void)state;
	first = file_open_append(path, 0660, &created, &error);
	assert_true(first >= 0 && created);
	assert_int_equal(fstat(first, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0660);   /* whatever the umask */
	assert_true(fcntl(first, F_GETFD) & FD_CLOEXEC);
	assert_true(file_write_all(first, path, "one\n", 4, &error));
	second = file_open_append(path, 0600, &created, &error);
	assert_true(second >= 0);
	assert_false(created);
	assert_true(file_write_all(second, path, "two\n", 4, &error));
	assert_true(file_write_all(first, path, "three\n", 6, &error));
	assert_string_equal(get(path), "one\ntwo\nthree\n");
	assert_false(file_locked(second));
	assert_true(file_lock(first, path, &error));
	assert_true(file_locked(second));
	assert_false(file_lock(second, path, &error));
	expect(&error, ERROR_CONFLICT, path, "in use by another");
	close(first);
	assert_true(file_lock(second, path, &error));
	close(second);
	assert_int_equal(symlink(path, in("journal-link")), 0);
	assert_int_equal(file_open_append(in("journal-link"), 0600, &created, &error), -1);
	expect(&error, ERROR_FILE, "journal-link", "symbolic link");
	assert_int_equal(file_open_append(in("no/where"), 0600, &created, &error), -1);
	expect(&error, ERROR_CREATE, "no/where", "(ENOENT)");
	assert_int_equal(file_open_append(folder, 0600, &created, &error), -1);
}

static void a_full_disk_is_told(void **state)
{
	struct error error = { 0 };
	int full = open("/dev/full", O_WRONLY);

	(void)state;
	if (full < 0)
		skip();
	assert_false(file_write_all(full, "journal", "x", 1, &error));
	expect(&error, ERROR_FILE, "journal", "(ENOSPC)");
	assert_int_equal(error.code, ENOSPC);
	close(full);
}

static void directories(void **state)
{
	const char *deep = in("state/a/b");
	struct error error = { 0 };
	struct stat status;

	(void)state;
	assert_true(file_make_directory(deep, 0700, &error));
	assert_int_equal(stat(deep, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_true(file_make_directory(deep, 0700, &error));
	assert_true(file_make_directory(arena_format(arena, "%s//", deep), 0700, &error));
	assert_int_equal(chmod(deep, 0755), 0);
	assert_false(file_make_directory(deep, 0700, &error));
	expect(&error, ERROR_CREATE, deep, "chmod 700");
	assert_true(file_make_directory(deep, 0750, &error));
	put(in("state/file"), "", 0600);
	assert_false(file_make_directory(in("state/file"), 0700, &error));
	expect(&error, ERROR_CREATE, "state/file", "not a directory");
	assert_false(file_make_directory(in("state/file/below"), 0700, &error));
	assert_int_equal(symlink(deep, in("state/link")), 0);
	assert_false(file_make_directory(in("state/link"), 0700, &error));
	expect(&error, ERROR_CREATE, "state/link", "not a directory");
}

/* The test's directory is ours in a sticky directory of root: trusted for root only. */
static void trust(void **state)
{
	const char *path = in("open/closed/file"), *link = in("link-to-file");
	struct error error = { 0 };
	bool root = geteuid() == 0;

	(void)state;
	assert_true(file_check_trusted("/etc/passwd", &error));
	assert_true(file_check_trusted("/etc/../etc/./passwd", &error));
	assert_true(file_make_directory(in("open/closed"), 0755, &error));
	put(path, "x", 0644);
	assert_int_equal(file_check_trusted(path, &error), root);
	if (!root) {
		expect(&error, ERROR_REFUSED, "/tmp", "others may write");
		return;
	}
	assert_int_equal(symlink("open/closed/../closed/file", link), 0);
	assert_true(file_check_trusted(link, &error));
	assert_int_equal(chdir(folder), 0);
	assert_true(file_check_trusted("open/closed/file", &error));
	assert_int_equal(chmod(path, 0664), 0);
	assert_false(file_check_trusted(path, &error));
	expect(&error, ERROR_REFUSED, path, "chmod go-w");
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(chmod(in("open"), 0775), 0);
	assert_false(file_check_trusted(link, &error));
	expect(&error, ERROR_REFUSED, in("open"), "others may write");
	assert_false(file_check_trusted("open/closed/file", &error));
	/* Sticky: safe where root owns what is in it. */
	assert_int_equal(chmod(in("open"), 01777), 0);
	assert_true(file_check_trusted(path, &error));
	assert_int_equal(chown(in("open/closed"), 65534, 65534), 0);
	assert_false(file_check_trusted(path, &error));
	assert_int_equal(chown(in("open/closed"), 0, 0), 0);
	assert_int_equal(chmod(in("open"), 0755), 0);
	/* A link that stands in a directory of others leads anywhere they like. */
	assert_true(file_make_directory(in("shared"), 0777, &error));
	assert_int_equal(symlink(path, in("shared/link")), 0);
	assert_false(file_check_trusted(in("shared/link"), &error));
	expect(&error, ERROR_REFUSED, in("shared"), "others may write");
}

static void trust_ends_somewhere(void **state)
{
	struct error error = { 0 };

	(void)state;
	if (geteuid() != 0)
		skip();   /* the way to the links is not trusted for others, see above */
	assert_int_equal(symlink("loop-b", in("loop-a")), 0);
	assert_int_equal(symlink("loop-a", in("loop-b")), 0);
	assert_false(file_check_trusted(in("loop-a"), &error));
	expect(&error, ERROR_FILE, "loop-", "(ELOOP)");
	assert_false(file_check_trusted(in("nothing/at/all"), &error));
	expect(&error, ERROR_NOT_FOUND, "nothing", "(ENOENT)");
}

static void state_directory(void **state)
{
	(void)state;
	setenv("HOME", "/home/anna", 1);
	setenv("XDG_STATE_HOME", "/var/state", 1);
	assert_string_equal(file_state_directory(arena), "/var/state/postroom");
	setenv("XDG_STATE_HOME", "relative", 1);
	assert_string_equal(file_state_directory(arena), "/home/anna/.local/state/postroom");
	unsetenv("XDG_STATE_HOME");
	assert_string_equal(file_state_directory(arena), "/home/anna/.local/state/postroom");
	setenv("HOME", "relative", 1);
	assert_true(!file_state_directory(arena) || file_state_directory(arena)[0] == '/');
}

static int prepare(void **state)
{
	(void)state;
	umask(027);
	arena = arena_new();
	return mkdtemp(folder) ? 0 : -1;
}

static int clean(void **state)
{
	pid_t child = fork();

	(void)state;
	if (child == 0) {
		execl("/bin/rm", "rm", "-rf", folder, (char *)NULL);
		_exit(127);
	}
	arena_free(arena);
	return waitpid(child, NULL, 0) == child ? 0 : -1;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reading),
		cmocka_unit_test(what_is_not_opened),
		cmocka_unit_test(a_file_of_another_user_is_refused),
		cmocka_unit_test(reading_a_secret),
		cmocka_unit_test(replacing),
		cmocka_unit_test(a_planted_link_is_not_written_through),
		cmocka_unit_test(replacing_waits_for_nobody),
		cmocka_unit_test(a_reader_never_sees_half),
		cmocka_unit_test(appending),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(directories),
		cmocka_unit_test(trust),
		cmocka_unit_test(trust_ends_somewhere),
		cmocka_unit_test(state_directory),
	};

	return cmocka_run_group_tests(tests, prepare, clean);
}
