import { Option } from 'commander';

const repeatableOptions = new WeakSet<Option>();

/** A flag that may be given several times. Its variable separates values by semicolons. */
export const repeatable = (flags: string, description: string): Option => {
  const option = new Option(flags, description).argParser(collector()).default([]);
  repeatableOptions.add(option);
  return option;
};

export const isRepeatable = (option: Option): boolean => repeatableOptions.has(option);

/** Collects a repeatable flag. Typed values replace those of the environment. */
export const collector = (): ((value: string) => string[]) => {
  const typed: string[] = [];
  return (value) => {
    typed.push(value);
    return [...typed];
  };
};
