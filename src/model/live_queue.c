/*
 * live_queue: the kinds of what waits in Postfix's queues.
 *
 * Ages are those of qshape(1): columns are upper bounds in minutes, each twice
 * the one before, of the time since a mail arrived.  Recipients and mails are
 * different counts and both named, since qshape counts the one and people speak
 * of the other.  Constant data, any thread.
 */
#include "model/live_kinds.h"

#define SHOWN (FIELD_READONLY | FIELD_COLUMN)
#define SERVER { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = "Queue", .width = 16, \
	.help = "The server whose queue this is." }
#define RECIPIENTS { .name = "recipients", .label = "Recipients", .type = FIELD_NUMBER, .flags = SHOWN, .group = "Queue", .width = 10, \
	.help = "Recipients that still wait; a mail to three counts three times." }
#define MAILS { .name = "mails", .label = "Mails", .type = FIELD_NUMBER, .flags = SHOWN, .group = "Queue", .width = 8, \
	.help = "Mails that wait; a mail to three counts once." }
#define OLDEST { .name = "oldest", .label = "Oldest", .type = FIELD_TIME, .flags = SHOWN, .group = "Queue", .width = 20, \
	.help = "When the oldest of them arrived." }
/* In a table with ages the figures stand close, so that all of them can be seen in 80 columns. */
#define RECIPIENTS_NARROW { .name = "recipients", .label = "Rcpts", .type = FIELD_NUMBER, .flags = SHOWN | FIELD_NARROW, .group = "Queue", .width = 7, \
	.help = "Recipients that still wait; a mail to three counts three times." }
#define MAILS_NARROW { .name = "mails", .label = "Mails", .type = FIELD_NUMBER, .flags = SHOWN | FIELD_NARROW, .group = "Queue", .width = 7, \
	.help = "Mails that wait; a mail to three counts once." }
#define AGE(field_name, field_label, field_help) { .name = field_name, .label = field_label, .type = FIELD_NUMBER, .flags = SHOWN | FIELD_NARROW, \
	.group = "Age", .width = 4, .help = "Recipients whose mail arrived " field_help " ago." }
#define AGES \
	AGE("age_5", "5", "less than 5 minutes"), AGE("age_10", "10", "5 to 10 minutes"), \
	AGE("age_20", "20", "10 to 20 minutes"), AGE("age_40", "40", "20 to 40 minutes"), \
	AGE("age_80", "80", "40 to 80 minutes"), AGE("age_160", "160", "80 to 160 minutes"), \
	AGE("age_320", "320", "160 to 320 minutes"), AGE("age_640", "640", "320 to 640 minutes"), \
	AGE("age_1280", "1280", "640 to 1,280 minutes"), AGE("age_older", "old", "1,280 minutes or longer")
#define DEFERRED { .name = "deferred", .label = "Deferred", .type = FIELD_NUMBER, .flags = FIELD_READONLY, .group = "Queue", .width = 8, \
	.help = "Recipients whose last try failed; held mail is not counted here." }
#define LATE { .name = "late", .label = "Late", .type = FIELD_NUMBER, .flags = FIELD_READONLY, .group = "Queue", .width = 8, \
	.help = "Deferred recipients whose mail is five minutes old or older." }
#define COUNTS RECIPIENTS_NARROW, MAILS_NARROW, AGES, DEFERRED, LATE, OLDEST

static const struct field queue_fields[] = {
	[LQ_QUEUE] = { .name = "queue", .label = "Queue", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = "Queue", .width = 10,
		.help = "maildrop (submitted here), active (being delivered), incoming (just arrived), deferred (waits for the next try), "
			"hold (waits until somebody releases it)." },
	[LQ_SERVER] = SERVER, [LQ_MAILS] = MAILS, [LQ_RECIPIENTS] = RECIPIENTS,
	[LQ_BYTES] = { .name = "bytes", .label = "Size", .type = FIELD_SIZE, .flags = SHOWN | FIELD_AMOUNT, .group = "Queue", .width = 9,
		.help = "Bytes of these mails together." },
	[LQ_OLDEST] = OLDEST,
	{ .name = NULL },
};

const struct kind kind_live_queue = {
	.name = "queue", .title = "Queues", .noun = "queue", .internal = true, .fields = queue_fields, .name_field = "queue",
	.help = "How much waits in each queue of each server.",
};

static const struct field domain_fields[] = {
	{ .name = "domain", .label = "To", .type = FIELD_DOMAIN, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = "Queue", .width = 28,
		.help = "The domain of the recipients, in lower case." },
	SERVER, COUNTS,
	{ .name = "reason", .label = "Most often", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = "Queue", .width = 30,
		.help = "The most frequent reason why it waits, without hosts, addresses and numbers." },
	{ .name = "ours", .label = "Ours", .type = FIELD_FLAG, .flags = SHOWN, .group = "Queue", .width = 4,
		.help = "A domain of ours: mail that is deferred towards it is an outage." },
	{ .name = NULL },
};

