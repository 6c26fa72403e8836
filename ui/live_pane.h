/*
 * live_pane: below the connections: which wall comes next and when, what that
 * means and what to do, and the last six hours.
 *
 * Made of one joined picture that is read when something arrived.  Draws only,
 * never fails; loop thread.
 */
#ifndef POSTROOM_UI_LIVE_PANE_H
#define POSTROOM_UI_LIVE_PANE_H

#include "live/live.h"
#include "ui/view.h"

struct live_pane {
	struct live_overview *overview;    /* NULL: not read */
	bool counted;                      /* the rows tell who is logged in and who only tries */
	uint64_t logged_in, trying, trying_from;
	const char *most_trying;           /* address or network with the most of them; in the arena of overview; NULL */
};
/* Rows of the canvas it takes of so many; 0: there is no room for it. */
int live_pane_rows(int rows);
/* Reads the picture; rows: of a table with logged_in and trying, or of another. */
void live_pane_read(struct live_pane *pane, struct live *live, const struct rows *rows);
/* host LIVE_ALL: the wall of all servers that comes first. logins: the graph is of login slots, not of connections. */
void live_pane_draw(const struct live_pane *pane, struct session *session, size_t host, bool logins, struct canvas *canvas, int row, int rows);
void live_pane_free(struct live_pane *pane);

#endif
