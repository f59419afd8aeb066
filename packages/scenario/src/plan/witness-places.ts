import type { WitnessSpec } from '../scenario.ts';

/** Room while it is open. */
interface OpenRoom {
  fromMs: number;
  toMs: number;
}

/**
 * Share of the longest room's duration below which a room gets no witness: it would show little.
 */
const WORTHWHILE = 0.5;

/**
 * Rooms of witnesses: spread evenly over the rooms that are open long enough, in the order in which
 * they open. A room has several only if there are more witnesses than rooms.
 * @returns for each entry of `witnesses`, the room of each of its witnesses
 */
export const witnessPlaces = <Room extends OpenRoom>(
  rooms: readonly Room[],
  witnesses: readonly WitnessSpec[],
): Room[][] => {
  const longest = Math.max(0, ...rooms.map(({ fromMs, toMs }) => toMs - fromMs));
  const places = rooms
    .filter(({ fromMs, toMs }) => toMs - fromMs >= longest * WORTHWHILE)
    .sort((a, b) => a.fromMs - b.fromMs);
  const all = witnesses.reduce((sum, { count }) => sum + count, 0);
  let next = 0;
  return witnesses.map(({ count }) =>
    Array.from({ length: count }, () => {
      const place =
        all <= places.length ? Math.floor((next * places.length) / all) : next % places.length;
      next++;
      return places[place];
    }).filter((room) => room !== undefined),
  );
};
