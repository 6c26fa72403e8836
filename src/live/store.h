/*
 * store: the gate's way to queue and sessions; made and freed by the collector.
 * Loop thread.
 */
#ifndef POSTROOM_LIVE_STORE_H
#define POSTROOM_LIVE_STORE_H

#include "hosts/hosts.h"
#include "model/store.h"

struct live_store;
/* hosts must outlive it; only its settings are used. Nothing is opened before the first change. */
struct live_store *live_store_new(const struct hosts *hosts);
struct store *live_store_of(struct live_store *self);
/* After the gate is closed. NULL is allowed. */
void live_store_free(struct live_store *self);

#endif
