/*
 * events: what began and ended, notes, who is on it, silence; the console's
 * own store.  For the files of live/.
 *
 * A bounded file of JSON lines in the state directory, written on a thread of
 * its own and merged with what another console wrote meanwhile.  Where it
 * cannot be read or written, everything goes on in memory and events_trouble
 * says why.  Loop thread.
 */
#ifndef POSTROOM_LIVE_EVENTS_H
#define POSTROOM_LIVE_EVENTS_H

#include "base/loop.h"
#include "live/live.h"

/* Bounds: so many events of so many seconds; a note of so many bytes. */
enum { EVENTS_MOST = 2000, EVENTS_KEPT_S = 90 * 24 * 3600, NOTE_MOST = 2000, EVENT_FILE_MOST = 16 * 1024 * 1024 };

/* One event; texts on the heap. */
struct event {
	char *id;                          /* unique: alarm id, "@" and when it began */
	char *alarm;                       /* id of the alarm; "" a note or a silence */
	char *host, *rule, *sentence;
	char *who, *note;                  /* NULL */
	int64_t began, ended;              /* epoch s; ended 0: open. Silence: ends then */
	int64_t known_until;               /* epoch s; 0: until it ends */
	enum live_level level;
	bool changed;                      /* the file does not have it so yet */
};
struct event_list { struct event *rows; size_t count, room; };       /* oldest first */
void event_list_clear(struct event_list *list);
/* JSON lines to events and back; lines that make no sense are left out and counted. */
size_t event_list_read(struct event_list *list, const char *bytes, size_t length);
char *event_list_write(const struct event_list *list, size_t *length);       /* heap */
/*
 * Puts events over a list: the same id is replaced, an open one of the same alarm keeps the earlier beginning. Then
 * keeps the bounds, counted from now.
 */
void event_list_merge(struct event_list *into, const struct event_list *changed, int64_t now);

struct events;
/* directory NULL: in memory only. Reads what is there (may block on the disk: at start). Never NULL. told: something came from the file. */
struct events *events_new(struct loop *loop, const char *directory, void (*told)(void *context), void *context);
/* Writes what is not written yet, waiting at most some seconds. */
void events_free(struct events *events);
/* Why notes and events will be lost at the end; NULL: they will not. */
const char *events_trouble(const struct events *events);

/* The open event of this alarm; NULL: none. Valid until the next turn of the loop. */
const struct event *events_open_of(const struct events *events, const char *alarm);
/* Opens one, or goes on with the one that is open; returns it. since in epoch s. */
const struct event *events_begin(struct events *events, const char *alarm, const char *host, const char *rule,
		enum live_level level, int64_t since, const char *sentence);
/* It got worse: the event keeps the worst that it was. */
void events_worse(struct events *events, const char *alarm, enum live_level level, const char *sentence);
void events_end(struct events *events, const char *alarm);
/* Ends what is open of this rule and server and not among these alarms: it ended while nobody looked. */
void events_end_others(struct events *events, const char *host, const char *rule, const char *const *alarms, size_t count);
bool events_acknowledge(struct events *events, const char *alarm, const char *who, int64_t until);
/* id NULL: a note of its own. False: no event of this id. */
bool events_note(struct events *events, const char *id, const char *who, const char *text);
void events_silence(struct events *events, const char *host, int64_t until, const char *who);
/* Epoch s until which this server ("": all) is silent; 0: it is not. */
int64_t events_silenced(const struct events *events, const char *host);
const struct event_list *events_all(const struct events *events);

#endif
