/*
 * config_servers: sections server, limit, advice and watch of postroom.conf to
 * the settings of hosts and live.
 *
 * Every mistake is told with the file and the line of its section.  What a
 * carrier would meet only when it runs (a key that others may read, a server
 * that is not there) is not looked at here.  Start only.
 */
#include "config_servers.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct conf_option config_server_options[] = {
	{ .name = "role", .type = CONF_TEXT, .fallback = "both", .help = "mailbox (Dovecot), transport (Postfix) or both." },
	{ .name = "flavour", .type = CONF_TEXT, .fallback = "debian", .help = "debian or ucs." },
	{ .name = "address", .type = CONF_TEXT, .help = "Where ports are tried; unset: the title." },
	{ .name = "exec", .type = CONF_FLAG, .fallback = "no", .help = "Programs run here: this is the local machine." },
	{ .name = "ssh", .type = CONF_TEXT, .help = "Programs run there, through the system's ssh: NAME or USER@NAME." },
	{ .name = "ssh_port", .type = CONF_NUMBER, .fallback = "0", .help = "Port of ssh; 0: as the system's ssh says." },
	{ .name = "ssh_key", .type = CONF_TEXT, .help = "The private key; unset: as the system's ssh says." },
	{ .name = "ssh_known_hosts", .type = CONF_TEXT, .help = "Host keys that count, and no others; unset: as the system's ssh says." },
	{ .name = "ssh_config", .type = CONF_TEXT, .help = "Configuration of ssh in place of the system's." },
	{ .name = "http", .type = CONF_TEXT, .help = "URL of the doveadm API, https://NAME:PORT." },
	{ .name = "http_key_file", .type = CONF_TEXT, .help = "File with doveadm_api_key in its first line, readable by nobody else." },
	{ .name = "http_password_file", .type = CONF_TEXT, .help = "File with doveadm_password in its first line, in place of the key." },
	{ .name = "http_ca_file", .type = CONF_TEXT, .help = "Trust only the certificate authorities of this file (PEM)." },
	{ .name = "http_plain", .type = CONF_FLAG, .fallback = "no", .help = "Allow http:// to 127.0.0.0/8 and ::1." },
	{ .name = "dovecot_by", .type = CONF_TEXT, .fallback = "auto", .help = "Way to Dovecot: exec, ssh, http or auto." },
	{ .name = "postfix_by", .type = CONF_TEXT, .fallback = "auto", .help = "Way to Postfix: exec, ssh or auto." },
	{ .name = "machine_by", .type = CONF_TEXT, .fallback = "auto", .help = "Way to disks, load and memory: exec, ssh or auto." },
	{ .name = "sudo", .type = CONF_FLAG, .fallback = "no", .help = "Start programs that need root through sudo -n." },
	{ .name = "doveadm", .type = CONF_TEXT, .help = "Path of doveadm." },
	{ .name = "doveconf", .type = CONF_TEXT, .help = "Path of doveconf." },
	{ .name = "dovecot_config", .type = CONF_TEXT, .help = "Configuration of Dovecot, where it is not the usual one." },
	{ .name = "postfix_bin", .type = CONF_TEXT, .help = "Directory of postqueue, postconf and postcat." },
	{ .name = "postfix_sbin", .type = CONF_TEXT, .help = "Directory of postsuper." },
	{ .name = "postfix_config", .type = CONF_TEXT, .help = "Configuration directory of Postfix, where it is not the usual one." },
	{ .name = "postroom", .type = CONF_TEXT, .help = "Path of postroom there, which changes files under a timer." },
	{ .name = "guardian_directory", .type = CONF_TEXT, .help = "Where its guardian keeps its state, where it is not the usual place." },
	{ .name = "ucr", .type = CONF_TEXT, .help = "UCS: path of ucr." },
	{ .name = "ucr_directory", .type = CONF_TEXT, .help = "UCS: directory of base.conf and its brothers." },
	{ .name = "ports", .type = CONF_LIST, .help = "Ports to try, as in imaps 993; unset: the usual ones of its role." },
	{ .name = "ports_ca_file", .type = CONF_TEXT, .help = "Certificate authorities for the ports (PEM); unset: the system's." },
	{ .name = "certificate_files", .type = CONF_LIST, .help = "Files on the server with the certificates of its ports: told when one is newer than what is served." },
	{ .name = "paths", .type = CONF_LIST, .help = "File systems to watch; unset: queue, mail store and log." },
	{ .name = "auth_socket", .type = CONF_TEXT, .help = "Socket on which Dovecot answers SASL for Postfix." },
	{ .name = "lmtp_socket", .type = CONF_TEXT, .help = "Socket on which Dovecot takes mail." },
	{ .name = "quota_status", .type = CONF_TEXT, .help = "Dovecot's quota-status, HOST:PORT or a socket." },
	{ .name = "amavis", .type = CONF_TEXT, .help = "amavis, HOST:PORT or a socket." },
	{ .name = "clamd", .type = CONF_TEXT, .help = "clamd, HOST:PORT or a socket." },
	{ .name = "postgrey", .type = CONF_TEXT, .help = "postgrey, HOST:PORT or a socket." },
	{ .name = "listener_directory", .type = CONF_TEXT, .help = "UCS: directory of the listener, for its lag." },
	{ .name = NULL },
};

