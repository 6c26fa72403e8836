/*
 * test_hosts: calls on servers: taking turns, deadlines, cancelling, the end,
 * what is refused before anything starts, and the way that is chosen.
 *
 * Programs are shell scripts written into a private directory, in the place of
 * doveadm and postsuper.  Longer than 600 lines because every way is held
 * against the same scripts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "hosts/hosts.h"
#include "hosts/hosts_private.h"

static char directory[64], doveadm[128];
static struct loop *loop;

struct heard {
	bool done, begun;
	int calls;
	enum error_kind kind;
	int status;
	bool cut;
	size_t pieces, late_pieces, length;
	char text[600], output[4096], complaint[1000];
};

static void write_script(const char *name, const char *lines)
{
	char path[160];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file, "#!/bin/sh\n%s\n", lines);
	fclose(file);
	assert_int_equal(chmod(path, 0755), 0);
}

static struct hosts *open_one(struct host_settings settings)
{
	settings.name = settings.name ? settings.name : "mail1";
	settings.doveadm = doveadm;
	settings.postfix_sbin = settings.postfix_bin = directory;
	return hosts_open(loop, &settings, 1);
}

static void on_piece(void *context, enum host_form form, const char *bytes, size_t length)
{
	struct heard *heard = context;

	(void)bytes;
	assert_int_equal(form, FORM_OUTPUT);
	heard->begun = true;
	heard->late_pieces += heard->done;
	heard->pieces++;
	heard->length += length;
}

static void on_done(void *context, const struct host_answer *answer)
{
	struct heard *heard = context;

	heard->done = true;
	heard->calls++;
	heard->kind = answer->error.kind;
	heard->status = answer->status;
	heard->cut = answer->cut;
	snprintf(heard->text, sizeof(heard->text), "%s", answer->error.text);
	snprintf(heard->output, sizeof(heard->output), "%s", answer->output);
	snprintf(heard->complaint, sizeof(heard->complaint), "%s", answer->complaint);
}

static struct host_request request_for(struct heard *heard, const char *command)
{
	return (struct host_request){ .command = command, .done = on_done, .context = heard, .deadline = 20000 };
}

static void ask(struct hosts *hosts, struct host_request request)
{
	struct heard *heard = request.context;

	memset(heard, 0, sizeof(*heard));
	host_run(hosts, 0, &request);
	assert_false(heard->done);
	loop_run_until(loop, &heard->done);
	assert_int_equal(heard->calls, 1);
}

static void passes_arguments_and_output(void **state)
{
	static const struct {
		const char *command, *holes[3];
		size_t count;
		const char *output;
	} cases[] = {
		{ "who", { NULL }, 0, "-f|tab|who|-1|" },
		{ "quota-get", { "o'hara;$(id)@example.com" }, 1, "-f|tab|quota|get|-u|o'hara;$(id)@example.com|" },
		{ "kick-from", { "anna@example.com", "2001:db8::/32" }, 2, "kick|anna@example.com|2001:db8::/32|" },
		{ "log-errors-since", { "1700000000" }, 1, "-f|tab|log|errors|-s|1700000000|" },
	};
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard;
	size_t i;

	(void)state;
	write_script("doveadm", "printf '%s|' \"$@\"; echo note >&2; exit 3");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_request request = request_for(&heard, cases[i].command);

		request.holes = cases[i].holes;
		request.hole_count = cases[i].count;
		ask(hosts, request);
		assert_int_equal(heard.kind, ERROR_NONE);
		assert_int_equal(heard.status, 3);
		assert_string_equal(heard.output, cases[i].output);
		assert_string_equal(heard.complaint, "note\n");
	}
	hosts_close(hosts);
}

static void puts_the_configuration_in_front(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true, .dovecot_config = "/etc/other.conf", .postfix_config = "/etc/pf" });
	struct heard heard;
	struct host_request request = request_for(&heard, "queue-hold");

	(void)state;
	write_script("doveadm", "printf '%s|' \"$@\"");
	write_script("postsuper", "printf '%s|' \"$@\"; cat");
	ask(hosts, request_for(&heard, "who"));
	assert_string_equal(heard.output, "-c|/etc/other.conf|-f|tab|who|-1|");
	request.input = "4bXyZ12345678\nA1B2C3D4E5\n";
	request.input_length = strlen(request.input);
	ask(hosts, request);
	assert_string_equal(heard.output, "-c|/etc/pf|-h|-|4bXyZ12345678\nA1B2C3D4E5\n");
	hosts_close(hosts);
}

static void refuses_what_does_not_fit(void **state)
{
	static const struct { const char *command, *hole, *input; } cases[] = {
		{ "quota-get", "", NULL }, { "quota-get", "-A", NULL }, { "quota-get", "*", NULL }, { "quota-get", "a b", NULL },
		{ "quota-get", "a\nb", NULL }, { "quota-get", "\xff\xfe", NULL }, { "kick", "192.0.2.1", NULL }, { "kick", "::1", NULL },
		{ "kick", "10.0.0.0/8", NULL }, { "kick", "a?c@example.com", NULL }, { "kick", "-f", NULL },
		{ "queue-retry", "ALL", NULL }, { "queue-retry", "-f", NULL }, { "queue-retry", "ABC/../../x", NULL },
		{ "queue-retry", "ABCDEF1234567890ABCDE", NULL }, { "message", "", NULL },
		{ "queue-delete", NULL, "ALL\n" }, { "queue-delete", NULL, "A1B2C3D4E5\nALL\n" }, { "queue-delete", NULL, "" },
		{ "queue-delete", NULL, "A1B2C3D4E5\n\n" }, { "queue-delete", NULL, "A1B2C3D4E5 x\n" }, { "queue-hold", NULL, "-\n" },
		{ "table-words", "hash:/etc/shadow x", "example.com" }, { "table-words", "inline:{a=b}", "example.com" }, { "table-words", "tcp:127.0.0.1:1", "example.com" },
		{ "table-words", "hash:/etc/x", "-q" }, { "table-words", "hash:/etc/x", "a b" }, { "mail-log", "-f", NULL }, { "mail-log", "/a/../b", NULL },
		{ "postconf", "-e", NULL }, { "postconf", "a=b", NULL }, { "disks", "tmp", NULL }, { "disks", "/a/../b", NULL },
		{ "log-errors-since", "now", NULL }, { "mailbox-find", "anna@example.com", NULL }, { "who", "x", NULL },
	};
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard;
	size_t i;

	(void)state;
	write_script("doveadm", "touch \"$0.ran\"");
	write_script("postsuper", "touch \"$0.ran\"");
	write_script("postqueue", "touch \"$0.ran\"");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_request request = request_for(&heard, cases[i].command);

		request.holes = &cases[i].hole;
		request.hole_count = cases[i].hole ? 1 : 0;
		request.input = cases[i].input;
		request.input_length = cases[i].input ? strlen(cases[i].input) : 0;
		ask(hosts, request);
		if (heard.kind != ERROR_INVALID && heard.kind != ERROR_INTERNAL)
			fail_msg("%s \"%s\" was not refused", cases[i].command, cases[i].hole ? cases[i].hole : cases[i].input);
		assert_non_null(strstr(heard.text, "mail1: "));
	}
	hosts_close(hosts);
}

static void every_row_makes_a_line(void **state)
{
	static const char *const values[] = {
		[HOLE_USER] = "anna@example.com", [HOLE_NETWORK] = "192.0.2.0/24", [HOLE_QUEUE_ID] = "A1B2C3D4E5", [HOLE_SERVICE] = "imap-login",
		[HOLE_PARAMETER] = "queue_directory", [HOLE_PATH] = "/var", [HOLE_TIME] = "1700000000", [HOLE_MAILBOX] = "INBOX",
		[HOLE_MESSAGE_ID] = "<1.2@example.com>", [HOLE_CHANGE] = "a1b2-3",
		[HOLE_SETTING] = "auth_cache_size", [HOLE_SCRIPT] = "main", [HOLE_WHO] = "user=bert@example.com", [HOLE_RIGHT] = "lookup",
		[HOLE_NAME] = "anna@example.com", [HOLE_PATTERN] = "anna@example\\.com",
		[HOLE_TABLE] = "ldap:/etc/postfix/ldap.virtualdomains",
		[HOLE_PROCESS] = "/proc/12/smaps_rollup",
	};
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	const struct host_command *command;

	(void)state;
	for (command = host_commands; command->name; command++) {
		struct host_call call = { .hosts = hosts, .host = &hosts->list[0], .command = command, .carrier = &carrier_exec, .arena = arena_new() };
		const char *holes[9];
		const char *const *line;
		struct error error = { 0 };
		size_t i, count;

		for (i = 0; i < command->hole_count; i++)
			holes[i] = values[command->holes[i]];
		call.holes = holes;
		call.hole_count = command->hole_count;
		call.input = (char *)(command->input_ids ? "A1B2C3D4E5" : command->input_domains ? "example.com\n" : command->input_change ? "{}" : command->input_text ? "keep;\n\"%1\"" :
			command->input_secret ? "secret\n" : NULL);
		call.input_length = call.input ? strlen(call.input) : 0;
		assert_true(command_fits(command, holes, call.hole_count, call.input, call.input_length, &error));
		line = command_line(&call, &count);
		assert_int_equal(line[0][0], '/');
		assert_null(line[count]);
		for (i = 0; i < count; i++)
			assert_true(line[i][0] != '%' || strchr(line[i], ' '));
		assert_ptr_equal(host_command_find(command->name), command);
		if (command->method) {
			char *parameters = command_parameters(&call);

			assert_true(command->input_text ? strstr(parameters, "\"keep;\\u000a\\\"%1\\\"\"") != NULL : !strchr(parameters, '%'));
			free(parameters);
		}
		assert_non_null(command->help);
		arena_free(call.arena);
	}
	hosts_close(hosts);
}

/* The line of packaging/sudoers for a command: its arguments as they are, or as a pattern where something varies. */
static void sudo_line(const struct host_command *command, char *line, size_t size)
{
	static const char *const patterns[] = {
		[HOLE_USER] = "[^[:space:]]+", [HOLE_QUEUE_ID] = "[0-9A-Za-z]+", [HOLE_TIME] = "[0-9]+", [HOLE_NETWORK] = "[0-9a-fA-F.:/]+",
		[HOLE_MESSAGE_ID] = "[^[:space:]]+", [HOLE_SCRIPT] = "[^-./][^/]*", [HOLE_MAILBOX] = "[^-].*", [HOLE_RIGHT] = "[a-z -]+",
		[HOLE_WHO] = "(anyone|authenticated|(user|group)=[^[:space:]].*)",
		[HOLE_PATH] = "/[^[:space:]]+",
		[HOLE_SERVICE] = "(amavis|apache2|cyrus-imapd|dovecot|fetchmail|postfix|postgrey|rsyslog|saslauthd|univention-firewall)",
	};
	struct host_settings usual = { .name = "x" };
	struct arena *arena = arena_new();
	size_t i;
	int length;

	length = snprintf(line, size, "\t%s %s", command_program(arena, &usual, command->program), command->hole_count ? "^" : "");
	for (i = 0; command->arguments[i]; i++) {
		const char *word = command->arguments[i];
		enum hole_type type = word[0] == '%' ? command->holes[word[1] - '1'] : HOLE_USER;
		/* A star is one only outside of brackets, and several words are none that looks like an option. */
		const char *pattern = word[0] != '%' ? strcmp(word, "*") ? word : "[*]" :
			command->many && type == HOLE_USER && (size_t)(word[1] - '0') == command->hole_count ? "[^-[:space:]][^[:space:]]*( [^-[:space:]][^[:space:]]*)*" :
			command->changes && word[1] == '1' && type != HOLE_SERVICE ? "[^-*?[:space:]][^*?[:space:]]*" : type < sizeof(patterns) / sizeof(patterns[0]) ? patterns[type] : NULL;

		/* Several paths of one kind; they have no pattern above. */
		if (word[0] == '%' && command->holes[word[1] - '1'] == HOLE_PROCESS) {
			length += snprintf(line + length, size - (size_t)length, "( /proc/[0-9]+/[a-z_]+)+");
			continue;
		}
		length += snprintf(line + length, size - (size_t)length, "%s%s", i ? " " : "", pattern);
	}
	snprintf(line + length, size - (size_t)length, "%s", command->hole_count ? "$" : "");
	arena_free(arena);
}

