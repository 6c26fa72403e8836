/*
 * again: open steps of an earlier run, and jobs that are taken back.
 *
 * Steps that another day can do are written down before the first one is done,
 * and taken out as they are: whatever ends the program, they are known.  Loop
 * thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "desk/desk_private.h"
#include "gate/whose.h"
#include "model/mailbox.h"

/* Not done, and can be: waits, is under way, or somebody did not answer. What a step before it made senseless is not. */
static bool may_be_done(enum desk_state state)
{
	return state == DESK_OPEN || state == DESK_UNKNOWN || state == DESK_WAITING || state == DESK_RUNNING;
}

bool run_is_kept(const struct desk_run *run, size_t step)
{
	return run->view.kept > 0 && may_be_done(run->shown[step].state) && step_token(run->arena, &run->steps[step].planned) != NULL;
}

void run_keep(struct desk_run *run)
{
	const char **tokens = arena_alloc(run->arena, (run->count + 1) * sizeof(*tokens)), *words = "";
	const char *id = run->due_id ? run->due_id : run->view.id;
	size_t count = 0, last = run->count;
	struct error error = { 0 };
	struct desk_due due = { .id = id, .job = run->view.job->name, .login = run->person->name, .since = clock_now(), .who = run->desk->settings.person,
		.reason = run->reason ? run->reason : "", .steps = true };

	if (!run->begun)
		return;
	for (size_t i = 0; i < run->count; i++) {
		const char *token = may_be_done(run->shown[i].state) ? step_token(run->arena, &run->steps[i].planned) : NULL;

		if (!token)
			continue;
		tokens[count++] = token;
		if (last < run->count && run->shown[last].server == run->shown[i].server && desk_same_thing(run->steps[last].planned.words, run->steps[i].planned.words))
			continue;
		words = arena_format(run->arena, "%s%s%s%s", words, *words ? ", " : "", run->steps[i].planned.words,
			desk_on(run->arena, run->steps[i].planned.words, run->shown[i].server));
		last = i;
	}
	run->view.kept = count;
	due.words = arena_format(run->arena, "%s of %s: not done yet: %s", run->view.job->title, run->person->name, words);
	if (count > 0)
		due_list_put(run->desk->dues, &due, tokens, &error);
	else
		due_list_remove(run->desk->dues, id, &error);
	if (count > 0 && error.kind != ERROR_NONE)
		run->view.kept = 0;
	if (run->view.phase == DESK_OVER || run->left)
		desk_remind(run->desk);
}

/* What a due entry without steps waits for: the end of what its job wrote. */
static bool is_ended(const struct desk_due *due, const bool *ends)
{
	return !due->steps && ends[strcmp(due->job, "absence") == 0 ? ENDS_ABSENCE : ENDS_FORWARD];
}

/* A forward or an absence that was set or cleared ends what was due of earlier ones; what was taken back is not due either. */
void run_forget_due(struct desk_run *run)
{
	bool ends[] = { [ENDS_NOTHING] = false, [ENDS_FORWARD] = false, [ENDS_ABSENCE] = false };
	const struct desk_due *dues;
	const char **ids;
	size_t count, gone = 0;

	for (size_t i = 0; i < run->count; i++)
		if (run->shown[i].state == DESK_DONE || run->shown[i].state == DESK_ALREADY)
			ends[run->steps[i].planned.ends] = true;
	dues = due_list_all(run->desk->dues, &count);
	ids = arena_alloc(run->arena, (count + 1) * sizeof(*ids));
	for (size_t i = 0; i < count; i++) {
		bool ended = is_ended(&dues[i], ends) && strcmp(dues[i].login, run->person->name) == 0 &&
			strncmp(dues[i].id, run->view.id, strlen(run->view.id)) != 0;
		bool undone = run->taken_back && strncmp(dues[i].id, run->taken_back, strlen(run->taken_back)) == 0 && run->view.open == 0;

		if (ended || undone)
			ids[gone++] = arena_text(run->arena, dues[i].id);
	}
	for (size_t i = 0; i < gone; i++)
		due_list_remove(run->desk->dues, ids[i], NULL);
}

/* --- open steps ----------------------------------------------------------------------------------------------------- */

