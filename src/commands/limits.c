/*
 * limits: what Dovecot says to its connection limits, word for word, and what
 * this console finds beside that; of a mail server or of a file.
 *
 * Exit status: 0 nothing, or notes only; 1 a warning; 65 an error, with which
 * Dovecot would not start; else why nothing could be read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "commands/limits_source.h"
#include "commands/limits_walk.h"
#include "commands/output.h"
#include "commands/subcommands.h"
#include "hosts/hosts.h"

static const char *const severities[] = { "note", "warning" };

/* --- JSON -------------------------------------------------------------------------------------------- */

void limits_put_known(struct json *object, const char *key, uint64_t number)
{
	if (number == LIMITS_UNKNOWN)
		json_put_text(object, key, NULL);
	else
		json_put_number(object, key, number > INT64_MAX ? INT64_MAX : (int64_t)number);
}

static struct json *json_of_finding(const struct limits_finding *finding)
{
	struct json *object = json_object_new();

	json_put_text(object, "severity", severities[finding->severity]);
	json_put_text(object, "rule", finding->rule);
	json_put_text(object, "service", finding->service);
	json_put_text(object, "setting", finding->setting);
	limits_put_known(object, "value", finding->value);
	limits_put_known(object, "required", finding->required);
	json_put_text(object, "text", finding->text);
	json_put_text(object, "source", finding->source);
	return object;
}

void limits_put_verdict(struct json *root, const struct limits_verdict *verdict)
{
	struct json *warnings = json_array_new(), *errors = json_array_new(), *findings = json_array_new();

	for (size_t i = 0; i < verdict->warning_count; i++) {
		const struct limits_warning *warning = &verdict->warnings[i];
		struct json *object = json_object_new();

		json_put_text(object, "service", warning->service);
		json_put_text(object, "setting", warning->setting);
		json_put_number(object, "value", (int64_t)warning->value);
		json_put_number(object, "required", (int64_t)warning->required);
		json_put_text(object, "text", warning->text);
		json_add(warnings, object);
	}
	for (size_t i = 0; i < verdict->error_count; i++)
		json_add_text(errors, verdict->errors[i]);
	for (size_t i = 0; i < verdict->finding_count; i++)
		json_add(findings, json_of_finding(&verdict->findings[i]));
	json_put(root, "warnings", warnings);
	json_put(root, "errors", errors);
	json_put(root, "findings", findings);
}

static void print_json(const struct limits_verdict *verdict)
{
	struct json *root = json_object_new();
	char *words;

	limits_put_verdict(root, verdict);
	words = json_print(root, true);
	puts(words);
	free(words);
	json_free(root);
}

/* --- rows ------------------------------------------------------------------------------------------------ */

static const struct column columns[] = {
	{ .name = "says", .label = "Says" }, { .name = "severity", .label = "" }, { .name = "service", .label = "Service" },
	{ .name = "setting", .label = "Setting" }, { .name = "value", .label = "Now", .type = FIELD_NUMBER },
	{ .name = "required", .label = "Needed", .type = FIELD_NUMBER }, { .name = "text", .label = "What" },
	{ .name = "source", .label = "Where the rule comes from" },
};

static struct entry number_entry(struct arena *arena, uint64_t number)
{
	return entry_of_text(arena, number == LIMITS_UNKNOWN ? NULL : arena_format(arena, "%" PRIu64, number));
}

static void print_row(struct output *output, const char *says, const char *severity, const struct limits_finding *row)
{
	struct arena *arena = output->arena;

	output_item(output, &(struct item){ .entries = (struct entry[]){ entry_of_text(arena, says), entry_of_text(arena, severity),
		entry_of_text(arena, row->service), entry_of_text(arena, row->setting), number_entry(arena, row->value),
		number_entry(arena, row->required), entry_of_text(arena, row->text), entry_of_text(arena, row->source) } });
}

static void print_rows(const struct printer *printer, const struct limits_verdict *verdict)
{
	struct output output = { 0 };

	output_begin(&output, printer, stdout, columns, sizeof(columns) / sizeof(columns[0]), false);
	for (size_t i = 0; i < verdict->warning_count; i++)
		print_row(&output, "dovecot", "warning", &(struct limits_finding){ .service = verdict->warnings[i].service,
			.setting = verdict->warnings[i].setting, .value = verdict->warnings[i].value, .required = verdict->warnings[i].required,
			.text = verdict->warnings[i].text });
	for (size_t i = 0; i < verdict->error_count; i++)
		print_row(&output, "dovecot", "error", &(struct limits_finding){ .value = LIMITS_UNKNOWN, .required = LIMITS_UNKNOWN,
			.text = verdict->errors[i] });
	for (size_t i = 0; i < verdict->finding_count; i++)
		print_row(&output, "postroom", severities[verdict->findings[i].severity], &verdict->findings[i]);
	output_end(&output);
}

/* --- the check --------------------------------------------------------------------------------------------- */

static int fail(const struct error *error)
{
	headless_note("postroom: %s", error->text);
	return error_exit_status(error->kind);
}

static int tell(struct arena *arena, const struct arguments *arguments, struct limits_source *source, uint64_t open_files)
{
	struct limits_verdict verdict;

	if (open_files != LIMITS_UNKNOWN)
		source->facts->open_files = open_files;
	verdict = limits_source_judge(arena, source);
	if (arguments->printer == &printer_json)
		print_json(&verdict);
	else if (verdict.warning_count || verdict.error_count || verdict.finding_count || arguments->printer != &printer_table)
		print_rows(arguments->printer, &verdict);
	else
		printf("Dovecot has nothing to say against these limits, and nothing else was found.\n");
	return limits_exit_status(&verdict);
}

