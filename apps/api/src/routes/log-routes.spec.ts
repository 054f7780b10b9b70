import { request } from 'node:http';
import type { FakeRun } from '@agentainer/testing';
import { FakeApi } from '../fake-api.fixture.js';

let api: FakeApi;
let run: FakeRun;
beforeEach(async () => {
  api = new FakeApi();
  await api.start();
  const workflow = await api.workflow({
    name: 'w',
    steps: [
      { name: 'a', image: 'x' },
      { name: 'b', image: 'x' },
    ],
  });
  run = api.runs.add({ definition: workflow.definition, workflow });
  run.open('a', [{ state: 'running' }, { state: 'running' }]);
});
afterEach(() => api.stop());

const say = (
  text: string,
  {
    index = 0,
    attempt = 1,
    ...more
  }: { index?: number; attempt?: number; offset?: number; stream?: 'stderr' } = {},
) => api.logs.add({ runId: run.id, step: 'a', index, attempt }, { text, ...more });
const get = async (path: string) => {
  const { status, body } = await api.request('GET', path);
  return {
    status,
    next: body.next_cursor,
    texts: body.items?.map((item: { text: string }) => item.text),
    body,
  };
};
const job = (query = '', index = 0) => get(`/jobs/${run.id}.a.${index}/logs${query}`);

it('R9.3c tells what a job printed, with attempt, stream, time and place', async () => {
  const id = say('one\n', { offset: 5, stream: 'stderr' });
  say('other', { index: 1 });
  expect((await job()).body).toEqual({
    items: [
      {
        id,
        job_id: `${run.id}.a.0`,
        attempt: 1,
        stream: 'stderr',
        at: new Date(parseInt(id, 10)).toISOString(),
        offset: 5,
        text: 'one\n',
      },
    ],
    next_cursor: null,
  });
  expect((await get(`/runs/${run.id}/logs`)).texts).toEqual(['one\n', 'other']);
  expect((await get(`/runs/${run.id}/logs?step=b`)).texts).toEqual([]);
});

it('R9.3c tells them page by page, of one attempt or stream, or the last lines', async () => {
  const last = [say('a\nb\n'), say('c\n', { stream: 'stderr' }), say('d\n', { attempt: 2 })].at(-1);
  expect((await job('?attempt=2')).texts).toEqual(['d\n']);
  expect((await job('?stream=stderr')).texts).toEqual(['c\n']);
  const first = await job('?limit=2');
  expect(first.texts).toEqual(['a\nb\n', 'c\n']);
  expect(await job(`?cursor=${first.next}`)).toMatchObject({ texts: ['d\n'], next: null });
  expect((await job(`?cursor=${last}`)).texts).toEqual([]);
  expect(await job('?tail=3')).toMatchObject({ texts: ['b\n', 'c\n', 'd\n'], next: null });
  expect((await job('?tail=3')).body.items[0]).toMatchObject({ offset: 2 });
  expect((await job('?tail=100')).texts).toEqual(['a\nb\n', 'c\n', 'd\n']);
  expect((await job('?tail=0')).texts).toEqual([]);
});

it.each([
  ['?tail=-1', 'tail'],
  ['?cursor=x', 'cursor'],
  ['?cursor=1-0&tail=1', 'tail'],
  ['?stream=stdin', 'stream'],
  ['?attempt=0', 'attempt'],
  ['?follow=yes', 'follow'],
  ['?limit=9999', 'limit'],
  ['?step=a', 'step'],
])('says what is wrong with %s', async (query, path) => {
  expect(await job(query)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
});

it('says that there is no such job or run', async () => {
  expect((await job('', 9)).status).toBe(404);
  expect((await get('/jobs/x/logs?follow=true')).status).toBe(404);
  expect((await get('/runs/run_0/logs')).status).toBe(404);
});

it('looks at no more than it may for one page, and leads on', async () => {
  for (let i = 0; i < 6_000; i++) say('noise', { index: 1 });
  say('found');
  const first = await job();
  expect(first).toMatchObject({ texts: [], next: expect.any(String) });
  expect((await job(`?cursor=${first.next}`)).texts).toEqual(['found']);
});

describe('R9.3c with follow', () => {
  /** Follows until the end, or until the connection is closed. */
  const follow = (path: string) => {
    const texts: string[] = [];
    const types = new Set<string>();
    const key = api.key('read');
    const calling = request(`${api.address}${path}`, { headers: { authorization: `Bearer ${key}` } });
    const done = new Promise<number>((resolve, reject) => {
      calling.on('error', reject).on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          const lines = (text + part).split('\n');
          text = lines.pop()!;
          for (const line of lines) {
            const message = JSON.parse(line) as { type: string; text?: string };
            types.add(message.type);
            if (message.text !== undefined) texts.push(message.text);
          }
        });
        response.on('end', () => resolve(response.statusCode!)).on('error', reject);
      });
    });
    calling.end();
    return { texts, types, done, calling };
  };
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (
      const end = Date.now() + 10_000;
      !(await holds());
      await new Promise((resolve) => setTimeout(resolve, 5))
    )
      if (Date.now() > end) throw new Error('not in time');
  };
  const followers = async () =>
    (await api.metrics.getSingleMetric('agentainer_log_followers')!.get()).values[0]!.value;

  it('tells what is printed until the task has ended, and then ends', async () => {
    say('before');
    const { texts, types, done } = follow(`/jobs/${run.id}.a.0/logs?follow=true`);
    await until(() => texts.length === 1);
    say('noise', { index: 1 });
    say('after');
    await until(() => texts.length === 2);
    run.tasks.get('a')![0] = { state: 'completed' };
    say('last words');
    expect(await done).toBe(200);
    expect(texts).toEqual(['before', 'after', 'last words']);
    expect([...types]).toEqual(['heartbeat', 'log', 'end']);
  });

  it('begins with the last lines, or behind an entry', async () => {
    const first = say('1\n2\n');
    say('3\n');
    run.end('completed');
    const tail = follow(`/runs/${run.id}/logs?follow=true&tail=2`);
    const behind = follow(`/runs/${run.id}/logs?follow=true&cursor=${first}`);
    await Promise.all([tail.done, behind.done]);
    expect(tail.texts).toEqual(['2\n', '3\n']);
    expect(behind.texts).toEqual(['3\n']);
  });

  it('ends where the run is deleted, or only one attempt was asked for', async () => {
    run.open('b', [{ state: 'running' }]);
    const attempt = follow(`/jobs/${run.id}.b.0/logs?follow=true&attempt=1`);
    const whole = follow(`/runs/${run.id}/logs?follow=true`);
    await until(() => attempt.types.size > 0 && whole.types.size > 0);
    run.attempts.set('b', 2);
    expect(await attempt.done).toBe(200);
    api.runs.runs.delete(run.id);
    expect(await whole.done).toBe(200);
    expect([...whole.types]).toEqual(['heartbeat', 'end']);
  });

  it('has no more followers than it may, forgets those that go away, and ends them with the server', async () => {
    const path = `/runs/${run.id}/logs?follow=true`;
    const many = [follow(path), follow(path), follow(path)];
    await until(() => many.every(({ types }) => types.size > 0));
    expect(await followers()).toBe(3);
    expect((await api.request('GET', path)).status).toBe(503);
    many[0]!.done.catch(() => undefined);
    many[0]!.calling.destroy();
    await until(async () => (await followers()) === 2);
    await api.followers.stop();
    expect(await Promise.all([many[1]!.done, many[2]!.done])).toEqual([200, 200]);
    expect([...many[1]!.types]).toEqual(['heartbeat']);
  });
});
