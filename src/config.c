/*
 * config: postroom.conf and the command line's global options to one struct.
 *
 * Two files at most: the machine's, which decides policy where root owns it,
 * and the person's own.  A value of the own file hides the one of the machine,
 * policy apart: a role can only be lowered, and a reason, read-only and
 * restricted can only be added.  Errors carry file and line.  Start only.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "config_grant.h"
#include "config_card.h"
#include "config_lock.h"
#include "config_scope.h"
#include "config_servers.h"
#include "config_udm.h"

const char *config_machine_file = "/etc/postroom/postroom.conf";

static const struct conf_option directory_options[] = {
	{ .name = "uri", .type = CONF_LIST,
	  .help = "Servers of the directory; the first one is written to, all serve for reading." },
	{ .name = "tls", .type = CONF_TEXT,
	  .help = "starttls, ldaps or none; none is for ldapi and, with allow_plain, for this host only. Unset: as the first URI says." },
	{ .name = "allow_plain", .type = CONF_FLAG, .fallback = "no",
	  .help = "Allow a connection without TLS to 127.0.0.0/8; for tests." },
	{ .name = "ca_file", .type = CONF_TEXT, .help = "Trust only the certificate authorities of this file (PEM)." },
	{ .name = "cert_file", .type = CONF_TEXT, .help = "Our own certificate (PEM), for bind = external over TLS." },
	{ .name = "key_file", .type = CONF_TEXT, .help = "The key that belongs to cert_file (PEM), readable by nobody else." },
	{ .name = "base", .type = CONF_TEXT, .help = "Search below this DN; unset: what the server names." },
	{ .name = "bind", .type = CONF_TEXT, .fallback = "simple",
	  .help = "simple (bind_dn and a password), external (the certificate or the local user) or anonymous." },
	{ .name = "bind_dn", .type = CONF_TEXT, .help = "Who logs in." },
	{ .name = "bind_password_file", .type = CONF_TEXT,
	  .help = "File with the password in its first line, readable by nobody else; unset: it is asked for." },
	{ .name = "profile", .type = CONF_TEXT, .help = "Name or path of a profile; unset: recognised from the schema." },
	{ .name = "profile_directory", .type = CONF_TEXT, .help = "A site's own profiles." },
	{ .name = "direct", .type = CONF_FLAG, .fallback = "no",
	  .help = "Create, rename and delete users here though the directory looks like UCS; only where no UDM manages it." },
	{ .name = "forward_mode", .type = CONF_TEXT, .help = "How a kept copy is stored: flag or own-address; unset: looked up in the data." },
	{ .name = "page", .type = CONF_NUMBER, .fallback = "0", .help = "Entries asked for at a time; 0: one stream, and pages only where the server cuts that." },
	{ .name = "connect_seconds", .type = CONF_NUMBER, .fallback = "5", .help = "Time limit for connecting, TLS included." },
	{ .name = "bind_seconds", .type = CONF_NUMBER, .fallback = "10", .help = "Time limit for logging in." },
	{ .name = "read_seconds", .type = CONF_NUMBER, .fallback = "15", .help = "Time limit for reading one object." },
	{ .name = "write_seconds", .type = CONF_NUMBER, .fallback = "15", .help = "Time limit for writing." },
	{ .name = "search_seconds", .type = CONF_NUMBER, .fallback = "30", .help = "Time limit for one page or batch of a list." },
	{ .name = NULL },
};

static const struct conf_option mail_hosts_options[] = {
	{ .name = "mailbox_rename", .type = CONF_TEXT, .fallback = "unknown",
	  .help = "UCR mail/dovecot/mailbox/rename of the mail servers: yes, no, unset (which is no) or unknown." },
	{ .name = "mailbox_delete", .type = CONF_TEXT, .fallback = "unknown",
	  .help = "UCR mail/dovecot/mailbox/delete of the mail servers: yes, no, unset (which is no) or unknown." },
	{ .name = "alternates_unique", .type = CONF_TEXT, .fallback = "unknown",
	  .help = "Whether alternative addresses belong to one person only (UCR directory/manager/mail-address/uniqueness): yes, no, unset or unknown." },
	{ .name = "listfilter", .type = CONF_TEXT, .fallback = "unknown",
	  .help = "Whether the mail servers obey the allowed senders of groups and lists (UCR mail/postfix/policy/listfilter): yes, no, unset or unknown." },
	{ .name = NULL },
};

const struct conf_option config_options[] = {
	{ .name = "system", .type = CONF_TEXT, .fallback = "", .help = "A word for this system in the top line: PROD, TEST." },
	{ .name = "name", .type = CONF_TEXT, .fallback = "", .help = "The name of the mail system in the top line; unset: its base." },
	{ .name = "directory", .type = CONF_SECTION, .inside = directory_options, .help = "How the directory is reached." },
	{ .name = "role", .type = CONF_TEXT, .help = "admin, helpdesk or monitor; fixed where the machine's own file says it." },
	{ .name = "grant", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_grant_options,
	  .help = "The title is a role, the lists name who has it; counts in the machine's own file, where role is for everybody else." },
	{ .name = "helpdesk", .type = CONF_SECTION, .inside = config_scope_options, .help = "Whom role helpdesk may change." },
	{ .name = "readonly", .type = CONF_FLAG, .fallback = "no", .help = "Register nothing that could write." },
	{ .name = "reason_required", .type = CONF_LIST, .help = "Roles that must give a reason for every change." },
	{ .name = "audit_socket", .type = CONF_TEXT, .help = "A datagram socket that gets one JSON line for each change: journald's own, or /dev/log." },
	{ .name = "audit_required", .type = CONF_FLAG, .fallback = "no", .help = "Change nothing while nobody listens at audit_socket." },
	{ .name = "restricted", .type = CONF_FLAG, .fallback = "no",
	  .help = "No suspend and no files by name; in the machine's file also no configuration but that." },
	{ .name = "state_dir", .type = CONF_TEXT, .help = "Where the journal is kept; unset: the user's own state directory." },
	{ .name = "shared_dir", .type = CONF_TEXT, .help = "A directory for copies of everybody's journals, so that the history shows them." },
	{ .name = "keymap", .type = CONF_TEXT, .fallback = "default", .help = "default, vi, emacs or a file; see postroom-keymap(5)." },
	{ .name = "start", .type = CONF_TEXT, .help = "The section that opens first: overview, users, queue, ...; unset: overview, for helpdesk users." },
	{ .name = "theme", .type = CONF_TEXT, .fallback = "default",
	  .help = "default, dark, light, high-contrast, colour-blind or a file; see postroom-theme(5)." },
	{ .name = "ascii", .type = CONF_FLAG, .fallback = "no", .help = "Draw with ASCII only." },
	{ .name = "no_color", .type = CONF_FLAG, .fallback = "no", .help = "No colour." },
	{ .name = "mouse", .type = CONF_FLAG, .fallback = "no",
	  .help = "Clicks and the wheel move cursor and focus; a terminal then selects text with Shift held only." },
	{ .name = "clipboard", .type = CONF_FLAG, .fallback = "no",
	  .help = "Let the action copy-value hand a value to the clipboard of the terminal (OSC 52), on request only." },
	{ .name = "escape_ms", .type = CONF_NUMBER, .fallback = "50", .help = "Milliseconds after which Esc is Esc; 10 to 500." },
	{ .name = "lock_minutes", .type = CONF_NUMBER, .fallback = "10", .help = "Idle minutes until the screen is locked, or only hidden where there is no password to ask for; 0 never." },
	{ .name = "exit_minutes", .type = CONF_NUMBER, .fallback = "60", .help = "Idle minutes until the console ends; 0 never." },
	{ .name = "lock_monitor", .type = CONF_FLAG, .fallback = "no", .help = "Lock and end the consoles of role monitor too." },
	{ .name = "unlock_dn", .type = CONF_TEXT, .help = "Whose password opens a locked screen; %u is the login name. Unset: that of the login to the directory, if it was typed." },
	{ .name = "mail_hosts", .type = CONF_SECTION, .inside = mail_hosts_options,
	  .help = "What the mail servers do to mailboxes; it decides what a review warns of." },
	{ .name = "card", .type = CONF_SECTION, .inside = config_card_options,
	  .help = "What is read out to a caller who sets a mail program up; without it what the ports of the servers answer." },
	{ .name = "udm", .type = CONF_SECTION, .inside = config_udm_options,
	  .help = "UCS: the REST interface of UDM, through which users are created, renamed and deleted, and what else the profile gives to it." },
	{ .name = "server", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_server_options,
	  .help = "A mail server, and how it is reached; without any the local machine is found by itself." },
	{ .name = "limit", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_limit_options,
	  .help = "The title is a limit; from when on it warns and is critical." },
	{ .name = "advice", .type = CONF_SECTION, .flags = CONF_MANY | CONF_TITLED, .inside = config_advice_options,
	  .help = "The title is a kind of alarm; what to do then." },
	{ .name = "watch", .type = CONF_SECTION, .inside = config_watch_options, .help = "What is watched about the mail system as a whole." },
	{ .name = NULL },
};

/* --- two files as one ------------------------------------------------------------------ */

