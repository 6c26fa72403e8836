/* Tests of directory/propose: what files of a machine say about its directory. */
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "directory/propose.h"

#define HEADER "# univention_ base.conf\n\n"

struct file { const char *path, *words; };
struct want { const char *source, *uri, *base, *ca_file, *bind_dn, *word; };
struct scene {
	const char *name;
	struct file files[6];
	const char *sockets[3];
	struct want wants[4];
};

static const struct scene scenes[] = {
	{ .name = "nothing" },
	{ .name = "Debian's file, all comments",
	  .files = { { "/etc/ldap/ldap.conf", "#\n#BASE\tdc=example,dc=com\n#URI\tldap://ldap.example.com\n\nTLS_CACERT\t/etc/ssl/ca.pem\n" } } },
	{ .name = "a UCS member",
	  .files = { { "/etc/univention/base.conf", HEADER "hostname: mail1\nldap/base: dc=ucs,dc=example\n"
		"ldap/hostdn: cn=mail1,cn=memberserver,cn=computers,dc=ucs,dc=example\nldap/master: primary.ucs.example\n"
		"ldap/master/port: 7389\nldap/server/name: mail1.ucs.example" },
		{ "/etc/univention/ssl/ucsCA/CAcert.pem", "x" } },
	  .wants = { { "/etc/univention/base.conf", "ldap://primary.ucs.example:7389", "dc=ucs,dc=example",
		"/etc/univention/ssl/ucsCA/CAcert.pem", "cn=mail1,cn=memberserver,cn=computers,dc=ucs,dc=example", "machine.secret" } } },
	{ .name = "UCS without port and certificate, and its ldap.conf says the same",
	  .files = { { "/etc/univention/base.conf", HEADER "ldap/base: dc=u\nldap/master: p.u" },
		{ "/etc/ldap/ldap.conf", "URI ldap://p.u:7389\nBASE dc=u\n" } },
	  .wants = { { "/etc/univention/base.conf", "ldap://p.u:7389", "dc=u", NULL, NULL, "Primary" } } },
	{ .name = "a higher layer of UCR decides, a lower one fills in",
	  .files = { { "/etc/univention/base-forced.conf", HEADER "ldap/master: forced.u" },
		{ "/etc/univention/base-ldap.conf", HEADER "ldap/master: policy.u\nldap/master/port:  1389 \n" },
		{ "/etc/univention/base.conf", HEADER "ldap/master: normal.u\nldap/master/port: 7389\n" },
		{ "/etc/univention/base-defaults.conf", HEADER "ldap/base: dc=fallback\nldap/hostdn: @%@other@%@\n" } },
	  .wants = { { "/etc/univention/base.conf", "ldap://forced.u:1389", "dc=fallback", NULL, NULL, "forced.u" } } },
	{ .name = "nonsense in UCR is left alone",
	  .files = { { "/etc/univention/base.conf", HEADER "ldap/master: a b\"c\nldap/master/port: 7389\n" } } },
	{ .name = "half nonsense in UCR",
	  .files = { { "/etc/univention/base.conf", HEADER "ldap/base: nonsense\nldap/master: p.u\nldap/master/port: 99999\n" } },
	  .wants = { { "/etc/univention/base.conf", "ldap://p.u:7389", NULL, NULL, NULL, "p.u" } } },
	{ .name = "an address of the sixth version",
	  .files = { { "/etc/univention/base.conf", HEADER "ldap/master: 2001:db8::1\n" } },
	  .wants = { { "/etc/univention/base.conf", "ldap://[2001:db8::1]:7389", NULL, NULL, NULL, "2001" } } },
	{ .name = "ldap.conf with several servers",
	  .files = { { "/etc/ldap/ldap.conf", "# x\nuri \t ldaps://a.example ldap://b.example \r\n  Base dc=example\nTLS_CACERT /etc/ca.pem\n"
		"TLS_REQCERT never\nNETWORK_TIMEOUT 3\n" }, { "/etc/ca.pem", "x" } },
	  .wants = { { "/etc/ldap/ldap.conf", "ldaps://a.example", "dc=example", "/etc/ca.pem", NULL, "More servers" } } },
	{ .name = "where checks are off, that is said",
	  .files = { { "/etc/ldap/ldap.conf", "URI ldap://a\nTLS_REQCERT allow\nTLS_CACERT relative.pem\nBINDDN x" } },
	  .wants = { { "/etc/ldap/ldap.conf", "ldap://a", NULL, NULL, NULL, "always are" } } },
	{ .name = "the user's own file wins",
	  .files = { { "/etc/ldap/ldap.conf", "URI ldap://a\nBASE dc=a\n" },
		{ "/home/me/.ldaprc", "URI ldap://b:1389/dc=x?uid\nBINDDN cn=me,dc=b\n" } },
	  .wants = { { "~/.ldaprc", "ldap://b:1389", "dc=a", NULL, "cn=me,dc=b", "LDAP tools" } } },
	{ .name = "the user's own file adds",
	  .files = { { "/etc/openldap/ldap.conf", "HOST a\nPORT 1389\nBASE dc=a\n" }, { "/home/me/.ldaprc", "BASE dc=b\n" } },
	  .wants = { { "/etc/openldap/ldap.conf and ~/.ldaprc", "ldap://a:1389", "dc=b", NULL, NULL, "LDAP tools" } } },
	{ .name = "no URI of ours",
	  .files = { { "/etc/ldap/ldap.conf", "URI http://a\n" }, { "/home/me/.ldaprc", "URI ldap://a\"b\n" } } },
	{ .name = "a local socket, the base from elsewhere",
	  .files = { { "/etc/ldap/ldap.conf", "URI ldapi:///\nBASE dc=local\n" } },
	  .sockets = { "/run/slapd/ldapi" },
	  .wants = { { "/run/slapd/ldapi", "ldapi://%2Frun%2Fslapd%2Fldapi", "dc=local", NULL, NULL, "no password" } } },
	{ .name = "a file in the place of a socket",
	  .files = { { "/run/slapd/ldapi", "x" } } },
	{ .name = "a UCS primary has everything",
	  .files = { { "/etc/univention/base.conf", HEADER "ldap/base: dc=u\nldap/master: p.u\n" }, { "/etc/ldap/ldap.conf", "URI ldap://q.u\n" } },
	  .sockets = { "/run/slapd/ldapi", "/run/ldapi" },
	  .wants = { { "/etc/univention/base.conf", "ldap://p.u:7389", "dc=u", NULL, NULL, "p.u" },
		{ "/run/slapd/ldapi", "ldapi://%2Frun%2Fslapd%2Fldapi", "dc=u", NULL, NULL, "socket" },
		{ "/run/ldapi", "ldapi://%2Frun%2Fldapi", "dc=u", NULL, NULL, "socket" },
		{ "/etc/ldap/ldap.conf", "ldap://q.u", NULL, NULL, NULL, "LDAP tools" } } },
};

