/*
 * mask: words with the names of people in mail addresses hidden, for a screen
 * that everybody who passes can read.  Pure; any thread.
 */
#ifndef POSTROOM_UI_MASK_H
#define POSTROOM_UI_MASK_H

#include "base/memory.h"

/*
 * "j.smith@example.com has 9" becomes "j***@example.com has 9": of every address the first character and the domain
 * stay. Of system addresses (postmaster, root, MAILER-DAEMON and the like) nothing is hidden. Arena; NULL stays NULL.
 */
char *mask_addresses(struct arena *arena, const char *words);

#endif
