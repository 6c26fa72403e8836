/*
 * plan_large: the two larger jobs, made of the same steps.
 *
 * A stolen account: nobody gets in any more, what is open ends, what waits is
 * held and not thrown away, and what may have been added by the thief is told.
 * A leaver: nobody gets in, mail goes on to somebody until a day.  Loop thread.
 */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "model/live_kinds.h"
#include "model/mailbox.h"
#include "model/traffic.h"

enum { EXAMPLES = 5 };

static const struct field *field_of(const struct desk_plan *plan, const char *name)
{
	return kind_field(plan->person->kind, name);
}

/* Locked, and whatever else belongs to the same entry, as one change. */
static struct change *locking(struct desk_plan *plan)
{
	struct change *change = desk_change_person(plan);

	if (field_of(plan, "locked") && strcmp(record_text(plan->person, "locked"), "yes") != 0)
		change_edit_text(change, field_of(plan, "locked"), EDIT_SET, "yes");
	return change;
}

static void step_person(struct desk_plan *plan, struct change *change, const char *words, const char *still)
{
	if (change->edit_count > 0)
		desk_step(plan, NULL, change, words, still);
	else
		change_free(change);
}

/* --- a stolen account ----------------------------------------------------------------------------------------------- */

/* "3F8A21C07D to kunde7@gmail.com, ..." */
static const char *examples(struct desk_plan *plan, const struct rows *rows)
{
	const char *words = "";

	for (size_t i = 0; i < rows->count && i < EXAMPLES; i++)
		words = arena_format(plan->arena, "%s%s%s to %.60s", words, i > 0 ? "; " : "", rows->rows[i].name, rows->rows[i].values[LM_RECIPIENTS].bytes);
	return words;
}

static void hold(struct desk_plan *plan, const struct desk_queue *queue)
{
	const struct row **rows;
	size_t count = 0;

	if (queue->error.kind != ERROR_NONE) {
		desk_remark(plan, "%s: what waits there from this person is not known and not held: %s", queue->server, queue->error.text);
		return;
	}
	rows = arena_alloc(plan->arena, (queue->rows->count + 1) * sizeof(*rows));
	for (size_t i = 0; i < queue->rows->count; i++)
		if (strcmp(queue->rows->rows[i].values[LM_QUEUE].bytes, "hold") != 0)
			rows[count++] = &queue->rows->rows[i];
	if (count == 0)
		return;
	desk_remark(plan, "%s: %" PRIu64 " mails wait from this person: %s%s", queue->server, queue->matching, examples(plan, queue->rows), queue->matching > EXAMPLES ? "; .." : "");
	if (queue->matching > queue->rows->count)
		desk_remark(plan, "%s: only the oldest %zu of them are held at once; do the job again for the rest", queue->server, queue->rows->count);
	desk_step(plan, queue->server, traffic_of_messages(queue->server, "hold", rows, count), "queued mail put on hold", "mail of this person goes on being sent");
}

static void tell_what_may_be_added(struct desk_plan *plan)
{
	const struct field_values *forwards = record_get(plan->person, "forwards");

	if (forwards->count > 0)
		desk_remark(plan, "forwards: %s. Ask the person whether they are theirs", record_words(plan->arena, field_of(plan, "forwards"), forwards));
	desk_remark(plan, "the queue knows the envelope sender only: mail that this login sent under other names is not among what is held");
}

bool plan_stolen(struct desk_plan *plan, struct error *error)
{
	struct change *change = locking(plan);
	const char *names[DESK_NAMES], *home = desk_home(plan);

	(void)error;
	if (desk_wants(plan, "forwards_off") && record_get(plan->person, "forwards")->count > 0)
		change_edit_text(change, field_of(plan, "forwards"), EDIT_SET, NULL);
	step_person(plan, change, "account locked", "the account is OPEN: the thief can log in");
	desk_step_refuse(plan);
	desk_step_flush(plan, "the stolen password may still open the mailbox there until the login cache forgets it (auth_cache_ttl)");
	desk_step_sessions(plan, "the thief may go on reading there");
	desk_step_smtp(plan);
	for (size_t i = 0; i < plan->queue_count && desk_wants(plan, "hold"); i++)
		hold(plan, &plan->queues[i]);
	desk_names(plan->arena, plan->person, names);
	if (desk_wants(plan, "filter_off") && home && names[0])
		desk_step(plan, home, mailbox_change_filter(home, names[0], NULL), "sieve filter switched off (and kept)", "the filter goes on; it may forward mail to the thief");
	tell_what_may_be_added(plan);
	return true;
}

/* --- a leaver ----------------------------------------------------------------------------------------------------------- */

/* One value out of the members of everything that the person's page names in this field. */
static void leave(struct desk_plan *plan, const char *field, const struct kind *kind, const char *member)
{
	const struct field_values *values = record_get(plan->person, field);
	const struct field *members = kind_field(kind, "members");

	for (size_t i = 0; i < values->count && *member; i++) {
		struct change *change = change_new(VERB_EDIT, kind, values->values[i].bytes);
		struct value value = value_text(change->arena, member);

		change_edit(change, members, EDIT_REMOVE, &value, 1);
		desk_step(plan, NULL, change, arena_format(plan->arena, "out of the %s %s", kind->noun, values->values[i].bytes), "mail to it still comes here");
	}
}

bool plan_leaver(struct desk_plan *plan, struct error *error)
{
	struct change *change = locking(plan);
	const char *to = desk_wish_text(plan, "forward_to"), *text = desk_wish_text(plan, "text"), *until = desk_wish_text(plan, "until");
	int64_t when;

	if (*until && !desk_day(until, &when))
		return error_set(error, ERROR_INVALID, "Until: \"%.40s\" is no day; write it as 2026-12-24", until);
	if (*to) {
		change_edit_text(change, field_of(plan, "forwards"), EDIT_SET, to);
		change_edit_text(change, field_of(plan, "keep_copy"), EDIT_SET, "no");
	}
	step_person(plan, change, *to ? "account locked, mail forwarded" : "account locked", "the account is open");
	desk_step_flush(plan, "the password may still open the mailbox there until the login cache forgets it (auth_cache_ttl)");
	desk_step_sessions(plan, "whoever was connected there goes on reading");
	desk_step_smtp(plan);
	if (*text)
		desk_step_absence(plan, NULL, until, NULL, text);
	if (desk_wants(plan, "memberships")) {
		leave(plan, "groups", &kind_group, record_text(plan->person, "login"));
		leave(plan, "lists", &kind_mailinglist, record_text(plan->person, "address"));
	}
	if (*to && *until)
		desk_step_due(plan, when, arena_format(plan->arena, "the forward of %s (left) ends (to %s)", plan->person->name, to));
	else if (*to)
		desk_remark(plan, "the forward has no end: nothing on the servers takes it out again");
	if (record_get(plan->person, "folder_rights")->count > 0)
		desk_remark(plan, "rights on shared folders stay: %s", record_words(plan->arena, field_of(plan, "folder_rights"), record_get(plan->person, "folder_rights")));
	return true;
}
