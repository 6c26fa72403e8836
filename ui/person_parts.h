/*
 * person_parts: what the mail servers tell of one person, part by part: how
 * full the mailbox is, whether sending is refused, open SMTP logins, absence, filters and what stands in them, who else has access,
 * what is queued, folders, log lines.
 *
 * Each part is asked of each server that can know it by a job of its own with a
 * deadline of its own, so none delays another.  Asked once, and again on
 * request; never by itself.  The last good answer stays, with its time; what
 * brought none says why.  Nothing fails.  Loop thread.
 */
#ifndef POSTROOM_UI_PERSON_PARTS_H
#define POSTROOM_UI_PERSON_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "base/text.h"
#include "live/live.h"
#include "settings/refused_logins.h"

enum person_part {
	PART_QUOTA, PART_REFUSED, PART_SMTP, PART_ABSENCE, PART_FILTERS, PART_SCRIPT, PART_ACCESS, PART_TO, PART_FROM, PART_FOLDERS, PART_LOG, PERSON_PARTS
};
#define PERSON_ANYWHERE ((size_t)-1)

struct person_parts;
/* What one server told to one question. */
struct person_slot {
	struct person_parts *parts;
	enum person_part part;
	size_t host;
	bool applies;                      /* this server can know it */
	struct live_job *job;              /* it is being asked; NULL */
	struct refused_asking *asking;     /* REFUSED: the same */
	struct loop_timer *deadline;       /* NULL: it is not being asked */
	struct rows *rows;                 /* of the last good answer; NULL: none came */
	uint64_t matching;                 /* TO, FROM: how many there are, the rows may be fewer */
	char *note;                        /* heap: how to read the rows; NULL */
	int64_t came_at;                   /* epoch seconds of the rows */
	char *trouble;                     /* heap: why the last try brought nothing; NULL: it went well */
	enum error_kind failed;
};
struct person_parts {
	struct live *live;                 /* NULL: not started */
	struct loop *loop;
	void (*changed)(void *context);
	void *context;
	size_t host_count, home;           /* PERSON_ANYWHERE: every server with mailboxes is asked */
	struct person_slot *slots;         /* PERSON_PARTS times host_count */
	char *user;                        /* heap: the mailbox as Dovecot names it */
	char *names;                       /* heap: address and login, parted by a blank */
	char **addresses;                  /* heap: these and the alternative ones, as they may stand in envelopes; ended by NULL */
};
/*
 * Asks for everything but what is asked on request only. user: the primary address in small letters; home: the server with the mailbox. The
 * same person again changes nothing. changed comes in later turns of the loop, once for each answer.
 */
void person_parts_start(struct person_parts *parts, struct live *live, struct loop *loop, const char *user, const char *login,
		const struct field_values *alternates, size_t home, void (*changed)(void *context), void *context);
/* Asks again for all that was asked for and is not being asked now. */
void person_parts_refresh(struct person_parts *parts);
/* Is it asked only where somebody wants it? */
bool person_part_on_request(enum person_part part);
/* Asks for one part, also one that is asked on request only. */
void person_parts_ask(struct person_parts *parts, enum person_part part);
bool person_parts_busy(const struct person_parts *parts);
/* Is this part, or this slot, being asked? */
bool person_part_busy(const struct person_parts *parts, enum person_part part);
bool person_slot_busy(const struct person_slot *slot);
/* One of several servers that are asked: is there no way at all to ask this one? */
bool person_slot_no_way(const struct person_slot *slot);
/* Of this part and server; never NULL where started. */
struct person_slot *person_slot_at(const struct person_parts *parts, enum person_part part, size_t host);
void person_parts_end(struct person_parts *parts);

/* --- person_words.c ------------------------------------------------------------------------------------- */

enum { PERSON_LINES = 8 };
struct person_said {
	const char *label, *words;         /* raw bytes inside */
	const char *note;                  /* its time, and what is missing; NULL: nothing */
	const char *trouble;               /* the part of it that says what is missing; NULL: nothing is */
	const char *lines[PERSON_LINES];   /* further ones below it */
	size_t line_count;
	bool known;                        /* false: the words say why not */
};
/* What stands on the page; false: no server could know it. Arena. */
bool person_part_said(const struct person_parts *parts, enum person_part part, struct arena *arena, struct person_said *said);
/* All that was told, with what could not be read and why; adds to the text, as it can be shown. */
void person_part_text(const struct person_parts *parts, enum person_part part, enum visible_form form, struct text *text);
/* The fullest quota that was told; NULL: none. A row of kind_live_mailboxes. */
const struct row *person_quota(const struct person_parts *parts);
/* "14:02:31", or the day where that was long ago. Arena. */
const char *person_time(struct arena *arena, int64_t epoch);

#endif
