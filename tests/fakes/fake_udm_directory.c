/*
 * fake_udm_directory: users/user and groups/group of the fake UDM, kept in a
 * real LDAP server.
 *
 * A table says where each property stands; what UDM does besides (number,
 * default group, names in groups) is done by hand.  Fails by the reply.
 * Source: ucs-directory 8, 9, 20.  The fake's thread.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "tests/fakes/fake_udm_private.h"

/* USERS and GROUPS share one attribute; what begins with uid= is a user. */
enum sort { TEXT, MANY, MEGABYTES, FLAG_EXPIRE, FLAG_RESET, LOCKED, UNLOCK, PASSWORD, DIGIT, USERS, GROUPS };
static const struct row { const char *property, *attribute; enum sort sort; } user_table[] = {
	{ "username", "uid", TEXT }, { "firstname", "givenName", TEXT }, { "lastname", "sn", TEXT }, { "displayName", "displayName", TEXT },
	{ "departmentNumber", "departmentNumber", MANY }, { "phone", "telephoneNumber", MANY }, { "roomNumber", "roomNumber", MANY },
	{ "employeeNumber", "employeeNumber", TEXT }, { "description", "description", TEXT },
	{ "mailPrimaryAddress", "mailPrimaryAddress", TEXT }, { "mailAlternativeAddress", "mailAlternativeAddress", MANY },
	{ "mailForwardAddress", "mailForwardAddress", MANY }, { "mailForwardCopyToSelf", "mailForwardCopyToSelf", DIGIT },
	{ "mailHomeServer", "univentionMailHomeServer", TEXT }, { "mailUserQuota", "univentionMailUserQuota", MEGABYTES },
	{ "password", "userPassword", PASSWORD }, { "disabled", "shadowExpire", FLAG_EXPIRE }, { "pwdChangeNextLogin", "pwdReset", FLAG_RESET },
	{ "locked", "pwdAccountLockedTime", LOCKED }, { "unlock", "pwdAccountLockedTime", UNLOCK },
	{ NULL, NULL, TEXT },
}, group_table[] = {
	{ "name", "cn", TEXT }, { "description", "description", TEXT }, { "mailAddress", "mailPrimaryAddress", TEXT },
	{ "users", "uniqueMember", USERS }, { "nestedGroup", "uniqueMember", GROUPS }, { "allowedEmailUsers", "univentionAllowedEmailUsers", MANY },
	{ "allowedEmailGroups", "univentionAllowedEmailGroups", MANY },
	{ NULL, NULL, TEXT },
};
enum { ROWS = 32, VALUES_MOST = 64 };
/* The table of the module at hand; the fake has one thread. */
static const struct row *table = user_table;
static const char *module = "users/user";

bool udm_directory_module(const char *name)
{
	module = strcmp(name, "groups/group") == 0 ? "groups/group" : "users/user";
	table = module[0] == 'g' ? group_table : user_table;
	return strcmp(name, module) == 0;
}

static const char *key(void)
{
	return table == group_table ? "cn" : "uid";
}

/* --- LDAP in small ------------------------------------------------------------------------------ */

LDAP *udm_directory_open(const char *uri, const char *ca_file, const char *bind_dn, const char *secret)
{
	LDAP *ldap = NULL;
	int version = LDAP_VERSION3, demand = LDAP_OPT_X_TLS_DEMAND, client = 0;
	char *copy = strdup(secret);
	struct berval password = { .bv_val = copy, .bv_len = strlen(copy) };

	if (ldap_initialize(&ldap, uri) != LDAP_SUCCESS)
		abort();
	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, ca_file);
	ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client);
	if (ldap_start_tls_s(ldap, NULL, NULL) != LDAP_SUCCESS || ldap_sasl_bind_s(ldap, bind_dn, LDAP_SASL_SIMPLE, &password, NULL, NULL, NULL) != LDAP_SUCCESS) {
		ldap_unbind_ext(ldap, NULL, NULL);
		ldap = NULL;
	}
	free(copy);
	return ldap;
}

