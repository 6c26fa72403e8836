/*
 * overview_draw: how the overview looks: servers as a table, the last minutes
 * of the one under the cursor, and below what needs a person.
 *
 * Ages are whole minutes and stand only where they matter, so an idle screen
 * sends nothing.  Draws only, never fails; loop thread.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ui/chart.h"
#include "ui/frame.h"
#include "ui/mask.h"
#include "ui/moment.h"
#include "ui/overview_private.h"
#include "ui/session.h"

enum { LEAST_ALARM_ROWS = 5, SPARK_ROWS = 2, NARROW = 70, WIDE = 119, SPARK_COLUMNS = 12, POINTS = 60 };

const char *overview_words(const struct overview_view *self, struct arena *arena, const char *words)
{
	return self->wall && session_config(self->view.session)->live.mask_addresses ? mask_addresses(arena, words) : words;
}

enum style overview_level_style(enum live_level level)
{
	return level == LEVEL_CRITICAL ? STYLE_BAD : level == LEVEL_WARNING ? STYLE_WARNING : STYLE_ROW;
}

/* --- layout --------------------------------------------------------------------------------------- */

struct overview_layout overview_layout(const struct overview_view *self)
{
	struct area area = frame_area(session_canvas(self->view.session), true);
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
	layout.alarm_rows = rest > 0 ? rest : 0;
	return layout;
}

/* --- the table of servers --------------------------------------------------------------------------- */

/* Where a cell of a server goes. */
struct place { const struct overview_view *self; struct canvas *canvas; int row, at, width; };

static void put(const struct place *place, enum style style, const char *words)
{
	canvas_words(place->canvas, place->row, place->at, place->width, style, words);
}

static void put_right(const struct place *place, enum style style, const char *words)
{
	canvas_right(place->canvas, place->row, place->at, place->width, style, words);
}

/* The worst alarm of this server about one of these things, so that a figure looks as its threshold says. */
static enum style figure_style(const struct overview_view *self, const struct live_server *server, const char *const *rules)
{
	size_t count;
	const struct live_alarm *alarms = live_alarms(overview_live(self), &count);
	enum live_level worst = LEVEL_OK;

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; rules[j] != NULL && alarms[i].host == server->host; j++) {
			if (strcmp(alarms[i].rule, rules[j]) == 0 && alarms[i].level > worst)
				worst = alarms[i].level;
		}
	}
	return overview_level_style(worst);
}

static const char *const about_wall[] = { "logins", "full", "limits", "turned-away", "throttled", NULL };
static const char *const about_queue[] = { "own-deferred", "queue-growth", "queue-old", "postfix-down", NULL };
static const char *const about_disk[] = { "disk", "disk-hours", NULL };
static const char *const about_load[] = { "load", "memory", NULL };
static const char *const about_certificate[] = { "certificate", NULL };

static void draw_name(const struct place *place, const struct live_server *server)
{
	put(place, server->dead ? STYLE_BAD : server->old || server->partly ? STYLE_WARNING : STYLE_ROW, server->name);
}

/* "8m" in place of "8 m": room is short here. */
static const char *short_age(struct arena *arena, long seconds)
{
	char *words = text_from_age(arena, seconds), *blank = strchr(words, ' ');

	if (blank != NULL)
		memmove(blank, blank + 1, strlen(blank));
	return words;
}

/* An old figure must not pass for one of now, so its age goes first. */
static void draw_ports(const struct place *place, const struct live_server *server)
{
	struct arena *arena = place->canvas->arena;
	unsigned all = server->ports_ok + server->ports_bad;

	if (server->old)
		put(place, STYLE_WARNING, arena_format(arena, "OLD %s", short_age(arena, server->age_s < 60 ? server->age_s : server->age_s / 60 * 60)));
	else if (live_silenced(overview_live(place->self), server->host) > session_now(place->self->view.session))
		put(place, STYLE_DIM, "maint.");
	else if (all == 0)
		put(place, STYLE_DIM, "-");
	else if (server->ports_bad > 0)
		put(place, STYLE_BAD, arena_format(arena, "%u/%u BAD", server->ports_bad, all));
	else
		put(place, STYLE_ROW, arena_format(arena, "%u ok", all));
}

