/*
 * lock: the password line of a screen that nobody touched for long.
 *
 * After a few wrong passwords the console ends and keeps staged edits as
 * drafts: somebody who guesses shall neither go on nor lock the account.  A
 * directory that does not answer opens nothing; the way out stays.  Loop
 * thread.
 */
#include "ui/lock.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "ui/frame.h"
#include "ui/line.h"
#include "ui/session_private.h"

enum { TRIES_MOST = 5, SECRET_MOST = 256, REFUSED_STATUS = 77 };

struct lock {
	struct session *session;
	const char *dn;
	struct line line;
	bool asking;
	int wrong;
	struct error trouble;              /* why the last try opened nothing; kind NONE: none */
	void (*opened)(struct session *session);
};

struct lock *lock_new(struct session *session, const char *dn, void (*opened)(struct session *session))
{
	struct lock *lock = memory_new(sizeof *lock);

	lock->session = session;
	lock->dn = dn;
	lock->opened = opened;
	line_init(&lock->line, NULL, 0, true);
	return lock;
}

void lock_free(struct lock *lock)
{
	if (lock == NULL)
		return;
	if (lock->asking)
		directory_rebind_forget(session_engine(lock->session)->directory);
	line_free(&lock->line);
	free(lock);
}

/* --- trying ----------------------------------------------------------------------------------- */

static void end(struct lock *lock)
{
	session_hang_up(lock->session, REFUSED_STATUS);
}

static void answered(void *context, enum directory_rebound how, const struct error *error)
{
	struct lock *lock = context;

	lock->asking = false;
	session_changed(lock->session);
	if (how == REBOUND_SAME) {
		lock->opened(lock->session);
		return;
	}
	if (how == REBOUND_UNKNOWN) {
		lock->trouble = *error;
		error_prefix(&lock->trouble, "The password could not be checked, so nothing is opened");
		return;
	}
	lock->wrong++;
	if (lock->wrong >= TRIES_MOST) {
		end(lock);
		return;
	}
	error_set(&lock->trouble, ERROR_REFUSED, "Wrong password, or the account is locked. After %d more the console ends; edits are kept as drafts.",
		TRIES_MOST - lock->wrong);
}

static void try(struct lock *lock)
{
	char secret[SECRET_MOST] = "";

	if (lock->asking)
		return;
	error_clear(&lock->trouble);
	if (lock->line.length == 0 || lock->line.length >= sizeof secret) {
		error_set(&lock->trouble, ERROR_REFUSED, lock->line.length == 0 ? "An empty password opens nothing." : "That is too long for a password.");
		line_clear(&lock->line);
		return;
	}
	memcpy(secret, line_text(&lock->line), lock->line.length + 1);
	line_clear(&lock->line);
	lock->asking = directory_rebind(session_engine(lock->session)->directory, lock->dn, secret, answered, lock);
	memory_wipe(secret, sizeof secret);
}

static bool is_exit(const struct lock *lock, const struct key *key)
{
	const char *name = key_is_text(key) ? NULL : keymap_action(session_keymap(lock->session), "global", key);

	return name != NULL && strcmp(name, "exit") == 0;
}

void lock_key(struct lock *lock, const struct key *key)
{
	session_changed(lock->session);
	if (is_exit(lock, key)) {
		session_hang_up(lock->session, 0);
		return;
	}
	if (lock->asking)
		return;
	if (key->kind == KEY_KIND_NAMED && key->code == NAMED_ENTER)
		try(lock);
	else if (key->kind == KEY_KIND_NAMED && key->code == NAMED_ESC)
		line_clear(&lock->line);
	else if (key->kind == KEY_KIND_PASTE)
		line_paste(&lock->line, key->pasted, key->pasted_length);
	else if (key->kind != KEY_KIND_MOUSE)
		line_key(&lock->line, key);
}

/* --- drawing --------------------------------------------------------------------------------------- */

void lock_draw(const struct lock *lock, struct canvas *canvas)
{
	static const char label[] = "Password: ";
	int row = canvas->rows / 2 - 1, column = 2 + (int)sizeof label - 1, width = canvas->columns - column - 2;
	char *way = keymap_key(session_keymap(lock->session), "global", "exit", canvas->arena);

	canvas_words(canvas, row - 1, 2, canvas->columns - 4, STYLE_NOTICE, canvas->columns >= 80 ?
		"Locked, because no key was pressed for long. What was typed is kept." : "Locked. What was typed is kept.");
	canvas_format(canvas, row, 2, canvas->columns - 4, STYLE_DIM, "for %s", lock->dn);
	canvas_words(canvas, row + 1, 2, -1, STYLE_LABEL, label);
	if (width > 0)
		line_draw(&lock->line, canvas, row + 1, column, width < 20 ? width : 20, true);
	if (lock->asking)
		canvas_words(canvas, row + 2, 2, canvas->columns - 4, STYLE_DIM, "Asking the directory ...");
	else if (lock->trouble.kind != ERROR_NONE)
		canvas_words(canvas, row + 2, 2, canvas->columns - 4, STYLE_WARNING, lock->trouble.text);
	canvas_format(canvas, canvas->rows - 1, 1, canvas->columns - 2, STYLE_DIM, "Enter unlock  Esc empty%s%s%s", way == NULL ? "" : "  ",
		way == NULL ? "" : way, way == NULL ? "" : canvas->columns >= 80 ? " end, edits are kept as drafts" : " end");
}
