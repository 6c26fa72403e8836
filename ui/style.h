/*
 * style: names of the styles, for tests, style maps and themes.
 *
 * What a style looks like is decided by a theme; a style says what something
 * means.  Constant data, never fails, any thread.
 */
#ifndef POSTROOM_UI_STYLE_H
#define POSTROOM_UI_STYLE_H

#include "ui/canvas.h"

/* The letter that stands for a style in a style map; unique, '.' for STYLE_PLAIN; '?' for no style. */
char style_letter(unsigned style);
/* Name in theme files: "row-here"; "?" for no style. */
const char *style_name(unsigned style);
/* STYLE_COUNT where there is none of this name. */
unsigned style_find(const char *name);

#endif