static const struct live_state *state_of(const struct place *place, const struct live_server *server, enum live_source source)
{
	return live_state(overview_live(place->self), server->host, source);
}

/* It was asked for, and never came. */
static bool is_missing(const struct place *place, const struct live_server *server, enum live_source source)
{
	const struct live_state *state = state_of(place, server, source);

	return state->applies && !state->known && state->error.kind != ERROR_NONE;
}

static void draw_wall_cell(const struct place *place, const struct live_server *server)
{
	const struct live_wall *wall = &server->wall;
	struct canvas *canvas = place->canvas;
	bool brief = place->width < 20;
	double part = wall->possible > 0 ? (double)wall->used / (double)wall->possible : -1;
	enum style style = figure_style(place->self, server, about_wall);
	int name = brief ? place->width - 5 : 10;

	if (wall->service == NULL || wall->possible == 0) {
		if (is_missing(place, server, LIVE_SERVICES) && server->connections == 0) {
			put(place, STYLE_WARNING, "not known");
			return;
		}
		put(place, STYLE_DIM, server->connections > 0 ? arena_format(canvas->arena, "%s %s", text_from_count(canvas->arena,
			(int64_t)server->connections), brief ? "conn." : "connections") : "-");
		return;
	}
	canvas_words(canvas, place->row, place->at, name, style, wall->service);
	if (!brief)
		chart_bar(canvas, place->row, place->at + name + 1, place->width - name - 6, style, part);
	canvas_right(canvas, place->row, place->at + place->width - 4, 4, style, arena_format(canvas->arena, "%d%%", (int)(part * 100)));
}

static void draw_left(const struct place *place, const struct live_server *server)
{
	long minutes = server->wall.minutes_left;

	put_right(place, figure_style(place->self, server, about_wall), minutes < 0 ? "-" : minutes == 0 ? "FULL" :
		text_from_age(place->canvas->arena, minutes * 60));
}

static void draw_away(const struct place *place, const struct live_server *server)
{
	put_right(place, server->wall.turned_away > 0 ? figure_style(place->self, server, about_wall) : STYLE_ROW,
		!state_of(place, server, LIVE_SERVICES)->known ? "-" : text_from_count(place->canvas->arena, (int64_t)server->wall.turned_away));
}

static void draw_queued(const struct place *place, const struct live_server *server)
{
	put_right(place, figure_style(place->self, server, about_queue),
		server->queue_known ? text_from_count(place->canvas->arena, (int64_t)server->queued) : "-");
}

static void draw_grows(const struct place *place, const struct live_server *server)
{
	put_right(place, STYLE_ROW, !server->queue_known || server->queue_grows == 0 ? "-" :
		arena_format(place->canvas->arena, "%+ld/m", server->queue_grows));
}

static void draw_oldest(const struct place *place, const struct live_server *server)
{
	int64_t age = session_now(place->self->view.session) - server->queue_oldest;

	put_right(place, STYLE_ROW, !server->queue_known || server->queue_oldest == 0 ? "-" : moment_age(place->canvas->arena, age));
}

static void draw_disk(const struct place *place, const struct live_server *server)
{
	double full = -1;

	for (size_t i = 0; i < 3; i++)
		full = server->disk_full[i] > full ? server->disk_full[i] : full;
	put_right(place, figure_style(place->self, server, about_disk), full < 0 ? "-" : arena_format(place->canvas->arena, "%d%%", (int)(full * 100)));
}

static void draw_certificate(const struct place *place, const struct live_server *server)
{
	long days = server->certificate_days;

	put_right(place, figure_style(place->self, server, about_certificate), days == LONG_MAX ? "-" :
		days > 999 ? arena_format(place->canvas->arena, "%ldy", days / 365) : arena_format(place->canvas->arena, "%ldd", days));
}

