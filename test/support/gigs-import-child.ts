/** A process that imports half of a file into gigs and says so after each batch, for a test to kill. */
import { readFileSync } from 'node:fs';
import { createInstance, openDatabase } from '../../src/kernel/index.ts';
import { gigs, importFile } from '../../src/systems/gigs/index.ts';

const [url = '', file = '', kind = ''] = process.argv.slice(2);
const database = await openDatabase(url);
const { scope } = createInstance(gigs, database);
const bytes = readFileSync(file);

/** More than half of the file, then nothing: the process waits to be killed. */
async function* half(): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, Math.floor(bytes.length * 0.6));
  await new Promise(() => setInterval(() => undefined, 1000));
}

await importFile(
  { scope },
  {
    source: 'killed.csv',
    kind,
    open: half,
    onProgress: ({ rows }) => process.stdout.write(`batch ${rows}\n`),
  },
);
