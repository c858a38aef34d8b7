import type { ProfileForm } from './profile-form.svelte';

type TextName = 'name' | 'host' | 'path' | 'socketPath' | 'clientId' | 'username';

/** What every plain text field of the connection dialog has: its value, its problem, and when to speak of it. */
export function textField(form: ProfileForm, name: TextName) {
  return {
    value: form.fields[name],
    error: form.problem(name),
    oninput: (event: Event & { currentTarget: HTMLInputElement }) => {
      form.set({ [name]: event.currentTarget.value });
    },
    onblur: () => {
      form.visit(name);
    },
  };
}
