/*
 * ending: a signal that wants to end a command whose write is in flight, or
 * that looks at mail servers.
 */
#ifndef POSTROOM_COMMANDS_ENDING_H
#define POSTROOM_COMMANDS_ENDING_H

#include "commands/headless.h"

/*
 * headless_wait for the answer of a write. INT, TERM and HUP do not end the program meanwhile: the write gets
 * 5 s (terminal-and-safety 6: an intent without its outcome is the exception), and headless->ended_by becomes the
 * signal. A signal that was ignored at the start (nohup) stays ignored. False: the time is over and the answer has
 * not come; then the engine is closed already (headless->engine is NULL), which interrupts the write and gives
 * the answer where it still can be given. Where even that hangs the program ends here.
 */
bool ending_wait(struct headless *headless);
/*
 * headless_wait for answers of mail servers: INT, TERM and HUP end the wait, so that the engine is closed in order and
 * ends the programs that were started. False: headless->ended_by is the signal; answers may still come as cancelled
 * while the engine is closed.
 */
bool ending_wait_look(struct headless *headless);

#endif
