/*
 * page_wrong: the first lines of a page: what is wrong, each with the key that
 * mends it.
 *
 * From the record, from what the mail servers tell, and from what is due; above
 * all that the role may not change this person, where that is so.  A table says which action mends what.  An action that cannot be done here says
 * why in place of its key.  Never fails; loop thread.
 */
#include <string.h>

#include "base/text.h"
#include "model/wrong.h"
#include "ui/keymap.h"
#include "ui/page_private.h"
#include "ui/repair.h"
#include "ui/session.h"

/* By the rule; what is not here is mended by editing its field. */
static const struct { const char *rule, *action; } mends[] = {
	{ "account-state", "repair-lock" }, { "must-change", "repair-password" }, { "password-expired", "repair-password" },
	{ "password-expires", "repair-password" }, { "refused-login", "section-history" }, { "no-copy", "repair-absence" }, { "odd-quota", "quota" },
	{ "mailbox-full", "quota" }, { "mailbox-filling", "quota" }, { "mailbox-refused", "quota" }, { "no-password", "repair-password" }, { "filter-forwards", "repair-absence" }, { "mail-waits", "open" },
	{ "dangling-forward", "repair-absence" }, { "forward-circle", "repair-absence" }, { "home-down", "section-overview" },
};

/* What is told beside the record. */
struct told { struct wrong_now now; struct wrong_before before; };

static bool is_of_job(const struct told *told, const struct wrong *wrong)
{
	return strcmp(wrong->rule, "account-state") == 0 && told->before.locked_by != NULL && told->before.locked_as != NULL;
}

static const char *mending(const struct page_view *page, const struct told *told, const struct wrong *wrong)
{
	/* A job that did more than to lock is taken back as a whole, and by whoever may do it. */
	if (is_of_job(told, wrong))
		return session_role(page->view.session) == ROLE_ADMIN ? "section-history" : NULL;
	/* Only who may change settings of a server can take the line out, or back. */
	if (strcmp(wrong->rule, "refused-login") == 0 && session_role(page->view.session) != ROLE_ADMIN)
		return NULL;
	/* The key would lock what it cannot unlock. */
	if (strcmp(wrong->rule, "account-state") == 0 && !repair_unlocks(page->record))
		return NULL;
	for (size_t i = 0; i < sizeof mends / sizeof *mends && strcmp(page->kind->name, "user") == 0; i++)
		if (strcmp(mends[i].rule, wrong->rule) == 0)
			return mends[i].action;
	return wrong->field == NULL ? NULL : "edit";
}

/* Why it cannot be done here and now; NULL: it can. */
static const char *mend_blocked(const struct page_view *page, struct arena *arena, const struct page_item *item)
{
	const struct action *action = action_find(item->action);

	if (action->flags & ACTION_WRITES && page_outside(page) != NULL)
		return page_outside(page);
	if (strcmp(item->action, "edit") == 0)
		return item->field == NULL ? "nothing here mends it" : page_locked(page, arena, item->field);
	if (page->gone)
		return "it was deleted meanwhile";
	if (item->due != NULL)
		return gate_write_reason(session_engine(page->view.session)->gate);
	if (strcmp(item->action, "quota") == 0)
		return repair_blocked(page->view.session, desk_job_find("quota"));
	return repair_is_action(action) ? repair_action_blocked(page->view.session, action) : NULL;
}

/* Where no field and no repair mends it: who can. */
static const char *nothing_mends(const struct told *told, const struct wrong *wrong)
{
	if (is_of_job(told, wrong))
		return "needs role admin: the job is taken back in History";
	if (strcmp(wrong->rule, "account-state") == 0)
		return "what locks it is not written here";
	if (strcmp(wrong->rule, "account-expired") == 0)
		return "its date is set where accounts are made, and not written here";
	if (strcmp(wrong->rule, "refused-login") == 0)
		return "needs role admin: undone in History";
	return NULL;
}

/* "quota" of "quota..": the row ends with the key's words, and dots would be mistaken for more of them. */
static void find_key(const struct page_view *page, struct arena *arena, struct page_item *item)
{
	const struct action *action = item->action == NULL ? NULL : action_find(item->action);

	item->locked = action == NULL ? NULL : mend_blocked(page, arena, item);
	if (action == NULL || item->locked != NULL)
		return;
	item->mend_key = keymap_key(session_keymap(page->view.session), "page", item->action, arena);
	item->mend = item->due != NULL ? "try again" : strcmp(item->action, "repair-lock") == 0 && repair_unlocks(page->record) ? "unlock" : strcmp(item->action, "open") == 0 ? "show" :
		strcmp(item->action, "section-overview") == 0 ? "servers" : strcmp(item->action, "section-history") == 0 ? "history" : arena_bytes(arena, action->label, strcspn(action->label, "."));
}

