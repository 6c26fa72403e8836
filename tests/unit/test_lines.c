/* lines: operations in words and as LDIF, secrets in neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ldif.h"
#include "gate/gate.h"

static const struct value two = { "2048", 4 }, four = { "4096", 4 }, odd = { "M\xc3\xbcller", 7 }, secret = { "Canary", 6 };
static const struct value both[] = { { "a@example.com", 13 }, { "b@example.com", 13 } };

static const struct delta exchange[] = {
	{ .attribute = "quota", .how = DELTA_DELETE, .values = &two, .count = 1 },
	{ .attribute = "quota", .how = DELTA_ADD, .values = &four, .count = 1 },
};
static const struct delta many[] = {
	{ .attribute = "mail", .how = DELTA_ADD, .values = both, .count = 2 },
	{ .attribute = "sn", .how = DELTA_DELETE },
	{ .attribute = "cn", .how = DELTA_REPLACE, .values = &odd, .count = 1 },
};
static const struct delta hidden[] = {
	{ .attribute = "userPassword", .how = DELTA_ADD, .values = &secret, .count = 1, .secret = true },
};

static const struct value ids[] = { { "a1", 2 } }, shown = { "imap-login process_limit\t20\t60", 30 }, hash = { "hash", 4 };
#define TEXT(words) { (char *)(words), sizeof(words) - 1 }
static const struct value files = TEXT("{\"files\":[{\"path\":\"/etc/d/a.conf\",\"seen\":\"one\\nservice x {\\n  a = 1\\n}\\nend\\n\","
	"\"bytes\":\"one\\nservice x {\\n  a = 2\\n  b = 3\\n}\\nend\\n\"},{\"path\":\"/etc/d/b.conf\",\"new\":true,\"bytes\":\"c = 1\\n\"},"
	"{\"path\":\"/etc/d/c.conf\",\"seen\":\"d\",\"gone\":true},{\"path\":\"/etc/d/e\",\"seen\":\"\",\"bytes\":\"\"}],"
	"\"entries\":[{\"path\":\"/etc/postfix/tls_policy\",\"key\":\"example.org\",\"new\":true,\"value\":\"encrypt\"}],"
	"\"variables\":[{\"name\":\"mail/x\",\"new\":true,\"value\":\"5\"},{\"name\":\"mail/y\",\"seen\":\"6\",\"unset\":true}]}");
static const struct delta guarded[] = {
	{ .attribute = "value", .how = DELTA_REPLACE, .values = &shown, .count = 1 },
	{ .attribute = "change", .how = DELTA_REPLACE, .values = &files, .count = 1 },
	{ .attribute = "id", .how = DELTA_REPLACE, .values = ids, .count = 1 },
};
static const struct delta hashed[] = { { .attribute = "change", .how = DELTA_REPLACE, .values = &hash, .count = 1, .secret = true } };
static const struct delta broken[] = { { .attribute = "change", .how = DELTA_REPLACE, .values = &hash, .count = 1 } };
static const struct delta order[] = { { .attribute = "settle", .how = DELTA_REPLACE, .values = ids, .count = 1 } };

static const struct {
	const char *name;
	struct operation operation;
	const char *lines, *ldif;
} cases[] = {
	{ "one value takes the place of another",
	  { .verb = OPERATION_MODIFY, .place = "uid=anna,dc=x", .deltas = exchange, .delta_count = 2 },
	  "replace quota: 2048 -> 4096",
	  "dn: uid=anna,dc=x\nchangetype: modify\ndelete: quota\nquota: 2048\n-\nadd: quota\nquota: 4096\n-\n" },
	{ "several deltas",
	  { .verb = OPERATION_MODIFY, .place = "uid=anna,dc=x", .deltas = many, .delta_count = 3 },
	  "add mail: a@example.com, b@example.com\ndelete sn: all values\nreplace cn: M\xc3\xbcller",
	  "dn: uid=anna,dc=x\nchangetype: modify\nadd: mail\nmail: a@example.com\nmail: b@example.com\n-\n"
	  "delete: sn\n-\nreplace: cn\ncn:: TcO8bGxlcg==\n-\n" },
	{ "a new password is no LDIF",
	  { .verb = OPERATION_PASSWORD, .place = "uid=anna,dc=x", .deltas = hidden, .delta_count = 1 },
	  "new password by the password modify operation: ********",
	  "# not LDIF: new password by the password modify operation (ldappasswd), a secret\n# dn: uid=anna,dc=x\n" },
	{ "a secret",
	  { .verb = OPERATION_MODIFY, .place = "uid=anna,dc=x", .deltas = hidden, .delta_count = 1 },
	  "add userPassword: ********",
	  "dn: uid=anna,dc=x\nchangetype: modify\nadd: userPassword\n# userPassword: left out, a secret\n-\n" },
	{ "a new entry",
	  { .verb = OPERATION_ADD, .place = "cn=b,dc=x", .deltas = many, .delta_count = 1 },
	  "create cn=b,dc=x\n  mail: a@example.com, b@example.com",
	  "dn: cn=b,dc=x\nchangetype: add\nmail: a@example.com\nmail: b@example.com\n" },
	{ "an entry goes",
	  { .verb = OPERATION_DELETE, .place = "cn=b,dc=x", .deltas = many, .delta_count = 1 },
	  "delete cn=b,dc=x\n  mail: a@example.com, b@example.com",
	  "dn: cn=b,dc=x\nchangetype: delete\n" },
	{ "files of a server",
	  { .verb = OPERATION_MODIFY, .place = "mail1/limits", .deltas = guarded, .delta_count = 3 },
	  "imap-login process_limit: 20 -> 60\n"
	  "/etc/d/a.conf\n    service x {\n  -   a = 1\n  +   a = 2\n  +   b = 3\n"
	  "/etc/d/b.conf (new file)\n  + c = 1\n/etc/d/c.conf (removed)\n  - d\n/etc/d/e\n  the same lines\n"
	  "/etc/postfix/tls_policy, the line of example.org: (none) -> encrypt\n"
	  "ucr mail/x: (not set) -> 5\nucr mail/y: 6 -> (not set)\nid a1",
	  "# mail1/limits: files of a server, no entry of the directory\n" },
	{ "files with secrets",
	  { .verb = OPERATION_MODIFY, .place = "mail1/setting", .deltas = hashed, .delta_count = 1 },
	  "what is written holds secrets and is not shown",
	  "# mail1/setting: files of a server, no entry of the directory\n" },
	{ "files that nobody can read",
	  { .verb = OPERATION_MODIFY, .place = "mail1/setting", .deltas = broken, .delta_count = 1 },
	  "what was to be written cannot be read any more",
	  "# mail1/setting: files of a server, no entry of the directory\n" },
	{ "an order to a guardian",
	  { .verb = OPERATION_MODIFY, .place = "mail1/limits", .deltas = order, .delta_count = 1 },
	  "settle a1: that change had come back by itself",
	  "# mail1/limits: files of a server, no entry of the directory\n" },
	{ "another name",
	  { .verb = OPERATION_RENAME, .place = "cn=b,dc=x", .new_place = "cn=c\\,d,dc=y,dc=x" },
	  "rename cn=b,dc=x -> cn=c\\,d,dc=y,dc=x",
	  "dn: cn=b,dc=x\nchangetype: modrdn\nnewrdn: cn=c\\,d\ndeleteoldrdn: 1\nnewsuperior: dc=y,dc=x\n" },
};

static void lines_and_ldif(void **state)
{
	struct arena *arena = arena_new();
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan plan = { .operations = (struct operation *)&cases[i].operation, .count = 1 };

		assert_string_equal(operation_lines(arena, &cases[i].operation), cases[i].lines);
		assert_string_equal(plan_ldif(arena, &plan), cases[i].ldif);
	}
	arena_free(arena);
}

static const struct { struct value value; const char *line; } values[] = {
	{ { "", 0 }, "a:\n" },
	{ { "plain", 5 }, "a: plain\n" },
	{ { " blank", 6 }, "a:: IGJsYW5r\n" },
	{ { "blank ", 6 }, "a:: Ymxhbmsg\n" },
	{ { ":x", 2 }, "a:: Ong=\n" },
	{ { "<x", 2 }, "a:: PHg=\n" },
	{ { "a\nb", 3 }, "a:: YQpi\n" },
	{ { "a\0b", 3 }, "a:: YQBi\n" },
	{ { "\0", 1 }, "a:: AA==\n" },
	{ { "x:y<z", 5 }, "a: x:y<z\n" },
};

static void unsafe_values_are_base64(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct text text = { 0 };

		ldif_value(&text, "a", values[i].value.bytes, values[i].value.length);
		assert_string_equal(text_get(&text), values[i].line);
		text_free(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_ldif),
		cmocka_unit_test(unsafe_values_are_base64),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
