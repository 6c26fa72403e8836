/*
 * person_before: what was done to one person before, and what is due of them.
 *
 * From the journals (the gate's), the access log of the directory where it can
 * be read, and what the desk keeps.  Asked when the page opens, after a change
 * and on request; never by itself.  Fails by saying why.  Loop thread.
 */
#ifndef POSTROOM_UI_PERSON_BEFORE_H
#define POSTROOM_UI_PERSON_BEFORE_H

#include "base/text.h"
#include "directory/directory.h"
#include "gate/gate.h"
#include "model/record.h"
#include "model/wrong.h"

struct session;
struct before_link;
struct person_due { const char *id, *words; bool steps, past; };
struct person_before {
	struct session *session;           /* NULL: not started */
	void (*changed)(void *context);
	void *context;
	struct arena *arena;               /* of what is below, but the history */
	char *name, *address, *place;      /* heap: of the person */
	struct before_link *link;          /* the gate still answers; NULL */
	struct directory_query *query;     /* the access log is being read; NULL */
	struct history *history;           /* NULL: did not come */
	char *trouble;                     /* heap: why not; NULL */
	int64_t came_at;                   /* epoch s of the history; 0: did not come */
	struct directory_event *events;
	size_t event_count;
	bool events_available;             /* there is an access log that can be read */
	struct person_due *dues;
	size_t due_count;
	struct arena *due_arena;
};
enum { BEFORE_LINES = 4 };
struct before_said { const char *words, *lines[BEFORE_LINES]; size_t line_count; };

/* Reads everything of this person, again where it was read before. */
void person_before_read(struct person_before *before, struct session *session, const struct record *record,
		void (*changed)(void *context), void *context);
/* What is due alone: a run may have left or done something. */
void person_before_dues(struct person_before *before);
bool person_before_busy(const struct person_before *before);
/* Arena. */
void person_before_said(const struct person_before *before, struct arena *arena, struct before_said *said);
/* When this field of the person was changed last as the history tells, and not taken back: epoch seconds; 0: it tells nothing of it. */
int64_t person_before_changed(const struct person_before *before, const char *field);
/* What it tells of locks and of a password that is missing, for the first lines; texts of the arena. */
struct wrong_before person_before_wrong(const struct person_before *before, const struct record *record, struct arena *arena);
/* Every change that is known, newest first; adds to the text, as it can be shown. */
void person_before_text(const struct person_before *before, enum visible_form form, struct text *text);
void person_before_end(struct person_before *before);

#endif
