/*
 * live_words: cells of live tables in few columns.
 *
 * A full time of ISO 8601 takes twenty columns and says the year of a mail that
 * came an hour ago.  Never fails: what is no time stays as it is.  Loop thread.
 */
#include "ui/live_words.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

const char *live_words_short(struct arena *arena, uint64_t count)
{
	static const struct { uint64_t unit; const char *name; } units[] = { { 1000000000, "G" }, { 1000000, "M" }, { 1000, "k" } };

	/* Rounded down: 999,999 is 999k and not 1.0M. */
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		uint64_t whole = count / units[i].unit, tenth = count % units[i].unit * 10 / units[i].unit;

		if (whole >= 10)
			return arena_format(arena, "%llu%s", (unsigned long long)whole, units[i].name);
		if (whole > 0)
			return arena_format(arena, "%llu.%llu%s", (unsigned long long)whole, (unsigned long long)tenth, units[i].name);
	}
	return arena_format(arena, "%llu", (unsigned long long)count);
}

const char *live_words_time(struct arena *arena, const char *value, int64_t now)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm then = { 0 }, today = { 0 };
	time_t seconds, present = (time_t)now;
	int64_t epoch;

	if (!text_to_time_iso(value, &epoch))
		return NULL;
	seconds = (time_t)epoch;
	localtime_r(&seconds, &then);
	localtime_r(&present, &today);
	if (then.tm_year != today.tm_year)
		return arena_format(arena, "%d-%02d-%02d", then.tm_year + 1900, then.tm_mon + 1, then.tm_mday);
	if (then.tm_yday != today.tm_yday)
		return arena_format(arena, "%2d %s %02d:%02d", then.tm_mday, months[then.tm_mon], then.tm_hour, then.tm_min);
	return arena_format(arena, "%02d:%02d", then.tm_hour, then.tm_min);
}

/* Numbers that name something are no amounts. */
static bool is_name(const struct field *field)
{
	return field->flags & FIELD_KEY || strcmp(field->name, "pid") == 0 || strcmp(field->name, "port") == 0;
}

const char *live_words(struct arena *arena, const struct field *field, const struct value *value, int64_t now)
{
	if (field->type == FIELD_TIME)
		return live_words_time(arena, value->bytes, now);
	if (field->type == FIELD_NUMBER && !is_name(field))
		return text_from_count(arena, strtoll(value->bytes, NULL, 10));
	return NULL;
}
