/*
 * job: the common part of what live_messages and its like have under way, so
 * that live_job_cancel needs to know none of them.  Loop thread.
 */
#ifndef POSTROOM_LIVE_JOB_H
#define POSTROOM_LIVE_JOB_H

#include "live/live.h"

/* First member of each kind of job. */
struct live_job {
	void (*cancel)(struct live_job *job);      /* its done does not come any more; frees it */
};

#endif
