import { forwardedHeaders } from './forwarded-headers.js';

it('passes on what is of the message, and nothing of the connection or the proxy', () => {
  const raw = [
    ...['Host', 'evil.example', 'Accept', '*/*', 'X-Mine', '1', 'X-Mine', '2', 'Connection', 'close, X-Hop'],
    ...['X-Hop', 'gone', 'Proxy-Authorization', 'Basic eA==', 'Upgrade', 'websocket', 'Content-Length', '3'],
  ];
  expect(forwardedHeaders(raw, 'example.com')).toEqual([
    ...['host', 'example.com', 'Accept', '*/*', 'X-Mine', '1', 'X-Mine', '2', 'Content-Length', '3'],
  ]);
  expect(forwardedHeaders(['Set-Cookie', 'a', 'Set-Cookie', 'b', 'Transfer-Encoding', 'chunked'])).toEqual([
    ...['Set-Cookie', 'a', 'Set-Cookie', 'b'],
  ]);
});

it('keeps the end of a body without a length to be told', () => {
  expect(forwardedHeaders(['Transfer-Encoding', 'chunked'], 'h')).toEqual([
    ...['host', 'h', 'transfer-encoding', 'chunked'],
  ]);
});
