/** Words some refusals as the founding API does, whose clients show them to people. */

/** Text of an unknown agent status, with the value that came. */
export function badStatus(value: unknown): string {
  return `Invalid agent status: ${String(value).slice(0, 80)}. Must be one of: running, completed, failed`;
}
