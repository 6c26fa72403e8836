/*
 * settings: the settings of all servers side by side, one row a setting.
 *
 * A list like any other over the catalogue (settings/catalog.h): what is typed
 * is looked for in names, explanations and the words of UCR, Postfix and
 * Dovecot.  Each server is asked by itself when the section opens, on refresh
 * and after a change; one that does not answer is told and hides no other.
 * Loop thread.
 */
#ifndef POSTROOM_UI_SETTINGS_H
#define POSTROOM_UI_SETTINGS_H

#include "ui/view.h"

/* The root view of the section. */
struct view *settings_view_new(struct session *session);
/* Goes there and stages again what an earlier session kept (staged of its view). */
struct change;
void settings_go_on(struct session *session, const struct change *draft);

#endif
