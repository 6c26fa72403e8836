/*
 * editor: what editor.c decides, editor_items.c keeps and editor_draw.c draws; private to the three.
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
	/* Of an object that is not there yet: takes the values instead of a review; NULL: there is one. */
	void (*taken)(void *context, const char *const *values, size_t count);
	void *context;
	bool warned;                       /* Esc was pressed once with something typed */
	const char *said;                  /* in the arena or static; NULL */
	bool said_wrong;
};

/* One line for the person, in place of the last one. */
void editor_say(struct editor *self, bool wrong, const char *words);
/* editor_items.c: a new last value; bytes are copied. */
void editor_add_item(struct editor *self, const char *bytes, size_t length, bool had);
/* Takes a value out, or takes that back. */
void editor_remove_item(struct editor *self, size_t index);
/* Puts a canonical value in, in place of the row that was being edited; says where it is there already. */
void editor_put_item(struct editor *self, const char *canonical);
void editor_free_item(struct editor_item *item);

bool editor_in_line(const struct editor *self);
bool editor_changed(const struct editor *self);
void editor_draw(const struct view *view, struct canvas *canvas, struct area area);
const char *editor_title(const struct view *view, struct arena *arena);

#endif
