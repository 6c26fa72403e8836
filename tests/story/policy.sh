#!/bin/bash
# policy - quota policies told against the private mail system: whom they reach,
# that nobody enforces them, the limit written into one and into all as one change
# and taken back, seen in the real Dovecot; policies themselves only where the
# profile allows it.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] && [ "${LAB_PROFILE:-ucs}" = ucs ] || { echo "ok 1 - the story # SKIP no lab with policies (eval \"\$(tests/lab/lab env)\")"; exit 0; }
config=$POSTROOM_CONFIG name=story$$
sed 's/editable = no/editable = yes/' src/directory/profiles/ucs.profile >"$work/own.profile"
post() { "$POSTROOM" --config "$config" "$@"; }
own() { "$POSTROOM" --config "$config" --profile "$work/own.profile" "$@"; }
forget() {
	for one in "$name" "form $name"; do own remove quotapolicy "$one" --yes --confirm "$one" >/dev/null 2>&1; done
	tmux -L "$socket" kill-server 2>/dev/null
	rm -rf "$work"
}
trap forget EXIT
quota_of() { doveadm -c "$LAB_DOVECOT1_CONF" -f tab quota get -u "$1" | awk -F'\t' '$2 == "STORAGE" {print $4}'; }
limit_is() { [ "$(quota_of "$1")" = "$2" ] || { quota_of "$1"; return 1; }; }
tells() { "$@" >"$work/out" 2>&1; }
at_the_keyboard() {
	console 80 24 --config "$config" && shows 'list complete' && keys 8 && shows 'Quota - 2' && keys Enter && shows 'nobody: Dovecot' &&
	keys P && shows 'Review - edit quota policy' && shows '12 users get the limit' && escape && shows 'nobody: Dovecot'
}

# In the list of users and on the page of one: the same review.
at_the_users_list() {
	console 80 24 --config "$config" && shows 'list complete' && keys / && shows 'Find' && type_slowly jnovak1 && shows 'Users - 1 of' && escape &&
	keys P && shows 'Review - edit user jnovak1' && shows '2 GB -> 1000 MB' && escape && shows 'Users - 1 of'
}
at_the_users_page() {
	keys Enter && shows 'not written here' && shows 'P policy' && keys P && shows 'Review - edit user jnovak1' && press_apply && gone 'Review' &&
	shows 'as the policy says' && ! screen | grep -q 'P policy'
}
taken_back() { keys u && shows 'Review' && press_apply && gone 'Review' && shows 'not written here'; }
nobody_speaks() {
	escape && shows 'Users - 1 of' && keys / && shows 'Find' && keys C-u && type_slowly odd.place && shows 'Users - 1 of' && escape && keys P &&
	shows 'no quota policy says anything'
}

tells post show quotapolicy sales-quota
said "the page says that nobody enforces it" "nobody: Dovecot reads each user's own quota"
said "and whom it reaches" "12 users:"
tells post show user jnovak1
said "the page of a user says what the policy says" "policy says 1000 MB, not written here"
ok "the console opens the review of writing it into all" at_the_keyboard
close_console
ok "the list of users opens the review of what the policy says" at_the_users_list
ok "the page of the user does, and it is applied" at_the_users_page
ok "Dovecot obeys it" limit_is jnovak1 1024000
ok "u takes it back" taken_back
ok "where no policy says anything that is said" nobody_speaks
close_console
status 0 "a dry run of it, headless" post set user jnovak1 quota=policy --dry-run
said "shows what would be written" "2 GB -> 1000 MB"
status 0 "one user takes what the policy says" post set user jnovak1 quota=policy --yes
ok "Dovecot obeys it too" limit_is jnovak1 1024000
tells post show user jnovak1
said "and the page says so" "1000 MB  (as the policy says)"
status 0 "that is taken back as well" post undo --yes
ok "and the old quota counts" limit_is jnovak1 2097152
status 65 "who has no policy takes none" post set user odd.place quota=policy --yes
said "and that is said, with the field" "Quota: no policy says anything for odd.place"
status 64 "nor is there one for a new user" post add user "new$$" family_name=New quota=policy --yes
status 0 "one user gets it" post set quotapolicy standard-quota written+=jnovak1 --yes
ok "Dovecot obeys it now" limit_is jnovak1 1024000
status 0 "that is taken back" post undo --yes
ok "and Dovecot has the old quota" limit_is jnovak1 2097152
status 0 "all it reaches get it as one change" post set quotapolicy standard-quota 'written+=*' --yes
ok "Dovecot obeys it" limit_is jnovak1 1024000
status 0 "one undo takes all of it back" post undo --yes
ok "for the one" limit_is jnovak1 2097152
tells post show quotapolicy standard-quota
said "and for everybody" "(0 of 235 it reaches)"
status 65 "nobody else gets it" post set quotapolicy sales-quota written+=jnovak1 --yes
said "and that is said" "does not reach"
post set quotapolicy sales-quota limit=1GB --yes >"$work/out" 2>&1
said "a policy itself is only shown" "they are only shown"
status 0 "with editable = yes one is made" own add quotapolicy "$name" limit=3GB warning=90 'filter=(uid=jn*)' --yes
status 0 "and changed" own set quotapolicy "$name" limit=4GB fixed+=univentionMailQuotaMB --yes
status 0 "and that is taken back" own undo --yes
status 0 "and deleted" own remove quotapolicy "$name" --yes --confirm "$name"
status 0 "and that is taken back" own undo --yes
made="form $name"
make_in_form() {
	console 80 24 --config "$config" --profile "$work/own.profile" && shows 'list complete' && keys 8 && shows 'list complete' && pause && keys n && shows 'New quota policy' &&
	type_slowly "$made" && keys Tab && type_slowly '3 GB' && keys Tab && type_slowly 90 && keys C-g && shows "Review - add quota policy $made" &&
	press_apply && gone 'Review' && own show quotapolicy "$made" | grep -q '^Limit *3072 MB\|^Limit *3 GB'
}
ok "one is made in the form of the console" make_in_form
close_console
status 0 "and deleted" own remove quotapolicy "$made" --yes --confirm "$made"
echo n >"$work/keys"
post screen quota --size 80x24 --keys "$work/keys" >"$work/out" 2>&1
said "without editable = yes there is no form, and that is said" "Not possible (new)"
status 0 "renaming one is followed where it is attached" own rename quotapolicy sales-quota "sales-$name" --yes
tells own show quotapolicy "sales-$name"
said "it reaches whom it reached" "12 users:"
status 0 "and back" own undo --yes
status 65 "a filter that is none is refused" own set quotapolicy "$name" 'filter=(uid=jn' --yes
finish
