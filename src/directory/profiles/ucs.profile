# ucs.profile - how a Univention Corporate Server keeps its mail objects in LDAP.
#
# A profile says where each field of postroom lives. A site with its own schema
# copies this file into the folder that directory.profile_directory of
# postroom.conf(5) names, gives it another name below, and changes it; no
# program is compiled for that.
# A field without "attribute" and without "derive" is absent here, and "missing"
# says why.

name = ucs
title = "Univention Corporate Server"

# The directory is taken for this one where its schema knows all of these.
recognise = { univentionMail, univentionMailDomainname, univentionObject }

# Never read, and never shown.
secrets = { userPassword, krb5Key, sambaNTPassword, sambaLMPassword, pwhistory, univentionFetchmailPasswd, authPassword, sambaPasswordHistory }

# Objects of the management system carry these marks; what lacks them is called foreign.
mark_class = univentionObject
mark_attribute = univentionObjectType
identifier = univentionObjectIdentifier

# Where an address can stand, and the locks taken around a new primary one.
primary = mailPrimaryAddress
alternate = mailAlternativeAddress
forward = mailForwardAddress
forward_flag = mailForwardCopyToSelf
locks = "cn=mailPrimaryAddress,cn=temporary,cn=univention"
lock_class = lock
lock_time = lockTime

# Entries of these say that Samba and Kerberos keep copies of a user that only UDM keeps in step.
managed = "(|(objectClass=sambaDomain)(objectClass=krb5Principal)(objectClass=krb5KDCEntry))"

policy {
	reference = univentionPolicyReference
	class = univentionMailQuota
	attribute = univentionMailQuotaMB
}

# Former addresses that are kept from others for a while (block lists of UDM);
# looked at only where the server has this tree.
blocks {
	container = "cn=blocklists,cn=internal"
	naming = cn
	prefix = "sha256:"
	owner = originUniventionObjectIdentifier
	until = blockedUntil
}

# Who holds an address, by object class; "holder" names are stable words.
holder user { class = univentionMail  naming = uid }
holder group { class = univentionGroup  naming = cn }
holder folder { class = univentionMailSharedFolder  naming = cn }
holder mailinglist { class = univentionMailList  naming = cn }

# What names a user elsewhere. "by" says with what: its dn, its login or its
# address. "follow" means that postroom keeps it in step when the user goes or
# gets another name.
reference uniqueMember { kind = group  by = dn  meaning = "member"  follow = yes }
reference memberUid { kind = group  by = login  meaning = "member"  follow = yes }
reference univentionAllowedEmailUsers { by = dn  meaning = "allowed sender" }
reference univentionMailMember { kind = mailinglist  by = address  meaning = "list member" }
reference univentionMailACL { kind = folder  by = right  meaning = "right on folder" }
reference mailForwardAddress { kind = user  by = address  meaning = "forward target" }

kind user {
	find = "(&(objectClass=univentionMail)(uid=*)(!(objectClass=univentionMailSharedFolder)))"
	naming = uid
	container = "cn=users"
	type = "users/user"
	classes = { top, person, organizationalPerson, inetOrgPerson, posixAccount, shadowAccount, univentionMail }
	# attribute=template; %field% is replaced, and an attribute that would stay empty gets the login
	new = { "sn=%family_name%", "cn=%given_name% %family_name%", "displayName=%given_name% %family_name%", "homeDirectory=/home/%login%", "loginShell=/bin/bash" }
	writer = udm
	numbers = yes
	# directory/manager/user_group/uniqueness, on unless set to no: then leave the list empty
	names_with = { group }
	counter = "cn=uidNumber,cn=temporary,cn=univention"
	default_group = "cn=default,cn=univention"
	default_group_attribute = univentionDefaultGroup

	field full_name { attributes = { displayName, cn }  convert = full_name }
	field login { attribute = uid }
	field given_name { attribute = givenName }
	field family_name { attribute = sn }
	field department { attribute = departmentNumber }
	field phone { attribute = telephoneNumber }
	field room { attribute = roomNumber }
	field employee_number { attribute = employeeNumber }
	field state { attributes = { shadowExpire, sambaAcctFlags, krb5KDCFlags, sambaKickoffTime, krb5ValidEnd, pwdAccountLockedTime }  convert = account_state }
	field password_changed { attributes = { pwdChangedTime, sambaPwdLastSet, shadowLastChange }  convert = newest_time }
	field last_login { attributes = { pwdLastSuccess, authTimestamp }  convert = newest_time }
	field address { attribute = mailPrimaryAddress  convert = lower_case  class = univentionMail }
	field alternates { attribute = mailAlternativeAddress  class = univentionMail }
	field forwards { attributes = { mailForwardAddress, mailForwardCopyToSelf, mailPrimaryAddress }  convert = forwards  class = univentionMail }
	field keep_copy { attributes = { mailForwardAddress, mailForwardCopyToSelf, mailPrimaryAddress }  convert = keep_copy  class = univentionMail }
	field quota { attribute = univentionMailUserQuota  convert = megabytes  class = univentionMail }
	field mail_state { attributes = { mailPrimaryAddress, mailForwardAddress, mailForwardCopyToSelf, shadowExpire, sambaAcctFlags, krb5KDCFlags, sambaKickoffTime, krb5ValidEnd, pwdAccountLockedTime }  convert = mail_state }
	field home_server { attribute = univentionMailHomeServer  convert = lower_case  class = univentionMail }
	field fetchmail { attribute = univentionFetchmailSingle  convert = fetchmail  class = univentionFetchmail }
	field fetchmail_multi { attribute = univentionFetchmailMulti  convert = fetchmail  class = univentionFetchmail }
	field groups { derive = groups }
	field lists { derive = lists }
	field folder_rights { derive = rights }
}

kind domain {
	find = "(objectClass=univentionMailDomainname)"
	naming = cn
	container = "cn=domain,cn=mail"
	type = "mail/domain"
	classes = { top, univentionMailDomainname }

	field name { attribute = cn  convert = lower_case }
	field unicode { attribute = cn  convert = domain_unicode }
	field users { derive = users_in_domain }
	field groups { derive = groups_in_domain }
	field lists { derive = lists_in_domain }
	field folders { derive = folders_in_domain }
}

kind server {
	find = "(&(objectClass=univentionHost)(univentionService=IMAP)(!(univentionObjectFlag=docker)))"
	naming = cn
	field name { attributes = { cn, associatedDomain }  convert = host_name }
	field services { attribute = univentionService }
}
