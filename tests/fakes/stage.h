/*
 * stage: a session on a canvas over the fake engine, driven by key
 * names; what tests of views stand on.
 *
 * The clock stands still at 2026-11-20 14:02:31 UTC.  Loop thread.
 */
#ifndef POSTROOM_TESTS_FAKES_STAGE_H
#define POSTROOM_TESTS_FAKES_STAGE_H

#include "base/text.h"
#include "tests/fakes/fake_engine.h"
#include "ui/keymap.h"
#include "ui/session.h"

struct stage {
	struct engine *engine;
	struct keymap *keymap;
	struct session *session;
	bool ended;
	int status;
	struct text copied;                /* what was handed to the clipboard last */
};
/* A started session of this size in its first section (section NULL) or another one, settled. */
struct stage *stage_new(const struct fake_settings *settings, const char *section, int rows, int columns, enum visible_form form);
void stage_free(struct stage *stage);
/* Runs the loop until no view waits for data; false where that takes 10 seconds. */
bool stage_settle(struct stage *stage);
/* Until every server has answered, or failed to, whatever is wanted of it now; no minute goes by. For pictures that say how many answer. */
void stage_hear(struct stage *stage);
/* So many minutes go by, with all that is asked of the mail servers meanwhile; the clock stands still again after them. */
void stage_watch(struct stage *stage, int minutes);
/* Presses keys by their names, blank-separated, and settles after each. An unknown name ends the program. */
void stage_keys(struct stage *stage, const char *names);
void stage_type(struct stage *stage, const char *words);
/* Draws and gives the screen as text; free(). */
char *stage_print(struct stage *stage);
const struct canvas *stage_canvas(struct stage *stage);

#endif
