// A client of the services course: it knows a base URL and the course's names, and nothing of what is behind them.
import assert from 'node:assert/strict';

const [base] = process.argv.slice(2);

async function call(method, path, { token, body, expect = 200 } = {}) {
  const reply = await fetch(`${base}/api${path}`, {
    method,
    headers: {
      ...(body ? { 'Content-Type': 'application/json' } : {}),
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    },
    body: body && JSON.stringify(body),
  });
  const text = await reply.text();
  assert.equal(reply.status, expect, `${method} ${path}: ${text}`);
  assert.match(reply.headers.get('x-response-time'), /^\d+(\.\d+)?ms$/);
  assert.ok(reply.headers.get('x-served-by'));
  return text ? JSON.parse(text) : null;
}

async function until(holds) {
  for (let i = 0; i < 600; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`never: ${holds}`);
}

const person = { email: 'Student-1@example.org', password: 'three wet oars', firstName: 'Student', lastName: 'One' };
const other = { email: `${'s'.repeat(60)}@${'example.'.repeat(20)}org`, password: 'four dry oars', firstName: 'Étudiant', lastName: '' };

// Registering gives an account; the mail it triggers is looked for by who runs this.
const { user } = await call('POST', '/auth/register', { body: { ...person, role: 'ignored' }, expect: 201 });
assert.ok(user.id);
assert.deepEqual([user.firstName, user.lastName, user.email, user.postCount], ['Student', 'One', person.email, 0]);
assert.ok(!user.username.includes('@'));
const again = await call('POST', '/auth/register', { body: { ...person, email: 'student-1@EXAMPLE.org' }, expect: 409 });
assert.equal(again.error, 'Email already registered');
assert.ok(again.message);
delete other.lastName;
const second = (await call('POST', '/auth/register', { body: other, expect: 201 })).user;
const bad = await call('POST', '/auth/register', { body: { ...person, email: 'nobody' }, expect: 400 });
assert.match(bad.message, /email/);

// Logging in: by the address in any case, or by the name.
const session = await call('POST', '/auth/login', { body: { email: 'STUDENT-1@example.org', password: person.password } });
assert.equal(session.user.id, user.id);
const token = session.token;
await call('POST', '/auth/login', { body: { email: user.username, password: person.password } });
await call('POST', '/auth/login', { body: { email: other.email, password: other.password } });
await call('POST', '/auth/login', { body: { email: person.email, password: 'wrong' }, expect: 401 });
const next = await call('POST', '/auth/refresh', { body: { refreshToken: session.refreshToken } });
assert.ok(next.token && next.refreshToken !== session.refreshToken);

// A post raises its author's postCount.
assert.equal((await call('GET', `/users/${user.id}`, { token })).data.postCount, 0);
const post = (await call('POST', '/posts', {
  token,
  body: { title: 'On the lake', content: 'Four of *us*.', tags: ['rowing'], authorId: user.id },
  expect: 201,
})).data;
assert.deepEqual([post.title, post.content, post.authorId, post.author.name], ['On the lake', 'Four of *us*.', user.id, 'Student One']);
await until(async () => (await call('GET', `/users/${user.id}`, { token })).data.postCount === 1);
for (const authorId of [second.id, '01932f6e-5c00-7000-8000-000000000001']) {
  const refused = await call('POST', '/posts', { token, body: { title: 'x', content: 'y', authorId }, expect: 404 });
  assert.equal(refused.error, 'Author not found');
}
assert.equal((await call('GET', '/posts', { token })).data[0].content, 'Four of *us*.');
assert.equal((await call('GET', '/posts?q=lake', { token })).data.length, 1);
assert.deepEqual((await call('GET', '/tags', { token })).data, [{ name: 'rowing', count: 1 }]);
const changed = (await call('PUT', `/posts/${post.id}`, { token, body: { title: 'On the river' } })).data;
assert.deepEqual([changed.title, changed.content, changed.tags], ['On the river', 'Four of *us*.', ['rowing']]);

// Others comment, and see of the author what is for them.
const theirs = (await call('POST', '/auth/login', { body: { email: other.email, password: other.password } })).token;
const comment = (await call('POST', `/posts/${post.id}/comments`, { token: theirs, body: { content: 'Cold?' }, expect: 201 })).data;
await call('POST', `/posts/${post.id}/comments`, { token, body: { content: 'Not at all.', parentId: comment.id }, expect: 201 });
assert.deepEqual((await call('GET', `/posts/${post.id}/comments`, { token })).data.map((c) => c.content), ['Cold?', 'Not at all.']);
const seen = (await call('GET', `/users/${user.id}`, { token: theirs })).data;
assert.deepEqual([seen.email, seen.firstName, seen.name], [undefined, undefined, 'Student One']);
await call('PUT', `/posts/${post.id}`, { token: theirs, body: { title: 'Mine' }, expect: 403 });

// Who is told of the comment reads so; who may not notify others is told that.
await until(async () => (await call('GET', '/notifications', { token })).data.some((n) => !n.read && n.title));
await call('POST', '/notifications', { token, body: { userId: user.id, title: 'x', message: 'y' }, expect: 403 });
await call('GET', '/posts', { expect: 401 });
await call('DELETE', `/posts/${post.id}`, { token, expect: 204 });
await until(async () => (await call('GET', `/users/${user.id}`, { token })).data.postCount === 0);

const health = await call('GET', '/health');
assert.ok(health.services.accounts.responseTime >= 0 && health.services.posts.status);
console.log(JSON.stringify({ user: user.id, token }));
