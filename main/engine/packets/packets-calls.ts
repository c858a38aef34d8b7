import type { PacketCalls } from '../../../app/contract-packets';
import type { Implementation } from '../../../app/rpc/derive';
import type { EngineCore } from '../engine-core';
import { packetFile } from './packet-file';

/** The engine's side of `PacketCalls`. */
export function packetCalls(core: EngineCore): Implementation<PacketCalls> {
  return {
    setCapture: ({ profileId, mode }) => {
      core.runtime(profileId).packets.setMode(mode);
    },
    clearPackets: ({ profileId }) => {
      core.runtime(profileId).packets.clear();
    },
    packet: ({ profileId, id }) => core.runtime(profileId).packets.detail(id),
    packetFile: ({ profileId, format }) => packetFile(core.runtime(profileId).packets.ring, format),
  };
}
