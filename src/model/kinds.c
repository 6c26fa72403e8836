/*
 * kinds: the array of all kinds, and finding in it.
 *
 * A new kind is a file with its table and a row here.  Constant data; nothing
 * fails, what is not there is NULL.  Any thread.
 */
#include "model/kind.h"

#include <assert.h>
#include <string.h>


const struct kind *const kinds[] = { &kind_user, &kind_domain, &kind_alias, &kind_group, &kind_mailinglist, &kind_folder,
	&kind_quotapolicy, &kind_server, NULL };

const struct kind *kind_find(const char *name)
{
	if (!name)
		return NULL;
	for (size_t i = 0; kinds[i]; i++)
		if (strcmp(kinds[i]->name, name) == 0)
			return kinds[i];
	return NULL;
}

const struct field *kind_field(const struct kind *kind, const char *name)
{
	if (!name)
		return NULL;
	for (const struct field *field = kind->fields; field->name; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	return NULL;
}

const struct field *kind_key(const struct kind *kind)
{
	return kind_field(kind, kind->name_field);
}

size_t kind_field_count(const struct kind *kind)
{
	size_t count = 0;

	while (kind->fields[count].name)
		count++;
	return count;
}

size_t kind_field_index(const struct kind *kind, const struct field *field)
{
	assert(field >= kind->fields && field < kind->fields + kind_field_count(kind));
	return (size_t)(field - kind->fields);
}

bool field_in_lists(const struct field *field)
{
	/* Neither what stands in other objects (FIELD_ELSEWHERE), nor what may be fifty thousand values in each row (FIELD_LARGE). */
	return !(field->flags & (FIELD_DERIVED | FIELD_LARGE | FIELD_ELSEWHERE)) || field->flags & FIELD_COLUMN;
}