static char *unconst(const char *words)
{
	union { const char *in; char *out; } cast = { .in = words };

	return cast.out;
}

/* One attribute; values NULL-terminated, NULL: goes as a whole. */
static int modify(LDAP *ldap, const char *dn, int op, const char *attribute, char **values)
{
	LDAPMod mod = { .mod_op = op, .mod_type = unconst(attribute), .mod_values = values };
	LDAPMod *mods[] = { &mod, NULL };

	return ldap_modify_ext_s(ldap, dn, mods, NULL, NULL);
}

static LDAPMessage *entry_of(LDAP *ldap, const char *dn, LDAPMessage **found)
{
	static char all[] = "*", operational[] = "+";

	*found = NULL;
	if (ldap_search_ext_s(ldap, dn, LDAP_SCOPE_BASE, "(objectClass=*)", (char *[]){ all, operational, NULL }, 0, NULL, NULL, NULL, 0, found) != LDAP_SUCCESS)
		return NULL;
	return ldap_first_entry(ldap, *found);
}

/* First value; heap, NULL: none. */
static char *first(LDAP *ldap, LDAPMessage *entry, const char *attribute)
{
	struct berval **values = ldap_get_values_len(ldap, entry, attribute);
	char *value = values && values[0] ? strndup(values[0]->bv_val, values[0]->bv_len) : NULL;

	ldap_value_free_len(values);
	return value;
}

/* --- replies ----------------------------------------------------------------------------------------- */

void udm_directory_refuse(struct udm_reply *reply, const char *field, const char *words)
{
	json_t *error;

	if (strcmp(field, "dn") == 0)
		error = json_pack("{s:[s], s:s, s:s}", "location", "dn", "message", words, "type", "value_error");
	else
		error = json_pack("{s:[s,s,s], s:s, s:s}", "location", "body", "properties", field, "message", words, "type", "value_error");
	reply->status = 422;
	reply->body = json_pack("{s:{s:i, s:s, s:s}, s:{s:[o]}}", "error", "code", 422, "title", "Unprocessable Entity", "message", "1 error(s) occurred",
		"_embedded", "udm:error", error);
}

static void refuse_code(struct udm_reply *reply, int code)
{
	if (code == LDAP_ALREADY_EXISTS)
		udm_directory_refuse(reply, "dn", "Object exists");
	else if (code == LDAP_CONSTRAINT_VIOLATION)
		udm_directory_refuse(reply, "mailPrimaryAddress", "The mail address is already in use");
	else if (code == LDAP_SERVER_DOWN)
		reply->status = 503;
	else
		udm_directory_refuse(reply, "username", ldap_err2string(code));
}

/* --- showing ------------------------------------------------------------------------------------------ */

static json_t *shown(LDAP *ldap, LDAPMessage *entry, size_t row)
{
	struct berval **values = ldap_get_values_len(ldap, entry, table[row].attribute);
	bool any = values && values[0];
	json_t *out;

	switch (table[row].sort) {
	case MANY:
	case USERS:
	case GROUPS:
		out = json_array();
		for (int i = 0; any && values[i]; i++)
			if (table[row].sort == MANY || (strncasecmp(values[i]->bv_val, "uid=", 4) == 0) == (table[row].sort == USERS))
				json_array_append_new(out, json_stringn(values[i]->bv_val, values[i]->bv_len));
		break;
	case MEGABYTES:
		out = json_integer(any ? atoll(values[0]->bv_val) : 0);
		break;
	case FLAG_EXPIRE:
		out = json_boolean(any && strcmp(values[0]->bv_val, "1") == 0);
		break;
	case FLAG_RESET:
		out = json_boolean(any && strcmp(values[0]->bv_val, "TRUE") == 0);
		break;
	case LOCKED:
		out = json_boolean(any && strcmp(values[0]->bv_val, "000001010000Z") != 0);
		break;
	case UNLOCK:
	case PASSWORD:
		out = json_null();
		break;
	case DIGIT:
		out = json_string(any ? values[0]->bv_val : "0");
		break;
	default:
		out = any ? json_stringn(values[0]->bv_val, values[0]->bv_len) : json_null();
	}
	ldap_value_free_len(values);
	return out;
}

