/*
 * propose: the part of directory_propose that tests call with a root and a
 * home of their own; nobody else includes it.
 */
#ifndef POSTROOM_DIRECTORY_PROPOSE_H
#define POSTROOM_DIRECTORY_PROPOSE_H

#include "directory/directory.h"

/*
 * As directory_propose, but every path is looked up below `root` ("" is the machine itself) and the user's
 * own files below `home` (absolute, not below root; NULL: none).  Sources and files are named without the root.
 */
size_t propose_below(struct arena *arena, const char *root, const char *home, struct directory_proposal **proposals);

#endif
