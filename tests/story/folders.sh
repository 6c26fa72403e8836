#!/bin/bash
# folders - shared folders told from end to end, at the keyboard in tmux at 80x24
# and headless, against the private mail system: a folder is made, rights are
# given and taken, and the real Dovecot shows it to the right people and to nobody
# else; it gets an address and mail reaches it; it is deleted and taken back.
# On UCS a listener brings the folders of the directory to Dovecot by itself; here
# "lab sync-folders" does it after each change.  Who may do what, of groups too, is
# told in folder_rights.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] || { echo "ok 1 - the story # SKIP no lab with folders (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG
folder=story$$@example.com
second=other$$@example.com
first=jnovak1 first_address=jan.novak@example.org other=fkeep1

forget() {
	for one in "$folder" "$second"; do "$POSTROOM" --config "$config" remove folder "$one" --yes --confirm "$one" >/dev/null 2>&1; done
	sync >/dev/null 2>&1
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT

sync() { bash tests/lab/lab sync-folders --name "$LAB_NAME"; }
ldapfind() {
	unset LDAPNOINIT
	LDAPTLS_CACERT=$LAB_CA ldapsearch -x -LLL -ZZ -o ldif-wrap=no -H "$LAB_URI" -D "$LAB_ADMIN_DN" -y "$LAB_ADMIN_SECRET" -b "$LAB_BASE" "$1" "$2" | grep -q "^$2:"
}
# sees LOGIN NAME - the mailbox is in the list that Dovecot gives to this user
sees() { login "$1" "$LAB_PEOPLE_SECRET" "$LAB_IMAP1" >"$work/seen" 2>&1; grep -qF "\"/\" $2" "$work/seen" || { cat "$work/seen"; return 1; }; }
sees_not() { login "$1" "$LAB_PEOPLE_SECRET" "$LAB_IMAP1" >"$work/seen" 2>&1 && ! grep -qF "$2" "$work/seen" || { cat "$work/seen"; return 1; }; }
# may LOGIN NAME LETTERS - exactly these rights (MYRIGHTS)
may() {
	printf 'user = "%s:%s"\n' "$1" "$(cat "$LAB_PEOPLE_SECRET")" |
		curl -sS --max-time 10 -K - "imap://127.0.0.1:$LAB_IMAP1/" -X "MYRIGHTS $2" >"$work/rights" 2>&1
	grep -qE "MYRIGHTS .* $3d?.?$" "$work/rights" || { cat "$work/rights"; return 1; }
}
set_it() { "$POSTROOM" --config "$config" set folder "$folder" "$@" --yes --confirm "$folder"; }
take_back() { "$POSTROOM" --config "$config" undo --yes --confirm "$folder"; }

open_it() { console 80 24 --config "$config"; shows 'list complete' && keys 7 && shows '\[7 Folders\]|\[7 Fold\]' && shows 'list complete'; }
make_folder() {
	keys n && shows 'New shared folder' && type_slowly "$folder" && keys Tab && pause && keys Tab && type_slowly mail1.example.com &&
	keys C-g && shows 'Review - add' && press_apply && gone 'Review' && ldapfind "(&(objectClass=univentionMailSharedFolder)(cn=$folder))" cn
}
# The picker offers users by address and, one key on, groups.
give_right() {
	keys / && shows 'Find' && type_slowly "${folder%@*}" && shows 'Folders - 1 of' && keys Enter &&
	shows 'Home server' && set_field Rights && shows 'add a new one' && pause && keys Enter && shows 'a new one' && keys C-p &&
	shows 'Who - Users' && keys Tab && shows 'Who - Groups' && keys Tab && shows 'Who - Users' && type_slowly "$first" && shows "$first" && keys Enter && pause &&
	shows "$first_address" && keys Tab && keys Right && pause && keys C-g && shows 'go to the review' && keys C-g &&
	shows 'Review' && press_apply && gone 'Review' && shows "$first_address +post" &&
	ldapfind "(&(cn=$folder)(univentionMailACL=$first_address post))" cn
}
# The rights of a folder are given in its form: the grid of the editor, then the form again.
make_with_rights() {
	escape && escape && shows 'Folders - ' && pause && keys n && shows 'New shared folder' && type_slowly "$second" && keys Tab && pause && keys Tab &&
	type_slowly mail1.example.com && keys Tab && pause && keys Tab && pause && shows 'Enter add' && keys Enter && shows 'Rights - new shared folder' && pause &&
	keys Enter && shows 'a new one' && type_slowly "$first_address" && keys Tab && pause && keys Right && pause && keys C-g && shows 'take into the form' &&
	pause && keys Enter && shows 'New shared folder' && shows "$first_address +post" && keys C-g && shows 'Review - add' && press_apply && gone 'Review' &&
	ldapfind "(&(cn=$second)(univentionMailACL=$first_address post))" cn
}
delete_it() { keys d && shows 'Review - delete' && confirm_by_name "$folder" && gone 'Review'; }
undo_it() { keys u && shows 'Review' && press_apply && gone 'Review'; }

ok "the console opens on the shared folders" open_it
ok "a folder is made through form and review" make_folder
ok "a user gets the right post through the picker" give_right
if ! command -v doveadm >/dev/null || [ -z "${LAB_IMAP1:-}" ]; then
	skip "what Dovecot does with it" "no Dovecot"
	finish
	exit
fi
ok "the listener's part: the directory's folders are brought to Dovecot" sync
ok "who has the right sees the folder" soon sees "$first" "$folder/INBOX"
ok "and may read and post, no more" soon may "$first" "$folder/INBOX" lrwsp
ok "nobody else sees it" soon sees_not "$other" "$folder/INBOX"
ok "anyone gets read, headless" set_it 'rights+=who=anyone right=read'
ok "the listener's part" sync
ok "now the other one sees it" soon sees "$other" "$folder/INBOX"
ok "and may only read" soon may "$other" "$folder/INBOX" lrws
ok "a right of more replaces the one of less" set_it "rights+=who=$first_address right=write"
ok "one value is stored for them" ldapfind "(&(cn=$folder)(univentionMailACL=$first_address write)(!(univentionMailACL=$first_address post)))" cn
ok "the listener's part" sync
ok "and counts" soon may "$first" "$folder/INBOX" lrwstipe
ok "the right none takes the entry away" set_it 'rights+=who=anyone right=none'
ok "and is not stored" ldapfind "(&(cn=$folder)(!(univentionMailACL=anyone none))(!(univentionMailACL=anyone read)))" cn
ok "the listener's part" sync
ok "the other one sees it no more" soon sees_not "$other" "$folder/INBOX"
ok "taking that back gives it again" take_back
ok "the listener's part" sync
ok "the other one sees it again" soon sees "$other" "$folder/INBOX"
status 65 "an address is not given without the name typed" "$POSTROOM" --config "$config" set folder "$folder" "address=$folder" --yes
said "since it becomes another thing on disk" "another thing on disk"
ok "with it, it is" set_it "address=$folder"
ok "the internal address is there with it" ldapfind "(&(cn=$folder)(univentionMailSharedFolderDeliveryAddress=univentioninternalpostuser+shared/$folder))" cn
ok "the listener's part" sync
ok "people see it elsewhere" soon sees "$first" "shared/$folder"
ok "with the same rights" soon may "$first" "shared/$folder" lrwstipe
ok "and not where it was" soon sees_not "$first" "$folder/INBOX"
if [ -n "${LAB_SMTP:-}" ]; then
	ok "mail to the address is taken" send "$folder" "story $$"
	ok "and lies in the folder" found "$folder" "story $$" "$LAB_DOVECOT1_CONF"
else
	skip "mail to the address" "Postfix needs root"
fi
ok "taking that back takes the address away" take_back
ok "and the internal one" ldapfind "(&(cn=$folder)(!(mailPrimaryAddress=*))(!(univentionMailSharedFolderDeliveryAddress=*)))" cn
ok "the listener's part" sync
ok "people see it where it was" soon sees "$first" "$folder/INBOX"
status 65 "it cannot be renamed" "$POSTROOM" --config "$config" rename folder "$folder" "other$$@example.com" --yes
said "and the reason is told" "the mail server finds its mail by the name"
status 65 "a right for nobody is refused" "$POSTROOM" --config "$config" set folder "$folder" "rights+=who=nobody$$@example.com right=read" --yes
ok "the console deletes it, the name typed" delete_it
ok "the listener's part" sync
ok "nobody sees it" soon sees_not "$first" "$folder/INBOX"
ok "the console takes that back" undo_it
ok "the listener's part" sync
ok "and it is seen again, its mail with it" soon sees "$first" "$folder/INBOX"
ok "a folder is made with its rights in one form" make_with_rights
ok "the listener's part" sync
ok "who has the right sees it at once" soon sees "$first" "$second/INBOX"
ok "the console ends" leave
ok "it goes, its name given" "$POSTROOM" --config "$config" remove folder "$second" --yes --confirm "$second"
status 0 "and comes again with rights, headless" "$POSTROOM" --config "$config" add folder "$second" home_server=mail1.example.com \
	"rights=who=$first_address right=read" 'rights+=who=All%20Hands right=post' --yes
ok "both are stored" ldapfind "(&(cn=$second)(univentionMailACL=$first_address read)(univentionMailACL=All Hands post))" cn
status 0 "the group tells it" "$POSTROOM" --config "$config" show group "All Hands"
said "with the right" "$second: post"
ok "the listener's part" sync
ok "and the user sees it" soon sees "$first" "$second/INBOX"
status 0 "a renaming of the group shows that it is followed" "$POSTROOM" --config "$config" rename group "All Hands" "Everyone $$" --dry-run
said "in the rights" "folder $second (right on folder)"
status 0 "so does a deletion of the user" "$POSTROOM" --config "$config" remove user "$first" --dry-run
said "that takes the right away" "folder $second (right on folder)"
finish
