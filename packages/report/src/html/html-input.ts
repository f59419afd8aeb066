import type { History, ParticipantHistories } from '@livekit-swarm/analysis';
import type { ReportInput } from '../report-input.ts';

/** All that is on the page. */
export interface HtmlInput extends Pick<ReportInput, 'summary' | 'decision' | 'recordPath'> {
  /** Null: no record was kept that could be read again. */
  history: History | null;
  participants: ParticipantHistories | null;
}
