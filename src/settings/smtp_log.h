/*
 * smtp_log: which SMTP sessions are open, as the mail log tells: a connection
 * begins, says with each mail who logged in, and ends.
 *
 * Postfix names the login only with a mail, so a session that has sent nothing
 * has none.  Lines of syslog, of the journal and of Postfix' own log.  Bounded;
 * any bytes do no harm.  Pure; any thread.
 */
#ifndef POSTROOM_SETTINGS_SMTP_LOG_H
#define POSTROOM_SETTINGS_SMTP_LOG_H

#include <stddef.h>
#include <stdint.h>

enum { SMTP_LOGIN_MOST = 256, SMTP_CLIENT_MOST = 128, SMTP_TIME_MOST = 40, SMTP_OPEN_MOST = 4096 };
struct smtp_open {
	long pid;
	char login[SMTP_LOGIN_MOST];       /* "": nothing was sent yet */
	char client[SMTP_CLIENT_MOST];     /* the address, without the name that may be anything */
	char since[SMTP_TIME_MOST];        /* as the log has it */
	int64_t since_s;                   /* epoch; 0: not understood */
	uint64_t mails;
};
struct smtp_log {
	struct smtp_open *open;            /* heap, by the order in which they began */
	size_t count, room;
	int64_t now;                       /* epoch: lines of syslog have no year */
	char from[SMTP_TIME_MOST];         /* time of the first line that was read; "" none */
};
/* One line, with or without its end. */
void smtp_log_line(struct smtp_log *log, const char *line, size_t length);
void smtp_log_free(struct smtp_log *log);

#endif
