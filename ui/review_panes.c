/*
 * review_panes: a review in words.
 *
 * Old and new value of each field; values of a set as what goes and what comes,
 * of a server's files side by side;
 * addresses and DNs that hold anything but ASCII a second time in escaped form,
 * since two of them can look alike (terminal-and-safety 1).  Pure apart from
 * the clock while writing; loop thread.
 */
#include "ui/review_panes.h"

#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "model/guarded.h"
#include "ui/review.h"

enum { LABEL = 2, VALUES = 24 };

/* A value column that a narrow screen can still use. */
static int value_column(const struct wrapped *pane)
{
	return pane->width >= 60 ? VALUES : 4;
}

static bool names_something(const struct field *field)
{
	return field->type == FIELD_ADDRESS || field->type == FIELD_DOMAIN || field->type == FIELD_LOGIN || field->type == FIELD_REFERENCE;
}

/* The second printing, where the first could deceive. */
static void add_ascii(struct wrapped *pane, int indent, const char *words)
{
	if (words == NULL || !text_has_foreign(words, strlen(words)))
		return;
	wrapped_add(pane, 0, STYLE_DIM, NULL, indent, STYLE_DIM,
			arena_format(pane->arena, "in ASCII: %s", text_ascii_exact(pane->arena, words, strlen(words))));
}

static void exact(struct wrapped *pane, const struct field *field, int indent, const char *words)
{
	if (names_something(field))
		add_ascii(pane, indent, words);
}

static void add_value(struct wrapped *pane, const struct field *field, enum style style, const char *sign, const char *words)
{
	int column = value_column(pane);

	wrapped_add(pane, column - 2, style, sign, column, style, words);
	exact(pane, field, column, words);
}

/* --- one field ------------------------------------------------------------------------- */

static const char *words_of(struct arena *arena, const struct field *field, const struct value *value)
{
	struct field_values one = { .presence = VALUE_OWN, .values = value, .count = 1 };

	return record_words(arena, field, &one);
}

static bool holds(const struct field_values *values, const struct value *value)
{
	for (size_t i = 0; values != NULL && i < values->count; i++) {
		if (value_same(&values->values[i], value))
			return true;
	}
	return false;
}

/* Values of `from` that `other` does not hold; returns how many there are in both. */
static size_t add_differing(struct wrapped *pane, const struct field *field, const struct field_values *from,
		const struct field_values *other, enum style style, const char *sign)
{
	size_t same = 0;

	for (size_t i = 0; from != NULL && i < from->count; i++) {
		if (holds(other, &from->values[i]))
			same++;
		else
			add_value(pane, field, style, sign, words_of(pane->arena, field, &from->values[i]));
	}
	return same;
}

/* The values of a change of a server's files as "name<tab>before<tab>after": of the plan, or of what was asked for. */
static const struct value *guarded_values(const struct review *review, size_t *count)
{
	const struct change *change = review->change;

	for (size_t i = 0; i < review->plan.count; i++) {
		const struct operation *operation = &review->plan.operations[i];

		for (size_t j = 0; j < operation->delta_count; j++) {
			*count = operation->deltas[j].count;
			if (strcmp(operation->deltas[j].attribute, "value") == 0)
				return operation->deltas[j].values;
		}
	}
	for (size_t i = 0; i < change->edit_count; i++) {
		*count = change->edits[i].count;
		if (strcmp(change->edits[i].field->name, "value") == 0)
			return change->edits[i].values;
	}
	*count = 0;
	return NULL;
}

