/*
 * repair: the views of a job of the desk: what it asks, its review and its
 * steps, and a menu of all jobs.
 *
 * A job is begun for a person as just read.  What is asked stands in a form;
 * the review of all steps is one, confirmed once; then the steps are ticked one
 * by one, and the page stays until the person leaves it, with the made password,
 * what to say and what is open.  Nothing is written but by the desk through the
 * gate.  Loop thread.
 */
#ifndef POSTROOM_UI_REPAIR_H
#define POSTROOM_UI_REPAIR_H

#include "desk/desk.h"
#include "ui/view.h"

/* The form of what is asked, or the review at once where nothing is. person is copied. */
struct view *repair_view_new(struct session *session, const struct desk_job *job, const struct record *person);
/* The form with which somebody ends what this job wrote until a day: no forward, no absence. NULL: it wrote nothing of the kind. */
struct view *repair_end_view_new(struct session *session, const char *job, const struct record *person);
/* The review of taking a whole job back; id: its number. */
struct view *repair_undo_view_new(struct session *session, const char *id);
/* Open steps of an earlier run; NULL: there are none. */
struct view *repair_open_view_new(struct session *session, const char *due_id, const struct record *person);
/* The run itself, taken; title is made from the job. belongs (may be NULL): closed with it once it was applied. */
struct view *repair_run_view_new(struct session *session, struct view *belongs,
		struct desk_run *(*begin)(struct desk *desk, void *what, void (*changed)(void *context), void *context), void *what);
/* All jobs, or only those of these names (NULL-terminated), to choose from. */
struct view *repair_menu_new(struct session *session, const char *const *only, const struct record *person);
/* Why this job cannot be begun here; NULL: it can. */
const char *repair_blocked(struct session *session, const struct desk_job *job);
/* Would the key for the lock take one off? person may be NULL. */
bool repair_unlocks(const struct record *person);
/* Does the action for this person: a job, or the menu. False: it is none of these. */
bool repair_act(struct session *session, const struct action *action, const struct record *person);
/* Is it one of them? Then why it cannot be done (NULL: it can). */
bool repair_is_action(const struct action *action);
const char *repair_action_blocked(struct session *session, const struct action *action);

#endif