static void plan_open(struct desk_run *run, const char *const *tokens)
{
	for (; *tokens; tokens++)
		if (!step_of_token(&run->plan, *tokens))
			desk_remark(&run->plan, "! cannot be done from here any more (its server is not in the configuration): %s", *tokens);
	for (size_t i = 0; i < run->plan.count; i++)
		if (run->plan.steps[i].hold)
			queue_prepare(run, run->plan.steps[i].server);
	run->proposals = arena_alloc(run->arena, sizeof(*run->proposals));
	run->proposal_count = 1;
}

static void begin_open(void *context)
{
	struct desk_run *run = context;

	loop_timer_stop(run->timer);
	run->timer = NULL;
	run_preview(run);
}

struct desk_run *desk_begin_open(struct desk *desk, const char *due_id, const struct record *person, void (*changed)(void *context), void *context)
{
	const struct desk_due *dues;
	size_t count, i;
	const struct desk_job *job;
	struct desk_run *run;

	dues = due_list_all(desk->dues, &count);
	for (i = 0; i < count && strcmp(dues[i].id, due_id) != 0; i++)
		;
	job = i < count && dues[i].steps ? desk_job_find(dues[i].job) : NULL;
	if (!job)
		return NULL;
	run = run_new(desk, job, person, changed, context);
	run->due_id = arena_text(run->arena, due_id);
	if (run->plan.live)
		plan_open(run, due_list_steps(desk->dues, run->arena, due_id));
	run->timer = loop_after(desk->settings.loop, 0, 0, begin_open, run);
	return run;
}

/* --- taking a job back -------------------------------------------------------------------------------------------------- */

static const struct history_entry *entry_of(const struct history *history, const char *id)
{
	for (size_t i = 0; i < history->count; i++)
		if (strcmp(history->entries[i].id, id) == 0 || (history->entries[i].job && strcmp(history->entries[i].job, id) == 0))
			return &history->entries[i];
	return NULL;
}

/* The server that a set was about; NULL: the directory. */
static const char *server_of(const struct desk_run *run, const struct history_entry *entry)
{
	size_t length = strcspn(entry->name, "/"), host;
	char *name = arena_format(run->arena, "%.*s", (int)length, entry->name);

	if (strcmp(entry->kind, kind_user.name) == 0 || !run->plan.live || !host_named(live_hosts(run->plan.live), name, &host))
		return NULL;
	return host_at(live_hosts(run->plan.live), host)->name;
}

static bool touches(const struct history_entry *entry, const struct kind *kind, const char *name)
{
	return strcmp(entry->kind, kind->name) == 0 && history_touches(entry, name);
}

/* Did it set a password? What it was before is known to nobody. */
static bool set_password(const struct history_entry *entry)
{
	return touches(entry, &kind_user, "password") && (entry->state == HISTORY_DONE || entry->state == HISTORY_PARTLY);
}

enum { STAYS_TOLD = 4 };

/* What was changed and cannot be changed back, the first of them by name: 1 where it is such a change. */
static size_t tell_what_stays(const struct history_entry *entry, struct text *text, size_t before)
{
	if (entry->state != HISTORY_DONE || entry->already || entry->undo_of || entry->tries)
		return 0;
	if (before < STAYS_TOLD)
		text_addf(text, "%s%s", before ? "; " : "", entry->sentence);
	return 1;
}

/* What stands above it all: whose job is taken back, and what became of it. */
static void name_undo(struct desk_run *run, const struct history_job *of)
{
	run->view.name = arena_format(run->arena, "Take back: %s (%s)", of->words, of->id);
	if (of->undoable > 0)
		return;
	if (of->undone > 0)
		error_set(&run->view.refusal, ERROR_CONFLICT, "Nothing more of job %s can be taken back: %s", of->id, of->state_words);
	else
		error_set(&run->view.refusal, ERROR_UNSUPPORTED, "Nothing of job %s can be taken back: no step of it left anything that could be put back", of->id);
}