/* "message-size  52428800 -> 41943040", each once; in two rows more where that does not fit. */
static void add_guarded(const struct review *review, struct wrapped *pane, const struct field *field)
{
	size_t count, widest = 0;
	const struct value *values = guarded_values(review, &count);

	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(values[i].bytes, "\t");

		widest = length > widest ? length : widest;
	}
	for (size_t i = 0; i < count; i++) {
		char *name = arena_bytes(pane->arena, values[i].bytes, values[i].length), *tab = strchr(name, '\t'), *next = tab != NULL ? strchr(tab + 1, '\t') : NULL;
		const char *before, *after;
		int column = LABEL + (int)widest + 2;
		size_t old_columns;
		struct wrapped_span spans[4];

		if (next == NULL) {
			wrapped_add(pane, 0, STYLE_PLAIN, NULL, LABEL, STYLE_VALUE, name);
			continue;
		}
		*tab = *next = '\0';
		before = tab[1] != '\0' ? tab + 1 : "(none)";
		after = next[1] != '\0' ? next + 1 : "(none)";
		old_columns = text_columns(pane->form, before, strlen(before));
		spans[0] = (struct wrapped_span){ LABEL, STYLE_LABEL, name };
		spans[1] = (struct wrapped_span){ column, STYLE_OLD, before };
		spans[2] = (struct wrapped_span){ column + (int)old_columns + 1, STYLE_DIM, "->" };
		spans[3] = (struct wrapped_span){ column + (int)old_columns + 4, STYLE_NEW, after };
		if ((size_t)column + old_columns + text_columns(pane->form, after, strlen(after)) + 4 <= (size_t)pane->width) {
			wrapped_pieces(pane, spans, 4);
			continue;
		}
		wrapped_add(pane, 0, STYLE_LABEL, NULL, LABEL, STYLE_LABEL, name);
		add_value(pane, field, STYLE_OLD, "-", before);
		add_value(pane, field, STYLE_NEW, "+", after);
	}
}

static void add_set(const struct review *review, struct wrapped *pane, const struct field *field)
{
	const struct field_values *before = review->facts.now == NULL ? NULL : record_get(review->facts.now, field->name);
	const struct field_values *after = review->plan.after == NULL ? NULL : record_get(review->plan.after, field->name);
	size_t same;

	wrapped_add(pane, LABEL, STYLE_LABEL, NULL, LABEL, STYLE_LABEL, field->label);
	add_differing(pane, field, before, after, STYLE_OLD, "-");
	same = add_differing(pane, field, after, before, STYLE_NEW, "+");
	if (same > 0)
		wrapped_add(pane, 0, STYLE_DIM, NULL, value_column(pane), STYLE_DIM,
				arena_format(pane->arena, same == 1 ? "1 stays" : "%zu stay", same));
}

/* "2 GB -> 4 GB" in one row where that fits. */
static bool add_short(struct wrapped *pane, const struct diff_line *line, bool fresh)
{
	int column = value_column(pane);
	size_t old_columns = text_columns(pane->form, line->old_words, strlen(line->old_words));
	size_t new_columns = text_columns(pane->form, line->new_words, strlen(line->new_words));
	struct wrapped_span spans[5] = {
		{ LABEL, fresh ? STYLE_WARNING : STYLE_LABEL, line->field->label },
		{ column, STYLE_OLD, line->old_words },
		{ column + (int)old_columns + 1, STYLE_DIM, "->" },
		{ column + (int)old_columns + 4, STYLE_NEW, line->new_words },
	};

	if (column < VALUES || (size_t)column + old_columns + new_columns + 4 > (size_t)pane->width)
		return false;
	wrapped_pieces(pane, spans, 4);
	return true;
}

void review_difference(struct wrapped *pane, const struct diff_line *line, bool fresh)
{
	if (add_short(pane, line, fresh)) {
		exact(pane, line->field, VALUES, line->old_words);
		exact(pane, line->field, VALUES, line->new_words);
		return;
	}
	wrapped_add(pane, LABEL, STYLE_LABEL, NULL, LABEL, fresh ? STYLE_WARNING : STYLE_LABEL, line->field->label);
	add_value(pane, line->field, STYLE_OLD, "-", line->old_words);
	add_value(pane, line->field, STYLE_NEW, "+", line->new_words);
}

