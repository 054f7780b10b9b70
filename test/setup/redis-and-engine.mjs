import usePython from './python.mjs';
import { stopServices, useEngine, useRedis } from './services.mjs';

export default async function setUp() {
  usePython();
  await Promise.all([useRedis(), useEngine()]).catch(giveUp);
}

async function giveUp(error) {
  await stopServices();
  throw error;
}