/* Sections of the same name; own hides machine, and one of both is always there. */
struct source {
	const struct conf_section *own, *machine;
};

static const struct conf_section *where(const struct source *source, const char *option)
{
	if (source->own && (!source->machine || conf_has(source->own, option) || !conf_has(source->machine, option)))
		return source->own;
	return source->machine;
}

static const char *get_text(const struct source *source, const char *option)
{
	return conf_text(where(source, option), option);
}

static bool get_flag(const struct source *source, const char *option)
{
	return conf_flag(where(source, option), option);
}

/* Policy: what one file adds the other cannot take away. */
static bool get_either(const struct source *source, const char *option)
{
	return (source->own && conf_flag(source->own, option)) || (source->machine && conf_flag(source->machine, option));
}

static struct source inside(const struct source *source, const char *section)
{
	struct source inner = { 0 };

	if (source->own)
		inner.own = conf_section(source->own, section, 0);
	if (source->machine)
		inner.machine = conf_section(source->machine, section, 0);
	return inner;
}

static bool complain(const struct source *source, const char *option, const char *value, const char *allowed, struct error *error)
{
	const struct conf_section *section = where(source, option);

	return error_set(error, ERROR_CONFIG, "%s: section at line %d: %s = \"%s\" is not possible; allowed: %s",
		conf_file(section), conf_line(section), option, value, allowed);
}

