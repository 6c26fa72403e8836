/*
 * input: from a field and its type to a line or a choice.  Never fails; loop
 * thread.
 */
#include "ui/input.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/check.h"
#include "model/record.h"

static void add_choice(struct input *input, const char *choice)
{
	if (input->choice_count < INPUT_CHOICES)
		input->choices[input->choice_count++] = choice;
}

static void choose(struct input *input, const char *canonical)
{
	for (size_t i = 0; i < input->choice_count; i++) {
		if (strcmp(input->choices[i], canonical) == 0)
			input->choice = i;
	}
}

/* "None" is a choice only where nothing else stands in for it. */
static void start_choice(struct input *input, const struct field *field, bool none)
{
	input->choosing = true;
	if (field->type == FIELD_FLAG) {
		add_choice(input, "yes");
		add_choice(input, "no");
	} else {
		for (size_t i = 0; field->choices != NULL && field->choices[i] != NULL; i++)
			add_choice(input, field->choices[i]);
	}
	if (none)
		add_choice(input, "");
}

void input_start(struct input *input, const struct field *field, const char *canonical, const char *fallback, bool required)
{
	const char *value = canonical != NULL ? canonical : fallback;

	memset(input, 0, sizeof(*input));
	input->field = field;
	input->required = required;
	input->listing = field->type == FIELD_PARTS;
	line_init(&input->line, NULL, 0, field->type == FIELD_SECRET);
	if (field->type == FIELD_FLAG || field->type == FIELD_CHOICE) {
		start_choice(input, field, !required && fallback == NULL);
		choose(input, value == NULL ? "" : value);
	} else if (input->listing) {
		input_put_values(input, &value, value != NULL);
	} else if (value != NULL && field->type != FIELD_SECRET) {
		struct arena *arena = arena_new();
		const char *editable = check_editable(arena, field, value);

		line_set(&input->line, editable, strlen(editable));
		arena_free(arena);
	}
	input->began = memory_text(input_typed(input));
}

/* A part of them may be a secret. */
static void forget_values(struct input *input)
{
	for (size_t i = 0; i < input->value_count; i++) {
		memory_wipe(input->values[i], strlen(input->values[i]));
		free(input->values[i]);
	}
	free(input->values);
	input->values = NULL;
	input->value_count = 0;
}