static void add_line(const struct review *review, struct wrapped *pane, const struct diff_line *line, bool fresh)
{
	bool adding = review->facts.now == NULL, deleting = review->plan.after == NULL;

	if (kind_guarded(review->change->kind) && strcmp(line->field->name, "value") == 0 && guarded_values(review, &(size_t){ 0 }) != NULL) {
		add_guarded(review, pane, line->field);
		return;
	}
	if ((line->field->flags & FIELD_MANY) && !adding && !deleting) {
		add_set(review, pane, line->field);
		return;
	}
	if (adding != deleting && value_column(pane) == VALUES) {
		const char *words = adding ? line->new_words : line->old_words;

		wrapped_add(pane, LABEL, STYLE_LABEL, line->field->label, VALUES, adding ? STYLE_NEW : STYLE_OLD, words);
		if (names_something(line->field))
			add_ascii(pane, VALUES, words);
		return;
	}
	if (adding != deleting) {
		wrapped_add(pane, LABEL, STYLE_LABEL, NULL, LABEL, fresh ? STYLE_WARNING : STYLE_LABEL, line->field->label);
		add_value(pane, line->field, adding ? STYLE_NEW : STYLE_OLD, adding ? "+" : "-", adding ? line->new_words : line->old_words);
		return;
	}
	review_difference(pane, line, fresh);
}

/* --- what came back changed ----------------------------------------------------------------- */

static bool shown_before(const struct review *before, const struct diff_line *line)
{
	for (size_t i = 0; before != NULL && i < before->line_count; i++) {
		const struct diff_line *old = &before->lines[i];

		if (old->field == line->field && strcmp(old->old_words, line->old_words) == 0 && strcmp(old->new_words, line->new_words) == 0)
			return true;
	}
	return before == NULL;
}

static bool caused_before(const struct review *before, const struct consequence *consequence)
{
	for (size_t i = 0; before != NULL && i < before->consequence_count; i++) {
		if (strcmp(before->consequences[i].sentence, consequence->sentence) == 0)
			return true;
	}
	return before == NULL;
}

static void add_changed(const struct review_view *self, struct wrapped *pane)
{
	const struct review *review = self->review;
	size_t fresh = 0;

	wrapped_add(pane, 1, STYLE_WARNING, "!", 3, STYLE_WARNING,
			"Not applied yet: something changed since you looked. This is how it is now.");
	for (size_t i = 0; i < review->line_count; i++) {
		const struct diff_line *line = &review->lines[i];

		if (shown_before(self->before, line))
			continue;
		fresh++;
		wrapped_add(pane, 1, STYLE_WARNING, "", 3, STYLE_WARNING,
				arena_format(pane->arena, "%s was read again: it is %s now.", line->field->label, line->old_words));
	}
	for (size_t i = 0; i < review->consequence_count; i++)
		fresh += caused_before(self->before, &review->consequences[i]) ? 0 : 1;
	if (fresh == 0)
		wrapped_add(pane, 1, STYLE_WARNING, "", 3, STYLE_WARNING, "What you saw then and what you see now differ in the attribute lines.");
	wrapped_blank(pane);
}

/* --- refused ------------------------------------------------------------------------------------ */

/* Not a verdict: nobody could look. */
static bool out_of_reach(const struct review *review)
{
	return review->refusal.kind == ERROR_UNREACHABLE || review->refusal.kind == ERROR_TIMEOUT;
}

static const char *stage_words(const struct review *review)
{
	/* Limits, settings, sessions and queues are no kinds of the directory. */
	if (out_of_reach(review))
		return kind_find(review->change->kind->name) != NULL ? "The directory could not be asked, so nothing was written."
			: "The mail server could not be asked, so nothing was written.";
	switch (review->stage) {
	case STAGE_ROLE: return "Refused by the role of this session.";
	case STAGE_CHECK: return "Refused: a value or the state of the directory does not allow it.";
	case STAGE_PLAN: return "Refused: it could not be read or cannot be expressed in this directory.";
	case STAGE_CONSEQUENCES: return "Refused because of what it would cause.";
	case STAGE_CONFIRM: return "Refused: it was not confirmed.";
	case STAGE_JOURNAL: return "Refused: the journal cannot be written, so nothing is.";
	default: return "Refused.";
	}
}

static const char *stage_next(const struct review_view *self)
{
	const struct review *review = self->review;

	if (out_of_reach(review))
		return self->opener != NULL ? "Look again tries once more. Back leads to what you typed; nothing of it is lost."
			: "Look again tries once more.";
	switch (review->stage) {
	case STAGE_ROLE: return "Esc goes back. Somebody with another role can do it.";
	case STAGE_CHECK: return self->opener != NULL ? "Back leads to what you typed, to be corrected." : "Esc goes back.";
	case STAGE_CONSEQUENCES: return "Change first what stands in the way, then come back.";
	case STAGE_JOURNAL: return "Free space or mend the state directory, then start postroom again.";
	default: return "Esc goes back; nothing was written.";
	}
}

