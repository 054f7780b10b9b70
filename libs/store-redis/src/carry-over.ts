import { NotFoundError } from '@agentainer/core';
import type { RerunPlan } from '@agentainer/engine';
import type { ChainableCommander, Redis } from 'ioredis';
import type { Keys } from './keys.js';

/** Entries read, and written, in one command: bounds how long Redis is held. */
const AT_ONCE = 200;
/** Seconds that copies live unless the record of their run is written: what a crash in between leaves goes by itself. */
const UNFINISHED_TTL = 3_600;
/** Fields of a step that speak of its lanes, and not of its tasks. */
const OWN_FIELDS = new Set(['generation']);

/** What a run's record needs beside what was copied: fields of its steps, and the keys that are to stay. */
export interface CarriedOver {
  fields: [string, string][];
  keys: string[];
}

/**
 * Copies what a rerun takes over from the run that it repeats, before the rerun's record is written: until then
 * nobody looks at the copies.
 */
export class CarryOver {
  private readonly carried: CarriedOver = { fields: [], keys: [] };

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly from: string,
    private readonly to: string,
  ) {}

  /** @throws {NotFoundError} where the run is deleted meanwhile */
  async all(plan: RerunPlan): Promise<CarriedOver> {
    if (plan.size > 0) await this.state();
    for (const [step, part] of plan) {
      if (part === 'kept') await this.keep(step);
      else await this.redrive(step);
    }
    if (!(await this.redis.exists(this.keys.run(this.from)))) throw new NotFoundError('run', this.from);
    return this.carried;
  }

  /** The step as it ended. */
  private async keep(step: string): Promise<void> {
    const { fields, number } = await this.stepOf(step);
    this.carried.fields.push(
      ...Object.entries(fields).map(([field, value]): [string, string] => [`${step}:${field}`, value]),
    );
    await this.hash(step, 'stepTasks', () => true);
    await this.hash(step, 'stepOutcomes', () => true);
    // A later rerun may still need the items of those that did not complete.
    if (number('completed') < number('total')) await this.hash(step, 'stepItems', () => true);
  }

  /** The step open again: its completed tasks as they are, all others in line for an attempt. */
  private async redrive(step: string): Promise<void> {
    const { number } = await this.stepOf(step);
    const total = number('total');
    const done = new Set<string>();
    await this.hash(step, 'stepItems', () => true);
    let dropped = 0;
    await this.hash(step, 'stepOutcomes', (index, outcome) => {
      const hasCompleted = !outcome.startsWith('e');
      if (hasCompleted) done.add(index);
      if (outcome === 'd') dropped += 1;
      return hasCompleted;
    });
    await this.hash(step, 'stepTasks', (index) => done.has(index));
    const now = await this.now();
    await this.lineUp(step, now, total, done);
    const [completed, retrying] = [done.size, total - done.size];
    const fields = { state: 'ready', total, completed, dropped, retrying, next: total, openedAt: now };
    this.carried.fields.push(
      ...Object.entries(fields).map(([field, value]): [string, string] => [
        `${step}:${field}`,
        String(value),
      ]),
    );
  }

  private async lineUp(step: string, now: number, total: number, done: Set<string>): Promise<void> {
    const [tasks, retries] = [this.keys.stepTasks(this.to, step), this.keys.stepRetries(this.to, step)];
    for (let from = 0; from < total; from += AT_ONCE) {
      const open = Array.from({ length: Math.min(AT_ONCE, total - from) }, (_, i) => String(from + i)).filter(
        (index) => !done.has(index),
      );
      if (open.length === 0) continue;
      await this.write([tasks, retries], (pipeline) =>
        pipeline
          .hset(tasks, ...open.flatMap((index) => [index, `retrying|0|0|||${now}|0|0`]))
          .zadd(retries, ...open.flatMap((index) => [now, index])),
      );
    }
  }

  /** What tasks shared: those that are not run again have done their part in it. */
  private async state(): Promise<void> {
    const [source, target] = [this.keys.state(this.from), this.keys.state(this.to)];
    await this.entries(source, target, () => true);
    for await (const names of this.chunks((cursor) => this.redis.hscan(target, cursor, 'COUNT', AT_ONCE))) {
      for (const [name, value] of names) {
        if (value.startsWith('l')) await this.list(name);
        if (value.startsWith('s')) await this.set(name);
      }
    }
  }

  private async list(name: string): Promise<void> {
    const [source, target] = [this.keys.stateList(this.from, name), this.keys.stateList(this.to, name)];
    for (let from = 0; ; from += AT_ONCE) {
      const values = await this.redis.lrange(source, from, from + AT_ONCE - 1);
      if (values.length === 0) return;
      await this.write([target], (pipeline) => pipeline.rpush(target, ...values));
    }
  }

  private async set(name: string): Promise<void> {
    const [source, target] = [this.keys.stateSet(this.from, name), this.keys.stateSet(this.to, name)];
    for await (const found of this.chunks((cursor) => this.redis.zscan(source, cursor, 'COUNT', AT_ONCE))) {
      await this.write([target], (pipeline) =>
        pipeline.zadd(target, ...found.flatMap(([value]) => [0, value])),
      );
    }
  }

  private hash(
    step: string,
    key: 'stepItems' | 'stepTasks' | 'stepOutcomes',
    wanted: (field: string, value: string) => boolean,
  ): Promise<void> {
    return this.entries(this.keys[key](this.from, step), this.keys[key](this.to, step), wanted);
  }

  private async entries(
    source: string,
    target: string,
    wanted: (field: string, value: string) => boolean,
  ): Promise<void> {
    for await (const found of this.chunks((cursor) => this.redis.hscan(source, cursor, 'COUNT', AT_ONCE))) {
      const some = found.filter(([field, value]) => wanted(field, value));
      if (some.length > 0) await this.write([target], (pipeline) => pipeline.hset(target, ...some.flat()));
    }
  }

  /** Pairs of a scan, part by part. */
  private async *chunks(
    scan: (cursor: string) => Promise<[string, string[]]>,
  ): AsyncGenerator<[string, string][]> {
    let cursor = '0';
    do {
      const [next, found] = await scan(cursor);
      const pairs = found.flatMap((field, i): [string, string][] => (i % 2 ? [] : [[field, found[i + 1]!]]));
      if (pairs.length > 0) yield pairs;
      cursor = next;
    } while (cursor !== '0');
  }

  private async write(targets: string[], fill: (pipeline: ChainableCommander) => unknown): Promise<void> {
    const pipeline = this.redis.multi();
    fill(pipeline);
    for (const target of targets) {
      pipeline.expire(target, UNFINISHED_TTL);
      if (!this.carried.keys.includes(target)) this.carried.keys.push(target);
    }
    for (const [error] of (await pipeline.exec())!) if (error) throw error;
  }

  private async stepOf(step: string) {
    const prefix = `${step}:`;
    const all = await this.redis.hgetall(this.keys.runSteps(this.from));
    const fields = Object.fromEntries(
      Object.entries(all)
        .filter(([field]) => field.startsWith(prefix) && !OWN_FIELDS.has(field.slice(prefix.length)))
        .map(([field, value]) => [field.slice(prefix.length), value]),
    );
    return { fields, number: (field: string) => Number(fields[field] ?? 0) };
  }

  private async now(): Promise<number> {
    const [seconds, micros] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
  }
}
