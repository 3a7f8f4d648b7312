// The keyboard: single letters, as long as nobody is typing.
import { useLayoutEffect } from 'preact/hooks';

export interface Keys {
  readonly search: () => void;
  readonly help: () => void;
  readonly close: () => void;
  /** To the next or the previous cell; of all, or of those that are in trouble. */
  readonly step: (step: 1 | -1, onlyTroubled: boolean) => void;
}

export function useKeys(keys: Keys): void {
  // Not after the paint: a second key comes before it when one is held down, and would step from the cell before.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
      if (event.key === 'Escape') {
        if (isTyping) (event.target as HTMLElement).blur();
        keys.close();
        return;
      }
      const action = isTyping ? undefined : actions[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action(keys);
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  });
}

const actions: Readonly<Record<string, (keys: Keys) => void>> = {
  '/': ({ search }) => search(),
  '?': ({ help }) => help(),
  j: ({ step }) => step(1, false),
  k: ({ step }) => step(-1, false),
  n: ({ step }) => step(1, true),
  p: ({ step }) => step(-1, true),
};

/** For the help; in the order they are shown. */
export const keyHelp: readonly (readonly [key: string, meaning: string])[] = [
  ['/', 'search cells'],
  ['n  p', 'next, previous cell in trouble'],
  ['j  k', 'next, previous cell'],
  ['arrows', 'move in the grid'],
  ['Enter', 'open the cell in the grid'],
  ['Esc', 'close, or show all cells'],
  ['?', 'this help'],
];
