/** Door of the outgoing webhooks. */
export { fanOut } from './fan-out.ts';
export { addWebhookRoutes } from './routes.ts';
export { type Webhooks, webhooksOf } from './service.ts';
export {
  secretText,
  signWebhook,
  type VerifyOptions,
  verifyWebhook,
  type WebhookHeaders,
} from './signature.ts';
export type * from './types.ts';
export { createDeliveryWorker, type DeliveryWorker, retireDeliveries, type WorkerOptions } from './worker.ts';
