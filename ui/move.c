/*
 * move: the table from names of actions to moves.  Never fails; loop thread.
 */
#include "ui/move.h"

#include <string.h>

static const struct { const char *name; enum move move; } moves[] = {
	{ "up", MOVE_UP }, { "down", MOVE_DOWN }, { "left", MOVE_LEFT }, { "right", MOVE_RIGHT },
	{ "page-up", MOVE_PAGE_UP }, { "page-down", MOVE_PAGE_DOWN }, { "first", MOVE_FIRST }, { "last", MOVE_LAST },
	{ "next-field", MOVE_NEXT }, { "previous-field", MOVE_PREVIOUS },
	{ "accept", MOVE_ACCEPT }, { "open", MOVE_ACCEPT },
	{ "back", MOVE_BACK }, { "cancel", MOVE_BACK }, { "quit", MOVE_BACK },
	{ "pick", MOVE_PICK }, { "add-value", MOVE_ADD }, { "remove-value", MOVE_REMOVE }, { "apply", MOVE_APPLY },
	{ "raw", MOVE_RAW }, { "refresh", MOVE_REFRESH }, { "undo", MOVE_UNDO }, { "filter", MOVE_FILTER },
	{ "clear-filter", MOVE_CLEAR_FILTER }, { "verify", MOVE_VERIFY }, { "retry", MOVE_RETRY },
};

enum move move_of(const struct action *action)
{
	for (size_t i = 0; i < sizeof moves / sizeof moves[0]; i++) {
		if (strcmp(moves[i].name, action->name) == 0)
			return moves[i].move;
	}
	return MOVE_NONE;
}

size_t move_row(enum move move, size_t at, size_t count, size_t page, bool *moved)
{
	size_t last = count == 0 ? 0 : count - 1;
	bool known = true;

	if (page < 1)
		page = 1;
	if (at > last)
		at = last;
	switch (move) {
	case MOVE_UP:
		at = at > 0 ? at - 1 : 0;
		break;
	case MOVE_DOWN:
		at = at < last ? at + 1 : last;
		break;
	case MOVE_PAGE_UP:
		at = at > page ? at - page : 0;
		break;
	case MOVE_PAGE_DOWN:
		at = last - at > page ? at + page : last;
		break;
	case MOVE_FIRST:
		at = 0;
		break;
	case MOVE_LAST:
		at = last;
		break;
	default:
		known = false;
		break;
	}
	if (moved != NULL)
		*moved = known;
	return at;
}
