/*
 * history_jobs: what became of a job of several changes as a whole, from its
 * changes in the history and the ends that the desk wrote.  Pure; any thread.
 */
#ifndef POSTROOM_GATE_HISTORY_JOBS_H
#define POSTROOM_GATE_HISTORY_JOBS_H

#include "gate/gate.h"

/*
 * Fills jobs of the history, and `of` of its entries, which are given once more because they are written to. ends: oldest
 * first; those of jobs without a change are passed over. Never fails; what does not fit together is counted as open.
 */
void history_join_jobs(struct history *history, struct history_entry *entries, const struct gate_job_end *ends, size_t end_count);

#endif
