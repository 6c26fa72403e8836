/*
 * file: safe opening, reading, appending, locking and syncing.
 *
 * Replacing is in file_replace.c, the check of a whole path in file_trust.c.
 * Every failure names the path, says why in words and ends with the errno
 * name; error->code holds errno.  Any thread, may block on the disk.  Rules:
 * terminal-and-safety 6.
 */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_private.h"
#include "base/text.h"

bool file_failed(struct error *error, enum error_kind kind, const char *path, const char *verb)
{
	int code = errno;
	const char *name = strerrorname_np(code);
	char words[128];

	error_set(error, kind, "%s cannot be %s: %s (%s)", path, verb,
			strerror_r(code, words, sizeof(words)), name ? name : "unknown errno");
	if (error)
		error->code = code;
	return false;
}

/* ELOOP from O_NOFOLLOW says "too many links", which would puzzle people. */
static bool open_failed(struct error *error, const char *path, const char *verb)
{
	int code = errno;

	if (code == ELOOP)
		error_set(error, ERROR_FILE, "%s is a symbolic link, which is not followed here: name the file itself (ELOOP)", path);
	else
		file_failed(error, code == ENOENT ? ERROR_NOT_FOUND : ERROR_FILE, path, verb);
	if (error)
		error->code = code;
	return false;
}

bool file_check_open(int descriptor, const char *path, struct stat *status, struct error *error)
{
	if (fstat(descriptor, status) != 0)
		return file_failed(error, ERROR_FILE, path, "examined");
	if (!S_ISREG(status->st_mode))
		return error_set(error, ERROR_FILE, "%s is not a regular file", path);
	/* None at all is a file that was replaced this moment: still whole. */
	if (status->st_nlink > 1)
		return error_set(error, ERROR_FILE, "%s has more than one name (hard links): copy it to a file of its own", path);
	if (status->st_uid != geteuid() && status->st_uid != 0)
		return error_set(error, ERROR_FILE, "%s belongs to another user (uid %u): it must be yours or root's", path,
				(unsigned)status->st_uid);
	return true;
}

