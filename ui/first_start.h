/*
 * first_start: the conversation when there is no configuration yet.
 *
 * Line by line and not full-screen: it is short, can be read back by scrolling,
 * and works on every terminal.  console_first_start (ui/console.h) is the way
 * in; the function here is the same with its input and output replaceable.
 * Start only, may block on the disk and on the person.
 */
#ifndef POSTROOM_UI_FIRST_START_H
#define POSTROOM_UI_FIRST_START_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"
#include "directory/directory.h"

struct first_start {
	FILE *in, *out;
	enum visible_form form;
	bool person;               /* somebody can answer; else everything is printed and nothing is asked */
	const char *path;          /* the file that would be written; NULL: no place is known */
	const struct directory_proposal *proposals;
	size_t count;
};
/* Exit status: 0 where a file was written, 78 where there is still no configuration, 73 where it could not be written. */
int first_start_run(const struct first_start *start);
/* Where this person's configuration belongs. Arena; NULL where there is no home. */
char *first_start_path(struct arena *arena, const char *asked_for);

#endif
