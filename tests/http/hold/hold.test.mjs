// A site that keeps the identifiers of deleted accounts from new ones
// (account.hold_days), and admits no address of denied.example.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH, address, call, granted, mail, mails, refused, register,
    signedIn } from '../api.mjs';

const name = () => `h${address().slice(1, 12)}`;

async function gone(username) {
    const p = await signedIn({ body: { UserName: username } });
    granted(await call('DELETE', `${AUTH}/account`, { token: p.token }));
    const { token } = await mail(p.email, 2);
    granted(await call('GET', `${AUTH}/account/delete`,
        { query: { deletetoken: token } }));
    return p;
}

test('a deleted account\'s identifiers are held (S-051)', async () => {
    const username = name();
    const p = await gone(username);
    assert.match((await mail(p.email, 3)).text,
        /for a new account from\s+20\d\d-\d\d-\d\d/);
    for (const [path, query] of [['email', { email: p.email }],
        ['username', { username }]])
        assert.deepEqual(granted(await call('GET', `${AUTH}/${path}`,
            { query })), { IsExist: true });
    // Registration is as quiet as for a known address; nobody is mailed.
    granted((await register({ email: p.email })).answer);
    const q = await signedIn();
    refused(await call('POST', `${AUTH}/email`, { token: q.token,
        json: { email: p.email } }), 936, 403);
    refused(await call('PUT', `${AUTH}/username`, { token: q.token,
        json: { username } }), 1017, 403);
    refused((await register({ body: { UserName: username } })).answer, 1017,
        403);
    refused((await register({ email: p.email,
        body: { UserName: username } })).answer, 1017, 403);
    assert.equal((await mails(p.email)).length, 3);
});

test('an address that is held when it is proven is refused', async () => {
    const p = await signedIn();
    const q = await signedIn();
    const email = address();
    granted(await call('POST', `${AUTH}/email`, { token: p.token,
        json: { email } }));
    const waiting = await mail(email);
    // Meanwhile another account proves it, and goes.
    granted(await call('POST', `${AUTH}/email`, { token: q.token,
        json: { email } }));
    granted(await call('GET', `${AUTH}/email`, { query:
        { verificationtoken: (await mail(email, 2)).token } }));
    granted(await call('DELETE', `${AUTH}/account`, { token: q.token }));
    granted(await call('GET', `${AUTH}/account/delete`, { query:
        { deletetoken: (await mail(q.email, 3)).token } }));
    refused(await call('GET', `${AUTH}/email`, { query:
        { verificationtoken: waiting.token } }), 936, 403);
});

test('E4, registration: a domain that is not admitted', async () => {
    const p = await signedIn();
    const email = `${name()}@Denied.Example`;
    refused(await call('POST', `${AUTH}/email`, { token: p.token,
        json: { email } }), 1247, 403);
    refused(await call('POST', `${AUTH}/email`, { token: p.token,
        json: { email: 'Denied@Example.COM' } }), 1056, 403);
    const own = address();
    refused((await register({ email: own, body: { Email: [
        { Type: 'Primary', Value: own }, { Type: 'Work', Value: email }] } }))
        .answer, 1247, 403);
});
