/** Brings every generated file up to date: SQL inlined, then catalogues and types from a fresh migration. */
import { fileURLToPath } from 'node:url';
import { inlineAll } from './inline-sql.mjs';
import { runTypeScript } from './run-ts.mjs';

inlineAll();
const { writeGenerated } = await runTypeScript('scripts/generate-from-database.ts');
await writeGenerated(fileURLToPath(new URL('..', import.meta.url)));