static void draw_series(const struct place *place, const struct live_server *server, enum live_measure measure)
{
	double points[POINTS], squeezed[64];
	int width = place->width < 64 ? place->width : 64;
	size_t count = live_series(overview_live(place->self), server->host, measure, SPAN_MINUTES, points, POINTS);

	chart_squeeze(points, count, squeezed, (size_t)width);
	chart_spark(place->canvas, place->row, place->at, width, STYLE_ROW, squeezed, (size_t)width, 0);
}

static void draw_connection_series(const struct place *place, const struct live_server *server)
{
	draw_series(place, server, MEASURE_CONNECTIONS);
}

static void draw_queue_series(const struct place *place, const struct live_server *server)
{
	draw_series(place, server, MEASURE_QUEUE);
}

static void draw_load(const struct place *place, const struct live_server *server)
{
	put_right(place, figure_style(place->self, server, about_load), server->load < 0 ? "-" :
		arena_format(place->canvas->arena, "%.1f", server->load));
}

static void draw_people(const struct place *place, const struct live_server *server)
{
	put_right(place, STYLE_ROW, !state_of(place, server, LIVE_WHO)->known ? "-" :
		text_from_count(place->canvas->arena, (int64_t)server->people));
}

/* Left to right; a column is there from this width of the screen on. */
static const struct table_column {
	const char *label;
	int width, narrow_width, from;     /* narrow_width 0: the same */
	bool right;
	void (*draw)(const struct place *place, const struct live_server *server);
} table_columns[] = {
	{ "server", 8, 0, 0, false, draw_name },
	{ "ports", 7, 0, NARROW, false, draw_ports },
	{ "fullest service", 20, 14, 0, false, draw_wall_cell },
	{ "left", 5, 0, NARROW, true, draw_left },
	{ "away", 4, 0, 0, true, draw_away },
	{ "queue", 6, 0, 0, true, draw_queued },
	{ "grows", 6, 0, NARROW, true, draw_grows },
	{ "oldest", 6, 0, NARROW, true, draw_oldest },
	{ "disk", 4, 0, NARROW, true, draw_disk },
	{ "cert", 4, 0, NARROW, true, draw_certificate },
	{ "connections", SPARK_COLUMNS, 0, WIDE, false, draw_connection_series },
	{ "queue", SPARK_COLUMNS, 0, WIDE, false, draw_queue_series },
	{ "people", 6, 0, WIDE, true, draw_people },
	{ "load", 5, 0, WIDE + 6, true, draw_load },
};
enum { TABLE_COLUMNS = sizeof table_columns / sizeof *table_columns };

static int column_width(const struct table_column *column, const struct canvas *canvas)
{
	return canvas->columns < NARROW && column->narrow_width > 0 ? column->narrow_width : column->width;
}

static void draw_header(struct canvas *canvas, int row)
{
	int at = 1;

	for (const struct table_column *column = table_columns; column < table_columns + TABLE_COLUMNS; column++) {
		int width = column_width(column, canvas);

		if (canvas->columns < column->from)
			continue;
		if (column->right)
			canvas_right(canvas, row, at, width, STYLE_LABEL, column->label);
		else
			canvas_words(canvas, row, at, width, STYLE_LABEL, column->label);
		at += width + 1;
	}
}

/* What is bad about it, since when, and what was known last. */
static void draw_dead(const struct overview_view *self, struct canvas *canvas, int row, const struct live_server *server)
{
	const char *what = server->ports_bad > 0 && server->ports_words != NULL ? server->ports_words : "NO ANSWER";
	int64_t since = server->dead_since / 1000, now = session_now(self->view.session);
	struct text words = { 0 };

	text_addf(&words, "%s since %s", what, moment_words(canvas->arena, since, now));
	if (now - since >= 60)
		text_addf(&words, ", %s", moment_age(canvas->arena, now - since));
	if (server->queue_known)
		text_addf(&words, "; last known queue %s", text_from_count(canvas->arena, (int64_t)server->queued));
	if (server->people > 0)
		text_addf(&words, ", %s people", text_from_count(canvas->arena, (int64_t)server->people));
	canvas_words(canvas, row, 10, canvas->columns - 11, STYLE_BAD, text_get(&words));
	text_free(&words);
}

