/*
 * environment: drops dangerous variables, sets a locale that exists.
 *
 * Never fails.  Before threads start.
 */
#include "base/environment.h"

#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/memory.h"

extern char **environ;

/* A star stands at one end: "LDAP*" for a beginning, "*_proxy" for an end (in any case, as libcurl reads it). */
static const char *const dropped[] = {
	"TERMINFO", "TERMINFO_DIRS", "TERMCAP", "TERMPATH", "NCURSES_*", "LINES", "COLUMNS",
	"LDAP*", "SSLKEYLOGFILE", "GNUTLS_*", "*_proxy", "LOCPATH", "GCONV_PATH", "ICU_*", "MALLOC_*",
};

static bool matches(const char *pattern, const char *name)
{
	size_t length = strlen(name), rest = strlen(pattern) - 1;

	if (pattern[0] == '*')
		return length >= rest && strcasecmp(name + length - rest, pattern + 1) == 0;
	if (pattern[rest] == '*')
		return strncmp(name, pattern, rest) == 0;
	return strcmp(name, pattern) == 0;
}

/* Restricted: what leads to other places. TZ may name a file. */
static const char *const leading[] = { "POSTROOM_*", "XDG_*", "HOME", "TZ", "NLSPATH" };

static bool is_in(const char *const *patterns, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (matches(patterns[i], name))
			return true;
	}
	return false;
}

static void drop(const char *const *patterns, size_t count)
{
	char **at = environ;

	while (at && *at) {
		size_t length = strcspn(*at, "=");
		char *name = memory_new(length + 1);

		memcpy(name, *at, length);
		/* unsetenv moves the rest up; a nameless entry cannot be unset and is left. */
		if (!length || !is_in(patterns, count, name) || unsetenv(name) != 0)
			at++;
		free(name);
	}
}

void environment_restrict(void)
{
	const struct passwd *user = getpwuid(getuid());

	drop(leading, sizeof(leading) / sizeof(leading[0]));
	if (user && user->pw_dir && user->pw_dir[0] == '/')
		setenv("HOME", user->pw_dir, 1);
}

void environment_scrub(void)
{
	drop(dropped, sizeof(dropped) / sizeof(dropped[0]));
	setenv("LDAPNOINIT", "1", 1);
	/* Places for what curses is told when it is opened (ui/paint.c): threads read the environment by then. */
	setenv("NCURSES_NO_PADDING", "1", 1);
	setenv("LINES", "24", 1);
	setenv("COLUMNS", "80", 1);
}

bool environment_locale(const char **note)
{
	const char *words = NULL;

	if (!setlocale(LC_ALL, "")) {
		words = "this machine does not have the locale that LANG or LC_* asks for; going on with C.UTF-8";
		if (!setlocale(LC_ALL, "C.UTF-8")) {
			words = "this machine has neither the locale that LANG or LC_* asks for nor C.UTF-8; going on in ASCII";
			setlocale(LC_ALL, "C");
		}
	}
	/* Numbers are read and written by machines too. */
	setlocale(LC_NUMERIC, "C");
	if (note)
		*note = words;
	return strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
