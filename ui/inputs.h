/*
 * inputs: several inputs one below the other, with labels, groups and two
 * buttons; what forms are made of.
 *
 * The owner decides what the buttons do.  Never fails; loop thread.
 */
#ifndef POSTROOM_UI_INPUTS_H
#define POSTROOM_UI_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/actions.h"
#include "ui/input.h"
#include "ui/view.h"

struct inputs {
	struct session *session;
	struct input *items;
	size_t count, capacity;
	size_t at;                         /* an item, or count (first button), count + 1 (second) */
	bool tried;                        /* errors are shown at every item, not only where one types */
	const char *said;                  /* one line above the buttons; NULL */
	const char *buttons[2];            /* "Review", "Back" */
};

void inputs_start(struct inputs *inputs, struct session *session, const char *first_button, const char *second_button);
void inputs_add(struct inputs *inputs, const struct field *field, const char *canonical, const char *fallback, bool required);
void inputs_free(struct inputs *inputs);
struct input *inputs_here(struct inputs *inputs);                  /* NULL on a button */
bool inputs_typing(const struct inputs *inputs);
bool inputs_key(struct inputs *inputs, const struct key *key);
void inputs_paste(struct inputs *inputs, const char *bytes, size_t length);
/* Opens the view that edits the values of a listing item with the focus; false: it is none. */
bool inputs_edit_values(struct inputs *inputs, const struct kind *kind);
/*
 * Moves between items and buttons, chooses; Enter on an item goes on to the next. False: not mine, in
 * particular Enter on a button (see at).
 */
bool inputs_act(struct inputs *inputs, const struct action *action);
bool inputs_changed(const struct inputs *inputs);
/* Checks every item; false with the focus on the first one that is not legal. */
bool inputs_check(struct inputs *inputs);
/* Puts the focus on the item of this field, where there is one. */
void inputs_go_to(struct inputs *inputs, const struct field *field);
/* Opens the picker for the item with the focus, where it has something to offer; says so where it has not. */
void inputs_pick(struct inputs *inputs);
/* A click on a target of inputs_draw: the focus goes there. */
void inputs_click(struct inputs *inputs, int id);
void inputs_draw(const struct inputs *inputs, struct canvas *canvas, struct area area);

#endif
