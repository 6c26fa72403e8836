/*
 * table_ask: asks one command whose answer is a table of doveadm, and the
 * common shape of the sources that are one such table.
 *
 * Fails by the end's error, a sentence with the server's name; exactly one end
 * comes, never from inside the call, none after a cancel.  Loop thread.
 */
#ifndef POSTROOM_LIVE_TABLE_ASK_H
#define POSTROOM_LIVE_TABLE_ASK_H

#include "live/source.h"
#include "live/table_reader.h"

struct table_end {
	struct error error;                /* NONE: a table came, perhaps without rows */
	size_t rows, malformed;
	int status;
};
struct table_question {
	const char *command;               /* a row of host_commands */
	const char *const *holes;          /* copied */
	size_t hole_count;
	const struct table_column *columns;    /* kept */
	size_t column_count;
	size_t most;                       /* bytes at most; 0: as host_run says */
	table_reader_row *row;
	void (*done)(void *context, const struct table_end *end);
	void *context;
};
struct table_asking;
struct table_asking *table_ask(struct hosts *hosts, size_t host, const struct table_question *question);
void table_ask_cancel(struct table_asking *asking);          /* no row and no end come any more; NULL is allowed */

/* A source that is one table: what it reads and how rows become a snapshot. */
struct table_source {
	const char *command;
	const struct table_column *columns;
	size_t column_count;
	void *(*begin)(void);              /* an empty snapshot in the making */
	table_reader_row *row;                    /* context: what begin gave */
	void *(*finish)(void *making, const struct table_end *end);    /* the snapshot; takes what was in the making */
	void (*drop)(void *making);        /* it failed or was cancelled */
};
struct asking *table_source_ask(struct live *live, size_t host, const struct table_source *source, asked *done, void *context);
void table_source_cancel(struct asking *asking);

/*
 * For source.applies: a mail server with a way for this command. *reason is NULL where it stores no mail, else why
 * there is no way (valid until the next call).
 */
bool mailbox_way(struct live *live, size_t host, const char *command, const char **reason);

#endif
