# slapd.sh - the directory of the lab; sourced by tests/lab/lab.
#
# One slapd with its own slapd.conf below $DIR/slapd. It serves ldap (StartTLS),
# ldaps and ldapi. Nobody binds with a password over a connection in clear.

BASE=dc=example,dc=com
IDENTITIES=(postroom-admin postroom-helpdesk postroom-monitor postroom-limited mailserver)

ldapi_uri() { printf 'ldapi://%s' "${DIR//\//%2F}%2Fslapd%2Fldapi"; }

slapd_secrets() {
	local i
	for i in "${IDENTITIES[@]}" root people; do
		secret "$i"
		[ -s "$DIR/secrets/hash/$i" ] && continue
		( umask 077
		mkdir -p "$DIR/secrets/hash"
		slappasswd -n -h '{SSHA}' -T "$DIR/secrets/$i" >"$DIR/secrets/hash/$i" ) ||
			die "slappasswd does not work"
	done
}

unique_lines() {
	[ "$UNIQUE" = serialize ] || { echo "# unique overlay switched off (--unique off)"; return; }
	cat <<-CONF
	overlay unique
	unique_uri "serialize ldap:///$BASE?mailPrimaryAddress?sub"
	unique_uri "serialize ldap:///$BASE?univentionObjectIdentifier?sub"
	CONF
}

slapd_schemas() {
	local s
	for s in core cosine nis inetorgperson; do echo "include /etc/ldap/schema/$s.schema"; done
	echo "include $HERE/slapd/lab.schema"
}

slapd_conf() {
	local admin=cn=postroom-admin,cn=services,$BASE
	cat <<-CONF
	# written by tests/lab/lab at every start
	$(slapd_schemas)
	modulepath /usr/lib/ldap
	moduleload back_mdb
	moduleload unique
	moduleload ppolicy
	moduleload memberof
	moduleload refint
	moduleload syncprov
	moduleload sssvlv
	moduleload accesslog
	pidfile $DIR/slapd/slapd.pid
	argsfile $DIR/slapd/slapd.args
	threads 4
	serverID 1
	TLSCACertificateFile $DIR/tls/ca.pem
	TLSCertificateFile $DIR/tls/server.pem
	TLSCertificateKeyFile $DIR/tls/server.key
	TLSProtocolMin 3.3
	TLSVerifyClient try
	localSSF 128
	security simple_bind=128
	sizelimit 500
	# whoever runs the lab is the admin over the local socket
	authz-regexp "gidNumber=$(id -g)\\\\+uidNumber=$(id -u),cn=peercred,cn=external,cn=auth" "$admin"
	access to dn.base="" by * read
	access to dn.base="cn=Subschema" by * read

	database config
	rootdn cn=admin,cn=config
	rootpw $(cat "$DIR/secrets/hash/root")
	access to attrs=olcRootPW by * none
	access to * by dn.exact="$admin" read by * none

	$(slapd_databases)

	database monitor
	access to *
	 by dn.exact="$admin" read
	 by dn.exact="cn=postroom-monitor,cn=services,$BASE" read
	 by * none
	CONF
}

