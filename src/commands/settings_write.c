/*
 * settings_write: set and unset: a plan for each server, what is said before,
 * then the gate as for every other change.
 *
 * With several servers --host says which one, since each has files of its own.
 * Loop thread.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/output.h"
#include "commands/settings.h"
#include "commands/write.h"
#include "model/change.h"

/* --- the files that the plan is made from ------------------------------------------------------------- */

struct fetching {
	struct settings_look *look;
	struct setting_bytes *bytes;
	size_t place;
	struct error error;
};

static void on_file(void *context, const struct host_answer *answer)
{
	struct fetching *fetching = context;
	struct headless *headless = &fetching->look->headless;
	struct setting_bytes *bytes = &fetching->bytes[fetching->place];
	const struct host_settings *server = host_at(headless->engine->hosts, fetching->look->hosts[0]);

	headless->done = true;
	if (answer->error.kind == ERROR_NONE && answer->status == 1 && strstr(answer->complaint, "No such file"))
		return;
	if (!host_answer_good(server, "file", answer, &fetching->error))
		return;
	bytes->bytes = arena_bytes(headless->arena, answer->output, answer->length);
	bytes->length = answer->length;
}

static bool fetch(struct fetching *fetching, const char *const *paths, size_t *count)
{
	struct headless *headless = &fetching->look->headless;

	for (*count = 0; paths[*count]; (*count)++)
		;
	fetching->bytes = arena_alloc(headless->arena, (*count + 1) * sizeof(*fetching->bytes));
	for (size_t i = 0; i < *count; i++) {
		struct host_request request = { .command = "file", .holes = &paths[i], .hole_count = 1, .done = on_file, .context = fetching };

		fetching->place = i;
		fetching->bytes[i].path = paths[i];
		host_run(headless->engine->hosts, fetching->look->hosts[0], &request);
		headless_wait(headless);
		if (fetching->error.kind != ERROR_NONE)
			return headless_fail(headless, &fetching->error);
	}
	return true;
}

/* --- words to edits -------------------------------------------------------------------------------------- */

static bool read_edits(struct settings_look *look, char **words, bool unset, struct setting_edit *edits, size_t count)
{
	struct error error = { 0 };

	for (size_t i = 0; i < count; i++) {
		const char *equals = strchr(words[i], '=');
		const char *name = unset ? words[i] : arena_format(look->headless.arena, "%.*s", equals ? (int)(equals - words[i]) : (int)strlen(words[i]), words[i]);

		if (!unset && !equals) {
			error_set(&error, ERROR_USAGE, "%s: settings set takes NAME=VALUE", words[i]);
			return headless_fail(&look->headless, &error);
		}
		edits[i].setting = settings_named(look, name, &edits[i].key);
		if (!edits[i].setting)
			return false;
		edits[i].value = unset ? NULL : equals + 1;
	}
	return true;
}

/* --- before ------------------------------------------------------------------------------------------------- */

static void tell(struct settings_look *look, const struct setting_plan *plan)
{
	struct arena *arena = look->headless.arena;

	if (look->headless.arguments->printer != &printer_table)
		return;
	for (size_t i = 0; plan->steps[i]; i++)
		printf("%zu. %s\n", i + 1, text_visible_string(arena, output_form(), plan->steps[i], strlen(plan->steps[i])));
	printf("%s\n\n", plan->timer ? "Under a timer: it goes back by itself unless it is confirmed (postroom confirm)." :
		"Without a timer: nobody can be locked out by it.");
	fflush(stdout);
}

static void already(struct settings_look *look)
{
	if (look->headless.arguments->printer == &printer_table)
		printf("%s: it is so already; nothing was changed.\n", settings_state_server(look->states[0]));
	else
		headless_note("%s: it is so already; nothing was changed", settings_state_server(look->states[0]));
}

/* One question for all of them, since each knows what it needs. */
static const struct setting_facts *judged_by(struct settings_look *look, const struct setting_edit *edits, size_t count)
{
	struct setting all = { .name = "", .flags = SETTING_FAMILY };
	const char *address = NULL;

	for (size_t i = 0; i < count; i++) {
		all.facts |= edits[i].setting->facts;
		if (edits[i].setting->facts & FACT(FACT_ARCHIVE))
			address = edits[i].value;
	}
	return settings_facts(look, 0, &all, address);
}

void settings_write(struct settings_look *look, char **words, bool unset)
{
	struct arena *arena = look->headless.arena;
	const struct host_settings *server = host_at(look->headless.engine->hosts, look->hosts[0]);
	struct fetching fetching = { .look = look };
	const struct setting_facts *facts;
	struct setting_plan plan;
	struct setting_edit *edits;
	struct error error = { 0 };
	struct change *change;
	size_t count = 0, files;

	while (words[count])
		count++;
	edits = arena_alloc(arena, count * sizeof(*edits));
	if (look->count > 1) {
		error_set(&error, ERROR_USAGE, "Say which server with --host: each has settings of its own");
		headless_fail(&look->headless, &error);
		return;
	}
	if (!read_edits(look, words, unset, edits, count) || !fetch(&fetching, settings_plan_files(arena, look->states[0], edits, count), &files))
		return;
	facts = judged_by(look, edits, count);
	if (!settings_plan(arena, look->states[0], edits, count, fetching.bytes, files, facts, &plan, &error)) {
		settings_tell_gaps(look);
		headless_fail(&look->headless, &error);
		return;
	}
	if (plan.shown_count == 0) {
		already(look);
		return;
	}
	tell(look, &plan);
	change = settings_plan_change(&plan, server, 0);
	change->reason = arena_text(change->arena, look->headless.arguments->reason);
	write_change(&look->headless, change);
	if (plan.timer && look->headless.status == 0 && !look->headless.arguments->dry_run)
		headless_note("It runs on trial: keep it with postroom confirm --host %s, or it goes back by itself (postroom status).", server->name);
	change_free(change);
}
