/*
 * test_pty_hostile: hostile values in every place that shows data, on real
 * terminals, against the real directory.
 *
 * The hostile strings are names, rooms, forwards, domains, lists and reasons;
 * list, preview, page, raw view, text view, editor, form, rename, review,
 * history, picker and help show them in several terminals and locales.  What
 * goes to the terminal is parsed strictly.  Then the commands on a terminal,
 * and what CSV, JSON and LDIF guard against.  Samples, everything with
 * POSTROOM_FULL.  Needs the lab.
 */
#include "tests/live/console.h"
#include "tests/live/hostile_people.h"
#include "tests/unit/hostile.h"

static char *config;
static size_t people;

static struct pty_session *open_hostile(const char *term, const char *locale)
{
	const char *arguments[] = { "--config", config, NULL };
	const char *environment[] = { locale, NULL };
	struct pty_session *session = console_start(arguments, term, 24, 80, environment);

	console_wait(session, "list complete");
	return session;
}

/* Keys one after the other, each with time to be drawn; what they bring does not matter. */
static void press(struct pty_session *session, const char *const *keys)
{
	for (; *keys; keys++) {
		pty_type(session, *keys);
		/* Esc wants to be alone. */
		pty_settle(session, strcmp(*keys, "\033") == 0 ? 70 : 15);
	}
}

static void press_times(struct pty_session *session, const char *key, size_t times)
{
	for (; times > 0; times--) {
		pty_type(session, key);
		pty_settle(session, 8);
	}
}

/* Back to the list of users, however deep.  On a busy machine keys may have come too late for where they were meant
 * and opened another section; from there a person takes the number of the users. */
static void escape_all(struct pty_session *session)
{
	static const char *const escape[] = { "\033", NULL }, *const lost[] = { "\033", "2", NULL };
	int times = 0;

	do {
		press(session, times < 6 ? escape : lost);
		pty_settle(session, times < 3 ? 0 : 200);
	} while (!pty_shows(session, "list complete") && !pty_shows(session, "History - ") && ++times < 15);
	if (times == 15) {
		console_print(session);
		fail_msg("no way back from there");
	}
}

/* The list of users. In the moment after a view has opened keys are dropped, and on a busy machine one may just have. */
static void to_users(struct pty_session *session)
{
	for (int times = 0; times < 20; times++) {
		pty_settle(session, 40);
		pty_type(session, "2");
		if (pty_wait_for(session, "Users - ", 3000))
			return;
		escape_all(session);
	}
	console_wait(session, "Users - ");
}

/* The page of one of them and what opens from there. */
static void visit(struct pty_session *session, size_t index, const char *where)
{
	static const char *const page[] = { "\r", "\033[6~", "\033[5~", "x", "\033[6~", "\033[6~", "\033", NULL };
	static const char *const edits[] = { "e", "\033[B", "\033", "\033[B", "\033[B", "\r", "\033", NULL };
	static const char *const quota[] = { "l", "\025", "5 GB\r", "\t", "\t", "x", "\033", "\033", NULL };
	static const char *const name[] = { "\033[H", "e", "\025", "harmless", "\007", "\t", "\033", "\033", NULL };
	static const char *const others[] = { "r", "\033", "\033", "C", "\033[6~", "\033", "\033", "d", "\033[6~", "\t", "\033", "\033", "?", NULL };
	char words[40];

	to_users(session);
	console_step(session, "/", "Find:");
	snprintf(words, sizeof(words), HOSTILE_LOGIN "%03zu", index);
	pty_type(session, words);
	console_wait(session, " of ");
	pty_settle(session, 40);
	press(session, page);
	press(session, edits);
	escape_all(session);
	press(session, (const char *const[]){ "\r", NULL });
	pty_settle(session, 50);
	press(session, quota);
	press(session, name);
	press(session, others);
	escape_all(session);
	press(session, (const char *const[]){ "\177", NULL });
	console_clean(session, where);
}

/* Text that is pasted into a field, and what the program says to it. */
static void paste_it(struct pty_session *session, size_t index)
{
	const struct hostile *hostile = &hostile_strings[index % HOSTILE_COUNT];

	if (hostile->length > 500 || memmem(hostile->bytes, hostile->length, "\033[201~", 6))
		return;
	press(session, (const char *const[]){ "/", NULL });
	pty_type(session, "\033[200~");
	pty_send(session, hostile->bytes, hostile->length);
	pty_type(session, "\033[201~");
	pty_settle(session, 60);
	escape_all(session);
	press(session, (const char *const[]){ "\177", ":", NULL });
	pty_type(session, "\033[200~");
	pty_send(session, hostile->bytes, hostile->length);
	pty_type(session, "\033[201~");
	pty_settle(session, 30);
	escape_all(session);
}

struct look { const char *term, *locale; size_t visits; };

