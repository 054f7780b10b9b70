import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { GATEWAY_SOCKET } from '@agentainer/contracts/agent-paths';

/** A call that an agent made. */
export interface GatewayCall {
  path: string;
  credential: string | undefined;
  body: unknown;
}

type Answer = [status: number, body: object] | 'hang up';

/** What the host serves to its agent: answers as the test says, and keeps what it was asked. */
export class FakeGateway {
  readonly calls: GatewayCall[] = [];
  private readonly answers: Answer[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        const { url = '', headers } = request;
        this.calls.push({ path: url, credential: headers.authorization, body: JSON.parse(text) as unknown });
        const answer = this.answers.shift() ?? [200, { value: this.calls.length }];
        if (answer === 'hang up') return request.socket.destroy();
        const [status, body] = answer;
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
  }

  async listen(directory: string): Promise<void> {
    this.server.listen(join(directory, GATEWAY_SOCKET));
    await once(this.server, 'listening');
  }

  /** What the next calls are answered, one after another; after that each is told its number. */
  willAnswer(...answers: Answer[]): void {
    this.answers.push(...answers);
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
