/*
 * guardian_dovecot: how Dovecot is asked: a candidate, a reload, and what runs
 * afterwards.
 *
 * Ports are in guardian_ports.c.  An exit status of 0 of a reload proves nothing (dovecot 4.3): the log since
 * then must hold no refusal of the master, `service status` must show the
 * values, `doveadm who` must be answered, each login port must greet a new
 * connection, and userdb and passdb must answer as before (a directory that
 * Dovecot cannot bind to any more shows only there).  Where the log goes to syslog the usual files are read; where
 * none can be read the report says so.  Guardian's process.
 */
#include "settings/guardian_private.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

#define DOVECONF "/usr/bin/doveconf"
#define DOVEADM "/usr/bin/doveadm"
/* A broken file can hold the master up for 10 s. */
enum { LOOK_MS = 20000, TURN_MS = 100, UNSEEN_MS = 1500, DEAF_MS = 3000,
	LOOKUP_TRIES = 2, LOOKUP_NOBODY = 67, LOOKUP_FAILED = 75 };

/* One value as doveconf reads it; arena, NULL: it cannot be read. */
static char *value_of(struct guardian *guardian, const char *config, const char *name)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, DOVECONF, "-h", "-c", config, name);
	char *value;

	if (!ran.ended || ran.status != 0)
		return NULL;
	value = arena_text(guardian->arena, ran.output);
	value[strcspn(value, "\n")] = '\0';
	return value;
}

/* --- the candidate ------------------------------------------------------------------------------- */

/* The copy's place taken out of what the parser says: the line as it concerns the real file. */
static char *without_root(struct guardian *guardian, const char *words, const char *root)
{
	struct text out = { 0 };
	size_t length = strlen(root);
	const char *found;
	char *copy;

	while ((found = strstr(words, root))) {
		text_add_bytes(&out, words, (size_t)(found - words));
		words = found + length;
	}
	text_add(&out, words);
	copy = arena_text(guardian->arena, text_get(&out));
	text_free(&out);
	return copy;
}

static void say_warnings(struct guardian *guardian, const char *complaint)
{
	while (*complaint) {
		size_t length = strcspn(complaint, "\n");

		if (!strncmp(complaint, "doveconf: Warning: ", 19))
			guardian_say(guardian, "%.*s", (int)length, complaint);
		complaint += length + (complaint[length] == '\n');
	}
}

/* What says it best: the last Fatal line, without its head. */
static bool refused(struct guardian *guardian, const char *complaint, const char *root, struct error *error)
{
	static const char *const fatal[] = { "doveconf: Fatal: ", NULL }, *const bad[] = { "Error: ", NULL };
	char *said = without_root(guardian, complaint, root), *line = guardian_line_with(guardian->arena, said, fatal, NULL);

	if (!line)
		line = guardian_line_with(guardian->arena, said, bad, NULL);
	if (!line)
		line = said;
	if (!strncmp(line, fatal[0], strlen(fatal[0])))
		line += strlen(fatal[0]);
	return error_set(error, ERROR_INVALID, "Dovecot's own check refuses this configuration, so nothing was installed: %.400s", line);
}

/* Dovecot finds its master by this directory; a reload to another one loses it (dovecot 4.3). */
static bool same_base(struct guardian *guardian, const char *config, struct error *error)
{
	const char *now = value_of(guardian, guardian_config(guardian), "base_dir"), *later = value_of(guardian, config, "base_dir");

	if (!now || !later || !strcmp(now, later))
		return true;
	return error_set(error, ERROR_INVALID, "base_dir would become %s; a reload with another base_dir loses the running Dovecot, so nothing was "
		"installed: this needs a restart by hand", later);
}

/*
 * A port that cannot be had is refused by the running master only, and one whose every address fails ends the master of
 * 2.3.19 (an assertion in service_process_create), so it is tried before.
 */
