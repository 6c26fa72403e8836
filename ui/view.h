/*
 * view: what a view is, and what it can ask of the session that holds it.
 *
 * Views lie on top of each other on a stack; the top one gets keys and actions,
 * all get events.  draw has no effects: it fills a canvas, so a screen test is
 * build, draw, compare.  Loop thread only.
 */
#ifndef POSTROOM_UI_VIEW_H
#define POSTROOM_UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>

#include "engine.h"
#include "ui/actions.h"
#include "ui/canvas.h"
#include "ui/keys.h"

struct view;
struct session;

enum event_kind {
	EVENT_DIRECTORY,       /* status of the directory changed */
	EVENT_RECORD_CHANGED,  /* a write was applied (or its outcome became known): kind, name, new_name */
	EVENT_LIVE,            /* a snapshot came, or an alarm changed */
	EVENT_SHOWN,           /* this view is on top again: it may have left out what nobody saw */
	EVENT_TICK,            /* once a second at most, for ages and the clock */
	EVENT_RESIZED
};
struct event {
	enum event_kind kind;
	const struct kind *noun;           /* RECORD_CHANGED */
	const char *name, *new_name;       /* RECORD_CHANGED; new_name NULL unless renamed; name gone when deleted */
	bool deleted;
	bool created;                      /* RECORD_CHANGED: it was not there before */
};
/*
 * The part of the canvas a view may draw on: below the section bar and the crumb line, which the frame draws
 * from title() (where that is NULL the area begins right below the bar), above the notice line.
 */
struct area { int top, rows, columns; };

struct view_class {
	const char *place;                 /* name in keymaps: "list", "page", ... */
	void (*close)(struct view *view);  /* frees the view */
	void (*draw)(const struct view *view, struct canvas *canvas, struct area area);
	/* false: not mine. */
	bool (*act)(struct view *view, const struct action *action);
	/* A key no binding took, or any printable key while typing() is true; false: not mine. */
	bool (*key)(struct view *view, const struct key *key);
	/* Pasted bytes; NULL: no text field here, the session says "paste ignored". */
	void (*paste)(struct view *view, const char *bytes, size_t length);
	/* A text field has the focus: printable keys go to key(), the footer shows the way out. NULL: never. */
	bool (*typing)(const struct view *view);
	void (*notice)(struct view *view, const struct event *event);
	/* Why this action cannot be done here and now, in words; NULL: it can. NULL function: all can. */
	const char *(*blocked)(const struct view *view, const struct action *action);
	/* Words for the crumb line, e.g. "Users - 5 of 48,212 - complete". Arena of the canvas. NULL: none. */
	const char *(*title)(const struct view *view, struct arena *arena);
	/*
	 * Edits that are typed but not applied, as a change the caller frees; NULL: none. Asked before the program
	 * ends, and after a hang-up, when they are kept as a draft without secrets. NULL function: never any.
	 */
	struct change *(*staged)(const struct view *view);
	/* Another word for an action in the footer here ("open" for accept in a search field); NULL: the row's own. */
	const char *(*label)(const struct view *view, const struct action *action);
	/*
	 * A click on a target that draw gave this id (canvas_target): moves the cursor or the focus there and does
	 * nothing else; never opens, presses or writes. NULL: nothing to click.
	 */
	void (*click)(struct view *view, int id);
	/* Data are still on their way; `postroom screen`, replayed keys and tests wait for it. NULL: never. */
	bool (*busy)(const struct view *view);
};
/* First member of every view's own struct. */
struct view {
	const struct view_class *class;
	struct session *session;
	struct view *below;
};

