/*
 * style: one letter per style.  Constant data, never fails, any thread.
 */
#include "ui/style.h"

static const char letters[STYLE_COUNT] = {
	[STYLE_PLAIN] = '.',
	[STYLE_TITLE] = 'T',
	[STYLE_LABEL] = 'l',
	[STYLE_VALUE] = 'v',
	[STYLE_DIM] = 'd',
	[STYLE_KEY] = 'k',
	[STYLE_SYSTEM] = 'P',
	[STYLE_SECTION] = 's',
	[STYLE_SECTION_HERE] = 'S',
	[STYLE_HEADING] = 'h',
	[STYLE_ROW] = 'r',
	[STYLE_ROW_HERE] = 'R',
	[STYLE_MARKED] = 'M',
	[STYLE_OK] = 'o',
	[STYLE_WARNING] = 'w',
	[STYLE_BAD] = '!',
	[STYLE_READONLY] = 'x',
	[STYLE_ESCAPE] = 'e',
	[STYLE_FIELD] = 'f',
	[STYLE_FIELD_HERE] = 'F',
	[STYLE_BUTTON] = 'b',
	[STYLE_BUTTON_HERE] = 'B',
	[STYLE_OLD] = '-',
	[STYLE_NEW] = '+',
	[STYLE_NOTICE] = 'n',
	[STYLE_FOOTER] = 'u',
};

char style_letter(unsigned style)
{
	return style < STYLE_COUNT ? letters[style] : '?';
}
