/*
 * wall: the pages that a screen nobody sits before turns by itself: servers,
 * services against their limits, the queue by domain, events.
 *
 * What needs a person stays below on every page.  Draws and reads snapshots;
 * nothing fails; loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/live_kinds.h"
#include "ui/chart.h"
#include "ui/moment.h"
#include "ui/overview_private.h"
#include "ui/session.h"

enum { ROWS_MOST = 60 };

static size_t server_pages(const struct overview_view *self)
{
	size_t rows = (size_t)overview_layout(self).server_rows;

	return self->data->count == 0 ? 1 : (self->data->count + rows - 1) / rows;
}

size_t wall_pages(const struct overview_view *self)
{
	return server_pages(self) + 3;
}

enum wall_page wall_page(const struct overview_view *self)
{
	size_t servers = server_pages(self);

	return !self->wall || self->page < servers ? WALL_SERVERS : (enum wall_page)(self->page - servers + 1);
}

void wall_read(struct overview_view *self)
{
	static const char *const tables[] = { NULL, "services", "queue-by-domain", NULL };
	struct live_question question = { .table = tables[wall_page(self)], .host = LIVE_ALL, .most = ROWS_MOST };

	rows_free(self->rows);
	self->rows = question.table == NULL ? NULL : live_rows(overview_live(self), &question);
}

void wall_turn(struct overview_view *self, size_t page)
{
	self->page = page % wall_pages(self);
	self->turned_at = session_now(self->view.session);
	if (wall_page(self) == WALL_SERVERS)
		self->first = self->page * (size_t)overview_layout(self).server_rows;
	wall_read(self);
	session_changed(self->view.session);
}

void wall_tick(struct overview_view *self)
{
	if (!self->wall)
		return;
	/* The seconds of the clock and of the title are the sign that it lives. */
	session_changed(self->view.session);
	if (self->held || session_now(self->view.session) - self->turned_at < WALL_TURN_SECONDS)
		return;
	wall_turn(self, self->page + 1);
}

/* --- pages ------------------------------------------------------------------------------------------- */

static const char *cell(const struct rows *rows, size_t row, size_t column)
{
	return rows->rows[row].values[column].bytes;
}

static const char *counted(struct arena *arena, const char *digits)
{
	return digits[0] == '\0' ? "-" : text_from_count(arena, strtoll(digits, NULL, 10));
}

/* Figures of a server that is away stay on the wall and say so; NULL: they are of now. */
static const char *old_words(const struct overview_view *self, struct arena *arena, const char *server, enum live_source source)
{
	struct live *live = overview_live(self);
	const struct live_state *state;
	size_t host;

	if (!host_named(live_hosts(live), server, &host))
		return NULL;
	state = live_state(live, host, source);
	return state->old ? arena_format(arena, "OLD, as of %s", moment_words(arena, state->taken_at / 1000, session_now(self->view.session))) : NULL;
}

static void draw_services(const struct overview_view *self, struct canvas *canvas, int row, int rows)
{
	int bar = canvas->columns - 62 > 40 ? 40 : canvas->columns - 62;

	canvas_words(canvas, row, 1, -1, STYLE_LABEL, "service            server");
	canvas_right(canvas, row, 28, 8, STYLE_LABEL, "used");
	if (canvas->columns >= 70) {
		canvas_words(canvas, row, 38 + bar + 1, -1, STYLE_LABEL, "of possible");
		canvas_words(canvas, row, 38 + bar + 14, -1, STYLE_LABEL, "turned away");
	}
	for (int i = 0; i < rows - 1 && (size_t)i < self->rows->count; i++) {
		size_t at = (size_t)i;
		const char *percent = cell(self->rows, at, SERVICES_PERCENT), *drop = cell(self->rows, at, SERVICES_LAST_DROP);
		const char *old = old_words(self, canvas->arena, cell(self->rows, at, SERVICES_SERVER), LIVE_SERVICES);
		double part = percent[0] == '\0' ? -1 : strtod(percent, NULL) / 100;
		enum style style = old != NULL ? STYLE_DIM : part >= 0.95 ? STYLE_BAD : part >= 0.8 ? STYLE_WARNING : STYLE_ROW;
		int64_t dropped;

		canvas_words(canvas, row + 1 + i, 1, 18, style, cell(self->rows, at, SERVICES_SERVICE));
		canvas_words(canvas, row + 1 + i, 20, 9, style, cell(self->rows, at, SERVICES_SERVER));
		canvas_right(canvas, row + 1 + i, 28, 8, style,
			old != NULL && canvas->columns < 70 ? "OLD" : counted(canvas->arena, cell(self->rows, at, SERVICES_USED)));
		if (canvas->columns < 70)
			continue;
		if (old == NULL)
			chart_bar(canvas, row + 1 + i, 38, bar, style, part);
		else
			canvas_words(canvas, row + 1 + i, 38, bar, style, old);
		canvas_format(canvas, row + 1 + i, 38 + bar + 1, 12, style, "%s", counted(canvas->arena, cell(self->rows, at, SERVICES_POSSIBLE)));
		if (text_to_time_iso(drop, &dropped))
			canvas_format(canvas, row + 1 + i, 38 + bar + 14, -1, STYLE_BAD, "%s", moment_words(canvas->arena, dropped, session_now(self->view.session)));
	}
	if (self->rows->count == 0)
		canvas_words(canvas, row + 1, 1, -1, STYLE_DIM, "Nothing is known of any service.");
}

