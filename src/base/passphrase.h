/*
 * passphrase: a password that can be read out over the telephone.
 *
 * Four groups of four small letters and digits, with hyphens: 31 characters
 * none of which is taken for another (no i, l, o, 0, 1), 79 bits, with letters
 * and digits in each.  Never fails; a system without random numbers ends the
 * program, since any other password would be worse than none.  Any thread.
 */
#ifndef POSTROOM_BASE_PASSPHRASE_H
#define POSTROOM_BASE_PASSPHRASE_H

#include "base/memory.h"

#define PASSPHRASE_GROUPS 4
#define PASSPHRASE_GROUP 4

/* Heap text "kq7h-m4xt-w9ra-p3ne"; memory_wipe and free by the caller. */
char *passphrase_new(void);
/*
 * How one group of it is spelled: "Kilo Quebec seven Hotel". Capital letters are said to be such, other characters stand for
 * themselves. group from 0; groups are parted by hyphens. "" where there is no such group. Arena, which is wiped when it is freed from then on.
 */
char *passphrase_spelled(struct arena *arena, const char *text, unsigned group);

#endif
