/*
 * profile: where the fields of our kinds live in one sort of directory.
 *
 * Turns a configuration file into constant tables and refuses what could not
 * work: unknown kinds, fields, converters, a filter that does not parse, a
 * field that is named twice.  May block on the disk; start only.
 */
#include "directory/profile.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/conffile.h"
#include "base/text.h"
#include "directory/convert.h"
#include "directory/dn.h"

static const struct conf_option field_options[] = {
	{ .name = "attribute", .type = CONF_TEXT, .help = "The attribute that holds the value." },
	{ .name = "attributes", .type = CONF_LIST, .help = "Attributes that the converter looks at; the first is written." },
	{ .name = "convert", .type = CONF_TEXT, .fallback = "same", .help = "How the value changes its shape." },
	{ .name = "class", .type = CONF_TEXT, .help = "Object class that an entry needs for it." },
	{ .name = "derive", .type = CONF_TEXT, .help = "Computed from other objects." },
	{ .name = "missing", .type = CONF_TEXT, .help = "Why this directory has no such thing." },
	{ .name = "writer", .type = CONF_TEXT, .help = "Who must write it instead, unless direct: udm." },
	{ .name = NULL },
};
static const struct conf_option explode_options[] = {
	{ .name = "kind", .type = CONF_TEXT, .help = "Kind of the objects that give rows." },
	{ .name = "key", .type = CONF_TEXT, .help = "Its field with the keys of the rows." },
	{ .name = "leads", .type = CONF_TEXT, .help = "Its field that says where they lead; left out: mail stays with the object." },
	{ .name = NULL },
};
static const struct conf_option kind_options[] = {
	{ .name = "find", .type = CONF_TEXT, .help = "Search filter of all objects of this kind." },
	{ .name = "naming", .type = CONF_TEXT, .fallback = "cn", .help = "Attribute of the relative name." },
	{ .name = "container", .type = CONF_TEXT, .help = "Where new ones go, below the base." },
	{ .name = "type", .type = CONF_TEXT, .help = "Value of mark_attribute for new ones." },
	{ .name = "classes", .type = CONF_LIST, .help = "Object classes of new ones." },
	{ .name = "new", .type = CONF_LIST, .help = "attribute=template for new ones." },
	{ .name = "writer", .type = CONF_TEXT, .help = "Who adds, renames and deletes them, unless direct." },
	{ .name = "must", .type = CONF_LIST, .help = "Attributes that the schema demands of them and that fields fill." },
	{ .name = "names_with", .type = CONF_LIST, .help = "Holders whose names new ones must not bear." },
	{ .name = "number", .type = CONF_TEXT, .help = "Attribute of new ones that is taken from the counter: uidNumber or gidNumber." },
	{ .name = "counter", .type = CONF_TEXT, .help = "Entry with the last number used." },
	{ .name = "default_group", .type = CONF_TEXT, .help = "Entry that names the group of new ones." },
	{ .name = "default_group_attribute", .type = CONF_TEXT, .help = "Attribute of it." },
	{ .name = "explode", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = explode_options,
	  .help = "Objects of another kind whose values are rows of this one; the title is a word for what they are." },
	{ .name = "field", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = field_options, .help = "One field." },
	{ .name = NULL },
};
static const struct conf_option holder_options[] = {
	{ .name = "class", .type = CONF_TEXT, .help = "Object class." },
	{ .name = "also", .type = CONF_TEXT, .help = "A second object class that it must have." },
	{ .name = "without", .type = CONF_TEXT, .help = "An object class that it must not have." },
	{ .name = "naming", .type = CONF_TEXT, .fallback = "cn", .help = "Attribute of its name." },
	{ .name = NULL },
};
static const struct conf_option absent_options[] = {
	{ .name = "reason", .type = CONF_TEXT, .help = "Why this directory has no such objects." },
	{ .name = NULL },
};
static const struct conf_option reference_options[] = {
	{ .name = "attribute", .type = CONF_TEXT, .help = "The attribute; left out: the title." },
	{ .name = "kind", .type = CONF_TEXT, .help = "What the naming object is; left out: told by its class." },
	{ .name = "of", .type = CONF_LIST, .help = "Kinds that are named so; left out: any." },
	{ .name = "by", .type = CONF_TEXT, .fallback = "dn", .help = "dn, login, address or right." },
	{ .name = "meaning", .type = CONF_TEXT, .fallback = "reference", .help = "In words." },
	{ .name = "last", .type = CONF_TEXT, .help = "What would be so without the last one of this meaning; it is not deleted then." },
	{ .name = "keeper", .type = CONF_TEXT, .help = "Who keeps it in step where the change goes through it: udm." },
	{ .name = "follow", .type = CONF_TEXT, .fallback = "no", .help = "Kept in step when what it names goes or is renamed: yes, renamed, no." },
	{ .name = NULL },
};
static const struct conf_option policy_options[] = {
	{ .name = "reference", .type = CONF_TEXT, .help = "Attribute that names a policy." },
	{ .name = "class", .type = CONF_TEXT, .help = "Object class of a quota policy." },
	{ .name = "attribute", .type = CONF_TEXT, .help = "Its quota in MB." },
	{ .name = "editable", .type = CONF_FLAG, .fallback = "no", .help = "Whether policies are created and changed here." },
	{ .name = NULL },
};
static const struct conf_option block_options[] = {
	{ .name = "container", .type = CONF_TEXT, .help = "The whole name of the tree, which is not below the base." },
	{ .name = "naming", .type = CONF_TEXT, .fallback = "cn", .help = "Attribute that holds prefix and SHA-256 of the address in lower case." },
	{ .name = "prefix", .type = CONF_TEXT, .fallback = "sha256:", .help = "What stands before the hash." },
	{ .name = "owner", .type = CONF_TEXT, .help = "Attribute with the entryUUID of who had the address." },
	{ .name = "until", .type = CONF_TEXT, .help = "Attribute with the time it is kept to." },
	{ .name = NULL },
};
static const struct conf_option profile_options[] = {
	{ .name = "name", .type = CONF_TEXT, .help = "Name of the profile." },
	{ .name = "title", .type = CONF_TEXT, .help = "Name for people." },
	{ .name = "recognise", .type = CONF_LIST, .help = "Object classes that the schema must know." },
	{ .name = "unless", .type = CONF_LIST, .help = "Object classes that the schema must not know." },
	{ .name = "secrets", .type = CONF_LIST, .help = "Attributes that are never read." },
	{ .name = "mark_class", .type = CONF_TEXT, .help = "Object class of managed objects." },
	{ .name = "mark_attribute", .type = CONF_TEXT, .help = "Attribute with their type." },
	{ .name = "identifier", .type = CONF_TEXT, .help = "Attribute with a UUID of their own." },
	{ .name = "primary", .type = CONF_TEXT, .help = "Attribute of primary addresses." },
	{ .name = "alternate", .type = CONF_TEXT, .help = "Attribute of alternative addresses." },
	{ .name = "forward", .type = CONF_TEXT, .help = "Attribute of forward targets." },
	{ .name = "forward_flag", .type = CONF_TEXT, .help = "Attribute of the flag that keeps a copy." },
	{ .name = "locks", .type = CONF_TEXT, .help = "Container of lock entries, below the base." },
	{ .name = "lock_class", .type = CONF_TEXT, .fallback = "lock", .help = "Object class of a lock." },
	{ .name = "lock_time", .type = CONF_TEXT, .fallback = "lockTime", .help = "Attribute with the second a lock ends." },
	{ .name = "managed", .type = CONF_TEXT, .help = "Filter of entries that show that only the management system may write users." },
	{ .name = "policy", .type = CONF_SECTION, .inside = policy_options, .help = "Quota policies." },
	{ .name = "blocks", .type = CONF_SECTION, .inside = block_options, .help = "Former addresses that are kept from others." },
	{ .name = "holder", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = holder_options, .help = "Who can hold an address." },
	{ .name = "reference", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = reference_options, .help = "What names a user elsewhere." },
	{ .name = "absent", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = absent_options, .help = "A kind that there is no place for." },
	{ .name = "kind", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = kind_options, .help = "One kind of object." },
	{ .name = NULL },
};

