/*
 * job: taking back a question that somebody asked once.  Loop thread; never
 * fails.
 */
#include "live/job.h"

void live_job_cancel(struct live_job *job)
{
	if (job)
		job->cancel(job);
}
