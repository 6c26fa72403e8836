/*
 * settings_write: set and unset: a plan for each server, what is said before,
 * then the gate as for every other change.
 *
 * With several servers --host says which one, since each has files of its own.
 * Loop thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "commands/output.h"
#include "commands/settings.h"
#include "commands/write.h"
#include "model/change.h"

/* --- the files that the plan is made from ------------------------------------------------------------- */

struct fetching {
	struct settings_look *look;
	struct setting_bytes *bytes;
	size_t server;                     /* which of the chosen ones */
	size_t place;
	struct error error;
};

static void on_file(void *context, const struct host_answer *answer)
{
	struct fetching *fetching = context;
	struct headless *headless = &fetching->look->headless;
	struct setting_bytes *bytes = &fetching->bytes[fetching->place];
	const struct host_settings *server = host_at(headless->engine->hosts, fetching->look->hosts[fetching->server]);

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
		host_run(headless->engine->hosts, fetching->look->hosts[fetching->server], &request);
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

/* --- passwords ------------------------------------------------------------------------------------------------- */

/* The first line of standard input; NULL: there is none. Heap. */
static char *read_password(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length = getline(&line, &room, stdin);

	if (length <= 0) {
		free(line);
		return NULL;
	}
	line[strcspn(line, "\r\n")] = '\0';
	return line;
}

/* Never an argument and never the environment: asked for without echo, or read. An empty one keeps what stands there. */
static bool ask_passwords(struct settings_look *look, struct setting_edit *edits, size_t count)
{
	struct arena *arena = look->headless.arena;
	bool given = look->headless.arguments->password_stdin, used = false;
	struct error error = { 0 };

	for (size_t i = 0; i < count; i++) {
		char *line;

		if (!(edits[i].setting->flags & SETTING_SECRET) || !edits[i].value)
			continue;
		if (used) {
			error_set(&error, ERROR_USAGE, "Standard input holds one password; set one login after the other");
			return headless_fail(&look->headless, &error);
		}
		used = given;
		line = given ? read_password() : !isatty(STDIN_FILENO) ? NULL :
			headless_ask_secret(arena_format(arena, "Password of %s at %s (empty: the one that is there stays): ", edits[i].value, edits[i].key));
		arena_holds_secret(arena);
		if (line && *line)
			edits[i].password = arena_text(arena, line);
		if (line)
			memory_wipe(line, strlen(line));
		free(line);
		if (given && !edits[i].password) {
			error_set(&error, ERROR_USAGE, "There is no password on standard input");
			return headless_fail(&look->headless, &error);
		}
	}
	if (!given || used)
		return true;
	error_set(&error, ERROR_USAGE, "--password-stdin is for relay-authentication/RELAY=LOGIN; nothing here takes a password");
	return headless_fail(&look->headless, &error);
}

static void wipe_passwords(struct setting_edit *edits, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (edits[i].password)
			memory_wipe((char *)edits[i].password, strlen(edits[i].password));
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

static void already(struct settings_look *look, size_t place)
{
	if (look->headless.arguments->printer == &printer_table)
		printf("%s: it is so already; nothing was changed.\n", settings_state_server(look->states[place]));
	else
		headless_note("%s: it is so already; nothing was changed", settings_state_server(look->states[place]));
}

/* What a person does next, once it is there. */
static void tell_next(struct settings_look *look, const struct setting_plan *plan, const char *server)
{
	const struct setting_follow_row *row;

	if (look->headless.status != 0 || look->headless.arguments->dry_run)
		return;
	if (plan->timer)
		headless_note("It runs on trial: keep it with postroom confirm --host %s, or it goes back by itself (postroom status).", server);
	for (row = setting_follows; row->bit; row++)
		if (plan->follow & row->bit && row->service)
			headless_note("It counts only after a restart: postroom settings restart %s --host %s", row->service, server);
}

bool settings_write_plan(struct settings_look *look, size_t place, const struct setting_plan *plan)
{
	const struct host_settings *server = host_at(look->headless.engine->hosts, look->hosts[place]);
	struct change *change;

	if (plan->shown_count == 0) {
		already(look, place);
		return true;
	}
	tell(look, plan);
	change = settings_plan_change(plan, server, 0);
	change->reason = arena_text(change->arena, look->headless.arguments->reason);
	write_change(&look->headless, change);
	tell_next(look, plan, server->name);
	change_free(change);
	return look->headless.status == 0;
}

bool settings_fetch(struct settings_look *look, size_t place, const char *const *paths, const struct setting_bytes **bytes, size_t *count)
{
	struct fetching fetching = { .look = look, .server = place };

	if (!fetch(&fetching, paths, count))
		return false;
	*bytes = fetching.bytes;
	return true;
}

/* One question for all of them, since each knows what it needs. */
static const struct setting_facts *judged_by(struct settings_look *look, size_t place, const struct setting_edit *edits, size_t count)
{
	struct setting all = { .name = "", .flags = SETTING_FAMILY };
	const char *address = NULL;

	for (size_t i = 0; i < count; i++) {
		all.facts |= edits[i].setting->facts;
		if (edits[i].setting->facts & FACT(FACT_ARCHIVE))
			address = edits[i].value;
	}
	return settings_facts(look, place, &all, address);
}

bool settings_write_edits(struct settings_look *look, size_t place, const struct setting_edit *edits, size_t count)
{
	struct arena *arena = look->headless.arena;
	const struct setting_bytes *bytes;
	struct error error = { 0 };
	struct setting_plan plan;
	size_t files;

	if (!settings_fetch(look, place, settings_plan_files(arena, look->states[place], edits, count), &bytes, &files))
		return false;
	if (settings_plan(arena, look->states[place], edits, count, bytes, files, judged_by(look, place, edits, count), &plan, &error))
		return settings_write_plan(look, place, &plan);
	settings_tell_gaps(look);
	return headless_fail(&look->headless, &error);
}

void settings_test_log(struct settings_look *look)
{
	struct error error = { 0 };
	struct change *change;

	if (look->count > 1) {
		error_set(&error, ERROR_USAGE, "Say which server with --host: each has logs of its own");
		headless_fail(&look->headless, &error);
		return;
	}
	change = settings_log_test(host_at(look->headless.engine->hosts, look->hosts[0])->name);
	change->reason = arena_text(change->arena, look->headless.arguments->reason);
	write_change(&look->headless, change);
	change_free(change);
}

void settings_write(struct settings_look *look, char **words, bool unset)
{
	struct setting_edit *edits;
	size_t count = 0;

	while (words[count])
		count++;
	edits = arena_alloc(look->headless.arena, count * sizeof(*edits));
	if (!settings_one_server(look) || !read_edits(look, words, unset, edits, count))
		return;
	if (ask_passwords(look, edits, count))
		settings_write_edits(look, 0, edits, count);
	wipe_passwords(edits, count);
}

bool settings_one_server(struct settings_look *look)
{
	struct error error = { 0 };

	if (look->count == 1)
		return true;
	error_set(&error, ERROR_USAGE, "Say which server with --host: each has settings of its own");
	return headless_fail(&look->headless, &error);
}
