import { stopServices, useRedis } from './services.mjs';

export default async function setUp() {
  await useRedis().catch(giveUp);
}

async function giveUp(error) {
  await stopServices();
  throw error;
}
