/*
 * config_sample: a commented postroom.conf to begin with.
 *
 * Every option of the table stands in it with its help, so that the file is
 * the shortest manual; what the proposal knows is filled in, all else is
 * commented out with its fallback.  Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "config.h"

#define WIDTH 90

/* Help as comment lines of a readable width. */
static void add_help(struct text *text, const char *indent, const char *help)
{
	size_t column = 0;

	while (*help) {
		size_t length = strcspn(help, " ");

		if (column == 0 || column + 1 + length > WIDTH) {
			text_addf(text, "%s%s#", column ? "\n" : "", indent);
			column = 1;
		}
		text_add_char(text, ' ');
		text_add_bytes(text, help, length);
		column += 1 + length;
		help += length + strspn(help + length, " ");
	}
	text_add_char(text, '\n');
}

/* A text in the quotes of the file's syntax. */
static void add_quoted(struct text *text, const char *value)
{
	text_add_char(text, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			text_add_char(text, '\\');
		text_add_char(text, *value);
	}
	text_add_char(text, '"');
}

/* What the proposal knows of an option; NULL: nothing. */
static const char *proposed(const struct directory_proposal *proposal, const char *section, const char *option)
{
	const struct { const char *option, *value; } rows[] = {
		{ "uri", proposal->uri }, { "base", proposal->base }, { "ca_file", proposal->ca_file }, { "bind_dn", proposal->bind_dn },
		{ "bind", proposal->uri && !strncmp(proposal->uri, "ldapi:", 6) && !proposal->bind_dn ? "external" : NULL },
	};
	size_t i;

	for (i = 0; section && i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].option, option))
			return rows[i].value;
	return NULL;
}

static void add_option(struct text *text, const struct conf_option *option, const char *indent, const char *value)
{
	const char *shown = value ? value : option->fallback ? option->fallback : "";

	add_help(text, indent, option->help);
	text_addf(text, "%s%s%s = ", indent, value ? "" : "#", option->name);
	if (option->type == CONF_LIST)
		text_add(text, "{ ");
	if (option->type == CONF_NUMBER || option->type == CONF_FLAG)
		text_add(text, shown);
	else
		add_quoted(text, shown);
	text_add(text, option->type == CONF_LIST ? " }\n" : "\n");
}

/* A title that could stand there. */
static const char *title_of(const char *section)
{
	static const struct { const char *section, *title; } rows[] = { { "server", "mail1" }, { "limit", "disk" }, { "advice", "dead" } };
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!strcmp(rows[i].section, section))
			return rows[i].title;
	return "helpdesk";
}

static void add_options(struct text *text, const struct conf_option *options, const char *section,
		const struct directory_proposal *proposal)
{
	const char *indent = section ? "\t" : "";

	for (; options->name; options++) {
		if (options->type != CONF_SECTION) {
			add_option(text, options, indent, proposed(proposal, section, options->name));
			continue;
		}
		text_add_char(text, '\n');
		add_help(text, "", options->help);
		/* A section with a title decides something by being there, so it stays a comment. */
		if (options->flags & CONF_TITLED)
			text_addf(text, "#%s %s {\n", options->name, title_of(options->name));
		else
			text_addf(text, "%s {\n", options->name);
		add_options(text, options->inside, options->name, proposal);
		text_add(text, options->flags & CONF_TITLED ? "#}\n\n" : "}\n\n");
	}
}

char *config_sample(struct arena *arena, const struct directory_proposal *proposal)
{
	static const struct directory_proposal nothing;
	struct text text = { 0 };
	char *copy;

	text_add(&text, "# postroom.conf: the mail administrator's console; see postroom.conf(5).\n");
	if (proposal && proposal->words)
		add_help(&text, "", proposal->words);
	text_add_char(&text, '\n');
	add_options(&text, config_options, NULL, proposal ? proposal : &nothing);
	copy = arena_text(arena, text_get(&text));
	text_free(&text);
	return copy;
}