const struct conf_option config_limit_options[] = {
	{ .name = "warn", .type = CONF_TEXT, .help = "From when on it warns." },
	{ .name = "critical", .type = CONF_TEXT, .help = "From when on it is critical." },
	{ .name = NULL },
};

const struct conf_option config_advice_options[] = {
	{ .name = "say", .type = CONF_TEXT, .help = "What to do, in the site's own words." },
	{ .name = NULL },
};

const struct conf_option config_watch_options[] = {
	{ .name = "own_domains", .type = CONF_LIST, .help = "Domains whose mail is ours, so that waiting for them is an outage; unset: those of the directory." },
	{ .name = "mask_addresses", .type = CONF_FLAG, .fallback = "yes", .help = "A wall shows no personal addresses." },
	{ .name = "testmail_from", .type = CONF_TEXT, .help = "Sender of the test mail." },
	{ .name = "testmail_to", .type = CONF_TEXT, .help = "Mailbox that the test mail goes to." },
	{ .name = "testmail_host", .type = CONF_TEXT, .help = "Server that is asked whether it has arrived." },
	{ .name = "testmail_minutes", .type = CONF_NUMBER, .fallback = "0", .help = "Minutes between test mails while the servers are watched; 0: only on request." },
	{ .name = NULL },
};

static bool complain(const struct conf_section *section, const char *option, const char *value, const char *allowed, struct error *error)
{
	return error_set(error, ERROR_CONFIG, "%s: section at line %d: %s = \"%s\" is not possible; allowed: %s",
		conf_file(section), conf_line(section), option, value, allowed);
}

/* --- values ------------------------------------------------------------------------------------- */

static bool get_word(const struct conf_section *section, const char *option, const char *const *words, const char *allowed,
		unsigned *index, struct error *error)
{
	const char *value = conf_text(section, option);
	unsigned i;

	for (i = 0; words[i]; i++)
		if (!strcmp(words[i], value)) {
			*index = i;
			return true;
		}
	return complain(section, option, value, allowed, error);
}

static bool plain_word(const char *value, const char *more)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

	for (; *value; value++)
		if (!strchr(letters, *value) && !strchr(more, *value))
			return false;
	return true;
}

static bool get_path(struct arena *arena, const struct conf_section *section, const char *option, const char **path, struct error *error)
{
	const char *value = conf_text(section, option);

	*path = arena_text(arena, value);
	return !value || value[0] == '/' || complain(section, option, value, "an absolute path", error);
}

static bool is_port(const char *words)
{
	return *words && strlen(words) <= 5 && strspn(words, "0123456789") == strlen(words) && atoi(words) > 0 && atoi(words) < 65536;
}

/* "host:port" or an absolute path. */
static bool get_place(struct arena *arena, const struct conf_section *section, const char *option, const char **place, struct error *error)
{
	const char *value = conf_text(section, option), *colon = value ? strrchr(value, ':') : NULL;

	*place = arena_text(arena, value);
	return !value || value[0] == '/' || (colon && colon > value && is_port(colon + 1) && value[0] != '-') ||
		complain(section, option, value, "HOST:PORT or the absolute path of a socket", error);
}

/* --- one server ------------------------------------------------------------------------------------ */

