import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { isLoopbackAddress, isPublicAddress } from '../src/kernel/webhooks/addresses.ts';
import { post } from '../src/kernel/webhooks/post.ts';
import { checkTarget, type TargetPolicy } from '../src/kernel/webhooks/target.ts';
import { type Receiver, startReceiver } from './support/webhooks.ts';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '100.63.255.255',
  '100.128.0.1',
  '172.15.255.255',
  '172.32.0.1',
  '192.0.1.1',
  '198.17.255.255',
  '198.20.0.1',
  '223.255.255.255',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
];

const REFUSED = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.0.1',
  '169.254.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '239.1.2.3',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::8.8.8.8',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '',
  'localhost',
  '127.1',
  '0x7f000001',
];

const strict: TargetPolicy = { allowLoopback: false };

describe('an address', () => {
  it.each(PUBLIC)('%s is public', (address) => expect(isPublicAddress(address)).toBe(true));
  it.each(REFUSED)('%s is not', (address) => expect(isPublicAddress(address)).toBe(false));

  it('is loopback only when it is 127.0.0.0/8 or ::1, written plainly', () => {
    expect(['127.0.0.1', '127.9.9.9', '::1'].every(isLoopbackAddress)).toBe(true);
    expect(['::ffff:127.0.0.1', '128.0.0.1', '::2', '0.0.0.0', 'localhost'].some(isLoopbackAddress)).toBe(
      false,
    );
  });
});

describe('the URL of an endpoint', () => {
  it.each([
    'http://example.com/',
    'ftp://example.com/',
    'https://user:secret@example.com/',
    'https://user@example.com/',
    'https://example.com/#part',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://localhost/',
    'https://169.254.169.254/latest',
    'https://10.0.0.1:8443/',
    'not a url',
    '//example.com',
    `https://example.com/${'x'.repeat(2100)}`,
  ])('%s is refused', (url) => {
    expect(() => checkTarget(url, strict)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'url' }),
    );
  });

  it('may be https on any port, and on this machine only where that is allowed', () => {
    expect(checkTarget('https://Example.com:8443/hooks?a=1', strict)).toBe(
      'https://example.com:8443/hooks?a=1',
    );
    expect(checkTarget('https://8.8.8.8/', strict)).toBe('https://8.8.8.8/');
    const local: TargetPolicy = { allowLoopback: true };
    expect(checkTarget('http://127.0.0.1:9000/x', local)).toBe('http://127.0.0.1:9000/x');
    expect(checkTarget('http://localhost:9000/x', local)).toBe('http://localhost:9000/x');
    expect(() => checkTarget('http://10.0.0.1/', local)).toThrow();
    expect(() => checkTarget('https://10.0.0.1/', local)).toThrow();
    expect(() => checkTarget('http://example.com/', local)).toThrow();
  });
});

describe('a connection', () => {
  let receiver: Receiver | undefined;
  afterEach(async () => {
    await receiver?.close();
    receiver = undefined;
  });

  const portOf = (one: Receiver): string => new URL(one.url).port;
  const send = (url: string, policy: TargetPolicy) =>
    post({ url, headers: {}, body: '{}', policy, timeoutMs: 5_000 });

  it('is not made to a name that leads inwards, whatever other addresses it has', async () => {
    receiver = await startReceiver();
    for (const address of ['127.0.0.1', '10.0.0.5', '169.254.169.254', '::1']) {
      const family = address.includes(':') ? 6 : 4;
      const resolve = async () => [
        { address: '93.184.216.34', family: 4 },
        { address, family },
      ];
      const result = await send(`http://inside.example:${portOf(receiver)}/`, {
        allowLoopback: false,
        resolve,
      });
      expect(result).toMatchObject({ status: null, response: '' });
      expect(result.error).toContain(`resolves to ${address}, which is not a public address`);
    }
    expect(receiver.received).toEqual([]);
  });

  it('is made to the address that was checked: a name that changes its mind after the check gains nothing', async () => {
    receiver = await startReceiver();
    let asked = 0;
    // Public for whoever looks first, this machine for whoever looks again.
    const resolve = async () => {
      asked += 1;
      return [{ address: asked === 1 ? '192.0.2.1' : '127.0.0.1', family: 4 }];
    };
    const url = `http://rebinding.example:${portOf(receiver)}/`;
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect((await send(url, { allowLoopback: false, resolve })).error).toContain('not a public address');
    }
    expect(asked).toBe(3);
    expect(receiver.received).toEqual([]);
    // One that checks first and lets the connection look again is led inside by the same name (control).
    asked = 0;
    await resolve();
    const [second] = await resolve();
    expect(second?.address).toBe('127.0.0.1');
    expect((await send(url, { allowLoopback: true, resolve })).status).toBe(204);
  });

  it('to an address written out is checked too, though nothing is looked up', async () => {
    receiver = await startReceiver();
    const resolve = () => Promise.reject(new Error('asked'));
    const result = await send(receiver.url, { allowLoopback: false, resolve });
    expect(result.error).toContain('127.0.0.1, which is not a public address');
    expect((await send(receiver.url, { allowLoopback: true, resolve })).error).toBeNull();
    expect(receiver.received).toHaveLength(1);
  });

  it('over https is held to the certificate of the name', async () => {
    const plain = createServer((_request, response) => response.end());
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    const { port } = plain.address() as { port: number };
    const result = await send(`https://127.0.0.1:${port}/`, { allowLoopback: true });
    expect(result.status).toBeNull();
    expect(result.error).not.toBeNull();
    await new Promise((resolve) => plain.close(resolve));
  });

  it('to a name that is not there is a failure that says so', async () => {
    const resolve = async () => [];
    expect((await send('https://nowhere.example/', { allowLoopback: false, resolve })).error).toBe(
      'nowhere.example has no address.',
    );
  });
});
