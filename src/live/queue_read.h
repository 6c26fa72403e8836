/*
 * queue_read: from the bytes of `postqueue -j` to mails, as they come.
 *
 * Nothing is ever held but the mail at hand, and of that at most 128 KiB: a
 * mail with more recipients is told in parts.  postqueue gives a line per mail,
 * valid JSON for any address (postfix 1); what is no such line is counted and
 * skipped up to its end, so one broken line costs nothing but itself.  Never
 * fails.  One thread at a time.
 *
 *	reader = queue_reader_new(take, context);
 *	queue_reader_feed(reader, bytes, length);   as often as bytes come
 *	queue_reader_end(reader);                   a line without its end is malformed
 */
#ifndef POSTROOM_LIVE_QUEUE_READ_H
#define POSTROOM_LIVE_QUEUE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "live/data.h"

struct queue_recipient {
	const char *address;               /* quoted form as Postfix has it, unescaped; cut at 1,023 bytes */
	const char *reason;                /* why it was deferred; NULL: it was not; cut at 1,023 bytes */
};
/* A mail, or a part of one. All is borrowed and ends with the call. */
struct queue_mail {
	enum queue_name queue;
	const char *id;
	int64_t arrival;                   /* epoch s */
	uint64_t size;                     /* bytes */
	bool expired;                      /* marked by postsuper -e */
	const char *sender;                /* "MAILER-DAEMON": the null sender */
	const struct queue_recipient *recipients;   /* of this part */
	size_t count;
	bool first;                        /* its first part: the mail is counted with it */
	bool last;                         /* false: more recipients follow, unless the line turns out to be broken */
};
typedef void queue_take(void *context, const struct queue_mail *mail);

struct queue_reader;
struct queue_reader *queue_reader_new(queue_take *take, void *context);
void queue_reader_free(struct queue_reader *reader);         /* NULL is allowed */
void queue_reader_feed(struct queue_reader *reader, const char *bytes, size_t length);
void queue_reader_end(struct queue_reader *reader);
/* Lines so far that are no JSON, or lack id, queue or time. */
uint64_t queue_reader_malformed(const struct queue_reader *reader);

/* "deferred"; and back, false for any other word ("corrupt" is never listed). */
const char *queue_name_word(enum queue_name queue);
bool queue_name_find(const char *word, enum queue_name *queue);
/* The domain of an address as qshape counts it, lower case, into out: behind the last @, single dots, none at either end. */
void queue_domain(const char *address, char *out, size_t size);

#endif
