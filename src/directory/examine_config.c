/*
 * examine_config: indexes, uniqueness and limits as cn=config has them.
 *
 * Only an administrator of the server may usually see it; then that is said
 * and nothing is guessed.  Sources: slapd-config(5), slapd-mdb(5),
 * slapo-unique(5) (two additions at the same moment pass it unless it has the
 * keyword serialize), ucs-directory 1 for what is searched for.
 */
#include "directory/examine_private.h"

#include <string.h>
#include <strings.h>

#include "directory/dn.h"
#include "directory/filter.h"
#include "directory/profile.h"
#include "directory/request.h"
#include "model/kind.h"

/* --- pure parts ---------------------------------------------------------------------- */

/* Is the word one of those in a list up to `end`? */
static bool among(const char *list, const char *end, const char *word)
{
	size_t length = strlen(word);

	while (list < end) {
		const char *stop = list;

		while (stop < end && *stop != ',')
			stop++;
		if ((size_t)(stop - list) == length && strncasecmp(list, word, length) == 0)
			return true;
		list = stop + 1;
	}
	return false;
}

static unsigned index_types(const char *types)
{
	const char *end = types + strcspn(types, " \t");

	if (among(types, end, "none"))
		return 0;
	return (among(types, end, "pres") ? INDEX_PRESENCE : 0) | (among(types, end, "eq") ? INDEX_EQUALITY : 0)
		| (among(types, end, "sub") || among(types, end, "subany") ? INDEX_INSIDE : 0);
}

unsigned index_of(const struct attribute *values, const char *name)
{
	unsigned usual = INDEX_PRESENCE | INDEX_EQUALITY;
	size_t i;

	for (i = 0; values && i < values->count; i++)
		if (strncasecmp(values->values[i].bytes, "default ", 8) == 0)
			usual = index_types(values->values[i].bytes + 8);
	for (i = 0; values && i < values->count; i++) {
		const char *names = values->values[i].bytes, *end = names + strcspn(names, " \t");

		if (among(names, end, name))
			return *end ? index_types(end + strspn(end, " \t")) : usual;
	}
	return 0;
}

enum unique_state unique_of(const char *value, const char *name)
{
	bool serial = false, ignore = false;

	for (;;) {
		size_t word = strcspn(value, " ");

		if (strncasecmp(value, "ldap:", 5) == 0 || value[word] == '\0')
			break;
		serial = serial || (word == 9 && strncasecmp(value, "serialize", 9) == 0);
		ignore = ignore || (word == 6 && strncasecmp(value, "ignore", 6) == 0);
		value += word + strspn(value + word, " ");
	}
	/* Several addresses may follow one another: ldap:///base?attributes?scope?filter */
	while (*value) {
		size_t whole = strcspn(value, " ");
		const char *end = value + whole, *list = memchr(value, '?', whole), *stop = list ? ++list : end;

		while (list && stop < end && *stop != '?')
			stop++;
		/* No attributes: all of them. With `ignore` it is all but those that stand there. */
		if (!list || stop == list || among(list, stop, name) != ignore)
			return serial ? UNIQUE_SERIAL : UNIQUE_RACY;
		value = end + strspn(end, " ");
	}
	return UNIQUE_NOT;
}

/* --- the database that holds our base ------------------------------------------------- */

static struct entry *find_database(struct look *look, const struct found *found)
{
	const char *base = world_base(look->world);
	struct entry *best = NULL;
	size_t longest = 0, i, k;

	for (i = 0; i < found->count; i++) {
		const struct attribute *suffix = entry_get(found->entries[i], "olcSuffix");

		for (k = 0; suffix && k < suffix->count; k++)
			if (dn_within(base, suffix->values[k].bytes) && suffix->values[k].length >= longest) {
				best = found->entries[i];
				longest = suffix->values[k].length;
			}
	}
	return best;
}

/* --- indexes ------------------------------------------------------------------------------ */

struct index_report {
	struct look *look;
	const struct attribute *values;
	struct word_list slow, slower, inside;     /* missing: important, less so, for fragments */
	struct word_list asked;                    /* each attribute once */
};

