/** Returns true in a job of CI: every common system sets CI=true. */
export const isCi = ({ CI = '' }: NodeJS.ProcessEnv): boolean =>
  !['', '0', 'false', 'no', 'off'].includes(CI.trim().toLowerCase());
