/*
 * list_private: the state of a list, for the files list*.c only.
 */
#ifndef POSTROOM_UI_LIST_PRIVATE_H
#define POSTROOM_UI_LIST_PRIVATE_H

#include <stdint.h>

#include "base/loop.h"
#include "ui/line.h"
#include "ui/rowset.h"
#include "ui/view.h"

/* Of columns as many as can be chosen and kept. */
enum { LIST_COLUMNS_MOST = 16, LIST_FIELDS_MOST = 64 };

/* A column as it is drawn. */
struct list_column { const struct field *field; int at, width; };

struct list_layout {
	int find_row, header_row;          /* canvas rows; -1: not drawn */
	int first_row, rows;               /* of the table */
	int columns;                       /* width of the table */
	bool beside, below;                /* where the preview stands; neither: there is none */
	int pane_row, pane_rows;           /* of the feed; 0 rows: none */
	int preview_row, preview_rows, preview_column, preview_columns;
	int detail_row;                    /* of its rule; -1: there is none */
};

/*
 * Where rows come from and what they lead to, for lists that do not show the directory (ui/live_list.c). Every
 * function may be NULL.
 */
struct list_view;
struct list_feed {
	void (*load)(struct list_view *list);              /* ends in list_take */
	void (*notice)(struct list_view *list, const struct event *event);
	bool (*act)(struct list_view *list, const struct action *action);    /* what list.c does not do; open too */
	/* As of a view; NULL: it can be done. */
	const char *(*blocked)(const struct list_view *list, const struct action *action);
	const char *(*heading)(const struct list_view *list, struct arena *arena);   /* instead of the title of the kind */
	const char *(*state)(const struct list_view *list, struct arena *arena);     /* how fresh it is */
	const char *(*empty)(const struct list_view *list, struct arena *arena);     /* why there is no row */
	/* What a cell says where that is not the value itself (arena); NULL: list_cell_words. Never of an empty value. */
	const char *(*words)(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
			const struct row *row, const struct value *value);
	/* More about the row under the cursor, up to three lines parted by \n, where there is room below the rows. */
	const char *(*detail)(const struct list_view *list, const struct row *row, struct arena *arena);
	/* How a cell looks; otherwise: as the row does by itself. */
	enum style (*style)(const struct list_view *list, const struct field *field, const struct row *row, enum style otherwise);
	/* Draws the cell itself; false: as any other. */
	bool (*cell)(const struct list_view *list, struct canvas *canvas, int row, const struct list_column *column, const struct row *data,
		enum style style);
	/* Columns to begin with, in this order, names parted by blanks; NULL: as the fields of the kind stand. */
	const char *(*columns)(const struct list_view *list);
	int (*width)(const struct list_view *list, const struct field *field);         /* of a column; 0: as it is */
	const char *(*label)(const struct list_view *list, const struct field *field); /* over a column; NULL: the label of the field */
	/* Rows of so many that the feed draws on below the rows of the list, and drawing there. */
	int (*pane_rows)(const struct list_view *list, int rows);
	void (*pane_draw)(const struct list_view *list, struct canvas *canvas, int row, int rows);
	void (*close)(struct list_view *list);             /* what the feed itself holds; list.c frees the rest */
};

struct list_view {
	struct view view;
	const struct kind *kind;
	const struct list_feed *feed;      /* NULL: the directory */

	/* Data: list_data.c. */
	struct rowset *set;                /* what is shown */
	struct rowset *incoming;           /* a refresh that is not complete yet; NULL: none */
	struct directory_query *query;     /* the list itself; NULL: ended or not begun */
	bool quiet;                        /* the reading under way was nobody's wish: it is not shown */
	bool loaded;                       /* came to an end once */
	bool complete;
	char *reason;                      /* heap: why it is cut; NULL */
	struct error error;                /* why it failed; kind NONE */
	int64_t loaded_at;                 /* epoch seconds */
	struct loop_timer *work;           /* runs rowset_work */
	int64_t painted_at;                /* monotonic milliseconds of the last painting while loading */
	struct directory_query *asked;     /* the server looks for what was typed, since the list is cut; NULL */
	struct loop_timer *asking;         /* until the typing comes to rest; NULL */
	bool answered;                     /* the server was asked for what is typed now, and gave all of it */
	struct list_read *reads;           /* rows being read again after a change */

	/* What the person does: list.c. */
	size_t cursor, top;
	char *chosen;                      /* heap: identity the cursor stays on; NULL: the first row */
	int first_column;                  /* columns left out on the left, behind the first */
	struct line filter;
	bool typing;
	char *last_words;                  /* heap: the last filter, for search-next; NULL */
	const struct field *sort;
	bool reverse;
	const struct field *picked[LIST_COLUMNS_MOST];   /* the columns that the person chose */
	size_t picked_count;               /* 0: as it fits by itself */
	int natural[LIST_FIELDS_MOST];     /* columns that the values of each field take; 0: not measured */
	bool unmeasured;                   /* rows came since */
	bool detailed;                     /* the feed tells more of the row under the cursor, below the rows */
	const struct action *waiting;      /* to be done once the record of the row is read; NULL */

