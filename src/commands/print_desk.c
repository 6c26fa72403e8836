/*
 * print_desk: a run of the desk as it is to be confirmed, and as it ended.
 *
 * Table: lines for people; every other form: one JSON object at the end, since
 * steps with their states are no rows.  Loop thread.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "commands/desk.h"
#include "commands/output.h"
#include "commands/print_words.h"

static const char *const states[] = {
	[DESK_WAITING] = "waiting", [DESK_RUNNING] = "running", [DESK_DONE] = "done", [DESK_ALREADY] = "already", [DESK_OPEN] = "open",
	[DESK_FAILED] = "failed", [DESK_UNKNOWN] = "unknown", [DESK_LEFT_OUT] = "left_out",
};
static const char *const state_words[] = {
	[DESK_WAITING] = "", [DESK_RUNNING] = "..", [DESK_DONE] = "done", [DESK_ALREADY] = "was so already", [DESK_OPEN] = "NOT DONE",
	[DESK_FAILED] = "NOT DONE", [DESK_UNKNOWN] = "nobody knows", [DESK_LEFT_OUT] = "not begun",
};

/* Nothing was tried yet where it is still to be confirmed. */
static const char *state_of(const struct desk_view *view, const struct desk_step *step)
{
	if (step->state == DESK_FAILED && view->phase == DESK_SHOWN)
		return step->told ? "cannot be done" : "";
	return state_words[step->state];
}

static void table_steps(const struct desk_view *view)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < view->step_count; i++) {
		const struct desk_step *step = &view->steps[i];

		print_line("", arena_format(arena, "%2zu  %s%s  %s%s%s", i + 1, step->words, desk_on(arena, step->words, step->server),
			state_of(view, step), step->told ? "  " : "", step->as_before ? "(as above)" : step->told ? step->told : ""));
	}
	arena_free(arena);
}

static void table_review(const struct desk_view *view)
{
	struct arena *arena = arena_new();

	print_line("", view->name);
	table_steps(view);
	print_diff_lines(view->lines, view->line_count);
	print_consequences(view->consequences, view->consequence_count);
	for (const char *const *remark = view->remarks; remark && *remark; remark++)
		print_line(strncmp(*remark, "! ", 2) ? "  i " : "  ", *remark);
	arena_free(arena);
}

static struct json *json_steps(const struct desk_view *view)
{
	struct json *array = json_array_new();

	for (size_t i = 0; i < view->step_count; i++) {
		struct json *one = json_object_new();

		json_put_text(one, "step", view->steps[i].words);
		json_put_text(one, "server", view->steps[i].server);
		json_put_text(one, "state", states[view->steps[i].state]);
		json_put_text(one, "told", view->steps[i].told);
		json_put_text(one, "id", *view->steps[i].id ? view->steps[i].id : NULL);
		json_add(array, one);
	}
	return array;
}

static struct json *json_texts(const char *const *texts)
{
	struct json *array = json_array_new();

	for (; texts && *texts; texts++)
		json_add_text(array, *texts);
	return array;
}

static void print_json_view(const struct desk_view *view, bool over)
{
	struct json *object = json_object_new();
	char *words;

	json_put_text(object, "job", view->job->name);
	json_put_text(object, "person", *view->person->name ? view->person->name : NULL);
	json_put_text(object, "number", *view->id ? view->id : NULL);
	json_put_text(object, "takes_back", view->takes_back);
	json_put(object, "steps", json_steps(view));
	json_put(object, "lines", json_diff_lines(view->lines, view->line_count));
	json_put(object, "consequences", json_consequences(view->consequences, view->consequence_count));
	json_put(object, "remarks", json_texts(view->remarks));
	json_put_number(object, "done", (int64_t)view->done);
	json_put_number(object, "open", (int64_t)view->open);
	json_put_text(object, "refused", view->refusal.kind != ERROR_NONE ? view->refusal.text : NULL);
	if (over) {
		json_put_text(object, "ending", error_word(view->ending));
		json_put_text(object, "state_now", view->state_now);
		json_put_text(object, "say", view->say);
		json_put_text(object, "password", view->secret);
	}
	words = json_print(object, true);
	puts(words);
	memory_wipe(words, strlen(words));
	free(words);
	json_free(object);
}

static bool is_table(const struct arguments *arguments)
{
	return !strcmp(arguments->printer->name, "table");
}

void print_desk(const struct arguments *arguments, const struct desk_view *view)
{
	if (is_table(arguments))
		table_review(view);
	else
		print_json_view(view, false);
}

void print_desk_end(const struct arguments *arguments, const struct desk_view *view)
{
	if (!is_table(arguments)) {
		print_json_view(view, true);
		return;
	}
	puts("");
	table_steps(view);
	print_line("", view->state_now);
	if (view->secret)
		printf("Password: %s\n", view->secret);
	if (view->say)
		print_line("Say: ", view->say);
	if (*view->id)
		print_line("Number: ", view->id);
}
