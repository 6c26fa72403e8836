/*
 * settings: what the words of `postroom settings` share: the servers that were
 * chosen, each with its state.
 */
#ifndef POSTROOM_COMMANDS_SETTINGS_H
#define POSTROOM_COMMANDS_SETTINGS_H

#include "commands/headless.h"
#include "engine_facts.h"
#include "settings/backend.h"

struct settings_look {
	struct headless headless;
	size_t *hosts;                     /* indexes of the chosen servers */
	struct settings_state **states;    /* of each of them */
	size_t count, left;
};
/* Says on standard error what could not be read; the exit status becomes 69. */
void settings_tell_gaps(struct settings_look *look);
/* A setting by its name on the first server that knows it; NULL: the reason was printed. */
const struct setting *settings_named(struct settings_look *look, const char *typed, const char **key);

/* What this setting is judged by on the server at this place of hosts, of the headless arena; waits for it. value: for what an address is asked; NULL: the one that counts. */
const struct setting_facts *settings_facts(struct settings_look *look, size_t server, const struct setting *setting, const char *value);

/* Test lines in the logs of Dovecot. */
void settings_test_log(struct settings_look *look);

void settings_list(struct settings_look *look);
/* names: NULL-terminated. */
void settings_show(struct settings_look *look, char **names);
/* words: NAME=VALUE, or NAME where unset is true; NULL-terminated. */
void settings_write(struct settings_look *look, char **words, bool unset);

/* One of them was chosen; else the reason was printed. */
bool settings_one_server(struct settings_look *look);
/* Files of the place-th chosen server as they are; false: the reason was printed. Arena of headless. */
bool settings_fetch(struct settings_look *look, size_t place, const char *const *paths, const struct setting_bytes **bytes, size_t *count);
/* Plans for it, shows what is done, and hands it to the gate; false where it was not done. */
bool settings_write_edits(struct settings_look *look, size_t place, const struct setting_edit *edits, size_t count);
bool settings_write_plan(struct settings_look *look, size_t place, const struct setting_plan *plan);
/* What these settings are on the server of --host is set on all others, each with a review of its own. */
void settings_same(struct settings_look *look, char **names, const char *from);
/* service: of a row of setting_follows. */
void settings_restart_service(struct settings_look *look, const char *service);
/* main.cf.local of a server of UCS; word: NULL shows it, "aside", "back". */
void settings_local(struct settings_look *look, const char *word);

#endif
