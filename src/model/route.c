/*
 * route: the walk from one address to all its ends, level by level.
 *
 * Each address is asked once (visited set), so circles end; whether one that
 * comes again is a loop or was only reached before is told by its ancestors.
 * Nothing fails: what could not be asked or is too much is marked.  Pure.
 */
#include "model/route.h"

#include <stdint.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"

struct walk {
	struct arena *arena;
	struct lookup *seen;               /* lower-case address to its number + 1 */
	struct route_hop *hops;            /* in the order they were found */
	const char **keys;                 /* lower case */
	size_t *child, *next;              /* the tree: number + 1, 0: none */
	size_t *last;
	size_t count, capacity, keys_capacity, child_capacity, next_capacity, last_capacity;
	struct route *route;
};

/* A new hop behind another one; answers its number. */
static size_t put(struct walk *walk, const char *address, const char *how, size_t from, unsigned depth)
{
	size_t at = walk->count++;

	walk->hops = arena_grow(walk->arena, walk->hops, &walk->capacity, walk->count, sizeof(*walk->hops));
	walk->keys = arena_grow(walk->arena, walk->keys, &walk->keys_capacity, walk->count, sizeof(*walk->keys));
	walk->child = arena_grow(walk->arena, walk->child, &walk->child_capacity, walk->count, sizeof(*walk->child));
	walk->next = arena_grow(walk->arena, walk->next, &walk->next_capacity, walk->count, sizeof(*walk->next));
	walk->last = arena_grow(walk->arena, walk->last, &walk->last_capacity, walk->count, sizeof(*walk->last));
	walk->hops[at] = (struct route_hop){ .address = address, .how = how, .from = from, .depth = depth, .end = ROUTE_GOES_ON };
	walk->keys[at] = text_lower_ascii(walk->arena, address, strlen(address));
	walk->child[at] = walk->next[at] = walk->last[at] = 0;
	if (at == 0)
		return at;
	if (walk->last[from])
		walk->next[walk->last[from] - 1] = at + 1;
	else
		walk->child[from] = at + 1;
	walk->last[from] = at + 1;
	return at;
}

static bool is_ancestor(const struct walk *walk, size_t at)
{
	size_t up = at;

	while (up != 0) {
		up = walk->hops[up].from;
		if (strcmp(walk->keys[up], walk->keys[at]) == 0)
			return true;
	}
	return false;
}

/* What follows from one hop; new addresses are marked as seen and asked in the next round. */
static void take_leg(struct walk *walk, size_t from, const struct route_leg *leg)
{
	size_t i;

	walk->hops[from].silent += leg->silent;
	if (leg->rests && !walk->hops[from].rests) {
		walk->hops[from].rests = leg->rests;
		walk->route->boxes++;
	} else if (leg->rests) {
		walk->hops[from].rests = arena_format(walk->arena, "%s, %s", walk->hops[from].rests, leg->rests);
		walk->route->boxes++;
	}
	if (leg->rests)
		walk->hops[from].end = ROUTE_RESTS;
	for (i = 0; i < leg->count; i++) {
		size_t at;

		if (walk->count >= ROUTE_MOST || walk->hops[from].depth >= ROUTE_DEEP) {
			walk->route->cut = true;
			walk->hops[from].end = ROUTE_CUT;
			return;
		}
		at = put(walk, leg->to[i], leg->how, from, walk->hops[from].depth + 1);
		if (!lookup_get(walk->seen, walk->keys[at])) {
			lookup_put(walk->seen, walk->keys[at], (void *)(uintptr_t)(at + 1));
			continue;
		}
		walk->hops[at].end = is_ancestor(walk, at) ? ROUTE_LOOP : ROUTE_BEFORE;
		walk->route->loops += walk->hops[at].end == ROUTE_LOOP;
	}
}

static void take_answer(struct walk *walk, size_t at, const struct route_answer *answer)
{
	size_t i;

	if (answer->count == 0) {
		walk->hops[at].end = answer->here ? ROUTE_DEAD : ROUTE_OUTSIDE;
		walk->route->dead += answer->here;
		walk->route->outside += !answer->here;
		return;
	}
	for (i = 0; i < answer->count; i++)
		take_leg(walk, at, &answer->legs[i]);
	/* A forwarding or a group that leads to nobody. */
	if (!walk->child[at] && !walk->hops[at].rests && walk->hops[at].end == ROUTE_GOES_ON) {
		walk->hops[at].end = ROUTE_DEAD;
		walk->route->dead++;
	}
}

