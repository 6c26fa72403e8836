/*
 * moment: reading and writing times of day and spans.  Never fails.
 */
#include "ui/moment.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"

enum { DAY = 24 * 3600, NEAR = 20 * 3600, SPAN_MOST = 90 };

static int64_t at_time_of_day(int64_t now, int days, long hour, long minute)
{
	time_t seconds = (time_t)now;
	struct tm local;

	memset(&local, 0, sizeof local);
	localtime_r(&seconds, &local);
	local.tm_mday += days;
	local.tm_hour = (int)hour;
	local.tm_min = (int)minute;
	local.tm_sec = 0;
	/* Whether summer time holds then is not what holds now. */
	local.tm_isdst = -1;
	return (int64_t)mktime(&local);
}

static bool parse_time_of_day(const char *words, int64_t now, bool past, int64_t *epoch)
{
	char *end;
	long hour = strtol(words, &end, 10), minute;

	if (end == words || end - words > 2 || *end != ':' || end[1] < '0' || end[1] > '5' || end[2] < '0' || end[2] > '9')
		return false;
	minute = (end[1] - '0') * 10 + (end[2] - '0');
	if (end[3 + strspn(end + 3, " ")] != '\0' || hour < 0 || hour > 24 || (hour == 24 && minute > 0))
		return false;
	*epoch = at_time_of_day(now, 0, hour, minute);
	if (past && *epoch > now)
		*epoch = at_time_of_day(now, -1, hour, minute);
	if (!past && *epoch <= now)
		*epoch = at_time_of_day(now, 1, hour, minute);
	return true;
}

static bool parse_span(const char *words, int64_t *span)
{
	static const struct { const char *name; int64_t seconds; } units[] = {
		{ "m", 60 }, { "min", 60 }, { "h", 3600 }, { "hours", 3600 }, { "hour", 3600 }, { "d", DAY }, { "days", DAY }, { "day", DAY },
	};
	char *end;
	long number = strtol(words, &end, 10);
	size_t length;

	if (end == words || number < 1 || number > 100000)
		return false;
	end += strspn(end, " ");
	length = strcspn(end, " ");
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		if (strlen(units[i].name) == length && strncasecmp(units[i].name, end, length) == 0) {
			*span = number * units[i].seconds;
			return end[length + strspn(end + length, " ")] == '\0' && *span <= (int64_t)SPAN_MOST * DAY;
		}
	}
	return false;
}

bool moment_parse(const char *words, int64_t now, bool past, int64_t *epoch)
{
	int64_t span;

	words += strspn(words, " ");
	*epoch = 0;
	if (*words == '\0')
		return !past;
	if (parse_time_of_day(words, now, past, epoch))
		return true;
	if (!parse_span(words, &span))
		return false;
	*epoch = past ? now - span : now + span;
	return true;
}

char *moment_words(struct arena *arena, int64_t epoch, int64_t now)
{
	time_t seconds = (time_t)epoch;
	struct tm local;
	char words[16];

	if (epoch > now - NEAR && epoch < now + NEAR) {
		clock_digits(epoch, 0, words);
		return arena_text(arena, words);
	}
	if (localtime_r(&seconds, &local) == NULL || strftime(words, sizeof words, "%m-%d", &local) == 0)
		return text_from_time(arena, epoch);
	return arena_text(arena, words);
}

char *moment_age(struct arena *arena, int64_t seconds)
{
	return seconds < 60 ? arena_text(arena, "now") : text_from_age(arena, seconds / 60 * 60);
}
