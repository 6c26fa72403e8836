/* Golden screens: each view as text and style map at three sizes, some at a fourth, UTF-8 and ASCII; UPDATE_GOLDEN=1 writes them anew. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <cmocka.h>

#include "model/guarded.h"
#include "settings/guardian.h"
#include "tests/fakes/assertions.h"
#include "tests/fakes/fake_hosts.h"
#include "tests/fakes/stage.h"

static unsigned char drawn;

/*
 * In place of the C library's, so that numbers and made passwords are the same in every picture. Libraries draw as well, at
 * times of their own, never single bytes as a made password does.
 */
ssize_t getrandom(void *bytes, size_t length, unsigned flags)
{
	(void)flags;
	memset(bytes, 0x5a, length);
	if (length == 1)
		*(unsigned char *)bytes = drawn = (unsigned char)(drawn * 5 + 3);
	return (ssize_t)length;
}

/* One scene: where it begins and which keys lead to it; "=words" types. */
struct scene {
	const char *name;
	enum role role;
	const char *section;
	const char *keys[16];
	bool hostile, down;
	size_t cut, servers;
	int minutes;               /* so long the servers are watched before the keys */
};

static const struct scene scenes[] = {
	{ "users", ROLE_ADMIN, "users", { NULL }, false, false, 0, 0, 0 },
	{ "users-find", ROLE_ADMIN, "users", { "/", "=schm", NULL }, false, false, 0, 0, 0 },
	{ "users-find-nothing", ROLE_ADMIN, "users", { "/", "=nobody at all", NULL }, false, false, 0, 0, 0 },
	{ "users-marked", ROLE_ADMIN, "users", { "Space Down Space s o", NULL }, false, false, 0, 0, 0 },
	{ "connections-user", ROLE_ADMIN, "connections", { "u", NULL }, false, false, 0, 3, 0 },
	{ "connections-of", ROLE_ADMIN, "connections", { "u Enter", NULL }, false, false, 0, 3, 0 },
	{ "connections-address", ROLE_ADMIN, "connections", { "a", NULL }, false, false, 0, 3, 0 },
	{ "queue-reason", ROLE_ADMIN, "queue", { "r", NULL }, false, false, 0, 3, 0 },
	{ "queue-messages", ROLE_ADMIN, "queue", { "Enter", NULL }, false, false, 0, 3, 0 },
	{ "queue-message", ROLE_ADMIN, "queue", { "Enter Enter", NULL }, false, false, 0, 3, 0 },
	{ "queue-marked", ROLE_ADMIN, "queue", { "Enter Space Down Down Space h", NULL }, false, false, 0, 3, 0 },
	{ "queue-delete", ROLE_ADMIN, "queue", { "D", NULL }, false, false, 0, 3, 0 },
	{ "queue-find", ROLE_ADMIN, "queue", { "Enter /", "=news 5", NULL }, false, false, 0, 3, 0 },
	{ "queue-messages-helpdesk", ROLE_HELPDESK, "queue", { "Enter h", NULL }, false, false, 0, 3, 0 },
	{ "settings-find", ROLE_ADMIN, "settings", { "/", "=message_size", NULL }, false, false, 0, 3, 0 },
	{ "settings-group", ROLE_MONITOR, "settings", { "n", NULL }, false, false, 0, 3, 0 },
	{ "setting", ROLE_ADMIN, "settings", { "/", "=message_size", "Enter", NULL }, false, false, 0, 3, 0 },
	{ "setting-end", ROLE_MONITOR, "settings", { "/", "=relayhost", "Enter", "End e", NULL }, false, false, 0, 3, 0 },
	{ "setting-edit", ROLE_ADMIN, "settings", { "/", "=message_size", "Enter e", "=0", NULL }, false, false, 0, 3, 0 },
	{ "setting-wrong", ROLE_ADMIN, "settings", { "/", "=message_size", "Enter e", "=x", NULL }, false, false, 0, 3, 0 },
	{ "setting-largest", ROLE_ADMIN, "settings", { "/", "=expansion_limit", "Enter", NULL }, false, false, 0, 2, 0 },
	{ "setting-memory", ROLE_MONITOR, "settings", { "/", "=default_process", "Enter", "End", NULL }, false, false, 0, 2, 0 },
	{ "setting-helo", ROLE_ADMIN, "settings", { "/", "=helo_restrictions", "Enter e", "=permit_mynetworks reject_non_fqdn_helo_hostname", NULL }, false, false, 0, 2, 0 },
	{ "setting-review", ROLE_ADMIN, "settings", { "/", "=message_size", "Enter e Ctrl-U", "=40 MB", "Enter", NULL }, false, false, 0, 3, 0 },
	{ "queue-messages-monitor", ROLE_MONITOR, "queue", { "Enter", NULL }, false, false, 0, 3, 0 },
	{ "connections-kick", ROLE_ADMIN, "connections", { "u K", NULL }, false, false, 0, 3, 0 },
	{ "repair-menu", ROLE_HELPDESK, "users", { "/", "=user000", "Enter M", NULL }, false, false, 0, 2, 0 },
	{ "repair-form", ROLE_HELPDESK, "users", { "/", "=user000", "Enter p", NULL }, false, false, 0, 2, 0 },
	{ "repair-review", ROLE_HELPDESK, "users", { "/", "=user000", "Enter p Ctrl-G", NULL }, false, false, 0, 2, 0 },
	{ "repair-password", ROLE_ADMIN, "users", { "/", "=user000", "Enter p Ctrl-G", "Tab Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-over", ROLE_ADMIN, "users", { "/", "=user000", "Enter l Ctrl-U", "=5 GB", "Ctrl-G", "Tab Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-open", ROLE_ADMIN, "users", { "/", "=user000", "Enter s Ctrl-G", "!unknown", "Tab Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-running", ROLE_ADMIN, "users", { "/", "=user000", "Enter p Ctrl-G", "Tab Tab", "!running", NULL }, false, false, 0, 2, 0 },
	{ "repair-away-review", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter s Ctrl-G", NULL }, false, false, 0, 2, 0 },
	{ "repair-away", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-away-end", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab Enter", "PgDn", NULL }, false, false, 0, 2, 0 },
	{ "repair-due", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab Enter", "Esc M", NULL }, false, false, 0, 2, 0 },
	{ "repair-due-review", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab Enter", "Esc M", "!back", "Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-due-over", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab Enter", "Esc M", "!back", "Enter Tab", "=T-4711", "Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-due-overview", ROLE_ADMIN, "users", { "/", "=user000", "!away", "Enter s Ctrl-G", "Tab Tab Enter", "Esc 1", NULL }, false, false, 0, 2, 0 },
	{ "repair-due-page", ROLE_HELPDESK, "users", { "/", "=user000", "!away", "Enter s Ctrl-G", "Tab", "=T-4711", "Tab Enter", "Esc", NULL }, false, false, 0, 2, 0 },
	{ "repair-failed", ROLE_HELPDESK, "users", { "/", "=user000", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab", "!failed", "Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-ticket", ROLE_HELPDESK, "users", { "/", "=user000", "Enter l Ctrl-U", "=5 GB", "Ctrl-G Tab", "=T-4711", "Tab Enter x", NULL }, false, false, 0, 2, 0 },
	{ "repair-spell", ROLE_HELPDESK, "users", { "/", "=user000", "Enter p Ctrl-G", "Tab", "=T-4711", "Tab Enter", "Space Space", NULL }, false, false, 0, 2, 0 },
	{ "repair-absence", ROLE_HELPDESK, "users", { "/", "=user000", "Enter a Down Enter", "=I am ill until Monday.", "Down", "Down", "=2026-12-24", "Ctrl-G", NULL }, false, false, 0, 2, 0 },
	{ "repair-stolen-over", ROLE_ADMIN, "users", { "/", "=user000", "Enter B Ctrl-G", "Tab Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-leaver-over", ROLE_ADMIN, "users", { "/", "=user000", "Enter V", "=user001@example.de", "Down", "=2026-12-24", "Ctrl-G", "Tab Tab Enter", NULL }, false, false, 0, 2, 0 },
	{ "repair-stolen", ROLE_ADMIN, "users", { "/", "=user000", "Enter B Ctrl-G", NULL }, false, false, 0, 2, 0 },
	{ "repair-leaver", ROLE_ADMIN, "users", { "/", "=user000", "Enter V", "=user001@example.de", "Down", "=2026-12-24", "Ctrl-G", NULL }, false, false, 0, 2, 0 },
	{ "history-job", ROLE_ADMIN, "users", { "/", "=user000", "Enter s Ctrl-G", "Tab Tab Enter", "Esc Esc H", "Enter", NULL }, false, false, 0, 2, 0 },
	{ "limits", ROLE_ADMIN, "limits", { NULL }, false, false, 0, 3, 1 },
	{ "limits-left", ROLE_ADMIN, "limits", { "Esc", NULL }, false, false, 0, 3, 1 },
	{ "limits-goal", ROLE_ADMIN, "limits", { "=900", NULL }, false, false, 0, 3, 1 },
	{ "limits-people", ROLE_ADMIN, "limits", { "Tab", "=200", "Tab", "=4", "PgDn", NULL }, false, false, 0, 3, 1 },
	{ "limits-causes", ROLE_ADMIN, "limits", { "=900", "Tab Tab Tab Enter PgDn PgDn", NULL }, false, false, 0, 3, 1 },
	{ "limits-monitor", ROLE_MONITOR, "limits", { "=900", "Ctrl-G", NULL }, false, false, 0, 3, 1 },
	{ "limits-end", ROLE_ADMIN, "limits", { "=900", "Esc PgDn PgDn PgDn PgDn PgDn PgDn", NULL }, false, false, 0, 3, 1 },
	{ "limits-cache", ROLE_ADMIN, "limits", { "=900", "Tab Tab Tab Tab Tab", "=10", "Tab", "=10", "Tab PgDn PgDn", NULL }, false, false, 0, 3, 1 },
	{ "limits-review", ROLE_ADMIN, "limits", { "=900", "Ctrl-G", NULL }, false, false, 0, 3, 1 },
	{ "limits-open-files", ROLE_ADMIN, "limits", { "=900", "Esc f", NULL }, false, false, 0, 3, 1 },
	{ "limits-gone", ROLE_ADMIN, "limits", { "=900", "!gone", "Ctrl-R", NULL }, false, false, 0, 3, 1 },
	{ "limits-down", ROLE_ADMIN, "limits", { "!down", "Ctrl-R", NULL }, false, false, 0, 3, 1 },
	{ "limits-armed", ROLE_ADMIN, "limits", { "=900", "!armed", NULL }, false, false, 0, 3, 1 },
	{ "users-armed", ROLE_ADMIN, "users", { "!armed", NULL }, false, false, 0, 3, 1 },
	{ "limits-ucs", ROLE_ADMIN, "limits", { "=900", NULL }, false, false, 0, 3, 1 },
	{ "limits-ucs-end", ROLE_ADMIN, "limits", { "=900", "PgDn PgDn PgDn PgDn PgDn", NULL }, false, false, 0, 3, 1 },
	{ "limits-ucs-services", ROLE_ADMIN, "limits", { "=900", "Tab Tab Tab Tab Enter PgDn", NULL }, false, false, 0, 3, 1 },
	{ "limits-ucs-performance", ROLE_ADMIN, "limits", { "=900", "Tab Tab Tab Enter", NULL }, false, false, 0, 3, 1 },
	{ "limits-ucs-review", ROLE_ADMIN, "limits", { "=900", "Ctrl-G", NULL }, false, false, 0, 3, 1 },
	{ "limits-other-server", ROLE_ADMIN, "limits", { "=900", "Esc o", NULL }, false, false, 0, 3, 1 },
	{ "limits-others-review", ROLE_ADMIN, "limits", { "=900", "Esc o Ctrl-G", NULL }, false, false, 0, 3, 1 },
	{ "overview-monitor", ROLE_MONITOR, "overview", { NULL }, false, false, 0, 3, 0 },
	{ "overview-alarms", ROLE_MONITOR, "overview", { NULL }, false, false, 0, 3, 12 },
	{ "overview-alarm-here", ROLE_ADMIN, "overview", { "End" , NULL }, false, false, 0, 3, 12 },
	{ "overview-known", ROLE_MONITOR, "overview", { "Down Down Down a", "=06:00", "Enter Home Down Down m", "=2 h", "Enter", NULL }, false, false, 0, 3, 12 },
	{ "overview-note", ROLE_MONITOR, "overview", { "Down Down Down n", "=power in rack 4", NULL }, false, false, 0, 3, 12 },
	{ "page-live", ROLE_HELPDESK, "users", { "/", "=user001", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-live-end", ROLE_HELPDESK, "users", { "/", "=user001", "Enter", "End Up Up Up Up", NULL }, false, false, 0, 3, 1 },
	{ "page-connections", ROLE_ADMIN, "users", { "/", "=user001", "Enter", "Home Down Down Down Down Down Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-full", ROLE_HELPDESK, "users", { "/", "=user000", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-locked", ROLE_HELPDESK, "users", { "/", "=user003", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-expired", ROLE_HELPDESK, "users", { "/", "=user017", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-no-password", ROLE_HELPDESK, "users", { "/", "=user020", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-stolen", ROLE_ADMIN, "users", { "/", "=user005", "Enter B Ctrl-G", "Tab", "=T-4711", "Tab Enter Esc", "Ctrl-R", NULL }, false, false, 0, 3, 1 },
	{ "page-outside", ROLE_HELPDESK, "users", { "/", "=user019", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-queued", ROLE_HELPDESK, "users", { "/", "=user006", "Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-down", ROLE_HELPDESK, "users", { "/", "=user036", "Enter", "Down Down", NULL }, false, false, 0, 3, 2 },
	{ "page-folders", ROLE_HELPDESK, "users", { "/", "=user001", "Enter", "Home Down Down Down Down Down Down Down Down Down Down Down Down Down Down Enter Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-filter", ROLE_HELPDESK, "users", { "/", "=user006", "Enter", "Home Down Down Down Down Down Down Down Down Down Down Enter", NULL }, false, false, 0, 3, 1 },
	{ "page-absence", ROLE_ADMIN, "users", { "/", "=user009", "Enter", "Home Down Down Down Down Down Down Down", NULL }, false, false, 0, 3, 1 },
	{ "page-access", ROLE_HELPDESK, "users", { "/", "=user001", "Enter", "Down Down Down Down Down Down Down Down Down Down Down Enter", NULL }, false, false, 0, 3, 1 },
	{ "card", ROLE_HELPDESK, "users", { "/", "=user001", "Enter c", NULL }, false, false, 0, 3, 1 },
	{ "overview-down", ROLE_ADMIN, "overview", { NULL }, false, true, 0, 3, 3 },
	{ "alarm-leads-to", ROLE_ADMIN, "overview", { "Down Down Down Down Enter", NULL }, false, false, 0, 3, 3 },
	{ "server-dead", ROLE_ADMIN, "overview", { "Enter", NULL }, false, false, 0, 3, 3 },
	{ "connections-slots", ROLE_ADMIN, "connections", { "Down Down Enter", NULL }, false, false, 0, 3, 3 },
	{ "connections-other-server", ROLE_ADMIN, "connections", { "o o", NULL }, false, false, 0, 3, 3 },
	{ "events", ROLE_MONITOR, "history", { "Down", NULL }, false, false, 0, 3, 12 },
	{ "events-noted", ROLE_ADMIN, "overview", { "Down Down Down a", "=06:00", "Enter n", "=power in rack 4", "Enter Home Down m", "=30 m", "Enter 2 l", "=4 GB",
		"Enter Right Enter H e Down Down", NULL }, false, false, 0, 3, 12 },
	{ "event-in-full", ROLE_MONITOR, "history", { "Down n", "=called on-call, power in rack 4", "Enter Enter", NULL }, false, false, 0, 3, 12 },
	{ "events-open", ROLE_MONITOR, "history", { "e e", NULL }, false, false, 0, 3, 12 },
	{ "handover", ROLE_MONITOR, "history", { "Down n", "=called on-call", "Enter y Enter", NULL }, false, false, 0, 3, 12 },
	{ "wall", ROLE_MONITOR, "overview", { "w", NULL }, false, false, 0, 3, 12 },
	{ "wall-services", ROLE_MONITOR, "overview", { "w Right", NULL }, false, false, 0, 3, 12 },
	{ "wall-queue", ROLE_MONITOR, "overview", { "w Right Right", NULL }, false, false, 0, 3, 12 },
	{ "wall-events", ROLE_MONITOR, "overview", { "w Left Space", NULL }, false, false, 0, 3, 12 },
	{ "overview-alone", ROLE_ADMIN, "overview", { NULL }, false, false, 0, 0, 0 },
	{ "users-helpdesk", ROLE_HELPDESK, NULL, { "=an sch", NULL }, false, false, 0, 0, 0 },
	{ "users-monitor", ROLE_MONITOR, "users", { "PgDn", NULL }, false, false, 0, 0, 0 },
	{ "users-cut", ROLE_ADMIN, "users", { NULL }, false, false, 20, 0, 0 },
	{ "users-down", ROLE_ADMIN, "users", { NULL }, false, true, 0, 0, 0 },
	{ "users-hostile", ROLE_ADMIN, "users", { "Down Down", NULL }, true, false, 0, 0, 0 },
	{ "domains", ROLE_ADMIN, "domains", { "End", NULL }, false, false, 0, 0, 0 },
	{ "groups", ROLE_ADMIN, "groups", { "Down", NULL }, false, false, 0, 0, 0 },
	{ "page-group", ROLE_ADMIN, "groups", { "/", "=market", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "editor-large", ROLE_ADMIN, "groups", { "/", "=everybody", "Enter", "Home Down Down Down e", "=user240", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-list", ROLE_ADMIN, "lists", { "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-alias", ROLE_ADMIN, "aliases", { "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-alias-clash", ROLE_ADMIN, "aliases", { "/", "=user003@", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "folders", ROLE_ADMIN, "folders", { "Down", NULL }, false, false, 0, 0, 0 },
	{ "page-folder", ROLE_ADMIN, "folders", { "/", "=team", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-folder-end", ROLE_ADMIN, "folders", { "/", "=team", "Enter", "End Up Up Up Up Up", NULL }, false, false, 0, 0, 0 },
	{ "page-folder-public", ROLE_ADMIN, "folders", { "/", "=archive", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-policy", ROLE_ADMIN, "quota", { "/", "=sales", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-policy-end", ROLE_ADMIN, "quota", { "/", "=standard", "Enter", "End Up Up Up Up", NULL }, false, false, 0, 0, 0 },
	{ "page-quota", ROLE_ADMIN, "users", { "/", "=user000", "Enter", "Home Down Down Down Down Down Down Down Down Down Down Down", NULL }, false, false, 0, 0, 0 },
	{ "review-quota", ROLE_ADMIN, "users", { "/", "=user000", "Enter", "P", NULL }, false, false, 0, 0, 0 },
	{ "editor-rights", ROLE_ADMIN, "folders", { "/", "=team", "Enter", "Home Down Down Down Down Down Down e", "Home Down d Down", NULL }, false, false, 0, 0, 0 },
	{ "editor-right", ROLE_ADMIN, "folders", { "/", "=team", "Enter", "Home Down Down Down Down Down Down e", "Home Enter", NULL }, false, false, 0, 0, 0 },
	{ "form-folder", ROLE_ADMIN, "folders", { "n", "=new@example.com", "Ctrl-G", NULL }, false, false, 0, 0, 0 },
	{ "form-rights", ROLE_ADMIN, "folders", { "n", "=new@example.com", "Tab Tab Tab Tab Enter Enter", "=Marketing", "Tab Right Right Ctrl-G +", "=anyone", "Ctrl-G Ctrl-G",
		NULL }, false, false, 0, 0, 0 },
	{ "picker-people", ROLE_ADMIN, "folders", { "n", "=new@example.com", "Tab Tab Tab Tab Enter Enter Ctrl-P", "=schm", "Down", NULL }, false, false, 0, 0, 0 },
	{ "form-copy-folder", ROLE_ADMIN, "folders", { "/", "=team", "Esc c Tab Tab Tab Tab", NULL }, false, false, 0, 0, 0 },
	{ "form-group", ROLE_ADMIN, "groups", { "n", "=Plant 2", NULL }, false, false, 0, 0, 0 },
	{ "form-list", ROLE_ADMIN, "lists", { "n", "=news", NULL }, false, false, 0, 0, 0 },
	{ "form-policy", ROLE_ADMIN, "quota", { "n", "=quota-3", "Tab", "=3 GB", NULL }, false, false, 0, 0, 0 },
	{ "form-alias", ROLE_ADMIN, "aliases", { "n", "=new@example.com", "Tab", NULL }, false, false, 0, 0, 0 },
	{ "page", ROLE_ADMIN, "users", { "/", "=user001", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "page-end", ROLE_ADMIN, "users", { "/", "=user000", "Enter", "End Up Up Up", NULL }, false, false, 0, 0, 0 },
	{ "page-helpdesk", ROLE_HELPDESK, NULL, { "=user000", "Enter", "Home", NULL }, false, false, 0, 0, 0 },
	{ "page-hostile", ROLE_ADMIN, "users", { "Enter", "Down Down", NULL }, true, false, 0, 0, 0 },
	{ "page-domain", ROLE_ADMIN, "domains", { "End Enter", NULL }, false, false, 0, 0, 0 },
	{ "editor-size", ROLE_ADMIN, "users", { "l", "=4 GB", NULL }, false, false, 0, 0, 0 },
	{ "editor-wrong", ROLE_ADMIN, "users", { "l", "=lots", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "editor-set", ROLE_ADMIN, "users", { "/", "=user015", "Enter", "Home Down Down Down Down Down Down Down Down e",
		"=new@example.com", "Enter PgUp d", NULL }, false, false, 0, 0, 0 },
	{ "form", ROLE_ADMIN, "users", { "n", "=Zo\xc3\xab Smith", "Tab", NULL }, false, false, 0, 0, 0 },
	{ "form-errors", ROLE_ADMIN, "users", { "n Ctrl-G", NULL }, false, false, 0, 0, 0 },
	{ "form-copy", ROLE_ADMIN, "users", { "Down c", NULL }, false, false, 0, 0, 0 },
	{ "picker", ROLE_ADMIN, "users", { "n Tab Tab Tab Tab Ctrl-P", "=exam", "Down", NULL }, false, false, 0, 0, 0 },
	{ "review", ROLE_ADMIN, "users", { "Down l Ctrl-U", "=4 GB", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "review-apply", ROLE_ADMIN, "users", { "Down l Ctrl-U", "=4 GB", "Enter Up", "=ticket 4711", "Tab", NULL }, false, false, 0, 0, 0 },
	{ "review-add", ROLE_ADMIN, "domains", { "n", "=new.example", "Ctrl-G", NULL }, false, false, 0, 0, 0 },
	{ "review-delete", ROLE_ADMIN, "users", { "d", NULL }, false, false, 0, 0, 0 },
	{ "review-delete-end", ROLE_ADMIN, "users", { "d PgDn PgDn PgDn PgDn", NULL }, false, false, 0, 0, 0 },
	{ "review-delete-forwards", ROLE_ADMIN, "users", { "d Right Right Enter PgDn PgDn", NULL }, false, false, 0, 0, 0 },
	{ "review-address", ROLE_ADMIN, "users", { "/", "=user015", "Enter", "Home Down Down Down Down Down Down Down e Ctrl-U",
		"=new@example.com", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "review-address-kept", ROLE_ADMIN, "users", { "/", "=user015", "Enter", "Home Down Down Down Down Down Down Down e Ctrl-U",
		"=new@example.com", "Enter Right Right Enter", NULL }, false, false, 0, 0, 0 },
	{ "review-rename", ROLE_ADMIN, "users", { "r Ctrl-U", "=anna.new", "Enter", NULL }, false, false, 0, 0, 0 },
	{ "review-refused", ROLE_ADMIN, "users", { "n Tab", "=smith", "Tab Tab", "=Smith", "Tab", "=x@nowhere.example", "Ctrl-G", NULL }, false, false, 0, 0, 0 },
	{ "review-undo", ROLE_ADMIN, "users", { "Down l Ctrl-U", "=4 GB", "Enter Right Enter u", NULL }, false, false, 0, 0, 0 },
	{ "review-hostile", ROLE_ADMIN, "users", { "d", NULL }, true, false, 0, 0, 0 },
	{ "rename", ROLE_ADMIN, "users", { "r", NULL }, false, false, 0, 0, 0 },
	{ "palette", ROLE_ADMIN, "users", { ":", "=s", NULL }, false, false, 0, 0, 0 },
	{ "palette-blocked", ROLE_MONITOR, "users", { ":", "=delete", NULL }, false, false, 0, 0, 0 },
	{ "help", ROLE_ADMIN, "users", { "?", NULL }, false, false, 0, 0, 0 },
	{ "columns", ROLE_ADMIN, "users", { "v Down Down", NULL }, false, false, 0, 0, 0 },
	{ "save-filter", ROLE_ADMIN, "users", { "/", "=an sch", "Esc F", NULL }, false, false, 0, 0, 0 },
	{ "filters", ROLE_ADMIN, "users", { "/", "=an sch", "Esc F Enter / Ctrl-U", "=example.net", "Esc F Enter f Down", NULL }, false, false, 0, 0, 0 },
	{ "first-steps", ROLE_ADMIN, "users", { "? f", NULL }, false, false, 0, 0, 0 },
	{ "keymap-differences", ROLE_ADMIN, "users", { "Alt-k", NULL }, false, false, 0, 0, 0 },
	{ "history", ROLE_ADMIN, "users", { "l", "=4 GB", "Enter Right Enter H", NULL }, false, false, 0, 0, 0 },
	{ "history-empty", ROLE_ADMIN, "history", { NULL }, false, false, 0, 0, 0 },
	{ "text", ROLE_ADMIN, "users", { "l", "=4 GB", "Enter Right Enter H Enter", NULL }, false, false, 0, 0, 0 },
	/* Nobody touched a key for long: with and without a password to ask for. */
	{ "idle-locked", ROLE_HELPDESK, "users", { "Esc Enter", NULL }, false, false, 0, 0, 0 },
	{ "idle-hidden", ROLE_ADMIN, "users", { "Enter", NULL }, false, false, 0, 0, 0 },
	{ "refused-key", ROLE_HELPDESK, NULL, { "Esc n", NULL }, false, false, 0, 0, 0 },
};
static const struct { const char *name; int rows, columns; } sizes[] = { { "80x24", 24, 80 }, { "120x40", 40, 120 }, { "40x10", 10, 40 }, { "200x60", 60, 200 } };
/* Scenes of which also the last size has a picture. */
static const char *const wide[] = { "repair-review", "repair-running", "repair-password", "repair-away", "repair-stolen", "repair-due", "review-delete" };
static const struct { const char *name; enum visible_form form; } forms[] = { { "utf8", VISIBLE_UTF8 }, { "ascii", VISIBLE_ASCII } };

static void on_time(void *context)
{
	*(bool *)context = true;
}

/* A change of mail1 waits to be confirmed, and its guardian is asked, as after a write. */
static void arm(struct stage *stage)
{
	static const char *const nothing[] = { NULL };
	struct guardian_report report = { .state = GUARDIAN_WAITING, .id = "change-1", .who = "somebody@else", .sentence = "Limits of mail1 changed", .since = 1000,
		.now = 1000, .deadline = 1119, .lines = nothing };
	struct event event = { .kind = EVENT_RECORD_CHANGED, .noun = &kind_limits, .name = "mail1" };
	struct loop_timer *timer;
	bool done = false;

	fake_hosts_reply(stage->engine->hosts, &(struct fake_reply){ .host = "mail1", .command = "guardian-look",
		.output = guardian_report_json(stage->engine->config->arena, &report) });
	session_tell(stage->session, &event);
	timer = loop_after(stage->engine->loop, 50, 0, on_time, &done);
	loop_run_until(stage->engine->loop, &done);
	loop_timer_stop(timer);
	stage_settle(stage);
}

/* From now on mail1 does not answer (configuration), or its Dovecot does not (who). */
static void broken(struct stage *stage, const char *command, const char *words)
{
	fake_hosts_reply(stage->engine->hosts, &(struct fake_reply){ .host = "mail1", .command = command, .failure = ERROR_UNREACHABLE, .failure_text = words });
}

struct running { struct stage *stage; size_t submits; bool done; };

static void look_whether_silent(void *context)
{
	struct running *running = context;

	running->done = fake_submits(running->stage->engine) == running->submits;
}

/* Presses Apply, and the fourth step gets no answer. */
static void run_into_silence(struct stage *stage)
{
	struct running running = { stage, fake_submits(stage->engine) + 4, false };
	struct key enter;
	struct loop_timer *timer;

	fake_silence_after(stage->engine, 3);
	key_from_name("Enter", &enter);
	session_key(stage->session, &enter);
	timer = loop_after(stage->engine->loop, 0, 1, look_whether_silent, &running);
	loop_run_until(stage->engine->loop, &running.done);
	loop_timer_stop(timer);
}

static void play(struct stage *stage, const char *const *keys)
{
	for (size_t i = 0; keys[i] != NULL; i++) {
		if (strcmp(keys[i], "!armed") == 0)
			arm(stage);
		else if (strcmp(keys[i], "!gone") == 0)
			broken(stage, "configuration", "mail1: no answer within 20 s");
		else if (strcmp(keys[i], "!down") == 0)
			broken(stage, "who", "net_connect_unix(/run/dovecot/anvil) failed: Connection refused");
		else if (strcmp(keys[i], "!running") == 0)
			run_into_silence(stage);
		else if (strcmp(keys[i], "!away") == 0)
			fake_away(stage->engine, "mail2");
		else if (strcmp(keys[i], "!back") == 0)
			fake_away(stage->engine, NULL);
		else if (strcmp(keys[i], "!failed") == 0)
			fake_next(stage->engine, FAKE_FAILED);
		else if (strcmp(keys[i], "!unknown") == 0)
			fake_next(stage->engine, FAKE_UNKNOWN);
		else if (keys[i][0] == '=')
			stage_type(stage, keys[i] + 1);
		else
			stage_keys(stage, keys[i]);
	}
}

/* Text, style map and cursor in one file. */
static char *picture(struct stage *stage)
{
	const struct canvas *canvas = stage_canvas(stage);
	char *text = canvas_print(canvas), *styles = canvas_print_styles(canvas);
	struct text both = { 0 };

	/* Real seconds run while a change waits; the picture has always the same ones. */
	for (char *at = strstr(text, "confirm 1:"); at != NULL && at[10] >= '0' && at[10] <= '5'; at = NULL)
		memcpy(at + 10, "47", 2);
	text_add(&both, text);
	text_add(&both, "--- styles\n");
	text_add(&both, styles);
	text_addf(&both, "--- cursor %d %d %s\n", canvas->cursor_row, canvas->cursor_column, canvas->cursor_shown ? "shown" : "hidden");
	free(text);
	free(styles);
	return text_take(&both);
}

static char *read_golden(const char *path)
{
	FILE *file = fopen(path, "r");
	char bytes[4096];
	struct text text = { 0 };
	size_t length;

	if (file == NULL)
		return memory_text("");
	while ((length = fread(bytes, 1, sizeof bytes, file)) > 0)
		text_add_bytes(&text, bytes, length);
	fclose(file);
	return text_take(&text);
}

static void compare(const char *path, const char *picture_now)
{
	char *wanted;

	if (getenv("UPDATE_GOLDEN") != NULL) {
		FILE *file = fopen(path, "w");

		assert_non_null(file);
		fputs(picture_now, file);
		fclose(file);
		return;
	}
	wanted = read_golden(path);
	if (strcmp(wanted, picture_now) != 0)
		fail_msg("%s differs (UPDATE_GOLDEN=1 writes it anew). It was:\n%s\nIt is:\n%s", path, wanted, picture_now);
	free(wanted);
}

/* What is due is on a disk. */
static void empty(const char *directory)
{
	DIR *files = opendir(directory);
	struct dirent *entry;
	char path[600];

	while (files != NULL && (entry = readdir(files)) != NULL) {
		snprintf(path, sizeof path, "%s/%s", directory, entry->d_name);
		unlink(path);
	}
	if (files != NULL)
		closedir(files);
	rmdir(directory);
}

static bool is_wide(const char *name)
{
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (strcmp(wide[i], name) == 0)
			return true;
	return false;
}

static void scene_is_as_before(void **state)
{
	const struct scene *scene = *state;

	for (size_t size = 0; size < (is_wide(scene->name) ? 4 : 3); size++) {
		for (size_t form = 0; form < 2; form++) {
			char directory[] = "/tmp/postroom-screens-XXXXXX";
			struct fake_settings settings = { .role = scene->role, .hostile = scene->hostile, .down = scene->down, .cut = scene->cut,
				.servers = scene->servers, .outside = strcmp(scene->name, "page-outside") == 0 ? "user019" : NULL,
				.state_directory = strncmp(scene->name, "repair-", 7) == 0 ? mkdtemp(directory) : NULL, .ucs = strstr(scene->name, "-ucs") != NULL,
				.unlock_dn = strcmp(scene->name, "idle-locked") == 0 ? "uid=t.kern,cn=users,dc=example,dc=com" : NULL };
			struct stage *stage = stage_new(&settings, scene->section, sizes[size].rows, sizes[size].columns, forms[form].form);
			char path[160], *now;

			drawn = 0;
			if (scene->minutes > 0)
				stage_watch(stage, scene->minutes);
			stage_hear(stage);
			play(stage, scene->keys);
			if (strcmp(scene->name, "repair-running") != 0)
				stage_hear(stage);
			if (strncmp(scene->name, "idle-", 5) == 0)
				session_cover(stage->session);
			assert_sound_screen(stage_canvas(stage));
			now = picture(stage);
			snprintf(path, sizeof path, "tests/screens/%s-%s-%s.screen", scene->name, sizes[size].name, forms[form].name);
			/* Whatever was silent ends. */
			fake_next(stage->engine, FAKE_APPLIED);
			stage_free(stage);
			if (settings.state_directory != NULL)
				empty(directory);
			compare(path, now);
			free(now);
		}
	}
}

/* A section without a scene of its name gets one: every list has its golden screen. */
static const struct scene *section_scene(const struct section *section, struct scene *scene)
{
	for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
		if (strcmp(scenes[i].name, section->name) == 0)
			return &scenes[i];
	}
	scene->name = scene->section = section->name;
	scene->role = ROLE_ADMIN;
	scene->servers = section->kind == NULL ? 3 : 0;
	return scene;
}

/* PART=2/3: the second of three shares; not set, all. */
static size_t keep_part(struct CMUnitTest *tests, size_t count)
{
	const char *part = getenv("PART");
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (part == NULL || (strlen(part) == 3 && i % (size_t)(part[2] - '0') == (size_t)(part[0] - '1')))
			tests[kept++] = tests[i];
	return kept;
}

int main(void)
{
	enum { COUNT = sizeof scenes / sizeof *scenes };
	static struct scene further[SECTIONS_MOST];
	struct CMUnitTest tests[COUNT + SECTIONS_MOST];
	size_t count = 0;

	for (; count < COUNT; count++) {
		tests[count] = (struct CMUnitTest){ scenes[count].name, scene_is_as_before, NULL, NULL, NULL };
		tests[count].initial_state = (void *)(uintptr_t)&scenes[count];
	}
	for (const struct section *section = sections; section->name != NULL; section++) {
		struct scene *scene = &further[section_index(section)];

		if (section_scene(section, scene) != scene)
			continue;
		tests[count] = (struct CMUnitTest){ scene->name, scene_is_as_before, NULL, NULL, NULL };
		tests[count++].initial_state = scene;
	}
	/* SCENES='repair-*' draws these alone; PART=1/3 every third, since each mostly waits. */
	cmocka_set_test_filter(getenv("SCENES"));
	count = keep_part(tests, count);
	return _cmocka_run_group_tests("screens", tests, count, NULL, NULL);
}
