drop table :schema.organization_members;
drop table :schema.organizations;
