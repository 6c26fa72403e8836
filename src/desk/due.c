/*
 * due: what somebody has to do later, on the disk.
 *
 * Everybody writes one file of their own, "due-LOGIN", in the state directory
 * and a copy of it in the shared one, replaced as a whole under a lock.  What
 * others wrote is read from the shared directory and believed only for what is
 * due; who did the work of another says so in the own file ("done").  A disk
 * that cannot be written is an error, and the list in memory stays.  Loop
 * thread; the files are small.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "desk/desk_private.h"

enum { FILE_MOST = 1 << 20, DUES_MOST = 2000 };

/* By which a difference is seen. */
struct due_stamp { int64_t newest, size; unsigned files; };
struct kept_due { struct desk_due due; const char **steps; bool ours; };
struct due_list {
	const struct desk_settings *settings;
	struct arena *arena;               /* of what was read */
	struct kept_due *all;
	size_t count, capacity;
	const char **done;
	size_t done_count, done_capacity;
	struct desk_due *shown;
	size_t shown_count;
	struct due_stamp stamp, now;       /* of the files as they were read, and as they are */
	bool read;
	unsigned readings;
};

static const char *own_name(struct arena *arena, const struct due_list *list)
{
	return arena_format(arena, "due-%s", list->settings->person);
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

static const char *text_of(struct due_list *list, const struct json *object, const char *key)
{
	const char *text = json_get_text(object, key);

	return arena_text(list->arena, text ? text : "");
}

static const char **words_of(struct due_list *list, const struct json *array)
{
	size_t count = json_count(array), kept = 0;
	const char **words = arena_alloc(list->arena, (count + 1) * sizeof(*words));

	for (size_t i = 0; i < count; i++) {
		size_t length;

		words[kept] = json_bytes(list->arena, json_item(array, i), &length);
		kept += words[kept] != NULL;
	}
	words[kept] = NULL;
	return words;
}

static bool known(const struct due_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->all[i].due.id, id) == 0)
			return true;
	return false;
}

static void take_due(struct due_list *list, const struct json *object, bool ours)
{
	struct kept_due *kept;
	const char *id = json_get_text(object, "id");

	if (!id || !*id || known(list, id) || list->count >= DUES_MOST)
		return;
	list->all = arena_grow(list->arena, list->all, &list->capacity, list->count + 1, sizeof(*list->all));
	kept = &list->all[list->count++];
	kept->ours = ours;
	kept->steps = words_of(list, json_get(object, "steps"));
	kept->due = (struct desk_due){
		.id = arena_text(list->arena, id), .job = text_of(list, object, "job"), .login = text_of(list, object, "login"),
		.words = text_of(list, object, "words"), .when = json_get_number(object, "when", 0), .since = json_get_number(object, "since", 0),
		.who = text_of(list, object, "who"), .reason = text_of(list, object, "reason"), .steps = kept->steps[0] != NULL,
	};
}

static void take_done(struct due_list *list, const char *id)
{
	list->done = arena_grow(list->arena, list->done, &list->done_capacity, list->done_count + 1, sizeof(*list->done));
	list->done[list->done_count++] = id;
}

static void read_file(struct due_list *list, const char *path, bool ours)
{
	struct arena *arena = arena_new();
	struct error error = { 0 };
	size_t length;
	const char *bytes = file_read(arena, path, FILE_MOST, &length, &error);
	struct json *json = bytes ? json_parse(bytes, length, &error) : NULL;
	const struct json *dues = json ? json_get(json, "due") : NULL;

	for (size_t i = 0; i < json_count(dues); i++)
		take_due(list, json_item(dues, i), ours);
	if (json)
		for (const char **done = words_of(list, json_get(json, "done")); *done; done++)
			take_done(list, *done);
	json_free(json);
	arena_free(arena);
}

/* Every file of a directory; own first, so that what we wrote wins over the shared copy. */
static void each_file(struct due_list *list, void (*visit)(struct due_list *list, const char *path, bool ours))
{
	struct arena *arena = arena_new();
	const char *own = own_name(arena, list), *shared = list->settings->shared_directory;
	DIR *directory = shared ? opendir(shared) : NULL;
	struct dirent *entry;

	if (list->settings->state_directory)
		visit(list, arena_format(arena, "%s/%s", list->settings->state_directory, own), true);
	while (directory && (entry = readdir(directory)))
		if (strncmp(entry->d_name, "due-", 4) == 0 && strcmp(entry->d_name, own) != 0 && !strstr(entry->d_name, ".lock"))
			visit(list, arena_format(arena, "%s/%s", shared, entry->d_name), false);
	if (directory)
		closedir(directory);
	arena_free(arena);
}