/* --- the session: what views may ask for (ui/session.c) --------------------------------------- */
struct engine *session_engine(struct session *session);
const struct config *session_config(const struct session *session);
enum visible_form session_form(const struct session *session);
struct canvas *session_canvas(struct session *session);
const struct keymap *session_keymap(const struct session *session);
void session_push(struct session *session, struct view *view);      /* takes the view */
/* Closes the top view (which may be the caller: return at once afterwards). */
void session_pop(struct session *session);
/* Closes everything above and including this view. */
void session_pop_to(struct session *session, struct view *view);
struct view *session_top(struct session *session);
/* Something changed: paint before the next wait. */
void session_changed(struct session *session);
/* The notice line: what just happened. undo_id: `u` opens the review of taking this set back; NULL: none. */
void session_notice(struct session *session, const char *undo_id, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A failure in the notice line, in the warning style. */
void session_complain(struct session *session, const struct error *error);
/*
 * Hands bytes to the clipboard of the terminal and says so; label is what they are. Only for the action copy-value,
 * which is blocked where the configuration does not allow it. False, with a hint, where they are too many.
 */
bool session_copy(struct session *session, const char *label, const char *bytes, size_t length);
void session_tell(struct session *session, const struct event *event);   /* delivers to all views */
void session_quit(struct session *session, int status);
/* A dialog that must not be answered by accident opens: drops what was typed ahead and ignores keys for 300 ms. */
void session_hold_keys(struct session *session);
/*
 * Does an action as if its key were pressed with this view on top: checks what it needs, complains in the
 * notice line where something lacks, else acts. The palette pops itself first. True: it was done.
 */
bool session_act(struct session *session, const struct action *action);
/*
 * Why this action cannot be done now with this view on top, in words; NULL: it can. For greyed rows in palette
 * and help. Static, or in the arena of the session's canvas: use it before the next painting.
 */
const char *session_blocked(struct session *session, const struct view *view, const struct action *action);
/* Place for keymaps: "field" while the view has a text field with the focus, else the view's own. */
const char *session_place(const struct view *view);
/* For drawing: time to show (frozen in tests). */
int64_t session_now(const struct session *session);

/* --- views other files make ---------------------------------------------------------------------- */
struct section;
/* The root view of a section. */
struct view *section_view_new(struct session *session, const struct section *section);
/* A list of a kind. */
struct view *list_view_new(struct session *session, const struct kind *kind);
/* One object; name as directory_read takes it. */
struct view *page_view_new(struct session *session, const struct kind *kind, const char *name);
/* A form for a new object; copy_of NULL or a record to start from (copied). */
struct view *form_view_new(struct session *session, const struct kind *kind, const struct record *copy_of);
/* Puts the focus of a form on this field; nothing where the view is no form or has no such field. */
void form_go_to(struct view *view, const struct field *field);
/* Editor of one field of a record (copied); Enter stages and opens the review. */
struct view *editor_view_new(struct session *session, const struct record *record, const struct field *field);
/*
 * The same editor for the values of a field of an object that is not there yet (values copied): taken gets what they
 * become when the person agrees, and nothing is staged.
 */
struct view *editor_values_new(struct session *session, const struct kind *kind, const struct field *field, const char *const *values, size_t count,
		void (*taken)(void *context, const char *const *values, size_t count), void *context);
/* Asks for a new name and opens the review of the renaming. */
struct view *rename_view_new(struct session *session, const struct record *record);
/*
 * The review of a change (taken): previews, shows, asks, submits, tells. Used for every write.
 * review_undo: of taking a set back (id NULL: the last one).
 */
struct view *review_view_new(struct session *session, struct change *takes);
struct view *review_undo_view_new(struct session *session, const char *id);
/* Picks an object of a kind by searching; chosen gets its name, NULL where left. */
struct view *picker_view_new(struct session *session, const struct kind *kind, const char *title,
		void (*chosen)(void *context, const char *name), void *context);
struct view *palette_view_new(struct session *session, struct view *over);
struct view *help_view_new(struct session *session, struct view *over);
/* One screen for newcomers: the keys that matter and the way of a change. */
struct view *first_steps_view_new(struct session *session);
/* Where the keymap in use differs from the built-in ones. */
struct view *keymap_view_new(struct session *session);
struct view *history_view_new(struct session *session);
/* Every server, and what needs a person now. */
struct view *overview_view_new(struct session *session);
/* A longer text to read (one value in full, an error with its next step). */
struct view *text_view_new(struct session *session, const char *title, const char *bytes, size_t length);
/* What copy-value hands over in place of the text that is shown: the value itself, byte by byte (copied). */
void text_view_means(struct view *view, const char *bytes, size_t length);

#endif
