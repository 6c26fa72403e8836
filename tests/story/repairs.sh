#!/bin/bash
# repairs.sh - the helpdesk's repairs and the two larger jobs from the command
# line, as mail sees them: real logins at Dovecot and Postfix, real mail by LMTP,
# real sessions that end. With one of the servers away it is told what is not
# done, and it is finished later. Runs against the private mail system (lab env);
# the person, the group and the list that it is about are made for it and go.
# Not told here: the same at the keyboard (repairs_console.sh), UDM (udm.sh).
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ -n "${LAB_SUBMISSION:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] && [ "$(id -u)" = 0 ] ||
	{ skip "repairs" "no private mail system with Postfix"; finish; exit; }
. tests/story/repairs_lib.sh
repairs_begin
trap repairs_forget EXIT

# --- a password -------------------------------------------------------------------------
ok "the person logs in" opens "$address" "$work/word1"
ok "Dovecot remembers it" opens "$address" "$work/word1"
ok "a session at mail1" comes "$work/word1" 1
ok "and an open one for sending" smtp_stays "$work/word1"
# What Postfix says of it in its log comes a little later.
ok "and an SMTP session is seen" soon eval 'pr reset "$who" --password --dry-run | grep "SMTP session is open"'
status 0 "what would be done" pr reset "$who" --password --dry-run
said "is a list of steps" "1  set a new password"
said "with the SMTP session that is open" "1 SMTP session is open: from 127.0.0.1"
status 0 "a password is made" pr reset "$who" --password --yes --reason "ticket 90417"
made_password >"$work/word2"
job=$(job_number)
said "it was tried at the mail server" "tried: the new password logs in on mail1  done"
said "it must be changed" "must be changed at the next login  done"
said "the session was ended" "1 connection on mail1 ended"
said "and the open one for sending" "1 open SMTP session of $address ended on mail1"
ok "four groups of four" grep -qE '^[a-hjkmnp-z2-9]{4}(-[a-hjkmnp-z2-9]{4}){3}$' "$work/word2"
ok "which is so" smtp_is_gone
ok "nobody is connected" left 0
ok "the directory has the mark" ldapvalue "(uid=$who)" pwdReset TRUE
status 0 "taking that back" pr undo "$job" --dry-run
said "is said to leave the new password" "! the NEW password stays"
said "for good" "may be kept for good"
ok "the old password is refused at once" refuses "$address" "$work/word1"
ok "the new one too, before it was changed" refuses "$address" "$work/word2"
status 0 "one that may be kept" pr_typed "$work/word3" reset "$who" --password password=- must_change=no --yes
ok "opens the mailbox" opens "$address" "$work/word3"
ok "and no older one" refuses "$address" "$work/word2"
ok "nor the mark is there" no_mark
if strace -f -o /dev/null /bin/true 2>/dev/null; then
	cp "$work/word3" "$work/word4"
	status 0 "one made while every program that is started is written down" strace -f -qq -v -s 10000 -e trace=execve -o "$work/trace" \
		"$POSTROOM" --config "$work/up.conf" reset "$who" --password must_change=no --yes
	made_password >"$work/word3"
	ok "programs were started" grep -q 'doveadm' "$work/trace"
	ok "no argument and no environment has it, nor a key" not_in_trace
else
	skip "arguments and environment of programs" "there is no strace, or it may not trace"
fi
status 64 "a password is no argument" pr reset "$who" --password password=open --yes
status 65 "what the server finds too short" pr_typed "$work/short" reset "$who" --password password=- must_change=no --yes
said "is told with its reason" "too short"
said "and nothing else was done" "not begun"
ok "the one before still counts" opens "$address" "$work/word3"

