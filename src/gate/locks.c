/*
 * locks: an account that was locked on purpose is to be opened.
 *
 * Whoever asks for that may be the one it was locked against, so the review
 * names who locked it, when and why, as far as the journals that can be read
 * here know it.  The lock of a stolen account, of somebody who left, and to a
 * role below admin any lock that nobody here can explain, is opened only by
 * who types the name.  What cannot be read is as if it were not there.  Gate's
 * thread.
 */
#include <string.h>

#include "base/text.h"
#include "gate/gate_private.h"
#include "gate/whose.h"

static bool opens(const struct review *review)
{
	const struct record *now = review->facts.now, *after = review->plan.after;

	return review->change->kind == &kind_user && now && after && strcmp(record_text(now, "locked"), "yes") == 0 &&
		strcmp(record_text(after, "locked"), "yes") != 0;
}

static bool is_ours(const struct history_entry *entry)
{
	return strcmp(entry->who, HISTORY_OURS) == 0;
}

/* "by you, 2026-11-20 16:31:02, reason "T-99"" */
static const char *by_whom(struct arena *arena, const struct history_entry *entry)
{
	bool why = *entry->reason;

	return arena_format(arena, "by %s, %s%s%s%s", history_maker(entry), text_from_time(arena, entry->time),
		why ? ", reason \"" : ", no reason given", why ? entry->reason : "", why ? "\"" : "");
}

static void tell(struct review *review, const struct history_entry *entry, bool admin)
{
	struct arena *arena = review->arena;
	const char *name = review->facts.now->name;

	if (entry && (history_is_job(entry, JOB_STOLEN) || history_is_job(entry, JOB_LEAVER))) {
		review->confirm = CONFIRM_NAME;
		review_add_consequence(review, SEVERITY_WARNING, "lock-of-job", arena_format(arena,
			"%s was locked by the job \"%s\" (%s) %s. Opening it alone takes nothing else of that back, and whoever has the password gets in: "
			"ask there first, and set a new password with it.", name, entry->job_words, entry->job, by_whom(arena, entry)));
	} else if (entry) {
		review_add_consequence(review, SEVERITY_WARNING, "lock-by", arena_format(arena, "%s was locked %s.", name, by_whom(arena, entry)));
	} else if (!admin) {
		review->confirm = CONFIRM_NAME;
		review_add_consequence(review, SEVERITY_WARNING, "lock-unexplained", arena_format(arena,
			"%s was locked by an admin on purpose; who it was and why is not in the history that can be read here. The account may be STOLEN: "
			"ask an admin before it is opened.", name));
	}
}

void lock_consequences(struct walk *walk)
{
	struct review *review = walk->review;
	bool admin = walk->gate->settings.role == ROLE_ADMIN;
	struct archive *archive;
	struct history *history;
	const struct history_entry *entry;

	if (!opens(review))
		return;
	archive = gate_archive(walk->gate, false);
	history = history_of(archive);
	entry = history_lock(history, review->facts.now);
	/* Whoever takes the very job back that locked it knows of it. */
	if (!entry || !review->change->undo_of || strcmp(review->change->undo_of, entry->id) != 0 || !(admin || is_ours(entry)))
		tell(review, entry, admin);
	history_free(history);
	archive_free(archive);
}
