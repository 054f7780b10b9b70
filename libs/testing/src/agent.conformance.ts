import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { healthSchema, logLineSchema, taskMessageSchema } from '@agentainer/contracts';
import {
  type AgentProgram,
  AgentUnderTest,
  printedOn,
  type RequestedTask,
  takenLate,
} from './agent-under-test.js';
import { describeAgentCalls } from './agent-calls.conformance.js';
import { describeAgentEnd } from './agent-end.conformance.js';
import { describeAgentProcesses } from './agent-processes.conformance.js';
import { describeAgentStreams } from './agent-streams.conformance.js';
import type { FakeAgentFacts, FakeAgentTask, FakeAgentTraces } from './fake-agent-task.js';

const SLOW_MS = 60_000;

/** What every agent kit does, seen from its socket. `make` says how the fake agent is run that is made with it. */
export function describeAgentKit(name: string, make: () => Promise<AgentProgram> | AgentProgram): void {
  let program: AgentProgram;
  let agent: AgentUnderTest;
  const run = (task: FakeAgentTask, more?: RequestedTask) => agent.run(task, more);
  const serving = (environment: Record<string, string> = {}) => {
    beforeAll(async () => {
      agent = new AgentUnderTest(program);
      await agent.start(environment);
    }, SLOW_MS);
    afterAll(() => agent.dispose());
  };

  describe(`an agent of the ${name} kit`, () => {
    beforeAll(async () => {
      program = await make();
    }, SLOW_MS);

    describe('that serves', () => {
      serving();

      it('is well, under a name of this start, at a socket that every user may connect to', async () => {
        const { status, text } = await agent.call('GET', '/health');
        expect([status, healthSchema.safeParse(JSON.parse(text)).success]).toEqual([200, true]);
        expect(readdirSync(agent.directory).sort()).toEqual(['agent.sock', 'tmp']);
        expect(statSync(join(agent.directory, 'agent.sock')).mode & 0o777).toBe(0o666);
        const other = new AgentUnderTest(program);
        await other.start();
        const second = await other.call('GET', '/health').finally(() => other.dispose());
        expect(second.text).not.toBe(text);
      });

      it('answers with one line, and says that nothing is left', async () => {
        const { status, text } = await run({ do: 'echo', value: { text: 'grüße 🎈', list: [1, null] } });
        expect(status).toBe(200);
        expect(text).toBe('{"clean":true,"type":"result","result":{"text":"grüße 🎈","list":[1,null]}}\n');
        // Half of a character is text in JSON, and none in UTF-8.
        expect((await run({ do: 'echo', value: '\ud83c' })).text).toContain('"result":"\\ud83c"');
      });

      it('tells the task what it is', async () => {
        const task = { kind: 'sequential', attempt: 3, parent_id: 'job', level: 2, new_field: 1 };
        const { last } = await agent.run({ do: 'describe' }, { task });
        const told = (last.result as FakeAgentFacts).task;
        const ids = { id: 'run.step.0', run_id: 'run', workflow_id: null, step: 'step', index: 0 };
        expect(told).toMatchObject({ ...ids, kind: 'sequential', attempt: 3, parent_id: 'job', level: 2 });
      });

      it('serves one task after another over one connection, and large ones', async () => {
        for (let i = 0; i < 20; i++) expect((await agent.run(i)).last.result).toBe(i);
        const text = 'x'.repeat(8 * 1_024 * 1_024);
        expect((await agent.run(text)).last.result).toBe(text);
      });

      it('tells failures with code, message, detail and what a retry may do', async () => {
        const failed = await run({
          do: 'fail',
          code: 'GONE',
          message: 'no page',
          retryable: false,
          retryAfterMs: 1_500,
        });
        expect(failed.last).toMatchObject({
          ...{ type: 'problem', clean: true, code: 'GONE', message: 'no page' },
          ...{ retryable: false, retry_after_ms: 1_500 },
        });
        const thrown = await run({ do: 'throw', message: `begin${'m'.repeat(9_000)}` });
        expect(thrown.last).toMatchObject({
          code: 'AGENT_FAILED',
          message: expect.stringContaining('begin'),
        });
        expect(thrown.last).not.toHaveProperty('retryable');
        expect(thrown.last.message).toHaveLength(2_000);
        expect(thrown.last.detail).toHaveLength(4_096);
        expect((await run({ do: 'fail', code: 'C'.repeat(99) })).last.code).toBe('C'.repeat(64));
        expect((await run({ do: 'drop' })).text).toBe('{"clean":true,"type":"dropped"}\n');
        expect((await agent.run(null)).last.result).toBe(null);
      });

      it.each<FakeAgentTask>([{ do: 'unwritable' }, { do: 'deep', levels: 100_000 }])(
        'does not retry a result that is no JSON: %j',
        async (task) => {
          expect((await run(task)).last).toMatchObject({
            type: 'problem',
            code: 'AGENT_FAILED',
            retryable: false,
          });
        },
      );

      it.each([
        ['no JSON', '{"lease":', 'the body is not JSON'],
        ['no object', '[]', 'lease must be an object'],
        ['null', 'null', 'lease must be an object'],
        ['no input', (body: string) => body.replace(',"input":1', ''), 'input is missing'],
        ['an epoch of text', (body: string) => body.replace(/"epoch":\d+/, '"epoch":"1"'), 'lease.epoch'],
        ['an unknown kind', (body: string) => body.replace('"map"', '"loop"'), 'task.kind'],
      ])('refuses a request with %s, and says why', async (_, change, detail) => {
        const body = typeof change === 'string' ? change : change(agent.requestOf({ input: 1 }));
        const { status, text } = await agent.call('POST', '/tasks', body);
        expect([status, text]).toEqual([400, expect.stringContaining(detail)]);
        expect((await agent.run(1)).last.result).toBe(1);
      });

      it('lives on after what nests without end, and refuses what is not of the protocol', async () => {
        const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
        const body = agent.requestOf({ input: 1 }).replace('"input":1', `"input":${deep}`);
        await agent.call('POST', '/tasks', body);
        expect((await agent.call('GET', '/tasks')).status).toBe(404);
        expect((await agent.call('POST', '/health', '{}')).status).toBe(404);
        expect((await agent.run(1)).last.result).toBe(1);
      });
    });

    describe('that is leased', () => {
      serving();

      it('refuses an older lease, and a second task of the same', async () => {
        const epoch = Date.now() + 1_000_000;
        expect((await agent.run(1, { epoch })).status).toBe(200);
        const stale = await agent.run(1, { epoch: epoch - 1 });
        expect([stale.status, stale.last]).toMatchObject([409, { code: 'STALE_LEASE', status: 409 }]);
        const first = await agent.begun({ do: 'sleep', ms: 60_000 }, { epoch });
        for (const slot of [0, 1])
          expect((await agent.run(1, { epoch, slot })).last).toMatchObject({
            code: 'AGENT_BUSY',
            status: 409,
          });
        expect((await agent.call('DELETE', '/tasks/run.step.1')).status).toBe(404);
        expect((await agent.call('DELETE', '/tasks/run.step.0')).status).toBe(204);
        expect((await first.answer).last).toMatchObject({
          code: 'TASK_CANCELLED',
          message: 'the task was cancelled',
        });
        expect((await agent.run('again', { epoch })).last.result).toBe('again');
      });

      it('ends the task of an older lease for a newer one', async () => {
        const epoch = Date.now() + 2_000_000;
        const first = await agent.begun({ do: 'sleep', ms: 60_000 }, { epoch });
        expect((await agent.run('new', { epoch: epoch + 1 })).last).toMatchObject({
          result: 'new',
          clean: false,
        });
        expect((await first.answer).last).toMatchObject({ code: 'TASK_CANCELLED', clean: false });
      });

      it('ends the task of a worker that goes away', async () => {
        const epoch = Date.now() + 3_000_000;
        const pad = 'x'.repeat(3 * 1_024 * 1_024);
        const first = await agent.begun({ do: 'sleep', ms: 60_000, pad }, { epoch });
        first.leave();
        await expect(first.answer).rejects.toThrow();
        await agent.until(async () => (await agent.run(1, { epoch })).status === 200);
      });
    });

    describe('that says something while a task runs', () => {
      serving();

      it('sends heartbeats where they are wanted', async () => {
        const { lines } = await run({ do: 'sleep', ms: 600 }, { task: { heartbeat_ms: 50 } });
        const beats = lines.filter(({ type }) => type === 'heartbeat');
        expect(beats.length).toBeGreaterThan(2);
        expect(lines.at(-1)).toMatchObject({ type: 'result', result: 600 });
        expect((await run({ do: 'sleep', ms: 200 })).lines).toHaveLength(1);
        const blocked = await run({ do: 'block', ms: 300, heartbeat: true }, { task: { heartbeat_ms: 50 } });
        expect(blocked.lines.length).toBeGreaterThan(2);
      });

      it('reports progress, and not too much of it', async () => {
        const { lines } = await run({ do: 'report', value: { done: [1, 2] } });
        expect(lines[0]).toEqual({ type: 'progress', value: { done: [1, 2] } });
        const long = await run({ do: 'report', value: 'x'.repeat(16 * 1_024) });
        expect(long.lines).toMatchObject([{ type: 'problem', message: expect.stringContaining('16384') }]);
      });

      it('tells what it prints, whole and in order, in lines that are not too long', async () => {
        const { lines, text, last } = await run({ do: 'print', lines: 20_000 });
        const expected = Array.from({ length: 20_000 }, (_, i) => `line ${i + 1}\n`).join('');
        expect(printedOn('stdout', lines)).toBe(expected);
        expect(last).toMatchObject({ type: 'result', result: 20_000 });
        expect(Math.max(...text.split('\n').map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(
          65_536,
        );
        for (const line of lines.slice(0, -1)) expect(logLineSchema.safeParse(line).success).toBe(true);
        expect(taskMessageSchema.safeParse(last).success).toBe(true);
      });

      it.each([false, true])('tells what its programs print, by stream (inherited: %j)', async (inherit) => {
        const script = 'echo out; echo bad >&2; printf "gr\\303\\274\\303\\237e"; exit 3';
        const { lines, last } = await run({ do: 'run', script, inherit });
        expect(printedOn('stdout', lines)).toBe('out\ngrüße');
        expect(printedOn('stderr', lines)).toBe('bad\n');
        expect(last.result).toBe(3);
      });

      it(
        'leaves out what nobody takes, and says how much',
        async () => {
          const printed = 40 * 1_024 * 1_024;
          const script = `head -c ${printed} /dev/zero | tr '\\0' '\\n'; echo > done`;
          const outgoing = agent.begin();
          outgoing.end(agent.requestOf({ input: { do: 'run', script } }));
          const { lines, last } = await takenLate(
            outgoing,
            agent.until(() => existsSync(join(agent.directory, 'done'))),
          );
          const told = printedOn('stdout', lines).length;
          const leftOut = lines.reduce((sum, line) => sum + Number(line.left_out ?? 0), 0);
          expect(last).toMatchObject({ type: 'result', result: 0 });
          expect(told).toBeLessThan(printed / 2);
          expect(told + leftOut).toBe(printed);
        },
        SLOW_MS,
      );
    });

    describe('that is cleaned', () => {
      serving();

      it('empties its scratch and ends what a task left', async () => {
        const left = await run({ do: 'leave' });
        expect(left.last).toMatchObject({ type: 'result', clean: true });
        const { last } = await run({ do: 'look', pid: left.last.result as number });
        const { files, runs } = last.result as FakeAgentTraces;
        expect({ files, runs }).toEqual({ files: [], runs: false });
      });
    });

    describe('that serves several tasks at once', () => {
      serving({ AGENTAINER_CONCURRENCY: '2' });

      it('runs one in each slot, fences by slot, and is clean when the last has ended', async () => {
        const epoch = Date.now();
        const met = await Promise.all([
          run({ do: 'meet', others: 1 }, { epoch, slot: 0 }),
          run({ do: 'meet', others: 1 }, { epoch: epoch + 9, slot: 1 }),
        ]);
        expect(met.map(({ last }) => last)).toMatchObject(Array(2).fill({ result: 2, clean: true }));
        expect((await agent.run(1, { epoch: epoch + 8, slot: 1 })).last.code).toBe('STALE_LEASE');
        expect((await agent.run(1, { epoch, slot: 0 })).last.result).toBe(1);
        expect((await agent.run(1, { epoch, slot: 2 })).last.code).toBe('AGENT_BUSY');
      });

      it('keeps what they print apart', async () => {
        const epoch = Date.now() + 1_000_000;
        const prints = [3, 30].map((lines, slot) =>
          run({ do: 'print', lines, everyMs: 10 }, { slot, epoch }),
        );
        const [few, many] = await Promise.all(prints);
        expect(printedOn('stdout', few!.lines)).toBe('line 1\nline 2\nline 3\n');
        expect(printedOn('stdout', many!.lines).split('\n')).toHaveLength(31);
      });
    });

    describeAgentCalls(() => program);
    describeAgentStreams(() => program);
    describeAgentEnd(() => program);
    describeAgentProcesses(() => program);
  });
}
