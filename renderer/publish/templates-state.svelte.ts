import type { PublishDraft, TemplateSummary } from '../../app/contract-desk';
import { templateMatches } from '../../app/desk/template';
import { chooseFiles } from '../decoding/bring-files';
import { shell } from '../shell-client';
import { app } from '../state/app.svelte';
import { deskDialogs } from './desk-dialogs.svelte';
import { showDraft } from './edit-again';

export interface TemplateFolder {
  readonly folder: string;
  readonly templates: readonly TemplateSummary[];
}

/** The templates that the engine keeps, and what is searched among them. */
export class TemplatesState {
  #templates = $state.raw<readonly TemplateSummary[]>([]);
  #loaded = $state.raw(false);
  search = $state.raw('');

  get loaded(): boolean {
    return this.#loaded;
  }

  get count(): number {
    return this.#templates.length;
  }

  /** By folder, what the search lets through. */
  get folders(): readonly TemplateFolder[] {
    const found = this.#templates.filter((one) => templateMatches(one, this.search));
    const folders = new Map<string, TemplateSummary[]>();
    for (const template of found) {
      const list = folders.get(template.folder) ?? [];
      folders.set(template.folder, list);
      list.push(template);
    }
    return [...folders].map(([folder, templates]) => ({ folder, templates }));
  }

  get folderNames(): readonly string[] {
    return [...new Set(this.#templates.map(({ folder }) => folder))].filter((name) => name !== '');
  }

  follow(): () => void {
    const view = app.engine.open(
      'templates',
      {},
      (frame) => {
        this.#templates = frame.templates;
        this.#loaded = true;
      },
      (error) => {
        app.toasts.problem(error.message);
      },
    );
    return () => {
      view.close();
    };
  }

  /** Puts a template into the publish form. */
  async use(profileId: string, { id }: TemplateSummary): Promise<void> {
    const template = await app.attempt(() => app.engine.calls.template({ id }));
    if (!template) return;
    deskDialogs.close();
    showDraft(app, profileId, template.draft);
  }

  async duplicate({ id }: TemplateSummary): Promise<void> {
    await app.attempt(async () => {
      const template = await app.engine.calls.template({ id });
      const copy = { ...template, id: crypto.randomUUID(), name: `${template.name} copy` };
      await app.engine.calls.saveTemplate({ template: copy });
    });
  }

  async delete({ id, name }: TemplateSummary): Promise<void> {
    const template = await app.attempt(() => app.engine.calls.deleteTemplate({ id }));
    if (!template) return;
    app.toasts.show({
      text: `“${name}” deleted`,
      action: {
        label: 'Undo',
        run: () => void app.attempt(() => app.engine.calls.saveTemplate({ template })),
      },
    });
  }

  /** Keeps a draft under a name; in the place of a template when one is given. @throws LoupeError */
  async save(
    place: { readonly id: string; readonly name: string; readonly folder: string },
    draft: PublishDraft | null,
  ): Promise<void> {
    const kept = draft ?? (await app.engine.calls.template({ id: place.id })).draft;
    await app.engine.calls.saveTemplate({ template: { ...place, draft: kept } });
  }

  async export(folder: string | null): Promise<void> {
    const bytes = await app.attempt(() => app.engine.calls.exportTemplates({ folder }));
    if (!bytes) return;
    const suggestedName = `${(folder ?? 'templates').replaceAll('/', '-')}.json`;
    const saved = await app.attempt(() => shell.saveFile({ suggestedName, bytes }));
    if (saved === true) app.toasts.show({ text: 'Templates exported', tone: 'good' });
  }

  /** Lets a person choose a file of templates, and shows what it would bring. */
  async chooseImport(profileId: string): Promise<void> {
    const [file] = await chooseFiles('.json', false);
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    const preview = await app.attempt(() => app.engine.calls.previewTemplates({ bytes }));
    if (preview)
      deskDialogs.open({ kind: 'import-templates', profileId, name: file.name, bytes, preview });
  }
}

export const templatesState = new TemplatesState();
