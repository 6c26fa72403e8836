/*
 * live_person: the kinds of what the mail servers know of one person.
 *
 * Constant data, any thread.
 */
#include "model/live_kinds.h"

#define SHOWN (FIELD_READONLY | FIELD_COLUMN)

#define GROUP "Filters"
static const struct field filters_fields[] = {
	[LF_SCRIPT] = { .name = "script", .label = "Script", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 24,
		.help = "The name of a sieve script." },
	[LF_ACTIVE] = { .name = "active", .label = "Active", .type = FIELD_FLAG, .flags = SHOWN, .group = GROUP, .width = 6,
		.help = "Whether arriving mail goes through it, by itself or by way of an absence that includes it." },
	[LF_SENDS_TO] = { .name = "sends_to", .label = "Sends on to", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 28,
		.help = "Addresses that it sends mail on to; told of the active one only." },
	[LF_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server whose scripts these are." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_filters = {
	.name = "filters", .title = "Filter scripts", .noun = "filter script", .internal = true, .fields = filters_fields, .name_field = "script",
	.help = "The sieve scripts of one person.",
};

#define GROUP "Out of office"
static const struct field absence_fields[] = {
	[LB_SCRIPT] = { .name = "script", .label = "Script", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 18,
		.help = "The script that answers: one of postroom's, or a filter of the person that answers by itself." },
	[LB_FROM] = { .name = "from", .label = "From", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 10,
		.help = "The first day, in the time of the server; empty for since ever." },
	[LB_UNTIL] = { .name = "until", .label = "Until", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 10,
		.help = "The last day; empty for until somebody ends it." },
	[LB_SUBJECT] = { .name = "subject", .label = "Subject", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 24,
		.help = "Of the answer; empty for the server's own." },
	[LB_TEXT] = { .name = "text", .label = "Text", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 40,
		.help = "What whoever writes gets to read; empty where a filter of the person answers." },
	[LB_ADDRESSES] = { .name = "addresses", .label = "Addresses", .type = FIELD_TEXT, .flags = FIELD_READONLY | FIELD_SEARCH, .group = GROUP, .width = 30,
		.help = "Further addresses whose mail is answered too." },
	[LB_NOTE] = { .name = "note", .label = "Note", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 40,
		.help = "What a person should know of it." },
	[LB_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server that answers." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_absence = {
	.name = "absence", .title = "Out of office", .noun = "absence", .internal = true, .fields = absence_fields, .name_field = "script",
	.help = "What answers the mail of one person while they are away; no row where nothing does.",
};

#define GROUP "Access"
static const struct field access_fields[] = {
	[LC_FOLDER] = { .name = "folder", .label = "Folder", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 24,
		.help = "The folder of the person." },
	[LC_WHO] = { .name = "who", .label = "Who", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 28,
		.help = "A user, group=NAME, anyone or authenticated; with - in front rights that are taken away." },
	[LC_RIGHTS] = { .name = "rights", .label = "Rights", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 16,
		.help = "read, post, append, write, all, or the rights one by one; each word holds reading and those before it." },
	[LC_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server where the folder is." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_access = {
	.name = "access", .title = "Access", .noun = "right", .internal = true, .fields = access_fields, .name_field = "folder",
	.help = "Who else may do what in the folders of one person.",
};

#define GROUP "Folders"
static const struct field folders_fields[] = {
	[LZ_FOLDER] = { .name = "folder", .label = "Folder", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 30,
		.help = "The folder, as the server names it." },
	[LZ_MESSAGES] = { .name = "messages", .label = "Mails", .type = FIELD_NUMBER, .flags = SHOWN, .group = GROUP, .width = 8,
		.help = "Mails in it." },
	[LZ_SIZE] = { .name = "size", .label = "Size", .type = FIELD_SIZE, .flags = SHOWN | FIELD_AMOUNT, .group = GROUP, .width = 9,
		.help = "Bytes of these mails together." },
	[LZ_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server where the folder is." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_folders = {
	.name = "folders", .title = "Folders by size", .noun = "folder", .internal = true, .fields = folders_fields, .name_field = "folder",
	.help = "The folders of one person, the biggest first.",
};

#define GROUP "Log"
static const struct field log_fields[] = {
	[LL_TIME] = { .name = "time", .label = "Time", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 19,
		.help = "As the log has it, in the time of the server." },
	[LL_TEXT] = { .name = "text", .label = "Line", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 60,
		.help = "The program and what it said." },
	[LL_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server whose log it is." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_log = {
	.name = "log", .title = "Last log lines", .noun = "line", .internal = true, .fields = log_fields, .name_field = "text",
	.help = "The last lines of the mail log that name one person, newest first.",
};

#define GROUP "SMTP sessions"
static const struct field smtp_fields[] = {
	[LT_SMTP_PID] = { .name = "pid", .label = "Process", .type = FIELD_NUMBER, .flags = SHOWN | FIELD_KEY, .group = GROUP, .width = 8,
		.help = "The process of Postfix that serves the session." },
	[LT_SMTP_LOGIN] = { .name = "login", .label = "Login", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 24,
		.help = "As Postfix logged it." },
	[LT_SMTP_CLIENT] = { .name = "client", .label = "From", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 26,
		.help = "The address of the other side." },
	[LT_SMTP_SINCE] = { .name = "since", .label = "Since", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 19,
		.help = "When the log saw the login first in this connection, in the time of the server." },
	[LT_SMTP_MAILS] = { .name = "mails", .label = "Mails", .type = FIELD_NUMBER, .flags = SHOWN, .group = GROUP, .width = 7,
		.help = "Mails sent in this connection, as far as the log was read." },
	[LT_SMTP_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server that takes the mail." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_smtp = {
	.name = "smtp", .title = "SMTP sessions", .noun = "session", .internal = true, .fields = smtp_fields, .name_field = "pid",
	.help = "Connections of one login that are open to send mail.",
};

#define GROUP "Refused logins"
static const struct field refused_fields[] = {
	[LRL_LOGIN] = { .name = "login", .label = "Login", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 30,
		.help = "A login of the person that may not send." },
	[LRL_ANSWER] = { .name = "answer", .label = "Answer", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 40,
		.help = "What it hears instead." },
	[LRL_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server that refuses it." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_refused = {
	.name = "refused", .title = "Refused logins", .noun = "refused login", .internal = true, .fields = refused_fields, .name_field = "login",
	.help = "Logins of one person that Postfix lets send no mail (check_sasl_access).",
};

#define GROUP "Sent"
static const struct field sent_fields[] = {
	[LG_ID] = { .name = "id", .label = "Queue id", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY, .group = GROUP, .width = 16,
		.help = "Under which Postfix took the mail." },
	[LG_TIME] = { .name = "time", .label = "Time", .type = FIELD_TIME, .flags = SHOWN, .group = GROUP, .width = 12,
		.help = "When, as the log has it. A queue id can come again for another mail." },
	[LG_LOGIN] = { .name = "login", .label = "Login", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 24,
		.help = "As Postfix logged it." },
	[LG_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server that took the mail." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_sent = {
	.name = "sent", .title = "Sent with a login", .noun = "mail", .internal = true, .fields = sent_fields, .name_field = "id",
	.help = "Mails that Postfix took from one login, whatever sender they name.",
};

#define GROUP "Filter content"
static const struct field script_fields[] = {
	[LW_TEXT] = { .name = "text", .label = "Text", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = GROUP, .width = 70,
		.help = "A line of the script." },
	[LW_SCRIPT] = { .name = "script", .label = "Script", .type = FIELD_TEXT, .flags = SHOWN, .group = GROUP, .width = 16,
		.help = "The script that it is a line of." },
	[LW_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = GROUP, .width = 12,
		.help = "The server whose script it is." },
	{ .name = NULL },
};
#undef GROUP
const struct kind kind_live_script = {
	.name = "script", .title = "Filter content", .noun = "line", .internal = true, .fields = script_fields, .name_field = "text",
	.help = "What stands in the active filter of one person; asked on request only.",
};
