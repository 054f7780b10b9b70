import type Docker from 'dockerode';
import { callDeadline } from './engine.js';

/** Where the engine keeps images, containers and what they print, on its own machine. */
export async function dataRootOf(docker: Docker): Promise<string> {
  // Its types know of no options here.
  const info = docker.info.bind(docker) as (options: object) => Promise<{ DockerRootDir: string }>;
  return (await info(callDeadline())).DockerRootDir;
}
