#!/bin/bash
# console - the main job told from end to end, at the keyboard, in tmux at 80x24,
# against the private mail system: a domain and a user are created; they log in
# to the real Dovecot; mail through the real Postfix reaches their primary
# address, an alternative one and a forward; a quota is set and Dovecot says so;
# the user is deleted and mail is refused; that is taken back and mail is accepted.
# Not told here: what is headless (headless.sh) and hostile (live/test_pty).
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { echo "ok 1 - the story # SKIP no lab (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG
domain=story-$$.example login=story$$ address=anna.story@$domain second=office@$domain
other=asmith1 other_address=alice.smith@example.com

# What the story made goes with it, however it ends.
forget() {
	"$POSTROOM" --config "$config" remove user "$login" --yes --confirm "$login" >/dev/null 2>&1
	"$POSTROOM" --config "$config" remove domain "$domain" --yes --confirm "$domain" >/dev/null 2>&1
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT

# to_list - from wherever the last part of the story ended, back to the list of users
to_list() {
	local i
	for i in 1 2 3 4; do
		screen | grep -qE '^. Users - ' && return 0
		escape
	done
	screen
	return 1
}
# find_user WORDS - the search field and the words; Enter opens the row, Esc leaves the field and keeps the filter
find_user() { to_list && pause && keys / && shows 'Find' && keys C-u && type_slowly "$1" && shows 'Users - 1 of'; }
field() { type_slowly "$1"; keys Tab; pause; }

open_it() { console 80 24 --config "$config"; shows 'list complete'; }
make_domain() {
	keys 3 && shows '\[3 Dom' && shows 'list complete' && keys n && shows 'New domain' &&
	type_slowly "$domain" && keys C-g && shows "Review - add domain" && press_apply && shows "$domain" && gone 'Review' &&
	ldapfind "(&(objectClass=univentionMailDomainname)(cn=$domain))" cn
}
make_user() {
	keys 2 && shows '\[2 Users\]' && keys n && shows 'New user' && pause &&
	keys Tab && field "$login" && field Anna && field Story && field "$address" && pause &&
	fill_second && keys C-g && shows "Review - add user" && press_apply && gone 'Review' &&
	ldapfind "(&(uid=$login)(mailPrimaryAddress=$address))" uid
}
# A field with several values opens on Enter; one more value, and back to the form.
fill_second() { type_slowly "$second"; keys Tab; pause; }
ldapfind() {
	unset LDAPNOINIT
	LDAPTLS_CACERT=$LAB_CA ldapsearch -x -LLL -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" -b "$LAB_BASE" "$1" "$2" | grep -q "^$2:"
}
# Passwords are a later chapter of postroom: here the directory's own command sets one.
give_password() {
	LDAPTLS_CACERT=$LAB_CA ldappasswd -x -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" \
		-T "$LAB_PEOPLE_SECRET" "uid=$login,cn=users,$LAB_BASE"
}
forward_other() {
	find_user "$other" && keys Enter && shows 'Now +Account' && set_field 'Forward to' && pause && shows 'Forward' &&
	type_slowly "$address" && keys C-g && shows 'Review' && press_apply && gone 'Review' &&
	ldapfind "(&(uid=$other)(mailForwardAddress=$address))" uid
}
set_quota() {
	find_user "$login" && escape && keys l && shows 'Quota' && pause && keys C-u &&
	type_slowly '7 GB' && keys Enter && shows 'Review' && shows '7 GB' && press_apply && gone 'Review' && shows 'u '
}
quota_says() { doveadm -c "$LAB_DOVECOT1_CONF" quota get -u "$address" | grep -E "STORAGE.*$1"; }
delete_user() {
	find_user "$login" && escape && keys d && shows 'Review - delete' && confirm_by_name "$login" && gone 'Review'
}
take_back() { keys u && shows 'Review' && press_apply && gone 'Review'; }

ok "the console opens on the list of users" open_it
ok "a domain is created through form and review" make_domain
ok "a user is created with a second address" make_user
if command -v doveadm >/dev/null && [ -n "${LAB_IMAP1:-}" ]; then
	ok "the directory gives them a password" give_password
	ok "they log in to the real Dovecot" soon login "$login" "$LAB_PEOPLE_SECRET" "$LAB_IMAP1"
fi
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	ok "mail to the primary address is accepted" send "$address" "primary $$"
	ok "and lies in the mailbox" found "$address" "primary $$" "$LAB_DOVECOT1_CONF"
	ok "mail to the second address is accepted" send "$second" "second $$"
	ok "and lies in the same mailbox" found "$address" "second $$" "$LAB_DOVECOT1_CONF"
	ok "another user's mail is forwarded to them, on the page" forward_other
	ok "mail to that user is accepted" send "$other_address" "forwarded $$"
	ok "and lies in the mailbox it was forwarded to" found "$address" "forwarded $$" "$LAB_DOVECOT1_CONF"
	ok "the forward is taken back with u" take_back
else
	skip "mail through Postfix" "Postfix needs root"
fi
ok "a quota is set with one key from the list" set_quota
ok "the directory has it" ldapfind "(&(uid=$login)(univentionMailUserQuota=7168))" uid
[ -n "${LAB_IMAP1:-}" ] && ok "and Dovecot says so" quota_says 7340032
ok "the user is deleted after the name was typed" delete_user
status 1 "they are gone from the directory" ldapfind "(uid=$login)" uid
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	ok "mail to them is refused" refused "$address" "late $$"
	ok "that is taken back" take_back
	ok "they are in the directory again" ldapfind "(&(uid=$login)(mailPrimaryAddress=$address)(univentionMailUserQuota=7168))" uid
	ok "mail to them is accepted again" send "$address" "again $$"
	ok "and lies in the mailbox" found "$address" "again $$" "$LAB_DOVECOT1_CONF"
fi
ok "leaving ends with status 0" leave
finish
