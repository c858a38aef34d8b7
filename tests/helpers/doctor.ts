/** One run of the connection doctor, from its settings to its verdict. */
import type { ConnectionFailure } from '../../app/connection';
import type { DoctorFix, DoctorFrame, DoctorStep, DoctorStepId } from '../../app/contract-doctor';
import { defaultProfileFields, type Profile } from '../../app/profile';
import type { LoupeError } from '../../app/errors';
import type { AskSecret, SecretName } from '../../app/secret';
import { Examination } from '../../main/engine/doctor/examination';
import { PLAIN_TLS } from '../../main/engine/doctor/settings';
import type { TimeLimits } from '../../main/engine/doctor/time-limit';
import { placeOfProfile, wayOfProfile } from '../../main/engine/doctor/way-of-profile';
import { plainSurroundings } from '../../main/engine/mqtt/surroundings';
import type { DoctorProxy, DoctorTls } from '../../main/engine/doctor/settings';

export interface Examined {
  readonly tls?: Partial<DoctorTls>;
  readonly proxy?: Partial<DoctorProxy> & { readonly port: number };
  readonly secrets?: Partial<Record<SecretName, string>>;
  readonly publishes?: boolean;
  readonly usesClientId?: boolean;
  readonly earlier?: ConnectionFailure;
  readonly hasNetwork?: boolean;
  readonly limits?: Partial<TimeLimits>;
  /** The way as the profile itself says it, with its files and secrets; `tls` and `proxy` have no meaning then. */
  readonly isWhole?: boolean;
  /** Why no secret can be had. */
  readonly noSecrets?: LoupeError;
}

export function doctorProfile(fields: Partial<Profile> & Pick<Profile, 'port'>): Profile {
  return {
    ...defaultProfileFields(),
    ...{
      id: 'test',
      name: 'Test',
      host: '127.0.0.1',
      subscriptions: [{ filter: 'plant/#', qos: 1 }],
    },
    ...fields,
  };
}

/** Begins a run; it goes on by itself. */
export function beginExamination(
  fields: Partial<Profile> & Pick<Profile, 'port'>,
  options: Examined = {},
): Examination {
  const profile = doctorProfile(fields);
  const { proxy, secrets = {} } = options;
  return new Examination({
    runId: 1,
    profile,
    way: {
      ...placeOfProfile(profile),
      tls: { ...PLAIN_TLS, ...options.tls },
      proxy: proxy ? { kind: 'http', host: '127.0.0.1', ...proxy } : null,
    },
    ...(options.isWhole
      ? { prepare: (secret: AskSecret) => wayOfProfile(profile, secret, plainSurroundings()) }
      : {}),
    secret: (name) =>
      options.noSecrets ? Promise.reject(options.noSecrets) : Promise.resolve(secrets[name]),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    publishes: options.publishes ?? true,
    usesClientId: options.usesClientId ?? false,
    earlier: options.earlier ?? null,
    ...(options.hasNetwork === undefined ? {} : { hasNetwork: () => options.hasNetwork === true }),
  });
}

export async function examine(
  ...settings: Parameters<typeof beginExamination>
): Promise<DoctorFrame> {
  const examination = beginExamination(...settings);
  await examination.done;
  return examination.frame();
}

export function stepOf(frame: DoctorFrame, id: DoctorStepId): DoctorStep {
  const step = frame.steps.find((one) => one.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
}

/** `tls failed`: the step that failed, or what came of all. */
export function failedStep(frame: DoctorFrame): DoctorStepId | null {
  return frame.steps.find(({ status }) => status === 'failed')?.id ?? null;
}

/** What the clicks would change. */
export function changes(frame: DoctorFrame): unknown[] {
  const fixes: readonly DoctorFix[] = frame.verdict?.fixes ?? [];
  return fixes.flatMap((fix) => (fix.kind === 'change' ? [fix.change] : []));
}

export function factOf(frame: DoctorFrame, id: DoctorStepId, label: string): string | undefined {
  return stepOf(frame, id).facts.find((fact) => fact.label === label)?.value;
}
