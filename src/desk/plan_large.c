/*
 * plan_large: the two larger jobs, made of the same steps.
 *
 * A stolen account: nobody gets in any more, what is open ends, what waits is
 * held and not thrown away, and what may have been added by the thief is told.
 * A leaver: nobody gets in, mail goes on to somebody until a day.  Loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "model/mailbox.h"

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

/* --- a stolen account ----------------------------------------------------------------------------------------------- */

static void tell_what_may_be_added(struct desk_plan *plan)
{
	const struct field_values *forwards = record_get(plan->person, "forwards");
	const char *words = "";

	for (size_t i = 0; i < forwards->count; i++)
		words = arena_format(plan->arena, "%s%s%s%s%s%s", words, i > 0 ? ", " : "", forwards->values[i].bytes, plan->since ? " (" : "",
			plan->since ? plan->since[i] : "", plan->since ? ")" : "");
	if (forwards->count > 0)
		desk_remark(plan, "! forwards: %s. Ask the person whether they are theirs", words);
}

bool plan_stolen(struct desk_plan *plan, struct error *error)
{
	struct change *change = locking(plan);
	const char *names[DESK_NAMES], *home = desk_home(plan);

	(void)error;
	if (desk_wants(plan, "forwards_off") && record_get(plan->person, "forwards")->count > 0)
		change_edit_text(change, field_of(plan, "forwards"), EDIT_SET, NULL);
	desk_step_person(plan, change, false, "lock the account", "account locked", "the account is OPEN: the thief can log in");
	desk_step_refuse(plan);
	desk_step_flush(plan, "the stolen password may still open the mailbox there until the login cache forgets it (auth_cache_ttl)");
	desk_step_sessions(plan, "the thief may go on reading there");
	desk_step_smtp(plan);
	if (desk_wants(plan, "hold"))
		desk_step_hold(plan);
	desk_names(plan->arena, plan->person, names);
	if (desk_wants(plan, "filter_off") && home && names[0])
		desk_step(plan, home, mailbox_change_filter(home, names[0], NULL), "switch the sieve filter off (and keep it)",
			"sieve filter switched off (and kept)", "the filter goes on; it may forward mail to the thief");
	tell_what_may_be_added(plan);
	if (home && names[0])
		desk_remark(plan, "a filter, if one is active: since when no mail server tells; what stands in it is on the person's page");
	return true;
}

/* --- a leaver ----------------------------------------------------------------------------------------------------------- */

/* The person's addresses, any of which a list may hold; count: how many. */
static struct value *addresses_of(const struct desk_plan *plan, size_t *count)
{
	const struct field_values *alternates = record_get(plan->person, "alternates");
	struct value *values = arena_alloc(plan->arena, (alternates->count + 1) * sizeof(*values));

	*count = 0;
	if (*record_text(plan->person, "address"))
		values[(*count)++] = value_text(plan->arena, record_text(plan->person, "address"));
	for (size_t i = 0; i < alternates->count; i++)
		values[(*count)++] = alternates->values[i];
	return values;
}

/* Out of the members of everything that the person's page names in this field. A primary group is left by nobody (UDM refuses it too). */
static void leave(struct desk_plan *plan, const char *field, const struct kind *kind, const struct value *members, size_t count)
{
	static const char primary[] = DIRECTORY_PRIMARY_GROUP;
	const struct field_values *values = record_get(plan->person, field);
	const struct field *of = kind_field(kind, "members");

	for (size_t i = 0; i < values->count && count > 0; i++) {
		struct change *change;

		if (values->note && !strncmp(values->note, primary, strlen(primary)) && !strcmp(values->note + strlen(primary), values->values[i].bytes)) {
			desk_remark(plan, "the %s %s stays: it is the primary group, without which nobody can be", kind->noun, values->values[i].bytes);
			continue;
		}
		change = change_new(VERB_EDIT, kind, values->values[i].bytes);
		change_edit(change, of, EDIT_REMOVE, members, count);
		desk_step(plan, NULL, change, arena_format(plan->arena, "take out of the %s %s", kind->noun, values->values[i].bytes),
			arena_format(plan->arena, "out of the %s %s", kind->noun, values->values[i].bytes), "mail to it still comes here");
	}
}

static void leave_all(struct desk_plan *plan)
{
	struct value login = value_text(plan->arena, record_text(plan->person, "login")), *addresses;
	size_t count;

	addresses = addresses_of(plan, &count);
	leave(plan, "groups", &kind_group, &login, 1);
	leave(plan, "lists", &kind_mailinglist, addresses, count);
}

bool plan_leaver(struct desk_plan *plan, struct error *error)
{
	struct change *change = locking(plan);
	const char *to = desk_wish_text(plan, "forward_to"), *text = desk_wish_text(plan, "text"), *until = desk_wish_text(plan, "until");
	/* Where no absence can be written nothing is answered, and a copy would be for nothing. */
	bool answered = *text && desk_home(plan);
	int64_t when;

	if (*until && !desk_day_to_come(until, &when, error))
		return false;
	if (*to) {
		change_edit_text(change, field_of(plan, "forwards"), EDIT_SET, to);
		change_edit_text(change, field_of(plan, "keep_copy"), EDIT_SET, answered ? "yes" : "no");
	}
	if (*to && answered)
		desk_remark(plan, "a copy of what is forwarded stays in the mailbox: mail is answered only there");
	else if (*text)
		desk_remark_unanswered(plan);
	desk_step_person(plan, change, false, *to ? "lock the account, forward mail" : "lock the account",
		*to ? "account locked, mail forwarded" : "account locked", "the account is open");
	desk_step_flush(plan, "the password may still open the mailbox there until the login cache forgets it (auth_cache_ttl)");
	desk_step_sessions(plan, "whoever was connected there goes on reading");
	desk_step_smtp(plan);
	if (*text)
		desk_step_absence(plan, NULL, until, NULL, text);
	if (desk_wants(plan, "memberships"))
		leave_all(plan);
	if (*to && *until)
		desk_step_due(plan, when, arena_format(plan->arena, "end the forward of %s, who left (to %s)", plan->person->name, to));
	else if (*to)
		desk_remark(plan, "the forward has no end: nothing on the servers takes it out again");
	if (record_get(plan->person, "folder_rights")->count > 0)
		desk_remark(plan, "rights on shared folders stay: %s", record_words(plan->arena, field_of(plan, "folder_rights"), record_get(plan->person, "folder_rights")));
	return true;
}
