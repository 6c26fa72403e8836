/*
 * queue_tables: rows of one queue, for the tables of the last snapshots and for
 * those that are made of a listing of their own.  Loop thread; never fails.
 */
#ifndef POSTROOM_LIVE_QUEUE_TABLES_H
#define POSTROOM_LIVE_QUEUE_TABLES_H

#include "live/data.h"
#include "live/tables.h"

/* Adds the rows of a queue to a table; of (NULL: all): only the row of that name; at most so many groups, biggest first (0: all). */
typedef void queue_fill(struct rows *rows, const struct queue *queue, const char *server, const char *of, size_t most);
/* How a table is filled; NULL: it is none of the queue's. */
queue_fill *queue_fill_of(const struct live_table *table);

#endif
