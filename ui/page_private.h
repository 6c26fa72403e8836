/*
 * page_private: the state of a page, for page.c and page_draw.c only.
 */
#ifndef POSTROOM_UI_PAGE_PRIVATE_H
#define POSTROOM_UI_PAGE_PRIVATE_H

#include "ui/page_live.h"
#include "ui/view.h"

struct page_view {
	struct view view;
	const struct kind *kind;
	char *asked;                       /* heap: the name as directory_read takes it */
	struct record *record;             /* NULL: not read yet */
	struct error error;                /* why it could not be read */
	struct directory_query *query;
	struct page_live live;             /* what goes on with a person */
	bool gone;                         /* was deleted meanwhile */
	size_t cursor;                     /* index among the items that can have it */
	char *here;                        /* heap: key of the item under it, so that it stays there when lines come above; NULL */
	bool moved;                        /* somebody moved the cursor, so nothing else does */
	size_t top;                        /* first item drawn */
	bool wants_script;                 /* somebody asked what stands in the filter: shown when it came */
};

/* One line of a page. */
struct page_item {
	enum {
		ITEM_HEADING, ITEM_WRONG, ITEM_FIELD, ITEM_FACT,
		ITEM_CONNECTIONS,          /* Enter lists them */
		ITEM_PART,                 /* what the mail servers tell; Enter shows all of it, or asks */
		ITEM_BEFORE                /* what was done before; Enter shows all of it */
	} what;
	const char *key;                   /* names the line as long as it is there, whatever comes above it */
	const struct field *field;         /* FIELD; WRONG: what mends it, may be NULL */
	const char *group;                 /* first line of a group; else NULL */
	const char *label, *words, *note;  /* words raw; note may be NULL */
	const char *aside;                 /* FIELD: second column of a grid; NULL: none */
	bool more;                         /* a further line of the one above */
	bool live;                         /* not of the record: its columns stand closer */
	const char *trouble;               /* live: the part of the note that says what is missing, and must be seen; NULL */
	bool severe;                       /* WRONG */
	const char *locked;                /* FIELD, WRONG: why it cannot be edited, or mended; NULL: it can */
	bool absent;
	const char *action;                /* WRONG: what mends it; NULL: nothing here */
	const char *mend_key, *mend;       /* its key and word; NULL: none, or it cannot be done */
	const char *due;                   /* WRONG: open steps of this number; NULL */
	enum person_part part;             /* PART; WRONG: what Enter shows, PERSON_PARTS: the words in full */
};
/* All lines, in the arena; every one but headings can have the cursor. Returns the count. */
size_t page_items(const struct page_view *page, struct arena *arena, struct page_item **items);
/* Why nothing of this person may be changed by this role, in few words; NULL: it may. Borrowed. */
const char *page_outside(const struct page_view *page);
/* The item under the cursor; false: there is none. */
bool page_item_here(const struct page_view *page, struct arena *arena, struct page_item *item);
/* What is wrong, into items from *count on (page_wrong.c). */
void page_wrong_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count);
/* How many lines that may be at most. */
size_t page_wrong_most(const struct page_view *page);
/* Why this field cannot be edited here and now; NULL: it can. Arena or static. */
const char *page_locked(const struct page_view *page, struct arena *arena, const struct field *field);

/* Why this verb cannot be done to the object here and now; NULL: it can. */
const char *page_verb_blocked(const struct page_view *page, enum verb verb, unsigned can);

void page_draw(const struct view *view, struct canvas *canvas, struct area area);
const char *page_title(const struct view *view, struct arena *arena);
/* Rows that items get in this area. */
int page_rows(struct area area);

#endif
