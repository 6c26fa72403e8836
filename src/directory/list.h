/*
 * list: all objects of a kind as rows, streamed in batches.
 *
 * Runs on the thread of a connection that serves lists only, so that a long
 * list never delays the page a person waits for.
 */
#ifndef POSTROOM_DIRECTORY_LIST_H
#define POSTROOM_DIRECTORY_LIST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "directory/connection.h"
#include "directory/world.h"
#include "model/rows.h"

struct list_order {
	const struct kind *kind;
	const struct field *const *columns;
	size_t column_count;
	const char *words;                 /* NULL: all */
	const char *filter;                /* folded: only rows that row_matches finds; NULL: all */
	size_t limit;                      /* 0: none */
	bool attributes;                   /* rows carry the attributes of their entry */
	size_t page;                       /* entries a page; 0: one stream, and pages where the server cuts that */
	/* Both on this thread; the batch is handed over. */
	void (*batch)(void *context, struct rows *takes);
	bool (*stopped)(void *context);
	void *context;
};
struct list_outcome {
	bool complete;
	size_t count;
	char reason[200];                  /* "" where complete */
	struct error error;
};
/* The connection is ready. Errors are in the outcome; rows that came before one count. */
void list_read(struct world *world, struct connection *connection, const struct list_order *order, struct list_outcome *outcome);
/* The server-side filter for the words; it finds neither other accents nor all that a list's filter finds. Arena. */
struct filter *list_filter(const struct world *world, struct arena *arena, const struct kind *kind, const char *words);

#endif
