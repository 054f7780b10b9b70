import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Probe } from '@agentainer/testing';
import type { Cluster } from '../harness/cluster.js';
import { buildProbingImage, Sandbox } from '../harness/sandbox.js';
import { withCluster } from '../harness/with-cluster.js';

const MIB = 1_024 * 1_024;
const TMPFS_MAGIC = 0x01021994;
const tag = randomBytes(4).toString('hex');

let cluster: Cluster;
let sandbox: Sandbox;
const environment = {
  AGENTAINER_ALLOWED_IMAGES: 'agentainer-test/*',
  AGENTAINER_MAX_AGENT_MEMORY: '768MiB',
};
withCluster({ workers: 1, environment }, (started) => {
  cluster = started;
});
beforeAll(async () => {
  sandbox = new Sandbox(cluster, await buildProbingImage(`agentainer-test/probing-${tag}:1`));
}, 60_000);

/** An agent beside the one that misbehaves: in a pool of its own, and warm. */
const neighbour = { pool_config: { max_agent_uses: 777 } };
const isWell = () => sandbox.sees(() => 'well', neighbour);

/** Starts processes until it cannot, and ends them. */
const spawnUntilRefused: Probe<null> = async ({ childProcess }) => {
  const children: import('node:child_process').ChildProcess[] = [];
  let refused: string | undefined;
  while (refused === undefined && children.length < 1_000) {
    const child = childProcess.spawn('/bin/busybox', ['sleep', '600'], { stdio: 'ignore' });
    refused = await new Promise<string | undefined>((resolve) => {
      child.once('spawn', () => resolve(undefined));
      child.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    });
    if (refused === undefined) children.push(child);
  }
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const child of children) child.kill('SIGKILL');
  return { refused, count: children.length };
};

