import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AgentProgram, AgentUnderTest } from './agent-under-test.js';

const SLOW_MS = 60_000;

/** How an agent of every kit ends. */
export function describeAgentEnd(program: () => AgentProgram): void {
  let agent: AgentUnderTest;

  describe('that is to end', () => {
    beforeEach(async () => {
      agent = new AgentUnderTest(program());
      await agent.start();
    });
    afterEach(() => agent.dispose());

    it.each(['SIGTERM', 'SIGINT'] as const)('ends at once on %s when it is idle', async (signal) => {
      await agent.run(1);
      const at = performance.now();
      expect(await agent.end(signal)).toBe(0);
      // Far less than the ten minutes after which it ends by itself.
      expect(performance.now() - at).toBeLessThan(10_000);
    });

    it.each([{ do: 'hang' }, { do: 'sleep', ms: 60_000 }])(
      'says that it stops, whether its handler heeds it or not: %j',
      async (task) => {
        const { answer } = await agent.begun(task);
        expect(await agent.end()).toBe(0);
        const { status, last } = await answer;
        expect(status).toBe(200);
        expect(last).toMatchObject({ type: 'problem', code: 'AGENT_STOPPED', message: 'the agent stops' });
        expect(last).not.toHaveProperty('clean');
      },
      SLOW_MS,
    );

    it('cleans up before it ends, once, however often it is told to', async () => {
      await agent.run({ do: 'linger', ms: 1_500 });
      const { answer } = await agent.begun({ do: 'hang' });
      const at = performance.now();
      const ended = agent.end();
      expect((await answer).last.code).toBe('AGENT_STOPPED');
      expect(await agent.end()).toBe(0);
      await ended;
      expect(performance.now() - at).toBeGreaterThan(1_500);
    });
  });
}
