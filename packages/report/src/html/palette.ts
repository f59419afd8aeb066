/**
 * Colours by meaning. Text in the colours of the first group has a contrast of at least 4.5 on
 * `page` and `card` (WCAG 2.2 §1.4.3).
 */
interface Palette {
  ink: string;
  muted: string;
  accent: string;
  good: string;
  bad: string;
  unsure: string;

  page: string;
  card: string;
  /** Background of codes and table headings. */
  shade: string;
  line: string;
  grid: string;
  band: string;
  /** Background of verdicts. */
  'good-shade': string;
  'bad-shade': string;
  'unsure-shade': string;

  /** Lines of charts: distinguishable from `card` by a contrast of 3 and more (§1.4.11). */
  audio: string;
  video: string;
  data: string;
  plain: string;
  /** Line of a run that another one is compared with. */
  base: string;
  /** Colours of video layers, from low to high. */
  'step-1': string;
  'step-2': string;
  'step-3': string;
  'step-4': string;
  'step-5': string;
  'step-6': string;
}

export const LIGHT: Palette = {
  ink: '#1b1d21',
  muted: '#5a606b',
  accent: '#2f55d4',
  good: '#17724a',
  bad: '#bf2a2a',
  unsure: '#8a5a00',
  page: '#f6f6f4',
  card: '#ffffff',
  shade: '#f1f1ee',
  line: '#dfdfda',
  grid: '#ebebe7',
  band: '#3a4a78',
  'good-shade': '#e9f5ee',
  'bad-shade': '#fcecea',
  'unsure-shade': '#fbf2df',
  audio: '#2f62d9',
  video: '#c2570c',
  data: '#0f8577',
  plain: '#3d5a98',
  base: '#767b85',
  'step-1': '#86a3e0',
  'step-2': '#6186d8',
  'step-3': '#4169c8',
  'step-4': '#2f4fa8',
  'step-5': '#243c82',
  'step-6': '#192a5c',
};

export const DARK: Palette = {
  ink: '#e9eaec',
  muted: '#a3a9b4',
  accent: '#93acff',
  good: '#57c793',
  bad: '#ff8079',
  unsure: '#e2b350',
  page: '#101215',
  card: '#191c20',
  shade: '#22262b',
  line: '#31363d',
  grid: '#272b31',
  band: '#9fb2e8',
  'good-shade': '#14291f',
  'bad-shade': '#331b1b',
  'unsure-shade': '#2d2413',
  audio: '#7fa6ff',
  video: '#f0985a',
  data: '#4cc2b1',
  plain: '#9db4ea',
  base: '#8b919c',
  'step-1': '#3b5294',
  'step-2': '#4c67b6',
  'step-3': '#6480cf',
  'step-4': '#7f9ae0',
  'step-5': '#9db3ec',
  'step-6': '#c0cff6',
};

const declarations = (palette: Palette): string =>
  Object.entries(palette)
    .map(([name, color]) => `--${name}: ${color};`)
    .join(' ');

/**
 * Sheet of custom properties: the palette that the system prefers unless the reader chose one, and
 * the light one on paper.
 */
export const paletteSheet = (): string => `:root { color-scheme: light; ${declarations(LIGHT)} }
@media screen { @media (prefers-color-scheme: dark) { :root:not([data-theme="light"], .printing) { color-scheme: dark; ${declarations(DARK)} } }
:root[data-theme="dark"]:not(.printing) { color-scheme: dark; ${declarations(DARK)} } }
`;
