import { parseEgressSockets } from './egress-sockets.js';

describe('parseEgressSockets', () => {
  it.each([
    ['texts=/run/a.sock', { texts: '/run/a.sock' }],
    ['a=/x, b=/y', { a: '/x', b: '/y' }],
  ])('reads %s', (text, sockets) => {
    expect(parseEgressSockets(text)).toEqual(sockets);
  });

  it.each(['', 'texts', 'texts=', 'texts=relative', '../x=/run/a.sock', 'a=/x,,b=/y', 'proxy=/run/a.sock'])(
    'refuses "%s"',
    (text) => {
      expect(parseEgressSockets(text)).toBeUndefined();
    },
  );
});
