/*
 * examine: the doctor's look at a directory server.
 *
 * A row for each check; a check asks what it needs over the reading connection
 * and says what it found and what to do about it.  One that may not see
 * something says so and is no failure; only a lost connection ends the look.
 * Runs on the connection's thread.
 */
#include "directory/examine.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "directory/events.h"
#include "directory/examine_private.h"
#include "directory/filter.h"
#include "directory/profile.h"
#include "directory/request.h"

/* Names of so many entries are some megabytes; who is given more has no limit that matters. */
#define MANY 20000
/* Less is the time an answer takes, and a second's rounding. */
#define CLOCK_SECONDS 5

/* --- saying ------------------------------------------------------------------------------ */

void look_add(struct look *look, enum severity severity, const char *subject, const char *format, ...)
{
	struct directory_finding *finding;
	va_list arguments;

	look->findings = arena_grow(look->arena, look->findings, &look->capacity, look->count + 1, sizeof(*look->findings));
	finding = &look->findings[look->count++];
	*finding = (struct directory_finding){ .severity = FINDING_OK, .subject = subject };
	finding->severity += severity;
	va_start(arguments, format);
	finding->sentence = arena_vformat(look->arena, format, arguments);
	va_end(arguments);
}

bool look_goes_on(struct look *look, const struct error *why, struct error *error)
{
	if (connection_is_up(look->connection))
		return true;
	if (error)
		*error = *why;
	return false;
}

void word_list_add(struct word_list *list, const char *word)
{
	/* The comma before the last one becomes "and" when the list is taken. */
	text_addf(&list->text, "%s%s", list->count++ ? ", " : "", word);
}

const char *word_list_take(struct word_list *list, struct arena *arena)
{
	const char *words = text_get(&list->text), *last = list->count > 1 ? strrchr(words, ',') : NULL;
	char *taken = last ? arena_format(arena, "%.*s and%s", (int)(last - words), words, last + 1) : arena_text(arena, words);

	text_free(&list->text);
	*list = (struct word_list){ .count = 0 };
	return taken;
}

/* --- the checks ----------------------------------------------------------------------------- */

static bool look_at_encryption(struct look *look, struct error *error)
{
	const struct directory_settings *settings = look->input->settings;
	const char *uri = connection_uri(look->connection);
	bool local = strncasecmp(uri, "ldapi://", 8) == 0, wrapped = strncasecmp(uri, "ldaps://", 8) == 0;
	bool plain = !local && !wrapped && settings->tls == DIRECTORY_TLS_NONE;

	(void)error;
	look_add(look, plain ? NOTE : OK, "encryption", "%s", local ? "A local socket: nothing crosses a network."
		: plain ? "None: allow_plain is set, and the address is this machine's own. Use tls = starttls for anything else."
		: settings->ca_file ? arena_format(look->arena, "TLS, the certificate is checked against %s.", settings->ca_file)
		: "TLS, the certificate is checked against the system's authorities.");
	return true;
}

static bool look_at_profile(struct look *look, struct error *error)
{
	(void)error;
	if (!world_fits(look->world))
		look_add(look, WARNING, "profile", "The schema of this directory has not the object classes of the profile %s, which the configuration names: what it "
			"looks for cannot be there. Leave directory.profile out, and the right one is found by the schema.", world_profile(look->world)->name);
	return true;
}

