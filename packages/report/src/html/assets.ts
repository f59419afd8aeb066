import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { paletteSheet } from './palette.ts';

const require = createRequire(import.meta.url);
const kept = new Map<string, string>();

/** Assets that are not files of this folder. The licence of the chart library must accompany its code. */
const MADE: Record<string, () => string> = {
  'uplot.js': () =>
    `/*\n${readFileSync(join(libraryDir(), '..', 'LICENSE'), 'utf8').trim()}\n*/\n${libraryFile('uPlot.iife.min.js')}`,
  'uplot.css': () => libraryFile('uPlot.min.css'),
  'palette.css': paletteSheet,
};

const libraryDir = (): string => dirname(require.resolve('uplot/dist/uPlot.iife.min.js'));
const libraryFile = (file: string): string => readFileSync(join(libraryDir(), file), 'utf8');

/**
 * A style sheet or script as it goes on the page, read once.
 * @param file in this folder, or of the chart library
 */
export const readAsset = (file: string): string => {
  let text = kept.get(file);
  if (text === undefined) {
    text = MADE[file]?.() ?? readFileSync(join(import.meta.dirname, file), 'utf8');
    // A closing tag in the text of a script ends the script element.
    if (/<\/(script|style)|<!--/i.test(text))
      throw new Error(`${file} cannot stand in a page: it holds a closing tag`);
    kept.set(file, text);
  }
  return text;
};
