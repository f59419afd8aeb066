import type { EffectFinding } from '@livekit-swarm/record';
import { messageOf, SwarmError } from '@livekit-swarm/settings';
import type { EffectFile, HeldEffect } from './held-effect.ts';
import { limitFiles, restoreLimits, stateOfLimits, writeLimits } from './limit-files.ts';
import { findContainer, socketGroupOf, stateOf } from './pod-container.ts';
import { findPackets, impairPackets, restorePackets, tryPackets } from './pod-packets.ts';
import type { HelperFault, PodTarget } from './protocol.ts';
import { continueProcesses, stopProcesses } from './stop-processes.ts';

/** Effects on the pods of this host. */
export class HeldEffects {
  readonly #file: EffectFile;
  #held: { effect: HeldEffect; untilMs: number }[] = [];
  #injections = 0;

  /** Takes over the effects that an earlier process of this helper has left, as expired ones. */
  constructor(file: EffectFile) {
    this.#file = file;
    this.#held = file.read().map((effect) => ({ effect, untilMs: 0 }));
  }

  /** @throws SwarmError with the reason for which the fault cannot be injected */
  async check({ containerId }: PodTarget, fault: HelperFault): Promise<void> {
    const container = findContainer(containerId);
    if (fault.type === 'cpu' || fault.type === 'memory') limitFiles(container, fault);
    if (fault.type !== 'network') return;
    const name = `try${process.pid}`;
    await tryPackets({ name, group: socketGroupOf(container, containerId), fault });
  }

  /** @throws SwarmError after what was injected is undone */
  async inject(
    id: string,
    { pod, containerId }: PodTarget,
    fault: HelperFault,
    untilMs: number,
  ): Promise<void> {
    const container = findContainer(containerId);
    const limited = fault.type === 'cpu' || fault.type === 'memory';
    const effect: HeldEffect = {
      ...{ id, pod, containerId, fault },
      name: `${id}${this.#injections++}`,
      files: limited ? limitFiles(container, fault) : [],
      stopped: [],
    };
    this.#held.push({ effect, untilMs });
    this.#save();
    try {
      await this.#apply(effect, untilMs);
    } catch (error) {
      await this.undo((one) => one.effect === effect);
      throw error;
    }
  }

  async #apply(effect: HeldEffect, untilMs: number): Promise<void> {
    const { fault, containerId, name } = effect;
    switch (fault.type) {
      case 'network': {
        const group = socketGroupOf(findContainer(containerId), containerId);
        const seconds = Math.max(1, Math.ceil((untilMs - performance.now()) / 1_000));
        return impairPackets({ name, group, fault }, seconds);
      }
      case 'hang':
        return stopProcesses(containerId, (stopped) => {
          effect.stopped = [...stopped];
          this.#save();
        });
      default:
        writeLimits(effect.files);
    }
  }

  /** Finding on the effect of an injection; null: it is present, or has ended as intended. */
  async find(id: string, pod: string): Promise<EffectFinding | null> {
    const effect = this.#held
      .map((one) => one.effect)
      .find((one) => one.id === id && one.pod === pod);
    if (effect === undefined) return 'helper_lost_effect';
    const { fault, files, stopped } = effect;
    if (fault.type === 'network') return findPackets({ name: effect.name, fault });
    if (fault.type === 'hang') {
      const states = stopped.map(({ pid }) => stateOf(pid)).filter((state) => state !== null);
      if (states.length === 0) return 'does_not_run';
      return states.every((state) => state === 'T') ? null : 'runs';
    }
    const state = stateOfLimits(files);
    if (state === 'changed') return 'limit_changed';
    // A kill by the kernel is an effect of a memory limit.
    return state === 'present' || fault.type === 'memory' ? null : 'process_left_cgroup';
  }

  /** Undoes what has expired. @throws SwarmError `rollback_failed` */
  undoExpired(now: number): Promise<void> {
    return this.undo(({ untilMs }) => untilMs <= now);
  }

  undoInjection(id: string): Promise<void> {
    return this.undo(({ effect }) => effect.id === id);
  }

  /**
   * Undoes all of these effects, also when one fails.
   * @throws SwarmError `rollback_failed`
   */
  async undo(
    isMeant: (one: { effect: HeldEffect; untilMs: number }) => boolean = () => true,
  ): Promise<void> {
    const failures: string[] = [];
    for (const one of this.#held.filter(isMeant)) {
      try {
        await undoEffect(one.effect);
        this.#held = this.#held.filter((other) => other !== one);
        this.#save();
      } catch (error) {
        failures.push(messageOf(error));
      }
    }
    if (failures.length > 0) throw new SwarmError('rollback_failed', failures.join('; '));
  }

  #save(): void {
    this.#file.write(this.#held.map(({ effect }) => effect));
  }
}

const undoEffect = async ({ fault, name, files, stopped }: HeldEffect): Promise<void> => {
  switch (fault.type) {
    case 'network':
      return restorePackets(name);
    case 'hang':
      return continueProcesses(stopped);
    default:
      restoreLimits(files);
  }
};
