/*
 * catalog: the groups, what must follow a change, and finding a row by any of
 * its names.  Constant data and pure functions, any thread.
 */
#include "settings/catalog_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const struct setting_group setting_groups[] = {
	{ "sending", "Sending and size", "Relay, sizes, copies, bounces, names and networks." },
	{ "receiving", "Receiving", "Ports, logins for sending, TLS of Postfix, rules for recipients." },
	{ "postscreen", "Postscreen", "What stands in front of port 25." },
	{ "postfix", "Postfix alone", "HELO, processes and rates." },
	{ "mailboxes", "Mailboxes", "What becomes of mailboxes and where they lie." },
	{ "folders", "Folders", "Folders that are made by themselves and what they are for." },
	{ "quota", "Quota", "Counting, warnings, and the service that Postfix asks." },
	{ "login", "Logins", "Protocols, TLS of Dovecot, the cache of logins." },
	{ "limits", "Limits", "How many connections and how much memory; see also postroom limits." },
	{ "logging", "Logging", "What is written down and where." },
	{ "filters", "Spam and viruses", "amavis, SpamAssassin, ClamAV." },
	{ "greylisting", "Greylisting", "Postgrey." },
	{ "fetching", "Fetching mail", "Fetchmail." },
	{ "webmail", "Webmail", "PHP's limits beside the maximum message size." },
	{ "cyrus", "Cyrus", "The counterparts on a server that still runs Cyrus." },
	{ NULL, NULL, NULL },
};

const struct setting *const setting_tables[] = {
	settings_sending, settings_smtp, settings_postscreen, settings_postfix, settings_mailboxes, settings_login, settings_limits,
	settings_logging, settings_filters, settings_cyrus, NULL,
};

const struct setting_follow_row setting_follows[] = {
	{ FOLLOW_POSTMAP_AUTH, "postmap of smtp_auth", "postmap /etc/postfix/smtp_auth", true, "Postfix reads the new table by itself.", NULL, NULL },
	{ FOLLOW_POSTMAP_TLS, "postmap of tls_policy", "postmap /etc/postfix/tls_policy", true, "Postfix reads the new table by itself.", NULL, NULL },
	{ FOLLOW_POSTFIX_RELOAD, "Postfix reload", "postfix reload", true, "No session ends; new ones have the new value.", NULL, NULL },
	{ FOLLOW_POSTFIX_STOP, "Postfix stop and start", "systemctl restart postfix", true, "All SMTP sessions end; SMTP is not there for some seconds.", NULL, NULL },
	{ FOLLOW_POSTFIX_RESTART, "Postfix restart", "systemctl restart postfix", false, "SMTP is not there for some seconds; other servers try again by themselves.",
	  "postfix", "postfix" },
	{ FOLLOW_DOVECOT_RELOAD, "Dovecot reload", "doveadm reload", true, "All sessions end after six seconds and come back, unless sessions-end-with-reload is no.", NULL, NULL },
	{ FOLLOW_DOVECOT_RESTART, "Dovecot restart", "systemctl restart dovecot", false, "All sessions end at once; nobody can log in for some seconds; with a mistake in its files it does not start.",
	  "dovecot", "dovecot" },
	{ FOLLOW_SYSLOG, "syslog restart", "systemctl restart rsyslog", false, "Lines of some seconds may be lost.",
	  "syslog", "rsyslog" },
	{ FOLLOW_AMAVIS, "amavis restart", "systemctl restart amavis", false, "Mail waits in the queue for some seconds.",
	  "amavis", "amavis" },
	{ FOLLOW_POSTGREY, "Postgrey restart", "systemctl restart postgrey", false, "New mail is deferred for some seconds.",
	  "postgrey", "postgrey" },
	{ FOLLOW_FETCHMAIL, "Fetchmail restart", "systemctl restart fetchmail", false, "The next mail is fetched some minutes later.",
	  "fetchmail", "fetchmail" },
	{ FOLLOW_SASLAUTHD, "saslauthd restart", "systemctl restart saslauthd", false, "Remembered logins are forgotten.",
	  "saslauthd", "saslauthd" },
	{ FOLLOW_CYRUS, "Cyrus restart", "systemctl restart cyrus-imapd", false, "All sessions end.",
	  "cyrus", "cyrus-imapd" },
	{ FOLLOW_APACHE, "Apache restart", "systemctl restart apache2", false, "Webmail and the management console are not there for some seconds.",
	  "apache", "apache2" },
	{ FOLLOW_FIREWALL, "firewall restart", "systemctl restart univention-firewall", false, "Rules set by hand are gone.",
	  "firewall", "univention-firewall" },
	{ FOLLOW_BUILD, "system build", "sudo fc-manage --build", false, "The machine is built anew from /etc/local; services whose configuration changed are restarted.",
	  "fc-manage", NULL },
	{ 0, NULL, NULL, false, NULL, NULL, NULL },
};

