import type { DoctorStepId } from '../../../app/contract-doctor';
import { LoupeError } from '../../../app/errors';
import type { MqttVersion, Profile } from '../../../app/profile';
import { SECRET_WORDS, type AskSecret, type SecretName } from '../../../app/secret';
import { credentialsFor, type Credentials } from '../sign-in/sign-in';
import { TokenSource } from '../sign-in/token-source';
import { StepFailure, technicalOf } from './step-failure';
import { within } from './time-limit';

const SIGN_IN_MS = 30_000;

/** Which step cannot go on without a secret. */
const STEPS: Readonly<Record<SecretName, DoctorStepId>> = {
  password: 'connect',
  'token-client-secret': 'connect',
  'key-passphrase': 'tls',
  'proxy-password': 'proxy',
  'websocket-authorization': 'websocket',
};

/** Asks for a secret; one that is stored and cannot be had is a finding. */
export async function askedSecret(
  secret: AskSecret,
  name: SecretName,
): Promise<string | undefined> {
  try {
    return await secret(name);
  } catch (error) {
    if (!(error instanceof LoupeError)) throw error;
    const { code, message } = error;
    if (code === 'vault-locked') {
      const finding = { kind: code, technical: '' } as const;
      throw new StepFailure(finding, 'The password vault is locked', STEPS[name]);
    }
    if (code !== 'secret-unavailable') throw error;
    const finding = { kind: code, name, message, technical: '' } as const;
    throw new StepFailure(finding, `The ${SECRET_WORDS[name]} cannot be read`, STEPS[name]);
  }
}

/** What a version needs to sign in. @throws StepFailure */
export async function signIn(
  profile: Profile,
  version: MqttVersion,
  secret: AskSecret,
  signal: AbortSignal,
): Promise<Credentials> {
  // A person may have to unlock the vault first: that takes as long as it takes.
  await secret(wantedBy(profile));
  // A person confirms a sign-in at the connection itself, not in a test.
  const confirm = new AbortController();
  const onConfirm = (): void => {
    confirm.abort(new Error('the sign-in has to be confirmed in a browser: connect first'));
  };
  try {
    return await within(SIGN_IN_MS, signal, (stop) =>
      credentialsFor(
        {
          ...{ profile: { ...profile, version }, secret },
          tokens: new TokenSource({ secret, onConfirm }),
        },
        AbortSignal.any([stop, confirm.signal]),
      ),
    );
  } catch (error) {
    signal.throwIfAborted();
    const why: unknown = confirm.signal.aborted ? confirm.signal.reason : error;
    const technical = technicalOf(why);
    throw new StepFailure({ kind: 'sign-in', message: technical, technical }, 'No sign-in');
  }
}

function wantedBy({ authentication: { kind } }: Profile): SecretName {
  return kind === 'client-credentials' || kind === 'device-code'
    ? 'token-client-secret'
    : 'password';
}
