import type { EventLine, EventName } from '../record.ts';

/** Something that befell the run itself, rather than one of its participants. */
export interface Mark {
  /** Milliseconds after the start. */
  at: number;
  event: EventName;
  /** `worker 1 died: SIGKILL`. */
  text: string;
}

export const markOf = (line: EventLine): Mark | null => {
  const text = textOf(line);
  return text === null ? null : { at: line.at, event: line.event, text };
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
