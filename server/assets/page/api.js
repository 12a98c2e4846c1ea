// The server's public API: answers that are asked for again are asked with their ETag.

export class ApiError extends Error {
  constructor(status, message, answer = {}, etag = null) {
    super(message);
    this.status = status; // 0 = there is no server
    this.field = answer.field ?? null;
    this.answer = answer;
    this.etag = etag;
  }
}

const KEPT_MAX = 300;
const kept = new Map(); // URL -> what was answered, the oldest first

let adminToken = '';

// Of this tab alone, and in memory alone.
export function setAdminToken(token) {
  adminToken = token;
}

export function hasAdminToken() {
  return adminToken !== '';
}

// The header that shows it, where there is one.
export function authorization() {
  return adminToken === '' ? {} : { Authorization: `Bearer ${adminToken}` };
}

function queryOf(parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== null && each !== undefined && each !== '') {
        query.append(name, each);
      }
    }
  }
  return query.toString();
}

export function urlOf(path, parameters = {}) {
  const query = queryOf(parameters);
  return query === '' ? path : `${path}?${query}`;
}

// What is under way, whose failing means that there is no server: also where an answer is cut off in the middle.
async function arrived(promise) {
  try {
    return await promise;
  } catch (error) {
    if (error.name === 'AbortError' || error instanceof SyntaxError) {
      throw error;
    }
    throw new ApiError(0, 'the server does not answer');
  }
}

function ask(url, options) {
  return arrived(fetch(url, { cache: 'no-store', redirect: 'error', ...options }));
}

async function fault(response) {
  const answer = await response.json().catch(() => ({}));
  const words = typeof answer.error === 'string' ? answer.error : `the server answered ${response.status}`;
  return new ApiError(response.status, words, answer, response.headers.get('ETag'));
}

function remember(url, entry) {
  kept.delete(url);
  kept.set(url, entry);
  if (kept.size > KEPT_MAX) {
    kept.delete(kept.keys().next().value);
  }
}

// What a GET answers: `data` (the same object as long as it has not changed), `etag`, `asOf`.
export async function get(path, parameters = {}, { admin = false, signal } = {}) {
  const url = urlOf(path, parameters);
  const known = kept.get(url);
  const headers = admin ? authorization() : {};
  if (known?.etag) {
    headers['If-None-Match'] = known.etag;
  }
  const response = await ask(url, { headers, signal });
  const asOf = response.headers.get('X-As-Of');
  if (response.status === 304 && known) {
    await arrived(response.text()); // there is none; what is not read is cut off
    const entry = { ...known, asOf: asOf ?? known.asOf };
    remember(url, entry);
    return entry;
  }
  if (!response.ok) {
    throw await fault(response);
  }
  const data = await arrived(response.json());
  const entry = { data, etag: response.headers.get('ETag'), asOf: asOf ?? data?.meta?.as_of ?? null };
  remember(url, entry);
  return entry;
}

export function forget() {
  kept.clear();
}

// The text of an answer, which nobody keeps.
export async function getText(path, headers = {}) {
  const response = await ask(path, { headers });
  if (!response.ok) {
    throw await fault(response);
  }
  return arrived(response.text());
}

// A change, with the administrator's token.
export async function send(method, path, { body, headers = {} } = {}) {
  const sent = { ...authorization(), ...headers };
  if (body !== undefined) {
    sent['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  }
  const response = await ask(path, {
    method,
    headers: sent,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    throw await fault(response);
  }
  const data = response.status === 204 ? null : await response.json().catch(() => null);
  return { data, etag: response.headers.get('ETag') };
}

// What this tab may do.
export async function readSession(token = null) {
  const headers = token === null ? {} : { Authorization: `Bearer ${token}` };
  const response = await ask('session', { headers });
  if (!response.ok) {
    throw await fault(response);
  }
  return arrived(response.json());
}

export async function openSession(token) {
  const response = await ask('session', { method: 'POST', headers: { Authorization: `Bearer ${token}` } });
  if (!response.ok) {
    throw await fault(response);
  }
  return arrived(response.json());
}

export async function closeSession() {
  setAdminToken('');
  forget();
  const response = await ask('session', { method: 'DELETE' });
  if (!response.ok) {
    throw await fault(response);
  }
}
