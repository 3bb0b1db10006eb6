/** The smallest system that uses everything the HTTP face offers; its rows are real, in a real database. */
import { z } from '@hono/zod-openapi';
import {
  type Accounts,
  accountsOn,
  callerOf,
  callerWithRole,
  countSchema,
  createRouter,
  decimalAnswer,
  decimalSchema,
  decodeCursor,
  defined,
  defineRoute,
  defineSystem,
  GuildhallError,
  idempotent,
  idSchema,
  json,
  listParam,
  newId,
  noContent,
  type Page,
  type PageRequest,
  pageLimit,
  pageQuery,
  pageSchema,
  recordChange,
  requestBytes,
  respond,
  type Scope,
  timeSchema,
  toPage,
} from '../../src/kernel/index.ts';

export interface Note {
  readonly id: string;
  readonly title: string;
  readonly amount: string;
  readonly tokens: bigint;
  readonly createdAt: Date;
}

export interface NewNote {
  readonly title: string;
  readonly amount: string;
  readonly tokens?: number;
}

export interface NotesService {
  readonly accounts: Accounts;
  create(scope: Scope, owner: string, input: NewNote): Promise<Note>;
  get(owner: string, id: string): Promise<Note>;
  list(owner: string, page: PageRequest): Promise<Page<Note>>;
}

/** Largest import in the tests; small, so that one byte past it is quickly sent. */
export const IMPORT_BYTES = 2_000_000;

const COLUMNS = 'id, title, amount, tokens, created_at as "createdAt"';

const noteSchema = z
  .object({
    id: idSchema('not'),
    title: z.string().openapi({ example: 'Lunch' }),
    amount: decimalAnswer('12.50'),
    tokens: countSchema(),
    createdAt: timeSchema(),
  })
  .openapi('Note');

const newNoteSchema = z.strictObject({
  title: z.string().min(1).max(200).openapi({ example: 'Lunch' }),
  amount: decimalSchema({ min: 'zero', example: '12.50' }),
  tokens: z.int().min(0).optional(),
});

const noteId = z.object({ id: idSchema('not') });

