/*
 * overview: one row per server, and what needs a person now.
 *
 * Dead servers first, then the worst, as the collector has sorted them.  Drawn
 * from one joined picture that is made anew when something arrived, so an idle
 * screen sends nothing.  On a wall (action wall) it turns its pages by itself
 * and shows a clock with seconds, since a clock that stands still is the only
 * sign of a dead picture.  Nothing fails; loop thread.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/chart.h"
#include "ui/frame.h"
#include "ui/live_list.h"
#include "ui/move.h"
#include "ui/overview.h"
#include "ui/session.h"

enum { TURN_SECONDS = 15, LEAST_ALARM_ROWS = 5, SPARK_ROWS = 2 };

struct overview_view {
	struct view view;
	struct live_overview *data;
	size_t cursor;                     /* servers, then alarms */
	size_t first;                      /* server at the top */
	bool wall;
	int64_t turned_at;                 /* the page on the wall began */
};

static struct live *live_of(const struct overview_view *self)
{
	return session_engine(self->view.session)->live;
}

static size_t alarm_count(const struct overview_view *self)
{
	size_t count;

	live_alarms(live_of(self), &count);
	return count;
}

/* --- layout --------------------------------------------------------------------------------------- */

struct overview_layout { int header, servers, server_rows, spark, rule, alarms, alarm_rows; };

static struct overview_layout layout_of(const struct overview_view *self, struct area area)
{
	struct overview_layout layout = { .header = area.top, .servers = area.top + 1, .spark = -1 };
	int room = area.rows - 2, count = (int)self->data->count, rest;

	if (count < 1)
		count = 1;
	layout.server_rows = count <= room - LEAST_ALARM_ROWS - SPARK_ROWS ? count : room - LEAST_ALARM_ROWS;
	if (layout.server_rows < 1)
		layout.server_rows = 1;
	rest = room - layout.server_rows;
	layout.rule = layout.servers + layout.server_rows;
	if (rest >= LEAST_ALARM_ROWS + SPARK_ROWS) {
		layout.spark = layout.rule;
		layout.rule += SPARK_ROWS;
		rest -= SPARK_ROWS;
	}
	layout.alarms = layout.rule + 1;
	layout.alarm_rows = rest;
	return layout;
}

static struct overview_layout layout_now(const struct overview_view *self)
{
	return layout_of(self, frame_area(session_canvas(self->view.session), true));
}

static size_t pages_of(const struct overview_view *self)
{
	size_t rows = (size_t)layout_now(self).server_rows;

	return self->data->count == 0 ? 1 : (self->data->count + rows - 1) / rows;
}

/* --- one server --------------------------------------------------------------------------------------- */

/* A row of cells, left to right. */
struct cells { struct canvas *canvas; int row, at; };

static void put(struct cells *cells, int width, enum style style, const char *words)
{
	canvas_words(cells->canvas, cells->row, cells->at, width, style, words);
	cells->at += width + 1;
}

static void put_right(struct cells *cells, int width, enum style style, const char *words)
{
	canvas_right(cells->canvas, cells->row, cells->at, width, style, words);
	cells->at += width + 1;
}

/* Columns that only wide screens have: sparkline of connections, load, of the queue. */
static bool is_wide(const struct canvas *canvas)
{
	return canvas->columns >= 110;
}

static void draw_header(struct canvas *canvas, int row)
{
	struct cells cells = { canvas, row, 1 };

	put(&cells, 8, STYLE_LABEL, "server");
	put(&cells, 23, STYLE_LABEL, "fullest service");
	put_right(&cells, 7, STYLE_LABEL, "full in");
	put_right(&cells, 4, STYLE_LABEL, "away");
	put_right(&cells, 7, STYLE_LABEL, "queue");
	put_right(&cells, 6, STYLE_LABEL, "grows");
	put_right(&cells, 6, STYLE_LABEL, "oldest");
	put_right(&cells, 5, STYLE_LABEL, "disk");
	put_right(&cells, 4, STYLE_LABEL, "cert");
	if (is_wide(canvas)) {
		put_right(&cells, 5, STYLE_LABEL, "load");
		put_right(&cells, 7, STYLE_LABEL, "people");
	}
}

