// The terminal: a live grid where lines can be drawn again, one line for each finished cell elsewhere, and the story at the end.
import { relative } from 'node:path';
import type { Reporter } from '../../model/events.ts';
import type { Output, ReporterContext, ReporterModule } from '../reporter.ts';
import { createBoard } from '../terminal/board.ts';
import { renderClosing } from '../terminal/closing.ts';
import { columnsOf, detectCapabilities } from '../terminal/detect.ts';
import { renderFrame } from '../terminal/frame.ts';
import { createPlainLines, noticeLine, type Display } from '../terminal/plain.ts';
import { createScreen } from '../terminal/screen.ts';
import type { Theme } from '../terminal/theme.ts';

export default { name: 'terminal', create: createTerminal } satisfies ReporterModule;

/** Ten frames a second look alive and cost next to nothing. */
const frameMs = 100;

function createTerminal(context: ReporterContext): Reporter {
  const { stdout, env } = context;
  const { live, ...theme } = detectCapabilities(env, stdout.isTTY === true);
  const display = live ? createLive(stdout, theme) : createPlainLines(theme, (text) => stdout.write(text));
  const folder = relative(context.cwd, context.folder) || '.';
  return {
    name: 'terminal',
    onEvent: (event) => display.push(event),
    onEnd(report) {
      display.close();
      const columns = columnsOf(stdout, env);
      stdout.write(renderClosing(report, { theme, columns, folder: folder.startsWith('..') ? context.folder : folder }));
      return Promise.resolve();
    },
  };
}

function createLive(stdout: Output, theme: Theme): Display {
  const board = createBoard();
  const screen = createScreen(stdout);
  const notices = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    screen.draw(renderFrame(board, { columns: stdout.columns ?? 80, rows: stdout.rows ?? 24, nowMs: Date.now() }, theme));
  };
  const close = (): void => {
    clearInterval(timer);
    process.off('exit', close);
    for (const name of endings) process.off(name, onSignal);
    screen.close();
  };
  // Whoever else listens decides what the signal means; alone, the process would end with a hidden cursor.
  const onSignal = (name: NodeJS.Signals): void => {
    if (process.listenerCount(name) > 1) return;
    close();
    process.kill(process.pid, name);
  };
  return {
    push(event) {
      board.push(event);
      if (event.kind === 'run-start') {
        process.on('exit', close);
        for (const name of endings) process.on(name, onSignal);
        timer = setInterval(draw, frameMs).unref();
        draw();
      } else if (event.kind === 'notice' && !notices.has(event.message)) {
        notices.add(event.message);
        screen.print(noticeLine(event.message, theme));
      }
    },
    close,
  };
}

const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
