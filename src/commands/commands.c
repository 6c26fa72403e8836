/*
 * commands: the table of subcommands, options before and after the name,
 * usage.
 *
 * Unknown options, options that a command does not take and a wrong number of
 * words end with status 64 and one line that says what is right.  Start only.
 */
#include "commands/commands.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/command_words.h"
#include "commands/headless.h"
#include "commands/login_shell.h"
#include "commands/output.h"
#include "commands/subcommands.h"
#include "commands/version.h"

static const char *const repairs[] = { "password", "quota", "forwarding", "absence", "access", "sessions", "lock", "unlock", NULL };
static const char *const stolen[] = { "stolen", NULL }, *const leaver[] = { "leaver", NULL };
static const struct command_word due_words[] = {
	{ "(nothing)", "lists what is due: its id, the day (none: as soon as it can be), who left it and why" },
	{ "again ID", "tries the open steps of a repair; what is still not done stays due" },
	{ "done ID", "takes it off the list: somebody did it, or it is not wanted any more. Nothing else is changed" },
	{ NULL, NULL },
};
static const struct command_word finish_words[] = {
	{ "(nothing)", "the last change made by you that stopped in the middle" },
	{ "ID", "the change of this id; postroom history has them. Open steps of a repair are done by postroom due again" },
	{ NULL, NULL },
};
static const struct command_word undo_words[] = {
	{ "(nothing)", "the last change made by you that still holds" },
	{ "ID", "the change of this id, or all that can be taken back of a repair by its number (j3f9a21c0); postroom history has both" },
	{ NULL, NULL },
};

