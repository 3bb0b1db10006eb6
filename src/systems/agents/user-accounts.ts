/** Users together with what their accounts may do, for administrators. */
import {
  type Accounts,
  camelRow,
  camelRows,
  decodeCursor,
  GuildhallError,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import type { User } from './types.ts';

export interface UserAccount extends User {
  readonly roles: readonly string[];
  /** Null: enabled. */
  readonly disabledAt: Date | null;
}

const COLUMNS = 'u.id, u.email, u.name, a.roles, a.disabled_at, u.created_at, u.updated_at';
const FROM = ':schema.users u join :schema.accounts a on a.id = u.id';

/** Newest first. */
export async function pageUserAccounts(
  context: Context,
  request: PageRequest = {},
): Promise<Page<UserAccount>> {
  const limit = pageLimit(request.limit);
  const after = decodeCursor('users', request.cursor);
  const rows = await context.scope.query<object>(
    `select ${COLUMNS} from ${FROM}
      where $1::timestamptz is null or (u.created_at, u.id) < ($1, $2)
      order by u.created_at desc, u.id desc limit $3`,
    [after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage('users', camelRows<UserAccount>(rows), limit, ({ createdAt }) => createdAt);
  if (request.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>('select count(*) as total from :schema.users');
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

/** Throws `not_found` ("User not found"). */
export async function getUserAccount(context: Context, id: string): Promise<UserAccount> {
  const rows = await context.scope.query<object>(`select ${COLUMNS} from ${FROM} where u.id = $1`, [id]);
  if (rows[0] === undefined) throw new GuildhallError('not_found', 'User not found', { field: 'id' });
  return camelRow<UserAccount>(rows[0]);
}

export interface AccountChange {
  /** Replaces all roles. */
  readonly roles?: readonly string[];
  /** True ends all sessions, and keys are refused; false lets the user in again. */
  readonly disabled?: boolean;
}

/** Counts from the user's next request on, for tokens and keys that exist already. */
export async function changeUserAccount(
  context: Context,
  id: string,
  change: AccountChange,
): Promise<UserAccount> {
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    await getUserAccount(inner, id);
    const accounts: Accounts = inner.accounts.on(tx).by(inner.actor);
    if (change.roles !== undefined) await accounts.setRoles(id, change.roles);
    if (change.disabled === true) await accounts.disableAccount(id);
    if (change.disabled === false) await accounts.enableAccount(id);
    return getUserAccount(inner, id);
  });
}
