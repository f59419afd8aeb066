import type { RepeatResult, RoomRecovery, SubscriptionRecovery } from '@livekit-swarm/chaos';
import { plural } from '@livekit-swarm/settings';
import { html, type Markup, name, untrusted } from '../../html/markup.ts';
import { formatRecoveryTime } from '../phrases.ts';
import { partLabel } from './tables.ts';

/** Limits on rooms of the page, rooms of a repeat, and participants of a room. */
const MOST_ROOMS = 24;
const MOST_OF_ONE = 12;
const LEAST_ROOMS = 3;
const MOST_PEOPLE = 16;

/**
 * Time to recover by subscriber and publisher, for each room with interruptions.
 * @param of repeats on the page
 */
export const subscriptionMatrices = (
  { recovery: { rooms, subscriptions }, number }: RepeatResult,
  of: number,
): Markup | null => {
  const byRoom = Map.groupBy(subscriptions, ({ room }) => room);
  const hit = rooms
    .filter(({ room }) => byRoom.get(room)?.some(({ timeToRecoverMs }) => timeToRecoverMs !== 0))
    .sort((a, b) => worth(b) - worth(a) || compare(a.room, b.room));
  if (hit.length === 0) return null;
  const shown = hit.slice(
    0,
    Math.min(MOST_OF_ONE, Math.max(LEAST_ROOMS, Math.floor(MOST_ROOMS / of))),
  );
  return html`<h3>Subscriptions</h3>
<p class="keys note">Rows: subscribers; columns: publishers. <span class="means"><span class="chip uninterrupted">·</span>no interruption</span> <span class="means"><span class="chip back">4.2 s</span>time to recover</span> <span class="means"><span class="chip never">not recovered</span>by the end of the drill</span></p>
<div class="matrices">${shown.map((room) => matrix(room, byRoom.get(room.room) ?? [], partLabel(`Subscriptions of ${untrusted(room.room)}`, { number }, of)))}</div>
${hit.length > shown.length && html`<p class="note">… and ${plural(hit.length - shown.length, 'room')} more with interruptions.</p>`}`;
};

/** `room-9` before `room-10`. */
const { compare } = new Intl.Collator('en', { numeric: true });

const worth = ({ splitBrain, withoutMedia }: RoomRecovery): number =>
  splitBrain || withoutMedia ? 1 : 0;

const matrix = (
  { room, partitions, splitBrain, withoutMedia }: RoomRecovery,
  pairs: readonly SubscriptionRecovery[],
  label: string,
): Markup => {
  // Participants of one partition are adjacent.
  const everybody = [
    ...new Set([...partitions.flat(), ...pairs.map(({ subscriber }) => subscriber)]),
  ];
  const people = everybody.slice(0, MOST_PEOPLE);
  const byPair = Map.groupBy(pairs, ({ subscriber, publisher }) =>
    JSON.stringify([subscriber, publisher]),
  );
  const names = namesOf(people);
  const cell = (listener: string, speaker: string): Markup => {
    if (listener === speaker) return html`<td class="self"></td>`;
    const same = byPair.get(JSON.stringify([listener, speaker])) ?? [];
    if (same.some(({ timeToRecoverMs }) => timeToRecoverMs === null))
      return html`<td class="never">not recovered</td>`;
    const worst = Math.max(0, ...same.map(({ timeToRecoverMs }) => timeToRecoverMs ?? 0));
    return worst === 0
      ? html`<td class="uninterrupted">·</td>`
      : html`<td class="back">${formatRecoveryTime(worst)}</td>`;
  };
  const what = splitBrain
    ? `split brain: ${partitions.length} partitions`
    : withoutMedia
      ? 'no media'
      : '';
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="matrix"><caption>${name(room)}${what !== '' && html` <span class="bad">${what}</span>`}</caption>
<thead><tr><td></td>${people.map((person) => html`<th scope="col">${name(names(person))}</th>`)}</tr></thead>
<tbody>${people.map((listener) => html`<tr><th scope="row">${name(names(listener))}</th>${people.map((speaker) => cell(listener, speaker))}</tr>`)}</tbody></table>${everybody.length > people.length && html`<p class="note">… and ${everybody.length - people.length} more participants.</p>`}</div>`;
};

/** The last part of each identity where these differ, else the whole identity. */
const namesOf = (people: readonly string[]): ((identity: string) => string) => {
  const short = (identity: string): string => identity.split('-').at(-1) ?? identity;
  return new Set(people.map(short)).size === people.length ? short : (identity) => identity;
};
