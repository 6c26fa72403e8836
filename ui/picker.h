/*
 * picker: a small addition to picker_view_new (ui/view.h).  Loop thread.
 */
#ifndef POSTROOM_UI_PICKER_H
#define POSTROOM_UI_PICKER_H

#include "ui/view.h"

/* Begins with these words in the search field, as if they had been typed; NULL or "": none. */
void picker_look_for(struct view *picker, const char *words);

#endif