static enum style level_style(enum live_level level)
{
	return level == LEVEL_CRITICAL ? STYLE_BAD : level == LEVEL_WARNING ? STYLE_WARNING : STYLE_ROW;
}

/* The worst alarm of this server about one thing, so that a figure looks as its threshold says. */
static enum style figure_style(const struct overview_view *self, const struct live_server *server, const char *rule)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(live_of(self), &count);
	enum live_level worst = LEVEL_OK;

	for (size_t i = 0; i < count; i++) {
		if (alarms[i].host == server->host && strncmp(alarms[i].rule, rule, strlen(rule)) == 0 && alarms[i].level > worst)
			worst = alarms[i].level;
	}
	return level_style(worst);
}

static void draw_wall_cells(const struct overview_view *self, struct cells *cells, const struct live_server *server)
{
	const struct live_wall *wall = &server->wall;
	enum style style = figure_style(self, server, "limit");
	double part = wall->possible > 0 ? (double)wall->used / (double)wall->possible : -1;

	if (wall->service == NULL || wall->possible == 0) {
		put(cells, 23, STYLE_DIM, server->connections > 0 ? arena_format(cells->canvas->arena, "%llu connections",
			(unsigned long long)server->connections) : "-");
	} else {
		canvas_words(cells->canvas, cells->row, cells->at, 11, style, wall->service);
		chart_bar(cells->canvas, cells->row, cells->at + 12, 6, style, part);
		canvas_right(cells->canvas, cells->row, cells->at + 19, 4, style,
			arena_format(cells->canvas->arena, "%d%%", (int)(part * 100)));
		cells->at += 24;
	}
	put_right(cells, 7, style, wall->minutes_left >= 0 ? text_from_age(cells->canvas->arena, wall->minutes_left * 60) : "-");
	put_right(cells, 4, wall->turned_away > 0 ? STYLE_BAD : STYLE_ROW, text_from_count(cells->canvas->arena, (int64_t)wall->turned_away));
}

static double fullest_disk(const struct live_server *server)
{
	double full = -1;

	for (size_t i = 0; i < 3; i++)
		full = server->disk_full[i] > full ? server->disk_full[i] : full;
	return full;
}

static void draw_queue_cells(const struct overview_view *self, struct cells *cells, const struct live_server *server)
{
	struct arena *arena = cells->canvas->arena;
	enum style style = figure_style(self, server, "queue"), own = figure_style(self, server, "own");
	int64_t now = session_now(self->view.session);

	if (own != STYLE_ROW)
		style = own;
	if (!server->queue_known) {
		put_right(cells, 7, STYLE_DIM, "-");
		put_right(cells, 6, STYLE_DIM, "-");
		put_right(cells, 6, STYLE_DIM, "-");
		return;
	}
	put_right(cells, 7, style, text_from_count(arena, (int64_t)server->queued));
	put_right(cells, 6, style, server->queue_grows == 0 ? "-" : arena_format(arena, "%+ld/m", server->queue_grows));
	put_right(cells, 6, style, server->queue_oldest == 0 ? "-" : text_from_age(arena, now - server->queue_oldest));
}

static void draw_server_figures(const struct overview_view *self, struct cells *cells, const struct live_server *server)
{
	struct arena *arena = cells->canvas->arena;
	double disk = fullest_disk(server);

	draw_wall_cells(self, cells, server);
	draw_queue_cells(self, cells, server);
	put_right(cells, 5, figure_style(self, server, "disk"), disk < 0 ? "-" : arena_format(arena, "%d%%", (int)(disk * 100)));
	put_right(cells, 4, figure_style(self, server, "certificate"),
		server->certificate_days == LONG_MAX ? "-" : server->certificate_days > 999 ? arena_format(arena, "%ldy", server->certificate_days / 365) :
		arena_format(arena, "%ldd", server->certificate_days));
	if (is_wide(cells->canvas)) {
		put_right(cells, 5, STYLE_ROW, server->load < 0 ? "-" : arena_format(arena, "%.1f", server->load));
		put_right(cells, 7, STYLE_ROW, text_from_count(arena, (int64_t)server->people));
	}
	if (server->old)
		canvas_format(cells->canvas, cells->row, cells->at, -1, STYLE_WARNING, "OLD %s", text_from_age(arena, server->age_s));
}

