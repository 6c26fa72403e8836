/*
 * config_card: what a caller has to know to set a mail program up, from
 * postroom.conf.  Start only.
 */
#ifndef POSTROOM_CONFIG_CARD_H
#define POSTROOM_CONFIG_CARD_H

#include "base/conffile.h"
#include "base/error.h"
#include "base/memory.h"

enum card_user { CARD_USER_UNKNOWN, CARD_USER_ADDRESS, CARD_USER_LOGIN };
/* As they are read out; NULL: not configured. */
struct card_settings {
	const char *imap, *pop3, *smtp;    /* "mail.example.com 993 TLS" */
	const char *webmail;               /* "https://webmail.example.com" */
	enum card_user user;               /* what is typed as the user name */
	const char *note;                  /* a sentence of the site */
};
extern const struct conf_option config_card_options[];
/* own and machine are the roots of the two files; either may be NULL. What the own one lacks is the machine's. ERROR_CONFIG. */
bool config_card(struct arena *arena, const struct conf_section *own, const struct conf_section *machine, struct card_settings *card, struct error *error);

#endif
