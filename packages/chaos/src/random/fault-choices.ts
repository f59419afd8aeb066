import { isChange } from '../drill/fault-conflicts.ts';
import type { Faults } from '../drill/schema/fault.ts';
import type { Fault } from '../faults/fault.ts';
import type { Component, Platform } from '../targets/platform.ts';

/** A fault that can be injected into a deployment, with everything that a schedule may draw. */
export interface FaultChoice {
  fault: string;
  /** Targets in the form of a drill file. */
  targets: (string | { component: string })[];
  /** Parameters in the form of a drill file: one of them is drawn. */
  params: Readonly<Record<string, unknown>>[];
  /** True if a drill must state its duration. */
  needsDuration: boolean;
}

/** Deployment with the faults of which random drills are made. */
export interface ChoosableDeployment {
  platform: Platform;
  isLab: boolean;
}

/**
 * Lists the faults that can be injected into a deployment, in the order of the registry. Components
 * are targets by their names, because two roles may mean one component; where the platform gives
 * replacements other names, roles are. Faults that need another one are left out. Outside a lab,
 * faults with a permanent loss are left out, too, and changes that operators make: the user has not
 * chosen those of the examples.
 */
export const faultChoices = async (
  { platform, isLab }: ChoosableDeployment,
  faults: Faults,
): Promise<FaultChoice[]> => {
  const components = await platform.components();
  const choices: FaultChoice[] = [];
  for (const fault of faults.values()) {
    if (fault.needs !== undefined) continue;
    if (!isLab && (fault.preview !== undefined || isChange(fault))) continue;
    const candidates = components.filter(({ kind }) => fault.targets.includes(kind));
    const possible = await possibleTargets(fault, fault.example, platform, candidates);
    if (possible.length === 0) continue;
    const variants: FaultChoice['params'] = [];
    for (const params of fault.variants ?? []) {
      const others = await possibleTargets(fault, params, platform, possible);
      if (others.length === possible.length) variants.push(params);
    }
    choices.push({
      fault: fault.name,
      targets: isRenaming(platform)
        ? rolesOf(possible)
        : possible.map(({ name: component }) => ({ component })),
      params: [fault.example, ...variants],
      needsDuration: fault.lasts || fault.durationOf === undefined,
    });
  }
  return choices;
};

const possibleTargets = async (
  fault: Fault,
  params: FaultChoice['params'][number],
  platform: Platform,
  components: readonly Component[],
): Promise<Component[]> => {
  const parsed = fault.params.parse(params);
  const possible: Component[] = [];
  for (const component of components)
    if ((await fault.unavailable(platform, component, parsed)) === null) possible.push(component);
  return possible;
};

/** Returns true for a platform whose components get other names when they are replaced. */
const isRenaming = ({ hosts }: Platform): boolean => hosts !== undefined;

const rolesOf = (components: readonly Component[]): string[] => [
  ...new Set(
    components.flatMap(({ kind }) => (kind === 'node' ? ['room-node', 'other-node'] : [kind])),
  ),
];
