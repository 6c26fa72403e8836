/*
 * machine_read: df, loadavg, meminfo and mail_location as figures.
 *
 * What programs print of a machine, whole or cut anywhere, becomes rows; what
 * makes no sense is left out.  Pure; any thread.
 */
#ifndef POSTROOM_LIVE_MACHINE_READ_H
#define POSTROOM_LIVE_MACHINE_READ_H

#include "base/memory.h"
#include "live/data.h"

/* One row of df -P. Texts in the arena. */
struct df_row { const char *device, *mount; uint64_t used, available; bool known; };   /* known: numbers, not "-" */
size_t machine_read_df(struct arena *arena, const char *output, struct df_row **rows);
/* A path to look at, and what it is for ("queue"). */
struct machine_path { const char *path, *what; };
/*
 * The file systems of these paths, each once; what they are for is joined in their order. df leaves out paths that are not
 * there, so where rows are missing a path counts for the row whose mount point it lies below.
 */
size_t machine_join(struct arena *arena, const struct machine_path *paths, size_t path_count, const char *space, const char *inodes,
		struct disk_row **disks);
bool machine_read_load(const char *output, double load[3]);
bool machine_read_memory(const char *output, uint64_t *memory, uint64_t *available);      /* bytes */
/* The folder that a mail_location of Dovecot surely is in: up to its first variable. NULL: it lies in people's homes, or is not to be known. */
const char *machine_mail_folder(struct arena *arena, const char *location);

/* --- growth -------------------------------------------------------------------------------------- */

/*
 * Puts what a file system held before into its row, adds what it holds now, and works out how fast it fills: over the
 * whole time remembered (an hour) and over its later half, whichever is less, so that neither an old copy nor a short
 * peak counts. Nothing is said from less than ten minutes, nor of what lasts a month. now: epoch s.
 */
void machine_grow(struct arena *arena, struct disk_row *disk, const struct disk_row *before, int64_t now);

#endif