static bool wrong(struct error *error, const struct conf_section *where, const char *what, const char *value)
{
	return error_set(error, ERROR_CONFIG, "%s, line %d: %s %s", conf_file(where), conf_line(where), what, value == NULL ? "" : value);
}

static const char *copied(struct arena *arena, const struct conf_section *section, const char *option)
{
	return arena_text(arena, conf_text(section, option));
}

static const char *const *list(struct arena *arena, const struct conf_section *section, const char *option)
{
	size_t count = conf_list_count(section, option), i;
	const char **items = arena_alloc(arena, (count + 1) * sizeof *items);

	for (i = 0; i < count; i++)
		items[i] = arena_text(arena, conf_list_item(section, option, i));
	return items;
}

/* --- fields ------------------------------------------------------------------ */

static bool read_derive(const struct conf_section *section, enum derive *derive, struct error *error)
{
	static const char *const words[] = {
		[DERIVE_GROUPS] = "groups", [DERIVE_LISTS] = "lists", [DERIVE_RIGHTS] = "rights",
		[DERIVE_RECIPIENTS] = "recipients", [DERIVE_OUTSIDE] = "outside", [DERIVE_SENDER_RULE] = "sender_rule",
		[DERIVE_ATTACHED] = "attached", [DERIVE_REACHES] = "reaches", [DERIVE_WRITTEN] = "written",
		[DERIVE_ENFORCED] = "enforced", [DERIVE_POLICY_QUOTA] = "policy_quota",
		[DERIVE_USERS_IN_DOMAIN] = "users_in_domain", [DERIVE_GROUPS_IN_DOMAIN] = "groups_in_domain",
		[DERIVE_LISTS_IN_DOMAIN] = "lists_in_domain", [DERIVE_FOLDERS_IN_DOMAIN] = "folders_in_domain",
	};
	const char *word = conf_text(section, "derive");
	size_t i;

	*derive = DERIVE_NOT;
	if (word == NULL)
		return true;
	for (i = 1; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], word) == 0) {
			*derive = (enum derive)i;
			return true;
		}
	return wrong(error, section, "nothing is derived as", word);
}

