import { commandInput } from './task-input.js';

async function* parts(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function read(format: 'json' | 'text', ...texts: string[]): Promise<string> {
  let text = '';
  for await (const part of await commandInput(parts(...texts), format)) text += part.toString();
  return text;
}

it('is the JSON as it is written', async () => {
  expect(await read('json', '{"a":', ' 1}')).toBe('{"a": 1}');
  expect(await read('json', '"a\\nb"')).toBe('"a\\nb"');
});

it('is, as text, what a string says', async () => {
  expect(await read('text', '"a\\nb ', 'größe \\u00e9"')).toBe('a\nb größe é');
  expect(await read('text', '""')).toBe('');
});

it('is, as text, the JSON of all that is no string', async () => {
  expect(await read('text', '[1,', '2]')).toBe('[1,2]');
  expect(await read('text', 'null')).toBe('null');
});

it('is no text without end', async () => {
  const long = '"' + 'x'.repeat(32 * 1_024 * 1_024);
  await expect(read('text', long, '"')).rejects.toMatchObject({ code: 'INPUT_INVALID', retryable: false });
});
