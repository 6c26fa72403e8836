/*
 * person_folders: how big the folders of one person are, and who else may do
 * what in them.
 *
 * Folders of others, which a person sees below shared namespaces, are left out;
 * where the namespaces cannot be asked for, by the address in their names, and
 * that is said.  Rights are asked folder by
 * folder, a bounded number, INBOX first.  Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "live/person.h"

enum { FOLDERS_MOST = 40, PREFIXES_MOST = 64 };

struct folders {
	bool access;
	const char *prefixes[PREFIXES_MOST];       /* of namespaces that are others' */
	size_t prefix_count;
	bool by_name;                      /* namespaces are not known: the name of a folder tells whose it is */
	const char **names;                /* access: whose rights are asked */
	size_t count, next;
};

/* --- namespaces of others ------------------------------------------------------------------------------- */

/* The value behind "namespace/NAME/what=" of this name; *name is behind the first slash. */
static const char *value_of(struct arena *arena, const char *text, const char *name, size_t name_length, const char *what)
{
	const char *wanted = arena_format(arena, "namespace/%.*s/%s=", (int)name_length, name, what);
	const char *at = strstr(text, wanted);

	while (at && at != text && at[-1] != '\n')
		at = strstr(at + 1, wanted);
	return at ? arena_bytes(arena, at + strlen(wanted), strcspn(at + strlen(wanted), "\r\n")) : "";
}

static void add_prefix(struct folders *own, char *prefix)
{
	/* "shared/%%u/": up to what varies. */
	prefix[strcspn(prefix, "%")] = '\0';
	if (*prefix && own->prefix_count < PREFIXES_MOST)
		own->prefixes[own->prefix_count++] = prefix;
}

static void read_namespaces(struct person_job *job, const char *text)
{
	struct folders *own = job->own;

	for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		static const char mark[] = "namespace/";
		size_t length = strcspn(line, "\n");
		const char *name = line + sizeof(mark) - 1, *slash = length > sizeof(mark) && strncmp(line, mark, sizeof(mark) - 1) == 0 ?
			memchr(name, '/', length - (sizeof(mark) - 1)) : NULL;

		if (!slash || strncmp(slash, "/type=", 6) != 0 || strncmp(slash + 6, "private", 7) == 0 || strcspn(slash + 6, "\r\n") == 0)
			continue;
		add_prefix(own, arena_text(job->arena, value_of(job->arena, text, name, (size_t)(slash - name), "prefix")));
	}
}

/*
 * "info@example.com/INBOX" and "shared/info@example.com": as UCS and Dovecot's manual name what belongs to others, up to the
 * second part (ucs-directory 12).
 */
static bool bears_address(const char *folder)
{
	size_t first = strcspn(folder, "/"), second = folder[first] == '/' ? strcspn(folder + first + 1, "/") + 1 : 0;

	return memchr(folder, '@', first + second) != NULL;
}

static bool is_others(const struct folders *own, const char *folder)
{
	if (own->by_name)
		return bears_address(folder);
	for (size_t i = 0; i < own->prefix_count; i++) {
		size_t length = strlen(own->prefixes[i]);

		/* The namespace itself is listed too, without its separator. */
		if (strncmp(folder, own->prefixes[i], length) == 0 || (strlen(folder) + 1 == length && strncmp(folder, own->prefixes[i], length - 1) == 0))
			return true;
	}
	return false;
}

/* --- sizes -------------------------------------------------------------------------------------------------- */

static int by_size(const void *left, const void *right)
{
	const struct person_folder *a = left, *b = right;

	if (a->bytes != b->bytes)
		return a->bytes < b->bytes ? 1 : -1;
	return strcmp(a->name, b->name);
}

static bool read_folders(struct person_job *job, const struct host_answer *answer, bool sizes, struct person_folders *folders)
{
	struct error error = { 0 };

	if (!person_good(job, answer))
		return false;
	if (person_folders_read(job->arena, answer, sizes, folders, &error))
		return true;
	error_prefix(&error, "%s: %s", job->server->name, job->command);
	person_fail(job, &error);
	return false;
}

