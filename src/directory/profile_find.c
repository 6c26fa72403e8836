/*
 * profile_find: which profile fits, and what a profile says.
 *
 * By name, path or the server's schema: a site's own files first, then the
 * compiled-in ones.  Looking for files may block on the disk: start only; the
 * questions afterwards are pure.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "directory/profile.h"

static bool is_profile(const char *name)
{
	size_t length = strlen(name);

	return length > 8 && name[0] != '.' && strcmp(name + length - 8, ".profile") == 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Paths of a directory's profiles, sorted; a directory that cannot be read has none. */
static const char **own_files(struct arena *arena, const char *directory, size_t *count)
{
	DIR *open = directory == NULL ? NULL : opendir(directory);
	const char **files = NULL;
	size_t capacity = 0;
	struct dirent *item;

	*count = 0;
	while (open != NULL && (item = readdir(open)) != NULL) {
		if (!is_profile(item->d_name))
			continue;
		files = arena_grow(arena, files, &capacity, *count + 1, sizeof *files);
		files[(*count)++] = arena_format(arena, "%s/%s", directory, item->d_name);
	}
	if (open != NULL)
		closedir(open);
	if (*count > 0)
		qsort(files, *count, sizeof *files, by_name);
	return files;
}

struct profile *profile_find(struct arena *arena, const char *name, const char *directory, struct error *error)
{
	size_t count, i;
	const char **files;

	if (strchr(name, '/') != NULL)
		return profile_read_file(arena, name, error);
	files = own_files(arena, directory, &count);
	for (i = 0; i < count; i++)
		if (strcmp(files[i], arena_format(arena, "%s/%s.profile", directory, name)) == 0)
			return profile_read_file(arena, files[i], error);
	for (i = 0; profile_builtins[i].name != NULL; i++)
		if (strcmp(profile_builtins[i].name, name) == 0)
			return profile_read_text(arena, name, profile_builtins[i].words, error);
	error_set(error, ERROR_CONFIG, "there is no profile \"%s\": give a name known here, a path, or put %s.profile into profile_dir", name, name);
	return NULL;
}

struct profile **profile_all(struct arena *arena, const char *directory, size_t *count, struct error *error)
{
	size_t own, i;
	const char **files = own_files(arena, directory, &own);
	struct profile **all;

	for (i = 0; profile_builtins[i].name != NULL; i++)
		;
	all = arena_alloc(arena, (own + i) * sizeof *all);
	*count = 0;
	for (i = 0; i < own; i++)
		if ((all[(*count)++] = profile_read_file(arena, files[i], error)) == NULL)
			return NULL;
	for (i = 0; profile_builtins[i].name != NULL; i++)
		if ((all[(*count)++] = profile_read_text(arena, profile_builtins[i].name, profile_builtins[i].words, error)) == NULL)
			return NULL;
	return all;
}

bool profile_fits(const struct profile *profile, bool (*has_class)(const void *context, const char *name), const void *context)
{
	size_t i;

	for (i = 0; profile->recognise[i] != NULL; i++)
		if (!has_class(context, profile->recognise[i]))
			return false;
	if (i == 0)
		return false;
	for (i = 0; profile->unless[i] != NULL; i++)
		if (has_class(context, profile->unless[i]))
			return false;
	return true;
}

bool profile_refers(const struct profile_reference *row, const struct kind *kind)
{
	size_t i;

	for (i = 0; row->of[i] != NULL; i++)
		if (strcmp(row->of[i], kind->name) == 0)
			return true;
	return i == 0;
}

const struct profile_kind *profile_kind(const struct profile *profile, const struct kind *kind)
{
	size_t i;

	for (i = 0; i < profile->kind_count; i++)
		if (profile->kinds[i].kind == kind)
			return &profile->kinds[i];
	return NULL;
}

const char *profile_absent_reason(const struct profile *profile, const struct kind *kind)
{
	size_t i;

	for (i = 0; i < profile->absent_count; i++)
		if (profile->absent[i].kind == kind)
			return profile->absent[i].reason;
	return "the profile in use does not know objects of this kind";
}

const struct mapping *profile_mapping(const struct profile_kind *kind, const struct field *field)
{
	if (kind == NULL)
		return NULL;
	return &kind->mappings[kind_field_index(kind->kind, field)];
}

const char *profile_address(const struct profile *profile, const struct profile_kind *kind)
{
	const struct field *field = kind == NULL ? NULL : kind_field(kind->kind, "address");
	const struct mapping *mapping = field == NULL ? NULL : profile_mapping(kind, field);

	if (mapping == NULL)
		return profile->primary;
	return mapping->converter == NULL ? NULL : mapping->attributes[0];
}

bool attribute_is(const char *attribute, const char *type)
{
	size_t length = strcspn(attribute, ";");

	return strlen(type) == length && strncasecmp(attribute, type, length) == 0;
}

bool profile_secret(const struct profile *profile, const char *attribute)
{
	size_t i;

	for (i = 0; profile->secrets[i] != NULL; i++)
		if (attribute_is(attribute, profile->secrets[i]))
			return true;
	return false;
}