const struct kind kind_live_queue_domain = {
	.name = "queue-domain", .title = "Queue by domain", .noun = "domain", .internal = true,
	.fields = domain_fields, .name_field = "domain",
	.help = "What waits, by the domain it goes to and by age, as qshape counts.",
};

static const struct field reason_fields[] = {
	{ .name = "reason", .label = "Reason", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = "Queue", .width = 50,
		.help = "Why it was deferred, with X for hosts, addresses and ids and N for numbers, so that like falls to like." },
	SERVER, COUNTS,
	{ .name = "example", .label = "Example", .type = FIELD_TEXT, .flags = FIELD_READONLY | FIELD_SEARCH, .group = "Queue", .width = 40,
		.help = "One of these reasons as Postfix wrote it." },
	{ .name = NULL },
};

const struct kind kind_live_queue_reason = {
	.name = "queue-reason", .title = "Queue by reason", .noun = "reason", .internal = true,
	.fields = reason_fields, .name_field = "reason",
	.help = "What was deferred, by the reason of its last try.",
};

static const struct field sender_fields[] = {
	{ .name = "sender", .label = "From", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = "Queue", .width = 36,
		.help = "The envelope sender; MAILER-DAEMON stands for bounces, which have none." },
	SERVER, COUNTS,
	{ .name = NULL },
};

const struct kind kind_live_queue_sender = {
	.name = "queue-sender", .title = "Queue by sender", .noun = "sender", .internal = true,
	.fields = sender_fields, .name_field = "sender",
	.help = "What waits, by its envelope sender.",
};

static const struct field age_fields[] = {
	[LQA_AGE] = { .name = "age", .label = "Age in minutes", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY, .group = "Queue", .width = 14,
		.help = "Minutes since the mail arrived, from and below." },
	[LQA_SERVER] = SERVER, [LQA_RECIPIENTS] = RECIPIENTS, [LQA_MAILS] = MAILS,
	{ .name = NULL },
};

const struct kind kind_live_queue_age = {
	.name = "queue-age", .title = "Queue by age", .noun = "age", .internal = true, .fields = age_fields, .name_field = "age",
	.help = "How long what waits has been waiting.",
};

static const struct field message_fields[] = {
	[LM_ID] = { .name = "id", .label = "Id", .type = FIELD_TEXT, .flags = SHOWN | FIELD_KEY | FIELD_SEARCH, .group = "Message", .width = 12,
		.help = "The queue id. A short one may later name another message." },
	/* Lists of messages are of one server, which their heading names. */
	[LM_SERVER] = { .name = "server", .label = "Server", .type = FIELD_TEXT, .flags = FIELD_READONLY | FIELD_SEARCH, .group = "Message", .width = 16,
		.help = "The server whose queue this is." },
	[LM_QUEUE] = { .name = "queue", .label = "Queue", .type = FIELD_TEXT, .flags = SHOWN, .group = "Message", .width = 8,
		.help = "The queue in which it was when it was listed." },
	[LM_ARRIVAL] = { .name = "arrival", .label = "Arrived", .type = FIELD_TIME, .flags = SHOWN, .group = "Message", .width = 12,
		.help = "When it came to this server." },
	[LM_SIZE] = { .name = "size", .label = "Size", .type = FIELD_SIZE, .flags = SHOWN | FIELD_AMOUNT, .group = "Message", .width = 9,
		.help = "Bytes, headers and content." },
	[LM_SENDER] = { .name = "sender", .label = "From", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = "Message", .width = 26,
		.help = "The envelope sender; MAILER-DAEMON stands for a bounce, which has none." },
	[LM_RECIPIENTS] = { .name = "recipients", .label = "To", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = "Message", .width = 30,
		.help = "Recipients that still wait, at most twenty; those that were asked for come first." },
	[LM_COUNT] = { .name = "recipient_count", .label = "Recipients", .type = FIELD_NUMBER, .flags = FIELD_READONLY, .group = "Message", .width = 10,
		.help = "How many recipients still wait." },
	[LM_REASON] = { .name = "reason", .label = "Reason", .type = FIELD_TEXT, .flags = SHOWN | FIELD_SEARCH, .group = "Message", .width = 40,
		.help = "Why the first of them was deferred, as Postfix wrote it." },
	[LM_EXPIRED] = { .name = "expired", .label = "Expired", .type = FIELD_FLAG, .flags = FIELD_READONLY, .group = "Message", .width = 7,
		.help = "It was marked to be returned to its sender at the next try." },
	{ .name = NULL },
};

const struct kind kind_live_message = {
	.name = "message", .title = "Messages", .noun = "message", .internal = true, .fields = message_fields, .name_field = "id",
	.title_field = "sender",
	.help = "A message that waits in a queue.",
};
