import { parentPort, workerData } from 'node:worker_threads';
import { serve } from './host.ts';

// The engine thread's entry; everything it does is in service.ts.
serve(parentPort!, (workerData as { readonly directory: string }).directory);