static void see_everything(const void *context)
{
	const struct look *look = context;
	struct pty_session *session = open_hostile(look->term, look->locale);
	size_t visits = look->visits, i;
	char where[100];

	snprintf(where, sizeof(where), "%s %s", look->term, look->locale);
	/* All rows, the preview of some, sorted otherwise too. */
	press(session, (const char *const[]){ "/", HOSTILE_LOGIN, "\033", NULL });
	press_times(session, "\033[6~", people / 14 + 1);
	press_times(session, "\033[A", visits * 3);
	pty_settle(session, 300);
	press(session, (const char *const[]){ "s", "s", "\033[H", "p", NULL });
	press_times(session, "\033[6~", 8);
	press(session, (const char *const[]){ "p", "\033[H", "+", "-", "\177", NULL });
	console_clean(session, where);
	for (i = 0; i < visits; i++)
		visit(session, visits >= people ? i : trial_below(people), where);
	for (i = 0; i < (visits + 1) / 2; i++)
		paste_it(session, trial_below(HOSTILE_COUNT));
	/* Domains. */
	press(session, (const char *const[]){ "3", NULL });
	pty_settle(session, 300);
	press_times(session, "\033[6~", people / 14 + 1);
	press(session, (const char *const[]){ "\r", "\033[6~", "x", "\033", "\033", NULL });
	press_times(session, "\033[A", 5);
	press(session, (const char *const[]){ "\r", "x", "\033", "\033", "d", "\033", NULL });
	/* History. */
	press(session, (const char *const[]){ "H", NULL });
	pty_settle(session, 300);
	for (i = 0; i < 5; i++)
		press(session, (const char *const[]){ "\033[B", "\r", "\033[6~", "x", "\033", "\033", NULL });
	console_clean(session, where);
	kill(session->pid, SIGTERM);
	console_end(session, 143, where);
}

/* A history of hostile names: there and back, with hostile reasons. */
static void write_history(void)
{
	size_t times = (size_t)trial_rounds(4, 60), i;

	for (i = 0; i < times; i++) {
		size_t at = trial_below(people);
		char login[40];
		const char *set[] = { console_env("POSTROOM"), "--config", config, "set", "user", login, "full_name=harmless", "--yes",
			"--reason", hostile_strings[(at + 7) % HOSTILE_COUNT].bytes, NULL };
		const char *undo[] = { console_env("POSTROOM"), "--config", config, "undo", "--yes", NULL };

		snprintf(login, sizeof(login), HOSTILE_LOGIN "%03zu", at);
		if (hostile_strings[(at + 7) % HOSTILE_COUNT].length > 500)
			continue;
		if (lab_run(set, "set") == 0)
			lab_run(undo, "undo");
	}
}

static void every_place_in_every_terminal(void **state)
{
	static const char *const terms[] = { "xterm-256color", "vt100", "linux", "screen", "tmux-256color", "rxvt-unicode" };
	static const char *const locales[] = { "LC_ALL=C.UTF-8", "LC_ALL=C", "LC_ALL=xx_XX.none" };
	size_t term_count = (size_t)trial_rounds(3, 6), locale_count = (size_t)trial_rounds(2, 3), t, l, seen = 0;
	size_t visits = (size_t)trial_rounds(2, 40), first = trial_below(6);
	int64_t begun = console_now();

	(void)state;
	write_history();
	for (t = 0; t < term_count; t++)
		for (l = 0; l < locale_count; l++, seen++) {
			struct look look = { terms[(first + t) % 6], locales[l], visits };

			lab_beside(see_everything, &look);
		}
	lab_join();
	printf("# figure hostile screens: %zu terminals and locales, %zu pages each, %.1f s\n", seen, visits, (double)(console_now() - begun) / 1000);
}

/* --- commands ---------------------------------------------------------------------------- */

/* Nothing but text and ends of lines. */
static void plain_words(const char *bytes, size_t length, bool ascii, const char *where)
{
	size_t at = 0, n;
	uint32_t code;

	for (; at < length; at += n) {
		n = utf8_decode(bytes + at, length - at, &code);
		if (n == 0 || (code != '\n' && code != '\r' && char_classify(code) == CHAR_HIDDEN) || (ascii && code > 126))
			fail_msg("%s: byte 0x%02X at %zu: \"%.60s\"", where, (unsigned char)bytes[at], at, bytes + (at > 30 ? at - 30 : 0));
	}
}

static void commands_on_a_terminal_print_words(void **state)
{
	static const char *const commands[][6] = {
		{ "list", "user", "--filter", HOSTILE_LOGIN, NULL }, { "list", "domain", NULL }, { "history", NULL },
		{ "list", "user", "--columns", "full_name,family_name,room,phone,quota,home_server,forwards,alternates,lists", NULL },
	};
	static const char *const locales[] = { "LC_ALL=C.UTF-8", "LC_ALL=C" };
	size_t shows = (size_t)trial_rounds(5, 424), i, l;

	(void)state;
	for (l = 0; l < 2; l++) {
		for (i = 0; i < 4 + shows; i++) {
			char login[40];
			const char *show[] = { "show", "user", login, NULL };
			const char *const *words = i < 4 ? commands[i] : show;
			const char *arguments[10] = { "--config", config };
			const char *environment[] = { locales[l], NULL };
			struct pty_session *session;
			size_t k;

			snprintf(login, sizeof(login), HOSTILE_LOGIN "%03zu", trial_below(people));
			for (k = 0; words[k]; k++)
				arguments[2 + k] = words[k];
			session = console_start(arguments, "xterm", 24, 80, environment);
			pty_wait_end(session, CONSOLE_WAIT_MS);
			assert_true(session->stream.length > 20);
			plain_words(session->stream.bytes, session->stream.length, l == 1, words[0]);
			pty_free(session);
		}
	}
}

