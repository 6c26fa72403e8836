/*
 * config_card: the section card of postroom.conf.
 *
 * Fails for a form of the user name that there is none of.  Start only.
 */
#include "config_card.h"

#include <string.h>

const struct conf_option config_card_options[] = {
	{ .name = "imap", .type = CONF_TEXT, .help = "Where mail is read by IMAP: server, port and encryption (mail.example.com 993 TLS)." },
	{ .name = "pop3", .type = CONF_TEXT, .help = "The same for POP3." },
	{ .name = "smtp", .type = CONF_TEXT, .help = "Where mail is sent: server, port and encryption (mail.example.com 587 STARTTLS)." },
	{ .name = "webmail", .type = CONF_TEXT, .help = "The address of the webmail." },
	{ .name = "user", .type = CONF_TEXT, .help = "What a mail program takes as the user name: address or login." },
	{ .name = "note", .type = CONF_TEXT, .help = "One more sentence to read out." },
	{ .name = NULL },
};

/* The section of the file that has this option; NULL: neither. */
static const struct conf_section *section_with(const struct conf_section *own, const struct conf_section *machine, const char *option)
{
	const struct conf_section *mine = own ? conf_section(own, "card", 0) : NULL, *theirs = machine ? conf_section(machine, "card", 0) : NULL;

	return mine && conf_has(mine, option) ? mine : theirs && conf_has(theirs, option) ? theirs : NULL;
}

bool config_card(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, struct card_settings *card, struct error *error)
{
	const struct { const char *option; const char **place; } texts[] = {
		{ "imap", &card->imap }, { "pop3", &card->pop3 }, { "smtp", &card->smtp }, { "webmail", &card->webmail }, { "note", &card->note },
	};
	const struct conf_section *section = section_with(own, machine, "user");
	const char *user = section ? conf_text(section, "user") : "";

	*card = (struct card_settings){ .user = CARD_USER_UNKNOWN };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct conf_section *with = section_with(own, machine, texts[i].option);
		const char *text = with ? conf_text(with, texts[i].option) : NULL;

		*texts[i].place = text && *text ? arena_text(arena, text) : NULL;
	}
	if (!strcmp(user, "address"))
		card->user = CARD_USER_ADDRESS;
	else if (!strcmp(user, "login"))
		card->user = CARD_USER_LOGIN;
	else if (*user)
		return error_set(error, ERROR_CONFIG, "%s: section at line %d: card: user is address or login, not \"%.40s\"", conf_file(section),
			conf_line(section), user);
	return true;
}
