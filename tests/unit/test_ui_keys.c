/*
 * test_ui_keys: raw bytes to keys, names both ways, pastes, and the promise
 * that no sequence ever becomes a printable key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "ui/keys.h"

struct recorder {
	struct keys *keys;
	struct text heard;             /* names, one blank between */
	unsigned printable, pastes, count;
	char pasted[256];
	bool cut;
	char field_key;                /* this key opens a text field */
};

static void on_key(void *context, const struct key *key)
{
	struct recorder *recorder = context;
	char name[40];

	if (key->kind == KEY_KIND_MOUSE && recorder->heard.length < 2000)
		text_addf(&recorder->heard, "%s%u@%d,%d", recorder->heard.length ? " " : "", key->code, key->row, key->column);
	else if (recorder->heard.length < 2000)
		text_addf(&recorder->heard, "%s%s", recorder->heard.length ? " " : "", key_name(key, name, sizeof(name)));
	recorder->count++;
	if (key->kind == KEY_KIND_TEXT)
		recorder->printable++;
	if (key->kind == KEY_KIND_PASTE) {
		recorder->pastes++;
		snprintf(recorder->pasted, sizeof(recorder->pasted), "%s", key->pasted);
		recorder->cut = key->cut;
		assert_int_equal(key->pasted[key->pasted_length], '\0');
	}
	if (recorder->field_key && key->kind == KEY_KIND_TEXT && key->code == (uint32_t)recorder->field_key)
		keys_set_field(recorder->keys, true);
}

static void begin(struct recorder *recorder, bool field)
{
	memset(recorder, 0, sizeof(*recorder));
	recorder->keys = keys_new(on_key, recorder);
	keys_set_field(recorder->keys, field);
}

static void end(struct recorder *recorder)
{
	keys_free(recorder->keys);
	text_free(&recorder->heard);
}

/* Time goes on until nothing is due any more. */
static int64_t settle(struct keys *keys, int64_t now)
{
	int64_t due;

	while ((due = keys_due(keys)) >= 0) {
		now = due > now ? due : now;
		keys_tick(keys, now);
	}
	return now;
}

