import { connect, createServer, type Server, type Socket } from 'node:net';

/** A server each of whose connections is one to another socket. Closing it ends them all. */
export class Relay {
  readonly server: Server;
  private readonly near = new Set<Socket>();

  constructor(socketPath: string) {
    this.server = createServer({ allowHalfOpen: true }, (near) => {
      this.near.add(near);
      near.once('close', () => this.near.delete(near));
      joinSockets(near, connect({ path: socketPath, allowHalfOpen: true }));
    });
  }

  close(): Promise<void> {
    for (const socket of this.near) socket.destroy();
    return new Promise((resolve) => void this.server.close(() => resolve()));
  }
}

/** What one side says the other one hears, until both have ended or one is gone. */
export function joinSockets(a: Socket, b: Socket): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => to.destroy());
  }
}
