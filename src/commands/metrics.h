/*
 * metrics: what is told to Prometheus, as a table; for metrics.c, the manual
 * and tests.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_METRICS_H
#define POSTROOM_COMMANDS_METRICS_H

#include <stdbool.h>

#include "base/text.h"
#include "live/live.h"

enum { METRIC_LABELS = 3 };
enum metric_how {
	METRIC_NUMBER,         /* the number of the field */
	METRIC_MILLI,          /* milliseconds as seconds */
	METRIC_TIME,           /* a time as seconds since 1970 */
	METRIC_IS,             /* 1 where the field says this word, else 0 */
	METRIC_NOT,            /* 0 where the field says one of these words, else 1 */
	METRIC_ONE             /* 1 for each row */
};
struct metric {
	const char *name;                  /* NULL ends the table */
	const char *help;
	const char *table, *field;         /* of live_tables */
	const char *labels[METRIC_LABELS]; /* names of fields too; NULL: none */
	enum metric_how how;
	const char *word;
	const char *except;                /* no sample where the field says this; NULL: none */
};
extern const struct metric metrics[];
/* Everything that is known of this server (LIVE_ALL: every one), as text. */
void metrics_write(struct text *out, struct live *live, size_t host);
/* False: the field says nothing. */
bool metric_value(const struct metric *metric, const char *words, double *value);

#endif
