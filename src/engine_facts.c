/*
 * engine_facts: asks the directory, then the server; see the .h file.
 *
 * The directory is asked one list after the other; a list that was cut proves
 * nothing, and then the fact stays unknown.  Nothing fails.  Loop thread.
 */
#include "engine_facts.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "settings/facts_ask.h"
#include "settings/proposal.h"

enum { DIRECTORY_MS = 10000 };

struct engine_facts {
	struct engine *engine;
	size_t host, step;
	unsigned needs;
	struct arena *arena;
	struct setting_facts facts;
	const char *address, *folded;
	struct directory_query *query;
	struct loop_timer *timer;          /* of all that the directory is asked; while it is */
	struct facts_asking *asking;       /* the server; NULL: not yet */
	const char **domains;
	size_t domain_count, domain_capacity;
	struct fact_group *groups;
	size_t group_count, group_capacity;
	void (*done)(void *context, const struct setting_facts *facts);
	void *context;
};

static unsigned of_directory(void)
{
	return FACT(FACT_LARGEST) | FACT(FACT_ARCHIVE) | FACT(FACT_DOMAINS);
}

static const char *column(struct arena *arena, const struct rows *rows, size_t row, const char *name)
{
	for (size_t i = 0; i < rows->column_count; i++)
		if (!strcmp(rows->columns[i]->name, name))
			return arena_bytes(arena, rows->rows[row].values[i].bytes, rows->rows[row].values[i].length);
	return "";
}

/* --- what rows give ---------------------------------------------------------------------------------- */

static void take_domain(struct engine_facts *self, const struct kind *kind, const struct rows *rows, size_t row)
{
	(void)kind;
	self->domains = arena_grow(self->arena, self->domains, &self->domain_capacity, self->domain_count + 2, sizeof(*self->domains));
	self->domains[self->domain_count++] = text_lower_ascii(self->arena, rows->rows[row].name, strlen(rows->rows[row].name));
	self->domains[self->domain_count] = NULL;
}

static void take_group(struct engine_facts *self, const struct kind *kind, const struct rows *rows, size_t row)
{
	self->groups = arena_grow(self->arena, self->groups, &self->group_capacity, self->group_count + 1, sizeof(*self->groups));
	self->groups[self->group_count++] = (struct fact_group){ .noun = kind->noun, .name = arena_text(self->arena, rows->rows[row].name),
		.address = column(self->arena, rows, row, "address"), .members = column(self->arena, rows, row, "members"),
		.groups = column(self->arena, rows, row, "member_groups") };
}

/* One of the addresses of this row, whole? */
static void take_holder(struct engine_facts *self, const struct kind *kind, const struct rows *rows, size_t row)
{
	static const char *const fields[] = { "address", "alternates" };

	for (size_t i = 0; i < 2; i++)
		for (const char *at = column(self->arena, rows, row, fields[i]); *at; at += strcspn(at, ", "), at += strspn(at, ", "))
			if (strcspn(at, ", ") == strlen(self->address) && !strncasecmp(at, self->address, strlen(self->address))) {
				self->facts.archive_exists = 1;
				self->facts.archive_holder = arena_format(self->arena, "%s %s", kind->noun, rows->rows[row].name);
			}
}

/* --- what the end of a list proves ------------------------------------------------------------------------ */

static void end_domains(struct engine_facts *self)
{
	const char *domain = self->address ? strrchr(self->address, '@') : NULL;
	bool ours = false;

	self->facts.domains = self->domains ? self->domains : arena_alloc(self->arena, sizeof(*self->domains));
	self->facts.known |= FACT(FACT_DOMAINS);
	for (size_t i = 0; domain && i < self->domain_count; i++)
		ours = ours || !strcasecmp(self->domains[i], domain + 1);
	if (domain && !ours) {
		self->facts.why[FACT_ARCHIVE] = arena_format(self->arena, "%s is no mail domain of the directory", domain + 1);
		self->address = NULL;
	}
}

static void end_groups(struct engine_facts *self)
{
	facts_take_groups(self->arena, &self->facts, self->groups, self->group_count);
}

/* After the last kind that could have it. */
static void end_holders(struct engine_facts *self)
{
	self->facts.known |= FACT(FACT_ARCHIVE);
	if (self->facts.archive_exists < 0)
		self->facts.archive_exists = 0;
}

/* --- one list after the other ----------------------------------------------------------------------------------- */

