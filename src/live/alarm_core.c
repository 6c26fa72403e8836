/*
 * alarm_core: when a measured value becomes an alarm, gets worse, better, and
 * ends.
 *
 * A single peak is no alarm, and a value that swings around its mark is one
 * alarm and not twenty.  Pure, any thread.
 */
#include <math.h>

#include "live/alarms.h"

/* How far on the right side of a mark a value must be before it counts as better: a twentieth of the mark. */
#define LOWER 0.05

static bool beyond(double value, double mark, bool falling)
{
	return falling ? value <= mark : value >= mark;
}

/* The mark as it is while the level lasts. */
static double lower(double mark, bool falling)
{
	return falling ? mark + fabs(mark) * LOWER : mark - fabs(mark) * LOWER;
}

enum live_level alarm_level(const struct alarm_mark *mark, double value, enum live_level before)
{
	double critical = before >= LEVEL_CRITICAL ? lower(mark->critical, mark->falling) : mark->critical;
	double warn = before >= LEVEL_WARNING ? lower(mark->warn, mark->falling) : mark->warn;

	if (isnan(value))
		return LEVEL_OK;
	if (beyond(value, critical, mark->falling))
		return LEVEL_CRITICAL;
	return beyond(value, warn, mark->falling) ? LEVEL_WARNING : LEVEL_OK;
}

struct alarm_mark alarm_mark_of(const struct live_settings *settings, enum live_limit limit)
{
	const struct live_threshold *row = &live_thresholds[limit];
	struct alarm_mark mark = { row->warn, row->critical, row->falling };

	if (settings->thresholds) {
		mark.warn = settings->thresholds[limit][0];
		mark.critical = settings->thresholds[limit][1];
	}
	return mark;
}

/* Counts readings that are worse than what counts; the level they all reached is what begins. */
static void count_rising(struct alarm_track *track, enum live_level level, int64_t now)
{
	if (level <= track->level) {
		track->readings = 0;
		return;
	}
	if (track->readings == 0) {
		track->first = now;
		track->rising = level;
	}
	track->readings++;
	if (level < track->rising)
		track->rising = level;
}

enum alarm_step alarm_step(struct alarm_track *track, enum live_level level, unsigned needed, int64_t now)
{
	enum live_level before = track->level;

	count_rising(track, level, now);
	if (level < before)
		track->level = level;
	else if (track->readings >= needed)
		track->level = track->rising;
	if (track->level == before)
		return ALARM_SAME;
	track->readings = 0;
	if (before == LEVEL_OK) {
		track->since = track->first;
		return ALARM_BEGAN;
	}
	if (track->level == LEVEL_OK) {
		track->since = 0;
		return ALARM_ENDED;
	}
	return track->level > before ? ALARM_WORSE : ALARM_BETTER;
}
