/*
 * tables: how a table fills its rows; for the files of live/ that make one.
 *
 * A batch has all fields of the kind as columns, in their order; a cell is set
 * by the number of its field.  Texts are copied into the batch.  Loop thread.
 */
#ifndef POSTROOM_LIVE_TABLES_H
#define POSTROOM_LIVE_TABLES_H

#include <stdint.h>

#include "live/source.h"
#include "model/rows.h"

/* Every field is a column, so that lists, --columns and JSON choose. */
struct rows *table_new(const struct kind *kind);
/* A new row whose key is `name`, and with a place (the server's name; NULL: none). */
struct row *table_row(struct rows *rows, const char *name, const char *server);
void table_text(struct rows *rows, struct row *row, size_t column, const char *text);      /* NULL: no value */
void table_number(struct rows *rows, struct row *row, size_t column, uint64_t number);
void table_flag(struct rows *rows, struct row *row, size_t column, bool flag);
void table_time(struct rows *rows, struct row *row, size_t column, int64_t epoch);         /* 0: no value */
/* Keeps the first `most` rows (0: all) and makes their `folded` from columns with FIELD_SEARCH or FIELD_KEY; once, at the end. */
struct rows *table_done(struct rows *rows, size_t most);

/* The tables themselves, each beside its source. */
extern const struct live_table table_queue, table_queue_by_domain, table_queue_by_reason, table_queue_by_sender,
	table_queue_by_age;
extern const struct live_table table_connections, table_connections_by_user, table_connections_by_address, table_connections_by_network,
	table_connections_by_server, table_connections_by_service, table_services, table_processes, table_penalty, table_log_errors,
	table_slots, table_mailboxes;
extern const struct live_table table_overview, table_servers, table_sources, table_alarms, table_events;
extern const struct live_table table_ports, table_disks, table_machine, table_inner, table_testmail, table_directory;

#endif
