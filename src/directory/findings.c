/*
 * findings: what is wrong with a user, as far as other entries tell.
 *
 * A home server that is no mail server, forwards to addresses here that nobody
 * has, forwards that come back, and addresses that others have too; of a stored record, or of one as it would
 * become; lists are in findings_targets.c.  Only what was seen for certain is told: a
 * search that failed or was cut proves nothing and is left out.  On a
 * connection's thread (read_findings).  Rules: ucs-directory 8.2, 14, 18; what
 * a circle does to mail was tried with Postfix 3.7 (451 Alias expansion error).
 */
#include <string.h>

#include "base/text.h"
#include "directory/filter.h"
#include "directory/read.h"
#include "directory/request.h"

enum { SERVERS_MOST = 500, ADDRESSES_MOST = 24, HOLDERS_MOST = 5, SHARED_MOST = 12, FINDINGS_MOST = 8 };

struct judge {
	struct world *world;
	struct connection *connection;
	struct record *record;
	struct arena *arena;               /* the record's own */
	struct finding *list;
};

static void tell(struct judge *judge, const char *rule, const char *field, bool severe, const char *sentence)
{
	if (judge->record->finding_count < FINDINGS_MOST)
		judge->list[judge->record->finding_count++] = (struct finding){ rule, field, severe, sentence };
}

static void note(struct judge *judge, const char *field, const char *words)
{
	const struct field *row = kind_field(judge->record->kind, field);
	struct field_values *values = &judge->record->fields[kind_field_index(judge->record->kind, row)];

	values->note = values->note == NULL ? words : arena_format(judge->arena, "%s; %s", words, values->note);
}

/* --- the home server --------------------------------------------------------------------- */

static void judge_server(struct judge *judge)
{
	const struct profile_kind *held = profile_kind(world_profile(judge->world), &kind_server);
	const char *server = record_text(judge->record, "home_server");
	static const char *const everything[] = { "*", NULL };
	struct search search = { .base = world_base(judge->world), .scope = SCOPE_BELOW, .attributes = everything, .limit = SERVERS_MOST };
	struct arena *scratch;
	struct found found;
	bool known = false;

	if (held == NULL || server[0] == '\0')
		return;
	scratch = arena_new();
	search.filter = held->find;
	if (!request_search(judge->connection, scratch, &search, &found, NULL)) {
		arena_free(scratch);
		return;
	}
	for (size_t i = 0; i < found.count && !known; i++)
		known = text_same_ascii_case(read_record(judge->world, scratch, &kind_server, found.entries[i], KNOWN_NOT)->name, server);
	if (!known && found_whole(&found)) {
		note(judge, "home_server", "unknown host");
		tell(judge, "unknown-server", "home_server", true, arena_format(judge->arena,
			"unknown host %s: the directory has no such host with the IMAP service, so nobody serves this mailbox", server));
	}
	arena_free(scratch);
}

/* --- forwards ---------------------------------------------------------------------------- */

/* Addresses that mail of this user goes on to; the first `direct` are the user's own forwards. */
struct trail {
	const char *addresses[ADDRESSES_MOST];
	size_t from[ADDRESSES_MOST];       /* index of the one before it; NOWHERE: the user's own forward */
	size_t count, direct;
};
#define NOWHERE ((size_t)-1)

static size_t place_in(const struct trail *trail, const char *address)
{
	size_t i;

	for (i = 0; i < trail->count && !text_same_ascii_case(trail->addresses[i], address); i++)
		;
	return i;
}

/* Was mail at this place before it came to that one? */
static bool came_by(const struct trail *trail, size_t place, size_t at)
{
	for (; at != NOWHERE; at = trail->from[at])
		if (at == place)
			return true;
	return false;
}

