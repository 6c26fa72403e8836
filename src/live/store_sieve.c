/*
 * store_sieve: which filter is active and what answers while somebody is away.
 *
 * The two are written together: an absence is a script of postroom's own that
 * answers and then goes on through the filter that was active; without one the
 * filter itself is active.  No script of a person is ever written or deleted.
 * What was done is read again, and only what was seen counts (dovecot 5.3).
 * Gate's thread.
 */
#include <string.h>

#include "base/text.h"
#include "live/absence_script.h"
#include "live/store_mailbox.h"
#include "model/mailbox.h"

/* --- what is there ------------------------------------------------------------------------------------- */

static bool same(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) == 0 : one == other;
}

static const char *script_of(const struct mailbox_at *at, const char *name, struct error *error)
{
	const char *holes[] = { at->user, name };
	const struct host_answer *answer = mailbox_ask(at, "sieve-get", holes, 2, error);
	const char *text = answer ? person_script_read(at->arena, answer) : NULL;

	if (answer && !text)
		error_set(error, ERROR_UNSUPPORTED, "%s: the script \"%.100s\" came without its words", at->server, name);
	return text;
}

static bool has_script(const struct person_scripts *scripts, const char *name)
{
	for (size_t i = 0; i < scripts->count; i++)
		if (strcmp(scripts->rows[i].name, name) == 0)
			return true;
	return false;
}

static bool list_of(const struct mailbox_at *at, struct person_scripts *scripts, struct error *error)
{
	const struct host_answer *answer = mailbox_ask(at, "sieve-list", &at->user, 1, error);

	if (!answer)
		return false;
	return person_scripts_read(at->arena, answer, scripts, error) || error_prefix(error, "%s: sieve-list", at->server);
}

bool sieve_state_read(const struct mailbox_at *at, struct sieve_state *state, struct error *error)
{
	struct person_scripts scripts;
	struct absence_script script;
	const char *text;

	memset(state, 0, sizeof(*state));
	if (!list_of(at, &scripts, error))
		return false;
	state->ours_there = has_script(&scripts, MAILBOX_ABSENCE_SCRIPT);
	state->ours_active = scripts.active && strcmp(scripts.active, MAILBOX_ABSENCE_SCRIPT) == 0;
	state->filter = state->ours_active ? NULL : scripts.active;
	if (!state->ours_active)
		return true;
	text = script_of(at, MAILBOX_ABSENCE_SCRIPT, error);
	if (!text)
		return false;
	if (!absence_script_read(at->arena, text, &script, &state->edited))
		return error_set(error, ERROR_UNSUPPORTED, "%s: the active script %s of %s is none that postroom wrote; rename it there first",
			at->server, MAILBOX_ABSENCE_SCRIPT, at->user);
	state->absence = script.absence;
	/* One that the person has deleted meanwhile filters nothing. */
	state->filter = script.filter && has_script(&scripts, script.filter) ? script.filter : NULL;
	state->rests = script.rests;
	return true;
}

bool sieve_filter_answers(const struct mailbox_at *at, const char *filter, bool *answers, struct error *error)
{
	const char *text = script_of(at, filter, error);

	*answers = text && script_answers(text);
	return text != NULL;
}

/* --- writing ------------------------------------------------------------------------------------------------ */

static bool do_it(const struct mailbox_at *at, const char *command, const char *script, enum outcome *outcome, struct error *error)
{
	const char *holes[] = { at->user, script };
	struct host_request request = { .command = command, .holes = holes, .hole_count = script ? 2 : 1 };

	return mailbox_do(at, &request, outcome, error) != NULL;
}

/* What the server's compiler says, without the words that doveadm puts in front of each line. */
static bool explain_compile(const struct mailbox_at *at, const struct host_answer *answer, struct error *error)
{
	const char *line = answer->complaint ? strstr(answer->complaint, "sieve: ") : NULL;

	if (answer->error.kind != ERROR_NONE || answer->status != 65)
		return host_answer_good(&at->self->apart.settings[at->host], "absence-put", answer, error);
	return error_set(error, ERROR_INVALID, "%s: the filter compiler there refuses the answer: %.*s; nothing was changed [65]", at->server,
		line ? (int)strcspn(line + 7, "\r\n") : 40, line ? line + 7 : "Dovecot's log there says why");
}

static bool put(const struct mailbox_at *at, const char *absence, const char *filter, enum outcome *outcome, struct error *error)
{
	struct absence_script script = { .absence = absence, .filter = filter };
	struct host_request request = { .command = "absence-put", .holes = &at->user, .hole_count = 1 };
	const struct host_answer *answer;

	if (filter && !sieve_filter_answers(at, filter, &script.rests, error))
		return false;
	request.input = absence_script_make(at->arena, &script);
	request.input_length = strlen(request.input);
	answer = live_store_run(at->self, at->host, &request, at->arena);
	if (answer->error.kind != ERROR_NONE)
		*outcome = live_store_failed(&answer->error);
	return explain_compile(at, answer, error);
}

