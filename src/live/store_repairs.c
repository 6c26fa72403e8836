/*
 * store_repairs: counting a mailbox again, forgetting a login, ending SMTP
 * sessions, trying a login.
 *
 * Nothing of it can be taken back.  doveadm's status says little here: a flush
 * ends with 0 though the server is down, and a wrong password and an
 * unreachable server both with 77, so the words decide (dovecot 5.3).  A
 * password goes by standard input, is wiped behind it and never in a sentence.
 * Gate's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "live/store_mailbox.h"
#include "model/mailbox.h"

static const struct host_settings *settings_of(const struct mailbox_at *at)
{
	return &at->self->apart.settings[at->host];
}

static const char *complaint_of(const struct host_answer *answer)
{
	return answer->complaint ? answer->complaint : "";
}

/* --- count again ------------------------------------------------------------------------------------------ */

static enum outcome recalculate(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	struct host_request request = { .command = "quota-recalc", .holes = &at->user, .hole_count = 1 };
	enum outcome outcome;

	(void)operation;
	if (!mailbox_do(at, &request, &outcome, error))
		return outcome;
	inverse->did = 1;
	return OUTCOME_APPLIED;
}

/* --- forget the login -------------------------------------------------------------------------------------- */

/* Where nothing answered it says so, then "0 cache entries flushed", and ends with 0. */
static bool flushed(const struct mailbox_at *at, struct host_answer answer, struct error *error)
{
	bool number = strstr(answer.output, answer.form == FORM_JSON ? "\"entries\"" : "cache entries flushed") != NULL;

	if (answer.error.kind == ERROR_NONE && answer.status == 0 && (!number || strstr(complaint_of(&answer), "Error: ")))
		answer.status = 75;
	return host_answer_good(settings_of(at), "cache-flush", &answer, error);
}

static enum outcome flush(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	struct host_request request = { .command = "cache-flush", .holes = &at->user, .hole_count = 1, .deadline = 15000 };
	const struct host_answer *answer = live_store_run(at->self, at->host, &request, at->arena);

	(void)operation;
	if (!flushed(at, *answer, error))
		return answer->error.kind != ERROR_NONE ? live_store_failed(&answer->error) : OUTCOME_NOT_APPLIED;
	inverse->did = 1;
	return OUTCOME_APPLIED;
}

/* --- SMTP sessions -------------------------------------------------------------------------------------------- */

/* Words of the helper itself go before what its status would mean for any program. */
static bool sessions_of(const struct mailbox_at *at, const char *command, const struct value *logins, size_t count, uint64_t deadline,
		struct person_sessions *sessions, enum outcome *outcome, struct error *error)
{
	const char **holes = arena_alloc(at->arena, (count + 1) * sizeof(*holes));
	struct host_request request = { .command = command, .holes = holes, .hole_count = count, .deadline = deadline };
	const struct host_answer *answer;

	for (size_t i = 0; i < count; i++)
		holes[i] = logins[i].bytes;
	answer = live_store_run(at->self, at->host, &request, at->arena);
	*outcome = OUTCOME_NOT_APPLIED;
	if (answer->error.kind != ERROR_NONE) {
		*error = answer->error;
		*outcome = live_store_failed(error);
		return false;
	}
	if (answer->status != 0 && answer->output[0] != '{')
		return host_answer_good(settings_of(at), command, answer, error);
	return person_sessions_read(at->arena, answer, sessions, error) || error_prefix(error, "%s", at->server);
}

bool smtp_now(const struct mailbox_at *at, const struct value *logins, size_t count, struct person_sessions *sessions, struct error *error)
{
	enum outcome unused;

	return sessions_of(at, "smtp-sessions", logins, count, 30000, sessions, &unused, error);
}

static const char *told_of(struct arena *arena, const struct person_sessions *sessions)
{
	char *words = arena_text(arena, "");

	if (sessions->count > 0)
		words = arena_format(arena, "%zu did not end, or began since", sessions->count);
	if (sessions->killed > 0)
		words = arena_format(arena, "%s%s%zu by ending the process, so Postfix may take nobody new there for a minute", words, *words ? "; " : "",
			sessions->killed);
	if (sessions->silent > 0)
		words = arena_format(arena, "%s%s%zu other connection%s sent nothing yet, whose cannot be told", words, *words ? "; " : "",
			sessions->silent, sessions->silent == 1 ? " has" : "s have");
	return *words ? words : NULL;
}

