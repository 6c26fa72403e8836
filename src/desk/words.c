/*
 * words: what a run says: all reviews as one, the state a person is in now,
 * the sentence for the caller and the lines for the ticket.
 *
 * No word here holds a secret.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "desk/desk_private.h"
#include "model/mailbox.h"

/* --- all reviews as one -------------------------------------------------------------------------------------------- */

static bool is_told(const struct consequence *list, size_t count, const char *sentence)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].sentence, sentence) == 0)
			return true;
	return false;
}

/* What the plan knows better and says itself: how full the mailbox is, and what a password that must be changed means. */
static bool plan_says(const struct desk_run *run, const char *rule)
{
	if (strcmp(rule, "quota-lowered") == 0)
		return run->plan.used >= 0;
	for (size_t i = 0; strcmp(rule, "must-change-where") == 0 && i < run->plan.remark_count; i++)
		if (strcmp(run->plan.remarks[i], DESK_MUST_CHANGE) == 0)
			return true;
	return false;
}

/* Who was let in by the old password or lock is not let in again, so nothing is said of that. */
static bool shuts_out(const struct desk_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct change *change = run->steps[i].planned.change;

		for (size_t j = 0; change && change->kind == run->person->kind && j < change->edit_count; j++) {
			const struct edit *edit = &change->edits[j];

			if (strcmp(edit->field->name, "password") == 0 ||
			    (strcmp(edit->field->name, "locked") == 0 && edit->count > 0 && strcmp(edit->values[0].bytes, "yes") == 0))
				return true;
		}
	}
	return false;
}

static void join_consequences(struct desk_run *run)
{
	struct consequence *list = NULL;
	size_t count = 0, capacity = 0;
	bool out = shuts_out(run);

	for (int severity = SEVERITY_REFUSE; severity >= SEVERITY_NOTE; severity--) {
		for (size_t i = 0; i < run->count; i++) {
			const struct review *review = run->steps[i].review;

			for (size_t j = 0; review && j < review->consequence_count; j++) {
				const struct consequence *one = &review->consequences[j];

				if ((int)one->severity != severity || is_told(list, count, one->sentence) || plan_says(run, one->rule) || (out && strcmp(one->rule, "comes-again") == 0))
					continue;
				list = arena_grow(run->arena, list, &capacity, count + 1, sizeof(*list));
				list[count++] = (struct consequence){ one->severity, arena_text(run->arena, one->rule), arena_text(run->arena, one->sentence) };
			}
		}
	}
	run->view.consequences = list;
	run->view.consequence_count = count;
}

/* Of a server the one field "value" stands for every setting: there two lines are two things. */
static bool same_object(const struct change *a, const struct change *b)
{
	return (a->kind == &kind_user || a->kind == &kind_mailbox) && a->kind == b->kind && a->name && b->name && strcmp(a->name, b->name) == 0;
}

/* Was this field of the same object changed by a step before? Then that one tells what becomes of it. */
static bool is_joined(const struct desk_run *run, size_t at, const struct field *field)
{
	const struct change *change = run->steps[at].review->change;

	for (size_t i = 0; i < at; i++) {
		const struct review *review = run->steps[i].review;

		for (size_t j = 0; review && same_object(review->change, change) && j < review->line_count; j++)
			if (review->lines[j].field == field && !run->steps[i].planned.repeats)
				return true;
	}
	return false;
}

/* What a field is in the end: a step behind this one may set it once more. */
static const char *words_at_end(struct desk_run *run, size_t at, const struct diff_line *line)
{
	const struct change *change = run->steps[at].review->change;
	const char *words = line->new_words;

	for (size_t i = at + 1; i < run->count; i++) {
		const struct review *review = run->steps[i].review;

		if (review && review->plan.after && same_object(review->change, change) && change_touches(review->change, line->field->name))
			words = record_words(run->arena, line->field, record_get(review->plan.after, line->field->name));
	}
	return words;
}

static void join_lines(struct desk_run *run)
{
	struct diff_line *lines = NULL;
	size_t count = 0, capacity = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct review *review = run->steps[i].review;

		/* What a step that repeats does is said by its words; it has no value before and after. */
		for (size_t j = 0; review && !run->steps[i].planned.repeats && j < review->line_count; j++) {
			const struct diff_line *line = &review->lines[j];
			const char *words = words_at_end(run, i, line);

			/* Of a group or a list that is changed too the words of the step say what. */
			if (*run->person->name && review->change->kind != run->person->kind && review->change->kind != &kind_mailbox)
				continue;
			if (is_joined(run, i, line->field) || (line->field->type != FIELD_SECRET && strcmp(words, line->old_words) == 0))
				continue;
			lines = arena_grow(run->arena, lines, &capacity, count + 1, sizeof(*lines));
			lines[count++] = (struct diff_line){ line->field, arena_text(run->arena, line->old_words), arena_text(run->arena, words) };
		}
	}
	run->view.lines = lines;
	run->view.line_count = count;
}

