/*
 * frame: what surrounds every view: top line with lamps, section bar, crumb
 * line, notice line and footer.
 *
 * One rendering function of the session's state; draws, has no effects, never
 * fails.  Loop thread.
 */
#ifndef POSTROOM_UI_FRAME_H
#define POSTROOM_UI_FRAME_H

#include "ui/canvas.h"
#include "ui/session.h"

/* The smallest screen the console works on. */
enum { FRAME_LEAST_ROWS = 10, FRAME_LEAST_COLUMNS = 40, FRAME_BAR_COLUMNS = 159 };

/* False: the screen is too small, and says so in one line. */
bool frame_fits(const struct canvas *canvas);
/* Draws all of it, the top view in its area included, on a cleared canvas. */
void frame_draw(struct session *session, struct canvas *canvas);
/* The area of a view on this canvas; title: the view has a crumb line. No rows where the screen is too small. */
struct area frame_area(const struct canvas *canvas, bool title);
/* Targets of the frame are below 0: the section of the bar that this one means; NULL: none. */
const struct section *frame_section(int id);
/* A rule with a heading in it: "- Mailbox -------". Also for groups inside views. */
void frame_rule(struct canvas *canvas, int row, int column, int width, const char *heading);

#endif
