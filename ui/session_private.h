/*
 * session_private: the session's own state, for session.c, dispatch.c and lock.c only.
 */
#ifndef POSTROOM_UI_SESSION_PRIVATE_H
#define POSTROOM_UI_SESSION_PRIVATE_H

#include <stdint.h>

#include "ui/armed.h"
#include "ui/lamps.h"
#include "ui/session.h"

/* One sentence of the notice line. */
struct notice_slot {
	char *words;           /* heap; NULL: none */
	bool warning;
	bool of_link;          /* tells that the directory did not answer: untrue once it does */
	char *undo_id;         /* heap; NULL: none */
	const struct section *section; /* where it was told */
};

struct session {
	struct engine *engine;
	const struct keymap *keymap;
	enum visible_form form;
	struct session_outside outside;
	bool replayed;                     /* keys come from a file */
	struct canvas *canvas;
	struct view *tops[SECTIONS_MOST];  /* the stack of each section; NULL: never opened */
	const struct section *section;
	bool changed;                      /* paint before the next wait */
	bool ended;
	bool covered;                      /* what is shown is hidden, until the next key or */
	struct lock *lock;                 /* until this is opened; NULL: the next key will do */
	bool leaving;                      /* the question before leaving was asked and no other key came since */
	bool away;                         /* the directory was down when its state was last told */
	bool resolved;                     /* unseen outcomes were looked up once */
	struct notice_slot notice;         /* what happened last; stays */
	struct notice_slot hint;           /* why a key did nothing; until the next key */
	int64_t hold_until;                /* monotonic milliseconds; keys before it are dropped */
	char clock_shown[16];
	struct lamps lamps;                /* how the servers are, for the top line */
	struct armed *armed;               /* what waits to be confirmed on the servers */
	struct list_memory *lists;         /* columns and saved filters */
	struct change **drafts;            /* kept by an earlier session */
	size_t draft_count;
};

/* session.c */
void session_hint(struct session *session, const char *format, ...) __attribute__((format(printf, 2, 3)));
void session_clear(struct session *session, struct notice_slot *slot);
/* Words for the first edits that are typed and not applied, NULL: none; kept: would all of them become a draft? Heap. */
char *session_staged_words(struct session *session, bool *kept);
void session_keep_drafts(struct session *session);
/* dispatch.c: what an action does where the view on top did not take it; false: nothing. */
bool session_default(struct session *session, const struct action *action);

#endif
