import { BUILT_IN_ID, defaultProfileFields, type Profile } from '../../../app/profile';
import { startDemoBroker, type DemoBroker } from './demo-broker';

export interface BuiltInOptions {
  /** The broker's bundle; the engine's own by default. */
  readonly file: string | undefined;
  readonly save: (profile: Profile) => void;
  readonly warn: (message: string) => void;
}

/** The built-in broker and its profile; it starts when it is first connected to. */
export class BuiltIn {
  private broker: Promise<DemoBroker> | null = null;

  constructor(private readonly options: BuiltInOptions) {}

  /** Starts the broker if it is not running, and saves the profile with its port. */
  async prepare(): Promise<void> {
    this.broker ??= startDemoBroker({
      ...(this.options.file === undefined ? {} : { workerFile: this.options.file }),
      onStopped: (reason) => {
        this.broker = null;
        this.options.warn(`The built-in broker stopped: ${reason}`);
      },
    }).catch((error: unknown) => {
      this.broker = null;
      throw error;
    });
    const { port } = await this.broker;
    this.options.save({
      ...defaultProfileFields(),
      id: BUILT_IN_ID,
      name: 'Built-in broker',
      colour: 'violet',
      host: '127.0.0.1',
      port,
      // The built-in broker speaks MQTT 3.1.1.
      version: '3.1.1',
    });
  }

  async stop(): Promise<void> {
    if (this.broker) await (await this.broker).stop();
  }
}
