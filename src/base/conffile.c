/*
 * conffile: sections and options from a file; the only file that includes
 * confuse.h.
 *
 * The text is scanned first (conffile_scan.c), then parsed by libConfuse with
 * an option array made from the caller's rows, then copied into a tree of our
 * own, and libConfuse is left behind: it keeps state in global variables, so a
 * lock lets one thread parse at a time.  Every value is read as text and
 * checked here, since libConfuse takes 010 for eight.  Asking for an option
 * that the rows do not have is our own bug (assert).  Fails with file and
 * line; the first mistake wins.
 */
#include "base/conffile.h"

#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/conffile_scan.h"
#include "base/file.h"

#define MOST_BYTES ((size_t)4 * 1024 * 1024)

struct value {
	bool set;                         /* stands in the file */
	int line;
	size_t count;
	const char **items;               /* texts of a text, number, flag or list */
	struct conf_section **sections;
};

struct conf_section {
	const struct conf_option *options;
	struct value *values;             /* one for each option, in their order */
	const char *title;
	const char *file;
	int line;
};

struct conf {
	struct arena *arena;
	struct conf_section *root;
};

/* The parse under way; libConfuse hands no context to its callbacks. */
static pthread_mutex_t parsing = PTHREAD_MUTEX_INITIALIZER;
static struct {
	const char *name;
	struct error *error;
	bool failed;
	const struct conf_starts *starts;
	size_t closed;                    /* sections that ended so far */
} now;

/* --- callbacks of libConfuse ------------------------------------------------ */