static enum outcome end_smtp(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	const struct delta *delta = &operation->deltas[0];
	struct person_sessions sessions;
	enum outcome outcome;

	if (!sessions_of(at, "smtp-end", delta->values, delta->count, 45000, &sessions, &outcome, error))
		return outcome;
	inverse->did = sessions.ended;
	inverse->told = told_of(at->arena, &sessions);
	if (sessions.ended > 0 || sessions.count == 0)
		return sessions.ended > 0 ? OUTCOME_APPLIED : OUTCOME_ALREADY;
	error_set(error, ERROR_UNSUPPORTED, "%s: none of the %zu open SMTP sessions of %s ended", at->server, sessions.count, at->user);
	return OUTCOME_NOT_APPLIED;
}

/* --- try the login --------------------------------------------------------------------------------------------------- */

/* "passdb: anna auth failed" is an answer of the server; all else with 77 is none. */
static bool accepted(const struct mailbox_at *at, struct host_answer answer, struct error *error)
{
	if (answer.error.kind == ERROR_NONE && answer.status == 0 && strstr(answer.output, " auth succeeded"))
		return true;
	if (answer.error.kind == ERROR_NONE && strstr(answer.output, " auth failed")) {
		error_set(error, ERROR_REFUSED, "%s: the login of %s is refused with this password: wrong, locked, or not allowed to log in there [%d]",
			at->server, at->user, answer.status);
		if (error)
			error->code = answer.status;
		return false;
	}
	if (answer.error.kind == ERROR_NONE && answer.status == 0)
		answer.status = 75;
	return host_answer_good(settings_of(at), "auth-test", &answer, error);
}

static enum outcome try_login(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	struct host_request request = { .command = "auth-test", .holes = &at->user, .hole_count = 1, .deadline = 20000 };
	const char *secret = mailbox_added(operation);
	const struct host_answer *answer;
	struct text line = { 0 };

	if (!secret) {
		error_set(error, ERROR_UNSUPPORTED, "The password that was tried is kept nowhere, so it cannot be tried again; give it anew");
		return OUTCOME_NOT_APPLIED;
	}
	/* Room for all at once: growing would leave a copy behind. */
	line.bytes = memory_new(strlen(secret) + 2);
	line.capacity = strlen(secret) + 2;
	text_add(&line, secret);
	text_add_char(&line, '\n');
	request.input = line.bytes;
	request.input_length = line.length;
	answer = live_store_run(at->self, at->host, &request, at->arena);
	memory_wipe(line.bytes, line.length);
	text_free(&line);
	/* It changes nothing, so what was not seen may be tried again. */
	if (!accepted(at, *answer, error))
		return OUTCOME_NOT_APPLIED;
	inverse->did = 1;
	return OUTCOME_APPLIED;
}

/* --- all of them ------------------------------------------------------------------------------------------------------- */

enum outcome repair_apply(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	const char *field = operation->deltas[0].attribute;

	if (strcmp(field, "recalculate") == 0)
		return recalculate(at, operation, inverse, error);
	if (strcmp(field, "flush") == 0)
		return flush(at, operation, inverse, error);
	return strcmp(field, "smtp") == 0 ? end_smtp(at, operation, inverse, error) : try_login(at, operation, inverse, error);
}

enum outcome repair_look(const struct mailbox_at *at, const struct operation *operation, struct operation *inverse, struct error *error)
{
	struct person_sessions sessions;

	if (strcmp(operation->deltas[0].attribute, "smtp") == 0) {
		if (!smtp_now(at, operation->deltas[0].values, operation->deltas[0].count, &sessions, error))
			return OUTCOME_UNKNOWN;
		if (sessions.count == 0) {
			inverse->did = 1;
			inverse->told = arena_format(at->arena, "none is open now; how many were ended was not seen");
			return OUTCOME_APPLIED;
		}
	}
	error_set(error, ERROR_UNKNOWN_OUTCOME, "%s: whether it was done cannot be seen afterwards; doing it again does no harm", at->server);
	return OUTCOME_NOT_APPLIED;
}
