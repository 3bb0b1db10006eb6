/** The exact sums of the kernel, where the tests of this folder look for them. */
export { ExactSum } from '../../../kernel/index.ts';
