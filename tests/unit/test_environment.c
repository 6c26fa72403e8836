/*
 * test_environment: what is dropped, what stays, and locales that do not exist.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/environment.h"

static void dangerous_variables_go(void **state)
{
	static const char *const gone[] = {
		"TERMINFO", "TERMINFO_DIRS", "TERMCAP", "NCURSES_NO_UTF8_ACS", "NCURSES_TRACE",
		"LDAPTLS_REQCERT", "LDAPRC", "LDAPCONF", "LDAPURI", "SSLKEYLOGFILE", "GNUTLS_DEBUG_LEVEL",
		"GNUTLS_SYSTEM_PRIORITY_FILE", "http_proxy", "HTTPS_PROXY", "all_proxy", "no_proxy", "LOCPATH",
		"GCONV_PATH", "ICU_DATA", "MALLOC_CHECK_", "MALLOC_ARENA_",
	};
	static const char *const kept[] = { "TERM", "LANG", "LC_ALL", "HOME", "PATH", "ESCDELAY", "NO_COLOR", "TZ", "MYLDAP", "proxy", "LINESX" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		setenv(gone[i], "x", 1);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		setenv(kept[i], "x", 1);
	setenv("LINES", "5", 1);
	environment_scrub();
	/* What a person had there counts for nothing; curses is told the true size later. */
	assert_string_equal(getenv("LINES"), "24");
	assert_string_equal(getenv("COLUMNS"), "80");
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_null(getenv(gone[i]));
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		assert_string_equal(getenv(kept[i]), "x");
	assert_string_equal(getenv("LDAPNOINIT"), "1");
	environment_scrub();
	assert_string_equal(getenv("LDAPNOINIT"), "1");
}

/* What would lead a restricted session to files of somebody's choice. */
static void restricted_goes_nowhere_else(void **state)
{
	static const char *const gone[] = { "POSTROOM_CONFIG", "POSTROOM_LEAPING_CLOCK", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "TZ" };
	const struct passwd *user = getpwuid(getuid());
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		setenv(gone[i], "/tmp/x", 1);
	setenv("HOME", "/tmp/x", 1);
	setenv("TERM", "vt100", 1);
	environment_restrict();
	for (i = 0; i < sizeof(gone) / sizeof(gone[0]); i++)
		assert_null(getenv(gone[i]));
	assert_string_equal(getenv("TERM"), "vt100");
	if (user)
		assert_string_equal(getenv("HOME"), user->pw_dir);
}

static void a_missing_locale_gives_way(void **state)
{
	const char *note = "";

	(void)state;
	unsetenv("LC_CTYPE");
	unsetenv("LANG");
	setenv("LC_ALL", "C.UTF-8", 1);
	assert_true(environment_locale(&note));
	assert_null(note);
	setenv("LC_ALL", "xx_XX.nonsense", 1);
	assert_true(environment_locale(&note));
	assert_non_null(strstr(note, "C.UTF-8"));
	setenv("LC_ALL", "C", 1);
	assert_false(environment_locale(&note));
	assert_null(note);
	assert_false(environment_locale(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dangerous_variables_go),
		cmocka_unit_test(restricted_goes_nowhere_else),
		cmocka_unit_test(a_missing_locale_gives_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
