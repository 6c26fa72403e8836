/*
 * derive_members: what a group or list amounts to (derive_recipients,
 * derive_outside, derive_sender_rule), and what is wrong with its members.
 *
 * Groups are walked breadth first, each one once, so circles end; a group with
 * too many members to be asked one by one is said to be that.  On a
 * connection's thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/lookup.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/derive_private.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/names.h"
#include "directory/request.h"

enum { DEPTH_MOST = 64, ASKED_MOST = 2000, TERMS_MOST = 100, NAMES_SHOWN = 5 };

/* The walk through the members of members. */
struct walk {
	const struct derivation *with;
	struct arena *arena;               /* scratch */
	struct lookup *seen;               /* normal DNs, so that nobody counts twice and circles end */
	const char **queue;
	const char **above;                /* the group that each one was found in */
	unsigned *depth;
	size_t count, done, capacity, above_capacity, depth_capacity;
	size_t reached, groups;
	const char *silent[NAMES_SHOWN], *gone[NAMES_SHOWN];
	size_t silent_count, gone_count;
	bool circle, deep, cut, lost;
	const char *circle_name;
};

static void put(struct walk *walk, const char *dn, const char *above, unsigned depth)
{
	char *normal = dn_normal(walk->arena, dn);

	if (normal == NULL)
		return;
	if (lookup_get(walk->seen, normal) != NULL)
		return;
	if (walk->count >= ASKED_MOST) {
		walk->cut = true;
		return;
	}
	lookup_put(walk->seen, normal, normal);
	walk->queue = arena_grow(walk->arena, walk->queue, &walk->capacity, walk->count + 1, sizeof *walk->queue);
	walk->above = arena_grow(walk->arena, walk->above, &walk->above_capacity, walk->count + 1, sizeof *walk->above);
	walk->depth = arena_grow(walk->arena, walk->depth, &walk->depth_capacity, walk->count + 1, sizeof *walk->depth);
	walk->queue[walk->count] = dn;
	walk->above[walk->count] = above;
	walk->depth[walk->count++] = depth;
}

static const char *member_attribute(const struct derivation *with)
{
	const struct field *field = kind_field(&kind_group, "members");
	const struct profile_kind *held = profile_kind(world_profile(with->world), &kind_group);

	return held == NULL ? NULL : profile_mapping(held, field)->attributes[0];
}

static void take_group(struct walk *walk, const struct entry *entry, size_t index)
{
	const struct attribute *members = entry_get(entry, member_attribute(walk->with));
	size_t i;

	walk->groups++;
	if (walk->depth[index] >= DEPTH_MOST) {
		walk->deep = true;
		return;
	}
	for (i = 0; members != NULL && i < members->count; i++) {
		if (dn_same(members->values[i].bytes, walk->with->record->place)) {
			walk->circle = true;
			walk->circle_name = entry_first(entry, "cn");
		}
		put(walk, members->values[i].bytes, entry->dn, walk->depth[index] + 1);
	}
}

static void take(struct walk *walk, const struct entry *entry, size_t index)
{
	const struct profile *profile = world_profile(walk->with->world);
	const char *kind, *name;

	read_holder(walk->with->world, walk->arena, entry, &kind, &name);
	if (strcmp(kind, kind_group.name) == 0) {
		take_group(walk, entry, index);
		return;
	}
	if (profile->primary != NULL && entry_first(entry, profile->primary) != NULL) {
		walk->reached++;
		return;
	}
	/* A computer never gets mail, and nobody expects it to. */
	if (strcmp(kind, kind_user.name) != 0)
		return;
	if (walk->silent_count < NAMES_SHOWN)
		walk->silent[walk->silent_count] = name;
	walk->silent_count++;
}

