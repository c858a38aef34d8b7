import type { Output } from './output';

/** One command of `mqtt-loupe`: a file in commands/ and its entry in the list there is. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The whole page, line breaks included. */
  readonly help: string;
  /**
   * Resolves with the exit code. Throws LoupeError; `exitCodeOf` says which code that is.
   * @param out what was asked for goes here; everything else belongs to stderr
   */
  readonly run: (args: readonly string[], out: Output) => Promise<number>;
}
