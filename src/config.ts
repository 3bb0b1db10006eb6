/** Settings from the environment and `.env`, checked at once: every mistake is named, not only the first. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import {
  GuildhallError,
  type InstanceRequest,
  isWalletOrigin,
  parseInstance,
  type WalletSettings,
} from './guildhall.ts';
import { DEFAULT_HOST, DEFAULT_PORT, HTTP_DEFAULTS, type HttpConfig, type RateRules } from './http/index.ts';

export interface Config {
  /** Undefined: the embedded server. */
  readonly databaseUrl: string | undefined;
  /** Folder of the embedded server's data, absolute. */
  readonly home: string;
  readonly instances: readonly InstanceRequest[] | undefined;
  readonly host: string;
  readonly port: number;
  readonly seed: boolean;
  readonly logLevel: string;
  readonly production: boolean;
  /** Secrets for access tokens, newest first; undefined: each instance makes and keeps its own. */
  readonly tokenSecrets: readonly string[] | undefined;
  /** Webhook endpoints may be on this machine, for development. */
  readonly webhookLoopback: boolean;
  /** Where wallets sign in. */
  readonly wallets: WalletSettings;
  readonly http: Partial<HttpConfig>;
}

export interface Variable {
  readonly name: string;
  readonly example: string;
  readonly meaning: string;
}

const flag = z
  .enum(['true', 'false', '1', '0', 'on', 'off'])
  .transform((text) => ['true', '1', 'on'].includes(text));
const count = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d+$/, 'is not a whole number')
    .transform(Number)
    .pipe(z.number().min(min, `is below ${min}`).max(max, `is above ${max}`));

const list = (isGood: (text: string) => boolean, problem: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.string()).refine((parts) => parts.every(isGood), problem))
    .optional();

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const SCHEMA = z.object({
  DATABASE_URL: z.string().optional(),
  GUILDHALL_HOME: z.string().default('.guildhall'),
  GUILDHALL_INSTANCES: z.string().optional(),
  GUILDHALL_SEED: flag.optional(),
  HOST: z.string().default(DEFAULT_HOST),
  PORT: count(0, 65_535).default(DEFAULT_PORT),
  LOG_LEVEL: z.enum(LOG_LEVELS, `is not one of ${LOG_LEVELS.join(', ')}`).default('info'),
  NODE_ENV: z.string().optional(),
  GUILDHALL_TOKEN_SECRETS: z
    .string()
    .transform((text) => text.split(',').map((secret) => secret.trim()))
    .pipe(z.array(z.string().min(32, 'has a secret of fewer than 32 characters')))
    .optional(),
  GUILDHALL_WEBHOOK_LOOPBACK: flag.default(false),
  GUILDHALL_WALLET_ORIGINS: list(isWalletOrigin, 'is not a list of origins such as https://app.example.com'),
  GUILDHALL_WALLET_CHAINS: list((text) => /^[1-9]\d{0,14}$/.test(text), 'is not a list of numbers of chains'),
  GUILDHALL_RATE_LIMITS: flag.default(true),
  GUILDHALL_BODY_LIMIT_BYTES: count(1_024, 1_073_741_824).optional(),
  GUILDHALL_TRUSTED_PROXIES: count(0, 10).optional(),
  GUILDHALL_CORS_ORIGINS: z.string().optional(),
  GUILDHALL_OPERATIONS_TOKEN: z.string().min(16, 'is shorter than 16 characters').optional(),
});

