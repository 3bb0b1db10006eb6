import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/config.ts';
import { checksumAddress, signerOf } from '../src/kernel/auth/ethereum.ts';
import {
  MAX_SIGN_IN_MESSAGE,
  readSignInMessage,
  type SignInMessage,
  writeSignInMessage,
} from '../src/kernel/auth/sign-in-message.ts';
import { readWalletSettings } from '../src/kernel/auth/wallet-site.ts';
import { failureOf } from './support/kernel.ts';
import { newWallet, withHighS, withRecovery } from './support/wallets.ts';

/** Runs what throws at once like a call that fails. */
const failure = (run: () => unknown) => failureOf(Promise.resolve().then(run));

describe('the address of a signature', () => {
  it('is that of the published examples', async () => {
    // web3.js documents this key, text and signature.
    const published = `0x${'b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd'}${'6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a029'}1c`;
    expect(await signerOf('Some data', published)).toBe('0x2c7536e3605d9c16a7a3d7b1898e529396a65c23');
    const key = Buffer.from('4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318', 'hex');
    expect(newWallet(key).sign('Some data')).toBe(published);
  });

  it('is that of the messages that the reference implementation of EIP-4361 tests', async () => {
    const common = {
      statement: 'Sign-In With Ethereum Example Statement',
      uri: 'https://login.xyz',
      chainId: 1,
    };
    const published: readonly (SignInMessage & { readonly signature: string })[] = [
      {
        ...common,
        domain: 'login.xyz',
        address: '0x9D85ca56217D2bb651b00f15e694EB7E713637D4',
        nonce: 'bTyXgcQxn2htgkjJn',
        issuedAt: '2022-01-27T17:09:38.578Z',
        expirationTime: '2100-01-07T14:31:43.952Z',
        signature:
          '0xdc35c7f8ba2720df052e0092556456127f00f7707eaa8e3bbff7e56774e7f2e05a093cfc9e02964c33d86e8e066e221b7d153d27e5a2e97ccd5ca7d3f2ce06cb1b',
      },
      {
        ...common,
        domain: 'login.xyz',
        address: '0xE6D3Aa1F561A215E5eb1f02Ba8705385F03fCaFB',
        nonce: 'lx2nx4so',
        issuedAt: '2022-01-05T14:27:30.883Z',
        notBefore: '2100-01-07T14:31:43.952Z',
        signature:
          '0xc2539ace78f13c7eb8c0852d38d269a6f97bebd9f7872097d2e3137b541f8bf50176062a46eeea83086bd2721423fb5755a932ff6ccc046ed482d14e4576042f1c',
      },
      {
        // A recovery byte of 1 instead of 28.
        ...common,
        domain: 'www.tally.xyz',
        statement: 'Sign in with Ethereum to Tally',
        uri: 'https://tally.xyz',
        address: '0xc95EB884FE852e241D409234bfC7045CB9E31BD7',
        nonce: '15050747',
        issuedAt: '2022-06-30T14:08:51.382Z',
        signature:
          '0x8c46b6eb8505939892d8e9b075f89f8277321b17b993151f37810cdda38cce6f4a85909d2b53e6a14629c74c0ac38bf4becde78ee5b2529812bf6cceaf7b2a2501',
      },
    ];
    for (const { signature, ...message } of published) {
      expect(await signerOf(writeSignInMessage(message), signature)).toBe(message.address.toLowerCase());
    }
  });

  it('is the signer’s for any text, and another one for another text or key', async () => {
    for (const text of ['', 'a', 'Zürich €\n\n'.repeat(40)]) {
      const wallet = newWallet();
      const signature = wallet.sign(text);
      expect(await signerOf(text, signature)).toBe(wallet.address);
      expect(
        await signerOf(
          text,
          withRecovery(signature, (byte) => byte - 27),
        ),
      ).toBe(wallet.address);
      expect(await signerOf(`${text} `, signature)).not.toBe(wallet.address);
      expect(await signerOf(text, newWallet().sign(text))).not.toBe(wallet.address);
    }
  });

  it('is not told for what is no signature', async () => {
    const good = newWallet().sign('x');
    const [zero, order] = [
      '0'.repeat(64),
      'fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141',
    ];
    const [r, s] = [good.slice(2, 66), good.slice(66, 130)];
    const bad = {
      empty: '',
      'no 0x': good.slice(2),
      'not hexadecimal': `${good.slice(0, -1)}g`,
      'one digit less': good.slice(0, -1),
      'one digit more': `${good}0`,
      compact: good.slice(0, 130),
      'of a contract': `0x${'ab'.repeat(200)}`,
      'r zero': `0x${zero}${s}1b`,
      's zero': `0x${r}${zero}1b`,
      'r of the order': `0x${order}${s}1b`,
      's of the order': `0x${r}${order}1b`,
      'no point': `0x${'0'.repeat(63)}5${s}1b`,
      'recovery byte 2': withRecovery(good, () => 2),
      'recovery byte 29': withRecovery(good, () => 29),
    };
    for (const [name, signature] of Object.entries(bad)) {
      expect([name, await failureOf(signerOf('x', signature))]).toMatchObject([
        name,
        { code: 'invalid_input', field: 'signature', reason: 'signature_malformed' },
      ]);
    }
  });

  it('is not told for the other form of a good signature, which anybody can make', async () => {
    const wallet = newWallet();
    const signature = wallet.sign('x');
    const other = withHighS(signature);
    expect(await failureOf(signerOf('x', other))).toMatchObject({
      field: 'signature',
      reason: 'signature_high_s',
    });
    // Turned back it is the good one: the test has made the other form and no rubbish.
    expect(withHighS(other)).toBe(signature);
  });
});

