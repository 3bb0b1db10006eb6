create or replace view :schema.invariant_organizations_have_owners as
select o.id as organization_id, o.type, o.name
from :schema.organizations o
where not exists (
  select from :schema.organization_members m
  where m.organization_id = o.id and m.role = 'owner'
    and (o.personal_user_id is null or m.user_id = o.personal_user_id)
);
comment on view :schema.invariant_organizations_have_owners is
  'Organizations that nobody owns, or personal ones whose user does not. Mend: make a member the owner.';