/** Every variable that is read, for `.env.example` and the documentation; a test keeps it complete. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'DATABASE_URL',
    example: 'postgres://user:password@localhost:5432/guildhall',
    meaning:
      'PostgreSQL 15 to 18 to use instead of the embedded server. Our own URL parameters: pool_max, connect_timeout_ms, statement_timeout_ms, lock_timeout_ms, idle_in_transaction_timeout_ms, profile (direct, pooled, auto), prepared.',
  },
  { name: 'GUILDHALL_HOME', example: '.guildhall', meaning: 'Folder of the embedded server and its data.' },
  {
    name: 'GUILDHALL_INSTANCES',
    example: 'agents,team_b=agents',
    meaning:
      'Instances to run, as system or schema=system, separated by commas. Default: each system under its own name.',
  },
  {
    name: 'GUILDHALL_SEED',
    example: 'true',
    meaning:
      'Whether `up` writes demonstration data on the first run. Default: yes, except when NODE_ENV is production.',
  },
  { name: 'HOST', example: '127.0.0.1', meaning: 'Address to listen on. 0.0.0.0 opens it to the network.' },
  { name: 'PORT', example: '4477', meaning: 'Port to listen on; 0 takes a free one.' },
  { name: 'LOG_LEVEL', example: 'info', meaning: `One of ${LOG_LEVELS.join(', ')}.` },
  {
    name: 'NODE_ENV',
    example: 'production',
    meaning: 'production: no demonstration data, and clearAll() is refused.',
  },
  {
    name: 'GUILDHALL_TOKEN_SECRETS',
    example: 'newest-secret-of-at-least-32-characters',
    meaning:
      'Secrets that sign access tokens, newest first, separated by commas, 32 characters at least each. Default: each instance makes one and keeps it in its schema.',
  },
  {
    name: 'GUILDHALL_WEBHOOK_LOOPBACK',
    example: 'true',
    meaning:
      'true lets webhook endpoints be on this machine (http://127.0.0.1:…), for development. Default: public addresses over https only.',
  },
  {
    name: 'GUILDHALL_WALLET_ORIGINS',
    example: 'https://app.example.com',
    meaning:
      'Origins of the pages that ask wallets to sign in, separated by commas, over https; the first is written into messages that come from elsewhere. Default: this machine only (http://127.0.0.1:…).',
  },
  {
    name: 'GUILDHALL_WALLET_CHAINS',
    example: '1,8453',
    meaning: 'EIP-155 ids of the chains that a wallet may sign in for, separated by commas. Default: 1.',
  },
  { name: 'GUILDHALL_RATE_LIMITS', example: 'true', meaning: 'false switches rate limiting off.' },
  {
    name: 'GUILDHALL_BODY_LIMIT_BYTES',
    example: '1048576',
    meaning: 'Largest request body; imports have their own limit.',
  },
  {
    name: 'GUILDHALL_TRUSTED_PROXIES',
    example: '1',
    meaning: 'Reverse proxies in front whose X-Forwarded-For is believed. Default 0.',
  },
  {
    name: 'GUILDHALL_CORS_ORIGINS',
    example: 'https://console.example.com',
    meaning: 'Origins whose pages may call the API, separated by commas. Default: none.',
  },
  {
    name: 'GUILDHALL_OPERATIONS_TOKEN',
    example: 'a-long-random-text',
    meaning:
      'Bearer token with which other machines may read /metrics and /health/db. Default: this machine only.',
  },
  {
    name: 'GUILDHALL_PG_ACCOUNT',
    example: 'postgres',
    meaning: 'Account that runs the embedded server when Guildhall is started as root.',
  },
  {
    name: 'GUILDHALL_PG_BIN',
    example: '/usr/lib/postgresql/17/bin',
    meaning: 'Folder with postgres, initdb and pg_ctl to use for the embedded server.',
  },
];

/** Values of a `.env` file, which the process environment overrides. */
export function readDotEnv(folder: string): Record<string, string> {
  const path = resolve(folder, '.env');
  return existsSync(path) ? (parseEnv(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}

/** Reads and checks all settings; throws one `configuration` error that names every bad variable. */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = SCHEMA.safeParse(given);
  if (!parsed.success) throw badVariables(parsed.error);
  const env = parsed.data;
  const production = env.NODE_ENV === 'production';
  return {
    databaseUrl: env.DATABASE_URL,
    home: resolve(folder, env.GUILDHALL_HOME),
    instances: env.GUILDHALL_INSTANCES?.split(',').map(parseInstance),
    host: env.HOST,
    port: env.PORT,
    seed: env.GUILDHALL_SEED ?? !production,
    logLevel: env.LOG_LEVEL,
    production,
    tokenSecrets: env.GUILDHALL_TOKEN_SECRETS,
    webhookLoopback: env.GUILDHALL_WEBHOOK_LOOPBACK,
    wallets: {
      ...(env.GUILDHALL_WALLET_ORIGINS === undefined ? {} : { origins: env.GUILDHALL_WALLET_ORIGINS }),
      ...(env.GUILDHALL_WALLET_CHAINS === undefined
        ? {}
        : { chainIds: env.GUILDHALL_WALLET_CHAINS.map(Number) }),
    },
    http: {
      rateLimits: env.GUILDHALL_RATE_LIMITS ? (HTTP_DEFAULTS.rateLimits as RateRules) : false,
      corsOrigins: env.GUILDHALL_CORS_ORIGINS?.split(',').map((origin) => origin.trim()) ?? [],
      ...(env.GUILDHALL_BODY_LIMIT_BYTES === undefined
        ? {}
        : { bodyLimitBytes: env.GUILDHALL_BODY_LIMIT_BYTES }),
      ...(env.GUILDHALL_TRUSTED_PROXIES === undefined
        ? {}
        : { trustedProxies: env.GUILDHALL_TRUSTED_PROXIES }),
      ...(env.GUILDHALL_OPERATIONS_TOKEN === undefined
        ? {}
        : { operationsToken: env.GUILDHALL_OPERATIONS_TOKEN }),
    },
  };
}

function badVariables(error: z.ZodError): GuildhallError {
  const problems = error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const variable = VARIABLES.find((one) => one.name === name);
    return { name, problem: issue.message, mend: variable?.meaning ?? '' };
  });
  return new GuildhallError(
    'configuration',
    `These settings cannot be used: ${problems.map(({ name, problem }) => `${name} ${problem}`).join('; ')}.`,
    { hint: problems.map(({ name, mend }) => `${name}: ${mend}`).join(' '), details: { problems } },
  );
}
