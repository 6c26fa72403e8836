/*
 * config_lock: minutes, and whose password opens a locked screen.
 *
 * A session that was given a password by hand is opened by it; one that takes
 * it from a file, or logs in as the local user, has none that the person would
 * know, unless unlock_dn names their own entry.  Fails for minutes out of
 * range and for a login name that cannot stand in a DN.  Start only.
 */
#include "config_lock.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { MINUTES_MOST = 1440 };

static bool minutes_of(const struct conf_section *section, const char *option, long *minutes, struct error *error)
{
	*minutes = conf_number(section, option);
	return (*minutes >= 0 && *minutes <= MINUTES_MOST) || error_set(error, ERROR_CONFIG,
		"%s: section at line %d: %s = %ld is not possible; allowed: 0 to %d", conf_file(section), conf_line(section), option, *minutes, MINUTES_MOST);
}

/* 0 is never, so it is the most. */
static long fewer(long a, long b)
{
	return a == 0 ? b : b == 0 || a < b ? a : b;
}

static bool get_minutes(const struct conf_section *own, const struct conf_section *machine, const char *option, int *minutes, struct error *error)
{
	bool mine = own && conf_has(own, option), theirs = machine && conf_has(machine, option);
	long first = 0, second = 0;

	if ((mine || !machine) && !minutes_of(own, option, &first, error))
		return false;
	if (machine && (theirs || !mine) && !minutes_of(machine, option, &second, error))
		return false;
	*minutes = (int)(mine && theirs ? fewer(first, second) : mine || !machine ? first : second);
	return true;
}

/* "uid=%u,cn=users,dc=example,dc=com" for the person who sits here. */
static bool expand(struct arena *arena, const char *pattern, const char **dn, struct error *error)
{
	const struct passwd *user = getpwuid(getuid());
	const char *place = strstr(pattern, "%u"), *name = user ? user->pw_name : "";

	*dn = arena_text(arena, pattern);
	if (!place)
		return true;
	if (!*name || strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != strlen(name))
		return error_set(error, ERROR_CONFIG, "unlock_dn: the login name \"%s\" cannot stand in a DN; write the DN out", name);
	*dn = arena_format(arena, "%.*s%s%s", (int)(place - pattern), pattern, name, place + 2);
	return true;
}

bool config_lock(struct arena *arena, const struct conf_section *own, const struct conf_section *machine,
		const struct directory_settings *directory, struct lock_settings *settings, struct error *error)
{
	const struct conf_section *decides = machine && (!own || conf_has(machine, "unlock_dn") || !conf_has(own, "unlock_dn")) ? machine : own;
	const char *pattern = conf_text(decides, "unlock_dn");

	settings->monitor = (own && conf_flag(own, "lock_monitor")) || (machine && conf_flag(machine, "lock_monitor"));
	settings->unlock_dn = NULL;
	if (pattern && *pattern && !expand(arena, pattern, &settings->unlock_dn, error))
		return false;
	if (!settings->unlock_dn && directory->bind == DIRECTORY_BIND_SIMPLE && !directory->password_file)
		settings->unlock_dn = arena_text(arena, directory->bind_dn);
	return get_minutes(own, machine, "lock_minutes", &settings->lock_minutes, error) &&
		get_minutes(own, machine, "exit_minutes", &settings->exit_minutes, error);
}
