/*
 * page_draw: one object as lines of group, label, value and note.
 *
 * The group stands in a column of its own, so that no line is lost to a
 * heading.  What cannot be changed is drawn differently, and the last lines say
 * why, or what the field under the cursor means.  Draws only, never fails; loop
 * thread.
 */
#include "ui/page_private.h"

#include <string.h>

#include "base/text.h"
#include "ui/frame.h"
#include "ui/keymap.h"
#include "ui/session.h"

enum { EXPLAIN_ROWS = 3, EXPLAIN_FROM = 11, LIVE_LABEL = 18, READABLE = 110 };

/* Where the columns of a page stand. */
struct page_columns { int group, label, value, end; };

static struct page_columns columns_for(int width)
{
	if (width >= 100)
		return (struct page_columns){ 1, 15, 38, width - 1 };
	if (width >= 70)
		return (struct page_columns){ 1, 14, 36, width };
	return (struct page_columns){ -1, 2, width / 2 < 18 ? width / 2 : 18, width - 1 };
}

int page_rows(struct area area)
{
	int rows = area.rows >= EXPLAIN_FROM ? area.rows - EXPLAIN_ROWS : area.rows;

	return rows > 0 ? rows : 0;
}

static int columns_of(const struct canvas *canvas, const char *words)
{
	return (int)text_columns(canvas->form, words, strlen(words));
}

static void add_part(struct text *text, const char *words)
{
	if (words == NULL || words[0] == '\0')
		return;
	if (text->length > 0)
		text_add(text, "  ");
	text_add(text, words);
}

const char *page_title(const struct view *view, struct arena *arena)
{
	const struct page_view *page = (const struct page_view *)view;
	const struct record *record = page->record;
	struct text words = { 0 };
	char *title;

	if (record == NULL)
		return arena_format(arena, "%s - %s", page->kind->title, page->query != NULL ? "reading .." : "not read");
	if (page->kind->title_field != NULL)
		add_part(&words, record_text(record, page->kind->title_field));
	if (kind_field(page->kind, "address") != NULL && strcmp(record_text(record, "address"), record->name) != 0)
		add_part(&words, record_text(record, "address"));
	add_part(&words, record->name);
	if (page->gone)
		add_part(&words, "DELETED");
	else if (page->query != NULL)
		add_part(&words, "reading again");
	else if (directory_status(session_engine(view->session)->directory)->link == DIRECTORY_DOWN)
		add_part(&words, "OLD, the directory is away");
	title = arena_text(arena, text_get(&words));
	text_free(&words);
	return title;
}

/* What stands at the end of a line is not put where nobody sees that it belongs to it. */
static int end_of(const struct page_columns *columns)
{
	return columns->end - columns->label > READABLE ? columns->label + READABLE : columns->end;
}

/* The key that mends it stands at the end of the line; where there is little room without its word. */
static void draw_wrong(struct canvas *canvas, int row, const struct page_columns *columns, const struct page_item *item)
{
	enum style style = item->severe ? STYLE_BAD : STYLE_WARNING;
	int at = columns->label, end = end_of(columns);

	if (item->mend_key != NULL) {
		bool word = columns->group >= 0;
		int width = columns_of(canvas, item->mend_key), more = word ? 1 + columns_of(canvas, item->mend) : 0;

		end -= width + more + 1;
		canvas_words(canvas, row, end, width, STYLE_KEY, item->mend_key);
		if (word)
			canvas_words(canvas, row, end + width + 1, more - 1, STYLE_DIM, item->mend);
		end -= 2;
	}
	canvas_words(canvas, row, at, 1, style, item->severe ? "!" : "i");
	canvas_words(canvas, row, at + 2, end - at - 2, style, item->words);
}

/*
 * What is not of the record: the time stands at the end of the line where there is room for it, what is missing always.
 * Further lines begin below the label, since they are long.
 */