/* One of the words; *index is its place. An unset option leaves it as it is. */
static bool get_word(const struct source *source, const char *option, const char *const *words, const char *allowed,
		int *index, struct error *error)
{
	const char *value = get_text(source, option);
	int i;

	for (i = 0; value && words[i]; i++)
		if (!strcmp(words[i], value)) {
			*index = i;
			return true;
		}
	return !value || complain(source, option, value, allowed, error);
}

static bool get_number(const struct source *source, const char *option, long least, long most, long *number, struct error *error)
{
	*number = conf_number(where(source, option), option);
	if (*number >= least && *number <= most)
		return true;
	return error_set(error, ERROR_CONFIG, "%s: section at line %d: %s = %ld is not possible; allowed: %ld to %ld",
		conf_file(where(source, option)), conf_line(where(source, option)), option, *number, least, most);
}

/* --- the directory ------------------------------------------------------------------------ */

/* URIs hold no blanks, so several from the command line stand in one text. */
static const char *const *split_uris(struct arena *arena, const char *words)
{
	char *copy = arena_text(arena, words), *rest = NULL, *word;
	const char **uris = arena_alloc(arena, (strlen(words) / 2 + 2) * sizeof(*uris));
	size_t count = 0;

	for (word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		uris[count++] = word;
	return uris;
}

static const char *const *uris_of(struct arena *arena, const struct source *source, const struct options *options)
{
	const struct conf_section *section = where(source, "uri");
	size_t count = conf_list_count(section, "uri"), i;
	const char **uris = arena_alloc(arena, (count + 1) * sizeof(*uris));

	if (options->uri)
		return split_uris(arena, options->uri);
	for (i = 0; i < count; i++)
		uris[i] = arena_text(arena, conf_list_item(section, "uri", i));
	return uris;
}

static bool starts(const char *text, const char *with)
{
	return text && !strncmp(text, with, strlen(with));
}

static bool load_tls(struct config *config, const struct source *source, struct error *error)
{
	static const char *const words[] = { "starttls", "ldaps", "none", NULL };
	const char *first = config->directory.uris[0];
	int tls = starts(first, "ldaps://") ? DIRECTORY_TLS_LDAPS : starts(first, "ldapi://") ? DIRECTORY_TLS_NONE : DIRECTORY_TLS_START;

	/* A URI that says it itself needs no word, and one from the command line overrules the file's. */
	if (!starts(first, "ldaps://") && !starts(first, "ldapi://") &&
	    !get_word(source, "tls", words, "starttls, ldaps, none", &tls, error))
		return false;
	config->directory.tls = (enum directory_tls)tls;
	config->directory.allow_plain = get_flag(source, "allow_plain");
	return true;
}

static bool load_bind(struct config *config, const struct source *source, const struct options *options, struct error *error)
{
	static const char *const words[] = { "simple", "external", "anonymous", NULL };
	struct directory_settings *directory = &config->directory;
	int bind = DIRECTORY_BIND_SIMPLE;

	if (!get_word(source, "bind", words, "simple, external, anonymous", &bind, error))
		return false;
	if (options->external)
		bind = DIRECTORY_BIND_EXTERNAL;
	else if (options->bind_dn)
		bind = DIRECTORY_BIND_SIMPLE;
	directory->bind = (enum directory_bind)bind;
	directory->bind_dn = arena_text(config->arena, options->bind_dn ? options->bind_dn : get_text(source, "bind_dn"));
	/* The file's password belongs to the file's identity. */
	directory->password_file = arena_text(config->arena, options->password_file ? options->password_file :
		options->bind_dn ? NULL : get_text(source, "bind_password_file"));
	if (bind == DIRECTORY_BIND_SIMPLE && (!directory->bind_dn || !*directory->bind_dn))
		return error_set(error, ERROR_CONFIG, "Nobody is named who logs in to the directory: set bind_dn in the configuration, "
			"or give --bind DN, or bind = external");
	return true;
}

static bool load_times(struct config *config, const struct source *source, struct error *error)
{
	struct { const char *option; unsigned *into; } times[] = {
		{ "connect_seconds", &config->directory.connect_seconds }, { "bind_seconds", &config->directory.bind_seconds },
		{ "read_seconds", &config->directory.read_seconds }, { "write_seconds", &config->directory.write_seconds },
		{ "search_seconds", &config->directory.search_seconds },
	};
	long number;
	size_t i;

	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		if (!get_number(source, times[i].option, 1, 600, &number, error))
			return false;
		*times[i].into = (unsigned)number;
	}
	if (!get_number(source, "page", 0, 100000, &number, error))
		return false;
	config->directory.page = (size_t)number;
	return true;
}

