export { CHARTED } from '../charts/catalog.ts';
export type { LiveMessage, LiveReports } from './live-data.ts';
export { liveDocument } from './live-document.ts';
export { LiveMessages } from './live-messages.ts';
export type { RunNumber } from './snapshot.ts';
