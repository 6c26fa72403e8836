/*
 * engine_facts: what a setting is judged by, from the directory and from its
 * server; and a change of a setting that was judged by it.
 *
 * Settings and directory do not know each other; this is the wire between them,
 * for both front ends.  The directory is asked first, for ten seconds at most;
 * what it did not tell by then stays unknown.  Loop thread.
 */
#ifndef POSTROOM_ENGINE_FACTS_H
#define POSTROOM_ENGINE_FACTS_H

#include "engine.h"
#include "model/change.h"
#include "settings/backend.h"

struct engine_facts;
/*
 * needs: bits of enum setting_fact (struct setting, facts). address: for FACT_ARCHIVE; NULL: none. done comes once, never from inside this
 * call; the facts live until it returns (setting_facts_copy).
 */
struct engine_facts *engine_facts_ask(struct engine *engine, size_t host, unsigned needs, const char *address,
		void (*done)(void *context, const struct setting_facts *facts), void *context);
void engine_facts_cancel(struct engine_facts *facts);            /* done does not come any more; NULL is allowed */

struct engine_proposal;
/* As setting_propose, with the facts that this setting needs. */
struct engine_proposal *engine_propose(struct engine *engine, size_t host, const struct setting *setting, const char *key, const char *value,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context);
/* Several settings of one server in one change (setting_propose_edits), with all that they need; the edits are copied. */
struct engine_proposal *engine_propose_edits(struct engine *engine, size_t host, const struct setting_edit *edits, size_t count,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context);
/* The password that belongs to the value, right after engine_propose; copied, wiped at the end. */
void engine_propose_password(struct engine_proposal *proposal, const char *password);
void engine_propose_cancel(struct engine_proposal *proposal);    /* NULL is allowed */

#endif
