#!/bin/bash
# repairs_console.sh - the helpdesk's repairs at the keyboard, in tmux, as somebody
# with a caller on the line does them: the person, one key, one review, the steps
# ticked; a password that is read out and then is nowhere any more; one of the
# servers away and the rest done later from the person's page; a stolen account
# and its way back from the history. What mail says of it is asked of the real
# Dovecot. The other repairs: repairs_keys.sh; without a screen: repairs.sh.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ -n "${LAB_SUBMISSION:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] && [ "$(id -u)" = 0 ] ||
	{ skip "repairs at the keyboard" "no private mail system with Postfix"; finish; exit; }
. tests/story/repairs_lib.sh
repairs_begin
trap repairs_forget EXIT

# --- a password, read out -------------------------------------------------------------------
ok "a session of the person" comes "$work/word1" 1
ok "the page of the person" open_person up
keys p
ok "what is asked" shows 'Change at next login'
ok "the review" review
ok "shows each step" shows 'try whether the new password logs in'
ok "it is applied" apply
ok "through" over 'All [0-9]+ steps are done'
ok "the password is shown" shows '[a-z2-9]{4}(-[a-z2-9]{4}){3}'
screen | grep -oE '\b[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){3}\b' | head -1 >"$work/word2"
printf %s "$(cat "$work/word2")" >"$work/word2"
ok "and spelled" shows 'Group 1 of 4'
sleep 0.6
keys Space
ok "group by group" shows 'Group 2 of 4'
ok "what to say" shows 'Choose one of your own'
ok "the session is gone" left 0
ok "the old password is refused" refuses "$address" "$work/word1"
keys x
ok "the ticket" shows 'For the ticket'
screen >"$work/out"
grep -qF "$(cat "$work/word2")" "$work/out" && say_not "has no password in it" <"$work/out" || say_ok "has no password in it"
escape
escape
ok "the page again" shows 'New password of .*: all'
scrollback >"$work/out"
grep -qF "$(cat "$work/word2")" "$work/out" && say_not "the password is on no screen any more, nor above it" <"$work/out" || say_ok "the password is on no screen any more, nor above it"

# --- typed, with one server away --------------------------------------------------------------------
ok "mail2 is away" open_person down
keys p
ok "the form" shows 'New password'
type_slowly "$(cat "$work/word3")"
scrollback >"$work/out"
grep -qF "$(cat "$work/word3")" "$work/out" && say_not "what is typed is dots" <"$work/out" || say_ok "what is typed is dots"
keys Tab
pause
keys Space
ok "it may be kept" shows 'no'
ok "the review again" review
ok "it is applied" apply
ok "not all is done" over 'NOT DONE +login cache emptied - mail2'
ok "what is true until then" shows 'OLD password may still'
ok "where it is kept" shows 'under what is due'
ok "the new password works" opens "$address" "$work/word3"
escape
ok "said once more on leaving" shows 'kept as due'
ok "the next day" open_person up
keys M
ok "open steps stand first" shows 'Open steps +New password of'
keys Enter
ok "their review" shows '< Apply >'
ok "it is applied" apply
ok "they are done" over 'All 3 steps are done'
ok "and nothing is due" none_due
escape

# --- quota, forward ----------------------------------------------------------------------------------------
keys l
ok "the quota" shows 'Recalculate'
keys C-u
type_slowly '3 GB'
ok "its review" review
ok "used and limit" shows 'used now .* limit then 3 GB'
ok "it is applied" apply
ok "written" over 'All [0-9]+ steps are done'
ok "Dovecot has it" quota_is 3145728
escape
ok "back on the page" shows 'Quota of .*: all'
pause
keys a
ok "absence, forward, access" shows 'Access for a colleague'
keys Enter
ok "the forward" shows 'Forward to'
type_slowly "$other_address"
keys Tab
pause
keys Tab
pause
type_slowly "$day"
ok "is reviewed" review
ok "it is applied" apply
ok "and written" over 'All 2 steps are done'
ok "it is due" some_due
escape
keys a
ok "its end is offered" shows "Due .*end the forward of $who"
keys Enter
ok "as a form without it" shows 'Forward to'
ok "to be reviewed" review
ok "it is applied" apply
ok "it has ended" over 'step is done|steps are done'
ok "and is due no more" none_due
escape

# --- stolen, and back from the history -------------------------------------------------------------------------
ok "an open session for sending" smtp_stays "$work/word3"
ok "the page" open_person up
keys B
ok "what is asked of a stolen account" shows 'Hold queued mail'
ok "one review" review
ok "it is applied" apply
ok "all steps" over 'All [0-9]+ steps are done'
ok "locked" refuses "$address" "$work/word3"
ok "the session for sending has ended" smtp_is_gone
ok "Postfix refuses" refused_in_table "$address"
escape
ok "the page begins with it" shows '^ Wrong +.*! locked as STOLEN \(you, .* H history'
keys H
ok "one line in the history" shows "Stolen account of $who \\([0-9]+ steps\\)"
# Others may have been at work too: down to the line.
down_to '^ ?(>|▸).*Stolen account' >/dev/null
keys Enter
ok "opens to its steps" shows 'Account locked|Locked of|Login of'
keys Enter
ok "and closes" shows 'Enter steps'
keys u
ok "the review of taking all of it back" shows 'Take back'
ok "names the lock" shows 'Locked of'
ok "it is applied" apply
ok "taken back" over 'steps are done'
ok "the login works" opens "$address" "$work/word3"
ok "Postfix takes it" not_refused_in_table
escape
ok "the history says how much" shows '[0-9]+/[0-9]+ back|partly undone'
close_console
ok "no password stands in the state or the logs" no_secret
finish
