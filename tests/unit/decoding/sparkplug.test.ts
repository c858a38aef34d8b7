import { describe, expect, test } from 'vitest';
import type {
  SparkplugMessage,
  SparkplugState,
} from '../../../main/engine/decoding/sparkplug-state';
import { bytesOf, decode, hex, jsonOf, textOf } from '../../helpers/decoding';
import { sparkplugPayload } from '../../helpers/sparkplug';

const nothing: SparkplugState = {
  nodeBirth: null,
  deviceBirth: null,
  nodeDeath: null,
  deviceDeath: null,
  previous: null,
};

function message(id: number, payload: Uint8Array): SparkplugMessage {
  return { id, timeUs: id * 1_000_000, topic: '', payload };
}

const birth = message(
  1,
  sparkplugPayload({
    seq: 0,
    metrics: [
      { name: 'bdSeq', datatype: 4, long_value: 3 },
      { name: 'Level', alias: 5, datatype: 1, int_value: 0 },
      { name: 'At', alias: 6, datatype: 13, long_value: 0 },
    ],
  }),
);

describe('Sparkplug B', () => {
  test('names and types come from the births, signed numbers are signed', () => {
    const data = sparkplugPayload({
      seq: 1,
      metrics: [
        { alias: 5, int_value: 251 },
        { alias: 6, long_value: 1_700_000_000_000 },
      ],
    });
    const sparkplug = { ...nothing, nodeBirth: birth, previous: birth };
    const decoded = decode(data, { topic: 'spBv1.0/g/NDATA/n', sparkplug });
    expect(jsonOf(decoded)).toEqual({
      seq: 1,
      metrics: [
        { name: 'Level', alias: 5, value: -5, datatype: 'Int8' },
        { name: 'At', alias: 6, value: '2023-11-14T22:13:20.000Z', datatype: 'DateTime' },
      ],
    });
    expect(decoded.notes).toEqual([expect.stringMatching(/^Edge node n online since /)]);
  });

  test('a metric of an unknown type is told as that, and one that was announced is not', () => {
    const metrics = [
      { name: 'Mystery', int_value: 4_294_967_291 },
      { name: 'Level', datatype: 0, int_value: 251 },
    ];
    const sparkplug = { ...nothing, nodeBirth: birth, previous: birth };
    const data = sparkplugPayload({ seq: 1, metrics });
    const decoded = decode(data, { topic: 'spBv1.0/g/NDATA/n', sparkplug });
    expect(jsonOf(decoded)).toMatchObject({
      metrics: [
        { name: 'Mystery', value: 4_294_967_291, datatype: 'Unknown' },
        { name: 'Level', value: -5, datatype: 'Int8' },
      ],
    });
    expect(decoded.notes[0]).toMatch(/^No datatype is known for Mystery: /);
  });

  test('gaps, wrong beginnings and wrap-around of the sequence', () => {
    const notesOf = (seq: number, previousSeq: number, type = 'NDATA'): string => {
      const previous = message(2, sparkplugPayload({ seq: previousSeq, metrics: [] }));
      const sparkplug = { ...nothing, nodeBirth: birth, previous };
      const bytes = sparkplugPayload({ seq, metrics: [] });
      return decode(bytes, { topic: `spBv1.0/g/${type}/n`, sparkplug }).notes.join(' ');
    };
    expect(notesOf(0, 255)).not.toContain('gap');
    expect(notesOf(2, 0)).toContain('2 after 0; at least 1 message is missing');
    expect(notesOf(1, 250)).toContain('at least 6 messages are missing');
    expect(notesOf(9, 8, 'NBIRTH')).toContain('should begin at 0');
  });

  test('a device is offline after its death, and an old death ends nothing', () => {
    const death = message(3, sparkplugPayload({ seq: 1, metrics: [] }));
    const sparkplug = { ...nothing, nodeBirth: birth, deviceBirth: birth, deviceDeath: death };
    const data = sparkplugPayload({ seq: 2, metrics: [] });
    expect(decode(data, { topic: 'spBv1.0/g/DDATA/n/d', sparkplug }).notes.join()).toMatch(
      /Device d offline since/,
    );
    const dies = (bdSeq: number): string =>
      decode(sparkplugPayload({ metrics: [{ name: 'bdSeq', datatype: 4, long_value: bdSeq }] }), {
        topic: 'spBv1.0/g/NDEATH/n',
        sparkplug: { ...nothing, nodeBirth: birth },
      }).notes.join();
    expect(dies(3)).toContain('offline from here');
    expect(dies(2)).toContain('bdSeq 2 is not that of the last birth (3)');
  });

  test('without a birth, aliases stay numbers and the notes say why', () => {
    const data = sparkplugPayload({ seq: 1, metrics: [{ alias: 5, int_value: 251 }] });
    const decoded = decode(data, { topic: 'spBv1.0/g/NDATA/n' });
    expect(textOf(decoded)).toBe(
      '{"seq":1,"metrics":[{"alias":5,"value":251,"datatype":"Unknown"}]}',
    );
    expect(decoded.notes.join(' ')).toMatch(/alias 5: no birth.*rebirth.*no birth was received/);
  });

  test('the state of a host is JSON; other bytes are told', () => {
    const state = decode(bytesOf('{"online":true}'), { topic: 'spBv1.0/STATE/host' });
    expect(jsonOf(state)).toEqual({ online: true });
    const wrong = decode(hex('ffff'), { topic: 'spBv1.0/g/NDATA/n' });
    expect(wrong.problem).toMatchObject({ label: 'Sparkplug B' });
  });
});
