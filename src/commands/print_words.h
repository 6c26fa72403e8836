/*
 * print_words: what every review prints, of one change or of a job of several:
 * lines with old and new, consequences.  To standard output.  Loop thread.
 */
#ifndef POSTROOM_COMMANDS_PRINT_WORDS_H
#define POSTROOM_COMMANDS_PRINT_WORDS_H

#include "base/json.h"
#include "model/change.h"
#include "model/consequence.h"

/* Any words in one visible line. */
void print_line(const char *before, const char *words);
/* Words a second time, exact and in ASCII, where they hold anything else; NULL: nothing. */
void print_exact(const char *label, const char *words);
/* "  Quota: 2 GB -> 4 GB"; what names something that could be taken for another a second time. */
void print_diff_lines(const struct diff_line *lines, size_t count);
void print_consequences(const struct consequence *list, size_t count);
/* As arrays. */
struct json *json_diff_lines(const struct diff_line *lines, size_t count);
struct json *json_consequences(const struct consequence *list, size_t count);

#endif
