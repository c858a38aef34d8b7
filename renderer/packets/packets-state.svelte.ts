import type {
  CaptureMode,
  PacketDetail,
  PacketFilter,
  PacketRow,
  PacketsFrame,
  PacketsParams,
} from '../../app/contract-packets';
import { MOST_PACKET_ROWS } from '../../app/contract-packets-schemas';
import { messageOf } from '../../app/errors';
import type { EngineClient, OpenView } from '../../app/rpc/client';
import { VirtualScroller } from '../ui/virtual-scroller.svelte';

export const ROW_HEIGHT = 25;
const OVERSCAN = 20;

export const ALL_PACKETS: PacketFilter = {
  direction: null,
  types: [],
  topic: '',
  errorsOnly: false,
};

export type ShownPacket = { readonly index: number; readonly row: PacketRow | null };

/** One profile's list of packets: its filter, where a person reads, and the packet that is open. */
export class PacketsState {
  readonly scroller = new VirtualScroller(ROW_HEIGHT, OVERSCAN);
  #filter = $state.raw(ALL_PACKETS);
  #run = $state.raw(0);
  #frame = $state.raw<PacketsFrame | null>(null);
  #isFollowing = $state.raw(true);
  /** The height of the list when it was last heard of. */
  #viewport = 0;
  #active = $state.raw<number | null>(null);
  #detail = $state.raw<PacketDetail | null>(null);
  #problem = $state.raw<string | null>(null);
  #failure = $state.raw<string | null>(null);
  /** A row that is to be chosen once it is known. */
  #wantedRow: number | null = null;
  /** The active packet is to be brought into sight once its row is known. */
  #reveals = false;
  #view: OpenView<PacketsParams> | null = null;
  #sent = '';

  constructor(
    private readonly engine: EngineClient,
    readonly profileId: string,
  ) {}

  get filter(): PacketFilter {
    return this.#filter;
  }

  get isFiltered(): boolean {
    const { direction, types, topic, errorsOnly } = this.#filter;
    return direction !== null || types.length > 0 || topic !== '' || errorsOnly;
  }

  get frame(): PacketsFrame | null {
    return this.#frame;
  }

