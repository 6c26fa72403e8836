/*
 * look: what a plan needs to know before it can be made: who is connected, how
 * full the mailbox is, what waits in the queues, who the colleague is.
 *
 * What cannot be asked is waited for no longer than a moment; its steps are
 * shown as open.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "desk/desk_private.h"
#include "gate/whose.h"
#include "model/live_kinds.h"
#include "settings/refused_logins.h"

enum { LOOK_MS = 100 };

static void plan_now(struct desk_run *run)
{
	loop_timer_stop(run->timer);
	run->timer = NULL;
	run->plan.secret = run->secret;
	if (run->view.job->plan(&run->plan, &run->view.refusal)) {
		run_preview(run);
		return;
	}
	for (size_t i = 0; i < run->plan.count; i++)
		change_free(run->plan.steps[i].change);
	run->plan.count = 0;
	run->view.phase = DESK_SHOWN;
	run_changed(run);
}

/* One of several answers came; the last one lets the plan be made. */
static void one_more(struct desk_run *run)
{
	if (run->pending == 0)
		plan_now(run);
}

/* --- logins that Postfix is to refuse ------------------------------------------------------------------------ */

struct proposing { struct desk_run *run; size_t refusal; };

static void on_proposed(void *context, struct change *takes, const struct error *error)
{
	struct proposing *proposing = context;
	struct desk_run *run = proposing->run;
	struct desk_refusal *refusal = &run->plan.refusals[proposing->refusal];

	run->proposals[proposing->refusal] = NULL;
	refusal->change = takes;
	if (error)
		refusal->error = *error;
	run->pending--;
	if (!run_settled(run))
		one_more(run);
}

static void propose_refusals(struct desk_run *run)
{
	struct hosts *hosts = live_hosts(run->plan.live);
	size_t count = hosts_count(hosts);
	const char *names[DESK_NAMES];

	desk_names(run->arena, run->person, names);
	run->plan.refusals = arena_alloc(run->arena, (count * DESK_NAMES + 1) * sizeof(*run->plan.refusals));
	run->proposals = arena_alloc(run->arena, (count * DESK_NAMES + 1) * sizeof(*run->proposals));
	for (size_t host = 0; host < count; host++) {
		for (size_t i = 0; i < DESK_NAMES && names[i] && host_at(hosts, host)->roles & HOST_TRANSPORT; i++) {
			struct proposing *proposing = arena_alloc(run->arena, sizeof(*proposing));

			*proposing = (struct proposing){ run, run->plan.refusal_count++ };
			run->plan.refusals[proposing->refusal] = (struct desk_refusal){ .server = host_at(hosts, host)->name, .login = names[i] };
			run->proposal_count = run->plan.refusal_count;
			run->pending++;
			run->proposals[proposing->refusal] = refused_login_propose(hosts, host, names[i], REFUSED_LOGIN_ANSWER, on_proposed, proposing);
		}
	}
}

/* --- since when forwards are there ----------------------------------------------------------------------------- */

static void on_past(void *context, struct history *history, const struct error *error)
{
	struct desk_run *run = context;
	const struct field_values *forwards = record_get(run->person, "forwards");
	const char **since = arena_alloc(run->arena, (forwards->count + 1) * sizeof(*since));

	(void)error;
	for (size_t i = 0; i < forwards->count; i++) {
		const struct history_entry *entry = history_since(history, run->person, "forwards", forwards->values[i].bytes);

		since[i] = !entry ? "since when is not in the history that can be read here" : arena_format(run->arena, "since %s, by %s",
			text_from_time(run->arena, entry->time), history_maker(entry));
	}
	run->plan.since = since;
	history_free(history);
	run->pending--;
	if (!run_settled(run))
		one_more(run);
}

static void look_at_sending(struct desk_run *run)
{
	run->pending++;
	if (record_get(run->person, "forwards")->count > 0) {
		run->pending++;
		gate_history(run->desk->settings.gate, on_past, run);
	}
	if (run->plan.live) {
		queue_prepare(run, NULL);
		propose_refusals(run);
	}
	for (size_t i = 0; i < run->plan.queue_count; i++)
		queue_list(run, &run->plan.queues[i], one_more);
	run->pending--;
	one_more(run);
}

/* --- what stays shut where an account is opened ---------------------------------------------------------------- */

struct asking_of { struct desk_run *run; size_t asking; };

static void on_refused(void *context, struct rows *takes, const char *why, const struct error *error)
{
	struct asking_of *of = context;
	struct desk_run *run = of->run;
	const char *before = run->plan.refused_by;

	(void)why;
	(void)error;
	run->askings[of->asking] = NULL;
	if (takes && takes->count > 0)
		run->plan.refused_by = arena_format(run->arena, "%s%s%s", before, *before ? ", " : "", takes->rows[0].values[LRL_SERVER].bytes);
	rows_free(takes);
	run->pending--;
	if (!run_settled(run))
		one_more(run);
}

/* Refused by Postfix, or mail on hold: so a stolen account is left, also where its lock is gone. */
static void look_at_shut(struct desk_run *run)
{
	struct hosts *hosts = live_hosts(run->plan.live);
	size_t count = hosts_count(hosts);

	run->pending++;
	run->askings = arena_alloc(run->arena, (count + 1) * sizeof(*run->askings));
	run->asking_count = count;
	queue_prepare(run, NULL);
	for (size_t host = 0; host < count && run->plan.queue_count > 0; host++) {
		struct asking_of *of = arena_alloc(run->arena, sizeof(*of));

		if (!(host_at(hosts, host)->roles & HOST_TRANSPORT) || !run->plan.queues[0].names[0])
			continue;
		*of = (struct asking_of){ run, host };
		run->pending++;
		run->askings[host] = refused_logins_ask(hosts, host, run->plan.queues[0].logins, on_refused, of);
	}
	for (size_t i = 0; i < run->plan.queue_count; i++)
		queue_list(run, &run->plan.queues[i], one_more);
	run->pending--;
	one_more(run);
}

