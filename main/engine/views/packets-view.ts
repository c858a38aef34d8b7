import type { PacketsFrame, PacketsParams } from '../../../app/contract-packets';
import type { ViewSource } from '../../../app/rpc/server';
import type { PacketLog } from '../packets/packet-log';
import { PacketList } from '../packets/packet-list';
import { rowOf } from '../packets/rows';

const INTERVAL_MS = 100;

/** The control packets of a profile's connections. */
export class PacketsView implements ViewSource<PacketsParams, PacketsFrame> {
  readonly intervalMs = INTERVAL_MS;
  #params: PacketsParams;
  #list: PacketList;
  #sentVersion = -1;

  constructor(
    private readonly log: PacketLog,
    params: PacketsParams,
  ) {
    this.#params = params;
    this.#list = new PacketList(log.ring, params.filter);
  }

  update(params: PacketsParams): void {
    const isNew = params.run !== this.#params.run;
    this.#params = params;
    if (isNew) this.#list = new PacketList(this.log.ring, params.filter);
    this.#sentVersion = -1;
  }

  next(): PacketsFrame | null {
    if (this.log.version === this.#sentVersion) return null;
    this.#sentVersion = this.log.version;
    const list = this.#list;
    list.follow();
    const { run, count, follow, selected } = this.#params;
    const { removed, total } = list;
    const last = Math.max(removed, removed + total - count);
    const first = follow ? last : Math.max(removed, Math.min(this.#params.first, last));
    const { mode, passed, ring } = this.log;
    return {
      ...{ mode, run, passed, removed, total, first, selected },
      rows: list.rows(first, count).map((entry) => rowOf(entry)),
      selectedRow: selected === null ? null : list.rowOf(selected),
      kept: ring.kept,
      dropped: ring.dropped,
    };
  }

  close(): void {
    this.#sentVersion = -1;
  }
}
