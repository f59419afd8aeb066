import { resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { linksFor } from './hyperlinks.ts';

const PATH = 'records/a b';
const LINK = `\u001b]8;;${pathToFileURL(resolve(PATH)).href}\u001b\\${PATH}\u001b]8;;\u001b\\`;
const terminal = Object.assign(new PassThrough(), { isTTY: true });
const GNOME = { TERM: 'xterm-256color', VTE_VERSION: '7600' };

it.each([
  GNOME,
  { TERM: 'xterm-kitty' },
  { TERM: 'xterm-256color', TERM_PROGRAM: 'vscode' },
  { TERM: 'xterm-256color', WT_SESSION: 'a' },
])('makes a link of a path on a terminal that has links: %j', (env) => {
  expect(linksFor(terminal, true, env)(PATH)).toBe(LINK);
});

it.each([
  { TERM: 'xterm-256color' },
  { TERM: 'xterm-256color', VTE_VERSION: '5000' },
  { ...GNOME, CI: 'true' },
  { ...GNOME, NO_COLOR: '1' },
  { ...GNOME, TERM: 'dumb' },
])('leaves the path alone with %j', (env) => {
  expect(linksFor(terminal, true, env)(PATH)).toBe(PATH);
});

it('leaves the path alone for --no-color, and where output is not a terminal', () => {
  expect(linksFor(terminal, false, GNOME)(PATH)).toBe(PATH);
  expect(linksFor(new PassThrough(), true, { ...GNOME, FORCE_COLOR: '1' })(PATH)).toBe(PATH);
});
