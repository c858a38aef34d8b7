/** The contract's part of the publish desk: messages that are written, kept as templates, repeated, and answered. */
import type { PublishResult } from './contract';
import type { DecoderOptionInfo } from './decoding/decoded';
import type { PublishDraft } from './desk/draft';
import type { Template, TemplateSummary } from './desk/template';
import type { Message, MessageProperties } from './message';

export type { DraftProperties, DraftSource, PublishDraft } from './desk/draft';
export type { Template, TemplateSummary } from './desk/template';

/** An encoder as the window offers it. */
export interface EncoderInfo {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  /** Whether it packs bytes, instead of making them of a text. */
  readonly packs: boolean;
  /** What the text is, for its colours and for how variables are written into it. */
  readonly syntax: 'plain' | 'json' | 'xml';
  readonly options: readonly DecoderOptionInfo[];
}

/** What is wrong with a draft. */
export interface DraftProblem {
  /** `topic`, `payload`, or a property: `contentType`, `userProperties.0.1`. */
  readonly field: string;
  readonly message: string;
  /** Where in the text of the field; null for all of it. */
  readonly start: number | null;
  readonly end: number | null;
  /** From 1. */
  readonly line: number | null;
  readonly column: number | null;
}

/** A question of `{{ask …}}`. */
export interface DraftQuestion {
  readonly name: string;
  /** What was answered last, or what the draft says. */
  readonly initial: string;
}

/** What would be sent now. */
export interface Composition {
  readonly problems: readonly DraftProblem[];
  readonly notes: readonly string[];
  readonly questions: readonly DraftQuestion[];
  readonly topic: string;
  readonly properties: MessageProperties | null;
  /** Of the payload; null while there is none because of a problem. */
  readonly sizeBytes: number | null;
  /** Its beginning. */
  readonly payload: Uint8Array;
  /** The text that became it, or its beginning, where variables changed it; null otherwise. */
  readonly text: string | null;
}

export type Answers = ReadonlyArray<readonly [name: string, answer: string]>;

/** A draft as it is to be sent. */
export interface DraftOrder {
  readonly profileId: string;
  readonly draft: PublishDraft;
  /** To the questions of the draft. */
  readonly answers: Answers;
}

/** When the messages of a job go. */
export type JobSchedule =
  | {
      readonly kind: 'repeat';
      readonly everyMs: number;
      /** Null: until it is stopped. */
      readonly times: number | null;
    }
  /** A message for each row of a CSV file. */
  | { readonly kind: 'rows'; readonly everyMs: number; readonly path: string };

export type JobState = 'running' | 'waiting' | 'done' | 'stopped' | 'failed';

export interface JobSummary {
  readonly id: number;
  readonly profileId: string;
  readonly profileName: string;
  /** The topic as it stands in the draft. */
  readonly topic: string;
  readonly schedule: JobSchedule;
  readonly state: JobState;
  readonly sent: number;
  readonly failed: number;
  /** Messages in all; null when that is not known. */
  readonly total: number | null;
  /** Messages per second, of late. */
  readonly perSecond: number;
  readonly elapsedMs: number;
  /** Why it waits, failed, or what went wrong last; null when all is well. */
  readonly problem: string | null;
}

/** A request and what came back. */
export interface RequestFrame {
  readonly state: 'sending' | 'waiting' | 'answered' | 'timeout' | 'cancelled' | 'failed';
  readonly topic: string;
  readonly responseTopic: string;
  readonly correlationData: Uint8Array;
  readonly sizeBytes: number;
  /** The beginning of the request's payload. */
  readonly payload: Uint8Array;
  readonly sentAtMs: number;
  readonly timeoutMs: number;
  readonly result: PublishResult | null;
  /** Answers with the right correlation data, the first ones. */
  readonly answers: readonly RequestAnswer[];
  readonly answerCount: number;
  /** Messages on the response topic that belong to another request. */
  readonly ignored: number;
  readonly problem: string | null;
  /** Whether more answers are waited for. */
  readonly isListening: boolean;
}

