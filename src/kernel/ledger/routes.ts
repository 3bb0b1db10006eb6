/** HTTP routes of an instance's ledger, for administrators: reading and proving. Systems post, callers of HTTP do not. */
import { type OpenAPIHono, z } from '@hono/zod-openapi';
import { GuildhallError } from '../errors.ts';
import { defined, pageSchema } from '../route-schemas.ts';
import {
  ADMIN_ROLE,
  callerWithRole,
  defineRoute,
  idempotent,
  json,
  type RouteEnv,
  respond,
} from '../routes.ts';
import type { Instance } from '../system.ts';
import { type BrokenSeal, Ledger, type LedgerRoot } from './index.ts';
import {
  accountParams,
  accountQuery,
  accountSchema,
  keptRootSchema,
  proofSchema,
  statementLineSchema,
  statementQuery,
  ledgerTags as tags,
  trialBalanceSchema,
} from './route-parts.ts';

/** Half a million transfers in memory take 0.7 s; for a journal beyond it there is `guildhall ledger prove`. */
const PROOF_MS = 300_000;
/** Told of one proof: who finds more has a copy of another ledger. */
const MAX_BROKEN = 1_000;

interface Proof {
  readonly broken: readonly BrokenSeal[];
  readonly brokenCount: number;
  readonly root: LedgerRoot | null;
}

/** Adds the routes to the router of an instance's system. */
export function addLedgerRoutes(router: OpenAPIHono<RouteEnv>, instance: Instance): void {
  const ledger = new Ledger(instance.scope);
  addAccountRoutes(router, ledger);

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/ledger/trial-balance',
      operationId: 'getLedgerTrialBalance',
      tags,
      summary: 'Debits and credits of every asset',
      description:
        'Over all accounts, which it reads; a difference is zero, or the ledger is broken. For administrators.',
      responses: {
        200: {
          description: 'A line for each asset.',
          content: json(z.object({ data: z.array(trialBalanceSchema) })),
        },
      },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, { data: await ledger.trialBalance() });
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/ledger/root',
      operationId: 'getLedgerRoot',
      tags,
      summary: 'The end of the hash chain',
      description:
        'Keep it where nobody who can write the database can write: later it proves that nothing before it was changed. For administrators.',
      responses: { 200: { description: 'The root.', content: json(keptRootSchema) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, { root: await ledger.root() });
    },
  );

  addProofRoute(router, instance, ledger);
}

function addAccountRoutes(router: OpenAPIHono<RouteEnv>, ledger: Ledger): void {
  router.openapi(
    defineRoute({
      method: 'get',
      path: '/ledger/accounts',
      operationId: 'listLedgerAccounts',
      tags,
      summary: 'List accounts of the ledger',
      description: 'With their balances, newest first. For administrators.',
      request: { query: accountQuery },
      responses: { 200: { description: 'A page.', content: json(pageSchema(accountSchema)) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, await ledger.accounts(defined(c.req.valid('query'))));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/ledger/accounts/{code}',
      operationId: 'getLedgerAccount',
      tags,
      summary: 'One account of the ledger',
      description: 'What it has, what is held, what it may still spend. For administrators.',
      request: { params: accountParams },
      responses: { 200: { description: 'The account.', content: json(accountSchema) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      return respond(c, 200, await ledger.account(c.req.valid('param').code));
    },
  );

  router.openapi(
    defineRoute({
      method: 'get',
      path: '/ledger/accounts/{code}/statement',
      operationId: 'getLedgerStatement',
      tags,
      summary: 'Statement of an account',
      description: 'Its postings, oldest first, each with the balance after it. For administrators.',
      request: { params: accountParams, query: statementQuery },
      responses: { 200: { description: 'A page.', content: json(pageSchema(statementLineSchema)) } },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      const { code } = c.req.valid('param');
      const { lines, ...page } = await ledger.statement(code, defined(c.req.valid('query')));
      return respond(c, 200, { data: lines, ...page });
    },
  );
}

function addProofRoute(router: OpenAPIHono<RouteEnv>, { scope }: Instance, ledger: Ledger): void {
  let proving = false;

  /** One at a time: each reads the whole journal, and a few at once would take all connections for minutes. */
  const prove = async (kept: LedgerRoot | null, signal: AbortSignal): Promise<Proof> => {
    if (proving) {
      throw new GuildhallError('conflict', 'The journal is being proved already.', {
        reason: 'ledger_proof_running',
        hint: 'Wait for the answer of the other call.',
      });
    }
    proving = true;
    try {
      const root = await ledger.root();
      const broken = await ledger.brokenSeals(kept ?? undefined, signal);
      return { broken: broken.slice(0, MAX_BROKEN), brokenCount: broken.length, root };
    } finally {
      proving = false;
    }
  };

  router.openapi(
    defineRoute({
      method: 'post',
      path: '/ledger/prove',
      operationId: 'proveLedger',
      tags,
      summary: 'Check the journal against its hash chain',
      description:
        'And, given a root that was kept, that the chain still contains it. Changes nothing; reads all of the journal, one call at a time, for up to five minutes. For administrators.',
      request: { body: { required: false, content: json(keptRootSchema) } },
      limits: { timeMs: PROOF_MS },
      responses: {
        200: { description: 'What is broken; nothing is the proof.', content: json(proofSchema) },
      },
    }),
    async (c) => {
      callerWithRole(c, ADMIN_ROLE);
      // NOTE: before the transaction of the key, which would keep seals and readers of the outbox waiting meanwhile.
      const proof = await prove(c.req.valid('json')?.root ?? null, c.get('signal'));
      return idempotent(c, scope, { status: 200, body: async () => proof });
    },
  );
}