static void known_sequences_are_keys(void **state)
{
	static const struct { const char *bytes, *names; } cases[] = {
		{ "a", "a" }, { " ", "Space" }, { ",", "Comma" }, { "\xc3\xa4", "ä" }, { "\xe2\x82\xac", "€" },
		{ "\xf0\x9f\x98\x80x", "😀 x" },
		{ "\r", "Enter" }, { "\n", "Enter" }, { "\t", "Tab" }, { "\x7f", "Backspace" }, { "\b", "Backspace" },
		{ "\x12", "Ctrl-R" }, { "\x0c", "Ctrl-L" }, { "\x1c", "Ctrl-\\" }, { "\x03", "Ctrl-C" },
		{ "\033", "Esc" }, { "\033\033", "Esc Esc" }, { "\033x", "Alt-x" }, { "\033\xc3\xa4", "Alt-ä" },
		{ "\033\r", "Alt-Enter" }, { "\033" "1", "F1" }, { "\033" "0", "F10" }, { "\033\033x", "Esc Alt-x" },
		{ "\033[A", "Up" }, { "\033OA", "Up" }, { "\033[B\033OB", "Down Down" }, { "\033[C", "Right" }, { "\033OD", "Left" },
		{ "\033[H", "Home" }, { "\033OH", "Home" }, { "\033[1~", "Home" }, { "\033[7~", "Home" },
		{ "\033[F", "End" }, { "\033[4~", "End" }, { "\033[8~", "End" }, { "\033[2~", "Insert" },
		{ "\033[3~", "Delete" }, { "\033[5~", "PgUp" }, { "\033[6~", "PgDn" },
		{ "\033OP", "F1" }, { "\033[11~", "F1" }, { "\033[[A", "F1" }, { "\033[[E", "F5" }, { "\033[15~", "F5" },
		{ "\033[17~", "F6" }, { "\033[24~", "F12" }, { "\033OS", "F4" },
		{ "\033[Z", "Shift-Tab" }, { "\033[1;5C", "Ctrl-Right" }, { "\033[1;2A", "Shift-Up" },
		{ "\033[1;3D", "Alt-Left" }, { "\033[1;6H", "Ctrl-Shift-Home" }, { "\033[5;5~", "Ctrl-PgUp" },
		{ "\033[1;5P", "Ctrl-F1" }, { "\033O5P", "Ctrl-F1" }, { "\033[15;2~", "Shift-F5" },
		{ "\033\033[A", "Alt-Up" }, { "\033OM", "Enter" },
		{ "\033[a", "Shift-Up" }, { "\033Od", "Ctrl-Left" }, { "\033[5^", "Ctrl-PgUp" }, { "\033[7$", "Shift-Home" },
		{ "\xc2\x9b" "A", "Up" }, { "\x9b" "5~", "PgUp" },
		/* Nothing that we know: swallowed whole. */
		{ "\033[<0;10;5M", "" }, { "\033[<0;10;5m", "" }, { "\033[M !!", "" }, { "\033[M\xe1\xe2\xe3", "" },
		{ "\033[32;10;5M", "" }, { "\033[?1;2c", "" }, { "\033[>0;276;0c", "" }, { "\033[12;40R", "" },
		{ "\033[I\033[O", "" }, { "\033[97u", "" }, { "\033[27;5;97~", "" }, { "\033[201~", "" }, { "\033Oj", "" },
		{ "\033[1;2;3;4;5;6;7A", "" }, { "\033[99999999999~", "" }, { "\033[1 q", "" }, { "\033[2$y", "" },
		{ "\033]0;delete all\007", "" }, { "\033]52;c;ZGQ=\033\\", "" }, { "\033P1$r0m\033\\", "" },
		{ "\033_dd\033\\", "" }, { "\033^dd\033\\", "" }, { "\033Xdd\033\\", "" }, { "\x90" "dd\x9c", "" },
		{ "\033]0;\xe2\x9c\x9c" "d\007", "" },
		/* What is good after something bad is kept. */
		{ "\xffx", "x" }, { "\xc3x", "x" }, { "\xc0\xafx", "x" }, { "\xed\xa0\x80x", "x" }, { "\033]0;a\033[Ax", "Up x" },
		{ "\033[1\033[Bx", "Down x" }, { "\033[12\030x", "x" }, { "\033]0;abc\003", "Ctrl-C" }, { "\033[1\003x", "Ctrl-C x" },
	};
	size_t i, split;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = strlen(cases[i].bytes);

		for (split = 0; split < length; split++) {
			struct recorder recorder;

			begin(&recorder, true);
			keys_feed(recorder.keys, cases[i].bytes, split, 1000);
			keys_feed(recorder.keys, cases[i].bytes + split, length - split, 1005);
			settle(recorder.keys, 1005);
			if (strcmp(text_get(&recorder.heard), cases[i].names) != 0)
				print_message("case %zu split at %zu\n", i, split);
			assert_string_equal(text_get(&recorder.heard), cases[i].names);
			end(&recorder);
		}
	}
}

