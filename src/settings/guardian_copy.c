/*
 * guardian_copy: a private copy of the configuration with the new files in it,
 * for the service's own parser.
 *
 * Below DIR/candidate every file stands under its own absolute path; an include
 * of Dovecot that is absolute is turned to the copy, a relative one finds its
 * way by itself (dovecot 1.7).  Of Postfix the whole directory is copied, one
 * level deep.  Files that cannot be read are left out, as the services do not
 * read all that lies beside.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { MOST_FILES = 2000, MOST_DEPTH = 20, MOST_BYTES = 8 << 20 };

struct copy {
	struct guardian *guardian;
	const char *root;
	unsigned files;
	bool includes;                     /* of Dovecot */
};

static char *root_of(struct guardian *guardian)
{
	return arena_format(guardian->arena, "%s/candidate", guardian->directory);
}

static const struct guarded_file *changed(const struct guardian *guardian, const char *path)
{
	for (size_t i = 0; i < guardian->change.file_count; i++)
		if (!strcmp(guardian->change.files[i].path, path))
			return &guardian->change.files[i];
	return NULL;
}

/* Bytes of a file as the candidate has it; NULL: none. Links are followed: what is read is the same. */
static char *bytes_of(struct copy *copy, const char *path, size_t *length)
{
	const struct guarded_file *file = changed(copy->guardian, path);
	int descriptor;
	struct stat status;
	char *bytes = NULL;
	ssize_t got = -1;

	if (file) {
		*length = file->length;
		return file->bytes ? arena_bytes(copy->guardian->arena, file->bytes, file->length) : NULL;
	}
	descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (descriptor < 0)
		return NULL;
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size <= MOST_BYTES) {
		bytes = arena_alloc(copy->guardian->arena, (size_t)status.st_size + 1);
		got = read(descriptor, bytes, (size_t)status.st_size);
	}
	close(descriptor);
	*length = got > 0 ? (size_t)got : 0;
	return got >= 0 ? bytes : NULL;
}

static bool make_parents(const char *path, struct error *error)
{
	char *parent = memory_text(path);
	bool made;

	*strrchr(parent, '/') = '\0';
	made = file_make_directory(parent, 0700, error);
	free(parent);
	return made;
}

static bool write_copy(struct copy *copy, const char *path, const char *bytes, size_t length, struct error *error)
{
	const char *to = arena_format(copy->guardian->arena, "%s%s", copy->root, path);
	int descriptor;
	bool written;

	if (!make_parents(to, error))
		return false;
	descriptor = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return error_set(error, ERROR_CREATE, "the copy %s cannot be made: %s", to, strerror(errno));
	written = file_write_all(descriptor, to, bytes, length, error);
	close(descriptor);
	return written;
}

/* --- includes of Dovecot ------------------------------------------------------------------------ */

/* "!include PATTERN" or "!include_try PATTERN": the pattern and where it begins; NULL: another line. */
static char *include_of(struct arena *arena, const char *line, size_t length, size_t *at)
{
	static const char *const words[] = { "!include_try", "!include" };
	size_t start = strspn(line, " \t"), end = length;

	for (size_t i = 0; i < 2; i++) {
		size_t size = strlen(words[i]);

		if (strncmp(line + start, words[i], size) || !(line[start + size] == ' ' || line[start + size] == '\t'))
			continue;
		start += size;
		start += strspn(line + start, " \t");
		while (end > start && strchr(" \t\r", line[end - 1]))
			end--;
		*at = start;
		return end > start ? arena_format(arena, "%.*s", (int)(end - start), line + start) : NULL;
	}
	return NULL;
}

static bool copy_dovecot(struct copy *copy, const char *path, unsigned depth, struct error *error);

