/*
 * run: from the wish to what is shown: who is connected, what waits in the
 * queues, the steps, and a review of each.
 *
 * What cannot be asked is waited for no longer than a moment; its steps are
 * shown as open.  A refusal of the directory's part refuses the whole job, that
 * of a server only its own step.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/passphrase.h"
#include "base/text.h"
#include "desk/desk_private.h"
#include "model/live_kinds.h"
#include "settings/refused_logins.h"

enum { LOOK_MS = 100, WAIT_MS = 8000, QUEUE_MOST = 10000 };

void run_changed(struct desk_run *run)
{
	if (!run->left && run->changed)
		run->changed(run->context);
}

static void free_step(struct run_step *step)
{
	review_free(step->review);
	change_free(step->planned.change);
}

static void really_free(struct desk_run *run)
{
	loop_timer_stop(run->timer);
	for (size_t i = 0; i < run->count; i++)
		free_step(&run->steps[i]);
	for (size_t i = 0; i < run->plan.queue_count; i++)
		rows_free(run->plan.queues[i].rows);
	for (size_t i = 0; i < run->plan.refusal_count; i++)
		change_free(run->plan.refusals[i].change);
	if (run->secret)
		memory_wipe(run->secret, strlen(run->secret));
	free(run->secret);
	free(run->typed);
	free(run->reason);
	arena_free(run->arena);
	free(run);
}

bool run_settled(struct desk_run *run)
{
	if (!run->left || run->pending > 0)
		return false;
	run_keep(run);
	really_free(run);
	return true;
}

void desk_free(struct desk_run *run)
{
	if (!run)
		return;
	run->left = true;
	for (size_t i = 0; i < run->job_count; i++) {
		if (run->jobs[i]) {
			live_job_cancel(run->jobs[i]);
			run->pending--;
		}
		run->jobs[i] = NULL;
	}
	for (size_t i = 0; i < run->proposal_count; i++) {
		if (run->proposals[i]) {
			setting_propose_cancel(run->proposals[i]);
			run->pending--;
		}
		run->proposals[i] = NULL;
	}
	run_settled(run);
}

const struct desk_view *desk_look(const struct desk_run *run)
{
	return &run->view;
}

void desk_hide(struct desk_run *run)
{
	run->generated = false;
	run->view.secret = NULL;
}

/* --- a review of each step ------------------------------------------------------------------------------------- */

struct asked { struct desk_run *run; size_t step; };

static bool unreachable(const struct error *error)
{
	return error->kind == ERROR_UNREACHABLE || error->kind == ERROR_TIMEOUT || error->kind == ERROR_CANCELLED;
}

static void judge(struct desk_run *run, size_t i)
{
	struct run_step *step = &run->steps[i];
	struct desk_step *shown = &run->shown[i];
	const struct error *why = step->review ? &step->review->refusal : &step->error;

	if (step->review && step->review->allowed) {
		shown->review = step->review;
		return;
	}
	shown->told = arena_text(run->arena, why->text);
	/* A server that is away is tried when the time comes; what it cannot do at all is not. */
	if (shown->server && (unreachable(why) || !step->review)) {
		shown->state = DESK_WAITING;
		return;
	}
	shown->state = DESK_FAILED;
	if ((!shown->server || why->kind == ERROR_REFUSED) && run->view.refusal.kind == ERROR_NONE)
		run->view.refusal = *why;
}

static void all_reviewed(struct desk_run *run)
{
	bool any = false;

	for (size_t i = 0; i < run->count; i++) {
		if (!run->steps[i].planned.due)
			judge(run, i);
		any = any || run->shown[i].state == DESK_WAITING;
	}
	if (!any && run->view.refusal.kind == ERROR_NONE && run->count > 0)
		error_set(&run->view.refusal, ERROR_UNSUPPORTED, "%s", run->shown[0].told ? run->shown[0].told : "no step of this can be done here");
	if (run->count == 0)
		error_set(&run->view.refusal, ERROR_INVALID, "There is nothing to do: everything is as it was asked for");
	run->view.phase = DESK_SHOWN;
	run_join(run);
	run_changed(run);
}

static void on_review(void *context, struct review *takes)
{
	struct asked *asked = context;
	struct desk_run *run = asked->run;

	review_free(run->steps[asked->step].review);
	run->steps[asked->step].review = takes;
	run->shown[asked->step].review = NULL;
	free(asked);
	run->pending--;
	if (!run_settled(run) && run->pending == 0)
		all_reviewed(run);
}

void run_ask(struct desk_run *run, const struct planned *planned, void (*done)(void *context, struct review *takes), void *context)
{
	if (planned->undo)
		gate_preview_undo(run->desk->settings.gate, planned->undo, done, context);
	else
		gate_preview(run->desk->settings.gate, planned->change, done, context);
}

