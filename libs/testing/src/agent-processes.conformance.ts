import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type AgentProgram, AgentUnderTest } from './agent-under-test.js';
import { agentEnvironment } from './config.js';

/** Here the number of the next process can be chosen, with the rights for that. */
const LATEST_NUMBER = '/proc/sys/kernel/ns_last_pid';
const ROUNDS = 50;
const SLOW_MS = 60_000;

/** Which processes an agent of every kit ends that sees processes of others, too. */
export function describeAgentProcesses(program: () => AgentProgram): void {
  let agent: AgentUnderTest;
  let parent: CarelessParent;

  describe('that sees processes of others', () => {
    beforeEach(async () => {
      parent = new CarelessParent();
      agent = new AgentUnderTest(program());
      await agent.start();
    });
    afterEach(async () => {
      parent.end();
      await agent.dispose();
    });

    (mayChooseNumbers() ? it : it.skip)(
      'ends a process of its own whose number was that of one that had ended',
      async () => {
        const child = await ownAfterAnother();
        try {
          expect((await agent.run(1)).last).toMatchObject({ result: 1, clean: true });
          await agent.until(() => child.signalCode !== null);
          expect(child.signalCode).toBe('SIGKILL');
        } finally {
          child.kill('SIGKILL');
        }
      },
      SLOW_MS,
    );
  });

  /** A process of the agent, with the number of one of somebody else that had ended when the agent looked. */
  async function ownAfterAnother() {
    for (let round = 0; round < ROUNDS; round++) {
      const number = await parent.leave();
      // It must not be the latest number, which would tell the agent that nothing was started since.
      execFileSync('true');
      await agent.run(1);
      await parent.clearAway();
      writeFileSync(LATEST_NUMBER, String(number - 1));
      const env = { ...agentEnvironment(), AGENTAINER_DIRECTORY: agent.directory };
      const child = spawn('sleep', ['60'], { env, stdio: 'ignore' });
      await once(child, 'spawn');
      if (child.pid === number) return child;
      // Somebody else was faster.
      child.kill('SIGKILL');
    }
    throw new Error('no number could be used again');
  }
}

function mayChooseNumbers(): boolean {
  try {
    accessSync(LATEST_NUMBER, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const CARELESS = `
import os, sys
while sys.stdin.readline():
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    print(child, flush=True)
    sys.stdin.readline()
    os.waitpid(child, 0)
    print('gone', flush=True)
`;

/** A process of nobody's agent whose child has ended and stays listed until it is cleared away. */
class CarelessParent {
  private readonly process = spawn('python3', ['-c', CARELESS], {
    env: agentEnvironment(),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  private readonly lines = createInterface(this.process.stdout)[Symbol.asyncIterator]();

  /** The number of a process that has ended. */
  async leave(): Promise<number> {
    return Number(await this.ask());
  }

  async clearAway(): Promise<void> {
    await this.ask();
  }

  end(): void {
    this.process.kill('SIGKILL');
  }

  private async ask(): Promise<string> {
    this.process.stdin.write('\n');
    const { value } = await this.lines.next();
    return value as string;
  }
}
