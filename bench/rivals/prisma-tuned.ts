/** Prisma 7 with what its release notes offer for speed: the preview feature `relationJoins`, and named statements. */
import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Connection, Contender } from '../support/contract.ts';
import { versionOf } from '../support/version.ts';
import type { PrismaClient as PlainClient } from './generated/prisma/client.ts';
import { PrismaClient } from './generated/prisma-tuned/client.ts';
import { prismaContender } from './prisma-operations.ts';

export const version = `${versionOf('@prisma/client')}, relationJoins, named statements`;

/** Bulk inserts have texts of megabytes; hashing and keeping them would cost more than it saves. */
const LONGEST_NAMED_STATEMENT = 10_000;

export async function open(connection: Connection): Promise<Contender> {
  const names = new Map<string, string>();
  const adapter = new PrismaPg(
    { connectionString: connection.url, max: connection.poolMax },
    { statementNameGenerator: ({ sql }) => statementName(names, sql) },
  );
  const prisma = new PrismaClient({ adapter });
  await prisma.$connect();
  // The two generated types differ only in the option of the preview feature, which is left at its default.
  return prismaContender(prisma as unknown as PlainClient);
}

function statementName(names: Map<string, string>, sql: string): string {
  if (sql.length > LONGEST_NAMED_STATEMENT) return '';
  let name = names.get(sql);
  if (name === undefined) {
    name = `prisma_${createHash('sha256').update(sql).digest('hex').slice(0, 24)}`;
    names.set(sql, name);
  }
  return name;
}