/* Is it known that this server gives no answer? Then nobody waits for it now. */
static bool is_away(const struct desk_run *run, const char *server, struct error *error)
{
	const struct live_state *state;
	size_t host;

	if (!server || !run->plan.live || !host_named(live_hosts(run->plan.live), server, &host))
		return false;
	state = live_state(run->plan.live, host, LIVE_WHO);
	if (!state->applies || state->error.kind == ERROR_NONE || !unreachable(&state->error))
		return false;
	*error = state->error;
	return true;
}

static void allocate_shown(struct desk_run *run)
{
	run->count = run->plan.count;
	run->steps = arena_alloc(run->arena, run->count * sizeof(*run->steps));
	run->shown = arena_alloc(run->arena, run->count * sizeof(*run->shown));
	for (size_t i = 0; i < run->count; i++) {
		const struct planned *planned = &run->plan.steps[i];

		run->steps[i].planned = *planned;
		run->shown[i] = (struct desk_step){ .words = planned->words, .server = planned->server, .repeats = planned->repeats,
			.checks = planned->checks, .id = "" };
	}
	run->view.steps = run->shown;
	run->view.step_count = run->count;
	run->view.remarks = run->plan.remark_count ? (const char *const *)run->plan.remarks : NULL;
}

static const char *job_number(struct arena *arena)
{
	unsigned char bytes[4] = { 0 };

	/* Only told apart by it; a clash would put two jobs under one heading. */
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0, sizeof(bytes));
	return arena_format(arena, "j%02x%02x%02x%02x", bytes[0], bytes[1], bytes[2], bytes[3]);
}

static void name_job(struct desk_run *run)
{
	run->view.id = job_number(run->arena);
	for (size_t i = 0; i < run->count; i++) {
		struct change *change = run->steps[i].planned.change;

		if (!change)
			continue;
		change->job = arena_text(change->arena, run->view.id);
		change->job_words = arena_format(change->arena, "%s of %s", run->view.job->title, run->person->name);
	}
}

void run_preview(struct desk_run *run)
{
	allocate_shown(run);
	name_job(run);
	run->pending++;
	for (size_t i = 0; i < run->count; i++) {
		struct run_step *step = &run->steps[i];
		struct asked *asked;

		if (step->planned.due || is_away(run, step->planned.server, &step->error))
			continue;
		asked = memory_new(sizeof(*asked));
		*asked = (struct asked){ run, i };
		run->pending++;
		run_ask(run, &step->planned, on_review, asked);
	}
	run->pending--;
	if (run->pending == 0)
		all_reviewed(run);
}

/* --- what the plan needs to know ---------------------------------------------------------------------------------- */

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

struct listing { struct desk_run *run; size_t queue; };

static void on_messages(void *context, struct rows *takes, uint64_t matching, const struct error *error)
{
	struct listing *listing = context;
	struct desk_run *run = listing->run;
	struct desk_queue *queue = &run->plan.queues[listing->queue];

	run->jobs[listing->queue] = NULL;
	queue->rows = takes;
	queue->matching = matching;
	if (error)
		queue->error = *error;
	if (!takes && queue->error.kind == ERROR_NONE)
		error_set(&queue->error, ERROR_UNREACHABLE, "the queue gave no answer");
	run->pending--;
	if (!run_settled(run) && run->pending == 0)
		plan_now(run);
}

