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
secrets = { userPassword, krb5Key, sambaNTPassword, sambaLMPassword, pwhistory, pwdHistory, univentionFetchmailPasswd, authPassword, sambaPasswordHistory }

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
	# UCS has removed quota policies with 4.4: yes only where Cyrus still obeys them
	editable = no
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

# What names an object elsewhere. "of" says which kinds are named so; left out:
# any. "by" says with what: its dn, its login or its address. "follow" means
# that postroom keeps it in step: yes, when the object goes or gets another
# name or address; renamed, only when it gets another one; no, it is only told.
reference uniqueMember { kind = group  of = { user, group }  by = dn  meaning = "member"  follow = yes  keeper = udm }
reference memberUid { kind = group  of = { user }  by = login  meaning = "member"  follow = yes  keeper = udm }
# Without an allowed sender a list is open to everybody, so who is the last one
# (rows of one meaning count together) is not deleted before another is named.
reference univentionAllowedEmailUsers { of = { user }  by = dn  meaning = "allowed sender"  follow = yes  last = "anybody could write to it then" }
reference univentionAllowedEmailGroups { of = { group }  by = dn  meaning = "allowed sender"  follow = yes  last = "anybody could write to it then" }
reference univentionMailMember { kind = mailinglist  by = address  meaning = "list member"  follow = yes }
reference univentionMailACL { kind = folder  of = { user, group }  by = right  meaning = "right on folder"  follow = yes }
reference univentionPolicyReference { of = { quotapolicy }  by = dn  meaning = "attached policy"  follow = yes }
reference mailForwardAddress { kind = user  by = address  meaning = "forward target"  follow = renamed }