/* Everything that a pattern names; an including file that is not there is the parser's to tell. */
static bool copy_pattern(struct copy *copy, const char *pattern, unsigned depth, struct error *error)
{
	glob_t found = { 0 };
	bool fine = true;

	if (glob(pattern, GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0)
		for (size_t i = 0; fine && i < found.gl_pathc; i++)
			fine = copy_dovecot(copy, found.gl_pathv[i], depth + 1, error);
	globfree(&found);
	return fine;
}

static bool copy_lines(struct copy *copy, const char *path, const char *bytes, struct text *out, unsigned depth, struct error *error)
{
	struct arena *arena = copy->guardian->arena;
	const char *line = bytes, *slash = strrchr(path, '/');

	while (*line) {
		size_t length = strcspn(line, "\n"), at = 0;
		char *pattern = include_of(arena, line, length, &at);

		if (pattern && pattern[0] == '/') {
			text_add_bytes(out, line, at);
			text_addf(out, "%s%s", copy->root, pattern);
		} else {
			text_add_bytes(out, line, length);
		}
		if (pattern && pattern[0] != '/')
			pattern = arena_format(arena, "%.*s/%s", (int)(slash - path), path, pattern);
		if (pattern && !copy_pattern(copy, pattern, depth, error))
			return false;
		line += length;
		if (*line == '\n') {
			text_add_char(out, '\n');
			line++;
		}
	}
	return true;
}

static bool copy_dovecot(struct copy *copy, const char *path, unsigned depth, struct error *error)
{
	struct text out = { 0 };
	size_t length = 0;
	char *bytes;
	bool fine;

	if (depth > MOST_DEPTH || ++copy->files > MOST_FILES)
		return error_set(error, ERROR_INVALID, "the configuration includes itself, or more than %d files", MOST_FILES);
	bytes = bytes_of(copy, path, &length);
	if (!bytes)
		return true;
	fine = copy_lines(copy, path, bytes, &out, depth, error) && write_copy(copy, path, text_get(&out), out.length, error);
	text_free(&out);
	return fine;
}

/* --- the directory of Postfix --------------------------------------------------------------------- */

/* A main.cf that names its own directory would complain about the copy; there it names the copy. */
static bool write_main(struct copy *copy, const char *path, const char *bytes, size_t length, struct error *error)
{
	static const char name[] = "config_directory";
	const char *line = bytes, *slash = strrchr(path, '/');
	struct text out = { 0 };
	bool written;

	if (strcmp(slash, "/main.cf"))
		return write_copy(copy, path, bytes, length, error);
	while (*line) {
		size_t end = strcspn(line, "\n");

		if (!strncmp(line, name, strlen(name)) && strchr(" \t=", line[strlen(name)]))
			text_addf(&out, "%s = %s%.*s", name, copy->root, (int)(slash - path), path);
		else
			text_add_bytes(&out, line, end);
		line += end;
		if (*line == '\n') {
			text_add_char(&out, '\n');
			line++;
		}
	}
	written = write_copy(copy, path, text_get(&out), out.length, error);
	text_free(&out);
	return written;
}

static bool copy_directory(struct copy *copy, const char *path, struct error *error)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool fine = true;

	if (!directory)
		return error_set(error, ERROR_FILE, "%s cannot be read: %s", path, strerror(errno));
	while (fine && (entry = readdir(directory))) {
		const char *from = arena_format(copy->guardian->arena, "%s/%s", path, entry->d_name);
		size_t length = 0;
		const char *bytes = entry->d_name[0] == '.' ? NULL : bytes_of(copy, from, &length);

		if (bytes && ++copy->files <= MOST_FILES)
			fine = write_main(copy, from, bytes, length, error);
	}
	closedir(directory);
	return fine;
}

/* --- both ------------------------------------------------------------------------------------------- */

char *guardian_copy_make(struct guardian *guardian, struct error *error)
{
	struct copy copy = { .guardian = guardian, .root = root_of(guardian), .includes = guardian->service == &guardian_dovecot };
	const char *config = guardian_config(guardian);
	bool fine;

	guardian_copy_remove(guardian);
	if (!file_make_directory(copy.root, 0700, error))
		return NULL;
	fine = copy.includes ? copy_dovecot(&copy, config, 0, error) : copy_directory(&copy, config, error);
	/* New files that no pattern has found yet, since they are not there. */
	for (size_t i = 0; fine && i < guardian->change.file_count; i++) {
		const struct guarded_file *file = &guardian->change.files[i];

		if (file->bytes)
			fine = copy.includes ? copy_dovecot(&copy, file->path, 1, error) : write_main(&copy, file->path, file->bytes, file->length, error);
	}
	if (!fine)
		guardian_copy_remove(guardian);
	return fine ? (char *)copy.root : NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	(void)status, (void)type, (void)ftw;
	remove(path);
	return 0;
}

void guardian_copy_remove(struct guardian *guardian)
{
	nftw(root_of(guardian), remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