const struct command commands[] = {
	{ .name = "list", .arguments = "KIND", .least = 1, .most = 1, .takes = TAKES_FILTER | TAKES_LIMIT | TAKES_COLUMNS,
	  .run = run_list, .help = "Lists the objects of a kind." },
	{ .name = "show", .arguments = "KIND NAME", .least = 2, .most = 2, .run = run_show,
	  .help = "Shows one object with everything computed about it." },
	{ .name = "add", .arguments = "KIND NAME field=value ...", .least = 2, .most = -1, .takes = TAKES_WRITE, .run = run_add,
	  .help = "Creates an object." },
	{ .name = "set", .arguments = "KIND NAME field=value field+=value field-=value ...", .least = 3, .most = -1, .takes = TAKES_WRITE | TAKES_FOLLOW,
	  .run = run_set, .help = "Changes fields of an object." },
	{ .name = "rename", .arguments = "KIND NAME NEW", .least = 3, .most = 3, .takes = TAKES_WRITE, .run = run_rename,
	  .help = "Gives an object another name." },
	{ .name = "remove", .arguments = "KIND NAME", .least = 2, .most = 2, .takes = TAKES_WRITE | TAKES_FOLLOW, .run = run_remove,
	  .help = "Deletes an object." },
	{ .name = "history", .arguments = "", .least = 0, .most = 0, .takes = TAKES_VERIFY | TAKES_LIMIT, .run = run_history,
	  .help = "Shows what was changed, newest first." },
	{ .name = "undo", .arguments = "[ID]", .least = 0, .most = 1, .takes = TAKES_WRITE, .run = run_undo,
	  .words = undo_words, .example = "undo j3f9a21c0", .help = "Takes back the last change, or the one of an id." },
	{ .name = "finish", .arguments = "[ID]", .least = 0, .most = 1, .takes = TAKES_WRITE, .run = run_finish,
	  .words = finish_words, .example = "finish 3f9a21c0-2", .help = "Goes on with the rest of a change that stopped in the middle: the last one, or the one of an id." },
	{ .name = "who", .arguments = "", .least = 0, .most = 0, .takes = TAKES_LIVE | TAKES_BY, .run = run_who,
	  .help = "Lists who is connected to the mail servers." },
	{ .name = "kick", .arguments = "USER [ADDRESS|NETWORK]", .least = 1, .most = 2, .takes = TAKES_WRITE | TAKES_HOST, .run = run_kick,
	  .help = "Ends the connections of a person, or of all whose names fit a mask with * and ?." },
	{ .name = "queue", .arguments = "[hold|release|requeue|retry|expire|delete ID ... domain=D reason=R sender=S recipient=A queue=Q before=AGE]",
	  .least = 0, .most = -1, .takes = TAKES_LIVE | TAKES_BY | TAKES_WRITE, .run = run_queue,
	  .help = "Shows what waits in the queues, or does something to messages of one." },
	{ .name = "services", .arguments = "", .least = 0, .most = 0, .takes = TAKES_LIVE, .run = run_services,
	  .help = "Shows how full each service of Dovecot is." },
	{ .name = "ports", .arguments = "", .least = 0, .most = 0, .takes = TAKES_LIVE, .run = run_ports,
	  .help = "Tries the ports of the mail servers." },
	{ .name = "servers", .arguments = "", .least = 0, .most = 0, .takes = TAKES_LIVE, .run = run_servers,
	  .help = "Lists the mail servers, how each is reached and what is wrong there." },
	{ .name = "overview", .arguments = "", .least = 0, .most = 0, .takes = TAKES_LIVE, .run = run_overview,
	  .help = "Shows the worst figures of each mail server." },
	{ .name = "watch", .arguments = "", .least = 0, .most = 0, .takes = TAKES_HOST | TAKES_ONCE | TAKES_LIMIT, .run = run_watch,
	  .help = "Prints overview, alarms and sources as a line of JSON, again and again." },
	{ .name = "metrics", .arguments = "", .least = 0, .most = 0, .takes = TAKES_HOST | TAKES_OUTPUT, .run = run_metrics,
	  .help = "Prints figures in the text format of Prometheus." },
	{ .name = "health", .arguments = "", .least = 0, .most = 0, .takes = TAKES_HOST, .run = run_health,
	  .help = "Says in one line and by its exit status whether all is well, for monitoring systems." },
	{ .name = "testmail", .arguments = "", .least = 0, .most = 0, .takes = TAKES_HOST, .run = run_testmail,
	  .help = "Sends a mail the real way and looks for it in its mailbox." },
	{ .name = "limits", .arguments = "check|plan|apply|descriptors", .least = 1, .most = 1,
	  .takes = TAKES_HOST | TAKES_LIMITS | TAKES_GOAL | TAKES_WRITE, .at_will = true, .run = run_limits,
	  .help = "Says what Dovecot thinks of its connection limits and what it does not see; which values so many connections take; and sets them, or the open-files limit of the Dovecot that runs." },
	{ .name = "settings", .arguments = "list | show NAME ... | set NAME=VALUE ... | unset NAME ... | same NAME ... | restart SERVICE | local [aside | back] | log-test", .least = 1, .most = -1,
	  .takes = TAKES_HOST | TAKES_WRITE | TAKES_FILTER | TAKES_COLUMNS | TAKES_SETTINGS, .run = run_settings,
	  .help = "Shows and changes what the services of the mail servers are set to." },
	{ .name = "reset", .arguments = "USER [field=value ...]", .least = 1, .most = -1, .takes = TAKES_REPAIRS | TAKES_WRITE, .run = run_reset,
	  .jobs = repairs, .help = "Repairs the mail settings of a person: password, quota, forwarding, absence, access, sessions, lock; several at once as one review." },
	{ .name = "stolen", .arguments = "USER [field=value ...]", .least = 1, .most = -1, .takes = TAKES_WRITE, .run = run_stolen,
	  .jobs = stolen, .help = "A stolen account: locks it, ends what is open and holds its queued mail; undo with its number unlocks and releases." },
	{ .name = "leaver", .arguments = "USER [field=value ...]", .least = 1, .most = -1, .takes = TAKES_WRITE, .run = run_leaver,
	  .jobs = leaver, .help = "Somebody who leaves: locks the account, forwards and answers mail until a day, and takes the person out of groups and lists." },
	{ .name = "due", .arguments = "[again ID | done ID]", .least = 0, .most = 2, .takes = TAKES_WRITE, .run = run_due,
	  .words = due_words, .example = "due again j3f9a21c0", .help = "Shows what somebody has to do later or again: open steps of repairs, forwards that end." },
	{ .name = "screen", .arguments = "SECTION", .least = 1, .most = 1, .takes = TAKES_SCREEN, .run = run_screen,
	  .help = "Prints a screen of the console as text." },
	{ .name = "doctor", .arguments = "", .least = 0, .most = 0, .run = run_doctor,
	  .help = "Looks at configuration, directory and tools and says what is wrong." },
	{ .name = "status", .arguments = "", .least = 0, .most = 0, .takes = TAKES_HOST, .run = run_status,
	  .help = "Shows which change of a server's files waits to be confirmed, and what became of the last one." },
	{ .name = "confirm", .arguments = "", .least = 0, .most = 0, .takes = TAKES_WRITE | TAKES_HOST, .run = run_confirm,
	  .help = "Keeps the change of a server's files that waits." },
	{ .name = "rollback", .arguments = "", .least = 0, .most = 0, .takes = TAKES_WRITE | TAKES_HOST, .run = run_rollback,
	  .help = "Takes the change of a server's files that waits back at once." },
	{ .name = "guardian", .arguments = "apply|confirm ID|rollback ID|more ID SECONDS|look|status|restore|smtp LOGIN ...|smtp-end LOGIN ...",
	  .least = 1, .most = -1, .takes = TAKES_DIRECTORY, .alone = true, .run = run_guardian,
	  .help = "Changes files of this server under a timer, and ends SMTP sessions; run by postroom itself, over ssh and when the machine starts." },
	{ .name = NULL },
};

