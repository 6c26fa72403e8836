/*
 * fake_udm: a server that speaks UDM's REST interface as its documents say,
 * over a real LDAP server, so that what it changes is seen there.
 *
 * Made from documents, not from a UCS: it proves that postroom does what it
 * means to do, and nothing about a real UDM.  A thread of its own on a loopback
 * port, one request after the other, plain HTTP; users/user and groups/group.  Faults come
 * on request.  Functions are for the test's thread.
 */
#ifndef POSTROOM_TESTS_FAKES_FAKE_UDM_H
#define POSTROOM_TESTS_FAKES_FAKE_UDM_H

#include <stddef.h>

enum udm_fault {
	UDM_FINE,
	UDM_UNMATCHED,         /* 412: as if somebody had been faster */
	UDM_INVALID,           /* 422 with two fields */
	UDM_FORBIDDEN,         /* 403 */
	UDM_BROKEN,            /* 500, nothing done */
	UDM_BROKEN_AFTER,      /* 500, and it was done */
	UDM_BUSY,              /* 503 with Retry-After: 1, nothing done */
	UDM_HANGS,             /* takes the request, does nothing, never answers */
	UDM_HANGS_AFTER,       /* does it, never answers */
	UDM_CUT,               /* ends in the middle, nothing done */
	UDM_CUT_AFTER,         /* does it, and the answer ends in the middle */
	UDM_LATER,             /* 202 with a place that tells: twice "still at it", then on to the object */
	UDM_LATER_NEVER,       /* 202 with a place elsewhere, though it was done */
	UDM_OTHER_UUID,        /* GET shows another uuid */
	UDM_NO_ETAG            /* GET without an ETag */
};
struct fake_udm;
/* The LDAP server and who writes there; secret: a file. postroom logs in as "postroom" with the words of secret, "stranger" may nothing. */
struct fake_udm *fake_udm_new(const char *uri, const char *ca_file, const char *base, const char *bind_dn, const char *secret_file);
void fake_udm_free(struct fake_udm *fake);
const char *fake_udm_url(const struct fake_udm *fake);
/* The next `times` requests of this method go wrong in this way. */
void fake_udm_fault(struct fake_udm *fake, const char *method, enum udm_fault fault, unsigned times);
/* The last request of this method, first line, headers, body; "" none yet. Lives until the next call. */
const char *fake_udm_last(struct fake_udm *fake, const char *method);
/* How many came, and how many of PATCH and DELETE without If-Match. */
size_t fake_udm_count(struct fake_udm *fake, const char *method);
size_t fake_udm_unguarded(struct fake_udm *fake);
/* Called on the server's thread right before it looks at a PATCH or DELETE; NULL: nothing. For what others do meanwhile. */
void fake_udm_meanwhile(struct fake_udm *fake, void (*call)(void *context), void *context);

#endif
