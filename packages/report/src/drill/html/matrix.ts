import type { PairRecovery, RepeatResult, RoomRecovery } from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { html, type Markup, name, said } from '../../html/markup.ts';
import { formatTook } from '../phrases.ts';
import { partLabel } from './part-label.ts';

/** Rooms of a whole page, and people of a room, beyond which it would be one that nobody reads. */
const MOST_ROOMS = 24;
const MOST_OF_ONE = 12;
const LEAST_ROOMS = 3;
const MOST_PEOPLE = 16;

/** Who hears whom, for each room of which somebody fell silent: how long it took until they did again. @param of repeats on the page */
export const pairMatrices = (
  { recovery: { rooms, pairs }, number }: RepeatResult,
  of: number,
): Markup | null => {
  const byRoom = Map.groupBy(pairs, ({ room }) => room);
  const hit = rooms
    .filter(({ room }) => byRoom.get(room)?.some(({ recoveredAfterMs }) => recoveredAfterMs !== 0))
    .sort((a, b) => worth(b) - worth(a) || compare(a.room, b.room));
  if (hit.length === 0) return null;
  const shown = hit.slice(
    0,
    Math.min(MOST_OF_ONE, Math.max(LEAST_ROOMS, Math.floor(MOST_ROOMS / of))),
  );
  return html`<h3>Pairs</h3>
<p class="keys note">Who stands at the left hears who stands above. <span class="means"><span class="chip calm-pair">·</span>all the time</span> <span class="means"><span class="chip back">4.2 s</span>again, so long after the fault</span> <span class="means"><span class="chip never">never</span>not at the end</span></p>
<div class="matrices">${shown.map((room) => matrix(room, byRoom.get(room.room) ?? [], partLabel(`Pairs of ${said(room.room)}`, { number }, of)))}</div>
${hit.length > shown.length && html`<p class="note">… and ${plural(hit.length - shown.length, 'room')} more, in which somebody fell silent.</p>`}`;
};

/** `room-9` before `room-10`. */
const { compare } = new Intl.Collator('en', { numeric: true });

const worth = ({ splitBrain, lost }: RoomRecovery): number => (splitBrain || lost ? 1 : 0);

const matrix = (
  { room, islands, splitBrain, lost }: RoomRecovery,
  pairs: readonly PairRecovery[],
  label: string,
): Markup => {
  // Those who still hear each other stand together.
  const everybody = [...new Set([...islands.flat(), ...pairs.map(({ listener }) => listener)])];
  const people = everybody.slice(0, MOST_PEOPLE);
  const byPair = Map.groupBy(pairs, ({ listener, speaker }) => JSON.stringify([listener, speaker]));
  const names = namesOf(people);
  const cell = (listener: string, speaker: string): Markup => {
    if (listener === speaker) return html`<td class="self"></td>`;
    const same = byPair.get(JSON.stringify([listener, speaker])) ?? [];
    if (same.some(({ recoveredAfterMs }) => recoveredAfterMs === null))
      return html`<td class="never">never</td>`;
    const worst = Math.max(0, ...same.map(({ recoveredAfterMs }) => recoveredAfterMs ?? 0));
    return worst === 0
      ? html`<td class="calm-pair">·</td>`
      : html`<td class="back">${formatTook(worst)}</td>`;
  };
  const what = splitBrain
    ? `split brain: ${islands.length} islands`
    : lost
      ? 'lost: nobody hears anybody'
      : '';
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="matrix"><caption>${name(room)}${what !== '' && html` <span class="bad">${what}</span>`}</caption>
<thead><tr><td></td>${people.map((person) => html`<th scope="col">${name(names(person))}</th>`)}</tr></thead>
<tbody>${people.map((listener) => html`<tr><th scope="row">${name(names(listener))}</th>${people.map((speaker) => cell(listener, speaker))}</tr>`)}</tbody></table>${everybody.length > people.length && html`<p class="note">… and ${everybody.length - people.length} people more.</p>`}</div>`;
};

/** The last part of an identity, where that tells all of them apart. */
const namesOf = (people: readonly string[]): ((identity: string) => string) => {
  const short = (identity: string): string => identity.split('-').at(-1) ?? identity;
  return new Set(people.map(short)).size === people.length ? short : (identity) => identity;
};