/* --- options ------------------------------------------------------------------------------- */

enum option_id {
	OPTION_CONFIG = 256, OPTION_URI, OPTION_BASE, OPTION_BIND, OPTION_PASSWORD_FILE, OPTION_CA_FILE, OPTION_ROLE, OPTION_PROFILE,
	OPTION_READONLY, OPTION_RESTRICTED, OPTION_KEYMAP, OPTION_THEME, OPTION_START, OPTION_LIST_KEYS, OPTION_COMPARE, OPTION_ASCII, OPTION_NO_COLOR, OPTION_HELP, OPTION_VERSION,
	OPTION_FORMAT, OPTION_DRY_RUN, OPTION_YES, OPTION_CONFIRM, OPTION_REASON, OPTION_FILTER, OPTION_LIMIT, OPTION_COLUMNS,
	OPTION_VERIFY, OPTION_SIZE, OPTION_KEYS, OPTION_HOST, OPTION_BY, OPTION_ONCE, OPTION_OUTPUT, OPTION_DIRECTORY, OPTION_POSTFIX,
	OPTION_DOVECONF, OPTION_FD_LIMIT, OPTION_DOVECOT_VERSION, OPTION_GROUP, OPTION_OWN, OPTION_PASSWORD_STDIN,
	OPTION_CONNECTIONS, OPTION_USERS, OPTION_DEVICES, OPTION_MODE, OPTION_PROTOCOLS, OPTION_CONFIRM_WITHIN, OPTION_KEEP_SESSIONS, OPTION_END_SESSIONS, OPTION_REPAIR,
	OPTION_AUTH_CACHE, OPTION_AUTH_CACHE_TTL, OPTION_RAISE, OPTION_FOLLOW
};