describe('R9.3d an agent', () => {
  it('is not root, has no rights, and can get none', async () => {
    const found = await sandbox.sees(({ fs, childProcess }) => {
      const status = fs.readFileSync('/proc/self/status', 'utf8');
      const fact = (name: string) => new RegExp(`^${name}:\\s+(.*)$`, 'm').exec(status)?.[1];
      const run = (...args: string[]) => {
        const { stdout, stderr, status } = childProcess.spawnSync(args[0]!, args.slice(1), {
          encoding: 'utf8',
        });
        return status === 0 ? stdout.trim() : `refused: ${stderr}`;
      };
      return {
        mode: fs.statSync('/bin/become').mode & 0o4777,
        becomes: run('/bin/become', '-p', 'process.geteuid()'),
        mount: run('/bin/busybox', 'mount', '-t', 'tmpfs', 'none', '/tmp'),
        unshare: run('/bin/busybox', 'unshare', '-U', 'true'),
        chown: run('/bin/busybox', 'chown', '0', '/tmp'),
        users: fact('Uid'),
        groups: fact('Gid'),
        capabilities: ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map((name) =>
          Number(`0x${fact(name)}`),
        ),
        noNewPrivileges: fact('NoNewPrivs'),
        seccomp: fact('Seccomp'),
      };
    });
    const nobody = Array(4).fill(65_534).join('\t');
    expect(found).toEqual({
      mode: 0o4755,
      becomes: '65534',
      mount: expect.stringContaining('refused'),
      unshare: expect.stringContaining('refused'),
      chown: expect.stringContaining('refused'),
      users: nobody,
      groups: nobody,
      capabilities: [0, 0, 0, 0, 0],
      noNewPrivileges: '1',
      seccomp: '2',
    });
  }, 60_000);

  it('can write to its scratch alone, all of which is in memory', async () => {
    const found = await sandbox.sees(({ fs }) => {
      const writable: string[] = [];
      const look = (directory: string) => {
        try {
          fs.writeFileSync(`${directory}/.probe`, 'x');
          fs.rmSync(`${directory}/.probe`);
          writable.push(directory || '/');
        } catch {
          // Not there, then.
        }
        for (const entry of fs.readdirSync(directory || '/', { withFileTypes: true })) {
          const path = `${directory}/${entry.name}`;
          if (!entry.isDirectory() || path === '/proc') continue;
          try {
            fs.accessSync(path, fs.constants.R_OK);
            look(path);
          } catch {
            // Not to be read, and what is in it not to be reached.
          }
        }
      };
      look('');
      const kernel = ['/proc/sysrq-trigger', '/proc/sys/kernel/core_pattern', '/proc/self/oom_score_adj'];
      const may = (path: string) => {
        try {
          fs.closeSync(fs.openSync(path, 'r+'));
          if (path.endsWith('oom_score_adj')) fs.writeFileSync(path, '-1000');
          return true;
        } catch {
          return false;
        }
      };
      const kinds = writable.map((path) => fs.statfsSync(path).type);
      return { writable: writable.sort(), kernel: kernel.filter(may), kinds: [...new Set(kinds)] };
    });
    expect(found).toEqual({ writable: ['/dev/shm', '/tmp'], kernel: [], kinds: [TMPFS_MAGIC] });
  }, 60_000);

  it('cannot run what it downloads or writes', async () => {
    const found = await sandbox.sees(({ fs, childProcess }) => {
      fs.copyFileSync('/bin/busybox', '/tmp/busybox');
      fs.chmodSync('/tmp/busybox', 0o4755);
      const ran = childProcess.spawnSync('/tmp/busybox', ['true']);
      fs.rmSync('/tmp/busybox');
      return (ran.error as NodeJS.ErrnoException | undefined)?.code ?? ran.status;
    });
    expect(found).toBe('EACCES');
  }, 60_000);

  it('has no network, nor that of its host', async () => {
    const port = Number(new URL(cluster.url).port);
    const found = await sandbox.seesWith(async ({ net, os, dns }, port) => {
      const connecting = (host: string, to: number) =>
        new Promise((resolve) => {
          const socket = net.connect({ host, port: to, timeout: 5_000 });
          socket.once('connect', () => resolve('connected'));
          socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
          socket.once('timeout', () => resolve('timeout'));
        });
      return {
        interfaces: Object.keys(os.networkInterfaces()),
        world: await connecting('192.0.2.1', 80),
        metadata: await connecting('169.254.169.254', 80),
        host: await connecting('127.0.0.1', port),
        name: await dns.lookup('example.com').then(
          () => 'found',
          () => 'not found',
        ),
      };
    }, port);
    expect(found).toEqual({
      interfaces: ['lo'],
      world: 'ENETUNREACH',
      metadata: 'ENETUNREACH',
      host: 'ECONNREFUSED',
      name: 'not found',
    });
  }, 60_000);

  it("sees no other agent's socket or directory, and no engine's", async () => {
    await isWell();
    const found = await sandbox.sees(({ fs }) => {
      const sockets: string[] = [];
      const look = (directory: string) => {
        let entries: import('node:fs').Dirent[] = [];
        try {
          entries = fs.readdirSync(directory || '/', { withFileTypes: true });
        } catch {
          // Not to be read.
        }
        for (const entry of entries) {
          const path = `${directory}/${entry.name}`;
          if (entry.isSocket()) sockets.push(path);
          if (entry.isDirectory() && path !== '/proc') look(path);
        }
      };
      look('');
      return { sockets: sockets.sort(), own: fs.readdirSync('/run/agentainer').sort() };
    });
    const sockets = ['/run/agentainer/agent.sock', '/run/agentainer/gateway.sock'];
    expect(found).toEqual({ sockets, own: ['agent.sock', 'egress', 'gateway.sock'] });
  }, 60_000);

  it('sees no process but its own', async () => {
    const found = (await sandbox.seesWith(({ fs }, hosts) => {
      const ids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
      const names = ids.map((id) => fs.readFileSync(`/proc/${id}/comm`, 'utf8').trim());
      let killed: unknown = 'killed';
      try {
        process.kill(hosts, 'SIGKILL');
      } catch (error) {
        killed = (error as NodeJS.ErrnoException).code;
      }
      return { names: names.sort(), killed };
    }, process.pid)) as { names: string[] };
    expect(found).toEqual({ names: ['docker-init', 'node'], killed: 'ESRCH' });
  }, 60_000);
});

