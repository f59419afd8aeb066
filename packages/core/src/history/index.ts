export type { Line } from './column.ts';
export * from './history.ts';
export type { Mark } from './mark.ts';
export { type Watch, watchName } from './watch.ts';