/* The next hundred in one search. */
static bool ask(struct walk *walk)
{
	const struct profile *profile = world_profile(walk->with->world);
	size_t from = walk->done, to = walk->count - from > TERMS_MOST ? from + TERMS_MOST : walk->count, i, j;
	const char *const attributes[] = { "objectClass", "cn", "uid", member_attribute(walk->with), profile->primary, NULL };
	struct filter *any = filter_group(walk->arena, FILTER_OR);
	struct search search = { .base = world_base(walk->with->world), .scope = SCOPE_BELOW, .filter = any, .attributes = attributes };
	const char **normal = arena_alloc(walk->arena, (to - from + 1) * sizeof *normal);
	struct found found;

	for (i = from; i < to; i++)
		filter_into(walk->arena, any, filter_equal_text(walk->arena, "entryDN", walk->queue[i]));
	walk->done = to;
	if (!request_search(walk->with->connection, walk->arena, &search, &found, NULL) || found.cut)
		return false;
	for (i = 0; i < found.count; i++)
		normal[i] = dn_normal(walk->arena, found.entries[i]->dn);
	for (i = from; i < to; i++) {
		const char *wanted = dn_normal(walk->arena, walk->queue[i]);

		for (j = 0; j < found.count; j++)
			if (normal[j] != NULL && strcmp(normal[j], wanted) == 0)
				break;
		if (j < found.count) {
			take(walk, found.entries[j], i);
		} else {
			if (walk->gone_count < NAMES_SHOWN)
				walk->gone[walk->gone_count] = walk->queue[i];
			walk->gone_count++;
		}
	}
	return true;
}

static const char *some(struct arena *arena, const char *const *names, size_t count)
{
	const char *words = "";
	size_t i;

	for (i = 0; i < count && i < NAMES_SHOWN; i++)
		words = arena_format(arena, "%s%s%.100s", words, i == 0 ? "" : ", ", names[i]);
	return count > NAMES_SHOWN ? arena_format(arena, "%s and %zu more", words, count - NAMES_SHOWN) : words;
}

static void find(const struct derivation *with, const char *rule, const char *field, bool severe, const char *sentence)
{
	struct record *record = with->record;
	struct finding *list = arena_alloc(record->arena, (record->finding_count + 1) * sizeof *list);

	if (record->finding_count > 0)
		memcpy(list, record->findings, record->finding_count * sizeof *list);
	list[record->finding_count++] = (struct finding){ rule, field, severe, sentence };
	record->findings = list;
}

static void judge(const struct walk *walk)
{
	const struct derivation *with = walk->with;
	struct arena *arena = with->record->arena;
	bool mail = record_text(with->record, "address")[0] != '\0';

	if (walk->circle)
		find(with, "group-circle", "member_groups", true, arena_format(arena,
			"groups run in a circle: %.100s has this group as a member, and each person is counted once", walk->circle_name == NULL ? "one inside" : walk->circle_name));
	if (mail && walk->silent_count > 0)
		find(with, "members-silent", "members", false, arena_format(arena, "%zu of the members %s no primary address and get%s nothing: %s", walk->silent_count,
			walk->silent_count == 1 ? "has" : "have", walk->silent_count == 1 ? "s" : "", some(arena, walk->silent, walk->silent_count)));
	if (walk->gone_count > 0)
		find(with, "members-unknown", "other_members", false, arena_format(arena, "%zu member%s at nothing that this login can see: %s", walk->gone_count,
			walk->gone_count == 1 ? " points" : "s point", some(arena, walk->gone, walk->gone_count)));
	if (mail && !walk->cut && !walk->deep && walk->reached == 0)
		find(with, "group-empty", "members", true, "mail to this group reaches nobody");
}

static void give(const struct derivation *with, const char *words)
{
	struct value *value = arena_alloc(with->record->arena, sizeof *value);

	*value = value_text(with->record->arena, words);
	with->out->values = value;
	with->out->count = 1;
	with->out->presence = VALUE_DERIVED;
}

