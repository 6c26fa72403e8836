/*
 * route: where mail for an address goes: hops, loops, dead ends, and what is
 * over Postfix's expansion limit.
 *
 * Pure: who asks the directory gives the answers.  In the caller's arena; one
 * thread.  Rules: ucs-directory 8.3 and 17 (virtual_alias_expansion_limit).
 */
#ifndef POSTROOM_MODEL_ROUTE_H
#define POSTROOM_MODEL_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"

enum { ROUTE_MOST = 1000, ROUTE_DEEP = 100 };   /* addresses in all, and hops one behind the other */

/* One reason why mail for an address goes on or stays. */
struct route_leg {
	const char *how;                   /* "alternate of anna" */
	const char *const *to;             /* next addresses; lower case is not needed */
	size_t count;
	size_t silent;                     /* members without an address, who get nothing */
	const char *rests;                 /* mail stays: "mailbox of anna", "shared folder team"; NULL: it goes on only */
};
struct route_answer {
	const struct route_leg *legs;
	size_t count;
	bool here;                         /* the domain is ours, so an address without a leg is a dead end */
};

enum route_end {
	ROUTE_GOES_ON, ROUTE_RESTS,        /* with a mailbox or folder; may go on as well */
	ROUTE_OUTSIDE, ROUTE_LOOP, ROUTE_BEFORE, ROUTE_DEAD, ROUTE_CUT
};
struct route_hop {
	const char *address;
	const char *how;                   /* how mail came here; NULL: the beginning */
	const char *rests;                 /* NULL: nothing stays here */
	size_t from;                       /* index of the hop before; its own for the first */
	unsigned depth;
	size_t silent;                     /* members without an address behind this hop */
	enum route_end end;
};
struct route {
	const struct route_hop *hops;      /* in the order of a tree: each hop right before what follows from it */
	size_t count;
	size_t boxes, outside, dead, loops;/* each mailbox and address counted once */
	bool cut;                          /* more than ROUTE_MOST addresses, or ROUTE_DEEP hops */
	bool unknown;                      /* an answer failed: the rest is not told */
};

/* Answers for several addresses of one level, in their order; false: could not be asked. */
typedef bool route_ask(void *context, struct arena *arena, const char *const *addresses, size_t count, struct route_answer *answers);
void route_follow(struct arena *arena, const char *address, route_ask *ask, void *context, struct route *route);
/* "  anna@example.com: mailbox of anna (alternate of anna)", two blanks further in for each hop. Arena. */
char *route_hop_words(struct arena *arena, const struct route_hop *hop);
/* "2 mailboxes here and 1 address outside; 1 dead end". Arena. */
char *route_words(struct arena *arena, const struct route *route);

#endif
