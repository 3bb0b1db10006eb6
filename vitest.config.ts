import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    pool: 'forks',
    // One more than the two cores we plan for: a worker often waits, for the server or for a killed process.
    maxWorkers: 3,
    // Modules are loaded once a worker instead of once a file; files share nothing else, each has its database.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // The report is what .ci/run takes its closing line from.
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/test-report.json' }]],
  },
});
