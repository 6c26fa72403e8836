/*
 * events: changes by others, read from the access log backwards in time.
 *
 * The log cannot be read from its end, so windows of time are asked for, each
 * further back and four times as long; one that runs into a size limit is made
 * shorter, since a cut answer holds the oldest records and not the newest.
 * Logins fill the log (lastbind), so the server leaves those out.
 */
#include "directory/events.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/profile.h"
#include "directory/request.h"

enum { FIRST_WINDOW = 900, LAST_WINDOW = 400 * 86400, SHOWN_BYTES = 200, WINDOW_ENTRIES = 2000,
	ROUNDS_MOST = 200 };

/* --- one record ------------------------------------------------------------------------------ */

/* Written by the server along with every change or login; a lock of an account is not among them. */
static bool is_bookkeeping(const struct world *world, const char *attribute)
{
	static const char *const names[] = { "entryCSN", "modifiersName", "modifyTimestamp", "creatorsName", "createTimestamp", "entryUUID",
		"structuralObjectClass", "entryDN", "contextCSN", "pwdLastSuccess", "pwdFailureTime", "pwdChangedTime", "pwdGraceUseTime",
		"pwdHistory", "authTimestamp", "memberOf" };
	static const char *const shown[] = { "pwdAccountLockedTime", "pwdReset", "pwdPolicySubentry" };
	const struct attribute_type *type;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(attribute, names[i]) == 0)
			return true;
	for (i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (strcasecmp(attribute, shown[i]) == 0)
			return false;
	type = world ? world_attribute(world, attribute) : NULL;
	return type && type->operational;
}

/* A value on one line, with its length where it is cut. */
static void add_value(struct text *line, const char *bytes, size_t length)
{
	size_t shown = length > SHOWN_BYTES ? SHOWN_BYTES : length, i;

	/* Never in the middle of a character. */
	while (shown < length && shown > 0 && ((unsigned char)bytes[shown] & 0xc0) == 0x80)
		shown--;
	for (i = 0; i < shown; i++) {
		if (bytes[i] == '\n')
			text_add(line, "\\n");
		else if (bytes[i] == '\0')
			text_add(line, "\\0");
		else
			text_add_char(line, bytes[i]);
	}
	if (shown < length)
		text_addf(line, "... (%zu bytes)", length);
}

const char *events_line(const struct world *world, const struct profile *profile, struct arena *arena, const char *bytes, size_t length)
{
	const char *colon = memchr(bytes, ':', length), *value, *words;
	struct text line = { .length = 0 };
	struct value shown;
	char *name, sign;

	if (!colon || colon == bytes || (size_t)(colon - bytes) + 1 >= length)
		return NULL;
	name = arena_bytes(arena, bytes, (size_t)(colon - bytes));
	sign = colon[1];
	value = colon + 2;
	if (value < bytes + length && *value == ' ')
		value++;
	if (sign == '\0' || !strchr("+-=#", sign) || !filter_attribute_legal(name) || is_bookkeeping(world, name))
		return NULL;
	shown = (struct value){ .bytes = (char *)(uintptr_t)value, .length = (size_t)(bytes + length - value) };
	if (shown.length == 0)
		text_addf(&line, "%s %s", name, sign == '-' ? "removed" : "replaced");
	else if (attribute_is(name, "userPassword") || (profile && profile_secret(profile, name)))
		text_addf(&line, "%s %c (not shown)", name, sign);
	else {
		const struct part *masked = profile ? convert_masked_parts(profile, name) : NULL;

		if (masked)
			shown = fetchmail_mask(arena, masked, &shown);
		text_addf(&line, "%s %c ", name, sign);
		/* What the mask does not understand could be anything. */
		if (masked && fetchmail_has_password(masked, &shown))
			text_add(&line, "(not shown)");
		else
			add_value(&line, shown.bytes, shown.length);
	}
	words = arena_text(arena, text_get(&line));
	text_free(&line);
	return words;
}

static void add_rename(struct text *words, const struct entry *record)
{
	const char *name = entry_first(record, "reqNewRDN"), *above = entry_first(record, "reqNewSuperior");

	if (name) {
		text_add(words, "new name ");
		add_value(words, name, strlen(name));
	}
	if (above) {
		text_add(words, name ? "\nbelow " : "below ");
		add_value(words, above, strlen(above));
	}
}

/* False: nothing in it for people. */
static bool take_record(const struct world *world, struct arena *arena, const struct entry *record, struct directory_event *event)
{
	const struct attribute *changes = entry_get(record, "reqMod");
	const char *type = entry_first(record, "reqType"), *begun = entry_first(record, "reqStart");
	struct text words = { .length = 0 };
	size_t i;

	*event = (struct directory_event){ .what = type ? type : "", .who = entry_first(record, "reqAuthzID"), .place = entry_first(record, "reqDN") };
	if (!type || !begun || !text_to_time(begun, &event->time) || !event->place)
		return false;
	event->who = event->who ? event->who : "";
	for (i = 0; changes && i < changes->count; i++) {
		const char *line = events_line(world, world_profile(world), arena, changes->values[i].bytes, changes->values[i].length);

		if (line)
			text_addf(&words, "%s%s", words.length ? "\n" : "", line);
	}
	if (strncasecmp(type, "modr", 4) == 0)
		add_rename(&words, record);
	event->words = arena_text(arena, text_get(&words));
	text_free(&words);
	return *event->words || strcasecmp(type, "modify") != 0;
}

/* --- the log --------------------------------------------------------------------------------------- */

