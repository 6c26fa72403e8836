/*
 * picker: a small addition to picker_view_new (ui/view.h).  Loop thread.
 */
#ifndef POSTROOM_UI_PICKER_H
#define POSTROOM_UI_PICKER_H

#include "ui/view.h"

/*
 * Offers these kinds (NULL-terminated, the first is the picker's own), one at a time, the next-field key goes on to the
 * next; what is told is the primary address of a user and the name of everything else.
 */
void picker_offers(struct view *picker, const char *const *kinds);
/* Begins with these words in the search field, as if they had been typed; NULL or "": none. */
void picker_look_for(struct view *picker, const char *words);

#endif