/* Without O_NONBLOCK a fifo in the file's place would hang the program. */
static int open_to_read(const char *path, struct stat *status, struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (descriptor < 0) {
		open_failed(error, path, "opened");
		return -1;
	}
	if (!file_check_open(descriptor, path, status, error)) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

/* Fills room bytes or up to the end of the file; -1 on error. */
static ssize_t read_all(int descriptor, char *at, size_t room)
{
	size_t done = 0;

	while (done < room) {
		ssize_t got = read(descriptor, at + done, room - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

char *file_read(struct arena *arena, const char *path, size_t most, size_t *length, struct error *error)
{
	struct stat status;
	int descriptor = open_to_read(path, &status, error);
	char *bytes = NULL;
	size_t room;
	ssize_t got;

	if (descriptor < 0)
		return NULL;
	/* One byte more than the file says shows that it grew or lies (as in /proc). */
	room = status.st_size > 0 && (size_t)status.st_size < most ? (size_t)status.st_size + 1 : most + 1;
	bytes = arena_alloc(arena, room + 1);
	got = read_all(descriptor, bytes, room);
	if (got == (ssize_t)room && room <= most) {
		char *larger = arena_alloc(arena, most + 2);

		memcpy(larger, bytes, room);
		bytes = larger;
		got = read_all(descriptor, bytes + room, most + 1 - room);
		got = got < 0 ? got : got + (ssize_t)room;
	}
	if (got < 0) {
		file_failed(error, ERROR_FILE, path, "read");
		bytes = NULL;
	} else if ((size_t)got > most) {
		error_set(error, ERROR_FILE, "%s is larger than the %zu bytes that are read here", path, most);
		bytes = NULL;
	} else {
		bytes[got] = '\0';
		*length = (size_t)got;
	}
	close(descriptor);
	return bytes;
}

/* -1: cannot be read, or others may read it as well. */
static int open_secret(const char *path, struct error *error)
{
	struct stat status;
	int descriptor = open_to_read(path, &status, error);

	if (descriptor < 0 || !(status.st_mode & 077))
		return descriptor;
	error_set(error, ERROR_REFUSED, "%s holds a secret and others may read it: run chmod 600 on it (mode %03o)", path,
			(unsigned)status.st_mode & 0777);
	close(descriptor);
	return -1;
}

bool file_check_secret(const char *path, struct error *error)
{
	int descriptor = open_secret(path, error);

	if (descriptor < 0)
		return false;
	close(descriptor);
	return true;
}

char *file_read_secret(struct arena *arena, const char *path, struct error *error)
{
	int descriptor = open_secret(path, error);
	char line[4096];
	char *secret = NULL;
	ssize_t got;
	size_t length;

	if (descriptor < 0)
		return NULL;
	got = read_all(descriptor, line, sizeof(line) - 1);
	if (got < 0) {
		file_failed(error, ERROR_FILE, path, "read");
	} else {
		line[got] = '\0';
		length = strcspn(line, "\r\n");
		if (length == 0)
			error_set(error, ERROR_INVALID, "%s holds nothing in its first line, where the secret should stand", path);
		else if (length == sizeof(line) - 1 || (line[length] == '\0' && length < (size_t)got))
			error_set(error, ERROR_INVALID, "%s does not look like a secret: its first line is too long or holds a zero byte", path);
		else
			secret = arena_bytes(arena, line, length);
	}
	memory_wipe(line, sizeof(line));
	close(descriptor);
	return secret;
}

int file_open_directory_of(const char *path, struct error *error)
{
	char *copy = memory_text(path);
	const char *folder = dirname(copy);
	int descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (descriptor < 0)
		file_failed(error, ERROR_FILE, folder, "opened");
	free(copy);
	return descriptor;
}

bool file_sync_directory_of(const char *path, struct error *error)
{
	int descriptor = file_open_directory_of(path, error);
	bool done;

	if (descriptor < 0)
		return false;
	done = fsync(descriptor) == 0 || file_failed(error, ERROR_FILE, path, "made durable in its directory");
	close(descriptor);
	return done;
}

/* Creates it; the mode is set again, since the umask takes bits away. */
static int create_to_append(const char *path, mode_t mode, struct error *error)
{
	int descriptor = open(path, O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);

	if (descriptor < 0) {
		if (errno != EEXIST)
			file_failed(error, ERROR_CREATE, path, "created");
		return -1;
	}
	if (fchmod(descriptor, mode) != 0) {
		file_failed(error, ERROR_CREATE, path, "given its mode");
	} else if (file_sync_directory_of(path, error)) {
		return descriptor;
	}
	close(descriptor);
	errno = EIO;   /* anything but EEXIST: do not try again */
	return -1;
}

int file_open_append(const char *path, mode_t mode, bool *created, struct error *error)
{
	/* Again, since another process may create or remove it between the two calls. */
	for (int attempt = 0; attempt < 5; attempt++) {
		struct stat status;
		int descriptor = open(path, O_RDWR | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

		*created = false;
		if (descriptor >= 0) {
			bool usable = file_check_open(descriptor, path, &status, error);

			if (usable && status.st_nlink == 1)
				return descriptor;
			close(descriptor);
			if (!usable)
				return -1;
			continue;   /* removed this moment: what is added there would be lost */
		}
		if (errno != ENOENT) {
			open_failed(error, path, "opened for writing");
			return -1;
		}
		descriptor = create_to_append(path, mode, error);
		if (descriptor >= 0) {
			*created = true;
			return descriptor;
		}
		if (errno != EEXIST)
			return -1;
	}
	error_set(error, ERROR_CREATE, "%s appears and disappears while it is being opened", path);
	return -1;
}

bool file_lock(int descriptor, const char *path, struct error *error)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	while (fcntl(descriptor, F_OFD_SETLK, &whole) != 0) {
		if (errno == EINTR)
			continue;
		if (errno == EAGAIN || errno == EACCES)
			return error_set(error, ERROR_CONFLICT, "%s is in use by another postroom: end that one or wait for it", path);
		return file_failed(error, ERROR_FILE, path, "locked");
	}
	return true;
}

bool file_locked(int descriptor)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(descriptor, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

bool file_write_all(int descriptor, const char *path, const void *bytes, size_t length, struct error *error)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t done = write(descriptor, at, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return file_failed(error, ERROR_FILE, path, "written");
		at += done;
		length -= (size_t)done;
	}
	return true;
}

/* $HOME, else what the password database says. Arena; NULL: neither. */
static char *home(struct arena *arena)
{
	const char *environment = getenv("HOME");
	struct passwd entry, *found = NULL;
	char buffer[4096];

	if (environment && environment[0] == '/')
		return arena_text(arena, environment);
	if (getpwuid_r(geteuid(), &entry, buffer, sizeof(buffer), &found) != 0 || !found || found->pw_dir[0] != '/')
		return NULL;
	return arena_text(arena, found->pw_dir);
}

char *file_state_directory(struct arena *arena)
{
	const char *state = getenv("XDG_STATE_HOME");
	const char *base;

	/* The XDG rule: a relative path counts as not set. */
	if (state && state[0] == '/')
		return arena_format(arena, "%s/postroom", state);
	base = home(arena);
	return base ? arena_format(arena, "%s/.local/state/postroom", base) : NULL;
}
