drop table :schema.auth_secrets;
drop table :schema.api_keys;
drop table :schema.refresh_tokens;
drop table :schema.account_sessions;
drop table :schema.accounts;