static void draw_server(const struct overview_view *self, struct canvas *canvas, int row, size_t index)
{
	const struct live_server *server = &self->data->servers[index];
	bool here = index == self->cursor;
	struct cells cells = { canvas, row, 1 };
	char digits[16];

	/* An old figure must not pass for one of now where there is no room for the word. */
	put(&cells, 8, server->dead ? STYLE_BAD : server->old ? STYLE_WARNING : STYLE_ROW,
		server->old && !server->dead && !is_wide(canvas) ? arena_format(canvas->arena, "%s OLD", server->name) : server->name);
	if (server->dead) {
		clock_digits(server->dead_since / 1000, 0, digits);
		canvas_format(canvas, row, cells.at, -1, STYLE_BAD, "%s since %s%s", server->ports_words != NULL && server->ports_words[0] != '\0' ? server->ports_words : "NO ANSWER",
			digits, server->queued > 0 ? arena_format(canvas->arena, ", last known queue %s", text_from_count(canvas->arena, (int64_t)server->queued)) : "");
	} else {
		draw_server_figures(self, &cells, server);
	}
	if (here) {
		canvas_restyle(canvas, row, 0, 10, STYLE_ROW_HERE);
		canvas_border(canvas, row, 0, 1, BORDER_POINTER, STYLE_ROW_HERE);
		canvas_cursor(canvas, row, 0, false);
	}
	canvas_target(canvas, row, 0, canvas->columns, (int)index);
}

static void draw_sparks(const struct overview_view *self, struct canvas *canvas, int row)
{
	size_t index = self->cursor < self->data->count ? self->cursor : 0;
	const struct live_server *server = &self->data->servers[index];
	int half = canvas->columns / 2, width = half - 20;
	double points[72], high;
	size_t count;

	if (self->data->count == 0 || width < 8)
		return;
	canvas_format(canvas, row, 1, half - 1, STYLE_LABEL, "last minutes of %s", server->name);
	canvas_words(canvas, row + 1, 1, 12, STYLE_LABEL, "connections");
	count = live_series(live_of(self), server->host, MEASURE_CONNECTIONS, SPAN_MINUTES, points, 72);
	high = chart_spark(canvas, row + 1, 13, width, STYLE_ROW, points, count, 0);
	if (!isnan(high))
		canvas_format(canvas, row + 1, 14 + width, 6, STYLE_DIM, "%.0f", high);
	canvas_words(canvas, row + 1, half, 6, STYLE_LABEL, "queue");
	count = live_series(live_of(self), server->host, MEASURE_QUEUE, SPAN_MINUTES, points, 72);
	high = chart_spark(canvas, row + 1, half + 7, width, STYLE_ROW, points, count, 0);
	if (!isnan(high))
		canvas_format(canvas, row + 1, half + 8 + width, 7, STYLE_DIM, "%.0f", high);
}

/* --- what needs a person ----------------------------------------------------------------------------------- */

static const char *since_words(const struct overview_view *self, struct arena *arena, const struct live_alarm *alarm)
{
	int64_t now = session_now(self->view.session);
	char digits[16];

	clock_digits(alarm->since / 1000, 0, digits);
	/* Minutes only: a figure that moves each second sends bytes and tells nothing. */
	return arena_format(arena, "%s %s", digits, text_from_age(arena, (now - alarm->since / 1000) / 60 * 60));
}

