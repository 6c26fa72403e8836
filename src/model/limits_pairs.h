/*
 * limits_pairs: how a login service and the mail service behind it fit; between
 * the findings and the goal, which must agree.  Pure, any thread; see limits.h.
 */
#ifndef POSTROOM_MODEL_LIMITS_PAIRS_H
#define POSTROOM_MODEL_LIMITS_PAIRS_H

#include "model/limits.h"

/* Descriptors that a set leaves a full login process for itself; the finding starts at 20 (dovecot 1.8, 3). */
enum { LIMITS_SPARE_DESCRIPTORS = 30 };
/* How many of `each` make up `whole`, rounded up; where each is 0 (a default_ value of 0) as if it were 1. */
static inline uint64_t limits_parts(uint64_t whole, uint64_t each)
{
	return each > 1 ? whole / each + (whole % each != 0) : whole;
}
/* Percent of it, rounded up. */
static inline uint64_t limits_share(uint64_t whole, unsigned percent)
{
	return percent >= 100 || whole > UINT64_MAX / 128 ? whole : (whole * percent + 99) / 100;
}
/* URLAUTH's services run only where imap_urlauth_host is set, for a few; they follow nobody. */
bool limits_of_urlauth(const struct limits_service *service);
/* The mail service takes fewer than the login service lets in, by more than what dividing by its processes leaves. */
bool limits_mail_lags(const struct limits_facts *facts, const struct limits_service *login, const struct limits_service *mail);
/* The login service lets in fewer TLS sessions than the mail service takes. */
bool limits_login_lags(const struct limits_facts *facts, const struct limits_service *login, const struct limits_service *mail);

#endif
