/*
 * conffile_scan: what conffile.c does to a text before libConfuse sees it;
 * nobody else includes it.
 */
#ifndef POSTROOM_BASE_CONFFILE_SCAN_H
#define POSTROOM_BASE_CONFFILE_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"

/* Lines on which sections begin, in the order in which the sections end. */
struct conf_starts {
	int *lines;
	size_t count;
	size_t capacity;
};

/*
 * Blanks all comments in words (lines stay lines) and refuses what libConfuse
 * would misread without a message: ${NAME}, quotes and braces that never
 * close, signs it drops.  Arrays come from the arena; false with a sentence
 * that names file and line.
 */
bool conf_scan(struct arena *arena, const char *name, char *words, struct conf_starts *starts, struct error *error);

#endif
