/*
 * whose: what the history tells of the state in which somebody is found: whose
 * lock it is, since when a value is there, and whether an account came back
 * without its password.
 *
 * Tells only what stands there: journals of others may not be readable here,
 * and what was written past postroom is in none.  Pure, never fails; any thread.
 */
#ifndef POSTROOM_GATE_WHOSE_H
#define POSTROOM_GATE_WHOSE_H

#include "gate/gate.h"

/* How the sentence of an undo tells that what came back of a deleted account is not all of it; the journal holds no password. */
#define WITHOUT_PASSWORD "WITHOUT a password"

/* Did it change this field? */
bool history_touches(const struct history_entry *entry, const char *field);
/* Who made it, for people: "you", a login, "somebody". Borrowed. */
const char *history_maker(const struct history_entry *entry);
/* Is it a step of a job with this title (JOB_STOLEN and others of model/change.h)? */
bool history_is_job(const struct history_entry *entry, const char *title);
/*
 * The newest change that explains why this person (kind user) is locked now, or the newest step of the job that found the
 * account locked already and is of more weight than that lock: a stolen account, somebody who left. NULL: not known, also
 * where the last change known here opened it and somebody else has locked it since. Borrowed from the history.
 */
const struct history_entry *history_lock(const struct history *history, const struct record *person);
/* The undo of a delete since when this person has had no password that is known here. Borrowed; NULL: there is none such. */
const struct history_entry *history_without_password(const struct history *history, const struct record *person);
/*
 * The change since when this person has this value in this field; NULL: not known, also where the newest one known here took it
 * out and somebody else has put it back since. Borrowed.
 */
const struct history_entry *history_since(const struct history *history, const struct record *person, const char *field, const char *value);

#endif
