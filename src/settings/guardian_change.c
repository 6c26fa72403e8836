/*
 * guardian_change: the sequence of a change, from the check of the candidate
 * to the deadline, and the way back.
 *
 * What must be true at every instant: where a new file lies in its place, the
 * armed state with the old one is on the disk, until a confirmation has been
 * written there.  So whatever ends this process, whoever finds the state puts
 * the old files back.  Source: terminal-and-safety 9.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum { TRIES = 3, TRY_MS = 1000 };

const struct guardian_service *guardian_service_find(const char *name)
{
	static const struct guardian_service *const services[] = { &guardian_dovecot, &guardian_postfix, &guardian_nobody };

	for (size_t i = 0; name && i < sizeof(services) / sizeof(services[0]); i++)
		if (!strcmp(services[i]->name, name))
			return services[i];
	return NULL;
}

const char *guardian_config(const struct guardian *guardian)
{
	return guardian->change.config ? guardian->change.config : guardian->service->config;
}

/* --- the way back ----------------------------------------------------------------------------- */

static void stuck(struct guardian *guardian, const struct error *error)
{
	guardian->report.why = arena_format(guardian->arena, "%s%s%s. Mend that, then run: postroom guardian restore (here, as root)",
		guardian->report.why ? guardian->report.why : "", guardian->report.why ? "; putting it back failed: " : "", error->text);
	guardian->report.kind = ERROR_FILE;
	log_line(LOG_LEVEL_ERROR, "guardian: change %s is stuck: %s", guardian->report.id, guardian->report.why);
	guardian_state(guardian, GUARDIAN_STUCK, NULL);
}

/* Takes away what lies beside the files, and then what told of it; both may hold secrets. */
static void forget(struct guardian *guardian)
{
	guardian_files_forget(guardian);
	guardian->leaves = false;
	guardian_save(guardian, NULL);
}

static void settled(struct guardian *guardian, enum guardian_state state)
{
	struct error error = { 0 };

	guardian->armed = false;
	guardian->leaves = true;
	/* Not written: it stays armed on the disk, and putting back what is back does nothing. */
	if (!guardian_state(guardian, state, &error))
		guardian_say(guardian, "its state cannot be written: %s", error.text);
	else
		forget(guardian);
	log_line(LOG_LEVEL_INFO, "guardian: change %s of %s is %s%s%s", guardian->report.id, guardian->report.who ? guardian->report.who : "somebody",
		guardian_state_word(state), guardian->report.why ? ": " : "", guardian->report.why ? guardian->report.why : "");
}

/* Files first: what ucr makes again is made from them. */
static bool put_back(struct guardian *guardian, struct error *error)
{
	bool files = guardian_files_restore(guardian, error);
	struct error more = { 0 };

	if (guardian_ucr_restore(guardian, &more) && guardian_descriptors_restore(guardian, &more))
		return files;
	return files ? error_set(error, more.kind, "%s", more.text) : false;
}

/* The service reads the files that lie there now. */
static bool takes_files(struct guardian *guardian, struct error *error)
{
	const struct guardian_service *service = guardian->service;

	return guardian->change.restarts && service->restart ? service->restart(guardian, error) : service->reload(guardian, error);
}

/* One try: reloaded, or started where it died under the change, and looked at. */
static bool old_values_try(struct guardian *guardian, struct error *error)
{
	if (!guardian->service->running(guardian)) {
		if (!guardian->service->start(guardian, error))
			return false;
		guardian_say(guardian, guardian->stopped ? "%s was stopped for the change and is started again with the old files" :
			"%s had ended under the change and was started again with the old files", guardian->service->title);
	} else if (!takes_files(guardian, error)) {
		return false;
	}
	guardian_point("reloaded-back");
	return guardian->service->look(guardian, guardian->before, true, error);
}

