/** A process that migrates one schema, for a test that kills it half-way. Its arguments: URL and schema. */
import { openDatabase } from '../../src/kernel/database/open.ts';
import { createMigrator } from '../../src/kernel/migrate/migrator.ts';
import { slowModule } from './slow-module.ts';

const [url = '', schema = ''] = process.argv.slice(2);
const database = await openDatabase(url, { applicationName: 'slow migrator' });
await createMigrator({ database, schema, modules: [slowModule] }).up();
await database.close();
