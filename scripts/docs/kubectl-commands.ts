/** Comparison of the kubectl commands of a page with the objects of a deployment. */

/** Objects of a deployment. */
export interface Objects {
  /** Kind and name: `statefulset/livekit`, `pod/redis-0`. */
  names: ReadonlySet<string>;
  /** Values of the label `app.kubernetes.io/name`. */
  labels: ReadonlySet<string>;
}

/** Kinds in all notations of kubectl, with one spelling as value. */
const KINDS: Readonly<Record<string, string>> = {
  pod: 'pod',
  pods: 'pod',
  deployment: 'deployment',
  statefulset: 'statefulset',
  node: 'node',
  servicemonitors: 'servicemonitor',
};

/** Verbs whose argument is a pod, unless a kind is named. */
const OF_PODS = new Set(['logs', 'exec']);
/** Verbs whose argument is a node. */
const OF_NODES = new Set(['cordon', 'drain', 'uncordon']);
const VERBS = new Set([
  ...['get', 'describe', 'delete', 'top', 'rollout', 'debug', ...OF_PODS, ...OF_NODES],
]);
/** Words that follow `rollout`. */
const ACTIONS = new Set(['undo', 'restart', 'status']);
/** Flags whose value is the next word. */
const WITH_VALUE = new Set(['-n', '-l', '-o']);

const isPlaceholder = (word: string): boolean => /^[A-Z]+$/.test(word);

/** kubectl commands in a text of a page or of its table. */
export const kubectlCommands = (text: string): string[] =>
  [...text.matchAll(/kubectl [^`\n|;]*/g)].map(([command]) => command.trim());

/** Problems with the objects that a command names; empty: all exist. */
export const missingObjects = (command: string, { names, labels }: Objects): string[] => {
  const selected = [...command.matchAll(/app\.kubernetes\.io\/name(?:=([\w-]+)| in \(([^)]*)\))/g)]
    .flatMap(([, one, list = '']) => (one === undefined ? list.split(', ') : [one]))
    .filter((value) => !labels.has(value))
    .map((value) => `no object has the label app.kubernetes.io/name=${value}`);
  const [plain = ''] = command.replaceAll(/(["'])[^"']*\1/g, 'QUOTED').split(' -- ');
  const words = plain.split(/\s+/).slice(1);
  const problems: string[] = [];
  let kind: string | null = null;
  words.forEach((word, index) => {
    if (word.startsWith('-') || WITH_VALUE.has(words[index - 1] ?? '') || word === '') return;
    if (OF_PODS.has(word)) kind = 'pod';
    else if (OF_NODES.has(word)) kind = 'node';
    if (VERBS.has(word) || ACTIONS.has(word)) return;
    const [of = '', name] = word.split('/');
    if (name === undefined && KINDS[word] !== undefined) kind = KINDS[word];
    else if (!isPlaceholder(name ?? word)) {
      const object =
        name === undefined ? `${kind ?? 'object'}/${word}` : `${KINDS[of] ?? of}/${name}`;
      if (!names.has(object)) problems.push(`there is no ${object}`);
    }
  });
  return [...selected, ...problems];
};
