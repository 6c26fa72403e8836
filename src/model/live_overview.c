/*
 * live_overview: the kinds of servers, of what is read of them, of alarms and
 * of events.
 *
 * A figure that is not known is empty, never nothing.  Filled by src/live.
 * Constant data; any thread.
 */
#include "model/live_kinds.h"

#define GROUP "Server"
static const struct field overview_fields[] = {
	[LO_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server.",
	},
	[LO_STATE] = {
		.name = "state", .label = "State", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "up, old (what is shown is old) or dead (nothing of it answers).",
	},
	[LO_SINCE] = {
		.name = "since", .label = "Since", .type = FIELD_TIME, .flags = FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "Since when it is dead.",
	},
	[LO_PORTS] = {
		.name = "ports", .label = "Ports", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 24,
		.help = "Ports that answer, or those that do not.",
	},
	[LO_WALL] = {
		.name = "wall", .label = "Next wall", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "The service of Dovecot that is fullest against what it can take.",
	},
	[LO_USED] = {
		.name = "used", .label = "Used", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "How much of it is in use.",
	},
	[LO_POSSIBLE] = {
		.name = "possible", .label = "Of", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "How much it can take.",
	},
	[LO_UNIT] = {
		.name = "unit", .label = "Unit", .type = FIELD_TEXT, .flags = FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "What is counted: logins, sessions, clients, processes.",
	},
	[LO_FULL_IN] = {
		.name = "full_in", .label = "Full in min", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Minutes until it is full at the rate of the last five; empty where it does not fill, or after a single look.",
	},
	[LO_TURNED_AWAY] = {
		.name = "turned_away", .label = "Turned away", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "At least so many were turned away since the last start or reload of the service.",
	},
	[LO_LAST_DROP] = {
		.name = "last_drop", .label = "Last turned away", .type = FIELD_TIME, .flags = FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When somebody was turned away last.",
	},
	[LO_CONNECTIONS] = {
		.name = "connections", .label = "Connections", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Connections that are logged in.",
	},
	[LO_PEOPLE] = {
		.name = "people", .label = "People", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Different logins among them.",
	},
	[LO_QUEUED] = {
		.name = "queued", .label = "Queued", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Mails that wait, without those on hold.",
	},
	[LO_DEFERRED] = {
		.name = "deferred", .label = "Deferred", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Mails whose last try failed.",
	},
	[LO_HELD] = {
		.name = "held", .label = "On hold", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Mails that wait until somebody releases them.",
	},
	[LO_GROWS] = {
		.name = "grows", .label = "Grows", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 7,
		.help = "Mails a minute by which the queue grows or shrinks; empty after a single look.",
	},
	[LO_OLDEST] = {
		.name = "oldest", .label = "Oldest", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When the oldest waiting mail arrived.",
	},
	[LO_OWN_DEFERRED] = {
		.name = "own_deferred", .label = "Ours waiting", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Recipients in domains of ours that wait for over five minutes: an outage; empty where it is not known which domains are ours.",
	},
	[LO_DISK_QUEUE] = {
		.name = "disk_queue", .label = "Queue disk", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Percent in use of the file system of the queue, space or inodes.",
	},
	[LO_DISK_STORE] = {
		.name = "disk_store", .label = "Store disk", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Percent in use of the file system of the mail store.",
	},
	[LO_DISK_LOG] = {
		.name = "disk_log", .label = "Log disk", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Percent in use of the file system of the logs.",
	},
	[LO_LOAD] = {
		.name = "load", .label = "Load", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Load of the last minute.",
	},
	[LO_CERTIFICATE] = {
		.name = "certificate_days", .label = "Cert. days", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Days until the first certificate of a port ends.",
	},
	[LO_AGE] = {
		.name = "age_s", .label = "Age", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 5,
		.help = "Seconds since the oldest figure of the row was read.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_overview = {
	.name = "overview", .title = "Overview", .noun = "server", .internal = true, .fields = overview_fields, .name_field = "server",
	.help = "One row for each server, dead ones first, then by what needs a person most.",
};

#define GROUP "Server"
static const struct field server_fields[] = {
	[LS_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The name that it has here.",
	},
	[LS_STATE] = {
		.name = "state", .label = "State", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "up, partly (something of it cannot be read), dead (nothing of it answers) or unknown (nothing was asked).",
	},
	[LS_SINCE] = {
		.name = "since", .label = "Since", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "Since when it is so, where it is not up.",
	},
	[LS_ROLES] = {
		.name = "roles", .label = "Roles", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 18,
		.help = "mailbox, transport or both.",
	},
	[LS_FLAVOUR] = {
		.name = "flavour", .label = "Flavour", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "UCS or Debian.",
	},
	[LS_WAYS] = {
		.name = "ways", .label = "Ways", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 24,
		.help = "How doveadm, Postfix and the machine are reached: exec (here), ssh, http (the API of doveadm).",
	},
	[LS_TROUBLE] = {
		.name = "trouble", .label = "Trouble", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 40,
		.help = "What could not be read, and why.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_server = {
	.name = "servers", .title = "Servers", .noun = "server", .internal = true, .fields = server_fields, .name_field = "server",
	.help = "The mail servers, and how each is reached.",
};

#define GROUP "Source"
static const struct field source_fields[] = {
	[LR_SOURCE] = {
		.name = "source", .label = "Source", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "What is read: connections, queue, ports and so on.",
	},
	[LR_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server that it is read from.",
	},
	[LR_STATE] = {
		.name = "state", .label = "State", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "ok, old, failing, waiting (not asked yet) or none (no way to it).",
	},
	[LR_TAKEN] = {
		.name = "taken", .label = "Read at", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When it was read last.",
	},
	[LR_TOOK] = {
		.name = "took_ms", .label = "Took ms", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Milliseconds that reading took.",
	},
	[LR_FAILING_SINCE] = {
		.name = "failing_since", .label = "Failing since", .type = FIELD_TIME, .flags = FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "Since when it cannot be read.",
	},
	[LR_WORDS] = {
		.name = "words", .label = "Words", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 40,
		.help = "Why it cannot be read, or why there is no way to it.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_source = {
	.name = "sources", .title = "Sources", .noun = "source", .internal = true, .fields = source_fields, .name_field = "source",
	.help = "What is read of each server, and how old it is.",
};

#define GROUP "Alarm"
static const struct field alarm_fields[] = {
	[LA_ALARM] = {
		.name = "alarm", .label = "Alarm", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 28,
		.help = "Names it while it lasts.",
	},
	[LA_LEVEL] = {
		.name = "level", .label = "Level", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "note, warning or critical.",
	},
	[LA_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "The server; empty for the directory.",
	},
	[LA_SENTENCE] = {
		.name = "sentence", .label = "What", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 44,
		.help = "What is wrong, with figures.",
	},
	[LA_MORE] = {
		.name = "more", .label = "More", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 30,
		.help = "What else is known of it.",
	},
	[LA_SINCE] = {
		.name = "since", .label = "Since", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When it began.",
	},
	[LA_RULE] = {
		.name = "rule", .label = "Rule", .type = FIELD_TEXT, .flags = FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The rule that found it.",
	},
	[LA_ADVICE] = {
		.name = "advice", .label = "To do", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "The word of the site for what to do.",
	},
	[LA_KNOWN_BY] = {
		.name = "known_by", .label = "Known by", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "Who is on it.",
	},
	[LA_KNOWN_UNTIL] = {
		.name = "known_until", .label = "Known until", .type = FIELD_TIME, .flags = FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "Until when; empty: until it ends.",
	},
	[LA_SECTION] = {
		.name = "section", .label = "Section", .type = FIELD_TEXT, .flags = FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "The section where it is seen.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_alarm = {
	.name = "alarms", .title = "Alarms", .noun = "alarm", .internal = true, .fields = alarm_fields, .name_field = "alarm",
	.help = "What needs a person now, worst first, what somebody is on last.",
};

#define GROUP "Event"
static const struct field event_fields[] = {
	[LE_EVENT] = {
		.name = "event", .label = "Event", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_DERIVED, .group = GROUP, .width = 28,
		.help = "Names it for notes.",
	},
	[LE_BEGAN] = {
		.name = "began", .label = "Began", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When it began.",
	},
	[LE_ENDED] = {
		.name = "ended", .label = "Ended", .type = FIELD_TIME, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When it ended; empty while it lasts.",
	},
	[LE_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "The server; empty for what is of none in particular.",
	},
	[LE_SENTENCE] = {
		.name = "sentence", .label = "What", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 44,
		.help = "What it was at its worst.",
	},
	[LE_LEVEL] = {
		.name = "level", .label = "Level", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "note, warning or critical: the worst it was.",
	},
	[LE_WHO] = {
		.name = "who", .label = "Who", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "Who is or was on it.",
	},
	[LE_NOTE] = {
		.name = "note", .label = "Note", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 30,
		.help = "What was noted, a line for each note.",
	},
	[LE_RULE] = {
		.name = "rule", .label = "Rule", .type = FIELD_TEXT, .flags = FIELD_DERIVED, .group = GROUP, .width = 12,
		.help = "The rule of its alarm; note or silence.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_event = {
	.name = "events", .title = "Events", .noun = "event", .internal = true, .fields = event_fields, .name_field = "event",
	.help = "What began and ended, newest first, with notes and maintenance.",
};