static bool can_listen(struct guardian *guardian, const char *config, struct error *error)
{
	struct guardian_ports now = guardian_dovecot_ports(guardian, guardian_config(guardian), true);
	struct guardian_ports later = guardian_dovecot_ports(guardian, config, true);

	return guardian_ports_bindable(&now, &later, error) || error_prefix(error, "nothing was installed");
}

static bool dovecot_check(struct guardian *guardian, const char *config, const char *root, struct error *error)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, DOVECONF, "-n", "-c", config);

	/* Numbers written as $name are expanded by Dovecot itself but not by -n alone (dovecot 1.6). */
	if (ran.ended && ran.status != 0 && strstr(ran.complaint, "Invalid number $"))
		ran = GUARDIAN_RUN(guardian, DOVECONF, "-x", "-n", "-c", config);
	if (!ran.ended)
		return error_set(error, ERROR_UNSUPPORTED, "the configuration cannot be checked, so nothing was installed: %.400s", ran.error.text);
	if (ran.status != 0)
		return refused(guardian, ran.complaint, root, error);
	say_warnings(guardian, ran.complaint);
	return same_base(guardian, config, error) && can_listen(guardian, config, error);
}

/* --- what runs --------------------------------------------------------------------------------------- */

static bool status_now(struct guardian *guardian, const char **table, struct error *error)
{
	struct guardian_ran ran = GUARDIAN_RUN(guardian, DOVEADM, "-c", guardian_config(guardian), "-f", "tab", "service", "status");

	*table = ran.output ? ran.output : "";
	if (ran.ended && ran.status == 0)
		return true;
	return error_set(error, ERROR_UNREACHABLE, "doveadm service status: %.300s", ran.ended ? ran.complaint : ran.error.text);
}

static bool dovecot_running(struct guardian *guardian)
{
	const char *table;

	return status_now(guardian, &table, NULL);
}

/* The cell of a row and a column of a table of tabs; arena, NULL: none. */
static char *cell(struct arena *arena, const char *table, const char *row, const char *column)
{
	size_t wanted = 0, at = 0, length = strlen(row);
	const char *head = table;
	bool known = false;

	for (; *head && *head != '\n'; wanted++) {
		size_t size = strcspn(head, "\t\n");

		if (size == strlen(column) && !strncmp(head, column, size)) {
			known = true;
			break;
		}
		head += size + (head[size] == '\t');
	}
	while (known && *table) {
		const char *line = table;
		size_t end = strcspn(table, "\n");

		table += end + (table[end] == '\n');
		if (strncmp(line, row, length) || line[length] != '\t')
			continue;
		for (at = 0; at < wanted; at++)
			line += strcspn(line, "\t\n") + 1;
		return arena_format(arena, "%.*s", (int)strcspn(line, "\t\n"), line);
	}
	return NULL;
}

/* "imap-login/process_limit" is what the master says; a name alone, or what the master does not tell, is what doveconf reads. */
static char *runs(struct guardian *guardian, const char *table, const char *name)
{
	const char *slash = strchr(name, '/');
	char *row = slash ? arena_format(guardian->arena, "%.*s", (int)(slash - name), name) : NULL;
	char *value = row ? cell(guardian->arena, table, row, slash + 1) : NULL;

	if (!value && row)
		value = value_of(guardian, guardian_config(guardian), arena_format(guardian->arena, "service/%s", name));
	return value || row ? value : value_of(guardian, guardian_config(guardian), name);
}

static const char **pairs_now(struct guardian *guardian, const char *table)
{
	size_t count = 0, next = 0;
	const char **pairs;

	while (guardian->change.wanted[count])
		count++;
	pairs = arena_alloc(guardian->arena, (count + 1) * sizeof(*pairs));
	for (size_t i = 0; i < count; i += 2) {
		const char *value = runs(guardian, table, guardian->change.wanted[i]);

		if (!value)
			continue;
		pairs[next++] = guardian->change.wanted[i];
		pairs[next++] = value;
	}
	return pairs;
}

