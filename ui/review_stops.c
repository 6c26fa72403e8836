/*
 * review_stops: what can be pressed and typed in a review at this moment.
 *
 * The way between them and how they look are in stops.c.  Nothing fails and
 * nothing is sent from here.  Loop thread.
 */
#include "gate/gate.h"
#include "ui/review_state.h"

static void add_shown(const struct review_view *self, struct stops_now *now)
{
	const struct review *review = self->review;

	if (review->allowed) {
		now->name = review->confirm == CONFIRM_NAME ? review->confirm_text : NULL;
		now->reason = true;
		now->reason_needed = review->reason_required;
		/* Before Apply, so that whoever goes there comes past it. */
		if (self->gentler != NULL && self->offer == NULL)
			stops_add(now, PRESS_HOLD, "Hold instead", NULL);
		if (review->rest > 0)
			stops_add(now, PRESS_REST, "Finish instead", NULL);
		stops_add(now, PRESS_APPLY, review->conflict != NULL ? "Apply mine" : "Apply", stops_blocked(&self->stops, now));
		/* It makes the change larger, so nobody comes past it on the way to what was asked. */
		if (self->gentler != NULL && self->offer != NULL)
			stops_add(now, PRESS_HOLD, self->offer->words, NULL);
		return;
	}
	switch (review->refusal.kind) {
	case ERROR_UNREACHABLE:
	case ERROR_TIMEOUT:
	case ERROR_CONFLICT:
	case ERROR_UNKNOWN_OUTCOME:
		stops_add(now, PRESS_AGAIN, "Look again", NULL);
		break;
	default:
		break;
	}
}

struct stops_now review_now(const struct review_view *self)
{
	struct stops_now now = { .count = 0 };

	stops_add(&now, PRESS_BACK, "Back", NULL);
	if (self->phase == REVIEW_SHOWN)
		add_shown(self, &now);
	if (self->phase != REVIEW_OVER)
		return now;
	if (self->over.outcome == OUTCOME_UNKNOWN)
		stops_add(&now, PRESS_LOOK, "Look again now", NULL);
	else if (!self->over.taken_back && self->over.steps_done > 0 && *self->over.id)
		stops_add(&now, PRESS_REST, "Finish the rest", NULL);
	else
		stops_add(&now, PRESS_AGAIN, "Review again", NULL);
	return now;
}

const char *review_accept_label(const struct review_view *self)
{
	struct stops_now now = review_now(self);
	const char *label = stops_label(&self->stops, &now);

	if (self->phase == REVIEW_WRITING)
		return "wait";
	if (label != NULL)
		return label;
	switch ((enum review_press)stops_button(&self->stops, &now)->press) {
	case PRESS_APPLY: return "APPLY";
	case PRESS_HOLD: return self->offer != NULL ? "review with it" : "hold instead";
	case PRESS_REST: return "review the rest";
	case PRESS_BACK: return "go back";
	default: return "look again";
	}
}