describe('the checksum of an address', () => {
  // The examples of EIP-55.
  it.each([
    '0x52908400098527886E0F7030069857D2E4169EE7',
    '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
    '0xde709f2102306220921060314715629080e2fb77',
    '0x27b1fdb04752bbc536007a920d24acb045561c26',
    '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
    '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
    '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
    '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
  ])('%s is written so, however it is given', async (address) => {
    for (const given of [address, address.toLowerCase(), `0x${address.slice(2).toUpperCase()}`]) {
      expect(await checksumAddress(given)).toBe(address);
    }
  });
});

const ADDRESS = '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2';
const MINIMAL: SignInMessage = {
  domain: 'service.org',
  address: ADDRESS,
  uri: 'https://service.org/login',
  chainId: 1,
  nonce: '32891757',
  issuedAt: '2021-09-30T16:25:24.000Z',
};
const FULL: SignInMessage = {
  ...MINIMAL,
  scheme: 'https',
  domain: 'test@127.0.0.1:8080',
  statement: 'I accept the ServiceOrg Terms of Service: https://service.org/tos',
  expirationTime: '2021-09-30T16:30:24Z',
  notBefore: '2021-09-30T18:25:24.123+02:00',
  requestId: 'some_id',
  resources: [
    'ipfs://Qme7ss3ARVgxv6rXqVPiikMJ8u2NLgmgszg13pYrDKEoiu',
    'https://example.com/my-web2-claim.json',
  ],
};

