/*
 * proposal: settings of one server as a change that the gate can take.
 *
 * The server is read anew, so that a plan never stands on what was shown
 * minutes ago; then the files that the change is about are fetched, and
 * settings_plan makes exact bytes of it.  Nothing is written here.  Loop thread.
 */
#ifndef POSTROOM_SETTINGS_PROPOSAL_H
#define POSTROOM_SETTINGS_PROPOSAL_H

#include "model/change.h"
#include "settings/backend.h"

struct setting_proposal;
/*
 * value: as typed, NULL: the setting is taken out. key: of a family, else NULL. facts: what it is judged by (copied; NULL: nothing is known). Texts are copied; setting is a row of the catalogue.
 * done comes once, never from inside this call: a change (taken), or NULL with an error, or NULL without one where it is so already.
 */
struct setting_proposal *setting_propose(struct hosts *hosts, size_t host, const struct setting *setting, const char *key, const char *value,
		const struct setting_facts *facts, void (*done)(void *context, struct change *takes, const struct error *error), void *context);
/*
 * The same for several settings of this server, in one plan: Postfix and Dovecot in one are refused. The edits are copied, their passwords
 * too, which are wiped at the end.
 */
struct setting_proposal *setting_propose_edits(struct hosts *hosts, size_t host, const struct setting_edit *edits, size_t count,
		const struct setting_facts *facts, void (*done)(void *context, struct change *takes, const struct error *error), void *context);
/* The password of a SETTING_SECRET, right after setting_propose and before anything came; copied, wiped at the end. */
void setting_propose_password(struct setting_proposal *proposal, const char *password);
void setting_propose_cancel(struct setting_proposal *proposal);  /* done does not come any more; NULL is allowed */

#endif
