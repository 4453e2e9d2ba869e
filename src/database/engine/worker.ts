import { parentPort, workerData } from 'node:worker_threads';
import { serve } from './host.ts';

// The engine thread's entry; everything it does is in service.ts.
const { directory, latch } = workerData as { readonly directory: string; readonly latch: SharedArrayBuffer };
serve(parentPort!, directory, latch);
