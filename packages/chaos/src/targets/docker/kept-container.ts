/** End of the name of a container that a roll keeps for its rollback. */
export const BEFORE_ROLL = '.before-roll';

/** Part of the engine's list that shows kept containers. */
interface Named {
  Names: string[];
}

export const isKept = ({ Names: names }: Named): boolean =>
  names.some((name) => name.endsWith(BEFORE_ROLL));

/** Containers that a roll keeps, under the names that they had. */
export const keptContainers = <Info extends Named>(all: readonly Info[]): Info[] =>
  all.filter(isKept).map((container) => ({
    ...container,
    Names: container.Names.map((name) =>
      name.endsWith(BEFORE_ROLL) ? name.slice(0, -BEFORE_ROLL.length) : name,
    ),
  }));
