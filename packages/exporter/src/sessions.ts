export { checkToken } from './config/read-token.ts';
export { deleteIdentity } from './sources/sessions/journal/journal.ts';
export { openFile as openJournal } from './sources/sessions/journal/open-file.ts';
export { eventText } from './sources/sessions/view/event-text.ts';
export { evidenceText, findingText } from './sources/sessions/view/finding-text.ts';
export { readSpan } from './sources/sessions/view/read-span.ts';
export type { RoomView, SessionView } from './sources/sessions/view/room-view.ts';
export { viewRoom } from './sources/sessions/view/room-view.ts';
export { clockText, timeText } from './sources/sessions/view/time-text.ts';
