#!/bin/bash
# debian - the main job told from end to end on a directory with nothing but the
# schema of Debian's slapd, which Postfix and Dovecot read themselves: at the
# keyboard in tmux at 80x24 a domain and a person are created, mail reaches their
# address, a second one and a forward; the person is deleted, mail is refused,
# that is taken back, mail is accepted. Headless: the same door, a list, a group,
# an alias of the directory, and what this directory cannot hold.
# Needs a lab of that profile (lab start --profile debian; eval lab env).
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
if [ "${LAB_PROFILE:-}" != debian ]; then
	skip "the story of debian" "no lab of that profile"
	finish
	exit
fi
config=$POSTROOM_CONFIG
domain=story-$$.example login=story.$$ address=anna.story@$domain second=office@$domain
other=alice.obrien other_address=alice.obrien@example.com
export POSTROOM_CONFIG

forget() {
	local object
	for object in "group team-$$" "user $login" "user second.$$" "mailinglist list-$$" "alias alias@$domain" "domain $domain"; do
		"$POSTROOM" remove $object --yes --confirm "${object#* }" >/dev/null 2>&1
	done
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT

field() { type_slowly "$1"; keys Tab; pause; }
to_list() {
	local i
	for i in 1 2 3 4; do
		screen | grep -qE '^. Users - ' && return 0
		escape
	done
	screen
	return 1
}
find_user() { to_list && pause && keys / && shows 'Find' && keys C-u && type_slowly "$1" && shows 'Users - 1 of'; }
ldapfind() {
	unset LDAPNOINIT
	LDAPTLS_CACERT=$LAB_CA ldapsearch -x -LLL -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" -b "$LAB_BASE" "$1" "$2" | grep -q "^$2:"
}
open_it() { console 80 24 --config "$config"; shows 'list complete'; }
section() { # section TITLE - by the number that the bar gives it
	local number
	number=$(screen | grep -oE "[0-9] $1" | head -1 | cut -d' ' -f1)
	[ -n "$number" ] || { screen; return 1; }
	keys "$number" && shows "\[$number $1" && shows 'list complete'
}
make_domain() {
	section Dom && keys n && shows 'New domain' && type_slowly "$domain" && keys C-g && shows "Review - add domain" &&
	press_apply && shows "$domain" && gone 'Review' && ldapfind "(&(objectClass=domain)(dc=$domain))" dc
}
make_user() {
	section Users && keys n && shows 'New user' && pause &&
	keys Tab && field "$login" && field Anna && field Story && field "$address" && pause &&
	field "$second" && keys C-g && shows "Review - add user" && press_apply && gone 'Review' &&
	ldapfind "(&(uid=$login)(mail=$address)(mailLocalAddress=$second))" uid
}
give_password() {
	LDAPTLS_CACERT=$LAB_CA ldappasswd -x -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" \
		-T "$LAB_PEOPLE_SECRET" "uid=$login,ou=people,$LAB_BASE"
}
forward_other() {
	find_user "$other" && keys Enter && shows 'Now +Account' && set_field 'Forward to' && pause && shows 'Forward' &&
	type_slowly "$address" && keys C-g && shows 'Review' && press_apply && gone 'Review' &&
	ldapfind "(&(uid=$other)(mailRoutingAddress=$address))" uid
}
# Below what goes on now.
page_says_why() { find_user "$login" && keys Enter && shows 'Now +Account' && down_to "(>|▸) *Quota" && shows 'Quota +\(not in this directory\)' && to_list; }
delete_user() { find_user "$login" && escape && keys d && shows 'Review - delete' && confirm_by_name "$login" && gone 'Review'; }
take_back() { keys u && shows 'Review' && press_apply && gone 'Review'; }
mail_too() { [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; }
# arrives TO SUBJECT MAILBOX [CONF] - is accepted, and lies in the mailbox
arrives() { send "$1" "$2 $$" && found "$3" "$2 $$" "${4:-$LAB_DOVECOT1_CONF}"; }
nowhere() { ! doveadm -c "$3" search -u "$1" subject "$2" | grep -q .; }

# --- at the keyboard ---------------------------------------------------------------
ok "the console knows this directory by its schema" open_it
ok "a domain is created through form and review" make_domain
ok "a person is created with a second address" make_user
ok "the page says what this directory has no place for" page_says_why
if command -v doveadm >/dev/null && [ -n "${LAB_IMAP1:-}" ]; then
	ok "the directory gives them a password" give_password
	ok "they log in to the real Dovecot" soon login "$login" "$LAB_PEOPLE_SECRET" "$LAB_IMAP1"
fi
if mail_too; then
	ok "mail to the address arrives" arrives "$address" primary "$address"
	ok "mail to the second address arrives in the same mailbox" arrives "$second" second "$address"
	ok "another person's mail is forwarded to them, on the page" forward_other
	ok "mail to that person arrives where it was forwarded to" arrives "$other_address" forwarded "$address"
	ok "and not where it was sent to" nowhere "$other_address" "forwarded $$" "$LAB_DOVECOT1_CONF"
	ok "the forward is taken back with u" take_back
	ok "mail to that person stays with them" arrives "$other_address" stays "$other_address"
else
	skip "mail through Postfix" "Postfix needs root"
fi
ok "the person is deleted after the name was typed" delete_user
status 1 "they are gone from the directory" ldapfind "(uid=$login)" uid
mail_too && ok "mail to them is refused" refused "$address" "late $$"
ok "that is taken back" take_back
ok "they are in the directory again" ldapfind "(&(uid=$login)(mail=$address)(mailLocalAddress=$second))" uid
mail_too && ok "mail to them is accepted again, and arrives" arrives "$address" again "$address"
ok "leaving ends with status 0" leave

# --- headless -----------------------------------------------------------------------
status 0 "a second person with a home server" "$POSTROOM" add user "second.$$" family_name=Second "address=second@$domain" home_server=mail2.example.com --yes
mail_too && ok "their mail goes to that server" arrives "second@$domain" hosted "second@$domain" "$LAB_DOVECOT2_CONF"
status 65 "a home server that is none" "$POSTROOM" set user "second.$$" home_server=nowhere.example.com --yes
status 65 "an address that a group has" "$POSTROOM" set user "second.$$" address=sales@example.com --yes
said "says whose it is" "address of the group sales"
status 0 "an address in a domain that is known by associatedDomain" "$POSTROOM" set user "second.$$" "alternates+=second-$$@kassel.example" --yes
mail_too && ok "mail to it arrives" arrives "second-$$@kassel.example" related "second@$domain" "$LAB_DOVECOT2_CONF"
status 0 "one forward" "$POSTROOM" set user "second.$$" "forwards=$address" --yes
said "says that nothing stays" "Mail is only forwarded"
status 65 "a second forward" "$POSTROOM" set user "second.$$" forwards+=x@outside.test --yes
said "says that there is room for one" "keeps one value"
status 0 "the forward goes" "$POSTROOM" set user "second.$$" forwards= --yes
for value in quota=1GB keep_copy=yes; do
	"$POSTROOM" set user "second.$$" "$value" --yes >"$work/out" 2>&1 && say_not "$value is refused" <"$work/out" || said "$value is refused with the reason" "cannot be kept in this directory"
done
status 0 "a list with a mailbox here" "$POSTROOM" add mailinglist "list-$$" "address=list@$domain" "members+=$address" "members+=second@$domain" --yes
mail_too && ok "mail to the list arrives at one member" arrives "list@$domain" listed "$address"
mail_too && ok "and at the other" found "second@$domain" "listed $$" "$LAB_DOVECOT2_CONF"
status 0 "an alias of its own" "$POSTROOM" add alias "alias@$domain" "leads_to+=$address" --yes
mail_too && ok "mail to the alias arrives" arrives "alias@$domain" aliased "$address"
status 65 "a person does not get its address" "$POSTROOM" set user "$login" "address=alias@$domain" --yes
said "says whose it is" "address of the alias"
status 0 "the alias goes" "$POSTROOM" remove alias "alias@$domain" --yes --confirm "alias@$domain"
mail_too && ok "and its mail is refused" refused "alias@$domain" "gone $$"
status 0 "that is taken back" "$POSTROOM" undo --yes --confirm "alias@$domain"
mail_too && ok "and accepted again" arrives "alias@$domain" back "$address"
status 65 "a group without a member" "$POSTROOM" add group "team-$$" --yes
said "says that one is demanded" "needs at least one"
status 0 "a group with an address" "$POSTROOM" add group "team-$$" "address=team@$domain" "members+=second.$$" --yes
mail_too && ok "mail to the group arrives" arrives "team@$domain" grouped "second@$domain" "$LAB_DOVECOT2_CONF"
status 65 "its only member does not go" "$POSTROOM" remove user "second.$$" --yes --confirm "second.$$"
said "says why" "only member of the group team-$$"
status 0 "it gets another member" "$POSTROOM" set group "team-$$" "members+=$login" --yes
status 0 "now the person goes, and is taken out of list and group" "$POSTROOM" remove user "second.$$" --yes --confirm "second.$$"
status 1 "nothing names them any more" ldapfind "(|(rfc822MailMember=second@$domain)(member=uid=second.$$,ou=people,$LAB_BASE))" cn
status 0 "that is taken back" "$POSTROOM" undo --yes --confirm "second.$$"
ok "list and group name them again" ldapfind "(&(cn=team-$$)(member=uid=second.$$,ou=people,$LAB_BASE))" cn
status 77 "a domain in use stays" "$POSTROOM" remove domain "$domain" --yes --confirm "$domain"
status 0 "helpdesk forwards" "$POSTROOM" --config "$LAB_CONFIG_HELPDESK" set user "$login" forwards=a@outside.test --yes
status 77 "helpdesk deletes nobody" "$POSTROOM" --config "$LAB_CONFIG_HELPDESK" remove user "$login" --yes --confirm "$login"
# What the server itself forbids, whatever program is used: packaging/slapd/debian-access.conf and debian-unique.conf.
by_hand() { # by_hand IDENTITY LDIF - exit status of ldapmodify
	local dn=LAB_${1}_DN secret=LAB_${1}_SECRET
	unset LDAPNOINIT
	printf '%b' "$2" | LDAPTLS_CACERT=$LAB_CA ldapmodify -x -ZZ -H "$LAB_URI" -D "${!dn}" -y "${!secret}"
}
person="dn: uid=$login,ou=people,$LAB_BASE\nchangetype: modify\n"
status 0 "slapd lets the helpdesk forward" by_hand HELPDESK "${person}replace: mailRoutingAddress\nmailRoutingAddress: b@outside.test\n"
status 50 "and change nothing else" by_hand HELPDESK "${person}replace: telephoneNumber\ntelephoneNumber: 1\n"
status 50 "the monitor changes nothing" by_hand MONITOR "${person}replace: mailRoutingAddress\nmailRoutingAddress: c@outside.test\n"
status 1 "and reads no passwords" ldapfind "(&(uid=juergen.mueller)(userPassword=*))" userPassword
status 19 "an address belongs to one" by_hand ADMIN "${person}replace: mail\nmail: juergen.mueller@example.com\n"
status 19 "and so does a further one" by_hand ADMIN "${person}add: mailLocalAddress\nmailLocalAddress: mueller@example.com\n"
mail_too && ok "an alias of the directory is followed" arrives postmaster@example.com alias kaethe.schaefer@example.com
finish
