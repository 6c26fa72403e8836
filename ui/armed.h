/*
 * armed: a change of a server's files that waits to be confirmed, in every
 * section: its lamp, the three keys for it, and what is told when it ends.
 *
 * Orders go through the gate.  How a change ended while nobody ordered it is
 * written into the history by the console of whoever made it.  Nothing fails;
 * what goes wrong is told in the notice line.  Loop thread.
 */
#ifndef POSTROOM_UI_ARMED_H
#define POSTROOM_UI_ARMED_H

#include "ui/lamps.h"
#include "ui/view.h"

struct armed;
/* Asks every server once. */
struct armed *armed_new(struct session *session);
void armed_free(struct armed *self);         /* NULL is allowed */
/* Once a second. True: what the lamp says is another. */
bool armed_tick(struct armed *self);
/* A write was applied here: if it is one of a server's files, its guardian is asked. */
void armed_event(struct armed *self, const struct event *event);
/* Puts the change that goes back first among the lamps, before all others. */
void armed_light(const struct armed *self, struct lamps *lamps);
/* What was last told here of the change of this server with this id; self may be NULL. False: nothing. */
struct settings_wait;
bool armed_knows(const struct armed *self, const char *server, const char *id, struct settings_wait *wait);
/* Is this one of the three actions? Then why it cannot be done now (static words), NULL: it can. */
bool armed_takes(const struct action *action);
const char *armed_blocked(const struct armed *self, const struct action *action);
void armed_act(struct armed *self, const struct action *action);

#endif
