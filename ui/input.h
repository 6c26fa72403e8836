/*
 * input: one value that a person enters, by the type of its field.
 *
 * A line of text, a choice where the field knows all its values (flags,
 * choices), or a list of values that have parts, which are edited in a view of
 * their own (editor_values_new).  What was typed becomes canonical through check_parse only; the
 * sentence of the check stands beside the field while it is typed.  Never
 * fails; loop thread.
 */
#ifndef POSTROOM_UI_INPUT_H
#define POSTROOM_UI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/kind.h"
#include "ui/canvas.h"
#include "ui/keys.h"
#include "ui/line.h"

enum { INPUT_CHOICES = 16 };
struct input {
	const struct field *field;
	struct line line;
	bool choosing;                     /* a choice and no line */
	const char *choices[INPUT_CHOICES];/* canonical; "" for none */
	size_t choice_count, choice;
	bool listing;                      /* values with parts: no line and no choice */
	char **values;                     /* LISTING: canonical; heap */
	size_t value_count;
	bool required;
	char *began;                       /* as typed when it began, to know whether it changed */
};

/* canonical NULL: no value yet. fallback (may be NULL): chosen or filled in where there is no value. */
void input_start(struct input *input, const struct field *field, const char *canonical, const char *fallback, bool required);
void input_free(struct input *input);
bool input_key(struct input *input, const struct key *key);
/* NULL, or what was left out of the paste and why. */
const char *input_paste(struct input *input, const char *bytes, size_t length);
/* The next or previous choice; false where it is a line. */
bool input_step(struct input *input, int by);
/* What stands there: typed text, or the canonical choice. "" none. */
const char *input_typed(const struct input *input);
bool input_changed(const struct input *input);
void input_set(struct input *input, const char *typed);
/* LISTING: these values (copied) instead of those there are. */
void input_put_values(struct input *input, const char *const *values, size_t count);
/*
 * The canonical value; NULL with *error set where it is not legal, NULL with kind ERROR_NONE where nothing was
 * entered and nothing is needed. Arena.
 */
char *input_value(const struct input *input, struct arena *arena, struct error *error);
/* Name of the kind that is offered here; NULL: none. For addresses the part behind the @ is meant. */
const struct kind *input_offers(const struct input *input);
/*
 * Several values in one line stand between commas or blanks, and between semicolons; where names may have commas and
 * blanks in them (groups) between semicolons only.
 */
bool input_spaced(const struct field *field);
/* The next of several values, cut out of *rest like strtok_r does it, without blanks around it; NULL: no more. */
char *input_next(const struct field *field, char **rest);
/* What of the text the offer is searched by: the last of several values, of an address the part behind the @; NULL: nothing to offer yet. */
const char *input_offer_words(const struct input *input);
/* Takes an offered name; of several values it becomes the last one, and the line is ready for one more. */
void input_take(struct input *input, const char *name);
/* Words behind the field: the unit a bare number has, or how to choose. "" none. */
const char *input_unit(const struct input *input);
void input_draw(const struct input *input, struct canvas *canvas, int row, int column, int width, bool focus);
/*
 * What to say about it now: how the text is understood, or why it is not legal yet. Arena of the canvas; *wrong
 * tells which. NULL: nothing to say.
 */
const char *input_says(const struct input *input, struct arena *arena, bool *wrong);

#endif