static void draw_queue(const struct overview_view *self, struct canvas *canvas, int row, int rows)
{
	bool wide = canvas->columns >= 70;
	int name = wide ? 30 : 18;

	canvas_words(canvas, row, 1, name, STYLE_LABEL, "mail that waits, to");
	canvas_words(canvas, row, name + 2, 8, STYLE_LABEL, "server");
	canvas_right(canvas, row, name + 10, 8, STYLE_LABEL, "waiting");
	if (wide)
		canvas_words(canvas, row, name + 20, -1, STYLE_LABEL, "mostly because");
	for (int i = 0; i < rows - 1 && (size_t)i < self->rows->count; i++) {
		size_t at = (size_t)i, ours = kind_field_index(self->rows->kind, kind_field(self->rows->kind, "ours"));
		bool own = ours < self->rows->column_count && strcmp(cell(self->rows, at, ours), "yes") == 0;
		const char *old = old_words(self, canvas->arena, cell(self->rows, at, LQG_SERVER), LIVE_QUEUE);
		enum style style = old != NULL ? STYLE_DIM : own ? STYLE_WARNING : STYLE_ROW;

		canvas_words(canvas, row + 1 + i, 1, name, style, cell(self->rows, at, LQG_NAME));
		canvas_words(canvas, row + 1 + i, name + 2, 8, style, cell(self->rows, at, LQG_SERVER));
		canvas_right(canvas, row + 1 + i, name + 10, 8, style,
			old != NULL && !wide ? "OLD" : counted(canvas->arena, cell(self->rows, at, LQG_RECIPIENTS)));
		if (wide)
			canvas_words(canvas, row + 1 + i, name + 20, canvas->columns - name - 21, own && old == NULL ? STYLE_WARNING : STYLE_DIM,
				old != NULL ? old : overview_words(self, canvas->arena, cell(self->rows, at, LQG_MORE)));
	}
	if (self->rows->count == 0)
		canvas_words(canvas, row + 1, 1, -1, STYLE_OK, "No mail waits.");
}

static void draw_event(const struct overview_view *self, struct canvas *canvas, int row, const struct live_event *event)
{
	int64_t now = session_now(self->view.session);
	bool lasts = event->ended == 0 || event->ended > now;
	const char *how_long = lasts ? arena_format(canvas->arena, "open %s", moment_age(canvas->arena, now - event->began)) :
		event->ended > event->began ? moment_age(canvas->arena, event->ended - event->began) : "";
	int right = (int)strlen(how_long);

	canvas_words(canvas, row, 1, 6, STYLE_DIM, moment_words(canvas->arena, event->began, now));
	canvas_words(canvas, row, 8, canvas->columns - right - 10, lasts ? overview_level_style(event->level) : STYLE_ROW,
		overview_words(self, canvas->arena, strcmp(event->rule, "note") == 0 && event->note != NULL ? event->note : event->sentence));
	canvas_words(canvas, row, canvas->columns - right - 1, right, STYLE_DIM, how_long);
}

static void draw_events(const struct overview_view *self, struct canvas *canvas, int row, int rows)
{
	size_t count;
	const struct live_event *events = live_events(overview_live(self), &count);

	canvas_words(canvas, row, 1, -1, STYLE_LABEL, "began  what");
	for (int i = 0; i < rows - 1 && (size_t)i < count; i++)
		draw_event(self, canvas, row + 1 + i, &events[i]);
	if (count == 0)
		canvas_words(canvas, row + 1, 1, -1, STYLE_DIM, "Nothing has begun or ended yet.");
}

void wall_draw(const struct overview_view *self, struct canvas *canvas, int row, int rows)
{
	enum wall_page page = wall_page(self);

	if (rows < 2)
		return;
	if (page == WALL_SERVICES && self->rows != NULL)
		draw_services(self, canvas, row, rows);
	else if (page == WALL_QUEUE && self->rows != NULL)
		draw_queue(self, canvas, row, rows);
	else if (page == WALL_EVENTS)
		draw_events(self, canvas, row, rows);
}
