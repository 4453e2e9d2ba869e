import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { serve } from './host.ts';

// The ingest thread's entry; everything it does is in service.ts.
serve(parentPort!, (workerData as { readonly engine: MessagePort }).engine);
