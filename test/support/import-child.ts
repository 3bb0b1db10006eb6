/** A process that imports a file slowly and says so after each batch, for a test to kill. */
import { readFileSync } from 'node:fs';
import { createInstance, openDatabase } from '../../src/kernel/index.ts';
import { importFile } from '../../src/systems/agents/imports/index.ts';
import { agents } from '../../src/systems/agents/index.ts';

const [url = '', file = '', project = ''] = process.argv.slice(2);
const database = await openDatabase(url);
const { scope } = createInstance(agents, database);
const bytes = readFileSync(file);

/** Half of the file, then nothing: the process waits to be killed. */
async function* half(): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.length / 2);
  await new Promise(() => setInterval(() => undefined, 1000));
}

await importFile(
  { scope },
  {
    source: 'killed.csv',
    kind: 'aider-costs',
    open: half,
    options: { project },
    onProgress: ({ rows }) => process.stdout.write(`batch ${rows}\n`),
  },
);