static bool load_directory(struct config *config, const struct source *root, const struct options *options, struct error *error)
{
	struct source source = inside(root, "directory");
	struct directory_settings *directory = &config->directory;
	static const char *const modes[] = { "flag", "own-address", NULL };
	int mode = -1;

	directory->uris = uris_of(config->arena, &source, options);
	if (!directory->uris[0])
		return error_set(error, config->file ? ERROR_CONFIG : ERROR_NOT_FOUND,
			"%s%sno directory is named: set uri in the section directory, or give --uri",
			config->file ? config->file : "", config->file ? ": " : "There is no configuration, and ");
	directory->base = arena_text(config->arena, options->base ? options->base : get_text(&source, "base"));
	directory->ca_file = arena_text(config->arena, options->ca_file ? options->ca_file : get_text(&source, "ca_file"));
	directory->cert_file = arena_text(config->arena, get_text(&source, "cert_file"));
	directory->key_file = arena_text(config->arena, get_text(&source, "key_file"));
	directory->profile = arena_text(config->arena, options->profile ? options->profile : get_text(&source, "profile"));
	directory->profile_directory = arena_text(config->arena, get_text(&source, "profile_directory"));
	directory->direct = get_flag(&source, "direct");
	if (!get_word(&source, "forward_mode", modes, "flag, own-address", &mode, error))
		return false;
	directory->forward_mode = mode < 0 ? NULL : modes[mode];
	return load_tls(config, &source, error) && load_bind(config, &source, options, error) && load_times(config, &source, error);
}

