/*
 * limits_private: the state of the limits walk, for limits.c and limits_draw.c.
 */
#ifndef POSTROOM_UI_LIMITS_PRIVATE_H
#define POSTROOM_UI_LIMITS_PRIVATE_H

#include "settings/limits_plan.h"
#include "ui/line.h"
#include "ui/view.h"

/* What can be said of the goal, top to bottom. */
enum limits_input { LIMITS_IN_CONNECTIONS, LIMITS_IN_PEOPLE, LIMITS_IN_PERSON, LIMITS_IN_MODE, LIMITS_IN_DEFAULT, LIMITS_IN_KEEP, LIMITS_IN_WITHIN, LIMITS_INPUTS };

struct limits_view {
	struct view view;
	size_t host;                       /* of the configured servers */
	struct limits_asking *asking;      /* the server is asked; NULL: not */
	struct limits_world *world;        /* NULL: not known yet */
	struct error error;                /* why not */
	struct arena *arena;               /* of set, made anew with each goal */
	struct limits_verdict now;         /* of the world as it is */
	struct limits_set set;
	bool planned;                      /* a goal was given, so set is one */
	struct line connections, people, person, within;
	uint64_t wanted;                   /* connections of the goal; 0: none was said */
	enum limits_mode mode;
	bool by_default, keep;
	enum limits_input focus;
	size_t scroll;
};

/* The area below the inputs; also how far it can be scrolled. */
void limits_draw(const struct view *view, struct canvas *canvas, struct area area);
size_t limits_scroll_most(const struct limits_view *self);
uint64_t limits_number(const struct line *line);    /* 0: nothing or no number */
const char *limits_title(const struct view *view, struct arena *arena);

#endif
