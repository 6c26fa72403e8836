#!/bin/bash
# queue.sh - mail that waits, and what is done to it: from a script and on the
# screen, with real deferred mail; counts are Postfix's own.
# Runs against the private mail system (lab env). Not tested here: the tables
# themselves (tests/live), and servers over ssh.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ "$(id -u)" = 0 ] || { skip "queue" "no private mail system, or no Postfix without root"; finish; exit; }

mkdir -p -m 700 "$work/state"
for role in admin helpdesk monitor; do
	case $role in
	admin) from=$POSTROOM_CONFIG ;;
	helpdesk) from=$LAB_CONFIG_HELPDESK ;;
	monitor) from=$LAB_CONFIG_MONITOR ;;
	esac
	sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$from" >"$work/$role.conf"
	chmod 600 "$work/$role.conf"
done
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
lab() { bash tests/lab/lab "$@" --name "$LAB_NAME" >"$work/lab" 2>&1 || { cat "$work/lab" >&2; return 1; }; }
listed() { postqueue -c "$LAB_POSTFIX_CONF" -j; }
# in_queue NAME [PATTERN] - messages there
in_queue() { listed | grep "\"queue_name\": \"$1\"" | grep -c -- "${2:-}"; }
# id_of PATTERN - the id of the first message like that
id_of() { listed | grep -m1 -- "$1" | sed 's/.*"queue_id": "\([^"]*\)".*/\1/'; }
file_of() { find "$LAB_DIR/postfix/spool/deferred" "$LAB_DIR/postfix/spool/hold" -type f -name "$1"; }
did() { sed -n 's/.*"did": \([0-9]*\).*/\1/p' "$work/out"; }

lab empty-queue
lab fill-queue 60
all=$(listed | wc -l)
to_d1=$(listed | grep -ci '@d1\.example\.net')
same "there is mail that waits" 60 "$all"

# --- from a script -------------------------------------------------------------------
status 0 "what a hold would be" pr queue hold domain=d1.example.net --dry-run
said "how many" "Put $to_d1 messages on mail1 on hold"
said "five of them by name" "and $((to_d1 - 5)) more"
same "and nothing was" 0 "$(in_queue hold)"
status 0 "a hold of all to a domain" pr queue hold domain=D1.example.net --yes --reason "ticket 9" --format json
same "as many as Postfix says" "$to_d1" "$(did)"
same "and they are held" "$to_d1" "$(in_queue hold)"
status 0 "it is in the history" pr history
said "with its reason" "ticket 9"
status 0 "a hold of what is held" pr queue hold domain=d1.example.net --yes
said "touches nothing" "0 of $to_d1 messages on mail1 put on hold"
status 0 "taking the hold back" pr undo --yes
status 0 "which one is taken back is told" pr history
same "nothing is held any more" 0 "$(in_queue hold)"

bounces=$(listed | grep -c '"sender": "MAILER-DAEMON"')
status 0 "a hold of bounces" pr queue hold 'sender=<>' --yes --format json
same "as many as there are" "$bounces" "$(did)"
status 0 "a release of what is held" pr queue release queue=hold --yes --format json
same "of all of them" "$bounces" "$(did)"
same "none is held" 0 "$(in_queue hold)"

one=$(id_of p3@d3.example.net)
status 0 "a requeue of one id" pr queue requeue "$one" --yes
[ -z "$(file_of "$one")" ] && say_ok "it has another id now" || say_not "it has another id now" </dev/null
settled
same "none was lost" 60 "$(listed | wc -l)"
status 0 "a try of one recipient's" pr queue retry recipient=p7@d2.example.net --yes --format json
same "is one message" 1 "$(did)"
settled

old=$(listed | grep '"arrival_time"' | awk -v now="$(date +%s)" -F'"arrival_time": ' '{ split($2, t, ","); n += t[1] < now - 10 * 3600 } END { print n + 0 }')
status 65 "a delete without the name of the server" pr queue delete before=10h --yes
said "is told what to give" "--confirm mail1"
same "and nothing is gone" 60 "$(listed | wc -l)"
status 65 "nor with another name" pr queue delete before=10h --yes --confirm mail2
status 0 "a delete of what is old" pr queue delete before=10h --yes --confirm mail1 --format json
same "is of as many as are old" "$old" "$(did)"
deleted=$(sed -n 's/^  "id": "\(.*\)",/\1/p' "$work/out")
same "which are gone" $((60 - old)) "$(listed | wc -l)"
status 69 "which nothing takes back" pr undo "$deleted" --dry-run
one=$(id_of '"sender": "s2@example.com"')
status 0 "an expiry" pr queue expire "$one" --yes --confirm mail1
# Where the queue manager was faster it has gone back to who sent it.
marked() { listed >"$work/listed"; ! grep "$one" "$work/listed" | grep -v '"forced_expire": true'; }
ok "is marked" soon marked

