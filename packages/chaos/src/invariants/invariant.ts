/** Invariants of calls: conditions that hold at any time, whatever faults happen. */
import { z } from 'zod';

export const INVARIANTS = [
  /** A participant was connected, by its own knowledge, and received nothing. */
  'connected_without_media',
  /** Participants of one room were on two nodes. */
  'room_on_two_nodes',
  /** A participant received a track of another room. */
  'track_of_another_room',
  /** A participant received one track twice at the same time. */
  'track_delivered_twice',
  /** A subscription did not flow after all faults were over. */
  'no_media_after_quiet',
] as const;

export type Invariant = (typeof INVARIANTS)[number];

/** Longest time that a connected participant may receive nothing, ms. */
export const SILENT_MS = 30_000;

/**
 * Longest time after an injection or rollback that a room may be on two nodes, ms. Clients of a killed node need up to 13 s, each
 * on its own, to find the next one.
 */
export const SETTLING_MS = 20_000;

/** Time without faults after which every subscription must flow, ms. */
export const QUIET_MS = 30_000;

/** Schema of a violation; part of the published drill-result.schema.json. */
export const violationSchema = z
  .object({
    invariant: z.enum(INVARIANTS),
    room: z.string(),
    participants: z.array(z.string()).describe('Participants that were affected.'),
    publisher: z
      .string()
      .exactOptional()
      .describe('Publisher of the track, of a track that was received wrongly.'),
    nodes: z.array(z.string()).exactOptional().describe('Nodes of the room, if there were two.'),
    fromAt: z.number().describe('Begin, ms after the start of the run.'),
    toAt: z.number().nullable().describe('Null: it lasted until the end.'),
  })
  .meta({
    id: 'Violation',
    description: 'An invariant that did not hold.',
  });

export type Violation = z.infer<typeof violationSchema>;