/* The old files are there; do the old values run? Tried again, since a master that is held up needs its time. */
static bool old_values_run(struct guardian *guardian, struct error *error)
{
	if (!guardian->died && !guardian->stopped && !guardian->service->running(guardian)) {
		guardian_say(guardian, "%s does not run; it will start with the old files", guardian->service->title);
		return true;
	}
	for (unsigned try = 1; !old_values_try(guardian, error); try++) {
		/* It ran when this began. */
		guardian->died = true;
		if (try == TRIES)
			return error_prefix(error, "the old files are back, but %s does not run as before", guardian->service->title);
		guardian_pause(TRY_MS);
		error_clear(error);
	}
	for (size_t i = 0; guardian->before && guardian->before[i]; i += 2)
		guardian_say(guardian, "%s is %s again", guardian->before[i], guardian->before[i + 1]);
	return true;
}

void guardian_roll_back(struct guardian *guardian, const char *why)
{
	struct error error = { 0 };

	guardian->report.why = why;
	guardian->report.kind = why ? ERROR_REFUSED : ERROR_NONE;
	guardian->report.deadline = 0;
	guardian_state(guardian, GUARDIAN_ROLLING_BACK, NULL);
	guardian_point("rolling-back");
	if (!put_back(guardian, &error)) {
		stuck(guardian, &error);
		return;
	}
	guardian_point("restored");
	if (old_values_run(guardian, &error))
		settled(guardian, GUARDIAN_ROLLED_BACK);
	else
		stuck(guardian, &error);
}

bool guardian_mend(struct guardian *guardian)
{
	bool was_stuck;

	if (!guardian->armed && guardian->leaves) {
		forget(guardian);
		return true;
	}
	if (!guardian->armed)
		return false;
	was_stuck = guardian->report.state == GUARDIAN_STUCK;
	guardian_roll_back(guardian, was_stuck ? "it was stuck and has been put back now" :
		"the guardian was ended before anybody had confirmed, or the machine was");
	return true;
}

/* --- there ------------------------------------------------------------------------------------------ */

/* What a program said often ends with a newline. */
static char *trimmed(struct arena *arena, const char *words)
{
	char *copy = arena_text(arena, words);
	size_t length = strlen(copy);

	while (length > 0 && strchr(" \t\r\n", copy[length - 1]))
		copy[--length] = '\0';
	return copy;
}

static void refuse(struct guardian *guardian, const struct error *error)
{
	const char *why = trimmed(guardian->arena, error->text);

	guardian->armed = false;
	guardian->report.why = strstr(why, "nothing was installed") ? why : arena_format(guardian->arena, "nothing was installed: %s", why);
	guardian->report.kind = error->kind;
	guardian_state(guardian, GUARDIAN_REFUSED, NULL);
	log_line(LOG_LEVEL_INFO, "guardian: change %s is refused: %s", guardian->report.id, guardian->report.why);
}

static bool checked(struct guardian *guardian, struct error *error)
{
	char *root;
	bool fine;

	/* What ucr will make of its variables nobody can say before. */
	if (guardian->change.file_count == 0 || guardian->change.commits)
		return true;
	root = guardian_copy_make(guardian, error);
	fine = root && guardian->service->check(guardian, arena_format(guardian->arena, "%s%s", root, guardian_config(guardian)), root, error);

	guardian_copy_remove(guardian);
	return fine;
}

/* All that can be said before anything is touched. */
static bool prepared(struct guardian *guardian, struct error *error)
{
	const char *ends;

	if (!guardian_maps_read(guardian, error) || !guardian_files_read(guardian, error) || !guardian_ucr_read(guardian, error) ||
	    !guardian_descriptors_read(guardian, error))
		return false;
	if (!guardian->service->running(guardian))
		return error_set(error, ERROR_UNREACHABLE, "%s does not run here, so nobody could see whether the change is good; start it first",
			guardian->service->title);
	ends = guardian->change.keep_sessions && guardian->service->ends_sessions ? guardian->service->ends_sessions(guardian) : NULL;
	if (ends)
		return error_set(error, ERROR_REFUSED, "nothing was installed: %s", ends);
	guardian_point("read");
	if (!checked(guardian, error))
		return false;
	guardian->service->note(guardian);
	guardian_point("checked");
	return true;
}

