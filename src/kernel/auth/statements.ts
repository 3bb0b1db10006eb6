/** Statements that change an account, each with its entry in the audit trail. */

export const ACCOUNT_COLUMNS = 'id, kind, login, roles, disabled_at, created_at, updated_at';

// $1 to $3 are the actor. Entries are written by the statement of the change: one round trip, one fate.
const audited = (action: string, values: { before: string; after: string; from: string }) => `
  audited as (
    insert into :schema.audit_log (actor_kind, actor_id, request_id, action, subject, before, after)
    select $1, $2, $3, '${action}', changed.id, ${values.before}, ${values.after}
    from ${values.from}
  )`;

// Nothing is thrown by the statement for a taken login, so the transaction around it can go on.
export const INSERT = `
  with changed as (
    insert into :schema.accounts (id, kind, login, password_hash, roles)
    values ($4, $5, $6, $7, $8)
    on conflict (login) do nothing
    returning ${ACCOUNT_COLUMNS}
  ), ${audited('account.created', {
    before: 'null',
    after: "jsonb_build_object('kind', kind, 'login', login, 'roles', roles)",
    from: 'changed',
  })}
  select ${ACCOUNT_COLUMNS} from changed`;

/** An update of one account whose entry tells the values before and after. */
const update = (action: string, parts: { set: string; tell: (row: string) => string; where?: string }) => `
  with previous as (
    select *
    from :schema.accounts
    where id = $4${parts.where === undefined ? '' : ` and ${parts.where}`}
    for no key update
  ), changed as (
    update :schema.accounts as a
    set ${parts.set}, updated_at = now()
    from previous
    where a.id = previous.id
    returning ${ACCOUNT_COLUMNS.split(', ')
      .map((name) => `a.${name}`)
      .join(', ')}
  ), ${audited(action, {
    before: parts.tell('previous'),
    after: parts.tell('changed'),
    from: 'changed join previous on previous.id = changed.id',
  })}
  select ${ACCOUNT_COLUMNS} from changed`;

export const SET_LOGIN = update('account.login_changed', {
  set: 'login = $5',
  tell: (row) => `jsonb_build_object('login', ${row}.login)`,
});

export const SET_ROLES = update('account.roles_set', {
  set: 'roles = $5',
  tell: (row) => `jsonb_build_object('roles', ${row}.roles)`,
});

export const DISABLE = update('account.disabled', {
  set: 'disabled_at = coalesce(a.disabled_at, now()), session_epoch = a.session_epoch + 1',
  tell: (row) => `jsonb_build_object('disabledAt', ${row}.disabled_at)`,
});

export const ENABLE = update('account.enabled', {
  set: 'disabled_at = null',
  tell: (row) => `jsonb_build_object('disabledAt', ${row}.disabled_at)`,
});

// The epoch ends all sessions in this one row, so no sign-in that runs beside it can be missed.
// $6, when given, is the hash that was verified: of two changes at once the second is refused.
export const SET_PASSWORD = update('account.password_changed', {
  set: 'password_hash = $5, session_epoch = a.session_epoch + 1',
  tell: () => 'null::jsonb',
  where: '($6::text is null or password_hash = $6)',
});

export const END_SESSIONS = update('account.sessions_ended', {
  set: 'session_epoch = a.session_epoch + 1',
  tell: () => 'null::jsonb',
});

export const DELETE = `
  with changed as (
    delete from :schema.accounts
    where id = $4
    returning ${ACCOUNT_COLUMNS}
  ), ${audited('account.deleted', {
    before: "jsonb_build_object('kind', kind, 'login', login, 'roles', roles)",
    after: 'null',
    from: 'changed',
  })}
  select id from changed`;
