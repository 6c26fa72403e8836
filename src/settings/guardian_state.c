/*
 * guardian_state: the armed state: what is on the disk before anything is
 * installed.
 *
 * One file, state.json, replaced as a whole and synced, holds the report, the
 * change with its new bytes and the old files with owner and mode: whoever
 * finds it can take the change back without asking anybody.  Where it cannot be
 * written nothing is installed, and what is installed is not confirmed.  The
 * lock file tells who holds it.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"

enum { MOST_STATE = 64 << 20, LOCK_TRIES = 8, LOCK_PAUSE_MS = 100 };

static char *path_of(struct guardian *guardian, const char *name)
{
	return arena_format(guardian->arena, "%s/%s", guardian->directory, name);
}

void guardian_say(struct guardian *guardian, const char *format, ...)
{
	va_list arguments;
	const char *line;

	va_start(arguments, format);
	line = arena_vformat(guardian->arena, format, arguments);
	va_end(arguments);
	/* What is asked again and again says the same each time. */
	for (size_t i = 0; i < guardian->line_count; i++)
		if (!strcmp(guardian->lines[i], line))
			return;
	guardian->lines = arena_grow(guardian->arena, guardian->lines, &guardian->line_capacity, guardian->line_count + 2, sizeof(*guardian->lines));
	guardian->lines[guardian->line_count++] = line;
	guardian->lines[guardian->line_count] = NULL;
	guardian->report.lines = guardian->lines;
}

/* --- writing ---------------------------------------------------------------------------------- */

static struct json *parsed(const char *line)
{
	return json_parse(line, strlen(line), NULL);
}

static struct json *old_json(const struct guardian *guardian)
{
	struct json *array = json_array_new();

	for (size_t i = 0; guardian->old && i < guardian->change.file_count; i++) {
		const struct guarded_old *old = &guardian->old[i];
		struct json *one = json_object_new();

		json_put_flag(one, "existed", old->existed);
		json_put_number(one, "mode", old->mode);
		json_put_number(one, "owner", old->owner);
		json_put_number(one, "group", old->group);
		json_put_bytes(one, "bytes", old->existed ? old->bytes : "", old->existed ? old->length : 0);
		json_add(array, one);
	}
	return array;
}

static struct json *ports_json(const struct guardian *guardian)
{
	struct json *array = json_array_new();

	for (size_t i = 0; i < guardian->port_count; i++) {
		const struct guardian_port *port = &guardian->ports[i];
		struct json *one = json_object_new();

		json_put_text(one, "name", port->name);
		json_put_text(one, "address", port->address);
		json_put_number(one, "port", port->port);
		json_put_flag(one, "tls", port->tls);
		json_put_flag(one, "greeted", port->greeted);
		json_add(array, one);
	}
	return array;
}

static void put_armed(const struct guardian *guardian, struct json *json)
{
	struct json *before = json_array_new();

	json_put_number(json, "pid", getpid());
	json_put(json, "change", parsed(guarded_change_json(guardian->arena, &guardian->change)));
	json_put(json, "old", old_json(guardian));
	json_put(json, "ports", ports_json(guardian));
	for (size_t i = 0; guardian->before && guardian->before[i]; i++)
		json_add_text(before, guardian->before[i]);
	json_put(json, "before", before);
	json_put_flag(json, "who_failed", guardian->who_failed);
	json_put_text(json, "known", guardian->known);
	json_put_number(json, "userdb", guardian->lookups[0]);
	json_put_number(json, "passdb", guardian->lookups[1]);
	json_put_number(json, "hard", (int64_t)guardian->hard);
	json_put_text(json, "stopped", guardian->stopped);
}

/* The state before, by its descriptor: replaced by now, so nobody misses it. */
static void wipe_former(int descriptor, bool replaced)
{
	struct stat status;

	guardian_overwrite(descriptor, replaced && fstat(descriptor, &status) == 0 && status.st_nlink == 0 ? status.st_size : 0);
}