# --- a full mailbox ------------------------------------------------------------------------
status 0 "a small limit" pr reset "$who" --quota quota=2MB --yes
ok "mail comes until it is full" fill
ok "then it is refused" lmtp_says 552
status 0 "a higher limit" pr reset "$who" --quota quota=50MB --yes
said "used and limit side by side" "used now 2"
ok "and mail comes again at once" lmtp_says 250
status 0 "a limit below what is used" pr reset "$who" --quota quota=1MB --dry-run
said "is warned of" "BELOW what is used"
status 0 "counted anew alone" pr reset "$who" --quota --yes
said "is one step" "mailbox counted anew (quota recalc) on mail1  done"

# --- forwards ---------------------------------------------------------------------------------
status 65 "a forward until a day that is over" pr reset "$who" --forwarding forwards="$other_address" until=2020-01-01 --yes
said "is refused" "is over already"
status 0 "a forward until a day" pr reset "$who" --forwarding forwards="$other_address" keep_copy=yes until="$day" --yes
status 0 "is due" pr due
said "with whom and where to" "end the forward of $who (to $other_address)"
ok "mail goes on" goes "$address" "forwarded $$"
ok "to the colleague" found "$other_address" "forwarded $$" "$LAB_DOVECOT1_CONF"
ok "and stays" found "$address" "forwarded $$" "$LAB_DOVECOT1_CONF"
id=$(due_id)
status 0 "it is ended" pr reset "$who" --forwarding --yes
ok "in the directory" no_value mailForwardAddress
ok "and is due no more" none_due
status 0 "that is taken back" pr undo --yes
ok "and the forward is there" ldapvalue "(uid=$who)" mailForwardAddress "$other_address"
pr reset "$who" --forwarding forwards="$other_address" until="$day" --yes >/dev/null
id=$(due_id)
status 0 "what would be off the list" pr due "done" "$id" --dry-run
said "is told" "Would be taken off the list: end the forward of $who"
status 0 "somebody did it otherwise" pr due "done" "$id"
said "and it is said what is off" "Taken off the list: end the forward of $who"
status 65 "what is not on it" pr due "done" "$id"
ok "and it is off the list" none_due
pr reset "$who" --forwarding --yes >/dev/null

# --- an absence, a colleague ------------------------------------------------------------------------
status 65 "an absence without a text" pr reset "$who" --absence until="$day" --yes
status 0 "an absence" pr reset "$who" --absence text="Back on Monday, story $$" until="$day" subject="Away $$" --yes
ok "mail of a colleague" mailed_by_other "question $$"
ok "is answered" found "$other_address" "Away $$" "$LAB_DOVECOT1_CONF"
status 0 "its end is due" pr due
said "for somebody who looks" "take out the absence of $who"
status 0 "the absence ends" pr reset "$who" --absence off=yes --yes
ok "and is due no more" none_due
ok "mail of somebody else" lmtp_says 250 third-$$@example.org
status 65 "somebody whom nobody knows" pr reset "$who" --access colleague=nobody$$ --yes
status 0 "access for a colleague by address" pr reset "$who" --access colleague="$(tr a-z A-Z <<<"$other_address")" rights=write --yes
ok "is kept under the name that Dovecot knows" has_right "$other_address" write-deleted
ok "and the colleague sees the mailbox" sees_shared
status 0 "it ends" pr reset "$who" --access colleague="$other" rights=none --yes
ok "and is gone" has_no_right "$other_address"

# --- sessions, locks ---------------------------------------------------------------------------------------
ok "two sessions" comes "$work/word3" 1
ok "of the person" comes "$work/word3" 2
status 0 "are ended" pr reset "$who" --sessions --yes
said "as many" "2 connections on mail1 ended"
ok "and gone" left 0
status 0 "the account is locked" pr reset "$who" --lock --yes --reason "left her badge"
ok "no login, not from a cache either" refuses "$address" "$work/word3"
ok "the directory says so" ldapvalue "(uid=$who)" pwdAccountLockedTime 000001010000Z
status 0 "the history keeps why" pr history --limit 12
said "the reason" "left her badge"
status 0 "unlocked" pr reset "$who" --unlock --yes
ok "the login works" opens "$address" "$work/word3"
status 0 "a chosen set" pr reset "$who" --unlock --forwarding --sessions --yes
status 64 "but nothing that goes alone" pr reset "$who" --access --lock --yes

