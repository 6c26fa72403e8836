/*
 * frame: top line, section bar, crumb line, notice line, footer.
 *
 * What does not fit is left out in a fixed order; the word of the system (PROD,
 * TEST) stays at every width.  Draws only, never fails; loop thread.
 */
#include "ui/frame.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "ui/lamps.h"
#include "ui/lock.h"

bool frame_fits(const struct canvas *canvas)
{
	return canvas->rows >= FRAME_LEAST_ROWS && canvas->columns >= FRAME_LEAST_COLUMNS;
}

void frame_rule(struct canvas *canvas, int row, int column, int width, const char *heading)
{
	int used;

	canvas_border(canvas, row, column, width, BORDER_HORIZONTAL, STYLE_HEADING);
	if (heading == NULL || heading[0] == '\0' || width < 8)
		return;
	canvas_fill(canvas, row, column + 1, 1, STYLE_HEADING);
	used = canvas_words(canvas, row, column + 2, width - 4, STYLE_TITLE, heading);
	canvas_fill(canvas, row, column + 2 + used, 1, STYLE_HEADING);
}

/* Below 14 rows the bar gives its row to the list; the keys of the sections still work. */
static bool has_bar(const struct canvas *canvas)
{
	return canvas->rows >= 14;
}

/* --- top line --------------------------------------------------------------------------------- */

/* In steps, since a figure that moves by one sends bytes and tells nothing. */
static char *latency_words(struct arena *arena, int milliseconds)
{
	int step = milliseconds < 100 ? 10 : 50;

	if (milliseconds < 10)
		return arena_text(arena, "dir ok <10 ms");
	return arena_format(arena, "dir ok %d ms", milliseconds / step * step);
}

static char *lamp_words(struct session *session, struct arena *arena, bool brief, enum style *style)
{
	const struct directory_status *status = directory_status(session_engine(session)->directory);
	int64_t minutes = (session_now(session) - status->since) / 60;

	*style = STYLE_OK;
	if (status->link == DIRECTORY_UP && (brief || status->latency_ms < 0))
		return arena_text(arena, "dir ok");
	if (status->link == DIRECTORY_UP)
		return latency_words(arena, status->latency_ms);
	*style = status->link == DIRECTORY_DOWN ? STYLE_BAD : STYLE_WARNING;
	if (status->link == DIRECTORY_CONNECTING)
		return arena_text(arena, brief ? "dir .." : "dir connecting");
	/* Minutes only: an idle screen must not send a byte a second because a server is away. */
	if (minutes < 1 || brief)
		return arena_text(arena, "DIR DOWN");
	return arena_format(arena, "DIR DOWN %s", text_from_age(arena, minutes * 60));
}

/* Lamps and clock from the right edge, lamps not left of least; returns the first column they take. */
static int draw_lamps(struct session *session, struct canvas *canvas, int least)
{
	bool brief = canvas->columns < 60;
	char digits[16];
	const struct lamps *lamps = session_lamps(session);
	enum style style;
	/* Where servers are watched the directory's time is one click away, and theirs is the news. */
	bool short_words = brief || (lamps->lamp[LAMP_UP].words[0] != '\0' && canvas->columns < 100);
	char *lamp = lamp_words(session, canvas->arena, short_words, &style);
	int clock_columns, at;

	clock_digits(session_now(session), session_seconds(session), digits);
	clock_columns = (int)strlen(digits);
	at = canvas->columns - 1 - clock_columns;
	canvas_words(canvas, 0, at, -1, STYLE_TITLE, digits);
	at -= (brief ? 1 : 2) + (int)strlen(lamp);
	canvas_words(canvas, 0, at, (int)strlen(lamp), style, lamp);
	/* Where there is room for one only it is the one that runs out. */
	if (brief && lamps->lamp[LAMP_CONFIRM].words[0] != '\0') {
		struct lamps one = { .worst = lamps->worst };

		one.lamp[LAMP_CONFIRM] = lamps->lamp[LAMP_CONFIRM];
		return lamps_draw(&one, canvas, least, at);
	}
	return brief ? at : lamps_draw(lamps, canvas, least, at);
}

static int top_word(struct canvas *canvas, int column, int end, enum style style, const char *words)
{
	int room = end - column - 1;

	if (words == NULL || words[0] == '\0' || room < 3)
		return column;
	return column + canvas_words(canvas, 0, column, room, style, words) + 1;
}

static const char *role_words(struct session *session, struct arena *arena)
{
	enum role role = session_role(session);
	const char *reason = gate_write_reason(session_engine(session)->gate);

	if (role == ROLE_MONITOR)
		return "MONITOR read only";
	return reason == NULL ? role_word(role) : arena_format(arena, "%s read only", role_word(role));
}