/* The value that the change wanted for this name; NULL: none. */
static const char *wanted_for(const struct guardian *guardian, const char *name)
{
	for (size_t i = 0; guardian->change.wanted[i]; i += 2)
		if (!strcmp(guardian->change.wanted[i], name))
			return guardian->change.wanted[i + 1];
	return NULL;
}

/*
 * On the way back: neither what ran before nor the new one. Somebody had edited the old files and not reloaded, so this is what
 * they say, and as good.
 */
static bool old_files_say(struct guardian *guardian, const char *const *pairs, size_t at, const char *value)
{
	const char *fresh = wanted_for(guardian, pairs[at]);

	if (pairs != guardian->before || !fresh || !strcmp(fresh, value))
		return false;
	guardian_say(guardian, "%s ran as %s, though the old files said %s already", pairs[at], pairs[at + 1], value);
	guardian->before[at + 1] = value;
	return true;
}

static bool all_run(struct guardian *guardian, const char *table, const char *const *pairs, struct error *error)
{
	for (size_t i = 0; pairs && pairs[i]; i += 2) {
		const char *value = runs(guardian, table, pairs[i]);

		if (!value)
			return error_set(error, ERROR_INVALID, "%s is not known to this Dovecot", pairs[i]);
		if (strcmp(value, pairs[i + 1]) && !old_files_say(guardian, pairs, i, value))
			return error_set(error, ERROR_REFUSED, "%s is %s and not %s", pairs[i], value, pairs[i + 1]);
	}
	return true;
}

/* --- before and after a reload ----------------------------------------------------------------------------- */

static struct guardian_ran ask_who(struct guardian *guardian)
{
	return GUARDIAN_RUN(guardian, DOVEADM, "-c", guardian_config(guardian), "-f", "tab", "who", "-1");
}

static bool who_answers(struct guardian *guardian, struct error *error)
{
	struct guardian_ran ran = ask_who(guardian);

	return (ran.ended && ran.status == 0) ||
		error_set(error, ERROR_REFUSED, "doveadm who is not answered: %.300s", ran.ended ? ran.complaint : ran.error.text);
}

/*
 * Somebody who is logged in, else a name that nobody has: "there is no such user" is an answer too, and one that a directory
 * gives only to whoever may ask it.
 */
static const char *somebody(struct guardian *guardian)
{
	struct guardian_ran ran = ask_who(guardian);
	const char *line = ran.ended && ran.status == 0 ? strchr(ran.output, '\n') : NULL;
	char *name = line ? arena_format(guardian->arena, "%.*s", (int)strcspn(line + 1, "\t\n"), line + 1) : NULL;

	/* doveadm would read these as a mask or an option. */
	return name && *name && name[0] != '-' && !strpbrk(name, "*?") ? name : "postroom-probe";
}

/* Exit status of doveadm: 0 found, 67 there is nobody of this name, 75 nobody could look. */
static int lookup(struct guardian *guardian, bool passdb, const char **words)
{
	struct guardian_ran ran = passdb ? GUARDIAN_RUN(guardian, DOVEADM, "-c", guardian_config(guardian), "auth", "lookup", guardian->known) :
		GUARDIAN_RUN(guardian, DOVEADM, "-c", guardian_config(guardian), "user", guardian->known);

	*words = ran.ended ? ran.complaint : ran.error.text;
	return ran.ended ? ran.status : LOOKUP_FAILED;
}

/* Whoever was found must be found again; where nobody was, the question must be answered. What failed before says nothing. */
static bool still_looks_up(struct guardian *guardian, bool passdb, struct error *error)
{
	int before = guardian->lookups[passdb], now = before;
	const char *words = "";

	for (unsigned try = 0; guardian->known && (before == 0 || before == LOOKUP_NOBODY) && try < LOOKUP_TRIES; try++) {
		now = lookup(guardian, passdb, &words);
		if (now == 0 || now == before)
			return true;
		guardian_pause(TURN_MS);
	}
	return now == before || error_set(error, ERROR_REFUSED, "%s of %s does not work any more, so nobody could log in: %.300s",
		passdb ? "the passdb lookup" : "the userdb lookup", guardian->known, *words ? words : "no such user");
}

