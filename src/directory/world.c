/*
 * world: what a directory server is like: base, schema, controls, profile.
 *
 * Loading runs on a connection's thread and fails with a sentence; afterwards
 * everything but the storage mode is constant and may be read on any thread.
 */
#include "directory/world.h"

#include <ldap.h>
#include <ldap_schema.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/lookup.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"
#include "directory/entry.h"
#include "directory/request.h"
#include "directory/udm_property.h"

enum { MODE_SECONDS = 600 };
#define SYNTAX_IA5 "1.3.6.1.4.1.1466.115.121.1.26"   /* RFC 4517, 3.3.15 */

struct world {
	struct arena *arena;
	const char *base;
	const struct attribute *trees;     /* namingContexts; NULL: not told */
	const struct profile *profile;
	struct lookup *controls, *classes, *types;
	bool schema_read, managed, direct, udm;
	const char *forward_mode;
	enum known listfilter, alternates_unique;
	pthread_mutex_t mutex;             /* guards the two below */
	enum known mode;
	int64_t mode_asked;                /* monotonic seconds; 0: never */
};

static void *find(const struct lookup *lookup, const char *name)
{
	struct arena *arena = arena_new();
	void *found = lookup_get(lookup, text_lower_ascii(arena, name, strlen(name)));

	arena_free(arena);
	return found;
}

/* --- root DSE -------------------------------------------------------------------- */

/* The server's tree for people: not its configuration, not its log. */
static const char *choose_base(struct arena *arena, const struct entry *root)
{
	const struct attribute *contexts = entry_get(root, "namingContexts");
	const char *fixed = entry_first(root, "defaultNamingContext");
	size_t i;

	if (fixed != NULL)
		return arena_text(arena, fixed);
	for (i = 0; contexts != NULL && i < contexts->count; i++)
		if (strncasecmp(contexts->values[i].bytes, "cn=", 3) != 0)
			return arena_text(arena, contexts->values[i].bytes);
	return NULL;
}

static bool load_root(struct world *world, struct connection *connection, const struct world_settings *settings, const char **schema, struct error *error)
{
	static const char *const attributes[] = { "namingContexts", "defaultNamingContext", "supportedControl", "subschemaSubentry", NULL };
	struct entry *root = request_entry(connection, world->arena, "", attributes, error);
	const struct attribute *controls;
	size_t i;

	if (root == NULL)
		return false;
	world->trees = entry_get(root, "namingContexts");
	controls = entry_get(root, "supportedControl");
	for (i = 0; controls != NULL && i < controls->count; i++)
		lookup_put(world->controls, controls->values[i].bytes, world);
	*schema = entry_first(root, "subschemaSubentry");
	world->base = settings->base != NULL && settings->base[0] != '\0' ? arena_text(world->arena, settings->base) : choose_base(world->arena, root);
	if (world->base == NULL)
		return error_set(error, ERROR_CONFIG, "%s does not tell its base: give base in postroom.conf", connection_uri(connection));
	if (!dn_valid(world->base))
		return error_set(error, ERROR_CONFIG, "base: \"%s\" is no name of a directory entry", world->base);
	return true;
}

/* --- schema ------------------------------------------------------------------------ */

static void take_classes(struct world *world, const struct attribute *values)
{
	size_t i, j;

	for (i = 0; values != NULL && i < values->count; i++) {
		const char *where;
		int code;
		LDAPObjectClass *class = ldap_str2objectclass(values->values[i].bytes, &code, &where, LDAP_SCHEMA_ALLOW_ALL);

		for (j = 0; class != NULL && class->oc_names != NULL && class->oc_names[j] != NULL; j++)
			lookup_put(world->classes, text_lower_ascii(world->arena, class->oc_names[j], strlen(class->oc_names[j])), world);
		ldap_objectclass_free(class);
	}
}

