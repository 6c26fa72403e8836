#!/bin/bash
# limits_walk.sh - more connections, from the screen: the limit is 20 and 25 real
# TLS sessions push at it, which is seen; the walk raises it to 60, applied,
# confirmed, and 50 sessions hold.  The same again with nobody to confirm and the
# console killed: the old values run again at the deadline.  Then from a script.
# Runs against the real Dovecot of the private mail system, which gets its files
# back.  Not tested here: what can go wrong below the guardian (tests/live).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ "$(id -u)" = 0 ] && [ -n "${LAB_DOVECOT1_CONF:-}" ] ||
	{ skip "limits walk" "no private mail system with Dovecot, or not root"; finish; exit; }

. tests/story/limits_lib.sh
# Whatever happened, the lab gets its files back.
back() {
	tmux -L "$socket" kill-server 2>/dev/null
	end_sessions
	"$POSTROOM" --config "$work/admin.conf" rollback --host mail1 --yes >/dev/null 2>&1
	files_back
	rm -rf "$work"
}
trap back EXIT

mkdir -p -m 700 "$work/state"
for role in admin helpdesk monitor; do
	case $role in
	admin) from=$POSTROOM_CONFIG ;;
	helpdesk) from=$LAB_CONFIG_HELPDESK ;;
	monitor) from=$LAB_CONFIG_MONITOR ;;
	esac
	sed "/^\tguardian_directory/d; s|^state_dir.*|state_dir = \"$work/state\"|; s|^server mail1 {|&\n\tguardian_directory = \"$work/guardian\"|" "$from" >"$work/$role.conf"
	chmod 600 "$work/$role.conf"
done
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
# The console's own process, below the shell of its pane.
console_pid() { pgrep -P "$(tmux -L "$socket" list-panes -F '#{pane_pid}' | head -1)" | head -1; }

# --- the wall -----------------------------------------------------------------------------------
ok "the limit is 20" twenty
console 100 30 --config "$work/admin.conf"
ok "the console opens" shows 'dir ok'
[ "$broken" = 0 ] || { finish; exit; }
tls_sessions 25
ok "25 sessions push at it, 20 get in" hold 20
keys 1
ok "the top line says that it is full" shows 'mail1 imap(-login)? 100%' 60
keys 9
ok "that some were turned away is in Connections" shows 'imap-login +mail1 +20.*100%' 60
ok "and in Overview" eval 'keys 1; shows "turn(ed|s clients) away" 60'

# --- the walk, confirmed ---------------------------------------------------------------------------
ok "the walk leads to a review" walk_to_review 200
ok "the review names old and new" shows 'imap-login process_limit +20 -> 60'
ok "and says that the sessions end" shows 'Dovecot is reloaded'
press_apply >/dev/null
ok "the guardian waits, and the top line counts down" shows 'mail1 confirm [0-9]+:[0-5][0-9]' 90
ok "the new values run" runs 60
ok "they stand in the drop-in" grep -q 'process_limit = 60' "$drop_ins/99-postroom.conf"
keys 2
ok "in other sections too" shows 'mail1 confirm [0-9]+:[0-5][0-9]'
keys H
ok "the history says that it is on trial" shows 'Change the limits of mail1.*on trial'
ok "and until when" shows 'on trial until [0-9][0-9]:[0-5][0-9]'
ok "one key gives more time" eval "keys M-m; shows 'mail1 confirm [45]:[0-5][0-9]'"
keys M-c
ok "one key leads to confirming" shows 'Confirm: the new'
press_apply >/dev/null
ok "then nothing counts any more" gone 'mail1 confirm' 60
ok "the new values stay" runs 60
end_sessions
ok "nobody is left" hold 0
tls_sessions 50
ok "50 sessions hold" hold 50
keys H
ok "the history has the change" shows 'Change the limits of mail1'
ok "and that it was confirmed" shows 'Confirm: the new'
ok "so it is on trial no more" eval '! screen | grep -q "on trial"'
end_sessions
close_console

