/*
 * smtp_log: see smtp_log.h.
 */
#include "settings/smtp_log.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"

enum { CLASSIC = 15 };

/* --- time ---------------------------------------------------------------------------------------------- */

static bool digits(const char *at, size_t count, int *number)
{
	*number = 0;
	for (size_t i = 0; i < count; i++) {
		if (!isdigit((unsigned char)at[i]))
			return false;
		*number = *number * 10 + (at[i] - '0');
	}
	return true;
}

static bool clock_of(const char *at, struct tm *parts)
{
	return digits(at, 2, &parts->tm_hour) && at[2] == ':' && digits(at + 3, 2, &parts->tm_min) && at[5] == ':' &&
		digits(at + 6, 2, &parts->tm_sec);
}

/* "Nov 20 12:18:48": of the last year that is not to come. */
static int64_t classic_time(const char *line, int64_t now)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct tm parts = { .tm_isdst = -1 }, today;
	time_t moment = (time_t)now, at;

	for (parts.tm_mon = 0; parts.tm_mon < 12 && strncmp(line, months + parts.tm_mon * 3, 3) != 0; parts.tm_mon++)
		;
	if (parts.tm_mon == 12 || line[3] != ' ' || line[6] != ' ' || !clock_of(line + 7, &parts) ||
	    !digits(line[4] == ' ' ? line + 5 : line + 4, line[4] == ' ' ? 1 : 2, &parts.tm_mday) || !localtime_r(&moment, &today))
		return 0;
	for (parts.tm_year = today.tm_year; parts.tm_year >= today.tm_year - 1; parts.tm_year--) {
		struct tm copy = parts;

		at = mktime(&copy);
		if (at <= moment + 86400)
			return at > 0 ? (int64_t)at : 0;
	}
	return 0;
}

/* "2026-11-20T12:18:48.123456+01:00" */
static int64_t iso_time(const char *line, size_t length)
{
	struct tm parts = { .tm_isdst = 0 };
	const char *at = line + 19, *end = line + length;
	int hours = 0, minutes = 0, sign = 0;
	int64_t moment;

	if (length < 20 || !digits(line, 4, &parts.tm_year) || line[4] != '-' || !digits(line + 5, 2, &parts.tm_mon) || line[7] != '-' ||
	    !digits(line + 8, 2, &parts.tm_mday) || !clock_of(line + 11, &parts))
		return 0;
	parts.tm_year -= 1900;
	parts.tm_mon--;
	while (at < end && (*at == '.' || isdigit((unsigned char)*at)))
		at++;
	if (at < end && (*at == '+' || *at == '-'))
		sign = *at == '+' ? -1 : 1;
	if (sign && (end - at < 6 || !digits(at + 1, 2, &hours) || at[3] != ':' || !digits(at + 4, 2, &minutes)))
		return 0;
	moment = (int64_t)timegm(&parts);
	return moment > 0 ? moment + sign * (hours * 3600 + minutes * 60) : 0;
}

int64_t smtp_log_time(const char *line, size_t line_length, int64_t now, size_t *length)
{
	const char *blank = memchr(line, ' ', line_length);

	*length = 0;
	if (line_length > CLASSIC && isalpha((unsigned char)line[0])) {
		*length = CLASSIC;
		return classic_time(line, now);
	}
	if (!blank || !isdigit((unsigned char)line[0]) || (size_t)(blank - line) < 20 || line[10] != 'T')
		return 0;
	*length = (size_t)(blank - line);
	return iso_time(line, *length);
}

/* --- what is open ------------------------------------------------------------------------------------------- */

static struct smtp_open *open_of(struct smtp_log *log, long pid)
{
	for (size_t i = log->count; i-- > 0;)
		if (log->open[i].pid == pid)
			return &log->open[i];
	return NULL;
}

static void close_it(struct smtp_log *log, struct smtp_open *gone)
{
	size_t at = (size_t)(gone - log->open);

	log->count--;
	memmove(gone, gone + 1, (log->count - at) * sizeof(*gone));
}

static struct smtp_open *begin(struct smtp_log *log, long pid)
{
	struct smtp_open *open = open_of(log, pid);

	if (open)
		close_it(log, open);
	/* The oldest go first: most likely processes that died without a word. */
	if (log->count == SMTP_OPEN_MOST)
		close_it(log, log->open);
	log->open = memory_grow(log->open, &log->room, log->count + 1, sizeof(*log->open));
	open = &log->open[log->count++];
	memset(open, 0, sizeof(*open));
	open->pid = pid;
	return open;
}

