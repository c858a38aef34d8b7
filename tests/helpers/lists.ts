/** Lists of messages, read as a window reads them: page by page. */
import type { ListEnd, ListRow } from '../../app/contract-search';
import { allMessages, type MessageSearch } from '../../app/search/message-search';
import type { History } from '../../main/engine/history/history';
import type { RowsReply } from '../../main/engine/history/search/message-list';

const PAGE = 250;

export type MessageRow = Extract<ListRow, { kind: 'message' }>;

export class TestList {
  private constructor(
    private readonly history: History,
    readonly key: number,
  ) {}

  static async open(
    history: History,
    profileId: string,
    search: Partial<MessageSearch> = {},
  ): Promise<TestList> {
    const key = await history.openList(profileId, { ...allMessages(profileId), ...search });
    return new TestList(history, key);
  }

  async reply(
    first = 0,
    count = 0,
    end: ListEnd | null = null,
    stopped = false,
  ): Promise<RowsReply> {
    const request = { list: this.key, first, count, end, stopped, again: true };
    const reply = await this.history.listRows(request);
    if (reply === null) throw new Error('A reply was asked for.');
    return reply;
  }

  /** Waits until it is complete. */
  async done(): Promise<RowsReply> {
    for (;;) {
      const reply = await this.reply();
      if (reply.progress.state !== 'searching' && reply.progress.state !== 'counting') return reply;
    }
  }

  async rows(end: ListEnd | null = null): Promise<ListRow[]> {
    const { total } = await this.reply(0, 0, end);
    const rows: ListRow[] = [];
    while (rows.length < total) {
      const page = await this.reply(rows.length, PAGE, end);
      if (page.rows.length === 0) throw new Error(`Row ${String(rows.length)} is missing.`);
      rows.push(...page.rows);
    }
    return rows;
  }

  async messages(end: ListEnd | null = null): Promise<MessageRow[]> {
    return (await this.rows(end)).filter((row) => row.kind === 'message');
  }

  async ids(end: ListEnd | null = null): Promise<number[]> {
    return (await this.messages(end)).map(({ head }) => head.id);
  }

  rowAt(place: { timeUs: number } | { id: number }, end: ListEnd | null = null) {
    return this.history.listRowAt(this.key, place, end);
  }

  close(): void {
    this.history.closeList(this.key);
  }
}