static bool load_ssh(struct arena *arena, const struct conf_section *section, struct host_settings *host, struct error *error)
{
	const char *target = conf_text(section, "ssh");
	long port = conf_number(section, "ssh_port");

	if (target && (target[0] == '-' || !*target || !plain_word(target, "@._-:[]%")))
		return complain(section, "ssh", target, "NAME or USER@NAME", error);
	if (port < 0 || port > 65535)
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: ssh_port = %ld is not possible; allowed: 0 to 65535",
			conf_file(section), conf_line(section), port);
	host->ssh_target = arena_text(arena, target);
	host->ssh_port = (int)port;
	return get_path(arena, section, "ssh_key", &host->ssh_key, error) &&
		get_path(arena, section, "ssh_known_hosts", &host->ssh_known_hosts, error) &&
		get_path(arena, section, "ssh_config", &host->ssh_config, error);
}

/* The host of "http://HOST[:PORT]" is one of this machine, as an address. */
static bool is_loopback(const char *authority)
{
	char host[64];
	size_t length = authority[0] == '[' ? strcspn(authority + 1, "]") : strcspn(authority, ":/");
	unsigned char bytes[16];

	if (length >= sizeof(host))
		return false;
	memcpy(host, authority + (authority[0] == '['), length);
	host[length] = '\0';
	if (authority[0] == '[')
		return inet_pton(AF_INET6, host, bytes) == 1 && IN6_IS_ADDR_LOOPBACK((struct in6_addr *)(void *)bytes);
	return inet_pton(AF_INET, host, bytes) == 1 && bytes[0] == 127;
}

static bool good_url(const struct conf_section *section, const char *url, bool plain, struct error *error)
{
	const char *authority = strstr(url, "://") ? strstr(url, "://") + 3 : NULL;
	size_t length = authority ? strcspn(authority, "/") : 0;

	if (!authority || !length || strpbrk(url, "@ ?#") || strspn(authority + length, "/") != strlen(authority + length))
		return complain(section, "http", url, "https://NAME:PORT, without a path and without a password", error);
	if (!strncmp(url, "https://", 8))
		return true;
	if (strncmp(url, "http://", 7))
		return complain(section, "http", url, "https://NAME:PORT", error);
	return (plain && is_loopback(authority)) ||
		complain(section, "http", url, "https://; http:// only with http_plain = yes and to 127.0.0.0/8 or [::1]", error);
}

static bool load_http(struct arena *arena, const struct conf_section *section, struct host_settings *host, struct error *error)
{
	const char *url = conf_text(section, "http");

	host->http_url = arena_text(arena, url);
	host->http_plain = conf_flag(section, "http_plain");
	if (!get_path(arena, section, "http_key_file", &host->http_key_file, error) ||
	    !get_path(arena, section, "http_password_file", &host->http_password_file, error) ||
	    !get_path(arena, section, "http_ca_file", &host->http_ca_file, error) ||
	    (url && !good_url(section, url, host->http_plain, error)))
		return false;
	if (url && !host->http_key_file == !host->http_password_file)
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: http needs http_key_file or http_password_file, one of both",
			conf_file(section), conf_line(section));
	return true;
}

/* A way that was chosen must be there. */
static bool load_ways(const struct conf_section *section, struct host_settings *host, struct error *error)
{
	static const char *const all[] = { "auto", "exec", "ssh", "http", NULL }, *const programs[] = { "auto", "exec", "ssh", NULL };
	static const char *const options[HOST_GROUPS] = { "dovecot_by", "postfix_by", "machine_by" };
	unsigned group, way;

	for (group = 0; group < HOST_GROUPS; group++) {
		bool api = group == GROUP_DOVEADM;

		if (!get_word(section, options[group], api ? all : programs, api ? "auto, exec, ssh, http" : "auto, exec, ssh", &way, error))
			return false;
		host->by[group] = (enum host_way)way;
		if ((way == WAY_EXEC && !host->exec) || (way == WAY_SSH && !host->ssh_target) || (way == WAY_HTTP && !host->http_url))
			return error_set(error, ERROR_CONFIG, "%s: section at line %d: %s = %s, but %s is not set",
				conf_file(section), conf_line(section), options[group], all[way], all[way]);
	}
	return true;
}

