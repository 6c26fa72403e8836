/*
 * live_machine: the kinds of ports, file systems, machines, inner services,
 * test mails and servers of the directory.
 *
 * A figure that is not known is empty, never nothing.  Filled by src/live.
 * Constant data; any thread.
 */
#include "model/live_kinds.h"

#define GROUP "Port"
static const struct field ports_fields[] = {
	[LP_PORT] = {
		.name = "port", .label = "Port", .type = FIELD_NUMBER, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "The port that was tried.",
	},
	[LP_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server.",
	},
	[LP_PROTOCOL] = {
		.name = "protocol", .label = "Protocol", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 11,
		.help = "What should answer there.",
	},
	[LP_STATE] = {
		.name = "state", .label = "State", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "ok, wrong (it answers, but not as it should) or closed.",
	},
	[LP_TOOK] = {
		.name = "took_ms", .label = "Took ms", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Milliseconds until it had greeted.",
	},
	[LP_TLS] = {
		.name = "tls", .label = "TLS", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "implicit, STARTTLS or none.",
	},
	[LP_DAYS] = {
		.name = "certificate_days", .label = "Cert. days", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Days that its certificate is still valid; 0: it is not.",
	},
	[LP_UNTIL] = {
		.name = "certificate_until", .label = "Certificate until", .type = FIELD_TIME, .flags = FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "When its certificate ends.",
	},
	[LP_NAMES] = {
		.name = "names", .label = "Names", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 24,
		.help = "The names that the certificate is made for.",
	},
	[LP_MATCHES] = {
		.name = "name_matches", .label = "Name matches", .type = FIELD_FLAG, .flags = FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Whether the server's own name is among them.",
	},
	[LP_TRUSTED] = {
		.name = "trusted", .label = "Trusted", .type = FIELD_FLAG, .flags = FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Whether the certificate comes from an authority that is trusted here.",
	},
	[LP_GREETING] = {
		.name = "greeting", .label = "Greeting", .type = FIELD_TEXT, .flags = FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 30,
		.help = "The first line that it said.",
	},
	[LP_TROUBLE] = {
		.name = "trouble", .label = "Trouble", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 40,
		.help = "What is wrong.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_ports = {
	.name = "ports", .title = "Ports", .noun = "port", .internal = true, .fields = ports_fields, .name_field = "port",
	.help = "The ports of each server, tried from here.",
};

#define GROUP "File system"
static const struct field disks_fields[] = {
	[LD_PATH] = {
		.name = "path", .label = "Path", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "Where it is mounted, or the path that was asked about.",
	},
	[LD_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server.",
	},
	[LD_WHAT] = {
		.name = "what", .label = "What", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 18,
		.help = "queue, mail store, log, or several of them that share it.",
	},
	[LD_PERCENT] = {
		.name = "percent", .label = "Full %", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Percent in use, of space or inodes, whichever is more.",
	},
	[LD_SIZE] = {
		.name = "bytes", .label = "Size", .type = FIELD_SIZE, .flags = FIELD_COLUMN | FIELD_AMOUNT | FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "Bytes that it has.",
	},
	[LD_FREE] = {
		.name = "bytes_free", .label = "Free", .type = FIELD_SIZE, .flags = FIELD_COLUMN | FIELD_AMOUNT | FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "Bytes that can be written.",
	},
	[LD_INODES] = {
		.name = "inodes", .label = "Inodes", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "Files that it can hold.",
	},
	[LD_INODES_FREE] = {
		.name = "inodes_free", .label = "Inodes free", .type = FIELD_NUMBER, .flags = FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "Files that can be added.",
	},
	[LD_HOURS] = {
		.name = "hours_left", .label = "Full in h", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Hours until it is full at its present rate; empty where it does not fill, or after a single look.",
	},
	[LD_DEVICE] = {
		.name = "device", .label = "Device", .type = FIELD_TEXT, .flags = FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 20,
		.help = "What is mounted there.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_disks = {
	.name = "disks", .title = "File systems", .noun = "file system", .internal = true, .fields = disks_fields, .name_field = "path",
	.help = "The file systems that mail needs.",
};

#define GROUP "Machine"
static const struct field machine_fields[] = {
	[LX_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server.",
	},
	[LX_LOAD1] = {
		.name = "load_1", .label = "Load 1 min", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Load of the last minute.",
	},
	[LX_LOAD5] = {
		.name = "load_5", .label = "5 min", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Load of the last five minutes.",
	},
	[LX_LOAD15] = {
		.name = "load_15", .label = "15 min", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Load of the last fifteen minutes.",
	},
	[LX_CORES] = {
		.name = "cores", .label = "Processors", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Processors that it has.",
	},
	[LX_MEMORY] = {
		.name = "memory", .label = "Memory", .type = FIELD_SIZE, .flags = FIELD_COLUMN | FIELD_AMOUNT | FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "Bytes of memory.",
	},
	[LX_MEMORY_FREE] = {
		.name = "memory_free", .label = "Free", .type = FIELD_SIZE, .flags = FIELD_COLUMN | FIELD_AMOUNT | FIELD_DERIVED, .group = GROUP, .width = 9,
		.help = "Bytes that are free or can be freed.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_machine = {
	.name = "machines", .title = "Machines", .noun = "machine", .internal = true, .fields = machine_fields, .name_field = "server",
	.help = "Load and memory of each server.",
};

#define GROUP "Service"
static const struct field inner_fields[] = {
	[LI_NAME] = {
		.name = "service", .label = "Service", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "A service between Postfix and Dovecot, or beside them.",
	},
	[LI_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server.",
	},
	[LI_STATE] = {
		.name = "ok", .label = "Works", .type = FIELD_FLAG, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 6,
		.help = "Whether it answers as it should.",
	},
	[LI_WORDS] = {
		.name = "words", .label = "Words", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 40,
		.help = "What it said, or what is wrong.",
	},
	[LI_TOOK] = {
		.name = "took_ms", .label = "Took ms", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Milliseconds until it had answered.",
	},
	[LI_AGE] = {
		.name = "age_s", .label = "Age s", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Seconds since its signatures are from, or by which it is behind.",
	},
	[LI_PLACE] = {
		.name = "place", .label = "Place", .type = FIELD_TEXT, .flags = FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 24,
		.help = "Where it was asked.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_inner = {
	.name = "inner", .title = "Inner services", .noun = "inner service", .internal = true, .fields = inner_fields, .name_field = "service",
	.help = "Services that mail passes on its way.",
};

#define GROUP "Test mail"
static const struct field testmail_fields[] = {
	[LT_SERVER] = {
		.name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 14,
		.help = "The server that it was sent to.",
	},
	[LT_ARRIVED] = {
		.name = "arrived", .label = "Arrived", .type = FIELD_FLAG, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Whether it was found in its mailbox.",
	},
	[LT_TOOK] = {
		.name = "took_ms", .label = "Took ms", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Milliseconds from sending until it was found.",
	},
	[LT_WORDS] = {
		.name = "words", .label = "Words", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 50,
		.help = "What happened on the way.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_testmail = {
	.name = "testmail", .title = "Test mail", .noun = "test mail", .internal = true, .fields = testmail_fields, .name_field = "server",
	.help = "A mail that was sent the real way, and whether it arrived.",
};

#define GROUP "Directory"
static const struct field directory_fields[] = {
	[LY_URI] = {
		.name = "uri", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_KEY | FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 30,
		.help = "The server of the directory.",
	},
	[LY_STATE] = {
		.name = "state", .label = "State", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "up or down.",
	},
	[LY_LATENCY] = {
		.name = "latency_ms", .label = "Answer ms", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Milliseconds that it needed for an answer.",
	},
	[LY_LAG] = {
		.name = "lag_s", .label = "Behind s", .type = FIELD_NUMBER, .flags = FIELD_COLUMN | FIELD_DERIVED, .group = GROUP, .width = 8,
		.help = "Seconds by which it is behind the first server; empty where that cannot be read.",
	},
	[LY_WORDS] = {
		.name = "words", .label = "Words", .type = FIELD_TEXT, .flags = FIELD_COLUMN | FIELD_SEARCH | FIELD_DERIVED, .group = GROUP, .width = 40,
		.help = "What is wrong.",
	},
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_directory = {
	.name = "directory-servers", .title = "Directory", .noun = "directory server", .internal = true, .fields = directory_fields, .name_field = "uri",
	.help = "The servers of the directory, as they answered last.",
};
