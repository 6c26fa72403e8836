/*
 * live_connections: the kinds of what Dovecot tells: connections and their
 * groups, services, processes, login slots, mailboxes.
 *
 * Numbers are decimal digits and empty where they are not known: what cannot be
 * read is never shown as nothing.  Filled by src/live.  Constant data; any
 * thread.
 */
#include "model/live_kinds.h"

static const struct field connections_fields[] = {
	[CONNECTION_USER] = {
		.name = "user", .label = "User", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections", .width = 32,
		.help = "The login of whoever is connected, as Dovecot knows it.",
	},
	[CONNECTION_SERVICE] = {
		.name = "service", .label = "Service", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections", .width = 9,
		.help = "The protocol: imap, pop3, sieve, lmtp, submission.",
	},
	[CONNECTION_ADDRESS] = {
		.name = "address", .label = "Address", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections", .width = 20,
		.help = "Where the connection comes from; empty for one from the server itself without an address.",
	},
	[CONNECTION_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections", .width = 12,
		.help = "The server that it is connected to.",
	},
	[CONNECTION_PID] = {
		.name = "pid", .label = "Process", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections", .width = 8,
		.help = "The process that serves it.",
	},
	{ .name = NULL },
};
const struct kind kind_live_connections = {
	.name = "connections", .title = "Connections", .noun = "connection", .internal = true, .fields = connections_fields, .name_field = "user",
	.help = "One row for each connection that is logged in, as doveadm who gives them.",
};

static const struct field connections_by_user_fields[] = {
	[BY_USER_USER] = {
		.name = "user", .label = "User", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by user", .width = 32,
		.help = "The login, as Dovecot knows it.",
	},
	[BY_USER_CONNECTIONS] = {
		.name = "connections", .label = "Connections", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by user", .width = 11,
		.help = "Connections that are logged in, of all services.",
	},
	[BY_USER_HIGHEST] = {
		.name = "highest", .label = "From one address", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by user", .width = 16,
		.help = "The most connections to one service of one server from one address; that is what the limit counts.",
	},
	[BY_USER_LIMIT] = {
		.name = "limit", .label = "Limit", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by user", .width = 6,
		.help = "mail_max_userip_connections of that service: more than these from one address are refused. 0 is no "
			"limit; empty where it cannot be read.",
	},
	[BY_USER_SERVICES] = {
		.name = "services", .label = "Services", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by user", .width = 16,
		.help = "The protocols in use.",
	},
	[BY_USER_ADDRESSES] = {
		.name = "addresses", .label = "Addresses", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by user", .width = 9,
		.help = "How many different addresses.",
	},
	[BY_USER_SERVERS] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by user", .width = 14,
		.help = "The servers that the connections are on.",
	},
	{ .name = NULL },
};
const struct kind kind_live_connections_by_user = {
	.name = "connections-by-user", .title = "Connections by user", .noun = "user", .internal = true, .fields = connections_by_user_fields, .name_field = "user",
	.help = "Who is connected, how often, and how near to the limit of connections from one address.",
};

static const struct field connections_by_address_fields[] = {
	[BY_ADDRESS_ADDRESS] = {
		.name = "address", .label = "Address", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by address", .width = 26,
		.help = "The address of the other side.",
	},
	[BY_ADDRESS_LOGGED_IN] = {
		.name = "logged_in", .label = "Logged in", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by address", .width = 9,
		.help = "Connections that are logged in.",
	},
	[BY_ADDRESS_TRYING] = {
		.name = "trying", .label = "Trying", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by address", .width = 7,
		.help = "Connections that hold a login slot and are not logged in; empty where that cannot be read.",
	},
	[BY_ADDRESS_PEOPLE] = {
		.name = "people", .label = "People", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by address", .width = 7,
		.help = "Different logins behind this address.",
	},
	[BY_ADDRESS_HIGHEST] = {
		.name = "highest", .label = "Highest of one", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by address", .width = 14,
		.help = "The most connections of one person to one service; that is what mail_max_userip_connections counts.",
	},
	[BY_ADDRESS_PENALTY] = {
		.name = "penalty", .label = "Penalty", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by address", .width = 7,
		.help = "How often Dovecot saw wrong passwords from it lately; it answers this address more slowly. Empty for "
			"none.",
	},
	[BY_ADDRESS_SERVICES] = {
		.name = "services", .label = "Services", .type = FIELD_TEXT, .flags = FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by address", .width = 16,
		.help = "The protocols in use.",
	},
	[BY_ADDRESS_SERVERS] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by address", .width = 14,
		.help = "The servers that it is connected to.",
	},
	{ .name = NULL },
};
const struct kind kind_live_connections_by_address = {
	.name = "connections-by-address", .title = "Connections by address", .noun = "address", .internal = true, .fields = connections_by_address_fields, .name_field = "address",
	.help = "Where connections come from: who is logged in there, and how many are only trying.",
};