	/* Preview: list_preview.c. */
	bool preview;                      /* wanted */
	char *preview_of;                  /* heap: identity that is shown or being read; NULL */
	struct record *record;             /* what was read; NULL */
	struct record *past;               /* stays in the pane, under its own title, until the next one is read or is late; NULL */
	struct error preview_error;
	size_t namesakes;                  /* other rows with the title of the record, when it was read */
	struct directory_query *preview_query;
	struct loop_timer *preview_timer;
};

/* list.c: a list with a feed; the memory is the caller's (memory_new), freed when the view closes. */
void list_init(struct list_view *list, const struct view_class *class, struct session *session, const struct kind *kind,
		const struct list_feed *feed);
/* Another kind of rows in the same view: order, columns, cursor and filter begin anew, and it is read. */
void list_show_kind(struct list_view *list, const struct kind *kind);
/* list.c: the parts of a view class. */
bool list_act(struct view *view, const struct action *action);
bool list_key(struct view *view, const struct key *key);
void list_paste(struct view *view, const char *bytes, size_t length);
bool list_typing(const struct view *view);
void list_notice(struct view *view, const struct event *event);
void list_click(struct view *view, int id);
const char *list_blocked(const struct view *view, const struct action *action);
const char *list_label(const struct view *view, const struct action *action);
bool list_busy(const struct view *view);
void list_close(struct view *view);
/* list_data.c */
void list_load(struct list_view *list);
/* A feed has all rows (taken): they take the place of what is shown, and cursor and marks stay. */
void list_take(struct list_view *list, struct rows *takes, bool complete);
/* The filter changed: where the list is cut, the server is asked as well, once the typing comes to rest. */
void list_ask_server(struct list_view *list);
/* Reads again by itself what is a minute old, where it is on the screen and small enough. */
void list_keep_fresh(struct list_view *list);
void list_unload(struct list_view *list);          /* ends all queries and timers of the data */
void list_work_more(struct list_view *list);
void list_record_changed(struct list_view *list, const struct event *event);
/* list.c: cursor and scroll follow the rows. */
void list_settle(struct list_view *list);
/* Puts the cursor on this object as soon as it is among the rows; a filter that hides it goes. */
void list_go_to(struct list_view *list, const struct row *row);
const struct row *list_row(const struct list_view *list);
void list_do_waiting(struct list_view *list);
/* Puts these words into the filter, as if they had been typed. */
void list_use_filter(struct list_view *list, const char *words);
/* list_choose.c, list_filters.c: views over a list, which stays below them. */
struct view *list_choose_view_new(struct list_view *list);
struct view *list_filters_view_new(struct list_view *list);
struct view *list_save_filter_view_new(struct list_view *list);
/* list_draw.c */
/* list_columns.c */
/* Figures stand at the right edge of their column. */
bool list_goes_right(const struct field *field);
/* What stands over a column. */
const char *list_label_of(const struct list_view *list, const struct field *field);
/* Measures the values of a sample of all rows, so that columns are as wide as what is in them. */
void list_measure(struct list_view *list);
/* A cell of this list in words; NULL: the value as it is. Arena. */
const char *list_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value);
/* Value of a cell in words; NULL: the value as it is. Arena. */
const char *list_cell_words(struct arena *arena, enum visible_form form, const struct field *field, const struct value *value);
struct list_layout list_layout(const struct list_view *list, struct area area);
struct area list_area(const struct list_view *list);
/* The columns that fit into this width; array of LIST_COLUMNS_MOST. */
int list_columns(const struct list_view *list, int width, struct list_column *columns);
void list_draw(const struct view *view, struct canvas *canvas, struct area area);
const char *list_title(const struct view *view, struct arena *arena);
/* What every list does the same, for its view class; place and busy are its own. */
#define LIST_VIEW_PARTS .close = list_close, .draw = list_draw, .act = list_act, .key = list_key, .paste = list_paste, \
	.typing = list_typing, .notice = list_notice, .click = list_click, .blocked = list_blocked, .title = list_title, .label = list_label
/* list_preview.c */
void list_preview_follow(struct list_view *list);  /* reads the record of the row under the cursor, a moment later */
void list_preview_now(struct list_view *list);     /* the same at once */
void list_preview_forget(struct list_view *list);
void list_preview_again(struct list_view *list);   /* reads it once more; what is shown stays until then */
void list_preview_draw(const struct list_view *list, struct canvas *canvas, const struct list_layout *layout);
/* As directory_read takes it: the entryUUID where it is known. Arena. */
char *list_read_name(struct arena *arena, const struct row *row);

#endif
