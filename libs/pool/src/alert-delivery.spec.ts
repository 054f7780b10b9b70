import { silentLogger } from '@agentainer/runtime';
import type { Alert, AlertReceiver } from './alert-port.js';
import { AlertDelivery } from './alert-delivery.js';

const alert = (id: string): Alert => {
  const pool = { id: 'p', max_size: 1, agents: 1, idle: 0, waiting: 1 };
  return { id, at: 0, type: 'pool.exhausted', pool };
};

let untold: Alert[];
let ends: string[];
beforeEach(() => {
  untold = [alert('1'), alert('2')];
  ends = [];
});

function delivery(receiver: AlertReceiver | undefined): AlertDelivery {
  return new AlertDelivery({
    alerts: {
      untold: () => Promise.resolve([...untold]),
      told: (id) => {
        untold = untold.filter((one) => one.id > id);
        return Promise.resolve();
      },
    },
    receiver,
    logger: silentLogger,
    onEnd: (outcome) => ends.push(outcome),
    pauseMs: 1,
  });
}
const signal = new AbortController().signal;
const always = () => true;

it('tells each alert once, in order', async () => {
  const told: string[] = [];
  const telling = delivery({ tell: async ({ id }) => void told.push(id) });
  await telling.deliver(signal, always);
  await telling.deliver(signal, always);
  expect([told, ends]).toEqual([
    ['1', '2'],
    ['told', 'told'],
  ]);
});

it('tries again what was not taken, gives it up after a while, and goes on with the next one', async () => {
  const told: string[] = [];
  const receiver = {
    tell: async ({ id }: Alert) => {
      told.push(id);
      if (id === '1' || told.length < 8) throw new Error('no');
    },
  };
  await delivery(receiver).deliver(signal, always);
  expect(told).toEqual(['1', '1', '1', '1', '1', '2', '2', '2']);
  expect(ends).toEqual(['given_up', 'told']);
  expect(untold).toEqual([]);
});

it('leaves what it has not told to whoever may go on', async () => {
  let leads = true;
  const receiver = {
    tell: () => {
      leads = false;
      return Promise.reject(new Error('no'));
    },
  };
  await delivery(receiver).deliver(signal, () => leads);
  expect(untold).toHaveLength(2);
  const stopped = new AbortController();
  const stopping = {
    tell: () => {
      stopped.abort();
      return Promise.reject(new Error('no'));
    },
  };
  await delivery(stopping).deliver(stopped.signal, always);
  expect([untold.length, ends]).toEqual([2, []]);
});

it('has nobody to tell where there is no receiver', async () => {
  await delivery(undefined).deliver(signal, always);
  expect([untold, ends]).toEqual([[], []]);
});