bool derive_recipients(struct derivation *with)
{
	const struct attribute *members = member_attribute(with) == NULL ? NULL : record_attribute(with->record, member_attribute(with));
	struct walk walk = { .with = with, .arena = arena_new(), .seen = lookup_new() };
	char *self = dn_normal(walk.arena, with->record->place);
	bool fine = true;
	size_t i;

	if (self != NULL)
		lookup_put(walk.seen, self, self);
	if (members != NULL && members->count > ASKED_MOST) {
		walk.cut = true;
		give(with, arena_format(with->record->arena, "%zu members, too many to be asked one by one", members->count));
	}
	for (i = 0; !walk.cut && members != NULL && i < members->count; i++) {
		if (self != NULL && dn_same(members->values[i].bytes, with->record->place)) {
			walk.circle = true;
			walk.circle_name = "it";
		}
		put(&walk, members->values[i].bytes, with->record->place, 1);
	}
	while (fine && walk.done < walk.count && !(walk.cut && walk.done == 0))
		fine = ask(&walk);
	if (fine && with->out->count == 0)
		give(with, arena_format(with->record->arena, "%s%zu mailbox%s%s", walk.cut || walk.deep ? "at least " : "", walk.reached, walk.reached == 1 ? "" : "es",
			walk.groups == 0 ? "" : arena_format(with->record->arena, ", through %zu nested group%s", walk.groups, walk.groups == 1 ? "" : "s")));
	if (fine)
		judge(&walk);
	lookup_free(walk.seen);
	arena_free(walk.arena);
	return connection_is_up(with->connection);
}

/* --- lists ------------------------------------------------------------------------------------- */

struct lookup *derive_registered(const struct derivation *with, struct arena *arena)
{
	const struct profile_kind *held = profile_kind(world_profile(with->world), &kind_domain);
	const char *const attributes[] = { held == NULL ? "cn" : held->naming, held == NULL ? NULL : convert_second_name(held), NULL };
	struct search search = { .base = world_base(with->world), .scope = SCOPE_BELOW, .attributes = attributes };
	struct lookup *domains;
	struct found found;
	size_t i, j;

	if (held == NULL)
		return NULL;
	search.filter = held->find;
	if (!request_search(with->connection, arena, &search, &found, NULL) || found.cut)
		return NULL;
	domains = lookup_new();
	for (i = 0; i < found.count; i++) {
		const struct attribute *names = read_names(held, found.entries[i]);

		for (j = 0; names != NULL && j < names->count; j++)
			lookup_put(domains, text_lower_ascii(arena, names->values[j].bytes, names->values[j].length), found.entries[i]);
	}
	return domains;
}

bool derive_outside(struct derivation *with)
{
	const struct field_values *members = record_get(with->record, "members");
	struct arena *scratch = arena_new();
	struct lookup *domains = members->count == 0 ? NULL : derive_registered(with, scratch);
	struct value *values = arena_alloc(with->record->arena, members->count * sizeof *values);
	size_t i;

	for (i = 0; domains != NULL && i < members->count; i++) {
		const char *at = strrchr(members->values[i].bytes, '@');

		if (at != NULL && lookup_get(domains, text_lower_ascii(scratch, at + 1, strlen(at + 1))) == NULL)
			values[with->out->count++] = members->values[i];
	}
	with->out->values = values;
	if (with->out->count > 0)
		with->out->presence = VALUE_DERIVED;
	if (domains == NULL && members->count > 0)
		with->out->note = "which domains are registered could not be read";
	if (members->count > 0 && record_text(with->record, "address")[0] == '\0')
		find(with, "list-no-address", "address", false, "the list has no address, so it receives nothing and its members get nothing");
	lookup_free(domains);
	arena_free(scratch);
	return connection_is_up(with->connection);
}

/* --- senders ------------------------------------------------------------------------------------ */

bool derive_sender_rule(struct derivation *with)
{
	bool named = record_get(with->record, "sender_users")->count + record_get(with->record, "sender_groups")->count +
		record_get(with->record, "other_senders")->count > 0;
	enum known obeyed = world_listfilter(with->world);

	if (!named) {
		give(with, "anybody may write");
	} else if (obeyed == KNOWN_YES) {
		give(with, "yes, the mail servers refuse everybody else");
	} else if (obeyed == KNOWN_NO) {
		give(with, "no: anybody may write (listfilter is off)");
		find(with, "senders-ignored", "sender_users", false,
			"the allowed senders are stored and not enforced: mail/postfix/policy/listfilter is off on the mail servers");
	} else {
		give(with, "only where listfilter is on; not known here");
	}
	return true;
}
