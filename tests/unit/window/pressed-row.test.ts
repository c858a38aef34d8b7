import { expect, test } from 'vitest';
import { PressedRow } from '../../../renderer/ui/pressed-row';

function at(clientX: number, clientY: number, detail = 1): MouseEvent {
  return { clientX, clientY, detail } as MouseEvent;
}

test('the row that was pressed is meant, though another one came under the pointer', () => {
  const pressed = new PressedRow<string>();
  pressed.down(at(10, 10), 'first');
  expect(pressed.clicked(at(12, 11), 'second')).toBe('first');
});

test('a pull to another row is no click, and a press beside the rows means none', () => {
  const pressed = new PressedRow<string>();
  pressed.down(at(10, 10), 'first');
  expect(pressed.clicked(at(10, 60), 'third')).toBeNull();
  pressed.down(at(10, 10), null);
  expect(pressed.clicked(at(10, 10), 'first')).toBeNull();
});

test('what presses no button means the row under it', () => {
  const pressed = new PressedRow<string>();
  pressed.down(at(10, 10), 'first');
  expect(pressed.clicked(at(0, 0, 0), 'second')).toBe('second');
});

test('a double click is on one row only', () => {
  const pressed = new PressedRow<string>();
  pressed.down(at(10, 10), 'first');
  pressed.down(at(10, 10), 'second');
  expect(pressed.doubleClicked).toBeNull();
  pressed.down(at(10, 10), 'second');
  expect(pressed.doubleClicked).toBe('second');
});
