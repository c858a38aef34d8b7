import { describe, expect, it } from 'vitest';
import { brokerSaid, outsideWords } from '../../app/outside-words';
import { describeFailure } from '../../app/connection-failure';

describe('what a broker says, within our words', () => {
  it('shows what would hide, turn round or colour what stands beside it', () => {
    expect(outsideWords('a\u202Egnp.exe\u001b[31m\nb')).toBe('a\\u202egnp.exe\\u001b[31m\\nb');
  });

  it('is cut where it is too long, and says how much was left out', () => {
    expect(outsideWords('x'.repeat(300))).toBe('x'.repeat(300));
    expect(outsideWords('x'.repeat(301))).toBe(`${'x'.repeat(300)}… (1 more character)`);
    expect(outsideWords('x'.repeat(60_000), 10)).toBe('xxxxxxxxxx… (59,990 more characters)');
  });

  it('is never cut through a character', () => {
    expect(outsideWords('ab😀cd', 3)).toBe('ab… (4 more characters)');
  });

  it('that its clients are to go where no server is, is quoted', () => {
    const target = { protocol: 'mqtt', host: 'a', port: 1883, path: '/' } as const;
    const said = { kind: 'connack', version: '5', code: 0x9d, reasonString: null } as const;
    const failure = describeFailure({ ...said, serverReference: '<b>\u202Eno' }, target);
    expect(failure.advice).toContain('It names “<b>\\u202eno”, which is no address');
  });

  it('is a sentence of its own, or nothing', () => {
    expect(brokerSaid('too many of you')).toBe(' The broker said: “too many of you”.');
    expect([brokerSaid(''), brokerSaid(null), brokerSaid(undefined)]).toEqual(['', '', '']);
  });
});
