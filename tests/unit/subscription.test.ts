import { expect, test } from 'vitest';
import { grantedReason } from '../../app/subscription';

test('what a person should know of a granted subscription', () => {
  expect(grantedReason({ filter: 'a', qos: 1 }, 1, '3.1.1')).toBeNull();
  expect(grantedReason({ filter: 'a', qos: 2 }, 1, '5')).toBe('QoS 2 was asked for.');
  const shared = { filter: '$share/group/a', qos: 1 } as const;
  expect(grantedReason(shared, 1, '5')).toBeNull();
  expect(grantedReason(shared, 1, '3.1.1')).toContain('belong to MQTT 5');
});