# --- nobody confirms, and the console is killed -------------------------------------------------------
ok "the limit is 20 again" twenty
console 80 24 --config "$work/admin.conf"
ok "a new console" shows 'dir ok'
ok "the same walk, fifteen seconds to confirm" walk_to_review 15
press_apply >/dev/null
ok "it waits" shows 'mail1 confirm 0:[01]' 90
killed=$(console_pid)
kill -9 "$killed"
ok "the console is gone" soon is_dead "$killed"
close_console
ok "at the deadline the old values run again" runs 20
ok "and the file is as it was" file_goes
ok "until somebody looks nothing is told of its end" eval "pr history --format tsv | grep 'Change the limits of mail1' | head -1 | grep -q 'not looked at here'"
console 100 30 --config "$work/admin.conf"
ok "the next console opens" shows 'dir ok'
keys H
ok "and finds in the history how it ended" shows 'by itself +The former limits of mail1 came back'
close_console
ok "once" test "$(pr history --format tsv | grep -c 'came back by themselves')" = 1
ok "the change itself is told to be rolled back" eval "pr history --format tsv | grep 'Change the limits of mail1' | head -1 | grep -q 'taken back by its timer'"
rolled=$(pr history --format tsv | grep 'taken back by its timer' | head -1 | cut -f1)
status 75 "and cannot be taken back again" pr undo "$rolled" --yes
said "since it has been" "has been taken back already"

# --- a console that lives while it goes back ------------------------------------------------------------
console 100 30 --config "$work/admin.conf"
ok "one that stays" shows 'dir ok'
ok "walks there" walk_to_review 6
press_apply >/dev/null
ok "it tells that the old values run again" shows 'taken back, the old values run' 90
ok "which they do" runs 20
ok "and counts no more" gone 'mail1 confirm'
close_console

# --- a console that takes it back ------------------------------------------------------------------------
console 100 30 --config "$work/admin.conf"
ok "another" shows 'dir ok'
ok "walks there too" walk_to_review 200
press_apply >/dev/null
ok "it waits there" shows 'mail1 confirm [0-9]+:[0-5][0-9]' 90
keys M-z
ok "one key leads to rolling back" shows 'Roll back: the old'
press_apply >/dev/null
ok "it tells that the old limits are back" shows 'the old limits are back, and were seen to run' 90
ok "and they are" runs 20
keys H
ok "the history has it as undone" shows 'Change the limits of mail1.*undone'
close_console

# --- who may not ----------------------------------------------------------------------------------------------
console 100 30 --config "$work/helpdesk.conf"
ok "helpdesk has a console" shows 'dir ok'
keys Escape; pause; keys L
ok "without that section" eval '! screen | grep -q "Connections at once"'
close_console
console 100 30 --config "$work/monitor.conf"
ok "monitor has it" shows 'dir ok'
keys L
ok "and sees the plan" eval 'shows "Connections at once" && pause && type_text 60 && shows "What it takes"'
keys C-g
ok "but may not apply it" shows 'role monitor changes nothing'
close_console

# --- from a script ----------------------------------------------------------------------------------------------
status 0 "a plan" pr limits plan --connections 60 --protocols imap --host mail1 --format tsv
said "names each value, now and new" $'imap-login process_limit\t20\t60'
status 0 "of people and their devices" pr limits plan --users 15 --devices 4 --protocols imap --host mail1 --format json
said "means their product" '"connections": 60'
status 64 "no goal" pr limits plan --host mail1
status 64 "two goals" pr limits plan --connections 5 --users 3 --devices 2 --host mail1
status 64 "a mode that is none" pr limits plan --connections 5 --mode fast --host mail1
status 0 "looking at applying writes nothing" pr limits apply --connections 60 --protocols imap --host mail1 --dry-run
said "and tells what it would do" "imap-login process_limit = 60"
ok "so 20 run" runs 20
status 77 "helpdesk may not" "$POSTROOM" --config "$work/helpdesk.conf" limits apply --connections 60 --host mail1 --yes
status 0 "applied" pr limits apply --connections 60 --protocols imap --host mail1 --confirm-within 300 --yes
said "it waits" "goes back in"
ok "60 run" runs 60
status 75 "a second one waits its turn" pr limits apply --connections 70 --protocols imap --host mail1 --yes
status 0 "confirmed" pr confirm --host mail1 --yes
status 0 "taken back later as a change of its own" pr limits apply --connections 70 --protocols imap --host mail1 --confirm-within 5 --yes
ok "which nobody confirms, so 60 run again" runs 60
finish
