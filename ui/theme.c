/*
 * theme: theme files to looks, with every mistake named by file and line.
 *
 * Fails with the file, the line and what would be right.  Loop thread.
 */
#include "ui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "builtin_themes.h"
#include "ui/style.h"

#define FILE_MOST (64 * 1024)

static const struct { const char *name, *text; } builtin[] = {
	{ "default", builtin_theme_default },
	{ "dark", builtin_theme_dark },
	{ "light", builtin_theme_light },
	{ "high-contrast", builtin_theme_high_contrast },
	{ "colour-blind", builtin_theme_colour_blind },
};
#define BUILTIN (sizeof(builtin) / sizeof(builtin[0]))
static const char *const builtin_names[] = { "default", "dark", "light", "high-contrast", "colour-blind", NULL };

static const struct { const char *name; unsigned attribute; } attributes[] = {
	{ "bold", LOOK_BOLD }, { "dim", LOOK_DIM }, { "underline", LOOK_UNDERLINE }, { "reverse", LOOK_REVERSE },
};
static const char *const colours[] = { "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white" };

/* What must differ by more than a colour: a bar from what it lies on, good from bad, old from new. */
static const struct { enum style a, b; } apart[] = {
	{ STYLE_ROW, STYLE_ROW_HERE }, { STYLE_SECTION, STYLE_SECTION_HERE }, { STYLE_FIELD, STYLE_FIELD_HERE },
	{ STYLE_BUTTON, STYLE_BUTTON_HERE }, { STYLE_OK, STYLE_WARNING }, { STYLE_OK, STYLE_BAD }, { STYLE_OLD, STYLE_NEW },
	{ STYLE_ROW, STYLE_WARM }, { STYLE_WARM, STYLE_HOT }, { STYLE_PLAIN, STYLE_ESCAPE }, { STYLE_ROW, STYLE_MARKED }, { STYLE_PLAIN, STYLE_FIELD },
};

struct reader {
	struct theme *theme;
	const char *name;
	int number;
	int lines[STYLE_COUNT];        /* where each style stands; 0: not in this file */
	struct error *error;
};

static bool complain(struct reader *reader, const char *words, const char *what)
{
	return error_set(reader->error, ERROR_CONFIG, "%s, line %d: %s%s", reader->name, reader->number, words, what);
}

static char *trim(char *words)
{
	size_t length;

	words += strspn(words, " \t");
	length = strlen(words);
	while (length && strchr(" \t\r", words[length - 1]))
		words[--length] = '\0';
	return words;
}

static bool colour_from(const char *word, short *colour)
{
	bool bright = strncmp(word, "bright-", 7) == 0;
	unsigned number = 0;
	int used = 0;
	size_t i;

	for (i = 0; i < sizeof(colours) / sizeof(colours[0]); i++) {
		if (strcmp(word + (bright ? 7 : 0), colours[i]) == 0) {
			*colour = (short)(i + (bright ? 8 : 0));
			return true;
		}
	}
	if (strcmp(word, "default") == 0) {
		*colour = -1;
		return true;
	}
	/* The first sixteen have names, which say what they are. */
	if (word[0] < '1' || word[0] > '9' || sscanf(word, "%3u%n", &number, &used) != 1 || word[used] || number < 16 || number > 255)
		return false;
	*colour = (short)number;
	return true;
}

static bool read_word(struct reader *reader, struct look *look, char *word)
{
	size_t i;

	if (!*word)
		return complain(reader, "a word is missing beside the comma", "");
	for (i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (strcmp(word, attributes[i].name) == 0) {
			look->attributes |= attributes[i].attribute;
			return true;
		}
	}
	if (strncmp(word, "on ", 3) == 0 && colour_from(trim(word + 3), &look->background))
		return true;
	if (colour_from(word, &look->colour))
		return true;
	return complain(reader, "this is neither an attribute (bold, dim, underline, reverse) nor a colour (red, bright-red, 16 to 255, on blue): ", word);
}

static bool read_look(struct reader *reader, struct look *look, char *words)
{
	*look = (struct look){ 0, -1, -1 };
	words = trim(words);
	while (words && *words) {
		char *next = strchr(words, ',');

		if (next)
			*next++ = '\0';
		if (!read_word(reader, look, trim(words)))
			return false;
		if (next && !*(next = trim(next)))
			return complain(reader, "a word is missing behind the comma", "");
		words = next;
	}
	if (look->colour >= 0 && look->colour == look->background)
		return complain(reader, "letters of the colour of their background cannot be read", "");
	return true;
}

