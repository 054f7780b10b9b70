import { behindMs, type Definition, newId, priorityOf } from '@agentainer/core';
import { appliedLimits } from './applied-limits.js';
import { FREE_PASS, HeldSlots, type LimitPass } from './limit-pass.js';
import type { LaneWaker, LimitSlots, LimitStore } from './limit-port.js';
import type { RunStore } from './ports.js';

export interface GateOptions {
  /** Lanes of the whole instance that may work at once; 0 for any number. */
  maxParallel: number;
  /** Milliseconds between two signs of life of a lane that holds slots. */
  renewMs?: number;
}

export type GateAnswer =
  | { kind: 'open'; pass: LimitPass }
  /** The lane stands in line, and is to come again after so many milliseconds, or to leave. */
  | { kind: 'wait'; inMs: number; leave(): Promise<void> };

const RENEW_MS = 3_000;

/** Lets lanes work as far as the limits of their runs allow. */
export class LimitGate {
  constructor(
    private readonly runs: Pick<RunStore, 'workflowId' | 'limitKeys'>,
    private readonly store: LimitStore,
    private readonly waker: LaneWaker,
    private readonly options: GateOptions,
  ) {}

  /** @param ticket what brings the lane back when it is its turn */
  async enter(runId: string, definition: Definition, ticket: string): Promise<GateAnswer> {
    const { maxParallel: global, renewMs = RENEW_MS } = this.options;
    if (global === 0 && !definition.config.limits?.length) return { kind: 'open', pass: FREE_PASS };
    const [workflowId, limitKeys] = [await this.runs.workflowId(runId), await this.runs.limitKeys(runId)];
    const limits = appliedLimits({ definition, workflowId, limitKeys, global });
    const slots: LimitSlots = {
      ticket,
      holder: newId('slot'),
      behindMs: behindMs(priorityOf(definition)),
      limits,
    };
    const asked = performance.now();
    const answer = await this.store.take(slots);
    if (answer.kind === 'taken') {
      const release = (held: LimitSlots, unspent: boolean) => this.release(held, unspent);
      return { kind: 'open', pass: new HeldSlots(slots, this.store, release, { renewMs, asked }) };
    }
    await this.wake(answer.called);
    return { kind: 'wait', inMs: answer.inMs, leave: () => this.release(slots, false) };
  }

  /** What fails is made good by time: the slots end, and those in line come again. */
  private async release(slots: LimitSlots, unspent: boolean): Promise<void> {
    const called = await this.store.release(slots, { unspent }).catch(() => []);
    await this.wake(called);
  }

  private async wake(tickets: readonly string[]): Promise<void> {
    await Promise.allSettled(tickets.map((ticket) => this.waker.wake(ticket)));
  }
}
