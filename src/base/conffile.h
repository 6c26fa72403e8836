/*
 * conffile: sections and options from a file, errors with file and line.
 *
 * libConfuse inside (the only file that includes it).  The caller describes what
 * may stand in the file with rows; an unknown key is an error with its line.
 * `${` anywhere outside a comment is refused, since libConfuse would read the
 * environment; values that hold any of + * ( ) stand in quotes.  An option or a
 * section without CONF_MANY that stands twice is an error, lists can be added
 * to with +=.  Used for postroom.conf and profiles.  May block on the disk:
 * start only.
 */
#ifndef POSTROOM_BASE_CONFFILE_H
#define POSTROOM_BASE_CONFFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/memory.h"

enum conf_type { CONF_TEXT, CONF_LIST, CONF_NUMBER, CONF_FLAG, CONF_SECTION };
enum conf_flags {
	CONF_MANY = 1,         /* a section that may stand several times */
	CONF_TITLED = 2        /* a section with a title: kind user { ... }; titles are unique */
};
struct conf_option {
	const char *name;
	enum conf_type type;
	unsigned flags;
	const char *fallback;              /* as text, a list as "a, b"; NULL: not set ("absent" can be asked) */
	const struct conf_option *inside;  /* for sections; ends with .name = NULL */
	const char *help;                  /* one sentence: the manual is checked against it */
};

struct conf;           /* a whole file */
struct conf_section;   /* a part of it; borrowed, lives as long as the conf */

/* Reads a file, or a text in memory under a name for messages. Options end with .name = NULL. */
struct conf *conf_read_file(const char *path, const struct conf_option *options, struct error *error);
struct conf *conf_read_text(const char *name, const char *words, const struct conf_option *options, struct error *error);
void conf_free(struct conf *conf);
const struct conf_section *conf_root(const struct conf *conf);

/*
 * Asking. An option that the rows do not have, or of another type, is our own bug (assert).  A
 * section without CONF_MANY that is not in the file is counted as 0, and conf_section(.., 0) gives an
 * empty one all the same, whose options answer with their fallbacks; its line is 0.
 */
bool conf_has(const struct conf_section *section, const char *option);          /* set in the file */
const char *conf_text(const struct conf_section *section, const char *option);  /* NULL: not set and no fallback */
long conf_number(const struct conf_section *section, const char *option);
bool conf_flag(const struct conf_section *section, const char *option);
size_t conf_list_count(const struct conf_section *section, const char *option);
const char *conf_list_item(const struct conf_section *section, const char *option, size_t index);
size_t conf_section_count(const struct conf_section *section, const char *option);
const struct conf_section *conf_section(const struct conf_section *section, const char *option, size_t index);
const char *conf_title(const struct conf_section *section);                     /* NULL: untitled */
int conf_line(const struct conf_section *section);                              /* where it stands */
const char *conf_file(const struct conf_section *section);

#endif
