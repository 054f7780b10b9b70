/** Ends what the set-up of this run of jest started. */
export default async function tearDown() {
  await globalThis.stopTestRedis?.();
  delete globalThis.stopTestRedis;
}