static void sudoers_has_every_command_for_root(void **state)
{
	char words[16384], line[400], *looking, *changing;
	const struct host_command *command;
	FILE *file = fopen("packaging/sudoers", "r");
	size_t length, lines = 0;

	(void)state;
	assert_non_null(file);
	length = fread(words, 1, sizeof(words) - 1, file);
	words[length] = '\0';
	fclose(file);
	looking = strstr(words, "Cmnd_Alias POSTROOM_LOOK");
	changing = strstr(words, "Cmnd_Alias POSTROOM_KICK");
	assert_true(looking && changing > looking);
	for (command = host_commands; command->name; command++) {
		const char *at;

		if (!command->root)
			continue;
		sudo_line(command, line, sizeof(line));
		at = strstr(words, line);
		if (!at || !strchr(",\n", at[strlen(line)]) || (at > changing) != command->changes)
			fail_msg("packaging/sudoers lacks %s", line);
		lines++;
	}
	/* And nothing that no row needs. */
	for (looking = words; (looking = strstr(looking, "\n\t/")); looking++)
		lines--;
	assert_int_equal(lines, 0);
}

static void who_only_looks_changes_nothing(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	const struct host_command *command;
	struct heard heard;

	(void)state;
	write_script("doveadm", "echo looked");
	hosts_only_look(hosts);
	for (command = host_commands; command->name; command++)
		if (command->changes) {
			ask(hosts, request_for(&heard, command->name));
			assert_int_equal(heard.kind, ERROR_REFUSED);
			assert_non_null(strstr(heard.text, "this session only looks"));
		}
	ask(hosts, request_for(&heard, "who"));
	assert_string_equal(heard.output, "looked\n");
	hosts_close(hosts);
}