static const struct option_row {
	const char *name;
	const char *argument;              /* NULL: takes none */
	enum option_id id;
	unsigned takes;                    /* 0: every command; else enum command_options */
	const char *help;
} option_rows[] = {
	{ "config", "FILE", OPTION_CONFIG, 0, "read this file instead of the user's own" },
	{ "uri", "URI", OPTION_URI, 0, "the directory server; may be given several times" },
	{ "base", "DN", OPTION_BASE, 0, "search below this DN" },
	{ "bind", "DN", OPTION_BIND, 0, "log in as this DN, or external" },
	{ "password-file", "FILE", OPTION_PASSWORD_FILE, 0, "its first line is the password" },
	{ "ca-file", "FILE", OPTION_CA_FILE, 0, "trust only these authorities" },
	{ "role", "ROLE", OPTION_ROLE, 0, "admin, helpdesk or monitor; can only be lowered" },
	{ "profile", "NAME", OPTION_PROFILE, 0, "profile of the directory, or its file" },
	{ "readonly", NULL, OPTION_READONLY, 0, "register nothing that could write" },
	{ "restricted", NULL, OPTION_RESTRICTED, 0, "no suspend, no files by name, no other configuration" },
	{ "keymap", "NAME", OPTION_KEYMAP, 0, "default, vi, emacs or a file" },
	{ "theme", "NAME", OPTION_THEME, 0, "default, dark, light, high-contrast, colour-blind or a file" },
	{ "start", "SECTION", OPTION_START, 0, "the section that opens first" },
	{ "list-keys", NULL, OPTION_LIST_KEYS, 0, "print what every key does" },
	{ "compare", "NAME", OPTION_COMPARE, 0, "with --list-keys: print where this keymap differs" },
	{ "ascii", NULL, OPTION_ASCII, 0, "draw with ASCII only" },
	{ "no-color", NULL, OPTION_NO_COLOR, 0, "no colour" },
	{ "format", "FORM", OPTION_FORMAT, 0, "table, json, csv, tsv or ldif" },
	{ "filter", "TEXT", OPTION_FILTER, TAKES_FILTER, "words in any order, in any column" },
	{ "limit", "N", OPTION_LIMIT, TAKES_LIMIT, "at most so many" },
	{ "columns", "A,B", OPTION_COLUMNS, TAKES_COLUMNS, "these fields" },
	{ "dry-run", NULL, OPTION_DRY_RUN, TAKES_WRITE, "print the review and end" },
	{ "yes", NULL, OPTION_YES, TAKES_WRITE, "apply what the review shows" },
	{ "confirm", "NAME", OPTION_CONFIRM, TAKES_WRITE, "the name, where mail or an account would be lost" },
	{ "follow", NULL, OPTION_FOLLOW, TAKES_FOLLOW, "what others forward to somebody who goes, goes first" },
	{ "reason", "TEXT", OPTION_REASON, TAKES_WRITE, "a line for the ticket" },
	{ "verify", NULL, OPTION_VERIFY, TAKES_VERIFY, "check that no record was altered" },
	{ "size", "80x24", OPTION_SIZE, TAKES_SCREEN, "columns and rows" },
	{ "keys", "FILE", OPTION_KEYS, TAKES_SCREEN, "press these keys first" },
	{ "host", "NAME", OPTION_HOST, TAKES_HOST, "only this mail server" },
	{ "by", "WORD", OPTION_BY, TAKES_BY, "grouped: user, address, network, service, server; the queue: domain, reason, sender, age" },
	{ "once", NULL, OPTION_ONCE, TAKES_ONCE, "print one line and end" },
	{ "output", "FILE", OPTION_OUTPUT, TAKES_OUTPUT, "replace this file instead of printing" },
	{ "directory", "DIR", OPTION_DIRECTORY, TAKES_DIRECTORY, "where the guardian keeps its state" },
	{ "postfix", "DIR", OPTION_POSTFIX, TAKES_DIRECTORY, "configuration of Postfix, for smtp and smtp-end" },
	{ "doveconf", "FILE", OPTION_DOVECONF, TAKES_LIMITS, "this configuration of Dovecot, or what doveconf printed" },
	{ "fd-limit", "N", OPTION_FD_LIMIT, TAKES_LIMITS, "the open-files limit that Dovecot runs with" },
	{ "dovecot-version", "V", OPTION_DOVECOT_VERSION, TAKES_LIMITS, "the rules of this Dovecot" },
	{ "group", "NAME", OPTION_GROUP, TAKES_SETTINGS, "only settings of this group" },
	{ "own", NULL, OPTION_OWN, TAKES_SETTINGS, "a name beyond the catalogue is the site's own" },
	{ "password-stdin", NULL, OPTION_PASSWORD_STDIN, TAKES_SETTINGS, "the first line of standard input is the password" },
	{ "connections", "N", OPTION_CONNECTIONS, TAKES_GOAL, "so many at once, of each protocol" },
	{ "users", "N", OPTION_USERS, TAKES_GOAL, "so many people, each with so many devices" },
	{ "devices", "N", OPTION_DEVICES, TAKES_GOAL, "connections of one person; with --users" },
	{ "mode", "MODE", OPTION_MODE, TAKES_GOAL, "security (a process for each login) or performance" },
	{ "protocols", "A,B", OPTION_PROTOCOLS, TAKES_GOAL, "imap, pop3 or both; else those that the server offers" },
	{ "raise", "WORD", OPTION_RAISE, TAKES_GOAL, "defaults (default_process_limit) or services; on UCS defaults unless said" },
	{ "auth-cache", "SIZE", OPTION_AUTH_CACHE, TAKES_GOAL, "size of the auth cache, as in 10M" },
	{ "auth-cache-ttl", "TIME", OPTION_AUTH_CACHE_TTL, TAKES_GOAL, "how long an entry of it counts, in seconds or as in 5m" },
	{ "confirm-within", "S", OPTION_CONFIRM_WITHIN, TAKES_GOAL, "seconds until the old values come back" },
	{ "keep-sessions", NULL, OPTION_KEEP_SESSIONS, TAKES_GOAL, "sessions stay over the reload" },
	{ "end-sessions", NULL, OPTION_END_SESSIONS, TAKES_GOAL, "sessions may end with the reload" },
	{ "password", NULL, OPTION_REPAIR, TAKES_REPAIRS, "a new password: password=- asks for one, else one is made" },
	{ "quota", NULL, OPTION_REPAIR, TAKES_REPAIRS, "raise it (quota=4GB), back to the policy (policy=yes), or count anew" },
	{ "forwarding", NULL, OPTION_REPAIR, TAKES_REPAIRS, "clear forwards, or set them (forwards=A keep_copy=yes until=DAY)" },
	{ "absence", NULL, OPTION_REPAIR, TAKES_REPAIRS, "an answer to whoever writes (text=T from=DAY until=DAY), or off=yes" },
	{ "access", NULL, OPTION_REPAIR, TAKES_REPAIRS, "access for a colleague (colleague=USER folder=F rights=read)" },
	{ "sessions", NULL, OPTION_REPAIR, TAKES_REPAIRS, "end all sessions, after emptying login caches" },
	{ "lock", NULL, OPTION_REPAIR, TAKES_REPAIRS, "lock the account" },
	{ "unlock", NULL, OPTION_REPAIR, TAKES_REPAIRS, "clear every lock" },
	{ "help", NULL, OPTION_HELP, 0, "print this and end" },
	{ "version", NULL, OPTION_VERSION, 0, "print the version and end" },
};
#define OPTION_COUNT (sizeof(option_rows) / sizeof(option_rows[0]))

