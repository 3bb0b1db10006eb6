/** The kernel's door: what systems and faces may import. */
export {
  type Actor,
  type AuditEntry,
  type Change,
  listAudit,
  recordChange,
  SYSTEM_ACTOR,
} from './audit.ts';
export {
  type Account,
  type AccountMessages,
  type AccountOptions,
  type Accounts,
  type ApiKey,
  accountConstraints,
  accountsOn,
  checksumAddress,
  hasRole,
  type IssuedApiKey,
  isWalletOrigin,
  MAX_SIGN_IN_MESSAGE,
  type NewAccount,
  type NewApiKey,
  readSignInMessage,
  readWalletSettings,
  type SignedIn,
  type SignInMessage,
  signerOf,
  type WalletSettings,
  type WalletSite,
  walletSiteOf,
  writeSignInMessage,
} from './auth/index.ts';
export { addApiKeyRoutes, issuedKeySchema } from './auth/key-routes.ts';
export {
  addPasswordRoute,
  addSessionRoutes,
  addSignInRoutes,
  passwordInput,
  type SignInOptions,
  tokenFields,
  tokensOf,
} from './auth/routes.ts';
export { type BulkInsert, bulkInsert, MAX_BULK_ROWS } from './bulk.ts';
export {
  acquireEmbedded,
  destroyEmbedded,
  type EmbeddedServer,
  embeddedStatus,
  stopEmbedded,
} from './database/embedded/index.ts';
export { type DatabaseHealth, databaseHealth, isReachable } from './database/health.ts';
export { type OpenOptions, openDatabase } from './database/open.ts';
export { readConnectionSettings } from './database/settings.ts';
export { sqlStateOf } from './database/sql-errors.ts';
export { type SchemaStats, schemaStats, type TableStats } from './database/stats.ts';
export type {
  Database,
  Executor,
  IsolationLevel,
  PoolState,
  QueryOptions,
  QueryResult,
  QueryTiming,
  Transaction,
  TransactionOptions,
} from './database/types.ts';
export { canonicalDecimal, decimalText } from './decimal.ts';
export {
  assert,
  ERROR_CODES,
  type ErrorCode,
  type ErrorOptions,
  GuildhallError,
  invalidInput,
  isGuildhallError,
} from './errors.ts';
export {
  type EngineFigures,
  engineFigures,
  MAX_COUNTED,
  MAX_JOBS_COUNTED,
  MAX_QUEUES,
  type QueueFigures,
} from './figures/index.ts';
export { type Batch, gather } from './gather.ts';
export { type IdempotentAnswer, type IdempotentCall, runIdempotent } from './idempotency.ts';
export { assertId, newId } from './ids.ts';
export * from './imports/index.ts';
export { actorParams, jsonParam, moment, requiredText, storableText } from './input.ts';
export { createInstance, migratorOf, modulesOf, verify } from './instance.ts';
export { canonicalJson, contentHash, decodeJson, encodeJson } from './json.ts';
export { MAX_JSON_DEPTH, parseJson } from './json-body.ts';
export * from './ledger/index.ts';
export { addLedgerRoutes } from './ledger/routes.ts';
export { catalogTemplate, readCatalog } from './migrate/catalog.ts';
export type { Finding } from './migrate/drift.ts';
export type { ModuleStatus } from './migrate/history.ts';
export { isUpToDate } from './migrate/history.ts';
export type { DownOptions, Migrator, Step } from './migrate/migrator.ts';
export { generateTypes } from './migrate/type-generator.ts';
export type { Verification } from './migrate/verify.ts';
export { latestCursor, MAX_EVENTS, readEvents } from './outbox.ts';
export {
  DEFAULT_PAGE,
  decodeCursor,
  encodeCursor,
  MAX_PAGE,
  type Page,
  type PageRequest,
  pageLimit,
  toPage,
} from './page.ts';
export * from './queue/index.ts';
export {
  addRetentionPolicy,
  changeRetentionPolicy,
  type RetentionAlarm,
  type RetentionChange,
  type RetentionKind,
  type RetentionPolicy,
  type RetentionProgress,
  type RetentionResult,
  type RetentionRunOptions,
  type RetentionStatus,
  retentionAlarms,
  retentionStatus,
  runRetention,
} from './retention/index.ts';
export * from './route-access.ts';
export * from './route-input.ts';
export * from './route-schemas.ts';
export * from './routes.ts';
export { camelRow, camelRows } from './rows.ts';
export { createScope } from './scope.ts';
export * from './system.ts';
export { startTasks, type TaskRunner } from './tasks.ts';
export { invalidFields } from './validation.ts';
export {
  type Attempt as WebhookAttempt,
  addWebhookRoutes,
  type CreatedWebhook,
  type Delivery as WebhookDelivery,
  type DeliveryDetail as WebhookDeliveryDetail,
  type DeliveryListRequest as WebhookDeliveryListRequest,
  type DeliveryState as WebhookDeliveryState,
  type NewWebhook,
  type ReplayRequest as WebhookReplayRequest,
  type ReplayResult as WebhookReplayResult,
  type RotatedSecret as RotatedWebhookSecret,
  secretText as webhookSecretText,
  signWebhook,
  type VerifyOptions as WebhookVerifyOptions,
  verifyWebhook,
  type Webhook,
  type WebhookChange,
  type WebhookHeaders,
  type WebhookListRequest,
  type WebhookSettings,
  type Webhooks,
  webhooksOf,
} from './webhooks/index.ts';
export * from './wire.ts';
