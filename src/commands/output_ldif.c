/*
 * output_ldif: entries as LDIF (RFC 2849), base64 wherever a value is not
 * plain.
 *
 * An item that knows its attributes is printed with them; any other one with
 * the names of its columns, a hyphen for each underscore.
 */
#include <string.h>

#include "base/ldif.h"
#include "commands/output.h"

/* No version line: slapadd takes it for an entry without a DN. */
static void begin(struct output *output)
{
	(void)output;
}

static void add_attributes(struct text *text, const struct item *item)
{
	size_t i, j;

	for (i = 0; i < item->attribute_count; i++)
		for (j = 0; j < item->attributes[i].count; j++)
			ldif_value(text, item->attributes[i].name, item->attributes[i].values[j].bytes, item->attributes[i].values[j].length);
}

static void add_entries(struct output *output, struct text *text, const struct item *item)
{
	size_t i, j;

	for (i = 0; i < output->column_count; i++) {
		char *name = arena_text(output->arena, output->columns[i].name), *at;

		for (at = name; (at = strchr(at, '_')) != NULL;)
			*at = '-';
		for (j = 0; j < item->entries[i].count; j++)
			ldif_value(text, name, item->entries[i].values[j].bytes, item->entries[i].values[j].length);
	}
}

static void item(struct output *output, const struct item *one)
{
	struct text text = { 0 };

	if (!output->single && !output->items)
		text_add(&text, one->attributes ? "# entries as the directory holds them; passwords and what the server keeps by itself are left out\n" :
			"# fields of postroom and not attributes of a directory\n");
	if (!output->single || output->items)
		text_add_char(&text, '\n');
	if (one->place)
		ldif_value(&text, "dn", one->place, strlen(one->place));
	if (one->attributes)
		add_attributes(&text, one);
	else
		add_entries(output, &text, one);
	fputs(text_get(&text), output->file);
	text_free(&text);
}

static void end(struct output *output)
{
	(void)output;
}

const struct printer printer_ldif = { .name = "ldif", .begin = begin, .item = item, .end = end };
