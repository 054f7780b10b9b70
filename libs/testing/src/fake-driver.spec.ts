import { basename } from 'node:path';
import { AgentStartError, type AgentStart, type FoundAgent } from '@agentainer/pool';
import { describeDriver } from './driver.conformance.js';
import { FakeDriver } from './fake-driver.js';

describeDriver('fake', () => {
  const agents = new Map<string, FoundAgent>();
  const drivers: FakeDriver[] = [];
  /** Agents that clean nothing, and those in which something is left. */
  const [careless, dirty] = [new Set<string>(), new Set<string>()];
  const tasks = new Map<string, number>();
  const ended = new AgentStartError('AGENT_START_FAILED', 'ended with exit code 3');
  /** What an engine and an agent would do, by the image. */
  const behave = (startDeadlineMs: number) => async (agent: AgentStart) => {
    if (agent.image === 'careless') careless.add(agent.agentId);
    if (agent.image === 'working' || agent.image === 'careless') return;
    if (agent.image === 'ending') throw ended.withOutput('no luck\n');
    if (agent.image !== 'silent') throw new AgentStartError('IMAGE_NOT_FOUND', agent.image);
    await new Promise((resolve) => setTimeout(resolve, startDeadlineMs).unref());
    throw new AgentStartError('AGENT_START_FAILED', 'did not answer healthy');
  };
  const make = (engine: Map<string, FoundAgent>, startDeadlineMs = 30_000) => {
    const driver = new FakeDriver(engine);
    driver.onStart = behave(startDeadlineMs);
    driver.onLook = (agentId) => Promise.resolve(agents.has(agentId) && !dirty.has(agentId));
    drivers.push(driver);
    return driver;
  };
  return Promise.resolve({
    driver: ({ startDeadlineMs } = {}) => make(agents, startDeadlineMs),
    stranger: () => make(new Map()),
    images: { working: 'working', ending: 'ending', silent: 'silent', careless: 'careless' },
    directory: (agentId) => `/agents/${agentId}`,
    isHealthy: (directory) => Promise.resolve(agents.has(basename(directory))),
    crash: (directory) => {
      const id = basename(directory);
      const words = { how: 'ended with exit code 1', exitCode: 1, output: 'it crashes, as told' };
      for (const driver of drivers) {
        driver.words.set(id, words);
        driver.kill(id);
      }
      return Promise.resolve();
    },
    occupy: () => Promise.resolve(),
    keepMemory: (directory, bytes) => {
      for (const driver of drivers) driver.memory.set(basename(directory), 2_000_000 + bytes);
      return Promise.resolve();
    },
    tooManyMegabytes: 1,
    run: (directory, task) => {
      const id = basename(directory);
      const count = (tasks.get(id) ?? 0) + 1;
      tasks.set(id, count);
      if (task.do === 'leave' && careless.has(id)) dirty.add(id);
      const found = { files: dirty.has(id) ? ['left'] : [], runs: dirty.has(id), megabytes: 0, tasks: count };
      const clean = careless.has(id) ? undefined : task.do !== 'leave' || task.megabytes === undefined;
      return Promise.resolve(JSON.stringify({ clean, result: task.do === 'look' ? found : 1 }));
    },
    dispose: () => Promise.resolve(),
  });
});
