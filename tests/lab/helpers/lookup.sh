# lookup.sh - how the helpers of the lab's servers ask the directory; sourced.
#
# Where and as whom stands in the file "settings" beside it, which the lab
# writes at every start. A search that fails ends with ldapsearch's status.

PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8 LDAPNOINIT=1
. "${0%/*}/settings"

# ask OPTIONS FILTER ATTRIBUTES... - a search; LDIF on standard output
ask() { ldapsearch -x -LLL -o ldif-wrap=no -H "$URI" -D "$BIND_DN" -y "$SECRET" "$@" 2>/dev/null </dev/null; }

# values NAME - the values of one attribute (or dn) in LDIF on standard input, one a line
values() {
	local line
	while IFS= read -r line; do
		case $line in
		"$1":\ *) printf '%s\n' "${line#*: }" ;;
		"$1"::\ *) base64 -d <<<"${line#*:: }" && echo ;;
		esac
	done
}

# plain TEXT - as a value inside a filter
plain() {
	local v=${1//\\/\\5c}
	v=${v//\*/\\2a} v=${v//\(/\\28} v=${v//\)/\\29}
	printf '%s' "$v"
}
