/*
 * log: one line to syslog, a file or standard error; never to the screen.
 *
 * Values are made visible before they are written; secrets must never be given
 * to it.  Failing to write is silent: a log must not stop the program. Any
 * thread.
 */
#ifndef POSTROOM_BASE_LOG_H
#define POSTROOM_BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_target { LOG_TO_NOTHING, LOG_TO_STDERR, LOG_TO_FILE, LOG_TO_SYSLOG };

/* path is used with LOG_TO_FILE only; lines above `most` are dropped. */
bool log_open(enum log_target target, const char *path, enum log_level most, struct error *error);
void log_close(void);
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
