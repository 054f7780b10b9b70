import { batchesOf } from './batches.js';

async function batches(items: string[], bounds: { batch_size?: number; batch_bytes?: number }) {
  const found: string[] = [];
  for await (const batch of batchesOf(items, bounds)) found.push(batch);
  return found;
}

it('leaves items alone where nothing is said of batches', async () => {
  expect(await batches(['1', '[2]'], {})).toEqual(['1', '[2]']);
});

it('makes lists of so many items, the last one of what is left', async () => {
  expect(await batches(['1', '"a,b"', '[]', '4', '5'], { batch_size: 2 })).toEqual([
    '[1,"a,b"]',
    '[[],4]',
    '[5]',
  ]);
  expect(await batches(['1'], { batch_size: 2 })).toEqual(['[1]']);
  expect(await batches(['1', '2'], { batch_size: 1 })).toEqual(['[1]', '[2]']);
  expect(await batches([], { batch_size: 2 })).toEqual([]);
});

it('makes lists of so many bytes', async () => {
  const items = ['"aa"', '"bb"', '"cc"', '"é"'];
  const found = await batches(items, { batch_bytes: 11 });
  expect(found).toEqual(['["aa","bb"]', '["cc","é"]']);
  expect(found.map((batch) => Buffer.byteLength(batch))).toEqual([11, 11]);
  expect(await batches(items, { batch_bytes: 10 })).toEqual(items.map((item) => `[${item}]`));
});

it('gives an item that is larger than a batch a batch of its own', async () => {
  expect(await batches(['1', '"large"', '2', '3'], { batch_bytes: 5 })).toEqual([
    '[1]',
    '["large"]',
    '[2,3]',
  ]);
});

it('keeps to both bounds', async () => {
  const found = await batches(['1', '2', '3', '"four"', '5'], { batch_size: 2, batch_bytes: 8 });
  expect(found).toEqual(['[1,2]', '[3]', '["four"]', '[5]']);
});
