/** One definition that `napi-derive` writes when the crate is compiled. */
interface Definition {
  kind: string;
  name: string;
  js_doc: string;
  /** Members of an interface, enum or class, one per line; otherwise the whole declaration. */
  def: string;
}

const HEAD = `/**
 * The contract of the Rust addon. "npm run contract" generates it from packages/webrtc/crate/src: do not edit.
 * Handles are numbers. Times are Unix ms (CLOCK_REALTIME, fractional) unless a name has another unit.
 */
`;

/** Documentation that went through a Rust macro arrives as a raw string literal. */
const plainDoc = (text: string): string => text.replaceAll(/^( *(?:\/\*\*|\*)) r" ?/gm, '$1 ');

const indented = (text: string): string => text.replaceAll(/^(?=.)/gm, '  ');

/** Members with a semicolon each; comments as they are. */
const members = (def: string): string => {
  const lines = def.split('\n').filter((line) => line !== '');
  const isComment = (line: string): boolean => /^(\/\*\*| \*)/.test(line);
  return indented(lines.map((line) => (isComment(line) ? line : `${line.trim()};`)).join('\n'));
};

/** A union of the values of an enum whose members are `Name = 'value'`. */
const union = (def: string): string => indented(def.replaceAll(/^\w+ = ('[\w-]+'),?$/gm, '| $1'));

const declaration = ({ kind, name, def }: Definition, body: string): string => {
  switch (kind) {
    case 'interface':
      return `export interface ${name} {\n${members(def)}\n}`;
    case 'string_enum':
      return `export type ${name} =\n${union(def)};`;
    case 'type':
      return `export type ${name} =\n${def};`;
    case 'const':
      return `${def.replace('export const', 'export declare const')};`;
    case 'fn':
      return `export declare ${def};`;
    case 'struct':
      return `export declare class ${name} {\n${members(body)}\n}`;
    default:
      throw new Error(`napi-derive wrote a definition of the unknown kind "${kind}": ${name}`);
  }
};

/**
 * Renders the definitions of the addon as a TypeScript declaration file.
 * @param definitions output of the compiler with NAPI_TYPE_DEF_TMP_FOLDER set: one JSON object per
 * line
 * @throws Error on a kind of definition that it does not know
 */
export const renderContract = (definitions: string): string => {
  const all = definitions
    .split('\n')
    .filter((line) => line !== '')
    .map((line): Definition => JSON.parse(line));
  const bodies = new Map(
    all.filter(({ kind }) => kind === 'impl').map(({ name, def }) => [name, def]),
  );
  const parts = all
    .filter(({ kind }) => kind !== 'impl')
    .map((one) => `${one.js_doc}${declaration(one, bodies.get(one.name) ?? '')}\n`);
  return plainDoc([HEAD, ...parts].join('\n'));
};