static void takes_turns(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard[12];
	size_t i, most = 0;

	(void)state;
	memset(heard, 0, sizeof(heard));
	write_script("doveadm", "exec sleep 60");
	for (i = 0; i < 12; i++) {
		struct host_request request = request_for(&heard[i], "who");

		host_run(hosts, 0, &request);
		if (hosts->list[0].running_count > most)
			most = hosts->list[0].running_count;
	}
	assert_int_equal(most, HOSTS_AT_ONCE);
	hosts_close(hosts);
	for (i = 0; i < 12; i++) {
		assert_int_equal(heard[i].calls, 1);
		assert_int_equal(heard[i].kind, ERROR_CANCELLED);
	}
}

static void all_get_their_turn(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard[9];
	size_t i;

	(void)state;
	memset(heard, 0, sizeof(heard));
	write_script("doveadm", "echo here");
	for (i = 0; i < 9; i++) {
		struct host_request request = request_for(&heard[i], "who");

		host_run(hosts, 0, &request);
	}
	for (i = 0; i < 9; i++) {
		loop_run_until(loop, &heard[i].done);
		assert_string_equal(heard[i].output, "here\n");
	}
	hosts_close(hosts);
}

static void ends_at_the_deadline(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard;
	struct host_request request = request_for(&heard, "who");

	(void)state;
	write_script("doveadm", "exec sleep 60");
	request.deadline = 150;
	ask(hosts, request);
	assert_int_equal(heard.kind, ERROR_TIMEOUT);
	assert_non_null(strstr(heard.text, "mail1: who gave no answer within 1 s"));
	hosts_close(hosts);
}

