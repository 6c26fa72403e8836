/*
 * file_private: what file.c, file_replace.c and file_trust.c share; nobody
 * else includes it.
 */
#ifndef POSTROOM_BASE_FILE_PRIVATE_H
#define POSTROOM_BASE_FILE_PRIVATE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/* "PATH cannot be VERB: words (ENAME)" from errno, kept in error->code. Returns false. */
bool file_failed(struct error *error, enum error_kind kind, const char *path, const char *verb);
/* The rule for every file that is used: regular, one link, ours or root's. Fills *status. */
bool file_check_open(int descriptor, const char *path, struct stat *status, struct error *error);
/* Opens the directory that holds path; -1 on error. */
int file_open_directory_of(const char *path, struct error *error);
/* Makes the names in the directory that holds path durable. */
bool file_sync_directory_of(const char *path, struct error *error);

#endif
