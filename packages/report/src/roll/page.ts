import type { RollResult } from '@livekit-swarm/chaos/roll';
import { capital } from '@livekit-swarm/settings';
import { describeServer, VERDICT_TONES } from '../drill/phrases.ts';
import { exitCodeOfDrill } from '../drill/render-json.ts';
import { objectiveTable } from '../drill/table-data.ts';
import type { ResultPage } from '../page/result-page.ts';
import {
  backendTable,
  drainTable,
  lengthsText,
  nodeTable,
  rollFigures,
  rollHeadline,
  rollReasons,
  rollText,
  roomTable,
} from './phrases.ts';

/** Outcome and reasons, every node, every room that was affected, drains, and the load balancer. */
export const rollPage = (result: RollResult): ResultPage => {
  const { drill } = result;
  return {
    kind: 'roll',
    subject: drill.deployment,
    tone: VERDICT_TONES[drill.verdict],
    headline: rollHeadline(result),
    lead: `${capital(describeServer(drill))}. ${rollText(result)} Exit code ${exitCodeOfDrill(drill, false)}.`,
    asked: null,
    reasons: [...rollReasons(result), ...rollFigures(result)],
    sections: [
      { title: 'Nodes', table: nodeTable(result) },
      { title: 'Rooms', table: roomTable(result) },
      {
        title: 'Length of the drain',
        table: drainTable(result),
        note: lengthsText(result),
      },
      { title: 'Load balancer', table: backendTable(result) },
      ...drill.repeats.map((repeat) => ({ title: 'Objectives', table: objectiveTable(repeat) })),
    ],
    startedAt: drill.startedAt,
  };
};
