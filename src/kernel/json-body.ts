/** Reads JSON that a caller sent: strictly, within limits, and nothing that PostgreSQL could not store. */
import { invalidInput } from './errors.ts';
import { fieldName } from './validation.ts';

/** Deeper nesting is not data but an attack on recursive code; real settings and logs stay below ten. */
export const MAX_JSON_DEPTH = 32;

/** Parses a JSON body strictly: valid UTF-8, not too deep, and no text that PostgreSQL cannot hold. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  if (tooDeep(text)) {
    throw invalidInput(
      'body',
      `The body is nested more than ${MAX_JSON_DEPTH} levels deep.`,
      'Send flatter JSON, or put the inner part into a text field.',
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    throw invalidInput(
      'body',
      `The body is not valid JSON${position === undefined ? '' : `: it goes wrong at character ${position}`}.`,
      'Check quotes, commas and brackets.',
    );
  }
  // Control characters and lone surrogates can only come from an escape once the bytes were valid UTF-8.
  if (text.includes('\\u')) refuseUnstorable(value, []);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw invalidInput('body', 'The body is not valid UTF-8.', 'Encode the JSON as UTF-8.');
  }
}

/** One pass over the text: recursion in the parser or in validators must never see it first. */
function tooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) {
      inString = true;
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > MAX_JSON_DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}

function refuseUnstorable(value: unknown, path: readonly (string | number)[]): void {
  if (typeof value === 'string') {
    refuseText(value, path);
  } else if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) refuseUnstorable(entry, [...path, index]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      refuseText(key, path);
      refuseUnstorable(entry, [...path, key]);
    }
  }
}

function refuseText(text: string, path: readonly (string | number)[]): void {
  const problem = text.includes('\0')
    ? 'the NUL character'
    : /\p{Surrogate}/u.test(text)
      ? 'half a surrogate pair'
      : null;
  if (problem === null) return;
  const field = fieldName(path);
  throw invalidInput(field, `${field} holds ${problem}, which text in PostgreSQL cannot.`, 'Remove it.');
}
