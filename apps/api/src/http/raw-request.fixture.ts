import { connect } from 'node:net';

/** Sends a request exactly as given, as no HTTP client would, and gives the status of the answer. */
export async function rawStatus(
  address: string,
  method: string,
  target: string,
  key?: string,
): Promise<number> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  const lines = [`${method} ${target} HTTP/1.1`, `Host: ${hostname}`, 'Connection: close'];
  if (key) lines.push(`Authorization: Bearer ${key}`);
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
}
