# debian.profile - mail objects with nothing but the schema of Debian's slapd.
#
# Everything here is in the package slapd: core, cosine, nis, inetorgperson and
# misc.schema (the last one must be added by hand: it is shipped, not loaded).
# A site that does it otherwise copies this file into the folder that
# directory.profile_directory of postroom.conf(5) names, gives it another name
# below, and changes it.
#
# What was chosen where the schema leaves a choice:
#   users      inetOrgPerson with inetLocalMailRecipient (misc.schema): mail is
#              the address of the mailbox, mailLocalAddress are further ones,
#              mailRoutingAddress (single-valued) sends all mail elsewhere,
#              mailHost names the server that holds the mailbox.
#   domains    domain (RFC 4524) with the whole name as dc, for instance
#              dc=example.org,ou=domains,BASE; entries whose dc has no dot are
#              pieces of the tree and no mail domain. Or whatever entry is a
#              domainRelatedObject: then associatedDomain is the name, and may
#              be several. New ones are both, so that a mail server finds them
#              either way; records of the name service (dNSDomain) and hosts are
#              none.
#   groups     groupOfNames; its address is a mailLocalAddress, too.
#   lists      nisMailAlias with inetLocalMailRecipient: cn is the name,
#              mailLocalAddress the address, rfc822MailMember the members.
#   aliases    nisMailAlias alone: cn is the whole address, rfc822MailMember where
#              mail to it goes.
#   servers    device with ipHost whose cn is the full host name.
# Postfix and Dovecot read the directory themselves; nothing has to follow.

name = debian
title = "slapd as Debian ships it"

# Other schemas hold these classes as well, so what belongs to them is none of ours.
recognise = { inetOrgPerson, inetLocalMailRecipient, nisMailAlias, groupOfNames, domain }
unless = { univentionMail, univentionObject }

# Never read, and never shown.
secrets = { userPassword, authPassword, pwdHistory, krb5Key, sambaNTPassword, sambaLMPassword, sambaPasswordHistory }

# Where an address can stand.
primary = mail
alternate = mailLocalAddress
forward = mailRoutingAddress

# Who holds an address, by object class; "holder" names are stable words.
holder user { class = inetOrgPerson  naming = uid }
holder group { class = groupOfNames  naming = cn }
holder mailinglist { class = nisMailAlias  also = inetLocalMailRecipient  naming = cn }
holder alias { class = nisMailAlias  without = inetLocalMailRecipient  naming = cn }

absent quotapolicy { reason = "the schema of Debian's slapd has no policies" }
absent folder { reason = "the schema of Debian's slapd has no shared folders; Dovecot's own configuration holds them" }

reference member { kind = group  of = { user, group }  by = dn  meaning = "member"  follow = yes }
reference rfc822MailMember { kind = mailinglist  by = address  meaning = "list member"  follow = yes }
reference "rfc822MailMember of aliases" { attribute = rfc822MailMember  kind = alias  by = address  meaning = "alias target"  follow = yes }
reference mailRoutingAddress { kind = user  by = address  meaning = "forward target"  follow = renamed }

kind user {
	find = "(&(objectClass=inetOrgPerson)(uid=*))"
	naming = uid
	container = "ou=people"
	classes = { top, person, organizationalPerson, inetOrgPerson, inetLocalMailRecipient }
	# attribute=template; %field% is replaced, and an attribute that would stay empty gets the login
	new = { "sn=%family_name%", "cn=%given_name% %family_name%", "displayName=%given_name% %family_name%" }

	field full_name { attributes = { displayName, cn }  convert = full_name }
	field login { attribute = uid }
	field given_name { attribute = givenName }
	field family_name { attribute = sn }
	field department { attribute = departmentNumber }
	field phone { attribute = telephoneNumber }
	field room { attribute = roomNumber }
	field employee_number { attribute = employeeNumber }
	field state { attributes = { shadowExpire, pwdAccountLockedTime }  convert = account_state }
	field mail_state { attributes = { mail, mailRoutingAddress, shadowExpire, pwdAccountLockedTime }  convert = mail_state }
	field password_changed { attributes = { pwdChangedTime, shadowLastChange }  convert = newest_time }
	field password_ends { attributes = { pwdChangedTime, shadowLastChange, shadowMax }  convert = password_ends }
	field last_login { attributes = { pwdLastSuccess, authTimestamp }  convert = newest_time }
	# by the password modify operation (RFC 3062); the attribute is only named, never read or written as such
	field password { attribute = userPassword  convert = password }
	# "missing" is told where the server does not know the attribute, since it has no password policy overlay.
	# A directory whose logins obey shadow instead: attribute = shadowLastChange  convert = must_change_shadow
	field must_change { attribute = pwdReset  convert = must_change  missing = "the directory has no password policies (slapo-ppolicy), so nothing makes anybody change a password" }
	# the first attribute is the one that locks: pwdAccountLockedTime, or shadowExpire where logins obey that
	field locked { attributes = { pwdAccountLockedTime, shadowExpire }  convert = locked  missing = "the directory has no password policies (slapo-ppolicy), so there is no mark that locks an account" }
	field failed_lock { attributes = { pwdAccountLockedTime, pwdFailureTime }  convert = failed_lock  missing = "the directory has no password policies (slapo-ppolicy), so wrong passwords lock nobody" }
	field address { attribute = mail  convert = lower_case }
	field alternates { attribute = mailLocalAddress  class = inetLocalMailRecipient }
	field forwards { attribute = mailRoutingAddress  convert = single  class = inetLocalMailRecipient }
	field keep_copy { missing = "mailRoutingAddress sends mail elsewhere and leaves no copy; there is no attribute for one" }
	field quota { missing = "the schema of Debian's slapd has no attribute for a quota; Dovecot's quota_rule gives one to all" }
	field home_server { attribute = mailHost  convert = lower_case  class = inetLocalMailRecipient }
	field policy_quota { missing = "the schema of Debian's slapd has no quota policies" }
	field fetchmail { missing = "the schema of Debian's slapd has no place for accounts elsewhere" }
	field fetchmail_multi { missing = "the schema of Debian's slapd has no place for accounts elsewhere" }
	field groups { derive = groups }
	field lists { derive = lists }
	field folder_rights { missing = "the schema of Debian's slapd has no shared folders; Dovecot's ACL files hold rights" }
}

