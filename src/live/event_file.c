/*
 * event_file: the events on the disk.
 *
 * One file, "events", replaced as a whole so that it is never half written;
 * a lock beside it keeps two consoles of the same person apart, and what the
 * other one wrote is read again before.  Fails by a sentence; then the file is
 * as it was.
 */
#include "live/event_file.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"

/* Another console holds the lock for as long as it writes a file of a megabyte. */
#define LOCK_TRIES 40
#define LOCK_WAIT_NS (50 * 1000 * 1000)

bool event_file_read(const char *directory, struct event_list *list, struct error *error)
{
	struct arena *arena = arena_new();
	const char *path = arena_format(arena, "%s/events", directory);
	struct error fault = { 0 };
	size_t length;
	const char *bytes = NULL;

	if (!access(path, F_OK))
		bytes = file_read(arena, path, EVENT_FILE_MOST, &length, &fault);
	if (bytes)
		event_list_read(list, bytes, length);
	arena_free(arena);
	if (error)
		*error = fault;
	return fault.kind == ERROR_NONE;
}

/* -1 with an error. */
static int take_lock(const char *path, struct error *error)
{
	const struct timespec pause = { .tv_nsec = LOCK_WAIT_NS };
	bool created;
	int descriptor = file_open_append(path, 0600, &created, error), tries;

	for (tries = 0; descriptor >= 0 && tries < LOCK_TRIES; tries++) {
		if (file_lock(descriptor, path, error)) {
			error_clear(error);
			return descriptor;
		}
		if (error->kind != ERROR_CONFLICT)
			break;
		nanosleep(&pause, NULL);
	}
	if (descriptor >= 0)
		close(descriptor);
	return -1;
}

static bool write_all(const char *path, const struct event_list *all, struct error *error)
{
	size_t length;
	char *bytes = event_list_write(all, &length);
	bool done = file_replace(path, bytes, length, 0600, error);

	free(bytes);
	return done;
}

bool event_file_update(const char *directory, const struct event_list *changed, int64_t now, struct event_list *all, struct error *error)
{
	struct arena *arena = arena_new();
	int lock = -1;
	bool done = false;

	if (file_make_directory(directory, 0700, error))
		lock = take_lock(arena_format(arena, "%s/events.lock", directory), error);
	if (lock >= 0 && event_file_read(directory, all, error)) {
		event_list_merge(all, changed, now);
		done = write_all(arena_format(arena, "%s/events", directory), all, error);
	}
	if (lock >= 0)
		close(lock);
	if (!done)
		event_list_clear(all);
	arena_free(arena);
	return done;
}
