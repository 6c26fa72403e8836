/*
 * dropin: our own file in Dovecot's configuration, and where a setting stands in
 * the files that Dovecot reads.
 *
 * One file holds everything that postroom sets in a Dovecot that no template
 * writes: conf.d/99-postroom.conf beside dovecot.conf, read as the last of its
 * folder.  Names are as `doveconf -S` prints them: service/imap-login/client_limit,
 * plugin/quota, auth_cache_size.  Pure, any thread.
 */
#ifndef POSTROOM_SETTINGS_DROPIN_H
#define POSTROOM_SETTINGS_DROPIN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

#define DROPIN_FILE "conf.d/99-postroom.conf"

/* Absolute path of our file, for a configuration that begins at this dovecot.conf. Arena. */
char *dropin_path(struct arena *arena, const char *dovecot_conf);
/* The value of a setting in the bytes of our file; NULL: not there. Arena. */
const char *dropin_get(struct arena *arena, const char *bytes, size_t length, const char *name);
/*
 * New bytes of our file with these pairs ("auth_cache_size", "10M", ...; value NULL: taken out; the list ends with a name
 * that is NULL). Order of settings is that of their first appearance; sections are put together. bytes may be NULL (no file
 * yet). NULL where nothing is left: the file can go. Arena; *new_length.
 */
char *dropin_edit(struct arena *arena, const char *bytes, size_t length, const char *const *pairs, size_t *new_length);

/*
 * local.conf is another's file, read as the last of all: there ours is a block between two remarks, and every other byte stays. These do
 * what the two above do, for the file of this path; new bytes are never NULL where others' lines are left.
 */
#define DROPIN_LOCAL "local.conf"
const char *dropin_get_in(struct arena *arena, const char *path, const char *bytes, size_t length, const char *name);
char *dropin_edit_in(struct arena *arena, const char *path, const char *bytes, size_t length, const char *const *pairs, size_t *new_length);

/* The lines of Dovecot's files, as they come out of grep; then it is walked from dovecot.conf through its includes. */
struct dovecot_files;
struct dovecot_files *dovecot_files_new(struct arena *arena);
void dovecot_files_line(struct dovecot_files *files, const char *path, unsigned number, const char *line, size_t length);
/* Walks; once, after the last line. */
void dovecot_files_walk(struct dovecot_files *files, const char *dovecot_conf);
struct dovecot_place { const char *path; unsigned line; const char *value; };
/* The last place where it is set; false: nowhere that was seen. */
bool dovecot_files_find(const struct dovecot_files *files, const char *name, struct dovecot_place *place);
/* Would this file be read, were it there? By an include whose pattern fits. */
bool dovecot_files_reads(const struct dovecot_files *files, const char *path);
/*
 * Where ours stands: conf.d/99-postroom.conf; on UCS, whose templates write conf.d, local.conf where Dovecot reads that. files NULL: not known.
 * Arena.
 */
const char *dropin_place(struct arena *arena, const char *dovecot_conf, bool ucs, const struct dovecot_files *files);

#endif
