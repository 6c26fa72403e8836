/*
 * page_live: what of a person is going on now, beside the record: connections,
 * and the parts that the mail servers tell (person_parts), what was done before
 * and what is due (person_before), whether the role may change the person
 * (person_whom), and how the home server is.
 *
 * Comes from elsewhere than the record, so it arrives by itself beside it and
 * each has an age of its own.  A person is known to the mail servers by the
 * primary address or the login.  Nothing fails: what cannot be read says why.
 * Loop thread.
 */
#ifndef POSTROOM_UI_PAGE_LIVE_H
#define POSTROOM_UI_PAGE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "live/live.h"
#include "model/record.h"
#include "model/wrong.h"
#include "ui/person_before.h"
#include "ui/person_parts.h"
#include "ui/person_whom.h"

struct page_live {
	struct session *session;           /* NULL: there is nothing live about this object */
	void (*changed)(void *context);    /* something came */
	void *context;
	char *names[4];                    /* heap: as the mail servers may know the person; NULL: none */
	struct rows *connections;          /* NULL: not looked yet */
	int64_t seen;                      /* sum of the times of the snapshots they are from */
	struct person_parts parts;
	struct person_before before;
	struct person_whom whom;
	int64_t read_at;                   /* epoch s: when the record came */
	size_t home;                       /* the home server; PERSON_ANYWHERE: not known */
	bool stranger;                     /* it is named, and none of the configured ones */
	int64_t dead_since;                /* epoch s; 0: it answers, or is not known */
};

/* The record came, or another version of it: kind user only. changed is called in later turns of the loop. */
void page_live_start(struct page_live *live, struct session *session, const struct record *record, void (*changed)(void *context), void *context);
/* A snapshot came: true where there is another picture now. */
bool page_live_look(struct page_live *live);
/* Asks for everything again but the collector's. */
void page_live_refresh(struct page_live *live, const struct record *record);
bool page_live_busy(const struct page_live *live);
/* Words for the page; NULL: there is no such thing here. Arena. note: its time, and the trouble in it; NULL none. */
const char *page_live_connections(const struct page_live *live, struct arena *arena, const char **note, const char **trouble);
/* The limit that counts, and where it comes from. */
const char *page_live_limit(const struct page_live *live, const struct record *record, struct arena *arena, const char **note);
/* To whom mail goes on, and whether it stays as well. */
const char *page_live_forward(const struct record *record, struct arena *arena);
/* Locks in words; the password's times; the last login, also as the mail log tells it. */
const char *page_live_account(const struct record *record, struct arena *arena);
const char *page_live_password(const struct record *record, struct arena *arena);    /* "": nothing is told */
const char *page_live_login(const struct page_live *live, const struct record *record, struct arena *arena);
/* Is a filter active, as far as is known? */
bool page_live_filter(const struct page_live *live);
/* What the rules look at; texts of the arena. */
struct wrong_now page_live_now(const struct page_live *live, const struct record *record, struct arena *arena);
/* The user as live_list takes it, of whom connections are shown; NULL: of nobody. Arena. */
const char *page_live_of(const struct page_live *live, struct arena *arena);
void page_live_end(struct page_live *live);

#endif
