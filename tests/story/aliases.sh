#!/bin/bash
# aliases - an alias told from end to end: made in the console at 80x24 with its
# owner picked from the users, mail through the real Postfix to it arrives in the
# owner's mailbox; deleted in the console, and mail is refused; taken back with
# u, and mail is accepted again. Then the same without a screen, with what is
# shared and what no alias is.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { echo "ok 1 - the story # SKIP no lab (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG
owner=asmith1 owner_address=alice.smith@example.com other=jnovak1
alias=story-$$@example.com second=second-$$@example.com
run() { "$POSTROOM" --config "$config" "$@"; }
taken() { run set alias "$1" "owner-=$2" --yes >/dev/null 2>&1; }

# What the story made goes with it, however it ends.
forget() {
	taken "$alias" "$owner"; taken "$second" "$owner"; taken "$second" "$other"
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT

ldapfind() {
	unset LDAPNOINIT
	LDAPTLS_CACERT=$LAB_CA ldapsearch -x -LLL -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" -b "$LAB_BASE" "$1" "$2" | grep -q "^$2:"
}
holds() { ldapfind "(&(uid=$1)(mailAlternativeAddress=$2))" uid; }
# same_as_directory - the list has one row for each value that the directory has
same_as_directory() {
	local mine theirs
	mine=$(run list alias --format csv --columns address,target | tr -d '\r' | grep -c ',alternate$')
	theirs=$(unset LDAPNOINIT; LDAPTLS_CACERT=$LAB_CA ldapsearch -x -LLL -o ldif-wrap=no -ZZ -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" -b "$LAB_BASE" \
		'(&(objectClass=univentionMail)(uid=*)(!(objectClass=univentionMailSharedFolder))(mailAlternativeAddress=*))' mailAlternativeAddress | grep -c '^mailAlternativeAddress:')
	echo "list $mine, directory $theirs"
	[ "$mine" = "$theirs" ] && [ "$mine" -gt 5 ]
}

open_it() { console 80 24 --config "$config"; shows 'list complete' && keys 4 && shows '\[4 Alias' && shows 'list complete'; }
make_alias() {
	pause; keys n && shows 'New mail alias' && type_slowly "$alias" && keys Tab && pause &&
	keys C-p && shows 'choose a user' && type_slowly "$owner" && shows "Alice" && keys Enter && shows 'New mail alias' && shows "$owner" &&
	keys C-g && shows 'Review' && shows "$alias" && press_apply && gone 'Review' && holds "$owner" "$alias"
}
find_alias() { pause; keys / && shows 'Find' && keys C-u && type_slowly "$1" && shows 'Aliases - 1 of' && escape; }
page_tells() { keys Enter && shows 'Held by' && shows 'mailbox of ' && shows '1 mailbox here' && escape && shows 'Aliases - '; }
delete_alias() { find_alias "$alias" && keys d && shows 'Review' && shows 'is refused from now on' && press_apply && gone 'Review'; }
take_back() { keys u && shows 'Review' && press_apply && gone 'Review'; }

ok "the list of aliases has what the directory has" same_as_directory
ok "the console opens on the aliases" open_it
ok "an alias is made; its owner is picked" make_alias
ok "it is in the list and its page tells the way" eval 'find_alias "$alias" && page_tells'
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	ok "mail to it is accepted" send "$alias" "alias $$"
	ok "and lies in the owner's mailbox" found "$owner_address" "alias $$" "$LAB_DOVECOT1_CONF"
else
	skip "mail through Postfix" "Postfix needs root"
fi
ok "it is deleted from its row" delete_alias
status 1 "the owner has it no more" holds "$owner" "$alias"
[ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ] && ok "mail to it is refused" refused "$alias" "late $$"
ok "that is taken back with u" take_back
ok "the owner has it again" holds "$owner" "$alias"
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	ok "mail to it is accepted again" send "$alias" "again $$"
	ok "and lies in the mailbox" found "$owner_address" "again $$" "$LAB_DOVECOT1_CONF"
fi
ok "leaving ends with status 0" leave

status 0 "without a screen: an alias is given to its owner" run add alias "$second" "owner=$owner" --yes
ok "the directory has it" holds "$owner" "$second"
status 0 "and to another one" run set alias "$second" "owner+=$other" --yes
status 0 "show names both" run show alias "$second"
said "the first" "alternative address of user $owner"
said "and the second" "alternative address of user $other"
said "as shared" "shared by 2"
status 75 "what two hold is not deleted without saying of whom" run remove alias "$second" --yes
status 0 "it is taken from one" run set alias "$second" "owner-=$owner" --yes
status 1 "who has it no more" holds "$owner" "$second"
ok "the other one has it" holds "$other" "$second"
status 0 "now it is deleted" run remove alias "$second" --yes
status 0 "and that undone" run undo --yes
ok "the other one has it again" holds "$other" "$second"
finish