void input_put_values(struct input *input, const char *const *values, size_t count)
{
	char **copy = memory_new((count + 1) * sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		copy[i] = memory_text(values[i]);
	forget_values(input);
	input->values = copy;
	input->value_count = count;
}

void input_free(struct input *input)
{
	forget_values(input);
	line_free(&input->line);
	free(input->began);
	input->began = NULL;
}

bool input_step(struct input *input, int by)
{
	if (!input->choosing || input->choice_count == 0)
		return false;
	input->choice = (input->choice + (by > 0 ? 1 : input->choice_count - 1)) % input->choice_count;
	return true;
}

/* A letter chooses what begins with it; Space goes on. */
static bool choice_key(struct input *input, const struct key *key)
{
	if (key->kind == KEY_KIND_NAMED && key->code == NAMED_LEFT)
		return input_step(input, -1);
	if (key->kind == KEY_KIND_NAMED && key->code == NAMED_RIGHT)
		return input_step(input, 1);
	if (!key_is_text(key) || key->code >= 0x80)
		return false;
	if (key->code == ' ')
		return input_step(input, 1);
	for (size_t i = 0; i < input->choice_count; i++) {
		char first[2] = { input->choices[i][0], '\0' }, typed[2] = { (char)key->code, '\0' };

		if (first[0] != '\0' && text_same_ascii_case(first, typed)) {
			input->choice = i;
			return true;
		}
	}
	return false;
}

bool input_key(struct input *input, const struct key *key)
{
	if (input->listing)
		return false;
	return input->choosing ? choice_key(input, key) : line_key(&input->line, key);
}

const char *input_paste(struct input *input, const char *bytes, size_t length)
{
	if (input->choosing)
		return "Paste ignored: choose with the arrow keys.";
	if (input->listing)
		return "Paste ignored: Enter opens the list.";
	return line_paste(&input->line, bytes, length);
}

const char *input_typed(const struct input *input)
{
	if (input->choosing)
		return input->choice_count == 0 ? "" : input->choices[input->choice];
	return line_text(&input->line);
}

bool input_changed(const struct input *input)
{
	if (input->listing)
		return input->value_count > 0;
	return strcmp(input_typed(input), input->began == NULL ? "" : input->began) != 0;
}

void input_set(struct input *input, const char *typed)
{
	if (input->choosing)
		choose(input, typed);
	else
		line_set(&input->line, typed, strlen(typed));
}

static bool all_blank(const char *words)
{
	return words[strspn(words, " ")] == '\0';
}

char *input_value(const struct input *input, struct arena *arena, struct error *error)
{
	const char *typed = input_typed(input);
	char *value;

	error_clear(error);
	if (typed[0] == '\0' || (input->field->type != FIELD_SECRET && all_blank(typed))) {
		if (input->required)
			error_set(error, ERROR_INVALID, "%s is needed.", input->field->label);
		return NULL;
	}
	value = check_parse(arena, input->field, typed, error);
	if (value == NULL || !check_value(input->field, value, error))
		return NULL;
	error_clear(error);
	return value;
}

const struct kind *input_offers(const struct input *input)
{
	const struct field *field = input->field;

	if (field->reference == NULL || input->choosing || input->listing)
		return NULL;
	if (field->type == FIELD_REFERENCE || field->type == FIELD_ADDRESS || field->type == FIELD_DOMAIN)
		return kind_find(field->reference);
	return NULL;
}

bool input_spaced(const struct field *field)
{
	const struct kind *kind = field->type == FIELD_REFERENCE ? kind_find(field->reference) : NULL;

	return kind == NULL || kind_key(kind)->type != FIELD_TEXT;
}

static const char *separators(const struct field *field)
{
	return input_spaced(field) ? ",; " : ";";
}

char *input_next(const struct field *field, char **rest)
{
	char *word, *end;

	while ((word = strsep(rest, separators(field))) != NULL) {
		word += strspn(word, " ");
		for (end = word + strlen(word); end > word && end[-1] == ' '; end--)
			end[-1] = '\0';
		if (*word != '\0')
			return word;
	}
	return NULL;
}

/* The last of several values, or all there is. */
static const char *last_piece(const struct input *input)
{
	const char *typed = input_typed(input), *piece = typed;

	for (; (input->field->flags & FIELD_MANY) && *typed != '\0'; typed++)
		if (strchr(separators(input->field), *typed) != NULL)
			piece = typed + 1;
	return piece + strspn(piece, " ");
}

const char *input_offer_words(const struct input *input)
{
	const char *piece = last_piece(input), *at;

	if (input_offers(input) == NULL)
		return NULL;
	if (input->field->type != FIELD_ADDRESS)
		return piece;
	at = strrchr(piece, '@');
	return at == NULL ? NULL : at + 1;
}

void input_take(struct input *input, const char *name)
{
	struct text text = { 0 };
	const char *typed = input_typed(input), *piece = last_piece(input), *at = strrchr(piece, '@');
	bool address = input->field->type == FIELD_ADDRESS && strchr(name, '@') == NULL;

	text_add_bytes(&text, typed, (size_t)(piece - typed));
	if (address) {
		text_add_bytes(&text, piece, at == NULL ? strlen(piece) : (size_t)(at - piece));
		text_add_char(&text, '@');
	}
	text_add(&text, name);
	if ((input->field->flags & FIELD_MANY) && !address)
		text_add(&text, input_spaced(input->field) ? ", " : "; ");
	line_set(&input->line, text_get(&text), text.length);
	text_free(&text);
}

const char *input_unit(const struct input *input)
{
	if (input->choosing)
		return "Left and Right choose";
	/* Behind a number that stands alone. */
	if (input->field->type == FIELD_SIZE && input->field->unit_name != NULL && input_typed(input)[strspn(input_typed(input), "0123456789., ")] == '\0')
		return input->field->unit_name;
	return "";
}

static const char *choice_words(const struct input *input, size_t index)
{
	return input->choices[index][0] == '\0' ? "(none)" : input->choices[index];
}

/* The first one that is drawn, so that the chosen one is there whatever the width. */
static size_t first_choice(const struct input *input, int width)
{
	size_t first = input->choice_count == 0 ? 0 : input->choice;
	int used = first < input->choice_count ? (int)strlen(choice_words(input, first)) + 2 : 0;

	while (first > 0 && used + (int)strlen(choice_words(input, first - 1)) + 3 <= width)
		used += (int)strlen(choice_words(input, --first)) + 3;
	return first;
}

/* All choices in one row, the chosen one marked: nothing has to be guessed. */
static void draw_choices(const struct input *input, struct canvas *canvas, int row, int column, int width, bool focus)
{
	int at = column, end = column + width;

	for (size_t i = first_choice(input, width); i < input->choice_count && at < end; i++) {
		const char *words = choice_words(input, i);
		bool here = i == input->choice;
		enum style style = here ? focus ? STYLE_FIELD_HERE : STYLE_FIELD : STYLE_DIM;

		if (here && focus)
			canvas_cursor(canvas, row, at, false);
		at += canvas_format(canvas, row, at, end - at, style, here ? "[%s]" : " %s ", words);
		at += 1;
	}
}

void input_draw(const struct input *input, struct canvas *canvas, int row, int column, int width, bool focus)
{
	if (width < 1)
		return;
	if (input->choosing)
		draw_choices(input, canvas, row, column, width, focus);
	else
		line_draw(&input->line, canvas, row, column, width, focus);
}

/* How a number or a domain is understood, where that differs from what was typed. */
static const char *understood(const struct input *input, struct arena *arena, const char *canonical)
{
	struct value value = { canonical, strlen(canonical) };
	struct field_values one = { .presence = VALUE_OWN, .values = &value, .count = 1 };
	const char *words;

	if (input->field->type == FIELD_SECRET || input->choosing)
		return NULL;
	words = record_words(arena, input->field, &one);
	if (input->field->type == FIELD_SIZE && strcmp(canonical, "0") != 0)
		return arena_format(arena, "= %s (%s bytes)", words, text_from_count(arena, strtoll(canonical, NULL, 10)));
	return strcmp(words, input_typed(input)) == 0 ? NULL : arena_format(arena, "= %s", words);
}

const char *input_says(const struct input *input, struct arena *arena, bool *wrong)
{
	struct error error;
	char *value;

	*wrong = false;
	if (input_typed(input)[0] == '\0')
		return NULL;
	value = input_value(input, arena, &error);
	if (value != NULL)
		return understood(input, arena, value);
	*wrong = true;
	return error.kind == ERROR_NONE ? NULL : arena_text(arena, error.text);
}
