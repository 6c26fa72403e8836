/*
 * list_private: a list that is being read, for list.c and list_exploded.c.
 *
 * On the list connection's thread.
 */
#ifndef POSTROOM_DIRECTORY_LIST_PRIVATE_H
#define POSTROOM_DIRECTORY_LIST_PRIVATE_H

#include <ldap.h>

#include "base/text.h"
#include "directory/explode.h"
#include "directory/list.h"

enum { BATCH_MOST = 500, BATCH_FIRST = 100 };

struct list_run {
	struct world *world;
	struct connection *connection;
	const struct list_order *order;
	struct list_outcome *outcome;
	struct arena *arena;               /* for the whole list */
	struct arena *scratch;             /* for one batch */
	const struct profile_kind *kind;
	const struct mapping *key, **columns, **searched;     /* looked up once, not for each row */
	size_t searched_count;
	enum known mode;
	int64_t now;
	struct rows *rows;                 /* being filled; NULL: none */
	struct text line;                  /* for joining, used again for each row */
	size_t batches, references;
	char elsewhere[112];               /* where the first reference points */
	bool enough, stopped;
	size_t seen;                       /* entries that came, with a row of theirs or without; of the kind being read */
	char last_id[64];                  /* entryUUID of the last of them */
	size_t skip;                       /* entries of a second run that the first one gave already */
	struct explosion *explosion;       /* rows out of entries of other kinds; NULL: an entry is a row */
	size_t from;                       /* which of those kinds is being read */
	bool census;                       /* addresses are counted */
	bool rowless;                      /* and nothing else is done with the entries */
	bool again;                        /* rows that came before get what the census told */
};

/* Begins with an empty scratch arena. */
void list_fresh_scratch(struct list_run *run);
/* Gives the rows read so far to the receiver, and begins with an empty scratch arena. */
void list_hand_over(struct list_run *run);
/*
 * All entries that fulfil the filter, in one stream or in pages, and in pages where the server cuts the stream.
 * Returns the LDAP code, negative where the connection was lost.
 */
int list_read_entries(struct list_run *run, const char *filter, const char **attributes);

/* list_exploded.c: rows that come out of entries of other kinds. */
void list_explode(struct list_run *run, const struct entry *entry);
int list_read_exploded(struct list_run *run);

#endif
