/*
 * live_kinds: the nouns of what is going on: connections, queues, messages.
 *
 * Tables of live/ are made of them, so that lists, printers and JSON read their
 * fields as they read those of the directory.  They are nobody's there: not in
 * kinds[], nothing writes them.  Beside a kind stand the places of its fields
 * for whoever fills rows; a test holds them against the names.  Constant data,
 * any thread.
 */
#ifndef POSTROOM_MODEL_LIVE_KINDS_H
#define POSTROOM_MODEL_LIVE_KINDS_H

#include "model/kind.h"

/* All of them; ends with NULL. */
extern const struct kind *const live_kinds[];

/* --- connections, services, slots, mailboxes (live_connections.c) --------------------------------- */

extern const struct kind kind_live_connections, kind_live_connections_by_user, kind_live_connections_by_address, kind_live_connections_by_network,
	kind_live_connections_by_server, kind_live_connections_by_service, kind_live_services, kind_live_processes, kind_live_penalty, kind_live_log_errors,
	kind_live_slots, kind_live_mailboxes;

/* Fields by their number in the table of each kind, for those that fill the rows. */
enum connections_field { CONNECTION_USER, CONNECTION_SERVICE, CONNECTION_ADDRESS, CONNECTION_SERVER, CONNECTION_PID, CONNECTION_FIELDS };
enum by_user_field { BY_USER_USER, BY_USER_CONNECTIONS, BY_USER_HIGHEST, BY_USER_LIMIT, BY_USER_SERVICES, BY_USER_ADDRESSES, BY_USER_SERVERS, BY_USER_FIELDS };
enum by_address_field { BY_ADDRESS_ADDRESS, BY_ADDRESS_LOGGED_IN, BY_ADDRESS_TRYING, BY_ADDRESS_PEOPLE, BY_ADDRESS_HIGHEST, BY_ADDRESS_PENALTY,
	BY_ADDRESS_SERVICES, BY_ADDRESS_SERVERS, BY_ADDRESS_FIELDS };
enum by_network_field { BY_NETWORK_NETWORK, BY_NETWORK_LOGGED_IN, BY_NETWORK_TRYING, BY_NETWORK_PEOPLE, BY_NETWORK_ADDRESSES, BY_NETWORK_PENALTY,
	BY_NETWORK_SERVERS, BY_NETWORK_FIELDS };
enum by_server_field { BY_SERVER_SERVER, BY_SERVER_LOGGED_IN, BY_SERVER_TRYING, BY_SERVER_PEOPLE, BY_SERVER_ADDRESSES, BY_SERVER_SERVICES, BY_SERVER_FIELDS };
enum by_service_field { BY_SERVICE_SERVICE, BY_SERVICE_CONNECTIONS, BY_SERVICE_PEOPLE, BY_SERVICE_ADDRESSES, BY_SERVICE_SERVERS, BY_SERVICE_FIELDS };
enum services_field { SERVICES_SERVICE, SERVICES_SERVER, SERVICES_USED, SERVICES_POSSIBLE, SERVICES_FREE, SERVICES_PERCENT, SERVICES_UNIT, SERVICES_FULL_IN, SERVICES_TURNED_AWAY, SERVICES_LAST_DROP,
	SERVICES_MODE, SERVICES_PROCESSES, SERVICES_PROCESS_LIMIT, SERVICES_CLIENT_LIMIT, SERVICES_NOTE, SERVICES_FIELDS };
enum processes_field { PROCESSES_SERVICE, PROCESSES_PID, PROCESSES_SERVER, PROCESSES_AVAILABLE, PROCESSES_TOTAL, PROCESSES_IDLE, PROCESSES_UPDATED, PROCESSES_FIELDS };
enum penalty_field { PENALTY_ADDRESS, PENALTY_PENALTY, PENALTY_LAST, PENALTY_SERVER, PENALTY_FIELDS };
enum log_errors_field { LOG_ERRORS_WHEN, LOG_ERRORS_LEVEL, LOG_ERRORS_TEXT, LOG_ERRORS_SERVER, LOG_ERRORS_FIELDS };
enum slots_field { SLOTS_ADDRESS, SLOTS_TRYING, SLOTS_LOGGED_IN, SLOTS_OPEN, SLOTS_PEOPLE, SLOTS_HIGHEST, SLOTS_PENALTY, SLOTS_SERVER, SLOTS_FIELDS };
enum mailboxes_field { MAILBOXES_USER, MAILBOXES_PERCENT, MAILBOXES_USED, MAILBOXES_LIMIT, MAILBOXES_MESSAGES, MAILBOXES_MESSAGE_LIMIT,
	MAILBOXES_LOOKED_AT, MAILBOXES_ROOT, MAILBOXES_SERVER, MAILBOXES_FIELDS };

/* --- servers, what is read of them, alarms, events (live_overview.c) -------------------------------- */