static void take_message(cfg_t *cfg, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
static void take_message(cfg_t *cfg, const char *format, va_list arguments)
{
	char words[400];

	if (now.failed)
		return;
	vsnprintf(words, sizeof(words), format, arguments);
	error_set(now.error, ERROR_CONFIG, "%s, line %d: %s", now.name, cfg->line, words);
	now.failed = true;
}

/* The line of an option is kept in its comment, which is ours since comments are off. */
static bool note_line(cfg_t *cfg, cfg_opt_t *opt)
{
	char line[16];

	if (opt->nvalues == 1 && opt->comment) {
		cfg_error(cfg, "option '%s' stands a second time (first in line %s)", opt->name, opt->comment);
		return false;
	}
	snprintf(line, sizeof(line), "%d", cfg->line);
	return opt->comment || cfg_opt_setcomment(opt, line) == CFG_SUCCESS;
}

static int take_text(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	*(const char **)result = value;
	return note_line(cfg, opt) ? 0 : -1;
}

static bool read_number(const char *words, long *number)
{
	char *end;

	errno = 0;
	*number = strtol(words, &end, 10);
	return errno == 0 && end != words && !*end;
}

static int take_number(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	long number;

	if (!read_number(value, &number)) {
		cfg_error(cfg, errno == ERANGE ? "option '%s' is out of range: %s" : "option '%s' needs a whole number, not '%s'",
				opt->name, value);
		return -1;
	}
	return take_text(cfg, opt, value, result);
}

static bool read_flag(const char *words, bool *flag)
{
	int boolean = cfg_parse_boolean(words);

	*flag = boolean == 1;
	return boolean >= 0;
}

static int take_flag(cfg_t *cfg, cfg_opt_t *opt, const char *value, void *result)
{
	bool flag;

	if (!read_flag(value, &flag)) {
		cfg_error(cfg, "option '%s' needs yes or no, not '%s'", opt->name, value);
		return -1;
	}
	return take_text(cfg, opt, value, result);
}

/* At the end of a section libConfuse knows only its last line; the scan knows the first. */
static int end_section(cfg_t *cfg, cfg_opt_t *opt)
{
	(void)cfg;
	assert(now.closed < now.starts->count);
	opt->values[opt->nvalues - 1]->section->line = now.starts->lines[now.closed++];
	return 0;
}

static int end_single_section(cfg_t *cfg, cfg_opt_t *opt)
{
	end_section(cfg, opt);
	if (opt->nvalues == 1)
		return 0;
	cfg->line = opt->values[opt->nvalues - 1]->section->line;   /* for the message; nothing is parsed after it */
	cfg_error(cfg, "section '%s' stands a second time (first in line %d)", opt->name, opt->values[0]->section->line);
	return -1;
}

/* --- rows to libConfuse's options -------------------------------------------- */

static size_t count_options(const struct conf_option *options)
{
	size_t count = 0;

	while (options[count].name)
		count++;
	return count;
}

static cfg_opt_t *make_options(struct arena *arena, const struct conf_option *options)
{
	static const cfg_callback_t takes[] = {
		[CONF_TEXT] = take_text, [CONF_LIST] = take_text, [CONF_NUMBER] = take_number, [CONF_FLAG] = take_flag,
	};
	size_t count = count_options(options);
	cfg_opt_t *made = arena_alloc(arena, (count + 1) * sizeof(*made));

	for (size_t i = 0; i < count; i++) {
		const struct conf_option *option = &options[i];

		made[i].name = option->name;
		if (option->type == CONF_SECTION) {
			made[i].type = CFGT_SEC;
			/* MULTI for all: only so is a section absent that is not in the file. */
			made[i].flags = CFGF_MULTI | (option->flags & CONF_TITLED ? CFGF_TITLE | CFGF_NO_TITLE_DUPES : 0);
			made[i].subopts = make_options(arena, option->inside);
			made[i].validcb = option->flags & CONF_MANY ? end_section : end_single_section;
		} else {
			made[i].type = CFGT_STR;
			made[i].flags = CFGF_NODEFAULT | (option->type == CONF_LIST ? CFGF_LIST : 0);
			made[i].parsecb = takes[option->type];
		}
	}
	return made;
}

/* --- libConfuse's tree to ours ------------------------------------------------ */

static struct conf_section *empty_section(struct arena *arena, const char *file, const struct conf_option *options)
{
	struct conf_section *section = arena_alloc(arena, sizeof(*section));

	section->options = options;
	section->values = arena_alloc(arena, count_options(options) * sizeof(*section->values));
	section->file = file;
	return section;
}

static struct conf_section *copy_section(struct arena *arena, const char *file, const struct conf_option *options, cfg_t *cfg);

static void copy_sections(struct arena *arena, const char *file, const struct conf_option *option, cfg_opt_t *opt, struct value *value)
{
	value->count = cfg_opt_size(opt);
	value->set = value->count > 0;
	value->sections = arena_alloc(arena, value->count * sizeof(*value->sections));
	for (size_t i = 0; i < value->count; i++)
		value->sections[i] = copy_section(arena, file, option->inside, cfg_opt_getnsec(opt, (unsigned)i));
}

static void copy_texts(struct arena *arena, cfg_opt_t *opt, struct value *value)
{
	value->set = (opt->flags & CFGF_MODIFIED) != 0;
	if (!value->set)
		return;
	value->count = cfg_opt_size(opt);
	value->line = opt->comment ? atoi(opt->comment) : 0;
	value->items = arena_alloc(arena, value->count * sizeof(*value->items));
	for (size_t i = 0; i < value->count; i++)
		value->items[i] = arena_text(arena, cfg_opt_getnstr(opt, (unsigned)i));
}

/* A list's fallback is "a, b": split at commas, blanks around them dropped. */
static void split_fallback(struct arena *arena, const char *words, struct value *value)
{
	size_t capacity = 0;

	while (*words) {
		size_t length = strcspn(words, ",");
		const char *first = words + strspn(words, " ");
		const char *end = words + length;

		words = *end ? end + 1 : end;
		while (end > first && end[-1] == ' ')
			end--;
		value->items = arena_grow(arena, value->items, &capacity, value->count + 1, sizeof(*value->items));
		value->items[value->count++] = arena_bytes(arena, first, first < end ? (size_t)(end - first) : 0);
	}
}

/* A single section that is absent is there all the same, to be asked for its fallbacks. */
static void fill_fallbacks(struct arena *arena, struct conf_section *section)
{
	for (size_t i = 0; section->options[i].name; i++) {
		const struct conf_option *option = &section->options[i];

		struct value *value = &section->values[i];

		if (value->set)
			continue;
		if (option->type == CONF_LIST && option->fallback)
			split_fallback(arena, option->fallback, value);
		if (option->type == CONF_SECTION && !(option->flags & CONF_MANY)) {
			value->sections = arena_alloc(arena, sizeof(*value->sections));
			value->sections[0] = empty_section(arena, section->file, option->inside);
			fill_fallbacks(arena, value->sections[0]);
		}
	}
}

static struct conf_section *copy_section(struct arena *arena, const char *file, const struct conf_option *options, cfg_t *cfg)
{
	struct conf_section *section = empty_section(arena, file, options);

	section->title = arena_text(arena, cfg_title(cfg));
	section->line = cfg->line;
	for (size_t i = 0; options[i].name; i++) {
		cfg_opt_t *opt = cfg_getopt(cfg, options[i].name);

		if (options[i].type == CONF_SECTION)
			copy_sections(arena, file, &options[i], opt, &section->values[i]);
		else
			copy_texts(arena, opt, &section->values[i]);
	}
	fill_fallbacks(arena, section);
	return section;
}

/* --- reading -------------------------------------------------------------------- */

static bool parse(cfg_t *cfg, const char *name, char *words, const struct conf_starts *starts, struct error *error)
{
	FILE *stream = fmemopen(words, strlen(words), "r");
	int result;

	if (!stream)
		return error_set(error, ERROR_INTERNAL, "%s cannot be read from memory", name);
	cfg_set_error_function(cfg, take_message);
	now.name = name;
	now.error = error;
	now.failed = false;
	now.starts = starts;
	now.closed = 0;
	result = cfg_parse_fp(cfg, stream);
	fclose(stream);
	if (result != CFG_SUCCESS && !now.failed)
		error_set(error, ERROR_CONFIG, "%s, line %d: this cannot be understood", name, cfg->line);
	return result == CFG_SUCCESS;
}

struct conf *conf_read_text(const char *name, const char *words, const struct conf_option *options, struct error *error)
{
	struct arena *scratch = arena_new();
	struct conf_starts starts = { 0 };
	struct conf *conf = NULL;
	/* The newline serves a file without any: fmemopen takes no empty buffer. */
	char *copy = arena_format(scratch, "%s\n", words);

	if (conf_scan(scratch, name, copy, &starts, error)) {
		cfg_t *cfg;

		pthread_mutex_lock(&parsing);
		cfg = cfg_init(make_options(scratch, options), CFGF_NONE);
		if (cfg && parse(cfg, name, copy, &starts, error)) {
			conf = memory_new(sizeof(*conf));
			conf->arena = arena_new();
			conf->root = copy_section(conf->arena, arena_text(conf->arena, name), options, cfg);
			conf->root->line = 1;
		}
		if (cfg)
			cfg_free(cfg);
		else
			error_set(error, ERROR_INTERNAL, "%s cannot be read: libConfuse refuses its options", name);
		pthread_mutex_unlock(&parsing);
	}
	arena_free(scratch);
	return conf;
}

struct conf *conf_read_file(const char *path, const struct conf_option *options, struct error *error)
{
	struct arena *scratch = arena_new();
	struct conf *conf = NULL;
	size_t length;
	char *words = file_read(scratch, path, MOST_BYTES, &length, error);

	if (words && strlen(words) != length)
		error_set(error, ERROR_CONFIG, "%s holds a zero byte: this is no text file", path);
	else if (words)
		conf = conf_read_text(path, words, options, error);
	arena_free(scratch);
	return conf;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	arena_free(conf->arena);
	free(conf);
}

/* --- asking ------------------------------------------------------------------------ */

const struct conf_section *conf_root(const struct conf *conf)
{
	return conf->root;
}

static size_t find(const struct conf_section *section, const char *option)
{
	size_t i = 0;

	while (section->options[i].name && strcmp(section->options[i].name, option) != 0)
		i++;
	assert(section->options[i].name);
	return i;
}

bool conf_has(const struct conf_section *section, const char *option)
{
	return section->values[find(section, option)].set;
}

const char *conf_text(const struct conf_section *section, const char *option)
{
	size_t i = find(section, option);

	assert(section->options[i].type != CONF_SECTION && section->options[i].type != CONF_LIST);
	return section->values[i].set ? section->values[i].items[0] : section->options[i].fallback;
}

long conf_number(const struct conf_section *section, const char *option)
{
	const char *words = conf_text(section, option);
	long number = 0;
	bool right = !words || read_number(words, &number);

	assert(right);   /* what the file holds was checked, so a fallback is wrong */
	return right ? number : 0;
}

bool conf_flag(const struct conf_section *section, const char *option)
{
	const char *words = conf_text(section, option);
	bool flag = false;
	bool right = !words || read_flag(words, &flag);

	assert(right);
	return right && flag;
}

size_t conf_list_count(const struct conf_section *section, const char *option)
{
	size_t i = find(section, option);

	assert(section->options[i].type == CONF_LIST);
	return section->values[i].count;
}

const char *conf_list_item(const struct conf_section *section, const char *option, size_t index)
{
	size_t i = find(section, option);

	assert(section->options[i].type == CONF_LIST);
	return index < section->values[i].count ? section->values[i].items[index] : NULL;
}

size_t conf_section_count(const struct conf_section *section, const char *option)
{
	size_t i = find(section, option);

	assert(section->options[i].type == CONF_SECTION);
	return section->values[i].count;
}

const struct conf_section *conf_section(const struct conf_section *section, const char *option, size_t index)
{
	size_t i = find(section, option);

	assert(section->options[i].type == CONF_SECTION);
	if (index < section->values[i].count || (index == 0 && !(section->options[i].flags & CONF_MANY)))
		return section->values[i].sections[index];
	return NULL;
}

const char *conf_title(const struct conf_section *section)
{
	return section->title;
}

int conf_line(const struct conf_section *section)
{
	return section->line;
}

const char *conf_file(const struct conf_section *section)
{
	return section->file;
}