static void names_go_both_ways(void **state)
{
	static const struct { const char *name, *shown; } cases[] = {
		{ "a", "a" }, { "A", "A" }, { "ä", "ä" }, { "Space", "Space" }, { "comma", "Comma" }, { "#", "Hash" },
		{ "enter", "Enter" }, { "Return", "Enter" }, { "PageUp", "PgUp" }, { "pgdn", "PgDn" }, { "Del", "Delete" },
		{ "F1", "F1" }, { "f12", "F12" }, { "F24", "F24" }, { "f", "f" }, { "F", "F" },
		{ "ctrl-r", "Ctrl-R" }, { "Ctrl-R", "Ctrl-R" }, { "Alt-x", "Alt-x" }, { "Alt-X", "Alt-X" },
		{ "Shift-Tab", "Shift-Tab" }, { "shift-ctrl-up", "Ctrl-Shift-Up" }, { "Ctrl-Space", "Ctrl-Space" },
		{ "-", "-" }, { "Alt--", "Alt--" }, { "=", "=" }, { "?", "?" }, { ":", ":" }, { "Ctrl-\\", "Ctrl-\\" },
	};
	static const char *const wrong[] = { "", "ab", "F0", "F25", "F01", "Ctrl-", "Shift-a", "Ctrl-ä", "\xff", " ", "\033", "Hyper-x", "Ctrl-1" };
	struct key key, again;
	char name[40];
	size_t i;
	unsigned code;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(key_from_name(cases[i].name, &key));
		assert_string_equal(key_name(&key, name, sizeof(name)), cases[i].shown);
		assert_true(key_from_name(name, &again) && key_same(&key, &again));
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(key_from_name(wrong[i], &key));
	for (code = NAMED_ENTER; code <= NAMED_F24; code++) {
		struct key named = { .kind = KEY_KIND_NAMED, .code = code };

		assert_true(key_from_name(key_name(&named, name, sizeof(name)), &again) && key_same(&named, &again));
	}
}

static void a_late_rest_is_swallowed(void **state)
{
	struct recorder recorder;

	(void)state;
	begin(&recorder, true);
	keys_feed(recorder.keys, "\033", 1, 0);
	assert_int_equal(keys_due(recorder.keys), 50);
	keys_tick(recorder.keys, 49);
	assert_int_equal(recorder.count, 0);
	keys_tick(recorder.keys, 50);
	assert_string_equal(text_get(&recorder.heard), "Esc");
	keys_feed(recorder.keys, "[", 1, 400);
	keys_feed(recorder.keys, "Ax", 2, 500);
	assert_string_equal(text_get(&recorder.heard), "Esc x");
	/* Long after it, or with another key between, they are just characters. */
	keys_feed(recorder.keys, "\033", 1, 2000);
	keys_tick(recorder.keys, 2050);
	keys_feed(recorder.keys, "O", 1, 2600);
	keys_feed(recorder.keys, "\033", 1, 3000);
	keys_tick(recorder.keys, 3050);
	keys_feed(recorder.keys, "a[", 2, 3100);
	assert_string_equal(text_get(&recorder.heard), "Esc x Esc O Esc a [");
	end(&recorder);

	begin(&recorder, true);
	keys_set_escape_time(recorder.keys, 200);
	keys_feed(recorder.keys, "\033", 1, 0);
	keys_tick(recorder.keys, 150);
	keys_feed(recorder.keys, "[A", 2, 180);
	assert_string_equal(text_get(&recorder.heard), "Up");
	keys_set_escape_time(recorder.keys, 1);
	keys_feed(recorder.keys, "\033", 1, 1000);
	assert_int_equal(keys_due(recorder.keys), 1010);
	keys_set_escape_time(recorder.keys, 100000);
	keys_feed(recorder.keys, "\033", 1, 2000);
	assert_int_equal(keys_due(recorder.keys), 2500);
	end(&recorder);
}

static void a_sequence_that_stops_is_given_up(void **state)
{
	static const char *const starts[] = { "\033[", "\033[1;", "\033O", "\033]0;abc", "\033P", "\033[M!", "\xe2\x82", "\033[[" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct recorder recorder;

		begin(&recorder, true);
		keys_feed(recorder.keys, starts[i], strlen(starts[i]), 0);
		assert_true(keys_due(recorder.keys) > 0 && keys_due(recorder.keys) <= 1000);
		settle(recorder.keys, 0);
		keys_feed(recorder.keys, "x", 1, 5000);
		assert_string_equal(text_get(&recorder.heard), "x");
		end(&recorder);
	}
}

/* --- pastes ------------------------------------------------------------------------ */

