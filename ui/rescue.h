/*
 * rescue: gives the terminal back where nothing else can any more.
 *
 * For terminal.c.  Covers SIGSEGV, SIGBUS, SIGFPE, SIGILL and SIGABRT (on an
 * alternate stack, with async-signal-safe calls only, then the signal takes its
 * course), exit() and want of memory.  Never fails; what cannot be set up is
 * left out.
 */
#ifndef POSTROOM_UI_RESCUE_H
#define POSTROOM_UI_RESCUE_H

#include <stddef.h>
#include <termios.h>

/* From now on: restore these settings on this descriptor, after writing these bytes (copied, at most 512). */
void rescue_arm(int descriptor, const struct termios *settings, const char *bytes, size_t length);
/* The terminal was given back. */
void rescue_disarm(void);

#endif
