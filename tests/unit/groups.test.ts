import { describe, expect, it } from 'vitest';
import type { ProfileSummary } from '../../app/contract';
import { DEFAULT_ORGANISATION } from '../../app/organisation';
import { defaultProfileFields } from '../../app/profile';
import { groupsOf, placeAfterStep } from '../../renderer/profiles/groups';

function summary(name: string, folder = '', favourite = false): ProfileSummary {
  return {
    profile: {
      ...defaultProfileFields(),
      ...{ id: name, name, host: `${name}.example.com` },
      organisation: { ...DEFAULT_ORGANISATION, folder, favourite },
    },
    ...{ state: { kind: 'disconnected' }, builtIn: false, storedMessages: 0 },
    ...{ archive: null, recording: null },
  };
}

const ALL = [
  summary('a', 'Line 10'),
  summary('b'),
  summary('c', 'Line 2'),
  summary('d', 'Line 10', true),
  summary('e', 'Line 2'),
];
const names = (search = '') =>
  groupsOf(ALL, search).map(({ kind, folder, members }) => [
    kind,
    folder,
    members.map(({ profile }) => profile.name).join(''),
  ]);
const step = (id: string, by: 1 | -1) => placeAfterStep(ALL, id, by);

describe('connections on their page', () => {
  it('are favourites, folders in the order of their numbers, and the rest', () => {
    expect(names()).toEqual([
      ['favourites', '', 'd'],
      ['folder', 'Line 2', 'ce'],
      ['folder', 'Line 10', 'a'],
      ['rest', '', 'b'],
    ]);
  });

  it('are found by name, host and folder, in any case', () => {
    expect(names('LINE 2')).toEqual([['folder', 'Line 2', 'ce']]);
    expect(names('b.EXAMPLE')).toEqual([['rest', '', 'b']]);
    expect(names('nothing')).toEqual([]);
  });

  it('step past a neighbour of their folder', () => {
    expect(step('c', 1)).toEqual({ folder: 'Line 2', index: 4 });
    expect(step('e', -1)).toEqual({ folder: 'Line 2', index: 2 });
  });

  it('step over the edge into the next folder, and out of all', () => {
    expect(step('e', 1)).toEqual({ folder: 'Line 10', index: 0 });
    expect(step('a', -1)).toEqual({ folder: 'Line 2', index: 4 });
    expect(step('a', 1)).toEqual({ folder: '', index: 0 });
    expect(step('b', 1)).toBeNull();
  });

  it('stay favourites', () => {
    expect(step('d', 1)).toBeNull();
    expect(step('c', -1)).toBeNull();
  });
});
