/** Writes every module's SQL files into one TypeScript file, so that bundlers and edge runtimes need no file system. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Modules with SQL: the kernel and each system. */
export function sqlModules() {
  const systems = readdirSync(join(root, 'src/systems')).filter((name) =>
    existsSync(join(root, 'src/systems', name, 'sql')),
  );
  return [
    { name: 'kernel', folder: join(root, 'src/kernel'), types: '../system.ts' },
    ...systems.map((name) => ({
      name,
      folder: join(root, 'src/systems', name),
      types: '../../../kernel/index.ts',
    })),
  ];
}

/** The text of a module's `generated/sql.ts`. */
export function inlinedSql(module) {
  const folder = join(module.folder, 'sql');
  const paths = walk(folder).map((file) => relative(folder, file).replaceAll('\\', '/'));
  const entries = paths.sort().map((path) => {
    const text = readFileSync(join(folder, path), 'utf8').replaceAll('\r\n', '\n');
    return `    {\n      path: ${JSON.stringify(path)},\n      text: \`${templateText(text)}\`,\n    },`;
  });
  return [
    '/** Generated from sql/ by `npm run generate`; do not edit. */',
    `import type { SqlModule } from '${module.types}';`,
    '',
    `export const ${module.name}Sql: SqlModule = {`,
    `  name: '${module.name}',`,
    '  files: [',
    ...entries,
    '  ],',
    '};',
    '',
  ].join('\n');
}

export function inlineAll() {
  for (const module of sqlModules()) {
    mkdirSync(join(module.folder, 'generated'), { recursive: true });
    writeFileSync(join(module.folder, 'generated/sql.ts'), inlinedSql(module));
  }
}

/** Text as it stands between backticks. */
const templateText = (text) => text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${');

function walk(folder) {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return walk(path);
    return path.endsWith('.sql') ? [path] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) inlineAll();