static bool look_at_controls(struct look *look, struct error *error)
{
	static const struct { const char *oid, *name; enum severity severity; const char *without; } controls[] = {
		{ "1.3.6.1.1.12", "assertion", WARNING, "a change by somebody else in the same moment is noticed only where the values differ" },
		{ "1.2.840.113556.1.4.319", "paged results", WARNING, "long lists must come in one answer" },
		{ "1.3.6.1.1.13.2", "post-read", NOTE, "each change is read again in a request of its own" },
		{ "1.3.6.1.1.13.1", "pre-read", NOTE, "the values before a change come from the look right before it" },
		{ "1.3.6.1.4.1.4203.1.9.1.1", "content synchronization", NOTE, "changes by others show when something is read again" },
		{ "1.3.6.1.4.1.42.2.27.8.5.1", "password policy", NOTE, "the server does not say why it refuses a password" },
	};
	struct word_list there = { .count = 0 };
	size_t i;

	(void)error;
	for (i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (world_has_control(look->world, controls[i].oid))
			word_list_add(&there, controls[i].name);
		else
			look_add(look, controls[i].severity, "controls", "The server does not offer \"%s\": %s [%s].", controls[i].name,
				controls[i].without, controls[i].oid);
	if (there.count > 0)
		look_add(look, OK, "controls", "The server offers %s.", word_list_take(&there, look->arena));
	return true;
}

/*
 * A limit shows by running into it. Asking for more than a hard limit is refused outright [11], asking for no
 * number gets the soft one.
 */
static bool look_at_limits(struct look *look, struct error *error)
{
	const char *const naming = world_profile(look->world)->primary;
	struct search search = { .base = world_base(look->world), .scope = SCOPE_BELOW, .limit = MANY };
	struct found found = { .count = 0 };
	struct error why = { 0 };

	search.filter = filter_present(look->arena, naming ? naming : "objectClass");
	if (!request_search(look->connection, look->arena, &search, &found, &why))
		return look_goes_on(look, &why, error);
	if (found.cut && found.count == 0) {
		search.limit = 0;
		if (!request_search(look->connection, look->arena, &search, &found, &why))
			return look_goes_on(look, &why, error);
	}
	if (!found.cut)
		look_add(look, OK, "limits", "%s is given all %s entries with an address.", connection_identity(look->connection),
			text_from_count(look->arena, (int64_t)found.count));
	else if (found.count >= MANY)
		look_add(look, OK, "limits", "%s is given %s entries and more.", connection_identity(look->connection),
			text_from_count(look->arena, MANY));
	else
		look_add(look, WARNING, "limits", "The server gives %s %s entries and no more [LDAP %d]: lists are cut and say so. Lift it for this"
			" login: limits dn.exact=\"%s\" size=unlimited time=unlimited.", connection_identity(look->connection),
			text_from_count(look->arena, (int64_t)found.count), found.code, connection_identity(look->connection));
	return true;
}

/* The newest of several change numbers; they begin with a time. */
static bool newest_change(const struct attribute *numbers, int64_t *when)
{
	bool any = false;
	size_t i;

	for (i = 0; numbers && i < numbers->count; i++) {
		char digits[16];
		int64_t at;

		if (numbers->values[i].length < 14)
			continue;
		memcpy(digits, numbers->values[i].bytes, 14);
		memcpy(digits + 14, "Z", 2);
		if (text_to_time(digits, &at) && (!any || at > *when)) {
			*when = at;
			any = true;
		}
	}
	return any;
}

static void say_clock(struct look *look, int64_t ahead)
{
	int64_t size = ahead < 0 ? -ahead : ahead;

	if (size > CLOCK_SECONDS)
		look_add(look, WARNING, "clock", "The server's clock is %s %s this machine's: times in the history and of accounts mislead."
			" Let both follow a time server.", text_from_age(look->arena, size), ahead < 0 ? "behind" : "ahead of");
	else
		look_add(look, OK, "clock", "The server's clock and this machine's agree.");
}

/* cn=Monitor has the time itself; a change number in the future proves at least one direction. */
static bool look_at_clock(struct look *look, struct error *error)
{
	static const char *const monitor[] = { "monitorTimestamp", NULL }, *const context[] = { "contextCSN", NULL };
	struct error why = { 0 };
	struct entry *entry = request_entry(look->connection, look->arena, "cn=Current,cn=Time,cn=Monitor", monitor, &why);
	const char *words = entry ? entry_first(entry, "monitorTimestamp") : NULL;
	int64_t at, now = clock_now();

	if (!entry && !look_goes_on(look, &why, error))
		return false;
	if (words && text_to_time(words, &at)) {
		say_clock(look, at - now);
		return true;
	}
	entry = request_entry(look->connection, look->arena, world_base(look->world), context, &why);
	if (!entry && !look_goes_on(look, &why, error))
		return false;
	if (entry && newest_change(entry_get(entry, "contextCSN"), &at) && at - now > CLOCK_SECONDS)
		say_clock(look, at - now);
	else
		look_add(look, NOTE, "clock", "The server does not tell this login its time (cn=Monitor), so clocks cannot be compared.");
	return true;
}

static bool look_at_forwards(struct look *look, struct error *error)
{
	struct error lost;
	enum known mode;

	if (!world_profile(look->world)->forward || !world_profile(look->world)->forward_flag)
		return true;
	mode = world_flag_mode(look->world, look->connection);
	error_set(&lost, ERROR_UNREACHABLE, "%s: the connection was lost", connection_uri(look->connection));
	if (!look_goes_on(look, &lost, error))
		return false;
	if (look->input->settings->forward_mode)
		look_add(look, OK, "keep a copy", "Stored as %s, as the configuration says (forward_mode).",
			mode == KNOWN_YES ? "a mark in the entry" : "the own address among the forwards");
	else if (mode == KNOWN_NOT)
		look_add(look, NOTE, "keep a copy", "The data do not show how \"keep a copy\" is stored here: set forward_mode to flag or own-address.");
	else
		look_add(look, OK, "keep a copy", "Stored as %s; so say the data.",
			mode == KNOWN_YES ? "a mark in the entry" : "the own address among the forwards");
	return true;
}

/* Old objects, or such as somebody made past the management system: it may not see them. */
static bool look_at_marks(struct look *look, struct error *error)
{
	const struct profile *profile = world_profile(look->world);
	const struct kind *kind = kind_find("user");
	const struct profile_kind *held = kind ? profile_kind(profile, kind) : NULL;
	struct search search = { .base = world_base(look->world), .scope = SCOPE_BELOW, .limit = 6 };
	struct found found = { .count = 0 };
	struct word_list names = { .count = 0 };
	struct error why = { 0 };
	size_t i;

	if (!profile->mark_class || !held)
		return true;
	search.filter = filter_both(look->arena, held->find,
		filter_not(look->arena, filter_equal_text(look->arena, "objectClass", profile->mark_class)));
	if (!request_search(look->connection, look->arena, &search, &found, &why))
		return look_goes_on(look, &why, error);
	for (i = 0; i < found.count && i < 5; i++)
		word_list_add(&names, found.entries[i]->dn);
	if (found.count > 0)
		look_add(look, NOTE, "marks", "%s%s: without the class %s, so the management system may not know %s.",
			word_list_take(&names, look->arena), found.count > 5 || found.cut ? " (and more)" : "", profile->mark_class,
			found.count > 1 ? "them" : "it");
	return true;
}

static bool look_at_password(struct look *look, struct error *error)
{
	const char *path = look->input->settings->password_file;
	struct error why = { 0 };
	struct stat status;

	(void)error;
	if (!path || look->input->settings->bind != DIRECTORY_BIND_SIMPLE)
		return true;
	if (stat(path, &status) == 0 && (status.st_mode & 077) != 0)
		look_add(look, WARNING, "password file", "%s can be read by others (mode %04o): everybody who reads it is %s. Do: chmod 600 %s", path,
			(unsigned)(status.st_mode & 07777), connection_identity(look->connection), path);
	else if (!file_check_trusted(path, &why))
		look_add(look, WARNING, "password file", "%s", arena_text(look->arena, why.text));
	return true;
}

static bool look_at_history(struct look *look, struct error *error)
{
	struct error why = { 0 };
	const char *base = events_base(look->connection, look->arena, &why);

	if (base)
		look_add(look, OK, "changes by others", "%s can be read: the history shows them too.", base);
	else if (!look_goes_on(look, &why, error))
		return false;
	else
		look_add(look, NOTE, "changes by others", "No change log (cn=accesslog) that %s may read: the history shows what was made here.",
			connection_identity(look->connection));
	return true;
}

bool examine_run(const struct examine_input *input, struct arena *arena, struct directory_finding **findings, size_t *count,
		struct error *error)
{
	static bool (*const checks[])(struct look *look, struct error *error) = {
		look_at_encryption, look_at_profile, look_at_controls, look_at_limits, look_at_access, look_at_configuration, look_at_clock, look_at_forwards,
		look_at_management, look_at_marks, look_at_password, look_at_history,
	};
	struct look look = { .input = input, .connection = input->connection, .world = input->world, .arena = arena };
	bool fine = true;
	size_t i;

	for (i = 0; fine && i < sizeof(checks) / sizeof(checks[0]); i++)
		fine = checks[i](&look, error);
	*findings = look.findings;
	*count = look.count;
	return fine;
}
