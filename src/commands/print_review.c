/*
 * print_review: reviews and results in the forms of the printers.
 *
 * Table: sentences for people. JSON: one object. LDIF: what would be sent.
 * CSV and TSV: the lines, old and new.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "commands/output.h"
#include "commands/print_words.h"
#include "commands/write.h"

/* Attribute lines: each line visible on its own. */
static void lines(const char *before, const char *words)
{
	struct arena *arena = arena_new();
	char *copy = arena_text(arena, words), *rest = NULL, *one;

	for (one = strtok_r(copy, "\n", &rest); one; one = strtok_r(NULL, "\n", &rest))
		print_line(before, one);
	arena_free(arena);
}

/* --- for people ------------------------------------------------------------------------ */

static void table_review(const struct review *review)
{
	struct arena *arena = arena_new();
	size_t i;

	if (review->changed)
		puts("Things changed meanwhile. The change now looks like this:");
	if (review->conflict)
		print_line("Somebody else changed it: ", arena_format(arena, "%s: theirs %s, yours %s (%s)", review->conflict->field->label,
			review->conflict->old_words, review->conflict->new_words,
			review->conflict_who ? review->conflict_who : "unknown who"));
	if (*review->ahead)
		print_line(review->allowed ? "" : "Asked for: ", review->ahead);
	print_diff_lines(review->lines, review->line_count);
	/* Messages may be ten thousand; the line above has told them as a person reads them. */
	for (i = 0; !review->change->kind->result && i < review->plan.count; i++) {
		if (review->plan.operations[i].place) {
			print_line(i ? "then at " : "At ", review->plan.operations[i].place);
			print_exact("place", review->plan.operations[i].place);
		}
		lines("  ", operation_lines(arena, &review->plan.operations[i]));
	}
	print_consequences(review->consequences, review->consequence_count);
	arena_free(arena);
}

/* --- JSON --------------------------------------------------------------------------------- */

static struct json *json_operations(const struct review *review)
{
	struct json *array = json_array_new();
	struct arena *arena = arena_new();
	size_t i;

	for (i = 0; i < review->plan.count; i++) {
		struct json *one = json_object_new();

		json_put_text(one, "place", review->plan.operations[i].place);
		json_put_text(one, "lines", operation_lines(arena, &review->plan.operations[i]));
		json_add(array, one);
	}
	arena_free(arena);
	return array;
}

static struct json *json_error(const struct error *error)
{
	struct json *object;

	if (error->kind == ERROR_NONE)
		return NULL;
	object = json_object_new();
	json_put_text(object, "kind", error_word(error->kind));
	json_put_text(object, "sentence", error->text);
	return object;
}

static void put_error(struct json *object, const struct error *error)
{
	struct json *value = json_error(error);

	if (value)
		json_put(object, "error", value);
	else
		json_put_text(object, "error", NULL);
}

static struct json *json_review(const struct review *review)
{
	static const char *const stages[] = { "role", "check", "plan", "consequences", "confirm", "journal", "apply", "verify", "done" };
	struct json *object = json_object_new();

	json_put_flag(object, "allowed", review->allowed);
	json_put_text(object, "stage", stages[review->stage]);
	json_put_text(object, "verb", verb_word(review->change->verb));
	json_put_text(object, "kind", review->change->kind->name);
	json_put_text(object, "name", review->change->name);
	json_put_text(object, "sentence", review->ahead);
	json_put_flag(object, "changed", review->changed);
	json_put(object, "lines", json_diff_lines(review->lines, review->line_count));
	json_put(object, "operations", json_operations(review));
	json_put(object, "consequences", json_consequences(review->consequences, review->consequence_count));
	json_put_text(object, "confirm", review->confirm == CONFIRM_NAME ? review->confirm_text : NULL);
	json_put_flag(object, "reason_required", review->reason_required);
	put_error(object, &review->refusal);
	return object;
}