/* Newest first, as the history is: what was done last is taken back first. */
static void plan_undo(struct desk_run *run, const struct history *history, const char *job)
{
	struct text stays = { 0 };
	size_t count = 0;
	bool unlocks_stolen = false, password = false, person = false, cached = false;

	run->view.takes_back = run->taken_back = arena_text(run->arena, job);
	for (size_t i = 0; i < history->count; i++) {
		const struct history_entry *entry = &history->entries[i];

		if (!entry->job || strcmp(entry->job, job) != 0)
			continue;
		unlocks_stolen = unlocks_stolen || (entry->can_undo && history_is_job(entry, JOB_STOLEN) && strcmp(entry->kind, kind_user.name) == 0);
		password = password || set_password(entry);
		person = person || (entry->can_undo && strcmp(entry->kind, kind_user.name) == 0);
		cached = cached || touches(entry, &kind_mailbox, "flush");
		if (entry->can_undo)
			desk_step(&run->plan, server_of(run, entry), NULL, arena_format(run->arena, "take back: %s", entry->sentence),
				arena_format(run->arena, "taken back: %s", entry->sentence),
				"it stays as the job left it")->undo = arena_text(run->arena, entry->id);
		else
			count += tell_what_stays(entry, &stays, count);
	}
	if (password)
		desk_remark(&run->plan, "! the NEW password stays: what it was before is known to nobody, so the old one does not come back with this (repair password sets another one)");
	if (unlocks_stolen)
		desk_remark(&run->plan, "! with the lock gone the password opens the account again: unless a new one was set since, it is the STOLEN one (repair password first)");
	/* The job emptied them for what it had written. */
	if (person && cached)
		desk_remark(&run->plan, "! login caches are not emptied again: until they forget it (auth_cache_ttl) Dovecot may go by what the job had set (repair sessions empties them)");
	if (count > 0)
		desk_remark(&run->plan, "%zu change%s cannot be taken back and stay%s: %s%s", count, count == 1 ? "" : "s", count == 1 ? "s" : "", text_get(&stays),
			count > STAYS_TOLD ? "; .." : "");
	text_free(&stays);
}

static void on_history(void *context, struct history *history, const struct error *error)
{
	struct desk_run *run = context;
	const struct history_entry *entry = history ? entry_of(history, run->due_id) : NULL;

	run->pending--;
	if (entry && entry->of) {
		plan_undo(run, history, entry->job);
		name_undo(run, entry->of);
	} else if (error && error->kind != ERROR_NONE) {
		run->view.refusal = *error;
	} else {
		error_set(&run->view.refusal, ERROR_NOT_FOUND, "There is no job %s in the history; postroom history lists the changes", run->due_id);
	}
	history_free(history);
	run->due_id = NULL;
	if (!run_settled(run))
		run_preview(run);
}

static const struct desk_job undo_job = { .name = "undo", .title = "Taken back", .help = "Takes the steps of a job back, the last one first." };

struct desk_run *desk_begin_undo(struct desk *desk, const char *id, void (*changed)(void *context), void *context)
{
	struct record *nobody = record_new(kinds[0]);
	struct desk_run *run = run_new(desk, &undo_job, nobody, changed, context);

	record_free(nobody);
	run->due_id = arena_text(run->arena, id);
	run->view.name = arena_format(run->arena, "Take back: %s", id);
	run->pending++;
	gate_history(desk->settings.gate, on_history, run);
	return run;
}

bool desk_is_number(const char *id)
{
	return id[0] == 'j' && strlen(id) == 9 && strspn(id + 1, "0123456789abcdef") == 8;
}

/* --- what is due -------------------------------------------------------------------------------------------------------------- */

const struct desk_due *desk_dues(struct desk *desk, size_t *count)
{
	return due_list_all(desk->dues, count);
}

bool desk_due_may_be_done(struct desk *desk, const struct desk_due *due, struct error *error)
{
	const struct desk_job *job = desk_job_find(due->job);
	const char *reason = job ? desk_job_reason(job, desk->settings.role) : NULL;

	/* Else an open step of a stolen account would be off everybody's list by whoever could not have begun it. */
	return !reason || error_set(error, ERROR_REFUSED, "%s was left by the job %s: %s", due->id, job->title, reason);
}

bool desk_due_done(struct desk *desk, const char *id, struct error *error)
{
	size_t count, i;
	const struct desk_due *dues = due_list_all(desk->dues, &count);
	const char *job = NULL;

	for (i = 0; i < count && strcmp(dues[i].id, id) != 0; i++)
		;
	if (i < count && desk->settings.may_write && !desk_due_may_be_done(desk, &dues[i], error))
		return false;
	if (i < count && desk_job_find(dues[i].job))
		job = desk_job_find(dues[i].job)->title;
	if (!due_list_remove(desk->dues, id, error))
		return false;
	if (job)
		log_line(LOG_LEVEL_INFO, "due %s (%s) was taken off the list by %s", id, job, desk->settings.person);
	return true;
}