static void one_that_hangs_delays_no_other(void **state)
{
	char slow[160], fast[160];
	struct host_settings settings[2] = { { .name = "mail1", .exec = true, .doveadm = slow }, { .name = "mail2", .exec = true, .doveadm = fast } };
	struct hosts *hosts;
	struct heard hanging[10], heard;
	struct host_request request = request_for(&heard, "who");
	size_t i;

	(void)state;
	memset(hanging, 0, sizeof(hanging));
	memset(&heard, 0, sizeof(heard));
	snprintf(slow, sizeof(slow), "%s/postsuper", directory);
	snprintf(fast, sizeof(fast), "%s", doveadm);
	write_script("postsuper", "exec sleep 60");
	write_script("doveadm", "echo here");
	hosts = hosts_open(loop, settings, 2);
	for (i = 0; i < 10; i++) {
		struct host_request long_one = request_for(&hanging[i], "who");

		host_run(hosts, 0, &long_one);
	}
	host_run(hosts, 1, &request);
	loop_run_until(loop, &heard.done);
	assert_string_equal(heard.output, "here\n");
	for (i = 0; i < 10; i++)
		assert_false(hanging[i].done);
	hosts_close(hosts);
}

static void a_call_is_taken_back(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard[6];
	struct host_call *calls[6];
	size_t i;

	(void)state;
	memset(heard, 0, sizeof(heard));
	write_script("doveadm", "exec sleep 60");
	for (i = 0; i < 6; i++) {
		struct host_request request = request_for(&heard[i], i == 5 ? "nonsense" : "who");

		calls[i] = host_run(hosts, 0, &request);
	}
	for (i = 0; i < 6; i++) {
		host_cancel(calls[i]);
		assert_false(heard[i].done);
	}
	for (i = 0; i < 6; i++) {
		loop_run_until(loop, &heard[i].done);
		assert_int_equal(heard[i].calls, 1);
		assert_int_equal(heard[i].kind, ERROR_CANCELLED);
	}
	hosts_close(hosts);
}

