/** What pages of other packages are made with. */
export { clock, preciseClock } from './clock.ts';
export { documentOf } from './document.ts';
export { html, type Markup, name, said } from './markup.ts';
export { percent } from './svg/percent.ts';