static bool load_programs(struct arena *arena, const struct conf_section *section, struct host_settings *host, struct error *error)
{
	const struct { const char *option; const char **into; } rows[] = {
		{ "doveadm", &host->doveadm }, { "doveconf", &host->doveconf }, { "dovecot_config", &host->dovecot_config },
		{ "postfix_bin", &host->postfix_bin }, { "postfix_sbin", &host->postfix_sbin }, { "postfix_config", &host->postfix_config },
		{ "postroom", &host->postroom }, { "guardian_directory", &host->guardian_directory },
		{ "ucr", &host->ucr }, { "ucr_directory", &host->ucr_directory },
	};
	size_t i;

	host->sudo = conf_flag(section, "sudo");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!get_path(arena, section, rows[i].option, rows[i].into, error))
			return false;
	return true;
}

static bool load_host(struct arena *arena, const struct conf_section *section, struct host_settings *host, struct error *error)
{
	static const char *const roles[] = { "mailbox", "transport", "both", NULL }, *const flavours[] = { "debian", "ucs", NULL };
	const char *name = conf_title(section), *address = conf_text(section, "address");
	unsigned role, flavour;

	if (!*name || strlen(name) > 64 || name[0] == '-' || !plain_word(name, "._-"))
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: server \"%s\" is not possible; a name holds letters, digits, . _ -",
			conf_file(section), conf_line(section), name);
	if (address && (!*address || address[0] == '-' || !plain_word(address, "._-:")))
		return complain(section, "address", address, "a name or an address", error);
	if (!get_word(section, "role", roles, "mailbox, transport, both", &role, error) ||
	    !get_word(section, "flavour", flavours, "debian, ucs", &flavour, error))
		return false;
	host->name = arena_text(arena, name);
	host->address = arena_text(arena, address);
	host->roles = role == 0 ? HOST_MAILBOX : role == 1 ? HOST_TRANSPORT : HOST_MAILBOX | HOST_TRANSPORT;
	host->flavour = (enum host_flavour)flavour;
	host->exec = conf_flag(section, "exec");
	return load_ssh(arena, section, host, error) && load_http(arena, section, host, error) &&
		load_ways(section, host, error) && load_programs(arena, section, host, error);
}

/* --- what is watched about it ------------------------------------------------------------------------ */

/* "imaps", "imaps 993", "imaps 993 any-name" */
static bool load_port(struct arena *arena, const struct conf_section *section, const char *words, struct live_port *port, struct error *error)
{
	static const char *const protocols[] = { "smtp", "submission", "smtps", "imap", "imaps", "pop3", "pop3s", "sieve", "lmtp", NULL };
	char *rest = NULL, *copy = arena_text(arena, words);
	const char *protocol = strtok_r(copy, " ", &rest), *number = strtok_r(NULL, " ", &rest), *more = strtok_r(NULL, " ", &rest);
	size_t i;

	port->port = number && is_port(number) ? atoi(number) : 0;
	port->tls_name_unchecked = more && !strcmp(more, "any-name");
	for (i = 0; protocol && protocols[i]; i++)
		if (!strcmp(protocols[i], protocol))
			port->protocol = protocols[i];
	if (port->protocol && (!number || port->port) && (!more || (port->tls_name_unchecked && !strtok_r(NULL, " ", &rest))))
		return true;
	return complain(section, "ports", words, "PROTOCOL, PROTOCOL PORT or PROTOCOL PORT any-name, where the protocol is one of "
		"smtp, submission, smtps, imap, imaps, pop3, pop3s, sieve, lmtp", error);
}

static bool load_paths(struct arena *arena, const struct conf_section *section, const char *option, const char *const **list, struct error *error)
{
	size_t count = conf_list_count(section, option), i;
	const char **names = arena_alloc(arena, (count + 1) * sizeof(*names));

	for (i = 0; i < count; i++) {
		names[i] = arena_text(arena, conf_list_item(section, option, i));
		if (names[i][0] != '/')
			return complain(section, option, names[i], "absolute paths", error);
	}
	*list = count ? names : NULL;
	return true;
}

