/*
 * apart: servers of a store that works on a thread of its own; see hosts.h.
 *
 * Opening loop and carriers waits for the first use, since a loop belongs to the
 * thread that runs it.  Nothing fails.
 */
#include <stdlib.h>

#include "base/loop.h"
#include "base/memory.h"
#include "hosts/hosts.h"

void hosts_apart_begin(struct hosts_apart *apart, const struct hosts *like)
{
	*apart = (struct hosts_apart){ .count = hosts_count(like) };
	apart->settings = memory_new((apart->count + 1) * sizeof(*apart->settings));
	for (size_t i = 0; i < apart->count; i++)
		apart->settings[i] = *host_at(like, i);
}

void hosts_apart_open(struct hosts_apart *apart)
{
	if (apart->loop)
		return;
	apart->loop = loop_new();
	apart->hosts = hosts_open(apart->loop, apart->settings, apart->count);
}

void hosts_apart_end(struct hosts_apart *apart)
{
	if (apart->hosts)
		hosts_close(apart->hosts);
	if (apart->loop)
		loop_free(apart->loop);
	free(apart->settings);
}
