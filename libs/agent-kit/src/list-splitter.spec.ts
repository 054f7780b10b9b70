import fc from 'fast-check';
import { ElementTooLongError, ListSplitter } from './list-splitter.js';

function split(text: string, size: number): { elements: string[]; hasEnded: boolean } {
  const splitter = new ListSplitter(10_000);
  const elements: string[] = [];
  for (let at = 0; at < text.length; at += size) elements.push(...splitter.push(text.slice(at, at + size)));
  return { elements, hasEnded: splitter.hasEnded };
}

it('gives the elements of any list, wherever its text is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      fc.integer({ min: 1, max: 50 }),
      fc.nat(2),
      (list, size, indent) => {
        const text = `${JSON.stringify(list, null, indent).slice(1)}}`;
        const { elements, hasEnded } = split(text, size);
        expect(hasEnded).toBe(true);
        expect(elements.map((e) => JSON.stringify(JSON.parse(e)))).toEqual(
          list.map((e) => JSON.stringify(e)),
        );
      },
    ),
  );
});

it('gives an element as soon as it is complete', () => {
  const splitter = new ListSplitter(100);
  expect(splitter.push('{"a":[1,"]"]}')).toEqual([]);
  expect(splitter.push(',{"b"')).toEqual(['{"a":[1,"]"]}']);
  expect(splitter.hasEnded).toBe(false);
});

it('does not hold an element without end', () => {
  const splitter = new ListSplitter(10);
  expect(() => splitter.push('"0123456789')).toThrow(ElementTooLongError);
});
