#!/bin/bash
# consequences.sh - what is told before somebody goes, gets another address, login
# or home server: real sessions, real queued mail, a real mailbox, settings of a
# server; what does not answer; what is offered, and done.
# Runs against the private mail system (lab env). Not tested here: changes that
# stop in the middle (tests/live/test_rest).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "consequences" "no private mail system"; finish; exit; }
[ "$(id -u)" = 0 ] || { skip "consequences" "needs root, for queues of its own"; finish; exit; }

mkdir -p -m 700 "$work/state" "$work/univention"
sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$POSTROOM_CONFIG" >"$work/admin.conf"
# A server as UCS would have it: the same one, with variables of its own.
sed "s|^server mail1 {|&\n\tflavour = ucs\n\tucr_directory = \"$work/univention\"|" "$work/admin.conf" >"$work/ucs.conf"
# One whose API hangs: it takes connections and never answers.
python3 -c '
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(50); print(s.getsockname()[1], flush=True); time.sleep(600)' >"$work/port" &
hanging=$!
leave() {
	kill "$hanging"
	postconf -c "$LAB_POSTFIX_CONF" -X defer_transports
	reload_postfix
	tmux -L "$socket" kill-server
	rm -rf "$work"
} >/dev/null 2>&1
trap leave EXIT
soon test -s "$work/port"
sed "s|http = \"https*://127.0.0.1:[0-9]*\"|http = \"http://127.0.0.1:$(cat "$work/port")\"|" "$work/admin.conf" >"$work/hangs.conf"
chmod 600 "$work"/*.conf
# Who only looks may look again.
by() { case " $* " in *" --dry-run "*) answered "$POSTROOM" --config "$@" ;; *) "$POSTROOM" --config "$@" ;; esac; }
pr() { by "$work/admin.conf" "$@"; }
as_ucs() { by "$work/ucs.conf" "$@"; }
not_said() { grep -qF -- "$2" "$work/out" && say_not "$1" <"$work/out" || say_ok "$1"; }

anna=anna.schmid@example.com
# mail_to FROM TO - handed to the private Postfix
mail_to() { printf 'From: %s\nTo: %s\nSubject: story\n\nText\n' "$1" "$2" | sendmail -C "$LAB_POSTFIX_CONF" -f "$1" "$2"; }
# waiting PATTERN COUNT - within a minute so many such lines in the queue
waiting() {
	local i
	for ((i = 0; i < 600; i++)); do
		[ "$(postqueue -c "$LAB_POSTFIX_CONF" -j | grep -c -- "$1")" = "$2" ] && return 0
		sleep 0.1
	done
	postqueue -c "$LAB_POSTFIX_CONF" -j
	return 1
}
holds() { doveadm -c "$LAB_DOVECOT1_CONF" -f tab quota get -u "$anna" | awk -F'\t' '$2 == "MESSAGE" { print $3 }'; }

# --- nothing is there ------------------------------------------------------------------
bash tests/lab/lab empty-queue --name "$LAB_NAME" >/dev/null 2>&1
connected "$LAB_DOVECOT1_CONF" "$anna" 0
before=$(holds)
status 0 "a deletion, looked at" pr remove user "$anna" --dry-run
said "nobody is connected, nothing waits" "no session is open, nothing to or from them is queued."
said "how large the mailbox is" "The mailbox on mail1 holds"
said "what nobody could read" "Nobody could read mail/dovecot/mailbox/delete"
said "who forwards to her is left" "user faway1 (forward target)"
said "and can be taken along" "--follow"
status 0 "a change of the quota asks nobody" pr set user "$anna" quota=3GB --dry-run
not_said "indeed" "Mail servers were asked"

# --- sessions, mail, a mailbox -----------------------------------------------------------
mail_to story@example.org "$anna"
ok "a mail in her mailbox" soon eval '[ "$(holds)" = $((before + 1)) ]'
postconf -c "$LAB_POSTFIX_CONF" -e defer_transports=lmtp,smtp
reload_postfix >"$work/reload"
for _ in 1 2 3; do mail_to story@example.org "$anna"; done
mail_to story@example.org a.schmid@example.com
mail_to "$anna" somebody@d1.example.net
ok "mail to her waits" waiting '"sender": "story@example.org"' 4
ok "and mail from her" waiting "\"sender\": \"$anna\"" 1
ok "a session" log_in "$LAB_IMAP1" "$anna"
ok "a second one" log_in "$LAB_IMAP1" "$anna"
ok "Dovecot lists both" connected "$LAB_DOVECOT1_CONF" "$anna" 2

status 0 "a deletion with all that" pr remove user "$anna" --dry-run
said "her sessions" "has 2 open sessions now: 2 on mail1."
said "mail to her, to any of her addresses" "4 mails wait in a queue for an address that goes: 4 on mail1."
said "mail from her" "1 mail from an address that goes waits in a queue: 1 on mail1."
said "her mailbox" "in $((before + 1)) message"
status 0 "another address" pr set user "$anna" address=anna.neu@example.com --dry-run
# Postfix has turned the alternative address into the primary one before it queued the mail.
said "what waits for it" "4 mails wait in a queue for an address that goes: 4 on mail1."
said "the sessions stay where they are" "They stay in the old mailbox"
said "the old address can be kept" "alternates+=$anna"
status 0 "another address, the old one kept" pr set user "$anna" address=anna.neu@example.com "alternates+=$anna" --dry-run
said "nothing bounces then" "They are delivered to whoever has the address then."
not_said "and nothing is offered" "go on arriving"
status 0 "another home server" pr set user "$anna" home_server=mail2.example.com --dry-run
said "moves no mail" "No mail is moved."
said "and no session" "They stay on the old server"
said "what waits goes to the new one" "goes to the new home server"
said "her shared folders do not come along" "shared folders are not on mail2.example.com"
status 0 "another login" pr rename user "$anna" aschmid9 --dry-run
said "is no matter of the mailbox" "which needs the new login then"
not_said "so how large it is does not matter" "The mailbox on mail1 holds"

# --- what the server makes of the mailbox -----------------------------------------------------
outcome() { # outcome RENAME DELETE - as variables of the server
	printf '# univention\nhostname: mail1\nmail/dovecot/mailbox/rename: %s\nmail/dovecot/mailbox/delete: %s\n' "$1" "$2" >"$work/univention/base.conf"
}
outcome yes no
status 0 "rename on" as_ucs set user "$anna" address=anna.neu@example.com --dry-run
said "the server says so" "mail1 itself says: mail/dovecot/mailbox/rename is on, mail/dovecot/mailbox/delete is off or unset."
said "it moves along" "moves along to anna.neu@example.com"
outcome no no
status 0 "both off" as_ucs set user "$anna" address=anna.neu@example.com --dry-run
said "it stays where nobody can reach it" "stays on disk where nobody can reach it"
outcome no yes
status 0 "only delete on" as_ucs set user "$anna" address=anna.neu@example.com --dry-run
said "it is destroyed" "all mail in it are destroyed"
status 0 "deleted" as_ucs remove user "$anna" --dry-run
said "sessions end with it" "They end when the mailbox is removed"
printf 'mail/dovecot/mailbox/delete: false\n' >"$work/univention/base-forced.conf"
status 0 "a forced value hides it" as_ucs remove user "$anna" --dry-run
said "so the mail stays" "stays on disk (mail/dovecot/mailbox/delete is off or unset)"

# --- who does not answer ------------------------------------------------------------------------
began=$SECONDS
# The three seconds count for those who answer as well, which may be too few while much else runs here.
ok "with a server that hangs the others are told" soon eval '"$POSTROOM" --config "$work/hangs.conf" remove user "$anna" --dry-run 2>&1 | tee "$work/hangs" |
	grep -F "has 2 open sessions now: 2 on mail1."'
cp "$work/hangs" "$work/out"
said "it is named" "open sessions on mail2: no answer within 3 s"
not_said "none is claimed to be all" "no session is open"
# It goes on listening without a word for ten minutes.
[ $((SECONDS - began)) -lt 120 ] && say_ok "nobody waits for ever" || date | say_not "nobody waits for ever"

# --- done ------------------------------------------------------------------------------------------
login=goes$$
status 0 "somebody" pr add user "$login" family_name=Goes "address=$login@example.com" home_server=mail1.example.com --yes
status 0 "to whom another forwards" pr set user faway1 "forwards+=$login@example.com" --yes
status 0 "goes, and the forward first" pr remove user "$login" --follow --yes --confirm "$login"
status 0 "who forwarded" pr show user faway1
not_said "does not any more" "$login@example.com"
status 0 "and taken back" pr undo --yes
status 0 "who forwarded before" pr show user faway1
said "does again" "$login@example.com"
status 65 "nothing stopped in the middle" pr finish --dry-run
said "and that is told" "There is nothing to go on with"
status 0 "gone for good" pr remove user "$login" --follow --yes --confirm "$login"

# comes_to PATTERN - by itself, by PgDn or by PgUp
comes_to() { shows "$1" 2 >/dev/null || page_to "$1"; }
find_user() { keys / && shows 'Find' && keys C-u && type_slowly "$1" && shows 'Users - 1 of' && escape; }

# --- on the screen -------------------------------------------------------------------------------------
for size in "80 24" "120 40"; do
	set -- $size
	console "$1" "$2" --config "$work/admin.conf" >/dev/null
	ok "the list at $1x$2" shows 'Login'
	ok "her row at $1x$2" find_user "$anna"
	keys d
	ok "her deletion at $1x$2" shows 'Forwards too'
	ok "with her sessions at $1x$2" comes_to '2 open sessions'
	# The person sees what the offer does before anything else is asked.
	ok "the forwards are taken along at $1x$2" press 'Forwards too'
	ok "and are steps then at $1x$2" comes_to 'user faway1'
	ok "no longer offered at $1x$2" gone 'Forwards too'
	close_console
done
finish