static void copy(char *to, size_t size, const char *from, size_t length)
{
	snprintf(to, size, "%.*s", (int)(length < size ? length : size - 1), from);
}

/* "name[192.0.2.7]" or "name[192.0.2.7]:12345": the name may be anything, the address is the last thing in brackets. */
static void copy_client(struct smtp_open *open, const char *words, size_t length)
{
	const char *end = memchr(words, ',', length), *left, *right;

	length = end ? (size_t)(end - words) : length;
	left = memrchr(words, '[', length);
	right = left ? memchr(left, ']', length - (size_t)(left - words)) : NULL;
	if (left && right)
		copy(open->client, sizeof(open->client), left + 1, (size_t)(right - left - 1));
	else
		copy(open->client, sizeof(open->client), words, length);
}

static bool begins(const char *words, size_t length, const char *mark)
{
	return length >= strlen(mark) && strncmp(words, mark, strlen(mark)) == 0;
}

/* "3D2A5E1F: client=name[192.0.2.7], sasl_method=PLAIN, sasl_username=anna" */
static void take_mail(struct smtp_log *log, long pid, const char *line, size_t time_length, int64_t time, const char *words, size_t length)
{
	static const char client[] = ": client=", login[] = ", sasl_username=";
	const char *at = memmem(words, length, client, sizeof(client) - 1), *user;
	struct smtp_open *open = open_of(log, pid);
	size_t rest;

	if (!at || memchr(words, ' ', (size_t)(at - words)))
		return;
	at += sizeof(client) - 1;
	rest = length - (size_t)(at - words);
	if (!open) {
		/* It began before what is read of the log. */
		open = begin(log, pid);
		copy(open->since, sizeof(open->since), line, time_length);
		open->since_s = time;
		copy_client(open, at, rest);
	}
	open->mails++;
	user = memmem(at, rest, login, sizeof(login) - 1);
	if (!user)
		return;
	user += sizeof(login) - 1;
	rest = length - (size_t)(user - words);
	at = memmem(user, rest, ", ", 2);
	copy(open->login, sizeof(open->login), user, at ? (size_t)(at - user) : rest);
}

/* Behind time and host: "postfix/submission/smtpd[123]: words". False: another program's. */
static bool of_smtpd(const char *at, const char *end, long *pid, const char **words)
{
	const char *blank = memchr(at, ' ', (size_t)(end - at)), *open;
	char *stop;

	if (!blank)
		return false;
	at = blank + 1;
	open = memchr(at, '[', (size_t)(end - at));
	if (!open || open - at < 5 || memcmp(open - 5, "smtpd", 5) != 0 || (open - at > 5 && open[-6] != '/') || memchr(at, ' ', (size_t)(open - at)) ||
	    !isdigit((unsigned char)open[1]))
		return false;
	*pid = strtol(open + 1, &stop, 10);
	*words = stop + 3;
	return *pid > 1 && stop + 3 <= end && stop[0] == ']' && stop[1] == ':' && stop[2] == ' ';
}

/* line ends with a zero byte. */
static void take_line(struct smtp_log *log, const char *line, size_t length)
{
	static const char connect[] = "connect from ";
	const char *words;
	size_t time_length, left;
	int64_t time = smtp_log_time(line, length, log->now, &time_length);
	struct smtp_open *open;
	long pid;

	if (time_length == 0 || time_length >= length)
		return;
	if (!*log->from)
		copy(log->from, sizeof(log->from), line, time_length);
	if (!of_smtpd(line + time_length + 1, line + length, &pid, &words))
		return;
	left = (size_t)(line + length - words);
	if (begins(words, left, connect)) {
		open = begin(log, pid);
		copy(open->since, sizeof(open->since), line, time_length);
		open->since_s = time;
		copy_client(open, words + sizeof(connect) - 1, left - (sizeof(connect) - 1));
	} else if (begins(words, left, "disconnect from ")) {
		open = open_of(log, pid);
		if (open)
			close_it(log, open);
	} else {
		take_mail(log, pid, line, time_length, time, words, left);
	}
}

void smtp_log_line(struct smtp_log *log, const char *line, size_t length)
{
	char copied[1024];

	while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
		length--;
	/* What matters stands at the beginning. */
	if (length >= sizeof(copied))
		length = sizeof(copied) - 1;
	memcpy(copied, line, length);
	copied[length] = '\0';
	for (size_t i = 0; i < length; i++)
		if (!copied[i])
			copied[i] = ' ';
	take_line(log, copied, length);
}

void smtp_log_free(struct smtp_log *log)
{
	free(log->open);
	log->open = NULL;
	log->count = log->room = 0;
}