# --- one server is away -----------------------------------------------------------------------------------------
cp "$work/word3" "$work/before"
status 75 "with mail2 away" pr_with down reset "$who" --password must_change=no --yes
made_password >"$work/word3"
said "it is told what is not done" "login cache emptied on mail2: NOT DONE."
said "and what is true until then" "the OLD password may still open the mailbox there"
said "and what is done" "login cache emptied on mail1  done"
status 0 "the history" pr history --limit 3
said "tells both" " done, 3 open"
ok "the new password works where it can" opens "$address" "$work/word3"
ok "the old one does not" refuses "$address" "$work/before"
status 0 "it is due" pr due
said "with the steps" "not done yet: login cache emptied on mail2"
id=$(due_id)
status 75 "tried while it is away" pr_with down due again "$id" --yes --format json
said "it says why the status" '"ending": "timeout"'
ok "it stays due" some_due
status 0 "once it is back" pr due again "$id" --yes
said "it is finished" "All 3 steps are done."
ok "and nothing is due" none_due
ok "all under one number" one_job "$id"
status 0 "the history of it" pr history --limit 3 --format json
said "says that all is done now" '"job_state":"done"'

# A program that is killed in the middle loses no step.
halt_mail2
"$POSTROOM" --config "$work/up.conf" reset "$who" --sessions --yes >"$work/killed" 2>&1 </dev/null &
killed=$!
ok "what is open is written down before it is done" some_due 20
kill -9 "$killed"
wait "$killed" 2>/dev/null
wake_mail2
status 0 "after the end of the program" pr due again "$(due_id)" --yes
ok "all is done" none_due

