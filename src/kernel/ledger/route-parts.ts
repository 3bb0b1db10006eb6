/** What requests and answers of the ledger's routes are made of. */
import { z } from '@hono/zod-openapi';
import { booleanParam, decimalAnswer, pageQuery, timeInput, timeSchema } from '../route-schemas.ts';

export const ledgerTags = ['ledger'];

/** As the database has it. */
const MAX_CODE = 200;

export const accountParams = z.object({
  code: z.string().min(1).max(MAX_CODE).openapi({
    description: 'Code of an account, percent-encoded.',
    example: 'client:7',
  }),
});

const pageOnly = z.strictObject({ limit: pageQuery.shape.limit, cursor: pageQuery.shape.cursor });

export const accountQuery = pageOnly.extend({
  asset: z.string().min(1).max(64).optional().openapi({ description: 'Only accounts of this asset.' }),
  codePrefix: z
    .string()
    .min(1)
    .max(MAX_CODE)
    .optional()
    .openapi({ description: 'Only codes that begin so.' }),
  nonEmpty: booleanParam()
    .optional()
    .openapi({ type: 'boolean', description: 'Only those with a balance or something held.' }),
});

export const statementQuery = pageOnly.extend({
  from: timeInput().optional().openapi({ description: 'From this moment on; default the first posting.' }),
  until: timeInput().optional().openapi({ description: 'Up to before this moment; default now.' }),
});

export const accountSchema = z
  .object({
    id: z.string(),
    code: z.string().openapi({ example: 'client:7' }),
    asset: z.string().openapi({ example: 'USDC' }),
    normalSide: z.enum(['debit', 'credit']).openapi({ description: 'The side that raises the balance.' }),
    balance: decimalAnswer('64.5'),
    heldIn: decimalAnswer('0'),
    heldOut: decimalAnswer('40'),
    available: decimalAnswer('24.5')
      .nullable()
      .openapi({ description: 'What it may still spend; null: without limit.' }),
    debits: decimalAnswer('35.5'),
    credits: decimalAnswer('100'),
    minBalance: decimalAnswer('0').nullable().openapi({ description: 'Null: any.' }),
    maxBalance: decimalAnswer('1000').nullable().openapi({ description: 'Null: any.' }),
    slots: z.int(),
    metadata: z.unknown(),
    closedAt: timeSchema().nullable(),
    createdAt: timeSchema(),
  })
  .openapi('LedgerAccount');

export const statementLineSchema = z
  .object({
    id: z.string(),
    at: timeSchema(),
    kind: z.enum(['transfer', 'settle']),
    side: z.enum(['debit', 'credit']),
    otherAccount: z.string().openapi({ example: 'fees' }),
    amount: decimalAnswer('1.5'),
    balance: decimalAnswer('64.5').openapi({ description: 'Of the account after this line.' }),
    holdId: z.string().nullable(),
    reference: z.string().nullable(),
    metadata: z.unknown(),
  })
  .openapi('LedgerStatementLine');

export const trialBalanceSchema = z
  .object({
    asset: z.string().openapi({ example: 'USDC' }),
    decimals: z.int(),
    accounts: z.int(),
    debits: decimalAnswer('136.5'),
    credits: decimalAnswer('136.5'),
    difference: decimalAnswer('0').openapi({ description: 'Zero, or the ledger is broken.' }),
    held: decimalAnswer('40'),
  })
  .openapi('LedgerTrialBalanceLine');

const EXAMPLE = {
  number: '12',
  upTo: '11873',
  hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};

const whole = z
  .string()
  .regex(/^\d{1,18}$/, { error: 'is not a number of the chain | Pass the root as it was given.' });

export const rootSchema = z
  .strictObject({
    number: whole.openapi({ description: 'Of the seal.', example: EXAMPLE.number }),
    upTo: whole.openapi({ description: 'Last transfer that it covers.', example: EXAMPLE.upTo }),
    hash: z
      .string()
      .regex(/^[0-9a-f]{64}$/, { error: 'is not a SHA-256 in hexadecimal | Pass the root as it was given.' })
      .openapi({ example: EXAMPLE.hash }),
  })
  .openapi('LedgerRoot');

/** The answer of GET /ledger/root, so that what was kept can be sent as it is. */
export const keptRootSchema = z
  .strictObject({
    root: rootSchema.nullable().openapi({ description: 'Null before the first seal.' }),
  })
  .openapi('LedgerKeptRoot', { example: { root: EXAMPLE } });

export const proofSchema = z
  .object({
    broken: z
      .array(z.object({ number: z.string(), upTo: z.string(), problem: z.string() }))
      .openapi({ description: 'Seals that do not hold, the first 1,000; none is the proof.' }),
    brokenCount: z.int(),
    root: rootSchema
      .nullable()
      .openapi({ description: 'The end of the chain when the check began; it goes as far.' }),
  })
  .openapi('LedgerProof');
