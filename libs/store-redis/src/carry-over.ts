import { randomUUID } from 'node:crypto';
import { NotFoundError } from '@agentainer/core';
import type { RerunPlan, RerunPart } from '@agentainer/engine';
import type { ChainableCommander, Redis } from 'ioredis';
import { carryLogs } from './carry-logs.js';
import type { Keys } from './keys.js';

/** Entries read, and written, in one command: bounds how long Redis is held. */
const AT_ONCE = 200;
/** Seconds that copies live unless the record of their run is written: what a crash in between leaves goes by itself. */
const UNFINISHED_TTL = 3_600;
/** Fields of a step that speak of its lanes, and not of its tasks. */
const OWN_FIELDS = new Set(['generation']);

/** What a run's record needs beside what was copied: fields of its steps, and where the copies are. */
export interface CarriedOver {
  fields: [string, string][];
  /** Keys of the run, whose copies lie under each name with `suffix` behind it until the record is written. */
  keys: string[];
  suffix: string;
}

/**
 * Copies what a rerun takes over from the run that it repeats. The copies have names of their own until the rerun's
 * record is written: who makes the same rerun at the same time, or once more, touches nothing of it.
 */
export class CarryOver {
  /** By step, the tasks that are taken over as they ended; `all` of a step that is kept. */
  private readonly ended = new Map<string, Set<string> | 'all'>();
  private readonly carried: CarriedOver = { fields: [], keys: [], suffix: `:copy:${randomUUID()}` };

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
      else await this.redrive(step, part);
    }
    await this.logs();
    if (!(await this.redis.exists(this.keys.run(this.from)))) throw new NotFoundError('run', this.from);
    return this.carried;
  }

  /** The step as it ended. */
  private async keep(step: string): Promise<void> {
    this.ended.set(step, 'all');
    const { fields, number } = await this.stepOf(step);
    this.carried.fields.push(
      ...Object.entries(fields).map(([field, value]): [string, string] => [`${step}:${field}`, value]),
    );
    await this.hash(step, 'stepTasks', () => true);
    await this.hash(step, 'stepOutcomes', () => true);
    await this.hash(step, 'stepHistory', () => true);
    await this.arrivals(step, () => true);
    // A later rerun may still need the items of those that did not complete.
    if (number('completed') < number('total')) await this.hash(step, 'stepItems', () => true);
  }

  /** The step open again: tasks that are not run again as they ended, all others in line for an attempt. */
  private async redrive(step: string, part: Exclude<RerunPart, 'kept'>): Promise<void> {
    const { number } = await this.stepOf(step);
    const total = number('total');
    await this.hash(step, 'stepItems', () => true);
    const { done, fields } = await this.endedOf(step, part);
    this.ended.set(step, done);
    await this.arrivals(step, (index) => done.has(index));
    const now = await this.now();
    await this.lineUp(step, now, total, done);
    const open = { state: 'ready', total, retrying: total - done.size, next: total, openedAt: now };
    this.carried.fields.push(
      ...[...Object.entries(open), ...fields].map(([field, value]): [string, string] => [
        `${step}:${field}`,
        String(value),
      ]),
    );
  }

  /** Tasks that completed, and failed ones that are not run again; with what the step's record says of them. */
  private async endedOf(
    step: string,
    part: Exclude<RerunPart, 'kept'>,
  ): Promise<{ done: Set<string>; fields: Map<string, string | number> }> {
    const fields = new Map<string, string | number>();
    // A scan may show an entry twice.
    const [done, dropped] = [new Set<string>(), new Set<string>()];
    const states = new Map<string, string>();
    await this.hash(step, 'stepOutcomes', (index, outcome) => {
      const failed = outcome.startsWith('e');
      if (failed && (part === 'redriven' || part.again.has(Number(index)))) return false;
      if (failed) fields.set('error', outcome.slice(1));
      if (outcome === 'd') dropped.add(index);
      done.add(index);
      return true;
    });
    await this.hash(step, 'stepTasks', (index, task) => {
      if (done.has(index)) states.set(index, task.slice(0, task.indexOf('|')));
      return done.has(index);
    });
    await this.hash(step, 'stepHistory', (index) => done.has(index));
    for (const state of states.values()) fields.set(state, Number(fields.get(state) ?? 0) + 1);
    return { done, fields: fields.set('dropped', dropped.size) };
  }

  private async lineUp(step: string, now: number, total: number, done: Set<string>): Promise<void> {
    const [tasks, retries] = [this.keys.stepTasks(this.to, step), this.keys.stepRetries(this.to, step)];
    for (let from = 0; from < total; from += AT_ONCE) {
      const open = Array.from({ length: Math.min(AT_ONCE, total - from) }, (_, i) => String(from + i)).filter(
        (index) => !done.has(index),
      );
      if (open.length === 0) continue;
      await this.write([tasks, retries], (pipeline, [toTasks, toRetries]) =>
        pipeline
          .hset(toTasks!, ...open.flatMap((index) => [index, `retrying|0|0|||${now}|0|0`]))
          .zadd(toRetries!, ...open.flatMap((index) => [now, index])),
      );
    }
  }

  /** What the tasks printed that are taken over. */
  private async logs(): Promise<void> {
    const wanted = (step: string, index: string) => {
      const tasks = this.ended.get(step);
      return tasks === 'all' || (tasks?.has(index) ?? false);
    };
    const { redis, keys, from, to } = this;
    const { suffix } = this.carried;
    this.carried.keys.push(
      ...(await carryLogs(redis, keys, { from, to }, { suffix, ttl: UNFINISHED_TTL, wanted })),
    );
  }

  /** What tasks shared: those that are not run again have done their part in it. */
  private async state(): Promise<void> {
    const [source, target] = [this.keys.state(this.from), this.keys.state(this.to)];
    await this.entries(source, target, () => true);
    for await (const names of this.chunks((cursor) => this.redis.hscan(source, cursor, 'COUNT', AT_ONCE))) {
      for (const [name, value] of names) {
        if (value.startsWith('l')) await this.list(name);
        if (value.startsWith('s')) await this.set(name);
      }
    }
  }

  private list(name: string): Promise<void> {
    return this.elements(this.keys.stateList(this.from, name), this.keys.stateList(this.to, name));
  }

  private arrivals(step: string, wanted: (index: string) => boolean): Promise<void> {
    const { keys } = this;
    return this.elements(keys.stepArrivals(this.from, step), keys.stepArrivals(this.to, step), wanted);
  }

  private async elements(source: string, target: string, wanted = (_: string) => true): Promise<void> {
    for (let from = 0; ; from += AT_ONCE) {
      const values = await this.redis.lrange(source, from, from + AT_ONCE - 1);
      if (values.length === 0) return;
      const some = values.filter(wanted);
      if (some.length > 0) await this.write([target], (pipeline, [copy]) => pipeline.rpush(copy!, ...some));
    }
  }

  private async set(name: string): Promise<void> {
    const [source, target] = [this.keys.stateSet(this.from, name), this.keys.stateSet(this.to, name)];
    for await (const found of this.chunks((cursor) => this.redis.zscan(source, cursor, 'COUNT', AT_ONCE))) {
      await this.write([target], (pipeline, [copy]) =>
        pipeline.zadd(copy!, ...found.flatMap(([value]) => [0, value])),
      );
    }
  }

  private hash(
    step: string,
    key: 'stepItems' | 'stepTasks' | 'stepOutcomes' | 'stepHistory',
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
      if (some.length > 0)
        await this.write([target], (pipeline, [copy]) => pipeline.hset(copy!, ...some.flat()));
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

  private async write(
    targets: string[],
    fill: (pipeline: ChainableCommander, copies: string[]) => unknown,
  ): Promise<void> {
    const copies = targets.map((target) => target + this.carried.suffix);
    const pipeline = this.redis.multi();
    fill(pipeline, copies);
    for (const copy of copies) pipeline.expire(copy, UNFINISHED_TTL);
    for (const target of targets) {
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
