/*
 * examine_management: whose job users are here, and does UDM answer where it
 * is theirs?
 *
 * Asks UDM for the template of a new user, which changes nothing and needs the
 * same rights to its interface as a change does.  Whether this login may change
 * a user only UDM's own access rules decide, and only by trying.  Runs on the
 * connection's thread.
 */
#include "directory/examine_private.h"

#include "directory/profile.h"
#include "directory/udm.h"
#include "directory/udm_property.h"
#include "model/kind.h"

/* Properties that a field of ours would need and this UDM has not: a package that is not installed. */
static void report_properties(struct look *look, const struct profile_kind *held, const struct udm_object *template)
{
	struct word_list missing = { .count = 0 };

	for (const struct field *field = held->kind->fields; field->name; field++) {
		const struct udm_property *property = udm_property(held->type, field->name);

		if (property && !property->secret && property->shape != UDM_UNLOCK && !udm_name_in(property, template->properties))
			word_list_add(&missing, property->name);
	}
	if (missing.count > 0)
		look_add(look, NOTE, "udm", "This UDM has no %s: new users cannot be given these values. The packages that bring them are not installed, "
			"or its REST service was not restarted since.", word_list_take(&missing, look->arena));
}

static void ask_udm(struct look *look, const struct profile_kind *held)
{
	const struct directory_udm *udm = &look->input->settings->udm;
	const char *position = world_below(look->world, look->arena, held->container);
	struct udm_object template;
	struct error why = { 0 };

	udm_begin(look->input->udm);
	if (!udm_template(look->input->udm, look->arena, world_profile(look->world), held->type, position ? position : world_base(look->world), &template, &why)) {
		look_add(look, BAD, "udm", "Creating, renaming and deleting users and their passwords go through UDM, and that cannot be now: %s.", why.text);
		return;
	}
	look_add(look, OK, "udm", "%s answers, and %s may use it.", udm->url, udm->user);
	report_properties(look, held, &template);
	udm_object_free(&template);
}

bool look_at_management(struct look *look, struct error *error)
{
	const struct profile *profile = world_profile(look->world);
	const struct profile_kind *held = profile_kind(profile, &kind_user);

	(void)error;
	if (!profile->managed)
		return true;
	if (world_managed(look->world) && world_direct(look->world))
		look_add(look, WARNING, "management", "direct = yes is set, but the directory holds Samba or Kerberos entries: creating, renaming and"
			" deleting users stays refused, since only UDM keeps those in step. Take direct out.");
	else if (world_direct(look->world))
		look_add(look, NOTE, "management", "direct = yes: users are created, renamed and deleted here, past UDM. No Samba and no Kerberos entry"
			" was found.");
	else if (!look->input->udm)
		look_add(look, OK, "management", "Creating, renaming and deleting users and their passwords belong to UDM. No section udm names its REST "
			"interface, so they are refused here, with the command that does them.");
	else if (held && held->type)
		ask_udm(look, held);
	return true;
}
