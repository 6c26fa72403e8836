/*
 * log_time: see log_time.h.
 */
#include "base/log_time.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

enum { CLASSIC = 15 };

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

int64_t log_time(const char *line, size_t line_length, int64_t now, size_t *length)
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