/* Armed, then installed; a failure leaves everything as it was. */
static bool installed(struct guardian *guardian, struct error *error)
{
	struct error back = { 0 };

	guardian->armed = true;
	if (!guardian_state(guardian, GUARDIAN_INSTALLING, error)) {
		guardian->armed = false;
		return error_prefix(error, "the old files cannot be saved, so nothing was installed");
	}
	guardian_point("armed");
	if (guardian_files_install(guardian, error) && guardian_ucr_install(guardian, error) && guardian_descriptors_install(guardian, error))
		return true;
	if (put_back(guardian, &back)) {
		guardian_files_forget(guardian);
		return error_prefix(error, "nothing was installed");
	}
	guardian->report.why = arena_text(guardian->arena, error->text);
	stuck(guardian, &back);
	return false;
}

/* The master tells the new number of anvil's clients, and its process keeps the one that it was started with (dovecot 4.4, measured). */
static void say_runs(struct guardian *guardian, const char *name, const char *value)
{
	if (guardian->service == &guardian_dovecot && !strcmp(name, "anvil/client_limit"))
		guardian_say(guardian, "%s is %s for the next start of Dovecot; the process that runs keeps what it was started with", name, value);
	else
		guardian_say(guardian, "%s is %s now", name, value);
}

static bool runs(struct guardian *guardian, struct error *error)
{
	if (!guardian_state(guardian, GUARDIAN_LOOKING, error) || !takes_files(guardian, error))
		return false;
	guardian_point("reloaded");
	if (!guardian->service->look(guardian, guardian->change.wanted, true, error))
		return false;
	guardian_point("looked");
	for (size_t i = 0; guardian->change.wanted[i]; i += 2)
		say_runs(guardian, guardian->change.wanted[i], guardian->change.wanted[i + 1]);
	return true;
}

/* --- until the deadline -------------------------------------------------------------------------------- */

static void answer(struct guardian *guardian, int client, const char *why, enum error_kind kind)
{
	struct guardian_report report = guardian->report;
	char *line;

	report.now = clock_now();
	if (why) {
		report.why = why;
		report.kind = kind;
	}
	line = guardian_report_json(guardian->arena, &report);
	/* Who gave the order may be gone by now. */
	if (write(client, line, strlen(line)) < 0)
		guardian_say(guardian, "who ordered it did not wait for the answer");
	close(client);
}

static bool confirmed(struct guardian *guardian, int client)
{
	struct error error = { 0 };

	if (!guardian->service->look(guardian, guardian->change.wanted, false, &error)) {
		answer(guardian, client, arena_format(guardian->arena, "not confirmed, since it does not look well any more: %s", error.text), ERROR_REFUSED);
		return false;
	}
	guardian_point("confirming");
	guardian->armed = false;
	guardian->leaves = true;
	if (!guardian_state(guardian, GUARDIAN_CONFIRMED, &error)) {
		guardian->armed = true;
		guardian->report.state = GUARDIAN_WAITING;
		answer(guardian, client, arena_format(guardian->arena, "not confirmed, since that cannot be written: %s", error.text), ERROR_FILE);
		return false;
	}
	guardian_point("confirmed");
	guardian->report.deadline = 0;
	settled(guardian, GUARDIAN_CONFIRMED);
	answer(guardian, client, NULL, ERROR_NONE);
	return true;
}

static void more_time(struct guardian *guardian, int client, unsigned seconds, int64_t *until)
{
	int64_t later = clock_monotonic_ms() + (int64_t)seconds * 1000;
	struct error error = { 0 };

	if (seconds < 1 || seconds > 86400) {
		answer(guardian, client, "more time is 1 s to a day", ERROR_INVALID);
		return;
	}
	/* Who asks for more never gets less. */
	if (later > *until) {
		*until = later;
		guardian->report.deadline = clock_now() + seconds;
	}
	if (!guardian_save(guardian, &error))
		guardian_say(guardian, "the new deadline cannot be written: %s", error.text);
	answer(guardian, client, NULL, ERROR_NONE);
}

