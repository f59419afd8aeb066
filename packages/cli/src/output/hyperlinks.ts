import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type OutputStream, wantsColor } from '../console.ts';
import { isCi } from '../requests/is-ci.ts';

/** Operating system command 8: text that leads to an address. */
const OSC = '\u001b]8;;';
const END = '\u001b\\';

/** Programs that show such links, by the variable TERM_PROGRAM. */
const PROGRAMS: ReadonlySet<string> = new Set([
  'ghostty',
  'Hyper',
  'iTerm.app',
  'rio',
  'Tabby',
  'vscode',
  'WarpTerminal',
  'WezTerm',
  'zed',
]);

/** Terminals that show them, by the variable TERM. */
const TERMINALS: ReadonlySet<string> = new Set([
  'alacritty',
  'foot',
  'xterm-ghostty',
  'xterm-kitty',
]);

/** The first version of VTE (GNOME Terminal and others) whose links do not end the terminal: 0.50.1. */
const VTE = 5_001;

/** Returns true when the variables are those of a terminal that shows links; terminals cannot be asked. */
const hasLinks = ({ TERM_PROGRAM, TERM, VTE_VERSION, ...env }: NodeJS.ProcessEnv): boolean =>
  PROGRAMS.has(TERM_PROGRAM ?? '') ||
  TERMINALS.has(TERM ?? '') ||
  Number(VTE_VERSION ?? 0) >= VTE ||
  [env.WT_SESSION, env.KONSOLE_VERSION, env.DOMTERM].some((value) => value !== undefined);

/**
 * Returns what makes a link of the path of a file or folder, for a stream to a terminal that has links; elsewhere the path stays as it is.
 * @param color false: --no-color was given, which leaves out every escape sequence
 */
export const linksFor = (
  stream: OutputStream,
  color: boolean,
  env: NodeJS.ProcessEnv,
): ((path: string) => string) =>
  stream.isTTY === true && wantsColor(color, stream, env) && !isCi(env) && hasLinks(env)
    ? (path) => `${OSC}${pathToFileURL(resolve(path)).href}${END}${path}${OSC}${END}`
    : (path) => path;
