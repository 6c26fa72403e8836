/*
 * catalog_postfix: what stands in front of port 25 (postscreen), HELO, and the
 * processes of Postfix.  Constant data.
 */
#include "settings/catalog_private.h"

#define POSTFIX FOLLOW_POSTFIX_RELOAD

static const char *const actions[] = { "ignore", "enforce", "drop", NULL };

#undef GROUP
#define GROUP "postscreen"
#define ACTION_HELP "ignore lets it pass and logs it, enforce refuses the mail at the end, drop hangs up at once."
#define PASSES "A check too strict turns away real servers; look into the log with ignore for some days first."

const struct setting settings_postscreen[] = {
	{ .name = "postscreen", .label = "postscreen", .group = GROUP, .type = SETTING_FLAG, .ucs = "no", .plain = "no",
	  .ucr = "mail/postfix/postscreen/enabled", .postconf = "smtp/inet/postscreen", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "Stands in front of port 25 and turns away what behaves like a spam sender before Postfix spends a process on it. Never for ports "
		"465 and 587.", .consequence = "Changes the line of port 25 in master.cf: yes puts postscreen there, with one process, and "
		"smtpd with its limit and its options behind it; no puts smtpd back. Clients may wait 6 s for the greeting. " PASSES,
	  .manual = "postscreen(8); UCS manual 14.7.6" },
	{ .name = "postscreen-lists", .label = "DNS lists", .group = GROUP, .type = SETTING_TEXT, .least = 0, .most = 2000, .ucs = "", .plain = "",
	  .ucr = "mail/postfix/postscreen/dnsbl/sites", .postconf = "postscreen_dnsbl_sites", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "DNS lists that are asked about whoever connects, each with a weight: list.example*2. What reaches the threshold meets the action.",
	  .consequence = "A list that died may answer yes to everything and turn everybody away.",
	  .aged = "ix.dnsbl.manitu.net answers nothing since January 2025.", .manual = "postconf(5) postscreen_dnsbl_sites" },
	{ .name = "postscreen-lists-threshold", .label = "weight that counts", .group = GROUP, .type = SETTING_NUMBER, .least = 1, .most = 1000,
	  .ucs = "3", .plain = "1", .ucr = "mail/postfix/postscreen/dnsbl/threshold", .postconf = "postscreen_dnsbl_threshold",
	  .flags = SETTING_LOCKOUT, .follow = POSTFIX, .help = "The sum of weights from which on the action for DNS lists is taken.",
	  .consequence = PASSES, .manual = "postconf(5) postscreen_dnsbl_threshold" },
	{ .name = "postscreen-lists-action", .label = "action on DNS lists", .group = GROUP, .type = SETTING_CHOICE, .choices = actions,
	  .ucs = "enforce", .plain = "ignore", .ucr = "mail/postfix/postscreen/dnsbl/action", .postconf = "postscreen_dnsbl_action",
	  .flags = SETTING_LOCKOUT, .follow = POSTFIX, .help = "What happens to whoever is on the lists. " ACTION_HELP, .consequence = PASSES,
	  .manual = "postconf(5) postscreen_dnsbl_action" },
	{ .name = "postscreen-helo-required", .label = "HELO is demanded", .group = GROUP, .type = SETTING_FLAG, .ucs = "no",
	  .ucr = "mail/postfix/postscreen/helo/required", .postconf = "postscreen_helo_required", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "Whether a client must greet by name before it sends.", .manual = "postconf(5) postscreen_helo_required" },
	{ .name = "postscreen-lists-allow", .label = "weight that spares other checks", .group = GROUP, .type = SETTING_NUMBER, .least = -1000,
	  .most = 1000, .postconf = "postscreen_dnsbl_allowlist_threshold", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "A client whose weight is this or less is not checked for talking too early and the like; 0: none is spared. Lists of good senders "
		"stand in postscreen-lists with a negative weight.",
	  .aged = "Postfix before 3.6 calls it postscreen_dnsbl_whitelist_threshold.", .manual = "postconf(5) postscreen_dnsbl_allowlist_threshold" },
	{ .name = "postscreen-greet-wait", .label = "greeting waits", .group = GROUP, .type = SETTING_TEXT, .least = 1, .most = 100,
	  .plain = "${stress?{2}:{6}}s", .postconf = "postscreen_greet_wait", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "How long a client that is not known yet waits for the whole greeting, so that one that talks before it is found out.",
	  .consequence = "Above 10 s some honest servers give up.", .manual = "postconf(5) postscreen_greet_wait" },
	{ .name = "postscreen-greet-action", .label = "action on talking too early", .group = GROUP, .type = SETTING_CHOICE, .choices = actions,
	  .ucs = "drop", .plain = "ignore", .ucr = "mail/postfix/postscreen/greet/action", .postconf = "postscreen_greet_action",
	  .flags = SETTING_LOCKOUT, .follow = POSTFIX, .help = "What happens to clients that talk before they were greeted. " ACTION_HELP,
	  .consequence = PASSES, .manual = "postconf(5) postscreen_greet_action" },
	{ .name = "postscreen-greet-ttl", .label = "who waited is known for", .group = GROUP, .type = SETTING_TIME, .unit = "d", .ucs = "1d",
	  .plain = "1d", .ucr = "mail/postfix/postscreen/greet/ttl", .postconf = "postscreen_greet_ttl", .follow = POSTFIX,
	  .help = "How long a client that waited for the greeting need not wait again.", .manual = "postconf(5) postscreen_greet_ttl" },
	{ .name = "postscreen-pipelining", .label = "looks for commands sent too fast", .group = GROUP, .type = SETTING_FLAG, .plain = "no",
	  .postconf = "postscreen_pipelining_enable", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "Looks for clients that send several commands at once though nobody has offered it. A client that passes such a deep check must "
		"come again.", .consequence = "Mail of every new server is deferred once.", .manual = "postconf(5) postscreen_pipelining_enable" },
	{ .name = "postscreen-pipelining-action", .label = "action on commands sent too fast", .group = GROUP, .type = SETTING_CHOICE,
	  .choices = actions, .plain = "enforce", .postconf = "postscreen_pipelining_action", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "What happens to clients that do it. " ACTION_HELP, .consequence = PASSES, .manual = "postconf(5) postscreen_pipelining_action" },
	{ .name = "postscreen-commands", .label = "looks for other protocols", .group = GROUP, .type = SETTING_FLAG, .ucs = "no", .plain = "no",
	  .ucr = "mail/postfix/postscreen/non_smtp_command/enable", .postconf = "postscreen_non_smtp_command_enable", .flags = SETTING_LOCKOUT,
	  .follow = POSTFIX,
	  .help = "Looks for commands that are no SMTP, as of web browsers. A client that passes such a deep check must come again.",
	  .consequence = "Mail of every new server is deferred once.", .manual = "postconf(5) postscreen_non_smtp_command_enable" },
	{ .name = "postscreen-commands-action", .label = "action on other protocols", .group = GROUP, .type = SETTING_CHOICE, .choices = actions,
	  .ucs = "ignore", .plain = "drop", .ucr = "mail/postfix/postscreen/non_smtp_command/action",
	  .postconf = "postscreen_non_smtp_command_action", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "What happens to clients that speak something else. " ACTION_HELP, .manual = "postconf(5) postscreen_non_smtp_command_action" },
	{ .name = "postscreen-newlines", .label = "looks for bare newlines", .group = GROUP, .type = SETTING_FLAG, .ucs = "no", .plain = "no",
	  .ucr = "mail/postfix/postscreen/bare_newline/enable", .postconf = "postscreen_bare_newline_enable", .flags = SETTING_LOCKOUT,
	  .follow = POSTFIX,
	  .help = "Looks for lines that end without a carriage return, as bad programs send them. A client that passes must come again.",
	  .consequence = "Mail of every new server is deferred once.", .manual = "postconf(5) postscreen_bare_newline_enable" },
	{ .name = "postscreen-newlines-action", .label = "action on bare newlines", .group = GROUP, .type = SETTING_CHOICE, .choices = actions,
	  .ucs = "ignore", .plain = "ignore", .ucr = "mail/postfix/postscreen/bare_newline/action", .postconf = "postscreen_bare_newline_action",
	  .flags = SETTING_LOCKOUT, .follow = POSTFIX, .help = "What happens to clients that send them. " ACTION_HELP,
	  .manual = "postconf(5) postscreen_bare_newline_action" },
	{ .name = "postscreen-deny-action", .label = "action on refused addresses", .group = GROUP, .type = SETTING_CHOICE, .choices = actions,
	  .ucs = "ignore", .ucr = "mail/postfix/postscreen/blacklist/action", .postconf = "postscreen_denylist_action", .flags = SETTING_LOCKOUT,
	  .follow = POSTFIX, .help = "What happens to addresses that the access list refuses. " ACTION_HELP,
	  .aged = "Postfix calls it postscreen_denylist_action since 3.6; the old name still counts.",
	  .manual = "postconf(5) postscreen_denylist_action" },
	{ .name = "postscreen-access", .label = "access list", .group = GROUP, .type = SETTING_TEXT, .least = 0, .most = 1000,
	  .ucs = "permit_mynetworks, cidr:/etc/postfix/postscreen_access.cidr", .plain = "permit_mynetworks",
	  .ucr = "mail/postfix/postscreen/access_list", .postconf = "postscreen_access_list", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "Who is let through or refused without any check.", .manual = "postconf(5) postscreen_access_list" },
	{ .name = NULL },
};