/* Only a chosen set asks whether the account is opened at all. */
static bool opens(const struct desk_run *run)
{
	return run->view.job->looks & DESK_LOOKS_SHUT && (!run->wish || desk_wants(&run->plan, "unlock"));
}

/* --- the mailbox, the colleague -------------------------------------------------------------------------------- */

/* The first quota root counts, as in lists. */
static void on_usage(void *context, struct rows *takes, const struct error *error)
{
	struct desk_run *run = context;

	(void)error;
	run->usage = NULL;
	if (takes && takes->count > 0)
		run->plan.used = strtoll(takes->rows[0].values[MAILBOXES_USED].bytes, NULL, 10);
	rows_free(takes);
	run->pending--;
	if (!run_settled(run))
		plan_now(run);
}

/* False: nobody can be asked. */
static bool ask_usage(struct desk_run *run)
{
	const char *home = desk_home(&run->plan), *names[DESK_NAMES];
	size_t host;

	desk_names(run->arena, run->person, names);
	if (!home || !names[0] || !host_named(live_hosts(run->plan.live), home, &host))
		return false;
	run->pending++;
	run->usage = live_quota(run->plan.live, host, names[0], on_usage, run);
	return true;
}

static void on_colleague(void *context, struct record *takes, const struct error *error)
{
	struct desk_run *run = context;

	run->reading = NULL;
	if (takes)
		run->plan.colleague = record_copy(run->arena, takes);
	else if (error)
		run->plan.colleague_error = *error;
	record_free(takes);
	run->pending--;
	if (!run_settled(run))
		plan_now(run);
}

static bool ask_colleague(struct desk_run *run)
{
	const char *name = desk_wish_text(&run->plan, "colleague");
	struct directory_query *query;

	if (!*name)
		return false;
	run->pending++;
	query = directory_read(run->desk->settings.directory, run->person->kind, name, on_colleague, run);
	/* A directory that knows the answer may have called back from inside. */
	if (!run->plan.colleague && run->plan.colleague_error.kind == ERROR_NONE)
		run->reading = query;
	return true;
}

/* --- who is connected ---------------------------------------------------------------------------------------------- */

static bool who_is_known(const struct desk_run *run)
{
	for (size_t i = 0; i < hosts_count(live_hosts(run->plan.live)); i++) {
		const struct live_state *state = live_state(run->plan.live, i, LIVE_WHO);

		if (state->applies && !state->known && state->error.kind == ERROR_NONE)
			return false;
	}
	return true;
}

/* Whoever may not do the job at all is told so once, before any server is asked. */
static bool is_refused(struct desk_run *run)
{
	enum role role = run->desk->settings.role;
	const char *reason = desk_job_reason(run->view.job, role);

	if (!reason)
		return false;
	error_set(&run->view.refusal, ERROR_REFUSED, "%s: %s%s%s", run->view.job->title, reason, role == ROLE_MONITOR ? "" : ", and this session has role ",
		role == ROLE_MONITOR ? "" : role_word(role));
	loop_timer_stop(run->timer);
	run->timer = NULL;
	run->view.phase = DESK_SHOWN;
	run_changed(run);
	return true;
}

static void look_at_who(void *context)
{
	struct desk_run *run = context;
	unsigned looks = run->view.job->looks;

	if (is_refused(run))
		return;
	if (run->plan.live && !who_is_known(run) && loop_now(run->desk->settings.loop) < run->until)
		return;
	loop_timer_stop(run->timer);
	run->timer = NULL;
	if (looks & DESK_LOOKS_COLLEAGUE && ask_colleague(run))
		return;
	if (looks & DESK_LOOKS_SENDING)
		look_at_sending(run);
	else if (run->plan.live && opens(run))
		look_at_shut(run);
	else if (!run->plan.live || !(looks & DESK_LOOKS_USAGE) || !ask_usage(run))
		plan_now(run);
}

void run_look(struct desk_run *run)
{
	if (run->plan.live)
		live_refresh(run->plan.live, LIVE_ALL, 1u << LIVE_WHO);
	run->timer = loop_after(run->desk->settings.loop, 0, LOOK_MS, look_at_who, run);
}

/* --- the end of it ---------------------------------------------------------------------------------------------------- */

static void cancel_job(struct desk_run *run, struct live_job **job)
{
	if (!*job)
		return;
	live_job_cancel(*job);
	*job = NULL;
	run->pending--;
}

void run_cancel_looks(struct desk_run *run)
{
	cancel_job(run, &run->usage);
	for (size_t i = 0; i < run->plan.queue_count; i++)
		for (size_t j = 0; j < QUEUE_LISTINGS; j++)
			cancel_job(run, &run->plan.queues[i].jobs[j]);
	if (run->reading) {
		directory_query_cancel(run->reading);
		run->reading = NULL;
		run->pending--;
	}
	for (size_t i = 0; i < run->asking_count; i++) {
		if (!run->askings[i])
			continue;
		refused_logins_ask_cancel(run->askings[i]);
		run->askings[i] = NULL;
		run->pending--;
	}
	for (size_t i = 0; i < run->proposal_count; i++) {
		if (!run->proposals[i])
			continue;
		setting_propose_cancel(run->proposals[i]);
		run->proposals[i] = NULL;
		run->pending--;
	}
}
