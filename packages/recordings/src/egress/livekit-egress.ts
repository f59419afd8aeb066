import type { EgressInfo } from '@livekit/protocol';
import {
  EgressStatus as Code,
  DirectFileOutput,
  EncodedFileOutput,
  EncodedFileType,
} from '@livekit/protocol';
import { type ApiTarget, egressOf } from '@livekit-swarm/livekit';
import type { EgressApi, EgressSource, EgressState, EgressStatus } from './egress-run.ts';

/** The first request selects a worker, for which a livekit-server may take seconds, s. */
const TIMEOUT_SECONDS = 30;

/** Egress service of a deployment. */
export const liveKitEgress = async (target: ApiTarget): Promise<EgressApi> => {
  const client = await egressOf(target, TIMEOUT_SECONDS);
  const start = ({ room, kind, of, path }: EgressSource): Promise<EgressInfo> => {
    const file = new EncodedFileOutput({ filepath: path, fileType: EncodedFileType.MP4 });
    switch (kind) {
      case 'room':
        return client.startRoomCompositeEgress(room, { file });
      case 'participant':
        return client.startParticipantEgress(room, of ?? '', { file });
      case 'track':
        return client.startTrackEgress(room, new DirectFileOutput({ filepath: path }), of ?? '');
    }
  };
  return {
    start: async (source) => statusOf(await start(source)),
    read: async (egressId) => {
      const [info] = await client.listEgress({ egressId });
      return info === undefined ? null : statusOf(info);
    },
    stop: async (egressId) => {
      await client.stopEgress(egressId);
    },
  };
};

const STATES: Readonly<Record<Code, EgressState>> = {
  [Code.EGRESS_STARTING]: 'starting',
  [Code.EGRESS_ACTIVE]: 'active',
  [Code.EGRESS_ENDING]: 'ending',
  [Code.EGRESS_COMPLETE]: 'complete',
  [Code.EGRESS_FAILED]: 'failed',
  [Code.EGRESS_ABORTED]: 'aborted',
  [Code.EGRESS_LIMIT_REACHED]: 'limit_reached',
};

const statusOf = ({
  egressId,
  status,
  error,
  details,
  fileResults,
  result,
}: EgressInfo): EgressStatus => {
  const [file] = fileResults;
  // Older services report one file in another field.
  const older = result.case === 'file' ? result.value.filename : '';
  return {
    egressId,
    state: STATES[status],
    error: error === '' ? null : error,
    details: details === '' ? null : details,
    file: file?.filename || older || null,
  };
};
