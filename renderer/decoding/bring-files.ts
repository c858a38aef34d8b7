import { MOST_SCHEMA_BYTES, type DecodingSchema, type SchemaKind } from '../../app/decoding/rules';
import { formatBytes, formatCountOf } from '../../app/payload/format';
import { shell } from '../shell-client';
import type { AppState } from '../state/app.svelte';

/** Lets a person choose files; empty when none was chosen. The files stay with the page, which can only read them. */
export function chooseFiles(accept: string, multiple: boolean): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept;
    input.multiple = multiple;
    input.addEventListener('change', () => {
      resolve([...(input.files ?? [])]);
    });
    input.addEventListener('cancel', () => {
      resolve([]);
    });
    input.click();
  });
}

/** Keeps files as one schema, after the engine understood them; null when that failed or nothing was chosen. */
export async function bringSchema(app: AppState): Promise<DecodingSchema | null> {
  const files = await chooseFiles('.proto,.desc,.pb,.protoset,.bin,.avsc', true);
  const first = files[0];
  if (!first) return null;
  if (files.reduce((sum, { size }) => sum + size, 0) > MOST_SCHEMA_BYTES) {
    app.toasts.problem(
      `The schema was not kept: its files have more than ${formatBytes(MOST_SCHEMA_BYTES)}.`,
    );
    return null;
  }
  const schema: DecodingSchema = {
    id: crypto.randomUUID(),
    name: files.length === 1 ? first.name : `${first.name} and ${String(files.length - 1)} more`,
    kind: kindOf(first.name),
    files: await Promise.all(
      files.map(async (file) => ({
        name: file.name,
        bytes: new Uint8Array(await file.arrayBuffer()),
      })),
    ),
  };
  const kept = await app.attempt(() => app.engine.calls.saveDecodingSchema({ schema }));
  return kept ? schema : null;
}

function kindOf(name: string): SchemaKind {
  return name.toLowerCase().endsWith('.avsc') ? 'avro' : 'protobuf';
}

export async function exportRules(app: AppState): Promise<void> {
  const bytes = await app.attempt(() => app.engine.calls.exportDecoding());
  if (!bytes) return;
  const suggestedName = 'decoding-rules.json';
  const saved = await app.attempt(() => shell.saveFile({ suggestedName, bytes }));
  if (saved === true) app.toasts.show({ text: 'Rules and schemas exported', tone: 'good' });
}

/** Adds the rules and schemas of a file; whether there were any. */
export async function importRules(app: AppState): Promise<boolean> {
  const [file] = await chooseFiles('.json', false);
  if (!file) return false;
  const bytes = new Uint8Array(await file.arrayBuffer());
  const added = await app.attempt(() => app.engine.calls.importDecoding({ bytes }));
  if (!added) return false;
  const rules = formatCountOf(added.rules, 'rule', 'rules');
  const text = `${rules} and ${formatCountOf(added.schemas, 'schema', 'schemas')} imported`;
  app.toasts.show({ text, tone: 'good' });
  return true;
}
