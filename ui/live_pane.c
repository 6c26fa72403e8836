/*
 * live_pane: words and graph below the connections.
 *
 * What it means that a service is full is a table by service: Dovecot says
 * nothing of it (dovecot 5.3).  Never fails; loop thread.
 */
#include "ui/live_pane.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/chart.h"
#include "ui/frame.h"
#include "ui/moment.h"
#include "ui/session.h"

enum { PANE_ROWS = 7, ROOM_FOR_PANE = 16, LABEL = 8, POINTS = 72, RATE_POINTS = 21, FIGURES = 22 };

int live_pane_rows(int rows)
{
	return rows >= ROOM_FOR_PANE ? PANE_ROWS : 0;
}

void live_pane_free(struct live_pane *pane)
{
	live_overview_free(pane->overview);
	memset(pane, 0, sizeof *pane);
}

/* --- reading ---------------------------------------------------------------------------------------- */

static uint64_t number_of(const struct row *row, size_t column)
{
	return strtoull(row->values[column].bytes, NULL, 10);
}

static bool find_column(const struct rows *rows, const char *name, size_t *column)
{
	for (*column = 0; *column < rows->column_count; (*column)++) {
		if (strcmp(rows->columns[*column]->name, name) == 0)
			return true;
	}
	return false;
}

static void count_rows(struct live_pane *pane, const struct rows *rows)
{
	size_t logged_in, trying;
	uint64_t most = 0;

	if (!find_column(rows, "logged_in", &logged_in) || !find_column(rows, "trying", &trying))
		return;
	for (size_t i = 0; i < rows->count; i++) {
		const struct row *row = &rows->rows[i];

		pane->counted = pane->counted || row->values[trying].length > 0;
		pane->logged_in += number_of(row, logged_in);
		pane->trying += number_of(row, trying);
		pane->trying_from += number_of(row, trying) > 0;
		if (number_of(row, trying) > most) {
			most = number_of(row, trying);
			pane->most_trying = arena_format(pane->overview->arena, "%s: %s", row->name, text_from_count(pane->overview->arena, (int64_t)most));
		}
	}
}

void live_pane_read(struct live_pane *pane, struct live *live, const struct rows *rows)
{
	live_pane_free(pane);
	pane->overview = live_overview(live);
	count_rows(pane, rows);
}

/* --- which wall -------------------------------------------------------------------------------------- */

static double part_of(const struct live_wall *wall)
{
	return wall->service == NULL || wall->possible == 0 ? -1 : (double)wall->used / (double)wall->possible;
}

/* Full before filling, filling soonest before fullest. */
static bool comes_first(const struct live_wall *a, const struct live_wall *b)
{
	bool a_fills = a->minutes_left >= 0 && part_of(a) >= 0.5, b_fills = b->minutes_left >= 0 && part_of(b) >= 0.5;

	if ((part_of(a) >= 1) != (part_of(b) >= 1))
		return part_of(a) >= 1;
	if (a_fills != b_fills)
		return a_fills;
	if (a_fills && a->minutes_left != b->minutes_left)
		return a->minutes_left < b->minutes_left;
	return part_of(a) > part_of(b);
}

static const struct live_server *next_wall(const struct live_pane *pane, size_t host)
{
	const struct live_server *next = NULL;

	for (size_t i = 0; i < pane->overview->count; i++) {
		const struct live_server *server = &pane->overview->servers[i];

		if ((host != LIVE_ALL && server->host != host) || server->dead || part_of(&server->wall) < 0)
			continue;
		if (next == NULL || comes_first(&server->wall, &next->wall))
			next = server;
	}
	return next;
}

/* By the end of the name, "-login" first. */
static const struct { const char *ends, *means; } meanings[] = {
	{ "-login", "Who is connected stays. New logins hang, then fail." },
	{ "imap", "Who is connected stays. New sessions wait, then fail." },
	{ "pop3", "Who is connected stays. New sessions wait, then fail." },
	{ "managesieve", "Who is connected stays. Filters cannot be edited." },
	{ "submission", "Programs cannot send; they try again by themselves." },
	{ "lmtp", "Delivery waits: mail collects in the queue, nothing is lost." },
	{ "stats", "Figures are lost, and every login may wait up to 5 s." },
	{ "auth", "Logins wait for their password check, then fail." },
	{ "anvil", "Logins wait, and limits per person are not kept." },
	{ "", "Whatever needs this service waits." },
};

