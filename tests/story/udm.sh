#!/bin/bash
# udm.sh - users on a UCS, from the command line: made, changed, given a
# password, renamed and deleted through UDM, of which a fake over the lab's
# slapd stands in (tests/fakes/fake_udm.h). No secret may be left anywhere.

cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { skip "udm" "no private mail system"; finish; exit; }
[ "${LAB_PROFILE:-ucs}" = ucs ] || { skip "udm" "this directory is no UCS"; finish; exit; }

fake=${BUILD:-build}/tests/live/test_udm
login=udm$$ new=neu$$
mkfifo "$work/until"
"$fake" serve "$work/url" <"$work/until" &
served=$!
exec 9>"$work/until"
soon test -s "$work/url"

mkdir -p -m 700 "$work/state"
{
	sed -e "s|^state_dir.*|state_dir = \"$work/state\"|" -e 's|^\([[:space:]]*\)direct *=.*|\1direct = no|' "$POSTROOM_CONFIG"
	printf 'udm {\n\turl = "%s"\n\tuser = "postroom"\n\tpassword_file = "%s"\n\tplain = yes\n}\n' "$(cat "$work/url")" "$LAB_ROOT_SECRET"
} >"$work/udm.conf"
chmod 600 "$work/udm.conf"
export POSTROOM_CONFIG=$work/udm.conf
printf 'canary-one-%s\n' $$ >"$work/one"; printf 'canary-two-%s\n' $$ >"$work/two"; printf 'short\n' >"$work/short"
chmod 600 "$work/one" "$work/two" "$work/short"
may_log_in() { ldapwhoami -x -H "$LAB_URI" -ZZ -D "uid=$1,cn=users,$LAB_BASE" -w "$(cat "$2")"; }
export LDAPTLS_CACERT=$LAB_CA

# --- whether it answers ----------------------------------------------------------------------
"$POSTROOM" doctor >"$work/out" 2>&1
said "the doctor asks UDM" "/univention/udm answers, and postroom may use it"
said "and says what it has not" "This UDM has no FetchMailSingle and FetchMailMulti"

# --- made ----------------------------------------------------------------------------------------
status 65 "a user without a password" "$POSTROOM" add user "$login" given_name=Uta family_name=Story --yes
said "is refused with what is missing" "Password: UDM makes no user without one"
status 0 "what would be sent" "$POSTROOM" add user "$login" given_name=Uta family_name=Story address="$login@example.com" quota=1GB password=@"$work/one" --dry-run
said "is shown as a request" "POST users/user uid=$login,cn=users,$LAB_BASE"
said "with its properties" "mailUserQuota: 1024"
said "and no word of the secret" "password: ********"
status 0 "a user is made" "$POSTROOM" add user "$login" given_name=Uta family_name=Story address="$login@example.com" quota=1GB password=@"$work/one" --yes
ok "and can log in" may_log_in "$login" "$work/one"
status 0 "and is seen" "$POSTROOM" show user "$login" --format json
said "with the quota" '"quota": 1073741824'

# --- changed ---------------------------------------------------------------------------------------
status 65 "a password that UDM refuses" "$POSTROOM" set user "$login" password=@"$work/short" --yes
said "for its own reason" "Password: Password is too short [UDM 422]"
status 0 "another password" "$POSTROOM" set user "$login" password=@"$work/two" must_change=yes --yes
ok "counts" may_log_in "$login" "$work/two"
status 49 "the old one does not" may_log_in "$login" "$work/one"
status 0 "both ways in one change" "$POSTROOM" set user "$login" locked=yes quota=2GB --yes
status 0 "are both seen" "$POSTROOM" show user "$login" --format json
said "the lock" '"locked": true'
said "the quota" '"quota": 2147483648'
status 0 "and both taken back" "$POSTROOM" undo --yes
status 0 "as" "$POSTROOM" show user "$login" --format json
said "no lock" '"locked": false'
said "the old quota" '"quota": 1073741824'

# --- repairs go the same way ------------------------------------------------------------------------
status 0 "a repair" "$POSTROOM" reset "$login" --password --yes
sed -n 's/^Password: //p' "$work/out" | head -1 | tr -d '\n' >"$work/made"
ok "gives a password that counts" may_log_in "$login" "$work/made"
status 49 "and the one before does not" may_log_in "$login" "$work/two"
status 0 "a lock" "$POSTROOM" reset "$login" --lock --yes
status 0 "is told" "$POSTROOM" show user "$login" --format json
said "as a lock by an admin" '"locked": true'
grep -rlF -e "$(cat "$work/made")" "$work/state" >"$work/out" 2>&1 && say_not "and the made password is nowhere" <"$work/out" || say_ok "and the made password is nowhere"

# --- renamed and deleted ---------------------------------------------------------------------------
status 0 "another name" "$POSTROOM" rename user "$login" "$new" --yes
status 0 "is borne" "$POSTROOM" show user "$new"
status 0 "a deletion is looked at" "$POSTROOM" remove user "$new" --dry-run
said "and says that it stays so" "this cannot be taken back"
status 0 "a deletion" "$POSTROOM" remove user "$new" --yes --confirm "$new"
grep -q "Take it back" "$work/out" && say_not "is not offered to be taken back" <"$work/out" || say_ok "is not offered to be taken back"
status 65 "is done" "$POSTROOM" show user "$new"
id=$("$POSTROOM" history --format csv | sed -n "s/^\([^,]*\),.*User $new deleted.*/\1/p" | head -1)
status 69 "and cannot be taken back" "$POSTROOM" undo "$id" --yes
said "for these reasons" "cannot come back whole"
said "and what is known is told" "username=$new"

# --- nothing is left of the secrets ---------------------------------------------------------------
grep -rl -e "canary-one-$$" -e "canary-two-$$" "$work/state" >"$work/out" 2>&1 && say_not "no secret in journal and state" <"$work/out" || say_ok "no secret in journal and state"
status 0 "the journal holds" "$POSTROOM" history --verify
"$POSTROOM" history >"$work/out" 2>&1
said "the history has it all" "$new"

# --- without UDM --------------------------------------------------------------------------------------
exec 9>&-
wait "$served"
status 69 "a change while UDM is away" "$POSTROOM" set user aschmid1 locked=yes --yes
said "says so" "nobody listens there"
status 0 "what is the directory's goes on" "$POSTROOM" set user aschmid1 quota=3GB --dry-run
"$POSTROOM" doctor >"$work/out" 2>&1
said "the doctor says it too" "go through UDM, and that cannot be now"
finish
