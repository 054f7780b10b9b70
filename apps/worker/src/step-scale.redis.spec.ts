import { ConflictError, InvalidInputError, NotFoundError } from '@agentainer/core';
import { StepChanger } from '@agentainer/engine';
import { completed, type FlowTest, forEachTest } from './flow-test.fixture.js';

let flow: FlowTest;
let changer: StepChanger;
forEachTest((made) => {
  flow = made;
  changer = new StepChanger(flow.runs, flow.queue, flow.advancer);
});

const definition = (max_parallel: number, to = 400) => ({
  name: 'w',
  steps: [
    {
      type: 'map' as const,
      name: 'm',
      image: 'x',
      items: { range: { from: 1, to } },
      max_parallel,
      pool_config: { max_size: 6 },
    },
  ],
});

/** Tasks that run at once, and the most of them since it was last asked. */
class Gauge {
  private running = 0;
  private most = 0;

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.most = Math.max(this.most, ++this.running);
    try {
      return await work();
    } finally {
      this.running--;
    }
  }

  take(): number {
    const most = this.most;
    this.most = this.running;
    return most;
  }
}

it('runs more tasks at once, and fewer, as soon as it is told', async () => {
  const gauge = new Gauge();
  flow.behave = (input) =>
    gauge.during(async () => {
      await new Promise((resolve) => setTimeout(resolve, 3));
      return completed(input);
    });
  const done = (n: number) => flow.until(id, (run) => run.steps[0]!.counts.completed >= n);
  await flow.work(definition(1));
  const id = await flow.start(definition(1));
  await done(20);
  expect(gauge.take()).toBe(1);

  await changer.change(id, 'm', { maxParallel: 4 });
  await done(150);
  expect(gauge.take()).toBe(4);

  await changer.change(id, 'm', { maxParallel: 2 });
  await flow.until(id, (run) => run.steps[0]!.counts.running <= 2);
  gauge.take();
  const run = await flow.finished(id);
  expect(gauge.take()).toBe(2);
  expect(run.steps[0]).toMatchObject({ maxParallel: 2, counts: { completed: 400 } });
});

it('keeps what is said before the step is open', async () => {
  const gauge = new Gauge();
  flow.behave = (input, { step }) =>
    gauge.during(async () => {
      if (step === 'm') await new Promise((resolve) => setTimeout(resolve, 3));
      return completed(input);
    });
  const [map] = definition(1, 60).steps;
  const waiting = {
    name: 'w',
    steps: [
      { name: 'a', image: 'x' },
      { ...map!, depends_on: ['a'] },
    ],
  };
  const id = await flow.start(waiting);
  await changer.change(id, 'm', { maxParallel: 3 });
  await flow.work(waiting);
  await flow.finished(id);
  expect(gauge.take()).toBe(3);
});

it('refuses what cannot be changed', async () => {
  const definitions = { name: 'w', steps: [{ name: 'a', image: 'x' }] };
  const id = await flow.start(definitions);
  const change = { maxParallel: 2 };
  await expect(changer.change(id, 'a', change)).rejects.toThrow(InvalidInputError);
  await expect(changer.change(id, 'none', change)).rejects.toThrow(NotFoundError);
  await expect(changer.change('run_none', 'a', change)).rejects.toThrow(NotFoundError);
  const ended = await flow.runToEnd(definition(1, 1));
  await expect(changer.change(ended.id, 'm', change)).rejects.toThrow(ConflictError);
});
