/**
 * UDP ports that nodes have given to participants of this process: without `rtc.udp_port`, each
 * PeerConnection takes one port of the node's range.
 */
export class NodePorts {
  readonly #byNode = new Map<string, Set<number>>();

  add(node: string, port: number): void {
    const ports = this.#byNode.get(node) ?? new Set();
    this.#byNode.set(node, ports.add(port));
  }

  /** Ports of a node, lowest first. */
  of(node: string): number[] {
    return [...(this.#byNode.get(node) ?? [])].sort((a, b) => a - b);
  }
}