static void print_json(struct json *takes)
{
	char *words = json_print(takes, true);

	puts(words);
	free(words);
	json_free(takes);
}

/* --- which form ------------------------------------------------------------------------------ */

static void print_values(const struct arguments *arguments, const struct review *review)
{
	static const struct column columns[] = {
		{ .name = "field", .label = "Field" }, { .name = "old", .label = "Old" }, { .name = "new", .label = "New" },
	};
	struct output output;
	size_t i;

	output_begin(&output, arguments->printer, stdout, columns, 3, false);
	for (i = 0; i < review->line_count; i++)
		output_item(&output, &(struct item){ .entries = (struct entry[]){
			entry_of_text(output.arena, review->lines[i].field->name),
			entry_of_text(output.arena, review->lines[i].old_words),
			entry_of_text(output.arena, review->lines[i].new_words) } });
	output_end(&output);
}

void print_review(const struct arguments *arguments, const struct review *review)
{
	const char *name = arguments->printer->name;
	struct arena *arena;

	if (!strcmp(name, "table")) {
		table_review(review);
		if (review->allowed && review->confirm == CONFIRM_NAME && !arguments->yes)
			print_line("Mail or an account may be lost, so applying asks for the name: --confirm ", review->confirm_text);
	} else if (!strcmp(name, "json")) {
		print_json(json_review(review));
	} else if (!strcmp(name, "ldif")) {
		arena = arena_new();
		fputs(plan_ldif(arena, &review->plan), stdout);
		arena_free(arena);
	} else {
		print_values(arguments, review);
	}
	fflush(stdout);
}

static const char *outcome_word(enum outcome outcome)
{
	static const char *const words[] = {
		[OUTCOME_APPLIED] = "applied", [OUTCOME_ALREADY] = "already", [OUTCOME_NOT_APPLIED] = "not_applied",
		[OUTCOME_CONFLICT] = "conflict", [OUTCOME_UNKNOWN] = "unknown",
	};

	return words[outcome];
}

static void json_result(const struct review *review, const struct gate_result *result)
{
	struct json *object = json_object_new(), *steps = json_array_new();
	size_t i;

	for (i = 0; i < result->steps && result->step_words && result->step_words[i]; i++)
		json_add_text(steps, result->step_words[i]);
	json_put_text(object, "outcome", outcome_word(result->outcome));
	json_put_text(object, "id", *result->id ? result->id : NULL);
	json_put_text(object, "sentence", result->sentence);
	json_put(object, "steps", steps);
	json_put_number(object, "steps_done", (int64_t)result->steps_done);
	if (review->change->kind->result)
		json_put_number(object, "did", (int64_t)result->did);
	json_put_flag(object, "taken_back", result->taken_back);
	put_error(object, &result->error);
	json_put(object, "review", json_review(result->again ? result->again : review));
	print_json(object);
}

static void table_result(const struct gate_result *result)
{
	size_t i;

	if (result->steps > 1)
		for (i = 0; i < result->steps && result->step_words && result->step_words[i]; i++)
			print_line("  ", result->step_words[i]);
	if (result->outcome != OUTCOME_APPLIED && result->outcome != OUTCOME_ALREADY)
		return;
	print_line(result->outcome == OUTCOME_APPLIED ? "Done. " : "", result->sentence);
	if (*result->id && result->can_undo)
		printf("Take it back with: postroom undo %s\n", result->id);
}

void print_result(const struct arguments *arguments, const struct review *review, const struct gate_result *result)
{
	const char *name = arguments->printer->name;

	if (!strcmp(name, "json"))
		json_result(review, result);
	else if (!strcmp(name, "table"))
		table_result(result);
	else if (arguments->yes && !result->again)
		print_review(arguments, review);
	/* A review that came back is shown next where a person is asked, and here where nobody is. */
	if (result->again && strcmp(name, "json") && arguments->yes)
		print_review(arguments, result->again);
	fflush(stdout);
}
