/** Prisma 7 as its quick start sets it up: generated client and the node-postgres adapter, all options at their defaults. */
import { PrismaPg } from '@prisma/adapter-pg';
import type { Connection, Contender } from '../support/contract.ts';
import { versionOf } from '../support/version.ts';
import { PrismaClient } from './generated/prisma/client.ts';
import { prismaContender } from './prisma-operations.ts';

export const version = versionOf('@prisma/client');

export async function open(connection: Connection): Promise<Contender> {
  const adapter = new PrismaPg({ connectionString: connection.url, max: connection.poolMax });
  const prisma = new PrismaClient({ adapter });
  await prisma.$connect();
  return prismaContender(prisma);
}
