#!/bin/bash
# folder_rights - who comes to a shared folder, told from end to end: rights for
# users, groups, groups inside groups and everybody are set, and real IMAP sessions at
# Dovecot show who has the folder in the list and what works there, for a folder
# without an address and then with one; what the console says of it holds.
# On UCS a listener brings rights to Dovecot; here "lab sync-folders" does.  At a login
# Dovecot is told the groups of the user (tests/lab/helpers/login-groups).
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ -n "${LAB_IMAP1:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] ||
	{ echo "ok 1 - the story # SKIP no lab with folders (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG
folder=rights$$@example.com outer="Outer Room $$" inner="Inner Room $$" deep="Deep Room $$" comma="Outer, $$"
reader=$(logins 3) poster=$(logins 4) adder=$(logins 5) writer=$(logins 6) owner=$(logins 7)
member=$(logins 8) nested=$(logins 9) nobody=$(logins 10)
for name in reader poster adder writer owner member nested nobody; do
	declare "${name}_address=$(address_of "${!name}")"
done

sync() { bash tests/lab/lab sync-folders --name "$LAB_NAME"; }
forget() {
	run remove folder "$folder" --yes --confirm "$folder" >/dev/null 2>&1
	sync >/dev/null 2>&1
	for name in "$outer" "$inner" "$deep" "$comma"; do run remove group "$name" --yes >/dev/null 2>&1; done
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT
set_it() { run set folder "$folder" "$@" --yes --confirm "$folder" && sync; }
take_back() { run undo --yes --confirm "$folder" && sync; }
percent() { printf '%s' "${1// /%20}"; }

# everyone BOX ALL - what each of them can do there; ALL: what "all" can
# (l in the list, r open, s seen, f flag, i put in, d mark for deletion, e remove, k folder below, a rights)
everyone() {
	for i in 1 2 3; do ok "mail is put in" soon put_in "$owner" "$1"; done
	ok "all: $2" able "$owner" "$1" "$2"
	ok "read: the list, opening, flags" able "$reader" "$1" lrsf
	ok "post: no more of that" able "$poster" "$1" lrsf
	ok "append: putting mail in" able "$adder" "$1" lrsfi
	ok "write: removing mail too" able "$writer" "$1" lrsfide
	ok "a member of the group has its right" able "$member" "$1" lrsfi
	ok "a member two groups deeper has the same" able "$nested" "$1" lrsfi
	ok "who has no right sees nothing and can do nothing" able "$nobody" "$1" -
}

# --- without an address --------------------------------------------------------------------
status 0 "a group" run add group "$deep" "members=$nested" --yes
status 0 "a group with it inside" run add group "$inner" "member_groups=$deep" --yes
status 0 "and one around both" run add group "$outer" "members=$member" "member_groups=$inner" --yes
status 0 "a folder with rights for all of them" run add folder "$folder" home_server=mail1.example.com \
	"rights+=who=$reader_address right=read" "rights+=who=$poster_address right=post" "rights+=who=$adder_address right=append" \
	"rights+=who=$writer_address right=write" "rights+=who=$owner_address right=all" "rights+=who=$(percent "$outer") right=append" --yes
said "the console tells when groups count" "Rights of groups count from the next login"
ok "the listener's part" sync
everyone "$folder/INBOX" lrsfideka
status 65 "a group in other letters is refused, as the server would not find it" \
	run set folder "$folder" "rights+=who=$(percent "${outer,,}") right=read" --yes
said "with what to write" "write \"$outer\""
status 65 "an address with capital letters too" run set folder "$folder" "rights+=who=${nobody_address^} right=read" --yes
status 0 "a group with a comma" run add group "$comma" "members=$nobody" --yes
said "is told to be of no use here" "this group can have none"
status 65 "and gets no right, as the server would never find it" \
	run set folder "$folder" "rights+=who=$(percent "${comma/,/%2C}") right=read" --yes
status 65 "the right none is none for nobody" run set folder "$folder" "rights+=who=none-$$@example.com right=read" --yes

# --- who comes and goes -------------------------------------------------------------------------
status 0 "the group loses the one inside" run set group "$outer" "member_groups-=$inner" --yes
ok "whose member sees it no more, from the next login" able "$nested" "$folder/INBOX" -
ok "the other one does" able "$member" "$folder/INBOX" lrsfi
status 0 "taken back" run undo --yes
ok "and is there again" able "$nested" "$folder/INBOX" lrsfi
ok "everybody gets read, from anyone" set_it 'rights+=who=anyone right=read'
ok "so the one without a right sees and reads it" able "$nobody" "$folder/INBOX" lrsf
ok "the nearer right counts alone: the group's" able "$member" "$folder/INBOX" lrsfi
ok "a right of one's own less than the group's" set_it "rights+=who=$member_address right=read"
ok "counts alone" able "$member" "$folder/INBOX" lrsf
ok "none takes it away" set_it "rights+=who=$member_address right=none"
ok "and the group's counts again" able "$member" "$folder/INBOX" lrsfi
ok "authenticated in place of anyone" set_it 'rights-=who=anyone' 'rights+=who=authenticated right=append'
said "is told as everybody" "Every user of the mail servers gets the right append"
ok "and means everybody" able "$nobody" "$folder/INBOX" lrsfi
ok "none for it" set_it 'rights+=who=authenticated right=none'
ok "and who has no right sees nothing" able "$nobody" "$folder/INBOX" -
ok "the group's right goes" set_it "rights+=who=$(percent "$outer") right=none"
ok "and its member sees nothing" able "$member" "$folder/INBOX" -
ok "taken back" take_back
ok "and is there again" able "$member" "$folder/INBOX" lrsfi
status 0 "the group is renamed" run rename group "$outer" "$outer b" --yes
ok "the listener's part" sync
ok "the right follows its name" able "$member" "$folder/INBOX" lrsfi
status 0 "taken back" run undo --yes
ok "the listener's part" sync

# --- with an address ----------------------------------------------------------------------------
ok "the folder gets an address" set_it "address=$folder"
# "all" makes no folders below such a one: that place belongs to the mailbox behind it.
everyone "shared/$folder" lrsfidea
ok "nobody finds it where it was" able "$owner" "$folder/INBOX" -
if [ -n "${LAB_SUBMISSION:-}" ]; then
	ok "who may post writes to the address" submitted "$poster" "$folder" "posted $$"
	ok "and it lies in the folder" found "$folder" "posted $$" "$LAB_DOVECOT1_CONF"
	ok "as who may read sees" soon eval 'imap "$reader" "SELECT \"shared/$folder\"" "SEARCH SUBJECT \"posted $$\"" | grep -q "^3 .* SEARCH [0-9]"'
	ok "the address takes mail from everybody" goes "$folder" "from outside $$"
	ok "which lies there too" found "$folder" "from outside $$" "$LAB_DOVECOT1_CONF"
else
	skip "mail to the address" "Postfix needs root"
fi
ok "everybody gets read, from anyone" set_it 'rights+=who=anyone right=read'
ok "and the one without a right sees it in the list and reads it" able "$nobody" "shared/$folder" lrsf
ok "authenticated in place of it" set_it 'rights-=who=anyone' 'rights+=who=authenticated right=post'
ok "means the same" able "$nobody" "shared/$folder" lrsf
ok "the right none for it" set_it 'rights+=who=authenticated right=none'
ok "and for the group" set_it "rights+=who=$(percent "$outer") right=none"
ok "the one without a right sees nothing" able "$nobody" "shared/$folder" -
ok "nor does the member of the group" able "$member" "shared/$folder" -
ok "nor the one inside it" able "$nested" "shared/$folder" -
ok "taken back" take_back
ok "the member sees it again" able "$member" "shared/$folder" lrsfi

# --- the group goes --------------------------------------------------------------------------------
status 0 "the group is deleted" run remove group "$outer" --yes
said "and what names it is told" "folder $folder"
ok "the listener's part" sync
ok "its member sees nothing" able "$member" "shared/$folder" -
ok "who is named sees it" able "$reader" "shared/$folder" lrsf
finish