static enum piece_rule piece_rule(const char *rule)
{
	static const struct { const char *oid, *name; enum piece_rule rule; } rules[] = {
		{ "2.5.13.4", "caseIgnoreSubstringsMatch", PIECES_ANY_CASE },
		{ "1.3.6.1.4.1.1466.109.114.3", "caseIgnoreIA5SubstringsMatch", PIECES_ANY_CASE },
		{ "2.5.13.10", "numericStringSubstringsMatch", PIECES_NUMBER },
		{ "2.5.13.21", "telephoneNumberSubstringsMatch", PIECES_NUMBER },
	};
	size_t i;

	for (i = 0; i < sizeof rules / sizeof *rules; i++)
		if (strcmp(rule, rules[i].oid) == 0 || text_same_ascii_case(rule, rules[i].name))
			return rules[i].rule;
	return PIECES_OTHER;
}

static void take_type(struct world *world, const LDAPAttributeType *from)
{
	struct attribute_type *type = arena_alloc(world->arena, sizeof *type);
	const struct attribute_type *above = from->at_sup_oid == NULL ? NULL : find(world->types, from->at_sup_oid);
	size_t i;

	type->single = from->at_single_value != 0;
	type->equality = from->at_equality_oid != NULL || (above != NULL && above->equality);
	type->substring = from->at_substr_oid != NULL || (above != NULL && above->substring);
	type->pieces = from->at_substr_oid != NULL ? piece_rule(from->at_substr_oid) : above != NULL ? above->pieces : PIECES_OTHER;
	type->plain = from->at_syntax_oid != NULL ? strcmp(from->at_syntax_oid, SYNTAX_IA5) == 0 : above != NULL && above->plain;
	type->operational = from->at_usage != LDAP_SCHEMA_USER_APPLICATIONS;
	for (i = 0; from->at_names != NULL && from->at_names[i] != NULL; i++)
		lookup_put(world->types, text_lower_ascii(world->arena, from->at_names[i], strlen(from->at_names[i])), type);
}

/* Twice, because a type may stand before the one that it takes its equality rule from. */
static void take_types(struct world *world, const struct attribute *values)
{
	size_t i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; values != NULL && i < values->count; i++) {
			const char *where;
			int code;
			LDAPAttributeType *type = ldap_str2attributetype(values->values[i].bytes, &code, &where, LDAP_SCHEMA_ALLOW_ALL);

			if (type != NULL)
				take_type(world, type);
			ldap_attributetype_free(type);
		}
}

static bool load_schema(struct world *world, struct connection *connection, const char *place, struct error *error)
{
	static const char *const attributes[] = { "objectClasses", "attributeTypes", NULL };
	struct arena *arena = arena_new();
	struct error inner = { 0 };
	struct entry *schema = request_entry(connection, arena, place == NULL ? "cn=Subschema" : place, attributes, &inner);
	bool fine = true;

	if (schema != NULL) {
		take_classes(world, entry_get(schema, "objectClasses"));
		take_types(world, entry_get(schema, "attributeTypes"));
		world->schema_read = lookup_count(world->classes) > 0 && lookup_count(world->types) > 0;
	} else if (!connection_is_up(connection)) {
		fine = false;
		if (error != NULL)
			*error = inner;
	}
	arena_free(arena);
	return fine;
}

/* --- profile ------------------------------------------------------------------------- */

static bool has_class(const void *context, const char *name)
{
	return world_has_class(context, name);
}

static bool load_profile(struct world *world, const struct world_settings *settings, struct error *error)
{
	struct profile **all;
	size_t count, i;

	world->profile = settings->profile;
	if (world->profile != NULL)
		return true;
	if (!world->schema_read)
		return error_set(error, ERROR_CONFIG, "the server's schema cannot be read, so its kind is not known: give profile in postroom.conf");
	all = profile_all(world->arena, settings->profile_directory, &count, error);
	if (all == NULL)
		return false;
	for (i = 0; i < count; i++)
		if (profile_fits(all[i], has_class, world)) {
			world->profile = all[i];
			return true;
		}
	return error_set(error, ERROR_UNSUPPORTED, "no profile fits this directory's schema: give profile in postroom.conf, or write one (see ucs.profile)");
}