static bool load_lists(struct arena *arena, const struct conf_section *section, struct live_host_settings *live, struct error *error)
{
	size_t ports = conf_list_count(section, "ports"), i;
	struct live_port *list = arena_alloc(arena, ports * sizeof(*list));

	for (i = 0; i < ports; i++)
		if (!load_port(arena, section, conf_list_item(section, "ports", i), &list[i], error))
			return false;
	live->ports = ports ? list : NULL;
	live->port_count = ports;
	return load_paths(arena, section, "paths", &live->paths, error) &&
		load_paths(arena, section, "certificate_files", &live->certificate_files, error);
}

static bool load_watched(struct arena *arena, const struct conf_section *section, struct live_host_settings *live, struct error *error)
{
	return load_lists(arena, section, live, error) &&
		get_path(arena, section, "ports_ca_file", &live->ports_ca_file, error) &&
		get_path(arena, section, "auth_socket", &live->auth_socket, error) &&
		get_path(arena, section, "lmtp_socket", &live->lmtp_socket, error) &&
		get_path(arena, section, "listener_directory", &live->listener_directory, error) &&
		get_place(arena, section, "quota_status", &live->quota_status, error) &&
		get_place(arena, section, "amavis", &live->amavis, error) &&
		get_place(arena, section, "clamd", &live->clamd, error) &&
		get_place(arena, section, "postgrey", &live->postgrey, error);
}

/* --- all of them ---------------------------------------------------------------------------------------- */

/* Sections of the own file stand in place of the machine's. */
static const struct conf_section *where(const struct conf_section *own, const struct conf_section *machine, const char *option)
{
	return own && (!machine || conf_section_count(own, option) > 0) ? own : machine;
}

static bool load_hosts(struct arena *arena, const struct conf_section *root, struct config_servers *servers, struct error *error)
{
	size_t count = conf_section_count(root, "server"), i;
	struct host_settings *hosts = arena_alloc(arena, (count + 1) * sizeof(*hosts));
	struct live_host_settings *live = arena_alloc(arena, (count + 1) * sizeof(*live));

	for (i = 0; i < count; i++) {
		const struct conf_section *section = conf_section(root, "server", i);

		if (!load_host(arena, section, &hosts[i], error) || !load_watched(arena, section, &live[i], error))
			return false;
	}
	if (count == 0 && config_servers_local(arena, config_servers_root, &hosts[0]))
		count = 1;
	servers->hosts = hosts;
	servers->live.hosts = live;
	servers->host_count = count;
	return true;
}

static bool get_limit(const struct conf_section *section, const char *option, double *value, struct error *error)
{
	const char *words = conf_text(section, option);
	char *end;

	if (!words)
		return true;
	*value = strtod(words, &end);
	return (*words && !*end && *value >= 0 && *value <= 1e9) || complain(section, option, words, "a number", error);
}

static bool load_limit(const struct conf_section *section, double (*values)[2], struct error *error)
{
	size_t i;

	for (i = 0; live_thresholds[i].name; i++) {
		const struct live_threshold *row = &live_thresholds[i];

		if (strcmp(row->name, conf_title(section)))
			continue;
		if (!get_limit(section, "warn", &values[i][0], error) || !get_limit(section, "critical", &values[i][1], error))
			return false;
		if (row->falling ? values[i][0] >= values[i][1] : values[i][0] <= values[i][1])
			return true;
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: limit %s warns at %g and is critical at %g; %s is worse here",
			conf_file(section), conf_line(section), row->name, values[i][0], values[i][1], row->falling ? "less" : "more");
	}
	return error_set(error, ERROR_CONFIG, "%s: section at line %d: there is no limit %s; postroom.conf(5) names them",
		conf_file(section), conf_line(section), conf_title(section));
}

static bool load_limits(struct arena *arena, const struct conf_section *root, struct live_settings *live, struct error *error)
{
	double (*values)[2];
	size_t count = 0, i;

	while (live_thresholds[count].name)
		count++;
	values = arena_alloc(arena, count * sizeof(*values));
	for (i = 0; i < count; i++) {
		values[i][0] = live_thresholds[i].warn;
		values[i][1] = live_thresholds[i].critical;
	}
	live->thresholds = (const double (*)[2])values;
	for (i = 0; i < conf_section_count(root, "limit"); i++)
		if (!load_limit(conf_section(root, "limit", i), values, error))
			return false;
	return true;
}