static const struct ask {
	unsigned facts;                    /* for one of these */
	enum setting_fact tells;
	const struct kind *kind;
	const char *columns[5];
	bool address;                      /* only who has the address */
	void (*take)(struct engine_facts *self, const struct kind *kind, const struct rows *rows, size_t row);
	void (*end)(struct engine_facts *self);    /* NULL: another list follows */
} asks[] = {
	{ FACT(FACT_DOMAINS) | FACT(FACT_ARCHIVE), FACT_DOMAINS, &kind_domain, { "name" }, false, take_domain, end_domains },
	{ FACT(FACT_ARCHIVE), FACT_ARCHIVE, &kind_user, { "login", "address", "alternates" }, true, take_holder, NULL },
	{ FACT(FACT_ARCHIVE), FACT_ARCHIVE, &kind_group, { "name", "address" }, true, take_holder, NULL },
	{ FACT(FACT_ARCHIVE), FACT_ARCHIVE, &kind_mailinglist, { "name", "address" }, true, take_holder, NULL },
	{ FACT(FACT_ARCHIVE), FACT_ARCHIVE, &kind_folder, { "name", "address" }, true, take_holder, end_holders },
	{ FACT(FACT_LARGEST), FACT_LARGEST, &kind_group, { "name", "address", "members", "member_groups" }, false, take_group, NULL },
	{ FACT(FACT_LARGEST), FACT_LARGEST, &kind_mailinglist, { "name", "address", "members" }, false, take_group, end_groups },
};
enum { ASKS = sizeof(asks) / sizeof(asks[0]) };

static void next_ask(struct engine_facts *self);

static void on_rows(void *context, struct rows *rows)
{
	struct engine_facts *self = context;

	for (size_t i = 0; i < rows->count && !rows->again; i++)
		asks[self->step].take(self, asks[self->step].kind, rows, i);
	rows_free(rows);
}

/* The fact of this step is not to be had: its other steps are left out. */
static void give_up(struct engine_facts *self, const char *why)
{
	enum setting_fact tells = asks[self->step].tells;

	self->facts.why[tells] = arena_text(self->arena, why);
	self->needs &= ~FACT(tells);
	/* Whose an address is cannot be told without the domains. */
	if (tells == FACT_DOMAINS && self->needs & FACT(FACT_ARCHIVE)) {
		self->facts.why[FACT_ARCHIVE] = self->facts.why[tells];
		self->needs &= ~FACT(FACT_ARCHIVE);
	}
}

static void on_end(void *context, const struct list_end *end)
{
	struct engine_facts *self = context;
	const struct ask *ask = &asks[self->step];

	self->query = NULL;
	if (end->error.kind != ERROR_NONE)
		give_up(self, end->error.text);
	else if (!end->complete)
		give_up(self, end->reason ? end->reason : "the directory did not give the whole list");
	else if (ask->end)
		ask->end(self);
	self->step++;
	next_ask(self);
}

static void on_facts(void *context, const struct setting_facts *facts)
{
	struct engine_facts *self = context;

	self->asking = NULL;
	self->done(self->context, facts);
	engine_facts_cancel(self);
}

static void ask_server(struct engine_facts *self)
{
	loop_timer_stop(self->timer);
	self->timer = NULL;
	self->asking = facts_ask(self->engine->loop, self->engine->hosts, self->host, self->needs, &self->facts, on_facts, self);
}

static void on_time(void *context)
{
	struct engine_facts *self = context;

	directory_query_cancel(self->query);
	self->query = NULL;
	for (; self->step < ASKS; self->step++)
		if (self->needs & asks[self->step].facts && !(self->facts.known & FACT(asks[self->step].tells)))
			give_up(self, "the directory did not answer within 10 s");
	ask_server(self);
}

static bool supported(const struct engine_facts *self, const struct kind *kind, const struct field *field)
{
	const char *reason;

	return directory_supports(self->engine->directory, kind, field, &reason) != SUPPORT_NO;
}

/* Fields of the kind that the directory can hold. */
static size_t columns_of(const struct engine_facts *self, const struct ask *ask, const struct field **columns)
{
	size_t count = 0;

	for (size_t i = 0; ask->columns[i]; i++) {
		const struct field *field = kind_field(ask->kind, ask->columns[i]);

		if (field && supported(self, ask->kind, field))
			columns[count++] = field;
	}
	return count;
}