bool guardian_save(struct guardian *guardian, struct error *error)
{
	struct json *json = json_object_new();
	int secrets = -1;
	char *line;
	bool written;

	guardian->report.now = clock_now();
	json_put(json, "report", parsed(guardian_report_json(guardian->arena, &guardian->report)));
	json_put_flag(json, "armed", guardian->armed);
	/* What is settled needs no files any more; they may hold secrets. */
	json_put_flag(json, "leaves", guardian->leaves);
	if (guardian->armed || guardian->leaves)
		put_armed(guardian, json);
	else if (guardian->change.secret)
		secrets = open(path_of(guardian, "state.json"), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	line = json_print(json, false);
	written = file_replace(path_of(guardian, "state.json"), line, strlen(line), 0600, error);
	memory_wipe(line, strlen(line));
	free(line);
	json_free(json);
	if (secrets >= 0)
		wipe_former(secrets, written);
	return written;
}

bool guardian_state(struct guardian *guardian, enum guardian_state state, struct error *error)
{
	guardian->report.state = state;
	return guardian_save(guardian, error);
}

/* --- reading ------------------------------------------------------------------------------------- */

static bool read_old(struct guardian *guardian, const struct json *array)
{
	if (json_count(array) != guardian->change.file_count)
		return false;
	guardian->old = arena_alloc(guardian->arena, guardian->change.file_count * sizeof(*guardian->old));
	for (size_t i = 0; i < guardian->change.file_count; i++) {
		const struct json *one = json_item(array, i);
		struct guarded_old *old = &guardian->old[i];

		old->existed = json_get_flag(one, "existed");
		old->mode = (mode_t)json_get_number(one, "mode", 0600);
		old->owner = (uid_t)json_get_number(one, "owner", 0);
		old->group = (gid_t)json_get_number(one, "group", 0);
		old->bytes = json_get(one, "bytes") ? json_bytes(guardian->arena, json_get(one, "bytes"), &old->length) : NULL;
		if (!old->bytes)
			return false;
	}
	return true;
}

static void read_ports(struct guardian *guardian, const struct json *array)
{
	guardian->port_count = json_count(array);
	guardian->ports = arena_alloc(guardian->arena, (guardian->port_count + 1) * sizeof(*guardian->ports));
	for (size_t i = 0; i < guardian->port_count; i++) {
		const struct json *one = json_item(array, i);
		const char *name = json_get_text(one, "name"), *address = json_get_text(one, "address");

		guardian->ports[i] = (struct guardian_port){
			.name = arena_text(guardian->arena, name ? name : ""), .address = arena_text(guardian->arena, address ? address : ""),
			.port = (unsigned)json_get_number(one, "port", 0), .tls = json_get_flag(one, "tls"), .greeted = json_get_flag(one, "greeted"),
		};
	}
}

static void read_before(struct guardian *guardian, const struct json *array)
{
	size_t count = json_count(array), length;

	guardian->before = arena_alloc(guardian->arena, (count + 1) * sizeof(*guardian->before));
	for (size_t i = 0; i < count; i++)
		guardian->before[i] = json_bytes(guardian->arena, json_item(array, i), &length);
}

/* Which life of the machine this is. */
static const char *boot(struct guardian *guardian)
{
	size_t length;
	char *bytes = file_read(guardian->arena, "/proc/sys/kernel/random/boot_id", 200, &length, NULL);

	return bytes ? bytes : "unknown";
}

/* After a reboot whoever starts the services starts it, with the old files. */
static void read_stopped(struct guardian *guardian, const char *stopped)
{
	guardian->stopped = stopped && !strcmp(stopped, boot(guardian)) ? arena_text(guardian->arena, stopped) : NULL;
}

bool guardian_save_stopped(struct guardian *guardian, struct error *error)
{
	guardian->stopped = boot(guardian);
	return guardian_save(guardian, error);
}

static bool read_armed(struct guardian *guardian, const struct json *json, struct error *error)
{
	const struct json *change = json_get(json, "change");
	char *line = change ? json_print(change, false) : NULL;
	bool fine = line && guarded_change_read(guardian->arena, line, strlen(line), &guardian->change, error) &&
		(guardian->service = guardian_service_find(guardian->change.service)) != NULL && read_old(guardian, json_get(json, "old"));

	free(line);
	if (!fine)
		return error_set(error, ERROR_INVALID, "%s/state.json is damaged, so the files of the change under way cannot be put back by themselves",
			guardian->directory);
	read_ports(guardian, json_get(json, "ports"));
	read_before(guardian, json_get(json, "before"));
	guardian->who_failed = json_get_flag(json, "who_failed");
	guardian->known = arena_text(guardian->arena, json_get_text(json, "known"));
	guardian->lookups[0] = (int)json_get_number(json, "userdb", 0);
	guardian->lookups[1] = (int)json_get_number(json, "passdb", 0);
	guardian->hard = (uint64_t)json_get_number(json, "hard", 0);
	read_stopped(guardian, json_get_text(json, "stopped"));
	return true;
}

/* Lines of the report are kept, so that what is said later stands behind them. */
static bool read_report(struct guardian *guardian, const struct json *json, struct error *error)
{
	const struct json *report = json_get(json, "report");
	char *line = report ? json_print(report, false) : NULL;
	bool fine = line && guardian_report_read(guardian->arena, line, strlen(line), &guardian->report, error);
	const char *const *lines = fine ? guardian->report.lines : NULL;

	free(line);
	guardian->line_count = 0;
	for (size_t i = 0; lines && lines[i]; i++)
		guardian_say(guardian, "%s", lines[i]);
	return fine || error_set(error, ERROR_INVALID, "%s/state.json is damaged", guardian->directory);
}

bool guardian_load(struct guardian *guardian, struct error *error)
{
	const char *path = path_of(guardian, "state.json");
	struct json *json;
	size_t length;
	char *bytes;
	bool fine;

	if (access(path, F_OK) != 0)
		return error_set(error, ERROR_NOT_FOUND, "nothing was changed under the guardian of %s", guardian->directory);
	bytes = file_read(guardian->arena, path, MOST_STATE, &length, error);
	json = bytes ? json_parse(bytes, length, error) : NULL;
	if (!json)
		return error_prefix(error, "the state of the guardian cannot be read");
	fine = read_report(guardian, json, error);
	guardian->armed = json_get_flag(json, "armed");
	guardian->leaves = json_get_flag(json, "leaves");
	if (fine && (guardian->armed || guardian->leaves))
		fine = read_armed(guardian, json, error);
	json_free(json);
	return fine;
}

/* --- the lock --------------------------------------------------------------------------------------- */

bool guardian_lock(struct guardian *guardian, struct error *error)
{
	const char *path = path_of(guardian, "lock");
	char *line = arena_format(guardian->arena, "%d\n", (int)getpid());
	bool created;

	guardian->lock = file_open_append(path, 0600, &created, error);
	if (guardian->lock < 0)
		return false;
	if (file_lock(guardian->lock, path, error)) {
		/* Which process it is: for people and for tests; nothing rests on it, so a full disk does not matter. */
		if (ftruncate(guardian->lock, 0) == 0)
			file_write_all(guardian->lock, path, line, strlen(line), NULL);
		return true;
	}
	close(guardian->lock);
	guardian->lock = -1;
	return false;
}

bool guardian_lock_soon(struct guardian *guardian, struct error *error)
{
	for (unsigned try = 0; try < LOCK_TRIES; try++) {
		error_clear(error);
		if (guardian_lock(guardian, error))
			return true;
		if (error->kind != ERROR_CONFLICT)
			return false;
		guardian_pause(LOCK_PAUSE_MS);
	}
	return false;
}

bool guardian_locked(struct guardian *guardian)
{
	int lock = open(path_of(guardian, "lock"), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	bool held = lock >= 0 && file_locked(lock);

	if (lock >= 0)
		close(lock);
	return held;
}

void guardian_unlock(struct guardian *guardian)
{
	if (guardian->lock >= 0)
		close(guardian->lock);
	guardian->lock = -1;
}
