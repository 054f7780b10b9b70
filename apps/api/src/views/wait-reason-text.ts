import { formatDuration, type HostPressure, pressureText } from '@agentainer/core';
import type { WaitReason } from '@agentainer/engine';
import { momentView } from './time-view.js';

type Of<R extends WaitReason['reason']> = Extract<WaitReason, { reason: R }>;

/** Of each reason why a step waits a sentence for people, which says what to do where there is something to do. */
const TEXTS: { [R in WaitReason['reason']]: (why: Of<R>) => string } = {
  dependency: ({ on }) => `it needs ${on.map(({ step, state }) => `${step} (${state})`).join(', ')}`,
  opening: () => 'it is about to be opened',
  paused: () => 'the run is paused until it is resumed',
  waits_for: ({ what, signal, until }) =>
    `it waits for ${signal === undefined ? `its ${what}` : `the signal ${signal}`}${until > 0 ? `, until ${moment(until)}` : ''}`,
  child_runs: ({ running }) => `${running} runs that it started have not ended`,
  retry_backoff: ({ tasks, until }) => `${tasks} failed and are tried again, the next at ${moment(until)}`,
  parallel_limit: ({ running, limit }) => `${running} of ${limit} tasks at once run already`,
  limit: (why) => `${limitText(why)}: ${why.held} of ${why.maxParallel} at once, ${line(why)}`,
  rate: (why) =>
    `${limitText(why)}: ${why.count} per ${formatDuration(why.perMs)} were begun; the next at ${moment(why.until)}`,
  no_host: ({ pool }) => `no host makes agents for ${pool}: a controller has to be started`,
  pool_drained: ({ pool, agents }) =>
    `${pool} is drained: it starts no agents until it is resumed${agents > 0 ? `; ${agents} are left` : ''}`,
  hosts_drained: ({ hosts }) => `every host is drained, until one is resumed: ${hosts.join(', ')}`,
  no_share: ({ pool, agents }) =>
    agents > 0
      ? `no host may have agents of ${pool} yet: ${agents} have to end first on hosts that are to have none`
      : `no host was told yet how many agents of ${pool} it may have: a controller does so within seconds`,
  no_worker: ({ pool, host }) => `no worker takes lanes of ${pool} on ${host}: one has to be started there`,
  pool_full: (why) => `${place(why)}: ${why.busy} of ${why.size} agents busy, ${line(why)}`,
  image_pulling: (why) => `${place(why)}: its image is being pulled`,
  image_missing: (why) =>
    `${place(why)}: ${why.error.message}; it has to be built or loaded there, or the pool has to pull it; ${again(why)}`,
  pull_failed: (why) =>
    `${place(why)}: its image could not be pulled: ${why.error.message}; see to the registry and its credentials; ${again(why)}`,
  not_permitted: (why) =>
    `${place(why)}: ${why.error.message}; its operator has to permit that, or the step to ask for less; ${again(why)}`,
  network_missing: (why) =>
    `${place(why)}: ${why.error.message}; the network has to be made on that host; ${again(why)}`,
  engine_away: (why) =>
    `${place(why)}: the container engine of the host does not answer (${why.error.message}); it has to be started; ${again(why)}`,
  pool_broken: (why) =>
    `${place(why)}: ${why.failures} starts in a row failed: ${why.error.message}; its image has to be mended; ${again(why)}`,
  agents_starting: (why) => `${place(why)}: ${why.starting} agents are starting${pressure(why)}`,
  agents_ending: (why) =>
    `${place(why)}: ${why.ending} agents are ending, whose places others take; ${line(why)}`,
  reuse: (why) =>
    `${place(why)}: ${why.idle} idle agents are left to others by the pool's "reuse", one makes room; ${line(why)}`,
  start_pending: (why) => `${place(why)}: an agent is about to be started${pressure(why)}; ${line(why)}`,
  queued: ({ pool, workers }) =>
    `it is in the queue of ${pool} until one of ${workers} workers takes it: they take as many lanes as there are agents`,
};

export function waitReasonText<R extends WaitReason['reason']>(why: Of<R>): string {
  return TEXTS[why.reason as R](why);
}

function limitText(limit: Of<'limit' | 'rate'>): string {
  if (limit.limit === 'global') return 'the limit of the instance';
  return limit.limit === 'workflow'
    ? 'the limit of the workflow'
    : `the limit of ${limit.key} = ${limit.value}`;
}

function place({ pool, host }: { pool: string; host: string }): string {
  return `${pool} on ${host}`;
}

function line({ lanesWaiting }: { lanesWaiting: number }): string {
  return `${lanesWaiting} lanes in line`;
}

function again({ retryAt, shareIsElsewhere }: { retryAt: number; shareIsElsewhere: boolean }): string {
  return `tried again at ${moment(retryAt)}${shareIsElsewhere ? '; meanwhile other hosts have its share' : ''}`;
}

function pressure({ hostPressure }: { hostPressure: readonly HostPressure[] }): string {
  if (hostPressure.length === 0) return '';
  return `; the host is nearly full (${pressureText(hostPressure)}), so that it keeps none ready`;
}

function moment(ms: number): string {
  return momentView(ms)
    .replace(/\.\d+Z$/, 'Z')
    .replace('T', ' ');
}