static bool load_managed(struct world *world, struct connection *connection, struct error *error)
{
	struct search search = { .base = world->base, .scope = SCOPE_BELOW, .filter = world->profile->managed, .limit = 1 };
	struct arena *arena;
	struct found found;
	struct error inner = { 0 };
	bool fine;

	if (world->profile->managed == NULL)
		return true;
	arena = arena_new();
	fine = request_search(connection, arena, &search, &found, &inner);
	if (fine)
		world->managed = found.count > 0;
	else if (inner.kind == ERROR_NOT_FOUND)
		error_set(error, ERROR_CONFIG, "the base %s is not there, or %s may not see it", world->base, connection_identity(connection));
	else if (error != NULL)
		*error = inner;
	arena_free(arena);
	return fine;
}

struct world *world_load(struct connection *connection, const struct world_settings *settings, struct error *error)
{
	struct world *world = memory_new(sizeof *world);
	const char *schema = NULL;

	world->arena = arena_new();
	world->controls = lookup_new();
	world->classes = lookup_new();
	world->types = lookup_new();
	pthread_mutex_init(&world->mutex, NULL);
	world->mode = KNOWN_NOT;
	world->direct = settings->direct;
	world->udm = settings->udm;
	world->forward_mode = settings->forward_mode;
	world->listfilter = settings->listfilter;
	world->alternates_unique = settings->alternates_unique;
	if (load_root(world, connection, settings, &schema, error) && load_schema(world, connection, schema, error) &&
	    load_profile(world, settings, error) && load_managed(world, connection, error))
		return world;
	world_free(world);
	return NULL;
}

void world_free(struct world *world)
{
	if (world == NULL)
		return;
	lookup_free(world->controls);
	lookup_free(world->classes);
	lookup_free(world->types);
	pthread_mutex_destroy(&world->mutex);
	arena_free(world->arena);
	free(world);
}

/* --- questions ------------------------------------------------------------------------- */

const char *world_base(const struct world *world)
{
	return world->base;
}

const struct profile *world_profile(const struct world *world)
{
	return world->profile;
}

bool world_has_control(const struct world *world, const char *oid)
{
	return lookup_get(world->controls, oid) != NULL;
}

bool world_asserts(const struct world *world)
{
	return world_has_control(world, LDAP_CONTROL_ASSERT);
}

bool world_reads_after(const struct world *world)
{
	return world_has_control(world, LDAP_CONTROL_POST_READ);
}

bool world_matches_values(const struct world *world)
{
	return world_has_control(world, LDAP_CONTROL_VALUESRETURNFILTER);
}

bool world_pages(const struct world *world)
{
	return world_has_control(world, LDAP_CONTROL_PAGEDRESULTS);
}

enum known world_unites(const struct world *world, enum known mode)
{
	return world->profile->forward_flag == NULL ? KNOWN_NOT : mode;
}

bool world_fits(const struct world *world)
{
	return profile_fits(world->profile, has_class, world);
}

bool world_has_class(const struct world *world, const char *name)
{
	return find(world->classes, name) != NULL;
}

const struct attribute_type *world_attribute(const struct world *world, const char *name)
{
	static const struct attribute_type anything = { .equality = true, .substring = true };
	const char *option = strchr(name, ';');
	struct arena *arena;
	const struct attribute_type *type;

	if (!world->schema_read)
		return &anything;
	if (option == NULL)
		return find(world->types, name);
	arena = arena_new();
	type = find(world->types, arena_bytes(arena, name, (size_t)(option - name)));
	arena_free(arena);
	return type;
}

bool world_has_tree(const struct world *world, const char *dn)
{
	size_t i;

	for (i = 0; world->trees != NULL && i < world->trees->count; i++)
		if (dn_within(dn, world->trees->values[i].bytes))
			return true;
	return false;
}

bool world_managed(const struct world *world)
{
	return world->managed;
}

enum known world_listfilter(const struct world *world)
{
	return world->listfilter;
}

enum known world_alternates_unique(const struct world *world)
{
	return world->alternates_unique;
}