static void count_steps(struct desk_run *run)
{
	run->view.done = run->view.open = 0;
	for (size_t i = 0; i < run->count; i++) {
		enum desk_state state = run->shown[i].state;

		run->view.done += state == DESK_DONE || state == DESK_ALREADY;
		run->view.open += state == DESK_OPEN || state == DESK_UNKNOWN || state == DESK_FAILED || state == DESK_LEFT_OUT;
	}
}

/* A server that is away says the same of each step. */
static void mark_doubles(struct desk_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct desk_step *step = &run->shown[i];

		step->as_before = false;
		for (size_t j = 0; j < i && step->told && step->server && !step->as_before; j++)
			step->as_before = run->shown[j].server == step->server && run->shown[j].told && strcmp(run->shown[j].told, step->told) == 0;
	}
}

void run_join(struct desk_run *run)
{
	run_word_steps(run);
	mark_doubles(run);
	join_consequences(run);
	join_lines(run);
	count_steps(run);
	run->view.confirm = CONFIRM_BUTTON;
	run->view.confirm_text = "";
	run->view.reason_required = false;
	for (size_t i = 0; i < run->count; i++) {
		const struct review *review = run->steps[i].review;

		run->view.reason_required = run->view.reason_required || (review && review->reason_required);
		if (!review || review->confirm != CONFIRM_NAME || run->view.confirm == CONFIRM_NAME)
			continue;
		run->view.confirm = CONFIRM_NAME;
		run->view.confirm_text = review->confirm_text;
	}
	if (run->plan.confirm_name && run->view.confirm != CONFIRM_NAME) {
		run->view.confirm = CONFIRM_NAME;
		run->view.confirm_text = run->person->name;
	}
}

/* --- steps ----------------------------------------------------------------------------------------------------------- */

void run_word_steps(struct desk_run *run)
{
	bool ahead = run->view.phase == DESK_LOOKING || run->view.phase == DESK_SHOWN;

	for (size_t i = 0; i < run->count; i++) {
		const struct planned *planned = &run->steps[i].planned;
		bool is_done = run->shown[i].state == DESK_DONE || run->shown[i].state == DESK_ALREADY;

		run->shown[i].words = ahead && !is_done ? planned->ahead : planned->words;
	}
}

/* --- at the end ------------------------------------------------------------------------------------------------------- */

const char *desk_on(struct arena *arena, const char *words, const char *server)
{
	const char *at = server ? strstr(words, server) : NULL;

	if (!server || (at && at > words && strchr(" /", at[-1]) && strchr(" ,.;:", at[strlen(server)])))
		return "";
	return arena_format(arena, " on %s", server);
}

static const char *state_word(enum desk_state state)
{
	static const char *const words[] = {
		[DESK_WAITING] = "not begun", [DESK_RUNNING] = "under way", [DESK_DONE] = "done", [DESK_ALREADY] = "was so already",
		[DESK_OPEN] = "NOT DONE", [DESK_FAILED] = "NOT DONE", [DESK_UNKNOWN] = "outcome unknown", [DESK_LEFT_OUT] = "not begun",
	};

	return words[state];
}

static bool is_open(enum desk_state state)
{
	return state == DESK_OPEN || state == DESK_FAILED || state == DESK_UNKNOWN || state == DESK_LEFT_OUT;
}

/* Of steps that were not begun is said that there are such, no more. */
static bool is_begun(enum desk_state state)
{
	return is_open(state) && state != DESK_LEFT_OUT;
}

bool desk_same_thing(const char *a, const char *b)
{
	const char *end = strstr(a, " ("), *other = strstr(b, " (");
	size_t length = end ? (size_t)(end - a) : strlen(a);

	return length == (other ? (size_t)(other - b) : strlen(b)) && strncmp(a, b, length) == 0;
}

/* Is the same said by an open step before this one: of the same server, or what is true until then? */
static bool is_said(const struct desk_run *run, size_t at, bool still)
{
	const struct planned *planned = &run->steps[at].planned;

	for (size_t i = 0; i < at; i++) {
		const struct planned *other = &run->steps[i].planned;

		if (!is_begun(run->shown[i].state))
			continue;
		if (still ? strcmp(other->still, planned->still) == 0 : other->server == planned->server && desk_same_thing(other->words, planned->words))
			return true;
	}
	return false;
}

