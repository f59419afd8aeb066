import type { WebhookFact } from '../webhooks/webhook-fact.ts';
import type { Subject } from './finding.ts';

export const subjectOf = ({ event, room, participant, track }: WebhookFact): Subject => ({
  ...{ event, room },
  identity: participant?.identity ?? null,
  track: track?.name ?? null,
});