static bool is_rule(const char *name)
{
	const char *rule, *help;
	size_t i;

	for (i = 0; (rule = live_alarm_rule(i, &help)); i++)
		if (!strcmp(rule, name))
			return true;
	return false;
}

static bool load_advice(struct arena *arena, const struct conf_section *root, struct live_settings *live, struct error *error)
{
	size_t count = conf_section_count(root, "advice"), next = 0, i;
	const char **pairs = arena_alloc(arena, (2 * count + 1) * sizeof(*pairs));

	for (i = 0; i < count; i++) {
		const struct conf_section *section = conf_section(root, "advice", i);

		if (!is_rule(conf_title(section)))
			return error_set(error, ERROR_CONFIG, "%s: section at line %d: there is no alarm %s; postroom.conf(5) names them",
				conf_file(section), conf_line(section), conf_title(section));
		if (!conf_text(section, "say"))
			continue;
		pairs[next++] = arena_text(arena, conf_title(section));
		pairs[next++] = arena_text(arena, conf_text(section, "say"));
	}
	live->advice = next ? pairs : NULL;
	return true;
}

/* It goes into a conversation and into the head of a mail. */
static bool good_address(const char *address)
{
	const char *at = strrchr(address, '@');

	return at && at > address && at[1] && address[0] != '-' && plain_word(at + 1, ".-") && strlen(address) <= 200 &&
		plain_word(address, "@._+=-");
}

static bool load_testmail(struct arena *arena, const struct conf_section *section, struct config_servers *servers, struct error *error)
{
	struct live_settings *live = &servers->live;
	long minutes = conf_number(section, "testmail_minutes");
	size_t i;

	live->testmail_from = arena_text(arena, conf_text(section, "testmail_from"));
	live->testmail_to = arena_text(arena, conf_text(section, "testmail_to"));
	live->testmail_host = arena_text(arena, conf_text(section, "testmail_host"));
	if (minutes < 0 || minutes > 1440 || (minutes > 0 && minutes < 5))
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: testmail_minutes = %ld is not possible; allowed: 5 to 1440, or 0",
			conf_file(section), conf_line(section), minutes);
	live->testmail_minutes = (unsigned)minutes;
	if (!live->testmail_from && !live->testmail_to && !live->testmail_host)
		return true;
	if (!live->testmail_from || !live->testmail_to || !live->testmail_host)
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: a test mail needs testmail_from, testmail_to and testmail_host",
			conf_file(section), conf_line(section));
	if (!good_address(live->testmail_from))
		return complain(section, "testmail_from", live->testmail_from, "an address of letters, digits and . _ + = -", error);
	if (!good_address(live->testmail_to))
		return complain(section, "testmail_to", live->testmail_to, "an address of letters, digits and . _ + = -", error);
	for (i = 0; i < servers->host_count; i++)
		if (!strcmp(servers->hosts[i].name, live->testmail_host))
			return true;
	return complain(section, "testmail_host", live->testmail_host, "the name of a section server", error);
}

static bool load_watch(struct arena *arena, const struct conf_section *section, struct config_servers *servers, struct error *error)
{
	size_t count = conf_list_count(section, "own_domains"), i;
	const char **domains = arena_alloc(arena, (count + 1) * sizeof(*domains));

	for (i = 0; i < count; i++) {
		const char *domain = conf_list_item(section, "own_domains", i);

		if (!*domain || strchr(domain, '@') || strchr(domain, ' '))
			return complain(section, "own_domains", domain, "names of domains", error);
		domains[i] = text_lower_ascii(arena, domain, strlen(domain));
	}
	servers->live.own_domains = count ? domains : NULL;
	servers->live.mask_addresses = conf_flag(section, "mask_addresses");
	return load_testmail(arena, section, servers, error);
}

bool config_servers_load(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, bool only_machine,
		struct config_servers *servers, struct error *error)
{
	if (only_machine && machine)
		own = NULL;
	if (!load_hosts(arena, where(own, machine, "server"), servers, error) ||
	    !load_limits(arena, where(own, machine, "limit"), &servers->live, error) ||
	    !load_advice(arena, where(own, machine, "advice"), &servers->live, error))
		return false;
	return load_watch(arena, conf_section(where(own, machine, "watch"), "watch", 0), servers, error);
}