static bool read_attributes(struct arena *arena, const struct conf_section *section, struct mapping *mapping, struct error *error)
{
	const char *one = conf_text(section, "attribute");
	size_t i;

	mapping->attributes = list(arena, section, "attributes");
	if (one != NULL && mapping->attributes[0] != NULL)
		return wrong(error, section, "has both attribute and attributes: field", conf_title(section));
	if (one != NULL) {
		const char **items = arena_alloc(arena, 2 * sizeof *items);

		items[0] = arena_text(arena, one);
		mapping->attributes = items;
	}
	for (i = 0; mapping->attributes[i] != NULL; i++)
		if (!filter_attribute_legal(mapping->attributes[i]))
			return wrong(error, section, "this is no attribute name:", mapping->attributes[i]);
	return true;
}

static bool read_field(struct arena *arena, const struct conf_section *section, struct mapping *mapping, struct error *error)
{
	mapping->missing = copied(arena, section, "missing");
	mapping->class = copied(arena, section, "class");
	mapping->writer = copied(arena, section, "writer");
	if (!read_attributes(arena, section, mapping, error) || !read_derive(section, &mapping->derive, error))
		return false;
	if (mapping->attributes[0] != NULL) {
		mapping->converter = converter_find(conf_text(section, "convert"));
		if (mapping->converter == NULL)
			return wrong(error, section, "there is no converter", conf_text(section, "convert"));
		if (mapping->converter->masked && mapping->field->type != FIELD_PARTS)
			return wrong(error, section, "this field has no parts for the converter", mapping->converter->name);
	} else if (mapping->derive == DERIVE_NOT && mapping->missing == NULL) {
		mapping->missing = arena_format(arena, "the profile %s has no attribute for it", conf_file(section));
	}
	return true;
}

/* --- kinds --------------------------------------------------------------------- */

static bool read_kind_words(struct arena *arena, const struct conf_section *section, struct profile_kind *kind, struct error *error)
{
	struct error inner = { 0 };
	const char *find = conf_text(section, "find");

	if (find == NULL && conf_section_count(section, "explode") == 0)
		return wrong(error, section, "find is missing in kind", conf_title(section));
	if (find != NULL && (kind->find = filter_parse(arena, find, &inner)) == NULL)
		return wrong(error, section, inner.text, NULL);
	kind->naming = copied(arena, section, "naming");
	if (!filter_attribute_legal(kind->naming))
		return wrong(error, section, "naming is no attribute name:", kind->naming);
	kind->container = copied(arena, section, "container");
	if (kind->container != NULL && !dn_valid(kind->container))
		return wrong(error, section, "container is no name below the base:", kind->container);
	kind->type = copied(arena, section, "type");
	kind->classes = list(arena, section, "classes");
	kind->derived = list(arena, section, "new");
	kind->writer = copied(arena, section, "writer");
	kind->number = copied(arena, section, "number");
	if (kind->number != NULL && strcmp(kind->number, "uidNumber") != 0 && strcmp(kind->number, "gidNumber") != 0)
		return wrong(error, section, "number is uidNumber or gidNumber, not", kind->number);
	kind->must = list(arena, section, "must");
	kind->names_with = list(arena, section, "names_with");
	kind->counter = copied(arena, section, "counter");
	kind->default_group = copied(arena, section, "default_group");
	kind->default_group_attribute = copied(arena, section, "default_group_attribute");
	return true;
}

