/*
 * fake_hosts: servers that answer what a test put there, behind the functions
 * of hosts.h.
 *
 * Replaces src/hosts at link time, all but the table of commands: what is not in it, or does not fit its holes, is
 * refused as by the real ones.  Answers come from the loop, never from
 * inside the call; a streamed answer comes in pieces of the size asked for.
 * For unit tests of sources, collector and views, and for faults; the real
 * carriers have tests of their own.  Loop thread only.
 */
#ifndef POSTROOM_TESTS_FAKES_FAKE_HOSTS_H
#define POSTROOM_TESTS_FAKES_FAKE_HOSTS_H

#include "hosts/hosts.h"

struct fake_reply {
	const char *host;                  /* NULL: any */
	const char *command;               /* "who" */
	enum host_form form;
	const char *output;                /* borrowed; length 0: zero-terminated */
	size_t length;
	int status;
	const char *complaint;             /* NULL: none */
	enum error_kind failure;           /* not NONE: it fails with failure_text; UNSUPPORTED: host_way says NONE with it */
	const char *failure_text;
	bool cut;                          /* it said more than the cap, and was ended */
	bool hangs;                        /* no answer until cancelled or its deadline on the loop's clock */
	size_t piece;                      /* bytes a piece; 0: all at once */
	unsigned after_ms;                 /* 0: the next turn */
	const char *holes;                 /* only to these holes, joined by blanks; NULL: to any */
	const char *once;                  /* only once this command has run since this was put there; goes before what does not wait. NULL: at once */
};
/* mail1, mail2, ... up to count (9 at most), both roles, way EXEC (HTTP where the reply is JSON); what has no reply fails with "no reply". */
struct hosts *fake_hosts_new(struct loop *loop, size_t count);
/* Before anybody asks it. */
void fake_hosts_flavour(struct hosts *hosts, size_t host, enum host_flavour flavour);
/* Later replies to the same command of the same host replace earlier ones. Copied, output borrowed. */
void fake_hosts_reply(struct hosts *hosts, const struct fake_reply *reply);
/* Runs of this command so far (NULL: of any), and the most that ran at once per host. */
size_t fake_hosts_runs(const struct hosts *hosts, const char *command);
size_t fake_hosts_at_once(const struct hosts *hosts, const char *command);
/* The last input and the last holes (joined by blanks) that this command got; borrowed. */
const char *fake_hosts_input(const struct hosts *hosts, const char *command);
const char *fake_hosts_holes(const struct hosts *hosts, const char *command);

#endif