/* Unset means no (ucs-directory 18); unknown is what nobody could tell. */
static bool load_mail_hosts(struct config *config, const struct source *root, struct error *error)
{
	static const char *const words[] = { "no", "yes", "unknown", "unset", NULL };
	struct source source = inside(root, "mail_hosts");
	struct { const char *option; enum known *into; } rows[] = {
		{ "mailbox_rename", &config->directory.mailbox_rename }, { "mailbox_delete", &config->directory.mailbox_delete },
		{ "alternates_unique", &config->directory.alternates_unique },
		{ "listfilter", &config->directory.listfilter },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int index = 2;

		if (!get_word(&source, rows[i].option, words, "yes, no, unset, unknown", &index, error))
			return false;
		*rows[i].into = index == 1 ? KNOWN_YES : index == 2 ? KNOWN_NOT : KNOWN_NO;
	}
	return true;
}

/* --- policy --------------------------------------------------------------------------------- */

static bool read_role(const struct conf_section *section, enum role *role, bool *given, struct error *error)
{
	const char *word = section ? conf_text(section, "role") : NULL;

	*given = word != NULL;
	if (!word || role_parse(word, role))
		return true;
	return error_set(error, ERROR_CONFIG, "%s: role = \"%s\" is not possible; allowed: admin, helpdesk, monitor", conf_file(section), word);
}

/* The role of the machine's file is fixed where root owns it; everything after it can only lower. */
static bool load_role(struct config *config, const struct source *root, const struct options *options, bool trusted,
		struct error *error)
{
	enum role machine = ROLE_ADMIN, own = ROLE_ADMIN, wanted;
	bool machine_given, own_given, granted = false;

	if (!read_role(root->machine, &machine, &machine_given, error) || !read_role(root->own, &own, &own_given, error) ||
	    (root->machine && !config_grant(root->machine, config->directory.bind_dn, machine_given, &machine, &granted, error)))
		return false;
	machine_given = machine_given || granted;
	config->role_fixed = machine_given && trusted;
	config->role = config->role_fixed ? (own < machine ? own : machine) : own_given ? own : machine;
	if (!options->role)
		return true;
	if (!role_parse(options->role, &wanted))
		return error_set(error, ERROR_USAGE, "--role %s is not possible; allowed: admin, helpdesk, monitor", options->role);
	if (wanted > config->role)
		return error_set(error, ERROR_REFUSED, "--role %s is more than the role %s that the configuration gives; it can only be lowered",
			options->role, role_word(config->role));
	config->role = wanted;
	return true;
}

static bool asks_reason(const struct conf_section *section, enum role role)
{
	size_t i;

	for (i = 0; section && i < conf_list_count(section, "reason_required"); i++)
		if (!strcmp(conf_list_item(section, "reason_required", i), role_word(role)))
			return true;
	return false;
}

static bool good_reasons(const struct conf_section *section, struct error *error)
{
	enum role role;
	size_t i;

	for (i = 0; section && i < conf_list_count(section, "reason_required"); i++)
		if (!role_parse(conf_list_item(section, "reason_required", i), &role))
			return error_set(error, ERROR_CONFIG, "%s: reason_required names \"%s\"; allowed are roles: admin, helpdesk, monitor",
				conf_file(section), conf_list_item(section, "reason_required", i));
	return true;
}