static void add_conflict(const struct review_view *self, struct wrapped *pane)
{
	const struct review *review = self->review;
	const struct diff_line *line = review->conflict;
	const struct record *seen = self->change == NULL ? NULL : self->change->seen;
	const char *base = seen == NULL ? "(not known)" : record_words(pane->arena, line->field, record_get(seen, line->field->name));
	int column = value_column(pane);

	wrapped_add(pane, 1, STYLE_BAD, "!", 3, STYLE_BAD,
			arena_format(pane->arena, "%s was changed by somebody else while you were editing it.", line->field->label));
	wrapped_add(pane, LABEL + 1, STYLE_LABEL, "when you began", column, STYLE_VALUE, base);
	wrapped_add(pane, LABEL + 1, STYLE_LABEL, "theirs, now", column, STYLE_OLD, line->old_words);
	if (names_something(line->field))
		add_ascii(pane, column, line->old_words);
	if (review->conflict_who != NULL)
		wrapped_add(pane, 0, STYLE_DIM, NULL, column, STYLE_DIM, arena_format(pane->arena, "by %s", review->conflict_who));
	wrapped_add(pane, LABEL + 1, STYLE_LABEL, "yours", column, STYLE_NEW, line->new_words);
	if (names_something(line->field))
		add_ascii(pane, column, line->new_words);
	wrapped_blank(pane);
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 3, STYLE_PLAIN,
			"Nothing was written. Back keeps theirs, and what you typed is not lost. Apply puts yours in place of theirs.");
	wrapped_blank(pane);
}

static void add_refused(const struct review_view *self, struct wrapped *pane)
{
	const struct review *review = self->review;
	/* What it would cause has a pane of its own. */
	bool told_below = review->stage == STAGE_CONSEQUENCES && review->consequence_count > 0 && !out_of_reach(review);

	wrapped_add(pane, 1, STYLE_BAD, "X", 3, STYLE_BAD, stage_words(review));
	if (!told_below && review->refused_field != NULL)
		wrapped_add(pane, 3, STYLE_LABEL, review->refused_field->label, pane->width >= 60 ? VALUES : 3, STYLE_PLAIN,
				text_after_label(review->refusal.text, review->refused_field->label));
	else if (!told_below)
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 3, STYLE_PLAIN, review->refusal.text);
	wrapped_add(pane, 0, STYLE_DIM, NULL, 3, STYLE_DIM, stage_next(self));
	wrapped_blank(pane);
}

/* --- the change ------------------------------------------------------------------------------------ */

static void add_operations(const struct review *review, struct wrapped *pane)
{
	/* Messages may be ten thousand; the line above has told them as a person reads them. */
	if (review->plan.count == 0 || review->change->kind->result != NULL)
		return;
	/* An order to a guardian changes no file. */
	if (kind_guarded(review->change->kind) && operation_files(pane->arena, &review->plan.operations[0])[0] == '\0')
		return;
	wrapped_blank(pane);
	wrapped_add(pane, 0, STYLE_DIM, NULL, 1, STYLE_HEADING, kind_guarded(review->change->kind) ? "In the files" :
			review->plan.count == 1 ? "As attribute lines" : arena_format(pane->arena, "As attribute lines, %zu steps", review->plan.count));
	for (size_t i = 0; i < review->plan.count; i++) {
		const struct operation *operation = &review->plan.operations[i];
		const char *lines = operation_files(pane->arena, operation);

		/* The lines of all other operations begin with the DN; the server of files is in the sentence. */
		if (operation->verb == OPERATION_MODIFY && operation->through == NULL && !kind_guarded(review->change->kind))
			wrapped_add(pane, 0, STYLE_DIM, NULL, 2, STYLE_DIM, operation->place);
		add_ascii(pane, 4, operation->place);
		add_ascii(pane, 4, operation->new_place);
		wrapped_text(pane, operation->verb == OPERATION_MODIFY && operation->through == NULL ? 4 : 2, 2, STYLE_PLAIN, lines, strlen(lines));
	}
}

