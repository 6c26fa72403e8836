/*
 * engine: opens everything in order; what both front ends hold.
 *
 * Loop thread only.  The console and the headless commands are two front ends
 * of the same engine.
 */
#ifndef POSTROOM_ENGINE_H
#define POSTROOM_ENGINE_H

#include "base/loop.h"
#include "config.h"
#include "desk/desk.h"
#include "directory/directory.h"
#include "gate/gate.h"
#include "hosts/hosts.h"
#include "live/live.h"
#include "settings/settings.h"

struct engine {
	struct loop *loop;
	struct config *config;             /* taken */
	struct directory *directory;
	struct hosts *hosts;               /* the mail servers; empty where there are none */
	struct live *live;                 /* what goes on there; nothing is asked before somebody wants it */
	struct engine_pulse *pulse;        /* tells live of the directory */
	struct settings_store *settings;   /* what their files are changed by */
	struct gate *gate;                 /* read_only: no store registered */
	struct desk *desk;                 /* jobs of several changes for one person */
	const char *person;                /* login name of whoever runs this; "unknown user" where there is none */
};
/* Takes the config also on failure. NULL with an error for bad settings; an unreachable server is not a failure. */
struct engine *engine_open(struct config *config, struct error *error);
/* False: a thread hangs; the caller restores the terminal and leaves by _exit. */
bool engine_close(struct engine *engine);

#define POSTROOM_VERSION "0.1"

#endif
