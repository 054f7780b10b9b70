import { createHash } from 'node:crypto';
import { type Definition, InvalidInputError, type Json, type Limit, LimitKey } from '@agentainer/core';
import type { AppliedLimit, LimitStanding, Rate } from './limit-port.js';
import { pick } from './pick.js';

/** What a run's limits are made of. */
export interface LimitedRun {
  definition: Definition;
  workflowId: string | null;
  /** What the keys of its limits came to, in their order. */
  limitKeys: readonly string[];
  /** Lanes of the whole instance at once; 0 for any number. */
  global: number;
}

export const GLOBAL_LIMIT = 'global';

/** The limits that apply to the lanes of a run, the narrowest first: those with a key, the workflow's, the instance's. */
export function appliedLimits({ definition, workflowId, limitKeys, global }: LimitedRun): AppliedLimit[] {
  const keyed: AppliedLimit[] = [];
  const whole: AppliedLimit[] = [];
  for (const limit of definition.config.limits ?? []) {
    const { key, max_parallel: maxParallel } = limit;
    const rate = rateOf(limit);
    if (key === undefined) {
      whole.push({ id: `workflow:${workflowId ?? ''}`, kind: 'workflow', maxParallel, rate });
      continue;
    }
    const value = limitKeys[keyed.length]!;
    const hash = createHash('sha256')
      .update(JSON.stringify([key, value]))
      .digest('hex')
      .slice(0, 24);
    keyed.push({ id: `key:${workflowId ?? ''}:${hash}`, kind: 'key', maxParallel, rate, key, value });
  }
  if (global > 0) whole.push({ id: GLOBAL_LIMIT, kind: 'global', maxParallel: global });
  return [...keyed, ...whole];
}

/**
 * What the keys of a definition's limits come to for an input, given as JSON text.
 * @throws {InvalidInputError} where that cannot be told: a run would count under no value
 */
export function limitKeysOf({ config }: Definition, inputText: string): string[] {
  const limits = config.limits ?? [];
  if (limits.every(({ key }) => key === undefined)) return [];
  const input = JSON.parse(inputText) as Json;
  return limits.flatMap(({ key: text }, i) => {
    if (text === undefined) return [];
    const key = new LimitKey(text);
    const outcome = key.evaluate(pick(input, key.paths));
    if ('value' in outcome) return [outcome.value];
    throw new InvalidInputError([
      { path: 'input', message: `the key of config.limits[${i}] is not there: ${outcome.fault}` },
    ]);
  });
}

function rateOf({ rate }: Limit): Rate | undefined {
  return rate && { count: rate.count, perMs: rate.per, burst: rate.burst ?? rate.count };
}

/** A limit that lets nobody through at present: it has no free slot, or no token before a time. */
export type FullLimit = AppliedLimit & LimitStanding & { tokenAt?: number };

/** Those of the limits that let nobody through, with who holds them and who waits. */
export function fullLimits(
  applied: readonly AppliedLimit[],
  standings: readonly LimitStanding[],
  now: number,
): FullLimit[] {
  const byId = new Map(standings.map((standing) => [standing.id, standing]));
  return applied.flatMap((limit) => {
    const standing = byId.get(limit.id);
    if (!standing) return [];
    const tokenAt = limit.rate && nextToken(limit.rate, standing.fullAt ?? 0);
    if (tokenAt !== undefined && tokenAt > now) return [{ ...limit, ...standing, tokenAt }];
    return standing.held >= (limit.maxParallel ?? Infinity) ? [{ ...limit, ...standing }] : [];
  });
}

function nextToken({ count, perMs, burst }: Rate, fullAt: number): number {
  return fullAt - ((burst - 1) * perMs) / count;
}
