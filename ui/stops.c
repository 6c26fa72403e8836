/*
 * stops: where Tab and the arrows lead among lines and buttons, and how they
 * look.  The lines come before Apply.  Never fails; loop thread.
 */
#include "ui/stops.h"

#include <string.h>

#include "base/text.h"

/* Targets of a click. */
enum { CLICK_NAME, CLICK_REASON, CLICK_BUTTONS };
enum { LABELS = 18, LINES_MOST = 60, HINT_LEAST = 10 };

void stops_start(struct stops *stops)
{
	memset(stops, 0, sizeof *stops);
	line_init(&stops->own_reason, NULL, 0, false);
	line_init(&stops->name, NULL, 0, false);
	stops->reason = &stops->own_reason;
}

void stops_free(struct stops *stops)
{
	line_free(&stops->own_reason);
	line_free(&stops->name);
}

void stops_reset(struct stops *stops)
{
	stops->focus = STOP_BUTTONS;
	stops->button = 0;
	stops->said = NULL;
}

void stops_add(struct stops_now *now, int press, const char *words, const char *blocked)
{
	if (now->count < STOPS_BUTTONS)
		now->buttons[now->count++] = (struct stop_button){ press, words, blocked };
}

/* --- what lacks ---------------------------------------------------------------------------- */

bool stops_typed(const struct stops *stops, const char *name)
{
	const char *typed = line_text(&stops->name);
	struct arena *arena;
	bool same;

	if (name == NULL || strcmp(typed, name) == 0)
		return name != NULL;
	if (!text_has_foreign(name, strlen(name)))
		return false;
	arena = arena_new();
	same = strcmp(typed, text_ascii_exact(arena, name, strlen(name))) == 0;
	arena_free(arena);
	return same;
}

static bool lacks_name(const struct stops *stops, const struct stops_now *now)
{
	return now->name != NULL && !stops_typed(stops, now->name);
}

const char *stops_blocked(const struct stops *stops, const struct stops_now *now)
{
	const char *reason = line_text(stops->reason);

	if (lacks_name(stops, now))
		return "type the name above exactly, then Apply can be pressed";
	if (now->reason_needed && reason[strspn(reason, " ")] == '\0')
		return "this role must give a ticket or reason first";
	return NULL;
}

/* --- the way between them -------------------------------------------------------------------- */

struct line *stops_line(struct stops *stops, const struct stops_now *now)
{
	if (stops->focus == STOP_NAME && now->name != NULL)
		return &stops->name;
	return stops->focus == STOP_REASON && now->reason ? stops->reason : NULL;
}

const struct stop_button *stops_button(const struct stops *stops, const struct stops_now *now)
{
	return &now->buttons[stops->button < now->count ? stops->button : 0];
}

struct stop { enum stop_focus focus; size_t button; };
enum { STOPS = STOPS_BUTTONS + 2 };

/*
 * A closed circle that begins at the safe button; the lines come before Apply, also one that may stay empty: one order
 * wherever something is confirmed, and Tab with Enter never applies.  Up and Down go by what lies above what instead.
 */
static size_t list_stops(const struct stops_now *now, bool by_rows, struct stop list[STOPS])
{
	size_t count = 0;

	if (!by_rows)
		list[count++] = (struct stop){ STOP_BUTTONS, 0 };
	if (now->name != NULL)
		list[count++] = (struct stop){ STOP_NAME, 0 };
	if (now->reason)
		list[count++] = (struct stop){ STOP_REASON, 0 };
	for (size_t i = by_rows ? 0 : 1; i < now->count; i++)
		list[count++] = (struct stop){ STOP_BUTTONS, i };
	return count;
}

void stops_move(struct stops *stops, const struct stops_now *now, bool by_rows, int by)
{
	struct stop list[STOPS];
	size_t count = list_stops(now, by_rows, list), at = 0;

	for (size_t i = 0; i < count; i++) {
		if (list[i].focus == stops->focus && (stops->focus != STOP_BUTTONS || list[i].button == stops->button))
			at = i;
	}
	at = (at + (by > 0 ? 1 : count - 1)) % count;
	stops->focus = list[at].focus;
	stops->button = list[at].button;
	stops->said = NULL;
}

void stops_move_button(struct stops *stops, const struct stops_now *now, int by)
{
	stops->button = (stops->button + (by > 0 ? 1 : now->count - 1)) % now->count;
	stops->said = NULL;
}

bool stops_refuse(struct stops *stops, const struct stops_now *now)
{
	const struct stop_button *button = stops_button(stops, now);

	if (button->blocked == NULL)
		return false;
	stops->said = button->blocked;
	stops->focus = lacks_name(stops, now) ? STOP_NAME : STOP_REASON;
	return true;
}