  get mode(): CaptureMode {
    return this.#frame?.mode ?? 'off';
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** The packet that is open. */
  get active(): number | null {
    return this.#active;
  }

  get detail(): PacketDetail | null {
    return this.#detail;
  }

  /** Why the open packet can't be shown, in words. */
  get problem(): string | null {
    return this.#problem;
  }

  /** Why there is no list, in words. */
  get failure(): string | null {
    return this.#failure;
  }

  get shownRows(): readonly ShownPacket[] {
    const { first, count } = this.scroller.range(10);
    const frame = this.#frame;
    return Array.from({ length: count }, (_, at) => {
      const index = first + at;
      return { index, row: this.#rowAt(frame, index) };
    });
  }

  /** Where the open packet stands in the list; null when it is not in it. */
  get activeIndex(): number | null {
    const frame = this.#frame;
    if (frame?.selected !== this.#active || frame.selectedRow === null) {
      return this.shownRows.find(({ row }) => row?.id === this.#active)?.index ?? null;
    }
    return frame.selectedRow - frame.removed;
  }

  get params(): PacketsParams {
    const { first, count } = this.scroller.range();
    return {
      ...{ profileId: this.profileId, filter: this.#filter, run: this.#run },
      // While it follows, the engine knows which rows are the newest.
      first: this.#isFollowing ? 0 : (this.#frame?.removed ?? 0) + first,
      count: Math.min(MOST_PACKET_ROWS, Math.max(count, 60)),
      follow: this.#isFollowing,
      selected: this.#active,
    };
  }

  /** Opens the view; returns how to close it. */
  open(): () => void {
    this.#failure = null;
    this.#sent = JSON.stringify(this.params);
    this.#view = this.engine.open(
      'packets',
      this.params,
      (frame) => {
        this.#show(frame);
      },
      (error) => {
        this.#view = null;
        this.#failure = messageOf(error);
      },
    );
    return () => {
      this.#view?.close();
      this.#view = null;
    };
  }

  /** Tells the engine what is wanted now, if that is anything new. */
  update(params: PacketsParams): void {
    const sent = JSON.stringify(params);
    if (sent === this.#sent) return;
    this.#sent = sent;
    this.#view?.update(params);
  }

  change(change: Partial<PacketFilter>): void {
    this.#filter = { ...this.#filter, ...change };
    this.#run += 1;
    this.#reveals = this.#active !== null;
    if (this.#active === null) this.#isFollowing = true;
  }

  setMode(mode: CaptureMode): Promise<void> {
    return this.engine.calls.setCapture({ profileId: this.profileId, mode });
  }

  async clear(): Promise<void> {
    this.close();
    await this.engine.calls.clearPackets({ profileId: this.profileId });
  }

  /** Goes to the newest packets, and shows what comes. */
  follow(): void {
    this.close();
    this.#isFollowing = true;
    this.scroller.scrollTo(Infinity);
  }

  /** While the newest row is in sight, and no packet is open, what comes is shown. */
  settle(isAtNewest: boolean): void {
    this.#isFollowing = isAtNewest && this.#active === null;
  }

  /** Whether a hand aims at a row: while the list follows, it stands still for that. */
  aim(isAimed: boolean): void {
    this.#view?.hold(isAimed && this.#isFollowing);
  }

  /** The height of the list changed: what an open packet or a notice takes of it must not hide its row. */
  resized(): void {
    const { viewport, position, rowHeight } = this.scroller;
    const before = this.#viewport;
    this.#viewport = viewport;
    if (this.#isFollowing) {
      this.scroller.scrollTo(Infinity);
      return;
    }
    const index = this.activeIndex;
    if (index === null) return;
    const top = index * rowHeight - position;
    if (top > -rowHeight && top < before) this.scroller.show(index);
  }

  /** Opens the packet of a row, or the one that an event is about. */
  chooseRow(index: number): void {
    this.#isFollowing = false;
    this.scroller.show(index);
    const row = this.#rowAt(this.#frame, index);
    this.#wantedRow = row === null ? index + (this.#frame?.removed ?? 0) : null;
    if (row !== null) this.#activate(row);
  }

  /** Opens a packet wherever it stands; a filter that hides it is taken away. */
  goTo(id: number): void {
    this.#isFollowing = false;
    this.#reveals = true;
    this.#open(id);
  }

  /** Closes the packet that is open. */
  close(): void {
    this.#active = null;
    this.#detail = null;
    this.#problem = null;
    this.#wantedRow = null;
  }

  #activate(row: PacketRow): void {
    if (row.kind === 'packet') this.#open(row.id);
    else {
      // It has nothing to open, and stands where the keys go on.
      this.#active = row.id;
      this.#detail = null;
      this.#problem = null;
    }
  }

  #open(id: number): void {
    this.#active = id;
    void this.#load(id);
  }

  async #load(id: number): Promise<void> {
    try {
      const detail = await this.engine.calls.packet({ profileId: this.profileId, id });
      if (this.#active !== id) return;
      this.#detail = detail;
      this.#problem = null;
    } catch (error) {
      // What was read before it fell out stays readable.
      if (this.#active === id && this.#detail?.row.id !== id) this.#problem = messageOf(error);
    }
  }

  #rowAt(frame: PacketsFrame | null, index: number): PacketRow | null {
    return frame?.rows[index + frame.removed - frame.first] ?? null;
  }

  #show(frame: PacketsFrame): void {
    // Another filter was chosen meanwhile.
    if (frame.run !== this.#run) return;
    const before = this.#frame;
    this.#frame = frame;
    this.scroller.total = frame.total;
    if (this.#isFollowing) this.scroller.scrollTo(Infinity);
    else if (before?.run === frame.run && before.removed !== frame.removed) {
      this.scroller.shift(before.removed - frame.removed);
    }
    this.#find(frame);
    this.#refresh(frame);
  }

  /** What waited for rows that were not known. */
  #find(frame: PacketsFrame): void {
    if (this.#wantedRow !== null) {
      const row = frame.rows[this.#wantedRow - frame.first];
      if (row) {
        this.#wantedRow = null;
        this.#activate(row);
      }
    }
    if (!this.#reveals || frame.selected !== this.#active) return;
    this.#reveals = false;
    if (frame.selectedRow !== null) this.scroller.show(frame.selectedRow - frame.removed);
    else if (this.isFiltered && this.#problem === null && !this.#hidesOpen) {
      this.change(ALL_PACKETS);
    }
  }

  /** Whether it was the person who chose a filter that the open packet does not fit. */
  get #hidesOpen(): boolean {
    return this.#detail?.row.id === this.#active;
  }

  /** The acknowledgement of the open packet has come. */
  #refresh(frame: PacketsFrame): void {
    const { row, answeredBy } = this.#detail ?? { row: null, answeredBy: null };
    if (row === null || answeredBy !== null) return;
    const now = frame.rows.find(({ id }) => id === row.id);
    if (now?.kind === 'packet' && now.latencyUs !== null) void this.#load(row.id);
  }
}
