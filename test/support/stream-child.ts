/** A release worker for a test to kill: it releases what is due, a few streams at a time, until it is stopped. */
import { openDatabase } from '../../src/kernel/database/open.ts';
import { createScope } from '../../src/kernel/scope.ts';
import { GigsService } from '../../src/systems/gigs/service.ts';

const [url = ''] = process.argv.slice(2);
const database = await openDatabase(url, { applicationName: 'stream child' });
const service = new GigsService(
  createScope({ schema: 'gigs', system: 'gigs', executor: database, constraints: {} }),
);
const AT_ONCE = 10;
for (;;) {
  const { more } = await service.releaseDueStreams(AT_ONCE);
  if (!more) await new Promise((resolve) => setTimeout(resolve, 5));
}
