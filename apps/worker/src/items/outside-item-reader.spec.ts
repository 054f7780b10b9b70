import { once } from 'node:events';
import { createWriteStream, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { OutsideItems } from '@agentainer/core';
import { ItemAccess } from '@agentainer/engine';
import { OutsideItemReader } from './outside-item-reader.js';

let directory: string;
let files: string;
let server: Server;
let origin: string;
let answer: RequestListener;
const stop = new AbortController();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'af-items-'));
  files = join(directory, 'items');
  mkdirSync(files);
  server = createServer((request, response) => answer(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(files, name);
  writeFileSync(path, content);
  return path;
}

async function items(source: OutsideItems, times = { idleMs: 5_000, totalMs: 20_000 }): Promise<unknown[]> {
  const access = new ItemAccess({ urls: [`${origin}/open/`], files: [files] });
  const found: unknown[] = [];
  const reader = new OutsideItemReader(access, stop.signal, times);
  for await (const item of reader.read(source)) found.push(JSON.parse(item));
  return found;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held of the heap when nothing is left to be collected. */
function heldBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const serve = (body: string, headers: Record<string, string> = {}) => {
  answer = (_, response) => response.writeHead(200, headers).end(body);
};

describe('R2.1b items of a file', () => {
  it.each([
    ['a.json', '[1, {"a": [2]}, "x"]', [1, { a: [2] }, 'x']],
    ['b.jsonl', '{"a":1}\n\n[2]\r\n"é"', [{ a: 1 }, [2], 'é']],
    ['c.ndjson', '', []],
    [
      'd.csv',
      '\ufeffname,size\n"a, b",1\n\n"c ""d""",\n',
      [
        { name: 'a, b', size: '1' },
        { name: 'c "d"', size: '' },
      ],
    ],
    ['e.json', '[]', []],
  ])('%s', async (name, content, expected) => {
    expect(await items({ file: file(name, content) })).toEqual(expected);
  });

  it('in the format that is said, whatever its name', async () => {
    expect(await items({ file: file('lines.txt', '1\n2'), format: 'jsonl' })).toEqual([1, 2]);
  });

  it('at a pointer', async () => {
    const path = file('nested.json', '{"x":{"a/b":[9]},"d":[0,{"a/b":[1,[2]],"z":3}],"e":1}');
    expect(await items({ file: path, pointer: '/d/1/a~1b' })).toEqual([1, [2]]);
    await expect(items({ file: path, pointer: '/d/2' })).rejects.toThrow('nothing is at /d/2');
    await expect(items({ file: path, pointer: '/e' })).rejects.toThrow('they are not a list');
  });

  it.each([
    ['a.json', '[1,2,{"a":3]', /^not JSON .*, after \d items, before byte 12$/],
    ['b.json', '{"a":1}', /^they are not a list/],
    ['c.json', '[1] [2]', /^not JSON/],
    ['d.json', '', /^not JSON/],
    ['e.jsonl', '1\n{"a":\n3', /^line 2 is not JSON$/],
    ['f.csv', 'a,b\n1,2\n1,2,3\n', /^not CSV: .* line 3$/],
    ['g.csv', 'a,b,a\n1,2,3\n', /names the column "a" twice/],
    ['h.csv', 'a\n"1\n2', /^not CSV: /],
    ['i.jsonl', Buffer.from([0x31, 0x0a, 0xff, 0xfe]), /^they are not text in UTF-8 \(before byte 4\)$/],
    ['j.jsonl', `${'['.repeat(40)}${']'.repeat(40)}`, /^line 1 nests deeper/],
    ['k.json', `[${'['.repeat(40)}${']'.repeat(40)}]`, /^item 0 nests deeper/],
    ['l.jsonl', `1\n"${'x'.repeat(5_000_000)}"`, /^a line has more than/],
    ['m.json', `[1,"${'x'.repeat(20_000_000)}"]`, /bytes without an item/],
  ])('says where %s is not what it should be', async (name, content, message) => {
    const reading = items({ file: file(name, content) });
    await expect(reading).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringMatching(message) as string,
    });
  });

  it('is refused outside of the folders that are allowed, wherever links lead', async () => {
    writeFileSync(join(directory, 'secret.json'), '[1]');
    symlinkSync(join(directory, 'secret.json'), join(files, 'link.json'));
    symlinkSync(directory, join(files, 'folder'));
    symlinkSync(file('good.json', '[1]'), join(files, 'within.json'));
    for (const path of ['../secret.json', 'link.json', 'folder/secret.json']) {
      const reading = items({ file: `${files}/${path}` });
      await expect(reading).rejects.toMatchObject({ code: 'ITEMS_FORBIDDEN' });
    }
    expect(await items({ file: join(files, 'within.json') })).toEqual([1]);
  });

  it('is told from what is not there, and from what is no file', async () => {
    mkdirSync(join(files, 'folder.json'));
    for (const name of ['none.json', 'folder.json']) {
      const reading = items({ file: join(files, name) });
      await expect(reading).rejects.toMatchObject({ code: 'ITEMS_UNAVAILABLE', mayPass: false });
    }
  });

  it.each(['json', 'jsonl', 'csv'] as const)(
    'is never held whole: %s',
    async (format) => {
      const path = join(files, `large.${format}`);
      const out = createWriteStream(path);
      const text = 'x'.repeat(400);
      const [head, row, tail] = {
        json: ['[0', (i: number) => `,{"id":"${i}","text":"${text}"}`, ']'] as const,
        jsonl: ['0', (i: number) => `\n{"id":"${i}","text":"${text}"}`, ''] as const,
        csv: ['id,text', (i: number) => `\n${i},${text}`, '\n0,'] as const,
      }[format];
      out.write(head);
      for (let i = 0; i < 50_000; i++) if (!out.write(row(i))) await once(out, 'drain');
      await once(out.end(tail), 'close');
      const before = heldBytes();
      let most = 0;
      let count = 0;
      const access = new ItemAccess({ urls: [], files: [files] });
      for await (const item of new OutsideItemReader(access, stop.signal).read({ file: path })) {
        if (++count % 20_000 === 0) most = Math.max(most, heldBytes());
        if (count === 25_000) expect(item).toContain('"id":"2499');
      }
      expect(count).toBe(50_001);
      expect(most - before).toBeLessThan(12 * 1_024 * 1_024);
      rmSync(path);
    },
    60_000,
  );
});