/* Which forwards are stored depends on the address, so whoever writes one of these writes all. */
static bool one_writer(const struct conf_section *section, const struct profile_kind *kind, struct error *error)
{
	static const char *const names[] = { "address", "forwards", "keep_copy" };
	const struct field *first = kind_field(kind->kind, names[0]);

	for (size_t i = 1; first != NULL && i < sizeof names / sizeof *names; i++) {
		const struct field *field = kind_field(kind->kind, names[i]);

		if (field != NULL && (profile_mapping(kind, first)->writer == NULL) != (profile_mapping(kind, field)->writer == NULL))
			return wrong(error, section, "address, forwards and keep_copy must have the same writer in kind", conf_title(section));
	}
	return true;
}

static bool read_kind(struct arena *arena, const struct conf_section *section, struct profile_kind *kind, struct error *error)
{
	struct mapping *mappings;
	size_t count, i;

	kind->kind = kind_find(conf_title(section));
	if (kind->kind == NULL)
		return wrong(error, section, "there is no kind", conf_title(section));
	if (!read_kind_words(arena, section, kind, error))
		return false;
	count = kind_field_count(kind->kind);
	mappings = arena_alloc(arena, count * sizeof *mappings);
	for (i = 0; i < count; i++) {
		mappings[i].field = &kind->kind->fields[i];
		mappings[i].attributes = arena_alloc(arena, sizeof(char *));
		mappings[i].missing = arena_format(arena, "the profile %s does not name it", conf_file(section));
	}
	for (i = 0; i < conf_section_count(section, "field"); i++) {
		const struct conf_section *inner = conf_section(section, "field", i);
		const struct field *field = kind_field(kind->kind, conf_title(inner));

		if (field == NULL)
			return wrong(error, inner, "this kind has no field", conf_title(inner));
		if (!read_field(arena, inner, &mappings[kind_field_index(kind->kind, field)], error))
			return false;
	}
	kind->mappings = mappings;
	return one_writer(section, kind, error);
}

static bool source_field(const struct conf_section *section, const struct profile_kind *from, const char *option, const struct mapping **mapping,
		struct error *error)
{
	const char *name = conf_text(section, option);
	const struct field *field = name == NULL ? NULL : kind_field(from->kind, name);

	*mapping = NULL;
	if (name == NULL && strcmp(option, "leads") == 0)
		return true;
	if (field == NULL)
		return wrong(error, section, "the kind that rows come from has no such field:", name == NULL ? option : name);
	*mapping = profile_mapping(from, field);
	return (*mapping)->converter != NULL || wrong(error, section, "rows come from a field without an attribute:", name);
}

/* After all kinds: a row may come from a kind that stands further down. */
static bool read_sources(struct arena *arena, const struct conf_section *section, struct profile_kind *kind, const struct profile *profile,
		struct error *error)
{
	size_t count = conf_section_count(section, "explode"), i;
	struct profile_source *sources = arena_alloc(arena, count * sizeof *sources);

	for (i = 0; i < count; i++) {
		const struct conf_section *inner = conf_section(section, "explode", i);
		const struct kind *from = kind_find(conf_text(inner, "kind"));

		sources[i].word = arena_text(arena, conf_title(inner));
		sources[i].from = from == NULL ? NULL : profile_kind(profile, from);
		if (sources[i].from == NULL || sources[i].from->find == NULL)
			return wrong(error, inner, "rows come from a kind that this profile does not find:", conf_text(inner, "kind"));
		if (!source_field(inner, sources[i].from, "key", &sources[i].key, error) || !source_field(inner, sources[i].from, "leads", &sources[i].leads, error))
			return false;
	}
	kind->sources = sources;
	kind->source_count = count;
	return true;
}

