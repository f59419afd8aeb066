/**
 * The group of participants that `--witness` adds to the rooms of a load. They see what it does and do not belong to it: figures without a
 * selector leave them out, except those that only real clients measure.
 */
export const WITNESS_GROUP = 'witness';