/* What was read from the command line. */
struct parsed {
	struct options *options;
	struct arguments arguments;
	unsigned used;                     /* bits of options that not every command takes */
	const char *used_name;
	bool help, version, list_keys;
	const char *compare;               /* --compare: a keymap */
};

static int usage_error(const char *format, const char *what)
{
	struct arena *arena = arena_new();
	char *words = arena_format(arena, "%s", what);

	headless_note("postroom: %s%s (postroom --help)", format, words);
	arena_free(arena);
	return error_exit_status(ERROR_USAGE);
}

static bool set_limit(struct parsed *parsed, const char *words)
{
	char *end;

	errno = 0;
	parsed->arguments.limit = strtol(words, &end, 10);
	if (!errno && end != words && !*end && parsed->arguments.limit > 0)
		return true;
	usage_error("--limit needs a number above 0, not ", words);
	return false;
}

static bool set_format(struct parsed *parsed, const char *words)
{
	parsed->arguments.printer = printer_find(words);
	if (parsed->arguments.printer)
		return true;
	usage_error("--format is table, json, csv, tsv or ldif, not ", words);
	return false;
}

/* Several are kept in one text; commands_run's caller uses it until the program ends. */
static bool add_uri(struct parsed *parsed, const char *uri)
{
	static char all[4096];
	size_t used = parsed->options->uri ? strlen(all) : 0;

	if (snprintf(all + used, sizeof(all) - used, "%s%s", used ? " " : "", uri) >= (int)(sizeof(all) - used)) {
		usage_error("too many of --uri: ", uri);
		return false;
	}
	parsed->options->uri = all;
	return true;
}

