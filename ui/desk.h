/*
 * desk: what whoever is on duty says: a note, "I am on it", maintenance.
 *
 * Each asks for one line and writes into the console's own store of events,
 * never to the mail system, so the role monitor may.  Loop thread.
 */
#ifndef POSTROOM_UI_DESK_H
#define POSTROOM_UI_DESK_H

#include "ui/view.h"

/* A note beside an event; id NULL: one that stands alone. about: what is noted beside, in words; NULL. All copied. */
void desk_note(struct session *session, const char *id, const char *about);
/* Somebody is on this alarm (id as in struct live_alarm). */
void desk_acknowledge(struct session *session, const char *id, const char *about);
/* Maintenance of a server (LIVE_ALL: all): no alarms until then. */
void desk_silence(struct session *session, size_t host);
/* The event that is open of this alarm; NULL: none yet. Valid until the next turn of the loop. */
const char *desk_event_of(struct session *session, const char *alarm);
/* The alarm that this event is of, where it still lasts; NULL: none. Arena. */
const char *desk_alarm_of(struct session *session, struct arena *arena, const char *event);

#endif
