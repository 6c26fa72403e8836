/*
 * sections: one row per section of the console, in the order of the bar.
 *
 * A row shows a kind of the directory, a live table, or, where it names neither,
 * a view of its own (section_view_new).  A section that does not exist has no row, so it is absent from the bar and
 * from every keymap.  Constant data and pure functions; loop thread.
 */
#ifndef POSTROOM_UI_SECTIONS_H
#define POSTROOM_UI_SECTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/role.h"

struct section {
	const char *name;      /* on the command line: "users"; NULL ends the table */
	const char *title;     /* in the bar: "Users" */
	const char *brief;     /* where the bar is short of room */
	const char *action;    /* "section-users": its keys come from the keymap */
	const char *kind;      /* of the directory, whose list it shows; NULL: not that */
	const char *live;      /* the live table it shows; NULL: not that */
	bool hidden[3];        /* by role: who has no use for it */
};
extern const struct section sections[];
enum { SECTIONS_MOST = 16 };       /* at least as many as rows, for arrays by section */

/* By name, by title or by the name of its kind, ASCII case ignored; NULL: none. */
const struct section *section_find(const char *word);
size_t section_count(void);
size_t section_index(const struct section *section);
bool section_visible(const struct section *section, enum role role);
/* Where this role starts. */
const struct section *section_first(enum role role);

#endif