/* One round: everything found in the last one. */
static bool ask_level(struct walk *walk, size_t first, size_t last, route_ask *ask, void *context)
{
	const char **addresses = arena_alloc(walk->arena, (last - first + 1) * sizeof(*addresses));
	size_t *numbers = arena_alloc(walk->arena, (last - first + 1) * sizeof(*numbers));
	struct route_answer *answers;
	size_t count = 0, i;

	for (i = first; i < last; i++) {
		if (walk->hops[i].end == ROUTE_LOOP || walk->hops[i].end == ROUTE_BEFORE)
			continue;
		numbers[count] = i;
		addresses[count++] = walk->hops[i].address;
	}
	if (count == 0)
		return true;
	answers = arena_alloc(walk->arena, count * sizeof(*answers));
	if (!ask(context, walk->arena, addresses, count, answers)) {
		walk->route->unknown = true;
		return false;
	}
	for (i = 0; i < count; i++)
		take_answer(walk, numbers[i], &answers[i]);
	return true;
}

/* From the order of finding to the order of a tree. */
static void lay_out(const struct walk *walk, struct route *route)
{
	struct route_hop *hops = arena_alloc(walk->arena, walk->count * sizeof(*hops));
	size_t *place = arena_alloc(walk->arena, walk->count * sizeof(*place));
	size_t at = 0;

	for (;;) {
		place[at] = route->count;
		hops[route->count] = walk->hops[at];
		hops[route->count].from = place[walk->hops[at].from];
		route->count++;
		if (walk->child[at]) {
			at = walk->child[at] - 1;
			continue;
		}
		while (at != 0 && !walk->next[at])
			at = walk->hops[at].from;
		if (at == 0)
			break;
		at = walk->next[at] - 1;
	}
	route->hops = hops;
}

void route_follow(struct arena *arena, const char *address, route_ask *ask, void *context, struct route *route)
{
	struct walk walk = { .arena = arena, .seen = lookup_new(), .route = route };
	size_t first = 0, last = 1;

	memset(route, 0, sizeof(*route));
	put(&walk, address, NULL, 0, 0);
	lookup_put(walk.seen, walk.keys[0], (void *)(uintptr_t)1);
	while (first < last && ask_level(&walk, first, last, ask, context)) {
		first = last;
		last = walk.count;
	}
	lay_out(&walk, route);
	lookup_free(walk.seen);
}

/* --- words ------------------------------------------------------------------------ */

static const char *end_words(struct arena *arena, const struct route_hop *hop)
{
	const char *words = hop->rests;

	switch (hop->end) {
	case ROUTE_OUTSIDE:
		words = "leaves this system";
		break;
	case ROUTE_LOOP:
		words = "LOOP: mail was here already";
		break;
	case ROUTE_BEFORE:
		words = "reached above already";
		break;
	case ROUTE_DEAD:
		words = hop->silent ? "DEAD END: no member has an address" : "DEAD END: nobody here has this address, or it leads to nobody";
		break;
	case ROUTE_CUT:
		words = arena_format(arena, "%s%smore follow: Postfix stops at %d addresses", words ? words : "", words ? "; " : "", ROUTE_MOST);
		break;
	case ROUTE_GOES_ON:
	case ROUTE_RESTS:
		break;
	}
	if (hop->silent && hop->end != ROUTE_DEAD)
		words = arena_format(arena, "%s%s%zu member%s without an address", words ? words : "", words ? "; " : "", hop->silent,
			hop->silent == 1 ? "" : "s");
	return words;
}

char *route_hop_words(struct arena *arena, const struct route_hop *hop)
{
	const char *end = end_words(arena, hop);
	int inward = (int)(hop->depth > 20 ? 20 : hop->depth) * 2;

	return arena_format(arena, "%*s%s%s%s%s%s%s", inward, "", hop->address, end ? ": " : "", end ? end : "",
		hop->how ? " (" : "", hop->how ? hop->how : "", hop->how ? ")" : "");
}

static const char *counted(struct arena *arena, size_t count, const char *one, const char *many)
{
	return arena_format(arena, "%zu %s", count, count == 1 ? one : many);
}

char *route_words(struct arena *arena, const struct route *route)
{
	const char *words = route->boxes == 0 && route->outside == 0 ? "nobody" :
		arena_format(arena, "%s%s%s", route->boxes ? counted(arena, route->boxes, "mailbox here", "mailboxes here") : "",
			route->boxes && route->outside ? " and " : "",
			route->outside ? counted(arena, route->outside, "address outside", "addresses outside") : "");

	if (route->dead)
		words = arena_format(arena, "%s; %s", words, counted(arena, route->dead, "dead end", "dead ends"));
	if (route->loops)
		words = arena_format(arena, "%s; %s", words, counted(arena, route->loops, "loop", "loops"));
	if (route->cut)
		words = arena_format(arena, "at least %s; over the limit of %d addresses, beyond which Postfix sends nothing", words, ROUTE_MOST);
	if (route->unknown)
		words = arena_format(arena, "at least %s; the rest could not be asked", words);
	return arena_text(arena, words);
}
