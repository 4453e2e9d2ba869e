import { connect, createServer } from 'node:net';

/** Ports that no system hands out by itself: those above may go to any connection that is opened between the choice and the use. */
const [FIRST_PORT, LAST_PORT] = [12_000, 32_000];
let next = FIRST_PORT + ((process.pid * 97) % (LAST_PORT - FIRST_PORT));

/** A port of 127.0.0.1 on which nothing listens; another one at each call. */
export async function freePort(): Promise<number> {
  for (let tried = FIRST_PORT; tried <= LAST_PORT; tried++) {
    const port = next;
    next = port === LAST_PORT ? FIRST_PORT : port + 1;
    if (await canListen(port)) return port;
  }
  throw new Error('no port is free');
}

function canListen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** Whether something accepts connections there. */
export function isListening(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const answer = (listening: boolean) => (): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
    socket.setTimeout(1000, answer(false));
  });
}
