/*
 * journal_read: reading and checking journals.
 *
 * A record that was cut off by a crash can only be the last one and is told
 * apart from damage: its length, its bytes or its newline are missing, or only
 * zero bytes follow (space that the file system gave but never filled).
 * Everything else that is wrong is damage and is never repaired by us.  Any
 * thread; blocks on the disk.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sha256.h"
#include "gate/journal.h"
#include "gate/record_line.h"

uint32_t record_crc(const void *bytes, size_t length)
{
	/* Four bits at a time. */
	static const uint32_t table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	const unsigned char *at = bytes;
	uint32_t crc = 0xffffffff;
	size_t i;

	for (i = 0; i < length; i++) {
		crc ^= at[i];
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

void record_line(struct text *line, const char *payload)
{
	size_t length = strlen(payload);

	text_addf(line, "%08zx %08x ", length, (unsigned)record_crc(payload, length));
	text_add_bytes(line, payload, length);
	text_add_char(line, '\n');
}

/* --- checking ---------------------------------------------------------------- */

/* Eight lower-case hex digits and a blank. */
static bool read_hex(const char *at, uint32_t *number)
{
	int i;

	*number = 0;
	for (i = 0; i < 8; i++) {
		const char *digit = at[i] ? strchr("0123456789abcdef", at[i]) : NULL;

		if (!digit)
			return false;
		*number = *number << 4 | (uint32_t)(digit - "0123456789abcdef");
	}
	return at[8] == ' ';
}

static bool all_zero(const char *bytes, size_t length)
{
	while (length > 0 && *bytes == '\0') {
		bytes++;
		length--;
	}
	return length == 0;
}

static bool fault(struct journal_reading *reading, enum journal_state state, const char *name, const char *what)
{
	reading->state = state;
	error_set(&reading->error, state == JOURNAL_TORN ? ERROR_NONE : ERROR_FILE,
		"%s: record %zu at byte %zu %s", name, reading->records + 1, reading->good, what);
	return false;
}

/* The next record's bytes; false at the end and at a fault. */
static bool next_record(const char *name, const char *bytes, size_t left, uint32_t *length, struct journal_reading *reading)
{
	uint32_t crc;

	if (left == 0)
		return false;
	if (left < RECORD_HEAD || all_zero(bytes, left))
		return fault(reading, JOURNAL_TORN, name, "was cut off");
	if (!read_hex(bytes, length) || !read_hex(bytes + 9, &crc))
		return fault(reading, JOURNAL_DAMAGED, name, "is no record");
	if (*length >= left - RECORD_HEAD)
		return fault(reading, memchr(bytes, '\n', left) ? JOURNAL_DAMAGED : JOURNAL_TORN, name, "is not complete");
	if (bytes[RECORD_HEAD + *length] != '\n' || record_crc(bytes + RECORD_HEAD, *length) != crc)
		return fault(reading, JOURNAL_DAMAGED, name, "has a wrong checksum");
	return true;
}

static bool good_chain(const struct json *record, const char *name, const char *chain, struct journal_reading *reading)
{
	const char *before = json_get_text(record, "prev");

	if (!before || strcmp(before, chain) || json_get_number(record, "seq", -1) != (int64_t)reading->records)
		return fault(reading, JOURNAL_DAMAGED, name, "does not follow the one before it: something was changed or taken out");
	if (reading->records == 0 && (json_get_number(record, "version", -1) != JOURNAL_VERSION || !json_get_text(record, "session")))
		return fault(reading, JOURNAL_DAMAGED, name, "has a format that this version does not know");
	return true;
}

void journal_read_bytes(const char *name, const char *bytes, size_t length,
		void (*visit)(const struct json *record, void *context), void *context, struct journal_reading *reading)
{
	char chain[SHA256_HEX];
	uint32_t payload;

	memset(reading, 0, sizeof(*reading));
	memset(chain, '0', sizeof(chain) - 1);
	chain[sizeof(chain) - 1] = '\0';
	while (next_record(name, bytes + reading->good, length - reading->good, &payload, reading)) {
		const char *line = bytes + reading->good;
		struct json *record = json_parse(line + RECORD_HEAD, payload, NULL);

		if (!record) {
			fault(reading, JOURNAL_DAMAGED, name, "is no JSON");
			return;
		}
		if (!good_chain(record, name, chain, reading)) {
			json_free(record);
			return;
		}
		if (visit)
			visit(record, context);
		json_free(record);
		sha256_hex(line, RECORD_HEAD + (size_t)payload + 1, chain);
		reading->good += RECORD_HEAD + (size_t)payload + 1;
		reading->records++;
	}
}

/* A regular file of anybody: shared journals belong to those who wrote them. Arena; NULL with errno. */
static char *read_whole(struct arena *arena, int descriptor, const struct stat *status, size_t *length)
{
	size_t room = (size_t)status->st_size;
	char *bytes;
	ssize_t got;

	*length = 0;
	if (!S_ISREG(status->st_mode) || status->st_size > (off_t)JOURNAL_MOST) {
		errno = S_ISREG(status->st_mode) ? EFBIG : EINVAL;
		return NULL;
	}
	bytes = arena_alloc(arena, room + 1);
	while (*length < room && (got = read(descriptor, bytes + *length, room - *length)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return NULL;
		*length += (size_t)got;
	}
	return bytes;
}

bool journal_read_file(const char *path, void (*visit)(const struct json *record, void *context), void *context,
		struct journal_reading *reading, unsigned *owner, struct error *error)
{
	struct arena *arena = arena_new();
	struct stat status;
	size_t length;
	char *bytes = NULL;
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	memset(reading, 0, sizeof(*reading));
	if (descriptor >= 0 && !fstat(descriptor, &status))
		bytes = read_whole(arena, descriptor, &status, &length);
	if (bytes) {
		*owner = status.st_uid;
		journal_read_bytes(path, bytes, length, visit, context, reading);
	} else {
		error_set(error, ERROR_FILE, "%s cannot be read: %s [errno %d]", path, strerror(errno), errno);
	}
	if (descriptor >= 0)
		close(descriptor);
	arena_free(arena);
	return bytes != NULL;
}

/* --- files --------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char **journal_list(struct arena *arena, const char *directory, size_t *count)
{
	DIR *open = opendir(directory);
	const struct dirent *entry;
	char **paths = NULL;
	size_t capacity = 0;

	*count = 0;
	paths = arena_grow(arena, paths, &capacity, 1, sizeof(*paths));
	while (open && (entry = readdir(open)) != NULL) {
		size_t length = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || length < 8 || strcmp(entry->d_name + length - 8, ".journal"))
			continue;
		paths = arena_grow(arena, paths, &capacity, *count + 2, sizeof(*paths));
		paths[(*count)++] = arena_format(arena, "%s/%s", directory, entry->d_name);
	}
	if (open)
		closedir(open);
	/* Names begin with the time: by name is oldest first. */
	qsort(paths, *count, sizeof(*paths), by_name);
	paths[*count] = NULL;
	return paths;
}

bool journal_is_live(const char *path)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool live;

	if (descriptor < 0)
		return false;
	live = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	close(descriptor);
	return live;
}

bool journal_cut(const char *path, size_t good, struct error *error)
{
	int descriptor = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	bool fine;

	fine = descriptor >= 0 && file_lock(descriptor, path, error) && !ftruncate(descriptor, (off_t)good) && !fsync(descriptor);
	if (!fine)
		error_set(error, ERROR_FILE, "%s: the cut-off end cannot be removed: %s [errno %d]", path, strerror(errno), errno);
	if (descriptor >= 0)
		close(descriptor);
	return fine;
}
