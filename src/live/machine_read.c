/*
 * machine_read: parsers of what a machine says of itself.
 *
 * Output may be cut, translated or empty; a row counts only where its numbers
 * stand where they belong.
 */
#include "live/machine_read.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 64, SAMPLE_GAP_S = 55, LEAST_SPAN_S = 600 };
#define LASTS_H (30 * 24.0)

/* --- df ------------------------------------------------------------------------------------- */

/* Digits, or "-" where a file system has none of it. */
static bool is_count(const char *word)
{
	return !strcmp(word, "-") || (*word && strlen(word) < 20 && strspn(word, "0123456789") == strlen(word));
}

/* "DEVICE SIZE USED AVAILABLE PERCENT MOUNT", where device and mount may hold blanks. */
static bool read_row(struct arena *arena, char *line, struct df_row *row)
{
	char *words[WORDS_MOST], *rest = NULL, *word;
	const char *whole = arena_text(arena, line);
	size_t count = 0, at;

	for (word = strtok_r(line, " ", &rest); word && count < WORDS_MOST; word = strtok_r(NULL, " ", &rest))
		words[count++] = word;
	for (at = 1; at + 4 < count; at++) {
		size_t length = strlen(words[at + 3]);

		if (!is_count(words[at]) || !is_count(words[at + 1]) || !is_count(words[at + 2]) ||
		    (strcmp(words[at + 3], "-") && words[at + 3][length - 1] != '%'))
			continue;
		row->device = words[0];
		row->mount = whole + (words[at + 4] - line);
		row->known = *words[at + 1] != '-' && *words[at + 2] != '-';
		row->used = row->known ? strtoull(words[at + 1], NULL, 10) : 0;
		row->available = row->known ? strtoull(words[at + 2], NULL, 10) : 0;
		return row->mount[0] == '/';
	}
	return false;
}

size_t machine_read_df(struct arena *arena, const char *output, struct df_row **rows)
{
	char *rest = NULL, *line;
	size_t count = 0, room = 0;

	*rows = NULL;
	for (line = strtok_r(arena_text(arena, output), "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		struct df_row row = { 0 };

		if (!read_row(arena, line, &row))
			continue;
		*rows = arena_grow(arena, *rows, &room, count + 1, sizeof(**rows));
		(*rows)[count++] = row;
	}
	return count;
}

static bool below(const char *path, const char *mount)
{
	size_t length = strlen(mount);

	return !strcmp(mount, "/") || (!strncmp(path, mount, length) && (!path[length] || path[length] == '/'));
}

static struct disk_row *disk_of(struct disk_row *disks, size_t count, const struct df_row *row)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(disks[i].path, row->mount))
			return &disks[i];
	return NULL;
}

/* The row of this path: rows stand in the order of the paths, but some may be missing. */
static const struct df_row *row_for(const struct df_row *rows, size_t count, bool whole, size_t path_number, const char *path)
{
	const struct df_row *best = NULL;
	size_t i;

	if (whole)
		return &rows[path_number];
	for (i = 0; i < count; i++)
		if (below(path, rows[i].mount) && (!best || strlen(rows[i].mount) > strlen(best->mount)))
			best = &rows[i];
	return best;
}

size_t machine_join(struct arena *arena, const struct machine_path *paths, size_t path_count, const char *space, const char *inodes,
		struct disk_row **disks)
{
	struct df_row *rows, *files;
	size_t row_count = machine_read_df(arena, space, &rows), file_count = machine_read_df(arena, inodes, &files), count = 0, i, j;

	*disks = arena_alloc(arena, path_count * sizeof(**disks));
	for (i = 0; i < path_count; i++) {
		const struct df_row *row = row_for(rows, row_count, row_count == path_count, i, paths[i].path);
		struct disk_row *disk = row && row->known ? disk_of(*disks, count, row) : NULL;

		if (!row || !row->known)
			continue;
		if (disk) {
			if (!strstr(disk->what, paths[i].what))
				disk->what = arena_format(arena, "%s, %s", disk->what, paths[i].what);
			continue;
		}
		disk = &(*disks)[count++];
		*disk = (struct disk_row){ .what = paths[i].what, .path = row->mount, .device = row->device,
			.bytes = row->used + row->available, .bytes_free = row->available, .bytes_per_hour = NAN, .hours_left = NAN };
		for (j = 0; j < file_count; j++)
			if (!strcmp(files[j].mount, row->mount) && files[j].known) {
				disk->inodes = files[j].used + files[j].available;
				disk->inodes_free = files[j].available;
			}
	}
	return count;
}

/* --- the rest ---------------------------------------------------------------------------------- */