extern const struct kind kind_live_overview;           /* a server with its worst figures */
enum live_overview_field {
	LO_SERVER, LO_STATE, LO_SINCE, LO_PORTS, LO_WALL, LO_USED, LO_POSSIBLE, LO_UNIT, LO_FULL_IN, LO_TURNED_AWAY, LO_LAST_DROP, LO_CONNECTIONS,
	LO_PEOPLE, LO_QUEUED, LO_DEFERRED, LO_HELD, LO_GROWS, LO_OLDEST, LO_OWN_DEFERRED, LO_DISK_QUEUE, LO_DISK_STORE, LO_DISK_LOG, LO_LOAD,
	LO_CERTIFICATE, LO_AGE, LO_FIELDS
};
extern const struct kind kind_live_server;             /* a server and how it is reached */
enum live_server_field { LS_SERVER, LS_STATE, LS_SINCE, LS_ROLES, LS_FLAVOUR, LS_WAYS, LS_TROUBLE, LS_FIELDS };
extern const struct kind kind_live_source;             /* a source of a server, and how old what it gave is */
enum live_source_field { LR_SOURCE, LR_SERVER, LR_STATE, LR_TAKEN, LR_TOOK, LR_FAILING_SINCE, LR_WORDS, LR_FIELDS };
extern const struct kind kind_live_alarm;
enum live_alarm_field {
	LA_ALARM, LA_LEVEL, LA_SERVER, LA_SENTENCE, LA_MORE, LA_SINCE, LA_RULE, LA_ADVICE, LA_KNOWN_BY, LA_KNOWN_UNTIL, LA_SECTION, LA_FIELDS
};
extern const struct kind kind_live_event;
enum live_event_field { LE_EVENT, LE_BEGAN, LE_ENDED, LE_SERVER, LE_SENTENCE, LE_LEVEL, LE_WHO, LE_NOTE, LE_RULE, LE_FIELDS };

/* --- ports, machine, inner services, test mail, directory (live_machine.c) --------------------------- */

extern const struct kind kind_live_ports, kind_live_disks, kind_live_machine, kind_live_inner, kind_live_testmail, kind_live_directory;
enum live_ports_field { LP_PORT, LP_SERVER, LP_PROTOCOL, LP_STATE, LP_TOOK, LP_TLS, LP_DAYS, LP_UNTIL, LP_NAMES, LP_MATCHES, LP_TRUSTED, LP_GREETING, LP_TROUBLE, LP_FIELDS };
enum live_disks_field { LD_PATH, LD_SERVER, LD_WHAT, LD_PERCENT, LD_SIZE, LD_FREE, LD_INODES, LD_INODES_FREE, LD_HOURS, LD_DEVICE, LD_FIELDS };
enum live_machine_field { LX_SERVER, LX_LOAD1, LX_LOAD5, LX_LOAD15, LX_CORES, LX_MEMORY, LX_MEMORY_FREE, LX_FIELDS };
enum live_inner_field { LI_NAME, LI_SERVER, LI_STATE, LI_WORDS, LI_TOOK, LI_AGE, LI_PLACE, LI_FIELDS };
enum live_testmail_field { LT_SERVER, LT_ARRIVED, LT_TOOK, LT_WORDS, LT_FIELDS };
enum live_directory_field { LY_URI, LY_STATE, LY_LATENCY, LY_LAG, LY_WORDS, LY_FIELDS };

/* --- queue (live_queue.c) ----------------------------------------------------------------------- */

extern const struct kind kind_live_queue;              /* a queue of a server */
enum live_queue_field { LQ_QUEUE, LQ_SERVER, LQ_MAILS, LQ_RECIPIENTS, LQ_BYTES, LQ_OLDEST, LQ_FIELDS };

/* By recipient domain, by reason, by sender: the same fields, then some of their own. */
extern const struct kind kind_live_queue_domain, kind_live_queue_reason, kind_live_queue_sender;
enum live_queue_group_field {
	LQG_NAME, LQG_SERVER, LQG_RECIPIENTS, LQG_MAILS, LQG_AGES, LQG_DEFERRED = LQG_AGES + 10, LQG_LATE, LQG_OLDEST,
	LQG_MORE,                                      /* domain: its most frequent reason; reason: one in full */
	LQG_OURS                                       /* domain only */
};

extern const struct kind kind_live_queue_age;          /* how old what waits is */
enum live_queue_age_field { LQA_AGE, LQA_SERVER, LQA_RECIPIENTS, LQA_MAILS, LQA_FIELDS };

extern const struct kind kind_live_message;            /* a message in a queue */
enum live_message_field {
	LM_ID, LM_SERVER, LM_QUEUE, LM_ARRIVAL, LM_SIZE, LM_SENDER, LM_RECIPIENTS, LM_COUNT, LM_REASON, LM_EXPIRED, LM_FIELDS
};

/* --- one person (live_person.c) --------------------------------------------------------------------- */

extern const struct kind kind_live_filters, kind_live_absence, kind_live_access, kind_live_folders, kind_live_log, kind_live_smtp,
	kind_live_refused, kind_live_sent, kind_live_script;
enum live_filters_field { LF_SCRIPT, LF_ACTIVE, LF_SENDS_TO, LF_SERVER, LF_FIELDS };
enum live_absence_field { LB_SCRIPT, LB_FROM, LB_UNTIL, LB_SUBJECT, LB_TEXT, LB_ADDRESSES, LB_NOTE, LB_SERVER, LB_FIELDS };
enum live_access_field { LC_FOLDER, LC_WHO, LC_RIGHTS, LC_SERVER, LC_FIELDS };
enum live_folders_field { LZ_FOLDER, LZ_MESSAGES, LZ_SIZE, LZ_SERVER, LZ_FIELDS };
enum live_log_field { LL_TIME, LL_TEXT, LL_SERVER, LL_FIELDS };
enum live_sent_field { LG_ID, LG_TIME, LG_LOGIN, LG_SERVER, LG_FIELDS };
enum live_smtp_field { LT_SMTP_PID, LT_SMTP_LOGIN, LT_SMTP_CLIENT, LT_SMTP_SINCE, LT_SMTP_MAILS, LT_SMTP_SERVER, LT_SMTP_FIELDS };
enum live_script_field { LW_TEXT, LW_SCRIPT, LW_SERVER, LW_FIELDS };
enum live_refused_field { LRL_LOGIN, LRL_ANSWER, LRL_SERVER, LRL_FIELDS };

#endif
