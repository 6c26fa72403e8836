/*
 * history_trial: how a change under a guardian's timer stands now, for its row
 * in the history.
 *
 * The journals know when its time is over; what the guardian told this console,
 * which watches it anyway, is newer and goes before.  Nobody is asked from here
 * and nothing fails.  Loop thread.
 */
#include <string.h>

#include "base/clock.h"
#include "settings/watch.h"
#include "ui/armed.h"
#include "ui/history.h"
#include "ui/session.h"

/* False: the guardian is on its way, and what the journals tell is all there is. */
static bool as_reported(const struct settings_wait *wait, struct arena *arena, struct history_trial_now *now)
{
	const struct guardian_report *report = wait->report;

	switch (report->state) {
	case GUARDIAN_WAITING:
		*now = (struct history_trial_now){ "on trial", history_trial_words(arena, TRIAL_ON, clock_now() + wait->left_s), STYLE_WARNING };
		if (wait->left_s > 0)
			return true;
		*now = (struct history_trial_now){ "going back", history_trial_words(arena, TRIAL_BACK, 0), STYLE_WARNING };
		return true;
	case GUARDIAN_ROLLING_BACK:
		*now = (struct history_trial_now){ "going back", history_trial_words(arena, TRIAL_BACK, 0), STYLE_WARNING };
		return true;
	case GUARDIAN_CONFIRMED:
		*now = (struct history_trial_now){ "done", "done and confirmed", STYLE_OK };
		return true;
	case GUARDIAN_ROLLED_BACK:
		*now = (struct history_trial_now){ "undone", report->kind == ERROR_NONE ? "rolled back" : history_back_words(arena, report->why),
			STYLE_DIM };
		return true;
	case GUARDIAN_STUCK:
		*now = (struct history_trial_now){ "STUCK", arena_format(arena, "neither kept nor taken back: %s", report->why == NULL ? "?" : report->why),
			STYLE_BAD };
		return true;
	default:
		return false;
	}
}

bool history_trial(const struct history_view *self, const struct history_row *row, struct arena *arena, struct history_trial_now *now)
{
	const struct history_entry *entry = row->entry;
	struct settings_wait wait;
	enum history_trial trial;

	if (row->job != NULL || entry == NULL || entry->trial == TRIAL_NONE)
		return false;
	if (armed_knows(session_armed(self->view.session), entry->name, entry->guarded, &wait) && as_reported(&wait, arena, now))
		return true;
	trial = entry->trial == TRIAL_ON && entry->trial_until <= clock_now() ? TRIAL_NOT_SEEN : entry->trial;
	*now = (struct history_trial_now){ trial == TRIAL_ON ? "on trial" : trial == TRIAL_BACK ? "going back" : "not seen",
		history_trial_words(arena, trial, entry->trial_until), trial == TRIAL_NOT_SEEN ? STYLE_DIM : STYLE_WARNING };
	return true;
}
