/*
 * on_screen: asserts that words are or are not on the screen of a stage, and
 * prints the screen where that fails.  For tests only, behind cmocka.h.
 */
#ifndef POSTROOM_TESTS_ON_SCREEN_H
#define POSTROOM_TESTS_ON_SCREEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/fakes/stage.h"

static inline void look_for(struct stage *stage, const char *words, bool wanted)
{
	char *screen = stage_print(stage);

	if ((strstr(screen, words) != NULL) != wanted) {
		fprintf(stderr, "%s", screen);
		fail_msg("\"%s\" is %s the screen above", words, wanted ? "not on" : "on");
	}
	free(screen);
}

static inline void shows(struct stage *stage, const char *words)
{
	look_for(stage, words, true);
}

static inline void hides(struct stage *stage, const char *words)
{
	look_for(stage, words, false);
}

#endif
