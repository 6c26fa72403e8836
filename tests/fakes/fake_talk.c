/*
 * fake_talk: a network on which nobody listens, behind the functions of
 * base/talk.h.
 *
 * Replaces src/base/talk.c at link time beside fake_hosts, so that no unit test
 * depends on what listens on the machine it runs on.  The real one has tests of
 * its own.  Loop thread only.
 */
#include <stdlib.h>

#include "base/memory.h"
#include "base/talk.h"

struct talk {
	struct talk_settings settings;
	struct loop_timer *timer;
};

static void refuse(void *context)
{
	struct talk *talk = context;
	struct error error;

	loop_timer_stop(talk->timer);
	talk->timer = NULL;
	error_set(&error, ERROR_UNREACHABLE, "nobody listens there [Connection refused]");
	talk->settings.ended(talk->settings.context, &error);
}

struct talk *talk_open(struct loop *loop, const struct talk_settings *settings)
{
	struct talk *talk = memory_new(sizeof(*talk));

	talk->settings = *settings;
	talk->timer = loop_after(loop, 0, 0, refuse, talk);
	return talk;
}

void talk_close(struct talk *talk)
{
	if (!talk)
		return;
	loop_timer_stop(talk->timer);
	free(talk);
}

void talk_send(struct talk *talk, const char *words)
{
	(void)talk, (void)words;
}

void talk_secure(struct talk *talk)
{
	(void)talk;
}

struct tls *talk_tls(struct talk *talk)
{
	(void)talk;
	return NULL;
}