#undef GROUP
#define GROUP "postfix"

const struct setting settings_postfix[] = {
	{ .name = "helo-required", .label = "HELO is demanded", .group = GROUP, .type = SETTING_FLAG, .plain = "no",
	  .postconf = "smtpd_helo_required", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "Whether a client must greet by name; without it a client walks around the rules for HELO by leaving it out.",
	  .manual = "postconf(5) smtpd_helo_required",
	  .facts = 1u << FACT_HELO },
	{ .name = "helo-restrictions", .label = "rules for HELO", .group = GROUP, .type = SETTING_TEXT, .least = 0, .most = 2000, .plain = "",
	  .postconf = "smtpd_helo_restrictions", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "Who is refused for the name it greets with: reject_invalid_helo_hostname refuses what is no name, reject_non_fqdn_helo_hostname a "
		"name without a domain, reject_unknown_helo_hostname one that the DNS does not know. permit_mynetworks and permit_sasl_authenticated "
		"in front spare our own.",
	  .consequence = "Own devices and clients greet with names like \"printer\" and are refused unless they are permitted first; so are honest "
		"servers with a bad name.",
	  .aged = "permit_naked_ip_address, which guides put in front, is gone in Postfix 3.9. reject_invalid_hostname and its like have had the "
		"word helo in them since 2.3.", .manual = "postconf(5) smtpd_helo_restrictions",
	  .facts = 1u << FACT_HELO },
	{ .name = "biff", .label = "tells local users of new mail (biff)", .group = GROUP, .type = SETTING_FLAG, .plain = "yes", .postconf = "biff",
	  .follow = POSTFIX, .help = "A message to terminals of local users for each mail; nobody uses it and it costs time at each delivery.",
	  .manual = "postconf(5) biff" },
	{ .name = "process-limit", .label = "processes of each service", .group = GROUP, .type = SETTING_NUMBER, .least = 1, .most = 10000,
	  .plain = "100", .postconf = "default_process_limit", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "How many processes each service of Postfix may have that has no number of its own in master.cf: so many SMTP clients are served "
		"at once.",
	  .consequence = "Memory is needed for each service on its own: the number times the memory of one process. Too low a number makes other "
		"servers wait.", .aged = "Guides speak of a default of 50; it is 100.", .manual = "postconf(5) default_process_limit",
	  .facts = 1u << FACT_PROCESSES },
	{ .name = "client-connections", .label = "connections of one client", .group = GROUP, .type = SETTING_NUMBER, .least = 0, .most = 10000,
	  .plain = "50", .postconf = "smtpd_client_connection_count_limit", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "How many connections one address may hold; 0: any number.", .manual = "postconf(5) smtpd_client_connection_count_limit" },
	{ .name = "client-messages", .label = "messages of one client in a minute", .group = GROUP, .type = SETTING_NUMBER, .least = 0,
	  .most = 1000000, .plain = "0", .postconf = "smtpd_client_message_rate_limit", .flags = SETTING_LOCKOUT, .follow = POSTFIX,
	  .help = "How many messages one address may send in a minute; 0: any number. It slows down a stolen account.",
	  .consequence = "A relay in front of this server is one address.", .manual = "postconf(5) smtpd_client_message_rate_limit" },
	{ .name = "recipients-of-a-message", .label = "recipients of one message", .group = GROUP, .type = SETTING_NUMBER, .least = 1, .most = 100000,
	  .plain = "1000", .postconf = "smtpd_recipient_limit", .follow = POSTFIX, .help = "How many recipients one message may name.",
	  .manual = "postconf(5) smtpd_recipient_limit" },
	{ .name = NULL },
};