describe('a message', () => {
  it('of the specification is read and written to the letter', () => {
    const example = [
      'https://example.com wants you to sign in with your Ethereum account:',
      ADDRESS,
      '',
      'I accept the ExampleOrg Terms of Service: https://example.com/tos',
      '',
      'URI: https://example.com/login',
      'Version: 1',
      'Chain ID: 1',
      'Nonce: 32891756',
      'Issued At: 2021-09-30T16:25:24Z',
      'Resources:',
      '- ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/',
      '- https://example.com/my-web2-claim.json',
    ].join('\n');
    const read = readSignInMessage(example);
    expect(read).toEqual({
      scheme: 'https',
      domain: 'example.com',
      address: ADDRESS,
      statement: 'I accept the ExampleOrg Terms of Service: https://example.com/tos',
      uri: 'https://example.com/login',
      chainId: 1,
      nonce: '32891756',
      issuedAt: '2021-09-30T16:25:24Z',
      resources: [
        'ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/',
        'https://example.com/my-web2-claim.json',
      ],
    });
    expect(writeSignInMessage(read)).toBe(example);
  });

  it('with all members or only those that must be is read as it was written', () => {
    for (const message of [MINIMAL, FULL, { ...MINIMAL, resources: [] }, { ...MINIMAL, requestId: '' }]) {
      expect(readSignInMessage(writeSignInMessage(message))).toEqual(message);
    }
    expect(writeSignInMessage(MINIMAL)).toContain(`${ADDRESS}\n\n\nURI: `);
  });

  it('that is none is refused with the member at fault', async () => {
    const good = writeSignInMessage(FULL);
    const without = (line: RegExp) => good.replace(line, '');
    const bad: readonly (readonly [string, string, string])[] = [
      ['empty', '', 'message.domain'],
      ['another text', 'Please sign in', 'message.domain'],
      ['no domain', good.replace(/^\S+/, ''), 'message.domain'],
      ['a domain with a path', good.replace('8080 wants', '8080/x wants'), 'message.domain'],
      ['no address', good.replace(ADDRESS, ''), 'message.address'],
      ['a short address', good.replace(ADDRESS, ADDRESS.slice(0, -1)), 'message.address'],
      ['a long address', good.replace(ADDRESS, `${ADDRESS}0`), 'message.address'],
      ['no gap', good.replace(`${ADDRESS}\n\n`, `${ADDRESS}\n`), 'message'],
      ['a statement of two lines', good.replace('Service: ', 'Service:\n'), 'message'],
      ['a statement that is not ASCII', good.replace('Terms', 'Términos'), 'message.statement'],
      ['carriage returns', good.replaceAll('\n', '\r\n'), 'message.domain'],
      ['no URI', without(/URI: .*\n/), 'message.uri'],
      ['a URI that is none', good.replace(/URI: .*/, 'URI: _not_a_uri_'), 'message.uri'],
      ['no version', without(/Version: .*\n/), 'message.version'],
      ['another version', good.replace('Version: 1', 'Version: 2'), 'message.version'],
      ['no chain', without(/Chain ID: .*\n/), 'message.chainId'],
      ['a chain that is no number', good.replace('Chain ID: 1', 'Chain ID: 0x1'), 'message.chainId'],
      [
        'a chain beyond exact numbers',
        good.replace('Chain ID: 1', `Chain ID: ${'9'.repeat(16)}`),
        'message.chainId',
      ],
      ['no nonce', without(/Nonce: .*\n/), 'message.nonce'],
      ['a nonce of seven', good.replace('32891757', '3289175'), 'message.nonce'],
      ['a nonce with a dash', good.replace('32891757', '3289-1757'), 'message.nonce'],
      ['no time', without(/Issued At: .*\n/), 'message.issuedAt'],
      ['a time in words', good.replace(/Issued At: .*/, 'Issued At: Thu Sep 30 2021'), 'message.issuedAt'],
      [
        'a day that is not',
        good.replace(/Issued At: .*/, 'Issued At: 2021-02-30T00:00:00Z'),
        'message.issuedAt',
      ],
      [
        'a time without zone',
        good.replace(/Not Before: .*/, 'Not Before: 2021-09-30T18:25:24'),
        'message.notBefore',
      ],
      [
        'a time without seconds',
        good.replace(/Not Before: .*/, 'Not Before: 2021-09-30T18:25Z'),
        'message.notBefore',
      ],
      ['a bad end', good.replace(/Expiration Time: .*/, 'Expiration Time: never'), 'message.expirationTime'],
      ['a request id with a space', good.replace('some_id', 'some id'), 'message.requestId'],
      ['members in another order', good.replace(/(Version: 1)\n(Chain ID: 1)/, '$2\n$1'), 'message.version'],
      [
        'optional ones in another order',
        good.replace(/(Not Before: .*)\n(Request ID: .*)/, '$2\n$1'),
        'message',
      ],
      ['a resource that is no URI', `${good}\n- _not_a_uri_`, 'message.resources'],
      ['a resource without its dash', `${good}\nhttps://example.com`, 'message.resources'],
      ['a line feed at the end', `${good}\n`, 'message.resources'],
      ['a line more', `${writeSignInMessage(MINIMAL)}\nNonce: 12345678`, 'message'],
    ];
    for (const [name, text, field] of bad) {
      expect(text, name).not.toBe(good);
      const error = await failure(() => readSignInMessage(text));
      expect([name, error.code, error.reason, error.field]).toEqual([
        name,
        'invalid_input',
        'message_malformed',
        field,
      ]);
    }
  });

  it('is read up to its greatest length, and not one character more', async () => {
    const room = MAX_SIGN_IN_MESSAGE - writeSignInMessage({ ...MINIMAL, statement: '' }).length;
    const sized = (length: number) => writeSignInMessage({ ...MINIMAL, statement: 'x'.repeat(length) });
    expect(sized(room)).toHaveLength(MAX_SIGN_IN_MESSAGE);
    expect(readSignInMessage(sized(room)).statement).toHaveLength(room);
    expect(await failure(() => readSignInMessage(sized(room + 1)))).toMatchObject({ field: 'message' });
  });
});

