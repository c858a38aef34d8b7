import type {
  Answers,
  DraftQuestion,
  ImportedTemplate,
  TemplateSummary,
} from '../../app/contract-desk';

/** What the publish desk asks, one dialog at a time. */
export type DeskDialog =
  /** Questions of `{{ask …}}`, and what is done with the answers. */
  | {
      readonly kind: 'ask';
      readonly questions: readonly DraftQuestion[];
      readonly action: string;
      readonly onanswer: (answers: Answers) => void;
    }
  | { readonly kind: 'repeat'; readonly profileId: string }
  | { readonly kind: 'jobs' }
  | { readonly kind: 'templates'; readonly profileId: string }
  /** Keeps the draft of the form; with a template changes where that is kept. */
  | {
      readonly kind: 'save-template';
      readonly profileId: string;
      readonly template: TemplateSummary | null;
    }
  | {
      readonly kind: 'import-templates';
      readonly profileId: string;
      readonly name: string;
      readonly bytes: Uint8Array;
      readonly preview: readonly ImportedTemplate[];
    };

class DeskDialogs {
  #shown = $state.raw<DeskDialog | null>(null);

  get shown(): DeskDialog | null {
    return this.#shown;
  }

  open(dialog: DeskDialog): void {
    this.#shown = dialog;
  }

  close(): void {
    this.#shown = null;
  }

  /** Goes on with the answers to questions; at once when there are none. */
  ask(
    questions: readonly DraftQuestion[],
    action: string,
    onanswer: (answers: Answers) => void,
  ): void {
    if (questions.length === 0) onanswer([]);
    else this.open({ kind: 'ask', questions, action, onanswer });
  }
}

export const deskDialogs = new DeskDialogs();
