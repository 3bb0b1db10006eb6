/** `guildhall up`: opens or creates the database, migrates, seeds on the first run, serves until a signal. */
import type { Command } from 'commander';
import { type Instance, migratorOf, startTasks, type TaskRunner } from '../guildhall.ts';
import { createApp, createLogger, type Logger, serve } from '../http/index.ts';
import { banner, type DemoSignIns } from './banner.ts';
import { withSession } from './run.ts';
import type { OpenSession, Session } from './session.ts';
import { VERSION } from './version.ts';

export function addUpCommand(program: Command): void {
  program
    .command('up')
    .description('start everything: database, migrations, demonstration data on the first run, HTTP server')
    .option('--no-seed', 'write no demonstration data on the first run')
    .addHelpText(
      'after',
      '\nExamples:\n  guildhall up\n  PORT=8080 HOST=0.0.0.0 guildhall up\n  guildhall up --no-seed',
    )
    .action((options: { readonly seed: boolean }, command: Command) =>
      withSession(command, (session) => runUp(session, options.seed && session.config.seed)),
    );
}

async function runUp(session: Session, seeds: boolean): Promise<void> {
  const { config, output } = session;
  const logger = createLogger({ level: config.logLevel });
  const onError = (error: unknown): void => logger.error({ err: error }, 'background error');
  const stopped = stopSignal();
  const open = await session.open({ onError });
  const signIns = await prepare(open.guildhall.instances, seeds);
  const app = createApp({
    database: open.database,
    instances: open.guildhall.instances,
    config: { ...config.http, version: VERSION },
    logger,
  });
  const server = await serve(app, { host: config.host, port: config.port });
  const tasks = startTasks(open.guildhall.instances, { onError });
  output.text(banner({ open, config, url: server.url, signIns, version: VERSION }));
  output.value({
    url: server.url,
    database: open.database.address,
    instances: open.guildhall.instances.map((i) => i.schema),
  });
  await stopped.signal;
  await shutDown({ logger, tasks, close: () => server.close(), open, stopped });
}

/** Migrates every instance; one that was just created gets its demonstration data. */
async function prepare(instances: readonly Instance[], seeds: boolean): Promise<readonly DemoSignIns[]> {
  const results: DemoSignIns[] = [];
  for (const instance of instances) {
    const steps = await migratorOf(instance).up();
    const first = steps.some(
      (step) => step.module === instance.definition.name && step.name.startsWith('0001_'),
    );
    if (!seeds) continue;
    // Later starts show the sign-ins, and write nothing: seeding is for the first run.
    if (first) await instance.definition.seed(instance.service);
    results.push({
      schema: instance.schema,
      signIns: await instance.definition.demoSignIns(instance.service),
    });
  }
  return results;
}

async function shutDown(parts: {
  readonly logger: Logger;
  readonly tasks: TaskRunner;
  readonly close: () => Promise<void>;
  readonly open: OpenSession;
  readonly stopped: StopSignal;
}): Promise<void> {
  parts.logger.info('stopping: finishing calls in flight');
  await parts.close();
  await parts.tasks.stop();
  parts.stopped.done();
}

interface StopSignal {
  readonly signal: Promise<NodeJS.Signals>;
  done(): void;
}

/** The first signal drains; the second ends the process at once. */
function stopSignal(): StopSignal {
  const names: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  let stop: (name: NodeJS.Signals) => void = () => undefined;
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    stop = resolve;
  });
  let count = 0;
  const listener = (name: NodeJS.Signals): void => {
    count += 1;
    if (count > 1) process.exit(130);
    stop(name);
  };
  for (const name of names) process.on(name, listener);
  return {
    signal,
    done: () => {
      for (const name of names) process.off(name, listener);
    },
  };
}
