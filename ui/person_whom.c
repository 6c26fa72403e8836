/*
 * person_whom: asking the gate, and keeping its answer.
 *
 * The gate answers also where the page is gone; then the answer finds nobody.
 * Loop thread.
 */
#include "ui/person_whom.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/session.h"

struct whom_link { struct person_whom *whom; };           /* NULL: nobody waits any more */

static void answered(void *context, const char *words, const struct error *error)
{
	struct whom_link *link = context;
	struct person_whom *whom = link->whom;
	bool same;

	free(link);
	if (whom == NULL)
		return;
	whom->link = NULL;
	same = words == NULL || whom->words == NULL ? words == whom->words : strcmp(words, whom->words) == 0;
	free(whom->words);
	free(whom->sentence);
	whom->words = words == NULL ? NULL : memory_text(words);
	whom->sentence = words == NULL ? NULL : memory_text(error->text);
	if (!same)
		whom->changed(whom->context);
}

void person_whom_ask(struct person_whom *whom, struct session *session, const struct record *record, void (*changed)(void *context), void *context)
{
	if (whom->link != NULL)
		return;
	whom->changed = changed;
	whom->context = context;
	whom->link = memory_new(sizeof *whom->link);
	whom->link->whom = whom;
	gate_whom(session_engine(session)->gate, record, answered, whom->link);
}

void person_whom_end(struct person_whom *whom)
{
	if (whom->link != NULL)
		whom->link->whom = NULL;
	free(whom->words);
	free(whom->sentence);
	*whom = (struct person_whom){ .link = NULL };
}
