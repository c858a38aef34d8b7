import { describe, expect, test } from 'vitest';
import { ScramClient } from '../../main/engine/mqtt/scram';

/** The example of RFC 7677 §3. */
const RFC = {
  nonce: 'rOprNGfwEbeRWgbNEkqO',
  serverFirst:
    'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  clientFinal:
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
};

const client = (): ScramClient => new ScramClient('user', 'pencil', RFC.nonce);

describe('SCRAM-SHA-256', () => {
  test('speaks as the RFC’s example does', async () => {
    const scram = client();
    expect(scram.first().toString()).toBe(`n,,n=user,r=${RFC.nonce}`);
    expect((await scram.answer(Buffer.from(RFC.serverFirst))).toString()).toBe(RFC.clientFinal);
    scram.verify(Buffer.from(RFC.serverFinal));
  });

  test('a name with a comma or an equals sign is escaped', () => {
    expect(new ScramClient('a,b=c', '', 'x').first().toString()).toBe('n,,n=a=2Cb=3Dc,r=x');
  });

  test.each([
    ['another nonce', RFC.serverFirst.replace('rOpr', 'other'), 'not for this client'],
    ['only our nonce', `r=${RFC.nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`, 'not for this client'],
    ['few iterations', RFC.serverFirst.replace('4096', '1'), 'asks for 1 iterations'],
    ['many iterations', RFC.serverFirst.replace('4096', '99999999'), 'iterations'],
    ['no salt', `r=${RFC.nonce}abc,i=4096`, 'cannot be read'],
    ['nothing', '', 'cannot be read'],
  ])('refuses a challenge with %s', async (_name, challenge, words) => {
    await expect(client().answer(Buffer.from(challenge))).rejects.toThrow(words);
  });

  test('a server that cannot prove that it knows the password is not trusted', async () => {
    const scram = client();
    expect(() => {
      scram.verify(Buffer.from(RFC.serverFinal));
    }).toThrow('did not prove');
    await scram.answer(Buffer.from(RFC.serverFirst));
    for (const final of [undefined, Buffer.from('v=AAAA'), Buffer.from('e=other-error')]) {
      expect(() => {
        scram.verify(final);
      }).toThrow('did not prove');
    }
    await expect(scram.answer(Buffer.from(RFC.serverFirst))).rejects.toThrow('second challenge');
  });
});