/* Every name under which the person may send. */
static size_t sender_names(struct desk_run *run, const char ***names)
{
	const struct field_values *alternates = record_get(run->person, "alternates");
	const char *known[DESK_NAMES];
	size_t count = 0;

	*names = arena_alloc(run->arena, (alternates->count + DESK_NAMES) * sizeof(**names));
	desk_names(run->arena, run->person, known);
	for (size_t i = 0; i < DESK_NAMES && known[i]; i++)
		(*names)[count++] = known[i];
	for (size_t i = 0; i < alternates->count; i++)
		(*names)[count++] = alternates->values[i].bytes;
	return count;
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
	if (!run_settled(run) && run->pending == 0)
		plan_now(run);
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

static void list_queues(struct desk_run *run)
{
	struct live *live = run->plan.live;
	const char **names;
	size_t name_count = sender_names(run, &names), hosts = hosts_count(live_hosts(live)), most = hosts * name_count;

	run->plan.queues = arena_alloc(run->arena, (most + 1) * sizeof(*run->plan.queues));
	run->jobs = arena_alloc(run->arena, (most + 1) * sizeof(*run->jobs));
	run->pending++;
	propose_refusals(run);
	for (size_t host = 0; host < hosts; host++) {
		for (size_t i = 0; i < name_count && host_at(live_hosts(live), host)->roles & HOST_TRANSPORT; i++) {
			struct listing *listing = arena_alloc(run->arena, sizeof(*listing));

			*listing = (struct listing){ run, run->plan.queue_count++ };
			run->plan.queues[listing->queue].server = host_at(live_hosts(live), host)->name;
			run->job_count = run->plan.queue_count;
			run->pending++;
			run->jobs[listing->queue] = live_messages(live, host, &(struct live_pick){ .sender = names[i] }, QUEUE_MOST, on_messages, listing);
		}
	}
	run->pending--;
	if (run->pending == 0)
		plan_now(run);
}

/* The first quota root counts, as in lists. */
static void on_usage(void *context, struct rows *takes, const struct error *error)
{
	struct desk_run *run = context;

	(void)error;
	run->jobs[0] = NULL;
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
	run->jobs = arena_alloc(run->arena, sizeof(*run->jobs));
	run->job_count = 1;
	run->pending++;
	run->jobs[0] = live_quota(run->plan.live, host, names[0], on_usage, run);
	return true;
}

static bool who_is_known(const struct desk_run *run)
{
	for (size_t i = 0; i < hosts_count(live_hosts(run->plan.live)); i++) {
		const struct live_state *state = live_state(run->plan.live, i, LIVE_WHO);

		if (state->applies && !state->known && state->error.kind == ERROR_NONE)
			return false;
	}
	return true;
}

static void look_at_who(void *context)
{
	struct desk_run *run = context;

	if (run->plan.live && !who_is_known(run) && loop_now(run->desk->settings.loop) < run->until)
		return;
	loop_timer_stop(run->timer);
	run->timer = NULL;
	if (run->plan.live && strcmp(run->view.job->name, "stolen") == 0)
		list_queues(run);
	else if (!run->plan.live || strcmp(run->view.job->name, "quota") != 0 || !ask_usage(run))
		plan_now(run);
}

/* --- begin ------------------------------------------------------------------------------------------------------------- */

/* The wish with its secret moved to where it can be wiped; a password that nobody typed is made. */
static void take_secret(struct desk_run *run)
{
	bool asks = run->wish && kind_field(run->wish->kind, "password");
	const struct field *field = asks ? kind_field(run->wish->kind, "password") : NULL;

	if (!field)
		return;
	if (field->type == FIELD_SECRET && *record_text(run->wish, "password")) {
		const struct value *value = record_get(run->wish, "password")->values;

		run->secret = memory_text(value->bytes);
		memory_wipe((char *)(uintptr_t)value->bytes, value->length);
		return;
	}
	if (field->type == FIELD_FLAG && strcmp(record_text(run->wish, "password"), "yes") != 0)
		return;
	run->secret = passphrase_new();
	run->generated = true;
	run->view.secret = run->secret;
}

struct desk_run *run_new(struct desk *desk, const struct desk_job *job, const struct record *person, void (*changed)(void *context), void *context)
{
	struct desk_run *run = memory_new(sizeof(*run));

	run->desk = desk;
	run->arena = arena_new();
	run->person = record_copy(run->arena, person);
	run->changed = changed;
	run->context = context;
	run->view = (struct desk_view){ .job = job, .person = run->person, .phase = DESK_LOOKING, .id = "", .confirm_text = "" };
	run->plan = (struct desk_plan){ .arena = run->arena, .job = job, .person = run->person, .live = desk->settings.live, .used = -1 };
	if (run->plan.live && hosts_count(live_hosts(run->plan.live)) == 0)
		run->plan.live = NULL;
	return run;
}

struct desk_run *desk_begin(struct desk *desk, const struct desk_job *job, const struct record *person, const struct record *wish,
		void (*changed)(void *context), void *context)
{
	struct desk_run *run = run_new(desk, job, person, changed, context);
	struct arena *arena = arena_new();

	if (job->wish)
		run->wish = record_copy(run->arena, wish ? wish : desk_wish(arena, job, person));
	arena_free(arena);
	run->view.wish = run->plan.wish = run->wish;
	take_secret(run);
	run->until = loop_now(desk->settings.loop) + WAIT_MS;
	if (run->plan.live)
		live_refresh(run->plan.live, LIVE_ALL, 1u << LIVE_WHO);
	run->timer = loop_after(desk->settings.loop, 0, LOOK_MS, look_at_who, run);
	return run;
}

/* --- life ------------------------------------------------------------------------------------------------------------------ */

struct desk *desk_open(const struct desk_settings *settings)
{
	struct desk *desk = memory_new(sizeof(*desk));

	desk->settings = *settings;
	desk->dues = due_list_new(&desk->settings);
	return desk;
}

void desk_close(struct desk *desk)
{
	if (!desk)
		return;
	loop_timer_stop(desk->reminder);
	due_list_free(desk->dues);
	free(desk);
}
