/*
 * event_file: the file of the events, merged and replaced under a lock.  Blocks
 * on the disk: any thread but the loop's, except at start and end.
 */
#ifndef POSTROOM_LIVE_EVENT_FILE_H
#define POSTROOM_LIVE_EVENT_FILE_H

#include "live/events.h"

/* Reads all events; none where there is no file. False with a sentence that names the file. */
bool event_file_read(const char *directory, struct event_list *list, struct error *error);
/* Puts what changed over what the file has now, keeps the bounds, writes, and gives the whole as it stands then. */
bool event_file_update(const char *directory, const struct event_list *changed, int64_t now, struct event_list *all, struct error *error);

#endif
