import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type Docker from 'dockerode';

const READY_MS = 20_000;
/** The password "correct horse", as bcrypt has it. */
const HASH = '$2b$05$BtcdxpaTz0Lz.qhX3e4mFOdqdnSsFrYuf/vVl9Uj/hnpuQtjBe5Ti';
export const USER = { username: 'ada', password: 'correct horse' };

/** A registry that asks for a password, on the loopback interface of the tests' engine. */
export class TestRegistry {
  private constructor(
    private readonly docker: Docker,
    private readonly process: ChildProcess,
    readonly address: string,
  ) {}

  static async start(docker: Docker, engineSocket: string, directory: string): Promise<TestRegistry> {
    const port = 20_000 + (process.pid % 20_000);
    const address = `127.0.0.1:${port}`;
    const data = join(directory, 'registry');
    mkdirSync(data, { recursive: true });
    writeFileSync(join(data, 'htpasswd'), `${USER.username}:${HASH}\n`);
    const settings = {
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(data, 'data') } },
      http: { addr: address },
      auth: { htpasswd: { realm: 'tests', path: join(data, 'htpasswd') } },
    };
    // JSON is YAML.
    writeFileSync(join(data, 'config.yml'), JSON.stringify(settings));
    const inside = [`--net=/proc/${enginePid(engineSocket)}/ns/net`, '--'];
    execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up']);
    const command = ['docker-registry', 'serve', join(data, 'config.yml')];
    const child = spawn('nsenter', [...inside, ...command], { stdio: 'ignore' });
    const registry = new TestRegistry(docker, child, address);
    await registry.ready();
    return registry;
  }

  /** Puts an image with this content into the registry; the engine forgets it. */
  async publish(name: string, content: string, directory: string): Promise<string> {
    const image = `${this.address}/${name}`;
    writeFileSync(join(directory, 'content'), content);
    execFileSync('tar', ['-C', directory, '-cf', join(directory, 'image.tar'), 'content']);
    const [repo, tag] = [image.replace(/:[^:/]*$/, ''), image.replace(/^.*:/, '')];
    const imported = await this.docker.importImage(join(directory, 'image.tar'), { repo, tag });
    await this.finished(imported);
    const authconfig = { ...USER, serveraddress: this.address };
    await this.finished(await this.docker.getImage(image).push({ authconfig }));
    await this.docker.getImage(image).remove({ force: true });
    return image;
  }

  stop(): void {
    this.process.kill('SIGKILL');
  }

  private finished(stream: NodeJS.ReadableStream): Promise<void> {
    return new Promise((resolve, reject) =>
      this.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
    );
  }

  private async ready(): Promise<void> {
    const deadline = performance.now() + READY_MS;
    for (;;) {
      const refused = await this.docker
        .checkAuth({ ...USER, serveraddress: `http://${this.address}` })
        .then(() => false)
        .catch(() => true);
      if (!refused) return;
      if (performance.now() > deadline) throw new Error('the registry did not start');
      await sleep(50);
    }
  }
}

/** The engine that listens on this socket; it may be in a network of its own. */
function enginePid(socket: string): string {
  const mark = `--host=unix://${socket}`;
  const pid = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => {
      try {
        const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0');
        return words[0]?.endsWith('dockerd') && words.includes(mark);
      } catch {
        return false;
      }
    });
  if (pid === undefined) throw new Error(`no engine listens on ${socket}`);
  return pid;
}