static bool read_kinds(struct arena *arena, const struct conf_section *root, struct profile *profile, struct error *error)
{
	size_t count = conf_section_count(root, "kind"), i;
	struct profile_kind *list_of = arena_alloc(arena, count * sizeof *list_of);

	for (i = 0; i < count; i++)
		if (!read_kind(arena, conf_section(root, "kind", i), &list_of[i], error))
			return false;
	profile->kinds = list_of;
	profile->kind_count = count;
	for (i = 0; i < count; i++)
		if (!read_sources(arena, conf_section(root, "kind", i), &list_of[i], profile, error))
			return false;
	return count > 0 || wrong(error, root, "names no kind of object", NULL);
}

static bool read_holders(struct arena *arena, const struct conf_section *root, struct profile *profile, struct error *error)
{
	size_t count = conf_section_count(root, "holder"), i;
	struct profile_holder *holders = arena_alloc(arena, count * sizeof *holders);

	for (i = 0; i < count; i++) {
		const struct conf_section *section = conf_section(root, "holder", i);

		holders[i].name = arena_text(arena, conf_title(section));
		holders[i].class = copied(arena, section, "class");
		holders[i].also = copied(arena, section, "also");
		holders[i].without = copied(arena, section, "without");
		holders[i].naming = copied(arena, section, "naming");
		if (holders[i].class == NULL || !filter_attribute_legal(holders[i].naming))
			return wrong(error, section, "class is missing or naming is no attribute: holder", holders[i].name);
	}
	profile->holders = holders;
	profile->holder_count = count;
	return true;
}

static bool read_absent(struct arena *arena, const struct conf_section *root, struct profile *profile, struct error *error)
{
	size_t count = conf_section_count(root, "absent"), i;
	struct profile_absent *list_of = arena_alloc(arena, count * sizeof *list_of);

	for (i = 0; i < count; i++) {
		const struct conf_section *section = conf_section(root, "absent", i);

		list_of[i].kind = kind_find(conf_title(section));
		list_of[i].reason = copied(arena, section, "reason");
		if (list_of[i].kind == NULL)
			return wrong(error, section, "there is no kind", conf_title(section));
		if (list_of[i].reason == NULL)
			return wrong(error, section, "reason is missing: absent", conf_title(section));
	}
	profile->absent = list_of;
	profile->absent_count = count;
	return true;
}

static bool read_follow(const struct conf_section *section, enum reference_follow *follow, struct error *error)
{
	static const char *const words[] = { [FOLLOW_NOT] = "no", [FOLLOW_RENAMED] = "renamed", [FOLLOW_ALWAYS] = "yes" };
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i], conf_text(section, "follow")) == 0) {
			*follow = (enum reference_follow)i;
			return true;
		}
	return wrong(error, section, "follow is yes, renamed or no, not", conf_text(section, "follow"));
}

static bool read_of(const struct conf_section *section, const struct profile_reference *row, struct error *error)
{
	size_t i;

	for (i = 0; row->of[i] != NULL; i++)
		if (kind_find(row->of[i]) == NULL)
			return wrong(error, section, "there is no kind", row->of[i]);
	return true;
}

static bool read_references(struct arena *arena, const struct conf_section *root, struct profile *profile, struct error *error)
{
	static const char *const by[] = { [BY_DN] = "dn", [BY_LOGIN] = "login", [BY_ADDRESS] = "address", [BY_RIGHT] = "right" };
	size_t count = conf_section_count(root, "reference"), i, j;
	struct profile_reference *references = arena_alloc(arena, count * sizeof *references);

	for (i = 0; i < count; i++) {
		const struct conf_section *section = conf_section(root, "reference", i);

		references[i].attribute = conf_text(section, "attribute") != NULL ? copied(arena, section, "attribute") : arena_text(arena, conf_title(section));
		references[i].kind = copied(arena, section, "kind");
		references[i].meaning = copied(arena, section, "meaning");
		references[i].keeper = copied(arena, section, "keeper");
		references[i].last = copied(arena, section, "last");
		references[i].of = list(arena, section, "of");
		if (!read_follow(section, &references[i].follow, error) || !read_of(section, &references[i], error))
			return false;
		for (j = 0; j < sizeof by / sizeof *by; j++)
			if (strcmp(by[j], conf_text(section, "by")) == 0)
				break;
		if (j == sizeof by / sizeof *by || !filter_attribute_legal(references[i].attribute))
			return wrong(error, section, "by is dn, login, address or right, not", conf_text(section, "by"));
		references[i].by = (enum reference_by)j;
	}
	profile->references = references;
	profile->reference_count = count;
	return true;
}

