/*
 * login_policy: the password policy that is in force for an entry, as far as
 * it can be read, and what it makes of the marks of a lock.
 *
 * slapo-ppolicy obeys a lock, of whichever sort, only where the policy has
 * pwdLockout TRUE, and "must be changed" only with pwdMustChange TRUE
 * (measured, 2.5); its default policy is named in cn=config, which a client
 * cannot read.  So the policy is the one that the entry names, else the only
 * one there is, which is then said to be assumed.  On a connection's thread;
 * what cannot be read is told as not known and never fails.
 */
#ifndef POSTROOM_DIRECTORY_LOGIN_POLICY_H
#define POSTROOM_DIRECTORY_LOGIN_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "directory/request.h"
#include "directory/world.h"
#include "model/facts.h"

struct login_policy {
	const char *place;                 /* DN; NULL: none is known, and the rest says nothing */
	bool assumed;                      /* it is the only one, and the entry names none */
	enum known obeys_locks, obeys_must_change;
	long lock_seconds;                 /* how long a lock after wrong passwords lasts; 0: until somebody ends it */
	long shortest, longest, history;   /* characters, passwords; 0: no rule */
	long youngest;                     /* seconds that a password must stay; 0: no rule */
	long oldest, warning, grace;       /* seconds that a password holds, and before its end when that is told; logins after it; 0: none */
};
/* entry: with pwdPolicySubentry where it has one. Texts in the arena. */
void login_policy_read(const struct world *world, struct connection *connection, struct arena *arena, const struct entry *entry,
		struct login_policy *policy);
/* When a lock after wrong passwords ends by itself, epoch seconds; 0: never, or not known, or it is none. */
int64_t login_policy_until(const struct login_policy *policy, const struct entry *entry);
/*
 * Reads a user's fields about locks again where the record shows a lock, with what the policy makes of it: until when,
 * that its time is over, or that nothing obeys it.  Where this login may search for passwords, which is not reading them, and
 * there is none, that is a finding (no-password).  Then when the password ends, by the policy too: an end that is past or
 * near becomes a finding (password-expired, password-expires).
 */
void read_login(struct world *world, struct connection *connection, struct record *record);

#endif
