/*
 * conffile_scan: a look at the text before libConfuse reads it.
 *
 * libConfuse 3.3 has habits that a configuration must not depend on: it reads
 * ${NAME} from the environment, counts a line too many after a comment,
 * accepts a file that ends inside a section, drops a lone * or + without a
 * word, and has trouble with an empty first comment.  So comments are blanked
 * here, and the rest is refused with the line where it stands.  Pure, any
 * thread.
 */
#include "base/conffile_scan.h"

#include <string.h>

#define DEEPEST 16

struct brace {
	int line;
	bool list;               /* opened after an equal sign: no section */
};

struct scan {
	struct arena *arena;
	const char *name;
	char *at;
	int line;
	char before;             /* last character that was no blank and no comment */
	bool in_word;
	struct brace open[DEEPEST];
	size_t depth;
	struct conf_starts *starts;
	struct error *error;
};

static bool refuse(struct scan *scan, int line, const char *words)
{
	return error_set(scan->error, ERROR_CONFIG, "%s, line %d: %s", scan->name, line, words);
}

static bool refuse_environment(struct scan *scan)
{
	return refuse(scan, scan->line, "${ is not allowed: values are never taken from the environment; write the value itself");
}

static void blank_line_comment(struct scan *scan)
{
	while (*scan->at && *scan->at != '\n')
		*scan->at++ = ' ';
}

static bool blank_block_comment(struct scan *scan)
{
	int start = scan->line;

	while (*scan->at && !(scan->at[0] == '*' && scan->at[1] == '/' )) {
		if (*scan->at == '\n')
			scan->line++;
		else
			*scan->at = ' ';
		scan->at++;
	}
	if (!*scan->at)
		return refuse(scan, start, "a comment begins here with /* and never ends");
	*scan->at++ = ' ';
	*scan->at++ = ' ';
	return true;
}

static bool hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* After a backslash between double quotes. */
static bool check_escape(struct scan *scan)
{
	char c = scan->at[1];

	if (c >= '0' && c <= '9')
		return refuse(scan, scan->line, "write a byte as \\xHH, not as an octal number, and a backslash as \\\\");
	if (c == 'x' && scan->at[2] == '0' && (!hex(scan->at[3]) || scan->at[3] == '0'))
		return refuse(scan, scan->line, "a zero byte cannot be part of a value");
	return true;
}

/* A quoted text; scan->at stands on the opening quote and afterwards behind the closing one. */
static bool pass_quoted(struct scan *scan)
{
	char quote = *scan->at;
	int start = scan->line;

	for (scan->at++; *scan->at != quote; scan->at++) {
		if (!*scan->at)
			return refuse(scan, start, "a quoted text begins here and never ends");
		if (scan->at[0] == '$' && scan->at[1] == '{')
			return refuse_environment(scan);
		if (*scan->at == '\\') {
			if (quote == '"' && !check_escape(scan))
				return false;
			if (!scan->at[1])
				return refuse(scan, start, "a quoted text begins here and never ends");
			scan->at++;
		}
		if (*scan->at == '\n')
			scan->line++;
	}
	scan->at++;
	return true;
}

static bool open_brace(struct scan *scan)
{
	if (scan->depth == DEEPEST)
		return refuse(scan, scan->line, "sections are nested too deeply");
	scan->open[scan->depth++] = (struct brace){ .line = scan->line, .list = scan->before == '=' };
	return true;
}

static bool close_brace(struct scan *scan)
{
	struct conf_starts *starts = scan->starts;
	const struct brace *brace;

	if (scan->depth == 0)
		return refuse(scan, scan->line, "a } without a { before it");
	brace = &scan->open[--scan->depth];
	if (brace->list)
		return true;
	starts->lines = arena_grow(scan->arena, starts->lines, &starts->capacity, starts->count + 1, sizeof(*starts->lines));
	starts->lines[starts->count++] = brace->line;
	return true;
}

/* Braces, equal signs and what must stand in quotes. */
static bool pass_sign(struct scan *scan)
{
	char c = *scan->at;
	bool fine = true;

	if (c == '{')
		fine = open_brace(scan);
	else if (c == '}')
		fine = close_brace(scan);
	else if (c == '$' && scan->at[1] == '{')
		fine = refuse_environment(scan);
	else if (strchr("*()", c) || (c == '+' && scan->at[1] != '='))
		fine = refuse(scan, scan->line, "values with + * ( or ) must stand in quotes");
	scan->in_word = !strchr("{}=+,", c);
	scan->before = c;
	scan->at++;
	return fine;
}

static bool pass_one(struct scan *scan)
{
	char c = *scan->at;

	if (c == '\n') {
		scan->line++;
		scan->at++;
		scan->in_word = false;
		return true;
	}
	if (c == ' ' || c == '\t' || c == '\r') {
		*scan->at++ = ' ';
		scan->in_word = false;
		return true;
	}
	/* A word may hold two slashes (ldap://host), but no number sign. */
	if (c == '#' || (c == '/' && scan->at[1] == '/' && !scan->in_word)) {
		blank_line_comment(scan);
		return true;
	}
	if (c == '/' && scan->at[1] == '*') {
		*scan->at++ = ' ';
		*scan->at++ = ' ';
		scan->in_word = false;
		return blank_block_comment(scan);
	}
	if (c == '"' || c == '\'') {
		scan->before = c;
		scan->in_word = false;
		return pass_quoted(scan);
	}
	return pass_sign(scan);
}

bool conf_scan(struct arena *arena, const char *name, char *words, struct conf_starts *starts, struct error *error)
{
	struct scan scan = { .arena = arena, .name = name, .at = words, .line = 1, .starts = starts, .error = error };

	while (*scan.at)
		if (!pass_one(&scan))
			return false;
	if (scan.depth > 0)
		return refuse(&scan, scan.open[scan.depth - 1].line, "a { opens here and is never closed");
	return true;
}
