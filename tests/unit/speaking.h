/*
 * speaking: what of a list of consequences speaks and what is silent, for tests
 * of rules.  A wish is "rule:severity" or "rule:severity:words in it"; "!rule"
 * is to be silent.  One thread.
 */
#ifndef POSTROOM_TESTS_SPEAKING_H
#define POSTROOM_TESTS_SPEAKING_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <setjmp.h>

#include <cmocka.h>

#include "model/consequence.h"

/* The first of this rule; what stands behind a colon does not count. NULL: it is silent. */
static inline const struct consequence *speaking_of(const struct consequence *list, size_t count, const char *rule)
{
	size_t length = strcspn(rule, ":");

	for (size_t i = 0; i < count; i++)
		if (strlen(list[i].rule) == length && strncmp(list[i].rule, rule, length) == 0)
			return &list[i];
	return NULL;
}

static inline void expect_speaking(const char *what, const struct consequence *list, size_t count, const char *wish)
{
	const struct consequence *found = speaking_of(list, count, wish + (*wish == '!'));
	const char *severity, *words;

	if (*wish == '!') {
		if (found != NULL)
			fail_msg("%s: %s speaks: %s", what, found->rule, found->sentence);
		return;
	}
	if (found == NULL) {
		fail_msg("%s: %s is silent", what, wish);
		return;
	}
	severity = strchr(wish, ':') + 1;
	words = strchr(severity, ':');
	if (strncmp(severity_word(found->severity), severity, words ? (size_t)(words - severity) : strlen(severity) + 1) != 0)
		fail_msg("%s: %s is %s", what, wish, severity_word(found->severity));
	if (words && !strstr(found->sentence, words + 1))
		fail_msg("%s: %s says \"%s\"", what, wish, found->sentence);
}

/* Worst first, every sentence is one. */
static inline void expect_sentences(const char *what, const struct consequence *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(list[i].sentence);

		if (i && list[i].severity > list[i - 1].severity)
			fail_msg("%s: %s stands behind %s", what, list[i].rule, list[i - 1].rule);
		if (length < 20 || list[i].sentence[length - 1] != '.')
			fail_msg("%s: %s says \"%s\"", what, list[i].rule, list[i].sentence);
		if (strstr(list[i].sentence, "(null)") || strstr(list[i].sentence, "  "))
			fail_msg("%s: %s says \"%s\"", what, list[i].rule, list[i].sentence);
	}
}

#endif
