import { type Check, type CheckResult, found, passed, skipped } from '../check.ts';
import { isAnnounced, type NodeFacts, ofNode } from '../facts/facts.ts';

/** Limits of a room that sets none itself, and the answer of each node to a join. */
export interface LimitFacts {
  /** Largest number of participants in a room; 0: no limit. */
  maxParticipants: number;
  codecs: readonly string[];
  nodes: readonly NodeFacts[];
  /** Number of participants that a room must accept. */
  wanted: number;
}

export const limitsRule = ({ maxParticipants, codecs, nodes, wanted }: LimitFacts): CheckResult => {
  const bad: string[] = [];
  for (const node of nodes)
    if (!isAnnounced(node.joined) && node.joined.reason === 'server_full')
      bad.push(
        `${ofNode(node)}the node takes no participants: ${node.joined.message} (limit.num_tracks, limit.bytes_per_sec)`,
      );
  if (maxParticipants > 0 && maxParticipants < wanted)
    bad.push(`a room takes ${maxParticipants} participants (room.max_participants), not ${wanted}`);
  const missing = missingCodecs(codecs);
  if (bad.length > 0) return found('error', [...bad, ...missing.errors]);
  if (missing.errors.length > 0)
    return found('error', [...missing.errors, ...missing.warnings], CODEC_FIX, CODEC_CAUSE);
  if (missing.warnings.length > 0)
    return found('warning', missing.warnings, CODEC_FIX, CODEC_CAUSE);
  return passed(
    maxParticipants === 0
      ? 'rooms have no limit of participants; every node takes participants'
      : `rooms take ${maxParticipants} participants; every node takes participants`,
  );
};

const CODEC_CAUSE =
  'room.enabled_codecs lists fewer codecs than clients publish: without the list, all are allowed';
const CODEC_FIX =
  'remove room.enabled_codecs, or add what is missing: audio/opus, audio/red, video/VP8, video/H264';

/**
 * Codecs that clients publish and the room forbids. Every browser has Opus, VP8 and H.264 (RFC 7874
 * §3, RFC 7742 §5), and some have no other; livekit-client publishes audio with RED unless it is
 * encrypted end to end.
 * @param codecs MIME types that a room allows; empty: all
 */
const missingCodecs = (
  codecs: readonly string[],
): { errors: readonly string[]; warnings: readonly string[] } => {
  const allowed = new Set(codecs.map((codec) => codec.toLowerCase()));
  const lacks = (mime: string): boolean => allowed.size > 0 && !allowed.has(mime);
  const list = `(room.enabled_codecs: ${codecs.join(', ')})`;
  const hasVideo = [...allowed].some((mime) => mime.startsWith('video/') && mime !== 'video/rtx');
  const errors = [
    ...(lacks('audio/opus') ? [`rooms do not allow Opus ${list}: no audio`] : []),
    ...(hasVideo && lacks('video/vp8') && lacks('video/h264')
      ? [
          `rooms allow neither VP8 nor H.264 ${list}: clients without an encoder for the others publish no video`,
        ]
      : []),
  ];
  const warnings = [
    ...(lacks('audio/red')
      ? [`rooms do not allow RED ${list}: a lost packet of audio is not repaired by the next`]
      : []),
    ...(allowed.size > 0 && !hasVideo ? [`rooms allow no video ${list}`] : []),
    ...(hasVideo && lacks('video/vp8') && !lacks('video/h264')
      ? [
          `rooms do not allow VP8 ${list}: clients that publish VP8 alone publish no video, as swarm does without --codec h264`,
        ]
      : []),
    ...(hasVideo && lacks('video/h264') && !lacks('video/vp8')
      ? [
          `rooms do not allow H.264 ${list}: devices that encode it in hardware publish VP8 in software`,
        ]
      : []),
  ];
  return { errors, warnings };
};

export const limits: Check = {
  id: 'limits',
  title: 'Rooms take the participants and codecs they must, and no node is at its limit',
  severities: ['error', 'warning'],
  cause:
    'A limit of a trial was kept (room.max_participants, room.enabled_codecs, limit.num_tracks), or the deployment has too few nodes',
  fix: 'raise the limit in the configuration of every node, or add a node',
  needs: ['nodes'],
  run: async ({ api, nodes, makePlainRoom }, { participants }) => {
    const withoutApi = await api();
    if (withoutApi !== null) return skipped(withoutApi);
    const { maxParticipants, enabledCodecs } = await makePlainRoom();
    return limitsRule({
      maxParticipants,
      codecs: enabledCodecs.map(({ mime }) => mime),
      nodes: await nodes(),
      wanted: participants ?? 2,
    });
  },
};