static bool read_words(struct arena *arena, const struct conf_section *root, struct profile *profile, struct error *error)
{
	struct error inner = { 0 };
	const char *managed = conf_text(root, "managed");
	const char *const single[] = { "mark_class", "mark_attribute", "identifier", "primary", "alternate", "forward", "forward_flag", "lock_time" };
	size_t i;

	for (i = 0; i < sizeof single / sizeof *single; i++)
		if (conf_text(root, single[i]) != NULL && !filter_attribute_legal(conf_text(root, single[i])))
			return wrong(error, root, "this is no attribute name:", conf_text(root, single[i]));
	profile->recognise = list(arena, root, "recognise");
	profile->unless = list(arena, root, "unless");
	profile->secrets = list(arena, root, "secrets");
	profile->mark_class = copied(arena, root, "mark_class");
	profile->mark_attribute = copied(arena, root, "mark_attribute");
	profile->identifier = copied(arena, root, "identifier");
	profile->primary = copied(arena, root, "primary");
	profile->alternate = copied(arena, root, "alternate");
	profile->forward = copied(arena, root, "forward");
	profile->forward_flag = copied(arena, root, "forward_flag");
	profile->locks = copied(arena, root, "locks");
	profile->lock_class = copied(arena, root, "lock_class");
	profile->lock_time = copied(arena, root, "lock_time");
	if (managed != NULL && (profile->managed = filter_parse(arena, managed, &inner)) == NULL)
		return wrong(error, root, inner.text, NULL);
	return true;
}

static bool read_blocks(struct arena *arena, const struct conf_section *root, struct profile *profile, struct error *error)
{
	const struct conf_section *section = conf_section_count(root, "blocks") > 0 ? conf_section(root, "blocks", 0) : NULL;

	if (section == NULL || conf_text(section, "container") == NULL)
		return true;
	profile->blocks = copied(arena, section, "container");
	profile->block_naming = copied(arena, section, "naming");
	profile->block_prefix = copied(arena, section, "prefix");
	profile->block_owner = copied(arena, section, "owner");
	profile->block_until = copied(arena, section, "until");
	if (!dn_valid(profile->blocks))
		return wrong(error, section, "container is no name of an entry:", profile->blocks);
	if (!filter_attribute_legal(profile->block_naming) || profile->block_owner == NULL || !filter_attribute_legal(profile->block_owner) ||
	    profile->block_until == NULL || !filter_attribute_legal(profile->block_until))
		return wrong(error, section, "blocks needs the attributes naming, owner and until", NULL);
	return true;
}

static struct profile *read_conf(struct arena *arena, struct conf *conf, struct error *error)
{
	const struct conf_section *root = conf_root(conf), *policy = NULL;
	struct profile *profile = arena_alloc(arena, sizeof *profile);

	profile->name = copied(arena, root, "name");
	profile->title = copied(arena, root, "title");
	profile->file = arena_text(arena, conf_file(root));
	if (profile->name == NULL) {
		wrong(error, root, "name is missing", NULL);
		return NULL;
	}
	if (profile->title == NULL)
		profile->title = profile->name;
	if (conf_section_count(root, "policy") > 0)
		policy = conf_section(root, "policy", 0);
	if (policy != NULL && conf_text(policy, "reference") != NULL && conf_text(policy, "class") != NULL && conf_text(policy, "attribute") != NULL) {
		profile->policy_reference = copied(arena, policy, "reference");
		profile->policy_class = copied(arena, policy, "class");
		profile->policy_attribute = copied(arena, policy, "attribute");
		profile->policy_editable = conf_flag(policy, "editable");
	}
	if (!read_words(arena, root, profile, error) || !read_blocks(arena, root, profile, error) || !read_holders(arena, root, profile, error) || !read_absent(arena, root, profile, error) ||
	    !read_references(arena, root, profile, error) || !read_kinds(arena, root, profile, error))
		return NULL;
	return profile;
}

struct profile *profile_read_file(struct arena *arena, const char *path, struct error *error)
{
	struct conf *conf = conf_read_file(path, profile_options, error);
	struct profile *profile = conf == NULL ? NULL : read_conf(arena, conf, error);

	conf_free(conf);
	return profile;
}

struct profile *profile_read_text(struct arena *arena, const char *name, const char *words, struct error *error)
{
	struct conf *conf = conf_read_text(name, words, profile_options, error);
	struct profile *profile = conf == NULL ? NULL : read_conf(arena, conf, error);

	conf_free(conf);
	return profile;
}
