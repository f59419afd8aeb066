export { type LiveLayout, layoutKey, layoutOf } from './live-charts.ts';
export type { LiveMessage, LiveReports } from './live-data.ts';
export { liveDocument } from './live-document.ts';
export { fullOf, type RunNumber, tickOf } from './snapshot.ts';