describe('R9.3d an agent that takes what it can get', () => {
  it('has so many processes and no more, and others go on', async () => {
    await isWell();
    const bomb = sandbox.sees(spawnUntilRefused);
    await expect(isWell()).resolves.toBe('well');
    execFileSync('true');
    const { refused, count } = (await bomb) as { refused: string; count: number };
    expect(refused).toBe('EAGAIN');
    expect(count).toBeGreaterThan(100);
    expect(count).toBeLessThan(256);
  }, 90_000);

  it('is ended where it takes more memory than it may have, and others go on', async () => {
    await isWell();
    const job = await sandbox.job(() => {
      const taken: Buffer[] = [];
      for (;;) taken.push(Buffer.alloc(16 * 1_024 * 1_024, 1));
    }, null);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'POISON' } });
    await expect(isWell()).resolves.toBe('well');
    await expect(sandbox.sees(() => 'well')).resolves.toBe('well');
  }, 90_000);

  it('has so much scratch and no more', async () => {
    const written = (await sandbox.sees(({ fs }) => {
      const file = fs.openSync('/tmp/full', 'w');
      const piece = Buffer.alloc(1_024 * 1_024, 1);
      let size = 0;
      try {
        while (size < 1_000_000_000) size += fs.writeSync(file, piece);
      } catch (error) {
        return { size, code: (error as NodeJS.ErrnoException).code };
      } finally {
        fs.closeSync(file);
        fs.rmSync('/tmp/full');
      }
      return { size };
    })) as { size: number; code: string };
    expect(written.code).toBe('ENOSPC');
    expect(written.size).toBeLessThanOrEqual(64 * MIB);
  }, 60_000);

  it('cannot fill a disk through the directory that it shares with its host', async () => {
    // It has a file there that nobody sees, from the time when it was to make its socket.
    const hoarder = await buildProbingImage(
      `agentainer-test/hoarding-${tag}:1`,
      'CMD ["/bin/sh", "-c", "exec 9>/run/agentainer/hidden; busybox rm /run/agentainer/hidden; exec node agent.mjs"]',
    );
    const hoarding = new Sandbox(cluster, hoarder);
    expect(await hoarding.sees(({ fs }) => fs.statfsSync('/run/agentainer').type)).toBe(TMPFS_MAGIC);
    const job = await hoarding.job(({ fs }) => {
      const piece = Buffer.alloc(1_024 * 1_024, 1);
      for (let size = 0; size < 2_000_000_000;) size += fs.writeSync(9, piece);
      return 'it has written 2 GB';
    }, null);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'POISON' } });
  }, 90_000);

  it('has the volumes of its image in memory, as large as its scratch', async () => {
    const image = await buildProbingImage(
      `agentainer-test/volumes-${tag}:1`,
      'RUN busybox mkdir -m 777 /data\nVOLUME /data',
    );
    const found = await new Sandbox(cluster, image).sees(({ fs }) => {
      fs.writeFileSync('/data/file', 'x');
      const { type, blocks, bsize } = fs.statfsSync('/data');
      return { type, size: blocks * bsize };
    });
    expect(found).toEqual({ type: TMPFS_MAGIC, size: 64 * MIB });
  }, 90_000);

  it('is not taken into use where its image has another name for root', async () => {
    const image = await buildProbingImage(
      `agentainer-test/admin-${tag}:1`,
      "RUN echo 'admin:x:0:0::/:/bin/sh' >/etc/passwd\nUSER admin",
    );
    const job = await new Sandbox(cluster, image).job(() => null, null);
    expect(job).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('must name another USER') },
    });
  }, 90_000);

  it('is not taken into use where it left something in that directory', async () => {
    const image = await buildProbingImage(
      `agentainer-test/leaving-${tag}:1`,
      'CMD ["/bin/sh", "-c", "echo x >/run/agentainer/left; exec node agent.mjs"]',
    );
    const job = await new Sandbox(cluster, image).job(() => null, null);
    expect(job).toMatchObject({
      status: 'failed',
      error: { message: expect.stringContaining('the agent left "left" in its directory') },
    });
  }, 90_000);
});

describe('R9.3d a pool', () => {
  it('says what its agents may use, up to what the server permits', async () => {
    const pool_config = { memory: '768MiB', processes: 32, scratch: '1MiB' };
    const sees = (probe: Probe<null>) => sandbox.sees(probe, { pool_config });
    const { refused, count } = (await sees(spawnUntilRefused)) as { refused: string; count: number };
    expect(refused).toBe('EAGAIN');
    expect(count).toBeLessThan(32);
    const found = await sees(({ fs }) => {
      const sizeOf = (path: string) => {
        const { blocks, bsize } = fs.statfsSync(path);
        return blocks * bsize;
      };
      return { sizes: [sizeOf('/tmp'), sizeOf('/dev/shm')], memory: process.constrainedMemory() };
    });
    expect(found).toEqual({ sizes: [MIB, MIB], memory: 768 * MIB });
  }, 60_000);

  it('is refused with its place where it asks for more, or for an image that is not allowed', async () => {
    const { client } = cluster;
    await expect(
      client.createJob({ image: 'elsewhere/agent:1', pool_config: { memory: '769MiB' }, input: null }),
    ).rejects.toMatchObject({
      status: 400,
      faults: [
        { path: 'image', message: expect.stringContaining('AGENTAINER_ALLOWED_IMAGES') },
        { path: 'pool_config.memory', message: expect.stringContaining('at most 768MiB') },
      ],
    });
  }, 30_000);
});
