/** Packages that help loads: the command line alone. Any version of them will do. */
export const HELP_PACKAGES = [
  '@livekit-swarm/campaign',
  '@livekit-swarm/lab',
  '@livekit-swarm/settings',
  'commander',
  'fastest-levenshtein',
];

/** Flags that print a page or the version wherever they are. */
const HELP_FLAGS = ['-h', '--help'];
/** First words of command lines that print text about the commands. */
const FIRST = ['-V', '--version', 'help', 'completion'];

/**
 * @param {readonly string[]} args of `swarm`
 * @returns {boolean} whether they ask for help, the version or a completion, which start nothing.
 */
export const asksForHelp = (args) => {
  const end = args.indexOf('--');
  const own = end === -1 ? args : args.slice(0, end);
  return FIRST.includes(own[0] ?? '') || own.some((word) => HELP_FLAGS.includes(word));
};
