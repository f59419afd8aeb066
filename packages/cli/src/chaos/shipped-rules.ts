import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type Drill,
  impossibleAlerts,
  impossibleAlertText,
  parseAlertRules,
} from '@livekit-swarm/chaos/drill';
import { fileProblem, type Problem } from '@livekit-swarm/settings';

/** Files of the alert rules of this project; none outside a checkout. */
export const ruleFiles = (): string[] =>
  [fileURLToPath(new URL('../../../../alerts/livekit-swarm.rules.yaml', import.meta.url))].filter(
    existsSync,
  );

/** Problems of objectives on alerts that cannot be met in a lab of the drill, which evaluates the shipped rules. */
export const alertProblems = (file: string, drill: Drill): Problem[] => {
  const files = ruleFiles();
  if (!drill.lab.alerts || files.length === 0) return [];
  const rules = files.flatMap((path) => parseAlertRules(readFileSync(path, 'utf8')));
  return impossibleAlerts(drill, rules).map((problem) => {
    const { message, hint } = impossibleAlertText(problem);
    return fileProblem(file, `objectives.alerts: ${message}`, hint, 'conflict');
  });
};
