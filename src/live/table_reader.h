/*
 * table_reader: rows out of the two forms in which doveadm gives a table.
 *
 * `-f tab`: a line of titles, then a line a row, values parted by tabs, nothing
 * escaped (dovecot 5).  The API: an array of objects whose keys are other words
 * than the titles (dovecot 6).  Columns are found by name, so further ones (2.4
 * adds some) do no harm.  What makes no sense is counted and left out; bytes of
 * any kind never end the program.  Reads in the pieces in which bytes arrive,
 * holds one line at most.  One thread at a time.
 */
#ifndef POSTROOM_LIVE_TABLE_READER_H
#define POSTROOM_LIVE_TABLE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "hosts/hosts.h"

enum { TABLE_MOST_COLUMNS = 16 };
struct table_column {
	const char *title;                 /* of `-f tab`; ASCII case does not matter */
	const char *key;                   /* of the API, and of another version's title; NULL: the title */
	bool optional;                     /* a table without it is one all the same */
	bool rest;                         /* the last column, which may hold tabs: takes the rest of the line */
};
struct table_cell { const char *text; size_t length; };    /* zero-terminated, no zero byte inside; NULL: no such column */
/* One row, cells in the order of the columns asked for; borrowed. false: it makes no sense and counts as malformed. */
typedef bool table_reader_row(void *context, const struct table_cell *cells);

struct table_reader;
struct table_reader *table_reader_new(const struct table_column *columns, size_t count, table_reader_row *row, void *context);
void table_reader_free(struct table_reader *reader);         /* NULL is allowed */
/* Takes bytes as they come; FORM_JSON: one whole value. */
void table_reader_take(struct table_reader *reader, enum host_form form, const char *bytes, size_t length);
/*
 * The answer is complete. False with a sentence (without the server's name) where it was no such table: no line of
 * titles, a column missing, no JSON. A last line without its end was cut off and counts as malformed.
 */
bool table_reader_end(struct table_reader *reader, struct error *error);
size_t table_reader_rows(const struct table_reader *reader);       /* given to row and accepted */
size_t table_reader_malformed(const struct table_reader *reader);

/* Decimal digits and nothing else, not above most. */
bool table_reader_number(const struct table_cell *cell, uint64_t most, uint64_t *number);

#endif
