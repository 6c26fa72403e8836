#!/bin/bash
# cut_streams - a server that cuts a stream and not the sum of pages: every list
# is read to its end in pages, also the one whose rows come out of others; where
# pages are cut too, a list says so. The limits of one identity are changed in
# the running slapd for that, and put back.
set -u
cd "$(dirname "$0")/../.." || exit 70
. tests/story/lib.sh
[ -n "${POSTROOM_CONFIG:-}" ] || { echo "ok 1 - cut streams # SKIP no lab (eval \"\$(tests/lab/lab env)\")"; exit 0; }
unset LDAPNOINIT
config() { "$1" -x -H "$LAB_URI_LDAPI" -D cn=admin,cn=config -y "$LAB_ROOT_SECRET" "${@:2}"; }
limited="dn.base=\"$LAB_LIMITED_DN\""
database=$(config ldapsearch -LLL -o ldif-wrap=no -b cn=config "(olcSuffix=$LAB_BASE)" dn | sed -n 's/^dn: //p')
old=$(config ldapsearch -LLL -o ldif-wrap=no -b "$database" -s base olcLimits | sed -n "s/^olcLimits: \({[0-9]*}$limited.*\)/\1/p")
[ -n "$database" ] && [ -n "$old" ] || { echo "not ok 1 - the limits of this slapd are where they should be"; echo 1..1; exit 1; }
number_of=${old%%\}*}
number_of=${number_of#\{}
limits() { # limits WORDS - gives the identity these
	config ldapmodify >/dev/null <<-LDIF
	dn: $database
	changetype: modify
	delete: olcLimits
	olcLimits: {$number_of}
	-
	add: olcLimits
	olcLimits: {$number_of}$limited $1
	LDIF
}
put_back() {
	limits "${old#*\" }"
	rm -rf "$work"
}
trap put_back EXIT
list() { # list DN PASSWORD-FILE KIND COLUMNS - rows on standard output, what was said in $work/said
	sed -e "s|bind_dn = .*|bind_dn = \"$1\"|" -e "s|bind_password_file = .*|bind_password_file = \"$2\"|" "$POSTROOM_CONFIG" >"$work/postroom.conf"
	chmod 600 "$work/postroom.conf"
	"$POSTROOM" --config "$work/postroom.conf" list "$3" ${4:+--columns "$4"} --format tsv 2>"$work/said" </dev/null
}
same() { # same KIND COLUMNS - all that the administrator sees, in the same words
	list "$LAB_ADMIN_DN" "$LAB_ADMIN_SECRET" "$1" "$2" >"$work/whole"
	list "$LAB_LIMITED_DN" "$LAB_LIMITED_SECRET" "$1" "$2" >"$work/pages"
	[ "$(wc -l <"$work/whole")" -gt 5 ] && cmp -s "$work/whole" "$work/pages" && ! grep -q "not complete" "$work/said" && say_ok "$1: all of them" ||
		{ wc -l "$work/whole" "$work/pages"; cat "$work/said"; diff "$work/whole" "$work/pages" | head -5; } | say_not "$1: all of them"
}
cut() { # cut KIND - less, and that is said
	list "$LAB_LIMITED_DN" "$LAB_LIMITED_SECRET" "$1" >"$work/pages"
	grep -q "not complete: .*size limit" "$work/said" && say_ok "$1: cut, and said" || say_not "$1: cut, and said" <"$work/said"
}
ok "streams are cut, pages are not" limits "size.soft=20 size.hard=20 size.prtotal=unlimited"
same user login,full_name,address
same alias address,leads_to,remark
ok "pages are cut as well" limits "size.soft=20 size.hard=20 size.prtotal=20"
cut user
cut alias
finish
