/*
 * servers: see servers.h. Files lie in the test's folder and go with it.
 */
#include "tests/live/servers.h"

#include "tests/live/console.h"

static void in_folder(char *path, size_t size, const char *name)
{
	snprintf(path, size, "%s/%s", console_folder(), name);
}

char *servers_configure(const char *name, const char *role, const char *more)
{
	char *path = console_configure(name, role, NULL, NULL), *text = console_slurp(path, NULL), *state, *end;
	struct text out = { 0 };

	assert_non_null(text);
	/* The state directory is the last line. */
	state = strstr(text, "\nstate_dir");
	end = strstr(text, "\nserver ");
	assert_non_null(state);
	if (end)
		*end = '\0';
	text_addf(&out, "%s%s\n%s", text, end && end < state ? state : "", more);
	console_write(path, text_get(&out));
	text_free(&out);
	free(text);
	return path;
}

/* Of the lab's environment. */
static const char *numbered(const char *name, int number)
{
	char whole[40];

	snprintf(whole, sizeof(whole), "%s%d", name, number);
	return console_env(whole);
}

void servers_add_lab(struct text *out, const char *name, int number, enum host_way way, const char *more)
{
	const char *configuration = number == 1 ? "LAB_DOVECOT1_CONF" : "LAB_DOVECOT2_CONF";

	text_addf(out, "server %s {\n\trole = mailbox\n\taddress = \"127.0.0.1\"\n\tdovecot_config = \"%s\"\n", name, console_env(configuration));
	/* Whose connections count is told by their ports. */
	text_addf(out, "\tports = { \"imap %s\", \"imaps %s\", \"pop3 %s\", \"pop3s %s\", \"sieve %s\" }\n", numbered("LAB_IMAP", number),
		numbered("LAB_IMAPS", number), numbered("LAB_POP3_", number), numbered("LAB_POP3S", number), numbered("LAB_SIEVE", number));
	if (way == WAY_EXEC)
		text_add(out, "\texec = yes\n");
	if (way == WAY_HTTP)
		text_addf(out, "\thttp = \"%s\"\n\thttp_plain = yes\n\thttp_ca_file = \"%s\"\n\thttp_key_file = \"%s\"\n", numbered("LAB_DOVEADM_URL", number),
			console_env("LAB_CA"), console_env("LAB_DOVEADM_KEY_FILE"));
	if (way == WAY_SSH)
		text_addf(out, "\tssh = \"%s\"\n\tssh_port = %s\n\tssh_key = \"%s\"\n\tssh_known_hosts = \"%s\"\n\tssh_config = \"%s\"\n",
			console_env("LAB_SSH_TARGET"), console_env("LAB_SSH_PORT"), console_env("LAB_SSH_KEY"), console_env("LAB_SSH_KNOWN_HOSTS"),
			console_env("LAB_SSH_CONFIG"));
	text_addf(out, "%s}\n", more ? more : "");
}

void servers_add(struct text *out, const char *name, const char *format, ...)
{
	char lines[2000];
	va_list values;

	va_start(values, format);
	vsnprintf(lines, sizeof(lines), format, values);
	va_end(values);
	text_addf(out, "server %s {\n%s}\n", name, lines);
}

char *servers_script(const char *name, const char *lines)
{
	char path[300];
	struct text text = { 0 };

	in_folder(path, sizeof(path), name);
	text_addf(&text, "#!/bin/sh\n%s", lines);
	console_write(path, text_get(&text));
	text_free(&text);
	assert_int_equal(chmod(path, 0755), 0);
	return memory_text(path);
}

static char *printed(const char *file)
{
	char path[300], *text;

	in_folder(path, sizeof(path), file);
	text = console_slurp(path, NULL);
	return text ? text : memory_text("");
}

char *servers_shell(const char *line)
{
	const char *argv[] = { "/bin/sh", "-c", line, NULL };
	int status = lab_run(argv, "shell-out");
	char *text = printed("shell-out");

	if (status != 0)
		fail_msg("%s: status %d: %s", line, status, text);
	return text;
}

char *servers_run(const char *config, int *status, ...)
{
	const char *argv[28] = { "/bin/sh", "-c", "exec \"$@\" 2>\"$0\"", console_folder(), console_env("POSTROOM"), "--config", config };
	char complaints[300];
	size_t count = 7;
	int came;
	va_list words;
	char *text;

	in_folder(complaints, sizeof(complaints), "run-err");
	argv[3] = complaints;
	va_start(words, status);
	while (count < 27 && (argv[count] = va_arg(words, const char *)) != NULL)
		count++;
	va_end(words);
	came = lab_run(argv, "run-out");
	text = printed("run-out");
	if (status)
		*status = came;
	else if (came != 0)
		fail_msg("postroom %s: status %d: %s%s", argv[7], came, text, servers_complaints());
	return text;
}

char *servers_complaints(void)
{
	return printed("run-err");
}
