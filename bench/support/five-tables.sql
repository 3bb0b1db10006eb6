-- The original five tables as their Prisma schema made them: text ids, JSON as text, cascading keys, one index per column.
-- Two departures, both so that results can be equal: amount is numeric (the original's float cannot give exact sums)
-- and times are timestamptz (the original's have no zone).
create table users (
  "id" text primary key,
  "email" text not null,
  "password" text not null,
  "name" text,
  "refreshToken" text,
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create unique index "users_email_key" on users ("email");

create table projects (
  "id" text primary key,
  "name" text not null,
  "path" text not null,
  "userId" text not null references users ("id") on delete cascade on update cascade,
  "settings" text,
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create index "projects_userId_idx" on projects ("userId");

create table agents (
  "id" text primary key,
  "projectId" text not null references projects ("id") on delete cascade on update cascade,
  "status" text not null,
  "startTime" timestamptz(3) not null default current_timestamp,
  "endTime" timestamptz(3),
  "logs" text,
  "error" text,
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create index "agents_projectId_idx" on agents ("projectId");
create index "agents_status_idx" on agents ("status");

create table costs (
  "id" text primary key,
  "projectId" text not null references projects ("id") on delete cascade on update cascade,
  "amount" numeric(20, 10) not null,
  "model" text not null,
  "provider" text not null,
  "inputTokens" integer,
  "outputTokens" integer,
  "timestamp" timestamptz(3) not null default current_timestamp
);
create index "costs_projectId_idx" on costs ("projectId");
create index "costs_timestamp_idx" on costs ("timestamp");
create index "costs_provider_idx" on costs ("provider");

create table activities (
  "id" text primary key,
  "projectId" text not null references projects ("id") on delete cascade on update cascade,
  "type" text not null,
  "message" text not null,
  "metadata" text,
  "timestamp" timestamptz(3) not null default current_timestamp
);
create index "activities_projectId_idx" on activities ("projectId");
create index "activities_timestamp_idx" on activities ("timestamp");
create index "activities_type_idx" on activities ("type");

insert into users ("id", "email", "password", "name", "createdAt", "updatedAt")
select id, email, 'not a hash', name, created_at, created_at from bench.users order by n;
insert into projects ("id", "name", "path", "userId", "settings", "createdAt", "updatedAt")
select id, name, path, user_id, settings::text, created_at, created_at from bench.projects order by n;
insert into agents ("id", "projectId", "status", "startTime", "endTime", "logs", "error", "createdAt", "updatedAt")
select id, project_id, status, start_time, end_time, logs::text, error, start_time, start_time from bench.agents order by n;
insert into costs ("id", "projectId", "amount", "model", "provider", "inputTokens", "outputTokens", "timestamp")
select id, project_id, amount, model, provider, input_tokens, output_tokens, "timestamp" from bench.costs order by "timestamp";
insert into activities ("id", "projectId", "type", "message", "metadata", "timestamp")
select id, project_id, type, message, metadata::text, "timestamp" from bench.activities order by "timestamp";
