/*
 * parts: the small form for a value that has several parts (Fetchmail).  Loop
 * thread.
 */
#ifndef POSTROOM_UI_PARTS_H
#define POSTROOM_UI_PARTS_H

#include "ui/view.h"

/*
 * value NULL: a new one. taken gets the canonical value after the form is closed; it is not called where the
 * person leaves.
 */
struct view *parts_view_new(struct session *session, const struct field *field, const char *value,
		void (*taken)(void *context, const char *value), void *context);

#endif
