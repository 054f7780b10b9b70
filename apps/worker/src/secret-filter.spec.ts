import type { AttemptRequest, AttemptResult } from '@agentainer/engine';
import { SecretCipher, Vault } from '@agentainer/secrets';
import { FakeSecretStore } from '@agentainer/testing';
import { SecretFilter } from './secret-filter.js';

const store = new FakeSecretStore();
const vault = new Vault(store, SecretCipher.ofText(SecretCipher.newKey()));
const attempt = (...secrets: string[]) => ({ step: 's', secrets }) as unknown as AttemptRequest;
const completed = (result: string): AttemptResult => ({ kind: 'completed', result });

it('takes the secrets of the step out of results and errors', async () => {
  await vault.put('db', 'correct horse');
  const filter = new SecretFilter(vault);
  expect(await filter.run(attempt('db', 'gone'), async () => completed('["correct horse"]'))).toEqual(
    completed('["[secret db]"]'),
  );
  const error = { code: 'BAD', message: 'correct horse is wrong', detail: 'at correct horse' };
  const failed: AttemptResult = { kind: 'failed', error, retryable: false, suspect: false };
  expect(await filter.run(attempt('db'), async () => failed)).toMatchObject({
    error: { code: 'BAD', message: '[secret db] is wrong', detail: 'at [secret db]' },
  });
});

it('takes them out of intermediate results', async () => {
  await vault.put('db', 'correct horse');
  const said: string[] = [];
  const request = { ...attempt('db'), onProgress: (value: string) => void said.push(value) };
  const run = async ({ onProgress }: AttemptRequest) => {
    onProgress!('{"with":"correct horse"}');
    return completed('1');
  };
  await new SecretFilter(vault).run(request, run);
  expect(said).toEqual(['{"with":"[secret db]"}']);
});

it('knows the value from before and the one from after a change', async () => {
  await vault.put('db', 'correct horse');
  const filter = new SecretFilter(vault);
  const run = async () => {
    await vault.put('db', 'battery staple');
    return completed('["correct horse","battery staple"]');
  };
  expect(await filter.run(attempt('db'), run)).toEqual(completed('["[secret db]","[secret db]"]'));
});

it('begins nothing whose secrets it could not take out', async () => {
  await vault.put('db', 'correct horse');
  const other = new Vault(store, SecretCipher.ofText(SecretCipher.newKey()));
  let begun = false;
  const run = async () => {
    begun = true;
    return completed('1');
  };
  const answer = await new SecretFilter(other).run(attempt('db'), run);
  expect(answer).toMatchObject({ kind: 'failed', retryable: true, error: { code: 'SECRETS_UNAVAILABLE' } });
  expect(begun).toBe(false);
  expect(await new SecretFilter(other).run(attempt(), run)).toEqual(completed('1'));
});
