import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DefinitionInput } from '@agentainer/core';
import { ChildRuns, ItemAccess, RunAdvancer } from '@agentainer/engine';
import { type Service, silentLogger } from '@agentainer/runtime';
import { connectRedis, type Redis } from '@agentainer/store-redis';
import { completed, FlowTest } from './flow-test.fixture.js';
import { OutsideItemReader } from './items/outside-item-reader.js';
import { itemsConsumer } from './run-consumers.js';

let redis: Redis;
let flow: FlowTest;
let server: Server;
let origin: string;
let files: string;
let answer: RequestListener;
let consumers: Service[];
beforeAll(async () => {
  redis = await connectRedis(process.env.AGENTAINER_TEST_REDIS!, 'worker');
  files = mkdtempSync(join(tmpdir(), 'af-outside-'));
  server = createServer((request, response) => answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  rmSync(files, { recursive: true, force: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await redis.quit();
});
beforeEach(() => {
  flow = new FlowTest(redis);
  consumers = [];
});
afterEach(async () => {
  for (const consumer of consumers) await consumer.stop();
  await flow.stop();
});

/** Begins to take steps whose items are outside, as a worker does. */
async function read(): Promise<Service> {
  const access = new ItemAccess({ urls: [`${origin}/`], files: [files] });
  const children = new ChildRuns(flow.runs, flow.ledger, flow.queue);
  const consumer = itemsConsumer(
    { redisUrl: flow.redisUrl, keyPrefix: flow.keys.prefix, logger: silentLogger },
    (stop) => new RunAdvancer(flow.runs, flow.queue, children, new OutsideItemReader(access, stop)),
  );
  consumers.push(consumer);
  await consumer.start();
  return consumer;
}

const map = (items: object, more: object = {}): DefinitionInput => ({
  name: 'w',
  steps: [{ type: 'map', name: 'm', image: 'x', items, ...more } as DefinitionInput['steps'][number]],
});

it('R2.1b works through the rows of a file that a worker reads', async () => {
  const file = join(files, 'rows.csv');
  writeFileSync(file, `n\n${Array.from({ length: 1_203 }, (_, i) => i).join('\n')}\n`);
  const definition = map({ file }, { batch_size: 100 });
  flow.behave = (input) => completed((input as unknown[]).length);
  await flow.work(definition);
  const id = await flow.start(definition);
  expect((await flow.runs.load(id))!.steps[0]!.state).toBe('pending');
  await read();
  const run = await flow.finished(id);
  expect(run.steps[0]).toMatchObject({ state: 'completed', total: 13 });
  expect(await flow.result(id)).toEqual([...Array<number>(12).fill(100), 3]);
});

it('R2.1b reads what may be there a moment later once more, and all of it anew', async () => {
  let asked = 0;
  answer = (_, response) => {
    asked++;
    if (asked === 1) return void response.writeHead(503).end();
    if (asked === 3) return void response.end('1\n2\n3');
    response.writeHead(200, { 'content-length': '9' });
    response.write('1\n', () => response.destroy());
  };
  const definition = map({ url: `${origin}/list.jsonl` });
  await read();
  const run = await flow.runToEnd(definition);
  expect(asked).toBe(3);
  expect(await flow.result(run.id)).toEqual([1, 2, 3]);
});

it.each([
  [{ url: 'http://127.0.0.1:1/list.json' }, 'ITEMS_FORBIDDEN'],
  [{ file: '/etc/hosts.json' }, 'ITEMS_FORBIDDEN'],
  [{ file: 'none.json' }, 'ITEMS_UNAVAILABLE'],
  [{ url: 'bad.json' }, 'INPUT_INVALID'],
])('fails the step whose items are not to be had: %j', async (items, code) => {
  answer = (_, response) => response.end('[1,');
  await read();
  const { file, url } = items as { file?: string; url?: string };
  const from = file
    ? { file: file.startsWith('/') ? file : join(files, file) }
    : { url: url!.startsWith('http') ? url : `${origin}/${url}` };
  const run = await flow.runToEnd(map(from));
  expect(run).toMatchObject({ state: 'failed', error: { code }, steps: [{ error: { code } }] });
});

it('asks again where the message was lost, also while other steps are worked on', async () => {
  answer = (_, response) => response.end('[1,2]');
  let done = () => {};
  const held = new Promise<void>((resolve) => (done = resolve));
  flow.behave = async (input, { step }) => {
    if (step === 'other') await held;
    return completed(input);
  };
  const [step] = map({ url: `${origin}/list.json` }).steps;
  const definition = { name: 'w', steps: [step!, { name: 'other', image: 'x' }] };
  await flow.work(definition);
  const id = await flow.start(definition);
  await flow.until(id, (run) => run.steps[1]!.state === 'running');
  const queue = flow.queue.queue('items');
  await queue.obliterate({ force: true });
  await read();
  await flow.sweeper.sweep();
  await flow.until(id, (run) => run.steps[0]!.state === 'completed');
  done();
  expect((await flow.finished(id)).state).toBe('completed');
});

it('leaves the reading to another worker when it stops', async () => {
  let asked = 0;
  answer = (_, response) => {
    if (++asked > 1) return void response.end('[1,2]');
    response.write('[1');
  };
  const definition = map({ url: `${origin}/list.json` });
  await flow.work(definition);
  const first = await read();
  const id = await flow.start(definition);
  while (asked === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await first.stop();
  await read();
  expect(await flow.finished(id)).toMatchObject({ state: 'completed' });
  expect(await flow.result(id)).toEqual([1, 2]);
  const left = (await redis.keys(`${flow.keys.run(id)}*`)).filter((key) => key.includes('layout_'));
  expect(left).toEqual([]);
});
