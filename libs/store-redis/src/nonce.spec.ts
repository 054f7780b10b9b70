import { newNonce } from './nonce.js';

it('is another one each time, also where more are drawn', () => {
  const nonces = Array.from({ length: 1_000 }, newNonce);
  expect(new Set(nonces).size).toBe(1_000);
  expect(nonces.filter((nonce) => !/^[\w-]{16}$/.test(nonce))).toEqual([]);
});
