/*
 * prompt: one line asked for: a note, until when somebody is on it, how long
 * maintenance lasts.
 *
 * Nothing that is asked here writes to the mail system, so the role monitor has
 * it too.  Loop thread.
 */
#ifndef POSTROOM_UI_PROMPT_H
#define POSTROOM_UI_PROMPT_H

#include "ui/view.h"

struct prompt {
	const char *title;         /* crumb line */
	const char *about;         /* what it is about, in full; NULL */
	const char *label;         /* before the field: "Note", "Until" */
	const char *fallback;      /* filled in already; NULL: nothing */
	const char *help;          /* what may be typed and what comes of it */
	const char *(*wrong)(struct session *session, const char *words);  /* why it cannot be taken, static; NULL: it can. NULL: all can */
	/* Enter: called once the prompt is closed, with the view below on top again. */
	void (*taken)(struct session *session, void *context, const char *words);
	void *context;             /* heap, free()d after that or when the prompt closes; NULL */
};
/* All texts are copied. */
struct view *prompt_view_new(struct session *session, const struct prompt *prompt);

#endif
