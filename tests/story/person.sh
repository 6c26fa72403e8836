#!/bin/bash
# person.sh - the page of a person as the helpdesk sees it: a full mailbox, a
# filter that sends mail on, sessions, log lines, the card; a password that ends,
# an account that ended, a lock, a login that Postfix refuses, each with its key;
# somebody who is not theirs to change; and the server of the mailbox away, where
# only its own lines say so.
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
own "$LAB_CONFIG_HELPDESK" theirs ''
sed -i 's/^helpdesk {/helpdesk {\n protected_groups = { "Management" }/' "$work/theirs.conf"
own "$LAB_CONFIG_HELPDESK" desk 'card { imap = "mail.example.com 993 TLS" user = address }'
sed "s|http = \"https*://127.0.0.1:[0-9]*\"|http = \"http://127.0.0.1:1\"|" "$work/desk.conf" >"$work/down.conf"
chmod 600 "$work/down.conf"
anna=anna.schmid@example.com asa=asa.akesson@kassel.example
pr() { "$POSTROOM" --config "$work/admin.conf" "$@"; }
admin_ldap() { # admin_ldap PROGRAM ARGUMENTS...
	( unset LDAPNOINIT
	LDAPTLS_CACERT=$LAB_CA "$1" -x -ZZ -H "$LAB_URI" -D "$LAB_ROOT_DN" -y "$LAB_ROOT_SECRET" "${@:2}" )
}
person_dn="uid=aschmid1,cn=users,$LAB_BASE" policy_dn="cn=person-story,cn=services,$LAB_BASE"
change() { printf 'dn: %s\nchangetype: modify\n%s\n' "$1" "$2" | admin_ldap ldapmodify; } # change DN LINES
refused_file="$LAB_POSTFIX_CONF/refused_logins"
pass_on() { cp "$work/refused_before" "$refused_file" && postmap -c "$LAB_POSTFIX_CONF" "$refused_file"; }
put_back() {
	change "$person_dn" 'delete: pwdPolicySubentry'
	change "$person_dn" 'delete: pwdReset'
	change "$person_dn" 'delete: shadowExpire'
	admin_ldap ldapdelete "$policy_dn"
	[ ! -f "$work/refused_before" ] || pass_on
	pr reset aschmid1 --unlock --yes
	pr set user aschmid1 quota=1GB --yes
	doveadm -c "$LAB_DOVECOT1_CONF" sieve deactivate -u "$anna"
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
# desk CONF WORDS - the helpdesk begins in the search field and opens who is found
desk() {
	close_console
	start=users console 80 24 --config "$work/$1.conf" && shows 'list complete' && shows 'Find:' && type_slowly "$2" && shows 'Users - 1 of' && keys Enter
}
opened() { desk desk aschmid1 && shows 'Now +Account'; }
# away: nothing of mail2 can be asked over its API; lines of the other server and of the directory stand all the same
away() {
	desk down aakesson && shows 'Used +no answer +.*mail2: no answer' && shows 'Filters +no answer +mail2: no answer' &&
		page_to 'Queued to them +nothing' && page_to 'Identity'
}
log_lines() { keys End && shows 'Last lines' && shows 'Login: user=<anna.schmid'; }
card() { keys c && shows 'server mail.example.com, port 993, TLS' && shows "$anna  \(the whole address\)" && shows 'as the ports answer: POP3, SMTP|POP3, SMTP'; }
# A policy of her own, by which a password ends after so many seconds; the password is set anew as it was, so that its time is known.
password_ends() {
	printf 'dn: %s\nobjectClass: device\nobjectClass: pwdPolicy\ncn: person-story\npwdAttribute: userPassword\npwdLockout: TRUE\npwdMaxAge: %s\n' \
		"$policy_dn" "$1" | admin_ldap ldapadd && change "$person_dn" "replace: pwdPolicySubentry
pwdPolicySubentry: $policy_dn" && admin_ldap ldappasswd -T "$LAB_PEOPLE_SECRET" "$person_dn"
}
ended() { change "$policy_dn" 'replace: pwdMaxAge
pwdMaxAge: 1'; }
lets_nobody_in() { login "$anna" "$LAB_PEOPLE_SECRET" "$LAB_IMAP1" >"$work/login"; [ $? = 67 ] || { cat "$work/login"; return 1; }; }
refuse() {
	cp "$refused_file" "$work/refused_before" && { cat "$work/refused_before"; echo 'aschmid1 REJECT Ask your administrator'; } >"$refused_file" && postmap -c "$LAB_POSTFIX_CONF" "$refused_file"
}
again() { keys C-r; }
filter_content() {
	down_to '(>|▸) *Filters' && shows 'Filters +sends-on \(active\)' && keys Enter && shows '# redirect "nobody@elsewhere.example"' && escape &&
		shows 'Now +Account' && keys Home
}
# A fresh review drops keys for a moment, so Esc is pressed until the page is there.
to_page() {
	local i
	for i in 1 2 3 4 5; do escape && shows 'Now +Account' 3 && return 0; done
	return 1
}
key_opens() { keys "$1" && shows "$2" && to_page; }
# admin - the same page for an admin, whose list has no search field open
admin() {
	close_console
	start=users console 120 40 --config "$work/admin.conf" && shows 'list complete' && keys / && shows 'Find:' && type_slowly aschmid1 && shows 'Users - 1 of' &&
		keys Enter && shows 'Now +Account'
}
history_of() { keys H && shows 'History'; }
only_look() { desk theirs aschmid1 && shows 'Look only +.*i protected \(member of the group Management\)'; }
no_key() { keys p && shows 'Not possible .*protected' && ! screen | grep -E 'p password'; }
mended() { keys l && shows 'Quota' && shows 'nothing is written yet' && escape && shows 'Now +Account'; }

ok "a mailbox is filled" fill
ok "a filter sends mail on" send_on
ok "and she is logged in" log_in "$LAB_IMAP1" "$anna"
ok "the helpdesk types and opens her page" opened
ok "it begins with the full mailbox and its key" shows 'Wrong +.*! mailbox full: .* of 1 MB, new mail is refused +l quota'
ok "then says to whom the filter sends mail on" shows 'i the filter sends-on sends mail on to anna@elsewhere'
ok "what stands in it is asked on request" filter_content
ok "how full it is, in mails too" shows 'Used +########## [0-9]+ %, .* of 1 MB, [0-9]+ mail'
ok "from where she is connected" shows 'Connections +[0-9]+: imap 127.0.0.1'
ok "and that nothing is queued" page_to 'Queued to them +nothing'
keys Home
ok "the key opens what mends it" mended
ok "log lines stand below the fields" log_lines
ok "the card is what the configuration says, and the ports for the rest" card
close_console
ok "her password is given an end" password_ends 260000
ok "the page says when" desk desk aschmid1
ok "as worth knowing, with the key" shows 'i password expires on [0-9-]+, in 3 days.*p password'
ok "and beside the password" shows 'Password +set [0-9-]+, expires in 3 days'
ok "its end comes" ended
ok "nobody gets in" soon lets_nobody_in
again
ok "the page says so first, with the key" shows '! password expired on [0-9-]+: no login.*p password'
ok "and beside the password" shows 'Password +set [0-9-]+, EXPIRED since'
ok "the key opens what mends it" key_opens p 'New password'
ok "a mark makes her change it" change "$person_dn" 'replace: pwdReset
pwdReset: TRUE'
again
ok "and stands among the rest" shows 'i password must be changed at the next lo.*p password'
ok "her account ends too" change "$person_dn" 'replace: shadowExpire
shadowExpire: 10000'
again
ok "that is no lock, and none of the keys mends it" shows '! the account has expired since 1997-05-19 \(expiry date\): no logi[^ ]*$'
ok "it goes on" change "$person_dn" 'delete: shadowExpire'
ok "she is locked" pr reset aschmid1 --lock --yes
again
ok "the page has the key for it" shows '! locked by an admin \(you, 20[0-9: -]+\): no login.* b unlock'
ok "it opens the unlocking" key_opens b 'Unlock'
ok "Postfix refuses her" refuse
again
ok "the page says that too" shows '! Postfix on mail1 takes no mail from the login aschmid1'
ok "and what she hears" shows 'Sending +REFUSED by mail1 for aschmid1: REJECT'
ok "an admin has her page" admin
ok "with the key to take it back" shows 'login aschmid1, so sending is refused +H history'
ok "which opens the history" history_of
ok "somebody else's people are only looked at" only_look
ok "no key does anything to them" no_key
close_console
ok "where her server is away only its lines say so" away
close_console
finish
