/*
 * chart: a bar, a sparkline and a heat cell, the same signs in every terminal.
 *
 * Levels are signs first and styles second, so they can be read without
 * colour.  Draws only, never fails; loop thread.
 */
#ifndef POSTROOM_UI_CHART_H
#define POSTROOM_UI_CHART_H

#include <stddef.h>

#include "ui/canvas.h"

/* A bar of `width` columns, full to `part` (0..1; above 1 is full). At least one cell where part is above 0. */
void chart_bar(struct canvas *canvas, int row, int column, int width, enum style style, double part);
/*
 * The last `width` points, newest at the right edge, as signs from low to high against `most` (0: the highest
 * of the points); NAN is a gap. Returns the highest point that is shown, NAN where none is.
 */
double chart_spark(struct canvas *canvas, int row, int column, int width, enum style style, const double *points, size_t count, double most);

/* Into other many places, each the highest of its points, NAN where none of them is known. */
void chart_squeeze(const double *points, size_t count, double *out, size_t places);

#endif
