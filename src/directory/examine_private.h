/*
 * examine_private: what the examine files share, and the parts that unit tests
 * call; nobody else includes it.
 */
#ifndef POSTROOM_DIRECTORY_EXAMINE_PRIVATE_H
#define POSTROOM_DIRECTORY_EXAMINE_PRIVATE_H

#include "base/text.h"
#include "directory/entry.h"
#include "directory/examine.h"

enum severity { OK = FINDING_OK, NOTE = FINDING_NOTE, WARNING = FINDING_WARNING, BAD = FINDING_ERROR };
struct look {
	const struct examine_input *input;
	struct connection *connection;
	struct world *world;
	struct arena *arena;
	struct directory_finding *findings;
	size_t count, capacity;
};
void look_add(struct look *look, enum severity severity, const char *subject, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* After a request that failed: true where the connection lives, so that the next question can be asked. */
bool look_goes_on(struct look *look, const struct error *why, struct error *error);
/* "a, b and c" from words added one by one. */
struct word_list { struct text text; size_t count; };
void word_list_add(struct word_list *list, const char *word);
/* The list as arena text; the list is empty again. */
const char *word_list_take(struct word_list *list, struct arena *arena);

/* A check says what it found; false with an error only where the connection was lost. */
bool look_at_access(struct look *look, struct error *error);
bool look_at_management(struct look *look, struct error *error);
bool look_at_configuration(struct look *look, struct error *error);

/* --- pure, for tests ---------------------------------------------------------------- */

enum { INDEX_PRESENCE = 1, INDEX_EQUALITY = 2, INDEX_INSIDE = 4 };
/* What olcDbIndex values say about one attribute (INDEX_ bits). */
unsigned index_of(const struct attribute *values, const char *name);
enum unique_state { UNIQUE_NOT, UNIQUE_RACY, UNIQUE_SERIAL };
/* What one olcUniqueURI value does for one attribute. */
enum unique_state unique_of(const char *value, const char *name);

#endif