describe('the settings for wallets', () => {
  it('take origins as browsers write them, over https but on this machine', async () => {
    const good = [
      'https://app.example.com',
      'https://app.example.com:8443',
      'http://localhost:3000',
      'http://[::1]:1',
    ];
    expect(readWalletSettings({ origins: good, chainIds: [1, 8453] })).toEqual({
      origins: good,
      chainIds: [1, 8453],
    });
    expect(readWalletSettings()).toEqual({ origins: [], chainIds: [1] });
    const bad = [
      'app.example.com',
      'https://app.example.com/',
      'https://App.example.com',
      'https://app.example.com/app',
      'https://app.example.com:443',
      'http://app.example.com',
      'http://localhost.example.com',
      'ftp://localhost',
      'https://user@app.example.com',
      '',
    ];
    for (const origin of bad) {
      const error = await failure(() => readWalletSettings({ origins: ['https://example.com', origin] }));
      expect([origin, error.code]).toEqual([origin, 'configuration']);
    }
    for (const chainIds of [[], [0], [1.5], [-1]]) {
      expect(await failure(() => readWalletSettings({ chainIds }))).toMatchObject({ code: 'configuration' });
    }
  });

  it('come from the environment, and a bad one is named', async () => {
    const read = (origins: string, chains: string) =>
      readConfig({ GUILDHALL_WALLET_ORIGINS: origins, GUILDHALL_WALLET_CHAINS: chains }, '.').wallets;
    expect(read('https://app.example.com, http://localhost:3000', '1,8453')).toEqual({
      origins: ['https://app.example.com', 'http://localhost:3000'],
      chainIds: [1, 8453],
    });
    expect(read('', '')).toEqual({});
    for (const [origins, chains, name] of [
      ['http://app.example.com', '1', 'GUILDHALL_WALLET_ORIGINS'],
      ['https://app.example.com,', '1', 'GUILDHALL_WALLET_ORIGINS'],
      ['https://app.example.com', '0', 'GUILDHALL_WALLET_CHAINS'],
      ['https://app.example.com', '1,main', 'GUILDHALL_WALLET_CHAINS'],
    ] as const) {
      const error = await failure(() => read(origins, chains));
      expect([error.code, error.message.includes(name)]).toEqual(['configuration', true]);
      expect(error.message).not.toContain(
        name === 'GUILDHALL_WALLET_CHAINS' ? 'WALLET_ORIGINS' : 'WALLET_CHAINS',
      );
    }
  });
});
