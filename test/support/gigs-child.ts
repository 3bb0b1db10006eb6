/**
 * A process for a test to kill: it works on transfers, says which it has sent, and after so many it stands still between
 * the sending and the writing down. `blind` never finds what was sent before: a worker that simply sends again.
 */
import { openDatabase } from '../../src/kernel/database/open.ts';
import { createScope } from '../../src/kernel/scope.ts';
import { type PaymentRail, Rails, sandboxRail } from '../../src/systems/gigs/index.ts';
import { workTransfers } from '../../src/systems/gigs/transfers.ts';

const [url = '', most = '1', how = 'careful'] = process.argv.slice(2);
const database = await openDatabase(url, { applicationName: 'gigs child' });
const scope = createScope({ schema: 'gigs', system: 'gigs', executor: database, constraints: {} });
const sandbox = sandboxRail(scope);
let sent = 0;
const rail: PaymentRail = {
  name: 'sandbox',
  find: how === 'blind' ? async () => null : (reference) => sandbox.find(reference),
  send: async (order) => {
    const outcome = await sandbox.send(order);
    sent += 1;
    process.stdout.write(`${order.reference}\n`);
    if (sent >= Number(most)) await new Promise(() => undefined);
    return outcome;
  },
};
const context = { scope, rails: new Rails([rail]), actor: { kind: 'system', id: null } } as never;
// A careful one waits for its time; a blind one does not care whether the first send may still arrive.
const validS = how === 'blind' ? 0.5 : 60;
for (;;) {
  await workTransfers(context, { validS, confirmEveryS: 1, limit: 3 });
  await new Promise((resolve) => setTimeout(resolve, 20));
}