static void draw_here(struct canvas *canvas, int row, int width)
{
	canvas_restyle(canvas, row, 0, width, STYLE_ROW_HERE);
	canvas_border(canvas, row, 0, 1, BORDER_POINTER, STYLE_ROW_HERE);
	canvas_cursor(canvas, row, 0, false);
}

static void draw_server(const struct overview_view *self, struct canvas *canvas, int row, size_t index)
{
	const struct live_server *server = &self->data->servers[index];
	struct place place = { self, canvas, row, 1, 0 };

	for (const struct table_column *column = table_columns; column < table_columns + TABLE_COLUMNS; column++) {
		if (canvas->columns < column->from)
			continue;
		place.width = column_width(column, canvas);
		if (!server->dead || column == table_columns)
			column->draw(&place, server);
		place.at += place.width + 1;
	}
	if (server->dead)
		draw_dead(self, canvas, row, server);
	if (index == self->cursor)
		draw_here(canvas, row, 9);
	canvas_target(canvas, row, 0, canvas->columns, (int)index);
}

/* --- the last minutes --------------------------------------------------------------------------------- */

/* The server under the cursor, or of the alarm under it; else the one that needs somebody most and answers. */
static const struct live_server *server_meant(const struct overview_view *self)
{
	size_t count, host = LIVE_ALL;
	const struct live_alarm *alarms = live_alarms(overview_live(self), &count);

	if (self->cursor < self->data->count && !self->data->servers[self->cursor].dead)
		return &self->data->servers[self->cursor];
	if (self->cursor >= self->data->count && self->cursor - self->data->count < count)
		host = alarms[self->cursor - self->data->count].host;
	for (size_t i = 0; i < self->data->count && host != LIVE_ALL; i++) {
		if (self->data->servers[i].host == host)
			return &self->data->servers[i];
	}
	for (size_t i = 0; i < self->data->count; i++) {
		if (!self->data->servers[i].dead)
			return &self->data->servers[i];
	}
	return NULL;
}

static void draw_spark(const struct overview_view *self, struct canvas *canvas, int row, int column, int width, const char *label,
		const struct live_server *server, enum live_measure measure)
{
	int used = canvas_words(canvas, row, column, width, STYLE_LABEL, label) + 1;
	double points[POINTS], squeezed[POINTS], high;
	size_t count = live_series(overview_live(self), server->host, measure, SPAN_MINUTES, points, POINTS);
	int room = width - used - 12;

	if (room < 8)
		return;
	if (room > POINTS)
		room = POINTS;
	chart_squeeze(points, count, squeezed, (size_t)room);
	high = chart_spark(canvas, row, column + used, room, STYLE_ROW, squeezed, (size_t)room, 0);
	canvas_words(canvas, row, column + used + room + 1, 11, STYLE_DIM, isnan(high) ? "not known" :
		arena_format(canvas->arena, "most %s", text_from_count(canvas->arena, (int64_t)high)));
}

static void draw_sparks(const struct overview_view *self, struct canvas *canvas, int row)
{
	const struct live_server *server = server_meant(self);
	int half = canvas->columns / 2;

	if (server == NULL)
		return;
	canvas_format(canvas, row, 1, canvas->columns - 2, STYLE_DIM, "last 15 minutes of %s", server->name);
	draw_spark(self, canvas, row + 1, 1, half - 1, "connections", server, MEASURE_CONNECTIONS);
	draw_spark(self, canvas, row + 1, half + 1, canvas->columns - half - 2, "queue", server, MEASURE_QUEUE);
}

/* --- what needs a person ----------------------------------------------------------------------------------- */