# --- a stolen account ----------------------------------------------------------------------------------------------
ok "a filter of the thief" put_filter
ok "mail of the thief waits" queued 3
ok "and mail that the thief sent under another name" queued 1 "$who" "$mask"
ok "and mail of somebody else" queued 1 "$other" "$stranger" "$LAB_PEOPLE_SECRET"
ok "an open session" smtp_stays "$work/word3"
ok "and one at the mailbox" comes "$work/word3" 1
status 0 "a forward" pr set user "$who" forwards="$other_address" keep_copy=yes --yes
status 0 "what would be done is shown" pr stolen "$who" --dry-run
said "since when the forward is there" "forwards: $other_address (since 20"
said "with what waits" "4 mails wait from this person, 1 of them sent with this login under other names"
status 0 "without it again" pr set user "$who" forwards= keep_copy= --yes
status 75 "stolen, and one of the servers that send is away" pr_with away stolen "$who" --yes
job=$(job_number)
said "the account is locked" "account locked  done"
said "mail3 does not refuse yet" "refused by Postfix on mail3: NOT DONE."
said "nor hold" "queued mail put on hold on mail3: NOT DONE."
ok "no login" refuses "$address" "$work/word3"
ok "Postfix' table has the address" refused_in_table "$address"
ok "and the login" refused_in_table "$who"
ok "the session for sending is gone" smtp_is_gone
ok "that of the mailbox too" left 0
ok "the mail is on hold" on_hold 3
ok "that under another name too" on_hold 1 "$mask"
ok "that of somebody else not" on_hold 0 "$stranger"
ok "the filter is off" filter_is ""
status 0 "a helpdesk that is asked to open it" pr --role helpdesk reset "$who" --unlock --dry-run
said "is told that Postfix refuses" "sending is refused by Postfix on"
said "and what is on hold" "mails are on hold"
said "and whose lock it is" "locked by the job"
status 65 "and opens nothing with a yes" pr --role helpdesk reset "$who" --unlock --yes
status 65 "the lock alone is not taken away by mistake" pr set user "$who" locked=no --yes
said "since the job is named" "Stolen account of $who"
status 0 "the lock alone taken away" pr set user "$who" locked=no --yes --confirm "$who"
status 75 "what would be taken back of the job now" pr undo "$job" --dry-run
said "is not all of it" "cannot be done as things are"
refused_sending() { submit_as "$who" "$work/word3" | grep "554 5.7.1" || { cat "$work/talk"; return 1; }; }
ok "Postfix refuses all the same, at once" soon refused_sending
pr set user "$who" locked=yes --yes >/dev/null
status 0 "the rest, once mail3 is back" pr_with back due again "$job" --yes
ok "nothing is due" none_due
status 77 "not by a helpdesk" pr --role helpdesk stolen "$who" --yes
same "which is told once" 1 "$(grep -c 'needs role admin' "$work/out")"
status 0 "taken back by its number" pr_with back undo "$job" --yes
said "what stays is named" "cannot be taken back and stay"
said "and that caches may know the old" "login caches are not emptied again"
status 0 "the history of that" pr history --format json
said "tells how much" '"job_state":"partly_undone"'
status 75 "once more" pr_with back undo "$job" --yes
said "is nothing" "Nothing more of job $job can be taken back"
ok "the login works again" opens "$address" "$work/word3"
ok "Postfix takes the login" not_refused_in_table
ok "the mail is released" on_hold 0
ok "that under another name too" on_hold 0 "$mask"
ok "the filter is on again" filter_is thief
postsuper_own
# A process of Postfix serves one after the other: who came meanwhile is not cut for who went.
ok "an open session again" smtp_stays "$work/word3"
POSTROOM_GUARDIAN_STOP=smtp-found "$POSTROOM" guardian smtp-end --postfix "$LAB_POSTFIX_CONF" "$address" >"$work/ended" &
ending=$!
ok "is found, to be ended" stopped "$ending"
ok "it ends by itself" smtp_quits
ok "and a colleague comes" eval 'address=$other_address smtp_stays "$LAB_PEOPLE_SECRET"'
kill -CONT "$ending"
wait "$ending"
ok "nothing is ended" grep -q '"ended":0' "$work/ended"
ok "the colleague is served on" smtp_quits

# --- somebody leaves --------------------------------------------------------------------------------------------------
status 0 "in a group" pr set group "$group" "members+=$who" --yes
status 0 "and a list" pr set mailinglist "$list" "members+=$second" --yes
status 0 "a leaver" pr leaver "$who" forward_to="$other_address" until="$day" text="$who has left, story $$" --yes
job=$(job_number)
said "the primary group stays" "it is the primary group"
ok "locked" refuses "$address" "$work/word3"
ok "out of the group" not_in "(cn=$group)" memberUid
ok "out of the list, which had the second address" not_in "(&(objectClass=univentionMailList)(cn=$list))" univentionMailMember
ok "mail goes to the colleague" goes "$address" "left $$"
ok "who gets it" found "$other_address" "left $$" "$LAB_DOVECOT1_CONF"
ok "mail of a colleague after that" mailed_by_other "left behind $$"
ok "is answered though it is forwarded" found "$other_address" "Auto: left behind $$" "$LAB_DOVECOT1_CONF"
status 0 "the end of the forward is due" pr due
said "with its day" "$day"
status 0 "all of it taken back" pr undo "$job" --yes
ok "nothing is due" none_due
ok "back in the group" ldapvalue "(cn=$group)" memberUid "$who"
ok "and in the list" ldapvalue "(&(objectClass=univentionMailList)(cn=$list))" univentionMailMember "$second"
ok "and logged in" opens "$address" "$work/word3"

# --- afterwards -----------------------------------------------------------------------------------------------------------
ok "no password stands in the state, the logs or what was printed" no_secret
status 0 "the history is whole" pr history --verify
finish
