/*
 * person_whom: whether the role may change anything of the person on a page at
 * all.
 *
 * The gate is asked when the record came; until it answers nothing is said, and
 * each change is held against it by the gate again.  Never fails.  Loop thread.
 */
#ifndef POSTROOM_UI_PERSON_WHOM_H
#define POSTROOM_UI_PERSON_WHOM_H

#include "model/record.h"

struct session;
struct whom_link;
struct person_whom {
	void (*changed)(void *context);
	void *context;
	struct whom_link *link;            /* the gate still answers; NULL */
	char *words;                       /* heap: few of them ("outside your mail domains"); NULL: they may be changed, or it is not known yet */
	char *sentence;                    /* heap: with who could; NULL with words NULL */
};
/* The record came, or came again. changed: the answer is another one than before; maybe from inside this call. */
void person_whom_ask(struct person_whom *whom, struct session *session, const struct record *record, void (*changed)(void *context), void *context);
void person_whom_end(struct person_whom *whom);

#endif