static const char *meaning_of(const char *service)
{
	size_t length = strlen(service);

	for (size_t i = 0; ; i++) {
		size_t ends = strlen(meanings[i].ends);

		if (ends <= length && strcmp(service + length - ends, meanings[i].ends) == 0)
			return meanings[i].means;
	}
}

/* The site's own word, where an alarm about it is on. */
static const char *advice_for(struct session *session, const struct live_server *server)
{
	static const char *const about[] = { "turned-away", "logins", "full", "limits", "throttled" };
	size_t count;
	const struct live_alarm *alarms = live_alarms(session_engine(session)->live, &count);

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < sizeof about / sizeof *about && alarms[i].host == server->host; j++) {
			if (strcmp(alarms[i].rule, about[j]) == 0 && alarms[i].advice != NULL)
				return alarms[i].advice;
		}
	}
	return NULL;
}

static const char *do_words(struct session *session, struct arena *arena, const struct live_server *server)
{
	const char *advice = advice_for(session, server), *key;

	if (advice != NULL)
		return advice;
	if (part_of(&server->wall) < 0.8)
		return "Nothing now.";
	key = keymap_key(session_keymap(session), "live", "by-address", arena);
	return key == NULL ? "See by address who takes them." : arena_format(arena, "See who takes them: %s shows the addresses, with those only trying.", key);
}

static const char *wall_words(struct session *session, struct arena *arena, const struct live_server *server)
{
	const struct live_wall *wall = &server->wall;
	struct text text = { 0 };
	char *words;

	text_addf(&text, "%s %s, %s of %s %s", server->name, wall->service, text_from_count(arena, (int64_t)wall->used),
		text_from_count(arena, (int64_t)wall->possible), wall->unit);
	if (wall->minutes_left == 0)
		text_add(&text, ", FULL");
	else if (wall->minutes_left > 0)
		text_addf(&text, ", full in %s at this rate", text_from_age(arena, wall->minutes_left * 60));
	else if (part_of(wall) < 0.5)
		text_add(&text, ", far");
	else
		text_add(&text, ", not filling");
	if (wall->turned_away > 0)
		text_addf(&text, "; %s turned away%s", text_from_count(arena, (int64_t)wall->turned_away), wall->last_drop > 0 ?
			arena_format(arena, ", %s", moment_words(arena, wall->last_drop, session_now(session))) : "");
	words = arena_text(arena, text_get(&text));
	text_free(&text);
	return words;
}

/* --- drawing ------------------------------------------------------------------------------------------- */

static void line(struct canvas *canvas, int row, const char *label, enum style style, const char *words)
{
	if (words == NULL)
		return;
	canvas_words(canvas, row, 1, LABEL - 1, STYLE_LABEL, label);
	canvas_words(canvas, row, 1 + LABEL, canvas->columns - LABEL - 2, style, words);
}

/* Change over the last five minutes; NAN where it is not known that far back. */
static double change_of(struct live *live, size_t host, enum live_measure measure)
{
	double points[RATE_POINTS], last = NAN;
	size_t count = live_series(live, host, measure, SPAN_MINUTES, points, RATE_POINTS);

	for (size_t i = count; i-- > 0 && isnan(last); )
		last = points[i];
	return count < RATE_POINTS || isnan(points[0]) ? NAN : last - points[0];
}

static void draw_axis(struct session *session, struct canvas *canvas, int row, int column, int width)
{
	int64_t now = session_now(session);

	for (int i = 0; i < 3; i++) {
		char digits[16];
		int at = column + i * (width - 5) / 2;

		clock_digits(now - (2 - i) * 3 * 3600, 0, digits);
		canvas_words(canvas, row, at, 5, STYLE_DIM, digits);
	}
}