void udm_directory_show(LDAP *ldap, const char *dn, struct udm_reply *reply)
{
	LDAPMessage *found, *entry = entry_of(ldap, dn, &found);
	char *type = entry ? first(ldap, entry, "univentionObjectType") : NULL, *uuid, *version, words[1200], hex[SHA256_HEX];
	json_t *properties = json_object();

	reply->status = 404;
	if (type && strcmp(type, module) == 0) {
		char *canonical = ldap_get_dn(ldap, entry);

		for (size_t i = 0; table[i].property; i++)
			json_object_set_new(properties, table[i].property, shown(ldap, entry, i));
		uuid = first(ldap, entry, "entryUUID");
		version = first(ldap, entry, "entryCSN");
		snprintf(words, sizeof words, "%s %s %s %s", dn, module, version, uuid);
		sha256_hex(words, strlen(words), hex);
		reply->etag = malloc(50);
		snprintf(reply->etag, 50, "\"%.40s\"", hex);
		reply->status = 200;
		reply->body = json_pack("{s:s, s:s, s:s, s:O, s:{}, s:{}, s:{s:[{s:s}]}}", "dn", canonical, "uuid", uuid, "objectType", module,
			"properties", properties, "options", "policies", "_links", "self", "href", "http://127.0.0.1/");
		ldap_memfree(canonical);
		free(uuid);
		free(version);
	}
	json_decref(properties);
	free(type);
	ldap_msgfree(found);
}

void udm_directory_template(struct udm_reply *reply)
{
	json_t *properties = json_object();

	for (size_t i = 0; table[i].property; i++)
		json_object_set_new(properties, table[i].property, table[i].sort == MANY || table[i].sort >= USERS ? json_array() : table[i].sort == MEGABYTES ? json_integer(0) :
			table[i].sort == DIGIT ? json_string("0") : table[i].sort == FLAG_EXPIRE || table[i].sort == FLAG_RESET || table[i].sort == LOCKED ? json_false() : json_null());
	reply->status = 200;
	reply->body = json_pack("{s:n, s:n, s:o}", "dn", "uuid", "properties", properties);
}

/* --- changing -------------------------------------------------------------------------------------------- */

static int row_of(const char *property)
{
	for (int i = 0; table[i].property; i++)
		if (strcmp(table[i].property, property) == 0)
			return i;
	return -1;
}

static bool type_fits(enum sort sort, const json_t *value)
{
	switch (sort) {
	case MANY:
	case USERS:
	case GROUPS:
		return json_is_array(value);
	case MEGABYTES:
		return json_is_integer(value) || json_is_null(value);
	case FLAG_EXPIRE:
	case FLAG_RESET:
	case LOCKED:
	case UNLOCK:
		return json_is_boolean(value);
	case DIGIT:
		return json_is_null(value) || (json_is_string(value) && (strcmp(json_string_value(value), "0") == 0 || strcmp(json_string_value(value), "1") == 0));
	default:
		return json_is_string(value) || json_is_null(value);
	}
}

/* Wrong types and unknown properties are refused as a whole, before anything is written. */
static bool all_fit(const json_t *properties, struct udm_reply *reply)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)properties, name, value) {
		int row = row_of(name);

		if (row < 0 || !type_fits(table[row].sort, value)) {
			udm_directory_refuse(reply, name, row < 0 ? "The property does not exist" : "Invalid type");
			return false;
		}
		if (table[row].sort == PASSWORD && json_is_string(value) && json_string_length(value) < 8) {
			udm_directory_refuse(reply, name, "Password is too short");
			return false;
		}
	}
	return true;
}

