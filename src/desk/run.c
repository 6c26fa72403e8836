/*
 * run: a run from its wish to what is shown: its steps, and a review of each.
 *
 * A refusal of the directory's part refuses the whole job, that of a server
 * only its own step.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/passphrase.h"
#include "base/text.h"
#include "desk/desk_private.h"

enum { WAIT_MS = 8000 };

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
		queue_forget(&run->plan.queues[i]);
	for (size_t i = 0; i < run->plan.refusal_count; i++)
		change_free(run->plan.refusals[i].change);
	for (struct desk_run **at = &run->desk->runs; *at; at = &(*at)->next) {
		if (*at == run) {
			*at = run->next;
			break;
		}
	}
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
	run_cancel_looks(run);
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

/* The least role that may do every step; false: there is none. */
static bool role_for_all(const struct desk_run *run, enum role *role)
{
	for (*role = ROLE_MONITOR; *role <= ROLE_ADMIN; (*role)++) {
		bool all = true;

		for (size_t i = 0; i < run->count && all; i++)
			all = !run->steps[i].review || role_check(*role, run->steps[i].review->change, NULL);
		if (all)
			return true;
	}
	return false;
}

/* What the role may not do is told once for the job and not of each kind of change that it is made of. */
static void refuse_for_role(struct desk_run *run, size_t i)
{
	const char *words = run->taken_back ? run->view.name : run->view.job->title;
	enum role role;

	/* Not begun, and not because of this step. */
	run->shown[i].told = NULL;
	run->shown[i].state = DESK_WAITING;
	if (run->view.refusal.kind != ERROR_NONE)
		return;
	if (role_for_all(run, &role))
		error_set(&run->view.refusal, ERROR_REFUSED, "%s needs role %s, and this session has role %s", words, role_word(role),
			role_word(run->desk->settings.role));
	else
		run->view.refusal = run->steps[i].review->refusal;
}

static void judge(struct desk_run *run, size_t i)
{
	struct run_step *step = &run->steps[i];
	struct desk_step *shown = &run->shown[i];
	const struct error *why = step->review ? &step->review->refusal : &step->error;

	if (step->review && step->review->allowed) {
		shown->review = step->review;
		if (step->review->plan.count == 0 && !step->planned.repeats)
			shown->told = "nothing to do: it is so already";
		return;
	}
	if (step->review && step->review->stage == STAGE_ROLE && why->kind == ERROR_REFUSED) {
		refuse_for_role(run, i);
		return;
	}
	shown->told = arena_text(run->arena, why->text);
	if (!step->review && why->kind == ERROR_NONE) {
		shown->told = NULL;
		shown->state = DESK_WAITING;
		return;
	}
	/* A server that is away is tried when the time comes; what it cannot do at all is not. */
	if (shown->server && (unreachable(why) || !step->review)) {
		shown->state = DESK_WAITING;
		return;
	}
	shown->state = DESK_FAILED;
	/* What cannot be taken back any more keeps nothing else from being. */
	if (run->taken_back && why->kind != ERROR_REFUSED)
		return;
	if ((!shown->server || why->kind == ERROR_REFUSED) && run->view.refusal.kind == ERROR_NONE)
		run->view.refusal = *why;
	/* Whom it concerns is the same in each step, and told with the job. */
	if (why->kind == ERROR_REFUSED && strcmp(why->text, run->view.refusal.text) == 0)
		shown->told = NULL;
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
	if (run->count == 0 && run->view.refusal.kind == ERROR_NONE)
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

/* What is to be done there could not be asked: that is shown as the reason, and it is asked again when the time comes. */
static bool is_unknown(const struct planned *planned, struct error *error)
{
	if (planned->change || planned->undo)
		return false;
	*error = planned->why;
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
		run->shown[i] = (struct desk_step){ .server = planned->server, .still = planned->still ? planned->still : "",
			.repeats = planned->repeats, .checks = planned->checks, .id = "" };
	}
	run_word_steps(run);
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

void run_name_change(const struct desk_run *run, struct change *change)
{
	change->job = arena_text(change->arena, run->view.id);
	change->job_words = arena_format(change->arena, "%s of %s", run->view.job->title, run->person->name);
	change->job_steps = run->count;
}

/* Open steps of an earlier run are of its job: undo of that takes them back with the rest. */
static void name_job(struct desk_run *run)
{
	/* What takes a job back stands in the history by itself, change for change. */
	run->view.id = run->taken_back ? "" : run->due_id ? run->due_id : job_number(run->arena);
	for (size_t i = 0; i < run->count; i++)
		if (run->steps[i].planned.change)
			run_name_change(run, run->steps[i].planned.change);
}

void run_preview(struct desk_run *run)
{
	allocate_shown(run);
	name_job(run);
	run->pending++;
	for (size_t i = 0; i < run->count; i++) {
		struct run_step *step = &run->steps[i];
		struct asked *asked;

		if (step->planned.due || is_away(run, step->planned.server, &step->error) || is_unknown(&step->planned, &step->error))
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
}

struct desk_run *run_new(struct desk *desk, const struct desk_job *job, const struct record *person, void (*changed)(void *context), void *context)
{
	struct desk_run *run = memory_new(sizeof(*run));

	run->desk = desk;
	run->next = desk->runs;
	desk->runs = run;
	run->arena = arena_new();
	run->person = record_copy(run->arena, person);
	run->go = job_number(run->arena);
	run->changed = changed;
	run->context = context;
	run->view = (struct desk_view){ .job = job, .person = run->person, .phase = DESK_LOOKING, .id = "", .confirm_text = "",
		.name = arena_format(run->arena, "%s: %s", job->title, run->person->name) };
	run->plan = (struct desk_plan){ .arena = run->arena, .job = job, .person = run->person, .live = desk->settings.live, .used = -1, .refused_by = "" };
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
	run_look(run);
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

void desk_leave(struct desk *desk)
{
	struct desk_run *next;

	for (struct desk_run *run = desk ? desk->runs : NULL; run; run = next) {
		next = run->next;
		desk_free(run);
	}
}

void desk_close(struct desk *desk)
{
	if (!desk)
		return;
	loop_timer_stop(desk->reminder);
	due_list_free(desk->dues);
	free(desk);
}