static bool load_policy(struct config *config, const struct source *root, const struct options *options, bool trusted,
		struct error *error)
{
	if (!good_reasons(root->own, error) || !good_reasons(root->machine, error) ||
	    !load_role(config, root, options, trusted, error))
		return false;
	config->reason_required = asks_reason(root->own, config->role) || asks_reason(root->machine, config->role);
	config->read_only = get_either(root, "readonly") || options->read_only || config->role == ROLE_MONITOR;
	config->restricted = get_either(root, "restricted") || options->restricted;
	config->audit_required = get_either(root, "audit_required");
	/* Where the machine's file wants to know, the own file cannot send it elsewhere. */
	config->audit_socket = arena_text(config->arena, root->machine && conf_has(root->machine, "audit_socket") ?
		conf_text(root->machine, "audit_socket") : get_text(root, "audit_socket"));
	return !config->audit_required || config->audit_socket ||
		complain(root, "audit_required", "yes", "no, or audit_socket must name a socket", error);
}

static bool load_screen(struct config *config, const struct source *root, const struct options *options, struct error *error)
{
	struct { const char *option; long least, most; int *into; } numbers[] = {
		{ "escape_ms", 10, 500, &config->escape_ms },
	};
	const char *no_color = getenv("NO_COLOR");
	long number;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if (!get_number(root, numbers[i].option, numbers[i].least, numbers[i].most, &number, error))
			return false;
		*numbers[i].into = (int)number;
	}
	config->start = arena_text(config->arena, options->start ? options->start : get_text(root, "start"));
	config->keymap = arena_text(config->arena, options->keymap ? options->keymap : get_text(root, "keymap"));
	config->theme = arena_text(config->arena, options->theme ? options->theme : get_text(root, "theme"));
	config->ascii = get_flag(root, "ascii") || options->ascii;
	config->mouse = get_flag(root, "mouse");
	config->clipboard = get_flag(root, "clipboard");
	/* The configuration knows better than the environment; an option knows better than both. */
	config->no_color = options->no_color || (conf_has(where(root, "no_color"), "no_color") ? get_flag(root, "no_color") :
		no_color && *no_color);
	return true;
}

static void load_places(struct config *config, const struct source *root)
{
	const char *state = get_text(root, "state_dir");

	config->system = arena_text(config->arena, get_text(root, "system"));
	config->name = arena_text(config->arena, get_text(root, "name"));
	config->state_directory = state ? arena_text(config->arena, state) : file_state_directory(config->arena);
	config->shared_directory = arena_text(config->arena, get_text(root, "shared_dir"));
}

/* --- mail servers ------------------------------------------------------------------------------ */

/* Which programs are started is policy. */
static bool load_servers(struct config *config, const struct source *root, bool trusted, struct error *error)
{
	struct config_servers servers = { .hosts = NULL };

	if (!config_servers_load(config->arena, root->own, root->machine, trusted && config->restricted, &servers, error))
		return false;
	config->hosts = servers.hosts;
	config->host_count = servers.host_count;
	config->live = servers.live;
	config->live.state_directory = config->state_directory;
	return true;
}

/* --- the whole ---------------------------------------------------------------------------------- */

bool config_no_file(const char *option, const char *value, struct error *error)
{
	/* A bare name is a file too where one of that name lies in the working directory. */
	if (!value || (!strchr(value, '/') && access(value, F_OK)))
		return true;
	return error_set(error, ERROR_REFUSED, "%s %s is not possible in restricted mode, which takes no files by name", option, value);
}

static bool names_no_files(const struct options *options, struct error *error)
{
	const struct { const char *option, *value; bool only_paths; } rows[] = {
		{ "--password-file", options->password_file, false }, { "--ca-file", options->ca_file, false },
		{ "--profile", options->profile, true }, { "--keymap", options->keymap, true },
		{ "--theme", options->theme, true },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].only_paths && !config_no_file(rows[i].option, rows[i].value, error))
			return false;
		if (rows[i].value && !rows[i].only_paths)
			return error_set(error, ERROR_REFUSED, "%s %s is not possible in restricted mode, which takes no files by name",
				rows[i].option, rows[i].value);
	}
	return true;
}

