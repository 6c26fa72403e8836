/*
 * mailbox_values: what the fields of a mailbox may hold; private to model.
 */
#ifndef POSTROOM_MODEL_MAILBOX_VALUES_H
#define POSTROOM_MODEL_MAILBOX_VALUES_H

#include "model/kind.h"

field_check mailbox_check_script, mailbox_check_absence, mailbox_check_access, mailbox_check_yes, mailbox_check_login, mailbox_check_secret;

#endif
