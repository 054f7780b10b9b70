import type { LogStream } from '@agentainer/core';
import type { AttemptRequest, AttemptResult, LogText } from '@agentainer/engine';
import { SecretCipher, Vault } from '@agentainer/secrets';
import { FakeSecretStore } from '@agentainer/testing';
import { SecretFilter } from './secret-filter.js';

const vault = new Vault(new FakeSecretStore(), SecretCipher.ofText(SecretCipher.newKey()));
const DONE: AttemptResult = { kind: 'completed', result: '1' };

/** What is kept of what a task prints while it runs. */
async function printed(
  task: (print: (text: string, stream?: LogStream, leftOut?: number) => void) => unknown,
  secrets = ['db'],
): Promise<Record<LogStream, string> & { leftOut: number }> {
  const kept = { stdout: '', stderr: '', leftOut: 0 };
  const onLog = ({ stream, text, leftOut }: LogText) => {
    kept[stream] += text;
    kept.leftOut += leftOut;
  };
  const attempt = { step: 's', secrets, onLog } as unknown as AttemptRequest;
  await new SecretFilter(vault).run(attempt, async (one) => {
    await task((text, stream = 'stdout', leftOut = 0) => one.onLog!({ stream, text, leftOut }));
    return DONE;
  });
  return kept;
}

beforeEach(() => vault.put('db', 'correct horse'));

it('takes secrets out of what a task prints, wherever it is cut', async () => {
  const kept = await printed((print) => {
    print('password: correct');
    print('correct\n', 'stderr');
    print(' horse\n');
    print(Buffer.from('correct horse').toString('base64'), 'stderr');
  });
  expect(kept).toEqual({ stdout: 'password: [secret db]\n', stderr: 'correct\n[secret db]', leftOut: 0 });
});

it('takes out every value that a secret has while the task runs', async () => {
  const kept = await printed(async (print) => {
    print('correct horse\n');
    await vault.put('db', 'battery staple');
    print('battery staple, correct horse\n');
  });
  expect(kept.stdout).toBe('[secret db]\n[secret db], [secret db]\n');
});

it('lets go of what is printed while the task runs', async () => {
  const early: string[] = [];
  const onLog = ({ text }: LogText) => void early.push(text);
  const attempt = { step: 's', secrets: ['db'], onLog } as unknown as AttemptRequest;
  await new SecretFilter(vault).run(attempt, async (one) => {
    one.onLog!({ stream: 'stdout', text: 'correct horse, now\n', leftOut: 0 });
    const deadline = Date.now() + 10_000;
    while (early.length === 0 && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
    expect(early).toEqual(['[secret db], now\n']);
    return DONE;
  });
});

it('tells no part of a line of which something is missing: it may be half of a secret', async () => {
  const kept = await printed((print) => {
    print('it is correct');
    print('rse\nnext\n', 'stdout', 8);
  });
  expect(kept).toEqual({
    stdout: 'it is next\n',
    stderr: '',
    leftOut: 8 + 'correct'.length + 'rse\n'.length,
  });
});

it('holds no more than it may while the values cannot be read', async () => {
  const reveal = vault.reveal.bind(vault);
  let answer: () => void = () => undefined;
  let looks = 0;
  const slow = {
    reveal: async (name: string) => {
      if (++looks === 2) await new Promise<void>((resolve) => (answer = resolve));
      return reveal(name);
    },
  };
  const kept = { text: '', leftOut: 0 };
  const onLog = ({ text, leftOut }: LogText) => {
    kept.text += text;
    kept.leftOut += leftOut;
  };
  const attempt = { step: 's', secrets: ['db'], onLog } as unknown as AttemptRequest;
  await new SecretFilter(slow).run(attempt, async (one) => {
    one.onLog!({ stream: 'stdout', text: 'first\n', leftOut: 0 });
    while (looks < 2) await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 300; i++)
      one.onLog!({ stream: 'stdout', text: `${'x'.repeat(1_023)}\n`, leftOut: 0 });
    answer();
    return DONE;
  });
  expect(kept.text.length).toBeLessThan(140 * 1_024);
  expect(kept.text.length + kept.leftOut).toBe(6 + 300 * 1_024);
});

it('looks at no secret for a task that has none', async () => {
  expect((await printed((print) => print('correct horse'), [])).stdout).toBe('correct horse');
});
