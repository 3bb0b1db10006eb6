/** A process that fans out and delivers without end, for a test to kill. Arguments: URL, schema, mode. */
import { openDatabase } from '../../src/kernel/database/open.ts';
import { readEvents } from '../../src/kernel/outbox.ts';
import { createScope } from '../../src/kernel/scope.ts';
import type { Instance, Scope, SystemDefinition } from '../../src/kernel/system.ts';
import { fanOut } from '../../src/kernel/webhooks/fan-out.ts';
import { createDeliveryWorker } from '../../src/kernel/webhooks/worker.ts';

const [url = '', schema = '', mode = 'real'] = process.argv.slice(2);
const database = await openDatabase(url, { applicationName: 'webhook child' });
const scope = createScope({ schema, system: 'notes', executor: database, constraints: {} });
const maySee: SystemDefinition<unknown>['maySee'] = (principal, event) => event.audience === principal.id;
const instance = {
  schema,
  database,
  scope,
  settings: { webhooks: { allowLoopback: true } },
  definition: { maySee },
} as unknown as Instance;

/** The fan-out that everybody writes first: it notes how far it is, then does the work. */
async function naiveFanOut(inner: Scope): Promise<void> {
  const [cursor] = await inner.query<{ position: string }>(
    `select xid::text || '-' || event_id as position from :schema.webhook_cursor`,
  );
  const events = await readEvents(inner, { after: cursor?.position ?? '', limit: 5 });
  const last = events.at(-1);
  if (last === undefined) return;
  await inner.query(
    `update :schema.webhook_cursor set xid = split_part($1, '-', 1)::xid8, event_id = split_part($1, '-', 2)::bigint`,
    [last.cursor],
  );
  process.stdout.write('advanced\n');
  // Where the real one has no such moment.
  await new Promise((resolve) => setTimeout(resolve, 50));
  for (const event of events) {
    await inner.query(
      `insert into :schema.webhook_deliveries (id, endpoint_id, event_id, event_type, subject, body)
       select :schema.new_id('whd'), e.id, substr($1, 5)::bigint, $2, 'x', json_build_object('id', $1::text)::text
         from :schema.webhook_endpoints as e`,
      [event.id, event.type],
    );
  }
}

process.stdout.write('ready\n');
const worker = createDeliveryWorker(instance, { leaseS: 0.5, perEndpoint: 64 });
for (;;) {
  if (mode === 'naive') await naiveFanOut(scope);
  else await fanOut(instance);
  await worker.run();
}
