/** The JSON that goes over HTTP. What the dashboard and other clients may rely on; no code. */

/** GET / and GET /health: 200 when queries are answered, else 503. */
export interface HealthAnswer {
  readonly status: 'ready' | 'starting';
}

/** POST /api/webhook/:database/:schema/:name: the body is durable. */
export interface WebhookAccepted {
  readonly message: string;
}

/** Every answer with a status of 400 or more. */
export interface ErrorAnswer {
  readonly error: string;
  readonly detail?: string;
}
