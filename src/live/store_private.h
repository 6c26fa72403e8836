/*
 * store_private: what the files of the store share.  Gate's thread, except
 * where it says otherwise.
 */
#ifndef POSTROOM_LIVE_STORE_PRIVATE_H
#define POSTROOM_LIVE_STORE_PRIVATE_H

#include "live/live.h"
#include "model/store.h"
#include "model/traffic.h"

struct live_store {
	struct store store;
	struct hosts_apart apart;
	volatile bool give_up;                     /* set by interrupt on the loop thread */
};

/* The server of an operation or change; false with a sentence where it is not configured any more. */
bool live_store_host(struct live_store *self, const char *name, size_t *host, struct error *error);
/* Runs a command and waits. */
const struct host_answer *live_store_run(struct live_store *self, size_t host, struct host_request *request, struct arena *arena);
/* What an answer that did not come to its end means for something that changes: certainly not, or unknown. */
enum outcome live_store_failed(const struct error *error);

/* store_queue.c, store_sessions.c; as in struct store. */
enum outcome queue_apply(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error);
enum outcome queue_look(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error);
enum outcome sessions_apply(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error);
enum outcome sessions_look(struct live_store *self, size_t host, const struct operation *operation, struct arena *arena,
		struct operation *inverse, struct error *error);

#endif
