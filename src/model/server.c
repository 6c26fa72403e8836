/*
 * server: the internal kind of a host with the IMAP service.  It feeds the
 * picker of the home server and is never written.  Rules: ucs-directory 13.
 * Constant data, any thread.
 */
#include "model/check.h"
#include "model/kind.h"

static const struct field server_fields[] = {
	{
		.name = "name", .label = "Server", .type = FIELD_DOMAIN,
		.flags = FIELD_KEY | FIELD_REQUIRED | FIELD_FIXED | FIELD_COLUMN | FIELD_SEARCH | FIELD_LOWER | FIELD_READONLY,
		.group = "Server", .width = 40,
		.help = "The full internal name of the host, host and domain.",
	},
	{
		.name = "services", .label = "Services", .type = FIELD_TEXT,
		.flags = FIELD_MANY | FIELD_COLUMN | FIELD_READONLY,
		.group = "Server", .width = 30,
		.help = "What the host says it serves; only hosts with IMAP can be a home server.",
	},
	{ .name = NULL },
};

const struct kind kind_server = {
	.name = "server", .title = "Servers", .noun = "server",
	.verbs = 0, .internal = true,
	.fields = server_fields, .name_field = "name",
	.help = "A host with the IMAP service, offered as home server.",
};
