/*
 * console: the full-screen front end; free of curses, what main.c calls.
 */
#ifndef POSTROOM_UI_CONSOLE_H
#define POSTROOM_UI_CONSOLE_H

#include "commands/commands.h"
#include "config.h"

/* Runs until the person leaves, the terminal is gone or a signal ends it; returns the exit status. Takes the config. */
int console_run(struct config *takes);
/* `postroom screen`: the same views on a canvas, printed as text once the data are in. */
int console_screen(struct config *takes, const struct screen_request *request);
/* --list-keys: of this keymap (NULL: default); compare not NULL: where the two differ. */
int console_list_keys(const char *keymap, const char *compare);
/* First start without configuration: proposes, writes a postroom.conf on request; exit status. */
int console_first_start(const struct options *options);

#endif