kind domain {
	find = "(|(&(objectClass=domain)(dc=*.*)(!(associatedDomain=*)))(&(objectClass=domainRelatedObject)(associatedDomain=*)(!(objectClass=dNSDomain))(!(objectClass=device))))"
	naming = dc
	container = "ou=domains"
	classes = { top, domain, domainRelatedObject }

	field name { attributes = { dc, associatedDomain }  convert = domain_name }
	field unicode { attributes = { dc, associatedDomain }  convert = domain_unicode }
	field users { derive = users_in_domain }
	field groups { derive = groups_in_domain }
	field lists { derive = lists_in_domain }
	field folders { missing = "the schema of Debian's slapd has no shared folders" }
}

# Entries of their own, and every other address that leads on: each value of "key" leads to the values of "leads".
kind alias {
	find = "(&(objectClass=nisMailAlias)(!(objectClass=inetLocalMailRecipient)))"
	naming = cn
	container = "ou=aliases"
	classes = { top, nisMailAlias }

	field address { attribute = cn  convert = lower_case }
	field leads_to { attribute = rfc822MailMember }
	explode entry { kind = alias  key = address  leads = leads_to }
	explode alternate { kind = user  key = alternates  leads = address }
	explode forward { kind = user  key = address  leads = forwards }
	explode group { kind = group  key = address  leads = members }
	explode list { kind = mailinglist  key = address  leads = members }
}

kind group {
	find = "(objectClass=groupOfNames)"
	naming = cn
	container = "ou=groups"
	classes = { top, groupOfNames }
	must = { member }

	field name { attribute = cn }
	field description { attribute = description }
	field address { attribute = mailLocalAddress  convert = single  class = inetLocalMailRecipient }
	field alternates { missing = "a group has one address here; a mailing list can lead to it" }
	field recipients { derive = recipients }
	field members { attribute = member  convert = named  class = groupOfNames }
	field member_groups { attribute = member  convert = named  class = groupOfNames }
	field other_members { attribute = member  convert = named_other }
	field sender_users { missing = "the schema of Debian's slapd has no place for allowed senders; Postfix has smtpd_restriction_classes" }
	field sender_groups { missing = "the schema of Debian's slapd has no place for allowed senders; Postfix has smtpd_restriction_classes" }
	field other_senders { missing = "no allowed senders are kept here" }
	field sender_rule { missing = "no allowed senders are kept here" }
	field groups { derive = groups }
	field lists { derive = lists }
	field folder_rights { missing = "the schema of Debian's slapd has no shared folders; Dovecot's ACL files hold rights" }
}

kind mailinglist {
	find = "(&(objectClass=nisMailAlias)(objectClass=inetLocalMailRecipient))"
	naming = cn
	container = "ou=lists"
	classes = { top, nisMailAlias, inetLocalMailRecipient }

	field name { attribute = cn }
	field description { missing = "nisMailAlias has no description" }
	field address { attribute = mailLocalAddress  convert = single  class = inetLocalMailRecipient }
	field members { attribute = rfc822MailMember }
	field outside { derive = outside }
	field sender_users { missing = "the schema of Debian's slapd has no place for allowed senders; Postfix has smtpd_restriction_classes" }
	field sender_groups { missing = "the schema of Debian's slapd has no place for allowed senders; Postfix has smtpd_restriction_classes" }
	field other_senders { missing = "no allowed senders are kept here" }
	field sender_rule { missing = "no allowed senders are kept here" }
	field lists { derive = lists }
}

kind server {
	find = "(&(objectClass=device)(objectClass=ipHost))"
	naming = cn
	field name { attributes = { cn }  convert = host_name }
	field services { missing = "ipHost does not tell what runs on a host" }
}
