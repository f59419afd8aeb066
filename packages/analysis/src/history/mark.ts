import type { DrillLine, EventLine, EventName } from '@livekit-swarm/record';

/** Something that befell the run itself, rather than one of its participants. */
export interface Mark {
  /** Milliseconds after the start. */
  at: number;
  event: EventName | DrillLine['what'];
  /** `worker 1 died: SIGKILL`, `hang → node-3`. */
  text: string;
}

export const markOf = (line: EventLine | DrillLine): Mark | null => {
  const text = line.type === 'drill' ? textOfDrill(line) : textOf(line);
  if (text === null) return null;
  return { at: line.at, event: line.type === 'drill' ? line.what : line.event, text };
};

const textOf = ({ event, identity, shard, reason, message }: EventLine): string | null => {
  const why = message ?? reason;
  const because = why === undefined ? '' : `: ${why}`;
  switch (event) {
    case 'worker_died':
      return `worker ${shard ?? '?'} died${because}`;
    case 'server_died':
      return `the server died${because}`;
    case 'interrupted':
      return 'interrupted';
    case 'threshold_crossed':
      return `ended by a threshold${because}`;
    case 'warning':
      return identity === undefined && why !== undefined ? why : null;
    default:
      return null;
  }
};

/** More names than these are a list that nobody reads. */
const MOST_MEMBERS = 5;

/** What a drill did. What it only looked at is in its own report. */
const textOfDrill = (line: DrillLine): string | null => {
  switch (line.what) {
    case 'fault': {
      const { members, target } = line;
      const more = members.length > MOST_MEMBERS ? ', …' : '';
      return `${line.fault} → ${members.length === 0 ? target : `${members.slice(0, MOST_MEMBERS).join(', ')}${more}`}`;
    }
    case 'heal':
      return `${line.fault} is healed`;
    case 'skipped':
      return `${line.fault} was skipped: ${line.message}`;
    case 'comeback':
      return `${line.member} serves again`;
    case 'void':
    case 'aborted':
      return `the drill was ${line.what === 'void' ? 'void' : 'aborted'}: ${line.message}`;
    default:
      return null;
  }
};