bool world_direct(const struct world *world)
{
	return world->direct;
}

static enum world_writer writer_of(const struct world *world, const char *writer)
{
	if (writer == NULL || (world->direct && !world->managed))
		return WRITER_US;
	return world->udm && strcmp(writer, "udm") == 0 ? WRITER_UDM : WRITER_NOBODY;
}

enum world_writer world_writer(const struct world *world, const struct mapping *mapping)
{
	return writer_of(world, mapping->writer);
}

enum world_writer world_verb_writer(const struct world *world, const struct kind *kind, enum verb verb)
{
	const struct profile_kind *held = profile_kind(world->profile, kind);
	bool whole = verb == VERB_ADD || verb == VERB_RENAME || verb == VERB_DELETE;

	return held == NULL || !whole ? WRITER_US : writer_of(world, held->writer);
}

char *world_below(const struct world *world, struct arena *arena, const char *relative)
{
	return relative == NULL ? NULL : dn_join(arena, relative, world->base);
}

/* --- how forwards are stored -------------------------------------------------------------- */

/*
 * Any user with the flag: the flag is in use. Else a look at some users with forwards: one that holds the own
 * address tells of the older way. No forward anywhere: the flag, as on every installation since 4.4-7.
 */
static enum known ask_mode(const struct world *world, struct connection *connection)
{
	const struct profile *profile = world->profile;
	const char *const attributes[] = { profile->forward, profile->primary, NULL };
	struct arena *arena = arena_new();
	struct search search = { .base = world->base, .scope = SCOPE_BELOW, .limit = 1, .seconds = 3,
		.filter = filter_present(arena, profile->forward_flag) };
	struct found found;
	enum known mode = KNOWN_NOT;
	size_t i;

	if (request_search(connection, arena, &search, &found, NULL) && found.count > 0) {
		mode = KNOWN_YES;
	} else if (connection_is_up(connection)) {
		search.filter = filter_present(arena, profile->forward);
		search.attributes = attributes;
		search.limit = 200;
		if (request_search(connection, arena, &search, &found, NULL) && found.count == 0 && found_whole(&found))
			mode = KNOWN_YES;
		for (i = 0; connection_is_up(connection) && i < found.count; i++) {
			const char *own = entry_first(found.entries[i], profile->primary);

			if (own != NULL && entry_holds(found.entries[i], profile->forward, own))
				mode = KNOWN_NO;
		}
	}
	arena_free(arena);
	return mode;
}

enum known world_flag_mode(struct world *world, struct connection *connection)
{
	const struct profile *profile = world->profile;
	struct timespec now;
	enum known mode;

	if (world->forward_mode != NULL)
		return strcmp(world->forward_mode, "flag") == 0 ? KNOWN_YES : KNOWN_NO;
	if (profile->forward == NULL || profile->primary == NULL)
		return KNOWN_NOT;
	if (profile->forward_flag == NULL || world_attribute(world, profile->forward_flag) == NULL)
		return KNOWN_NO;
	clock_gettime(CLOCK_MONOTONIC, &now);
	/* Held while asking: a second thread shall get the answer and not "unknown". Asking ends after some seconds. */
	pthread_mutex_lock(&world->mutex);
	if (world->mode_asked == 0 || now.tv_sec - world->mode_asked > MODE_SECONDS) {
		world->mode = ask_mode(world, connection);
		world->mode_asked = now.tv_sec + 1;
	}
	mode = world->mode;
	pthread_mutex_unlock(&world->mutex);
	return mode;
}

/* --- what can be held and done -------------------------------------------------------------- */

/* A converter that writes needs its first attribute; one that only reads is content with any. */
static bool attributes_known(const struct world *world, const struct mapping *mapping)
{
	size_t i;

	if (mapping->converter->write != NULL)
		return world_attribute(world, mapping->attributes[0]) != NULL;
	for (i = 0; mapping->attributes[i] != NULL; i++)
		if (world_attribute(world, mapping->attributes[i]) != NULL)
			return true;
	return false;
}

