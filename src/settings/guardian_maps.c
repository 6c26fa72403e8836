/*
 * guardian_maps: one line of a table of Postfix, changed on its own server, and
 * the tables that postmap makes of their sources.
 *
 * The file is read and edited here, so that other lines, which may hold
 * passwords, never leave the machine; it then goes the way of every other file
 * of the change.  What was there is compared with what the change was planned
 * from; of a login only its name, since nobody is told the password.
 * Guardian's process.
 */
#include "settings/guardian_private.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/loop.h"
#include "settings/map_file.h"

enum { MOST_BYTES = 8 << 20 };

/* --- the source ----------------------------------------------------------------------------------- */

/* "user" of "user:password"; elsewhere the whole. */
static const char *public_part(struct guardian *guardian, const char *value)
{
	return value && guardian->change.secret ? arena_format(guardian->arena, "%.*s", (int)strcspn(value, ":"), value) : value;
}

static struct guarded_file *file_of(struct guardian *guardian, struct guarded_file *files, const char *path, struct error *error)
{
	struct guarded_file *file;

	for (size_t i = 0; i < guardian->change.file_count; i++)
		if (!strcmp(files[i].path, path))
			return &files[i];
	file = &files[guardian->change.file_count];
	*file = (struct guarded_file){ .path = path };
	if (access(path, F_OK) == 0) {
		file->seen = file_read(guardian->arena, path, MOST_BYTES, &file->seen_length, error);
		if (!file->seen)
			return NULL;
	} else if (errno != ENOENT) {
		error_set(error, ERROR_FILE, "%s cannot be looked at: %s", path, strerror(errno));
		return NULL;
	}
	file->bytes = file->seen;
	file->length = file->seen_length;
	guardian->change.file_count++;
	return file;
}

static bool edit(struct guardian *guardian, struct guarded_file *file, const struct guarded_entry *entry, struct error *error)
{
	struct map_line now = map_file_find(guardian->arena, file->bytes, file->length, entry->key);
	const char *seen = public_part(guardian, now.line ? now.value : NULL), *value = entry->value;

	if ((entry->seen == NULL) != (seen == NULL) || (seen && strcmp(seen, entry->seen)))
		return error_set(error, ERROR_CONFLICT, "%s: the line of %s %s since this change was planned; nothing was installed: look at it and plan again",
			file->path, entry->key, seen ? entry->seen ? "was changed" : "was added by somebody" : "was taken out by somebody");
	/* A name without a password keeps the one that stands there. */
	if (guardian->change.secret && value && !strchr(value, ':')) {
		const char *rest = now.value ? strchr(now.value, ':') : NULL;

		if (!rest)
			return error_set(error, ERROR_INVALID, "%s: %s has no password there that could be kept", file->path, entry->key);
		value = arena_format(guardian->arena, "%s%s", value, rest);
	}
	file->bytes = map_file_edit(guardian->arena, file->bytes, file->length, entry->key, value, &file->length);
	return true;
}

bool guardian_maps_read(struct guardian *guardian, struct error *error)
{
	struct guarded_change *change = &guardian->change;
	struct guarded_file *files = arena_alloc(guardian->arena, (change->file_count + change->entry_count + 1) * sizeof(*files));

	if (change->entry_count == 0)
		return true;
	if (change->file_count > 0)
		memcpy(files, change->files, change->file_count * sizeof(*files));
	change->files = files;
	for (size_t i = 0; i < change->entry_count; i++) {
		struct guarded_file *file = file_of(guardian, files, change->entries[i].path, error);

		if (!file || !edit(guardian, file, &change->entries[i], error))
			return false;
	}
	return true;
}

/* --- the table ---------------------------------------------------------------------------------------- */

static const char *const endings[] = { ".db", ".lmdb", ".cdb", ".dir", ".pag", NULL };

