import type { Component, Platform } from '../../src/targets/platform.ts';

/** Component of a target by its name, as it is now. */
export const componentOf = async (target: Platform, name: string): Promise<Component> => {
  const found = (await target.components()).find((member) => member.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};
