/*
 * catalog_cyrus: the counterparts of a UCS server that still runs Cyrus.
 * Constant data.
 */
#include "settings/catalog_private.h"

#define GROUP "cyrus"
#define OLD "Cyrus is gone since UCS 5."
#define RESTART FOLLOW_CYRUS

const struct setting settings_cyrus[] = {
	{ .name = "cyrus-imap", .label = "IMAP", .group = GROUP, .type = SETTING_FLAG, .ucs = "yes", .ucr = "mail/cyrus/imap",
	  .flags = SETTING_LOCKOUT, .follow = RESTART, .help = "Whether people reach their mail by IMAP.",
	  .consequence = "no cuts off everybody who uses it.", .aged = OLD, .manual = "UCS manual: Cyrus" },
	{ .name = "cyrus-pop", .label = "POP3", .group = GROUP, .type = SETTING_FLAG, .ucs = "yes", .ucr = "mail/cyrus/pop", .flags = SETTING_LOCKOUT,
	  .follow = RESTART, .help = "Whether people reach their mail by POP3.", .consequence = "no cuts off everybody who uses it.", .aged = OLD,
	  .manual = "UCS manual: Cyrus" },
	{ .name = "cyrus-quota", .label = "quota", .group = GROUP, .type = SETTING_FLAG, .ucs = "yes", .ucr = "mail/cyrus/imap/quota",
	  .follow = RESTART, .help = "Whether the quota policies of the directory count.", .aged = OLD, .manual = "UCS manual: quota" },
	{ .name = "cyrus-quota-warning", .label = "warning at so many percent", .group = GROUP, .type = SETTING_NUMBER, .unit = "%", .least = 0,
	  .most = 100, .ucr = "mail/cyrus/imap/quotawarnpercent", .follow = RESTART, .help = "From this share on clients warn their user.",
	  .aged = OLD, .manual = "UCS manual: quota" },
	{ .name = "cyrus-quota-warning-left", .label = "warning with so much left", .group = GROUP, .type = SETTING_BYTES, .unit = "KiB", .least = 0,
	  .most = 2147483647, .ucr = "mail/cyrus/imap/quotawarnkb", .follow = RESTART, .help = "With so much space left clients warn their user.",
	  .aged = OLD, .manual = "UCS manual: quota" },
	{ .name = "cyrus-quota-interval", .label = "quota is read again after", .group = GROUP, .type = SETTING_NUMBER, .unit = "min", .least = 1,
	  .most = 525600, .ucr = "mail/cyrus/imap/quotainterval", .follow = RESTART,
	  .help = "How old the quota of a mailbox may be at a login before the directory is asked again.",
	  .consequence = "A raised quota counts only after it.", .aged = OLD, .manual = "UCS manual: quota" },
	{ .name = "cyrus-rename", .label = "mailbox follows a changed address", .group = GROUP, .type = SETTING_FLAG,
	  .ucr = "mail/cyrus/mailbox/rename", .follow = 0, .help = "Whether the mailbox is renamed when a primary address changes.",
	  .consequence = "With no the old mail is out of reach.", .aged = OLD, .manual = "UCS manual: Cyrus" },
	{ .name = "cyrus-delete", .label = "mailbox is deleted with its user", .group = GROUP, .type = SETTING_FLAG,
	  .ucr = "mail/cyrus/mailbox/delete", .follow = 0, .help = "Whether the mailbox is deleted when its user is deleted or loses the address.",
	  .consequence = "With yes all mail of the person is gone.", .aged = OLD, .manual = "UCS manual: Cyrus" },
	{ .name = "cyrus-login-cache", .label = "a login is remembered for", .group = GROUP, .type = SETTING_NUMBER, .least = 0, .most = 604800,
	  .ucr = "mail/saslauthd/cache/timeout", .flags = SETTING_LOCKOUT, .follow = FOLLOW_SASLAUTHD,
	  .help = "How long saslauthd believes a login; half an hour where it is not set. Which unit the number has is not written down anywhere: "
		"look at what was set before.",
	  .consequence = "So long a locked person, or an old password, still gets in. A restart of saslauthd forgets all at once.", .aged = OLD,
	  .manual = "UCS manual: e-mail addresses" },
	{ .name = NULL },
};
