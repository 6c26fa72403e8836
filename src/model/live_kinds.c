/*
 * live_kinds: the array of the kinds that src/live computes, and finding in it.
 *
 * Constant data; nothing fails.  Any thread.
 */
#include "model/live_kinds.h"


const struct kind *const live_kinds[] = {
	&kind_live_connections, &kind_live_connections_by_user, &kind_live_connections_by_address, &kind_live_connections_by_network,
	&kind_live_connections_by_server, &kind_live_connections_by_service, &kind_live_services, &kind_live_processes, &kind_live_penalty, &kind_live_log_errors,
	&kind_live_slots, &kind_live_mailboxes,
	&kind_live_queue, &kind_live_queue_domain, &kind_live_queue_reason, &kind_live_queue_sender, &kind_live_queue_age, &kind_live_message,
	&kind_live_overview, &kind_live_server, &kind_live_source, &kind_live_alarm, &kind_live_event,
	&kind_live_ports, &kind_live_disks, &kind_live_machine, &kind_live_inner, &kind_live_testmail, &kind_live_directory,
	&kind_live_filters, &kind_live_absence, &kind_live_access, &kind_live_folders, &kind_live_log, &kind_live_smtp, &kind_live_refused, &kind_live_sent, &kind_live_script,
	NULL,
};
