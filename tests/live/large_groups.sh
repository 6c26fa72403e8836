#!/bin/bash
# large_groups - a group and a list with very many members are opened, get one
# member and lose one, and each is taken back; the request holds that one value.
# 5,000 members, with POSTROOM_FULL=1 50,000.  What each took is told and not
# judged, since it is this machine's and whoever else uses it.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { echo "ok 1 - large groups # SKIP no lab (eval \"\$(tests/lab/lab env)\")"; exit 0; }
members=5000
[ "${POSTROOM_FULL:-0}" = 1 ] && members=50000
group="Large $$" list="Large list $$"
unset LDAPNOINIT
root() { "$1" -x -H "$LAB_URI_LDAPI" -D "$LAB_ROOT_DN" -y "$LAB_ROOT_SECRET" "${@:2}"; }
forget() {
	printf 'cn=%s,cn=groups,%s\ncn=%s,cn=mailinglists,cn=mail,%s\n' "$group" "$LAB_BASE" "$list" "$LAB_BASE" | root ldapdelete -c >/dev/null 2>&1
	rm -rf "$work"
}
trap forget EXIT
# A history of its own: reading a long one belongs to another test.
sed "s|^state_dir = .*|state_dir = \"$work/state\"|" "$POSTROOM_CONFIG" >"$work/postroom.conf"
chmod 600 "$work/postroom.conf"
export POSTROOM_CONFIG=$work/postroom.conf
make_them() {
	awk -v n="$members" -v g="$group" -v l="$list" -v b="$LAB_BASE" 'BEGIN {
		printf "dn: cn=%s,cn=groups,%s\nobjectClass: top\nobjectClass: posixGroup\nobjectClass: univentionGroup\n", g, b
		printf "objectClass: univentionObject\nuniventionObjectType: groups/group\ncn: %s\ngidNumber: 79999\n", g
		for (i = 0; i < n; i++) printf "uniqueMember: uid=bulk%05d,cn=users,%s\n", i, b
		for (i = 0; i < n; i++) printf "memberUid: bulk%05d\n", i
		printf "\ndn: cn=%s,cn=mailinglists,cn=mail,%s\nobjectClass: top\nobjectClass: univentionMailList\n", l, b
		printf "objectClass: univentionObject\nuniventionObjectType: mail/lists\ncn: %s\n", l
		for (i = 0; i < n; i++) printf "univentionMailMember: bulk%05d@outside.test\n", i
	}' >"$work/ldif"
	root ldapadd -f "$work/ldif"
}
timed() { # timed NAME ARGUMENTS... - must succeed; tells how long it took
	local name=$1 begun took
	shift
	begun=$(date +%s%N)
	"$POSTROOM" "$@" >"$work/out" 2>&1 </dev/null || { say_not "$name" <"$work/out"; return; }
	took=$((($(date +%s%N) - begun) / 1000000))
	echo "# $name: $took ms with $members members"
	say_ok "$name"
}
count_of() { root ldapsearch -LLL -o ldif-wrap=no -b "$LAB_BASE" "$1" "$2" | grep -c "^$2:"; }
ok "a group and a list of $members members" make_them
timed "the group is opened" show group "$group"
said "the first are shown, with the count" "$members values, the first 200"
timed "one member comes" set group "$group" members+=aschmid1 --yes
said "the request holds this one" "add uniqueMember: uid=aschmid1,cn=users,$LAB_BASE"
[ "$(wc -c <"$work/out")" -lt 2000 ] && say_ok "and no other" || say_not "and no other" </dev/null
[ "$(count_of "(cn=$group)" uniqueMember)" = $((members + 1)) ] && say_ok "one more" || say_not "one more" </dev/null
timed "it goes" set group "$group" members-=aschmid1 --yes
timed "that is taken back" undo --yes
[ "$(count_of "(cn=$group)" memberUid)" = $((members + 1)) ] && say_ok "by login too" || say_not "by login too" </dev/null
timed "a description is set" set group "$group" description=large --yes
timed "the list is opened" show mailinglist "$list"
timed "one address comes and one goes" set mailinglist "$list" members+=anna.schmid@example.com members-=bulk00007@outside.test --yes
[ "$(count_of "(cn=$list)" univentionMailMember)" = "$members" ] && say_ok "as many as before" || say_not "as many as before" </dev/null
timed "that is taken back" undo --yes
# All values go and come back: through the journal, the server and its overlays.
timed "all addresses but one go" set mailinglist "$list" members=anna.schmid@example.com --yes
timed "they come back" undo --yes
[ "$(count_of "(cn=$list)" univentionMailMember)" = "$members" ] && say_ok "all of them" || say_not "all of them" </dev/null
timed "the list is deleted" remove mailinglist "$list" --yes
timed "the list comes back" undo --yes
[ "$(count_of "(cn=$list)" univentionMailMember)" = "$members" ] && say_ok "with its members" || say_not "with its members" </dev/null
timed "the group is deleted" remove group "$group" --yes
timed "the group comes back" undo --yes
[ "$(count_of "(cn=$group)" uniqueMember)" = $((members + 1)) ] && say_ok "with its own" || say_not "with its own" </dev/null
finish