/* Returns the rows it took. */
static int draw_alarm(const struct overview_view *self, struct canvas *canvas, int row, int rows, size_t index, const struct live_alarm *alarm)
{
	static const char *const signs[] = { [LEVEL_OK] = "-", [LEVEL_NOTE] = "-", [LEVEL_WARNING] = "!", [LEVEL_CRITICAL] = "!!" };
	bool here = self->cursor == self->data->count + index;
	enum style style = alarm->known_by != NULL ? STYLE_DIM : level_style(alarm->level);
	const char *since = since_words(self, canvas->arena, alarm);
	int right = (int)strlen(since), used = 1;

	canvas_words(canvas, row, 1, 2, style, alarm->known_by != NULL ? "-" : signs[alarm->level]);
	canvas_words(canvas, row, 4, canvas->columns - right - 7, style, alarm->sentence);
	canvas_words(canvas, row, canvas->columns - right - 1, right, STYLE_DIM, since);
	if (used < rows && (alarm->advice != NULL || alarm->more != NULL || alarm->known_by != NULL)) {
		const char *words = alarm->known_by != NULL ? arena_format(canvas->arena, "%s is on it", alarm->known_by) : alarm->advice;
		int at = 6;

		if (words != NULL)
			at += canvas_words(canvas, row + 1, at, canvas->columns - at - 1, STYLE_VALUE, words) + 2;
		if (alarm->more != NULL)
			canvas_words(canvas, row + 1, at, canvas->columns - at - 1, STYLE_DIM, alarm->more);
		used++;
	}
	if (here) {
		canvas_restyle(canvas, row, 0, 4, STYLE_ROW_HERE);
		canvas_border(canvas, row, 0, 1, BORDER_POINTER, STYLE_ROW_HERE);
		canvas_cursor(canvas, row, 0, false);
	}
	canvas_target(canvas, row, 0, canvas->columns, (int)(self->data->count + index));
	return used;
}

/* Why nobody is needed, or why that cannot be said yet. */
static const char *nothing_words(const struct overview_view *self)
{
	if (self->data->count == 0)
		return "No server is configured: see postroom.conf(5), section server.";
	if (!live_settled(live_of(self)))
		return "asking ..";
	if (self->data->up < self->data->count)
		return "nothing yet: what is wrong must be so for three readings";
	return "nothing: every figure is below its mark";
}

static void draw_alarms(const struct overview_view *self, struct canvas *canvas, const struct overview_layout *layout)
{
	size_t count, known = 0, from = 0;
	const struct live_alarm *alarms = live_alarms(live_of(self), &count);
	int row = layout->alarms, end = layout->alarms + layout->alarm_rows;

	for (size_t i = 0; i < count; i++)
		known += alarms[i].known_by != NULL;
	frame_rule(canvas, layout->rule, 0, canvas->columns, arena_format(canvas->arena, known > 0 ? "Needs a person: %zu, somebody is on %zu more" :
		"Needs a person: %zu", count - known, known));
	if (count == 0)
		canvas_words(canvas, row, 1, -1, self->data->up < self->data->count || self->data->count == 0 ? STYLE_DIM : STYLE_OK,
			nothing_words(self));
	/* Two rows each; the one under the cursor stays in sight. */
	if (self->cursor >= self->data->count + (size_t)layout->alarm_rows / 2 && layout->alarm_rows > 1)
		from = self->cursor - self->data->count - (size_t)layout->alarm_rows / 2 + 1;
	for (size_t i = from; i < count && row < end; i++)
		row += draw_alarm(self, canvas, row, end - row, i, &alarms[i]);
	if (row >= end && count > from + (size_t)layout->alarm_rows)
		canvas_format(canvas, end - 1, canvas->columns - 12, 11, STYLE_DIM, "%zu in all", count);
}

/* --- the view ------------------------------------------------------------------------------------------------ */

static void overview_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct overview_view *self = (const struct overview_view *)view;
	struct overview_layout layout = layout_of(self, area);

	draw_header(canvas, layout.header);
	for (int i = 0; i < layout.server_rows && self->first + (size_t)i < self->data->count; i++)
		draw_server(self, canvas, layout.servers + i, self->first + (size_t)i);
	if (layout.spark >= 0)
		draw_sparks(self, canvas, layout.spark);
	draw_alarms(self, canvas, &layout);
}

static const char *overview_title(const struct view *view, struct arena *arena)
{
	const struct overview_view *self = (const struct overview_view *)view;
	size_t pages = pages_of(self), page = self->first / (size_t)layout_now(self).server_rows + 1;
	const char *up = arena_format(arena, "%zu of %zu servers answer", self->data->up, self->data->count);

	if (!self->wall || pages < 2)
		return arena_format(arena, "Overview - %s%s", up, self->wall ? " - wall" : "");
	return arena_format(arena, "Overview - %s - page %zu of %zu", up, page, pages);
}

