/*
 * message_list: messages of a server's queue that match something, and what is
 * done to them.
 *
 * The queue is streamed again when the list opens and when it is refreshed, not
 * on a clock; the oldest thousand are shown and how many match in all is said.
 * Loop thread.
 */
#ifndef POSTROOM_UI_MESSAGE_LIST_H
#define POSTROOM_UI_MESSAGE_LIST_H

#include "live/live.h"
#include "ui/view.h"

/* pick is copied; words: what matches, for the heading ("to gmail.com"). */
struct view *message_list_new(struct session *session, size_t host, const struct live_pick *pick, const char *words);
/*
 * Opens the review of doing this (an action of place messages: "queue-hold") to all messages that match, ten thousand at
 * most, which are read first. The answer may come late; nothing happens where the view is gone by then.
 */
void message_list_act_on_all(struct view *over, size_t host, const struct live_pick *pick, const char *action);
/* The server whose queue is being read for this view; NULL: none. */
const char *message_list_waits(const struct view *over);
/* The view that asked closes: no answer is waited for. */
void message_list_forget(const struct view *over);
/* Field of the queue that an action fills: "queue-hold" gives "hold"; NULL: none. */
const char *message_action_field(const char *action);

#endif
