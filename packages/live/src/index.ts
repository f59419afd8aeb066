export { followRecord } from './follow-record.ts';
export { type LivePage, type LivePageOptions, type LiveTap, openLivePage } from './live-page.ts';