/* Options with a text, by where it goes. */
static const char **text_of(struct parsed *parsed, enum option_id id)
{
	switch (id) {
	case OPTION_CONFIG: return &parsed->options->config;
	case OPTION_BASE: return &parsed->options->base;
	case OPTION_PASSWORD_FILE: return &parsed->options->password_file;
	case OPTION_CA_FILE: return &parsed->options->ca_file;
	case OPTION_ROLE: return &parsed->options->role;
	case OPTION_PROFILE: return &parsed->options->profile;
	case OPTION_KEYMAP: return &parsed->options->keymap;
	case OPTION_THEME: return &parsed->options->theme;
	case OPTION_START: return &parsed->options->start;
	case OPTION_COMPARE: return &parsed->compare;
	case OPTION_CONFIRM: return &parsed->arguments.confirm;
	case OPTION_REASON: return &parsed->arguments.reason;
	case OPTION_FILTER: return &parsed->arguments.filter;
	case OPTION_COLUMNS: return &parsed->arguments.columns;
	case OPTION_SIZE: return &parsed->arguments.size;
	case OPTION_KEYS: return &parsed->arguments.keys;
	case OPTION_HOST: return &parsed->arguments.host;
	case OPTION_BY: return &parsed->arguments.by;
	case OPTION_OUTPUT: return &parsed->arguments.output;
	case OPTION_GROUP: return &parsed->arguments.group;
	case OPTION_DIRECTORY: return &parsed->arguments.directory;
	case OPTION_POSTFIX: return &parsed->arguments.postfix;
	case OPTION_DOVECONF: return &parsed->arguments.doveconf;
	case OPTION_FD_LIMIT: return &parsed->arguments.fd_limit;
	case OPTION_CONNECTIONS: return &parsed->arguments.connections;
	case OPTION_USERS: return &parsed->arguments.users;
	case OPTION_DEVICES: return &parsed->arguments.devices;
	case OPTION_MODE: return &parsed->arguments.mode;
	case OPTION_PROTOCOLS: return &parsed->arguments.protocols;
	case OPTION_RAISE: return &parsed->arguments.raise;
	case OPTION_AUTH_CACHE: return &parsed->arguments.auth_cache;
	case OPTION_AUTH_CACHE_TTL: return &parsed->arguments.auth_cache_ttl;
	case OPTION_CONFIRM_WITHIN: return &parsed->arguments.confirm_within;
	case OPTION_DOVECOT_VERSION: return &parsed->arguments.dovecot_version;
	default: return NULL;
	}
}

static bool *flag_of(struct parsed *parsed, enum option_id id)
{
	switch (id) {
	case OPTION_READONLY: return &parsed->options->read_only;
	case OPTION_RESTRICTED: return &parsed->options->restricted;
	case OPTION_ASCII: return &parsed->options->ascii;
	case OPTION_NO_COLOR: return &parsed->options->no_color;
	case OPTION_LIST_KEYS: return &parsed->list_keys;
	case OPTION_DRY_RUN: return &parsed->arguments.dry_run;
	case OPTION_YES: return &parsed->arguments.yes;
	case OPTION_FOLLOW: return &parsed->arguments.follow;
	case OPTION_VERIFY: return &parsed->arguments.verify;
	case OPTION_KEEP_SESSIONS: return &parsed->arguments.keep_sessions;
	case OPTION_END_SESSIONS: return &parsed->arguments.end_sessions;
	case OPTION_ONCE: return &parsed->arguments.once;
	case OPTION_OWN: return &parsed->arguments.own;
	case OPTION_PASSWORD_STDIN: return &parsed->arguments.password_stdin;
	case OPTION_HELP: return &parsed->help;
	case OPTION_VERSION: return &parsed->version;
	default: return NULL;
	}
}

