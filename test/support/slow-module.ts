/** Migrations of which the second waits in its middle for whoever holds the gate. */
import { moduleOf } from './kernel.ts';

export const GATE = 4_712;

export const slowModule = moduleOf('slow', {
  'migrations/0001_create_first.up.sql': 'create table :schema.first (id int);',
  'migrations/0001_create_first.down.sql': 'drop table :schema.first;',
  'migrations/0002_create_second.up.sql': `create table :schema.second (id int);
    insert into :schema.first values (1);
    select pg_advisory_xact_lock(${GATE});
    create table :schema.third (id int);`,
  'migrations/0002_create_second.down.sql': 'drop table :schema.third; drop table :schema.second;',
  'functions/answer.sql':
    'create or replace function :schema.answer() returns int language sql as $$ select 42 $$;',
});
