/*
 * theme: what each style looks like; read from theme files.
 *
 * A file has lines "style = attribute, colour, on colour"; `#` begins a
 * comment.  Every theme is laid over the built-in default.  Styles that must
 * not be mistaken for each other differ in attributes, never in colour alone,
 * so a theme works on paper, without colours, and for every eye; a file that
 * breaks this is refused.  Fails with file and line; the caller then takes
 * theme_default and says so.  Loading may block on the disk: at start only.
 * Loop thread.
 */
#ifndef POSTROOM_UI_THEME_H
#define POSTROOM_UI_THEME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "ui/canvas.h"

enum look_attribute { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };
/* Colours are those of the terminal: 0..7, bright ones 8..15, 16..255; -1: its own. */
struct look { unsigned attributes; short colour, background; };
struct theme { struct look looks[STYLE_COUNT]; };

/* By name, or by path where the words hold a slash or name no built-in theme. NULL name: the default. Heap. */
struct theme *theme_load(const char *name_or_path, struct error *error);
/* From memory; `name` stands for the file in errors. */
struct theme *theme_parse(const char *name, const char *bytes, size_t length, struct error *error);
/* The built-in default; aborts where that is wrong (a test proves that it is not). */
struct theme *theme_default(void);
void theme_free(struct theme *theme);          /* NULL is allowed */
/* Names of the built-in themes, the default first; NULL-terminated. */
const char *const *theme_names(void);

#endif
