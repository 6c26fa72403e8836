/*
 * thresholds: from when on a figure warns and from when on it is critical, as
 * built in; a site changes them in postroom.conf, section limit.
 *
 * Chosen so that they do not cry wolf: what is common on a healthy server stays
 * below.  Rows stand in the order of enum live_limit.  Pure data.
 */
#include "live/live.h"

const struct live_threshold live_thresholds[] = {
	[LIMIT_SERVICE] = { "service", 80, 95, false, "Per cent of a limit of Dovecot in use: logins, sessions, clients, processes." },
	[LIMIT_FULL] = { "full", 120, 30, true, "Minutes until such a limit is reached at the present rate." },
	[LIMIT_USERIP] = { "userip", 80, 95, false, "Per cent of the connections that one person may have from one address." },
	[LIMIT_OWN_DEFERRED] = { "own-deferred", 2, 5, false, "Minutes that mail to a domain of our own waits with a reason." },
	[LIMIT_QUEUE_GROWTH] = { "queue-growth", 100, 500, false, "Messages by which the queue of a server has grown within ten minutes." },
	[LIMIT_QUEUE_OLD] = { "queue-old", 50, 80, false, "Per cent of the queue, without mail on hold, that is older than 320 minutes, where it holds more than 50 messages." },
	[LIMIT_DISK] = { "disk", 85, 95, false, "Per cent of a file system or of its inodes in use." },
	[LIMIT_DISK_HOURS] = { "disk-hours", 24, 4, true, "Hours until a file system is full at the present rate." },
	[LIMIT_MEMORY] = { "memory", 10, 5, true, "Per cent of the memory that is free or can be freed." },
	[LIMIT_LOAD] = { "load", 4, 10, false, "Load of the last five minutes for each processor." },
	[LIMIT_CERTIFICATE] = { "certificate", 21, 7, true, "Days until a certificate that a port shows ends." },
	[LIMIT_DIRECTORY_LAG] = { "directory-lag", 300, 1800, false, "Seconds that a replica of the directory is behind." },
	[LIMIT_SIGNATURES] = { "signatures", 48, 168, false, "Hours since the virus scanner got its signatures." },
	[LIMIT_LISTENER_LAG] = { "listener-lag", 600, 3600, false, "Seconds that the listener of a UCS server is behind." },
	[LIMIT_HELD] = { "held", 24, 168, false, "Hours that the oldest mail on hold has waited for somebody to release it." },
	[LIMIT_DIRECTORY_MS] = { "directory-slow", 500, 3000, false, "Milliseconds that the directory needs for an answer." },
	[LIMIT_COUNT] = { .name = NULL },
};