static void want_index(struct index_report *report, const char *name, unsigned wanted, bool important)
{
	const struct attribute_type *type = name && *name ? world_attribute(report->look->world, name) : NULL;
	char *mark;
	unsigned has;

	/* What the schema does not know is searched by nobody, and DNs are compared by slapd's own index. */
	if (!type)
		return;
	if (!type->substring)
		wanted &= ~(unsigned)INDEX_INSIDE;
	mark = arena_format(report->look->arena, " %s,", name);
	if (strcasestr(text_get(&report->asked.text), mark))
		return;
	text_addf(&report->asked.text, "%s", mark);
	has = index_of(report->values, name);
	if (wanted & INDEX_EQUALITY & ~has)
		word_list_add(important ? &report->slow : &report->slower, name);
	if (wanted & INDEX_INSIDE & ~has)
		word_list_add(&report->inside, name);
}

static void want_all(struct index_report *report, const struct profile *profile)
{
	size_t i;

	want_index(report, "objectClass", INDEX_EQUALITY, true);
	want_index(report, profile->primary, INDEX_EQUALITY | INDEX_INSIDE, true);
	want_index(report, profile->alternate, INDEX_EQUALITY | INDEX_INSIDE, true);
	want_index(report, "uid", INDEX_EQUALITY | INDEX_INSIDE, true);
	want_index(report, "cn", INDEX_EQUALITY, false);
	want_index(report, profile->mark_attribute, INDEX_EQUALITY, false);
	want_index(report, profile->identifier, INDEX_EQUALITY, false);
	want_index(report, "entryUUID", INDEX_EQUALITY, false);
	for (i = 0; i < profile->kind_count; i++)
		want_index(report, profile->kinds[i].naming, INDEX_EQUALITY, false);
	for (i = 0; i < profile->reference_count; i++)
		want_index(report, profile->references[i].attribute, INDEX_EQUALITY, false);
	want_index(report, profile->forward, INDEX_EQUALITY, false);
}

static void report_indexes(struct look *look, const struct entry *database)
{
	struct index_report report = { .look = look, .values = entry_get(database, "olcDbIndex") };
	bool missing;

	want_all(&report, world_profile(look->world));
	missing = report.slow.count + report.slower.count + report.inside.count > 0;
	if (report.slow.count > 0)
		look_add(look, WARNING, "indexes", "No equality index for %s: every search for one of these reads all entries. Add olcDbIndex lines"
			" to %s (slapd-mdb(5)).", word_list_take(&report.slow, look->arena), database->dn);
	if (report.slower.count > 0)
		look_add(look, NOTE, "indexes", "No equality index for %s: asking who refers to an object takes longer in a large directory.",
			word_list_take(&report.slower, look->arena));
	if (report.inside.count > 0)
		look_add(look, NOTE, "indexes", "No substring index for %s: looking for a fragment on the server reads all entries.",
			word_list_take(&report.inside, look->arena));
	if (!missing)
		look_add(look, OK, "indexes", "What is searched for is indexed.");
	text_free(&report.asked.text);
}

/* --- the database itself ------------------------------------------------------------------- */

static bool is_true(const struct entry *entry, const char *name)
{
	const char *value = entry_first(entry, name);

	return value && strcasecmp(value, "TRUE") == 0;
}

static void report_database(struct look *look, const struct entry *database)
{
	const char *provider = entry_first(database, "olcUpdateRef");

	if (is_true(database, "olcReadOnly"))
		look_add(look, BAD, "database", "%s is set read-only (olcReadOnly): no change can be made at this server.", database->dn);
	else if (entry_get(database, "olcSyncrepl") && !is_true(database, "olcMultiProvider") && !is_true(database, "olcMirrorMode"))
		look_add(look, WARNING, "database", "This server holds a copy%s%s: name the server that takes the changes first in uri.",
			provider ? " of " : "", provider ? provider : "");
	if (is_true(database, "olcLastBind"))
		look_add(look, NOTE, "database", "Each login is written into the entry (olcLastBind). That is no conflict here: an entry is read again"
			" right before it is changed.");
}

/* --- overlays ------------------------------------------------------------------------------- */

static enum unique_state unique_in(const struct entry *overlay, const char *name)
{
	const struct attribute *uris = entry_get(overlay, "olcUniqueURI"), *old = entry_get(overlay, "olcUniqueAttribute");
	enum unique_state best = UNIQUE_NOT;
	size_t i;