/* Which alarms get their second line: what to do always, what is known besides as far as there is room. */
static bool *choose_details(const struct overview_view *self, struct arena *arena, const struct live_alarm *alarms, size_t count, int rows)
{
	bool *details = arena_alloc(arena, (count + 1) * sizeof *details);
	int left = rows - (int)count;

	for (size_t i = 0; i < count; i++) {
		details[i] = alarms[i].advice != NULL || alarms[i].known_by != NULL || (self->cursor == self->data->count + i && alarms[i].more != NULL);
		left -= details[i] + (alarms[i].known_by != NULL && (i == 0 || alarms[i - 1].known_by == NULL));
	}
	for (size_t i = 0; i < count && left > 0; i++) {
		if (!details[i] && alarms[i].more != NULL) {
			details[i] = true;
			left--;
		}
	}
	return details;
}

static const char *since_words(const struct overview_view *self, struct canvas *canvas, const struct live_alarm *alarm)
{
	int64_t now = session_now(self->view.session), since = alarm->since / 1000;
	const char *age = moment_age(canvas->arena, now - since);

	return canvas->columns < NARROW ? age : arena_format(canvas->arena, "%s %5s", moment_words(canvas->arena, since, now), age);
}

static const char *known_words(const struct overview_view *self, struct arena *arena, const struct live_alarm *alarm)
{
	if (alarm->known_until == 0)
		return arena_format(arena, "%s is on it", alarm->known_by);
	return arena_format(arena, "%s is on it until %s", alarm->known_by, moment_words(arena, alarm->known_until, session_now(self->view.session)));
}

static void draw_detail(const struct overview_view *self, struct canvas *canvas, int row, const struct live_alarm *alarm)
{
	int at = 4;

	if (alarm->known_by != NULL)
		at += canvas_words(canvas, row, at, canvas->columns - at - 1, STYLE_VALUE, known_words(self, canvas->arena, alarm)) + 2;
	else if (alarm->advice != NULL)
		at += canvas_words(canvas, row, at, canvas->columns - at - 1, STYLE_TITLE, alarm->advice) + 2;
	if (alarm->more != NULL && at < canvas->columns - 8)
		canvas_words(canvas, row, at, canvas->columns - at - 1, STYLE_DIM, overview_words(self, canvas->arena, alarm->more));
}

static void draw_alarm(const struct overview_view *self, struct canvas *canvas, int row, bool detail, size_t index, const struct live_alarm *alarm)
{
	static const char *const signs[] = { [LEVEL_OK] = "-", [LEVEL_NOTE] = "-", [LEVEL_WARNING] = "!", [LEVEL_CRITICAL] = "!!" };
	enum style style = alarm->known_by != NULL ? STYLE_DIM : overview_level_style(alarm->level);
	const char *since = since_words(self, canvas, alarm);
	int right = (int)strlen(since);

	canvas_words(canvas, row, 1, 2, style, alarm->known_by != NULL ? "-" : signs[alarm->level]);
	canvas_words(canvas, row, 4, canvas->columns - right - 6, style, overview_words(self, canvas->arena, alarm->sentence));
	canvas_words(canvas, row, canvas->columns - right - 1, right, STYLE_DIM, since);
	if (detail)
		draw_detail(self, canvas, row + 1, alarm);
	if (self->cursor == self->data->count + index)
		draw_here(canvas, row, 4);
	canvas_target(canvas, row, 0, canvas->columns, (int)(self->data->count + index));
}

/* Why nobody is needed, or why that cannot be said yet. */
static const char *nothing_words(const struct overview_view *self)
{
	if (self->data->count == 0)
		return "No server is configured: see postroom.conf(5), section server.";
	if (!live_settled(overview_live(self)))
		return "asking ..";
	if (self->data->up < self->data->count || live_rising(overview_live(self)))
		return "nothing yet: what is wrong must be so for three readings";
	return "nothing: every figure is below its mark";
}

/* Rows that an alarm takes; the first one that is known has a heading of its own. */
static int alarm_rows(const struct live_alarm *alarms, const bool *details, size_t index)
{
	bool heading = alarms[index].known_by != NULL && (index == 0 || alarms[index - 1].known_by == NULL);

	return 1 + details[index] + heading;
}

