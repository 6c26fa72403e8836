#!/bin/bash
# repairs_keys.sh - the rest of the helpdesk's desk at the keyboard, in tmux: lock
# and unlock, sessions, an absence with its end, access for a colleague, a chosen
# set together, and somebody who leaves and is taken back. What mail says of it is
# asked of the real Dovecot. Password, quota, forward and the stolen account:
# repairs_console.sh.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ -n "${LAB_SUBMISSION:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] && [ "$(id -u)" = 0 ] ||
	{ skip "the other repairs at the keyboard" "no private mail system with Postfix"; finish; exit; }
. tests/story/repairs_lib.sh
repairs_begin
trap repairs_forget EXIT

# go_to N KEY - Tab N times, each by itself, then the key
go_to() {
	local i
	for ((i = 0; i < $1; i++)); do keys Tab; pause; done
	keys "$2"
	pause
}
# from_menu ENTRY - a, down to the entry, Enter
from_menu() {
	keys a
	shows 'Access for a colleague' && down_to "^ *(>|▸) *$1" && pause && keys Enter && shows "$1 - .*nothing is written yet"
}
done_so() { review && apply && over '(All [0-9]+ steps are|The step is|step is) done'; }

# --- lock and unlock ---------------------------------------------------------------------------------
ok "a session of the person" comes "$work/word1" 1
ok "the page of the person" open_person up
keys b
ok "what is asked of a lock" shows 'End mailbox sessions'
ok "it is reviewed, applied and through" done_so
ok "the session is gone" left 0
ok "no login" refuses "$address" "$work/word1"
escape
ok "the page says so first" shows '^ Wrong '
ok "in words" shows 'locked by an admin.* b unlock'
keys b
ok "the same key unlocks" shows 'Nothing is written yet'
ok "it is applied" apply
ok "and through" over 'done'
ok "the login works" opens "$address" "$work/word1"
escape

# --- sessions -------------------------------------------------------------------------------------------
ok "two sessions" comes "$work/word1" 1
ok "of the person" comes "$work/word1" 2
ok "and one for sending" smtp_stays "$work/word1"
ok "the page" open_person up
keys s
ok "what is asked of sessions" shows 'End sending sessions'
ok "they are ended" done_so
ok "none is left" left 0
ok "nor that for sending" smtp_is_gone
escape

# --- an absence -------------------------------------------------------------------------------------------
ok "the absence" from_menu Absence
type_slowly "Back on Monday, keys $$"
keys Tab
pause
keys Tab
pause
type_slowly "$day"
keys Tab
pause
type_slowly "Keys away $$"
ok "it is written" done_so
ok "mail of a colleague" mailed_by_other "question $$"
ok "is answered" found "$other_address" "Keys away $$" "$LAB_DOVECOT1_CONF"
ok "its end is due" some_due
escape
keys a
ok "which is offered first" shows "Due .*take out the absence of $who"
keys Enter
ok "as a form" shows 'Absence - '
ok "that takes it out" done_so
ok "nothing is due any more" none_due
escape

# --- a colleague --------------------------------------------------------------------------------------------
ok "access" from_menu 'Access for a colleague'
type_slowly "$other_address"
ok "is given" done_so
ok "as Dovecot has it" has_right "$other_address" lookup
escape
ok "and ended" from_menu 'Access for a colleague'
type_slowly "$other_address"
go_to 2 Right
go_to 0 Right
go_to 0 Right
ok "with the right none" shows '\[none\]'
ok "it is applied" done_so
ok "which Dovecot knows" has_no_right "$other_address"
escape

# --- several at once ------------------------------------------------------------------------------------------
status 0 "a forward" pr reset "$who" --forwarding forwards="$other_address" --yes
ok "another session" comes "$work/word1" 1
ok "the page again" open_person up
keys R
ok "what can be chosen" shows 'No forwards'
go_to 2 Left
go_to 1 Left
ok "two of them" shows 'End sessions +\[yes\]'
ok "are one review and done" done_so
ok "no forward" not_in "(uid=$who)" mailForwardAddress
ok "and no session" left 0
escape

# --- somebody leaves, and comes back ------------------------------------------------------------------------------
status 0 "in a group" pr set group "$group" "members+=$who" --yes
status 0 "and a list" pr set mailinglist "$list" "members+=$second" --yes
ok "the page as it is now" open_person up
keys V
ok "what is asked of a leaver" shows 'Forward to'
type_slowly "$other_address"
keys Tab
pause
type_slowly "$day"
keys Tab
pause
type_slowly "$who has left, keys $$"
ok "one review, and done" done_so
ok "locked" refuses "$address" "$work/word1"
ok "out of the group" not_in "(cn=$group)" memberUid
ok "and the list" not_in "(&(objectClass=univentionMailList)(cn=$list))" univentionMailMember
ok "mail to the person" goes "$address" "left behind $$"
ok "goes to the colleague" found "$other_address" "left behind $$" "$LAB_DOVECOT1_CONF"
ok "and is answered" mailed_by_other "asking $$"
ok "with what was left" found "$other_address" "Auto: asking $$" "$LAB_DOVECOT1_CONF"
ok "the end of the forward is due" some_due
escape
keys H
ok "one line in the history" shows "Leaver of $who \\([0-9]+ steps\\)"
down_to '^ ?(>|▸).*Leaver' >/dev/null
keys u
ok "the review of taking it back" shows 'Take back'
ok "it is applied" apply
ok "taken back" over 'steps are done'
ok "the login works again" opens "$address" "$work/word1"
ok "back in the group" ldapvalue "(cn=$group)" memberUid "$who"
ok "nothing is due" none_due
close_console
ok "no password stands in the state or the logs" no_secret
finish