static const struct field connections_by_network_fields[] = {
	[BY_NETWORK_NETWORK] = {
		.name = "network", .label = "Network", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by network", .width = 28,
		.help = "The first bits of the address: 24 of IPv4, 64 of IPv6.",
	},
	[BY_NETWORK_LOGGED_IN] = {
		.name = "logged_in", .label = "Logged in", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by network", .width = 9,
		.help = "Connections that are logged in.",
	},
	[BY_NETWORK_TRYING] = {
		.name = "trying", .label = "Trying", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by network", .width = 7,
		.help = "Connections that hold a login slot and are not logged in; empty where that cannot be read.",
	},
	[BY_NETWORK_PEOPLE] = {
		.name = "people", .label = "People", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by network", .width = 7,
		.help = "Different logins.",
	},
	[BY_NETWORK_ADDRESSES] = {
		.name = "addresses", .label = "Addresses", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by network", .width = 9,
		.help = "Different addresses that are logged in.",
	},
	[BY_NETWORK_PENALTY] = {
		.name = "penalty", .label = "Penalty", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by network", .width = 7,
		.help = "The highest penalty of one of its addresses; empty for none.",
	},
	[BY_NETWORK_SERVERS] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by network", .width = 14,
		.help = "The servers that it is connected to.",
	},
	{ .name = NULL },
};
const struct kind kind_live_connections_by_network = {
	.name = "connections-by-network", .title = "Connections by network", .noun = "network", .internal = true, .fields = connections_by_network_fields, .name_field = "network",
	.help = "Connections by networks of 256 IPv4 addresses (/24) and by IPv6 networks as a customer gets them (/64).",
};

static const struct field connections_by_server_fields[] = {
	[BY_SERVER_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by server", .width = 16,
		.help = "The server.",
	},
	[BY_SERVER_LOGGED_IN] = {
		.name = "logged_in", .label = "Logged in", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by server", .width = 9,
		.help = "Connections that are logged in.",
	},
	[BY_SERVER_TRYING] = {
		.name = "trying", .label = "Trying", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by server", .width = 7,
		.help = "Connections that hold a login slot and are not logged in; empty where that cannot be read.",
	},
	[BY_SERVER_PEOPLE] = {
		.name = "people", .label = "People", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by server", .width = 7,
		.help = "Different logins.",
	},
	[BY_SERVER_ADDRESSES] = {
		.name = "addresses", .label = "Addresses", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by server", .width = 9,
		.help = "Different addresses that are logged in.",
	},
	[BY_SERVER_SERVICES] = {
		.name = "services", .label = "Services", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by server", .width = 20,
		.help = "The protocols in use.",
	},
	{ .name = NULL },
};
const struct kind kind_live_connections_by_server = {
	.name = "connections-by-server", .title = "Connections by server", .noun = "server", .internal = true, .fields = connections_by_server_fields, .name_field = "server",
	.help = "How the connections are spread over the servers.",
};

static const struct field connections_by_service_fields[] = {
	[BY_SERVICE_SERVICE] = {
		.name = "service", .label = "Service", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by service", .width = 12,
		.help = "The protocol: imap, pop3, sieve, lmtp, submission.",
	},
	[BY_SERVICE_CONNECTIONS] = {
		.name = "connections", .label = "Connections", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by service", .width = 11,
		.help = "Connections that are logged in.",
	},
	[BY_SERVICE_PEOPLE] = {
		.name = "people", .label = "People", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by service", .width = 7,
		.help = "Different logins.",
	},
	[BY_SERVICE_ADDRESSES] = {
		.name = "addresses", .label = "Addresses", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Connections by service", .width = 9,
		.help = "Different addresses.",
	},
	[BY_SERVICE_SERVERS] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Connections by service", .width = 14,
		.help = "The servers.",
	},
	{ .name = NULL },
};
const struct kind kind_live_connections_by_service = {
	.name = "connections-by-service", .title = "Connections by service", .noun = "service", .internal = true, .fields = connections_by_service_fields, .name_field = "service",
	.help = "How the connections are spread over IMAP, POP3, ManageSieve and the others.",
};

