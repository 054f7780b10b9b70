import { requestDestination, tunnelDestination } from './destination.js';

describe('the destination of a tunnel', () => {
  it.each([
    ['api.example.com:443', { host: 'api.example.com', port: 443 }],
    ['API.Example.com.:443', { host: 'api.example.com', port: 443 }],
    ['example.com:80', { host: 'example.com', port: 80 }],
    ['[::1]:8080', { host: '[::1]', port: 8_080 }],
    ['0x7f.1:22', { host: '127.0.0.1', port: 22 }],
    ['2130706433:22', { host: '127.0.0.1', port: 22 }],
  ])('of "%s" is told', (authority, destination) => {
    expect(tunnelDestination(authority)).toEqual(destination);
  });

  it.each([
    '',
    'example.com',
    'user@example.com:443',
    'example.com/x:443',
    'http://example.com:443',
    'a b:443',
    ':443',
  ])('of "%s" is none', (authority) => {
    expect(tunnelDestination(authority)).toBeUndefined();
  });
});

describe('the destination of a request', () => {
  it.each([
    ['http://example.com/a?b=c', { host: 'example.com', port: 80, path: '/a?b=c' }],
    ['http://EXAMPLE.com:8080', { host: 'example.com', port: 8_080, path: '/' }],
    ['http://127.1/', { host: '127.0.0.1', port: 80, path: '/' }],
  ])('for "%s" is told', (target, destination) => {
    expect(requestDestination(target)).toEqual(destination);
  });

  it.each([
    '/health',
    'https://example.com/',
    'ftp://example.com/',
    'http://user:word@example.com/',
    'http://',
    '*',
  ])('for "%s" is none', (target) => {
    expect(requestDestination(target)).toBeUndefined();
  });
});
