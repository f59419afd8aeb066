/** Texts of scenario files for tests. */

/** Position of the mark ‸, and the text without it. */
export const marked = (text: string): { text: string; line: number; column: number } => {
  const before = text.slice(0, text.indexOf('‸')).split('\n');
  return {
    text: text.replace('‸', ''),
    line: before.length,
    column: (before.at(-1) ?? '').length + 1,
  };
};

export const calls = (keys: string): string =>
  `scenario: x\ngroups:\n  calls:\n${keys.replace(/^/gm, '    ')}\n`;
export const ROLES = 'roles: { caller: { count: 2, publish: audio } }';
export const CALLS = calls(`executor: constant-rooms\nrooms: 3\nduration: 10s\n${ROLES}`);
export const role = (keys: string): string =>
  calls(
    `executor: constant-rooms\nrooms: 3\nduration: 10s\nroles:\n  other: { publish: [audio, video], data: 1/s }\n  me: ${keys}`,
  );
export const ramp = (keys: string): string => calls(`executor: ramping-rooms\n${keys}\n${ROLES}`);
export const lessons = (keys: string): string => calls(`executor: timetable\n${keys}\n${ROLES}`);
export const thresholds = (keys: string): string =>
  `${CALLS}thresholds:\n${keys.replace(/^/gm, '  ')}\n`;