/* The first alarm that is drawn, so that the one under the cursor is in sight. */
static size_t first_alarm(const struct overview_view *self, const struct live_alarm *alarms, const bool *details, size_t count, int rows)
{
	size_t here = self->cursor - self->data->count, first = 0;
	int used = 0;

	if (self->cursor < self->data->count || here >= count)
		return 0;
	for (size_t i = 0; i <= here; i++) {
		used += alarm_rows(alarms, details, i);
		while (used > rows && first < i)
			used -= alarm_rows(alarms, details, first++);
	}
	return first;
}

static int draw_silences(const struct overview_view *self, struct canvas *canvas, int row, int end)
{
	int64_t now = session_now(self->view.session);

	for (size_t i = 0; i < self->data->count && row < end; i++) {
		int64_t until = live_silenced(overview_live(self), self->data->servers[i].host);

		if (until > now)
			canvas_format(canvas, row++, 1, canvas->columns - 2, STYLE_DIM, "-  %s: maintenance until %s, no alarms of it",
				self->data->servers[i].name, moment_words(canvas->arena, until, now));
	}
	return row;
}

static const char *alarm_heading(struct canvas *canvas, size_t count, size_t known, size_t first, size_t shown)
{
	const char *words = arena_format(canvas->arena, "Needs a person: %zu", count - known);

	if (known > 0)
		words = arena_format(canvas->arena, "%s, known: %zu", words, known);
	return shown < count ? arena_format(canvas->arena, "%s - %zu to %zu shown", words, first + 1, first + shown) : words;
}

static void draw_alarms(const struct overview_view *self, struct canvas *canvas, const struct overview_layout *layout)
{
	size_t count, known = 0, first, shown = 0;
	const struct live_alarm *alarms = live_alarms(overview_live(self), &count);
	int row = layout->alarms, end = layout->alarms + layout->alarm_rows;
	const bool *details;

	for (size_t i = 0; i < count; i++)
		known += alarms[i].known_by != NULL;
	details = choose_details(self, canvas->arena, alarms, count, layout->alarm_rows - (count == known));
	first = first_alarm(self, alarms, details, count, layout->alarm_rows);
	if (count == known)
		canvas_words(canvas, row++, 1, canvas->columns - 2, self->data->up < self->data->count || self->data->count == 0 ? STYLE_DIM : STYLE_OK,
			known > 0 ? "nothing that nobody is on" : nothing_words(self));
	for (size_t i = first; i < count && row < end; i++, shown++) {
		if (alarms[i].known_by != NULL && (i == 0 || alarms[i - 1].known_by == NULL) && row + 1 < end)
			canvas_format(canvas, row++, 1, canvas->columns - 2, STYLE_HEADING, "Known, somebody is on it: %zu", known);
		draw_alarm(self, canvas, row, details[i] && row + 1 < end, i, &alarms[i]);
		row += 1 + details[i];
	}
	row = draw_silences(self, canvas, row, end);
	if (self->wall && row < end)
		canvas_words(canvas, end - 1, 1, canvas->columns - 2, STYLE_DIM, "If the clock above stands still, this screen is dead.");
	frame_rule(canvas, layout->rule, 0, canvas->columns, alarm_heading(canvas, count, known, first, shown));
}

/* --- all of it ------------------------------------------------------------------------------------------------ */

void overview_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct overview_view *self = (const struct overview_view *)view;
	struct overview_layout layout = overview_layout(self);

	if (area.rows < 3)
		return;
	if (wall_page(self) != WALL_SERVERS) {
		/* Halves: the alarms stay in sight on every page. */
		layout.rule = area.top + area.rows / 2;
		layout.alarms = layout.rule + 1;
		layout.alarm_rows = area.top + area.rows - layout.alarms;
		wall_draw(self, canvas, layout.header, layout.rule - layout.header);
	} else {
		draw_header(canvas, layout.header);
		for (int i = 0; i < layout.server_rows && self->first + (size_t)i < self->data->count; i++)
			draw_server(self, canvas, layout.servers + i, self->first + (size_t)i);
		if (layout.spark >= 0)
			draw_sparks(self, canvas, layout.spark);
	}
	draw_alarms(self, canvas, &layout);
}
