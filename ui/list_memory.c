/*
 * list_memory: choices in memory, read from and written to lists.json.
 *
 * A write reads the file again and replaces the part of one kind only.  Fails
 * by calling `failed` with a sentence that names the file; the choices stay in
 * memory then.  Loop thread, the writing itself on a worker.
 */
#include "ui/list_memory.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#define LISTS_FORMAT "postroom-lists-1"
enum { LISTS_MOST = 256 * 1024, KINDS_MOST = 32, CLOSE_MS = 3000 };

/* What was chosen for one kind. */
struct chosen {
	const struct kind *kind;
	const struct field *columns[LIST_MEMORY_COLUMNS];
	size_t column_count;
	struct saved_filter filters[LIST_MEMORY_FILTERS];
	size_t filter_count;
};

/* One list on its way to the file; belongs to the worker while its job runs. */
struct writing {
	struct list_memory *memory;
	char *directory, *kind;
	struct json *part;
	struct error error;
	bool ran;
};

struct list_memory {
	struct loop *loop;
	char *directory;               /* NULL: nothing is kept */
	void (*failed)(void *context, const struct error *error);
	void *context;
	struct worker *worker;         /* from the first write on */
	struct chosen lists[KINDS_MOST];
	size_t count;
	bool closing;
};

/* --- in memory -------------------------------------------------------------------------------- */

static const struct chosen *find(const struct list_memory *memory, const struct kind *kind)
{
	for (size_t i = 0; i < memory->count; i++) {
		if (memory->lists[i].kind == kind)
			return &memory->lists[i];
	}
	return NULL;
}

static struct chosen *find_or_add(struct list_memory *memory, const struct kind *kind)
{
	struct chosen *chosen = (struct chosen *)find(memory, kind);

	if (chosen == NULL && memory->count < KINDS_MOST) {
		chosen = &memory->lists[memory->count++];
		chosen->kind = kind;
	}
	return chosen;
}

bool list_memory_fits(const struct field *field)
{
	return field_in_lists(field) && field->type != FIELD_SECRET && field->type != FIELD_PARTS;
}

static bool has_column(const struct chosen *chosen, const struct field *field)
{
	for (size_t i = 0; i < chosen->column_count; i++) {
		if (chosen->columns[i] == field)
			return true;
	}
	return false;
}

static void add_column(struct chosen *chosen, const struct field *field)
{
	if (field != NULL && list_memory_fits(field) && !has_column(chosen, field) && chosen->column_count < LIST_MEMORY_COLUMNS)
		chosen->columns[chosen->column_count++] = field;
}

/* A name that the notice line can show in one piece. */
static bool good_name(const char *name)
{
	return name != NULL && name[0] != '\0' && strlen(name) <= LIST_MEMORY_NAME;
}

static bool put_filter(struct chosen *chosen, const char *name, const char *words)
{
	struct saved_filter *filter = NULL;

	for (size_t i = 0; i < chosen->filter_count; i++) {
		if (strcmp(chosen->filters[i].name, name) == 0)
			filter = &chosen->filters[i];
	}
	if (filter == NULL && chosen->filter_count == LIST_MEMORY_FILTERS)
		return false;
	if (filter == NULL) {
		filter = &chosen->filters[chosen->filter_count++];
		filter->name = memory_text(name);
	} else {
		free(filter->words);
	}
	filter->words = memory_text(words);
	return true;
}

/* --- reading ---------------------------------------------------------------------------------- */

static void read_list(struct list_memory *memory, const struct kind *kind, const struct json *json)
{
	struct chosen *chosen = json == NULL ? NULL : find_or_add(memory, kind);
	const struct json *columns = json_get(json, "columns"), *filters = json_get(json, "filters");
	struct arena *arena = arena_new();

	for (size_t i = 0; chosen != NULL && i < json_count(columns); i++) {
		size_t length;
		char *name = json_bytes(arena, json_item(columns, i), &length);

		/* A field that an older or newer version has is left out. */
		add_column(chosen, name == NULL ? NULL : kind_field(kind, name));
	}
	for (size_t i = 0; chosen != NULL && i < json_count(filters); i++) {
		const struct json *item = json_item(filters, i);
		size_t length;
		char *name = json_bytes(arena, json_get(item, "name"), &length), *words = json_bytes(arena, json_get(item, "words"), &length);

		if (good_name(name) && words != NULL)
			put_filter(chosen, name, words);
	}
	arena_free(arena);
}