static void stamp_file(struct due_list *list, const char *path, bool ours)
{
	struct stat status;
	int64_t written;

	(void)ours;
	if (stat(path, &status) != 0)
		return;
	written = (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
	list->now.files++;
	list->now.size += status.st_size;
	list->now.newest = written > list->now.newest ? written : list->now.newest;
}

static int sooner(const void *a, const void *b)
{
	const struct desk_due *one = a, *other = b;

	return one->when != other->when ? (one->when < other->when ? -1 : 1) : (one->since > other->since) - (one->since < other->since);
}

static bool is_done(const struct due_list *list, const char *id)
{
	for (size_t i = 0; i < list->done_count; i++)
		if (strcmp(list->done[i], id) == 0)
			return true;
	return false;
}

static void show(struct due_list *list)
{
	list->shown = arena_alloc(list->arena, (list->count + 1) * sizeof(*list->shown));
	list->shown_count = 0;
	for (size_t i = 0; i < list->count; i++)
		if (!is_done(list, list->all[i].due.id))
			list->shown[list->shown_count++] = list->all[i].due;
	if (list->shown_count > 1)
		qsort(list->shown, list->shown_count, sizeof(*list->shown), sooner);
}

bool due_list_refresh(struct due_list *list)
{
	list->now = (struct due_stamp){ 0 };
	each_file(list, stamp_file);
	if (list->read && list->now.newest == list->stamp.newest && list->now.size == list->stamp.size && list->now.files == list->stamp.files)
		return false;
	list->stamp = list->now;
	list->read = true;
	list->readings++;
	arena_free(list->arena);
	list->arena = arena_new();
	list->all = NULL;
	list->done = NULL;
	list->count = list->capacity = list->done_count = list->done_capacity = 0;
	each_file(list, read_file);
	show(list);
	return true;
}

unsigned due_list_readings(const struct due_list *list)
{
	return list->readings;
}

const struct desk_due *due_list_all(struct due_list *list, size_t *count)
{
	due_list_refresh(list);
	*count = list->shown_count;
	return list->shown;
}

const char *const *due_list_steps(struct due_list *list, struct arena *arena, const char *id)
{
	static const char *const none[] = { NULL };

	for (size_t i = 0; i < list->count; i++) {
		const char **copy;
		size_t count = 0;

		if (strcmp(list->all[i].due.id, id) != 0)
			continue;
		while (list->all[i].steps[count])
			count++;
		copy = arena_alloc(arena, (count + 1) * sizeof(*copy));
		for (size_t j = 0; j < count; j++)
			copy[j] = arena_text(arena, list->all[i].steps[j]);
		return copy;
	}
	return none;
}

/* --- writing --------------------------------------------------------------------------------------------------------- */

static struct json *json_of(const struct desk_due *due, const char *const *steps)
{
	struct json *object = json_object_new(), *list = json_array_new();

	json_put_text(object, "id", due->id);
	json_put_text(object, "job", due->job);
	json_put_text(object, "login", due->login);
	json_put_text(object, "words", due->words);
	json_put_number(object, "when", due->when);
	json_put_number(object, "since", due->since);
	json_put_text(object, "who", due->who);
	json_put_text(object, "reason", due->reason);
	for (; steps && *steps; steps++)
		json_add_text(list, *steps);
	json_put(object, "steps", list);
	return object;
}

/* Own entries without this id and without what is done, the new one, and what else was done. */
static char *file_bytes(const struct due_list *list, const char *id, const struct desk_due *due, const char *const *steps)
{
	struct json *root = json_object_new(), *dues = json_array_new(), *done = json_array_new();
	char *bytes;

	for (size_t i = 0; i < list->count; i++)
		if (list->all[i].ours && strcmp(list->all[i].due.id, id) != 0 && !is_done(list, list->all[i].due.id))
			json_add(dues, json_of(&list->all[i].due, (const char *const *)list->all[i].steps));
	if (due)
		json_add(dues, json_of(due, steps));
	/* Of others' entries that are there still; ours just go. */
	for (size_t i = 0; i < list->count; i++)
		if (!list->all[i].ours && (is_done(list, list->all[i].due.id) || (!due && strcmp(list->all[i].due.id, id) == 0)))
			json_add_text(done, list->all[i].due.id);
	json_put(root, "due", dues);
	json_put(root, "done", done);
	bytes = json_print(root, false);
	json_free(root);
	return bytes;
}

static bool write_files(struct due_list *list, const char *id, const struct desk_due *due, const char *const *steps, struct error *error)
{
	const struct desk_settings *settings = list->settings;
	struct arena *arena = arena_new();
	const char *path = arena_format(arena, "%s/%s", settings->state_directory, own_name(arena, list));
	bool created, fine;
	int lock = -1;
	char *bytes;

	fine = file_make_directory(settings->state_directory, 0700, error);
	lock = fine ? file_open_append(arena_format(arena, "%s.lock", path), 0600, &created, error) : -1;
	fine = lock >= 0 && file_lock(lock, path, error);
	if (fine) {
		list->read = false;
		due_list_refresh(list);
		bytes = file_bytes(list, id, due, steps);
		fine = file_replace(path, bytes, strlen(bytes), 0600, error);
		/* Others see it where they can; that they cannot is no reason to lose it here. */
		if (fine && settings->shared_directory)
			file_replace(arena_format(arena, "%s/%s", settings->shared_directory, own_name(arena, list)), bytes, strlen(bytes), 0640, NULL);
		free(bytes);
	}
	if (lock >= 0)
		close(lock);
	arena_free(arena);
	list->read = false;
	due_list_refresh(list);
	return fine;
}

static bool may_write(const struct due_list *list, struct error *error)
{
	if (!list->settings->may_write)
		return error_set(error, ERROR_REFUSED, "this session changes nothing, and keeps nothing as due either");
	return list->settings->state_directory || error_set(error, ERROR_CONFIG, "there is no state directory, so nothing can be kept as due; see state_directory in postroom.conf(5)");
}

bool due_list_put(struct due_list *list, const struct desk_due *due, const char *const *steps, struct error *error)
{
	return may_write(list, error) && write_files(list, due->id, due, steps, error);
}

bool due_list_remove(struct due_list *list, const char *id, struct error *error)
{
	if (!may_write(list, error))
		return false;
	due_list_refresh(list);
	/* What is not there needs no file to say so. */
	return !known(list, id) || write_files(list, id, NULL, NULL, error);
}

struct due_list *due_list_new(const struct desk_settings *settings)
{
	struct due_list *list = memory_new(sizeof(*list));

	list->settings = settings;
	list->arena = arena_new();
	return list;
}

void due_list_free(struct due_list *list)
{
	if (!list)
		return;
	arena_free(list->arena);
	free(list);
}