bool stops_key(struct stops *stops, const struct stops_now *now, const struct key *key)
{
	struct line *line = stops_line(stops, now);

	/* No printable key does anything on a button. */
	if (line == NULL && key_is_text(key) && lacks_name(stops, now)) {
		stops->focus = STOP_NAME;
		line = &stops->name;
	}
	if (line == NULL || !line_key(line, key))
		return false;
	stops->said = NULL;
	return true;
}

bool stops_paste(struct stops *stops, const struct stops_now *now, const char *bytes, size_t length)
{
	struct line *line = stops_line(stops, now);

	if (line == NULL)
		return false;
	/* The name is there to be typed: what is pasted without looking protects nobody. */
	stops->said = line == &stops->name ? "The name must be typed here, not pasted." : line_paste(line, bytes, length);
	return true;
}

const char *stops_label(const struct stops *stops, const struct stops_now *now)
{
	if (stops->focus != STOP_BUTTONS)
		return "go on";
	if (stops_button(stops, now)->blocked == NULL)
		return NULL;
	return lacks_name(stops, now) ? "type the name" : "give a reason";
}

void stops_click(struct stops *stops, const struct stops_now *now, int id)
{
	size_t button = (size_t)(id - CLICK_BUTTONS);

	if (id == CLICK_NAME && now->name != NULL) {
		stops->focus = STOP_NAME;
	} else if (id == CLICK_REASON && now->reason) {
		stops->focus = STOP_REASON;
	} else if (id >= CLICK_BUTTONS && button < now->count && now->buttons[button].blocked == NULL) {
		stops->focus = STOP_BUTTONS;
		stops->button = button;
	}
}

/* --- how they look ----------------------------------------------------------------------------- */

int stops_rows(const struct stops_now *now)
{
	return 1 + (now->name != NULL ? 1 : 0) + (now->reason ? 1 : 0);
}

static void draw_line(const struct line *line, struct canvas *canvas, int row, int target, const char *label, bool focus)
{
	int width = canvas->columns - LABELS - 2;

	canvas_words(canvas, row, 1, LABELS - 1, focus ? STYLE_KEY : STYLE_LABEL, label);
	if (width > LINES_MOST)
		width = LINES_MOST;
	if (width > 0)
		line_draw(line, canvas, row, LABELS, width, focus);
	canvas_target(canvas, row, 0, canvas->columns, target);
}

static const char *hint(const struct stops *stops, const struct stops_now *now, struct arena *arena)
{
	if (lacks_name(stops, now) && (stops->said == NULL || stops->focus == STOP_NAME))
		/* A third button takes the room of a word. */
		return arena_format(arena, now->count > 2 ? "Type %s above to enable Apply" : "Type %s above, exactly, to enable Apply",
				text_has_foreign(now->name, strlen(now->name)) ? text_ascii_exact(arena, now->name, strlen(now->name)) : now->name);
	if (stops->said != NULL)
		return stops->said;
	for (size_t i = 0; i < now->count; i++) {
		if (now->buttons[i].blocked != NULL)
			return now->buttons[i].blocked;
	}
	if (now->count > 2)
		return "Tab moves, Enter presses";
	return now->count > 1 ? "Tab moves, Enter presses, Esc goes back" : "Enter or Esc goes back";
}

static void draw_buttons(const struct stops *stops, const struct stops_now *now, struct canvas *canvas, int row)
{
	int column = 1, used;

	for (size_t i = 0; i < now->count; i++) {
		bool here = stops->focus == STOP_BUTTONS && stops_button(stops, now) == &now->buttons[i];
		enum style style = here ? STYLE_BUTTON_HERE : now->buttons[i].blocked != NULL ? STYLE_READONLY : STYLE_BUTTON;

		if (here)
			canvas_cursor(canvas, row, column, false);
		used = canvas_format(canvas, row, column, -1, style, "%c %s %c", here ? '[' : '<', now->buttons[i].words, here ? ']' : '>');
		canvas_target(canvas, row, column, used, CLICK_BUTTONS + (int)i);
		column += used + 2;
	}
	/* A word of it is no hint. */
	if (canvas->columns - column - 1 >= HINT_LEAST)
		canvas_words(canvas, row, column + 1, -1, stops->said != NULL ? STYLE_WARNING : STYLE_DIM, hint(stops, now, canvas->arena));
}

void stops_draw(const struct stops *stops, const struct stops_now *now, struct canvas *canvas, int top, int rows)
{
	bool all = rows > 2 || now->name == NULL || !now->reason;
	int row = top + rows - 1;

	if (rows < 1)
		return;
	draw_buttons(stops, now, canvas, row);
	if (rows < 2)
		return;
	if (now->reason && (all || stops->focus == STOP_REASON))
		draw_line(stops->reason, canvas, --row, CLICK_REASON, now->reason_needed ? "Ticket (needed)" : "Ticket or reason", stops->focus == STOP_REASON);
	if (now->name != NULL && row > top && (all || stops->focus == STOP_NAME))
		draw_line(&stops->name, canvas, --row, CLICK_NAME, "Type the name", stops->focus == STOP_NAME);
}