/* Adds where the mail of this record goes on to. True: one of these addresses it came by already. */
static bool add_all(struct trail *trail, const struct record *record, size_t from)
{
	const struct field_values *forwards = record_get(record, "forwards");
	bool back = false;

	for (size_t i = 0; i < forwards->count; i++) {
		size_t place = place_in(trail, forwards->values[i].bytes);

		if (place < trail->count) {
			back = back || came_by(trail, place, from);
		} else if (trail->count < ADDRESSES_MOST) {
			trail->from[trail->count] = from;
			trail->addresses[trail->count++] = forwards->values[i].bytes;
		}
	}
	return back;
}

static bool is_own(const struct judge *judge, const char *address)
{
	static const char *const fields[] = { "address", "alternates" };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct field_values *values = record_get(judge->record, fields[i]);

		for (size_t j = 0; j < values->count; j++)
			if (text_same_ascii_case(values->values[j].bytes, address))
				return true;
	}
	return false;
}

/* Is the domain of the address registered here? What could not be asked counts as not ours: nothing is told then. */
static bool is_ours(const struct judge *judge, struct arena *scratch, const char *address)
{
	const struct profile_kind *held = profile_kind(world_profile(judge->world), &kind_domain);
	const char *at = strrchr(address, '@');
	struct search search = { .base = world_base(judge->world), .scope = SCOPE_BELOW, .limit = 1 };
	struct filter *named = filter_group(scratch, FILTER_OR);
	struct found found;

	if (held == NULL || at == NULL || at[1] == '\0')
		return false;
	read_name_into(held, scratch, at + 1, named);
	search.filter = filter_both(scratch, held->find, named);
	return request_search(judge->connection, scratch, &search, &found, NULL) && found.count > 0;
}

static bool find_holders(const struct judge *judge, struct arena *scratch, const char *address, struct found *found)
{
	const struct profile *profile = world_profile(judge->world);
	/* Never all attributes: a holder may be a group with a hundred thousand members. */
	const char *const attributes[] = { "objectClass", profile->primary, profile->alternate, profile->forward, profile->forward_flag, NULL };
	struct filter *any = filter_group(scratch, FILTER_OR);
	struct search search = { .base = world_base(judge->world), .scope = SCOPE_BELOW, .filter = any, .attributes = attributes, .limit = HOLDERS_MOST };

	read_address_into(profile, scratch, address, any);
	return request_search(judge->connection, scratch, &search, found, NULL);
}

/* Does mail that is forwarded stay as well? Where the directory cannot say so, it does not. */
static bool keeps_copy(const struct record *record)
{
	const struct field_values *copy = record_get(record, "keep_copy");

	return copy->presence != VALUE_UNSUPPORTED && strcmp(record_text(record, "keep_copy"), "no") != 0;
}

/* One address of the trail: has anybody here got it, and does mail go on from there? */
static void follow(struct judge *judge, struct arena *scratch, struct trail *trail, size_t index)
{
	const char *address = trail->addresses[index];
	struct found found;

	/* Where it is the user's own the circle was told, and that address may be one that only this change gives. */
	if (is_own(judge, address) || !is_ours(judge, scratch, address) || !find_holders(judge, scratch, address, &found) || !found_whole(&found))
		return;
	if (found.count == 0 && index < trail->direct) {
		note(judge, "forwards", arena_format(judge->arena, "nobody here has %s", address));
		tell(judge, "dangling-forward", "forwards", true, arena_format(judge->arena,
			"nobody here has %s: what is forwarded there comes back to its sender", address));
	}
	/* Who keeps a copy ends a circle: Postfix finds the address itself in the result. */
	if (keeps_copy(judge->record))
		return;
	for (size_t i = 0; i < found.count; i++) {
		const struct record *holder = read_record(judge->world, scratch, &kind_user, found.entries[i], world_flag_mode(judge->world, judge->connection));
		size_t before = trail->count;
		bool circle;

		if (keeps_copy(holder))
			continue;
		/* Back to this user, or round and round among others. */
		circle = add_all(trail, holder, index);
		for (size_t j = before; j < trail->count; j++)
			circle = circle || is_own(judge, trail->addresses[j]);
		if (!circle)
			continue;
		tell(judge, "forward-circle", "forwards", true, arena_format(judge->arena,
			"mail runs in a circle with %s: nobody keeps a copy, and Postfix accepts no mail for it [451 Alias expansion error]",
			address));
		return;
	}
}