static char *path_in(struct arena *arena, const char *directory)
{
	return arena_format(arena, "%s/lists.json", directory);
}

/* The file as a tree; NULL where there is none (kind NONE) or it is not ours (kind FILE or INVALID). */
static struct json *read_file(struct arena *arena, const char *directory, struct error *error)
{
	const char *path = path_in(arena, directory), *format;
	size_t length = 0;
	struct json *root;
	char *bytes;

	error_clear(error);
	if (access(path, F_OK) != 0)
		return NULL;
	bytes = file_read(arena, path, LISTS_MOST, &length, error);
	if (bytes == NULL)
		return NULL;
	root = json_parse(bytes, length, error);
	format = root == NULL ? NULL : json_get_text(root, "format");
	if (format != NULL && strcmp(format, LISTS_FORMAT) == 0)
		return root;
	json_free(root);
	error_set(error, ERROR_INVALID, "%s is not understood, so columns and saved filters are as at the beginning; the next choice replaces it", path);
	return NULL;
}

static void load(struct list_memory *memory)
{
	struct arena *arena = arena_new();
	struct error error;
	struct json *root = read_file(arena, memory->directory, &error);
	const struct json *lists = root == NULL ? NULL : json_get(root, "lists");

	for (size_t i = 0; lists != NULL && kinds[i] != NULL; i++)
		read_list(memory, kinds[i], json_get(lists, kinds[i]->name));
	if (error.kind != ERROR_NONE)
		memory->failed(memory->context, &error);
	json_free(root);
	arena_free(arena);
}

/* --- writing ---------------------------------------------------------------------------------- */

static struct json *list_json(const struct chosen *chosen)
{
	struct json *json = json_object_new(), *columns = json_array_new(), *filters = json_array_new();

	for (size_t i = 0; i < chosen->column_count; i++)
		json_add_text(columns, chosen->columns[i]->name);
	for (size_t i = 0; i < chosen->filter_count; i++) {
		struct json *filter = json_object_new();

		json_put_bytes(filter, "name", chosen->filters[i].name, strlen(chosen->filters[i].name));
		json_put_bytes(filter, "words", chosen->filters[i].words, strlen(chosen->filters[i].words));
		json_add(filters, filter);
	}
	json_put(json, "columns", columns);
	json_put(json, "filters", filters);
	return json;
}

/* A copy of what other sessions wrote for the other kinds; JSON trees are not shared, so it goes through text. */
static void copy_others(struct json *lists, const struct json *before, const char *except)
{
	for (size_t i = 0; before != NULL && kinds[i] != NULL; i++) {
		const struct json *part = json_get(before, kinds[i]->name);
		struct error error;
		char *bytes;

		if (part == NULL || strcmp(kinds[i]->name, except) == 0)
			continue;
		bytes = json_print(part, false);
		json_put(lists, kinds[i]->name, json_parse(bytes, strlen(bytes), &error));
		free(bytes);
	}
}

/* On the worker's thread, or on the loop thread while closing. */
static void write_now(struct writing *writing)
{
	struct json *root = json_object_new(), *lists = json_object_new(), *before;
	struct arena *arena = arena_new();
	struct error ignored;
	char *bytes;

	writing->ran = true;
	before = read_file(arena, writing->directory, &ignored);
	copy_others(lists, before == NULL ? NULL : json_get(before, "lists"), writing->kind);
	json_put(lists, writing->kind, writing->part);
	writing->part = NULL;
	json_put_text(root, "format", LISTS_FORMAT);
	json_put(root, "lists", lists);
	bytes = json_print(root, true);
	if (file_make_directory(writing->directory, 0700, &writing->error) &&
			!file_replace(path_in(arena, writing->directory), bytes, strlen(bytes), 0600, &writing->error))
		error_prefix(&writing->error, "What you chose for the list holds until postroom ends, but it is not kept");
	free(bytes);
	json_free(before);
	json_free(root);
	arena_free(arena);
}

static void run_write(struct job *job, void *context)
{
	(void)job;
	write_now(context);
}

