/*
 * sources: the array of all sources, by enum live_source.
 *
 * A source whose row is empty is nowhere asked and says so in its state.  A
 * file of its own, so that a test can put sources of its own in its place.
 */
#include "live/source.h"

const struct source *const sources[LIVE_SOURCES] = {
	[LIVE_WHO] = &source_who,
	[LIVE_SERVICES] = &source_services,
	[LIVE_CONFIGURATION] = &source_configuration,
	[LIVE_PROCESSES] = &source_processes,
	[LIVE_PENALTY] = &source_penalty,
	[LIVE_LOG] = &source_log,
	[LIVE_SLOTS] = &source_slots,
	[LIVE_MAILBOXES] = &source_mailboxes,
	[LIVE_QUEUE] = &source_queue,
	[LIVE_PORTS] = &source_ports,
	[LIVE_MACHINE] = &source_machine,
	[LIVE_INNER] = &source_inner,
	[LIVE_TESTMAIL] = &source_testmail,
	[LIVE_LEFT_ON] = &source_left_on,
};
