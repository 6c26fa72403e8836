/*
 * proposal: reading, fetching and planning, one after the other; see
 * proposal.h.
 *
 * Fails by the answer: what the server does not say, what a rule forbids.
 * Loop thread.
 */
#include "settings/proposal.h"

#include <stdlib.h>
#include <string.h>

struct setting_proposal {
	struct hosts *hosts;
	size_t host;
	struct arena *arena;
	struct setting_edit *edits;
	size_t edit_count;
	const struct setting_facts *facts;
	struct settings_reading *reading;  /* NULL: read */
	struct settings_state *state;
	struct host_call *call;            /* fetches a file; NULL: none */
	const char *const *paths;
	struct setting_bytes *bytes;
	size_t count, at;                  /* of paths; which one comes next */
	bool silent;
	void (*done)(void *context, struct change *takes, const struct error *error);
	void *context;
};

static void drop(struct setting_proposal *proposal)
{
	for (size_t i = 0; i < proposal->edit_count; i++)
		if (proposal->edits[i].password)
			memory_wipe((char *)proposal->edits[i].password, strlen(proposal->edits[i].password));
	settings_state_free(proposal->state);
	arena_free(proposal->arena);
	free(proposal);
}

static void finish(struct setting_proposal *proposal, struct change *change, const struct error *error)
{
	proposal->done(proposal->context, change, error);
	drop(proposal);
}

static void plan(struct setting_proposal *proposal)
{
	const char *const *gaps = settings_state_gaps(proposal->state);
	struct error error = { 0 };
	struct setting_plan made;
	struct change *change = NULL;

	if (!settings_plan(proposal->arena, proposal->state, proposal->edits, proposal->edit_count, proposal->bytes, proposal->count, proposal->facts,
			&made, &error)) {
		/* What could not be read is the cause more often than not. */
		if (*gaps)
			error_set(&error, error.kind, "%s. %s", arena_text(proposal->arena, error.text), *gaps);
	} else if (made.shown_count > 0) {
		change = settings_plan_change(&made, host_at(proposal->hosts, proposal->host), 0);
	}
	finish(proposal, change, &error);
}

static void next_file(struct setting_proposal *proposal);

static void on_file(void *context, const struct host_answer *answer)
{
	struct setting_proposal *proposal = context;
	struct setting_bytes *bytes = &proposal->bytes[proposal->at];
	struct error error = { 0 };

	proposal->call = NULL;
	if (proposal->silent) {
		drop(proposal);
		return;
	}
	/* A file that is not there is made. */
	if (answer->error.kind != ERROR_NONE || answer->status != 1 || !strstr(answer->complaint, "No such file")) {
		if (!host_answer_good(host_at(proposal->hosts, proposal->host), "file", answer, &error)) {
			finish(proposal, NULL, &error);
			return;
		}
		bytes->bytes = arena_bytes(proposal->arena, answer->output, answer->length);
		bytes->length = answer->length;
	}
	proposal->at++;
	next_file(proposal);
}

static void next_file(struct setting_proposal *proposal)
{
	struct host_request request = { .command = "file", .hole_count = 1, .done = on_file, .context = proposal };

	if (proposal->at == proposal->count) {
		plan(proposal);
		return;
	}
	request.holes = &proposal->paths[proposal->at];
	proposal->bytes[proposal->at].path = proposal->paths[proposal->at];
	proposal->call = host_run(proposal->hosts, proposal->host, &request);
}

static void on_state(void *context, struct settings_state *takes)
{
	struct setting_proposal *proposal = context;

	proposal->reading = NULL;
	proposal->state = takes;
	proposal->paths = settings_plan_files(proposal->arena, takes, proposal->edits, proposal->edit_count);
	while (proposal->paths[proposal->count])
		proposal->count++;
	proposal->bytes = arena_alloc(proposal->arena, (proposal->count + 1) * sizeof(*proposal->bytes));
	next_file(proposal);
}

struct setting_proposal *setting_propose_edits(struct hosts *hosts, size_t host, const struct setting_edit *edits, size_t count,
		const struct setting_facts *facts, void (*done)(void *context, struct change *takes, const struct error *error), void *context)
{
	struct setting_proposal *proposal = memory_new(sizeof(*proposal));
	const struct setting_facts none = setting_facts_none();

	proposal->hosts = hosts;
	proposal->host = host;
	proposal->arena = arena_new();
	proposal->edits = arena_alloc(proposal->arena, (count + 1) * sizeof(*proposal->edits));
	proposal->edit_count = count;
	for (size_t i = 0; i < count; i++)
		proposal->edits[i] = (struct setting_edit){ .setting = edits[i].setting, .key = edits[i].key ? arena_text(proposal->arena, edits[i].key) : NULL,
			.value = edits[i].value ? arena_text(proposal->arena, edits[i].value) : NULL,
			.password = edits[i].password ? arena_text(proposal->arena, edits[i].password) : NULL };
	for (size_t i = 0; i < count; i++)
		if (edits[i].password)
			arena_holds_secret(proposal->arena);
	proposal->facts = setting_facts_copy(proposal->arena, facts ? facts : &none);
	proposal->done = done;
	proposal->context = context;
	proposal->reading = settings_read(hosts, host, NULL, on_state, proposal);
	return proposal;
}

struct setting_proposal *setting_propose(struct hosts *hosts, size_t host, const struct setting *setting, const char *key, const char *value,
		const struct setting_facts *facts, void (*done)(void *context, struct change *takes, const struct error *error), void *context)
{
	const struct setting_edit edit = { .setting = setting, .key = key, .value = value };

	return setting_propose_edits(hosts, host, &edit, 1, facts, done, context);
}

void setting_propose_password(struct setting_proposal *proposal, const char *password)
{
	arena_holds_secret(proposal->arena);
	proposal->edits[0].password = arena_text(proposal->arena, password);
}

void setting_propose_cancel(struct setting_proposal *proposal)
{
	if (!proposal)
		return;
	if (proposal->reading) {
		settings_read_cancel(proposal->reading);
		drop(proposal);
		return;
	}
	proposal->silent = true;
	host_cancel(proposal->call);
}