export const notesSystem = defineSystem<NotesService>({
  name: 'notes',
  title: 'Notes',
  summary: 'Notes with amounts, for tests.',
  sql: {
    name: 'notes',
    files: [
      {
        path: 'migrations/0001_create_notes.up.sql',
        text: `create table :schema.notes (
          id text primary key, owner_id text not null, title text not null, amount numeric not null,
          tokens bigint not null, created_at timestamptz(3) not null default clock_timestamp());`,
      },
      { path: 'migrations/0001_create_notes.down.sql', text: 'drop table :schema.notes;' },
    ],
  },
  catalog: {},
  constraints: {},
  createService,
  accountsOf: ({ accounts }) => accounts,
  createRouter: ({ scope, service }) => {
    const router = createRouter();
    const { accounts } = service;

    router.openapi(
      defineRoute({
        method: 'post',
        path: '/auth/login',
        operationId: 'login',
        tags: ['auth'],
        summary: 'Sign in',
        security: [],
        request: { body: { content: json(z.strictObject({ login: z.string(), password: z.string() })) } },
        responses: { 200: { description: 'Tokens.', content: json(z.object({ accessToken: z.string() })) } },
      }),
      async (c) => {
        const { accessToken } = await accounts.signIn(c.req.valid('json'));
        return respond(c, 200, { accessToken });
      },
    );

    router.openapi(
      defineRoute({
        method: 'get',
        path: '/notes',
        operationId: 'listNotes',
        tags: ['notes'],
        summary: 'List notes',
        request: { query: pageQuery.extend({ include: listParam(['owner', 'events']).optional() }) },
        responses: { 200: { description: 'A page.', content: json(pageSchema(noteSchema)) } },
      }),
      async (c) => {
        const { include: _include, ...page } = c.req.valid('query');
        return respond(c, 200, await service.list(callerOf(c).id, defined(page)));
      },
    );

    router.openapi(
      defineRoute({
        method: 'post',
        path: '/notes',
        operationId: 'createNote',
        tags: ['notes'],
        summary: 'Add a note',
        request: { body: { content: json(newNoteSchema) } },
        responses: { 201: { description: 'The note.', content: json(noteSchema) } },
      }),
      (c) =>
        idempotent(c, scope, {
          status: 201,
          body: (inner) => service.create(inner, callerOf(c).id, defined(c.req.valid('json'))),
        }),
    );

    router.openapi(
      defineRoute({
        method: 'get',
        path: '/notes/{id}',
        tags: ['notes'],
        summary: 'One note',
        request: { params: noteId },
        responses: { 200: { description: 'The note.', content: json(noteSchema) } },
      }),
      async (c) => respond(c, 200, await service.get(callerOf(c).id, c.req.valid('param').id)),
    );

    router.openapi(
      defineRoute({
        method: 'delete',
        path: '/notes/{id}',
        tags: ['notes'],
        summary: 'Remove a note',
        request: { params: noteId },
        responses: { 204: { description: 'Gone.' } },
      }),
      async (c) => {
        const { id } = await service.get(callerOf(c).id, c.req.valid('param').id);
        await scope.query('delete from :schema.notes where id = $1', [id]);
        return noContent(c);
      },
    );

    router.openapi(
      defineRoute({
        method: 'post',
        path: '/imports',
        tags: ['imports'],
        summary: 'Import a file',
        limits: { streamsBody: true, bodyBytes: IMPORT_BYTES, timeMs: 0 },
        request: { body: { content: { 'application/octet-stream': {} } } },
        responses: { 200: { description: 'Size.', content: json(z.object({ bytes: z.int() })) } },
      }),
      async (c) => {
        let bytes = 0;
        const idleMs = Number(c.req.query('idleMs') ?? 5_000);
        for await (const chunk of requestBytes(c, idleMs)) bytes += chunk.byteLength;
        return respond(c, 200, { bytes });
      },
    );

    router.openapi(
      defineRoute({
        method: 'get',
        path: '/admin',
        tags: ['admin'],
        responses: { 200: { description: 'Hello.', content: json(z.object({ login: z.string() })) } },
      }),
      (c) => respond(c, 200, { login: callerWithRole(c, 'admin').login }),
    );

    router.openapi(
      defineRoute({
        method: 'get',
        path: '/optional',
        tags: ['admin'],
        security: [{}, { bearer: [] }],
        responses: {
          200: { description: 'Who.', content: json(z.object({ login: z.string().nullable() })) },
        },
      }),
      (c) => respond(c, 200, { login: c.get('principal')?.login ?? null }),
    );

    router.openapi(
      defineRoute({
        method: 'get',
        path: '/slow',
        tags: ['faults'],
        security: [],
        limits: { timeMs: 60 },
        responses: { 200: { description: 'Never.', content: json(z.object({})) } },
      }),
      async (c) => {
        const signal = c.get('signal');
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
        return respond(c, 200, {});
      },
    );

    router.openapi(
      defineRoute({
        method: 'get',
        path: '/broken/{how}',
        tags: ['faults'],
        security: [],
        request: { params: z.object({ how: z.string() }) },
        responses: { 200: { description: 'Never.', content: json(z.object({})) } },
      }),
      (c) => {
        const { how } = c.req.valid('param');
        if (how === 'string') throw 'the password is hunter2';
        if (how === 'limit') throw new GuildhallError('limit_exceeded', 'The budget of prj_1 is used up.');
        throw new Error('select * from secrets where password = hunter2');
      },
    );

    // Declares nothing, so it must be closed to strangers.
    router.get('/undeclared', (c) => respond(c, 200, { id: callerOf(c).id }));
    return router;
  },
  seed: async () => ({ counts: {}, written: false }),
  demoSignIns: async () => [],
  tasks: [],
  maySee: (principal, event) => event.audience === principal.id,
  tryFirst: [{ title: 'See whether it is alive', command: 'curl http://localhost:4477/livez' }],
});

function createService(scope: Scope): NotesService {
  return {
    accounts: accountsOn(scope),
    async create(inner, owner, { title, amount, tokens = 0 }) {
      const [note] = await inner.query<Note>(
        `insert into :schema.notes (id, owner_id, title, amount, tokens) values ($1, $2, $3, $4, $5) returning ${COLUMNS}`,
        [newId('not'), owner, title, amount, tokens],
      );
      await recordChange(
        inner,
        { kind: 'user', id: owner },
        { action: 'note.created', subject: note!.id, audience: owner, after: { title } },
      );
      return note!;
    },
    async get(owner, id) {
      const [note] = await scope.query<Note>(
        `select ${COLUMNS} from :schema.notes where id = $1 and owner_id = $2`,
        [id, owner],
      );
      if (!note) throw new GuildhallError('not_found', `There is no note ${id}.`);
      return note;
    },
    async list(owner, page) {
      const limit = pageLimit(page.limit);
      const after = decodeCursor('notes', page.cursor);
      const rows = await scope.query<Note>(
        `select ${COLUMNS} from :schema.notes where owner_id = $1
          and ($2::timestamptz is null or (created_at, id) < ($2, $3)) order by created_at desc, id desc limit $4`,
        [owner, after?.at ?? null, after?.id ?? null, limit + 1],
      );
      return toPage('notes', rows, limit, ({ createdAt }) => createdAt);
    },
  };
}