static void on_sizes(struct person_job *job, const struct host_answer *answer)
{
	struct person_folders folders;
	struct person_folder *sorted;

	if (!read_folders(job, answer, true, &folders))
		return;
	sorted = arena_alloc(job->arena, (folders.count + 1) * sizeof(*sorted));
	for (size_t i = 0; i < folders.count; i++)
		sorted[i] = folders.rows[i];
	qsort(sorted, folders.count, sizeof(*sorted), by_size);
	for (size_t i = 0; i < folders.count; i++) {
		struct row *row;

		if (is_others(job->own, sorted[i].name))
			continue;
		row = table_row(job->rows, sorted[i].name, job->server->name);
		table_text(job->rows, row, LZ_FOLDER, sorted[i].name);
		table_number(job->rows, row, LZ_MESSAGES, sorted[i].messages);
		table_number(job->rows, row, LZ_SIZE, sorted[i].bytes);
		table_text(job->rows, row, LZ_SERVER, job->server->name);
	}
	person_finish(job, 0);
}

/* --- rights -------------------------------------------------------------------------------------------------- */

static void ask_rights(struct person_job *job);

/* A folder that has gone meanwhile, or cannot be opened, is no reason to say nothing of the others. */
static void on_rights(struct person_job *job, const struct host_answer *answer)
{
	struct folders *own = job->own;
	const char *folder = own->names[own->next++];
	struct person_rights rights;
	struct error error = { 0 };

	if (!host_answer_good(job->server, job->command, answer, &error) || !person_rights_read(job->arena, answer, &rights, &error)) {
		if (error.kind != ERROR_NOT_FOUND && own->next == 1) {
			person_fail(job, &error);
			return;
		}
		if (error.kind != ERROR_NOT_FOUND)
			person_say(job, "not known of %.100s: %.200s", folder, error.text);
		rights.count = 0;
	}
	for (size_t i = 0; i < rights.count; i++) {
		struct row *row = table_row(job->rows, arena_format(job->arena, "%s %s", folder, rights.rows[i].who), job->server->name);

		table_text(job->rows, row, LC_FOLDER, folder);
		table_text(job->rows, row, LC_WHO, rights.rows[i].who);
		table_text(job->rows, row, LC_RIGHTS, rights.rows[i].rights);
		table_text(job->rows, row, LC_SERVER, job->server->name);
	}
	ask_rights(job);
}

static void ask_rights(struct person_job *job)
{
	const struct folders *own = job->own;
	const char *holes[2] = { job->user };

	if (own->next == own->count) {
		person_finish(job, 0);
		return;
	}
	holes[1] = own->names[own->next];
	person_ask(job, "acl-get", holes, 2, on_rights);
}

static void on_list(struct person_job *job, const struct host_answer *answer)
{
	struct folders *own = job->own;
	struct person_folders folders;
	size_t left_out = 0;

	if (!read_folders(job, answer, false, &folders))
		return;
	own->names = arena_alloc(job->arena, (FOLDERS_MOST + 1) * sizeof(*own->names));
	own->names[own->count++] = "INBOX";
	for (size_t i = 0; i < folders.count; i++) {
		const char *name = folders.rows[i].name;

		/* Names that begin with a hyphen cannot be asked for. */
		if (is_others(own, name) || name[0] == '-' || strcmp(name, "INBOX") == 0)
			continue;
		if (own->count < FOLDERS_MOST)
			own->names[own->count++] = name;
		else
			left_out++;
	}
	if (left_out > 0)
		person_say(job, "%zu of %zu folders were not asked", left_out, left_out + own->count);
	ask_rights(job);
}

/* --- both ------------------------------------------------------------------------------------------------------ */

static void go_on(struct person_job *job)
{
	const struct folders *own = job->own;

	person_ask(job, own->access ? "folder-list" : "folder-sizes", &job->user, 1, own->access ? on_list : on_sizes);
}

static void tell_by_name(struct person_job *job)
{
	((struct folders *)job->own)->by_name = true;
	person_say(job, "folders with an address in their name are taken for others', since the namespaces cannot be asked for");
}

static void on_namespaces(struct person_job *job, const struct host_answer *answer)
{
	if (answer->error.kind == ERROR_NONE && answer->form == FORM_OUTPUT && answer->status == 0)
		read_namespaces(job, answer->output);
	else
		tell_by_name(job);
	go_on(job);
}

static void begin(struct person_job *job, bool access)
{
	static const char *const setting = "namespace";
	struct folders *own = arena_alloc(job->arena, sizeof(*own));

	own->access = access;
	job->own = own;
	if (host_way(job->hosts, job->host, "dovecot-values", NULL) != WAY_NONE) {
		person_ask(job, "dovecot-values", &setting, 1, on_namespaces);
		return;
	}
	tell_by_name(job);
	go_on(job);
}

void person_access(struct person_job *job)
{
	begin(job, true);
}

void person_folders(struct person_job *job)
{
	begin(job, false);
}
