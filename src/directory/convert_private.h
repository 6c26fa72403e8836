/*
 * convert_private: what the files of the converters share; for them only.
 * Pure; any thread.
 */
#ifndef POSTROOM_DIRECTORY_CONVERT_PRIVATE_H
#define POSTROOM_DIRECTORY_CONVERT_PRIVATE_H

#include "directory/convert.h"

/* One own value. */
void convert_give(const struct convert *with, struct field_values *out, const char *text);

/* convert_forward.c */
void read_forwards(const struct convert *with, const struct entry *entry, struct field_values *out);
void read_keep_copy(const struct convert *with, const struct entry *entry, struct field_values *out);
/* Does nothing but agree: both fields and the address are written together by convert_settle_forwarding. */
bool write_forwards(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
enum forwarding_mode { FORWARDING_NONE, FORWARDING_FLAG, FORWARDING_OWN, FORWARDING_UNCERTAIN };
/* How this entry stores it; to be asked before anything is changed. */
enum forwarding_mode convert_forwarding_mode(const struct convert *with, const struct entry *entry);
bool convert_settle_forwarding(const struct convert *with, const struct profile_kind *kind, enum forwarding_mode mode,
		const struct record *after, const struct change *change, struct entry *draft, struct error *error);

/* convert_named.c */
void read_named(const struct convert *with, const struct entry *entry, struct field_values *out);
void read_named_other(const struct convert *with, const struct entry *entry, struct field_values *out);
/* Does a second attribute hold the same names in plain? */
bool convert_named_twice(const struct mapping *mapping);
bool write_named(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);

/* convert_folder.c */
void read_rights(const struct convert *with, const struct entry *entry, struct field_values *out);
bool write_rights(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
/* Attributes: the address, the internal one, the name that it is built from. */
bool write_folder_address(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
/* Attributes: the address and the name. */
void read_seen_as(const struct convert *with, const struct entry *entry, struct field_values *out);

/* convert_account.c */
void read_account_state(const struct convert *with, const struct entry *entry, struct field_values *out);
/* Out of the account state, the address and the forwards, whatever the attributes of its own line are. */
void read_mail_state(const struct convert *with, const struct entry *entry, struct field_values *out);
void read_newest_time(const struct convert *with, const struct entry *entry, struct field_values *out);

/* The words of a lock of the password policy by an admin (slapo-ppolicy(5), pwdAccountLockedTime). */
#define LOCKED_BY_ADMIN "000001010000Z"
/* Which other systems than the password policy lock or disable the account, as marks say; NULL: none. Arena. */
const char *account_other_locks(const struct convert *with, const struct entry *entry, bool by_mistakes);

/* convert_login.c */
void read_password(const struct convert *with, const struct entry *entry, struct field_values *out);
/* Agrees and changes nothing: a password goes by an operation of its own (plan_login.c), never by an attribute. */
bool write_password(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
/* When the password ends by shadow or Kerberos; what a password policy says of it comes later (login_policy.c). */
#define PASSWORD_BY_POLICY "password policy"
#define PASSWORD_BY_SHADOW "shadow"
void read_password_ends(const struct convert *with, const struct entry *entry, struct field_values *out);
void read_must_change(const struct convert *with, const struct entry *entry, struct field_values *out);
bool write_must_change(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
bool write_must_change_shadow(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
/* The first attribute is the mark that is written. */
void read_locked(const struct convert *with, const struct entry *entry, struct field_values *out);
bool write_locked(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);
void read_failed_lock(const struct convert *with, const struct entry *entry, struct field_values *out);
bool write_failed_lock(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);

/* convert_fetchmail.c */
void read_fetchmail(const struct convert *with, const struct entry *entry, struct field_values *out);
bool write_fetchmail(const struct convert *with, const struct field_values *wanted, struct entry *draft, struct error *error);

#endif