static void dovecot_note(struct guardian *guardian)
{
	struct guardian_ports list = guardian_dovecot_ports(guardian, guardian_config(guardian), false);
	const char *table, *words;

	if (!status_now(guardian, &table, NULL))
		table = "";
	guardian->before = pairs_now(guardian, table);
	guardian->who_failed = !who_answers(guardian, NULL);
	guardian->known = somebody(guardian);
	for (int passdb = 0; passdb < 2; passdb++)
		guardian->lookups[passdb] = lookup(guardian, passdb, &words);
	for (size_t i = 0; i < list.count; i++) {
		list.ports[i].greeted = guardian_greets(guardian, &list.ports[i], &words);
		if (!list.ports[i].greeted)
			guardian_say(guardian, "%s did not greet before the change: %s", list.ports[i].name, words);
	}
	guardian->ports = list.ports;
	guardian->port_count = list.count;
}

/* Where its refusals are written; with syslog the file that Debian's syslog daemon keeps. */
static struct guardian_log log_now(struct guardian *guardian)
{
	static const char *const files[] = { "/var/log/mail.log", "/var/log/maillog", "/var/log/syslog" };
	const char *path = value_of(guardian, guardian_config(guardian), "log_path");
	struct guardian_log log = guardian_log_mark(path && path[0] == '/' ? path : NULL);

	for (size_t i = 0; !log.path && path && !strcmp(path, "syslog") && i < sizeof(files) / sizeof(files[0]); i++)
		log = guardian_log_mark(files[i]);
	return log;
}

static bool dovecot_reload(struct guardian *guardian, struct error *error)
{
	struct guardian_ran ran;

	guardian->log = log_now(guardian);
	ran = GUARDIAN_RUN(guardian, DOVEADM, "-c", guardian_config(guardian), "reload");
	return (ran.ended && ran.status == 0) ||
		error_set(error, ERROR_REFUSED, "doveadm reload: %.400s", ran.ended ? ran.complaint : ran.error.text);
}

/*
 * It died under the change, so it is started again with the old files. Where systemd has a unit for it, by that, or its next
 * restart would find it running already.
 */
static bool dovecot_start(struct guardian *guardian, struct error *error)
{
	bool unit = !guardian->change.config && access("/run/systemd/system", F_OK) == 0;
	struct guardian_ran ran;

	guardian->log = log_now(guardian);
	ran = unit ? GUARDIAN_RUN(guardian, "/usr/bin/systemctl", "start", "dovecot.service") :
		GUARDIAN_RUN(guardian, "/usr/sbin/dovecot", "-c", guardian_config(guardian));
	return (ran.ended && ran.status == 0) ||
		error_set(error, ERROR_UNREACHABLE, "Dovecot ended and cannot be started: %.400s", ran.ended ? ran.complaint : ran.error.text);
}

/* What the master says when it keeps the old values; a child that ended, or one that is too slow, is no refusal. */
static char *refusal_in(struct guardian *guardian, const char *log)
{
	static const char *const words[] = { "master: Error: ", "master: Fatal: ", "master: Panic: ", "config: Fatal: ", "config: Error: ",
		"command startup failed", NULL };
	static const char *const not[] = { ": child ", NULL };

	return guardian_line_with(guardian->arena, log, words, not);
}

/* The master has read the signal, and what it said about it is there. */
static bool log_shows(struct guardian *guardian, bool *reloaded, struct error *error)
{
	static const char *const hup[] = { "SIGHUP received", "starting up for", NULL };
	char *log = guardian_log_read(guardian, &guardian->log), *line = refusal_in(guardian, log);

	*reloaded = guardian_line_with(guardian->arena, log, hup, NULL) != NULL;
	return !line || error_set(error, ERROR_REFUSED, "the running Dovecot refuses it: %.400s", line);
}

