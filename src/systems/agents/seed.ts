/** Demonstration data: the same users, projects, runs, costs and activities at every run. */
import { bulkInsert, type DemoSignIn, type SeedReport } from '../../kernel/index.ts';
import type { Context } from './context.ts';
import { createPersonalOrganization } from './organizations.ts';
import { loadBuiltinPrices } from './price-loading.ts';

const PASSWORD = 'demo123';
const OWNER = { id: id('usr', 1), email: 'owner@quetrex.ai', name: 'Robin Vale' };
const DEMO = { id: id('usr', 2), email: 'demo@quetrex.ai', name: 'Demo User' };

const QUETREX = id('prj', 1);
const BLOG = id('prj', 2);
const DEMO_PROJECT = id('prj', 3);

const settings = (voice: boolean, theme: string, autoApprove: boolean): string =>
  JSON.stringify({ notifications: { enabled: true, voice }, theme, autoApprove });

/** Fixed ids, in the form that all ids have. */
function id(prefix: string, number: number): string {
  return `${prefix}_00000seed${String(number).padStart(17, '0')}`;
}

/** Writes the data once; a second run finds the owner and writes nothing. */
export async function seed(context: Context): Promise<SeedReport> {
  const passwordHash = await context.accounts.hashPassword(PASSWORD, { allowShortPassword: true });
  const now = Date.now();
  const ago = (minutes: number, seconds = 0): Date => new Date(now - (minutes * 60 - seconds) * 1000);
  const written = await context.scope.executor.transaction(async (tx) => {
    const scope = context.scope.on(tx);
    // The unique login is the guard: of two seeds at once the second waits here and then finds it taken.
    const claimed = await scope.query(
      `insert into :schema.accounts (id, kind, login, password_hash, roles)
       values ($1, 'user', $2, $5, '{admin}'), ($3, 'user', $4, $5, '{}')
       on conflict do nothing returning id`,
      [OWNER.id, OWNER.email, DEMO.id, DEMO.email, passwordHash],
    );
    if (claimed.length < 2) {
      // Only one of the two was free: an account without a user would be half a seed.
      await scope.query('delete from :schema.accounts where id = any ($1)', [claimed.map((row) => row.id)]);
      return false;
    }
    const insert = (table: string, columns: Record<string, string>, rows: readonly (readonly unknown[])[]) =>
      bulkInsert(scope, { table, columns, rows });
    await insert('users', { id: 'text', email: 'text', name: 'text', created_at: 'timestamptz' }, [
      [OWNER.id, OWNER.email, OWNER.name, ago(10_080)],
      [DEMO.id, DEMO.email, DEMO.name, ago(10_079)],
    ]);
    const inner = { ...context, scope };
    await createPersonalOrganization(inner, OWNER, id('org', 1));
    await createPersonalOrganization(inner, DEMO, id('org', 2));
    await insert(
      'projects',
      {
        id: 'text',
        name: 'text',
        path: 'text',
        user_id: 'text',
        settings: 'jsonb',
        created_at: 'timestamptz',
      },
      [
        [QUETREX, 'Quetrex', '/projects/quetrex', OWNER.id, settings(true, 'dark', false), ago(10_000)],
        [
          BLOG,
          'Personal Blog',
          '/projects/personal-blog',
          OWNER.id,
          settings(false, 'light', true),
          ago(9_000),
        ],
        [DEMO_PROJECT, 'Demo Project', '/projects/demo', DEMO.id, settings(true, 'dark', false), ago(8_000)],
      ],
    );
    await insert(
      'agents',
      {
        id: 'text',
        project_id: 'text',
        status: 'text',
        start_time: 'timestamptz',
        end_time: 'timestamptz',
        error: 'text',
        has_logs: 'boolean',
      },
      [
        [id('agt', 1), QUETREX, 'completed', ago(60), ago(30), null, true],
        [id('agt', 2), QUETREX, 'running', ago(10), null, null, true],
        [id('agt', 3), BLOG, 'failed', ago(120), ago(120, 200), COMPILE_ERROR, true],
      ],
    );
    await insert('agent_log_lines', { agent_id: 'text', line: 'text' }, LOG_LINES);
    await insert(
      'costs',
      {
        id: 'text',
        project_id: 'text',
        agent_id: 'text',
        amount: 'numeric',
        model: 'text',
        provider: 'text',
        input_tokens: 'bigint',
        output_tokens: 'bigint',
        timestamp: 'timestamptz',
      },
      [
        [id('cst', 1), QUETREX, id('agt', 1), '0.045', 'gpt-4o', 'openai', 1500, 800, ago(55)],
        [id('cst', 2), QUETREX, id('agt', 1), '0.036', 'claude-sonnet-4-5', 'anthropic', 2000, 1000, ago(40)],
        [id('cst', 3), QUETREX, id('agt', 2), '0.009', 'whisper-1', 'openai', null, null, ago(8)],
        [id('cst', 4), BLOG, id('agt', 3), '0.0012', 'gpt-3.5-turbo', 'openai', 500, 300, ago(119)],
        [id('cst', 5), DEMO_PROJECT, null, '0.015', 'gpt-4o-mini', 'openai', 3000, 1500, ago(300)],
      ],
    );
    await insert(
      'activities',
      {
        id: 'text',
        project_id: 'text',
        type: 'text',
        message: 'text',
        metadata: 'jsonb',
        timestamp: 'timestamptz',
      },
      [
        activity(1, QUETREX, 'agent_started', 'Agent started working on issue #125', ago(10), {
          issueNumber: 125,
          estimatedCost: 0.5,
        }),
        activity(2, QUETREX, 'agent_completed', 'Agent completed issue #123', ago(30), {
          issueNumber: 123,
          prNumber: 124,
          actualCost: 0.081,
          duration: 1800,
        }),
        activity(3, QUETREX, 'cost_alert', 'Project costs have exceeded $1.00 this week', ago(90), {
          threshold: 1.0,
          actual: 1.23,
        }),
        activity(4, BLOG, 'agent_failed', `Agent failed: ${COMPILE_ERROR}`, ago(120, 200), {
          error: COMPILE_ERROR,
        }),
        activity(5, BLOG, 'project_updated', 'Project settings were changed', ago(1_440), {
          changed: ['settings'],
        }),
        activity(6, DEMO_PROJECT, 'project_created', 'Project created: Demo Project', ago(8_000), null),
      ],
    );
    return true;
  });
  if (written) await loadBuiltinPrices(context.scope);
  return {
    written,
    counts: { users: 2, projects: 3, agents: 3, costs: 5, activities: 6 },
  };
}

