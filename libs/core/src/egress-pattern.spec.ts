import { coversEgress, parseEgressPattern } from './egress-pattern.js';

describe('a pattern of hosts that agents may reach', () => {
  it.each([
    ['api.example.com:443', { host: 'api.example.com', port: 443 }],
    ['*.example.com:*', { host: '*.example.com', port: '*' }],
    ['*:443', { host: '*', port: 443 }],
    ['localhost:8080', { host: 'localhost', port: 8_080 }],
    ['10.0.0.7:5432', { host: '10.0.0.7', port: 5_432 }],
    ['[2001:db8::1]:443', { host: '[2001:db8::1]', port: 443 }],
  ])('may be "%s"', (text, pattern) => {
    expect(parseEgressPattern(text)).toEqual(pattern);
  });

  it.each([
    '',
    'example.com',
    'example.com:',
    'example.com:0',
    'example.com:65536',
    'Example.com:443',
    'example.com.:443',
    'http://example.com:443',
    'user@example.com:443',
    'example.com/path:443',
    '0x7f.1:80',
    '2130706433:80',
    '127.1:80',
    '*.0.0.1:80',
    'a*.example.com:80',
    '*.*:80',
    '2001:db8::1:443',
    '[2001:DB8::1]:443',
    'exämple.com:443',
  ])('is not "%s"', (text) => {
    expect(parseEgressPattern(text)).toBeUndefined();
  });

  it.each([
    ['*:*', '*.example.com:*', true],
    ['*:443', '*.example.com:443', true],
    ['*.example.com:*', 'api.example.com:443', true],
    ['*.example.com:*', '*.api.example.com:*', true],
    ['*.example.com:443', '*.example.com:443', true],
    ['api.example.com:443', 'api.example.com:443', true],
    ['*:443', '*:*', false],
    ['*.example.com:*', 'example.com:443', false],
    ['*.example.com:*', 'evilexample.com:443', false],
    ['*.api.example.com:*', '*.example.com:*', false],
    ['api.example.com:443', '*.example.com:443', false],
    ['api.example.com:443', 'api.example.com:*', false],
    ['api.example.com:443', 'api.example.com:80', false],
  ])('"%s" covers "%s": %s', (permitted, asked, covered) => {
    expect(coversEgress(parseEgressPattern(permitted)!, parseEgressPattern(asked)!)).toBe(covered);
  });
});