static void a_bracketed_paste_is_one_key(void **state)
{
	static const struct { const char *bytes, *pasted; } cases[] = {
		{ "\033[200~dd\r\nq\ry\033[201~", "dd\nq\ny" },
		{ "\033[200~\033[201~", "" },
		{ "\033[200~a\033[20b\033\033[201~", "a\033[20b\033" },
		{ "\033[200~\033[A\033]0;x\007\033[201~", "\033[A\033]0;x\007" },
	};
	size_t i, split;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t length = strlen(cases[i].bytes);

		for (split = 0; split < length; split++) {
			struct recorder recorder;

			begin(&recorder, false);
			keys_feed(recorder.keys, cases[i].bytes, split, 0);
			keys_feed(recorder.keys, cases[i].bytes + split, length - split, 40);
			settle(recorder.keys, 40);
			assert_string_equal(text_get(&recorder.heard), "paste");
			assert_string_equal(recorder.pasted, cases[i].pasted);
			assert_false(recorder.cut);
			end(&recorder);
		}
	}
}

static void a_paste_has_a_cap_and_an_end(void **state)
{
	struct recorder recorder;
	char *megabyte = malloc(1 << 20);

	(void)state;
	memset(megabyte, 'd', 1 << 20);
	begin(&recorder, false);
	keys_set_paste_most(recorder.keys, 100);
	keys_feed(recorder.keys, "\033[200~", 6, 0);
	keys_feed(recorder.keys, megabyte, 1 << 20, 10);
	keys_feed(recorder.keys, "\033[201~x", 7, 20);
	settle(recorder.keys, 20);
	assert_string_equal(text_get(&recorder.heard), "paste x");
	assert_int_equal(strlen(recorder.pasted), 100);
	assert_true(recorder.cut);
	/* An end that never comes. */
	keys_feed(recorder.keys, "\033[200~abc", 9, 1000);
	keys_tick(recorder.keys, 6000);
	assert_int_equal(recorder.pastes, 2);
	assert_string_equal(recorder.pasted, "abc");
	assert_true(recorder.cut);
	end(&recorder);
	free(megabyte);
}

