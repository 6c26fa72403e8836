/*
 * card: what is read out to a caller who sets a mail program up: servers,
 * ports, encryption, the user name, the webmail.
 *
 * From the section card of postroom.conf; what that does not name is what the
 * ports of the servers answered last, and said to be so.  Never fails.  Loop
 * thread.
 */
#ifndef POSTROOM_UI_CARD_H
#define POSTROOM_UI_CARD_H

#include "model/record.h"
#include "ui/view.h"

/* home: the server of the mailbox; LIVE_ALL: not known. */
struct view *card_view_new(struct session *session, const struct record *person, size_t home);

#endif
