/*
 * limits_private: the state of the limits walk and of the same plan for other
 * servers, for limits*.c.
 */
#ifndef POSTROOM_UI_LIMITS_PRIVATE_H
#define POSTROOM_UI_LIMITS_PRIVATE_H

#include "settings/limits_plan.h"
#include "ui/line.h"
#include "ui/view.h"
#include "ui/wrapped.h"

/* What can be said of the goal, top to bottom. */
enum limits_input {
	LIMITS_IN_CONNECTIONS, LIMITS_IN_PEOPLE, LIMITS_IN_PERSON, LIMITS_IN_MODE, LIMITS_IN_DEFAULT, LIMITS_IN_CACHE, LIMITS_IN_TTL, LIMITS_IN_KEEP,
	LIMITS_IN_WITHIN, LIMITS_INPUTS
};

/* What a person said, of whichever server. */
struct limits_said {
	struct limits_goal goal;           /* protocols and by_default are the server's */
	bool by_default, default_chosen;   /* not chosen: on UCS yes, else no */
	bool keep, keep_chosen;            /* not chosen: as limits_keep_preselected says */
	unsigned within_s;                 /* 0: the usual time */
};

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
	struct line connections, people, person, cache, ttl, within;
	struct limits_said said;
	enum limits_input focus;
	size_t scroll;
};

/* limits_draw.c: the area below the inputs; also how far it can be scrolled. */
void limits_draw(const struct view *view, struct canvas *canvas, struct area area);
size_t limits_scroll_most(const struct limits_view *self);
uint64_t limits_number(const struct line *line);    /* 0: nothing or no number */
const char *limits_title(const struct view *view, struct arena *arena);

/* The set of values of this server for what was said; protocols are those that it offers. */
struct limits_set limits_set_of(struct arena *arena, const struct limits_world *world, const struct limits_said *said);
bool limits_default_of(const struct limits_world *world, const struct limits_said *said);
bool limits_keep_of(const struct limits_world *world, const struct limits_said *said);
/* The change of this set, for the review; NULL with an error. */
struct change *limits_change_of(struct view *view, const struct limits_world *world, const struct limits_set *set, const struct limits_said *said,
		struct error *error);

/* limits_page.c: what it takes, what Dovecot says, what it causes. */
void limits_page_say(struct wrapped *page, enum style style, const char *sign, const char *words);
/* Of when this world is, and how to ask anew; error: why the last question had no answer. */
void limits_page_asked(struct wrapped *page, const struct view *view, const struct limits_world *world, const struct error *error);
void limits_page_verdict(struct wrapped *page, const struct limits_verdict *verdict);
void limits_page_values(struct wrapped *page, const struct limits_world *world, const struct limits_set *set);
void limits_page_causes(struct wrapped *page, const struct limits_world *world, const struct limits_set *set, bool keep);
/* Something of the set can be written. */
bool limits_writes(const struct limits_set *set);

/* limits_others.c: the same plan for the other servers with mailboxes, one applied after the other. */
struct view *limits_others_view_new(struct limits_view *walk);
/* The walk goes on with this server. */
void limits_walk_on(struct limits_view *walk, size_t host);
/* What is typed into this input; NULL: nothing is typed there. */
struct line *limits_line(struct limits_view *self, enum limits_input input);

#endif