static const struct field services_fields[] = {
	[SERVICES_SERVICE] = {
		.name = "service", .label = "Service", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Services", .width = 18,
		.help = "The service, as in the configuration of Dovecot.",
	},
	[SERVICES_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Services", .width = 12,
		.help = "The server it runs on.",
	},
	[SERVICES_USED] = {
		.name = "used", .label = "Used", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 7,
		.help = "How much of it is in use; empty where that cannot be known.",
	},
	[SERVICES_POSSIBLE] = {
		.name = "possible", .label = "Possible", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 8,
		.help = "process_limit times what one process takes at once.",
	},
	[SERVICES_FREE] = {
		.name = "free", .label = "Free", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 7,
		.help = "What is left.",
	},
	[SERVICES_PERCENT] = {
		.name = "percent", .label = "%", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 4,
		.help = "Used of possible.",
	},
	[SERVICES_UNIT] = {
		.name = "unit", .label = "Of", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 9,
		.help = "What is counted: logins, sessions, clients or processes.",
	},
	[SERVICES_FULL_IN] = {
		.name = "full_in", .label = "Full in min", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 6,
		.help = "Minutes until it is full at the rate of the last five; empty where it does not fill, or after a single look.",
	},
	[SERVICES_TURNED_AWAY] = {
		.name = "turned_away", .label = "Turned away", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 6,
		.help = "At least so many were turned away since its last start or reload, as far as somebody watched.",
	},
	[SERVICES_LAST_DROP] = {
		.name = "last_drop", .label = "Last turned away", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Services", .width = 20,
		.help = "When Dovecot last dropped a connection because the service was full; empty where it did not since its "
			"start or reload.",
	},
	[SERVICES_MODE] = {
		.name = "mode", .label = "Login mode", .type = FIELD_TEXT, .flags = FIELD_DERIVED, .group = "Services", .width = 24,
		.help = "One process for each login (high security), or many logins in a process (high performance).",
	},
	[SERVICES_PROCESSES] = {
		.name = "processes", .label = "Processes", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = "Services", .width = 9,
		.help = "Processes that run.",
	},
	[SERVICES_PROCESS_LIMIT] = {
		.name = "process_limit", .label = "Process limit", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = "Services", .width = 13,
		.help = "How many may run.",
	},
	[SERVICES_CLIENT_LIMIT] = {
		.name = "client_limit", .label = "Client limit", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = "Services", .width = 12,
		.help = "Connections that one process takes at once; service_count makes it smaller.",
	},
	[SERVICES_NOTE] = {
		.name = "note", .label = "Note", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Services", .width = 40,
		.help = "What a person should know of it.",
	},
	{ .name = NULL },
};
const struct kind kind_live_services = {
	.name = "services", .title = "Services", .noun = "service", .internal = true, .fields = services_fields, .name_field = "service",
	.help = "How full each service of Dovecot is, of what it can take in the login mode it runs in.",
};

static const struct field processes_fields[] = {
	[PROCESSES_SERVICE] = {
		.name = "service", .label = "Service", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Processes", .width = 18,
		.help = "The service it belongs to.",
	},
	[PROCESSES_PID] = {
		.name = "pid", .label = "Process", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Processes", .width = 8,
		.help = "Its number.",
	},
	[PROCESSES_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Processes", .width = 12,
		.help = "The server it runs on.",
	},
	[PROCESSES_AVAILABLE] = {
		.name = "available", .label = "Room", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Processes", .width = 7,
		.help = "Clients that it can still take.",
	},
	[PROCESSES_TOTAL] = {
		.name = "total", .label = "Served", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Processes", .width = 8,
		.help = "Clients that it has served in its life.",
	},
	[PROCESSES_IDLE] = {
		.name = "idle_since", .label = "Idle since", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Processes", .width = 20,
		.help = "Empty while it works.",
	},
	[PROCESSES_UPDATED] = {
		.name = "updated", .label = "Said so", .type = FIELD_TIME, .flags = FIELD_DERIVED, .group = "Processes", .width = 20,
		.help = "When it last told its master.",
	},
	{ .name = NULL },
};
const struct kind kind_live_processes = {
	.name = "processes", .title = "Processes", .noun = "process", .internal = true, .fields = processes_fields, .name_field = "service",
	.help = "The processes of Dovecot, and how many clients each can still take.",
};

static const struct field penalty_fields[] = {
	[PENALTY_ADDRESS] = {
		.name = "address", .label = "Address", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Kept waiting", .width = 26,
		.help = "The address or network.",
	},
	[PENALTY_PENALTY] = {
		.name = "penalty", .label = "Penalty", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Kept waiting", .width = 7,
		.help = "It grows with each failure and shrinks with time.",
	},
	[PENALTY_LAST] = {
		.name = "last", .label = "Last failure", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Kept waiting", .width = 20,
		.help = "When the last wrong password came, in the time of the server.",
	},
	[PENALTY_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Kept waiting", .width = 12,
		.help = "The server that keeps it waiting.",
	},
	{ .name = NULL },
};
const struct kind kind_live_penalty = {
	.name = "penalty", .title = "Kept waiting", .noun = "address", .internal = true, .fields = penalty_fields, .name_field = "address",
	.help = "Addresses that Dovecot answers more slowly since wrong passwords came from them.",
};

