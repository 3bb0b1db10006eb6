/** The project's own files, for the tests of tidiness: what there is, and who imports whom. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Source {
  /** Below the project's folder, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  readonly from: string;
  /** A path like `src/kernel/index.ts`, or the name of a package. */
  readonly to: string;
  readonly isPackage: boolean;
}

const LEFT_OUT = new Set(['node_modules', 'dist', '.git', '.guildhall', 'coverage', 'generated']);
const TEXT =
  /\.(ts|mjs|js|sql|md|json|yml|yaml|html|css|sh)$|(^|\/)(run|Dockerfile|\.env\.example|\.npmrc|\.gitignore)$/;

/** Every text file of the project below a folder; generated ones and data left out. */
export function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (LEFT_OUT.has(entry.name)) return [];
    if (entry.isDirectory()) return sourcesIn(path);
    return TEXT.test(path) ? [{ path, text: readFileSync(join(root, path), 'utf8') }] : [];
  });
}

/** What a TypeScript or JavaScript file imports; `typesToo` also counts what the compiler takes away. */
export function importsOf({ path, text }: Source, { typesToo }: { readonly typesToo: boolean }): Import[] {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
  return specifiersOf(file, typesToo).map((specifier) => {
    const isPackage = !specifier.startsWith('.');
    const to = isPackage ? packageOf(specifier) : relative(root, resolve(root, dirname(path), specifier));
    return { from: path, to: to.split(sep).join('/'), isPackage };
  });
}

function specifiersOf(file: ts.SourceFile, typesToo: boolean): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const declares = ts.isImportDeclaration(node) || ts.isExportDeclaration(node);
    if (declares && node.moduleSpecifier !== undefined && ts.isStringLiteral(node.moduleSpecifier)) {
      if (typesToo || !isTypeOnly(node)) found.push(node.moduleSpecifier.text);
    }
    const [argument] =
      ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword ? node.arguments : [];
    if (argument !== undefined && ts.isStringLiteral(argument)) found.push(argument.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function isTypeOnly(node: ts.ImportDeclaration | ts.ExportDeclaration): boolean {
  if (ts.isExportDeclaration(node)) {
    const names =
      node.exportClause !== undefined && ts.isNamedExports(node.exportClause)
        ? node.exportClause.elements
        : [];
    return node.isTypeOnly || (names.length > 0 && names.every((name) => name.isTypeOnly));
  }
  const clause = node.importClause;
  if (clause === undefined) return false;
  const bindings = clause.namedBindings;
  const names = bindings !== undefined && ts.isNamedImports(bindings) ? bindings.elements : [];
  return (
    clause.isTypeOnly ||
    (clause.name === undefined && names.length > 0 && names.every((name) => name.isTypeOnly))
  );
}

function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** The code without its comments, so that examples in comments are nobody's business; lines stay where they are. */
export function withoutComments({ path, text }: Source): string {
  if (path.endsWith('.sql')) return text.replace(/--.*$/gm, '');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    const children = node
      .getChildren(file)
      .filter(({ kind }) => kind < ts.SyntaxKind.FirstJSDocNode || kind > ts.SyntaxKind.LastJSDocNode);
    if (children.length > 0) {
      for (const child of children) visit(child);
      return;
    }
    // What stands before a token is space and comments.
    const before = text.slice(node.getFullStart(), node.getStart(file, false));
    parts.push(before.replace(/\S/g, ' '), text.slice(node.getStart(file, false), node.end));
  };
  visit(file);
  return parts.join('');
}

/** Places where a pattern stands, as `path:line: text`. */
export function placesOf(pattern: RegExp, { path, text }: Source): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 140)}`] : [],
    );
}
