/*
 * dovecot_files: Dovecot's configuration as files: which are read in which
 * order, and the last place where a setting stands.
 *
 * Lines come from a search that leaves out what may be secret, so a name that is
 * not found here may still be set.  Files outside of the searched folder are
 * not known.  Pure.
 */
#include "settings/dropin.h"

#include <fnmatch.h>
#include <string.h>

#include "base/text.h"

enum { DEPTH_MOST = 20, SECTION_MOST = 20 };

struct line { const char *path, *words; unsigned number; };
struct found { const char *name, *path, *value; unsigned line; };
struct dovecot_files {
	struct arena *arena;
	struct line *lines;
	size_t count, capacity;
	struct found *found;
	size_t found_count, found_capacity;
	const char **patterns;             /* absolute, of every include that was met */
	size_t pattern_count, pattern_capacity;
};

struct dovecot_files *dovecot_files_new(struct arena *arena)
{
	struct dovecot_files *files = arena_alloc(arena, sizeof(*files));

	files->arena = arena;
	return files;
}

void dovecot_files_line(struct dovecot_files *files, const char *path, unsigned number, const char *line, size_t length)
{
	while (length > 0 && strchr(" \t", *line)) {
		line++;
		length--;
	}
	while (length > 0 && strchr(" \t\r", line[length - 1]))
		length--;
	if (length == 0 || *line == '#')
		return;
	files->lines = arena_grow(files->arena, files->lines, &files->capacity, files->count + 1, sizeof(*files->lines));
	files->lines[files->count++] = (struct line){ arena_text(files->arena, path), arena_bytes(files->arena, line, length), number };
}

/* --- walking ------------------------------------------------------------------------------------ */

struct walk {
	struct dovecot_files *files;
	const char *sections[SECTION_MOST];
	size_t depth;
};
static void walk_file(struct walk *walk, const char *path, unsigned depth);

static const char *name_of(struct walk *walk, const char *word, size_t length)
{
	struct text name = { 0 };
	const char *copy;

	for (size_t i = 0; i < walk->depth && i < SECTION_MOST; i++)
		text_addf(&name, "%s/", walk->sections[i]);
	while (length > 0 && strchr(" \t", word[length - 1]))
		length--;
	text_add_bytes(&name, word, length);
	copy = arena_text(walk->files->arena, text_get(&name));
	text_free(&name);
	return copy;
}

static void met(struct walk *walk, const struct line *line, const char *equals)
{
	struct dovecot_files *files = walk->files;
	const char *value = equals + 1;

	value += strspn(value, " \t");
	files->found = arena_grow(files->arena, files->found, &files->found_capacity, files->found_count + 1, sizeof(*files->found));
	files->found[files->found_count++] = (struct found){ name_of(walk, line->words, (size_t)(equals - line->words)), line->path, value, line->number };
}

/* "service imap-login {" is one section "service/imap-login". */
static void open_section(struct walk *walk, const char *words, size_t length)
{
	char *name;

	while (length > 0 && strchr(" \t", words[length - 1]))
		length--;
	name = arena_bytes(walk->files->arena, words, length);
	for (char *p = name; *p; p++)
		if (*p == ' ' || *p == '\t')
			*p = '/';
	if (walk->depth < SECTION_MOST)
		walk->sections[walk->depth] = name;
	walk->depth++;
}

/* Files in the order of the shell, as Dovecot takes them: by name, each once. */
static void walk_pattern(struct walk *walk, const char *pattern, unsigned depth)
{
	struct dovecot_files *files = walk->files;
	const char *last = "";

	for (;;) {
		const char *next = NULL;

		for (size_t i = 0; i < files->count; i++) {
			const char *path = files->lines[i].path;

			if (strcmp(path, last) > 0 && (!next || strcmp(path, next) < 0) && fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0)
				next = path;
		}
		if (!next)
			return;
		walk_file(walk, next, depth + 1);
		last = next;
	}
}

static void include(struct walk *walk, const struct line *line, unsigned depth)
{
	struct dovecot_files *files = walk->files;
	const char *pattern = line->words + strcspn(line->words, " \t"), *slash = strrchr(line->path, '/');

	pattern += strspn(pattern, " \t");
	if (*pattern != '/')
		pattern = arena_format(files->arena, "%.*s/%s", slash ? (int)(slash - line->path) : 0, line->path, pattern);
	files->patterns = arena_grow(files->arena, files->patterns, &files->pattern_capacity, files->pattern_count + 1, sizeof(*files->patterns));
	files->patterns[files->pattern_count++] = pattern;
	walk_pattern(walk, pattern, depth);
}

static void walk_line(struct walk *walk, const struct line *line, unsigned depth)
{
	const char *equals = strchr(line->words, '='), *brace = strrchr(line->words, '{');
	size_t length = strlen(line->words);

	if (!strncmp(line->words, "!include", 8))
		include(walk, line, depth);
	else if (line->words[0] == '}')
		walk->depth -= walk->depth > 0;
	else if (brace && brace == line->words + length - 1 && (!equals || equals > brace))
		open_section(walk, line->words, length - 1);
	else if (equals && walk->depth <= SECTION_MOST)
		met(walk, line, equals);
}

static void walk_file(struct walk *walk, const char *path, unsigned depth)
{
	struct dovecot_files *files = walk->files;

	if (depth > DEPTH_MOST)
		return;
	for (size_t i = 0; i < files->count; i++)
		if (!strcmp(files->lines[i].path, path))
			walk_line(walk, &files->lines[i], depth);
}

void dovecot_files_walk(struct dovecot_files *files, const char *dovecot_conf)
{
	struct walk walk = { .files = files };

	walk_file(&walk, dovecot_conf, 0);
}

bool dovecot_files_find(const struct dovecot_files *files, const char *name, struct dovecot_place *place)
{
	for (size_t i = files->found_count; i-- > 0;)
		if (!strcmp(files->found[i].name, name)) {
			*place = (struct dovecot_place){ files->found[i].path, files->found[i].line, files->found[i].value };
			return true;
		}
	return false;
}

bool dovecot_files_reads(const struct dovecot_files *files, const char *path)
{
	for (size_t i = 0; i < files->pattern_count; i++)
		if (fnmatch(files->patterns[i], path, FNM_PATHNAME | FNM_PERIOD) == 0)
			return true;
	return false;
}
