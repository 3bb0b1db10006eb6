/** Migrates a fresh database and writes each system's catalogue and table types. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VARIABLES } from '../src/config.ts';
import { systems } from '../src/guildhall.ts';
import {
  acquireEmbedded,
  type Catalog,
  catalogTemplate,
  createInstance,
  type Database,
  generateTypes,
  migratorOf,
  openDatabase,
  readCatalog,
} from '../src/kernel/index.ts';

/** Path below the project's folder, to text. */
export type GeneratedFiles = Readonly<Record<string, string>>;

/** A name that stands in no text of ours, so that whatever carries it is the schema. */
const SOURCE_SCHEMA = 'source_of_generated';

/** The generated files of every system, read from instances migrated into this empty database. */
export async function generateFiles(database: Database): Promise<GeneratedFiles> {
  const files: Record<string, string> = { '.env.example': environmentExample() };
  for (const system of systems) {
    const instance = createInstance(system, database, `${SOURCE_SCHEMA}_${system.name}`);
    const { schema } = instance;
    await migratorOf(instance).up();
    const folder = `src/systems/${system.name}/generated`;
    files[`${folder}/tables.ts`] = await generateTypes(database, schema);
    const catalog = catalogTemplate(await readCatalog(database, schema), schema);
    files[`${folder}/catalog.ts`] = catalogText(system.name, catalog);
  }
  return files;
}

/** Every variable with its meaning, switched off; wrapped where a line gets long. */
function environmentExample(): string {
  const entries = VARIABLES.map(({ name, example, meaning }) => {
    const lines = meaning
      .replace(/(.{1,96})(?:\s+|$)/g, '$1\n')
      .trimEnd()
      .split('\n');
    return [...lines.map((line) => `# ${line}`), `#${name}=${example}`].join('\n');
  });
  const head =
    '# Copy to .env and remove the # of what you want to set. The environment overrides this file.';
  return `${head}\n\n${entries.join('\n\n')}\n`;
}

function catalogText(name: string, catalog: Catalog): string {
  const facts = Object.entries(catalog).map(
    ([key, text]) => `  ${JSON.stringify(key)}:\n    ${JSON.stringify(text)},`,
  );
  return [
    '/** Generated from a fresh migration by `npm run generate`; do not edit. */',
    "import type { Catalog } from '../../../kernel/index.ts';",
    '',
    `export const ${name}Catalog: Catalog = {`,
    ...facts,
    '};',
    '',
  ].join('\n');
}

/** Writes all of them, from a server started for the purpose. */
export async function writeGenerated(root: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'guildhall-generate-'));
  const server = await acquireEmbedded({ home });
  const database = await openDatabase(server.url);
  try {
    const files = await generateFiles(database);
    for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text);
  } finally {
    await database.close();
    await server.release();
    await rm(home, { recursive: true, force: true });
  }
}
