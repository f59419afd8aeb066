/**
 * Group of the participants that `--witness` adds to the rooms of a load. Witnesses measure the
 * load but are not part of it: metrics without a selector leave them out, except those that only
 * real clients measure.
 */
export const WITNESS_GROUP = 'witness';