/* Nothing is written while it is shown, so it speaks of what would be. */
static const char *ahead_of(const struct review *review)
{
	return review->ahead != NULL && review->ahead[0] != '\0' ? review->ahead : review->sentence;
}

/* A sentence of two rows that says what the only line below says again costs the rows of what it will cause. */
static bool only_repeats(const struct review *review, const struct wrapped *pane)
{
	/* Beside each other the panes have rows enough. */
	return pane->width >= 70 && review->line_count == 1 && review->plan.after != NULL && review->facts.now != NULL
		&& text_columns(pane->form, ahead_of(review), strlen(ahead_of(review))) > (size_t)pane->width - 2;
}

static void add_shown(const struct review_view *self, struct wrapped *pane)
{
	const struct review *review = self->review;

	if (review->changed && review->allowed)
		add_changed(self, pane);
	if (review->conflict != NULL)
		add_conflict(self, pane);
	if (!review->allowed)
		add_refused(self, pane);
	if (review->sentence != NULL && review->sentence[0] != '\0' && !only_repeats(review, pane)) {
		wrapped_add(pane, 0, STYLE_TITLE, NULL, 1, STYLE_TITLE,
				review->allowed ? ahead_of(review) : arena_format(pane->arena, "Asked for: %s", ahead_of(review)));
		if (review->change != NULL && review->change->name != NULL)
			add_ascii(pane, 3, review->change->name);
	}
	if (review->allowed && review->line_count == 0 && review->plan.count == 0)
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_PLAIN, "Nothing would become different: what you entered is what is there.");
	for (size_t i = 0; i < review->line_count; i++)
		add_line(review, pane, &review->lines[i], review->changed && !shown_before(self->before, &review->lines[i]));
	add_operations(review, pane);
}

/* --- writing and what came of it --------------------------------------------------------------------- */

static void add_writing(const struct review_view *self, struct wrapped *pane)
{
	const struct plan *plan = &self->review->plan;
	int64_t seconds = (clock_monotonic_ms() - self->began_ms) / 1000;
	size_t done = gate_steps_done(session_engine(self->view.session)->gate, self->waiting);

	wrapped_add(pane, 0, STYLE_TITLE, NULL, 1, STYLE_TITLE, self->review->sentence);
	wrapped_blank(pane);
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_PLAIN,
			arena_format(pane->arena, "Being written, read back and looked after: %lld s", (long long)seconds));
	for (size_t i = 0; i < plan->count; i++)
		wrapped_add(pane, 2, i < done ? STYLE_OK : STYLE_DIM, i < done ? "ok" : arena_format(pane->arena, "%zu", i + 1), 6,
				i == done ? STYLE_TITLE : STYLE_PLAIN,
				plan->operations[i].words == NULL ? plan->operations[i].place : plan->operations[i].words);
	if (seconds >= 5)
		wrapped_add(pane, 0, STYLE_DIM, NULL, 1, STYLE_DIM,
				"The server takes long. Every request has a deadline; what nobody saw is told as unknown, never as done.");
}

static void add_over(const struct review_view *self, struct wrapped *pane)
{
	const struct review_outcome *over = &self->over;
	bool unknown = over->outcome == OUTCOME_UNKNOWN;

	if (unknown)
		wrapped_add(pane, 1, STYLE_WARNING, "?", 3, STYLE_WARNING, "Nobody has seen whether it happened.");
	else if (over->taken_back)
		wrapped_add(pane, 1, STYLE_BAD, "X", 3, STYLE_BAD, "Applied and taken back at once.");
	else if (over->steps_done > 0)
		wrapped_add(pane, 1, STYLE_BAD, "X", 3, STYLE_BAD, "Only a part was applied.");
	else
		wrapped_add(pane, 1, STYLE_BAD, "X", 3, STYLE_BAD, "Not applied.");
	wrapped_add(pane, 0, STYLE_PLAIN, NULL, 3, STYLE_PLAIN, over->words);
	wrapped_blank(pane);
	/* One step that failed has been told above already. */
	for (size_t i = 0; i < over->steps && (over->steps > 1 || over->steps_done > 0 || unknown); i++) {
		bool done = i < over->steps_done;

		/* The words of a step say how it ended. */
		wrapped_add(pane, 3, done ? STYLE_OK : unknown ? STYLE_WARNING : STYLE_BAD, done ? "ok" : unknown ? "?" : "X", 6,
				STYLE_PLAIN, over->step_words[i]);
	}
	if (over->steps > 1 || over->steps_done > 0 || unknown)
		wrapped_blank(pane);
	if (unknown)
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 3, STYLE_PLAIN,
				"The object is locked here until somebody has looked. postroom looks by itself once the server answers, and the history tells the outcome.");
	else
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 3, STYLE_PLAIN,
				self->opener != NULL ? "Back leads to what you typed; nothing of it is lost." : "Back leads to where you were.");
}

