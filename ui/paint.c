/*
 * paint: canvases to the bytes of a terminal, through curses.
 *
 * curses is given a file in memory to write to, which is emptied after each
 * frame.  Fails only when opening: TERM unknown or too poor.  Loop thread.
 */
#include "ui/paint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "base/memory.h"
#include "base/text.h"

/* Behind our own headers: term.h makes macros of ordinary words. */
#define NCURSES_WIDECHAR 1
#include <curses.h>
#include <term.h>
#undef columns
#undef lines

#define TERM_MOST 64
/* Narrower screens stay empty: no word fits, and curses cannot reach the last cell of one. */
#define COLUMNS_LEAST 4

/* A style on this terminal. */
struct painted { attr_t attributes; short pair; };

struct paint {
	SCREEN *screen;
	FILE *out, *in;
	struct text bytes;
	int rows, columns;
	struct painted looks[STYLE_COUNT];
	struct look pairs[STYLE_COUNT];    /* colours of the pairs in use */
	short pair_count;
	bool cursor_shown;
	size_t secret;                 /* of the frame that is shown: see canvas_secret */
	struct canvas_cell *shown;     /* what curses was told last, rows * columns; NULL: nothing yet */
	struct text rescue;
};

/* --- looks --------------------------------------------------------------------- */

static const struct { unsigned attribute; attr_t curses; } attribute_rows[] = {
	{ LOOK_BOLD, A_BOLD }, { LOOK_DIM, A_DIM }, { LOOK_UNDERLINE, A_UNDERLINE }, { LOOK_REVERSE, A_REVERSE },
};

/* A bright colour falls back to its plain one, any other that is not there to the terminal's own. */
static short colour_there(short colour)
{
	if (colour < COLORS)
		return colour;
	return colour >= 8 && colour < 16 ? colour_there((short)(colour - 8)) : -1;
}

/* The same pair for the same colours; 0, the terminal's own, where no more can be had. */
static short pair_of(struct paint *paint, short colour, short background)
{
	short pair;

	if (colour < 0 && background < 0)
		return 0;
	for (pair = 0; pair < paint->pair_count; pair++) {
		if (paint->pairs[pair].colour == colour && paint->pairs[pair].background == background)
			return (short)(pair + 1);
	}
	if (pair + 1 >= COLOR_PAIRS || init_pair((short)(pair + 1), colour, background) != OK)
		return 0;
	paint->pairs[paint->pair_count++] = (struct look){ 0, colour, background };
	return (short)(pair + 1);
}

static void prepare_looks(struct paint *paint, const struct theme *theme, bool monochrome)
{
	bool colours = !monochrome && has_colors() && start_color() == OK && use_default_colors() == OK;
	unsigned style;
	size_t i;

	for (style = 0; style < STYLE_COUNT; style++) {
		const struct look *look = &theme->looks[style];
		struct painted *painted = &paint->looks[style];

		for (i = 0; i < sizeof(attribute_rows) / sizeof(attribute_rows[0]); i++) {
			if (look->attributes & attribute_rows[i].attribute)
				painted->attributes |= attribute_rows[i].curses;
		}
		if (colours)
			painted->pair = pair_of(paint, colour_there(look->colour), colour_there(look->background));
	}
}

/* --- opening -------------------------------------------------------------------- */