/*
 * Turns until the values run. A status that is asked after SIGHUP was logged is answered after the reload, since the
 * master does one thing at a time; without a readable log some time must do.
 */
static bool wait_for_values(struct guardian *guardian, const char *const *pairs, struct error *error)
{
	int64_t began = clock_monotonic_ms(), heard = began;

	for (;;) {
		bool reloaded, answered = false, late = clock_monotonic_ms() - began > LOOK_MS;
		const char *table;

		if (!log_shows(guardian, &reloaded, error))
			return false;
		if (!guardian->log.path)
			reloaded = clock_monotonic_ms() - began > UNSEEN_MS;
		error_clear(error);
		answered = reloaded && status_now(guardian, &table, error);
		if (answered && all_run(guardian, table, pairs, error))
			return true;
		/* A busy master lets doveadm wait; one that fails again and again cannot read its configuration or is gone. */
		if (answered || !reloaded)
			heard = clock_monotonic_ms();
		late = late || clock_monotonic_ms() - heard > DEAF_MS;
		if (late && !reloaded)
			return error_set(error, ERROR_TIMEOUT, "Dovecot did not reload within %d s", LOOK_MS / 1000);
		if (late)
			return false;
		guardian_pause(TURN_MS);
	}
}

static bool serves(struct guardian *guardian, struct error *error)
{
	struct guardian_ports list = guardian_dovecot_ports(guardian, guardian_config(guardian), false);

	return guardian_ports_look(guardian, list.ports, list.count, error) && (guardian->who_failed || who_answers(guardian, error)) &&
		still_looks_up(guardian, false, error) && still_looks_up(guardian, true, error);
}

static bool dovecot_look(struct guardian *guardian, const char *const *pairs, bool fresh, struct error *error)
{
	const char *table;
	bool reloaded;

	if (!fresh)
		return status_now(guardian, &table, error) && all_run(guardian, table, pairs, error) && serves(guardian, error);
	if (!guardian->log.path)
		guardian_say(guardian, "Dovecot's log cannot be read here, so only the values and the ports were looked at");
	if (!wait_for_values(guardian, pairs, error))
		return false;
	/* New processes read the configuration only now; what they cannot use is in the log then. */
	if (!serves(guardian, error)) {
		struct error said = { 0 };

		if (!log_shows(guardian, &reloaded, &said))
			return error_set(error, said.kind, "%s", said.text);
		return false;
	}
	return log_shows(guardian, &reloaded, error);
}

/* What counts at a reload is what runs, not what is about to: seen with 2.3.19, and in no manual. */
static const char *dovecot_ends_sessions(struct guardian *guardian)
{
	const char *value = value_of(guardian, guardian_config(guardian), "shutdown_clients"), *newer;

	if (!value || strcmp(value, "no"))
		return "the Dovecot that runs has shutdown_clients = yes, so a reload ends every session after 6 seconds, "
			"whatever the new files say; to keep sessions, set shutdown_clients = no first, in a change of its own";
	newer = guardian_dovecot_newer(guardian, "shutdown_clients");
	return newer ? arena_format(guardian->arena, "shutdown_clients = no stands in the files, but %s was changed after Dovecot read it, so the one that "
		"runs may end every session 6 seconds after a reload; reload it first, which may end them once, or do not ask for sessions to be kept", newer) : NULL;
}

const struct guardian_service guardian_dovecot = {
	.name = "dovecot", .title = "Dovecot", .config = "/etc/dovecot/dovecot.conf", .check = dovecot_check, .running = dovecot_running,
	.reload = dovecot_reload, .start = dovecot_start, .note = dovecot_note, .look = dovecot_look, .ends_sessions = dovecot_ends_sessions,
};
