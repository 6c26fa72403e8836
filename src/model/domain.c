/*
 * domain: the kind of a mail domain.  It has nothing but a name; what lives in
 * it is counted when one domain is read.  Rules: ucs-directory 5 and 7.
 * Constant data, any thread.
 */
#include "model/check.h"
#include "model/kind.h"

static const struct field domain_fields[] = {
	{
		.name = "name", .label = "Domain", .type = FIELD_DOMAIN,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH | FIELD_LOWER,
		.group = "Domain", .width = 40,
		.help = "Lower-case letters, digits, dots and hyphens. "
			"A name with other letters is typed as it is read and stored in its xn-- form.",
	},
	{
		.name = "unicode", .label = "Written as", .type = FIELD_TEXT, .flags = FIELD_DERIVED,
		.group = "Domain", .width = 30,
		.help = "How people read an internationalised name; empty where the name is plain.",
	},
	{
		.name = "users", .label = "Users", .type = FIELD_NUMBER, .flags = FIELD_DERIVED,
		.group = "In use by", .width = 7,
		.help = "Users with a primary or alternative address in this domain.",
	},
	{
		.name = "groups", .label = "Groups", .type = FIELD_NUMBER, .flags = FIELD_DERIVED,
		.group = "In use by", .width = 7,
		.help = "Groups with an address in this domain.",
	},
	{
		.name = "lists", .label = "Mailing lists", .type = FIELD_NUMBER, .flags = FIELD_DERIVED,
		.group = "In use by", .width = 7,
		.help = "Mailing lists with an address in this domain.",
	},
	{
		.name = "folders", .label = "Shared folders", .type = FIELD_NUMBER, .flags = FIELD_DERIVED,
		.group = "In use by", .width = 7,
		.help = "Shared folders with a name or an address in this domain.",
	},
	{ .name = NULL },
};

const struct kind kind_domain = {
	.name = "domain", .title = "Domains", .noun = "domain",
	.verbs = KIND_CAN_ADD | KIND_CAN_RENAME | KIND_CAN_DELETE,
	.fields = domain_fields, .name_field = "name",
	.help = "A mail domain: addresses in it are accepted and delivered here. "
		"Deleting or renaming one that is in use is refused, since the directory would leave the addresses dangling.",
};
