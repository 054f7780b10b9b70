import { createConnection } from 'node:net';

/**
 * Sends one command to Redis over its Unix socket and resolves with the raw answer (RESP).
 * For the few commands of starting and watching a server; everything else goes through a client library.
 */
export function redisCommand(
  socketPath: string,
  args: readonly string[],
  timeoutMs = 1_000,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const connection = createConnection(socketPath, () => connection.write(encode(args)));
    const timer = setTimeout(() => connection.destroy(new Error('Redis did not answer in time')), timeoutMs);
    connection.setEncoding('utf8');
    connection.on('data', (chunk: string) => {
      answer += chunk;
      if (isWhole(answer)) connection.end();
    });
    connection.on('error', reject);
    connection.on('close', () => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}

function encode(args: readonly string[]): string {
  return `*${args.length}\r\n${args.map((a) => `$${Buffer.byteLength(a)}\r\n${a}\r\n`).join('')}`;
}

/** Simple strings and errors end with their line, bulk strings with their announced length. */
function isWhole(answer: string): boolean {
  const bulk = /^\$(\d+)\r\n/.exec(answer);
  if (!bulk) return answer.endsWith('\r\n');
  return Buffer.byteLength(answer) >= bulk[0].length + Number(bulk[1]) + 2;
}
