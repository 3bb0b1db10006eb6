/** The embedded server: a native PostgreSQL on this machine, its data in `.guildhall`, shared by all commands. */
export { acquireEmbedded } from './acquire.ts';
export { destroyEmbedded, embeddedStatus, stopEmbedded } from './stop.ts';
export type { EmbeddedOptions, EmbeddedServer, EmbeddedStatus, ServerPlace } from './types.ts';
