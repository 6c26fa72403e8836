/*
 * page_live: what of a person is going on now: connections, and how full the
 * mailbox is.
 *
 * Comes from the mail servers and not from the directory, so it arrives by
 * itself beside the record and has an age of its own.  A person is known there
 * by the primary address or the login.  Nothing fails: what cannot be read says
 * why.  Loop thread.
 */
#ifndef POSTROOM_UI_PAGE_LIVE_H
#define POSTROOM_UI_PAGE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "live/live.h"
#include "model/record.h"

struct session;
struct page_live {
	struct session *session;           /* NULL: there is nothing live about this object */
	void (*changed)(void *context);    /* something came */
	void *context;
	char *names[4];                    /* heap: as the mail servers may know the person; NULL: none */
	struct rows *connections;          /* NULL: not looked yet */
	int64_t seen;                      /* sum of the times of the snapshots they are from */
	struct live_job *job;              /* the quota is being asked */
	size_t host;                       /* of whom */
	bool only_host;                    /* the mailbox is there and nowhere else */
	bool asked;                        /* the quota was asked for once */
	struct rows *quota;                /* NULL: none came */
	char *trouble;                     /* heap: why no quota came; NULL */
};

/* The record came, or another version of it: kind user only. changed is called in later turns of the loop. */
void page_live_start(struct page_live *live, struct session *session, const struct record *record, void (*changed)(void *context), void *context);
/* A snapshot came: true where there is another picture of the connections now. */
bool page_live_look(struct page_live *live);
/* Asks for the quota again. */
void page_live_refresh(struct page_live *live);
/* Words for the page; NULL: there is no such thing here. Arena. note: age or trouble, NULL none. */
const char *page_live_connections(const struct page_live *live, struct arena *arena, const char **note);
const char *page_live_quota(const struct page_live *live, struct arena *arena, const char **note);
/* The user as live_list takes it, of whom connections are shown; NULL: of nobody. Arena. */
const char *page_live_of(const struct page_live *live, struct arena *arena);
void page_live_end(struct page_live *live);

#endif
