#!/bin/bash
# groups - groups and mailing lists told from end to end, headless and at the
# keyboard, against the private mail system: a group, a group inside it and a
# list are created; mail through the real Postfix reaches exactly the right
# mailboxes; members change; names and addresses change and what names them
# follows; deleted, refused, taken back.
# Not told here: fifty thousand members (live/large_groups).
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { echo "ok 1 - the story # SKIP no lab (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG
inner="Inner $$" outer="Outer $$" list="News $$"
inner_address=inner$$@example.com outer_address=outer$$@example.com list_address=news$$@example.com
# Three people of the lab: a member of the inner group, one of the outer group, and one of neither;
# and one at the other server.
one=$(logins 3) two=$(logins 4) three=$(logins 5)
one_address=$(address_of "$one") two_address=$(address_of "$two") three_address=$(address_of "$three")
far=aschmid2 far_address=$(address_of aschmid2)
folder=kept$$@example.com

forget() {
	for name in "$list" "$list b"; do run remove mailinglist "$name" --yes >/dev/null 2>&1; done
	run remove folder "$folder" --yes --confirm "$folder" >/dev/null 2>&1
	for name in "$outer" "$outer b" "$inner"; do run remove group "$name" --yes >/dev/null 2>&1; done
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT

# --- headless ---------------------------------------------------------------------------
status 0 "a group" run add group "$inner" "address=$inner_address" "members=$one" --yes
status 0 "a group with a group in it" run add group "$outer" "address=$outer_address" "members=$two" "member_groups=$inner" "description=story" --yes
status 0 "a list of a group, a mailbox and somebody outside" run add mailinglist "$list" "address=$list_address" "members=$outer_address" "members+=guest@outside.test" "sender_groups=$inner" --yes
said "outside is said in words" "guest@outside.test: outside"
said "senders are said to be not enforced" "not enforced"
ok "the directory names the member by DN" ldapvalue "(cn=$inner)" uniqueMember "uid=$one,"
ok "and by login" ldapvalue "(cn=$inner)" memberUid "$one"
status 65 "a member that is nobody" run set group "$inner" members+=nobody-$$ --yes
said "is named" "there is no user \"nobody-$$\""
status 65 "an address that is taken" run set group "$inner" "address=$outer_address" --yes
status 65 "a name that is taken by a user" run add group "$one" --yes
status 65 "a group is not its own member" run set group "$inner" "member_groups+=$inner" --yes
status 65 "the group of new users stays" run remove group "Domain Users" --yes
status 0 "a page" run show group "$outer"
said "two mailboxes" "2 mailboxes, through 1 nested group"
status 77 "helpdesk writes no group" "$POSTROOM" --config "$config" --role helpdesk set group "$inner" "members+=$two" --yes
status 0 "helpdesk sees it" "$POSTROOM" --config "$config" --role helpdesk show group "$inner"
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	# Each is in every mailbox of both servers, or not there.
	ok "mail to the group in the group" goes "$inner_address" "inner $$"
	ok "reaches its member and nobody else" reaches "inner $$" "$one_address"
	ok "mail to the outer group" goes "$outer_address" "outer $$"
	ok "reaches its own member and the nested one, nobody else" reaches "outer $$" "$one_address" "$two_address"
	ok "mail to the list" goes "$list_address" "list $$"
	ok "reaches the groups behind it" reaches "list $$" "$one_address" "$two_address"
	status 0 "a folder with an address" run add folder "$folder" "address=$folder" home_server=mail1.example.com --yes
	ok "the listener's part" bash tests/lab/lab sync-folders --name "$LAB_NAME"
	status 0 "the list gets more: one twice, one at the other server, the folder" run set mailinglist "$list" \
		"members+=$one_address" "members+=$far_address" "members+=$folder" --yes
	ok "mail to the list of all that" goes "$list_address" "mixed $$"
	ok "reaches each once" reaches "mixed $$" "$one_address" "$two_address" "$far_address"
	ok "and the folder" found "$folder" "mixed $$" "$LAB_DOVECOT1_CONF"
	status 0 "taken back" run undo --yes
	status 0 "a member of two groups" run set group "$outer" "members+=$one" --yes
	ok "mail to the outer group" goes "$outer_address" "twice $$"
	ok "reaches them once" reaches "twice $$" "$one_address" "$two_address"
	status 0 "taken back" run undo --yes
else
	skip "mail to groups" "Postfix needs root"
fi
status 0 "one member out, another in" run set group "$inner" "members-=$one" "members+=$three" --yes
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	ok "mail afterwards" goes "$list_address" "after $$"
	ok "reaches the new member and no longer the old one" reaches "after $$" "$two_address" "$three_address"
fi
status 0 "taken back" run undo --yes
ok "the old member is back" ldapvalue "(cn=$inner)" memberUid "$one"
status 0 "another address of the group" run set group "$outer" "address=b$outer_address" --yes
said "the list follows" "new address in mailinglist $list"
ok "the list has the new one" ldapvalue "(cn=$list)" univentionMailMember "b$outer_address"
status 1 "and not the old one" ldapvalue "(cn=$list)" univentionMailMember "$outer_address"
status 0 "and back" run undo --yes
ok "the list has the first one again" ldapvalue "(cn=$list)" univentionMailMember "$outer_address"
right=${inner// /%20}
status 65 "the only allowed sender of a list is not deleted" run remove group "$inner" --yes
said "since the list would be open to everybody" "the only allowed sender of the mailing list $list"
status 0 "with another one named there" run set mailinglist "$list" "sender_users+=$two" --yes
status 0 "a right of the group in the group" run set folder archive@example.com "rights+=who=$right right=read" --yes
status 0 "another name of it" run rename group "$inner" "$inner b" --yes
said "what names it is told" "folder archive@example.com (right on folder)"
said "the group around it too" "group $outer (member)"
ok "the right bears the new name" ldapvalue "(cn=archive@example.com)" univentionMailACL "$inner b read"
ok "so does the membership" ldapvalue "(cn=$outer)" uniqueMember "cn=$inner b,"
status 0 "the page of the group tells the right" run show group "$inner b"
said "that it has" "archive@example.com: read"
status 0 "and back" run undo --yes
ok "the right bears the old name" ldapvalue "(cn=archive@example.com)" univentionMailACL "$inner read"
status 0 "the right goes with the group" run remove group "$inner" --yes
said "and the allowed sender" "mailinglist $list (allowed sender)"
status 1 "gone from the list" ldapvalue "(cn=$list)" univentionAllowedEmailGroups "cn=$inner,"
status 1 "gone from the folder" ldapvalue "(cn=archive@example.com)" univentionMailACL "$inner read"
status 0 "one undo brings all" run undo --yes
ok "the sender is back" ldapvalue "(cn=$list)" univentionAllowedEmailGroups "cn=$inner,"
ok "the right is back" ldapvalue "(cn=archive@example.com)" univentionMailACL "$inner read"
status 0 "and is taken away" run set folder archive@example.com "rights+=who=$right right=none" --yes
status 0 "another name of the group" run rename group "$outer" "$outer b" --yes
status 0 "and back" run undo --yes
status 0 "a group that is named is deleted" run remove group "$inner" --yes
said "its membership goes first" "membership in group $outer"
status 1 "gone from the group around it" ldapvalue "(cn=$outer)" uniqueMember "cn=$inner,"
status 0 "taken back" run undo --yes
ok "and a member again" ldapvalue "(cn=$outer)" uniqueMember "cn=$inner,"

# --- at the keyboard ----------------------------------------------------------------------
open_groups() { console 80 24 --config "$config"; shows 'list complete' && keys 5 && shows '\[5 (Groups|Grp)\]' && shows 'list complete'; }
open_group() { pause && keys / && shows 'Find' && keys C-u && type_slowly "$inner" && shows 'Groups - 1 of' && keys Enter && shows 'Mail reaches'; }
add_member() {
	set_field Members && shows 'Members - ' && type_slowly "$three" && shows "$three" && keys Enter && pause && keys Enter && pause && keys C-g && shows 'Review' &&
	press_apply && gone 'Review' && ldapvalue "(cn=$inner)" memberUid "$three"
}
take_back() { keys u && shows 'Review' && press_apply && gone 'Review' && ! ldapvalue "(cn=$inner)" memberUid "$three"; }
new_list() {
	escape && escape && keys 6 && shows '\[6 (Lists|List)\]' && shows 'list complete' && keys n && shows 'New mailing list' &&
	type_slowly "$list b" && keys C-g && shows 'Review - add mailing list' && press_apply && gone 'Review' && ldapvalue "(cn=$list b)" cn "$list b"
}
delete_list() { run remove mailinglist "$list b" --yes && ! ldapvalue "(cn=$list b)" cn "$list b"; }
ok "the console shows the groups on 5" open_groups
ok "a group is opened by searching for it" open_group
ok "a member is added in the editor" add_member
ok "and taken back with u" take_back
ok "a list is created on 6" new_list
ok "and deleted" delete_list
close_console
status 0 "the list goes" run remove mailinglist "$list" --yes
if [ -n "${LAB_SMTP:-}" ] && [ "$(id -u)" = 0 ]; then
	ok "mail to it is refused" refused "$list_address" "late $$"
fi
status 0 "and comes back" run undo --yes
ok "with its members" ldapvalue "(cn=$list)" univentionMailMember "guest@outside.test"
finish
