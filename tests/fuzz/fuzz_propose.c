/*
 * fuzz_propose: what other programs left on the machine, ldap.conf, UCR's
 * base.conf and .ldaprc, with any bytes in it.
 *
 * The first byte chooses the file.  What is proposed can be connected to: a
 * known scheme, no blank, a name of an entry as base.
 */
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "directory/dn.h"
#include "directory/propose.h"

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char *const folders[] = { "/etc", "/etc/ldap", "/etc/univention", "/home" };
static const char *const files[] = { "/etc/ldap/ldap.conf", "/etc/univention/base.conf", "/home/.ldaprc" };
static char root[] = "/tmp/fuzz-propose-XXXXXX";

static const char *below(const char *path)
{
	static char whole[PATH_MAX];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	return whole;
}

static void clean_up(void)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		unlink(below(files[i]));
	for (size_t i = sizeof(folders) / sizeof(folders[0]); i > 0; i--)
		rmdir(below(folders[i - 1]));
	rmdir(root);
}

int LLVMFuzzerInitialize(int *count, char ***words)
{
	(void)count;
	(void)words;
	if (!mkdtemp(root))
		abort();
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(below(folders[i]), 0700))
			abort();
	atexit(clean_up);
	return 0;
}

static void put(const char *path, const uint8_t *bytes, size_t size)
{
	FILE *file = fopen(path, "w");

	if (!file || (size && fwrite(bytes, size, 1, file) != 1) || fclose(file))
		abort();
}

static void check(const struct directory_proposal *proposal)
{
	const char *uri = proposal->uri;

	if (strncmp(uri, "ldap://", 7) != 0 && strncmp(uri, "ldaps://", 8) != 0 && strncmp(uri, "ldapi://", 8) != 0)
		abort();
	if (text_has_foreign(uri, strlen(uri)) || strpbrk(uri, " \t") || !proposal->source || !proposal->words)
		abort();
	if ((proposal->base && !dn_valid(proposal->base)) || (proposal->bind_dn && !dn_valid(proposal->bind_dn)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct arena *arena = arena_new();
	const char *file = files[size ? bytes[0] % (sizeof(files) / sizeof(files[0])) : 0];
	struct directory_proposal *proposals;
	size_t count;
	char home[PATH_MAX];

	put(below(file), size ? bytes + 1 : bytes, size ? size - 1 : 0);
	snprintf(home, sizeof(home), "%s/home", root);
	count = propose_below(arena, root, home, &proposals);
	for (size_t i = 0; i < count; i++)
		check(&proposals[i]);
	unlink(below(file));
	arena_free(arena);
	return 0;
}