/* Values for LDAP; texts are heap. */
static size_t values_of(enum sort sort, const json_t *value, char **values)
{
	size_t count = 0;
	char digits[32];

	if (sort == MANY || sort >= USERS) {
		for (size_t i = 0; i < json_array_size(value) && count < VALUES_MOST; i++)
			values[count++] = strdup(json_string_value(json_array_get(value, i)));
	} else if (sort == MEGABYTES && json_is_integer(value)) {
		snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
		values[count++] = strdup(digits);
	} else if (sort == FLAG_EXPIRE && json_is_true(value)) {
		values[count++] = strdup("1");
	} else if (sort == FLAG_RESET && json_is_true(value)) {
		values[count++] = strdup("TRUE");
	} else if (json_is_string(value) && json_string_length(value) > 0) {
		values[count++] = strdup(json_string_value(value));
	}
	values[count] = NULL;
	return count;
}

static void free_values(char **values)
{
	for (; *values; values++)
		free(*values);
}

/* Both sorts of members stand in one attribute: those of the sort that is not sent stay. And logins beside them. */
static int set_members(LDAP *ldap, const char *dn, const json_t *properties)
{
	static const struct row of[] = { { "users", "uniqueMember", USERS }, { "nestedGroup", "uniqueMember", GROUPS } };
	const json_t *users = json_object_get(properties, "users"), *nested = json_object_get(properties, "nestedGroup");
	char *members[2 * VALUES_MOST + 1], *logins[VALUES_MOST + 1];
	size_t count = 0, names = 0;
	LDAPMessage *found, *entry = entry_of(ldap, dn, &found);
	int code;

	for (int i = 0; i < 2; i++) {
		const json_t *given = i == 0 ? users : nested;
		json_t *now = given || !entry ? NULL : shown(ldap, entry, (size_t)row_of(of[i].property));

		count += values_of(MANY, given ? given : now, members + count);
		json_decref(now);
	}
	for (size_t i = 0; i < count && names < VALUES_MOST; i++)
		if (strncasecmp(members[i], "uid=", 4) == 0)
			logins[names++] = strndup(members[i] + 4, strcspn(members[i] + 4, ","));
	members[count] = logins[names] = NULL;
	ldap_msgfree(found);
	code = modify(ldap, dn, LDAP_MOD_REPLACE, "uniqueMember", members);
	if (code == LDAP_SUCCESS)
		code = modify(ldap, dn, LDAP_MOD_REPLACE, "memberUid", logins);
	free_values(members);
	free_values(logins);
	return code;
}

/* The overlay marks a password that an administrator set; UDM does so only where it is asked. */
static void drop_mark(LDAP *ldap, const char *dn, const json_t *properties)
{
	const json_t *password = json_object_get(properties, "password");

	if (json_is_string(password) && !json_is_true(json_object_get(properties, "pwdChangeNextLogin")))
		modify(ldap, dn, LDAP_MOD_DELETE, "pwdReset", NULL);
}