static bool take_option(struct parsed *parsed, const struct option_row *row, char *value)
{
	const char **text = text_of(parsed, row->id);
	bool *flag = flag_of(parsed, row->id);

	if (row->takes) {
		parsed->used |= row->takes;
		parsed->used_name = row->name;
		parsed->arguments.goal_given |= (row->takes & TAKES_GOAL) != 0;
	}
	if (row->id == OPTION_REPAIR && parsed->arguments.job_count < sizeof(parsed->arguments.jobs) / sizeof(parsed->arguments.jobs[0]))
		parsed->arguments.jobs[parsed->arguments.job_count++] = row->name;
	else if (row->id == OPTION_REPAIR)
		return true;
	else if (text)
		*text = value;
	else if (flag)
		*flag = true;
	else if (row->id == OPTION_URI)
		return add_uri(parsed, value);
	else if (row->id == OPTION_BIND && !strcmp(value, "external"))
		parsed->options->external = true;
	else if (row->id == OPTION_BIND)
		parsed->options->bind_dn = value;
	else
		return row->id == OPTION_LIMIT ? set_limit(parsed, value) : set_format(parsed, value);
	return true;
}

/* getopt_long moves the words behind the options, wherever they stand. */
static bool read_options(int argc, char **argv, struct parsed *parsed)
{
	struct option table[OPTION_COUNT + 1] = { 0 };
	int id, index;
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++)
		table[i] = (struct option){ option_rows[i].name, option_rows[i].argument ? required_argument : no_argument, NULL, (int)option_rows[i].id };
	opterr = 0;
	optind = 0;
	while ((id = getopt_long(argc, argv, ":h", table, &index)) != -1) {
		const struct option_row *row = NULL;

		if (id == 'h')
			id = OPTION_HELP;
		for (i = 0; i < OPTION_COUNT; i++)
			if ((int)option_rows[i].id == id && (id != OPTION_REPAIR || (int)i == index))
				row = &option_rows[i];
		if (!row) {
			usage_error(id == ':' ? "this option needs a value: " : "there is no option ", optind > 0 ? argv[optind - 1] : "");
			return false;
		}
		if (!take_option(parsed, row, optarg))
			return false;
	}
	return true;
}

/* --- usage ------------------------------------------------------------------------------------ */

static void print_options(unsigned takes)
{
	size_t i;

	for (i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_rows[i];
		char left[40];

		if (row->takes && !(row->takes & takes))
			continue;
		snprintf(left, sizeof(left), "--%s%s%s", row->name, row->argument ? " " : "", row->argument ? row->argument : "");
		printf("  %-24s %s\n", left, row->help);
	}
}

static void print_usage(const struct command *command, const struct arguments *arguments)
{
	const struct command *row;

	if (command) {
		printf("usage: postroom [options] %s %s\n%s\n\n", command->name, command->arguments, command->help);
		print_words(command, arguments);
		print_options(command->takes);
		return;
	}
	printf("usage: postroom [options]                    the console\n"
		"       postroom [options] command arguments   one thing\n\ncommands:\n");
	for (row = commands; row->name; row++)
		printf("  %s%s%s\n           %s\n", row->name, *row->arguments ? " " : "", row->arguments, row->help);
	printf("\nA KIND is one of:");
	for (size_t i = 0; kinds[i]; i++)
		if (!kinds[i]->internal)
			printf(" %s", kinds[i]->name);
	printf(". Options:\n");
	print_options(~0u);
	printf("\nThe manual is postroom(1); the configuration is described in postroom.conf(5).\n");
}

/* --- dispatch ------------------------------------------------------------------------------------ */

