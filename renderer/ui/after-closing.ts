/**
 * What was chosen in a menu or palette, to be run when that is closed and has given back the focus: only then may it
 * open a dialog or move the focus without the two getting into each other's way.
 */
export class AfterClosing {
  private chosen: (() => void) | null = null;

  readonly choose = (run: () => void): void => {
    this.chosen = run;
  };

  /** For `onCloseAutoFocus`, which comes just before the focus goes back. */
  readonly run = (): void => {
    const run = this.chosen;
    this.chosen = null;
    if (run) setTimeout(run);
  };
}
