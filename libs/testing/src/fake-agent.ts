/**
 * An agent for tests and benchmarks: each task says what becomes of it (see fake-agent-task.ts).
 * Bundled into one file, it is a program for the process driver and what an image needs.
 */
import { spawn } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { writeSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AgentContext, DROP, serve, TaskFailure, type TaskOutcome } from '@agentainer/agent-kit';
import type { Json } from '@agentainer/core';
import { agentEnvironment } from './config.js';
import { ENOUGH, type FakeAgentFacts, type FakeAgentSpan, type FakeAgentTask } from './fake-agent-task.js';
import { leaveOrLook } from './left-traces.js';

let tasks = 0;
const kept: Buffer[] = [];
/** Who waits for others to come. */
let meeting: (() => void)[] = [];
let cleanUpMs = 0;
/** The answer to the latest task: the kit sees to it that an agent only ever says what is right. */
let answer: ServerResponse | undefined;

subscribe('http.server.request.start', (message) => {
  const { request, response } = message as { request: { method: string }; response: ServerResponse };
  if (request.method === 'POST') answer = response;
});

await serve({ sequential: handle, map: handle, reduceStream: reduce }, { cleanUp: () => sleep(cleanUpMs) });

function handle(input: unknown, context: AgentContext): unknown {
  tasks += 1;
  return isFakeAgentTask(input) && context.task.attempt <= (input.attempts ?? Infinity)
    ? perform(input, context)
    : input;
}

/** Answers with the outcomes, up to one whose result is {@link ENOUGH}, and reports how many there are. */
async function reduce(outcomes: AsyncIterable<TaskOutcome>, { progress }: AgentContext): Promise<unknown> {
  tasks += 1;
  const seen: TaskOutcome[] = [];
  for await (const outcome of outcomes) {
    progress({ outcomes: seen.push(outcome) });
    if (outcome.status === 'completed' && outcome.result === ENOUGH) break;
  }
  return seen;
}

function isFakeAgentTask(input: unknown): input is FakeAgentTask {
  return typeof input === 'object' && input !== null && 'do' in input;
}

function crash(exitCode = 1): never {
  // As a program does that knows nothing of logs.
  writeSync(2, 'it crashes, as told\n');
  return process.exit(exitCode);
}

async function perform(task: FakeAgentTask, context: AgentContext): Promise<unknown> {
  switch (task.do) {
    case 'echo':
      return task.value;
    case 'sleep':
      return sleep(task.ms, task.ms, { signal: context.signal });
    case 'time':
      return time(task.ms, context);
    case 'meet':
      return meet(task.others);
    case 'block':
      return block(task, context);
    case 'fail':
    case 'throw':
      throw failureOf(task);
    case 'drop':
      return DROP;
    case 'crash':
      return crash(task.exitCode);
    case 'hang':
      return new Promise(() => undefined);
    case 'large':
      return 'x'.repeat(task.bytes - 2);
    case 'deep':
      return JSON.parse('['.repeat(task.levels) + ']'.repeat(task.levels)) as unknown;
    case 'unwritable':
      return () => undefined;
    case 'garbage':
      return new Promise((resolve) => answer?.end(task.text, () => resolve(null)));
    case 'keep':
      return kept.push(Buffer.alloc(task.bytes, 1));
    case 'linger':
      return (cleanUpMs = task.ms);
    case 'leave':
    case 'look':
      return leaveOrLook(task, tasks);
    case 'describe':
      return describe(context);
    default:
      return callKit(task, context);
  }
}

type KitCall = 'count' | 'state' | 'start' | 'start workflow' | 'secret' | 'print' | 'report' | 'run';

async function callKit(
  task: Extract<FakeAgentTask, { do: KitCall }>,
  context: AgentContext,
): Promise<unknown> {
  switch (task.do) {
    case 'count':
      return count(task, context);
    case 'state':
      return callState(task, context);
    case 'start':
      return startJob(task, context);
    case 'start workflow':
      return context.startWorkflow(task.workflow, task.input);
    case 'secret':
      return tell(await context.secret(task.name), task);
    case 'print':
      return print(task, context);
    case 'report':
      return context.progress(task.value);
    case 'run':
      return run(task, context);
  }
}

function failureOf(task: FakeAgentTask & { do: 'fail' | 'throw' }): Error {
  if (task.do === 'throw') return new Error(task.message);
  return new TaskFailure(task.code, task.message ?? 'as told', task);
}

async function time(ms: number, { signal }: AgentContext): Promise<FakeAgentSpan> {
  const from = Date.now();
  await sleep(ms, undefined, { signal });
  return { from, to: Date.now() };
}

function block({ ms, heartbeat }: FakeAgentTask & { do: 'block' }, context: AgentContext): number {
  for (const end = performance.now() + ms; performance.now() < end;) if (heartbeat) context.heartbeat();
  return ms;
}

async function meet(others: number): Promise<number> {
  const met = new Promise<void>((resolve) => meeting.push(resolve));
  if (meeting.length > others) {
    for (const come of meeting) come();
    meeting = [];
  }
  await met;
  return others + 1;
}

async function count({ key, ms = 0 }: FakeAgentTask & { do: 'count' }, { state, signal }: AgentContext) {
  if (ms > 0) await sleep(ms, undefined, { signal });
  return state.increment(key);
}

function callState(task: FakeAgentTask & { do: 'state' }, { state }: AgentContext): Promise<unknown> {
  const call = state[task.call].bind(state) as (...values: Json[]) => Promise<unknown>;
  return call(...task.arguments);
}

async function startJob(
  { image, step_id, input, failAfter }: FakeAgentTask & { do: 'start' },
  context: AgentContext,
): Promise<unknown> {
  const started = await context.startJob({ image, step_id, input });
  if (failAfter && context.task.attempt === 1) throw new Error('as told');
  return started;
}

function tell(secret: string, { as }: FakeAgentTask & { do: 'secret' }): unknown {
  if (as === 'error') throw new Error(`the password ${secret} is wrong`);
  const base64 = Buffer.from(secret).toString('base64');
  return { length: secret.length, secret, base64, inside: JSON.stringify({ secret }) };
}

async function print(
  { lines, everyMs = 0, secret: name, as }: FakeAgentTask & { do: 'print' },
  { signal, secret }: AgentContext,
): Promise<number> {
  for (let i = 1; i <= lines; i++) {
    console.log(`line ${i}`);
    if (everyMs > 0) await sleep(everyMs, undefined, { signal });
  }
  if (name !== undefined) {
    const value = await secret(name);
    process.stderr.write(`the secret is ${value.slice(0, 6)}`);
    await sleep(500, undefined, { signal });
    process.stderr.write(`${value.slice(6)}.\n`);
  }
  if (as === 'error') throw new Error(`after ${lines} lines`);
  return lines;
}

async function run(
  { script, inherit }: FakeAgentTask & { do: 'run' },
  { capture }: AgentContext,
): Promise<number | null> {
  const child = inherit
    ? spawn('sh', ['-c', script], { stdio: 'inherit' })
    : capture(spawn('sh', ['-c', script]));
  return (await once(child, 'close'))[0] as number | null;
}

function describe({ task }: AgentContext): FakeAgentFacts {
  const { token: _, ...told } = task;
  return {
    pid: process.pid,
    uid: process.getuid?.() ?? -1,
    tasks,
    task: told,
    environment: agentEnvironment(),
  };
}