void review_pane_change(const struct review_view *self, struct wrapped *pane)
{
	switch (self->phase) {
	case REVIEW_LOOKING:
		wrapped_add(pane, 0, STYLE_PLAIN, NULL, 1, STYLE_PLAIN,
				arena_format(pane->arena, "Reading what is there now and what this will cause... %lld s",
				(long long)((clock_monotonic_ms() - self->began_ms) / 1000)));
		break;
	case REVIEW_SHOWN:
		if (self->raw) {
			const char *ldif = plan_ldif(pane->arena, &self->review->plan);

			wrapped_add(pane, 0, STYLE_DIM, NULL, 1, STYLE_DIM, "As LDIF; the same key leads back");
			wrapped_text(pane, 1, 2, STYLE_PLAIN, ldif, strlen(ldif));
		} else {
			add_shown(self, pane);
		}
		break;
	case REVIEW_WRITING:
		add_writing(self, pane);
		break;
	case REVIEW_OVER:
		add_over(self, pane);
		break;
	}
}

/* --- what it will cause --------------------------------------------------------------------------------- */

static const struct { const char *sign; enum style style; } severities[] = {
	[SEVERITY_NOTE] = { "i", STYLE_DIM },
	[SEVERITY_WARNING] = { "!", STYLE_WARNING },
	[SEVERITY_LOSS] = { "!!", STYLE_BAD },
	[SEVERITY_REFUSE] = { "X", STYLE_BAD },
};

void review_consequence(struct wrapped *pane, const struct consequence *consequence, bool fresh)
{
	wrapped_add(pane, 1, severities[consequence->severity].style, severities[consequence->severity].sign, 4,
			consequence->severity >= SEVERITY_LOSS ? STYLE_BAD : STYLE_PLAIN,
			fresh ? arena_format(pane->arena, "NEW: %s", consequence->sentence) : consequence->sentence);
}

static void add_causes(const struct review_view *self, struct wrapped *pane)
{
	const struct review *review = self->review;

	for (size_t i = 0; i < review->consequence_count; i++)
		review_consequence(pane, &review->consequences[i], review->changed && !caused_before(self->before, &review->consequences[i]));
	if (review->consequence_count == 0)
		wrapped_add(pane, 1, STYLE_OK, "ok", 4, STYLE_PLAIN, "Nothing besides the change itself that postroom knows of.");
	if (review->confirm == CONFIRM_NAME && review->allowed && review->confirm_text != NULL) {
		wrapped_add(pane, 1, STYLE_BAD, "!!", 4, STYLE_PLAIN,
				arena_format(pane->arena, "Mail or an account is lost, so Apply asks for the name, typed exactly: %s", review->confirm_text));
		add_ascii(pane, 4, review->confirm_text);
	}
}

void review_pane_causes(const struct review_view *self, struct wrapped *pane)
{
	wrapped_heading(pane, "Will cause");
	add_causes(self, pane);
}

void review_pane_all(const struct review_view *self, struct wrapped *pane)
{
	if (self->review->sentence != NULL)
		wrapped_add(pane, 0, STYLE_TITLE, NULL, 1, STYLE_TITLE, self->review->sentence);
	add_causes(self, pane);
	wrapped_heading(pane, "The change");
	add_shown(self, pane);
}