static bool term_is_a_name(const char *term)
{
	return term && *term && strlen(term) <= TERM_MOST
		&& strspn(term, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+_-") == strlen(term);
}

static bool can(const char *capability)
{
	const char *value = tigetstr(capability);

	return value && value != (char *)-1 && *value;
}

/* Looks before curses does: newterm would not say what is missing. */
static bool check_term(const char *term, struct error *error)
{
	int status = 0;
	bool enough;

	if (!term || !*term)
		return error_set(error, ERROR_UNREACHABLE, "TERM is not set, so nothing is known about this terminal; the commands (postroom --help) work without one");
	if (!term_is_a_name(term) || setupterm(term, STDERR_FILENO, &status) != OK)
		return error_set(error, ERROR_UNREACHABLE, "this machine knows no terminal of the type that TERM names (\"%.64s\"); install its terminfo entry or set TERM, for example to xterm or vt100", term);
	enough = can("cup") && can("clear");
	del_curterm(cur_term);
	if (!enough)
		return error_set(error, ERROR_UNREACHABLE, "a terminal of type \"%.64s\" cannot place the cursor and clear the screen; the commands (postroom --help) work there", term);
	return true;
}

static FILE *memory_file(void)
{
	int descriptor = memfd_create("postroom screen", MFD_CLOEXEC);

	return descriptor < 0 ? NULL : fdopen(descriptor, "w+");
}

/* Where tputs, which has no context, puts bytes. */
static struct text *put_into;

static int put_byte(int c)
{
	text_add_char(put_into, (char)c);
	return c;
}

static void put_capability(struct text *into, const char *capability, int first, int second)
{
	put_into = into;
	if (can(capability))
		tputs(tiparm(tigetstr(capability), first, second), 1, put_byte);
}

/* Made beforehand, since a signal handler must not ask terminfo. */
static void make_rescue(struct paint *paint)
{
	text_clear(&paint->rescue);
	put_capability(&paint->rescue, "sgr0", 0, 0);
	put_capability(&paint->rescue, "op", 0, 0);
	/* What is shown may be a password: see blank_secret. */
	put_capability(&paint->rescue, "cup", 1, 0);
	put_capability(&paint->rescue, "ed", 0, 0);
	put_capability(&paint->rescue, "cup", paint->rows - 1, 0);
	put_capability(&paint->rescue, "rmcup", 0, 0);
	put_capability(&paint->rescue, "cnorm", 0, 0);
	text_add(&paint->rescue, "\r\n");
}

static void prepare_screen(struct paint *paint, const struct theme *theme, bool monochrome)
{
	/* Key input is not curses' business here, nor is looking for it in the midst of a frame. */
	typeahead(-1);
	prepare_looks(paint, theme, monochrome);
	nonl();
	scrollok(stdscr, FALSE);
	leaveok(stdscr, FALSE);
	paint->cursor_shown = true;
}

struct paint *paint_open(const struct paint_options *options, struct error *error)
{
	char number[16];
	struct theme *own;
	struct paint *paint;

	if (!check_term(options->term, error))
		return NULL;
	paint = memory_new(sizeof(*paint));
	paint->out = memory_file();
	paint->in = fopen("/dev/null", "r");
	/*
	 * Padding is for terminals that are slower than any line today. The size comes from us, through the only
	 * door that newterm has for it. Other threads read the environment meanwhile: these names were put there
	 * before (environment_scrub), so that values change and the list of names stays.
	 */
	setenv("NCURSES_NO_PADDING", "1", 1);
	snprintf(number, sizeof(number), "%d", options->rows);
	setenv("LINES", number, 1);
	snprintf(number, sizeof(number), "%d", options->columns);
	setenv("COLUMNS", number, 1);
	use_env(TRUE);
	if (paint->out && paint->in)
		paint->screen = newterm(options->term, paint->out, paint->in);
	/* From now on the size is what paint_resize says. */
	use_env(FALSE);
	if (!paint->screen) {
		error_set(error, ERROR_UNREACHABLE, "curses cannot drive a terminal of type \"%s\"", options->term);
		paint_close(paint);
		return NULL;
	}
	own = options->theme ? NULL : theme_default();
	prepare_screen(paint, own ? own : options->theme, options->monochrome);
	theme_free(own);
	/* An empty frame, since curses keeps its first words to itself until one; they would undo a resize. */
	wrefresh(stdscr);
	paint_resize(paint, options->rows, options->columns);
	return paint;
}

void paint_close(struct paint *paint)
{
	if (!paint)
		return;
	if (paint->screen) {
		endwin();
		delscreen(paint->screen);
	}
	if (paint->out)
		fclose(paint->out);
	if (paint->in)
		fclose(paint->in);
	text_free(&paint->bytes);
	text_free(&paint->rescue);
	free(paint->shown);
	free(paint);
}

/* --- frames ------------------------------------------------------------------------ */

static void put_cell(const struct paint *paint, int row, int column, const struct canvas_cell *cell)
{
	const struct painted *look = &paint->looks[cell->style < STYLE_COUNT ? cell->style : STYLE_PLAIN];
	wchar_t characters[4] = { (wchar_t)cell->cell.base, 0, 0, 0 };
	int i, n = 1;
	cchar_t out;

	/* Where the C library has another opinion about a width, the place on the screen wins. */
	if (wcwidth(characters[0]) != cell->cell.width)
		characters[0] = cell->cell.width == 2 ? 0xff1f : '?';
	if (wcwidth(characters[0]) != cell->cell.width)
		characters[0] = '?';
	for (i = 0; i < 2; i++) {
		if (cell->cell.marks[i] && wcwidth((wchar_t)cell->cell.marks[i]) == 0)
			characters[n++] = (wchar_t)cell->cell.marks[i];
	}
	if (setcchar(&out, characters, look->attributes, look->pair, NULL) == OK)
		mvadd_wch(row, column, &out);
}

/*
 * On some terminals curses can reach the last cell of the screen only by inserting, and it gets a wide
 * character there or just before wrong; such a one is shown as what does not fit.
 */
static bool too_close_to_corner(const struct paint *paint, int row, int column, const struct canvas_cell *cell)
{
	return cell->cell.width == 2 && row == paint->rows - 1 && column + 3 >= paint->columns;
}

static void put_narrow(const struct paint *paint, int row, int column, const struct canvas_cell *cell)
{
	struct canvas_cell narrow = *cell;

	memset(&narrow.cell, 0, sizeof(narrow.cell));
	narrow.cell.width = 1;
	narrow.cell.base = '>';
	put_cell(paint, row, column, &narrow);
	narrow.cell.base = ' ';
	put_cell(paint, row, column + 1, &narrow);
}

static bool same_cell(const struct canvas_cell *a, const struct canvas_cell *b)
{
	return a->cell.base == b->cell.base && a->cell.width == b->cell.width && a->style == b->style
		&& a->cell.marks[0] == b->cell.marks[0] && a->cell.marks[1] == b->cell.marks[1];
}

static void put_row(struct paint *paint, const struct canvas *canvas, int row, bool all)
{
	const struct canvas_cell *cells = &canvas->cells[(size_t)row * (size_t)canvas->columns];
	struct canvas_cell *shown = &paint->shown[(size_t)row * (size_t)paint->columns];
	int column, most = canvas->columns < paint->columns ? canvas->columns : paint->columns;

	for (column = 0; column < most; column++) {
		if (!all && same_cell(&cells[column], &shown[column]))
			continue;
		/* The right half of a wide character comes with the left one. */
		if (too_close_to_corner(paint, row, column, &cells[column]))
			put_narrow(paint, row, column, &cells[column]);
		else if (cells[column].cell.base && column + cells[column].cell.width <= most)
			put_cell(paint, row, column, &cells[column]);
		shown[column] = cells[column];
	}
}

static void put_cursor(struct paint *paint, const struct canvas *canvas)
{
	bool focused = canvas->cursor_row >= 0 && canvas->cursor_row < paint->rows
		&& canvas->cursor_column >= 0 && canvas->cursor_column < paint->columns;
	bool visible = focused && canvas->cursor_shown;

	if (visible != paint->cursor_shown) {
		curs_set(visible ? 1 : 0);
		paint->cursor_shown = visible;
	}
	if (focused)
		wmove(stdscr, canvas->cursor_row, canvas->cursor_column);
}

/*
 * curses resets the palette of some terminals with an OSC, though we never change it; none ever leaves
 * through here. Cells hold no controls, so an OSC in the bytes is always curses' own.
 */
static void drop_osc(struct text *bytes, size_t from)
{
	char *start;

	while ((start = memmem(bytes->bytes + from, bytes->length - from, "\033]", 2))) {
		size_t at = (size_t)(start - bytes->bytes), end = at + 2;

		while (end < bytes->length && bytes->bytes[end] != '\a' && bytes->bytes[end] != '\\')
			end++;
		end += end < bytes->length;
		memmove(start, bytes->bytes + end, bytes->length - end);
		bytes->length -= end - at;
		from = at;
	}
}

/* Empties the file that curses wrote to. */
static void collect(struct paint *paint)
{
	size_t before = paint->bytes.length;
	int descriptor = fileno(paint->out);
	char buffer[8192];
	off_t at = 0;
	ssize_t n;

	fflush(paint->out);
	while ((n = pread(descriptor, buffer, sizeof(buffer), at)) > 0) {
		text_add_bytes(&paint->bytes, buffer, (size_t)n);
		at += n;
	}
	if (paint->bytes.length > before)
		drop_osc(&paint->bytes, before);
	if (ftruncate(descriptor, 0) == 0)
		lseek(descriptor, 0, SEEK_SET);
}

/*
 * A second screen can be switched off, as GNU screen does it and tmux can; then lines that scroll out of any region are
 * kept, and so are screens that are cleared as a whole. So a frame with a password on it is blanked where it stands, all
 * but its first row, before anything moves.
 */
static void blank_secret(struct paint *paint)
{
	if (!paint->secret)
		return;
	paint->secret = 0;
	free(paint->shown);
	paint->shown = NULL;
	wmove(stdscr, 1, 0);
	wclrtobot(stdscr);
	wnoutrefresh(stdscr);
	doupdate();
	collect(paint);
}

void paint_frame(struct paint *paint, const struct canvas *canvas)
{
	bool all;
	int row;

	if (paint->secret != canvas->secret)
		blank_secret(paint);
	paint->secret = canvas->secret;
	all = !paint->shown;
	if (all) {
		paint->shown = memory_new(sizeof(*paint->shown) * (size_t)paint->rows * (size_t)paint->columns);
		werase(stdscr);
	}
	for (row = 0; row < canvas->rows && row < paint->rows && paint->columns >= COLUMNS_LEAST; row++)
		put_row(paint, canvas, row, all);
	put_cursor(paint, canvas);
	wnoutrefresh(stdscr);
	doupdate();
	collect(paint);
}

/*
 * A terminal without a second screen keeps what stands on the one it has: for whoever sits down at the shell, and in what
 * can be scrolled back to, since many put there what is cleared as a whole.  So each row is emptied by itself.
 */
static void empty_rows(struct paint *paint)
{
	int row, column;

	if (can("smcup"))
		return;
	getyx(curscr, row, column);
	put_capability(&paint->bytes, "sgr0", 0, 0);
	for (int each = 0; each < paint->rows; each++) {
		put_capability(&paint->bytes, "cup", each, 0);
		put_capability(&paint->bytes, "el", 0, 0);
	}
	/* Where curses left it. */
	put_capability(&paint->bytes, "cup", row, column);
}

/* All of the next frame is sent. */
static void forget_frame(struct paint *paint)
{
	free(paint->shown);
	paint->shown = NULL;
	clearok(curscr, TRUE);
}

void paint_resize(struct paint *paint, int rows, int columns)
{
	paint->rows = rows;
	paint->columns = columns;
	resize_term(rows, columns);
	collect(paint);
	make_rescue(paint);
	/* curses believes that terminals forget their scrolling region with their size. */
	put_capability(&paint->bytes, "csr", 0, rows - 1);
	paint_again(paint);
}

void paint_again(struct paint *paint)
{
	blank_secret(paint);
	empty_rows(paint);
	forget_frame(paint);
}

void paint_leave(struct paint *paint)
{
	blank_secret(paint);
	empty_rows(paint);
	endwin();
	collect(paint);
	/* curs_set's memory and the terminal's state part ways here. */
	paint->cursor_shown = true;
	forget_frame(paint);
}

const char *paint_bytes(struct paint *paint, size_t *length)
{
	*length = paint->bytes.length;
	/* The memory stays until something is added. */
	paint->bytes.length = 0;
	return paint->bytes.bytes ? paint->bytes.bytes : "";
}

const char *paint_rescue(const struct paint *paint, size_t *length)
{
	*length = paint->rescue.length;
	return text_get(&paint->rescue);
}
