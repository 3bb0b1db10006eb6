/** The service of `gigs`: every operation by its founding name, each usable inside a transaction. */
import {
  type Accounts,
  type Actor,
  accountsOn,
  type InstanceSettings,
  type Page,
  type Scope,
  SYSTEM_ACTOR,
  type TransactionOptions,
} from '../../kernel/index.ts';
import type { Context } from './context.ts';
import * as parties from './parties.ts';
import * as streamLists from './stream-lists.ts';
import type * as st from './stream-types.ts';
import * as streams from './streams.ts';
import type * as t from './types.ts';

export class GigsService {
  readonly scope: Scope;
  /** Passwords, sessions and API keys of this instance. */
  readonly accounts: Accounts;
  private readonly context: Context;

  constructor(scope: Scope, accounts: Accounts = defaultAccounts(scope), actor: Actor = SYSTEM_ACTOR) {
    this.scope = scope;
    this.accounts = accounts;
    this.context = { scope, accounts, actor };
  }

  /** The same service acting for somebody: the audit trail and idempotency keys are theirs. */
  by(actor: Actor): GigsService {
    return new GigsService(this.scope, this.accounts, actor);
  }

  /** The same service over another scope, such as the one inside a transaction. */
  on(scope: Scope): GigsService {
    return new GigsService(scope, this.accounts.on(scope.executor), this.context.actor);
  }

  /** Runs the body with a service whose every method takes part in one transaction. */
  transaction<T>(body: (service: GigsService) => Promise<T>, options?: TransactionOptions): Promise<T> {
    return this.scope.executor.transaction((tx) => body(this.on(this.scope.on(tx))), options);
  }

  // Workers and platforms
  registerWorker(input: t.NewWorker, options?: parties.RegisterOptions): Promise<t.Worker> {
    return parties.registerWorker(this.context, input, options);
  }
  registerPlatform(input: t.NewPlatform, options?: parties.RegisterOptions): Promise<t.Platform> {
    return parties.registerPlatform(this.context, input, options);
  }
  getWorker(id: string): Promise<t.Worker | null> {
    return parties.getWorker(this.context, id);
  }
  getPlatform(id: string): Promise<t.Platform | null> {
    return parties.getPlatform(this.context, id);
  }

  // Streams
  createStream(input: st.NewStream, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.createStream(this.context, input, options);
  }
  topUpStream(id: string, amount: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.topUpStream(this.context, id, { amount }, options);
  }
  pauseStream(id: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.pauseStream(this.context, id, options);
  }
  resumeStream(id: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.resumeStream(this.context, id, options);
  }
  cancelStream(id: string, options?: t.OnceOptions): Promise<st.StreamProgress> {
    return streams.cancelStream(this.context, id, options);
  }
  withdrawFromStream(
    id: string,
    input?: { readonly amount?: string },
    options?: t.OnceOptions,
  ): Promise<st.StreamWithdrawal> {
    return streams.withdrawFromStream(this.context, id, input, options);
  }
  releaseDueStreams(limit?: number): Promise<st.ReleaseReport> {
    return streams.releaseDueStreams(this.context, limit);
  }
  getStream(id: string): Promise<st.StreamProgress | null> {
    return streamLists.getStream(this.context, id);
  }
  listStreams(filter?: st.StreamFilter): Promise<Page<st.StreamProgress>> {
    return streamLists.listStreams(this.context, filter);
  }
  getActiveStreams(filter?: st.ActiveStreamFilter): Promise<st.ActiveStream[]> {
    return streamLists.getActiveStreams(this.context, filter);
  }
}

export function defaultAccounts(scope: Scope, settings: InstanceSettings = {}): Accounts {
  return accountsOn(scope, {
    ...(settings.tokenSecrets === undefined ? {} : { secrets: settings.tokenSecrets }),
    accessTtlS: 3_600,
    refreshTtlS: 7 * 86_400,
    loginField: 'email',
    loginRule: parties.EMAIL,
    messages: {
      invalidLogin: 'Invalid email format',
      shortPassword: 'Password must be at least 8 characters',
      loginTaken: 'Email already registered',
      badCredentials: 'Invalid email or password',
      badRefreshToken: 'Invalid refresh token',
    },
  });
}