static void add_open(const struct desk_run *run, struct text *text)
{
	const char *between = " Until then: ";
	size_t left_out = 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct planned *planned = &run->steps[i].planned;

		left_out += run->shown[i].state == DESK_LEFT_OUT;
		if (is_begun(run->shown[i].state) && !is_said(run, i, false))
			text_addf(text, " %s%s: %s.", planned->words, desk_on(run->arena, planned->words, planned->server), state_word(run->shown[i].state));
	}
	if (left_out > 0)
		text_addf(text, " %s not begun.", left_out == 1 ? "One step was" : "The steps after it were");
	for (size_t i = 0; i < run->count; i++) {
		if (!is_begun(run->shown[i].state) || !*run->steps[i].planned.still || is_said(run, i, true))
			continue;
		text_addf(text, "%s%s", between, run->steps[i].planned.still);
		between = "; ";
	}
	text_addf(text, "%s", *between == ';' ? "." : "");
}

/* The account is open, and more than it was shut. */
static const char *still_shut(const struct desk_run *run)
{
	return run->plan.shut ? arena_format(run->arena, " NOT by this: %s; an admin takes that back with the job that did it (history, u).", run->plan.shut) : "";
}

static const char *state_now(struct desk_run *run)
{
	struct text text = { 0 };
	const char *words;

	if (run->view.open == 0)
		return arena_format(run->arena, "%s%s", run->count == 1 ? "The one step is done." : arena_format(run->arena, "All %zu steps are done.", run->count),
			still_shut(run));
	text_addf(&text, "%zu of %zu steps are done.%s", run->view.done, run->count, still_shut(run));
	add_open(run, &text);
	if (run->view.kept == run->view.open)
		text_addf(&text, " What is open is kept under what is due, number %s, and can be tried again from there.", run->due_id ? run->due_id : run->view.id);
	else if (run->view.kept > 0)
		text_addf(&text, " %zu of the open steps %s kept under what is due, number %s; the rest is not tried again by itself.", run->view.kept,
			run->view.kept == 1 ? "is" : "are", run->due_id ? run->due_id : run->view.id);
	else
		text_addf(&text, " Nothing of it is tried again by itself.");
	words = arena_text(run->arena, text_get(&text));
	text_free(&text);
	return words;
}

/* Was whoever is logged in for sending looked for and ended anywhere? */
static bool ends_sending(const struct desk_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct change *change = run->steps[i].planned.change;

		if (change && change_touches(change, "smtp"))
			return true;
	}
	return false;
}

/* Was a lock cleared? Login caches alone open nothing. */
static bool lock_was_cleared(const struct desk_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct change *change = run->steps[i].planned.change;

		if (run->shown[i].state == DESK_DONE && change && (change_touches(change, "locked") || change_touches(change, "failed_lock")))
			return true;
	}
	return false;
}

/* Of an account that was to be opened: what is so; NULL: it is open, and nothing else is shut. */
static const char *say_opened(const struct desk_run *run)
{
	if (lock_was_cleared(run) && !run->plan.shut)
		return NULL;
	if (lock_was_cleared(run))
		return "Your account is open again, so you can read your mail. Sending may not work yet, or mail of yours is held back: that is put right by somebody else, we call you.";
	if (run->plan.shut)
		return "There was no lock on your account. Sending is refused, or mail of yours is held back: that is put right by somebody else, we call you.";
	return "There was no lock on your account, so nothing had to be opened. Try to sign in now; if it still fails, it is not a lock.";
}

/* What keeps a repair from helping though all of it was done; NULL: nothing does. */
static const char *say_in_vain(struct desk_run *run, const char *job)
{
	bool opens = strcmp(job, "unlock") == 0 || strcmp(job, "password") == 0, answers = strcmp(job, "absence") == 0 && !desk_wants(&run->plan, "off");

	if (opens && desk_kept_out(&run->plan))
		return "Your account itself is closed in the directory, so it does not let you in yet. Somebody who may open it has to look at it.";
	if (strcmp(job, "unlock") == 0)
		return say_opened(run);
	if (answers && desk_unanswered(&run->plan))
		return "Your absence notice is written, but all your mail is forwarded, so nobody is answered yet.";
	return NULL;
}

