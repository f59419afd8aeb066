import { formatMs } from '@livekit-swarm/report';
import { html, type Markup, name } from '@livekit-swarm/report/html';
import type { RepeatResult } from '../../measure/drill-result.ts';
import type { PairRecovery, RoomRecovery } from '../../measure/recovery.ts';

/** Rooms and people beyond this would make a page that nobody reads. */
const MOST_ROOMS = 12;
const MOST_PEOPLE = 16;

/** Who hears whom, for each room of which somebody fell silent: how long it took until they did again. */
export const pairMatrices = ({ recovery: { rooms, pairs } }: RepeatResult): Markup | null => {
  const byRoom = Map.groupBy(pairs, ({ room }) => room);
  const hit = rooms
    .filter(({ room }) => byRoom.get(room)?.some(({ recoveredAfterMs }) => recoveredAfterMs !== 0))
    .sort((a, b) => worth(b) - worth(a) || a.room.localeCompare(b.room));
  if (hit.length === 0) return null;
  return html`<h3>Pairs <small>rows hear columns; how long after the fault they did again</small></h3>
<div class="matrices">${hit.slice(0, MOST_ROOMS).map((room) => matrix(room, byRoom.get(room.room) ?? []))}</div>
${hit.length > MOST_ROOMS && html`<p class="note">… and ${hit.length - MOST_ROOMS} rooms more.</p>`}`;
};

const worth = ({ splitBrain, lost }: RoomRecovery): number => (splitBrain || lost ? 1 : 0);

const matrix = ({ room, islands, splitBrain }: RoomRecovery, pairs: readonly PairRecovery[]): Markup => {
  // Those who still hear each other stand together.
  const order = [...islands.flat(), ...pairs.map(({ listener }) => listener)];
  const people = [...new Set(order)].slice(0, MOST_PEOPLE);
  const cell = (listener: string, speaker: string): Markup => {
    if (listener === speaker) return html`<td class="self"></td>`;
    const same = pairs.filter((pair) => pair.listener === listener && pair.speaker === speaker);
    if (same.some(({ recoveredAfterMs }) => recoveredAfterMs === null)) return html`<td class="never">never</td>`;
    const worst = Math.max(0, ...same.map(({ recoveredAfterMs }) => recoveredAfterMs ?? 0));
    return worst === 0 ? html`<td class="calm">·</td>` : html`<td class="back">${formatMs(worst)}</td>`;
  };
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Pairs of ${room}"><table class="matrix"><caption>${name(room)}${splitBrain && html` <span class="bad">split brain: ${islands.length} islands</span>`}</caption>
<thead><tr><td></td>${people.map((person) => html`<th scope="col">${name(short(person))}</th>`)}</tr></thead>
<tbody>${people.map((listener) => html`<tr><th scope="row">${name(short(listener))}</th>${people.map((speaker) => cell(listener, speaker))}</tr>`)}</tbody></table></div>`;
};

const short = (identity: string): string => identity.split('-').at(-1) ?? identity;
