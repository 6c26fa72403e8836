/*
 * print_words: what every review prints.
 */
#include "commands/print_words.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "commands/output.h"

void print_line(const char *before, const char *words)
{
	struct arena *arena = arena_new();

	printf("%s%s\n", before, text_visible_string(arena, output_form(), words, strlen(words)));
	arena_free(arena);
}

void print_exact(const char *label, const char *words)
{
	struct arena *arena = arena_new();

	if (words && text_has_foreign(words, strlen(words)))
		printf("  %s exactly: %s\n", label, text_ascii_exact(arena, words, strlen(words)));
	arena_free(arena);
}

void print_diff_lines(const struct diff_line *lines, size_t count)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < count; i++) {
		const struct diff_line *one = &lines[i];

		print_line("  ", arena_format(arena, "%s: %s -> %s", one->field->label, one->old_words, one->new_words));
		if (one->field->type == FIELD_ADDRESS || one->field->type == FIELD_DOMAIN || one->field->type == FIELD_LOGIN) {
			print_exact("old", one->old_words);
			print_exact("new", one->new_words);
		}
	}
	arena_free(arena);
}

void print_consequences(const struct consequence *list, size_t count)
{
	static const char *const marks[] = { "  i ", "  ! ", "  !! ", "  X " };

	if (count)
		puts("Will cause:");
	for (size_t i = 0; i < count; i++)
		print_line(marks[list[i].severity], list[i].sentence);
}

struct json *json_diff_lines(const struct diff_line *lines, size_t count)
{
	struct json *array = json_array_new();

	for (size_t i = 0; i < count; i++) {
		struct json *one = json_object_new();

		json_put_text(one, "field", lines[i].field->name);
		json_put_text(one, "old", lines[i].old_words);
		json_put_text(one, "new", lines[i].new_words);
		json_add(array, one);
	}
	return array;
}

struct json *json_consequences(const struct consequence *list, size_t count)
{
	struct json *array = json_array_new();

	for (size_t i = 0; i < count; i++) {
		struct json *one = json_object_new();

		json_put_text(one, "severity", severity_word(list[i].severity));
		json_put_text(one, "rule", list[i].rule);
		json_put_text(one, "sentence", list[i].sentence);
		json_add(array, one);
	}
	return array;
}