/** The demonstration accounts that are still there. */
export async function demoSignIns(context: Context): Promise<DemoSignIn[]> {
  const rows = await context.scope.query<{ login: string; admin: boolean }>(
    `select login, 'admin' = any (roles) as admin from :schema.accounts
      where id in ($1, $2) and disabled_at is null order by id desc`,
    [OWNER.id, DEMO.id],
  );
  return rows.map(({ login, admin }) => ({ login, password: PASSWORD, role: admin ? 'admin' : 'user' }));
}

const COMPILE_ERROR = 'Failed to compile TypeScript: Type error in src/utils.ts';

const LOG_LINES = [
  [id('agt', 1), 'Agent started: Processing issue #123'],
  [id('agt', 1), 'Running tests...'],
  [id('agt', 1), 'Tests passed'],
  [id('agt', 1), 'Creating pull request...'],
  [id('agt', 1), 'Pull request #124 created successfully'],
  [id('agt', 2), 'Agent started: Processing issue #125'],
  [id('agt', 2), 'Analyzing codebase...'],
  [id('agt', 2), 'Writing implementation...'],
  [id('agt', 3), 'Agent started: Processing issue #45'],
  [id('agt', 3), COMPILE_ERROR],
] as const;

function activity(
  number: number,
  projectId: string,
  type: string,
  message: string,
  at: Date,
  metadata: Readonly<Record<string, unknown>> | null,
): readonly unknown[] {
  return [
    id('act', number),
    projectId,
    type,
    message,
    metadata === null ? null : JSON.stringify(metadata),
    at,
  ];
}
