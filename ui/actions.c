/*
 * actions: the rows themselves, in the order in which a footer shows them.
 *
 * Places: global (everywhere, behind the place of the view on top), list, live,
 * messages, overview, limits, settings, setting, page,
 * form, editor, review, repair, picker, palette, chooser, help, history, text, and "field" while
 * a text field has the focus (then only rows of "field" and those that carry
 * ACTION_ALWAYS are looked up, all other keys are text).  Constant data and
 * pure functions that cannot fail; loop thread.
 */
#include "ui/actions.h"

#include <string.h>

#define MOVING "list live messages overview limits settings setting page form editor review repair picker palette chooser help history text field"
#define CHANGES (ACTION_WRITES | ACTION_ROW)

const struct action actions[] = {
	/* While a change runs against the clock its keys come before all others, also while somebody types. */
	{ "confirm-change", "global", "confirm..", "Keeps the change of a server's files that waits to be confirmed.", ACTION_ALWAYS | ACTION_WRITES | ACTION_FOOTER },
	{ "rollback-change", "global", "roll back..", "Takes the change of a server's files that waits back at once.", ACTION_ALWAYS | ACTION_WRITES | ACTION_FOOTER },
	{ "more-time", "global", "more time", "Gives the change that waits at least five minutes from now on.", ACTION_ALWAYS | ACTION_WRITES | ACTION_FOOTER },
	/* What ends a field comes first: it must be in the footer while somebody types. */
	{ "accept", "limits form editor review repair picker palette chooser field", "take", "Takes what was typed, or presses the button that has the focus.", ACTION_ALWAYS | ACTION_FOOTER },
	{ "next-field", "limits form editor review repair picker field", "next", "Goes to the next field or button.", ACTION_ALWAYS | ACTION_FOOTER },
	{ "previous-field", "limits form editor review repair picker field", "previous", "Goes to the previous field or button.", ACTION_ALWAYS },
	{ "pick", "form editor field", "choose", "Offers what may stand in this field, to be searched.", ACTION_ALWAYS | ACTION_FOOTER },
	{ "add-value", "editor", "add", "Adds one more value.", ACTION_FOOTER },
	{ "remove-value", "editor chooser", "remove", "Takes the value under the cursor out, or forgets the saved filter.", ACTION_ROW | ACTION_FOOTER },
	{ "apply", "limits settings setting form editor field", "review..", "Opens the review of what was entered; nothing is written before it. In the editor of a setting: puts the new value beside others, for one review of all.", ACTION_ALWAYS | ACTION_WRITES | ACTION_FOOTER },

	/* Lists, pages, history. */
	{ "open", "list page history live messages overview settings", "open", "Opens what is under the cursor; on a page reads a long value in full.", ACTION_ROW | ACTION_FOOTER },
	{ "filter", "list history live messages settings", "find", "Types a filter: words in any order, in every column and in login, phone and other addresses.", ACTION_FOOTER },
	{ "clear-filter", "list history live messages settings", "show all", "Takes the filter away.", 0 },
	{ "search-next", "list page live messages settings", "next hit", "Goes to the next row that the filter would find.", 0 },
	{ "search-previous", "list page live messages settings", "previous hit", "Goes to the previous row that the filter would find.", 0 },
	{ "repair-password", "page", "password..", "A new password: made or typed, login caches emptied, sessions ended, tried.", CHANGES | ACTION_FOOTER },
	{ "quota", "list page", "quota..", "Changes the quota; the review comes before anything is written.", CHANGES | ACTION_FOOTER },
	{ "apply-policy", "list page", "apply policy..", "Of a quota policy: writes its limit into all it reaches; of a user: takes what the policy says as the quota. The review comes before anything is written.", CHANGES },
	{ "repair-absence", "page", "absence..", "An absence, a forward, or access for a colleague.", CHANGES | ACTION_FOOTER },
	{ "repair-sessions", "page", "sessions..", "Empties login caches, ends all sessions and looks whether they are gone.", CHANGES | ACTION_FOOTER },
	{ "repair-lock", "page", "lock..", "Locks the account, or clears every lock that is on it.", CHANGES | ACTION_FOOTER },
	{ "card", "page", "card", "Shows what to read out to the caller: servers, ports, encryption, the user name, the webmail.", ACTION_ROW | ACTION_FOOTER },
	{ "repair-reset", "page", "reset..", "A chosen set of the repairs together, as one review.", CHANGES },
	{ "stolen-account", "page list", "stolen..", "A stolen account: locks it, ends what is open, refuses the login and holds its queued mail; one review.", CHANGES },
	{ "leaver", "page", "leaver..", "Somebody who leaves: locked, forwarded until a day, out of groups and lists; one review.", CHANGES },
	{ "repairs", "page list", "repairs..", "Lists everything that can be done for this person.", CHANGES },
	{ "ticket", "repair", "for the ticket", "Shows plain lines without a frame, to mark and paste.", ACTION_FOOTER },
	{ "spell", "repair", "spell", "Spells the next group of the password.", ACTION_FOOTER },
	{ "edit", "page setting", "edit..", "Changes the field under the cursor, or the setting on the server that the pointer is at; the review comes before anything is written.", CHANGES | ACTION_FOOTER },
	{ "unset", "setting", "default..", "Takes the setting out on this server, so that the default counts; the review comes before anything is written.", CHANGES | ACTION_FOOTER },
	{ "test-log", "setting", "test lines..", "Writes a line of each level to Dovecot's logs and tells in which files they arrived; the review comes before it.", ACTION_WRITES },
	{ "drop-staged", "settings setting", "drop staged", "Drops the new values that wait on this server for a review.", ACTION_WRITES },
	{ "next-group", "settings", "group", "Shows the next group of settings alone, then all together again.", ACTION_FOOTER },
	{ "previous-group", "settings", "group before", "Shows the group before alone.", 0 },
	{ "new", "list", "new..", "Fills in a form for a new one; the review comes before anything is written.", ACTION_WRITES | ACTION_FOOTER },
	{ "copy-as-new", "list page", "copy..", "Fills in the form for a new one with the values of this one.", CHANGES },
	{ "rename", "list page", "rename..", "Gives it another name; the review comes before anything is written.", CHANGES },
	{ "delete", "list page", "delete..", "Opens the review of deleting it; nothing is lost before you agree there.", CHANGES | ACTION_FOOTER },
	{ "undo", "global", "take back..", "Opens the review of taking back the last change, or in the history the one under the cursor.", ACTION_WRITES },
	{ "mark", "list chooser live messages", "mark", "Marks the row, or takes its mark away.", ACTION_ROW },
	{ "mark-all", "list live messages", "mark all", "Marks all rows that are shown.", 0 },
	{ "unmark", "list chooser live messages", "no marks", "Takes all marks away; of columns, the choice of columns.", 0 },
	{ "move-up", "chooser", "up", "Puts the column one place further to the left.", ACTION_ROW | ACTION_FOOTER },
	{ "move-down", "chooser", "down", "Puts the column one place further to the right.", ACTION_ROW | ACTION_FOOTER },
	{ "sort", "list live messages settings", "sort", "Sorts by the next column.", ACTION_FOOTER },
	{ "sort-reverse", "list live messages settings", "turn order", "Turns the order round.", 0 },
	{ "columns", "list live messages", "columns", "Chooses the columns of this list and their order, and keeps the choice.", 0 },
	{ "save-filter", "list live messages", "save filter", "Keeps the filter under a name.", 0 },
	{ "filters", "list live messages", "filters", "Lists the saved filters of this list, to use or to forget one.", 0 },
	{ "preview", "list", "preview", "Shows or hides what is known about the row under the cursor.", 0 },
	{ "copy-value", "page text", "copy value", "Hands the value to the clipboard of your terminal, where the configuration allows it.", 0 },
	{ "raw", "page review history", "raw", "Shows the attributes as the directory holds them, or the change as LDIF.", ACTION_ROW | ACTION_FOOTER },
	{ "verify", "history", "verify", "Checks that no record of the history was altered.", 0 },
	{ "by-service", "live", "services", "Shows the services and how full they are.", ACTION_FOOTER },
	{ "by-user", "live", "by user", "Shows connections by person.", ACTION_FOOTER },
	{ "by-address", "live", "by address", "Shows connections by the address they come from, with those that only try to log in.", ACTION_FOOTER },
	{ "by-network", "live", "by network", "Shows connections by network.", 0 },
	{ "by-server", "live", "by server", "Shows the figures server by server.", 0 },
	{ "by-domain", "live", "by domain", "Shows the queue by the domain of the recipients and by age.", ACTION_FOOTER },
	{ "by-reason", "live", "by reason", "Shows the queue by the reason why mail waits.", ACTION_FOOTER },
	{ "by-sender", "live", "by sender", "Shows the queue by sender.", ACTION_FOOTER },
	{ "by-queue", "live", "by queue", "Shows how much is in each queue of each server.", 0 },
	{ "kick", "live", "end..", "Ends the connections of this person or from this address; the review names each of them.", CHANGES | ACTION_FOOTER },
	{ "queue-hold", "live messages", "hold..", "Puts the message, the marked ones, or all behind the row on hold; they stay until released.", CHANGES | ACTION_FOOTER },
	{ "queue-release", "live messages", "release..", "Releases from hold.", CHANGES },
	{ "queue-retry", "live messages", "retry..", "Tries to deliver now instead of at the next turn.", CHANGES | ACTION_FOOTER },
	{ "queue-requeue", "live messages", "requeue..", "Sends it through the queue again from the beginning.", CHANGES },
	{ "queue-expire", "live messages", "expire..", "Returns it to its sender at the next try.", CHANGES },
	{ "queue-delete", "live messages", "delete..", "Throws it away; nobody is told. Hold keeps it out of the way and can be taken back.", CHANGES },
	{ "body", "messages", "with body", "Shows the message with its body; only for admin.", ACTION_ROW },
	{ "open-files", "limits", "open files..", "Raises the open-files limit of the Dovecot that runs to what the plan needs, as a change of its own.", CHANGES },
	{ "other-server", "live limits setting", "other server", "Shows the next server alone, then all together again.", ACTION_FOOTER },
	{ "same-on-all", "setting", "same on all..", "Sets the value of the server that is pointed at on all others that have another one; a review for each.", CHANGES },
	{ "restart-service", "setting", "restart..", "Restarts, on the server that is pointed at, what this setting needs restarted.", CHANGES },
	{ "wall", "overview", "wall", "Turns the pages by itself, for a screen that nobody sits before: servers, services, queue, events; again: ends that.", ACTION_FOOTER },
	{ "hold-page", "overview", "hold page", "On a wall: the page that is shown stays; again: the pages turn again.", 0 },
	{ "acknowledge", "overview history", "on it", "Says that you are on it, until when; it goes below, under what is known. The mail system is not touched.", ACTION_FOOTER },
	{ "note", "overview history", "note..", "Writes a note beside the event, or one that stands alone. The mail system is not touched.", ACTION_FOOTER },
	{ "silence", "overview", "maintenance..", "No alarms of this server until then, for maintenance. The mail system is not touched.", 0 },
	{ "handover", "history", "hand over", "Makes the text for the end of a shift: what is open, what is over, notes, and what was changed.", ACTION_FOOTER },
	{ "events", "history", "events", "Shows events and changes, then events alone, then what is open, then changes alone.", ACTION_FOOTER },
	{ "refresh", "list page history live messages overview limits settings setting", "refresh", "Reads again what is shown.", 0 },

	/* Moving. */
	{ "up", MOVING, "up", "One row up.", ACTION_ALWAYS },
	{ "down", MOVING, "down", "One row down.", ACTION_ALWAYS },
	{ "left", "list live messages settings overview page form editor review repair help text history", "left", "To the left: columns, buttons, long lines.", 0 },
	{ "right", "list live messages settings overview page form editor review repair help text history", "right", "To the right: columns, buttons, long lines.", 0 },
	{ "page-up", MOVING, "page up", "One screen up.", ACTION_ALWAYS },
	{ "page-down", MOVING, "page down", "One screen down.", ACTION_ALWAYS },
	{ "first", "list live messages settings setting overview page form editor review repair chooser help history text", "first", "To the first row.", 0 },
	{ "last", "list live messages settings setting overview page form editor review repair chooser help history text", "last", "To the last row.", 0 },

	/* Everywhere. */
	{ "section-overview", "global", "Overview", "Goes to the servers and to what needs a person now.", 0 },
	{ "section-connections", "global", "Connections", "Goes to who is connected, and how full the services are.", 0 },
	{ "section-queue", "global", "Queue", "Goes to the mail that waits.", 0 },
	{ "section-limits", "global", "Limits", "Goes to the walk from a number of connections to limits that work.", 0 },
	{ "section-users", "global", "Users", "Goes to the users.", 0 },
	{ "section-domains", "global", "Domains", "Goes to the mail domains.", 0 },
	{ "section-aliases", "global", "Aliases", "Goes to the addresses that lead on to others.", 0 },
	{ "section-groups", "global", "Groups", "Goes to the groups.", 0 },
	{ "section-lists", "global", "Lists", "Goes to the mailing lists.", 0 },
	{ "section-folders", "global", "Folders", "Goes to the shared folders.", 0 },
	{ "section-quota", "global", "Quota", "Goes to the quota policies.", 0 },
	{ "section-settings", "global", "Settings", "Goes to what the services of the servers are set to.", 0 },
	{ "section-history", "global", "History", "Goes to the history of changes.", 0 },
	{ "next-section", "global", "next section", "Goes to the next section.", 0 },
	{ "previous-section", "global", "previous section", "Goes to the previous section.", 0 },
	{ "notice", "global", "read notice", "Shows the notice line in full.", 0 },
	{ "retry", "global", "try again", "Tries now to reach the directory, instead of at the next turn.", ACTION_FOOTER },
	{ "draft", "global", "go on", "Opens the review of edits that were kept when an earlier session was cut off.", ACTION_WRITES },
	{ "palette", "global", "all actions", "Lists every action by name; type to search.", ACTION_FOOTER },
	{ "first-steps", "global", "first steps", "Tells a newcomer the five keys that matter and the way from finding to taking back.", 0 },
	{ "keymap-differences", "global", "compare keys", "Shows where the keys differ from those of the other keymaps.", 0 },
	{ "help", "global", "keys", "Lists every key that works here.", ACTION_FOOTER },
	{ "back", "global", "back", "Goes back one level; nothing that was typed is lost without a question.", ACTION_FOOTER },
	{ "quit", "global", "quit", "Goes back one level, and ends postroom on the top level.", ACTION_FOOTER },
	{ "exit", "global", "end", "Ends postroom from anywhere; asks where something is not applied yet.", ACTION_ALWAYS },
	{ "cancel", "global field", "back", "Leaves the field or the dialog, or ends a request that takes too long.", ACTION_ALWAYS | ACTION_FOOTER },
	{ "redraw", "global", "redraw", "Reads the size of the screen again and draws everything anew.", ACTION_ALWAYS },
	{ "suspend", "global", "suspend", "Puts postroom to sleep and returns to the shell; fg wakes it.", ACTION_ALWAYS },
	{ NULL, NULL, NULL, NULL, 0 }
};

const struct action *action_find(const char *name)
{
	if (name == NULL)
		return NULL;
	for (const struct action *action = actions; action->name != NULL; action++) {
		if (strcmp(action->name, name) == 0)
			return action;
	}
	return NULL;
}

bool action_applies(const struct action *action, const char *place)
{
	size_t length = strlen(place);

	for (const char *at = action->places; *at != '\0'; ) {
		size_t word = strcspn(at, " ");

		if (word == length && strncmp(at, place, length) == 0)
			return true;
		if (word == 6 && strncmp(at, "global", 6) == 0)
			return true;
		at += word;
		at += strspn(at, " ");
	}
	return false;
}