static void streams_and_caps(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard;
	struct host_request request = request_for(&heard, "who");

	(void)state;
	write_script("doveadm", "head -c 300000 /dev/zero");
	request.piece = on_piece;
	ask(hosts, request);
	assert_int_equal(heard.length, 300000);
	assert_true(heard.pieces > 1);
	assert_false(heard.cut);
	assert_string_equal(heard.output, "");
	write_script("doveadm", "exec cat /dev/zero");
	request.most = 1000000;
	ask(hosts, request);
	assert_int_equal(heard.length, 1000000);
	assert_true(heard.cut);
	hosts_close(hosts);
}

static void over(void *context)
{
	*(bool *)context = true;
}

/* After a long pause of the whole machine both times are over at once, and the pipe is still full. */
static void nothing_comes_after_the_answer(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct heard heard = { 0 };
	struct host_request request = request_for(&heard, "who");
	struct loop_timer *timer;
	bool is_over = false;

	(void)state;
	write_script("doveadm", "exec yes");
	request.piece = on_piece;
	host_run(hosts, 0, &request);
	loop_run_until(loop, &heard.begun);
	usleep(20000);
	loop_leap(loop, request.deadline + HOSTS_GRACE_MS);
	loop_run_until(loop, &heard.done);
	assert_int_equal(heard.kind, ERROR_TIMEOUT);
	timer = loop_after(loop, 100, 0, over, &is_over);
	loop_run_until(loop, &is_over);
	loop_timer_stop(timer);
	assert_int_equal(heard.calls, 1);
	assert_int_equal(heard.late_pieces, 0);
	hosts_close(hosts);
}

static void says_what_is_not_there(void **state)
{
	struct host_settings none = { .name = "mail1" };
	struct hosts *hosts = hosts_open(loop, &none, 0);
	struct heard heard;
	size_t at;

	(void)state;
	ask(hosts, request_for(&heard, "who"));
	assert_int_equal(heard.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(heard.text, "No mail server is configured"));
	assert_false(host_named(hosts, "mail1", &at));
	hosts_close(hosts);
	hosts = open_one((struct host_settings){ .exec = true, .postfix_sbin = "/nonexistent" });
	assert_true(host_named(hosts, "mail1", &at));
	unlink(doveadm);
	ask(hosts, request_for(&heard, "who"));
	assert_int_equal(heard.kind, ERROR_UNREACHABLE);
	assert_non_null(strstr(heard.text, "mail1: who: "));
	assert_non_null(strstr(heard.text, "cannot be started"));
	hosts_close(hosts);
}