/* The sentence for the caller; where something is open the worker decides what to say. */
static const char *say(struct desk_run *run)
{
	const char *sentence = run->view.job->say, *job = run->view.job->name;
	int64_t limit = run->wish && strcmp(job, "quota") == 0 ? strtoll(desk_wish_text(&run->plan, "quota"), NULL, 10) : 0;

	if (!sentence || run->count == 0 || run->due_id || is_open(run->shown[0].state))
		return NULL;
	/* Where a sentence promises that nobody is in any more, one open step belies it. */
	for (size_t i = 0; i < run->count; i++)
		if ((run->steps[i].planned.checks || run->view.job->promises) && is_open(run->shown[i].state))
			return NULL;
	if (say_in_vain(run, job))
		return say_in_vain(run, job);
	if (strcmp(job, "sessions") == 0 && !ends_sending(run))
		return "You have been signed out of your mailbox everywhere. A program that is sending goes on until it closes its connection.";
	if (strcmp(job, "absence") == 0 && desk_wants(&run->plan, "off"))
		return "Your absence notice is switched off. Mail is not answered by itself any more.";
	/* Below what is used nothing comes in. */
	if (limit > 0 && limit <= run->plan.used)
		return NULL;
	/* A new password opens no account that an administrator has locked. */
	if (strcmp(job, "password") == 0 && kind_field(run->person->kind, "locked") && strcmp(record_text(run->person, "locked"), "yes") == 0)
		return "Your new password is set. Your account is still locked, so it does not let you in yet.";
	if (strcmp(job, "password") == 0 && desk_wants(&run->plan, "must_change"))
		return "Your new password is set. Choose one of your own with it first; until then your mail may not open.";
	return sentence;
}

static const char *ticket(struct desk_run *run)
{
	struct text text = { 0 };
	const char *words;

	text_addf(&text, "%s%s%s%s\n", run->view.name, *record_text(run->person, "address") ? " (" : "",
		record_text(run->person, "address"), *record_text(run->person, "address") ? ")" : "");
	if (run->reason && *run->reason)
		text_addf(&text, "Reason: %s\n", run->reason);
	for (size_t i = 0; i < run->count; i++) {
		const struct desk_step *step = &run->shown[i];

		text_addf(&text, "%zu. %s%s: %s%s%s\n", i + 1, step->words, desk_on(run->arena, step->words, step->server), state_word(step->state),
			step->told ? ", " : "", step->told ? step->told : "");
	}
	text_addf(&text, "%s\n", run->view.state_now);
	for (size_t i = 0; i < run->plan.remark_count; i++)
		text_addf(&text, "Note: %s\n", run->plan.remarks[i] + (strncmp(run->plan.remarks[i], "! ", 2) ? 0 : 2));
	text_addf(&text, "By %s, %s%s%s\n", run->desk->settings.person, text_from_time(run->arena, clock_now()), *run->view.id ? ", number " : "", run->view.id);
	words = arena_text(run->arena, text_get(&text));
	text_free(&text);
	return words;
}

/*
 * What nobody has seen comes first; one step that can be tried again makes all of it worth trying again; else it is as the
 * first one that failed says.
 */
static enum error_kind ending(const struct desk_run *run)
{
	enum error_kind kind = ERROR_NONE;
	bool again = false;

	for (size_t i = 0; i < run->count; i++) {
		enum desk_state state = run->shown[i].state;

		if (state == DESK_UNKNOWN)
			return ERROR_UNKNOWN_OUTCOME;
		again = again || state == DESK_OPEN;
		if (state == DESK_FAILED && kind == ERROR_NONE)
			kind = run->steps[i].error.kind;
	}
	if (again)
		return ERROR_TIMEOUT;
	return kind != ERROR_NONE || run->view.open == 0 ? kind : ERROR_TIMEOUT;
}

/* What goes with a new password means nothing without it. */
static bool goes_with_password(const struct change *change)
{
	for (size_t i = 0; i < change->edit_count; i++) {
		const char *name = change->edits[i].field->name;

		if (strcmp(name, "password") != 0 && strcmp(name, "must_change") != 0 && strcmp(name, "failed_lock") != 0)
			return false;
	}
	return true;
}

/* Open steps of an earlier go can be taken back with what that did. */
static const char *undo_number(const struct desk_run *run)
{
	bool password = run->secret != NULL || strcmp(run->view.job->name, "password") == 0;

	for (size_t i = 0; i < run->count; i++) {
		const struct change *change = run->steps[i].planned.change;

		if (run->steps[i].can_undo && !(password && change && goes_with_password(change)))
			return *run->view.id ? run->view.id : NULL;
	}
	return run->due_id && !password ? run->due_id : NULL;
}

void run_tell(struct desk_run *run)
{
	run->view.undo = undo_number(run);
	run->view.ending = ending(run);
	run->view.state_now = state_now(run);
	run->view.say = say(run);
	run->view.ticket = ticket(run);
}
