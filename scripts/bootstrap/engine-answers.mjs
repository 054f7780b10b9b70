import { get } from 'node:http';

/** Whether a container engine answers on this machine, at DOCKER_HOST or in the usual place. */
export function engineAnswers() {
  const host = process.env.DOCKER_HOST || 'unix:///var/run/docker.sock';
  if (!host.startsWith('unix://')) return Promise.resolve(false);
  return new Promise((resolve) => {
    const ping = { socketPath: host.slice('unix://'.length), path: '/_ping', timeout: 2_000 };
    const request = get(ping, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
