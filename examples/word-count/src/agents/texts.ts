import { egressSocket } from '@agentainer/agent-kit';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';

/** GETs from the server of the texts, which agents reach through the egress socket of that name. */
export function getText(path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath: egressSocket('texts'), path, signal }, (answer) => {
      if (answer.statusCode === 200) text(answer).then(resolve, reject);
      else reject(new Error(`GET ${path}: ${answer.statusCode}`));
    });
    sent.on('error', reject);
    sent.end();
  });
}