static bool fill(struct config *config, const struct source *root, const struct options *options, bool trusted, struct error *error)
{
	load_places(config, root);
	/* Who logs in to the directory may decide the role. */
	return load_directory(config, root, options, error) && load_policy(config, root, options, trusted, error) &&
		config_udm(config->arena, root->own, root->machine, &config->directory, error) &&
		config_scope(config->arena, root->own, root->machine, &config->scope, error) &&
		config_card(config->arena, root->own, root->machine, &config->card, error) &&
		config_lock(config->arena, root->own, root->machine, &config->directory, &config->lock, error) &&
		load_mail_hosts(config, root, error) && load_screen(config, root, options, error) &&
		load_servers(config, root, trusted, error) && (!config->restricted || names_no_files(options, error));
}

/* The person's own file: --config, POSTROOM_CONFIG, or the usual place where there is one. NULL: none. */
static const char *own_file(struct arena *arena, const struct options *options)
{
	const char *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME"), *named = getenv("POSTROOM_CONFIG"), *path = NULL;

	if (options->config)
		return options->config;
	if (named && *named)
		return arena_text(arena, named);
	if (xdg && *xdg == '/')
		path = arena_format(arena, "%s/postroom/postroom.conf", xdg);
	else if (home && *home == '/')
		path = arena_format(arena, "%s/.config/postroom/postroom.conf", home);
	return path && !access(path, F_OK) ? path : NULL;
}

/* Does root alone decide what stands in it? */
static bool root_owns(const char *path)
{
	struct stat status;

	return !stat(path, &status) && status.st_uid == 0 && file_check_trusted(path, NULL);
}

static bool read_machine(struct conf **machine, bool *trusted, struct error *error)
{
	if (access(config_machine_file, F_OK))
		return true;
	*machine = conf_read_file(config_machine_file, config_options, error);
	*trusted = *machine && root_owns(config_machine_file);
	return *machine != NULL;
}

static bool read_own(struct config *config, const struct options *options, bool only_machine, struct conf **own, struct error *error)
{
	const char *path = own_file(config->arena, options);

	/* Another server would be sent what this machine logs in with. */
	if (only_machine && (options->config || options->uri))
		return error_set(error, ERROR_REFUSED, "%s is not possible here: %s restricts this machine to itself",
			options->config ? "--config" : "--uri", config_machine_file);
	if (!path || only_machine)
		return true;
	/* Who started us in restricted mode may name a file; whoever sits there may not have written it. */
	if (options->restricted && !options->config)
		return true;
	if (options->restricted && !access(path, F_OK) && !root_owns(path))
		return error_set(error, ERROR_REFUSED, "--config %s is not possible in restricted mode: only root may be able to write that file", path);
	/* Whoever can change the file decides where the password is sent. */
	if (!access(path, F_OK) && !file_check_trusted(path, error))
		return error_prefix(error, "The configuration is not used");
	*own = conf_read_file(path, config_options, error);
	config->file = arena_text(config->arena, path);
	/* "Not found" would mean that no configuration was named at all. */
	if (!*own && error)
		error->kind = ERROR_CONFIG;
	return *own != NULL;
}

struct config *config_load(const struct options *options, struct error *error)
{
	struct config *config = memory_new(sizeof(*config));
	struct conf *machine = NULL, *own = NULL, *none = NULL;
	struct source root = { 0 };
	bool trusted = false, fine;

	config->arena = arena_new();
	fine = read_machine(&machine, &trusted, error) &&
		read_own(config, options, trusted && conf_flag(conf_root(machine), "restricted"), &own, error);
	if (fine) {
		if (!machine && !own)
			none = conf_read_text("the built-in defaults", "", config_options, error);
		if (machine && !own)
			config->file = config_machine_file;
		root.machine = machine ? conf_root(machine) : none ? conf_root(none) : NULL;
		root.own = own ? conf_root(own) : NULL;
		fine = fill(config, &root, options, trusted, error);
	}
	conf_free(machine);
	conf_free(own);
	conf_free(none);
	if (fine)
		return config;
	if (error && error->kind == ERROR_FILE)
		error->kind = ERROR_CONFIG;
	config_free(config);
	return NULL;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	arena_free(config->arena);
	free(config);
}