/*
 * A plain file in the place of the link to the active script is somebody's filter too, which Dovecot keeps under this name
 * when another one becomes active.
 */
#define RESCUED "dovecot.orig"

static bool keep_rescued(const struct mailbox_at *at, const char *absence, const struct person_scripts *before, enum outcome *outcome,
		struct error *error)
{
	struct person_scripts after;

	if (!list_of(at, &after, error)) {
		*outcome = OUTCOME_UNKNOWN;
		return false;
	}
	if (has_script(before, RESCUED) || !has_script(&after, RESCUED) || put(at, absence, RESCUED, outcome, error))
		return true;
	/* The answer itself is active by now, whatever became of the filter below it. */
	*outcome = OUTCOME_UNKNOWN;
	return false;
}

/* The script of the absence is written and active; the filter below it goes on. */
static bool set_absence(const struct mailbox_at *at, const struct sieve_state *state, const char *absence, const char *filter,
		enum outcome *outcome, struct error *error)
{
	struct person_scripts before;

	if (!list_of(at, &before, error) || !put(at, absence, filter, outcome, error))
		return false;
	if (state->ours_active)
		return true;
	if (do_it(at, "sieve-activate", MAILBOX_ABSENCE_SCRIPT, outcome, error))
		return filter || keep_rescued(at, absence, &before, outcome, error);
	if (*outcome == OUTCOME_NOT_APPLIED && !state->ours_there) {
		struct error ignored = { 0 };
		enum outcome unused;

		do_it(at, "absence-delete", NULL, &unused, &ignored);
	}
	return false;
}

/* Only the filter is active, or nothing; ours goes. */
static bool set_filter(const struct mailbox_at *at, const struct sieve_state *state, const char *filter, const char **told,
		enum outcome *outcome, struct error *error)
{
	struct error left = { 0 };
	enum outcome unused;

	if (filter ? !do_it(at, "sieve-activate", filter, outcome, error) : !do_it(at, "sieve-deactivate", NULL, outcome, error))
		return false;
	if (state->ours_there && !do_it(at, "absence-delete", NULL, &unused, &left))
		*told = arena_format(at->arena, "the script %s is left behind, not active: %s", MAILBOX_ABSENCE_SCRIPT, left.text);
	return true;
}

/* --- one step ----------------------------------------------------------------------------------------------------- */

/* What the two are to be after this step. */
static void wanted(const struct operation *operation, const struct sieve_state *state, const char **filter, const char **absence)
{
	bool of_filter = strcmp(operation->deltas[0].attribute, "filter") == 0;

	*filter = of_filter ? mailbox_added(operation) : state->filter;
	*absence = of_filter ? state->absence : mailbox_added(operation);
}

static const char *current(const struct operation *operation, const struct sieve_state *state)
{
	return strcmp(operation->deltas[0].attribute, "filter") == 0 ? state->filter : state->absence;
}

/* Only what is seen counts. */
static enum outcome verify(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	struct sieve_state state;

	if (!sieve_state_read(at, &state, error))
		return OUTCOME_UNKNOWN;
	if (same(current(operation, &state), mailbox_added(operation))) {
		mailbox_inverse(at->arena, operation, inverse);
		return OUTCOME_APPLIED;
	}
	error_set(error, ERROR_CONFLICT, "%s: done, but looked at again it is not so; somebody may have changed the filters of %s at the same time",
		at->server, at->user);
	return OUTCOME_NOT_APPLIED;
}

enum outcome sieve_apply(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	enum outcome outcome = OUTCOME_NOT_APPLIED;
	struct sieve_state state;
	const char *filter, *absence, *told = NULL;
	bool fine;

	if (!sieve_state_read(at, &state, error))
		return OUTCOME_NOT_APPLIED;
	if (same(current(operation, &state), mailbox_added(operation)) && !state.edited) {
		inverse->did = 1;
		return OUTCOME_ALREADY;
	}
	if (!same(current(operation, &state), mailbox_taken(operation))) {
		error_set(error, ERROR_CONFLICT, "%s: the filters of %s were changed meanwhile", at->server, at->user);
		return OUTCOME_CONFLICT;
	}
	wanted(operation, &state, &filter, &absence);
	fine = absence ? set_absence(at, &state, absence, filter, &outcome, error) : set_filter(at, &state, filter, &told, &outcome, error);
	if (!fine)
		return outcome;
	outcome = verify(at, operation, inverse, error);
	if (outcome == OUTCOME_APPLIED)
		inverse->told = told;
	return outcome;
}

enum outcome sieve_look(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	enum outcome outcome = verify(at, operation, inverse, error);

	if (outcome == OUTCOME_NOT_APPLIED)
		error_set(error, ERROR_UNREACHABLE, "%s: the server did not answer and nothing was changed, as seen afterwards", at->server);
	return outcome;
}
