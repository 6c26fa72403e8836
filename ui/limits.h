/*
 * limits: the walk from "so many connections" to limits that work.
 *
 * One page in five parts: where the server is, what is wanted, what it takes,
 * what Dovecot says to that, what it causes.  All of it is computed anew with
 * each key; nothing is written before the review, and what is written takes
 * itself back unless it is confirmed.  Loop thread.
 */
#ifndef POSTROOM_UI_LIMITS_H
#define POSTROOM_UI_LIMITS_H

#include "ui/view.h"

/* The root view of the section. */
struct view *limits_view_new(struct session *session);

#endif
