import type { Command } from '../palette/commands';
import type { AppState } from '../state/app.svelte';
import { focusPlace } from '../state/focus';
import { setMark } from './mark-actions';
import { scopeWords } from './step-words';
import { timeDialogs } from './time-dialogs.svelte';
import type { TimeState } from './time-state.svelte';

const group = 'Time';

/** What the palette and its keys do with the time of the profile that is shown. */
export function timeCommands(app: AppState): Command[] {
  const { time } = app;
  if (time === null || app.page !== 'topics') return [];
  const isOpen = app.ui.timelineOpen;
  return [
    ...(time.timeline.hasPast ? pastCommands(app, time) : []),
    {
      id: 'timeline',
      group,
      label: isOpen ? 'Hide the timeline' : 'Show the timeline',
      shortcut: 'Mod+T',
      run: () => {
        app.updateUi({ timelineOpen: !isOpen });
      },
    },
  ];
}

function pastCommands(app: AppState, time: TimeState): Command[] {
  return [
    ...(time.isPast ? [liveCommand(time)] : []),
    {
      id: 'go-to-time',
      group,
      label: 'Go to a time…',
      shortcut: 'Mod+G',
      run: () => {
        timeDialogs.open({ kind: 'jump', time });
      },
    },
    {
      id: 'go-to-timeline',
      group,
      label: 'Go to the timeline',
      shortcut: 'Mod+3',
      run: () => {
        app.updateUi({ timelineOpen: true });
        void focusPlace('timeline');
      },
    },
    ...stepCommands(time),
    ...markCommands(app, time),
    {
      id: 'compare',
      group,
      label: 'Compare two moments…',
      ...(app.selected === null ? {} : { hint: app.selected }),
      run: () => {
        timeDialogs.open({ kind: 'compare', time, path: app.selected ?? '' });
      },
    },
  ];
}

function liveCommand(time: TimeState): Command {
  return {
    id: 'live',
    group,
    label: time.isRecorded ? 'Go to the end of the recording' : 'Back to live',
    shortcut: 'Mod+L',
    run: () => {
      time.goLive();
    },
  };
}

function stepCommands(time: TimeState): Command[] {
  const scope = scopeWords(time.stepScope);
  return [
    {
      id: 'previous-message',
      group,
      label: `Previous message ${scope}`,
      shortcut: 'Alt+←',
      run: () => {
        time.step('previous');
      },
    },
    ...(time.isPast
      ? [
          {
            id: 'next-message',
            group,
            label: `Next message ${scope}`,
            shortcut: 'Alt+→',
            run: () => {
              time.step('next');
            },
          } as const,
          {
            id: 'play',
            group,
            label: time.isPlaying ? 'Pause the past' : 'Play the past on the screen',
            shortcut: 'Mod+.',
            run: () => {
              time.togglePlaying();
            },
          } as const,
        ]
      : []),
  ];
}

function markCommands(app: AppState, time: TimeState): Command[] {
  return [
    {
      id: 'mark',
      group,
      label: 'Mark this moment',
      shortcut: 'Mod+D',
      run: () => void setMark(app, time),
    },
    ...(['previous', 'next'] as const)
      .filter((direction) => time.neighbourMark(direction) !== null)
      .map((direction): Command => ({
        id: `${direction}-mark`,
        group,
        label: `Go to the ${direction} mark`,
        shortcut: direction === 'previous' ? 'Mod+[' : 'Mod+]',
        run: () => {
          time.goToMark(direction);
        },
      })),
  ];
}
