/*
 * examine_access: what this login may read and write.
 *
 * Writing is asked with a Modify that deletes a value which is not there,
 * under the critical no-op control (hidden, but known to OpenLDAP): the server
 * checks the right first and says 50 where it is missing and 16 ("no such
 * value") where it is there.  Nothing can change, whatever the server thinks of
 * the control.  Measured with slapd 2.5.13.
 */
#include "directory/examine_private.h"

#include <ldap.h>
#include <string.h>
#include <sys/time.h>

#include "directory/connection_private.h"
#include "directory/filter.h"
#include "directory/profile.h"
#include "directory/request.h"
#include "directory/trouble.h"
#include "model/kind.h"

#define NO_OP "1.3.6.1.4.1.4203.666.5.2"
/* Legal as a number, as a text and as an address without a domain; nobody has it. */
#define NOBODY_HAS "918273645546372819"

/* Sends the question; the LDAP result code. Below zero: the connection is gone. */
static int try_write(struct look *look, const char *dn, const char *attribute)
{
	struct connection *connection = look->connection;
	const unsigned seconds = connection->settings->read_seconds;
	struct timeval patience = { .tv_sec = seconds };
	char name[128], value[] = NOBODY_HAS, *values[] = { value, NULL }, oid[] = NO_OP;
	LDAPMod change = { .mod_op = LDAP_MOD_DELETE, .mod_type = name, .mod_values = values }, *changes[] = { &change, NULL };
	LDAPControl no_op = { .ldctl_oid = oid, .ldctl_iscritical = 1 }, *controls[] = { &no_op, NULL };
	LDAPMessage *message = NULL;
	int id = -1, code, result = LDAP_OTHER;

	if (strlen(attribute) >= sizeof(name))
		return LDAP_OTHER;
	memcpy(name, attribute, strlen(attribute) + 1);
	guard_arm(connection->guard, (int64_t)seconds * 1000 + REQUEST_GRACE_MS);
	code = ldap_modify_ext(connection->handle, dn, changes, controls, NULL, &id);
	if (code == LDAP_SUCCESS) {
		int got = ldap_result(connection->handle, id, LDAP_MSG_ALL, &patience, &message);

		code = got > 0 ? LDAP_SUCCESS : got == 0 ? LDAP_TIMEOUT : LDAP_SERVER_DOWN;
	}
	guard_disarm(connection->guard);
	if (code == LDAP_SUCCESS && ldap_parse_result(connection->handle, message, &result, NULL, NULL, NULL, NULL, 1) == LDAP_SUCCESS)
		return result;
	return code < 0 ? code : result;
}

struct rights { struct word_list may, may_not; int odd; };

/* False where the connection was lost. */
static bool ask_field(struct look *look, const struct entry *user, const char *field_name, const char *words, struct rights *rights,
		struct error *error)
{
	const struct kind *kind = kind_find("user");
	const struct field *field = kind ? kind_field(kind, field_name) : NULL;
	const struct mapping *mapping = field ? profile_mapping(profile_kind(world_profile(look->world), kind), field) : NULL;
	int code;

	if (!mapping || !mapping->converter || !mapping->attributes[0] || !world_attribute(look->world, mapping->attributes[0]))
		return true;
	code = try_write(look, user->dn, mapping->attributes[0]);
	if (code < 0)
		return connection_failed(look->connection, code, NULL, "asking what this login may write", error);
	if (code == LDAP_NO_SUCH_ATTRIBUTE)
		word_list_add(&rights->may, words);
	else if (code == LDAP_INSUFFICIENT_ACCESS)
		word_list_add(&rights->may_not, words);
	else
		rights->odd = code;
	return true;
}

static void report_rights(struct look *look, const struct entry *user, struct rights *rights)
{
	const char *identity = connection_identity(look->connection);

	if (rights->odd == LDAP_REFERRAL)
		look_add(look, WARNING, "writing", "%s is a copy and sends changes elsewhere: name the server that takes them first in uri [LDAP 10].",
			connection_uri(look->connection));
	else if (rights->odd != 0)
		look_add(look, NOTE, "writing", "What %s may write cannot be asked at this server: it shows when a change is made [LDAP %d].",
			identity, rights->odd);
	if (rights->may.count > 0)
		look_add(look, OK, "writing", "%s may change %s (asked for %s; nothing was changed).", identity,
			word_list_take(&rights->may, look->arena), user->dn);
	if (rights->may_not.count > 0)
		look_add(look, NOTE, "writing", "%s may not change %s: the server would refuse it.", identity,
			word_list_take(&rights->may_not, look->arena));
	text_free(&rights->may.text);
	text_free(&rights->may_not.text);
}

static bool report_writing(struct look *look, const struct entry *user, struct error *error)
{
	static const struct { const char *field, *words; } asked[] = {
		{ "quota", "quotas" }, { "forwards", "forwards" }, { "alternates", "alternative addresses" },
		{ "address", "primary addresses" }, { "home_server", "home servers" },
	};
	struct rights rights = { .odd = 0 };
	bool fine = true;
	size_t i;

	for (i = 0; fine && i < sizeof(asked) / sizeof(asked[0]); i++)
		fine = ask_field(look, user, asked[i].field, asked[i].words, &rights, error);
	report_rights(look, user, &rights);
	return fine;
}

/* What the precondition of a write and the recognition of an object need. */
static void report_reading(struct look *look, const struct entry *user)
{
	static const char *const needed[] = { "entryUUID", "entryCSN" };
	struct word_list missing = { .count = 0 };
	size_t i;

	for (i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!entry_get(user, needed[i]))
			word_list_add(&missing, needed[i]);
	if (missing.count > 0)
		look_add(look, WARNING, "reading", "%s cannot read %s, which tell whether an entry was changed meanwhile and whether it is still the"
			" same one: give this login read access to them.", connection_identity(look->connection), word_list_take(&missing, look->arena));
	else
		look_add(look, OK, "reading", "entryUUID and entryCSN can be read, so a change by somebody else is noticed.");
}

bool look_at_access(struct look *look, struct error *error)
{
	static const char *const attributes[] = { "entryUUID", "entryCSN", NULL };
	const struct kind *kind = kind_find("user");
	const struct profile_kind *held = kind ? profile_kind(world_profile(look->world), kind) : NULL;
	struct search search = { .base = world_base(look->world), .scope = SCOPE_BELOW, .attributes = attributes, .limit = 1 };
	struct found found = { .count = 0 };
	struct error why = { 0 };

	if (!held)
		return true;
	search.filter = held->find;
	if (!request_search(look->connection, look->arena, &search, &found, &why))
		return look_goes_on(look, &why, error);
	if (found.count == 0) {
		look_add(look, WARNING, "reading", "%s sees no user below %s: either there are none, or it has no right to see them.",
			connection_identity(look->connection), world_base(look->world));
		return true;
	}
	report_reading(look, found.entries[0]);
	return report_writing(look, found.entries[0], error);
}