static void judge_forwards(struct judge *judge)
{
	const struct profile *profile = world_profile(judge->world);
	struct trail trail = { .count = 0 };
	struct arena *scratch;

	if (profile->primary == NULL || profile->alternate == NULL || profile->forward == NULL)
		return;
	add_all(&trail, judge->record, NOWHERE);
	trail.direct = trail.count;
	if (trail.count == 0)
		return;
	scratch = arena_new();
	for (size_t i = 0; i < trail.count && connection_is_up(judge->connection); i++)
		follow(judge, scratch, &trail, i);
	arena_free(scratch);
}

/* --- addresses that others have too ----------------------------------------------------- */

/* "uid=anna,cn=users,..." is anna. */
static const char *short_name(struct arena *scratch, const char *place)
{
	const char *equals = strchr(place, '=');

	return equals == NULL ? place : arena_bytes(scratch, equals + 1, strcspn(equals + 1, ",+"));
}

/* Who else has it, by their names; NULL: nobody, or that is not known. */
static const char *others_with(const struct judge *judge, struct arena *scratch, const char *address)
{
	const char *names = NULL;
	struct found found;

	if (!find_holders(judge, scratch, address, &found) || !found_whole(&found))
		return NULL;
	for (size_t i = 0; i < found.count; i++) {
		const char *place = read_record(judge->world, scratch, &kind_user, found.entries[i], KNOWN_NOT)->place, *name;

		if (place == NULL || judge->record->place == NULL || text_same_ascii_case(place, judge->record->place))
			continue;
		name = short_name(scratch, place);
		names = names == NULL ? name : arena_format(scratch, "%s, %s", names, name);
	}
	return names;
}

static void judge_addresses(struct judge *judge)
{
	static const char *const fields[] = { "address", "alternates" };
	const struct profile *profile = world_profile(judge->world);
	struct arena *scratch;
	const char *told = NULL;
	size_t asked = 0;

	if (profile->primary == NULL || profile->alternate == NULL || profile->forward == NULL)
		return;
	scratch = arena_new();
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct field_values *values = record_get(judge->record, fields[i]);

		for (size_t j = 0; j < values->count && asked < SHARED_MOST && connection_is_up(judge->connection); j++, asked++) {
			const char *others = others_with(judge, scratch, values->values[j].bytes);

			if (others != NULL)
				told = arena_format(scratch, "%s%s%s (%s)", told == NULL ? "" : told, told == NULL ? "" : ", ", values->values[j].bytes, others);
		}
	}
	if (told != NULL)
		tell(judge, "shared-address", "alternates", false, arena_format(judge->arena, "others get the same mail: %s", told));
	arena_free(scratch);
}

void read_forward_findings(struct world *world, struct connection *connection, struct record *record)
{
	struct judge judge = { .world = world, .connection = connection, .record = record, .arena = record->arena };

	record->findings = NULL;
	record->finding_count = 0;
	if (record->kind != &kind_user || profile_kind(world_profile(world), record->kind) == NULL)
		return;
	judge.list = arena_alloc(record->arena, FINDINGS_MOST * sizeof *judge.list);
	record->findings = judge.list;
	judge_forwards(&judge);
}

void read_findings(struct world *world, struct connection *connection, struct record *record)
{
	struct judge judge = { .world = world, .connection = connection, .record = record, .arena = record->arena };
	const struct profile_kind *held = profile_kind(world_profile(world), record->kind);

	if (record->kind == &kind_mailinglist && held != NULL)
		read_target_findings(world, connection, record);
	if (record->kind != &kind_user || held == NULL)
		return;
	judge.list = arena_alloc(record->arena, FINDINGS_MOST * sizeof *judge.list);
	record->findings = judge.list;
	judge_server(&judge);
	if (connection_is_up(connection))
		judge_forwards(&judge);
	if (connection_is_up(connection))
		judge_addresses(&judge);
}