	for (i = 0; uris && i < uris->count; i++) {
		const char *value = uris->values[i].bytes;
		enum unique_state state = unique_of(*value == '{' && strchr(value, '}') ? strchr(value, '}') + 1 : value, name);

		best = state > best ? state : best;
	}
	if (old && best == UNIQUE_NOT && entry_holds(overlay, "olcUniqueAttribute", name))
		best = UNIQUE_RACY;
	return best;
}

static void report_unique(struct look *look, enum unique_state state)
{
	const struct profile *profile = world_profile(look->world);

	if (state == UNIQUE_SERIAL)
		look_add(look, OK, "unique overlay", "The server itself keeps %s unique, also for changes in the same moment.", profile->primary);
	else if (state == UNIQUE_RACY)
		look_add(look, WARNING, "unique overlay", "The unique overlay covers %s without the keyword serialize: it lets two changes in the same"
			" moment pass, and one address goes to two objects. Write \"serialize\" in front of its URI (slapo-unique(5)).", profile->primary);
	else
		look_add(look, WARNING, "unique overlay", "No unique overlay covers %s: the server does not mind if two objects get one address."
			" postroom looks before and after each change%s. Add the overlay with the keyword serialize (slapo-unique(5)).",
			profile->primary, profile->locks ? " and uses lock entries" : "");
}

static void report_overlays(struct look *look, const struct found *overlays)
{
	const struct profile *profile = world_profile(look->world);
	enum unique_state unique = UNIQUE_NOT;
	struct word_list names = { .count = 0 };
	bool refint = false;
	size_t i;

	for (i = 0; i < overlays->count; i++) {
		const struct entry *overlay = overlays->entries[i];
		const char *name = entry_first(overlay, "olcOverlay");
		enum unique_state state = profile->primary ? unique_in(overlay, profile->primary) : UNIQUE_NOT;

		if (!name)
			continue;
		name = *name == '{' && strchr(name, '}') ? strchr(name, '}') + 1 : name;
		word_list_add(&names, name);
		refint = refint || strcasecmp(name, "refint") == 0;
		unique = state > unique ? state : unique;
	}
	if (profile->primary)
		report_unique(look, unique);
	if (!refint)
		look_add(look, NOTE, "refint overlay", "Names of what others delete or rename stay in groups and lists: the server has no refint overlay"
			" (slapo-refint(5)). What is changed here takes them along, as the review shows.");
	if (names.count > 0)
		look_add(look, OK, "overlays", "On the database: %s.", word_list_take(&names, look->arena));
}

/* --- the whole --------------------------------------------------------------------------------- */

static bool search_config(struct look *look, const char *base, const char *class, const char *const *attributes, struct found *found,
		struct error *error)
{
	struct search search = { .base = base, .scope = SCOPE_BELOW, .attributes = attributes,
		.filter = filter_equal_text(look->arena, "objectClass", class) };

	return request_search(look->connection, look->arena, &search, found, error);
}

bool look_at_configuration(struct look *look, struct error *error)
{
	static const char *const database_attributes[] = { "olcSuffix", "olcDbIndex", "olcReadOnly", "olcLastBind", "olcSyncrepl",
		"olcUpdateRef", "olcMultiProvider", "olcMirrorMode", NULL };
	static const char *const overlay_attributes[] = { "olcOverlay", "olcUniqueURI", "olcUniqueAttribute", NULL };
	struct found databases = { .count = 0 }, overlays = { .count = 0 };
	struct entry *database = NULL;
	struct error why = { 0 };

	if (!search_config(look, "cn=config", "olcDatabaseConfig", database_attributes, &databases, &why)
			&& !look_goes_on(look, &why, error))
		return false;
	database = find_database(look, &databases);
	if (!database) {
		look_add(look, NOTE, "server's configuration", "%s may not see cn=config, so indexes and the unique overlay are not known."
			" Look at them as the server's administrator, or let this login read cn=config.",
			connection_identity(look->connection));
		return true;
	}
	report_database(look, database);
	report_indexes(look, database);
	if (!search_config(look, database->dn, "olcOverlayConfig", overlay_attributes, &overlays, &why))
		return look_goes_on(look, &why, error);
	report_overlays(look, &overlays);
	return true;
}