static void settle(struct overview_view *self)
{
	size_t count = self->data->count + alarm_count(self), rows = (size_t)layout_now(self).server_rows;

	if (self->cursor >= count)
		self->cursor = count > 0 ? count - 1 : 0;
	if (self->wall || self->cursor >= self->data->count) {
		if (self->first >= self->data->count)
			self->first = 0;
		return;
	}
	if (self->cursor < self->first)
		self->first = self->cursor;
	if (self->cursor >= self->first + rows)
		self->first = self->cursor - rows + 1;
}

static void take_picture(struct overview_view *self)
{
	live_overview_free(self->data);
	self->data = live_overview(live_of(self));
	settle(self);
	session_changed(self->view.session);
}

static void turn_page(struct overview_view *self)
{
	size_t rows = (size_t)layout_now(self).server_rows;
	int64_t now = session_now(self->view.session);

	if (!self->wall || now - self->turned_at < TURN_SECONDS)
		return;
	self->turned_at = now;
	self->first = self->first + rows < self->data->count ? self->first + rows : 0;
	session_changed(self->view.session);
}

static void overview_notice(struct view *view, const struct event *event)
{
	struct overview_view *self = (struct overview_view *)view;

	if (event->kind == EVENT_LIVE)
		take_picture(self);
	else if (event->kind == EVENT_TICK)
		turn_page(self);
	else
		settle(self);
}

static void open_alarm(struct overview_view *self, const struct live_alarm *alarm)
{
	const struct section *section = section_find(alarm->section);

	if (section == NULL || !session_goto(self->view.session, section))
		session_notice(self->view.session, NULL, "%s", alarm->sentence);
}

static void open_here(struct overview_view *self)
{
	struct session *session = self->view.session;
	size_t count, index = self->cursor - self->data->count;
	const struct live_alarm *alarms = live_alarms(live_of(self), &count);

	if (self->cursor < self->data->count)
		session_push(session, live_list_new(session, "services", self->data->servers[self->cursor].host, NULL, NULL));
	else if (index < count)
		open_alarm(self, &alarms[index]);
}

static bool overview_act(struct view *view, const struct action *action)
{
	struct overview_view *self = (struct overview_view *)view;
	size_t count = self->data->count + alarm_count(self);
	bool moved;
	size_t at = move_row(move_of(action), self->cursor, count, 5, &moved);

	if (moved) {
		self->cursor = at;
		settle(self);
	} else if (strcmp(action->name, "open") == 0) {
		open_here(self);
	} else if (strcmp(action->name, "refresh") == 0) {
		live_refresh(live_of(self), LIVE_ALL, live_overview_sources());
	} else if (strcmp(action->name, "wall") == 0) {
		self->wall = !self->wall;
		self->turned_at = session_now(view->session);
		session_notice(view->session, NULL, self->wall ? "The pages turn by themselves every 15 s" : "The page stays");
	} else {
		return false;
	}
	return true;
}

static const char *overview_blocked(const struct view *view, const struct action *action)
{
	const struct overview_view *self = (const struct overview_view *)view;

	if (strcmp(action->name, "open") == 0 && self->data->count + alarm_count(self) == 0)
		return "there is nothing under the cursor";
	return NULL;
}

static void overview_click(struct view *view, int id)
{
	struct overview_view *self = (struct overview_view *)view;

	self->cursor = (size_t)id;
	settle(self);
}

static bool overview_busy(const struct view *view)
{
	return !live_settled(session_engine(view->session)->live);
}

static void overview_close(struct view *view)
{
	live_overview_free(((struct overview_view *)view)->data);
	free(view);
}

bool overview_on_wall(const struct view *view)
{
	return strcmp(view->class->place, "overview") == 0 && ((const struct overview_view *)view)->wall;
}

static const struct view_class overview_class = {
	.place = "overview",
	.close = overview_close,
	.draw = overview_draw,
	.act = overview_act,
	.notice = overview_notice,
	.blocked = overview_blocked,
	.title = overview_title,
	.click = overview_click,
	.busy = overview_busy,
};

struct view *overview_view_new(struct session *session)
{
	struct overview_view *self = memory_new(sizeof *self);

	self->view.class = &overview_class;
	self->view.session = session;
	self->data = live_overview(live_of(self));
	return &self->view;
}
