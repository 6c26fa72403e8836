/*
 * tables: all live tables, and the one way to their rows.
 *
 * A table is a row here and a function beside its source.  An unknown name
 * gives an empty batch without columns.  Loop thread.
 */
#include "live/live_private.h"

#include <string.h>

#include "live/tables.h"

const struct live_table *const live_tables[] = {
	&table_connections, &table_connections_by_user, &table_connections_by_address, &table_connections_by_network,
	&table_connections_by_server, &table_connections_by_service, &table_services, &table_processes, &table_penalty, &table_log_errors,
	&table_slots, &table_mailboxes,
	&table_queue, &table_queue_by_domain, &table_queue_by_reason, &table_queue_by_sender, &table_queue_by_age,
	&table_overview, &table_servers, &table_sources, &table_alarms, &table_events,
	&table_ports, &table_disks, &table_machine, &table_inner, &table_testmail, &table_directory,
	NULL,
};

const struct live_table *live_table_find(const char *name)
{
	size_t i;

	for (i = 0; live_tables[i]; i++)
		if (!strcmp(live_tables[i]->name, name))
			return live_tables[i];
	return NULL;
}

struct rows *live_rows(struct live *live, const struct live_question *question)
{
	const struct live_table *table = live_table_find(question->table);
	struct rows *rows = table ? table->make(live, question) : NULL;

	return rows ? rows : rows_new(table ? table->kind : NULL, NULL, 0);
}
