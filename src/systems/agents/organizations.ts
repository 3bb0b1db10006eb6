/** Organizations: who works together. Registration gives every user a personal one. */
import {
  assert,
  camelRow,
  camelRows,
  decodeCursor,
  newId,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from '../../kernel/index.ts';
import { actorParams, type Context } from './context.ts';
import type { NewUser, User } from './types.ts';
import { insertUser, prepareUser } from './users.ts';

export const ORGANIZATION_ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export const ORGANIZATION_TYPES = ['personal', 'company'] as const;
export const SUBSCRIPTION_TIERS = ['free', 'pro', 'enterprise'] as const;

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly type: (typeof ORGANIZATION_TYPES)[number];
  /** Unique; derived from the name. */
  readonly slug: string;
  readonly description: string | null;
  readonly subscriptionTier: (typeof SUBSCRIPTION_TIERS)[number];
  /** USD a month, exact. */
  readonly subscriptionPrice: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An organization as one of its members sees it. */
export interface Membership extends Organization {
  readonly role: (typeof ORGANIZATION_ROLES)[number];
  readonly joinedAt: Date;
}

export interface Registration {
  readonly user: User;
  readonly organization: Organization;
}

const COLUMNS =
  'id, name, type, slug, description, subscription_tier, subscription_price, created_at, updated_at';
const LIST = 'organizations';
/** Leaves room for the piece of an id that tells two of one name apart. */
const MAX_SLUG = 60;

/** Creates account, user, personal organization and ownership, all or none. Throws like `createUser`. */
export async function registerUser(context: Context, input: NewUser): Promise<Registration> {
  const prepared = await prepareUser(context, input);
  return context.scope.executor.transaction(async (tx) => {
    const inner = { ...context, scope: context.scope.on(tx) };
    const user = await insertUser(inner, prepared);
    return { user, organization: await createPersonalOrganization(inner, user) };
  });
}

/** The organizations a user belongs to, newest membership first. */
export async function pageOrganizations(
  context: Context,
  request: PageRequest & { readonly userId: string },
): Promise<Page<Membership>> {
  const limit = pageLimit(request.limit);
  const after = decodeCursor(LIST, request.cursor);
  const rows = await context.scope.query<object>(
    `select ${COLUMNS.replaceAll(/\w+/g, 'o.$&')}, m.role, m.joined_at
       from :schema.organization_members m join :schema.organizations o on o.id = m.organization_id
      where m.user_id = $1 and ($2::timestamptz is null or (m.joined_at, m.organization_id) < ($2, $3))
      order by m.joined_at desc, m.organization_id desc limit $4`,
    [request.userId, after?.at ?? null, after?.id ?? null, limit + 1],
  );
  const page = toPage(LIST, camelRows<Membership>(rows), limit, ({ joinedAt }) => joinedAt);
  if (request.withTotal !== true) return page;
  const counted = await context.scope.query<{ total: bigint }>(
    'select count(*) as total from :schema.organization_members where user_id = $1',
    [request.userId],
  );
  return { ...page, total: Number(counted[0]?.total ?? 0) };
}

/** Runs in the transaction that makes the user. */
export async function createPersonalOrganization(
  context: Context,
  user: Pick<User, 'id' | 'name' | 'email'>,
  id = newId('org'),
): Promise<Organization> {
  const name = user.name?.trim() || localPart(user.email);
  const slug = slugOf(name);
  // The second try has a piece of the id in its slug; the first one waits for whoever takes the slug just now.
  const row =
    (await insert(context, { id, name, slug, userId: user.id })) ??
    (await insert(context, { id, name, slug: `${slug}-${id.slice(-10)}`, userId: user.id }));
  assert(row !== undefined, 'a slug with a piece of a new id is taken');
  return camelRow<Organization>(row);
}

async function insert(
  context: Context,
  made: { readonly id: string; readonly name: string; readonly slug: string; readonly userId: string },
): Promise<object | undefined> {
  const rows = await context.scope.query<object>(
    `with made as (
       insert into :schema.organizations (id, name, type, slug, personal_user_id)
       values ($4, $5, 'personal', $6, $7) on conflict (slug) do nothing returning ${COLUMNS}
     ), owner as (
       insert into :schema.organization_members (organization_id, user_id, role)
       select id, $7, 'owner' from made
     ), told as (
       select :schema.record_change($1, $2, $3, 'organization.created', id, $7, null,
         jsonb_build_object('name', name, 'slug', slug, 'type', type)) from made
     )
     select made.* from made, told`,
    [...actorParams(context), made.id, made.name, made.slug, made.userId],
  );
  return rows[0];
}

/** Lower-case letters and digits with hyphens between them; a name without any becomes `organization`. */
export function slugOf(name: string): string {
  const words = name
    .normalize('NFKD')
    .replaceAll(/\p{Mark}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
  const slug = words.slice(0, MAX_SLUG).trim().replaceAll(' ', '-');
  return slug === '' ? 'organization' : slug;
}

function localPart(email: string): string {
  return email.slice(0, email.lastIndexOf('@'));
}
