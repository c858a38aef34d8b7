import { describe, expect, it } from 'vitest';
import { testConnection } from '../helpers/connection';
import { friendly, startScriptedBroker } from '../helpers/scripted-broker';

describe('a packet that ends before its packet identifier', () => {
  it('is told as a failure, and answered by nothing that can not be written', async () => {
    for (const packet of [
      [0x32, 3, 0, 1, 0x61],
      [0x34, 3, 0, 1, 0x61],
      [0x62, 0],
    ]) {
      const broker = await startScriptedBroker('3.1.1', (heard, client) => {
        friendly(heard, client);
        if (heard?.cmd === 'subscribe') client.send(Buffer.from(packet));
      });
      const client = testConnection({ port: broker.port, version: '3.1.1' });
      client.connect();
      const { failure } = await client.reaches('reconnecting');
      expect(JSON.stringify(failure)).toContain('packet identifier');
      await client.disconnect();
      await broker.close();
    }
  });
});