/* A console runs for weeks, and its program is replaced by an upgrade: the new one stands at the path. */
static void a_replaced_program_is_found(void **state)
{
	static const struct { const char *link, *path; } cases[] = {
		{ "/usr/bin/postroom", "/usr/bin/postroom" },
		{ "/usr/bin/postroom (deleted)", "/usr/bin/postroom" },
		{ "/opt/a (deleted)/postroom", "/opt/a (deleted)/postroom" },
		{ " (deleted)", " (deleted)" },
		{ "", "" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(command_of_link(arena, cases[i].link, strlen(cases[i].link)), cases[i].path);
	arena_free(arena);
}

static void chooses_the_way(void **state)
{
	static const struct {
		bool exec, ssh, http;
		enum host_way by;
		const char *command;
		enum host_way way;
	} cases[] = {
		{ true, true, true, WAY_NONE, "who", WAY_HTTP },
		{ true, true, true, WAY_NONE, "configuration", WAY_EXEC },
		{ false, true, true, WAY_NONE, "configuration", WAY_SSH },
		{ true, true, false, WAY_NONE, "who", WAY_EXEC },
		{ true, true, true, WAY_SSH, "who", WAY_SSH },
		{ true, true, true, WAY_HTTP, "configuration", WAY_EXEC },
		{ false, false, true, WAY_NONE, "configuration", WAY_NONE },
		{ true, false, true, WAY_SSH, "who", WAY_NONE },
		{ true, true, true, WAY_NONE, "queue", WAY_EXEC },
		{ false, true, true, WAY_NONE, "queue", WAY_SSH },
		{ false, false, true, WAY_NONE, "queue", WAY_NONE },
		{ false, false, false, WAY_NONE, "who", WAY_NONE },
		{ true, true, true, WAY_NONE, "load", WAY_EXEC },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct host_settings settings = {
			.exec = cases[i].exec, .ssh_target = cases[i].ssh ? "mail1" : NULL,
			.http_url = cases[i].http ? "https://mail1:8443" : NULL, .by = { [GROUP_DOVEADM] = cases[i].by },
		};
		struct hosts *hosts = open_one(settings);
		struct error error = { 0 };

		assert_int_equal(host_way(hosts, 0, cases[i].command, &error), cases[i].way);
		assert_true((error.kind == ERROR_UNSUPPORTED) == (cases[i].way == WAY_NONE));
		if (cases[i].way == WAY_NONE)
			assert_non_null(strstr(error.text, "mail1: no way for "));
		hosts_close(hosts);
	}
}

static void waits_here(void **state)
{
	struct hosts *hosts = open_one((struct host_settings){ .exec = true });
	struct host_request request = { .command = "who" };
	struct arena *arena = arena_new();
	const struct host_answer *answer;
	bool give_up = false;

	(void)state;
	write_script("doveadm", "echo row");
	answer = host_run_here(hosts, loop, 0, &request, &give_up, arena);
	assert_int_equal(answer->error.kind, ERROR_NONE);
	assert_string_equal(answer->output, "row\n");
	write_script("doveadm", "exec sleep 60");
	give_up = true;
	answer = host_run_here(hosts, loop, 0, &request, &give_up, arena);
	assert_int_equal(answer->error.kind, ERROR_CANCELLED);
	arena_free(arena);
	hosts_close(hosts);
}

static int set_up(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/postroom-test-XXXXXX");
	assert_non_null(mkdtemp(directory));
	snprintf(doveadm, sizeof(doveadm), "%s/doveadm", directory);
	loop = loop_new();
	return 0;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "doveadm", "postsuper", "postqueue" };
	char path[160];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
		unlink(path);
	}
	loop_free(loop);
	/* Nothing that was refused has run: then the directory would not be empty. */
	return rmdir(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(passes_arguments_and_output, set_up, tear_down),
		cmocka_unit_test_setup_teardown(puts_the_configuration_in_front, set_up, tear_down),
		cmocka_unit_test_setup_teardown(refuses_what_does_not_fit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_row_makes_a_line, set_up, tear_down),
		cmocka_unit_test_setup_teardown(sudoers_has_every_command_for_root, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_only_looks_changes_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(takes_turns, set_up, tear_down),
		cmocka_unit_test_setup_teardown(all_get_their_turn, set_up, tear_down),
		cmocka_unit_test_setup_teardown(ends_at_the_deadline, set_up, tear_down),
		cmocka_unit_test_setup_teardown(one_that_hangs_delays_no_other, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_call_is_taken_back, set_up, tear_down),
		cmocka_unit_test_setup_teardown(streams_and_caps, set_up, tear_down),
		cmocka_unit_test_setup_teardown(nothing_comes_after_the_answer, set_up, tear_down),
		cmocka_unit_test_setup_teardown(says_what_is_not_there, set_up, tear_down),
		cmocka_unit_test(a_replaced_program_is_found),
		cmocka_unit_test_setup_teardown(chooses_the_way, set_up, tear_down),
		cmocka_unit_test_setup_teardown(waits_here, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