static void draw_live(struct canvas *canvas, int row, const struct page_columns *columns, const struct page_item *item)
{
	int value = columns->label + LIVE_LABEL, end = end_of(columns) - 1, room = end - value - 2 - columns_of(canvas, item->words), width;
	const char *note = item->note;

	if (item->more) {
		canvas_words(canvas, row, columns->label + 2, columns->end - columns->label - 3, STYLE_READONLY, item->words);
		return;
	}
	if (note != NULL && columns_of(canvas, note) > room)
		note = item->trouble;
	width = note == NULL ? 0 : columns_of(canvas, note);
	if (width > room && width > (end - value) / 2)
		width = (end - value) / 2;
	canvas_words(canvas, row, columns->label, LIVE_LABEL - 1, STYLE_LABEL, item->label);
	if (width > 0) {
		canvas_words(canvas, row, end - width, width, item->trouble != NULL ? STYLE_WARNING : STYLE_DIM, note);
		end -= width + 2;
	}
	canvas_words(canvas, row, value, end - value, item->absent ? STYLE_DIM : STYLE_READONLY, item->words);
}

static void draw_field(struct canvas *canvas, int row, const struct page_columns *columns, const struct page_item *item)
{
	enum style style = item->absent ? STYLE_DIM : item->locked != NULL ? STYLE_READONLY : STYLE_VALUE;
	int room = columns->end - columns->value, used;

	if (!item->more)
		canvas_words(canvas, row, columns->label, columns->value - columns->label - 1, STYLE_LABEL, item->label);
	if (item->aside != NULL) {
		int first = room > 60 ? 44 : room - room / 4;

		canvas_words(canvas, row, columns->value, first - 2, style, item->words);
		canvas_words(canvas, row, columns->value + first, room - first, style, item->aside);
		return;
	}
	used = canvas_words(canvas, row, columns->value, room, style, item->words);
	/* Two blanks also where they cost the end of the note: with one it reads as a part of the value. */
	if (item->note != NULL)
		canvas_words(canvas, row, columns->value + used + 2, room - used - 2, STYLE_DIM, item->note);
}

static void draw_item(struct canvas *canvas, int row, int width, const struct page_columns *columns,
		const struct page_item *item, bool here)
{
	if (item->group != NULL && columns->group >= 0)
		canvas_words(canvas, row, columns->group, columns->label - columns->group - 1, STYLE_HEADING, item->group);
	if (item->what == ITEM_WRONG)
		draw_wrong(canvas, row, columns, item);
	else if (item->live)
		draw_live(canvas, row, columns, item);
	else
		draw_field(canvas, row, columns, item);
	if (here) {
		int from = columns->group < 0 ? 0 : columns->label - 2;

		canvas_restyle(canvas, row, from, width - from, STYLE_ROW_HERE);
		canvas_border(canvas, row, from, 1, BORDER_POINTER, STYLE_ROW_HERE);
		canvas_cursor(canvas, row, from, false);
	}
}

/* Over a fault: which key mends it, or why nothing does here. */
static const char *mend_words(struct arena *arena, const struct page_item *item)
{
	if (item->label != NULL)
		return item->label;
	if (item->mend_key != NULL)
		return arena_format(arena, "What is wrong - %s %s", item->mend_key, item->mend);
	return item->locked == NULL ? "What is wrong" : arena_format(arena, "What is wrong - %s", item->locked);
}

static const char *const part_help[PERSON_PARTS] = {
	[PART_QUOTA] = "How full the mailbox is, as Dovecot counts.",
	[PART_REFUSED] = "Whether Postfix takes mail from this login (check_sasl_access), as after a stolen account.", [PART_SMTP] = "Connections that are logged in to send; they go on after a new password.",
	[PART_ABSENCE] = "Whether arriving mail is answered while the person is away.", [PART_FILTERS] = "Sieve scripts of the person, and which is active; what stands in it is asked only then.",
	[PART_ACCESS] = "Who else may do something in folders of this person.", [PART_TO] = "Mail to this person that waits on a server, and why.",
	[PART_FROM] = "Mail from this person that waits on a server, and why.", [PART_FOLDERS] = "Every folder is counted, so it is asked on request only.",
	[PART_LOG] = "Lines of the mail log that name the address or the login, newest first.",
};