/* What Enter shows in full; PERSON_PARTS: the words. */
static enum person_part part_of(const struct told *told, const char *rule)
{
	if (strcmp(rule, "mailbox-refused") == 0)
		return told->now.unfit > 0 ? PART_TO : PART_LOG;
	return strcmp(rule, "mail-waits") == 0 ? PART_TO : strcmp(rule, "refused-login") == 0 ? PART_REFUSED : PERSON_PARTS;
}

static void add_rules(const struct page_view *page, struct arena *arena, const struct told *told, const struct wrong *list, size_t count, bool severe, struct page_item *items,
		size_t *at)
{
	for (size_t i = 0; i < count; i++) {
		struct page_item *item = &items[*at];

		if (list[i].severe != severe)
			continue;
		(*at)++;
		*item = (struct page_item){ .what = ITEM_WRONG, .words = list[i].sentence, .severe = severe, .key = arena_format(arena, "wrong %s", list[i].rule) };
		item->field = list[i].field == NULL ? NULL : kind_field(page->kind, list[i].field);
		item->action = mending(page, told, &list[i]);
		item->part = part_of(told, list[i].rule);
		find_key(page, arena, item);
		item->locked = item->action == NULL ? nothing_mends(told, &list[i]) : item->locked;
	}
}

static void add_dues(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *at)
{
	const struct person_before *before = &page->live.before;

	for (size_t i = 0; i < before->due_count; i++) {
		const struct person_due *due = &before->dues[i];
		struct page_item *item = &items[*at];

		if (!due->steps && !due->past)
			continue;
		(*at)++;
		*item = (struct page_item){ .what = ITEM_WRONG, .severe = due->steps, .key = arena_format(arena, "due %s", due->id), .part = PERSON_PARTS,
			.words = due->steps ? due->words : arena_format(arena, "its day is past: %s", due->words),
			.due = due->steps ? due->id : NULL, .action = due->steps ? "open" : "repair-absence" };
		find_key(page, arena, item);
	}
}

/* What a stolen account is besides follows from it. */
static void job_first(const struct told *told, struct page_item *items, size_t first, size_t count)
{
	for (size_t i = first; i < count && told->before.locked_as != NULL; i++) {
		struct page_item item = items[i];

		if (strcmp(item.key, "wrong account-state") != 0)
			continue;
		memmove(&items[first + 1], &items[first], (i - first) * sizeof *items);
		items[first] = item;
		return;
	}
}

enum { RULES_MOST = 24 };

size_t page_wrong_most(const struct page_view *page)
{
	return 1 + RULES_MOST + page->record->finding_count + page->live.before.due_count;
}

void page_wrong_items(const struct page_view *page, struct arena *arena, struct page_item *items, size_t *count)
{
	struct told told = { page_live_now(&page->live, page->record, arena), person_before_wrong(&page->live.before, page->record, arena) };
	struct wrong *stored, *live;
	size_t first, stored_count, live_count = wrong_of_now(arena, &told.now, &live);

	told.before.refused = told.now.refused != NULL;
	stored_count = wrong_with_before(arena, page->record, &told.before, &stored);
	if (page_outside(page) != NULL) {
		items[*count] = (struct page_item){ .what = ITEM_WRONG, .group = "Look only", .label = "Not yours to change", .key = "outside", .part = PERSON_PARTS,
			.words = arena_format(arena, "%s: nothing here is yours to change", page_outside(page)), .note = page->live.whom.sentence };
		(*count)++;
	}
	first = *count;
	add_rules(page, arena, &told, live, live_count, true, items, count);
	add_rules(page, arena, &told, stored, stored_count, true, items, count);
	job_first(&told, items, first, *count);
	add_dues(page, arena, items, count);
	add_rules(page, arena, &told, live, live_count, false, items, count);
	add_rules(page, arena, &told, stored, stored_count, false, items, count);
	if (*count > first)
		items[first].group = "Wrong";
}