export interface RequestAnswer {
  readonly topic: string;
  /** Since the request was sent. */
  readonly latencyMs: number;
  readonly timeMs: number;
  readonly sizeBytes: number;
  /** The payload, or its beginning. */
  readonly payload: Uint8Array;
  readonly qos: Message['qos'];
  readonly properties: MessageProperties | null;
}

export interface TopicSuggestion {
  readonly path: string;
  /** Whether it had a message itself. */
  readonly isTopic: boolean;
  readonly hasChildren: boolean;
}

/** How a template of a file compares with what is there. */
export interface ImportedTemplate {
  readonly name: string;
  readonly folder: string;
  readonly topic: string;
  readonly state: 'new' | 'same' | 'renamed';
}

export interface DeskCalls {
  encoders(): readonly EncoderInfo[];
  /** What a draft would send now; nothing is sent, and no counter moves. */
  compose(arg: { readonly profileId: string; readonly draft: PublishDraft }): Composition;
  /** Sends a draft. `invalid-argument` when it cannot be sent as it stands. */
  publishDraft(arg: DraftOrder): PublishResult;
  /** Topics of the tree that go on as a text does. */
  completeTopic(arg: {
    readonly profileId: string;
    readonly text: string;
    readonly limit: number;
  }): readonly TopicSuggestion[];

  template(arg: { readonly id: string }): Template;
  /** Keeps a template, in the place of the one with its id. */
  saveTemplate(arg: { readonly template: Template }): void;
  /** Takes a template away and returns it, to bring it back with `saveTemplate`. */
  deleteTemplate(arg: { readonly id: string }): Template;
  /** Templates as one file, a folder's or (null) all. */
  exportTemplates(arg: { readonly folder: string | null }): Uint8Array;
  /** What an import of a file would bring. `invalid-argument` when it is none. */
  previewTemplates(arg: { readonly bytes: Uint8Array }): readonly ImportedTemplate[];
  /** Adds the templates of a file; what is there stays as it is. Returns how many came. */
  importTemplates(arg: { readonly bytes: Uint8Array }): number;

  /** The columns of a CSV file that the person chose, and its first rows. */
  csvHead(arg: { readonly path: string }): {
    readonly columns: readonly string[];
    readonly rows: ReadonlyArray<readonly string[]>;
  };
  /** Begins a job. `confirmation-needed` for a production broker unless its name is given. */
  startJob(
    arg: DraftOrder & {
      readonly schedule: JobSchedule;
      readonly confirmation: string | null;
    },
  ): { readonly jobId: number };
  stopJob(arg: { readonly jobId: number }): void;
  stopJobs(): void;
  /** Takes jobs that are over off the list. */
  clearJobs(): void;

  /** Sends a draft as a request and waits for its answers (MQTT 5.0 §4.10). */
  startRequest(arg: DraftOrder & { readonly timeoutMs: number }): void;
  /** Ends waiting; what has come stays. */
  cancelRequest(arg: { readonly profileId: string }): void;
  /** Forgets the request and its answers. */
  closeRequest(arg: { readonly profileId: string }): void;
}

/** A large message on its way to the broker. */
export interface Sending {
  readonly sizeBytes: number;
  /** How much of it went to the network; all of it, while only the broker's answer is missing. */
  readonly writtenBytes: number;
}

export interface DeskViews {
  templates: {
    readonly params: Record<never, never>;
    readonly frame: { readonly templates: readonly TemplateSummary[] };
  };
  jobs: {
    readonly params: Record<never, never>;
    readonly frame: { readonly jobs: readonly JobSummary[] };
  };
  request: {
    readonly params: { readonly profileId: string };
    readonly frame: { readonly request: RequestFrame | null };
  };
  sending: {
    readonly params: { readonly profileId: string };
    readonly frame: { readonly sending: Sending | null };
  };
}

export interface ChosenFile {
  readonly path: string;
  readonly name: string;
  readonly sizeBytes: number;
}

export interface DeskShellCalls {
  /** Asks for a file whose bytes are sent (`payload`) or whose rows are (`csv`); the engine may then read it. */
  chooseDeskFile(arg: { readonly purpose: 'payload' | 'csv' }): ChosenFile | null;
}
