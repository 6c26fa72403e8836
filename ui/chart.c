/*
 * chart: drawing small charts with plain signs.  Never fails; loop thread.
 */
#include "ui/chart.h"

#include <math.h>

/* From nothing to much; nine signs that every terminal and braille line has. */
static const char ramp[] = ".:-=+*#%@";
enum { RAMP = sizeof ramp - 1 };

void chart_bar(struct canvas *canvas, int row, int column, int width, enum style style, double part)
{
	int full;

	if (width < 1 || !(part >= 0))
		return;
	full = part >= 1 ? width : (int)(part * width);
	/* Something is never drawn as nothing, and not quite full never as full. */
	if (full == 0 && part > 0)
		full = 1;
	canvas_border(canvas, row, column, full, BORDER_BAR_FULL, style);
	canvas_border(canvas, row, column + full, width - full, BORDER_BAR_EMPTY, STYLE_DIM);
}

double chart_spark(struct canvas *canvas, int row, int column, int width, enum style style, const double *points, size_t count, double most)
{
	size_t from = count > (size_t)width ? count - (size_t)width : 0;
	double highest = NAN, lowest = NAN;
	int at = column + width - (int)(count - from);

	for (size_t i = from; i < count; i++) {
		if (!isnan(points[i]) && !(points[i] <= highest))
			highest = points[i];
		if (!isnan(points[i]) && !(points[i] >= lowest))
			lowest = points[i];
	}
	/* What does not change is drawn in the middle: a full line would look like a limit. */
	if (most <= 0)
		most = highest == lowest ? 2 * highest : highest;
	for (size_t i = from; i < count; i++, at++) {
		char sign[2] = " ";

		if (isnan(points[i]))
			continue;
		if (points[i] > 0)
			sign[0] = ramp[points[i] >= most ? RAMP - 1 : (int)(points[i] / most * RAMP)];
		else
			sign[0] = '_';
		canvas_words(canvas, row, at, 1, style, sign);
	}
	return highest;
}

void chart_squeeze(const double *points, size_t count, double *out, size_t places)
{
	for (size_t i = 0; i < places; i++) {
		size_t from = i * count / places, to = (i + 1) * count / places;

		out[i] = NAN;
		/* A peak is what a limit meets; an average would hide it. */
		for (size_t j = from; j < to || (j == from && j < count); j++) {
			if (!isnan(points[j]) && !(points[j] <= out[i]))
				out[i] = points[j];
		}
	}
}
