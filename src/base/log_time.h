/*
 * log_time: when a line of a log was written, as syslog, the journal, Postfix
 * and Dovecot begin their lines: "Nov 20 12:18:48" or
 * "2026-11-20T12:18:48.123456+01:00".  Pure but for the time zone of this
 * machine; any thread.
 */
#ifndef POSTROOM_BASE_LOG_TIME_H
#define POSTROOM_BASE_LOG_TIME_H

#include <stddef.h>
#include <stdint.h>

/*
 * Epoch seconds; 0: not understood. *length: bytes that the time takes, 0 where the line begins with none. now: epoch, since
 * the first form has no year. The line must be zero-terminated behind line_length.
 */
int64_t log_time(const char *line, size_t line_length, int64_t now, size_t *length);

#endif
