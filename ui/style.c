/*
 * style: one letter and one name per style.  Constant data, never fails, any
 * thread.
 */
#include "ui/style.h"

#include <string.h>

static const struct { char letter; const char *name; } styles[STYLE_COUNT] = {
	[STYLE_PLAIN] = { '.', "plain" },
	[STYLE_TITLE] = { 'T', "title" },
	[STYLE_LABEL] = { 'l', "label" },
	[STYLE_VALUE] = { 'v', "value" },
	[STYLE_DIM] = { 'd', "dim" },
	[STYLE_KEY] = { 'k', "key" },
	[STYLE_SYSTEM] = { 'P', "system" },
	[STYLE_SECTION] = { 's', "section" },
	[STYLE_SECTION_HERE] = { 'S', "section-here" },
	[STYLE_HEADING] = { 'h', "heading" },
	[STYLE_ROW] = { 'r', "row" },
	[STYLE_ROW_HERE] = { 'R', "row-here" },
	[STYLE_MARKED] = { 'M', "marked" },
	[STYLE_OK] = { 'o', "ok" },
	[STYLE_WARNING] = { 'w', "warning" },
	[STYLE_BAD] = { '!', "bad" },
	[STYLE_READONLY] = { 'x', "readonly" },
	[STYLE_ESCAPE] = { 'e', "escape" },
	[STYLE_FIELD] = { 'f', "field" },
	[STYLE_FIELD_HERE] = { 'F', "field-here" },
	[STYLE_BUTTON] = { 'b', "button" },
	[STYLE_BUTTON_HERE] = { 'B', "button-here" },
	[STYLE_OLD] = { '-', "old" },
	[STYLE_NEW] = { '+', "new" },
	[STYLE_NOTICE] = { 'n', "notice" },
	[STYLE_FOOTER] = { 'u', "footer" },
	[STYLE_WARM] = { 'a', "warm" },
	[STYLE_HOT] = { 'A', "hot" },
};

char style_letter(unsigned style)
{
	return style < STYLE_COUNT ? styles[style].letter : '?';
}

const char *style_name(unsigned style)
{
	return style < STYLE_COUNT ? styles[style].name : "?";
}

unsigned style_find(const char *name)
{
	unsigned style = 0;

	while (style < STYLE_COUNT && strcmp(styles[style].name, name) != 0)
		style++;
	return style;
}
