/*
 * output: what commands print, in five forms.
 *
 * A command describes columns and gives items; it knows nothing of JSON.  A
 * printer is a struct of three functions; a new form is a file.  Entries hold
 * canonical bytes of any origin; each printer makes them harmless for where
 * they go.  Loop thread; writing to a closed pipe ends the program as usual.
 */
#ifndef POSTROOM_COMMANDS_OUTPUT_H
#define POSTROOM_COMMANDS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/memory.h"
#include "base/text.h"
#include "model/record.h"
#include "model/wrong.h"

struct column {
	const char *name;                  /* key in JSON, head in CSV: a promise */
	const char *label;                 /* head of a table */
	const struct field *field;         /* type and words come from it; NULL: see type */
	enum field_type type;              /* without a field: TEXT, NUMBER, FLAG or TIME */
	bool many;                         /* an array in JSON */
};
struct entry {
	const struct value *values;        /* canonical; count 0: none */
	size_t count;
	const char *note;                  /* for people, beside the value; NULL */
	bool unseen;                       /* no value is no "(none)": whether there is one nobody here can tell */
};
struct item {
	const char *place;                 /* DN, for LDIF; NULL: none */
	const struct attribute *attributes;/* LDIF prints these instead of the entries; NULL: the entries */
	size_t attribute_count;
	const struct entry *entries;          /* one per column */
	const struct wrong *wrong;         /* what is wrong with it: for people and in JSON; only where there is one object */
	size_t wrong_count;
};

struct output;
struct printer {
	const char *name;
	void (*begin)(struct output *output);
	void (*item)(struct output *output, const struct item *item);
	void (*end)(struct output *output);
};
struct output {
	const struct printer *printer;
	FILE *file;
	const struct column *columns;
	size_t column_count;
	bool single;                       /* one object and not a list of them */
	/* for the printers */
	size_t items;
	struct arena *arena;               /* of the whole output */
	bool visible;                      /* a terminal: everything is made visible */
	enum visible_form form;
	struct table_row *first, *last;
};

/* How text for people is written: UTF-8 where the locale has it, and ASCII after output_ascii (--ascii). Loop thread. */
enum visible_form output_form(void);
void output_ascii(void);

/* NULL: no such form. */
const struct printer *printer_find(const char *name);
/* Columns are borrowed until output_end. */
void output_begin(struct output *output, const struct printer *printer, FILE *file, const struct column *columns,
		size_t column_count, bool single);
void output_item(struct output *output, const struct item *item);
void output_end(struct output *output);

/* Entries from text (NULL or "": none) and from one field of a record; arena. */
struct entry entry_of_text(struct arena *arena, const char *text);
struct entry entry_field(const struct field_values *values);
/* A entry in words for people. Raw bytes. Arena. */
const char *entry_words(struct arena *arena, const struct column *column, const struct entry *entry);
bool column_many(const struct column *column);
enum field_type column_type(const struct column *column);
/* Bytes as they may go to this output: as they are to a file, visible to a terminal. Arena. */
const char *output_safe(struct output *output, const char *bytes, size_t length);

extern const struct printer printer_table, printer_json, printer_csv, printer_tsv, printer_ldif;

#endif
