/*
 * guardian_files: the files themselves: read, installed by rename, put back.
 *
 * Installing first writes every new file beside its place with the owner and
 * mode of the old one and syncs it, so that a full disk or a read-only file
 * system is met before anything has changed; then each place is compared once
 * more with what was seen, the old file gets a second name beside it, and the
 * new one is renamed over it.  Putting back renames that second name, which
 * needs no room; where it is gone, the bytes in the armed state are written.
 * Symbolic links are never replaced.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { MOST_BYTES = 8 << 20 };

/* Names beside a file; a leading dot, so that no include with a pattern finds them. */
static char *beside(struct guardian *guardian, const char *path, const char *ending)
{
	const char *slash = strrchr(path, '/');

	return arena_format(guardian->arena, "%.*s/.%s.postroom-%s", (int)(slash - path), path, slash + 1, ending);
}

static bool failed(struct error *error, const char *path, const char *verb)
{
	int code = errno;

	error_set(error, ERROR_FILE, "%s cannot be %s: %s (%s)", path, verb, strerror(code), strerrorname_np(code) ? strerrorname_np(code) : "?");
	if (error)
		error->code = code;
	return false;
}

static bool sync_directory(const char *path, struct error *error)
{
	char *copy = memory_text(path);
	int descriptor;
	bool synced;

	*strrchr(copy, '/') = '\0';
	descriptor = open(*copy ? copy : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	synced = descriptor >= 0 && fsync(descriptor) == 0;
	if (!synced)
		failed(error, path, "made durable in its directory");
	if (descriptor >= 0)
		close(descriptor);
	free(copy);
	return synced;
}

/* --- reading ---------------------------------------------------------------------------------- */

static bool read_bytes(struct guardian *guardian, int descriptor, const char *path, size_t size, struct guarded_old *old, struct error *error)
{
	size_t got = 0;

	if (size > MOST_BYTES)
		return error_set(error, ERROR_INVALID, "%s is larger than any configuration (%zu bytes)", path, size);
	old->bytes = arena_alloc(guardian->arena, size + 1);
	while (got < size) {
		ssize_t count = read(descriptor, old->bytes + got, size - got);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return count == 0 ? error_set(error, ERROR_CONFLICT, "%s is being changed by somebody right now", path) : failed(error, path, "read");
		got += (size_t)count;
	}
	old->length = size;
	return true;
}

/* What is in the place now; no file is fine. */
static bool read_place(struct guardian *guardian, const char *path, struct guarded_old *old, struct error *error)
{
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	bool fine;

	*old = (struct guarded_old){ 0 };
	if (descriptor < 0 && errno == ENOENT)
		return true;
	if (descriptor < 0 && errno == ELOOP)
		return error_set(error, ERROR_INVALID, "%s is a symbolic link and is not replaced: name the file itself", path);
	if (descriptor < 0)
		return failed(error, path, "read");
	if (fstat(descriptor, &status) != 0)
		fine = failed(error, path, "examined");
	else if (!S_ISREG(status.st_mode))
		fine = error_set(error, ERROR_INVALID, "%s is not a regular file and is not replaced", path);
	else
		fine = read_bytes(guardian, descriptor, path, (size_t)status.st_size, old, error);
	close(descriptor);
	old->existed = fine;
	old->mode = status.st_mode & 07777;
	old->owner = status.st_uid;
	old->group = status.st_gid;
	return fine;
}

static bool same(const struct guarded_old *now, const char *bytes, size_t length)
{
	return now->existed ? bytes && now->length == length && memcmp(now->bytes, bytes, length) == 0 : !bytes;
}

/* The directory must be there; it is not made, since somebody who reads it must first be told to. */
static bool has_directory(const char *path, struct error *error)
{
	char *copy = memory_text(path);
	struct stat status;
	bool fine;

	*strrchr(copy, '/') = '\0';
	fine = stat(*copy ? copy : "/", &status) == 0 && S_ISDIR(status.st_mode);
	if (!fine)
		error_set(error, ERROR_INVALID, "there is no directory %s, so nothing there would be read; make it and see that the configuration includes it", copy);
	free(copy);
	return fine;
}

static bool not_changed(const struct guarded_file *file, const struct guarded_old *now, struct error *error)
{
	if (same(now, file->seen, file->seen_length))
		return true;
	return error_set(error, ERROR_CONFLICT, "%s %s since this change was planned; nothing was installed: look at it and plan again", file->path,
		!now->existed ? "was removed" : file->seen ? "was changed by somebody" : "was made by somebody");
}

bool guardian_files_read(struct guardian *guardian, struct error *error)
{
	const struct guarded_change *change = &guardian->change;

	guardian->old = arena_alloc(guardian->arena, (change->file_count + 1) * sizeof(*guardian->old));
	for (size_t i = 0; i < change->file_count; i++)
		if (!has_directory(change->files[i].path, error) || !read_place(guardian, change->files[i].path, &guardian->old[i], error) ||
		    !not_changed(&change->files[i], &guardian->old[i], error))
			return false;
	return true;
}

/* --- installing ---------------------------------------------------------------------------------- */

/* A complete, durable file under its temporary name. What a crash left there is taken over. */
static bool stage(const char *temporary, const char *path, const char *bytes, size_t length, const struct guarded_old *like, mode_t mode, struct error *error)
{
	int descriptor;
	bool fine;

	unlink(temporary);
	descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (descriptor < 0)
		return failed(error, path, "replaced (its temporary file cannot be created)");
	fine = file_write_all(descriptor, path, bytes, length, error);
	if (fine && like->existed && fchown(descriptor, like->owner, like->group) != 0)
		fine = failed(error, path, "given its owner again");
	if (fine && fchmod(descriptor, mode) != 0)
		fine = failed(error, path, "given its mode again");
	if (fine && fsync(descriptor) != 0)
		fine = failed(error, path, "made durable on the disk");
	if (close(descriptor) != 0 && fine)
		fine = failed(error, path, "written");
	if (!fine)
		unlink(temporary);
	return fine;
}

/* A new file is root's and may be read like the others of a configuration; what holds a secret by nobody else. */
static mode_t mode_of(struct guardian *guardian, size_t index)
{
	const struct guarded_old *old = &guardian->old[index];
	bool secret = false;

	for (size_t i = 0; guardian->change.secret && i < guardian->change.entry_count; i++)
		secret = secret || !strcmp(guardian->change.entries[i].path, guardian->change.files[index].path);
	if (!secret)
		return old->existed ? old->mode : 0644;
	if (old->existed && old->mode & 0007)
		guardian_say(guardian, "%s could be read by everybody on the machine and cannot any more", guardian->change.files[index].path);
	return old->existed ? old->mode & ~(mode_t)0007 : 0600;
}

void guardian_overwrite(int descriptor, off_t left)
{
	static const char zeros[4096];

	while (left > 0) {
		ssize_t count = write(descriptor, zeros, left < (off_t)sizeof(zeros) ? (size_t)left : sizeof(zeros));

		if (count <= 0)
			break;
		left -= count;
	}
	fdatasync(descriptor);
	close(descriptor);
}

void guardian_wipe(const char *path)
{
	int descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat status;

	if (descriptor >= 0)
		guardian_overwrite(descriptor, fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1 ? status.st_size : 0);
}

static void forget_one(struct guardian *guardian, const char *path)
{
	if (guardian->change.secret)
		guardian_wipe(path);
	unlink(path);
}

static void unstage(struct guardian *guardian)
{
	for (size_t i = 0; i < guardian->change.file_count; i++) {
		forget_one(guardian, beside(guardian, guardian->change.files[i].path, "new"));
		forget_one(guardian, beside(guardian, guardian->change.files[i].path, "back"));
	}
}

static bool stage_all(struct guardian *guardian, struct error *error)
{
	for (size_t i = 0; i < guardian->change.file_count; i++) {
		const struct guarded_file *file = &guardian->change.files[i];

		if (file->bytes && !stage(beside(guardian, file->path, "new"), file->path, file->bytes, file->length, &guardian->old[i], mode_of(guardian, i), error))
			return false;
	}
	return true;
}

/* One place; compared right before, so that only an edit in the same instant could be missed, and that one keeps its second name. */
static bool put_in_place(struct guardian *guardian, size_t index, struct error *error)
{
	const struct guarded_file *file = &guardian->change.files[index];
	const char *old = beside(guardian, file->path, "old");
	struct guarded_old now;

	if (!read_place(guardian, file->path, &now, error) || !not_changed(file, &now, error))
		return false;
	unlink(old);
	/* Some file systems have no second names; the armed state has the bytes. */
	if (now.existed && link(file->path, old) != 0 && errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
		return failed(error, file->path, "given a second name");
	if (file->bytes ? rename(beside(guardian, file->path, "new"), file->path) != 0 : now.existed && unlink(file->path) != 0)
		return failed(error, file->path, "replaced");
	guardian->old[index].touched = true;
	return sync_directory(file->path, error);
}

bool guardian_files_install(struct guardian *guardian, struct error *error)
{
	bool fine;

	guardian->installs = true;
	fine = stage_all(guardian, error);
	guardian_point("staged");
	for (size_t i = 0; fine && i < guardian->change.file_count; i++) {
		fine = put_in_place(guardian, i, error);
		if (fine && i == 0)
			guardian_point("installed-first");
	}
	return fine;
}

/* --- putting back ---------------------------------------------------------------------------------- */

/* Neither what we wrote nor what was there: somebody was at it meanwhile; theirs is kept. */
static bool keep_theirs(struct guardian *guardian, size_t index, const struct guarded_old *now, struct error *error)
{
	const struct guarded_file *file = &guardian->change.files[index];
	const char *kept = arena_format(guardian->arena, "%s/kept-%s.%zu", guardian->directory, guardian->change.id, index);

	if (!now->existed || same(now, file->bytes, file->length))
		return true;
	if (!file_replace(kept, now->bytes, now->length, 0600, error))
		return error_prefix(error, "%s was changed by somebody meanwhile, and their version cannot be kept", file->path);
	guardian_say(guardian, "%s was changed by somebody meanwhile; their version is kept in %s", file->path, kept);
	return true;
}

static bool put_old(struct guardian *guardian, size_t index, struct error *error)
{
	const char *path = guardian->change.files[index].path, *second = beside(guardian, path, "old");
	const struct guarded_old *old = &guardian->old[index];
	struct guarded_old named;

	if (!old->existed)
		return unlink(path) == 0 || errno == ENOENT || failed(error, path, "removed again");
	if (!read_place(guardian, second, &named, NULL) || !same(&named, old->bytes, old->length)) {
		second = beside(guardian, path, "back");
		if (!stage(second, path, old->bytes, old->length, old, old->mode, error))
			return false;
	}
	return rename(second, path) == 0 || failed(error, path, "put back");
}

/*
 * Did this place never come so far? What is there is then as somebody left it, and stays. A guardian that died tells by what it
 * left beside: the new file that was not moved yet, or of one that was to go, no second name.
 */
static bool never_touched(struct guardian *guardian, size_t index, const struct guarded_old *now)
{
	const struct guarded_file *file = &guardian->change.files[index];

	if (guardian->installs)
		return !guardian->old[index].touched;
	if (file->bytes)
		return access(beside(guardian, file->path, "new"), F_OK) == 0;
	return now->existed && access(beside(guardian, file->path, "old"), F_OK) != 0;
}

bool guardian_files_restore(struct guardian *guardian, struct error *error)
{
	bool all = true;

	for (size_t i = 0; i < guardian->change.file_count; i++) {
		const char *path = guardian->change.files[i].path;
		const struct guarded_old *old = &guardian->old[i];
		struct error here = { 0 };
		struct guarded_old now;

		if (i == 1)
			guardian_point("restored-first");
		/* A place that cannot be read is put right all the same, if it can. */
		if (!read_place(guardian, path, &now, &here))
			error_clear(&here);
		else if (same(&now, old->existed ? old->bytes : NULL, old->length) || never_touched(guardian, i, &now))
			continue;
		else if (!keep_theirs(guardian, i, &now, &here)) {
			all = error_set(error, here.kind, "%s", here.text);
			continue;
		}
		if (!put_old(guardian, i, &here) || !sync_directory(path, &here))
			all = error_set(error, here.kind, "%s", here.text);
	}
	/* What tells how far it came is needed until all is back. */
	if (all)
		unstage(guardian);
	return all;
}

void guardian_files_forget(struct guardian *guardian)
{
	for (size_t i = 0; i < guardian->change.file_count; i++)
		forget_one(guardian, beside(guardian, guardian->change.files[i].path, "old"));
	unstage(guardian);
}
