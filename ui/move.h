/*
 * move: what an action means to a view that has focus, rows and buttons.
 *
 * Turns the names of actions into an enum, so that the views of this folder
 * switch instead of comparing words.  Pure; loop thread.
 */
#ifndef POSTROOM_UI_MOVE_H
#define POSTROOM_UI_MOVE_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/actions.h"

enum move {
	MOVE_NONE, MOVE_UP, MOVE_DOWN, MOVE_LEFT, MOVE_RIGHT, MOVE_PAGE_UP, MOVE_PAGE_DOWN, MOVE_FIRST, MOVE_LAST,
	MOVE_NEXT,             /* next-field */
	MOVE_PREVIOUS,         /* previous-field */
	MOVE_ACCEPT,           /* accept, open: Enter */
	MOVE_BACK,             /* back, cancel, quit: one level back */
	MOVE_PICK, MOVE_ADD, MOVE_REMOVE,
	MOVE_APPLY,            /* in editors: open the review */
	MOVE_RAW, MOVE_REFRESH, MOVE_UNDO, MOVE_FILTER, MOVE_CLEAR_FILTER, MOVE_VERIFY, MOVE_RETRY
};
/* MOVE_NONE for every other action. */
enum move move_of(const struct action *action);
/*
 * Moves a cursor in `count` rows: `page` rows for page-up and page-down. Returns the new index (0 where there
 * are no rows); *moved says whether the action was a move up or down at all (may be NULL).
 */
size_t move_row(enum move move, size_t at, size_t count, size_t page, bool *moved);

#endif