describe('R2.1b items of a URL', () => {
  it.each([
    ['application/json; charset=utf-8', '[1]', [1]],
    ['application/x-ndjson', '1\n2', [1, 2]],
    ['text/csv', 'a\n1', [{ a: '1' }]],
    ['text/plain', '[3]', [3]],
  ])('in the format that its type or its name tells: %s', async (type, body, expected) => {
    serve(body, { 'content-type': type });
    expect(await items({ url: `${origin}/open/list.json?key=1` })).toEqual(expected);
  });

  it('in the format that is said, if that cannot be told', async () => {
    serve('1\n2');
    await expect(items({ url: `${origin}/open/list` })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    expect(await items({ url: `${origin}/open/list`, format: 'jsonl' })).toEqual([1, 2]);
  });

  it('follows redirects, but only to what is allowed', async () => {
    const asked: string[] = [];
    answer = (request, response) => {
      asked.push(request.url!);
      const to = /to=(.*)/.exec(request.url!)?.[1];
      if (to) response.writeHead(302, { location: decodeURIComponent(to) }).end();
      else response.end('[1]');
    };
    expect(await items({ url: `${origin}/open/a?to=b.json` })).toEqual([1]);
    for (const to of ['/closed.json', `http://localhost:1/open/a.json`, 'file:///etc/passwd']) {
      const reading = items({ url: `${origin}/open/a?to=${encodeURIComponent(to)}` });
      await expect(reading).rejects.toMatchObject({ code: 'ITEMS_FORBIDDEN' });
    }
    expect(asked).not.toContain('/closed.json');
    await expect(items({ url: `${origin}/closed.json` })).rejects.toMatchObject({ code: 'ITEMS_FORBIDDEN' });
    answer = (_, response) => response.writeHead(302, { location: '/open/again' }).end();
    await expect(items({ url: `${origin}/open/a` })).rejects.toThrow('redirects more than 5 times');
  });

  it.each([
    [404, false],
    [503, true],
    [429, true],
  ])('tells whether it may pass that it is answered %d', async (status, mayPass) => {
    answer = (_, response) => response.writeHead(status).end();
    const reading = items({ url: `${origin}/open/list.json?secret=1` });
    await expect(reading).rejects.toMatchObject({
      code: 'ITEMS_UNAVAILABLE',
      message: `${origin}/open/list.json answered ${status}`,
      mayPass,
    });
  });

  it('does not wait for ever', async () => {
    const times = { idleMs: 100, totalMs: 60_000 };
    const slow = { code: 'ITEMS_UNAVAILABLE', message: 'reading them took too long', mayPass: true };
    answer = () => undefined;
    await expect(items({ url: `${origin}/open/a.json` }, times)).rejects.toMatchObject(slow);
    const closed = new Promise<void>((resolve) => {
      answer = (request, response) => {
        request.on('close', resolve);
        response.write('[1,');
      };
    });
    await expect(items({ url: `${origin}/open/a.json` }, times)).rejects.toMatchObject(slow);
    await closed;
    answer = (_, response) => {
      const timer = setInterval(() => response.write('1\n'), 5);
      response.on('close', () => clearInterval(timer));
    };
    const endless = items({ url: `${origin}/open/a.jsonl` }, { idleMs: 5_000, totalMs: 300 });
    await expect(endless).rejects.toMatchObject(slow);
  });

  it('is not complete where it breaks off', async () => {
    answer = (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('1\n2\n', () => response.destroy());
    };
    const reading = items({ url: `${origin}/open/a.jsonl` });
    await expect(reading).rejects.toMatchObject({ code: 'ITEMS_UNAVAILABLE', mayPass: true });
  });
});
