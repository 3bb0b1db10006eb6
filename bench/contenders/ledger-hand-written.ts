/** Double entry as people write it by hand: row locks from the application, and the same in PL/pgSQL. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { benchFolder } from '../support/dataset.ts';
import {
  AMOUNT,
  BATCH,
  CALLERS,
  type Contender,
  type Layout,
  pair,
  query,
} from '../support/ledger-contract.ts';
import type { BenchServer } from '../support/server.ts';

export async function openHandWritten(
  server: BenchServer,
  closers: (() => Promise<unknown>)[],
): Promise<Contender[]> {
  await query(server, 'postgres', 'create database hand_written');
  await query(
    server,
    'hand_written',
    await readFile(join(benchFolder(), 'contenders', 'ledger-rivals.sql'), 'utf8'),
  );
  await query(server, 'hand_written', 'insert into hand_accounts (id) select generate_series(0, 10000)');
  await query(server, 'hand_written', 'vacuum analyze');
  const pool = new pg.Pool({ connectionString: server.url('hand_written'), max: CALLERS });
  closers.push(() => pool.end());
  let count = 0;
  const next = (layout: Layout): [string, number, number] => {
    const [from, to] = pair(layout);
    count += 1;
    return [`bench-${count}`, layout.hot ? 10_000 : from, to];
  };
  return [
    {
      name: 'row-locks',
      shape: 'single',
      async post(layout) {
        const [key, from, to] = next(layout);
        const client = await pool.connect();
        try {
          await client.query('begin');
          await client.query({
            name: 'lock',
            text: 'select 1 from hand_accounts where id in ($1, $2) order by id for update',
            values: [from, to],
          });
          const change = {
            name: 'change',
            text: 'update hand_accounts set balance = balance + $2, version = version + 1 where id = $1 returning balance',
          };
          const less = await client.query({ ...change, values: [from, `-${AMOUNT}`] });
          const more = await client.query({ ...change, values: [to, AMOUNT] });
          const made = await client.query({
            name: 'transfer',
            text: 'insert into hand_transfers (key, from_account, to_account, amount) values ($1, $2, $3, $4) returning id',
            values: [key, from, to, AMOUNT],
          });
          await client.query({
            name: 'entries',
            text: 'insert into hand_entries (account_id, transfer_id, amount, balance) values ($1, $3, $4, $6), ($2, $3, $5, $7)',
            values: [
              from,
              to,
              made.rows[0]?.id,
              `-${AMOUNT}`,
              AMOUNT,
              less.rows[0]?.balance,
              more.rows[0]?.balance,
            ],
          });
          await client.query('commit');
        } finally {
          client.release();
        }
        return 1;
      },
    },
    {
      name: 'plpgsql',
      shape: 'single',
      async post(layout) {
        await pool.query({
          name: 'post',
          text: 'select hand_post($1, $2, $3, $4)',
          values: [...next(layout), AMOUNT],
        });
        return 1;
      },
    },
    {
      name: 'plpgsql',
      shape: 'batched',
      async post(layout) {
        const all = Array.from({ length: BATCH }, () => next(layout));
        const values = [
          all.map((one) => one[0]),
          all.map((one) => one[1]),
          all.map((one) => one[2]),
          all.map(() => AMOUNT),
        ];
        await pool.query({ name: 'all', text: 'select hand_post_all($1, $2, $3, $4)', values });
        return BATCH;
      },
    },
  ];
}