static const struct command *find_command(const char *name)
{
	const struct command *command;

	for (command = commands; command->name; command++)
		if (!strcmp(command->name, name))
			return command;
	return NULL;
}

/*
 * The configuration decides whether files may be named at all (restricted mode), so it is read first; where there is
 * none at all, the keys can be told all the same.
 */
static int list_keys(const struct parsed *parsed, const struct front_ends *front_ends)
{
	const struct options *options = parsed->options;
	struct error error = { 0 };
	struct config *config = config_load(options, &error);
	const char *keymap = config ? config->keymap : options->keymap;
	int status;

	if (!config && error.kind == ERROR_NOT_FOUND)
		error_clear(&error);
	if (error.kind == ERROR_NONE && (config ? config->restricted : options->restricted) &&
	    config_no_file("--keymap", options->keymap, &error))
		config_no_file("--compare", parsed->compare, &error);
	if (error.kind == ERROR_NONE) {
		status = front_ends->list_keys(keymap, parsed->compare);
	} else {
		headless_note("postroom: %s", error.text);
		status = error_exit_status(error.kind);
	}
	config_free(config);
	return status;
}

static int run_command(const struct command *command, struct parsed *parsed, int argc, char **argv)
{
	struct error error = { 0 };
	struct config *config;

	if (parsed->used & ~command->takes)
		return usage_error("this command does not take --", parsed->used_name);
	if (argc < command->least || (command->most >= 0 && argc > command->most)) {
		headless_note("usage: postroom %s %s", command->name, command->arguments);
		return error_exit_status(ERROR_USAGE);
	}
	config = config_load(parsed->options, &error);
	if (command->alone) {
		bool restricted = config ? config->restricted : parsed->options->restricted;

		config_free(config);
		if (!restricted)
			return command->run(NULL, &parsed->arguments, argc, argv);
		headless_note("postroom: %s is not to be had in restricted mode", command->name);
		return error_exit_status(ERROR_REFUSED);
	}
	if (!config && !(command->at_will && error.kind == ERROR_NOT_FOUND && !parsed->options->restricted)) {
		headless_note("postroom: %s", error.text);
		return error_exit_status(error.kind == ERROR_NOT_FOUND ? ERROR_CONFIG : error.kind);
	}
	if (config && config->restricted && !parsed->options->restricted && login_shell_restricted() >= 0) {
		config_free(config);
		return error_exit_status(ERROR_USAGE);
	}
	if (config && config->restricted && parsed->arguments.output) {
		headless_note("postroom: --output is not possible in restricted mode, which takes no files by name");
		config_free(config);
		return error_exit_status(ERROR_REFUSED);
	}
	return command->run(config, &parsed->arguments, argc, argv);
}

int commands_restricted(void)
{
	return login_shell_restricted();
}

int commands_run(int argc, char **argv, const struct front_ends *front_ends, struct options *options)
{
	struct parsed parsed = { .options = options, .arguments = { .front_ends = front_ends, .printer = &printer_table } };
	const struct command *command = NULL;
	int status;

	memset(options, 0, sizeof(*options));
	status = login_shell(argc, argv, &options->restricted);
	if (status >= 0)
		return status;
	if (!read_options(argc, argv, &parsed))
		return error_exit_status(ERROR_USAGE);
	status = options->restricted ? login_shell_restricted() : -1;
	if (status >= 0)
		return status;
	if (parsed.version) {
		print_version();
		return 0;
	}
	if (optind < argc) {
		command = find_command(argv[optind]);
		if (!command)
			return usage_error("there is no command ", argv[optind]);
	}
	if (parsed.help) {
		print_usage(command, &parsed.arguments);
		return 0;
	}
	if (parsed.list_keys)
		return list_keys(&parsed, front_ends);
	if (parsed.compare)
		return usage_error("--compare belongs to --list-keys, not to ", command ? command->name : "the console");
	if (command)
		return run_command(command, &parsed, argc - optind - 1, argv + optind + 1);
	if (parsed.used)
		return usage_error("without a command there is no --", parsed.used_name);
	return -1;
}