/* Rows that come out of other objects: their address and owner are changed there, the rest follows. */
static enum directory_support support_through_owner(const struct field *field, const char **reason)
{
	if (field->flags & (FIELD_READONLY | FIELD_DERIVED))
		return SUPPORT_READONLY;
	if (field->flags & FIELD_KEY || field->type == FIELD_REFERENCE)
		return SUPPORT_YES;
	*reason = "it follows from the owner and is changed there";
	return SUPPORT_READONLY;
}

/* Why quota policies are only shown; NULL: they are written too, or this is another kind. */
static const char *policy_reason(const struct world *world, const struct kind *kind)
{
	if (kind != &kind_quotapolicy)
		return NULL;
	if (!world_has_class(world, world->profile->policy_class == NULL ? "" : world->profile->policy_class))
		return "the schema of this server has no quota policies: UCS removed them with 4.4";
	return world->profile->policy_editable ? NULL :
		"UCS removed quota policies with 4.4, so they are only shown; a profile of your own with editable = yes in policy { } allows it";
}

/* What the management system writes: as far as it offers a way that is configured. */
static enum directory_support support_elsewhere(const struct world *world, const struct profile_kind *held, const struct mapping *mapping,
		const char **reason)
{
	if (mapping->field->flags & (FIELD_READONLY | FIELD_DERIVED))
		return SUPPORT_READONLY;
	if (world_writer(world, mapping) != WRITER_UDM)
		*reason = "it is written by the management system (UDM), and the configuration has no section udm";
	else if (held->type == NULL || udm_property(held->type, mapping->field->name) == NULL)
		*reason = "it is written by the management system (UDM), and postroom knows no property of it there";
	else
		return SUPPORT_YES;
	return SUPPORT_READONLY;
}

enum directory_support world_supports(const struct world *world, const struct kind *kind, const struct field *field, const char **reason)
{
	const struct profile_kind *held = profile_kind(world->profile, kind);
	const struct mapping *mapping = profile_mapping(held, field);

	*reason = NULL;
	if (mapping != NULL && world_writer(world, mapping) != WRITER_US)
		return support_elsewhere(world, held, mapping, reason);
	if (mapping == NULL)
		*reason = profile_absent_reason(world->profile, kind);
	else if (mapping->derive != DERIVE_NOT)
		return field->flags & FIELD_ELSEWHERE ? SUPPORT_YES : SUPPORT_READONLY;
	else if (mapping->converter == NULL && held->source_count > 0)
		return support_through_owner(field, reason);
	else if (mapping->converter == NULL)
		*reason = mapping->missing;
	else if (!attributes_known(world, mapping))
		*reason = mapping->missing != NULL ? mapping->missing : "the server's schema has no attribute for it: the package that brings it is not installed";
	if (*reason != NULL)
		return SUPPORT_NO;
	if (policy_reason(world, kind) != NULL) {
		*reason = policy_reason(world, kind);
		return SUPPORT_READONLY;
	}
	return mapping->converter->write == NULL || field->flags & (FIELD_READONLY | FIELD_DERIVED) ? SUPPORT_READONLY : SUPPORT_YES;
}

const char *world_verb_reason(const struct world *world, const struct kind *kind, enum verb verb)
{
	const struct profile_kind *held = profile_kind(world->profile, kind);

	if (held == NULL)
		return profile_absent_reason(world->profile, kind);
	if (held->source_count > 0 && held->find == NULL)
		return NULL;
	if (verb == VERB_ADD && held->container == NULL)
		return "the profile in use does not say where new ones go";
	if (policy_reason(world, kind) != NULL)
		return policy_reason(world, kind);
	if (world_verb_writer(world, kind, verb) != WRITER_NOBODY)
		return NULL;
	if (!world->direct)
		return "on UCS creating, renaming and deleting users and groups belong to UDM: it keeps Samba, Kerberos, groups and the licence in step";
	if (world->managed)
		return "direct = yes is set, but this directory holds Samba or Kerberos entries, which only UDM keeps in step";
	return NULL;
}
