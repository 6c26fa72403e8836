/*
 * quota: how full the mailbox of one person is, as `doveadm quota get` tells
 * (dovecot 5.3): kB and messages, a limit of "-" is none.
 *
 * One question, one answer; fails with a sentence.  Loop thread.
 */
#ifndef POSTROOM_LIVE_QUOTA_H
#define POSTROOM_LIVE_QUOTA_H

#include "live/data.h"
#include "live/source.h"
#include "model/rows.h"

struct quota_asking;
/* rows: one a quota root, borrowed; none where the mailbox has no quota. Exactly once, never from inside quota_ask. */
typedef void quota_answer(void *context, const struct mailbox_row *rows, size_t count, const struct error *error);
struct quota_asking *quota_ask(struct hosts *hosts, size_t host, const char *user, quota_answer *done, void *context);
void quota_ask_cancel(struct quota_asking *asking);          /* done does not come any more; frees it */

/* Adds a row of kind_live_mailboxes (services_tables.c). */
void table_mailbox(struct rows *rows, const struct mailbox_row *one, const char *server);

#endif
