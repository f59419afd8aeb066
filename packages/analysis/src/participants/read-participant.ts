import type { HeaderLine, RecordLine } from '@livekit-swarm/record';
import { nearest, usageError } from '@livekit-swarm/settings';
import { createParticipantHistories, type ParticipantHistory } from './participant-history.ts';
import type { RoomSummary } from './severity.ts';

/** One participant of a run, with its room and the others in it. */
export interface ParticipantView {
  run: string;
  scenario: string;
  startedAt: string;
  participant: ParticipantHistory;
  room: RoomSummary;
  /** Others in the room, the most affected first. */
  others: ParticipantHistory[];
}

type Lines = Iterable<RecordLine> | AsyncIterable<RecordLine>;

/** Most names of an error about a name that is not there. */
const NAMES = 5;

/**
 * Reads all that a record has of one participant. The record is read twice: first for the room, then
 * for its participants alone, so that memory does not grow with the number of rooms.
 * @throws SwarmError `usage` if the record has no participant of this name
 */
export const readParticipant = async (
  readLines: () => Lines,
  identity: string,
): Promise<ParticipantView> => {
  const { header, room } = await findRoom(readLines(), identity);
  const histories = createParticipantHistories(
    { participants: Number.POSITIVE_INFINITY, rooms: 1 },
    (one) =>
      one === identity
        ? { events: Number.POSITIVE_INFINITY, tracks: Number.POSITIVE_INFINITY, media: true }
        : { events: 0, tracks: 0, media: false },
  );
  for await (const line of readLines()) {
    const isOfOthers =
      (line.type === 'event' || line.type === 'participant') &&
      line.room !== undefined &&
      line.room !== room;
    if (!isOfOthers) histories.add(line);
  }
  const { participants, rooms } = histories.result();
  const participant = participants.find((one) => one.identity === identity);
  const [summary] = rooms;
  if (participant === undefined || summary === undefined)
    throw usageError(
      `${identity}: its process was lost, as the run tolerates; the record has no result of it`,
    );
  return {
    run: header.run,
    scenario: header.scenario.name,
    startedAt: header.startedAt,
    participant,
    room: summary,
    others: participants.filter((one) => one !== participant),
  };
};

const findRoom = async (
  lines: Lines,
  identity: string,
): Promise<{ header: HeaderLine; room: string }> => {
  const names = new Set<string>();
  let header: HeaderLine | null = null;
  for await (const line of lines) {
    if (line.type === 'header') header = line;
    if ((line.type !== 'event' && line.type !== 'participant') || line.identity === undefined)
      continue;
    if (line.identity === identity && line.room !== undefined && header !== null)
      return { header, room: line.room };
    names.add(line.identity);
  }
  throw usageError(`the record has no participant "${identity}"`, hintFor(identity, [...names]));
};

const hintFor = (identity: string, names: readonly string[]): string => {
  const meant = nearest(identity, names);
  if (meant !== null) return `did you mean ${meant}?`;
  if (names.length === 0) return 'no participant of this run has joined, or failed to';
  const more = names.length > NAMES ? `, … (${names.length} in all)` : '';
  return `its participants are ${names.slice(0, NAMES).join(', ')}${more}`;
};