static int set_all(LDAP *ldap, const char *dn, const json_t *properties)
{
	LDAPMod mods[ROWS], *list[ROWS + 1];
	static char *values[ROWS][VALUES_MOST + 1];
	size_t count = 0;
	const char *name;
	json_t *value;
	int code;

	json_object_foreach((json_t *)(uintptr_t)properties, name, value) {
		int row = row_of(name);

		if (table[row].sort == LOCKED || row == 0 || table[row].sort >= USERS || (table[row].sort == PASSWORD && json_is_null(value)) ||
		    (table[row].sort == UNLOCK && !json_is_true(value)))
			continue;
		values_of(table[row].sort, value, values[count]);
		mods[count] = (LDAPMod){ .mod_op = LDAP_MOD_REPLACE, .mod_type = unconst(table[row].attribute), .mod_values = values[count] };
		list[count] = &mods[count];
		count++;
	}
	list[count] = NULL;
	code = count == 0 ? LDAP_SUCCESS : ldap_modify_ext_s(ldap, dn, list, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free_values(values[i]);
	if (code == LDAP_SUCCESS)
		drop_mark(ldap, dn, properties);
	if (code == LDAP_SUCCESS && table == group_table && (json_object_get(properties, "users") || json_object_get(properties, "nestedGroup")))
		code = set_members(ldap, dn, properties);
	return code;
}

/* Memberships by login; those by DN the server's overlays keep. */
static void member_uid(LDAP *ldap, const char *base, const char *old, const char *new)
{
	LDAPMessage *found = NULL, *entry;
	static char none[] = "1.1";
	char filter[300];

	snprintf(filter, sizeof filter, "(memberUid=%s)", old);
	if (ldap_search_ext_s(ldap, base, LDAP_SCOPE_SUBTREE, filter, (char *[]){ none, NULL }, 0, NULL, NULL, NULL, 0, &found) == LDAP_SUCCESS)
		for (entry = ldap_first_entry(ldap, found); entry; entry = ldap_next_entry(ldap, entry)) {
			char *dn = ldap_get_dn(ldap, entry), *gone[] = { unconst(old), NULL }, *come[] = { unconst(new), NULL };

			modify(ldap, dn, LDAP_MOD_DELETE, "memberUid", gone);
			if (new)
				modify(ldap, dn, LDAP_MOD_ADD, "memberUid", come);
			ldap_memfree(dn);
		}
	ldap_msgfree(found);
}

void udm_directory_change(LDAP *ldap, const char *base, const char *dn, const json_t *body, struct udm_reply *reply)
{
	const json_t *properties = json_object_get(body, "properties");
	const char *name = json_string_value(json_object_get(properties, table[0].property));
	char rdn[300], moved[1200];
	size_t skip = strlen(key()) + 1;
	int code;

	if (!all_fit(properties, reply))
		return;
	snprintf(moved, sizeof moved, "%s", dn);
	code = set_all(ldap, dn, properties);
	if (code == LDAP_SUCCESS && name && (strncmp(dn + skip, name, strlen(name)) != 0 || dn[skip + strlen(name)] != ',')) {
		char old[200];

		snprintf(old, sizeof old, "%.*s", (int)strcspn(dn + skip, ","), dn + skip);
		snprintf(rdn, sizeof rdn, "%s=%s", key(), name);
		snprintf(moved, sizeof moved, "%s%s", rdn, strchr(dn, ','));
		code = ldap_rename_s(ldap, dn, rdn, NULL, 1, NULL, NULL);
		if (code == LDAP_SUCCESS && table == user_table)
			member_uid(ldap, base, old, name);
	}
	if (code != LDAP_SUCCESS) {
		refuse_code(reply, code);
		return;
	}
	udm_directory_show(ldap, moved, reply);
	json_decref(reply->body);
	reply->body = NULL;
	reply->status = 204;
	reply->location = strdup(moved);
}

/* The next number of the counter, and the group of new users. */
static void number_and_group(LDAP *ldap, const char *base, char *number, size_t size, char *group, size_t group_size)
{
	char place[600], *used, *words;
	LDAPMessage *found, *entry;
	char *values[] = { number, NULL };

	snprintf(place, sizeof place, "cn=uidNumber,cn=temporary,cn=univention,%s", base);
	entry = entry_of(ldap, place, &found);
	used = entry ? first(ldap, entry, "univentionLastUsedValue") : NULL;
	snprintf(number, size, "%ld", (used ? atol(used) : 5000) + 1);
	modify(ldap, place, LDAP_MOD_REPLACE, "univentionLastUsedValue", values);
	free(used);
	ldap_msgfree(found);
	snprintf(place, sizeof place, "cn=default,cn=univention,%s", base);
	entry = entry_of(ldap, place, &found);
	words = entry ? first(ldap, entry, "univentionDefaultGroup") : NULL;
	snprintf(group, group_size, "%s", words ? words : "");
	free(words);
	ldap_msgfree(found);
}

static int add_entry(LDAP *ldap, const char *base, const char *dn, const char *login, const char *surname)
{
	static const char *const classes[] = { "top", "person", "organizationalPerson", "inetOrgPerson", "posixAccount", "shadowAccount", "univentionMail", "univentionObject", NULL };
	union { const char *const *in; char **out; } cast = { .in = classes };
	char number[32], group[600], home[300];
	char *login_values[] = { unconst(login), NULL }, *surname_values[] = { unconst(surname), NULL }, *number_values[] = { number, NULL };
	char *home_values[] = { home, NULL }, *gid[] = { unconst("5001"), NULL }, *type[] = { unconst("users/user"), NULL };
	LDAPMod mods[] = {
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("objectClass"), .mod_values = cast.out },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("uid"), .mod_values = login_values },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("cn"), .mod_values = login_values },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("sn"), .mod_values = surname_values },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("uidNumber"), .mod_values = number_values },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("gidNumber"), .mod_values = gid },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("homeDirectory"), .mod_values = home_values },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("univentionObjectType"), .mod_values = type },
	};
	LDAPMod *list[sizeof mods / sizeof *mods + 1];
	int code;

	for (size_t i = 0; i < sizeof mods / sizeof *mods; i++)
		list[i] = &mods[i];
	list[sizeof mods / sizeof *mods] = NULL;
	number_and_group(ldap, base, number, sizeof number, group, sizeof group);
	snprintf(home, sizeof home, "/home/%s", login);
	code = ldap_add_ext_s(ldap, dn, list, NULL, NULL);
	if (code == LDAP_SUCCESS && group[0]) {
		char *member[] = { unconst(dn), NULL };

		modify(ldap, group, LDAP_MOD_ADD, "uniqueMember", member);
		modify(ldap, group, LDAP_MOD_ADD, "memberUid", login_values);
	}
	return code;
}