const struct setting_follow_row *setting_restart_find(const char *service)
{
	const struct setting_follow_row *row;

	for (row = setting_follows; row->bit; row++)
		if (row->service && !strcmp(row->service, service))
			return row;
	return NULL;
}

const struct setting *setting_next(size_t *at)
{
	size_t skip = *at, i, j;

	for (i = 0; setting_tables[i]; i++)
		for (j = 0; setting_tables[i][j].name; j++)
			if (skip-- == 0) {
				(*at)++;
				return &setting_tables[i][j];
			}
	return NULL;
}

char *setting_place(struct arena *arena, const char *pattern, const char *key)
{
	const char *hole = pattern ? strstr(pattern, "<>") : NULL;

	if (!hole)
		return arena_text(arena, pattern);
	return arena_format(arena, "%.*s%s%s", (int)(hole - pattern), pattern, key ? key : "", hole + 2);
}

/* --- finding --------------------------------------------------------------------------------------- */

/* Does `name` fit a pattern with "<>" in it? The key is what stands there; in a buffer of the row's own there is no room, so only its place. */
static bool fits_pattern(const char *pattern, const char *name, const char **key)
{
	const char *hole = strstr(pattern, "<>");
	size_t front = hole ? (size_t)(hole - pattern) : 0;

	/* Only where the key is the end of the name can it be pointed at. */
	if (!hole || hole[2] || strncmp(pattern, name, front) || !name[front])
		return false;
	*key = name + front;
	return true;
}

static bool is_named(const struct setting *setting, const char *name, const char **key)
{
	const char *const names[] = { setting->name, setting->ucr, setting->postconf, setting->dovecot, setting->dovecot24 };
	size_t length = strlen(setting->name), i;

	*key = NULL;
	if (setting->flags & SETTING_FAMILY) {
		*key = name + length;
		if (!strncmp(name, setting->name, length) && name[length])
			return true;
		return setting->ucr && fits_pattern(setting->ucr, name, key);
	}
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i] && !strcmp(names[i], name))
			return true;
	return false;
}

const struct setting *setting_find(const char *name, const char **key)
{
	const struct setting *setting;
	const char *found = NULL;
	size_t at = 0;

	while ((setting = setting_next(&at)))
		if (is_named(setting, name, &found)) {
			if (key)
				*key = found;
			return setting;
		}
	if (key)
		*key = NULL;
	return NULL;
}

/* --- what was meant ----------------------------------------------------------------------------------- */

enum { NAME_MOST = 160 };

static unsigned least_of(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned setting_distance(const char *a, const char *b, unsigned most)
{
	unsigned rows[3][NAME_MOST + 1], *before = rows[0], *last = rows[1], *now = rows[2];
	size_t na = strlen(a), nb = strlen(b), i, j;

	if (na > NAME_MOST || nb > NAME_MOST || (na > nb ? na - nb : nb - na) > most)
		return most + 1;
	memset(rows, 0, sizeof(rows));
	for (j = 0; j <= nb; j++)
		last[j] = (unsigned)j;
	for (i = 1; i <= na; i++) {
		unsigned *spare = before;

		now[0] = (unsigned)i;
		for (j = 1; j <= nb; j++) {
			unsigned other = text_lower_letter(a[i - 1]) != text_lower_letter(b[j - 1]);

			now[j] = least_of(least_of(last[j] + 1, now[j - 1] + 1), last[j - 1] + other);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least_of(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[nb] > most ? most + 1 : last[nb];
}

/* How far a row's nearest name is from what was typed; a name that contains it whole is near. */
static unsigned nearness(const struct setting *setting, const char *name)
{
	const char *const names[] = { setting->name, setting->ucr, setting->postconf, setting->dovecot, setting->dovecot24 };
	unsigned most = (unsigned)(strlen(name) / 3 + 1), best = most + 1;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		unsigned one;

		if (!names[i])
			continue;
		one = setting_distance(name, names[i], most);
		if (one > 2 && strlen(name) >= 4 && strstr(names[i], name))
			one = 2;
		best = least_of(best, one);
	}
	return best > most ? ~0u : best;
}

size_t setting_nearest(const char *name, const struct setting **found, size_t room)
{
	unsigned far[16];
	const struct setting *setting;
	size_t count = 0, at = 0, i;

	if (room > sizeof(far) / sizeof(far[0]))
		room = sizeof(far) / sizeof(far[0]);
	while (room > 0 && (setting = setting_next(&at))) {
		unsigned one = nearness(setting, name);

		if (one == ~0u || (count == room && one >= far[count - 1]))
			continue;
		i = count < room ? count++ : count - 1;
		for (; i > 0 && far[i - 1] > one; i--) {
			far[i] = far[i - 1];
			found[i] = found[i - 1];
		}
		far[i] = one;
		found[i] = setting;
	}
	return count;
}
