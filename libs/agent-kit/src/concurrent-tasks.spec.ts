import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TaskRun, TaskWork, ReadTask } from './task-server.js';
import { TaskServer } from './task-server.js';

/** Tasks that end when they are told to, and cleaning that notes what it was done between. */
class HeldWork implements TaskWork<ReadTask> {
  readonly seen: string[] = [];
  private readonly ends = new Map<string, () => void>();
  private readonly starts = new Map<string, () => void>();
  cleanUp: () => Promise<boolean> = () => Promise.resolve(true);

  read(message: AsyncIterable<Buffer>): Promise<ReadTask> {
    return (async () => {
      let text = '';
      for await (const part of message) text += part.toString();
      return JSON.parse(text) as ReadTask;
    })();
  }

  async perform({ task }: ReadTask, _: TaskRun): Promise<string> {
    this.seen.push(`begin ${task.id}`);
    this.starts.get(task.id)?.();
    await new Promise<void>((resolve) => this.ends.set(task.id, resolve));
    this.seen.push(`end ${task.id}`);
    return '{"type":"result","result":null}\n';
  }

  clean(): Promise<boolean> {
    this.seen.push('clean');
    return this.cleanUp();
  }

  begun(id: string): Promise<void> {
    if (this.seen.includes(`begin ${id}`)) return Promise.resolve();
    return new Promise((resolve) => this.starts.set(id, resolve));
  }

  end(id: string): void {
    this.ends.get(id)!();
  }
}

let directory: string;
let connections: Agent;
let work: HeldWork;
let server: TaskServer<ReadTask>;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'af-slots-'));
  connections = new Agent({ keepAlive: true });
  work = new HeldWork();
  server = new TaskServer(work, directory, 2);
  await server.listen();
});
afterEach(async () => {
  connections.destroy();
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

/** The answer to a task in a slot; its status where it is refused. */
function post(id: string, slot: number, epoch = 1): Promise<{ status?: number; text: string }> {
  const body = JSON.stringify({ lease: { id: 'l', epoch, slot }, task: { id }, input: null });
  const socketPath = join(directory, 'agent.sock');
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, agent: connections, method: 'POST', path: '/tasks' }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

it('runs a task in each slot at once, and cleans when the last of them has ended', async () => {
  const [one, two] = [post('one', 0), post('two', 1)];
  await Promise.all([work.begun('one'), work.begun('two')]);
  work.end('two');
  expect((await two).text).toContain('"clean":true');
  work.end('one');
  expect((await one).text).toContain('"clean":true');
  expect(work.seen.slice(2)).toEqual(['end two', 'end one', 'clean']);
});

it('lets no task begin while it cleans', async () => {
  let cleaned: (clean: boolean) => void = () => undefined;
  work.cleanUp = () => new Promise((resolve) => (cleaned = resolve));
  const one = post('one', 0);
  await work.begun('one');
  work.end('one');
  const two = post('two', 1);
  // The socket answers in order of what it is asked, so that the task has arrived when this is refused.
  expect((await post('elsewhere', 7)).status).toBe(409);
  expect(work.seen).toEqual(['begin one', 'end one', 'clean']);
  cleaned(false);
  expect((await one).text).toContain('"clean":false');
  await work.begun('two');
  work.cleanUp = () => Promise.resolve(true);
  work.end('two');
  expect((await two).text).toContain('"clean":true');
});

it('refuses a second task in a slot, and a slot that it does not have', async () => {
  const one = post('one', 0);
  await work.begun('one');
  expect(await post('again', 0)).toMatchObject({ status: 409 });
  expect(await post('third', 2)).toMatchObject({ status: 409 });
  work.end('one');
  await one;
});
