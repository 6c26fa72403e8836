/*
 * review_stops: what can be pressed and typed in a review, and where Tab and
 * the arrows lead.
 *
 * Buttons are those of the moment, the first always the safe one; what Apply
 * demands comes before Apply.  Nothing fails and nothing is sent from here.
 * Loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "gate/gate.h"
#include "ui/review.h"
#include "ui/review_state.h"

/* --- what can be done ------------------------------------------------------------- */

bool review_asks_name(const struct review_view *self)
{
	return self->phase == REVIEW_SHOWN && self->review->allowed && self->review->confirm == CONFIRM_NAME;
}

bool review_asks_reason(const struct review_view *self)
{
	return self->phase == REVIEW_SHOWN && self->review->allowed;
}

bool review_typed(const struct line *line, const char *name)
{
	const char *typed = line_text(line);
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

bool review_name_typed(const struct review_view *self)
{
	return review_typed(&self->name, self->review->confirm_text);
}

static const char *apply_blocked(const struct review_view *self)
{
	if (review_asks_name(self) && !review_name_typed(self))
		return "type the name above exactly, then Apply can be pressed";
	if (self->review->reason_required && line_text(self->reason)[strspn(line_text(self->reason), " ")] == '\0')
		return "this role must give a ticket or reason first";
	return NULL;
}

static size_t shown_buttons(const struct review_view *self, struct review_button buttons[REVIEW_BUTTONS])
{
	const struct review *review = self->review;

	if (review->allowed) {
		size_t count = 1;

		/* Before Apply, so that whoever goes there comes past it. */
		if (self->gentler != NULL && self->offer == NULL)
			buttons[count++] = (struct review_button){ PRESS_HOLD, "Hold instead", NULL };
		if (review->rest > 0)
			buttons[count++] = (struct review_button){ PRESS_REST, "Finish instead", NULL };
		buttons[count++] = (struct review_button){ PRESS_APPLY, review->conflict != NULL ? "Apply mine" : "Apply", apply_blocked(self) };
		/* It makes the change larger, so nobody comes past it on the way to what was asked. */
		if (self->gentler != NULL && self->offer != NULL)
			buttons[count++] = (struct review_button){ PRESS_HOLD, self->offer->words, NULL };
		return count;
	}
	switch (review->refusal.kind) {
	case ERROR_UNREACHABLE:
	case ERROR_TIMEOUT:
	case ERROR_CONFLICT:
	case ERROR_UNKNOWN_OUTCOME:
		buttons[1] = (struct review_button){ PRESS_AGAIN, "Look again", NULL };
		return 2;
	default:
		return 1;
	}
}

size_t review_buttons(const struct review_view *self, struct review_button buttons[REVIEW_BUTTONS])
{
	buttons[0] = (struct review_button){ PRESS_BACK, "Back", NULL };
	switch (self->phase) {
	case REVIEW_SHOWN:
		return shown_buttons(self, buttons);
	case REVIEW_OVER:
		if (self->over.outcome == OUTCOME_UNKNOWN)
			buttons[1] = (struct review_button){ PRESS_LOOK, "Look again now", NULL };
		else if (!self->over.taken_back && self->over.steps_done > 0 && *self->over.id)
			buttons[1] = (struct review_button){ PRESS_REST, "Finish the rest", NULL };
		else
			buttons[1] = (struct review_button){ PRESS_AGAIN, "Review again", NULL };
		return 2;
	default:
		return 1;
	}
}

/* --- the way between them ------------------------------------------------------------ */

struct line *review_line(struct review_view *self)
{
	if (self->focus == FOCUS_NAME && review_asks_name(self))
		return &self->name;
	if (self->focus == FOCUS_REASON && review_asks_reason(self))
		return self->reason;
	return NULL;
}

struct stop { enum review_focus focus; size_t button; };
enum { STOPS = REVIEW_BUTTONS + 2 };

/*
 * Where Tab leads, in a closed circle that begins at Back: what Apply demands comes before Apply, what it only takes
 * comes behind it.  Up and Down go by what lies above what instead.
 */
static size_t stops_of(const struct review_view *self, bool by_rows, struct stop stops[STOPS])
{
	struct review_button buttons[REVIEW_BUTTONS];
	size_t buttons_count = review_buttons(self, buttons), count = 0;
	bool demands = review_asks_name(self) || (review_asks_reason(self) && self->review->reason_required);

	if (!by_rows)
		stops[count++] = (struct stop){ FOCUS_BUTTONS, 0 };
	if (review_asks_name(self))
		stops[count++] = (struct stop){ FOCUS_NAME, 0 };
	if (review_asks_reason(self) && (by_rows || demands))
		stops[count++] = (struct stop){ FOCUS_REASON, 0 };
	for (size_t i = by_rows ? 0 : 1; i < buttons_count; i++)
		stops[count++] = (struct stop){ FOCUS_BUTTONS, i };
	if (review_asks_reason(self) && !by_rows && !demands)
		stops[count++] = (struct stop){ FOCUS_REASON, 0 };
	return count;
}

void review_move_focus(struct review_view *self, bool by_rows, int by)
{
	struct stop stops[STOPS];
	size_t count = stops_of(self, by_rows, stops), at = 0;

	for (size_t i = 0; i < count; i++) {
		if (stops[i].focus == self->focus && (self->focus != FOCUS_BUTTONS || stops[i].button == self->button))
			at = i;
	}
	at = (at + (by > 0 ? 1 : count - 1)) % count;
	self->focus = stops[at].focus;
	self->button = stops[at].button;
	self->said = NULL;
}

/* Left and Right stay among the buttons. */
void review_move_button(struct review_view *self, int by)
{
	struct review_button buttons[REVIEW_BUTTONS];
	size_t count = review_buttons(self, buttons);

	self->button = (self->button + (by > 0 ? 1 : count - 1)) % count;
	self->said = NULL;
}

const char *review_accept_label(const struct review_view *self)
{
	struct review_button buttons[REVIEW_BUTTONS];
	size_t count = review_buttons(self, buttons);
	const struct review_button *button = &buttons[self->button < count ? self->button : 0];

	if (self->phase == REVIEW_WRITING)
		return "wait";
	if (self->focus != FOCUS_BUTTONS)
		return "go on";
	if (button->blocked != NULL)
		return review_asks_name(self) && !review_name_typed(self) ? "type the name" : "give a reason";
	switch (button->press) {
	case PRESS_APPLY: return "APPLY";
	case PRESS_HOLD: return self->offer != NULL ? "review with it" : "hold instead";
	case PRESS_REST: return "review the rest";
	case PRESS_BACK: return "go back";
	default: return "look again";
	}
}
