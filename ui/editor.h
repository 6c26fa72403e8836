/*
 * editor: what editor.c decides and editor_draw.c draws; private to the two.
 * Others make an editor with editor_view_new (ui/view.h).  Loop thread.
 */
#ifndef POSTROOM_UI_EDITOR_H
#define POSTROOM_UI_EDITOR_H

#include "ui/input.h"
#include "ui/suggest.h"
#include "ui/view.h"

/* A value of a set: what the object has, what is added, what is to go. */
struct editor_item {
	char *bytes;               /* canonical */
	size_t length;
	bool had;                  /* the object has it */
	bool gone;                 /* to be removed; only with had */
};
struct editor {
	struct view view;
	struct arena *arena;
	struct record *record;             /* a copy */
	const struct field *field;
	struct field one;                  /* the field as a single value */
	bool set;                          /* FIELD_MANY, or made of parts */
	bool parts;
	struct input input;                /* the value, or the line that adds to a set */
	struct suggest suggest;
	struct editor_item *items;
	size_t item_count, item_capacity;
	size_t unshown;                    /* values of the object behind the first ones: they come up when they are typed */
	size_t at;                         /* in a set: a row, or item_count for the line (or the row "add") */
	size_t replaces;                   /* row that what is typed will replace; item_count or more: none */
	struct line reason;                /* for the review, so that it is not lost */
	bool warned;                       /* Esc was pressed once with something typed */
	const char *said;                  /* in the arena or static; NULL */
	bool said_wrong;
};

bool editor_in_line(const struct editor *self);
bool editor_changed(const struct editor *self);
void editor_draw(const struct view *view, struct canvas *canvas, struct area area);
const char *editor_title(const struct view *view, struct arena *arena);

#endif
