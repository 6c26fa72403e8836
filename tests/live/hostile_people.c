/*
 * hostile_people: people whose values are the hostile strings.
 */
#include "tests/live/hostile_people.h"

#include "base/ldif.h"
#include "base/text.h"
#include "tests/live/console.h"
#include "tests/unit/hostile.h"

enum { SHORT = 200, LISTS_EVERY = 5 };

static const char classes[] = "objectClass: top\nobjectClass: person\nobjectClass: organizationalPerson\nobjectClass: inetOrgPerson\n"
	"objectClass: posixAccount\nobjectClass: shadowAccount\nobjectClass: univentionMail\nobjectClass: univentionObject\n"
	"univentionObjectType: users/user\ngidNumber: 5001\n";

static const struct hostile *string(size_t index)
{
	return &hostile_strings[index % HOSTILE_COUNT];
}

/* What a DirectoryString takes: UTF-8, and more than blanks. */
static bool is_words(const struct hostile *hostile)
{
	size_t at = 0, n, inked = 0;
	uint32_t code;

	for (; at < hostile->length; at += n) {
		n = utf8_decode(hostile->bytes + at, hostile->length - at, &code);
		if (n == 0 || code == 0)
			return false;
		inked += code != ' ';
	}
	return inked > 0;
}

static bool is_ascii(const struct hostile *hostile)
{
	size_t i;

	for (i = 0; i < hostile->length; i++)
		if ((unsigned char)hostile->bytes[i] > 126)
			return false;
	return hostile->length > 0;
}

static void add_words(struct text *ldif, const char *attribute, size_t index)
{
	if (is_words(string(index)))
		ldif_value(ldif, attribute, string(index)->bytes, string(index)->length);
}

/* A naming value, every byte escaped; "" where it is no name. */
static const char *escaped(const struct hostile *hostile, char *out, size_t room)
{
	size_t i;

	out[0] = '\0';
	if (!is_words(hostile) || hostile->length > SHORT)
		return out;
	for (i = 0; i < hostile->length; i++)
		snprintf(out + 3 * i, room - 3 * i, "\\%02x", (unsigned char)hostile->bytes[i]);
	return out;
}

static void add_person(struct text *ldif, size_t i)
{
	text_addf(ldif, "dn: uid=" HOSTILE_LOGIN "%03zu,ou=" HOSTILE_LOGIN ",%s\n%suid: " HOSTILE_LOGIN "%03zu\ncn: proof %03zu\n",
		i, console_env("LAB_BASE"), classes, i, i);
	text_addf(ldif, "uidNumber: %zu\nhomeDirectory: /home/" HOSTILE_LOGIN "\nmailPrimaryAddress: " HOSTILE_LOGIN "%03zu@example.com\n",
		70000 + i, i);
	add_words(ldif, "displayName", i);
	if (is_words(string(i + 53)))
		add_words(ldif, "sn", i + 53);
	else
		text_add(ldif, "sn: Proof\n");
	add_words(ldif, "givenName", i + 107);
	add_words(ldif, "departmentNumber", i + 11);
	add_words(ldif, "roomNumber", i + 29);
	add_words(ldif, "employeeNumber", i + 43);
	add_words(ldif, "description", i + 61);
	add_words(ldif, "mailForwardAddress", i + 97);
	/* Wrong only for some, so that the rest can be changed. */
	if (i % 3 == 0)
		add_words(ldif, "univentionMailUserQuota", i + 71);
	if (i % 3 == 1 && string(i + 83)->length < SHORT)
		add_words(ldif, "univentionMailHomeServer", i + 83);
	if (is_ascii(string(i + 113)) && string(i + 113)->bytes[0])
		ldif_value(ldif, "mailAlternativeAddress", string(i + 113)->bytes, string(i + 113)->length);
	if (string(i)->length > 0)
		ldif_value(ldif, "audio", string(i)->bytes, string(i)->length);
	text_add(ldif, "\n");
}

static void add_places(struct text *ldif, size_t i)
{
	char name[3 * SHORT + 1];

	if (!*escaped(string(i), name, sizeof(name)))
		return;
	text_addf(ldif, "dn: cn=%s,cn=domains,ou=" HOSTILE_LOGIN ",%s\nobjectClass: top\nobjectClass: univentionMailDomainname\n"
		"objectClass: univentionObject\nuniventionObjectType: mail/domain\n", name, console_env("LAB_BASE"));
	add_words(ldif, "cn", i);
	text_add(ldif, "\n");
	if (i % LISTS_EVERY)
		return;
	text_addf(ldif, "dn: cn=%s,cn=lists,ou=" HOSTILE_LOGIN ",%s\nobjectClass: top\nobjectClass: univentionMailList\n"
		"objectClass: univentionObject\nuniventionObjectType: mail/lists\n", name, console_env("LAB_BASE"));
	text_addf(ldif, "univentionMailMember: " HOSTILE_LOGIN "%03zu@example.com\n", i);
	add_words(ldif, "cn", i);
	text_add(ldif, "\n");
}

/* Lines of the file that begin with these words. */
static size_t count_lines(const char *name, const char *words)
{
	char path[300], *text, *rest, *line;
	size_t count = 0;

	snprintf(path, sizeof(path), "%s/%s", console_folder(), name);
	rest = text = console_slurp(path, NULL);
	while (rest && (line = strsep(&rest, "\n")) != NULL)
		count += strncmp(line, words, strlen(words)) == 0;
	free(text);
	return count;
}

size_t hostile_people_add(void)
{
	struct text ldif = { 0 };
	char path[300];
	size_t i, written;

	hostile_people_remove();
	text_addf(&ldif, "dn: ou=" HOSTILE_LOGIN ",%s\nobjectClass: organizationalUnit\nou: " HOSTILE_LOGIN "\n\n", console_env("LAB_BASE"));
	for (i = 0; i < 2; i++)
		text_addf(&ldif, "dn: cn=%s,ou=" HOSTILE_LOGIN ",%s\nobjectClass: organizationalRole\ncn: %s\n\n",
			i ? "lists" : "domains", console_env("LAB_BASE"), i ? "lists" : "domains");
	for (i = 0; i < HOSTILE_COUNT; i++) {
		add_person(&ldif, i);
		add_places(&ldif, i);
	}
	snprintf(path, sizeof(path), "%s/people.ldif", console_folder());
	console_write(path, text_get(&ldif));
	text_free(&ldif);
	/* Some are refused by their syntax; how many is looked at, not that none is. */
	lab_ldap("ldapmodify", "added", "-a", "-c", "-v", "-f", path, NULL);
	assert_int_equal(lab_ldap("ldapsearch", "found", "-LLL", "-b", console_env("LAB_BASE"), "uid=" HOSTILE_LOGIN "*", "1.1", NULL), 0);
	written = count_lines("found", "dn:");
	lab_ldap("ldapsearch", "found", "-LLL", "-b", console_env("LAB_BASE"), "(&(cn:dn:=domains)(ou:dn:=" HOSTILE_LOGIN "))", "1.1", NULL);
	printf("# figure hostile people: %zu of %zu strings, %zu domains\n", written, (size_t)HOSTILE_COUNT, count_lines("found", "dn:") - 1);
	assert_true(written > HOSTILE_COUNT * 9 / 10);
	return written;
}

void hostile_people_remove(void)
{
	char dn[200];

	snprintf(dn, sizeof(dn), "ou=" HOSTILE_LOGIN ",%s", console_env("LAB_BASE"));
	lab_ldap("ldapdelete", "deleted", "-r", dn, NULL);
}
