/** Finds the kind of a file, and refuses options that it does not know. */
import { invalidInput } from '../errors.ts';
import type { ImportRequest } from '../system.ts';
import { readSample } from './read.ts';
import type { FileKind } from './types.ts';

/** The kind of a file, from its name and beginning; throws `invalid_input` when none of them fits. */
export async function recogniseFile(
  request: Pick<ImportRequest, 'source' | 'open'>,
  kinds: readonly FileKind[],
): Promise<string> {
  const sample = await readSample(request.open());
  const name = request.source.toLowerCase();
  const found = kinds.find((candidate) => candidate.recognises(name, sample));
  if (found !== undefined) return found.kind;
  throw invalidInput(
    'kind',
    `${request.source} is not recognised as a file that can be imported.`,
    `Name its kind: ${kinds.map(({ kind }) => kind).join(', ')}.`,
  );
}

export function unknownKind(kind: string, kinds: readonly FileKind[]): Error {
  const known = kinds.map((one) => one.kind).join(', ');
  return invalidInput('kind', `"${kind}" is not a kind of file.`, `Use one of: ${known}.`);
}

/** Throws `invalid_input` for an option that this kind of import does not know. */
export function checkImportOptions(request: ImportRequest, known: readonly string[]): void {
  for (const name of Object.keys(request.options ?? {})) {
    if (known.includes(name)) continue;
    throw invalidInput(
      `options.${name}`,
      `${name} is not an option of this import.`,
      `Options: ${known.join(', ')}.`,
    );
  }
}