/* True where the change is settled. */
static bool obeyed(struct guardian *guardian, int client, char *order, int64_t *until)
{
	char *rest = NULL, *word = strtok_r(order, " ", &rest), *id = strtok_r(NULL, " ", &rest), *seconds = strtok_r(NULL, " ", &rest);

	if (!word || !id || strcmp(id, guardian->report.id)) {
		answer(guardian, client, "it is another change that waits; look at its status", ERROR_CONFLICT);
		return false;
	}
	if (!strcmp(word, "confirm"))
		return confirmed(guardian, client);
	if (!strcmp(word, "rollback")) {
		guardian_roll_back(guardian, NULL);
		answer(guardian, client, NULL, ERROR_NONE);
		return true;
	}
	more_time(guardian, client, seconds ? (unsigned)strtoul(seconds, NULL, 10) : 0, until);
	return false;
}

/* What locks nobody out stays once it was seen to run. False: it could not be written, so it waits like any other. */
static bool stays_at_once(struct guardian *guardian)
{
	if (!guardian->change.at_once)
		return false;
	guardian->armed = false;
	if (!guardian_state(guardian, GUARDIAN_CONFIRMED, NULL)) {
		guardian->armed = true;
		return false;
	}
	settled(guardian, GUARDIAN_CONFIRMED);
	return true;
}

static void wait_for_orders(struct guardian *guardian, int orders)
{
	int64_t until = clock_monotonic_ms() + (int64_t)guardian->change.confirm_s * 1000;

	for (;;) {
		int64_t left = until - clock_monotonic_ms();
		char order[200];
		int client;

		if (guardian_ending()) {
			guardian_roll_back(guardian, "the guardian was told to end (SIGTERM) before anybody had confirmed");
			return;
		}
		if (left <= 0) {
			guardian_roll_back(guardian, "nobody confirmed it in time");
			return;
		}
		client = guardian_orders_wait(orders, left, order, sizeof(order));
		if (client >= 0 && obeyed(guardian, client, order, &until))
			return;
	}
}

void guardian_apply(struct guardian *guardian, void (*ready)(struct guardian *guardian, void *context), void *context)
{
	struct error error = { 0 };
	int orders = -1;

	guardian->report = (struct guardian_report){ .state = GUARDIAN_CHECKING, .id = guardian->change.id, .who = guardian->change.who,
		.sentence = guardian->change.sentence, .noun = guardian->change.noun, .since = clock_now() };
	if (!guardian_state(guardian, GUARDIAN_CHECKING, &error))
		error_prefix(&error, "nothing was installed, since the guardian cannot write its state");
	else if ((orders = guardian_orders_open(guardian, &error)) >= 0 && prepared(guardian, &error) && installed(guardian, &error)) {
		guardian_point("installed");
		if (runs(guardian, &error)) {
			if (stays_at_once(guardian)) {
				ready(guardian, context);
				close(orders);
				return;
			}
			guardian->report.deadline = clock_now() + guardian->change.confirm_s;
			if (guardian_state(guardian, GUARDIAN_WAITING, &error)) {
				ready(guardian, context);
				guardian_point("waiting");
				wait_for_orders(guardian, orders);
				close(orders);
				return;
			}
		}
		guardian->died = !guardian->service->running(guardian);
		guardian_roll_back(guardian, trimmed(guardian->arena, error.text));
	}
	if (guardian->report.state == GUARDIAN_CHECKING || guardian->report.state == GUARDIAN_INSTALLING)
		refuse(guardian, &error);
	ready(guardian, context);
	if (orders >= 0)
		close(orders);
}
