/*
 * facts_ask: asks a server for what a setting is judged by.
 *
 * Only what the setting needs is asked, one question after the other, each with
 * its deadline and all of them within twenty seconds; what was not told stays
 * unknown with the reason.  Nothing is changed on the server.  Loop thread of
 * hosts.
 */
#ifndef POSTROOM_SETTINGS_FACTS_ASK_H
#define POSTROOM_SETTINGS_FACTS_ASK_H

#include "base/loop.h"
#include "hosts/hosts.h"
#include "settings/facts.h"

struct facts_asking;
/*
 * needs: bits of enum setting_fact. begin: what the directory told before (copied; NULL: nothing), its domains are asked about. done comes
 * once, never from inside this call; the facts live until it returns.
 */
struct facts_asking *facts_ask(struct loop *loop, struct hosts *hosts, size_t host, unsigned needs, const struct setting_facts *begin,
		void (*done)(void *context, const struct setting_facts *facts), void *context);
/* done does not come any more; NULL is allowed. */
void facts_ask_cancel(struct facts_asking *asking);

#endif