static bool read_arguments(const struct arguments *arguments, struct limits_version *version, uint64_t *open_files, struct error *error)
{
	char *end;

	if (arguments->doveconf && arguments->host)
		return error_set(error, ERROR_USAGE, "--doveconf and --host are two ways to say what to check; give one");
	if (arguments->printer == &printer_ldif)
		return error_set(error, ERROR_USAGE, "limits are in no directory, so there is no LDIF of them; --format is table, json, csv or tsv");
	if (arguments->dovecot_version && (!limits_version_read(arguments->dovecot_version, version) || version->major < 2))
		return error_set(error, ERROR_USAGE, "--dovecot-version is a version from 2.2 on, as 2.3.19, not %s", arguments->dovecot_version);
	if (!arguments->fd_limit)
		return true;
	if (strcmp(arguments->fd_limit, "unlimited") == 0) {
		*open_files = UINT32_MAX;
		return true;
	}
	*open_files = strtoull(arguments->fd_limit, &end, 10);
	if (*arguments->fd_limit >= '0' && *arguments->fd_limit <= '9' && !*end && *open_files <= UINT32_MAX)
		return true;
	return error_set(error, ERROR_USAGE, "--fd-limit is what ulimit -n says, a number up to 4294967295 or unlimited, not %s", arguments->fd_limit);
}

static int check_file(struct config *config, const struct arguments *arguments, const struct limits_version *version, uint64_t open_files)
{
	struct arena *arena = arena_new();
	struct limits_source source;
	struct error error = { 0 };
	int status;

	if (config && config->restricted && !config_no_file("--doveconf", "/", NULL))
		error_set(&error, ERROR_REFUSED, "--doveconf is not possible in restricted mode, which takes no files by name");
	if (error.kind == ERROR_NONE && limits_from_file(arena, arguments->doveconf, version, &source, &error))
		status = tell(arena, arguments, &source, open_files);
	else
		status = fail(&error);
	config_free(config);
	arena_free(arena);
	return status;
}

/* The server of --host, or the only one with mailboxes. */
bool limits_choose_host(struct headless *headless, const char *name, size_t *host, struct error *error)
{
	struct hosts *hosts = headless->engine->hosts;
	struct text names = { 0 };
	size_t count = 0;

	if (name && host_named(hosts, name, host))
		return true;
	for (size_t i = 0; i < hosts_count(hosts); i++) {
		if (!(host_at(hosts, i)->roles & HOST_MAILBOX))
			continue;
		text_addf(&names, "%s%s", count++ ? ", " : "", host_at(hosts, i)->name);
		*host = i;
	}
	if (name || count > 1)
		error_set(error, ERROR_USAGE, name ? "There is no mail server %s; those with Dovecot are: %s" : "%sSay which server with --host: %s",
			name ? name : "", count ? text_get(&names) : "none");
	else if (!count)
		error_set(error, ERROR_UNSUPPORTED, "There is no mail server with Dovecot: none is configured (section server), and none was found on this "
			"machine; --doveconf checks a file");
	text_free(&names);
	return error->kind == ERROR_NONE;
}

static int check_host(struct config *config, const struct arguments *arguments, const struct limits_version *version, uint64_t open_files)
{
	struct headless headless = { 0 };
	struct limits_world *world = NULL;
	struct limits_source source;
	struct error error = { 0 };
	size_t host = 0;

	if (!headless_open(&headless, config, arguments, false))
		return headless_close(&headless);
	if (limits_choose_host(&headless, arguments->host, &host, &error) && (world = limits_world_of(&headless, host, &error)) != NULL) {
		source = (struct limits_source){ .facts = world->facts, .refused = world->refused, .unread = world->unread };
		if (version)
			limits_facts_turn(world->facts, version);
		headless.status = tell(headless.arena, arguments, &source, open_files);
	} else {
		headless_fail(&headless, &error);
	}
	limits_world_free(world);
	return headless_close(&headless);
}

int run_limits(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct limits_version version = { 0 };
	struct error error = { 0 };
	uint64_t open_files = LIMITS_UNKNOWN;

	(void)argc;
	if (strcmp(argv[0], "plan") == 0 || strcmp(argv[0], "apply") == 0)
		return run_limits_walk(takes, arguments, strcmp(argv[0], "apply") == 0);
	if (strcmp(argv[0], "descriptors") == 0)
		return run_limits_descriptors(takes, arguments);
	if (strcmp(argv[0], "check") != 0)
		error_set(&error, ERROR_USAGE, "limits check, plan, apply and descriptors are what there is, not limits %s", argv[0]);
	else if (arguments->goal_given)
		error_set(&error, ERROR_USAGE, "limits check judges what is there; a goal is for limits plan and limits apply");
	else if (read_arguments(arguments, &version, &open_files, &error) && !takes && !arguments->doveconf)
		error_set(&error, ERROR_CONFIG, "there is no postroom.conf that names mail servers; --doveconf checks a file");
	if (error.kind != ERROR_NONE) {
		config_free(takes);
		return fail(&error);
	}
	return (arguments->doveconf ? check_file : check_host)(takes, arguments, arguments->dovecot_version ? &version : NULL, open_files);
}
