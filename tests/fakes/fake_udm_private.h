/*
 * fake_udm_private: between the HTTP half and the directory half.
 */
#ifndef POSTROOM_TESTS_FAKES_FAKE_UDM_PRIVATE_H
#define POSTROOM_TESTS_FAKES_FAKE_UDM_PRIVATE_H

#include <jansson.h>
#include <ldap.h>
#include <stdbool.h>

/* An answer that is being made. Texts are heap. */
struct udm_reply {
	int status;
	json_t *body;                      /* NULL: none */
	char *etag, *location;
};
/* Connected and bound; NULL: cannot. */
LDAP *udm_directory_open(const char *uri, const char *ca_file, const char *bind_dn, const char *secret);
/* Which module the next calls are about; false: there is none of this name. */
bool udm_directory_module(const char *name);
/* Each fills the reply. base: below which counters and groups stand. */
void udm_directory_show(LDAP *ldap, const char *dn, struct udm_reply *reply);
void udm_directory_template(struct udm_reply *reply);
void udm_directory_add(LDAP *ldap, const char *base, const json_t *body, struct udm_reply *reply);
void udm_directory_change(LDAP *ldap, const char *base, const char *dn, const json_t *body, struct udm_reply *reply);
void udm_directory_remove(LDAP *ldap, const char *base, const char *dn, struct udm_reply *reply);
/* 422 with one field. */
void udm_directory_refuse(struct udm_reply *reply, const char *field, const char *words);

#endif