static const struct field log_errors_fields[] = {
	[LOG_ERRORS_WHEN] = {
		.name = "when", .label = "When", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Last errors of Dovecot", .width = 15,
		.help = "As Dovecot wrote it: in the time of the server, without a year.",
	},
	[LOG_ERRORS_LEVEL] = {
		.name = "level", .label = "Level", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Last errors of Dovecot", .width = 8,
		.help = "Warning, Error, Fatal or Panic.",
	},
	[LOG_ERRORS_TEXT] = {
		.name = "text", .label = "Line", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Last errors of Dovecot", .width = 60,
		.help = "The process and what it said.",
	},
	[LOG_ERRORS_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Last errors of Dovecot", .width = 12,
		.help = "The server whose log it is.",
	},
	{ .name = NULL },
};
const struct kind kind_live_log_errors = {
	.name = "log-errors", .title = "Last errors of Dovecot", .noun = "line", .internal = true, .fields = log_errors_fields, .name_field = "text",
	.help = "The last warnings and errors that the log process of Dovecot keeps in memory, newest first; a reload loses them.",
};

static const struct field slots_fields[] = {
	[SLOTS_ADDRESS] = {
		.name = "address", .label = "Address", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Login slots", .width = 26,
		.help = "The address of the other side.",
	},
	[SLOTS_TRYING] = {
		.name = "trying", .label = "Trying", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Login slots", .width = 7,
		.help = "Open and not logged in; empty where the sockets of the server cannot be read.",
	},
	[SLOTS_LOGGED_IN] = {
		.name = "logged_in", .label = "Logged in", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Login slots", .width = 9,
		.help = "Connections that are logged in.",
	},
	[SLOTS_OPEN] = {
		.name = "open", .label = "Open", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Login slots", .width = 7,
		.help = "Connections to the login ports that the kernel knows; empty where they cannot be read.",
	},
	[SLOTS_PEOPLE] = {
		.name = "people", .label = "People", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Login slots", .width = 7,
		.help = "Different logins behind this address.",
	},
	[SLOTS_HIGHEST] = {
		.name = "highest", .label = "Highest of one", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Login slots", .width = 14,
		.help = "The most connections of one person to one service.",
	},
	[SLOTS_PENALTY] = {
		.name = "penalty", .label = "Penalty", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Login slots", .width = 7,
		.help = "How often Dovecot saw wrong passwords from it lately; empty for none.",
	},
	[SLOTS_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Login slots", .width = 12,
		.help = "The server.",
	},
	{ .name = NULL },
};
const struct kind kind_live_slots = {
	.name = "slots", .title = "Login slots", .noun = "address", .internal = true, .fields = slots_fields, .name_field = "address",
	.help = "Who holds login slots: connections by address, with those that are not logged in, which who does not list.",
};

static const struct field mailboxes_fields[] = {
	[MAILBOXES_USER] = {
		.name = "user", .label = "User", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 32,
		.help = "Whose mailbox it is.",
	},
	[MAILBOXES_PERCENT] = {
		.name = "percent", .label = "%", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 4,
		.help = "Used of the limit, in bytes or in mails, whichever is fuller; empty without a limit.",
	},
	[MAILBOXES_USED] = {
		.name = "used", .label = "Used", .type = FIELD_SIZE, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 9,
		.help = "Bytes in use.",
	},
	[MAILBOXES_LIMIT] = {
		.name = "limit", .label = "Limit", .type = FIELD_SIZE, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 9,
		.help = "The quota; 0 is no limit.",
	},
	[MAILBOXES_MESSAGES] = {
		.name = "messages", .label = "Mails", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 8,
		.help = "Mails in it.",
	},
	[MAILBOXES_MESSAGE_LIMIT] = {
		.name = "message_limit", .label = "Mail limit", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 10,
		.help = "How many mails are allowed; 0 is no limit.",
	},
	[MAILBOXES_LOOKED_AT] = {
		.name = "looked_at", .label = "Looked at", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 20,
		.help = "When Dovecot was asked for these figures.",
	},
	[MAILBOXES_ROOT] = {
		.name = "root", .label = "Quota", .type = FIELD_TEXT, .flags = FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 14,
		.help = "The name of the quota, where there are several.",
	},
	[MAILBOXES_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = "Nearly full mailboxes", .width = 12,
		.help = "The server it lies on.",
	},
	{ .name = NULL },
};
const struct kind kind_live_mailboxes = {
	.name = "mailboxes", .title = "Nearly full mailboxes", .noun = "mailbox", .internal = true, .fields = mailboxes_fields, .name_field = "user",
	.help = "How full the mailboxes are that were looked at: only people who are connected or over quota lately, a bounded number at a time.",
};
