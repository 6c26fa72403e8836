/*
 * lamps: the few words of the top line that say how the servers are.
 *
 * The worst thing by name, never a sum over servers: a sum hides the one that
 * is full.  Made anew when something arrived, so an idle screen sends nothing.
 * Loop thread.
 */
#ifndef POSTROOM_UI_LAMPS_H
#define POSTROOM_UI_LAMPS_H

#include "live/live.h"
#include "ui/canvas.h"

/* The change that waits to be confirmed (ui/armed.h), servers that answer, the fullest service, the longest queue, alarms. */
enum { LAMP_CONFIRM, LAMP_UP, LAMP_WALL, LAMP_QUEUE, LAMP_NEEDS, LAMPS };
struct lamps {
	struct { char words[40], brief[40]; enum style style; } lamp[LAMPS];    /* most important first; "" none; brief where room is short */
	enum live_level worst;
};
/* What the collector knows now; nothing where no server is configured (live NULL too). */
void lamps_read(struct lamps *lamps, struct live *live);
/* Draws those that fit left of `end` and not left of `least`: all in full, else all in brief, else the most important ones; returns the first column they take. */
int lamps_draw(const struct lamps *lamps, struct canvas *canvas, int least, int end);

#endif
