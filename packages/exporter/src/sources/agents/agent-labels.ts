/** Most names of agents that become labels: an application may make up a name for each room. */
const MOST = 100;
const LONGEST = 100;
const OTHER = 'other';

/** Values of the label `agent`, in a bounded number. */
export class AgentLabels {
  readonly #names = new Set<string>();

  /** Label of an agent; empty: that of workers without a name. */
  of(agentName: string): string {
    const name = agentName.slice(0, LONGEST);
    if (this.#names.has(name)) return name;
    if (this.#names.size >= MOST) return OTHER;
    this.#names.add(name);
    return name;
  }
}
