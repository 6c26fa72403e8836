/*
 * suggest: names of a kind that fit what is being typed.
 *
 * Reads the list once, asks the server with the words where the list was cut,
 * and tells the truth about a list that is not complete.  Loop thread; failures
 * of the directory are words in the last row.
 */
#ifndef POSTROOM_UI_SUGGEST_H
#define POSTROOM_UI_SUGGEST_H

#include <stdbool.h>
#include <stddef.h>

#include "directory/directory.h"
#include "ui/canvas.h"
#include "ui/view.h"

struct suggest_match {
	const struct row *row;
	const struct rows *batch;
};
struct suggest {
	struct session *session;
	const struct kind *kind;           /* NULL: not started */
	struct directory_query *query;     /* NULL: none under way */
	struct rows *batches;
	char *words, *folded;              /* what is looked for; folded for comparing */
	char *asked;                       /* words the server was asked with; NULL: for all */
	struct suggest_match *matches;
	size_t match_count, match_capacity;
	size_t total;
	bool complete;
	bool over;                         /* the end of the last question has come */
	char *reason;                      /* why not complete, or why nothing; NULL */
	size_t at;                         /* row under the cursor */
	bool active;                       /* the person has moved into the rows */
};

/* Zero-initialise first. Starting again with the same kind keeps what was read. */
void suggest_start(struct suggest *suggest, struct session *session, const struct kind *kind);
void suggest_stop(struct suggest *suggest);
/* Shows what fits these words from now on; NULL counts as "". */
void suggest_look(struct suggest *suggest, const char *words);
/* Up, down, pages inside the rows; false where it is no such action. Down enters the rows, Up leaves them at the top. */
bool suggest_act(struct suggest *suggest, const struct action *action);
/* Name under the cursor; NULL where there is none or the rows were not entered. */
const char *suggest_chosen(const struct suggest *suggest);
/* A click on one of the rows that were drawn: the cursor goes there; false: the id is somebody else's. */
bool suggest_click(struct suggest *suggest, int id);
/* Ids of its rows for clicks begin far above those of the view around it. */
enum { SUGGEST_TARGETS = 1 << 24 };
void suggest_draw(const struct suggest *suggest, struct canvas *canvas, int row, int column, int width, int rows);

#endif
