/*
 * refused_logins: a login that may not send any more, for whoever has to stop an
 * account: the line of one login in the table that Postfix' rule
 * check_sasl_access names, as a change for the gate.
 *
 * Sits on the catalogue row refused-logins/; nothing is written here.  Such a
 * change is confirmed by itself once it was seen to run, since nobody else can be
 * locked out by it, and undo takes exactly this line back.
 */
#ifndef POSTROOM_SETTINGS_REFUSED_LOGINS_H
#define POSTROOM_SETTINGS_REFUSED_LOGINS_H

#include "model/rows.h"
#include "settings/backend.h"
#include "settings/proposal.h"

/* What a refused login hears where nobody says otherwise. */
#define REFUSED_LOGIN_ANSWER "REJECT This account may not send mail at the moment; ask your administrator"

/* Why this server cannot refuse a login, and what an administrator would add; NULL: it can. Pure over a state that was read; arena. */
const char *refused_logins_why(struct arena *arena, const struct settings_state *state);
/* What this login hears; NULL: it may send, or it is not known. login: as Postfix logs it (sasl_username=). Pure; arena. */
const char *refused_login_answer(struct arena *arena, const struct settings_state *state, const char *login);
/*
 * The change of kind setting that refuses this login (answer: REFUSED_LOGIN_ANSWER or a word of access(5)), or lets it send again (answer
 * NULL), from a server that is read anew first; done as in setting_propose. Cancelled by setting_propose_cancel. Loop thread.
 */
struct setting_proposal *refused_login_propose(struct hosts *hosts, size_t host, const char *login, const char *answer,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context);

/*
 * Which of these logins (parted by blanks) this server refuses: rows of kind_live_refused, none where it refuses none. why: it has
 * no table of refused logins, so nobody is refused by one; NULL: it has. NULL rows with an error where that is not known. done comes
 * once, never from inside this call. Loop thread of hosts.
 */
struct refused_asking;
struct refused_asking *refused_logins_ask(struct hosts *hosts, size_t host, const char *logins,
		void (*done)(void *context, struct rows *takes, const char *why, const struct error *error), void *context);
void refused_logins_ask_cancel(struct refused_asking *asking);  /* done does not come any more */

#endif
