/** Prints the last test run as one plain line: "N passed, N failed, N skipped". */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = fileURLToPath(new URL('../node_modules/.cache/test-report.json', import.meta.url));
const report = JSON.parse(readFileSync(path, 'utf8'));
console.log(
  `${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests} skipped`,
);
