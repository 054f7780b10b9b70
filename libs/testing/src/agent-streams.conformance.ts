import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type AgentProgram, AgentUnderTest, answerTo } from './agent-under-test.js';
import { ENOUGH } from './fake-agent-task.js';

const outcome = (index: number, result: unknown) => ({ index, status: 'completed', result });

/** How a reducer of every agent kit takes outcomes while they come. */
export function describeAgentStreams(program: () => AgentProgram): void {
  let agent: AgentUnderTest;

  describe('that reduces a stream', () => {
    beforeAll(async () => {
      agent = new AgentUnderTest(program());
      await agent.start();
    });
    afterAll(() => agent.dispose());

    it('gives an outcome to its handler before the next one has come', async () => {
      const outgoing = agent.beginReduce();
      const told = new Promise((resolve) =>
        outgoing.on('response', (response) =>
          response.once('data', (part: Buffer) => resolve(part.toString())),
        ),
      );
      outgoing.write(`[${JSON.stringify(outcome(0, 'a'))},`);
      expect(await told).toBe('{"type":"progress","value":{"outcomes":1}}\n');
      const answer = answerTo(outgoing).catch(() => undefined);
      outgoing.end(`${JSON.stringify(outcome(1, 'b'))}]}`);
      await new Promise((resolve) => outgoing.once('close', resolve));
      void answer;
    });

    it('puts outcomes together however the body is cut, within a character too', async () => {
      const sent = [outcome(0, 'grüße 🎈 "]\\'), outcome(1, { list: [[1], {}, '}'] }), outcome(2, '')];
      const outgoing = agent.beginReduce();
      for (const byte of Buffer.from(`${JSON.stringify(sent, null, 1)}}`))
        outgoing.write(Buffer.from([byte]));
      outgoing.end();
      expect((await answerTo(outgoing)).last).toMatchObject({ type: 'result', result: sent });
    });

    it('answers before the last outcome has come, and goes on with the connection', async () => {
      const sockets = new Set<unknown>();
      for (let round = 0; round < 3; round++) {
        const outgoing = agent.beginReduce();
        outgoing.on('socket', (socket) => sockets.add(socket));
        outgoing.write(`[${JSON.stringify(outcome(0, ENOUGH))},`);
        const responded = new Promise((resolve) => outgoing.once('response', resolve));
        const answer = answerTo(outgoing);
        await responded;
        outgoing.end(`${JSON.stringify(outcome(1, 'x'.repeat(2_000_000)))}]}`);
        expect((await answer).last).toMatchObject({ type: 'result', result: [outcome(0, ENOUGH)] });
      }
      expect(sockets.size).toBe(1);
    });

    it('takes many', async () => {
      const many = Array.from({ length: 10_000 }, (_, i) => outcome(i, i === 9_999 ? ENOUGH : i));
      const outgoing = agent.beginReduce();
      outgoing.end(`${JSON.stringify(many)}}`);
      expect((await answerTo(outgoing)).last.result).toEqual(many);
    });

    it('fails a task whose input is no list, or ends before its list does', async () => {
      for (const input of ['{"a":1}}', '[{"index":0,"status":"failed"}}', '[}}']) {
        const outgoing = agent.beginReduce();
        outgoing.end(input);
        expect((await answerTo(outgoing)).last).toMatchObject({ type: 'problem', code: 'AGENT_FAILED' });
      }
    });

    it('ends the task of a worker that goes away within the input', async () => {
      const epoch = Date.now() + 1_000_000;
      const outgoing = agent.beginReduce({ epoch });
      outgoing.on('error', () => undefined);
      const begun = new Promise((resolve) => outgoing.once('response', resolve));
      outgoing.write(`[${JSON.stringify(outcome(0, 1))},`);
      await begun;
      outgoing.destroy();
      await agent.until(async () => (await agent.run(1, { epoch })).status === 200);
    });
  });
}
