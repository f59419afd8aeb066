import { html } from 'hono/html';
import type { RoomRow } from '../journal/read.ts';
import { timeText } from '../view/time-text.ts';
import { page, searchForm } from './page.ts';

/** Page `/sessions`: the rooms with sessions, the latest first. */
export const roomsPage = ({ rooms, since }: { rooms: readonly RoomRow[]; since: string }) =>
  page(
    'Sessions',
    html`<h1>Sessions</h1>
${searchForm('', '', since)}
<h2>Rooms</h2>
${
  rooms.length === 0
    ? html`<p>No session in that time.</p>`
    : html`<div class="scroll"><table>
<thead><tr><th scope="col">Room</th><th scope="col">Participants</th><th scope="col">Sessions</th><th scope="col">First (UTC)</th><th scope="col">Last (UTC)</th></tr></thead>
<tbody>
${rooms.map(
  ({ room, participants, sessions, fromMs, toMs }) => html`<tr>
<td><a href="/sessions?room=${encodeURIComponent(room)}&amp;since=${encodeURIComponent(since || '24h')}">${room}</a></td>
<td>${participants}</td><td>${sessions}</td><td>${timeText(fromMs)}</td><td>${timeText(toMs)}</td></tr>`,
)}
</tbody></table></div>`
}`,
  );
