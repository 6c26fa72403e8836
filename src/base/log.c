/*
 * log: one line to syslog, a file or standard error.
 *
 * The whole line is made visible before it leaves, so no value can forge a
 * second line or reach a terminal as a command.  Opening can fail with a
 * sentence; writing fails silently, since a log must not stop the program.
 * Any thread.
 */
#include "base/log.h"

#include <errno.h>
#include <langinfo.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"

static const struct {
	const char *word;
	int priority;
} levels[] = {
	[LOG_LEVEL_ERROR]   = { .word = "error",   .priority = LOG_ERR },
	[LOG_LEVEL_WARNING] = { .word = "warning", .priority = LOG_WARNING },
	[LOG_LEVEL_INFO]    = { .word = "info",    .priority = LOG_INFO },
	[LOG_LEVEL_DEBUG]   = { .word = "debug",   .priority = LOG_DEBUG },
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum log_target target = LOG_TO_NOTHING;
static enum log_level most = LOG_LEVEL_ERROR;
static int descriptor = -1;

static void close_locked(void)
{
	if (target == LOG_TO_FILE)
		close(descriptor);
	if (target == LOG_TO_SYSLOG)
		closelog();
	target = LOG_TO_NOTHING;
	descriptor = -1;
}

bool log_open(enum log_target where, const char *path, enum log_level level, struct error *error)
{
	bool created, opened = true;

	pthread_mutex_lock(&lock);
	close_locked();
	most = level;
	if (where == LOG_TO_FILE) {
		descriptor = file_open_append(path, 0600, &created, error);
		opened = descriptor >= 0;
	} else if (where == LOG_TO_STDERR) {
		descriptor = STDERR_FILENO;
	} else if (where == LOG_TO_SYSLOG) {
		openlog("postroom", LOG_PID, LOG_AUTHPRIV);
	}
	target = opened ? where : LOG_TO_NOTHING;
	pthread_mutex_unlock(&lock);
	return opened;
}

void log_close(void)
{
	pthread_mutex_lock(&lock);
	close_locked();
	pthread_mutex_unlock(&lock);
}

/* Bytes above ASCII are commands to an 8-bit terminal, so standard error must be known to take UTF-8. */
static enum visible_form form(void)
{
	if (target == LOG_TO_STDERR && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		return VISIBLE_ASCII;
	return VISIBLE_UTF8;
}

/* One write per line, so that lines of several processes do not mix. */
static void write_line(struct arena *arena, enum log_level level, const char *shown)
{
	const char *line = arena_format(arena, "%s postroom[%ld]: %s: %s\n", text_from_time(arena, clock_now()),
			(long)getpid(), levels[level].word, shown);

	file_write_all(descriptor, "log", line, strlen(line), NULL);
}

void log_line(enum log_level level, const char *format, ...)
{
	int kept = errno;
	struct arena *arena;
	const char *words;
	va_list arguments;

	pthread_mutex_lock(&lock);
	if (target != LOG_TO_NOTHING && level <= most) {
		arena = arena_new();
		va_start(arguments, format);
		words = arena_vformat(arena, format, arguments);
		va_end(arguments);
		words = text_visible_string(arena, form(), words, strlen(words));
		if (target == LOG_TO_SYSLOG)
			syslog(levels[level].priority, "%s", words);
		else
			write_line(arena, level, words);
		arena_free(arena);
	}
	pthread_mutex_unlock(&lock);
	errno = kept;
}
