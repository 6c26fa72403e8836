/*
 * file_replace: replacing a file as a whole, and making directories.
 *
 * The new content is written to ".NAME.new" beside the file under a lock, made
 * durable and renamed.  The temporary name is always the same, so a crash
 * leaves at most one file, which the next call takes over.  Failures leave the
 * old file as it was.  Any thread, may block on the disk.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_private.h"
#include "base/text.h"

/* One replacement under way. */
struct replacement {
	const char *path;
	const char *name;      /* last component */
	char *temporary;       /* name of the temporary file in the directory */
	int directory;
	int descriptor;
};

/* True where the locked file is still the one behind the name: another may have renamed it meanwhile. */
static bool still_named(const struct replacement *r)
{
	struct stat held, named;

	return fstat(r->descriptor, &held) == 0 &&
		fstatat(r->directory, r->temporary, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

static bool open_temporary(struct replacement *r, struct error *error)
{
	struct stat status;

	for (int attempt = 0; attempt < 10; attempt++) {
		r->descriptor = openat(r->directory, r->temporary,
				O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600);
		if (r->descriptor < 0)
			return file_failed(error, ERROR_CREATE, r->path, "replaced (its temporary file cannot be created)");
		if (!file_check_open(r->descriptor, r->path, &status, error) ||
		    !file_lock(r->descriptor, r->path, error))
			return false;
		if (still_named(r))
			return true;
		close(r->descriptor);
		r->descriptor = -1;
	}
	return error_set(error, ERROR_CONFLICT, "%s is being replaced by others all the time", r->path);
}

/* What stands in the place must be something that we may replace. */
static bool check_old(const struct replacement *r, struct error *error)
{
	struct stat old;

	if (fstatat(r->directory, r->name, &old, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT || file_failed(error, ERROR_FILE, r->path, "examined");
	if (S_ISLNK(old.st_mode))
		return error_set(error, ERROR_FILE, "%s is a symbolic link and is not replaced: name the file itself", r->path);
	if (!S_ISREG(old.st_mode))
		return error_set(error, ERROR_FILE, "%s is not a regular file and is not replaced", r->path);
	if (old.st_uid != geteuid() && old.st_uid != 0)
		return error_set(error, ERROR_FILE, "%s belongs to another user (uid %u) and is not replaced", r->path,
				(unsigned)old.st_uid);
	return true;
}

static bool write_and_rename(struct replacement *r, const void *bytes, size_t length, mode_t mode, struct error *error)
{
	if (ftruncate(r->descriptor, 0) != 0 || fchmod(r->descriptor, mode) != 0)
		return file_failed(error, ERROR_FILE, r->path, "replaced");
	if (!file_write_all(r->descriptor, r->path, bytes, length, error))
		return false;
	if (fsync(r->descriptor) != 0)
		return file_failed(error, ERROR_FILE, r->path, "made durable on the disk");
	if (renameat(r->directory, r->temporary, r->directory, r->name) != 0)
		return file_failed(error, ERROR_FILE, r->path, "replaced");
	if (fsync(r->directory) != 0)
		return file_failed(error, ERROR_FILE, r->path, "made durable in its directory");
	return true;
}

bool file_replace(const char *path, const void *bytes, size_t length, mode_t mode, struct error *error)
{
	struct replacement r = { .path = path, .descriptor = -1 };
	char *copy = memory_text(path);
	struct text temporary = { 0 };
	bool done = false, locked = false;

	r.name = basename(copy);
	text_addf(&temporary, ".%s.new", r.name);
	r.temporary = text_take(&temporary);
	r.directory = file_open_directory_of(path, error);
	if (r.directory >= 0 && check_old(&r, error)) {
		locked = open_temporary(&r, error);
		done = locked && write_and_rename(&r, bytes, length, mode, error);
	}
	/* Only who holds the lock may take the temporary file away; after success it is gone already. */
	if (locked && !done && still_named(&r))
		unlinkat(r.directory, r.temporary, 0);
	if (r.descriptor >= 0)
		close(r.descriptor);
	if (r.directory >= 0)
		close(r.directory);
	free(r.temporary);
	free(copy);
	return done;
}

/* Creates one directory with exactly this mode; an existing one is fine here. */
static bool make_one(const char *path, mode_t mode, struct error *error)
{
	if (mkdir(path, mode) == 0) {
		if (chmod(path, mode) != 0)
			return file_failed(error, ERROR_CREATE, path, "given its mode");
		return true;
	}
	return errno == EEXIST || errno == EISDIR || file_failed(error, ERROR_CREATE, path, "created");
}

static bool check_directory(const char *path, mode_t mode, struct error *error)
{
	bool private_one = (mode & 077) == 0;
	struct stat status;

	if (lstat(path, &status) != 0)
		return file_failed(error, ERROR_CREATE, path, "examined");
	if (!S_ISDIR(status.st_mode))
		return error_set(error, ERROR_CREATE, "%s is not a directory", path);
	/* A directory that is meant for several people may be root's. */
	if (status.st_uid != geteuid() && (private_one || status.st_uid != 0))
		return error_set(error, ERROR_CREATE, "%s belongs to another user (uid %u)", path, (unsigned)status.st_uid);
	if (private_one && (status.st_mode & 077))
		return error_set(error, ERROR_CREATE, "%s is open to others: run chmod 700 on it (mode %03o)", path,
				(unsigned)status.st_mode & 0777);
	return true;
}

bool file_make_directory(const char *path, mode_t mode, struct error *error)
{
	char *copy = memory_text(path);
	size_t length = strlen(copy);
	bool made = true;

	while (length > 1 && copy[length - 1] == '/')
		copy[--length] = '\0';
	for (char *at = copy + 1; made && *copy && *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		made = make_one(copy, mode, error);
		*at = '/';
	}
	made = made && make_one(copy, mode, error) && check_directory(copy, mode, error);
	free(copy);
	return made;
}