static void write_done(void *context, bool cancelled)
{
	struct writing *writing = context;

	/* What the closing worker dropped is written after all. */
	if (cancelled && !writing->ran)
		write_now(writing);
	if (writing->error.kind != ERROR_NONE && !writing->memory->closing)
		writing->memory->failed(writing->memory->context, &writing->error);
	json_free(writing->part);
	free(writing->directory);
	free(writing->kind);
	free(writing);
}

static const struct job_class write_class = { "lists.json", run_write, write_done, NULL };

static void keep(struct list_memory *memory, const struct chosen *chosen)
{
	struct writing *writing;

	if (memory->directory == NULL)
		return;
	if (memory->worker == NULL)
		memory->worker = worker_new(memory->loop, "lists");
	writing = memory_new(sizeof *writing);
	writing->memory = memory;
	writing->directory = memory_text(memory->directory);
	writing->kind = memory_text(chosen->kind->name);
	writing->part = list_json(chosen);
	worker_post(memory->worker, &write_class, writing, 0);
}

/* --- public ------------------------------------------------------------------------------------- */

size_t list_memory_columns(const struct list_memory *memory, const struct kind *kind, const struct field **fields)
{
	const struct chosen *chosen = find(memory, kind);

	if (chosen == NULL)
		return 0;
	memcpy(fields, chosen->columns, chosen->column_count * sizeof *fields);
	return chosen->column_count;
}

void list_memory_set_columns(struct list_memory *memory, const struct kind *kind, const struct field *const *fields, size_t count)
{
	struct chosen *chosen = find_or_add(memory, kind);

	if (chosen == NULL)
		return;
	chosen->column_count = 0;
	for (size_t i = 0; i < count; i++)
		add_column(chosen, fields[i]);
	keep(memory, chosen);
}

size_t list_memory_filters(const struct list_memory *memory, const struct kind *kind)
{
	const struct chosen *chosen = find(memory, kind);

	return chosen == NULL ? 0 : chosen->filter_count;
}

const struct saved_filter *list_memory_filter(const struct list_memory *memory, const struct kind *kind, size_t index)
{
	const struct chosen *chosen = find(memory, kind);

	return chosen == NULL || index >= chosen->filter_count ? NULL : &chosen->filters[index];
}

bool list_memory_save_filter(struct list_memory *memory, const struct kind *kind, const char *name, const char *words, struct error *error)
{
	struct chosen *chosen = find_or_add(memory, kind);

	if (name == NULL || name[0] == '\0')
		return error_set(error, ERROR_INVALID, "A saved filter needs a name.");
	if (!good_name(name))
		return error_set(error, ERROR_INVALID, "The name is too long; %d bytes are allowed.", LIST_MEMORY_NAME);
	if (chosen == NULL || !put_filter(chosen, name, words))
		return error_set(error, ERROR_INVALID, "There are %d saved filters already; delete one first.", LIST_MEMORY_FILTERS);
	keep(memory, chosen);
	return true;
}

static void free_filter(struct saved_filter *filter)
{
	free(filter->name);
	free(filter->words);
}

void list_memory_drop_filter(struct list_memory *memory, const struct kind *kind, size_t index)
{
	struct chosen *chosen = (struct chosen *)find(memory, kind);

	if (chosen == NULL || index >= chosen->filter_count)
		return;
	free_filter(&chosen->filters[index]);
	chosen->filter_count--;
	memmove(&chosen->filters[index], &chosen->filters[index + 1], (chosen->filter_count - index) * sizeof chosen->filters[0]);
	keep(memory, chosen);
}

struct list_memory *list_memory_open(struct loop *loop, const char *directory,
		void (*failed)(void *context, const struct error *error), void *context)
{
	struct list_memory *memory = memory_new(sizeof *memory);

	memory->loop = loop;
	memory->directory = directory == NULL ? NULL : memory_text(directory);
	memory->failed = failed;
	memory->context = context;
	if (directory != NULL)
		load(memory);
	return memory;
}

void list_memory_close(struct list_memory *memory)
{
	if (memory == NULL)
		return;
	memory->closing = true;
	/* A disk that hangs keeps what it was given: the job of the hanging thread still points here. */
	if (memory->worker != NULL && !worker_free(memory->worker, CLOSE_MS))
		return;
	for (size_t i = 0; i < memory->count; i++) {
		for (size_t f = 0; f < memory->lists[i].filter_count; f++)
			free_filter(&memory->lists[i].filters[f]);
	}
	free(memory->directory);
	free(memory);
}
