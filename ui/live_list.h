/*
 * live_list: the list over a live table: connections by user, the queue by
 * domain, services, ports, ...
 *
 * A list like any other (filter, order, columns, marks) whose rows come from
 * the collector and are exchanged as snapshots arrive; cursor and marks stay.
 * Which tables stand side by side, how each is ordered and where a row leads to
 * are rows of live_places.  Nothing fails: what a server does not answer stays
 * as it was and is called old.  Loop thread.
 */
#ifndef POSTROOM_UI_LIVE_LIST_H
#define POSTROOM_UI_LIVE_LIST_H

#include "live/live.h"
#include "ui/list_private.h"
#include "ui/live_pane.h"

struct live_place {
	const char *table;         /* of live_tables; NULL ends the table */
	const char *family;        /* tables of one family stand side by side: "connections", "queue" */
	const char *action;        /* that shows it: "by-user"; NULL: none */
	const char *sort;          /* field it is ordered by */
	bool reverse;              /* biggest first */
	const char *leads_to;      /* table that Enter shows; NULL: what the family does, or nothing */
	const char *of;            /* field whose value is the drill; NULL: none */
	const char *columns;       /* to begin with, in this order; NULL: as the fields stand */
	/* Enter does this instead; NULL: leads_to. */
	void (*open)(struct list_view *list, const struct row *row);
};
extern const struct live_place live_places[];

struct live_list {
	struct list_view list;
	const struct live_place *place;
	struct live_question question;
	char *of;                  /* heap: what question.of points at */
	char *words;               /* heap: the drill in words, for the heading; NULL */
	struct live_pane pane;     /* below the rows, where there is room */
	int64_t seen;              /* sum of the times of all snapshots that are shown */
	uint64_t hottest;          /* the queue by age: the most recipients in one cell */
};
/* host LIVE_ALL: every server. of NULL: all; words: what that is, for the heading. Texts are copied. */
struct view *live_list_new(struct session *session, const char *table, size_t host, const char *of, const char *words);
/* The cursor goes to the first row of this name (an id of a row, a path, a port), where there is one; NULL: stays. */
void live_list_point(struct view *view, const char *name);

/* --- live_list_draw.c, for live_list.c ----------------------------------------------------------------- */

/* Text of a field of the row; NULL: the table has no such column. */
const char *live_list_text(const struct list_view *list, const struct row *row, const char *field);
/* A column of the queue by age. */
bool live_list_is_age(const struct field *field);
/* There is a pane below the whole of the connections, not below a part of a table. */
bool live_list_has_pane(const struct live_list *self);
/* Parts of the feed; see struct list_feed. */
const char *live_list_cell_words(const struct list_view *list, struct arena *arena, enum visible_form form, const struct field *field,
		const struct row *row, const struct value *value);
const char *live_list_detail(const struct list_view *list, const struct row *row, struct arena *arena);
enum style live_list_style(const struct list_view *list, const struct field *field, const struct row *row, enum style otherwise);
bool live_list_cell(const struct list_view *list, struct canvas *canvas, int row, const struct list_column *column,
		const struct row *data, enum style style);
const char *live_list_columns(const struct list_view *list);
int live_list_width(const struct list_view *list, const struct field *field);
const char *live_list_label(const struct list_view *list, const struct field *field);
int live_list_pane_rows(const struct list_view *list, int rows);
void live_list_pane_draw(const struct list_view *list, struct canvas *canvas, int row, int rows);
#define LIVE_LIST_LOOKS .words = live_list_cell_words, .detail = live_list_detail, .style = live_list_style, .cell = live_list_cell, \
	.columns = live_list_columns, .width = live_list_width, .label = live_list_label, .pane_rows = live_list_pane_rows, \
	.pane_draw = live_list_pane_draw

#endif
