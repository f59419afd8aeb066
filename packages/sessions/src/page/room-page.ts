import { html } from 'hono/html';
import { eventText } from '../view/event-text.ts';
import { evidenceText, findingText, percent } from '../view/finding-text.ts';
import type { RoomView, SessionView, WindowFigures } from '../view/room-view.ts';
import { clockText, timeText } from '../view/time-text.ts';
import { WINDOW_MS } from '../view/windows.ts';
import { page, searchForm } from './page.ts';

export interface RoomPageOptions {
  /** View of the room or participant; null: the journal has no such session. */
  view: RoomView | null;
  room: string;
  identity: string;
  since: string;
}

/** Page `/sessions?room=NAME`: the impaired legs, a timeline, the sessions and their events. */
export const roomPage = ({ view, room, identity, since }: RoomPageOptions) =>
  page(
    `Sessions of ${room}`,
    html`<p><a href="/sessions">All rooms</a></p>
<h1>Room ${room}${identity === '' ? '' : html`, participant ${identity}`}</h1>
${searchForm(room, identity, since)}
${view === null ? html`<p>No such session in that time.</p>` : content(view)}`,
  );

const content = (view: RoomView) => html`
<p class="soft">${timeText(view.fromMs)} to ${timeText(view.toMs)} UTC${view.truncated ? '; older sessions are left out, as there are too many: choose a shorter time' : ''}</p>
<h2>Impaired leg</h2>
${findings(view)}
<h2>Timeline</h2>
${view.sessions.map((session) => lane(session, view))}
<div class="axis"><span>${clockText(view.fromMs)}</span><span>${clockText((view.fromMs + view.toMs) / 2)}</span><span>${clockText(view.toMs)}</span></div>
<p class="soft">Upper half: sent; lower half: received. Green: below 1 % of packets lost; yellow: below 2 %; red: more; grey: in the room, without figures.</p>
<h2>Sessions</h2>
${sessionTable(view.sessions)}
<h2>Events</h2>
${events(view)}`;

const findings = ({ findings: found }: RoomView) =>
  found.length === 0
    ? html`<p>None was found: less than 2 % of packets were lost, and no device was too slow.</p>`
    : found.map(
        (finding) => html`<div class="finding ${finding.confidence}">
<strong>${findingText(finding)}</strong>
<div class="soft">${clockText(finding.fromMs)} to ${clockText(finding.toMs)}, confidence ${finding.confidence}</div>
<ul>${finding.evidence.map((one) => html`<li>${evidenceText(one)}</li>`)}</ul>
</div>`,
      );

const WIDTH = 1_000;

/** Session as two rows of windows: sent media above received media. */
const lane = (session: SessionView, { fromMs, toMs }: RoomView) => {
  const x = (ms: number): string =>
    ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) * (WIDTH / (toMs - fromMs))).toFixed(1);
  const width = (from: number, to: number): string => (Number(x(to)) - Number(x(from))).toFixed(1);
  const end = session.leftMs ?? session.seenMs;
  const bars = session.figures.flatMap((figures) =>
    (['up', 'down'] as const).flatMap((direction, row) => {
      const share = figures[direction];
      if (share === null) return [];
      return html`<rect class="${colour(share)}" x="${x(figures.atMs)}" y="${row * 12}" width="${width(figures.atMs, figures.atMs + WINDOW_MS)}" height="11"><title>${title(figures)}</title></rect>`;
    }),
  );
  return html`<div class="lane"><div>${session.identity} <span class="soft">${[session.node, session.path].filter((one) => one !== null).join(', ')}</span></div>
<svg viewBox="0 0 ${WIDTH} 23" preserveAspectRatio="none" role="img" aria-label="${ariaLabel(session)}"><rect class="here" x="${x(session.joinedMs)}" y="0" width="${width(session.joinedMs, end)}" height="23"></rect>${bars}</svg></div>`;
};

const colour = (share: number): string => (share < 0.01 ? 'well' : share < 0.02 ? 'some' : 'bad');

const title = ({ atMs, up, down }: WindowFigures): string =>
  `${clockText(atMs)}: sent ${lossText(up)}, received ${lossText(down)}`;

const lossText = (share: number | null): string =>
  share === null ? 'nothing' : `${percent(share)} lost`;

const worst = (session: SessionView, direction: 'up' | 'down'): number | null => {
  const shares = session.figures.map((one) => one[direction]).filter((share) => share !== null);
  return shares.length === 0 ? null : Math.max(...shares);
};

const ariaLabel = (session: SessionView): string =>
  `Loss of ${session.identity} over time; at worst, sent: ${lossText(worst(session, 'up'))}, received: ${lossText(worst(session, 'down'))}`;

const sessionTable = (sessions: readonly SessionView[]) => html`<div class="scroll"><table>
<thead><tr><th scope="col">Identity</th><th scope="col">Joined (UTC)</th><th scope="col">Left (UTC)</th><th scope="col">Node</th><th scope="col">Path</th><th scope="col">Browser</th><th scope="col">Worst, sent</th><th scope="col">Worst, received</th></tr></thead>
<tbody>${sessions.map(
  (session) => html`<tr><td>${session.identity}</td><td>${timeText(session.joinedMs)}</td>
<td>${session.leftMs === null ? '' : timeText(session.leftMs)} ${session.leftReason ?? ''}</td>
<td>${session.node ?? ''}</td><td>${session.path ?? ''}</td><td>${session.browser ?? ''}</td>
<td>${lossText(worst(session, 'up'))}</td><td>${lossText(worst(session, 'down'))}</td></tr>`,
)}</tbody></table></div>`;

const events = ({ events: all, sessions }: RoomView) => {
  if (all.length === 0) return html`<p>None.</p>`;
  const identityOf = new Map(sessions.map(({ sid, identity }) => [sid, identity]));
  return html`<div class="scroll"><table><thead><tr><th scope="col">Time (UTC)</th><th scope="col">Event</th></tr></thead>
<tbody>${all.map((event) => html`<tr><td>${timeText(event.atMs)}</td><td>${eventText(event, identityOf)}</td></tr>`)}</tbody></table></div>`;
};
