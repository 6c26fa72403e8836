/*
 * draft: edits that were typed but not applied when a session was cut off.
 *
 * Kept in one file of the state directory, values of secret fields left out,
 * with the old values of the touched fields, so that the review of the next
 * session finds what others changed meanwhile.  Loop thread, blocks on the
 * disk: only at start and end.
 */
#ifndef POSTROOM_UI_DRAFT_H
#define POSTROOM_UI_DRAFT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/change.h"

enum { DRAFTS_MOST = 16 };

/*
 * Can this change be kept for another session? Not an undo, not an edit of secrets alone, and not what was planned from a
 * server as it was then (limits, files, mailboxes there): only a draft that is loaded again is written.
 */
bool draft_keeps(const struct change *change);
/* Replaces the draft of this user by those of these changes that can be kept; without any nothing is touched. False with a file error. */
bool draft_save(const char *state_directory, struct change *const *changes, size_t count, struct error *error);
/*
 * The kept changes as a heap array (free(), each change_free); 0 and NULL where there are none or the file
 * is not what draft_save writes: a draft is an offer, so a broken one is no error.
 */
size_t draft_load(const char *state_directory, struct change ***changes);
void draft_remove(const char *state_directory);

#endif
