# folders.sh - the shared folders of the directory brought to the two Dovecots,
# as the listener of UCS does it (rights, place on disk, names); sourced.
#
# What each server has is remembered in $DIR/dovecotN/folders as lines of name
# and address, so that a folder that got or lost its address is moved. Mail of
# deleted folders stays, as on UCS with mail/dovecot/mailbox/delete unset.
# Rights of groups are written as Dovecot wants them; who is in which group
# helpers/login-groups tells it at each login.

# folders_read N - lines "name TAB address-or-minus TAB rights", rights separated by TAB
folders_read() {
	ldapsearch -x -LLL -o ldif-wrap=no -H "$(ldapi_uri)" -D "cn=mailserver,cn=services,$BASE" \
		-y "$DIR/secrets/mailserver" -b "$BASE" \
		"(&(objectClass=univentionMailSharedFolder)(univentionMailHomeServer=mail$1.example.com))" \
		cn mailPrimaryAddress univentionMailACL 2>>"$DIR/log/folders.log" | folders_lines
}

folders_lines() {
	local line name= address=- rights= value
	while IFS= read -r line || [ -n "$line" ]; do
		value=${line#*: }
		case $line in *::\ *) value=$(base64 -d <<<"$value") ;; esac
		case $line in
		cn:*) name=$value ;;
		mailPrimaryAddress:*) address=${value,,} ;;
		univentionMailACL:*) rights+=$'\t'$value ;;
		'') [ -z "$name" ] || printf '%s\t%s%s\n' "$name" "$address" "$rights"; name= address=- rights= ;;
		esac
	done
	[ -z "$name" ] || printf '%s\t%s%s\n' "$name" "$address" "$rights"
}

folder_letters() {
	case $1 in
	read) echo lrws ;; post) echo lrwsp ;; append) echo lrwspi ;;
	write) echo lrwspite ;; all) echo lrwspitekxa ;;
	esac
}

folder_words() {
	local words="lookup read write write-seen"
	case $1 in read) ;; *) words+=" post" ;; esac
	case $1 in append|write|all) words+=" insert" ;; esac
	case $1 in write|all) words+=" write-deleted expunge" ;; esac
	case $1 in all) words+=" create delete admin" ;; esac
	echo "$words"
}

# The last blank parts who from the right; an @ inside means a user.
folder_who() {
	case ${1% *} in
	anyone|authenticated) echo "${1% *}" ;;
	?*@*) echo "user=${1% *}" ;;
	*) echo "group=${1% *}" ;;
	esac
}

public_place() { echo "$DIR/mail/mail$1/public/${2#*@}/${2%@*}"; }
private_place() { local a=${2,,}; echo "$DIR/mail/mail$1/${a#*@}/${a%@*}"; }
mail_owned() { [ "$(id -u)" != 0 ] || chown -R mail:mail "$@"; }

# folder_move N NAME OLD NEW - the mail of a folder that got, lost or changed its address
folder_move() {
	local from to
	from=$(public_place "$1" "$2")/.INBOX to=$from
	[ "$3" = - ] || from=$(private_place "$1" "$3")/Maildir
	[ "$4" = - ] || to=$(private_place "$1" "$4")/Maildir
	if [ -d "$from" ] && [ ! -e "$to" ]; then
		mkdir -p "${to%/*}" && mv "$from" "$to"
		mail_owned "$DIR/mail/mail$1"
	fi
}

# Namespaces and places on disk of folders without an address; NAMESPACES says whether those are other ones now.
folders_write() {
	local n=$1 d=$DIR/dovecot$1 name address i=0 was
	: >"$d/folders.new"
	{ echo "# written by tests/lab/lab from the directory"
	while IFS=$'\t' read -r name address _; do
		was=$(grep -F -m1 -- "$name"$'\t' "$d/folders" 2>/dev/null | cut -f2)
		[ -z "$was" ] || [ "$was" = "$address" ] || folder_move "$n" "$name" "$was" "$address"
		printf '%s\t%s\n' "$name" "$address" >>"$d/folders.new"
		[ "$address" = - ] || continue
		i=$((i + 1))
		mkdir -p "$(public_place "$n" "$name")/.INBOX"/{cur,new,tmp}
		printf 'namespace public%s {\n  type = public\n  separator = /\n  prefix = %s/\n  location = maildir:%s:INDEXPVT=~/public/%s\n  subscriptions = no\n  list = yes\n}\n' \
			"$i" "$name" "$(public_place "$n" "$name")" "$name"
	done; } <"$d/folders.read" >"$d/folders.conf.new"
	cmp -s "$d/folders.conf.new" "$d/folders.conf" && NAMESPACES=same || NAMESPACES=new
	mv "$d/folders.conf.new" "$d/folders.conf"
	mv "$d/folders.new" "$d/folders"
	mail_owned "$DIR/mail/mail$n"
}

folders_configure() {
	[ "${PROFILE:-ucs}" = ucs ] || return 0
	folders_read "$1" >"$DIR/dovecot$1/folders.read" || die "the shared folders cannot be read; see $DIR/log/folders.log"
	folders_write "$1"
}

# folder_grant CONF USER MAILBOX RIGHT... - exactly these rights on a mailbox, as USER reaches it
folder_grant() {
	local c=$1 user=$2 box=$3 who had right
	local -A want=()
	shift 3
	for right; do
		[ -z "$(folder_letters "${right##* }")" ] || want[$(folder_who "$right")]=$(folder_words "${right##* }")
	done
	while IFS=$'\t' read -r who had <&7; do
		case $who in owner*|ID) continue ;; esac
		if [ -z "${want[$who]:-}" ]; then doveadm -c "$c" acl delete -u "$user" "$box" "$who" </dev/null || true
		elif [ "$(tr ' ' '\n' <<<"${want[$who]}" | sort)" = "$(tr ' ' '\n' <<<"$had" | sort)" ]; then unset "want[$who]"; fi
	done 7< <(doveadm -c "$c" -f tab acl get -u "$user" "$box" 2>>"$DIR/log/folders.log" </dev/null | cut -f1,3)
	for who in "${!want[@]}"; do
		doveadm -c "$c" acl set -u "$user" "$box" "$who" ${want[$who]} </dev/null || true
	done
}

# Rights on folders with an address live in that mailbox; the public ones are
# reached by way of somebody, whoever it is.
folders_share() {
	local n=$1 c=$DIR/dovecot$1/dovecot.conf d=$DIR/dovecot$1 somebody
	local -a rights
	[ -r "$d/folders.read" ] || return 0
	somebody=$(doveadm -c "$c" user '*' </dev/null | head -1)
	while IFS=$'\t' read -r -a rights <&8; do
		if [ "${rights[1]}" != - ]; then folder_grant "$c" "${rights[1]}" INBOX "${rights[@]:2}"
		else folder_grant "$c" "$somebody" "${rights[0]}/INBOX" "${rights[@]:2}"; fi
	done 8<"$d/folders.read" >>"$DIR/log/folders.log" 2>&1
}

cmd_sync-folders() {
	local n
	exists && load_ports || die "lab $NAME was never started" 3
	for n in 1 2; do
		running "dovecot$n" || continue
		folders_configure "$n"
		[ $NAMESPACES = same ] || dovecot_reload "$n" || die "Dovecot mail$n does not reload"
		folders_share "$n"
	done
}
