import { stopServices, useEngine, useRedis } from './services.mjs';

export default async function setUp() {
  await Promise.all([useRedis(), useEngine()]).catch(giveUp);
}

async function giveUp(error) {
  await stopServices();
  throw error;
}