/* Sentences about what was typed go the same way. */
static void errors_repeat_nothing_raw(void **state)
{
	size_t times = (size_t)trial_rounds(12, 424), i;

	(void)state;
	for (i = 0; i < times; i++) {
		const struct hostile *hostile = &hostile_strings[times >= HOSTILE_COUNT ? i : trial_below(HOSTILE_COUNT)];
		const char *argvs[][6] = {
			{ "--config", config, "show", "user", hostile->bytes, NULL }, { "--config", config, "list", hostile->bytes, NULL },
			{ "--config", hostile->bytes, "list", "user", NULL }, { "--config", config, "list", "user", "--columns", hostile->bytes },
		};
		size_t k = trial_below(4);
		const char *arguments[8] = { 0 };
		struct pty_session *session;

		if (hostile->length > 2000)
			continue;
		memcpy(arguments, argvs[k], sizeof(argvs[k]));
		session = console_start(arguments, "xterm", 24, 80, NULL);
		/* An empty name of a configuration, or one that is there, is another story. */
		if (pty_wait_end(session, CONSOLE_WAIT_MS) < 0)
			fail_msg("string %zu way %zu did not end", i, k);
		plain_words(session->stream.bytes, session->stream.length, false, "an error");
		pty_free(session);
	}
}

/* --- files ----------------------------------------------------------------------------------- */

static char *output_of(const char *format, const char *columns, size_t *length)
{
	const char *argv[] = { console_env("POSTROOM"), "--config", config, "list", "user", "--format", format, columns ? "--columns" : NULL,
		columns, NULL };
	char path[300];

	assert_int_equal(lab_run(argv, "out"), 0);
	snprintf(path, sizeof(path), "%s/out", console_folder());
	return console_slurp(path, length);
}

static void no_cell_is_a_formula(void **state)
{
	size_t length, i, cells = 0, guarded = 0;
	char *csv = output_of("csv", "login,full_name,family_name,room,department,employee_number,forwards,alternates", &length);
	bool quoted = false, begins = true;

	(void)state;
	for (i = 0; i < length; i++) {
		char c = csv[i];

		if (begins) {
			char first = c == '"' ? csv[i + 1] : c;

			cells++;
			guarded += first == '\'';
			if (first && strchr("=+-@\t\r", first) && strncmp(csv + i, "\r\n", 2) != 0)
				fail_msg("a cell begins with 0x%02X: %.40s", (unsigned char)first, csv + i);
		}
		begins = false;
		if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == ',' || c == '\n'))
			begins = true;
	}
	assert_true(cells > people * 8 && guarded > 5);
	free(csv);
}

static void ldif_and_json_hold_no_raw_bytes(void **state)
{
	size_t length, i, lines = 0;
	char *ldif = output_of("ldif", NULL, &length), *json, *rest = ldif, *line;

	(void)state;
	while ((line = strsep(&rest, "\n")) != NULL) {
		const char *value = strchr(line, ':');

		lines++;
		for (i = 0; line[i]; i++)
			if ((unsigned char)line[i] < ' ' || (unsigned char)line[i] > 126)
				fail_msg("LDIF line %zu holds byte 0x%02X", lines, (unsigned char)line[i]);
		if (value && line[0] != ' ' && value[1] == ' ' && (value[2] == ' ' || value[2] == ':' || value[2] == '<' || line[i - 1] == ' '))
			fail_msg("LDIF line %zu is no plain value: %.60s", lines, line);
	}
	assert_true(lines > people);
	free(ldif);
	json = output_of("json", NULL, &length);
	for (i = 0; i < length; i++)
		if ((unsigned char)json[i] < ' ' && json[i] != '\n')
			fail_msg("JSON holds byte 0x%02X at %zu", (unsigned char)json[i], i);
	free(json);
}

static int prepare(void **state)
{
	(void)state;
	config = console_configure("hostile", NULL, NULL, NULL);
	people = hostile_people_add();
	return 0;
}

static int clear(void **state)
{
	(void)state;
	hostile_people_remove();
	lab_sweep();
	free(config);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_place_in_every_terminal),
		cmocka_unit_test(commands_on_a_terminal_print_words),
		cmocka_unit_test(errors_repeat_nothing_raw),
		cmocka_unit_test(no_cell_is_a_formula),
		cmocka_unit_test(ldif_and_json_hold_no_raw_bytes),
	};

	if (!console_ready("hostile values on terminals"))
		return 0;
	return cmocka_run_group_tests(tests, prepare, clear);
}
