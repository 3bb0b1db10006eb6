/** The project that receives the rows of an import. */
import { type Actor, GuildhallError, newId, type Scope, SYSTEM_ACTOR } from '../../../kernel/index.ts';

/** The project that receives the rows, made when there is none of that name. */
export async function findOrCreateProject(
  scope: Scope,
  wanted: { readonly project: string; readonly user: string | undefined; readonly actor: Actor | undefined },
): Promise<string> {
  const actor = wanted.actor ?? SYSTEM_ACTOR;
  return scope.executor.transaction(async (tx) => {
    const inside = scope.on(tx);
    // Two imports that start at once must not make two projects of one name.
    await inside.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
      `${scope.schema} import ${wanted.project}`,
    ]);
    const [row] = await inside.query<{ owner: string | null; found: string | null; made: string | null }>(
      `with owner as (
         select id from :schema.users
         where $2::text is null or id = $2 or email = lower($2)
         order by created_at, id limit 1
       ), found as (
         select p.id from :schema.projects p
         where (p.id = $1 or p.name = $1) and ($2::text is null or p.user_id = (select id from owner))
         order by p.id = $1 desc, p.user_id = (select id from owner) desc, p.created_at, p.id limit 1
       ), made as (
         insert into :schema.projects (id, name, path, user_id)
         select $3, $1, $4, o.id from owner o
         where not exists (select from found) and $1 !~ '^prj_'
         returning id, user_id, name, path
       ), told as (
         select :schema.record_change($5, $6, $7, 'project.created', id, user_id, null,
           jsonb_build_object('name', name, 'path', path)) from made
       )
       select (select id from owner) as owner, (select id from found) as found,
         (select m.id from made m, told) as made`,
      [
        wanted.project,
        wanted.user ?? null,
        newId('prj'),
        `/imports/${wanted.project.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`,
        actor.kind,
        actor.id,
        actor.requestId ?? null,
      ],
    );
    const id = row?.found ?? row?.made;
    if (typeof id === 'string') return id;
    throw missing(wanted.project, wanted.user, row?.owner ?? null);
  });
}

function missing(project: string, user: string | undefined, owner: string | null): GuildhallError {
  if (owner !== null) {
    return new GuildhallError('not_found', `There is no project ${project}.`, {
      field: 'project',
      hint: 'Name a project by id or name; a new name makes a new project.',
    });
  }
  if (user !== undefined) {
    return new GuildhallError('not_found', `There is no user ${user}.`, {
      field: 'user',
      hint: 'Name a user by e-mail or id.',
    });
  }
  return new GuildhallError('conflict', 'There is no user yet who could own the imported project.', {
    field: 'user',
    hint: 'Create a user first: guildhall seed, or register over the API.',
  });
}
