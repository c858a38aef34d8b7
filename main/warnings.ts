/**
 * What went wrong and the person should know. It goes to the terminal at once, and to the window exactly once: with what
 * the page asks for when it starts, or, while it listens, by itself.
 */
export class Warnings {
  private waiting: string[] = [];
  private tell: ((message: string) => void) | null = null;

  readonly add = (message: string): void => {
    console.error(message);
    if (this.tell) this.tell(message);
    else this.waiting.push(message);
  };

  /** What has waited for a page, for one that starts: until it listens, more of it waits. */
  take(): readonly string[] {
    this.tell = null;
    return this.waiting.splice(0);
  }

  /** A page listens: it is told what still waits, and from now on everything. */
  listen(tell: (message: string) => void): void {
    this.tell = tell;
    for (const message of this.waiting.splice(0)) tell(message);
  }

  /** The page is gone. */
  silence(): void {
    this.tell = null;
  }
}