static void draw_graph(struct session *session, struct canvas *canvas, int row, const struct live_server *server, bool logins)
{
	struct live *live = session_engine(session)->live;
	enum live_measure measure = logins ? MEASURE_LOGINS : MEASURE_CONNECTIONS;
	double points[POINTS], squeezed[POINTS], change = change_of(live, server->host, measure), high;
	size_t count = live_series(live, server->host, measure, SPAN_HOURS, points, POINTS);
	int column = 1 + LABEL, width = canvas->columns - column - FIGURES - 1;
	const char *figures;

	if (width > POINTS)
		width = POINTS;
	if (width < 12)
		return;
	chart_squeeze(points, count, squeezed, (size_t)width);
	canvas_words(canvas, row, 1, LABEL - 1, STYLE_LABEL, "6 hours");
	high = chart_spark(canvas, row, column, width, STYLE_ROW, squeezed, (size_t)width, 0);
	figures = isnan(high) ? "not known" : arena_format(canvas->arena, "most %s", text_from_count(canvas->arena, (int64_t)high));
	if (!isnan(change))
		figures = arena_format(canvas->arena, "%s, %+.0f in 5 m", figures, change);
	canvas_words(canvas, row, column + width + 1, FIGURES, STYLE_DIM, figures);
	draw_axis(session, canvas, row + 1, column, width);
	canvas_format(canvas, row + 1, column + width + 1, FIGURES, STYLE_DIM, "%s of %s", logins ? "login slots" : "connections", server->name);
}

static const char *counted_words(const struct live_pane *pane, struct arena *arena)
{
	if (pane->trying == 0)
		return arena_format(arena, "%s logged in, nobody is only trying", text_from_count(arena, (int64_t)pane->logged_in));
	return arena_format(arena, "%s logged in; only trying %s from %s, most %s", text_from_count(arena, (int64_t)pane->logged_in),
		text_from_count(arena, (int64_t)pane->trying), text_from_count(arena, (int64_t)pane->trying_from), pane->most_trying);
}

/* Other servers that are near a wall too; NULL: none. */
static const char *others_words(const struct live_pane *pane, struct arena *arena, const struct live_server *first, size_t host)
{
	const char *words = NULL;

	for (size_t i = 0; i < pane->overview->count && host == LIVE_ALL; i++) {
		const struct live_server *server = &pane->overview->servers[i];

		if (server == first || server->dead || part_of(&server->wall) < 0.8)
			continue;
		words = arena_format(arena, "%s%s%s %s %d%%", words == NULL ? "" : words, words == NULL ? "" : ", ", server->name,
			server->wall.service, (int)(part_of(&server->wall) * 100));
	}
	return words;
}

void live_pane_draw(const struct live_pane *pane, struct session *session, size_t host, bool logins, struct canvas *canvas, int row, int rows)
{
	const struct live_server *server = pane->overview == NULL ? NULL : next_wall(pane, host);
	double part;
	enum style style;

	if (rows < PANE_ROWS)
		return;
	if (server == NULL) {
		frame_rule(canvas, row, 0, canvas->columns, "Next wall");
		canvas_words(canvas, row + 1, 1, canvas->columns - 2, STYLE_DIM, "not known: no server tells how full its services are");
		return;
	}
	part = part_of(&server->wall);
	style = part >= 0.95 ? STYLE_BAD : part >= 0.8 ? STYLE_WARNING : STYLE_VALUE;
	frame_rule(canvas, row++, 0, canvas->columns, "Next wall");
	line(canvas, row++, "First", style, wall_words(session, canvas->arena, server));
	line(canvas, row++, "Means", STYLE_VALUE, meaning_of(server->wall.service));
	line(canvas, row++, "Do", part >= 0.8 ? STYLE_TITLE : STYLE_VALUE, do_words(session, canvas->arena, server));
	if (pane->counted)
		line(canvas, row++, "Slots", STYLE_VALUE, counted_words(pane, canvas->arena));
	else
		line(canvas, row++, "Also", STYLE_WARNING, others_words(pane, canvas->arena, server, host));
	draw_graph(session, canvas, row, server, logins);
}
