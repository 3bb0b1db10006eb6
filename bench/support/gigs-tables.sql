-- GigStream's tables as its first Prisma schema had them, as far as a life from posted to paid touches them: text ids, plain
-- statuses, one index per column. Two departures: times have a zone, and keys of idempotency have a table, where the
-- original kept them in the memory of one process for an hour.
create table workers (
  "id" text primary key,
  "name" text not null,
  "email" text not null,
  "passwordHash" text not null,
  "walletId" text,
  "walletAddress" text,
  "reputationScore" integer not null default 500,
  "accountAgeDays" integer not null default 0,
  "completionRate" numeric(5, 2) not null default 0,
  "totalTasks" integer not null default 0,
  "totalEarned" numeric(18, 6) not null default 0,
  "averageRating" numeric(3, 2) not null default 0,
  "disputeRate" numeric(5, 2) not null default 0,
  "lastActiveAt" timestamptz(3) not null default current_timestamp,
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create unique index "workers_email_key" on workers ("email");
create unique index "workers_walletId_key" on workers ("walletId");
create unique index "workers_walletAddress_key" on workers ("walletAddress");
create index "workers_email_idx" on workers ("email");
create index "workers_walletAddress_idx" on workers ("walletAddress");
create index "workers_reputationScore_idx" on workers ("reputationScore");
create index "workers_createdAt_idx" on workers ("createdAt");

create table platforms (
  "id" text primary key,
  "name" text not null,
  "apiKey" text not null,
  "apiKeyHash" text not null,
  "webhookUrl" text,
  "webhookSecret" text,
  "contactEmail" text not null,
  "walletAddress" text,
  "totalPayouts" numeric(18, 6) not null default 0,
  "totalTasks" integer not null default 0,
  "activeWorkers" integer not null default 0,
  "isActive" boolean not null default true,
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create unique index "platforms_apiKey_key" on platforms ("apiKey");
create unique index "platforms_walletAddress_key" on platforms ("walletAddress");
create index "platforms_apiKey_idx" on platforms ("apiKey");
create index "platforms_createdAt_idx" on platforms ("createdAt");

create table tasks (
  "id" text primary key,
  "platformId" text not null references platforms ("id") on delete cascade on update cascade,
  "workerId" text not null references workers ("id") on delete cascade on update cascade,
  "taskType" text not null,
  "amount" numeric(18, 6) not null,
  "status" text not null default 'pending',
  "title" text,
  "description" text,
  "metadata" jsonb,
  "verificationData" jsonb,
  "completionProof" text,
  "scheduledAt" timestamptz(3),
  "startedAt" timestamptz(3),
  "completedAt" timestamptz(3),
  "cancelledAt" timestamptz(3),
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create index "tasks_platformId_idx" on tasks ("platformId");
create index "tasks_workerId_idx" on tasks ("workerId");
create index "tasks_status_idx" on tasks ("status");
create index "tasks_createdAt_idx" on tasks ("createdAt");
create index "tasks_completedAt_idx" on tasks ("completedAt");

create table transactions (
  "id" text primary key,
  "workerId" text not null references workers ("id") on delete cascade on update cascade,
  "taskId" text references tasks ("id") on delete set null on update cascade,
  "txHash" text,
  "txType" text not null,
  "amount" numeric(18, 6) not null,
  "fee" numeric(18, 6) not null default 0,
  "status" text not null default 'pending',
  "fromAddress" text,
  "toAddress" text,
  "circleTxId" text,
  "blockchainConfirmations" integer not null default 0,
  "errorMessage" text,
  "metadata" jsonb,
  "processedAt" timestamptz(3),
  "createdAt" timestamptz(3) not null default current_timestamp,
  "updatedAt" timestamptz(3) not null default current_timestamp
);
create unique index "transactions_txHash_key" on transactions ("txHash");
create unique index "transactions_circleTxId_key" on transactions ("circleTxId");
create index "transactions_workerId_idx" on transactions ("workerId");
create index "transactions_taskId_idx" on transactions ("taskId");
create index "transactions_txType_idx" on transactions ("txType");
create index "transactions_status_idx" on transactions ("status");
create index "transactions_createdAt_idx" on transactions ("createdAt");
create index "transactions_txHash_idx" on transactions ("txHash");

create table reputation_events (
  "id" text primary key,
  "workerId" text not null references workers ("id") on delete cascade on update cascade,
  "eventType" text not null,
  "delta" integer not null,
  "reason" text not null,
  "relatedId" text,
  "metadata" jsonb,
  "createdAt" timestamptz(3) not null default current_timestamp
);
create index "reputation_events_workerId_idx" on reputation_events ("workerId");
create index "reputation_events_eventType_idx" on reputation_events ("eventType");
create index "reputation_events_createdAt_idx" on reputation_events ("createdAt");

-- Without the original's foreign key to workers, which makes the actor "platform" impossible.
create table audit_logs (
  "id" text primary key,
  "actorId" text not null,
  "actorType" text not null,
  "action" text not null,
  "resourceType" text not null,
  "resourceId" text,
  "metadata" jsonb,
  "ipAddress" text,
  "userAgent" text,
  "createdAt" timestamptz(3) not null default current_timestamp
);
create index "audit_logs_actorId_idx" on audit_logs ("actorId");
create index "audit_logs_action_idx" on audit_logs ("action");
create index "audit_logs_resourceType_idx" on audit_logs ("resourceType");
create index "audit_logs_createdAt_idx" on audit_logs ("createdAt");

create table idempotency_keys (
  "key" text primary key,
  "transactionId" text not null,
  "createdAt" timestamptz(3) not null default current_timestamp
);

insert into workers ("id", "name", "email", "passwordHash")
select 'wrk_' || g, 'Worker ' || g, 'worker-' || g || '@example.com', 'none' from generate_series(1, 2000) as g;
insert into platforms ("id", "name", "apiKey", "apiKeyHash", "contactEmail")
select 'plt_' || g, 'Platform ' || g, 'key ' || g, 'none', 'platform-' || g || '@example.com'
from generate_series(1, 20) as g;
