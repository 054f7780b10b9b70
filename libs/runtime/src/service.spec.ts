import { closing, type Service, ServiceGroup } from './service.js';

/** A service that writes down what happens to it. */
function recorder(log: string[], name: string, faults: { start?: Error; stop?: Error } = {}): Service {
  const act = (what: 'start' | 'stop') => () => {
    log.push(`${what} ${name}`);
    return faults[what] ? Promise.reject(faults[what]) : Promise.resolve();
  };
  return { name, start: act('start'), stop: act('stop') };
}

let log: string[];
beforeEach(() => {
  log = [];
});

it('starts in order and stops in reverse', async () => {
  const group = new ServiceGroup(
    'group',
    ['a', 'b', 'c'].map((name) => recorder(log, name)),
  );
  await group.start();
  await group.stop();
  expect(log).toEqual(['start a', 'start b', 'start c', 'stop c', 'stop b', 'stop a']);
});

it('starts and stops once, however often it is asked', async () => {
  const group = new ServiceGroup('group', [recorder(log, 'a')]);
  await Promise.all([group.start(), group.start()]);
  await Promise.all([group.stop(), group.stop()]);
  expect(log).toEqual(['start a', 'stop a']);
});

it('stops what it has started when one fails, and tells why that one failed', async () => {
  const group = new ServiceGroup('group', [
    recorder(log, 'a'),
    recorder(log, 'b', { start: new Error('no b'), stop: new Error('b was not there') }),
    recorder(log, 'c'),
  ]);
  await expect(group.start()).rejects.toThrow('no b');
  expect(log).toEqual(['start a', 'start b', 'stop b', 'stop a']);
});

it('stops all the others when one does not stop, and tells of every fault', async () => {
  const group = new ServiceGroup('group', [
    recorder(log, 'a', { stop: new Error('a sticks') }),
    recorder(log, 'b'),
    recorder(log, 'c', { stop: new Error('c sticks') }),
  ]);
  await group.start();
  const error: unknown = await group.stop().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(AggregateError);
  expect((error as AggregateError).errors.map(String)).toEqual(['Error: c sticks', 'Error: a sticks']);
  expect(log.slice(3)).toEqual(['stop c', 'stop b', 'stop a']);
});

it('may be stopped before it was started, and does not start any more then', async () => {
  const group = new ServiceGroup('group', [recorder(log, 'a')]);
  await group.stop();
  await group.start();
  expect(log).toEqual([]);
});

it('stopped during its start, lets the one that starts finish and starts no more', async () => {
  let finish: () => void = () => undefined;
  const slow: Service = {
    name: 'slow',
    start: () => {
      log.push('start slow');
      return new Promise((resolve) => (finish = resolve));
    },
    stop: () => {
      log.push('stop slow');
      return Promise.resolve();
    },
  };
  const group = new ServiceGroup('group', [recorder(log, 'a'), slow, recorder(log, 'c')]);
  const started = group.start();
  await new Promise(setImmediate);
  const stopped = group.stop();
  await new Promise(setImmediate);
  expect(log).toEqual(['start a', 'start slow']);
  finish();
  await Promise.all([started, stopped]);
  expect(log).toEqual(['start a', 'start slow', 'stop slow', 'stop a']);
});

it('tells the service that starts, through all groups around it, that nobody needs the start any more', async () => {
  const waiting: Service = {
    name: 'waiting',
    start: (stopping) => new Promise((resolve) => stopping!.addEventListener('abort', () => resolve())),
    stop: () => Promise.resolve(void log.push('stop waiting')),
  };
  const inner = new ServiceGroup('inner', [waiting, recorder(log, 'b')]);
  const group = new ServiceGroup('group', [recorder(log, 'a'), inner, recorder(log, 'c')]);
  const started = group.start();
  await new Promise(setImmediate);
  await Promise.all([group.stop(), started]);
  expect(log).toEqual(['start a', 'stop waiting', 'stop a']);
});

it('may hold what only needs an end', async () => {
  const group = new ServiceGroup('group', [
    closing('connection', () => Promise.resolve(void log.push('closed'))),
    recorder(log, 'user'),
  ]);
  await group.start();
  await group.stop();
  expect(log).toEqual(['start user', 'stop user', 'closed']);
});