static void make_parents(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static void put_file(struct arena *arena, const char *root, const struct file *file)
{
	char *path = arena_format(arena, "%s%s", root, file->path);
	FILE *stream;

	make_parents(path);
	stream = fopen(path, "w");
	assert_non_null(stream);
	fputs(file->words, stream);
	fclose(stream);
}

static void put_socket(struct arena *arena, const char *root, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char *path = arena_format(arena, "%s%s", root, name);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	make_parents(path);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, sizeof(address)), 0);
	close(descriptor);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

static void check_text(const char *scene, const char *what, const char *is, const char *wanted)
{
	if ((is == NULL) != (wanted == NULL) || (is && strcmp(is, wanted) != 0))
		fail_msg("%s: %s is %s, not %s", scene, what, is ? is : "NULL", wanted ? wanted : "NULL");
}

static void play(const struct scene *scene)
{
	char root[] = "/tmp/postroom-propose-XXXXXX";
	struct arena *arena = arena_new();
	struct directory_proposal *found = NULL;
	size_t count, wanted = 0, i;

	assert_non_null(mkdtemp(root));
	for (i = 0; i < 6 && scene->files[i].path; i++)
		put_file(arena, root, &scene->files[i]);
	for (i = 0; i < 3 && scene->sockets[i]; i++)
		put_socket(arena, root, scene->sockets[i]);
	count = propose_below(arena, root, arena_format(arena, "%s/home/me", root), &found);
	while (wanted < 4 && scene->wants[wanted].source)
		wanted++;
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	if (count != wanted)
		fail_msg("%s: %zu proposals, not %zu", scene->name, count, wanted);
	for (i = 0; i < count; i++) {
		check_text(scene->name, "source", found[i].source, scene->wants[i].source);
		check_text(scene->name, "uri", found[i].uri, scene->wants[i].uri);
		check_text(scene->name, "base", found[i].base, scene->wants[i].base);
		check_text(scene->name, "ca_file", found[i].ca_file, scene->wants[i].ca_file);
		check_text(scene->name, "bind_dn", found[i].bind_dn, scene->wants[i].bind_dn);
		if (!strstr(found[i].words, scene->wants[i].word))
			fail_msg("%s: the words do not say \"%s\": %s", scene->name, scene->wants[i].word, found[i].words);
	}
	arena_free(arena);
}

static void files_become_proposals(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		play(&scenes[i]);
}

static void this_machine_can_be_asked(void **state)
{
	struct arena *arena = arena_new();
	struct directory_proposal *found = NULL;
	size_t count = directory_propose(arena, &found), i;

	(void)state;
	for (i = 0; i < count; i++) {
		assert_non_null(found[i].source);
		assert_non_null(found[i].words);
		assert_true(strncmp(found[i].uri, "ldap", 4) == 0);
	}
	assert_true(count < 10);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_become_proposals),
		cmocka_unit_test(this_machine_can_be_asked),
	};

	return cmocka_run_group_tests_name("propose", tests, NULL, NULL);
}