/* A table is not read by more people than its source. */
static void narrow(struct guardian *guardian, const char *path)
{
	struct stat source, table;

	if (stat(path, &source) != 0)
		return;
	for (size_t i = 0; endings[i]; i++) {
		const char *made = arena_format(guardian->arena, "%s%s", path, endings[i]);

		if (lstat(made, &table) == 0 && S_ISREG(table.st_mode) && (table.st_mode & ~source.st_mode & 0077) &&
		    chmod(made, table.st_mode & source.st_mode & 0777) != 0)
			guardian_say(guardian, "%s can be read by others than %s: %s", made, path, strerror(errno));
	}
}

/* The source was made by this change and is gone again: so is what was made of it, which may hold what it held. */
static bool drop(struct guardian *guardian, const char *path)
{
	for (size_t i = 0; guardian->old && i < guardian->change.file_count; i++) {
		if (strcmp(guardian->change.files[i].path, path) || guardian->old[i].existed)
			continue;
		for (size_t j = 0; endings[j]; j++) {
			const char *made = arena_format(guardian->arena, "%s%s", path, endings[j]);

			if (guardian->change.secret)
				guardian_wipe(made);
			unlink(made);
		}
		return true;
	}
	return false;
}

bool guardian_maps_make(struct guardian *guardian, struct error *error)
{
	for (size_t i = 0; guardian->change.maps && guardian->change.maps[i]; i++) {
		const char *map = guardian->change.maps[i], *path = strchr(map, '/');

		if (access(path, F_OK) != 0) {
			if (!drop(guardian, path))
				guardian_say(guardian, "%s is not there, so there is no table to make of it", path);
			continue;
		}
		if (!guardian_make(guardian, (const char *const[]){ "/usr/sbin/postmap", "-c", guardian_config(guardian), map, NULL }, error))
			return false;
		if (guardian->change.secret)
			narrow(guardian, path);
	}
	return true;
}

/* --- what may be told ------------------------------------------------------------------------------------ */

/*
 * Only a table of logins of this Postfix, or where UCS and the manuals have it: whoever may look may not read the rest of root's
 * files by this.
 */
static bool is_logins(struct guardian *guardian, const char *path, const char *postfix, struct error *error)
{
	const char *config = postfix ? postfix : "/etc/postfix";
	struct guardian_ran ran;

	if (!strcmp(path, arena_format(guardian->arena, "%s/smtp_auth", config)))
		return true;
	ran = GUARDIAN_RUN(guardian, "/usr/sbin/postconf", "-c", config, "-x", "-h", "smtp_sasl_password_maps");
	return (ran.ended && ran.status == 0 && map_file_named(ran.output, path)) ||
		error_set(error, ERROR_REFUSED, "%s is no table of logins that Postfix names (smtp_sasl_password_maps), so nothing of it is told", path);
}

static void print_logins(struct arena *arena, const char *path, struct error *error)
{
	size_t length = 0;
	bool there = access(path, F_OK) == 0 || errno != ENOENT;
	const char *bytes = there ? file_read(arena, path, MOST_BYTES, &length, error) : NULL;
	const struct map_line *lines = map_file_lines(arena, bytes, length);

	for (size_t i = 0; lines[i].line; i++)
		if (strchr(lines[i].value, ':'))
			printf("%s:%u:%s %.*s\n", path, lines[i].line, lines[i].key, (int)strcspn(lines[i].value, ":"), lines[i].value);
}

int guardian_logins(const char *path, const char *postfix)
{
	struct guardian guardian = { .arena = arena_new(), .lock = -1 };
	struct error error = { 0 };

	arena_holds_secret(guardian.arena);
	/* A file that is not there has no line. */
	if (is_logins(&guardian, path, postfix, &error))
		print_logins(guardian.arena, path, &error);
	if (error.kind != ERROR_NONE)
		fprintf(stderr, "%s\n", error.text);
	if (guardian.loop)
		loop_free(guardian.loop);
	arena_free(guardian.arena);
	return error.kind == ERROR_NONE ? 0 : error_exit_status(error.kind);
}