# --- mistakes and rights ---------------------------------------------------------------
status 64 "everything is never meant" pr queue delete ALL --yes --confirm mail1
status 64 "nor nothing" pr queue hold --yes
status 64 "an order that is none" pr queue burn domain=d1.example.net
status 64 "a criterion that is none" pr queue hold color=red
status 64 "an age that is none" pr queue hold before=old
status 64 "a server that is none" pr queue hold domain=d1.example.net --host nowhere
status 69 "a server without a queue" pr queue hold domain=d1.example.net --host mail2 --yes
status 65 "nothing that matches" pr queue hold domain=nobody.example --yes
one=$(id_of '@d2.example.net')
status 65 "an id that is not there beside one that is" pr queue hold "$one" 0123456789 --yes
said "is named" "0123456789 is not in the queue"
same "and the other is held" 1 "$(in_queue hold)"
pr undo --yes >/dev/null 2>&1
status 77 "helpdesk may not" "$POSTROOM" --config "$work/helpdesk.conf" queue hold "$one" --yes
status 77 "nor who only watches" "$POSTROOM" --config "$work/monitor.conf" queue hold "$one" --yes
status 77 "nor a session that only reads" pr --readonly queue hold "$one" --yes
same "nothing is held" 0 "$(in_queue hold)"

# --- killed in the middle ----------------------------------------------------------------
# A postsuper that has done its work and does not come back; the console dies over it.
mkdir "$work/sbin"
for program in postqueue postcat postconf; do ln -s "$(command -v $program)" "$work/sbin/$program"; done
printf '#!/bin/sh\n%s "$@"\nsleep 60\n' "$(command -v postsuper)" >"$work/sbin/postsuper"
chmod 755 "$work/sbin/postsuper"
sed "s|postfix_config = .*|&\n\tpostfix_sbin = \"$work/sbin\"|" "$work/admin.conf" >"$work/hangs.conf"
chmod 600 "$work/hangs.conf"
"$POSTROOM" --config "$work/hangs.conf" queue hold "$one" --yes >"$work/out" 2>&1 </dev/null &
killed=$!
soon eval '[ "$(in_queue hold)" = 1 ]'
kill -KILL $killed
wait $killed 2>/dev/null
same "held by a program that was killed" 1 "$(in_queue hold)"
ok "the next start has looked, and knows that it was done" soon eval 'pr history --limit 1 | grep done'
status 0 "so it can be taken back" pr undo --yes
same "and is" 0 "$(in_queue hold)"

# --- on the screen ---------------------------------------------------------------------------
to_d4=$(listed | grep -ci '@d4\.example\.net')
console 80 24 --config "$work/admin.conf"
ok "the console opens" shows '\[2 Users\]|\[1 Over\]'
keys 0
ok "the queue by domain and age" shows 'd4\.example\.net'
keys /
type_slowly d4
ok "found while typing" gone 'd1\.example\.net'
escape
keys h
ok "a hold of all that match" shows "Put $to_d4 messages on mail1 on hold"
press_apply >/dev/null
ok "done, and what was done is said" shows "$to_d4 messages on mail1 put on hold .*take back"
same "as Postfix says" "$to_d4" "$(in_queue hold)"
keys C-o
ok "taking it back is a review" shows '[Rr]elease|Take back|take back'
press_apply >/dev/null
ok "and done" shows "$to_d4 messages on mail1 released"
same "none is held" 0 "$(in_queue hold)"
keys Enter
ok "its messages" shows 'Messages to d4\.example\.net'
keys Space
pause
keys Space
ok "two are marked" shows '2 marked'
first=$(screen | sed -n 's/^ *\*\([0-9A-F]*\) .*/\1/p' | sed -n 1p)
second=$(screen | sed -n 's/^ *\*\([0-9A-F]*\) .*/\1/p' | sed -n 2p)
[ -n "$second" ] || stir Down
keys h
ok "a hold of the marked" shows 'Put 2 messages on mail1 on hold'
# One leaves while the review is read.
postsuper -c "$LAB_POSTFIX_CONF" -d "$first" >/dev/null 2>&1
press_apply >/dev/null
ok "one had left" shows '1 of 2 messages on mail1 put on hold: 1 had'
same "the other is held" 1 "$(in_queue hold)"
keys -- -
pause
stir End
last=$(screen | sed -n 's/^ *[▸>] *\([0-9A-F]*\) .*/\1/p')
keys Enter
ok "one message in full" shows 'ENVELOPE'
escape
keys D
ok "a delete offers a hold" shows 'Hold instead'
# Meanwhile its id comes to name another message.
postsuper -c "$LAB_POSTFIX_CONF" -d "$last" >/dev/null 2>&1
other=$(file_of "$(id_of 'p.*@d1.example.net')")
where=$LAB_DIR/postfix/spool/deferred/${last:0:1}
[ -d "$where" ] || install -d -o postfix -m 700 "$where"
cp -p "$other" "$where/$last"
# Past the moment in which keys are dropped, and not as a paste.
sleep 0.4
for letter in m a i l 1; do type_text "$letter"; pause; done
press_apply >/dev/null
ok "another message is left alone" shows '0 of 1 message.* names another'
[ -n "$(file_of "$last")" ] && say_ok "it is still there" || listed | say_not "it is still there"
rm -f "$(file_of "$last")"
keys H
ok "the history knows what came of it" shows '1 of 2 messages on mail1'
close_console

# Who only looks has nothing of it.
console 80 24 --config "$work/monitor.conf"
ok "a monitor's console" shows 'MONITOR'
keys 0
ok "shows the queue" shows 'd4\.example\.net'
screen >"$work/out"
grep -q 'hold\.\.' "$work/out" && say_not "without what changes it" <"$work/out" || say_ok "without what changes it"
close_console

lab empty-queue
finish
