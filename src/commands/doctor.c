/*
 * doctor: looks at configuration, journal, directory, mail servers and tools,
 * and says what is wrong and what to do.
 *
 * Nothing is changed.  The exit status is that of an unavailable service where
 * something is broken.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "commands/doctor_servers.h"
#include "commands/headless.h"
#include "commands/output.h"
#include "commands/subcommands.h"

struct doctor {
	struct headless headless;
	struct output output;
	bool broken;
};

static const struct column columns[] = {
	{ .name = "severity", .label = "" }, { .name = "subject", .label = "What" }, { .name = "sentence", .label = "Finding" },
};

static const char *const severities[] = { "ok", "note", "warning", "error" };

static void say(struct doctor *doctor, int severity, const char *subject, const char *sentence)
{
	struct arena *arena = doctor->output.arena;

	if (severity == FINDING_ERROR)
		doctor->broken = true;
	output_item(&doctor->output, &(struct item){ .entries = (struct entry[]){
		entry_of_text(arena, severities[severity]), entry_of_text(arena, subject), entry_of_text(arena, sentence) } });
}

/* --- configuration ------------------------------------------------------------------------ */

static void look_at_config(struct doctor *doctor)
{
	const struct config *config = doctor->headless.engine->config;
	struct arena *arena = doctor->output.arena;

	say(doctor, config->file ? FINDING_OK : FINDING_NOTE, "configuration",
		config->file ? config->file : "no file; everything comes from options");
	if (config->role_fixed)
		say(doctor, FINDING_OK, "role", arena_format(arena, "%s, fixed by %s", role_word(config->role), config_machine_file));
	else
		say(doctor, FINDING_NOTE, "role", arena_format(arena, "%s, from a file that its user can change or from nowhere: it prevents slips, "
			"and only the access rules of the server decide. Put role into %s to fix it", role_word(config->role), config_machine_file));
	if (config->reason_required)
		say(doctor, FINDING_OK, "reason", "every change needs one in this role");
}

/* What holds a role beyond its table of rows. */
static void look_at_roles(struct doctor *doctor)
{
	const struct config *config = doctor->headless.engine->config;
	struct error error = { 0 };

	if (config->role == ROLE_HELPDESK && !(config->scope.branches && config->scope.branches[0]) && !(config->scope.domains && config->scope.domains[0]))
		say(doctor, FINDING_NOTE, "helpdesk", "everybody who is not protected may be changed in this role; branches and domains in the section helpdesk limit that");
	if (!config->audit_socket)
		return;
	if (gate_audit_listens(doctor->headless.engine->gate, &error))
		say(doctor, FINDING_OK, "audit", config->audit_socket);
	else
		say(doctor, config->audit_required ? FINDING_ERROR : FINDING_WARNING, "audit", error.text);
}

static void look_at_password(struct doctor *doctor)
{
	const struct directory_settings *directory = &doctor->headless.engine->config->directory;
	struct arena *arena = doctor->output.arena;
	struct error error = { 0 };

	if (directory->bind != DIRECTORY_BIND_SIMPLE || !directory->password_file)
		return;
	if (file_read_secret(arena, directory->password_file, &error))
		say(doctor, FINDING_OK, "password file", "readable by its owner only");
	else
		say(doctor, FINDING_ERROR, "password file", error.text);
}

/* --- journal -------------------------------------------------------------------------------- */

static void on_verified(void *context, size_t records, const struct error *error)
{
	struct doctor *doctor = context;

	if (error->kind != ERROR_NONE)
		say(doctor, FINDING_ERROR, "journal", error->text);
	else
		say(doctor, FINDING_OK, "journal", arena_format(doctor->output.arena, "%zu records, every chain whole", records));
	doctor->headless.done = true;
}

static void on_resolved(void *context, size_t left, const struct error *error)
{
	struct doctor *doctor = context;

	if (left > 0)
		say(doctor, FINDING_WARNING, "unknown outcomes", error->text);
	doctor->headless.done = true;
}

static void look_at_journal(struct doctor *doctor)
{
	struct gate *gate = doctor->headless.engine->gate;
	const char *reason;

	gate_verify(gate, on_verified, doctor);
	headless_wait(&doctor->headless);
	gate_resolve(gate, on_resolved, doctor);
	headless_wait(&doctor->headless);
	reason = gate_write_reason(gate);
	if (reason)
		say(doctor, doctor->headless.engine->config->read_only ? FINDING_NOTE : FINDING_ERROR, "writing", reason);
	else
		say(doctor, FINDING_OK, "writing", "possible");
}

/* --- directory ------------------------------------------------------------------------------- */

static void on_findings(void *context, const struct directory_finding *findings, size_t count, const struct error *error)
{
	struct doctor *doctor = context;
	size_t i;

	for (i = 0; i < count; i++)
		say(doctor, (int)findings[i].severity, findings[i].subject, findings[i].sentence);
	if (error && error->kind != ERROR_NONE)
		say(doctor, FINDING_ERROR, "directory", error->text);
	doctor->headless.done = true;
}

static void look_at_directory(struct doctor *doctor)
{
	struct directory *directory = doctor->headless.engine->directory;
	const struct directory_status *status;
	struct error error = { 0 };

	if (!headless_connect(&doctor->headless, &error)) {
		say(doctor, FINDING_ERROR, "directory", error.text);
		return;
	}
	status = directory_status(directory);
	say(doctor, FINDING_OK, "directory", arena_format(doctor->output.arena, "%s, base %s, as %s, profile %s",
		status->uri, status->base, status->identity, status->profile));
	directory_examine(directory, on_findings, doctor);
	headless_wait(&doctor->headless);
}

/* --- mail servers ------------------------------------------------------------------------------ */

static void say_of_servers(void *context, int severity, const char *subject, const char *sentence)
{
	say(context, severity, subject, sentence);
}

/* --- tools ------------------------------------------------------------------------------------- */

static void look_at_tools(struct doctor *doctor)
{
	static const char *const tools[] = { "doveadm", "doveconf", "postqueue", "postconf", "ucr", "udm" };
	static const char *const places[] = { "/usr/bin", "/usr/sbin", "/bin", "/sbin" };
	struct text found = { 0 };
	size_t i, j;

	for (i = 0; i < sizeof(tools) / sizeof(tools[0]); i++)
		for (j = 0; j < sizeof(places) / sizeof(places[0]); j++) {
			char path[64];

			snprintf(path, sizeof(path), "%s/%s", places[j], tools[i]);
			if (access(path, X_OK))
				continue;
			text_addf(&found, "%s%s", found.length ? ", " : "", path);
			break;
		}
	say(doctor, FINDING_NOTE, "tools", found.length ? text_get(&found) : "no mail tools on this host; none are needed for the directory");
	text_free(&found);
}

int run_doctor(struct config *takes, const struct arguments *arguments, int argc, char **argv)
{
	struct doctor doctor = { 0 };

	(void)argc;
	(void)argv;
	if (!headless_open(&doctor.headless, takes, arguments, false))
		return headless_close(&doctor.headless);
	output_begin(&doctor.output, arguments->printer, stdout, columns, 3, false);
	look_at_config(&doctor);
	look_at_roles(&doctor);
	look_at_password(&doctor);
	look_at_directory(&doctor);
	look_at_journal(&doctor);
	doctor_servers(&doctor.headless, doctor.output.arena, say_of_servers, &doctor);
	look_at_tools(&doctor);
	output_end(&doctor.output);
	if (doctor.broken && doctor.headless.status == 0)
		doctor.headless.status = error_exit_status(ERROR_UNREACHABLE);
	return headless_close(&doctor.headless);
}