const char *events_base(struct connection *connection, struct arena *arena, struct error *error)
{
	static const char *const attributes[] = { "namingContexts", NULL }, *const class[] = { "objectClass", NULL };
	struct entry *root = request_entry(connection, arena, "", attributes, error);
	const struct attribute *contexts = root ? entry_get(root, "namingContexts") : NULL;
	size_t i;

	for (i = 0; contexts && i < contexts->count; i++) {
		struct entry *entry;

		/* A tree of mail objects has its own root; only what is named "cn=..." can be a log. */
		if (strncasecmp(contexts->values[i].bytes, "cn=", 3) != 0)
			continue;
		entry = request_entry(connection, arena, contexts->values[i].bytes, class, error);
		if (entry && entry_has_class(entry, "auditContainer"))
			return entry->dn;
		if (!connection_is_up(connection))
			return NULL;
	}
	return NULL;
}

static struct filter *leaf_at_least(struct arena *arena, int64_t time)
{
	struct filter *leaf = arena_alloc(arena, sizeof(*leaf));
	time_t at = (time_t)time;
	struct tm parts;
	char *digits = arena_alloc(arena, 24);

	gmtime_r(&at, &parts);
	leaf->op = FILTER_AT_LEAST;
	leaf->attribute = "reqStart";
	leaf->value.length = strftime(digits, 24, "%Y%m%d%H%M%S.000000Z", &parts);
	leaf->value.bytes = digits;
	return leaf;
}

static struct filter *leaf_begins(struct arena *arena, const char *attribute, const char *words)
{
	struct filter *leaf = arena_alloc(arena, sizeof(*leaf));

	leaf->op = FILTER_PIECES;
	leaf->attribute = attribute;
	leaf->first.bytes = arena_text(arena, words);
	leaf->first.length = strlen(words);
	return leaf;
}

/* from and before: epoch seconds; 0: open. */
static struct filter *window_filter(struct arena *arena, const char *place, int64_t from, int64_t before)
{
	struct filter *all = filter_group(arena, FILTER_AND);

	filter_into(arena, all, filter_equal_text(arena, "objectClass", "auditWriteObject"));
	filter_into(arena, all, filter_equal_text(arena, "reqResult", "0"));
	if (place)
		filter_into(arena, all, filter_equal_text(arena, "reqDN", place));
	if (from)
		filter_into(arena, all, leaf_at_least(arena, from));
	if (before)
		filter_into(arena, all, filter_not(arena, leaf_at_least(arena, before)));
	/* A login writes only this and bookkeeping. Failed ones can come with a lock, so they are looked at here. */
	filter_into(arena, all, filter_not(arena, leaf_begins(arena, "reqMod", "pwdLastSuccess:")));
	filter_into(arena, all, filter_not(arena, leaf_begins(arena, "reqMod", "authTimestamp:")));
	return all;
}

struct events { struct directory_event *items; size_t count, capacity; };

/* Of one second the later record comes first, as the records stand in the log. */
static int compare_events(const void *a, const void *b)
{
	const struct directory_event *const *left = a, *const *right = b;

	if ((*left)->time != (*right)->time)
		return (*left)->time < (*right)->time ? 1 : -1;
	return *left < *right ? 1 : *left > *right ? -1 : 0;
}

/* Appends the window's events, newest first. */
static void take_window(const struct world *world, struct arena *arena, const struct found *found, size_t most, struct events *events)
{
	struct directory_event *all = arena_alloc(arena, found->count * sizeof(*all));
	struct directory_event **order = arena_alloc(arena, found->count * sizeof(*order));
	size_t count = 0, i;

	for (i = 0; i < found->count; i++)
		if (take_record(world, arena, found->entries[i], &all[count])) {
			order[count] = &all[count];
			count++;
		}
	qsort(order, count, sizeof(*order), compare_events);
	for (i = 0; i < count && events->count < most; i++) {
		events->items = arena_grow(arena, events->items, &events->capacity, events->count + 1, sizeof(*events->items));
		events->items[events->count++] = *order[i];
	}
}

/* Goes back in time until there is enough or nothing older. */
static bool read_windows(struct connection *connection, const struct world *world, struct arena *arena, const char *base, const char *place,
		size_t most, struct events *events, struct error *error)
{
	static const char *const attributes[] = { "reqStart", "reqAuthzID", "reqType", "reqDN", "reqMod", "reqNewRDN", "reqNewSuperior", NULL };
	int64_t length = FIRST_WINDOW, before = 0, from = clock_now() - length;
	unsigned rounds;

	for (rounds = 0; events->count < most && rounds < ROUNDS_MOST; rounds++) {
		struct search search = { .base = base, .scope = SCOPE_ONE, .attributes = attributes, .limit = WINDOW_ENTRIES };
		struct found found = { .count = 0 };

		search.filter = window_filter(arena, place, from, before);
		if (!request_search(connection, arena, &search, &found, error))
			return false;
		if (found.cut && length > 1) {
			length = length > 4 ? length / 4 : 1;
			from = (before ? before : clock_now()) - length;
			continue;
		}
		take_window(world, arena, &found, most, events);
		if (!from)
			break;
		before = from;
		length *= found.cut ? 1 : 4;
		/* Beyond a year there is one last look at all that is left. */
		from = length > LAST_WINDOW ? 0 : before - length;
	}
	return true;
}

bool events_read(struct connection *connection, const struct world *world, struct arena *arena, const char *place, size_t most,
		struct directory_event **events, size_t *count, bool *available, struct error *error)
{
	struct events found = { .count = 0 };
	struct error why = { 0 };
	const char *base = events_base(connection, arena, &why);
	bool fine = base && read_windows(connection, world, arena, base, place, most, &found, &why);

	*events = found.items;
	*count = found.count;
	*available = fine;
	if (!fine && !connection_is_up(connection)) {
		if (error)
			*error = why;
		return false;
	}
	return true;
}
