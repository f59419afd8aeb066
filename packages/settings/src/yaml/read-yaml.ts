import { Composer, type CST, type Document, LineCounter, Parser, type YAMLError } from 'yaml';
import { type Fault, growTree, MAX_DEPTH, tooDeepAt } from './grow-tree.ts';
import type { Place, Tree } from './tree.ts';

/**
 * Limit of the length of a text, characters. Scenarios have a few thousand; parsing a quarter of a
 * million takes about a second at worst.
 */
export const MAX_TEXT = 256 * 1_024;

/** Kind of a file, for messages. */
export interface FileKind {
  /** Noun for the file, such as `scenario` in "too large to be a scenario". */
  noun: string;
  /** Hint for an empty file. */
  begin: string;
}

/** YAML syntax error. */
export interface YamlProblem extends Place {
  message: string;
  hint: string | null;
}

/**
 * Reads one YAML 1.2 document. Time and memory are limited for any text by limits of its length,
 * its nesting and its size with aliases expanded. Never throws.
 * @returns the tree, or null if there are problems
 */
export const readYaml = (
  text: string,
  { noun, begin }: FileKind,
): { tree: Tree | null; problems: YamlProblem[] } => {
  const failed = (at: Place, message: string, hint: string | null) => ({
    tree: null,
    problems: [{ ...at, message, hint }],
  });
  const start = { line: 1, column: 1 };
  if (text.length > MAX_TEXT) {
    const kilobytes = (size: number): string => `${Math.round(size / 1_024)} KB`;
    return failed(
      start,
      `is too large to be a ${noun}: ${kilobytes(text.length)}`,
      `at most ${kilobytes(MAX_TEXT)} are read`,
    );
  }
  // A byte order mark would count as a column.
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const lines = lineCounterOf(source);
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(Math.min(offset, source.length));
    return line === 0 ? start : { line, column: col };
  };

  const tokens: CST.Token[] = [];
  for (const token of new Parser().parse(source)) {
    const deep = tooDeepAt(token);
    if (deep !== null)
      return failed(
        placeAt(deep),
        `is nested more than ${MAX_DEPTH} levels deep`,
        `no ${noun} needs that`,
      );
    tokens.push(token);
  }
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [document, second] = [...composer.compose(tokens, false, source.length)];
  if (document === undefined || isEmpty(document)) {
    return failed(start, 'is empty', begin);
  }
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) {
    const found = errors.map((error) => ({ ...placeAt(error.pos[0]), ...explain(error) }));
    return { tree: null, problems: firstOfEachLine(found) };
  }
  if (second !== undefined) {
    return failed(
      placeAt(second.range[0]),
      'a second document begins here',
      `write one ${noun} a file`,
    );
  }
  if (document.directives?.yaml.version !== '1.2') {
    return failed(
      start,
      `YAML ${document.directives?.yaml.version} is not read`,
      'leave the %YAML line out: files are YAML 1.2',
    );
  }
  const faults: Fault[] = [];
  const tree = growTree(document, source, placeAt, noun, (fault) => faults.push(fault));
  const problems = faults.map(({ offset, message, hint }) => ({
    ...placeAt(offset),
    message,
    hint,
  }));
  return { tree: problems.length === 0 ? tree : null, problems };
};

/**
 * Counts lines. The parser does not report line ends within text that it rejects, so later places
 * would be in wrong lines.
 */
const lineCounterOf = (source: string): LineCounter => {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1))
    lines.addNewLine(at + 1);
  return lines;
};

/** Keeps the first problem of each line: further ones mostly follow from it. */
const firstOfEachLine = (problems: readonly YamlProblem[]): YamlProblem[] => {
  const lines = new Set<number>();
  return problems.filter(({ line }) => !lines.has(line) && lines.add(line));
};

const isEmpty = ({ contents, errors }: Document.Parsed): boolean =>
  errors.length === 0 &&
  (contents === null ||
    ('value' in contents &&
      contents.value === null &&
      contents.srcToken === undefined &&
      isNothing(contents.range)));

const isNothing = ([start, end]: readonly [number, number, number]): boolean => start === end;

/** Message of the parser, or a clearer one. */
const explain = ({ code, message }: YAMLError): { message: string; hint: string | null } => {
  switch (code) {
    case 'TAB_AS_INDENT':
      return { message: 'a tab where YAML requires blanks', hint: 'indent with blanks' };
    case 'MISSING_CHAR':
    case 'BAD_INDENT':
      return {
        message: lower(message),
        hint: 'check the indentation and the brackets and quotes before this place',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
      return {
        message: lower(message),
        hint: 'put text that holds ": " in quotes; begin a new line for a mapping within a mapping',
      };
    case 'TAG_RESOLVE_FAILED':
      return { message: lower(message), hint: 'leave the tag out' };
    default:
      return { message: lower(message), hint: null };
  }
};

const lower = (message: string): string => message.slice(0, 1).toLowerCase() + message.slice(1);
