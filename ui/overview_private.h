/*
 * overview_private: the state of the overview, for overview*.c and wall.c only.
 */
#ifndef POSTROOM_UI_OVERVIEW_PRIVATE_H
#define POSTROOM_UI_OVERVIEW_PRIVATE_H

#include <stdint.h>

#include "ui/overview.h"

enum { WALL_TURN_SECONDS = 15 };
/* What stands above the alarms: the servers, or on a wall in turn. */
enum wall_page { WALL_SERVERS, WALL_SERVICES, WALL_QUEUE, WALL_EVENTS };

struct overview_view {
	struct view view;
	struct live_overview *data;
	size_t cursor;                     /* servers, then alarms */
	char *here;                        /* heap: server or alarm that the cursor stays on; NULL: the first row, whatever it is */
	size_t first;                      /* server at the top */
	bool wall;
	bool held;                         /* on the wall: the page stays */
	size_t page;                       /* on the wall: pages of servers, then services, queue, events */
	int64_t turned_at;                 /* the page on the wall began */
	struct rows *rows;                 /* of the page on the wall; NULL: it has none */
};

/* Rows of the canvas. */
struct overview_layout { int header, servers, server_rows, spark, rule, alarms, alarm_rows; };
struct overview_layout overview_layout(const struct overview_view *self);
struct live *overview_live(const struct overview_view *self);
/* As shown: on a wall without the names of people, where the configuration does not say otherwise. Arena. */
const char *overview_words(const struct overview_view *self, struct arena *arena, const char *words);
/* How a level looks. */
enum style overview_level_style(enum live_level level);
void overview_draw(const struct view *view, struct canvas *canvas, struct area area);

/* --- wall.c ---------------------------------------------------------------------------------------- */

size_t wall_pages(const struct overview_view *self);
enum wall_page wall_page(const struct overview_view *self);
/* Begins this page (modulo their number): reads its rows. */
void wall_turn(struct overview_view *self, size_t page);
/* Reads the rows of the page again. */
void wall_read(struct overview_view *self);
/* Turns the page when it is time. */
void wall_tick(struct overview_view *self);
/* Draws a page other than the servers into these rows. */
void wall_draw(const struct overview_view *self, struct canvas *canvas, int row, int rows);

#endif
