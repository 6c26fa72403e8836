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

static bool opens(const struct review *review)
{
	const struct record *now = review->facts.now, *after = review->plan.after;

	return review->change->kind == &kind_user && now && after && strcmp(record_text(now, "locked"), "yes") == 0 &&
		strcmp(record_text(after, "locked"), "yes") != 0;
}

static bool touches_lock(const struct set *set)
{
	for (size_t i = 0; i < set->field_count; i++)
		if (strcmp(set->fields[i], "locked") == 0)
			return true;
	return false;
}

static bool is_about(const struct set *set, const struct record *person)
{
	if (!set->kind || strcmp(set->kind, kind_user.name) != 0)
		return false;
	if (set->target && person->id)
		return strcmp(set->target, person->id) == 0;
	return set->name && strcmp(set->name, person->name) == 0;
}

static bool is_job(const struct set *set, const char *title)
{
	return set->job_words && strncmp(set->job_words, title, strlen(title)) == 0;
}

/* A set keeps which fields were changed, and to what only in its words; a lock that these do not tell of is not explained. */
static bool locks(const struct set *set)
{
	return is_job(set, JOB_STOLEN) || is_job(set, JOB_LEAVER) || (set->sentence && strstr(set->sentence, " to yes") && !is_job(set, JOB_UNLOCK));
}

/* The newest change of the lock that holds; where that opened it, somebody has locked it elsewhere since. NULL: not known. */
static const struct set *last_lock(const struct archive *archive, const struct record *person)
{
	for (size_t i = archive->count; i-- > 0;) {
		const struct set *set = archive->sets[i];

		if (set->end != SET_DONE || set->undone_by || set->undo_of || !touches_lock(set) || !is_about(set, person))
			continue;
		return locks(set) ? set : NULL;
	}
	return NULL;
}

/* "by you, 2026-11-20 16:31:02, reason "T-99"" */
static const char *by_whom(struct arena *arena, const struct set *set)
{
	bool why = set->reason && *set->reason;

	return arena_format(arena, "by %s, %s%s%s%s", set->ours ? "you" : set->who && *set->who ? set->who : "somebody", text_from_time(arena, set->time / 1000),
		why ? ", reason \"" : ", no reason given", why ? set->reason : "", why ? "\"" : "");
}

static void tell(struct review *review, const struct set *set, bool admin)
{
	struct arena *arena = review->arena;
	const char *name = review->facts.now->name;

	if (set && (is_job(set, JOB_STOLEN) || is_job(set, JOB_LEAVER))) {
		review->confirm = CONFIRM_NAME;
		review_add_consequence(review, SEVERITY_WARNING, "lock-of-job", arena_format(arena,
			"%s was locked by the job \"%s\" (%s) %s. Opening it alone takes nothing else of that back, and whoever has the password gets in: "
			"ask there first, and set a new password with it.", name, set->job_words, set->job, by_whom(arena, set)));
	} else if (set) {
		review_add_consequence(review, SEVERITY_WARNING, "lock-by", arena_format(arena, "%s was locked %s.", name, by_whom(arena, set)));
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
	const struct set *set;

	if (!opens(review))
		return;
	archive = gate_archive(walk->gate, false);
	set = last_lock(archive, review->facts.now);
	/* Whoever takes the very job back that locked it knows of it. */
	if (!set || !review->change->undo_of || strcmp(review->change->undo_of, set->id) != 0 || !(admin || set->ours))
		tell(review, set, admin);
	archive_free(archive);
}
