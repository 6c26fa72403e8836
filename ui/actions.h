/*
 * actions: the table of everything a person can do with a key.
 *
 * Footer, `?`, `:` palette, keymaps and the manual read these rows.  A row
 * names what it needs; one function checks it, and a forgotten flag forbids:
 * an action that changes something must carry ACTION_WRITES.  Constant data and
 * pure functions; loop thread.
 */
#ifndef POSTROOM_UI_ACTIONS_H
#define POSTROOM_UI_ACTIONS_H

#include <stdbool.h>

enum action_flags {
	ACTION_WRITES = 1,     /* leads to a review; needs a gate that can write and a role that may */
	ACTION_ROW = 2,        /* needs a row or object under the cursor */
	ACTION_FOOTER = 4,     /* worth a place in the footer */
	ACTION_ALWAYS = 8      /* also while a text field has the focus (cancel, accept, redraw, ...) */
};
struct action {
	const char *name;      /* in keymaps: "open"; NULL ends the table */
	const char *places;    /* where it applies, blank-separated places; "global" everywhere */
	const char *label;     /* in the footer: "open" */
	const char *help;      /* one sentence for ? and : */
	unsigned flags;
};
extern const struct action actions[];
const struct action *action_find(const char *name);
bool action_applies(const struct action *action, const char *place);

#endif