bool machine_read_load(const char *output, double load[3])
{
	double read[3];
	char *end;
	size_t i;

	for (i = 0; i < 3; i++) {
		read[i] = strtod(output, &end);
		if (end == output || *end != ' ' || !(read[i] >= 0) || read[i] > 1e6)
			return false;
		output = end;
	}
	memcpy(load, read, sizeof(read));
	return true;
}

/* "MemTotal:       16316412 kB", whole. */
static bool read_line(const char *output, const char *name, uint64_t *bytes)
{
	const char *at = strstr(output, name);
	char *end;

	if (!at || (at != output && at[-1] != '\n'))
		return false;
	errno = 0;
	*bytes = strtoull(at + strlen(name), &end, 10);
	if (errno || strncmp(end, " kB\n", 4) || *bytes > UINT64_MAX / 1024)
		return false;
	*bytes *= 1024;
	return true;
}

bool machine_read_memory(const char *output, uint64_t *memory, uint64_t *available)
{
	uint64_t all, left;

	if (!read_line(output, "MemTotal:", &all) || !read_line(output, "MemAvailable:", &left) || !all || left > all)
		return false;
	*memory = all;
	*available = left;
	return true;
}

const char *machine_mail_folder(struct arena *arena, const char *location)
{
	const char *colon = strchr(location, ':'), *at = colon ? colon + 1 : location;
	const char *inbox = strstr(location, "INBOX=/");
	size_t length;

	if (*at != '/')
		at = inbox ? inbox + strlen("INBOX=") : NULL;
	if (!at)
		return NULL;
	length = strcspn(at, ":%\r\n");
	/* A variable may begin in the middle of a name. */
	if (at[length] == '%')
		while (length && at[length - 1] != '/')
			length--;
	while (length > 1 && at[length - 1] == '/')
		length--;
	return length > 1 ? arena_bytes(arena, at, length) : NULL;
}

/* --- growth --------------------------------------------------------------------------------------- */

static double hours_left(double free_now, double a_hour)
{
	double hours;

	if (isnan(a_hour))
		return NAN;
	hours = a_hour > 0 ? free_now / a_hour : -1;
	return hours > LASTS_H ? -1 : hours;
}

static double rate(const struct disk_sample *from, const struct disk_sample *to, bool inodes)
{
	double grown = inodes ? (double)to->inodes - (double)from->inodes : (double)to->bytes - (double)from->bytes;

	return grown * 3600 / (double)(to->at - from->at);
}

/* The less of the whole time and of its later half. */
static double steady(const struct disk_row *disk, bool inodes)
{
	const struct disk_sample *last = &disk->samples[disk->sample_count - 1], *first = &disk->samples[0];
	const struct disk_sample *middle = first;
	double whole, later;
	size_t i;

	if (last->at - first->at < LEAST_SPAN_S)
		return NAN;
	for (i = 0; i + 1 < disk->sample_count && disk->samples[i].at <= first->at + (last->at - first->at) / 2; i++)
		middle = &disk->samples[i];
	whole = rate(first, last, inodes);
	later = rate(middle, last, inodes);
	return later < whole ? later : whole;
}

void machine_grow(struct arena *arena, struct disk_row *disk, const struct disk_row *before, int64_t now)
{
	struct disk_sample *samples = arena_alloc(arena, DISK_SAMPLES * sizeof(*samples));
	size_t count = before ? before->sample_count : 0, skip = 0;
	struct disk_sample fresh = { .at = now, .bytes = disk->bytes - disk->bytes_free, .inodes = disk->inodes - disk->inodes_free };
	double inodes;

	/* The clock went back: what is remembered is of no use. */
	if (count && before->samples[count - 1].at >= now)
		count = 0;
	/* The newest one moves until it is far enough from the one before it. */
	if (count > 1 && before->samples[count - 1].at - before->samples[count - 2].at < SAMPLE_GAP_S)
		count--;
	if (count == DISK_SAMPLES)
		skip = 1;
	if (count)
		memcpy(samples, before->samples + skip, (count - skip) * sizeof(*samples));
	samples[count - skip] = fresh;
	disk->samples = samples;
	disk->sample_count = count - skip + 1;
	disk->bytes_per_hour = steady(disk, false);
	disk->hours_left = hours_left((double)disk->bytes_free, disk->bytes_per_hour);
	inodes = disk->inodes ? hours_left((double)disk->inodes_free, steady(disk, true)) : -1;
	if (inodes >= 0 && (isnan(disk->hours_left) || disk->hours_left < 0 || inodes < disk->hours_left))
		disk->hours_left = inodes;
}
