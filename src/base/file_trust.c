/*
 * file_trust: may this file be believed?
 *
 * Walks the path from the root as the kernel would, through symbolic links and
 * "..", and looks at every directory it passes: where somebody else could
 * write, that person could put another file in the place.  Fails with a
 * sentence that names the first such place.  Any thread, may block on the disk.
 */
#include "base/file.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file_private.h"
#include "base/text.h"

#define MOST_LINKS 40      /* as the kernel */

struct walk {
	struct text here;      /* directory reached so far; "" is the root */
	struct text rest;      /* what is still to be walked */
	unsigned links;
	struct stat directory; /* status of here */
};

static bool ours(const struct stat *status)
{
	return status->st_uid == 0 || status->st_uid == geteuid();
}

static bool check_owner(const char *path, const struct stat *status, struct error *error)
{
	if (ours(status))
		return true;
	return error_set(error, ERROR_REFUSED, "%s belongs to another user (uid %u), so it is not trusted", path,
			(unsigned)status->st_uid);
}

/* next is the status of the component below: in a sticky directory others cannot replace entries of root or of ours. */
static bool check_directory(const struct walk *walk, const struct stat *next, struct error *error)
{
	const char *path = walk->here.length ? text_get(&walk->here) : "/";
	bool open_to_others = (walk->directory.st_mode & 022) != 0;

	if (!check_owner(path, &walk->directory, error))
		return false;
	if (open_to_others && (walk->directory.st_mode & S_ISVTX) && ours(next))
		return true;
	if (open_to_others)
		return error_set(error, ERROR_REFUSED, "others may write to the directory %s, so what is in it is not trusted (mode %04o)",
				path, (unsigned)walk->directory.st_mode & 07777);
	return true;
}

/* Cuts the first component off walk->rest; heap, NULL at the end. */
static char *next_component(struct walk *walk)
{
	const char *at = text_get(&walk->rest);
	size_t skip = strspn(at, "/");
	size_t length = strcspn(at + skip, "/");
	struct text rest = { 0 };
	char *component;

	if (length == 0)
		return NULL;
	component = memory_new(length + 1);
	memcpy(component, at + skip, length);
	text_add(&rest, at + skip + length);
	text_free(&walk->rest);
	walk->rest = rest;
	return component;
}

static void set_here(struct walk *walk, size_t length)
{
	walk->here.length = length;
	if (walk->here.bytes)
		walk->here.bytes[length] = '\0';
}

static void go_up(struct walk *walk)
{
	const char *slash = strrchr(text_get(&walk->here), '/');

	if (slash)
		set_here(walk, (size_t)(slash - text_get(&walk->here)));
}

/* here is a symbolic link below a directory of `length` bytes: its target goes in front of the rest. */
static bool follow(struct walk *walk, size_t length, struct error *error)
{
	char target[PATH_MAX];
	ssize_t got = readlink(text_get(&walk->here), target, sizeof(target) - 1);
	struct text rest = { 0 };

	if (got < 0)
		return file_failed(error, ERROR_FILE, text_get(&walk->here), "read as a link");
	if (++walk->links > MOST_LINKS)
		return error_set(error, ERROR_FILE, "%s leads through too many symbolic links (ELOOP)", text_get(&walk->here));
	target[got] = '\0';
	text_addf(&rest, "%s/%s", target, text_get(&walk->rest));
	text_free(&walk->rest);
	walk->rest = rest;
	set_here(walk, target[0] == '/' ? 0 : length);
	return true;
}

/* One component further. */
static bool step(struct walk *walk, const char *component, struct error *error)
{
	size_t length = walk->here.length;
	struct stat next;

	if (strcmp(component, ".") == 0)
		return true;
	if (strcmp(component, "..") == 0) {
		go_up(walk);
		return true;
	}
	if (lstat(length ? text_get(&walk->here) : "/", &walk->directory) != 0)
		return file_failed(error, ERROR_FILE, length ? text_get(&walk->here) : "/", "examined");
	text_addf(&walk->here, "/%s", component);
	if (lstat(text_get(&walk->here), &next) != 0)
		return file_failed(error, errno == ENOENT ? ERROR_NOT_FOUND : ERROR_FILE, text_get(&walk->here), "examined");
	set_here(walk, length);
	if (!check_directory(walk, &next, error))
		return false;
	text_addf(&walk->here, "/%s", component);
	return S_ISLNK(next.st_mode) ? follow(walk, length, error) : true;
}

/* The file itself, after all links. */
static bool check_file(const struct walk *walk, struct error *error)
{
	const char *path = walk->here.length ? text_get(&walk->here) : "/";
	struct stat status;

	if (lstat(path, &status) != 0)
		return file_failed(error, ERROR_FILE, path, "examined");
	if (!check_owner(path, &status, error))
		return false;
	if (status.st_mode & 022)
		return error_set(error, ERROR_REFUSED, "others may write to %s, so it is not trusted: run chmod go-w on it (mode %04o)", path,
				(unsigned)status.st_mode & 07777);
	return true;
}

bool file_check_trusted(const char *path, struct error *error)
{
	struct walk walk = { .links = 0 };
	char *component;
	bool trusted = true;

	if (path[0] != '/') {
		char *here = getcwd(NULL, 0);

		if (!here)
			return file_failed(error, ERROR_FILE, path, "found: the current directory is unknown");
		text_addf(&walk.rest, "%s/", here);
		free(here);
	}
	text_add(&walk.rest, path);
	while (trusted && (component = next_component(&walk))) {
		trusted = step(&walk, component, error);
		free(component);
	}
	trusted = trusted && check_file(&walk, error);
	text_free(&walk.here);
	text_free(&walk.rest);
	return trusted;
}