/* What Enter does with a line that is not of the record, and what it is. */
static void explain_live(const struct page_view *page, struct canvas *canvas, int row, int width, int rows, const struct page_item *item)
{
	const char *key = keymap_key(session_keymap(page->view.session), "page", "open", canvas->arena);
	const char *help = item->what == ITEM_CONNECTIONS ? "Who is logged in on the mail servers with the primary address or the login." :
		item->what == ITEM_BEFORE ? "What was done to this person before, newest first." : item->part < PERSON_PARTS ? part_help[item->part] : NULL;

	if (item->more || item->trouble != NULL) {
		canvas_wrap(canvas, row, 1, width, rows, item->more ? STYLE_VALUE : STYLE_WARNING, item->more ? item->words : item->trouble);
		return;
	}
	if (help == NULL || columns_of(canvas, item->words) > width / 2)
		row += canvas_wrap(canvas, row, 1, width, help == NULL ? rows : rows - 1, STYLE_VALUE, item->words);
	if (help != NULL && key != NULL)
		canvas_format(canvas, row, 1, width, STYLE_DIM, "%s  %s %s", help, key, item->what == ITEM_CONNECTIONS ? "lists them." :
			item->what == ITEM_PART && person_part_on_request(item->part) && item->absent ? "asks." : "shows all.");
}

/* What the field is, and why it cannot be changed. */
static void draw_explanation(const struct page_view *page, struct canvas *canvas, struct area area, const struct page_item *item)
{
	int row = area.top + area.rows - EXPLAIN_ROWS, width = area.columns - 2;

	frame_rule(canvas, row, 0, area.columns, item->what == ITEM_WRONG ? mend_words(canvas->arena, item) : item->label);
	row++;
	if (item->live) {
		explain_live(page, canvas, row, width, area.top + area.rows - row, item);
		return;
	}
	if (item->what == ITEM_FACT) {
		canvas_wrap(canvas, row, 1, width, area.top + area.rows - row, STYLE_VALUE, item->words);
	} else if (item->what == ITEM_FIELD && item->note != NULL && item->locked == NULL) {
		canvas_words(canvas, row, 1, width, STYLE_VALUE, item->note);
		row++;
	} else if (item->locked != NULL && item->what != ITEM_WRONG) {
		canvas_format(canvas, row, 1, width, STYLE_READONLY, "Read only: %s", item->locked);
		row++;
	}
	if (item->what == ITEM_WRONG)
		canvas_wrap(canvas, row, 1, width, area.top + area.rows - row, STYLE_WARNING, item->note != NULL ? item->note : item->words);
	else if (item->field != NULL)
		canvas_wrap(canvas, row, 1, width, area.top + area.rows - row, STYLE_DIM, item->field->help);
}

static void draw_nothing(const struct page_view *page, struct canvas *canvas, struct area area)
{
	if (page->error.kind != ERROR_NONE)
		canvas_wrap(canvas, area.top, 2, area.columns - 4, area.rows, STYLE_BAD, page->error.text);
	else
		canvas_words(canvas, area.top, 2, area.columns - 4, STYLE_DIM, "reading ..");
}

void page_draw(const struct view *view, struct canvas *canvas, struct area area)
{
	const struct page_view *page = (const struct page_view *)view;
	struct page_columns columns = columns_for(area.columns);
	struct page_item *items;
	size_t count = page_items(page, canvas->arena, &items);
	int rows = page_rows(area);

	if (count == 0) {
		draw_nothing(page, canvas, area);
		return;
	}
	for (int i = 0; i < rows && page->top + (size_t)i < count; i++) {
		size_t index = page->top + (size_t)i;

		/* The first line says which group it belongs to, also where the group began above. */
		for (size_t above = index; i == 0 && items[index].group == NULL && above-- > 0; ) {
			if (items[above].group != NULL) {
				items[index].group = items[above].group;
				break;
			}
		}
		draw_item(canvas, area.top + i, area.columns, &columns, &items[index], index == page->cursor);
		canvas_target(canvas, area.top + i, 0, area.columns, (int)index);
	}
	if (page->top + (size_t)rows < count && rows > 0)
		canvas_border(canvas, area.top + rows - 1, area.columns - 1, 1, BORDER_DOWN, STYLE_KEY);
	if (page->top > 0)
		canvas_border(canvas, area.top, area.columns - 1, 1, BORDER_UP, STYLE_KEY);
	if (rows < area.rows && page->cursor < count)
		draw_explanation(page, canvas, area, &items[page->cursor]);
}
