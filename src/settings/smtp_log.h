/*
 * smtp_log: which SMTP sessions are open, as the mail log tells: a connection
 * begins, says with each mail who logged in, and ends; and which mails some
 * logins sent, whatever sender they gave and through whatever filter on this
 * machine they went.
 *
 * Postfix names the login only with a mail, so a session that has sent nothing
 * has none.  Lines of syslog, of the journal and of Postfix' own log.  Bounded;
 * any bytes do no harm.  Pure; any thread.
 */
#ifndef POSTROOM_SETTINGS_SMTP_LOG_H
#define POSTROOM_SETTINGS_SMTP_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SMTP_LOGIN_MOST = 256, SMTP_CLIENT_MOST = 128, SMTP_TIME_MOST = 40, SMTP_OPEN_MOST = 4096, SMTP_ID_MOST = 24, SMTP_SENT_MOST = 10000 };
struct smtp_open {
	long pid;
	char login[SMTP_LOGIN_MOST];       /* "": nothing was sent yet */
	char client[SMTP_CLIENT_MOST];     /* the address, without the name that may be anything */
	char since[SMTP_TIME_MOST];        /* as the log has it */
	int64_t since_s;                   /* epoch; 0: not understood */
	uint64_t mails;
};
struct smtp_sent { char id[SMTP_ID_MOST]; int64_t when; };   /* epoch; 0: not understood */
struct smtp_log {
	const char *const *logins;         /* whose mails are kept, ended by NULL; borrowed. NULL: nobody's */
	struct smtp_sent *sent;            /* heap: queue ids of these, a ring of the newest */
	size_t sent_room;
	uint64_t sent_total;               /* how many were seen */
	struct lookup *sent_known;         /* each id once */
	struct smtp_open *open;            /* heap, by the order in which they began */
	size_t count, room;
	int64_t now;                       /* epoch: lines of syslog have no year */
	char from[SMTP_TIME_MOST];         /* time of the first line that was read; "" none */
};
/* One line, with or without its end. */
void smtp_log_line(struct smtp_log *log, const char *line, size_t length);
void smtp_log_free(struct smtp_log *log);
/* Does the log's login mean this one? Postfix logs it as the program gave it, in any case. */
bool smtp_log_same_login(const char *logged, const char *login);
/* How many ids are kept: sent[0] to sent[count - 1], in no order that matters. */
size_t smtp_log_sent(const struct smtp_log *log);

#endif