static bool read_line(struct reader *reader, char *words)
{
	char *equals = strchr(words, '='), *name;
	unsigned style;

	if (!equals)
		return complain(reader, "a line is a style, \"=\" and how it looks", "");
	*equals = '\0';
	name = trim(words);
	style = style_find(name);
	if (style == STYLE_COUNT)
		return complain(reader, "there is no style ", name);
	if (reader->lines[style])
		return complain(reader, "this stands in the file a second time: ", name);
	reader->lines[style] = reader->number;
	return read_look(reader, &reader->theme->looks[style], equals + 1);
}

static bool tells_apart(struct reader *reader)
{
	size_t i;

	for (i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		int a = reader->lines[apart[i].a], b = reader->lines[apart[i].b];

		if (reader->theme->looks[apart[i].a].attributes != reader->theme->looks[apart[i].b].attributes)
			continue;
		return error_set(reader->error, ERROR_CONFIG,
				"%s, line %d: %s and %s must differ by more than a colour: give one of them bold, dim, underline or reverse",
				reader->name, a > b ? a : b > 0 ? b : reader->number, style_name(apart[i].a), style_name(apart[i].b));
	}
	return true;
}

static bool read_theme(struct theme *theme, const char *name, const char *bytes, size_t length, struct error *error)
{
	struct reader reader = { .theme = theme, .name = name, .error = error };
	struct arena *arena = arena_new();
	char *at = arena_bytes(arena, bytes, length), *end = at + length;
	bool fine = true;

	while (fine && at < end) {
		char *next = memchr(at, '\n', (size_t)(end - at)), *comment, *words;

		reader.number++;
		if (next)
			*next = '\0';
		if (strlen(at) < (size_t)((next ? next : end) - at)) {
			fine = complain(&reader, "there is a zero byte in it", "");
			break;
		}
		comment = strchr(at, '#');
		if (comment)
			*comment = '\0';
		words = trim(at);
		fine = !*words || read_line(&reader, words);
		at = next ? next + 1 : end;
	}
	fine = fine && tells_apart(&reader);
	arena_free(arena);
	return fine;
}

/* --- loading ------------------------------------------------------------------------ */

struct theme *theme_parse(const char *name, const char *bytes, size_t length, struct error *error)
{
	struct theme *theme = memory_new(sizeof(*theme));

	if (read_theme(theme, "default.theme", builtin[0].text, strlen(builtin[0].text), error)
			&& (!bytes || read_theme(theme, name, bytes, length, error)))
		return theme;
	free(theme);
	return NULL;
}

struct theme *theme_default(void)
{
	struct error error = { 0 };
	struct theme *theme = theme_parse(NULL, NULL, 0, &error);

	if (!theme) {
		fprintf(stderr, "postroom: %s\n", error.text);
		abort();
	}
	return theme;
}

static struct theme *load_file(const char *path, struct error *error)
{
	struct arena *arena = arena_new();
	struct theme *theme = NULL;
	size_t length = 0;
	char *bytes = file_read(arena, path, FILE_MOST, &length, error);

	if (bytes)
		theme = theme_parse(path, bytes, length, error);
	arena_free(arena);
	return theme;
}

struct theme *theme_load(const char *name_or_path, struct error *error)
{
	char file[40];
	size_t i;

	if (!name_or_path || strcmp(name_or_path, builtin_names[0]) == 0)
		return theme_default();
	for (i = 1; i < BUILTIN; i++) {
		if (strcmp(name_or_path, builtin[i].name) == 0) {
			snprintf(file, sizeof(file), "%s.theme", builtin[i].name);
			return theme_parse(file, builtin[i].text, strlen(builtin[i].text), error);
		}
	}
	if (strchr(name_or_path, '/') || access(name_or_path, F_OK) == 0)
		return load_file(name_or_path, error);
	error_set(error, ERROR_CONFIG, "there is no theme %s: say default, dark, light, high-contrast, colour-blind or the path of a file", name_or_path);
	return NULL;
}

void theme_free(struct theme *theme)
{
	free(theme);
}

const char *const *theme_names(void)
{
	return builtin_names;
}