static void next_ask(struct engine_facts *self)
{
	const struct field *columns[5];
	const struct ask *ask = NULL;
	struct list_request request = { 0 };

	for (; self->step < ASKS; self->step++) {
		ask = &asks[self->step];
		if (!(self->needs & ask->facts) || (ask->address && !self->address))
			continue;
		if (supported(self, ask->kind, kind_key(ask->kind)))
			break;
		/* What there is none of has none of it. */
		if (ask->end)
			ask->end(self);
	}
	if (self->step == ASKS) {
		ask_server(self);
		return;
	}
	request.kind = ask->kind;
	request.columns = columns;
	request.column_count = columns_of(self, ask, columns);
	request.filter = ask->address ? self->address : NULL;
	self->query = directory_list(self->engine->directory, &request, on_rows, on_end, self);
}

struct engine_facts *engine_facts_ask(struct engine *engine, size_t host, unsigned needs, const char *address,
		void (*done)(void *context, const struct setting_facts *facts), void *context)
{
	struct engine_facts *self = memory_new(sizeof(*self));

	*self = (struct engine_facts){ .engine = engine, .host = host, .needs = needs, .done = done, .context = context, .arena = arena_new() };
	self->facts = setting_facts_none();
	self->address = needs & FACT(FACT_ARCHIVE) && address && *address ? arena_text(self->arena, address) : NULL;
	self->facts.archive_address = self->address;
	if (!self->address)
		self->needs &= ~FACT(FACT_ARCHIVE);
	if (self->needs & of_directory())
		self->timer = loop_after(engine->loop, DIRECTORY_MS, 0, on_time, self);
	next_ask(self);
	return self;
}

void engine_facts_cancel(struct engine_facts *self)
{
	if (!self)
		return;
	loop_timer_stop(self->timer);
	if (self->query)
		directory_query_cancel(self->query);
	facts_ask_cancel(self->asking);
	arena_free(self->arena);
	free(self);
}

/* --- a change --------------------------------------------------------------------------------------------- */

struct engine_proposal {
	struct engine *engine;
	size_t host;
	struct arena *arena;
	struct setting_edit *edits;        /* without passwords */
	size_t count;
	char *password;                    /* of the first one; heap; NULL: none was given */
	struct engine_facts *facts;        /* one of the two is under way */
	struct setting_proposal *proposal;
	void (*done)(void *context, struct change *takes, const struct error *error);
	void *context;
};

static void proposal_free(struct engine_proposal *self)
{
	arena_free(self->arena);
	if (self->password)
		memory_wipe(self->password, strlen(self->password));
	free(self->password);
	free(self);
}

void engine_propose_password(struct engine_proposal *self, const char *password)
{
	self->password = memory_text(password);
}

static void on_proposed(void *context, struct change *takes, const struct error *error)
{
	struct engine_proposal *self = context;

	self->done(self->context, takes, error);
	proposal_free(self);
}

static void on_judged(void *context, const struct setting_facts *facts)
{
	struct engine_proposal *self = context;

	self->facts = NULL;
	self->proposal = setting_propose_edits(self->engine->hosts, self->host, self->edits, self->count, facts, on_proposed, self);
	if (self->password)
		setting_propose_password(self->proposal, self->password);
}

struct engine_proposal *engine_propose_edits(struct engine *engine, size_t host, const struct setting_edit *edits, size_t count,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context)
{
	struct engine_proposal *self = memory_new(sizeof(*self));
	const char *address = NULL;
	unsigned needs = 0;

	*self = (struct engine_proposal){ .engine = engine, .host = host, .arena = arena_new(), .count = count, .done = done, .context = context };
	self->edits = arena_alloc(self->arena, (count + 1) * sizeof(*self->edits));
	for (size_t i = 0; i < count; i++) {
		self->edits[i] = (struct setting_edit){ .setting = edits[i].setting, .key = edits[i].key ? arena_text(self->arena, edits[i].key) : NULL,
			.value = edits[i].value ? arena_text(self->arena, edits[i].value) : NULL };
		needs |= edits[i].setting->facts;
		if (edits[i].setting->facts & FACT(FACT_ARCHIVE))
			address = self->edits[i].value;
	}
	self->facts = engine_facts_ask(engine, host, needs, address, on_judged, self);
	return self;
}

struct engine_proposal *engine_propose(struct engine *engine, size_t host, const struct setting *setting, const char *key, const char *value,
		void (*done)(void *context, struct change *takes, const struct error *error), void *context)
{
	const struct setting_edit edit = { .setting = setting, .key = key, .value = value };

	return engine_propose_edits(engine, host, &edit, 1, done, context);
}

void engine_propose_cancel(struct engine_proposal *self)
{
	if (!self)
		return;
	engine_facts_cancel(self->facts);
	setting_propose_cancel(self->proposal);
	proposal_free(self);
}