static int add_group(LDAP *ldap, const char *dn, const char *name)
{
	static const char *const classes[] = { "top", "posixGroup", "univentionGroup", "univentionObject", NULL };
	union { const char *const *in; char **out; } cast = { .in = classes };
	char *names[] = { unconst(name), NULL }, *number[] = { unconst("7777"), NULL }, *type[] = { unconst("groups/group"), NULL };
	LDAPMod mods[] = {
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("objectClass"), .mod_values = cast.out },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("cn"), .mod_values = names },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("gidNumber"), .mod_values = number },
		{ .mod_op = LDAP_MOD_ADD, .mod_type = unconst("univentionObjectType"), .mod_values = type },
	};

	return ldap_add_ext_s(ldap, dn, (LDAPMod *[]){ &mods[0], &mods[1], &mods[2], &mods[3], NULL }, NULL, NULL);
}

void udm_directory_add(LDAP *ldap, const char *base, const json_t *body, struct udm_reply *reply)
{
	const json_t *properties = json_object_get(body, "properties");
	const char *name = json_string_value(json_object_get(properties, table[0].property)), *surname = json_string_value(json_object_get(properties, "lastname"));
	const char *position = json_string_value(json_object_get(body, "position"));
	bool user = table == user_table, password = json_is_string(json_object_get(properties, "password"));
	char dn[1200];
	int code;

	if (!all_fit(properties, reply))
		return;
	if (!name || !position || (user && (!surname || !password))) {
		udm_directory_refuse(reply, !name ? table[0].property : !surname ? "lastname" : "password", "Value is required");
		return;
	}
	snprintf(dn, sizeof dn, "%s=%s,%s", key(), name, position);
	code = user ? add_entry(ldap, base, dn, name, surname) : add_group(ldap, dn, name);
	if (code == LDAP_SUCCESS && (code = set_all(ldap, dn, properties)) != LDAP_SUCCESS)
		ldap_delete_ext_s(ldap, dn, NULL, NULL);
	if (code != LDAP_SUCCESS) {
		refuse_code(reply, code);
		return;
	}
	udm_directory_show(ldap, dn, reply);
	reply->status = 201;
	reply->location = strdup(dn);
}

void udm_directory_remove(LDAP *ldap, const char *base, const char *dn, struct udm_reply *reply)
{
	char login[200];
	int code;

	snprintf(login, sizeof login, "%.*s", (int)strcspn(dn + 4, ","), dn + 4);
	code = ldap_delete_ext_s(ldap, dn, NULL, NULL);
	if (code != LDAP_SUCCESS) {
		refuse_code(reply, code);
		return;
	}
	if (table == user_table)
		member_uid(ldap, base, login, NULL);
	reply->status = 204;
}
