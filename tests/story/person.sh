#!/bin/bash
# person.sh - the page of a person as the helpdesk sees it: a full mailbox, a
# filter that sends mail on, sessions, log lines, the card; and the same with
# the server of the mailbox away, where only its own lines say so.
# Runs against the private mail system (lab env).

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "person" "no private mail system"; finish; exit; }

mkdir -p -m 700 "$work/state"
own() { # own FROM NAME LINES: a configuration with other lines at its end
	{ sed "s|^state_dir.*|state_dir = \"$work/state\"|" "$1"; printf '%s\n' "$3"; } >"$work/$2.conf"
	chmod 600 "$work/$2.conf"
}
own "$POSTROOM_CONFIG" admin ''
own "$LAB_CONFIG_HELPDESK" desk 'card { imap = "mail.example.com 993 TLS" user = address }'
sed "s|http = \"https*://127.0.0.1:[0-9]*\"|http = \"http://127.0.0.1:1\"|" "$work/desk.conf" >"$work/down.conf"
chmod 600 "$work/down.conf"
anna=anna.schmid@example.com asa=asa.akesson@kassel.example
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
put_back() {
	pr set user aschmid1 quota=1GB --yes
	doveadm -c "$LAB_DOVECOT1_CONF" sieve delete -u "$anna" sends-on
	doveadm -c "$LAB_DOVECOT1_CONF" expunge -u "$anna" mailbox INBOX subject 'much of a thing'
} >/dev/null 2>&1
trap 'put_back; tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT

fill() {
	{ printf 'Subject: much of a thing\r\n\r\n'; head -c 1200000 /dev/zero | tr '\0' x | fold -w 70; } |
		doveadm -c "$LAB_DOVECOT1_CONF" save -u "$anna" -m INBOX && pr set user aschmid1 quota=1MB --yes
}
send_on() {
	printf 'require "copy";\n# redirect "nobody@elsewhere.example";\nredirect :copy "anna@elsewhere.example";\n' |
		doveadm -c "$LAB_DOVECOT1_CONF" sieve put -u "$anna" -a sends-on
}
log_in() {
	local line
	exec {imap}<>"/dev/tcp/127.0.0.1/$LAB_IMAP1" && read -r -t 20 line <&"$imap" || return 1
	printf 'a login "%s" "%s"\r\n' "$anna" "$(cat "$LAB_PEOPLE_SECRET")" >&"$imap"
	while read -r -t 20 line <&"$imap"; do
		case $line in 'a OK'*) return 0 ;; 'a '*) break ;; esac
	done
	echo "$line"
	return 1
}
# desk CONF WORDS - the helpdesk begins in the search field and opens who is found
desk() {
	start=users console 80 24 --config "$work/$1.conf" && shows 'list complete' && shows 'Find:' && type_slowly "$2" && shows 'Users - 1 of' && keys Enter
}
opened() { desk desk aschmid1 && shows 'Now +Account'; }
# away: nothing of mail2 can be asked over its API; lines of the other server and of the directory stand all the same
away() {
	desk down aakesson && shows 'Used +no answer +.*mail2: no answer' 30 && shows 'Filters +no answer +mail2: no answer' 30 &&
		shows 'Queued to them +nothing' 30 && shows 'Identity'
}
log_lines() { keys End && shows 'Last lines' && shows 'Login: user=<anna.schmid'; }
card() { keys c && shows 'server mail.example.com, port 993, TLS' && shows "$anna  \(the whole address\)" && shows 'as the ports answer: POP3, SMTP|POP3, SMTP'; }
mended() { keys l && shows 'Quota' && shows 'nothing is written yet' && keys Escape && shows 'Now +Account'; }

ok "a mailbox is filled" fill
ok "a filter sends mail on" send_on
ok "and she is logged in" log_in
ok "the helpdesk types and opens her page" opened
ok "it begins with the full mailbox and its key" shows 'Wrong +.*! mailbox full: .* of 1 MB, new mail is refused +l quota' 20
ok "then says to whom the filter sends mail on" shows 'i the filter sends-on sends mail on to anna@elsewhere' 20
ok "how full it is, in mails too" shows 'Used +########## [0-9]+ %, .* of 1 MB, [0-9]+ mail' 20
ok "from where she is connected" shows 'Connections +[0-9]+: imap 127.0.0.1' 30
ok "and that nothing is queued" shows 'Queued to them +nothing' 20
ok "the key opens what mends it" mended
ok "log lines stand below the fields" log_lines
ok "the card is what the configuration says, and the ports for the rest" card
close_console
ok "where her server is away only its lines say so" away
close_console
finish