kind user {
	find = "(&(objectClass=univentionMail)(uid=*)(!(objectClass=univentionMailSharedFolder)))"
	naming = uid
	container = "cn=users"
	type = "users/user"
	classes = { top, person, organizationalPerson, inetOrgPerson, posixAccount, shadowAccount, univentionMail }
	# attribute=template; %field% is replaced, and an attribute that would stay empty gets the login
	new = { "sn=%family_name%", "cn=%given_name% %family_name%", "displayName=%given_name% %family_name%", "homeDirectory=/home/%login%", "loginShell=/bin/bash" }
	writer = udm
	number = uidNumber
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
	field password_ends { attributes = { pwdChangedTime, shadowLastChange, shadowMax, krb5PasswordEnd }  convert = password_ends }
	field last_login { attributes = { pwdLastSuccess, authTimestamp }  convert = newest_time }
	# One password stands in half a dozen attributes, and a lock in up to four, that only UDM keeps in step: "writer"
	# says so. With direct = yes, and where neither Samba nor Kerberos holds copies, postroom writes them itself: the
	# password by the password modify operation (RFC 3062), its attribute is only named, never read or written as such.
	field password { attribute = userPassword  convert = password  writer = udm }
	field must_change { attributes = { pwdReset, sambaPwdLastSet, shadowLastChange }  convert = must_change  writer = udm }
	field locked { attributes = { pwdAccountLockedTime, shadowExpire, sambaAcctFlags, krb5KDCFlags }  convert = locked  writer = udm }
	field failed_lock { attributes = { pwdAccountLockedTime, pwdFailureTime, sambaAcctFlags, krb5KDCFlags }  convert = failed_lock  writer = udm }
	field address { attribute = mailPrimaryAddress  convert = lower_case  class = univentionMail }
	field alternates { attribute = mailAlternativeAddress  class = univentionMail }
	field forwards { attributes = { mailForwardAddress, mailForwardCopyToSelf, mailPrimaryAddress }  convert = forwards  class = univentionMail }
	field keep_copy { attributes = { mailForwardAddress, mailForwardCopyToSelf, mailPrimaryAddress }  convert = keep_copy  class = univentionMail }
	field quota { attribute = univentionMailUserQuota  convert = megabytes  class = univentionMail }
	field mail_state { attributes = { mailPrimaryAddress, mailForwardAddress, mailForwardCopyToSelf, shadowExpire, sambaAcctFlags, krb5KDCFlags, sambaKickoffTime, krb5ValidEnd, pwdAccountLockedTime }  convert = mail_state }
	field home_server { attribute = univentionMailHomeServer  convert = lower_case  class = univentionMail }
	field fetchmail { attribute = univentionFetchmailSingle  convert = fetchmail  class = univentionFetchmail }
	field fetchmail_multi { attribute = univentionFetchmailMulti  convert = fetchmail  class = univentionFetchmail }
	field policy_quota { derive = policy_quota }
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

# No entries of their own: each value of "key" is an alias that leads to the values of "leads".
# A profile with entries for aliases gives "find" and fields as well, and explodes its own kind.
kind alias {
	explode alternate { kind = user  key = alternates  leads = address }
	explode forward { kind = user  key = address  leads = forwards }
	explode group { kind = group  key = address  leads = members }
	explode list { kind = mailinglist  key = address  leads = members }
	explode folder { kind = folder  key = address }
}

kind group {
	find = "(objectClass=univentionGroup)"
	naming = cn
	container = "cn=groups"
	type = "groups/group"
	classes = { top, posixGroup, univentionGroup }
	writer = udm
	names_with = { user }
	number = gidNumber
	counter = "cn=gidNumber,cn=temporary,cn=univention"
	default_group = "cn=default,cn=univention"
	default_group_attribute = univentionDefaultGroup

	field name { attribute = cn }
	field description { attribute = description }
	field address { attribute = mailPrimaryAddress  class = univentionGroup }
	field alternates { attribute = mailAlternativeAddress }
	field recipients { derive = recipients }
	# by dn, and users a second time by login
	field members { attributes = { uniqueMember, memberUid }  convert = named  class = univentionGroup }
	field member_groups { attribute = uniqueMember  convert = named  class = univentionGroup }
	field other_members { attribute = uniqueMember  convert = named_other }
	field sender_users { attribute = univentionAllowedEmailUsers  convert = named  class = univentionGroup }
	field sender_groups { attribute = univentionAllowedEmailGroups  convert = named  class = univentionGroup }
	field other_senders { attributes = { univentionAllowedEmailUsers, univentionAllowedEmailGroups }  convert = named_other }
	field sender_rule { derive = sender_rule }
	field groups { derive = groups }
	field lists { derive = lists }
	field folder_rights { derive = rights }
}

kind mailinglist {
	find = "(objectClass=univentionMailList)"
	naming = cn
	container = "cn=mailinglists,cn=mail"
	type = "mail/lists"
	classes = { top, univentionMailList }

	field name { attribute = cn }
	field description { attribute = description }
	field address { attribute = mailPrimaryAddress }
	field members { attribute = univentionMailMember }
	field outside { derive = outside }
	field sender_users { attribute = univentionAllowedEmailUsers  convert = named }
	field sender_groups { attribute = univentionAllowedEmailGroups  convert = named }
	field other_senders { attributes = { univentionAllowedEmailUsers, univentionAllowedEmailGroups }  convert = named_other }
	field sender_rule { derive = sender_rule }
	field lists { derive = lists }
}

kind folder {
	find = "(objectClass=univentionMailSharedFolder)"
	naming = cn
	container = "cn=folder,cn=mail"
	type = "mail/folder"
	classes = { univentionMailSharedFolder }

	field name { attribute = cn }
	field seen_as { attributes = { mailPrimaryAddress, cn }  convert = seen_as }
	# with it goes the internal address, which is built from the name
	field address { attributes = { mailPrimaryAddress, univentionMailSharedFolderDeliveryAddress, cn }  convert = folder_address }
	field delivery { attribute = univentionMailSharedFolderDeliveryAddress }
	field home_server { attribute = univentionMailHomeServer  convert = lower_case }
	field quota { attribute = univentionMailUserQuota  convert = megabytes }
	field rights { attribute = univentionMailACL  convert = rights }
	field lists { derive = lists }
}

kind quotapolicy {
	find = "(objectClass=univentionMailQuota)"
	naming = cn
	container = "cn=mail,cn=policies"
	type = "policies/mailquota"
	classes = { top, univentionPolicy, univentionMailQuota }

	field name { attribute = cn }
	field limit { attribute = univentionMailQuotaMB  convert = megabytes }
	field warning { attribute = univentionMailQuotaWarning }
	field enforced { derive = enforced }
	field attached { derive = attached }
	field reaches { derive = reaches }
	field written { derive = written }
	field required_classes { attribute = requiredObjectClasses }
	field prohibited_classes { attribute = prohibitedObjectClasses }
	field filter { attribute = ldapFilter  convert = ldap_filter }
	field fixed { attribute = fixedAttributes }
	field empty { attribute = emptyAttributes }
}

kind server {
	find = "(&(objectClass=univentionHost)(univentionService=IMAP)(!(univentionObjectFlag=docker)))"
	naming = cn
	field name { attributes = { cn, associatedDomain }  convert = host_name }
	field services { attribute = univentionService }
}
