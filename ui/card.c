/*
 * card: the lines of the card, as a text to read.
 *
 * Every line is short, so that nothing is broken where it is read out.  Loop
 * thread.
 */
#include "ui/card.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/live_kinds.h"
#include "ui/session.h"

/* Ways to read and send, the better protocol of each first. */
static const struct { const char *label, *word, *protocols[3]; size_t setting; } ways[] = {
	{ "Read mail (IMAP)", "IMAP", { "imaps", "imap", NULL }, offsetof(struct card_settings, imap) },
	{ "Read mail (POP3)", "POP3", { "pop3s", "pop3", NULL }, offsetof(struct card_settings, pop3) },
	{ "Send mail (SMTP)", "SMTP", { "submission", "smtps", NULL }, offsetof(struct card_settings, smtp) },
};

static const char *cell(const struct row *row, size_t column)
{
	return row->values[column].bytes == NULL ? "" : row->values[column].bytes;
}

/* "server mail.example.com, port 993, TLS"; else as it was written. */
static const char *spelled(struct arena *arena, const char *setting)
{
	size_t server = strcspn(setting, " "), port;
	const char *at = setting + server + strspn(setting + server, " ");

	port = strspn(at, "0123456789");
	if (server == 0 || port == 0 || (at[port] != ' ' && at[port] != '\0'))
		return setting;
	return arena_format(arena, "server %.*s, port %.*s%s%s", (int)server, setting, (int)port, at, at[port] == '\0' ? "" : ", ",
		at + port + strspn(at + port, " "));
}

static const char *encryption(const char *tls)
{
	return strcmp(tls, "implicit") == 0 ? "TLS" : strcmp(tls, "none") == 0 ? "not encrypted" : tls;
}

/* The name that a certificate is made for, where it is one to be typed; else the server's own. */
static const char *name_of(struct arena *arena, const struct row *row)
{
	const char *names = cell(row, LP_NAMES), *server = cell(row, LP_SERVER), *first = NULL;

	for (; names[0] != '\0'; names += strcspn(names, ", "), names += strspn(names, ", ")) {
		size_t length = strcspn(names, ", ");

		/* Not an address, and not one for many. */
		if (names[0] != '*' && strcspn(names, "ghijklmnopqrstuvwxyzGHIJKLMNOPQRSTUVWXYZ") < length && memchr(names, '.', length) != NULL)
			first = first == NULL ? arena_bytes(arena, names, length) : first;
		/* One certificate may be for several servers: the name of this one says where the mailbox is. */
		if (length > strlen(server) && strncasecmp(names, server, strlen(server)) == 0 && names[strlen(server)] == '.')
			return arena_bytes(arena, names, length);
	}
	return first == NULL ? server : first;
}

/* What an open port of this protocol said when it was tried last; NULL: none is. */
static const char *seen(struct arena *arena, const struct rows *ports, const char *protocol)
{
	for (size_t i = 0; i < ports->count; i++) {
		const struct row *row = &ports->rows[i];

		if (strcmp(cell(row, LP_PROTOCOL), protocol) != 0 || strcmp(cell(row, LP_STATE), "ok") != 0)
			continue;
		return arena_format(arena, "server %s, port %s, %s", name_of(arena, row), cell(row, LP_PORT), encryption(cell(row, LP_TLS)));
	}
	return NULL;
}

static void add_line(struct text *text, enum visible_form form, const char *label, const char *words)
{
	struct arena *arena = arena_new();

	text_addf(text, "%-18s %s\n", label, text_visible_string(arena, form, words, strlen(words)));
	arena_free(arena);
}

static void add_ways(struct session *session, const struct card_settings *card, size_t home, struct text *text, struct arena *arena)
{
	struct live *live = session_engine(session)->live;
	struct live_question question = { .table = "ports", .host = home };
	struct rows *ports = live == NULL || hosts_count(live_hosts(live)) == 0 ? NULL : live_rows(live, &question);
	struct rows *everywhere = ports == NULL ? NULL : live_rows(live, &(struct live_question){ .table = "ports", .host = LIVE_ALL });
	const char *guessed = NULL;

	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		const char *set = *(const char *const *)((const char *)card + ways[i].setting), *words = NULL;

		for (size_t j = 0; set == NULL && ports != NULL && words == NULL && ways[i].protocols[j] != NULL; j++)
			words = seen(arena, ports, ways[i].protocols[j]);
		/* Sending may be another server's work than keeping the mailbox. */
		for (size_t j = 0; set == NULL && everywhere != NULL && words == NULL && strcmp(ways[i].word, "SMTP") == 0 && ways[i].protocols[j] != NULL; j++)
			words = seen(arena, everywhere, ways[i].protocols[j]);
		/* POP3 is not for everybody: what is neither configured nor open is not offered. */
		if (set == NULL && words == NULL && strcmp(ways[i].word, "POP3") == 0)
			continue;
		if (set == NULL && words != NULL)
			guessed = guessed == NULL ? ways[i].word : arena_format(arena, "%s, %s", guessed, ways[i].word);
		add_line(text, session_form(session), ways[i].label, set != NULL ? spelled(arena, set) : words != NULL ? words : "not configured, and no open port was seen");
	}
	if (guessed != NULL)
		add_line(text, session_form(session), "", arena_format(arena, "(not configured; as the ports answer: %s)", guessed));
	rows_free(ports);
	rows_free(everywhere);
}

static void add_user(struct session *session, const struct card_settings *card, const struct record *person, struct text *text, struct arena *arena)
{
	enum visible_form form = session_form(session);
	const char *address = record_text(person, "address"), *login = record_text(person, "login");

	if (card->user == CARD_USER_ADDRESS)
		add_line(text, form, "User name", arena_format(arena, "%s  (the whole address)", address));
	else if (card->user == CARD_USER_LOGIN)
		add_line(text, form, "User name", login);
	else {
		add_line(text, form, "User name", arena_format(arena, "%s or %s", address, login));
		add_line(text, form, "", "(which of both is not configured)");
	}
}

struct view *card_view_new(struct session *session, const struct record *person, size_t home)
{
	const struct card_settings *card = &session_config(session)->card;
	enum visible_form form = session_form(session);
	struct arena *arena = arena_new();
	struct text text = { 0 };
	struct view *view;

	add_line(&text, form, "Name", record_text(person, "full_name"));
	if (record_text(person, "address")[0] == '\0') {
		add_line(&text, form, "Address", "none: without a primary address there is no mailbox to set up");
	} else {
		add_line(&text, form, "Address", record_text(person, "address"));
		text_add(&text, "\n");
		add_user(session, card, person, &text, arena);
		add_line(&text, form, "Password", "their own; nobody here can read it");
		text_add(&text, "\n");
		add_ways(session, card, home, &text, arena);
		text_add(&text, "\n");
		add_line(&text, form, "Webmail", card->webmail == NULL ? "not configured" : card->webmail);
		if (card->note != NULL)
			add_line(&text, form, "Note", card->note);
	}
	view = text_view_new(session, arena_format(arena, "Card for the caller - %s", person->name), text_get(&text), text.length);
	text_free(&text);
	arena_free(arena);
	return view;
}