static void fast_text_without_a_field_is_a_paste(void **state)
{
	static const struct { const char *bytes, *names; } cases[] = {
		{ "delete everything", "paste" },
		{ "nd\rnd\rnd\rnd\rnd\r", "paste" },
		{ "\rdelete everything\r", "paste" },
		{ "abcdefgh", "a b c d e f g h" },
		/* Held keys arrive in bunches over a slow line. */
		{ "jjjjjjjjjjjj", "j j j j j j j j j j j j" },
		{ "kkkkkjjjjjjjhl", "k k k k k j j j j j j j h l" },
		{ "jkjkjkjkjkjkjk", "j k j k j k j k j k j k j k" },
		{ "dddddddddddd", "d d d d d d d d d d d d" },
		{ "\033[B\033[B\033[B\033[B\033[B\033[B\033[B\033[B\033[B\033[B", "Down Down Down Down Down Down Down Down Down Down" },
		{ "j\033[Bk\rq", "j Down k Enter q" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorder recorder;

		begin(&recorder, false);
		keys_feed(recorder.keys, cases[i].bytes, strlen(cases[i].bytes), 0);
		settle(recorder.keys, 0);
		assert_string_equal(text_get(&recorder.heard), cases[i].names);
		end(&recorder);
	}
}

static void a_guessed_paste_goes_on_until_a_pause(void **state)
{
	struct recorder recorder;
	int64_t now;

	(void)state;
	begin(&recorder, false);
	keys_feed(recorder.keys, "first li", 8, 0);
	keys_feed(recorder.keys, "ne\rd", 4, 15);
	for (now = 60; now < 400; now += 60)
		keys_feed(recorder.keys, "dq", 2, now);
	assert_int_equal(recorder.count, 0);
	settle(recorder.keys, now);
	assert_string_equal(text_get(&recorder.heard), "paste");
	assert_string_equal(recorder.pasted, "first line\nddqdqdqdqdqdq");
	/* Typing goes on as usual. */
	keys_feed(recorder.keys, "j", 1, now + 1000);
	settle(recorder.keys, now + 1000);
	assert_string_equal(text_get(&recorder.heard), "paste j");
	end(&recorder);
}

static void typing_is_no_paste(void **state)
{
	struct recorder recorder;
	const char *words = "dnqcuxabcdefghij";
	int64_t now = 0;
	size_t i;

	(void)state;
	begin(&recorder, false);
	for (i = 0; words[i]; i++, now += 21) {
		settle(recorder.keys, now);
		keys_feed(recorder.keys, &words[i], 1, now);
	}
	settle(recorder.keys, now);
	assert_int_equal(recorder.printable, strlen(words));
	assert_int_equal(recorder.pastes, 0);
	end(&recorder);

	/* A field takes everything at once, also where the same bunch opened it. */
	begin(&recorder, false);
	recorder.field_key = '/';
	keys_feed(recorder.keys, "/smith", 6, 0);
	settle(recorder.keys, 0);
	keys_feed(recorder.keys, "jones and company", 17, 100);
	assert_int_equal(recorder.printable, 6 + 17);
	end(&recorder);
}

static void type_ahead_can_be_dropped(void **state)
{
	struct recorder recorder;

	(void)state;
	begin(&recorder, false);
	keys_feed(recorder.keys, "dy\r", 3, 0);
	keys_forget(recorder.keys);
	settle(recorder.keys, 0);
	assert_int_equal(recorder.count, 0);
	end(&recorder);
}

/* --- random sequences ------------------------------------------------------------------ */

static unsigned pick(unsigned *seed, unsigned below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static size_t random_string(unsigned *seed, char *out, const char *start, const char *end)
{
	size_t length = strlen(start), payload = pick(seed, 40), i;

	memcpy(out, start, length);
	for (i = 0; i < payload; i++) {
		if (pick(seed, 10) == 0) {
			memcpy(out + length, "\xe2\x9c\x85", 3);
			length += 3;
		} else {
			out[length++] = (char)(' ' + pick(seed, 95));
		}
	}
	memcpy(out + length, end, strlen(end));
	return length + strlen(end);
}

static size_t random_sequence(unsigned *seed, char *out)
{
	size_t length = 2, i, n;

	switch (pick(seed, 8)) {
	case 0: return random_string(seed, out, "\033]", "\007");
	case 1: return random_string(seed, out, "\033]", "\033\\");
	case 2: return random_string(seed, out, "\033P", "\033\\");
	case 3: return random_string(seed, out, "\033_", "\033\\");
	case 4: return random_string(seed, out, pick(seed, 2) ? "\033^" : "\033X", "\033\\");
	case 5:
		memcpy(out, "\033O", 2);
		out[length++] = (char)('@' + pick(seed, 63));
		return length;
	}
	memcpy(out, "\033[", 2);
	for (i = 0, n = pick(seed, 10); i < n; i++)
		out[length++] = (char)('0' + pick(seed, 16));
	for (i = 0, n = pick(seed, 3); i < n && pick(seed, 4) == 0; i++)
		out[length++] = (char)(' ' + pick(seed, 16));
	out[length++] = (char)('@' + pick(seed, 63));
	if (length == 3 && out[2] == '[')
		out[2] = 'A';
	if (length == 3 && out[2] == 'M') {
		for (i = 0; i < 3; i++)
			out[length++] = (char)(' ' + pick(seed, 200));
	}
	/* The start of a paste is the one that opens something. */
	if (length == 6 && memcmp(out, "\033[200~", 6) == 0)
		out[2] = '3';
	return length;
}

static void no_sequence_becomes_a_printable_key(void **state)
{
	const char *full = getenv("POSTROOM_FULL"), *given = getenv("POSTROOM_SEED");
	unsigned long count = full && full[0] == '1' ? 100000 : 5000, i;
	unsigned seed = given ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
	char bytes[256];

	(void)state;
	print_message("seed %u, %lu sequences\n", seed, count);
	for (i = 0; i < count; i++) {
		size_t length = random_sequence(&seed, bytes), split, at;
		struct recorder recorder;
		int64_t now = 0;

		begin(&recorder, true);
		for (split = 0; split < length; split++) {
			keys_feed(recorder.keys, bytes, split, now);
			keys_feed(recorder.keys, bytes + split, length - split, now + 5);
			now = settle(recorder.keys, now + 5) + 2000;
		}
		for (at = 0; at < length; at++, now += 5)
			keys_feed(recorder.keys, bytes + at, 1, now);
		settle(recorder.keys, now);
		if (recorder.printable)
			print_message("sequence %lu gave %s\n", i, text_get(&recorder.heard));
		assert_int_equal(recorder.printable, 0);
		assert_int_equal(recorder.pastes, 0);
		end(&recorder);
	}
}

/* Where they were asked for: the left button down and the wheel; all other reports are swallowed whole as before. */
static void mouse_reports_are_keys_where_asked_for(void **state)
{
	static const struct { const char *bytes, *heard; } cases[] = {
		{ "\033[<0;10;5M", "0@4,9" }, { "\033[<0;10;5m", "" }, { "\033[<0;10;5M\033[<0;10;5mx", "0@4,9 x" },
		{ "\033[<64;1;1M", "1@0,0" }, { "\033[<65;300;200M", "2@199,299" }, { "\033[<4;2;3M", "0@2,1" }, { "\033[<24;2;3M", "0@2,1" },
		{ "\033[<1;2;3M", "" }, { "\033[<2;2;3M", "" }, { "\033[<3;2;3M", "" }, { "\033[<32;2;3M", "" }, { "\033[<35;2;3M", "" },
		{ "\033[<66;2;3M", "" }, { "\033[<128;2;3M", "" }, { "\033[<0;0;3M", "" }, { "\033[<0;3;0M", "" }, { "\033[<0;3M", "" },
		{ "\033[<0;3;4;5M", "" }, { "\033[<0;3;4;5;6;7M", "" }, { "\033[<M", "" }, { "\033[<<0;1;1M", "" }, { "\033[0<;1;1M", "" },
		{ "\033[<0;1;1A", "" }, { "\033[<0;1;1~", "" }, { "\033[<200~", "" }, { "\033[<?0;1;1M", "" }, { "\033[M !!", "" },
		{ "\033[<0;1;1\033[A", "Up" }, { "\033[<99999999999;1;1M", "" },
	};
	size_t i, at;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorder recorder;
		int64_t now = 1000;

		begin(&recorder, false);
		keys_set_mouse(recorder.keys, true);
		/* Byte by byte, which no sequence may mind. */
		for (at = 0; cases[i].bytes[at]; at++)
			keys_feed(recorder.keys, cases[i].bytes + at, 1, now += 3);
		settle(recorder.keys, now);
		if (strcmp(text_get(&recorder.heard), cases[i].heard) != 0)
			fail_msg("case %zu: \"%s\", not \"%s\"", i, text_get(&recorder.heard), cases[i].heard);
		end(&recorder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mouse_reports_are_keys_where_asked_for),
		cmocka_unit_test(known_sequences_are_keys),
		cmocka_unit_test(names_go_both_ways),
		cmocka_unit_test(a_late_rest_is_swallowed),
		cmocka_unit_test(a_sequence_that_stops_is_given_up),
		cmocka_unit_test(a_bracketed_paste_is_one_key),
		cmocka_unit_test(a_paste_has_a_cap_and_an_end),
		cmocka_unit_test(fast_text_without_a_field_is_a_paste),
		cmocka_unit_test(a_guessed_paste_goes_on_until_a_pause),
		cmocka_unit_test(typing_is_no_paste),
		cmocka_unit_test(type_ahead_can_be_dropped),
		cmocka_unit_test(no_sequence_becomes_a_printable_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