static void draw_top(struct session *session, struct canvas *canvas)
{
	const struct config *config = session_config(session);
	const struct directory_status *status = directory_status(session_engine(session)->directory);
	const char *role = role_words(session, canvas->arena);
	const char *name = config->name != NULL && config->name[0] != '\0' ? config->name : status->base;
	int role_columns = (int)strlen(role) + 1, column = 1, end;

	canvas_fill(canvas, 0, 0, -1, STYLE_TITLE);
	end = draw_lamps(session, canvas, (int)strlen(config->system) + role_columns + (canvas->columns >= 60 ? 12 : 3));
	if (canvas->columns >= 60)
		column = top_word(canvas, column, end, STYLE_TITLE, "postroom");
	column = top_word(canvas, column, end, STYLE_SYSTEM, config->system);
	/* The name of the system gives way to the role: what one may do matters more. */
	column = top_word(canvas, column, end - role_columns, STYLE_TITLE, name);
	top_word(canvas, column, end, STYLE_LABEL, role);
}

/* --- section bar ------------------------------------------------------------------------------ */

static int bar_columns(struct session *session, struct canvas *canvas, bool brief)
{
	int columns = 0;

	for (const struct section *section = sections; section->name != NULL; section++) {
		const char *key = keymap_key(session_keymap(session), "global", section->action, canvas->arena);

		if (section_visible(section, session_role(session)))
			columns += (int)strlen(brief ? section->brief : section->title) + 1 + (key == NULL ? 0 : (int)strlen(key) + 1);
	}
	/* Neighbours share the column between them. */
	return columns + 1;
}

static void draw_bar(struct session *session, struct canvas *canvas, int row)
{
	int most = canvas->columns < FRAME_BAR_COLUMNS ? canvas->columns : FRAME_BAR_COLUMNS;
	bool brief = bar_columns(session, canvas, false) > most, after_here = false;
	int column = 0;

	for (const struct section *section = sections; section->name != NULL; section++) {
		bool here = section == session_section(session);
		enum style style = here ? STYLE_SECTION_HERE : STYLE_SECTION;
		const char *key = keymap_key(session_keymap(session), "global", section->action, canvas->arena);
		const char *title = brief ? section->brief : section->title;
		int begins = column;

		if (!section_visible(section, session_role(session)))
			continue;
		if (!after_here)
			canvas_words(canvas, row, column, most - column, style, here ? "[" : " ");
		column++;
		if (key != NULL)
			column += canvas_words(canvas, row, column, most - column, here ? style : STYLE_KEY, key);
		if (key != NULL && title[0] != '\0')
			column += canvas_words(canvas, row, column, most - column, style, " ");
		column += canvas_words(canvas, row, column, most - column, style, title);
		canvas_words(canvas, row, column, most - column, style, here ? "]" : " ");
		after_here = here;
		canvas_target(canvas, row, begins, column - begins, -1 - (int)section_index(section));
	}
}

const struct section *frame_section(int id)
{
	return id < 0 && (size_t)(-1 - id) < section_count() ? &sections[-1 - id] : NULL;
}

/* --- notice line and footer ------------------------------------------------------------------- */

/* Places where nothing is being prepared, and u is no letter of a text. */
static bool quiet_place(const char *place)
{
	static const char *const places[] = { "list", "page", "history", "live", "messages", "overview" };

	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (strcmp(places[i], place) == 0)
			return true;
	}
	return false;
}

static void draw_notice(struct session *session, struct canvas *canvas, int row)
{
	const struct view *view = session_top(session);
	struct session_notice notice = session_notice_shown(session);
	enum style style = notice.warning ? STYLE_WARNING : STYLE_NOTICE;
	const char *hint = NULL, *key;
	int room = canvas->columns - 2, hint_columns;

	if (notice.words[0] == '\0')
		return;
	/* Of an earlier change nothing is told where the next one is under way. */
	if (notice.undo_id != NULL && !quiet_place(session_place(view)))
		return;
	if (notice.undo_id != NULL && session_blocked(session, view, action_find("undo")) == NULL) {
		key = keymap_key(session_keymap(session), session_place(view), "undo", canvas->arena);
		hint = key == NULL ? NULL : arena_format(canvas->arena, "%s take back", key);
	} else if (text_columns(canvas->form, notice.words, strlen(notice.words)) > (size_t)room) {
		key = keymap_key(session_keymap(session), "global", "notice", canvas->arena);
		hint = key == NULL ? NULL : arena_format(canvas->arena, "%s in full", key);
	}
	hint_columns = hint == NULL ? 0 : (int)strlen(hint);
	if (hint != NULL && room > hint_columns + 20) {
		canvas_words(canvas, row, canvas->columns - 1 - hint_columns, hint_columns, STYLE_KEY, hint);
		room -= hint_columns + 2;
	}
	canvas_words(canvas, row, 1, room, style, notice.words);
}

struct hint { const char *key, *label; int columns; };

static struct hint hint_for(struct session *session, struct canvas *canvas, const struct view *view, const struct action *action)
{
	struct hint hint = { NULL, NULL, 0 };
	const char *own = view->class->label == NULL ? NULL : view->class->label(view, action);
	const char *place = session_place(view);
	bool here = action_applies(action, place) || action_applies(action, view->class->place);