slapd_databases() {
	local admin=cn=postroom-admin,cn=services,$BASE
	cat <<-CONF
	database mdb
	suffix cn=accesslog
	rootdn cn=admin,cn=accesslog
	directory $DIR/slapd/accesslog
	maxsize 1073741824
	index default eq
	index entryCSN,objectClass,reqEnd,reqResult,reqStart,reqDN eq
	limits dn.exact="$admin" size=unlimited time=unlimited
	limits dn.exact="cn=postroom-monitor,cn=services,$BASE" size=unlimited time=unlimited
	$(grep -v '^#' "$TOP/packaging/slapd/accesslog-access.conf")
	access to * by * none

	database mdb
	suffix $BASE
	rootdn cn=admin,$BASE
	rootpw $(cat "$DIR/secrets/hash/root")
	directory $DIR/slapd/data
	maxsize 4294967296
	lastbind on
	index objectClass,univentionObjectType,univentionService,univentionPolicyReference eq
	index entryUUID,entryCSN,uidNumber,gidNumber,univentionObjectIdentifier eq
	index uid,cn,mailPrimaryAddress,mailAlternativeAddress eq,pres,sub
	index univentionMailHomeServer,uniqueMember,memberUid eq,pres
	index mail,sn,givenName,displayName,description eq,sub
	# what a real site would add for postroom: tested here as it is shipped
	$(grep -hv '^#' "$TOP/packaging/slapd/limits.conf" "$TOP/packaging/slapd/access.conf")
	# the site's own rules
	limits dn.exact="cn=mailserver,cn=services,$BASE" size=unlimited time=unlimited
	limits dn.exact="cn=postroom-limited,cn=services,$BASE" size.soft=100 size.hard=100 size.prtotal=100
	access to attrs=userPassword
	 by anonymous auth
	 by self =xw
	 by * none
	access to attrs=authzTo,authzFrom,pwhistory,univentionFetchmailPasswd,univentionFetchmailSingle,univentionFetchmailMulti
	 by * none
	access to *
	 by dn.exact="cn=mailserver,cn=services,$BASE" read
	 by dn.exact="cn=postroom-limited,cn=services,$BASE" read
	 by self read
	 by * none

	overlay syncprov
	syncprov-checkpoint 100 10
	syncprov-sessionlog 10000
	overlay accesslog
	logdb cn=accesslog
	logops writes
	logsuccess TRUE
	logold (objectClass=*)
	logpurge 30+00:00 1+00:00
	overlay sssvlv
	sssvlv-max 8
	$(unique_lines)
	overlay ppolicy
	ppolicy_default cn=default,cn=services,$BASE
	ppolicy_hash_cleartext
	ppolicy_use_lockout
	overlay memberof
	memberof-group-oc univentionGroup
	memberof-member-ad uniqueMember
	memberof-memberof-ad memberOf
	memberof-dangling ignore
	memberof-refint TRUE
	overlay refint
	refint_attributes uniqueMember univentionAllowedEmailUsers univentionAllowedEmailGroups

	database mdb
	suffix cn=internal
	rootdn cn=admin,cn=internal
	rootpw $(cat "$DIR/secrets/hash/root")
	directory $DIR/slapd/internal
	maxsize 1073741824
	index objectClass,cn eq
	$(grep -v '^#' "$TOP/packaging/slapd/blocklist-access.conf")
	access to * by * none
	CONF
}

# slapd_fill SUFFIX LDIF - the first content of an empty database
slapd_fill() {
	slapadd -q -w -f "$DIR/slapd/slapd.conf" -b "$1" -l "$2" >"$DIR/log/slapadd.log" 2>&1 && return
	tail -n 5 "$DIR/log/slapadd.log" >&2
	die "slapadd refused the content of $1"
}

slapd_load() {
	# The mark is set last: a load that was interrupted is done again.
	[ -e "$DIR/slapd/loaded" ] && return
	rm -rf "$DIR/slapd/data" "$DIR/slapd/accesslog" "$DIR/slapd/internal"
	mkdir -p -m 700 "$DIR/slapd/data" "$DIR/slapd/accesslog" "$DIR/slapd/internal"
	( umask 077
	bash "$HERE/content/make-ldif" "$DIR/secrets/hash" >"$DIR/slapd/content.ldif" ) ||
		die "cannot write the directory's content"
	slapd_fill "$BASE" "$DIR/slapd/content.ldif"
	slapd_fill cn=internal "$HERE/content/blocklist.ldif"
	touch "$DIR/slapd/loaded"
}

slapd_configure() {
	mkdir -p "$DIR/slapd"
	slapd_secrets
	( umask 077; slapd_conf >"$DIR/slapd/slapd.conf" )
}

slapd_start() {
	running slapd && return
	rm -f "$DIR/slapd/ldapi"
	setsid slapd -d none -f "$DIR/slapd/slapd.conf" \
		-h "ldap://127.0.0.1:${PORT[LDAP]} ldaps://127.0.0.1:${PORT[LDAPS]} $(ldapi_uri)" \
		>>"$DIR/log/slapd.log" 2>&1 </dev/null 9>&- &
	echo $! >"$DIR/pids/slapd"
	WATCH=$! wait_for slapd "$DIR/log/slapd.log" \
		ldapsearch -x -LLL -H "$(ldapi_uri)" -s base -b "" 1.1
}

slapd_stop() { end_part slapd; }

# For tests of a server that dies in mid-write: no farewell at all.
slapd_kill() {
	local pid i
	pid=$(pid_of slapd)
	ours "$pid" "$(mark slapd)" || die "slapd does not run"
	kill -KILL "$pid"
	for ((i = 0; i < 100; i++)); do
		ours "$pid" "$(mark slapd)" || break
		sleep 0.02
	done
	rm -f "$DIR/pids/slapd"
}