	if ((!(action->flags & ACTION_FOOTER) && own == NULL) || !here || session_blocked(session, view, action) != NULL)
		return hint;
	hint.key = keymap_key(session_keymap(session), place, action->name, canvas->arena);
	hint.label = own == NULL ? action->label : own;
	if (hint.key != NULL)
		hint.columns = (int)(text_columns(canvas->form, hint.key, strlen(hint.key)) + 1
			+ text_columns(canvas->form, hint.label, strlen(hint.label)) + 2);
	return hint;
}

static int put_hint(struct canvas *canvas, int row, int column, int end, const struct hint *hint)
{
	column += canvas_words(canvas, row, column, end - column, STYLE_KEY, hint->key) + 1;
	column += canvas_words(canvas, row, column, end - column, STYLE_FOOTER, hint->label) + 2;
	return column;
}

static bool is_way_out(const char *name)
{
	return strcmp(name, "cancel") == 0 || strcmp(name, "help") == 0 || strcmp(name, "back") == 0 || strcmp(name, "quit") == 0;
}

/* On the outermost level only where the view says what would go. */
static bool leads_back(const struct view *view)
{
	return view->below != NULL || (view->class->label != NULL && view->class->label(view, action_find("back")) != NULL);
}

/* The last rows of the table (keys, back, leave the field) are the way out and keep their place. */
static void draw_footer(struct session *session, struct canvas *canvas, int row)
{
	const struct view *view = session_top(session);
	const char *const way_out[] = { "cancel", "help", leads_back(view) ? "back" : "quit" };
	bool typing = strcmp(session_place(view), "field") == 0;
	struct hint out[3];
	int end = canvas->columns - 1, column = 1, reserved = 0;

	for (size_t i = 0; i < 3; i++) {
		bool wanted = typing ? i == 0 : i != 0;

		memset(&out[i], 0, sizeof out[i]);
		if (wanted)
			out[i] = hint_for(session, canvas, view, action_find(way_out[i]));
		reserved += out[i].key == NULL ? 0 : out[i].columns;
	}
	for (const struct action *action = actions; action->name != NULL; action++) {
		struct hint hint;

		if (is_way_out(action->name))
			continue;
		hint = hint_for(session, canvas, view, action);
		if (hint.key != NULL && column + hint.columns + reserved <= end + 2)
			column = put_hint(canvas, row, column, end, &hint);
	}
	for (size_t i = 0; i < 3; i++) {
		if (out[i].key != NULL)
			column = put_hint(canvas, row, column, end, &out[i]);
	}
}

/* --- all of it -------------------------------------------------------------------------------- */

/* The word of the system stays, since it tells which window this is. */
static void draw_cover(struct session *session, struct canvas *canvas)
{
	bool wide = canvas->columns >= 80;

	draw_top(session, canvas);
	if (session_lock(session) != NULL) {
		lock_draw(session_lock(session), canvas);
		return;
	}
	canvas_words(canvas, canvas->rows / 2, 2, canvas->columns - 4, STYLE_NOTICE, wide ? "Hidden, because no key was pressed for long. Any key shows it again." :
		"Hidden. Any key shows it again.");
	canvas_words(canvas, canvas->rows / 2 + 1, 2, canvas->columns - 4, STYLE_DIM, wide ?
		"Not locked: nobody typed a password for this session, so none can be asked." : "Not locked: no password to ask for.");
	canvas_cursor(canvas, canvas->rows / 2, 2, false);
}

static void draw_too_small(struct canvas *canvas)
{
	canvas_format(canvas, 0, 0, -1, STYLE_WARNING, "too small: needs %dx%d", FRAME_LEAST_COLUMNS, FRAME_LEAST_ROWS);
	canvas_cursor(canvas, 0, 0, false);
}

struct area frame_area(const struct canvas *canvas, bool title)
{
	struct area area = { 0, 0, 0 };

	if (!frame_fits(canvas))
		return area;
	area.top = 1 + has_bar(canvas) + title;
	area.rows = canvas->rows - 2 - area.top;
	area.columns = canvas->columns;
	return area;
}

void frame_draw(struct session *session, struct canvas *canvas)
{
	const struct view *view = session_top(session);
	const char *title;
	struct area area;

	if (!frame_fits(canvas)) {
		draw_too_small(canvas);
		return;
	}
	if (session_covered(session)) {
		draw_cover(session, canvas);
		return;
	}
	draw_top(session, canvas);
	if (has_bar(canvas))
		draw_bar(session, canvas, 1);
	if (view == NULL)
		return;
	title = view->class->title == NULL ? NULL : view->class->title(view, canvas->arena);
	area = frame_area(canvas, title != NULL);
	if (title != NULL)
		frame_rule(canvas, area.top - 1, 0, canvas->columns, title);
	view->class->draw(view, canvas, area);
	draw_notice(session, canvas, canvas->rows - 2);
	draw_footer(session, canvas, canvas->rows - 1);
	if (canvas->cursor_row < 0)
		canvas_cursor(canvas, area.top, 0, false);
}
